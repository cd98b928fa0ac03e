"""Which documents may repeat each other, as a table of their keys in one file: looked up without reading any text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from kg import files

WIDTH = 8
"""Bytes of a key, and of a document's id."""
_CHECKSUM = 32
_PREFIX = "neighbours-"

Keys = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ids of documents and, column by column, their keys: two documents with one key in common may be alike.

    >>> one, other = "00000000000000aa", "00000000000000bb"
    >>> table = Neighbours.of({one: [b"one-----", b"two-----"], other: [b"1-------", b"two-----"]})
    >>> table.near([b"1-------", b"-------2"]), table.near(table.keys(one))
    (['00000000000000bb'], ['00000000000000aa', '00000000000000bb'])
    """

    ids: bytes
    columns: tuple[bytes, ...]

    @classmethod
    def of(cls, keys: Mapping[str, Keys]) -> Neighbours:
        """The table of these documents; all have as many keys."""
        ordered = sorted(keys)
        columns = zip(*(keys[document] for document in ordered), strict=True)
        return cls(b"".join(map(bytes.fromhex, ordered)), tuple(map(b"".join, columns)))

    @property
    def names(self) -> list[str]:
        """The ids of the documents in the table."""
        return [self._name(place) for place in range(len(self.ids) // WIDTH)]

    def keys(self, document: str) -> Keys:
        """The keys of a document in the table; KeyError for another."""
        place = next(_places(self.ids, bytes.fromhex(document)), None)
        if place is None:
            raise KeyError(document)
        return [column[place * WIDTH : (place + 1) * WIDTH] for column in self.columns]

    def near(self, keys: Keys) -> list[str]:
        """The documents that have one of these keys, sorted."""
        columns = zip(self.columns, keys, strict=True) if self.columns else ()
        return sorted({self._name(place) for column, key in columns for place in _places(column, key)})

    def crowd(self, keys: Keys) -> int:
        """How many documents have the most common of these keys."""
        columns = zip(self.columns, keys, strict=True) if self.columns else ()
        return max((sum(1 for _ in _places(column, key)) for column, key in columns), default=0)

    def changed(self, gone: Collection[str], come: Mapping[str, Keys]) -> Neighbours:
        """The table without some documents and with others."""
        out = sorted(place for document in gone for place in _places(self.ids, bytes.fromhex(document)))
        more = Neighbours.of(come)
        if not self.columns or not more.columns:
            columns = tuple(_without(column, out) for column in self.columns) or more.columns
        else:
            both = zip(self.columns, more.columns, strict=True)
            columns = tuple(_without(one, out) + other for one, other in both)
        return Neighbours(_without(self.ids, out) + more.ids, columns)

    @classmethod
    def latest(cls, folder: Path, beginning: str) -> Neighbours:
        """A table whose name begins so, or an empty one."""
        names = sorted(path.name.removeprefix(_PREFIX) for path in folder.glob(f"{_PREFIX}{beginning}*"))
        return next(filter(None, (cls.load(folder, name) for name in names)), cls(b"", ()))

    @classmethod
    def load(cls, folder: Path, name: str) -> Neighbours | None:
        """The table kept under a name, or None when there is none or it is damaged."""
        try:
            found = (folder / (_PREFIX + name)).read_bytes()
        except OSError:
            return None
        checksum, count, body = found[:_CHECKSUM], found[_CHECKSUM : _CHECKSUM + WIDTH], found[_CHECKSUM + WIDTH :]
        if len(count) < WIDTH or checksum != _checksum(count, body):
            return None
        size = int.from_bytes(count) * WIDTH
        parts = [body[start : start + size] for start in range(0, len(body), size)] if size else [b""]
        return cls(parts[0], tuple(parts[1:]))

    def save(self, folder: Path, name: str) -> None:
        """Keep the table under a name and forget those before it; where that is not possible nothing is kept."""
        self.write(folder, name, self.names, lambda: self.columns)

    @classmethod
    def write(cls, folder: Path, name: str, ids: Sequence[str], columns: Callable[[], Iterable[bytes]]) -> None:
        """As :meth:`save`, of a table that is never held whole: its columns are asked for twice, one by one."""
        head = [len(ids).to_bytes(WIDTH), b"".join(map(bytes.fromhex, ids))]
        summed = hashlib.sha256()
        for part in chain(head, columns()):
            summed.update(part)
        try:
            folder.mkdir(exist_ok=True)
            files.write(folder / (_PREFIX + name), chain([summed.digest()], head, columns()))
            for other in folder.glob(_PREFIX + "*"):
                if other.name != _PREFIX + name:
                    other.unlink(missing_ok=True)
        except OSError:
            return

    def _name(self, place: int) -> str:
        return self.ids[place * WIDTH : (place + 1) * WIDTH].hex()


def _checksum(count: bytes, body: bytes) -> bytes:
    summed = hashlib.sha256(count)
    summed.update(body)
    return summed.digest()


def _places(column: bytes, key: bytes) -> Iterator[int]:
    """Where a key stands in a column, counted in keys."""
    found = column.find(key)
    while found >= 0:
        if found % WIDTH == 0:
            yield found // WIDTH
        found = column.find(key, found + 1)


def _without(column: bytes, places: Iterable[int]) -> bytes:
    """A column without the keys at some places, given in order."""
    kept, start = [], 0
    for place in places:
        kept.append(column[start : place * WIDTH])
        start = (place + 1) * WIDTH
    return b"".join([*kept, column[start:]])
