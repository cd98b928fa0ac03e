"""Finds things by any of their names, as fast as one types: the same order as in the scripts of a page.

The beginning of a name goes before that of a word, that before the middle of one; a label before another name, then
the thing with more facts. All names stand in one text, which is searched by the machine's own search for strings.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping

Name = tuple[str, str, bool]
"""The IRI of a thing, a name of it, and whether that is its label."""

_MARK = "\n"
_OTHERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n"}
)
_ENOUGH = 20_000
"""Places of a piece of a word that are looked at: who has typed so little will type more."""


def fold(text: str) -> str:
    """A text without accents and capitals, in which each run of spaces is one.

    >>> fold("  Große  Ävä ")
    'grosse ava'
    """
    if text.isascii():
        return " ".join(text.lower().split())
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.category(c).startswith("M"))
    return " ".join(bare.lower().translate(_OTHERS).split())


class Names:
    """The names of all things, ready to be searched. ``weights`` says how much there is of each, by IRI."""

    def __init__(self, names: Iterable[Name], weights: Mapping[str, int]) -> None:
        self._weights = weights
        self._entries = sorted({(fold(label), iri, is_label, label) for iri, label, is_label in names if fold(label)})
        self._starts, place = [], 1
        for folded, *_ in self._entries:
            self._starts.append(place)
            place += len(folded) + 1
        self._text = _MARK + _MARK.join(entry[0] for entry in self._entries) + _MARK

    def find(self, text: str, most: int = 12) -> list[str]:
        """The IRIs of the things that have a name with this text in it, the best first.

        >>> names = Names([("x:1", "Ada Boat", True), ("x:2", "Boat", True), ("x:3", "Steamboat", True)], {})
        >>> names.find("boat")
        ['x:2', 'x:1', 'x:3']
        """
        wanted = fold(text)
        best: dict[str, tuple[int, int, int, str]] = {}
        for entry, rank in self._hits(wanted) if wanted else ():
            _, iri, is_label, label = self._entries[entry]
            key = (2 * rank + (not is_label), -self._weights.get(iri, 0), len(label), label)
            best[iri] = min(key, best.get(iri, key))
        return sorted(best, key=lambda iri: (best[iri], iri))[:most]

    def _hits(self, wanted: str) -> Iterable[tuple[int, int]]:
        """Entries with how well they fit: 0 all of it, 1 its beginning, 2 that of a word, 3 within one."""
        place, looked = self._text.find(wanted), 0
        while place >= 0 and looked < _ENOUGH:
            before, after = self._text[place - 1], self._text[place + len(wanted)]
            rank = (0 if after == _MARK else 1) if before == _MARK else 3 if before.isalnum() else 2
            yield bisect_right(self._starts, place) - 1, rank
            place, looked = self._text.find(wanted, place + 1), looked + 1
        if looked == _ENOUGH:  # what begins so is never left out
            yield from ((n, 0 if folded == wanted else 1) for n, (folded, *_) in self._prefixed(wanted))

    def _prefixed(self, wanted: str) -> Iterable[tuple[int, tuple[str, str, bool, str]]]:
        start = bisect_right(self._entries, (wanted,))
        for number in range(start, len(self._entries)):
            if not self._entries[number][0].startswith(wanted):
                return
            yield number, self._entries[number]
