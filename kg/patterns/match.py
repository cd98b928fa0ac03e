"""Finds patterns in a segment: looked up by their rarest words, then filled outwards from there.

The words are found by one pass over the segment; each hit then looks at a bounded number of nodes to its left and
right. So the cost grows with the text and with the hits, not with the number of patterns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kg.model import Status
from kg.patterns.bound import Bound
from kg.patterns.free import run_of_words
from kg.patterns.notation import Element, Gap, Keys, Pattern, Slot, Words
from kg.patterns.segment import SEVERAL, Segment
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


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A pattern whose words were found (first node, past the last) but not the part with the number ``lacking``."""

    pattern: Pattern
    anchor: tuple[int, int]
    lacking: int


class _Need(NamedTuple):
    """What may fill a part that must be filled, and on which side of the words looked up (-1 left, 1 right, 0 any)."""

    keys: frozenset[str]
    side: int


class _Entry(NamedTuple):
    """A pattern ready to be tried: its place among all, and its parts to the right and left of the words it is found
    by."""

    number: int
    pattern: Pattern
    right: tuple[Element, ...]
    left: tuple[Element, ...]


class _Branch(NamedTuple):
    """Patterns that share their first needs: those that need nothing more, and for each further need those that do.

    ``mask`` has a bit for each thing that meets the last of the shared needs.
    """

    mask: int
    entries: list[_Entry]
    branches: dict[_Need, _Branch]


class Matcher:
    """Patterns made ready for look-up: build it once, use it for every segment."""

    def __init__(self, patterns: Sequence[Pattern], lists: dict[str, frozenset[Keys]]) -> None:
        self.lists = lists
        texts = {e.name for p in patterns for e in p.elements if isinstance(e, Slot) and e.value == "text"}
        self.by_first = {name: Words(lists[name]).by_first for name in sorted(texts & lists.keys())}
        """For free words that need one of a list the wordings of that list."""
        self.leading = {name: _leading(name, lists) for name in self.by_first}
        needs = [_needs(pattern) for pattern in patterns]
        keys_needed = sorted({key for found in needs for need in found for key in need.keys})
        self.bits = {key: 1 << i for i, key in enumerate(keys_needed)}
        """For each thing that a pattern needs its bit in the masks."""
        often = Counter(need for found in needs for need in found)
        by_wording: dict[Keys, _Branch] = {}
        for number, pattern in enumerate(patterns):
            parts, k = pattern.elements, pattern.anchor
            entry = _Entry(number, pattern, parts[k + 1 :], parts[:k][::-1])
            shared = sorted(needs[number], key=lambda n: (-often[n], n.side, sorted(n.keys)))
            for keys in sorted(self._anchors(pattern)):
                branch = by_wording.setdefault(keys, _Branch(0, [], {}))
                for need in shared:
                    if need not in branch.branches:
                        branch.branches[need] = _Branch(sum(self.bits[key] for key in need.keys), [], {})
                    branch = branch.branches[need]
                branch.entries.append(entry)
        self.index: dict[str, list[tuple[Keys, _Branch]]] = {}
        for keys, branch in by_wording.items():
            self.index.setdefault(keys[0], []).append((keys, branch))

    def _anchors(self, pattern: Pattern) -> frozenset[Keys]:
        element = pattern.elements[pattern.anchor]
        if isinstance(element, Words):
            return element.alternatives
        return self.lists[element.name] if isinstance(element, Slot) else frozenset()

    def matches(self, segment: Segment) -> Iterator[Match]:
        """Every match in a segment, at most one for each hit of a pattern's words."""
        words, owners, here = segment.words, segment.owners, 0
        for key in self.bits.keys() & segment.spread.keys():
            here |= self.bits[key]
        for i, word in enumerate(words):
            for keys, branch in self.index.get(word, ()) if word else ():
                if len(keys) == 1 or words[i : i + len(keys)] == keys:
                    yield from self._filled(segment, branch, here, i, i + len(keys))
            if i in owners:  # "its" is an owner and the sign of it in one
                for sign in sorted(segment.grammar.possessive):
                    for keys, branch in self.index.get(sign, ()):
                        if len(keys) == 1:
                            yield from self._filled(segment, branch, here, i + 1, i + 1, width=0)

    def _filled(
        self, segment: Segment, branch: _Branch, here: int, first: int, last: int, *, width: int = SOFT
    ) -> Iterator[Match]:
        """The matches of patterns whose words stand at ``first`` to ``last``; ``here`` is the mask of the segment."""
        for entry in _possible(segment, branch, here, first, last):
            found = self._fill(segment, entry, first, last, width=width)
            if found is not None:
                yield found

    def near_misses(self, segment: Segment) -> Iterator[NearMiss]:
        """The patterns whose words stand in a segment but which do not match, each with the part that is lacking."""
        for i, word in enumerate(segment.words):
            for keys, branch in self.index.get(word, ()) if word else ():
                for entry in sorted(_all(branch)) if segment.word_at(i, keys) else ():
                    if self._fill(segment, entry, i, i + len(keys)) is None:
                        lacking = self._lacking(segment, entry, i, i + len(keys))
                        yield NearMiss(entry.pattern, (i, i + len(keys)), lacking)

    def _lacking(self, segment: Segment, entry: _Entry, first: int, last: int) -> int:
        """The number of the first part that could not be filled."""
        right = self._walk(segment, entry, rightwards=True)
        if right.go(0, last, Bound({}, first, last)) is None:
            return entry.pattern.anchor + 1 + right.furthest
        left = self._walk(segment, entry, rightwards=False)
        left.go(0, first, Bound({}, first, last))
        return max(entry.pattern.anchor - 1 - left.furthest, 0)

    def _walk(self, segment: Segment, entry: _Entry, *, rightwards: bool) -> Walk:
        pattern, parts = entry.pattern, entry.right if rightwards else entry.left
        naming = pattern.status is Status.IN_EFFECT
        return Walk(
            segment, parts, pattern.elements[pattern.anchor], rightwards=rightwards, naming=naming, listed=self.by_first
        )

    def _fill(self, segment: Segment, entry: _Entry, first: int, last: int, *, width: int = SOFT) -> Match | None:
        """The match of a pattern whose words stand at ``first`` to ``last``; ``width`` is how far off the name to their
        left may stand."""
        pattern = entry.pattern
        anchor = pattern.elements[pattern.anchor]
        bound = Bound({}, first, last)
        if isinstance(anchor, Slot):
            first, last = run_of_words(segment, first, last, self.leading[anchor.name])
            bound = Bound({anchor.name: tuple(range(first, last))}, first, last)
        found = self._walk(segment, entry, rightwards=True).go(0, last, bound)
        if found is not None:
            found = self._walk(segment, entry, rightwards=False).go(0, first, found, width)
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


def _possible(segment: Segment, branch: _Branch, here: int, first: int, last: int) -> list[_Entry]:
    """The patterns whose needs are met by what stands on the sides of the words at ``first`` to ``last``, in order."""
    found, todo, span = list(branch.entries), [branch.branches], segment.span
    while todo:
        for (keys, side), further in todo.pop().items():
            if not further.mask & here:
                continue
            begin, end = span(keys) if side else (first, last)
            if not (side > 0 and end < last) and not (side < 0 and begin >= first):
                found += further.entries
                if further.branches:
                    todo.append(further.branches)
    return sorted(found) if len(found) > 1 else found


def _all(branch: _Branch) -> Iterator[_Entry]:
    yield from branch.entries
    for further in branch.branches.values():
        yield from _all(further)


def _leading(name: str, lists: dict[str, frozenset[Keys]]) -> frozenset[str]:
    """The words that may lead free words: those of their list, and of the list ``<name>_with``."""
    groups = (lists[name], lists.get(name + "_with", frozenset()))
    return frozenset(key for group in groups for keys in group for key in keys)


def _needs(pattern: Pattern) -> tuple[_Need, ...]:
    """For each part that must be filled what may fill it: first words, classes, kinds of mention, kinds of value."""
    words, names, values = [], [], []
    loose = isinstance(pattern.elements[pattern.anchor], Slot)  # free words reach further than the word looked up
    for i, e in enumerate(pattern.elements):
        if i == pattern.anchor or isinstance(e, Gap) or e.optional:
            continue
        side = 0 if loose else 1 if i > pattern.anchor else -1
        if isinstance(e, Words):
            words.append(_Need(frozenset(e.by_first), side))
        elif not e.value and "topic" not in e.kinds:
            fits = frozenset(e.kinds & {"demonym"} or {*e.classes, *e.kinds, *_open_kinds(e)})
            names.append(_Need(fits, side))
        elif e.value not in ("", "text", "any"):
            values.append(_Need(frozenset({e.value}), side))
    both = any(isinstance(e, Slot) and e.name == "both" for e in pattern.elements)
    several = [_Need(frozenset({SEVERAL}), 0)] if both or len(names) > 1 else []
    return tuple(several + words + names + values)


def _open_kinds(slot: Slot) -> tuple[str, ...]:
    return ("unlisted",) if slot.open else ()
