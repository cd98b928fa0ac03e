"""Finds patterns in a segment: looked up by their rarest words, then filled outwards from there.

The words are found by one pass over the segment; each hit then looks at a bounded number of nodes to its left and
right. So the cost grows with the text and with the hits, not with the number of patterns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.model import Status
from kg.patterns.notation import Gap, Keys, Pattern, Slot, Words
from kg.patterns.segment import SEVERAL, Segment
from kg.patterns.walk import SOFT, Bound, Walk, run_of_words


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern found: what fills its slots (nodes by slot name), the words it was found by, its extent in nodes."""

    pattern: Pattern
    slots: dict[str, tuple[int, ...]]
    anchor: tuple[int, int]
    first: int
    last: int
    gaps: int = 0


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A pattern whose words were found (first node, past the last) but not the part with the number ``lacking``."""

    pattern: Pattern
    anchor: tuple[int, int]
    lacking: int


class Matcher:
    """Patterns made ready for look-up: build it once, use it for every segment."""

    def __init__(self, patterns: Sequence[Pattern], lists: dict[str, frozenset[Keys]]) -> None:
        self.index: dict[str, list[tuple[Keys, Pattern, tuple[frozenset[str], ...]]]] = {}
        known: dict[tuple[frozenset[str], ...], tuple[frozenset[str], ...]] = {}
        self.lists = lists
        texts = {e.name for p in patterns for e in p.elements if isinstance(e, Slot) and e.value == "text"}
        self.by_first = {name: Words(lists[name]).by_first for name in sorted(texts & lists.keys())}
        """For free words that need one of a list the wordings of that list."""
        for pattern in patterns:
            needs = known.setdefault(_needs(pattern), _needs(pattern))  # one object for equal needs: see matches()
            for keys in sorted(self._anchors(pattern)):
                self.index.setdefault(keys[0], []).append((keys, pattern, needs))

    def _anchors(self, pattern: Pattern) -> frozenset[Keys]:
        element = pattern.elements[pattern.anchor]
        if isinstance(element, Words):
            return element.alternatives
        return self.lists[element.name] if isinstance(element, Slot) else frozenset()

    def _leading(self, name: str) -> frozenset[str]:
        """The words that may lead free words: those of their list, and of the list ``<name>_with``."""
        groups = (self.lists[name], self.lists.get(name + "_with", frozenset()))
        return frozenset(key for group in groups for keys in group for key in keys)

    def matches(self, segment: Segment) -> Iterator[Match]:
        """Every match in a segment, at most one for each hit of a pattern's words."""
        present = segment.present
        met: dict[int, bool] = {}
        for i, node in enumerate(segment.nodes):
            for keys, pattern, needs in self.index.get(node.key, ()) if node.key else ():
                possible = met.get(id(needs))
                if possible is None:
                    possible = met[id(needs)] = _filled(present, needs)
                if not possible:
                    continue
                if len(keys) == 1 or segment.word_at(i, keys):
                    found = self._fill(segment, pattern, i, i + len(keys))
                    if found is not None:
                        yield found
            if segment.owns(i):
                yield from self._owned(segment, i + 1)

    def _owned(self, segment: Segment, i: int) -> Iterator[Match]:
        """The matches of patterns looked up by the sign of an owner alone, where "its" stands for both."""
        for sign in sorted(segment.grammar.possessive):
            for keys, pattern, needs in self.index.get(sign, ()):
                if len(keys) == 1 and _filled(segment.present, needs):
                    found = self._fill(segment, pattern, i, i, width=0)
                    if found is not None:
                        yield found

    def near_misses(self, segment: Segment) -> Iterator[NearMiss]:
        """The patterns whose words stand in a segment but which do not match, each with the part that is lacking."""
        for i, node in enumerate(segment.nodes):
            for keys, pattern, _ in self.index.get(node.key, ()) if node.key else ():
                if segment.word_at(i, keys) and self._fill(segment, pattern, i, i + len(keys)) is None:
                    yield NearMiss(pattern, (i, i + len(keys)), self._lacking(segment, pattern, i, i + len(keys)))

    def _lacking(self, segment: Segment, pattern: Pattern, first: int, last: int) -> int:
        """The number of the first part that could not be filled."""
        right, left = self._walks(segment, pattern)
        if right.go(0, last, Bound({}, first, last)) is None:
            return pattern.anchor + 1 + right.furthest
        left.go(0, first, Bound({}, first, last))
        return max(pattern.anchor - 1 - left.furthest, 0)

    def _walks(self, segment: Segment, pattern: Pattern) -> tuple[Walk, Walk]:
        anchor, parts, naming = pattern.elements[pattern.anchor], pattern.elements, pattern.status is Status.IN_EFFECT
        right = Walk(segment, parts[pattern.anchor + 1 :], anchor, rightwards=True, naming=naming)
        return right, Walk(segment, parts[: pattern.anchor][::-1], anchor, rightwards=False, naming=naming)

    def _fill(self, segment: Segment, pattern: Pattern, first: int, last: int, *, width: int = SOFT) -> Match | None:
        """The match of a pattern whose words stand at ``first`` to ``last``; ``width`` is how far off the name to their
        left may stand."""
        anchor = pattern.elements[pattern.anchor]
        bound = Bound({}, first, last)
        if isinstance(anchor, Slot):
            first, last = run_of_words(segment, first, last, self._leading(anchor.name))
            bound = Bound({anchor.name: tuple(range(first, last))}, first, last)
        right, left = self._walks(segment, pattern)
        found = right.go(0, last, bound)
        found = left.go(0, first, found, width) if found is not None else None
        if found is None or not self._worded(segment, pattern, found.slots):
            return None
        return Match(pattern, found.slots, (first, last), found.low, found.high, found.gaps)

    def _worded(self, segment: Segment, pattern: Pattern, slots: dict[str, tuple[int, ...]]) -> bool:
        """Whether the free words hold one of their list, where there is one: "the private arm of" names no role."""
        for element in pattern.elements:
            if isinstance(element, Slot) and element.value == "text" and element.name in self.by_first:
                nodes, wordings = slots.get(element.name, ()), self.by_first[element.name]
                if nodes and not any(
                    segment.word_at(i, keys) for i in nodes for keys in wordings.get(segment.nodes[i].key, ())
                ):
                    return False
        return True


def _needs(pattern: Pattern) -> tuple[frozenset[str], ...]:
    """For each part that must be filled what may fill it: first words, classes, kinds of mention, kinds of value."""
    others = (e for i, e in enumerate(pattern.elements) if i != pattern.anchor)
    parts = [e for e in others if not isinstance(e, Gap) and not e.optional]
    slots = [e for e in parts if isinstance(e, Slot) and "topic" not in e.kinds]
    named = [frozenset(s.kinds & {"demonym"} or {*s.classes, *s.kinds, *_open_kinds(s)}) for s in slots if not s.value]
    valued = [frozenset({s.value}) for s in slots if s.value not in ("", "text", "any")]
    worded = [frozenset(e.by_first) for e in parts if isinstance(e, Words)]
    several = [frozenset({SEVERAL})] if len(named) > 1 or any(s.name == "both" for s in slots) else []
    return tuple(several + worded + named + valued)


def _filled(present: frozenset[str], needs: tuple[frozenset[str], ...]) -> bool:
    return not any(map(present.isdisjoint, needs))


def _open_kinds(slot: Slot) -> tuple[str, ...]:
    return ("unlisted",) if slot.open else ()
