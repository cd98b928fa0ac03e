"""Translations of one text, found by what translators leave alone: names, figures, and which of them stand together.

No dictionary and no model of any language is asked. An anchor is a figure, whatever marks its thousands, or the first
letters of a word with a capital ("Indonesia", "Indonesian" and "Indonesien" are one). The figures behind the thresholds
are measured in tests/test_translations.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from zlib import crc32

from kg.languages import sentences
from kg.text import Tokens

OPENING = 5
"""Letters of a word that count: endings and spellings differ behind them, names seldom begin alike."""
LEAST = 10
"""Below so many different anchors a text is too short to tell a translation from a second report on the event."""

NOUNS = 0.35
"""The share of words with a capital above which a language writes all nouns so: German has 0.4 to 0.46, what is full of
names in English or Indonesian 0.34."""
LIKE = 0.6
"""The likeness from which texts are translations: whole, cut or reordered ones have at least 0.63, two reports on one
event with the same names and figures at most 0.6, as a rule 0.4."""
FIGURES = 2 / 3
"""The share of the fewer figures that the other text must have too: translations keep all, while reports of one form on
two months, or two that contradict each other, have the names of the other and figures of their own."""
FEW = 4
"""Below so many pairs of anchors a text finds no others by them: a date alone would bring together all of a day."""

WIDE, OFTEN = 24, 16
"""Bounds that keep the cost linear: of a longer list of anchors, as in a table, only the first make pairs, figures
before names; and an anchor of more sentences brings none of them together."""

Anchors = tuple[str, ...]

_THOUSANDS = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_SHORT = 2


@dataclass(frozen=True, slots=True)
class Outline:
    """What of a text outlasts translation: for each sentence its length in words and its anchors, sorted."""

    lengths: tuple[int, ...]
    anchors: tuple[Anchors, ...]
    nouns: bool = False
    """Whether it is in a language that writes all nouns with capitals, so that a word with one need not be a name."""

    @property
    def tells(self) -> bool:
        """Whether there is enough to compare."""
        return len({a for each in self.anchors for a in each}) >= LEAST

    def pairs(self) -> tuple[list[int], list[int]]:
        """The pairs of anchors that stand in one sentence, each as a number, and those of figures in one sentence or
        two in a row: where nouns are written large, most of the first are in one of the texts alone."""
        figures = [tuple(a for a in each if a[0].isdigit()) for each in self.anchors]
        figures = [each for each in figures if each]
        rows = {tuple(sorted(pair)) for one, other in pairwise(figures) for pair in product(one[:WIDE], other[:WIDE])}
        told = (_within(self.anchors), _within(figures) | rows) if self.tells else (set(), set())
        every, narrow = (sorted(crc32(" ".join(pair).encode()) for pair in found) for found in told)
        return every * (len(every) >= FEW), narrow * (len(narrow) >= FEW)


def _within(sentences: Iterable[Anchors]) -> set[Anchors]:
    return {pair for each in sentences for pair in combinations(each[:WIDE], 2)}


def outline(tokens: Tokens) -> Outline:
    """The outline of a text."""
    large = frozenset(tokens.capitals)
    small = {key for i, key in enumerate(tokens.keys) if i not in large}
    found: list[tuple[int, Anchors]] = []
    for part in sentences(tokens, frozenset()):
        keys = tokens.keys[part.first : part.last]
        anchors = {_anchor(key) for i, key in enumerate(keys, part.first) if i in large or key[0].isdigit()}
        if part.first in large and keys[0] in small:  # a word that only opens the sentence is no name
            anchors.discard(_anchor(keys[0]))
        found.append((sum(key[0].isalnum() for key in keys), tuple(sorted(anchors))))
    lengths, told = tuple(n for n, _ in found), tuple(a for _, a in found)
    names = sum(not anchor[0].isdigit() for each in told for anchor in each)
    return Outline(lengths, told, names > NOUNS * sum(lengths))


def _anchor(key: str) -> str:
    """What stands for a word or a figure; the ending of a figure ("1990s") counts with short ones only ("5g")."""
    figure = _FIGURE.match(key)
    if figure and (figure.end() == len(key) or len(figure[0]) > _SHORT):
        return _number(figure[0])
    return key[:OPENING]


def _number(written: str) -> str:
    """A figure without the marks of its language.

    >>> _number("1.250.000") == _number("1,250,000"), _number("1,5") == _number("1.5")
    (True, True)
    """
    return re.sub("[.,]", "", written) if _THOUSANDS.fullmatch(written) else written.replace(",", ".")


def translates(one: Outline, other: Outline) -> bool:
    """Whether two texts in different languages are translations of each other, or one of a part of the other."""
    return one.tells and other.tells and _figures(one, other) >= FIGURES and likeness(one, other) >= LIKE


def _figures(one: Outline, other: Outline) -> float:
    """The share of figures that two texts have in common, of the text that has fewer."""
    mine, theirs = ({a for each in text.anchors for a in each if a[0].isdigit()} for text in (one, other))
    fewer = min(len(mine), len(theirs))
    return len(mine & theirs) / fewer if fewer else 1.0


def likeness(one: Outline, other: Outline) -> float:
    """How much of the smaller of two texts stands in the other sentence by sentence, from 0 to 1.

    An anchor weighs the less the more sentences of its text have it: what the whole text is about says little.
    """
    mine, theirs = _weights(one), _weights(other)
    whole = min(_whole(one, mine, theirs), _whole(other, theirs, mine))
    return sum(_matches(one, other, mine, theirs)) / whole if whole else 0.0


def _weights(text: Outline) -> dict[str, float]:
    counted = Counter(a for each in text.anchors for a in each)
    return {anchor: 1 / n for anchor, n in counted.items()}


def _whole(text: Outline, weights: dict[str, float], known: dict[str, float]) -> float:
    """What could be found of a text: of one that writes nouns large the figures, and what the other has somewhere."""
    told = (a for a in weights if not text.nouns or a[0].isdigit() or a in known)
    return float(sum(1 for _ in told))


def _matches(one: Outline, other: Outline, mine: dict[str, float], theirs: dict[str, float]) -> Iterator[float]:
    """The weights that pairs of sentences have in common, each sentence in one pair, the best first."""
    places: dict[str, list[int]] = {}
    for j, anchors in enumerate(other.anchors):
        for anchor in anchors:
            places.setdefault(anchor, []).append(j)
    common: Counter[tuple[int, int]] = Counter()
    for i, anchors in enumerate(one.anchors):
        for anchor in anchors:
            for j in places.get(anchor, ()) if theirs.get(anchor, 0) * OFTEN >= 1 else ():
                common[i, j] += min(mine[anchor], theirs[anchor])  # type: ignore[assignment]
    taken: tuple[set[int], set[int]] = set(), set()
    for (i, j), weight in sorted(common.items(), key=lambda x: (-x[1], x[0])):
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            yield weight
