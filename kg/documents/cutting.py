"""Parts of sources that are read by themselves, and archives unpacked without being taken in by a bomb."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from typing import BinaryIO, cast

from kg.documents.articles import MAX_BYTES
from kg.errors import InputError, Place

RATIO = 200
"""How many times its size an archive may grow when unpacked: news makes 3 to 10 times, the same line over and over 250,
and gzip can hold 1,030."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a source that is read by itself, in whatever process: a file, a record, or some lines."""

    shown: str
    """What names it where it has no address of its own."""
    suffix: str
    data: bytes = b""
    path: str = ""
    """The file that holds it, where ``data`` does not."""
    first: int = 1
    """The number of its first line."""
    address: str = ""
    charset: str = ""
    weight: int = 0
    """The bytes of its source that are read with it: what a build has behind it."""

    @property
    def place(self) -> Place:
        """Where a fault of it is."""
        return Place(self.shown)


def unpacked(packed: BinaryIO, shown: str) -> BinaryIO:
    """What a gzip file holds, as a stream; it ends with an InputError where it is damaged or grows beyond reason."""
    return cast(BinaryIO, _Unpacked(packed, shown))


class _Unpacked(gzip.GzipFile):
    def __init__(self, packed: BinaryIO, shown: str) -> None:
        super().__init__(fileobj=packed)
        self._packed, self._place = packed, Place(shown)

    def read(self, size: int | None = -1) -> bytes:
        try:
            data = self.read1(-1 if size is None else size)  # less than there is, so that none is lost before damage
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise InputError("a damaged gzip file", self._place, "fetch it again") from None
        if self.tell() > RATIO * self._packed.tell() + MAX_BYTES:
            hint = "unpack it yourself if you trust it"
            raise InputError(f"grows more than {RATIO} times when unpacked", self._place, hint)
        return data
