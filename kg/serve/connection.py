"""A connection that may not dawdle: uvicorn waits for ever for a head or a body that does not come."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from typing import Any

import h11
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from kg.serve.limits import Limits
from kg.serve.refusal import Refused

_RESET = struct.pack("ii", 1, 0)
_LINGER = 5.0
"""Seconds that a closed connection has for what it was still to receive."""
_HANG_UP = "kg.hang_up"


async def hang_up(scope: Scope) -> None:
    """Break the connection of a request off, so that what was sent of its answer cannot be taken for all of it.

    In HTTP/1.1 the last chunk is missing; before it, only a reset tells a broken answer from a whole one.
    """
    scope["state"][_HANG_UP](scope["http_version"] < "1.1")
    await asyncio.sleep(0)  # the server is to hear of it before the request ends


def protocol(limits: Limits) -> type[H11Protocol]:
    """The protocol of connections under these limits."""
    return type("Connection", (Connection,), {"limits": limits})


class Connection(H11Protocol):
    """A connection of HTTP/1.1 with limits of time and number."""

    limits = Limits()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; among too many, the one that has asked nothing for the longest time is closed."""
        self._phase: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._answered = 0
        self.idle_since = time.monotonic()
        super().connection_made(transport)
        self.app_state = {**self.app_state, _HANG_UP: self._break_off}
        self._watch()
        if len(self.connections) > self.limits.connections:
            idle = [c for c in self.connections if isinstance(c, Connection) and c.idle_since]
            min(idle, key=lambda c: c.idle_since, default=self).transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what came; what is waited for next has its own limit."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """The answer is sent: wait for the next request."""
        self._answered += 1
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._stop()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends: whoever is still reading is cut."""
        super().shutdown()
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP: with 414 and 431 where it is too long."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        refused = self._refusal(sys.exception())
        body, media_type = refused.body(as_json=False)
        headers = [("content-type", media_type), ("content-length", str(len(body))), ("connection", "close")]
        for event in (
            h11.Response(status_code=refused.status, headers=headers, reason=b""),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self._close()

    def _refusal(self, error: BaseException | None) -> Refused:
        status = getattr(error, "error_status_hint", 400)
        if status == 431 and b"\n" not in self.conn.trailing_data[0]:
            return Refused(414, "the address is too long", None, "send a long query by POST")
        if status == 431:
            return Refused(431, "the head of the request is too long")
        return Refused(400, "this is no HTTP request")

    def _watch(self) -> None:
        """Set the clock for what is waited for, unless it runs already."""
        state = self.conn.their_state
        if (self._answered, state) == self._phase:
            return
        self._stop()
        self._phase = self._answered, state
        seconds = {h11.IDLE: self.limits.head, h11.SEND_BODY: self.limits.body}.get(state)
        self.idle_since = time.monotonic() if state is h11.IDLE else 0.0
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._late)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and cycle.response_started and not cycle.response_complete:
            return  # it is answered already: what it sends on does not matter, and its reading has a limit too
        self._close()

    def _close(self) -> None:
        self.transport.close()
        asyncio.get_running_loop().call_later(_LINGER, self.transport.abort)

    def _break_off(self, with_reset: bool) -> None:
        line = self.transport.get_extra_info("socket")
        if with_reset and line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()
