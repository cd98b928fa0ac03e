"""Documents that repeat another: reprints, cut, reordered or reworded copies, found by the words they share in place,
and translations, found by names and figures (see :mod:`kg.resolution.translations`).

Two steps: a sketch of each text finds the few earlier ones that may be like it, at a cost that does not grow with their
number (Broder 1997); then the two texts are compared stretch by stretch. The figures behind the thresholds are measured
in tests/test_copies.py.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, repeat
from typing import TYPE_CHECKING, Any
from zlib import crc32

from kg.model import Document
from kg.resolution.translations import Outline, outline, translates
from kg.text import Tokens

if TYPE_CHECKING:
    import numpy
    import numpy.typing

    _Pairs = numpy.typing.NDArray[numpy.uint32]
    _Keys = numpy.typing.NDArray[numpy.uint64]

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

BANDS, KIN = 96, 40
"""The keys of the sketch of a text's words, and of the sketches of its two kinds of anchors; of two numbers each. With
32, one in ten translations that share a quarter of their pairs was never looked at; with 40 it is one in sixteen."""
CROWD, CANDIDATES = 32, 64
"""Bounds that keep the cost linear: a key of more texts finds only the first of these, a text is compared with no more
than so many others."""

_SHINGLE, _ROWS, _SEED = 3, 2, 1
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Signature:
    """All that is compared of a document's text; small, and the same for the same text.

    ``bands`` are the keys by which like texts find each other, ``kin`` those by which translations do, ``pairs`` three
    numbers for each word (0 where a pair is not telling), all packed; ``figures`` the words with a digit, sorted.
    """

    words: int
    bands: bytes
    kin: bytes
    pairs: bytes
    figures: tuple[str, ...]
    language: str
    outline: Outline

    @property
    def keys(self) -> list[bytes]:
        """The keys, each of eight bytes: texts that are compared have one in common, at the same place."""
        packed = self.bands + self.kin
        return [packed[a:b] for a, b in pairwise(range(0, len(packed) + 1, len(packed) // (BANDS + 2 * KIN)))]


def signature(document: Document) -> Signature:
    """The signature of a document: the costly part of finding copies, and a pure function of text and language."""
    import numpy as np

    tokens = Tokens.of(document.text)
    words = [k for k in tokens.keys if k[0].isalnum()]
    shingles = {" ".join(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1))}
    bands = _sketch(sorted(crc32(s.encode()) for s in shingles), BANDS)
    drawn = outline(tokens)
    own = hashlib.sha256(document.text.encode()).digest()[:8] * KIN  # what finds no other text but itself
    kin = b"".join(_sketch(pairs, KIN) if pairs else own for pairs in drawn.pairs())
    packed = np.array(_pairs(words), np.uint32).tobytes()
    figures = tuple(sorted({w for w in words if _DIGIT.search(w)}))
    return Signature(len(words), bands, kin, packed, figures, document.language[:2], drawn)


def _sketch(numbers: Sequence[int], bands: int) -> bytes:
    import numpy as np

    sketch = _blank(bands).copy()
    sketch.update_batch(numbers)
    return bytes(sketch.hashvalues.astype(np.uint32).tobytes())


def _pairs(words: list[str]) -> list[int]:
    """For each word the pairs it makes with those behind it, each as a number."""
    least = TELLING if len(words) >= TINY else 0
    letters = [len(w) if len(w) > 1 or w.isascii() else TELLING for w in words]  # a sign of a script without spaces
    written, begun = _encoded(words)
    found = []
    for i, first in enumerate(letters):
        for j in range(i + 1, i + 1 + REACH):
            telling = j < len(words) and first + letters[j] > least
            found.append((crc32(written[j], begun[i]) or 1) if telling else 0)
    return found


def _encoded(words: list[str]) -> tuple[list[bytes], list[int]]:
    """The words as bytes, and the number of each with a space behind it, from which that of a pair goes on."""
    written = [word.encode() for word in words]
    return written, [crc32(word + b" ") for word in written]


@cache
def _blank(bands: int) -> Any:  # noqa: ANN401 - the library has no types
    """An empty sketch; to draw its permutations anew for each text takes longer than all the rest."""
    from datasketch import MinHash

    return MinHash(num_perm=bands * _ROWS, seed=_SEED, hashfunc=int)


def mark_copies(documents: Sequence[Document], signatures: Mapping[str, Signature] | None = None) -> list[Document]:
    """The documents, each copy linked to the earliest of those it repeats; in the order of their ids.

    The earliest is the one issued first, then the one with the smaller id; what says no date comes last. A copy of a
    copy is one of the original, and a translation if it is in another language. ``signatures`` holds those already
    known, by the id of the document.
    """
    import numpy as np

    known = signatures or {}
    ordered = sorted(documents, key=order)

    @cache
    def signed(place: int) -> Signature:
        return known.get(ordered[place].id) or signature(ordered[place])

    packed = b"".join(b"".join(keys) for keys in map(_keys, ordered, repeat(known)))
    table = np.frombuffer(packed, np.uint64).reshape(len(ordered), -1) if ordered else np.zeros((0, 0), np.uint64)
    originals: dict[int, int] = {}
    for later, earlier in candidates(table.T):
        found = next((n for n in earlier if repeats(signed(later), signed(n))), None)
        if found is not None:
            originals[later] = originals.get(found, found)
    marked = [_marked(d, ordered[originals.get(n, n)]) for n, d in enumerate(ordered)]
    return sorted(marked, key=lambda d: d.id)


def _keys(document: Document, known: Mapping[str, Signature]) -> list[bytes]:
    return (known.get(document.id) or signature(document)).keys


def candidates(columns: Iterable[_Keys]) -> Iterator[tuple[int, list[int]]]:
    """The documents that may be copies, each with the earlier ones that may be like it, the earliest first.

    Documents are known by their places in the columns of their keys, which follow :func:`order`.
    """
    votes: dict[int, Counter[int]] = {}
    for column in columns:
        for members in _alike(column):
            for n, later in enumerate(members[1:], 1):
                votes.setdefault(later, Counter()).update(members[: min(n, CROWD)])
    for later in sorted(votes):
        counted = votes[later]
        yield later, sorted(sorted(counted, key=lambda n: (-counted[n], n))[:CANDIDATES])


def _alike(column: _Keys) -> Iterator[list[int]]:
    """The places that have a key in common, in order."""
    import numpy as np

    placed = np.argsort(column, kind="stable")
    ends = np.flatnonzero(np.diff(column[placed]) != 0) + 1
    starts, stops = np.concatenate(([0], ends)), np.append(ends, len(placed))
    for n in np.flatnonzero(stops - starts > 1):
        yield placed[starts[n] : stops[n]].tolist()


def _marked(document: Document, original: Document) -> Document:
    if original.id == document.id:
        return replace(document, copy_of="", translated=False)
    return replace(document, copy_of=original.id, translated=differ(document.language, original.language))


def differ(one: str, other: str) -> bool:
    """Whether two languages are known and not the same."""
    return bool(one and other) and one[:2] != other[:2]


def order(document: Document) -> tuple[str, str]:
    """The order in which documents are held to repeat others: by date, then by id.

    A year or a month comes after all days in it, as no date at all comes last: nobody knows that it was earlier.
    """
    return f"{document.issued}~", document.id


def repeats(later: Signature, earlier: Signature) -> bool:
    """Whether the text of one signature copies that of the other; the later one may be part of the earlier."""
    if differ(later.language, earlier.language) and translates(later.outline, earlier.outline):
        return True
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
