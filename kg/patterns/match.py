"""Finds patterns in a segment: looked up by their rarest words, then filled outwards from there.

The words are found by one pass over the segment; each hit then looks at a bounded number of nodes to its left and
right. So the cost grows with the text and with the hits, not with the number of patterns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.frozen import quick
from kg.model import Status
from kg.patterns.bound import Bound
from kg.patterns.index import Entry, Index
from kg.patterns.notation import GAP, Gap, Keys, Pattern, Slot, Words
from kg.patterns.parts import SOFT, Part
from kg.patterns.segment import Segment
from kg.patterns.walk import Walk


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


quick(Match)


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
        self.sides: dict[int, tuple[Part, Part, str]] = {}
        """For patterns that were tried, by their number: the parts to the right and to the left of their words, and the
        free words that these are among, if they are."""
        self.worded = {
            p.id for p in patterns if any(isinstance(e, Slot) and e.name in self.by_first for e in p.elements)
        }
        """The patterns with free words that need one of a list."""

    def matches(self, segment: Segment) -> list[Match]:
        """Every match in a segment, at most one for each hit of a pattern's words."""
        found = []
        for hit in self.index.hits(segment):
            first, last, width = hit.first, hit.last, 0 if hit.owned else SOFT
            tied = first > 1 and segment.words[first - 1] == "-" and _is_tied(segment, first)
            for entry in hit.entries:
                if tied and _is_loose(entry.pattern):
                    continue
                match = self._fill(segment, entry, first, last, width=width)
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
        anchor, bound = entry.pattern.anchor, Bound({}, first, last)
        for rightwards, position in ((True, last), (False, first)):
            reached: list[int] = []
            found = self._side(segment, entry, rightwards=rightwards, reached=reached).fill(segment, position, bound)
            if rightwards and found is None:
                return anchor + 1 + max(reached)
        return max(anchor - 1 - max(reached), 0)

    def _side(self, segment: Segment, entry: Entry, *, rightwards: bool, reached: list[int] | None = None) -> Part:
        """The parts of a pattern on one side of its words."""
        pattern, elements = entry.pattern, entry.right if rightwards else entry.left
        naming = pattern.status is Status.IN_EFFECT
        walk = Walk(segment.grammar, self.by_first)
        return walk.parts(
            elements, pattern.elements[pattern.anchor], rightwards=rightwards, naming=naming, reached=reached
        )

    def _sides(self, segment: Segment, entry: Entry) -> tuple[Part, Part, str]:
        """What :attr:`sides` holds, made when a pattern is first tried: most never are."""
        anchor = entry.pattern.elements[entry.pattern.anchor]
        free = anchor.name if isinstance(anchor, Slot) else ""
        right, left = (self._side(segment, entry, rightwards=rightwards) for rightwards in (True, False))
        self.sides[entry.number] = found = right, left, free
        return found

    def _fill(self, segment: Segment, entry: Entry, first: int, last: int, *, width: int = SOFT) -> Match | None:
        """The match of a pattern whose words stand at ``first`` to ``last``; ``width`` is how far off the name to their
        left may stand."""
        pattern = entry.pattern
        right, left, free = self.sides.get(entry.number) or self._sides(segment, entry)
        slots: dict[str, tuple[int, ...]] = {}
        if free:
            first, last = self.index.run(segment, free, first, last)
            slots = {free: tuple(range(first, last))}
        found = right.fill(segment, last, Bound(slots, first, last))
        if found is not None:
            found = left.fill(segment, first, found, width)
        if found is None:
            return None
        if pattern.id in self.worded and not self._said(segment, found.slots):
            return None
        return Match(pattern, found.slots, (first, last), found.low, found.high, found.gaps)

    def _said(self, segment: Segment, slots: dict[str, tuple[int, ...]]) -> bool:
        """Whether the free words hold one of their list, where there is one: "the private arm of" names no role."""
        for name, wordings in self.by_first.items():
            nodes = slots.get(name, ())
            if nodes and not any(
                segment.word_at(i, keys) for i in nodes for keys in wordings.get(segment.words[i], ())
            ):
                return False
        return True


def _is_tied(segment: Segment, first: int) -> bool:
    """Whether a hyphen ties the words at a node to the name before it: "Norland-made" is nothing that anybody makes."""
    nodes = segment.nodes
    return nodes[first - 2].mention is not None and nodes[first - 2].end + 1 == nodes[first].start


def _is_loose(pattern: Pattern) -> bool:
    """Whether anything may stand before the words by which a pattern is found: "{s} .. made {o}"."""
    before = pattern.elements[pattern.anchor - 1] if pattern.anchor else None
    return isinstance(before, Gap) and before.width == GAP
