"""The parts of a pattern on one side of the words it was found by: each fills itself and hands on to the next.

A part is made once, when its pattern is first tried, and knows what follows it; a segment, a place in it and what is
bound so far are all it is asked with. Places are counted from the words outwards, nearest first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from itertools import takewhile

from kg.patterns.bound import Bound
from kg.patterns.free import TEXT, is_free
from kg.patterns.notation import FEW, Gap, Keys, Slot, Words
from kg.patterns.segment import Segment

SOFT = 4
"""The width between two parts with nothing said: how many unknown words (adjectives, nouns) may stand there."""
DESCRIBING = 6
"""How many words ``~`` passes over."""


class Part(ABC):
    """One part, and all that follow it."""

    @abstractmethod
    def fill(self, segment: Segment, position: int, bound: Bound, width: int = SOFT) -> Bound | None:
        """What is bound when this part and all behind it are filled; ``position`` is the edge of what is filled (past
        it, to the right), ``width`` how far off this part may stand."""


class End(Part):
    """Behind the last part."""

    def fill(self, segment: Segment, position: int, bound: Bound, width: int = SOFT) -> Bound | None:
        """All that was bound."""
        return bound


class Mark(Part):
    """Notes that the parts before it could be filled, for those who ask why a pattern did not match."""

    def __init__(self, following: Part, number: int, reached: list[int]) -> None:
        self.following, self.number, self.reached = following, number, reached

    def fill(self, segment: Segment, position: int, bound: Bound, width: int = SOFT) -> Bound | None:
        """What those behind it bind."""
        self.reached.append(self.number)
        return self.following.fill(segment, position, bound, width)


class Distance(Part):
    """How far off the next part may stand: ``..``, ``~`` and ``+``."""

    def __init__(self, following: Part, gap: Gap) -> None:
        self.following, self.width = following, gap.width

    def fill(self, segment: Segment, position: int, bound: Bound, width: int = SOFT) -> Bound | None:
        """What the next part binds within that distance."""
        if self.width > SOFT:
            bound = bound.with_gap()
        return self.following.fill(segment, position, bound, self.width)


class Wording(Part):
    """One of several wordings."""

    def __init__(self, following: Part, words: Words, possessive: frozenset[str], *, rightwards: bool) -> None:
        self.following, self.rightwards, self.optional = following, rightwards, words.optional
        self.by_edge = words.by_first if rightwards else words.by_last
        self.owner = is_owner_sign(words, possessive)
        """Whether it says whose something is: "its" is the owner and the sign of it in one."""

    def fill(self, segment: Segment, position: int, bound: Bound, width: int = SOFT) -> Bound | None:
        """The nearest wording after which all that follows can be filled."""
        if self.owner and self.rightwards and position and position - 1 in segment.owners:
            found = self.following.fill(segment, position, bound)
        else:
            found = self._nearest(segment, position, bound, width)
        if found is None and self.optional:
            return self.following.fill(segment, position, bound, width)
        return found

    def _nearest(self, segment: Segment, position: int, bound: Bound, width: int) -> Bound | None:
        words, by_edge, rightwards, owner = segment.words, self.by_edge, self.rightwards, self.owner
        at, step, passed, count = (position, 1, 0, len(words)) if rightwards else (position - 1, -1, 0, len(words))
        partner, light, breaks, few = segment.partner, segment.light, segment.breaks, width == FEW
        limit, binding = DESCRIBING if few else width, segment.grammar.binding
        while 0 <= at < count and passed <= limit:
            if (words[at] in by_edge or owner) and not (at > position and words[at - 1] in segment.grammar.residing):
                found = self._at(segment, at, bound)
                if found is not None:
                    return found
            bracket = at in partner
            if bracket and not rightwards and partner[at] >= position:
                return None  # what stands in a bracket speaks of the name before it
            passable = width > SOFT or bracket or (at in light and not (few and words[at] in binding))
            if at in breaks or not (passable or (few and segment.describes(at))):
                return None
            at, passed = past(segment, at, rightwards=rightwards) if bracket else at + step, passed + 1
        return None

    def _at(self, segment: Segment, at: int, bound: Bound) -> Bound | None:
        """What is bound with a wording that stands, or ends, at a place."""
        rightwards, words = self.rightwards, segment.words
        if self.owner and not rightwards and at in segment.owners:
            found = self.following.fill(segment, at + 1, bound, 0)
            if found is not None:
                return found
        for keys in self.by_edge.get(words[at], ()):
            length = len(keys)
            first = at if rightwards else at - length + 1
            last = first + length
            if length == 1 or (first >= 0 and words[first:last] == keys):
                edge = last if rightwards else first
                found = self.following.fill(segment, edge, bound.extended(first, last))
                if found is not None:
                    return found
        return None


class Topic(Part):
    """What no words here name: it is filled later."""

    def __init__(self, following: Part, slot: Slot) -> None:
        self.following, self.name = following, slot.name

    def fill(self, segment: Segment, position: int, bound: Bound, width: int = SOFT) -> Bound | None:
        """What is bound without it."""
        return self.following.fill(segment, position, bound.with_slot(self.name, (), bound.low, bound.high))


class Text(Part):
    """Free words: as many as the parts behind them leave, up to a comma, name or sign."""

    def __init__(self, following: Part, slot: Slot, listed: Iterable[str], *, rightwards: bool) -> None:
        self.following, self.name, self.rightwards, self.optional = following, slot.name, rightwards, slot.optional
        self.joined = slot.name in listed
        """Whether a conjunction does not end them: "director of sales and marketing"; but "1,000 cars and …"."""

    def fill(self, segment: Segment, position: int, bound: Bound, width: int = SOFT) -> Bound | None:
        """The most words after which all that follows can be filled."""
        taken, conjunctions = self._taken(segment, position), segment.grammar.conjunctions
        for count in range(len(taken), 0, -1):
            if _key(segment, taken[count - 1]) in conjunctions:
                continue
            low, high = min(taken[:count]), max(taken[:count]) + 1
            edge = high if self.rightwards else low
            nodes = tuple(range(low, high))
            found = self.following.fill(segment, edge, bound.with_slot(self.name, nodes, low, high))
            if found is not None:
                return found
        return self.following.fill(segment, position, bound, width) if self.optional else None

    def _taken(self, segment: Segment, position: int) -> list[int]:
        """The nodes of free words from a position on."""
        at, step = (position, 1) if self.rightwards else (position - 1, -1)
        while self.rightwards and at < len(segment) and segment.owns(at):
            at += 1  # "as its new chief"
        taken: list[int] = []
        while 0 <= at < len(segment) and len(taken) < TEXT and is_free(segment, at):
            if segment.words[at] in segment.grammar.ends:
                break
            taken.append(at)
            at += step
        if self.joined:
            return taken
        return list(takewhile(lambda i: _key(segment, i) not in segment.grammar.conjunctions, taken))


def is_owner_sign(part: object, possessive: frozenset[str]) -> bool:
    """Whether a part may be a word or sign that says whose something is."""
    return isinstance(part, Words) and not possessive.isdisjoint(part.by_first)


def past(segment: Segment, at: int, *, rightwards: bool) -> int:
    """One node on, or behind the bracket that starts here."""
    step = 1 if rightwards else -1
    partner = segment.partner.get(at)
    if partner is not None and (partner > at) == rightwards:
        return partner + step
    return at + step


def _key(segment: Segment, i: int) -> Keys:
    return (segment.words[i],)
