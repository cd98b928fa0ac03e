"""Finds which patterns may match in a segment: by their rarest words, and by what else each of them needs around them.

Each need of some pattern (a word, a class, a kind of value, and where it must stand) has a bit. At each place of a
segment one number then tells which needs are met there, and a pattern is tried only where all of its own are. Which
patterns these are is worked out once for a wording and what is met around it, and kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import accumulate, repeat
from operator import or_
from typing import NamedTuple

from kg.patterns.free import run_of_words
from kg.patterns.grammar import OWNERS
from kg.patterns.notation import Element, Gap, Keys, Pattern, Slot, Words
from kg.patterns.segment import Segment
from kg.text import Mention

_SEVERAL = "several names"
"""What patterns need where more than one name must stand."""
_ALWAYS = 1
"""The bit of those that need nothing: it is met everywhere."""
_ANY, _RIGHT, _LEFT, _NEXT, _PREVIOUS = _SIDES = range(5)
"""Where a need must be met: anywhere, on one side of the words looked up, or right beside them."""
_KEPT = 512
"""For how many sets of needs the patterns of one wording are kept; of 64 a seventh was forgotten when met again."""


class _Need(NamedTuple):
    """What may fill a part that must be filled, and where it must stand."""

    keys: frozenset[str]
    side: int


class Entry(NamedTuple):
    """A pattern ready to be tried: its place among all, and its parts to the right and left of the words it is found
    by."""

    number: int
    pattern: Pattern
    right: tuple[Element, ...]
    left: tuple[Element, ...]


class _Branch(NamedTuple):
    """Patterns that share their first needs: those that need nothing more, and for each further need those that do.

    ``bit`` is that of the last of the shared needs.
    """

    bit: int
    entries: list[Entry]
    below: list[_Branch]


@dataclass(slots=True)
class _Choice:
    """The patterns that are found by one wording: ``wanted`` are the bits of all their needs, ``first`` those of the
    rarest need of each: where none of these is met no pattern is possible."""

    branch: _Branch = field(default_factory=lambda: _Branch(0, [], []))
    wanted: int = 0
    first: int = 0
    known: dict[int, tuple[Entry, ...]] = field(default_factory=dict)

    def add(self, needs: Sequence[int], entry: Entry) -> None:
        """One more pattern, beside those that share its first needs."""
        branch = self.branch
        self.first |= needs[0]
        for bit in needs:
            self.wanted |= bit
            further = next((b for b in branch.below if b.bit == bit), None)
            if further is None:
                further = _Branch(bit, [], [])
                branch.below.append(further)
            branch = further
        branch.entries.append(entry)

    def possible(self, met: int) -> tuple[Entry, ...]:
        """The patterns whose needs are met, in order."""
        met &= self.wanted
        found = self.known.get(met)
        if found is None:
            if len(self.known) >= _KEPT:
                self.known.clear()
            found = self.known[met] = _possible(self.branch, met)
        return found


class _Wording(NamedTuple):
    """One wording: its place among those with its first word, its words, the patterns found by it, and those found by
    free words that hold it, by the list that it is of."""

    number: int
    keys: Keys
    choice: _Choice
    free: dict[str, _Choice]


_NO_ENTRIES: Sequence[Entry] = ()
_NO_WORDINGS: tuple[list[_Wording], dict[str, list[_Wording]]] = [], {}


@dataclass(slots=True, eq=False)
class Hit:
    """Words found by which patterns may match: their first node, past their last; the patterns in order."""

    first: int
    last: int
    entries: Sequence[Entry]
    owned: bool = False
    """Whether it is a word that says whose something is, which is an owner and the sign of it in one."""


class _Met:
    """What is met at each place of a segment, as bits."""

    def __init__(self, bits: list[int], here: int, sides: Sequence[int]) -> None:
        _, self.right, self.left, self.following, self.previous = sides
        self.here = here
        self.any = reduce(or_, bits, here)
        """All that is met at some place or other."""
        self.bits = [*bits, 0]  # nothing stands beyond either end
        self.before: list[int] = []
        """What is met before each place, once it was asked for: in most segments no wording gets so far."""
        self.behind: list[int] = []

    def around(self, first: int, last: int) -> int:
        """The needs that are met around the nodes ``first`` to ``last`` (past the last)."""
        if not self.before:
            self.before = list(accumulate(self.bits[:-1], or_, initial=0))
            self.behind = list(accumulate(self.bits[-2::-1], or_, initial=0))[::-1]
        met = self.here | (self.behind[last] & self.right) | (self.before[first] & self.left)
        if following := self.bits[last]:
            met |= following & self.following
        if previous := self.bits[first - 1]:
            met |= previous & self.previous
        return met


class Index:
    """Patterns made ready for look-up: build it once, use it for every segment."""

    def __init__(self, patterns: Sequence[Pattern], lists: Mapping[str, frozenset[Keys]]) -> None:
        needs = [_needs(pattern) for pattern in patterns]
        often = Counter(need for found in needs for need in found)
        ranked = sorted(often, key=lambda n: (-often[n], n.side, sorted(n.keys)))
        bits = {need: _ALWAYS << i for i, need in enumerate(ranked, 1)}
        self.sides = [sum(bit for need, bit in bits.items() if need.side == side) for side in _SIDES]
        """For each side the bits of what must be met there."""
        self.bits: dict[str, int] = {}
        """For each thing that a pattern needs the bits of all needs that it meets."""
        for need, bit in bits.items():
            for key in need.keys:
                self.bits[key] = self.bits.get(key, 0) | bit
        self.named: dict[tuple[frozenset[str], str], int] = {}
        """The bits of names, by their classes and kinds."""
        texts = {e.name for p in patterns for e in p.elements if isinstance(e, Slot) and e.value == "text"}
        self.leading = {name: _leading(name, lists) for name in sorted(texts & lists.keys())}
        """For free words that are found by one of a list the words that may lead them."""
        by_wording: dict[Keys, _Wording] = {}
        for number, pattern in enumerate(patterns):
            parts, k = pattern.elements, pattern.anchor
            entry = Entry(number, pattern, parts[k + 1 :], parts[:k][::-1])
            own, anchor = sorted([bits[need] for need in needs[number]], reverse=True) or [_ALWAYS], parts[k]
            for keys in sorted(_anchors(anchor, lists)):
                wording = by_wording.setdefault(keys, _Wording(len(by_wording), keys, _Choice(), {}))
                found = wording.choice
                if isinstance(anchor, Slot):
                    found = wording.free.setdefault(anchor.name, _Choice())
                found.add(own, entry)
        self.owning: list[_Choice] | None = None
        """What :meth:`_owning` found out."""
        self.by_first: dict[str, tuple[list[_Wording], dict[str, list[_Wording]]]] = {}
        """The wordings by their first word: those of no other, and the longer ones by their second."""
        for keys, wording in by_wording.items():
            alone, longer = self.by_first.setdefault(keys[0], ([], {}))
            (longer.setdefault(keys[1], []) if len(keys) > 1 else alone).append(wording)

    def hits(self, segment: Segment) -> list[Hit]:
        """The words of patterns in a segment, in order, each with the patterns that it may hold."""
        found = list[Hit]()
        by_first, words, owners = self.by_first, segment.words, segment.owners
        places = [i for i, word in enumerate(words) if word in by_first]
        places = sorted((*places, *owners)) if owners else places
        if not places:
            return found
        met = self._met(segment)
        around = met.around
        for i in places:
            if words[i]:
                alone, seconds = by_first[words[i]]
                for _, keys, choice, free in self._wordings(words, i) if seconds else alone:
                    last, entries = i + len(keys), _NO_ENTRIES
                    if choice.first & met.any and choice.first & (meets := around(i, last)):
                        entries = choice.possible(meets)  # four of five are told before
                    if free:
                        entries = self._with_free(entries, free, segment, i, last, met)
                    if entries:
                        found.append(Hit(i, last, entries))
                continue
            for choice in self._owning(segment.grammar.possessive):
                found.append(Hit(i + 1, i + 1, choice.possible(met.around(i + 1, i + 1)), owned=True))
        return found

    def _owning(self, possessive: frozenset[str]) -> list[_Choice]:
        """The patterns found by signs that say whose something is; worked out once, as a language has one such list."""
        if self.owning is None:
            signs = [sign for sign in sorted(possessive) if sign in self.by_first]
            self.owning = [wording.choice for sign in signs for wording in self.by_first[sign][0]]
        return self.owning

    def run(self, segment: Segment, name: str, first: int, last: int) -> tuple[int, int]:
        """The free words around those of a list that were found: their first node, past their last."""
        return run_of_words(segment, first, last, self.leading[name])

    def all_hits(self, segment: Segment) -> Iterator[Hit]:
        """The words of patterns in a segment, in order, each with all patterns that are found by it."""
        for i in range(len(segment)):
            for wording in self._wordings(segment.words, i):
                choices = (wording.choice, *wording.free.values())
                found = sorted(entry for choice in choices for entry in _all(choice.branch))
                yield Hit(i, i + len(wording.keys), found)

    def _wordings(self, words: Keys, i: int) -> Sequence[_Wording]:
        """The wordings that stand at a place."""
        alone, seconds = self.by_first.get(words[i], _NO_WORDINGS)
        following = seconds.get(words[i + 1]) if seconds and i + 1 < len(words) else None
        if following is None:
            return alone
        longer = [w for w in following if len(w.keys) == 2 or words[i : i + len(w.keys)] == w.keys]
        return sorted((*alone, *longer)) if alone or len(longer) > 1 else longer

    def _with_free(
        self,
        entries: Sequence[Entry],
        free: Mapping[str, _Choice],
        segment: Segment,
        first: int,
        last: int,
        met: _Met,
    ) -> Sequence[Entry]:
        """The patterns of a wording, those for free words that hold it among them: their parts stand beyond all of
        these."""
        found = list(entries)
        for name, choice in free.items():
            found += choice.possible(met.around(*self.run(segment, name, first, last)))
        return sorted(found)

    def _met(self, segment: Segment) -> _Met:
        nodes, known = segment.nodes, self.named
        bits = list(map(self.bits.get, segment.words, repeat(0)))
        for i in segment.figures:
            value = nodes[i].value
            bits[i] = self.bits.get(value.kind, 0) if value is not None else 0
        for i in segment.names:
            mention = nodes[i].mention
            if mention is not None:
                found = known.get((mention.classes, mention.kind))
                bits[i] = self._named(mention, segment.grammar.possessive) if found is None else found
        several = self.bits.get(_SEVERAL, 0) if len(segment.names) > 1 else 0
        return _Met(bits, several | _ALWAYS, self.sides)

    def _named(self, mention: Mention, possessive: frozenset[str]) -> int:
        """The bits of a name: of its classes, its kind, and for an owner the signs of owners; kept for the next one."""
        kind, found = "unlisted" if mention.unknown else mention.kind, 0
        for key in {*mention.classes, kind, *(possessive if kind in OWNERS else ())}:
            found |= self.bits.get(key, 0)
        self.named[mention.classes, mention.kind] = found
        return found


def _anchors(anchor: Element, lists: Mapping[str, frozenset[Keys]]) -> frozenset[Keys]:
    if isinstance(anchor, Words):
        return anchor.alternatives
    return lists[anchor.name] if isinstance(anchor, Slot) else frozenset()


def _leading(name: str, lists: Mapping[str, frozenset[Keys]]) -> frozenset[str]:
    """The words that may lead free words: those of their list, and of the list ``<name>_with``."""
    groups = (lists[name], lists.get(name + "_with", frozenset()))
    return frozenset(key for group in groups for keys in group for key in keys)


def _possible(branch: _Branch, met: int) -> tuple[Entry, ...]:
    found, todo = list(branch.entries), [branch.below]
    for branches in todo:
        for bit, entries, below in branches:
            if bit & met:
                found += entries
                if below:
                    todo.append(below)
    return tuple(sorted(found))


def _all(branch: _Branch) -> Iterator[Entry]:
    yield from branch.entries
    for further in branch.below:
        yield from _all(further)


def _needs(pattern: Pattern) -> frozenset[_Need]:
    """For each part that must be filled what may fill it: first words, classes, kinds of mention, kinds of value."""
    parts, k, found, names = pattern.elements, pattern.anchor, set(), 0
    for i, part in enumerate(parts):
        keys = None if i == k else _fits(part)
        if keys is not None:
            names += isinstance(part, Slot) and not part.value
            found.add(_Need(keys, _RIGHT if i > k else _LEFT))
            if abs(i - k) == 2 and parts[(i + k) // 2] == Gap(0):
                found |= _beside(part, keys, following=i > k)
    both = any(isinstance(e, Slot) and e.name == "both" for e in parts)
    return frozenset(found | {_Need(frozenset({_SEVERAL}), _ANY)} if both or names > 1 else found)


def _beside(part: Element, keys: frozenset[str], *, following: bool) -> set[_Need]:
    """What a part needs right beside the words looked up. Signs need nothing: an owner is the sign of itself."""
    if isinstance(part, Words):
        keys = frozenset(part.by_first if following else part.by_last)
        if not all(key[0].isalnum() for key in keys):
            return set()
    return {_Need(keys, _NEXT if following else _PREVIOUS)}


def _fits(part: Element) -> frozenset[str] | None:
    """What may fill a part; None for one that may stay empty or take anything."""
    if isinstance(part, Gap) or part.optional:
        return None
    if isinstance(part, Words):
        return frozenset(part.by_first)
    if part.value:
        return None if part.value in ("text", "any", "figure", "count", "number") else frozenset({part.value})
    open_kinds = ("unlisted",) if part.open else ()
    fits = part.kinds & {"demonym"} or {*part.classes, *part.kinds, *open_kinds}
    return None if "topic" in part.kinds else frozenset(fits)
