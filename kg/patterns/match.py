"""Finds patterns in a segment: looked up by their rarest words, then filled outwards from there.

The words are found by one pass over the segment; each hit then looks at a bounded number of nodes to its left and
right. So the cost grows with the text and with the hits, not with the number of patterns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.model import Status
from kg.patterns.bound import Bound
from kg.patterns.index import Entry, Index
from kg.patterns.notation import Keys, Pattern, Slot, Words
from kg.patterns.segment import Segment
from kg.patterns.walk import SOFT, Walk


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern found: what fills its slots (nodes by slot name), the words it was found by, its extent in nodes."""

    pattern: Pattern
    slots: dict[str, tuple[int, ...]]
    anchor: tuple[int, int]
    first: int
    last: int
    gaps: int = 0
    model: int = -1
    """The figure of the match whose words this one leaves out ("… and Norland 1,500"), or -1."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A pattern whose words were found (first node, past the last) but not the part with the number ``lacking``."""

    pattern: Pattern
    anchor: tuple[int, int]
    lacking: int


class Matcher:
    """Patterns made ready for look-up: build it once, use it for every segment."""

    def __init__(self, patterns: Sequence[Pattern], lists: dict[str, frozenset[Keys]]) -> None:
        self.lists = lists
        texts = {e.name for p in patterns for e in p.elements if isinstance(e, Slot) and e.value == "text"}
        self.by_first = {name: Words(lists[name]).by_first for name in sorted(texts & lists.keys())}
        """For free words that need one of a list the wordings of that list."""
        self.index = Index(patterns, lists)

    def matches(self, segment: Segment) -> list[Match]:
        """Every match in a segment, at most one for each hit of a pattern's words."""
        found = []
        for hit in self.index.hits(segment):
            width = 0 if hit.owned else SOFT
            for entry in hit.entries:
                match = self._fill(segment, entry, hit.first, hit.last, width=width)
                if match is not None:
                    found.append(match)
        return found

    def near_misses(self, segment: Segment) -> Iterator[NearMiss]:
        """The patterns whose words stand in a segment but which do not match, each with the part that is lacking."""
        for hit in self.index.all_hits(segment):
            for entry in hit.entries:
                if self._fill(segment, entry, hit.first, hit.last) is None:
                    lacking = self._lacking(segment, entry, hit.first, hit.last)
                    yield NearMiss(entry.pattern, (hit.first, hit.last), lacking)

    def _lacking(self, segment: Segment, entry: Entry, first: int, last: int) -> int:
        """The number of the first part that could not be filled."""
        right = self._walk(segment, entry, rightwards=True)
        if right.go(0, last, Bound({}, first, last)) is None:
            return entry.pattern.anchor + 1 + right.furthest
        left = self._walk(segment, entry, rightwards=False)
        left.go(0, first, Bound({}, first, last))
        return max(entry.pattern.anchor - 1 - left.furthest, 0)

    def _walk(self, segment: Segment, entry: Entry, *, rightwards: bool) -> Walk:
        pattern, parts = entry.pattern, entry.right if rightwards else entry.left
        naming = pattern.status is Status.IN_EFFECT
        return Walk(
            segment, parts, pattern.elements[pattern.anchor], rightwards=rightwards, naming=naming, listed=self.by_first
        )

    def _fill(self, segment: Segment, entry: Entry, first: int, last: int, *, width: int = SOFT) -> Match | None:
        """The match of a pattern whose words stand at ``first`` to ``last``; ``width`` is how far off the name to their
        left may stand."""
        pattern = entry.pattern
        anchor = pattern.elements[pattern.anchor]
        bound = Bound({}, first, last)
        if isinstance(anchor, Slot):
            first, last = self.index.run(segment, anchor.name, first, last)
            bound = Bound({anchor.name: tuple(range(first, last))}, first, last)
        found: Bound | None = bound
        if entry.right:
            found = self._walk(segment, entry, rightwards=True).go(0, last, bound)
        if found is not None and entry.left:
            found = self._walk(segment, entry, rightwards=False).go(0, first, found, width)
        if found is None or not self._worded(segment, pattern, found.slots):
            return None
        return Match(pattern, found.slots, (first, last), found.low, found.high, found.gaps)

    def _worded(self, segment: Segment, pattern: Pattern, slots: dict[str, tuple[int, ...]]) -> bool:
        """Whether the free words hold one of their list, where there is one: "the private arm of" names no role."""
        for element in pattern.elements if self.by_first else ():
            if isinstance(element, Slot) and element.value == "text" and element.name in self.by_first:
                nodes, wordings = slots.get(element.name, ()), self.by_first[element.name]
                if nodes and not any(
                    segment.word_at(i, keys) for i in nodes for keys in wordings.get(segment.nodes[i].key, ())
                ):
                    return False
        return True
