"""How an answer travels from the process that makes it to the one that speaks HTTP.

A frame is a letter, a length and so many bytes: ``H`` the head as JSON, ``D`` a part of the body, ``F`` why there is no
more, as JSON, ``E`` the end. An answer without its end is none: its process died.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from typing import IO, Any, cast

from kg.serve.refusal import Refused

HEAD, DATA, FAULT, END = b"H", b"D", b"F", b"E"
PART = 1 << 16
"""Bytes of a body that are sent at once, and that wait until their head is sent: a fault in them is told plainly."""
_BODILESS = (204, 304)
_SHAPE = struct.Struct("!cI")


class Reply:
    """The answer, written in the process that makes it: a file that the engine can write to.

    Nothing is sent before the first 64 KiB or the end, so that what fails by then has a status of its own.
    """

    def __init__(self, out: socket.socket, limit: int) -> None:
        self._out = out
        self._limit = limit
        self._parts = bytearray()
        self._sent = 0
        self._head: dict[str, Any] | None = None
        self.failure: Exception | None = None
        """What went wrong while it was written: the engine tells it in words of its own."""

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Say what kind of answer it will be."""
        self._head = {"status": status, "headers": dict(headers)}

    def write(self, data: bytes) -> int:
        """Take bytes of the body; raises Refused beyond the limit of one answer."""
        self._parts += data
        self._sent += len(data)
        try:
            if self._sent > self._limit:
                raise Refused(503, f"the answer is longer than {self._limit:,} bytes", None, "ask for less")
            while len(self._parts) >= PART:
                self._send_head()
                self._send(DATA, bytes(self._parts[:PART]))
                del self._parts[:PART]
        except Exception as error:
            self.failure = error
            raise
        return len(data)

    @property
    def file(self) -> IO[bytes]:
        """Itself, as what the engine asks for: it writes and flushes, and does no more."""
        return cast("IO[bytes]", self)

    def flush(self) -> None:
        """Nothing: the engine flushes at the end of its work, and the answer has an end of its own."""

    def end(self) -> None:
        """Send what is left, and that it is whole."""
        self._send_head(length=self._sent)
        if self._parts:
            self._send(DATA, bytes(self._parts))
        self._send(END, b"")

    def refuse(self, refused: Refused) -> None:
        """Say why there is no answer, or no more of it."""
        self._send(FAULT, json.dumps(refused.told()).encode())

    def _send_head(self, length: int | None = None) -> None:
        if self._head is None:
            return
        if length is not None and self._head["status"] not in _BODILESS:
            self._head["headers"]["Content-Length"] = str(length)
        self._send(HEAD, json.dumps(self._head).encode())
        self._head = None

    def _send(self, kind: bytes, data: bytes) -> None:
        self._out.sendall(_SHAPE.pack(kind, len(data)) + data)


async def read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next frame: its letter and its bytes. Raises IncompleteReadError where the writer died."""
    kind, length = _SHAPE.unpack(await reader.readexactly(_SHAPE.size))
    return kind, await reader.readexactly(length)


def values(data: bytes) -> dict[str, Any]:
    """What a head or a fault holds."""
    found: dict[str, Any] = json.loads(data)
    return found
