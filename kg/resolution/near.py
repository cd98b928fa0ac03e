"""Which documents can have a say in whether another is a copy: looked up by keys, without comparing all with all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kg.model import Document
from kg.resolution import copies
from kg.resolution.copies import differ, repeats

if TYPE_CHECKING:
    import numpy
    import numpy.typing

__all__ = ["alike", "candidates", "columns", "differ", "keys", "kindred", "repeats"]

_WIDTH = copies.BANDS + 2 * copies.KIN  # keys of a document
_TOGETHER = 8  # columns that are held at once


def keys(document: Document) -> list[bytes]:
    """The keys of a document, each of eight bytes: two documents of which :func:`kg.resolution.mark_copies` links one
    to the other share one at the same place."""
    return copies.signature(document).keys


def candidates(table: Path, order: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """As :func:`kg.resolution.copies.candidates`, of a file with the keys of one document behind those of the other;
    ``order`` are their numbers in it in the order of :func:`kg.resolution.copies.order`."""
    return copies.candidates(_columns(table, order))


def columns(table: Path, order: Sequence[int]) -> Iterator[bytes]:
    """The columns of such a file, the documents in this order."""
    return (column.tobytes() for column in _columns(table, order))


def _columns(table: Path, order: Sequence[int]) -> Iterator[numpy.typing.NDArray[numpy.uint64]]:
    import numpy as np

    if not order:
        return
    places = np.array(order)
    for first in range(0, _WIDTH, _TOGETHER):
        mapped = np.memmap(table, np.uint64, "r").reshape(-1, _WIDTH)  # anew, so that what was read is let go
        yield from np.ascontiguousarray(mapped[:, first : first + _TOGETHER].T)[:, places]


def alike(one: Document, other: Document) -> bool:
    """Whether one of two documents would be linked to the other, if there were no others."""
    earlier, later = sorted((one, other), key=copies.order)
    return copies.repeats(copies.signature(later), copies.signature(earlier))


def kindred(
    starts: Iterable[Document],
    candidates: Callable[[Document], Iterable[str]],
    read: Callable[[str], Document],
) -> dict[str, Document]:
    """The documents that hang together with some by being alike, these among them, by their ids.

    Marking the copies among them gives each the mark that it has among all documents: a mark depends on nothing but the
    documents that one repeats, and on their own marks. ``candidates`` are those that may be alike.
    """
    found = {d.id: d for d in starts}
    todo = [found[i] for i in sorted(found)]
    while todo:
        one = todo.pop()
        for name in candidates(one):
            if name not in found:
                other = read(name)
                if (one.copy_of or one.id) == (other.copy_of or other.id) or alike(one, other):
                    found[name] = other
                    todo.append(other)
    return found
