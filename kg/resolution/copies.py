"""Documents that repeat another: reprints, cut, reordered or reworded copies, found by the words they share in place.

Two steps: a sketch of each text finds the few earlier ones that may be like it, at a cost that does not grow with their
number (Broder 1997); then the two texts are compared stretch by stretch. The figures behind the thresholds are measured
in tests/test_copies.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zlib import crc32

from kg.model import Document
from kg.text import Tokens

if TYPE_CHECKING:
    import numpy
    import numpy.typing

    _Pairs = numpy.typing.NDArray[numpy.uint32]

REACH = 3
"""A pair is a word and one of so many words behind it: a reworded neighbour breaks some of a word's pairs, not all."""
TELLING = 8
"""Letters that the two words of a pair have in all at least: shorter ones ("of the") stand in every text."""
STRETCH = 16
"""Words of a stretch, about a sentence: what was cut is missing as whole stretches, what was reworded is not."""
SHARED = 0.2
"""The share of the pairs of a stretch that a copy still has: all synonyms replaced leave 0.3, other authors 0.03."""
COVERED = 0.6
"""The share of a text in such stretches from which it is a copy: of copies at least 0.75, of other articles on the same
event at most 0.35, of articles that stand above the same paragraph 0.4."""
REPEATED = 0.4
"""The share of a longer, later text that must repeat a shorter one: below, it is a text that quotes another whole."""
SHORT, ALIKE = 48, 0.7
"""Below so many words there are too few stretches; then that share of the pairs themselves must be the same."""
TINY = 20
"""Below so many words even that share says little: then the longer text must be no more than the shorter."""
FIGURES = 0.5
"""The share of figures that copies have in common; reports of one form differ in little else."""

BANDS = 96
"""The keys of a sketch; of two numbers each."""
CROWD, CANDIDATES = 32, 64
"""Bounds that keep the cost linear: a key of more texts finds only the first of these, a text is compared with no more
than so many others."""

_SHINGLE, _ROWS, _SEED = 3, 2, 1


@dataclass(frozen=True, slots=True)
class Signature:
    """All that is compared of a document's text; small, and the same for the same text.

    ``bands`` are the keys by which like texts find each other, ``pairs`` three numbers for each word (0 where a pair is
    not telling), both packed; ``figures`` the words with a digit, sorted.
    """

    words: int
    bands: bytes
    pairs: bytes
    figures: tuple[str, ...]


def signature(document: Document) -> Signature:
    """The signature of a document: the costly part of finding copies, and a pure function of the text."""
    import numpy as np

    words = [k for k in Tokens.of(document.text).keys if k[0].isalnum()]
    shingles = {" ".join(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1))}
    sketch = _blank().copy()
    sketch.update_batch(sorted(crc32(s.encode()) for s in shingles))
    values = sketch.hashvalues.astype(np.uint32)
    figures = tuple(sorted({w for w in words if any(c.isdigit() for c in w)}))
    return Signature(len(words), values.tobytes(), np.array(_pairs(words), np.uint32).tobytes(), figures)


def _pairs(words: list[str]) -> list[int]:
    """For each word the pairs it makes with those behind it, each as a number."""
    least = TELLING if len(words) >= TINY else 0
    letters = [len(w) if len(w) > 1 or w.isascii() else TELLING for w in words]  # a sign of a script without spaces
    found = []
    for i, word in enumerate(words):
        for j in range(i + 1, i + 1 + REACH):
            telling = j < len(words) and letters[i] + letters[j] > least
            found.append((crc32(f"{word} {words[j]}".encode()) or 1) if telling else 0)
    return found


@cache
def _blank() -> Any:  # noqa: ANN401 - the library has no types
    """An empty sketch; to draw its permutations anew for each text takes longer than all the rest."""
    from datasketch import MinHash

    return MinHash(num_perm=BANDS * _ROWS, seed=_SEED, hashfunc=int)


def mark_copies(documents: Sequence[Document], signatures: Mapping[str, Signature] | None = None) -> list[Document]:
    """The documents, each copy linked to the earliest of those it repeats; in the order of their ids.

    The earliest is the one issued first, then the one with the smaller id; what says no date comes last. A copy of a
    copy is one of the original. ``signatures`` holds those already known, by the id of the document.
    """
    known = signatures or {}
    originals: dict[str, str] = {}
    index = _Index()
    for document in sorted(documents, key=order):
        own = known.get(document.id) or signature(document)
        found = next((name for name, other in index.like(own) if repeats(own, other)), document.id)
        originals[document.id] = originals.get(found, found)
        index.add(document.id, own)
    ordered = sorted(documents, key=lambda d: d.id)
    return [replace(d, copy_of="" if originals[d.id] == d.id else originals[d.id]) for d in ordered]


def order(document: Document) -> tuple[bool, str, str]:
    """The order in which documents are held to repeat others: by date, then by id; without a date they come last."""
    return not document.issued, document.issued, document.id


class _Index:
    """The signatures seen so far, found again by what their sketches share."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.signatures: list[Signature] = []
        self.buckets: dict[bytes, list[int]] = {}

    def like(self, wanted: Signature) -> list[tuple[str, Signature]]:
        """The signatures that may be of a text like this one, the earliest first."""
        votes = Counter(n for key in _keys(wanted) for n in self.buckets.get(key, ()))
        nearest = sorted(votes, key=lambda n: (-votes[n], n))[:CANDIDATES]
        return [(self.names[n], self.signatures[n]) for n in sorted(nearest)]

    def add(self, name: str, own: Signature) -> None:
        for key in _keys(own):
            bucket = self.buckets.setdefault(key, [])
            if len(bucket) < CROWD:
                bucket.append(len(self.names))
        self.names.append(name)
        self.signatures.append(own)


def _keys(own: Signature) -> list[bytes]:
    """The bands of a sketch, each with its place."""
    size = len(own.bands) // BANDS
    return [b"%d:" % n + own.bands[a:b] for n, (a, b) in enumerate(pairwise(range(0, len(own.bands) + 1, size)))]


def repeats(later: Signature, earlier: Signature) -> bool:
    """Whether the text of one signature copies that of the other; the later one may be part of the earlier."""
    if (later.words, later.bands) == (earlier.words, earlier.bands):
        return True
    figures, others = {*later.figures}, {*earlier.figures}
    fewer = min(len(figures), len(others))
    if fewer > 1 and len(figures & others) < FIGURES * fewer:
        return False
    one, other = _of(later), _of(earlier)
    if min(later.words, earlier.words) < SHORT:
        if not (figures <= others or others <= figures):  # among so few words another figure is another report
            return False
        part = TINY <= later.words < earlier.words
        return _share(one, other) >= ALIKE and (part or _share(other, one) >= ALIKE)
    covered = _covered(one, other)
    return covered >= COVERED or (covered >= REPEATED and _covered(other, one) >= COVERED)


def _of(own: Signature) -> _Pairs:
    import numpy as np

    return np.frombuffer(own.pairs, np.uint32)


def _share(one: _Pairs, other: _Pairs) -> float:
    """The share of the pairs of one text that the other has."""
    import numpy as np

    return float(np.isin(one[one > 0], other).mean()) if one.any() else 0.0


def _covered(one: _Pairs, other: _Pairs) -> float:
    """The share of a text that lies in stretches whose words stand in the other text in much the same order."""
    import numpy as np

    size = STRETCH * REACH
    telling = one > 0
    starts = np.arange(0, max(1, len(one) - size // 2), size)
    same = np.add.reduceat((telling & np.isin(one, other)).astype(int), starts)
    least = np.maximum(1, SHARED * np.add.reduceat(telling.astype(int), starts))
    return float(np.average(same >= least, weights=np.diff(np.append(starts, len(one)))))
