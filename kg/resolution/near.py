"""Which documents can have a say in whether another is a copy: looked up by keys, without comparing all with all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cache

from kg.model import Document
from kg.resolution import copies

_KEY = 8  # bytes: of a million documents hardly two would share one by chance, and then they are only compared


@cache
def _bands() -> tuple[tuple[int, int], ...]:
    """The runs of a MinHash of which one has to be the same in two documents for them to be compared."""
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=copies.ALIKE * 0.7, num_perm=copies._PERMUTATIONS)
    return tuple(index.hashranges)


def keys(document: Document) -> list[bytes]:
    """The keys of a document: two documents of which :func:`kg.resolution.mark_copies` links one to the other share
    one at the same place."""
    from datasketch import MinHash

    hashed = MinHash(num_perm=copies._PERMUTATIONS, seed=copies._SEED)
    hashed.update_batch([shingle.encode("utf-8") for shingle in sorted(copies._shingles(document.text))])
    runs = (hashed.hashvalues[start:end].astype(">u8").tobytes() for start, end in _bands())
    return [hashlib.sha256(run).digest()[:_KEY] for run in runs]


def alike(one: Document, other: Document) -> bool:
    """Whether one of two documents would be linked to the other, if there were no others."""
    return copies._jaccard(copies._shingles(one.text), copies._shingles(other.text)) >= copies.ALIKE


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
