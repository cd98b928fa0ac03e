"""Finds which patterns may match in a segment: by their rarest words, and by what else each of them needs around them.

Each thing that some pattern needs (a word, a class, a kind of value) has a bit. A segment is then three masks at each
place: what stands anywhere, behind it and before it. A pattern is tried only where each of its needs has a bit there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from operator import or_
from typing import NamedTuple

from kg.patterns.grammar import OWNERS, Node
from kg.patterns.notation import Element, Gap, Keys, Pattern, Slot, Words
from kg.patterns.segment import Segment

_SEVERAL = "several names"
"""What patterns need where more than one name must stand."""


class _Need(NamedTuple):
    """What may fill a part that must be filled, and on which side of the words looked up (-1 left, 1 right, 0 any)."""

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

    ``mask`` has a bit for each thing that meets the last of the shared needs, ``side`` is where it must stand.
    """

    mask: int
    side: int
    entries: list[Entry]
    below: list[_Branch]


class _Wording(NamedTuple):
    """One wording by which patterns are found: its place among those with its first word, its words, the patterns."""

    number: int
    keys: Keys
    branch: _Branch


class Hit(NamedTuple):
    """Words found by which patterns may match: their first node, past their last; the patterns in order."""

    first: int
    last: int
    entries: list[Entry]
    owned: bool = False
    """Whether it is a word that says whose something is, which is an owner and the sign of it in one."""


class Index:
    """Patterns made ready for look-up: build it once, use it for every segment."""

    def __init__(self, patterns: Sequence[Pattern], lists: Mapping[str, frozenset[Keys]]) -> None:
        needs = [_needs(pattern) for pattern in patterns]
        wanted = sorted({key for found in needs for need in found for key in need.keys})
        self.bits = {key: 1 << i for i, key in enumerate(wanted)}
        """For each thing that a pattern needs its bit in the masks."""
        self.several = self.bits.get(_SEVERAL, 0)
        self.named: dict[tuple[frozenset[str], str], int] = {}
        """The bits of names, by their classes and kinds."""
        often = Counter(need for found in needs for need in found)
        by_wording: dict[Keys, _Branch] = {}
        branches: dict[tuple[Keys, tuple[_Need, ...]], _Branch] = {}
        for number, pattern in enumerate(patterns):
            parts, k = pattern.elements, pattern.anchor
            entry = Entry(number, pattern, parts[k + 1 :], parts[:k][::-1])
            shared = sorted(needs[number], key=lambda n: (-often[n], n.side, sorted(n.keys)))
            for keys in sorted(_anchors(pattern, lists)):
                branch = by_wording.setdefault(keys, _Branch(0, 0, [], []))
                for n, need in enumerate(shared):
                    path = keys, tuple(shared[: n + 1])
                    if path not in branches:
                        branches[path] = _Branch(sum(self.bits[key] for key in need.keys), need.side, [], [])
                        branch.below.append(branches[path])
                    branch = branches[path]
                branch.entries.append(entry)
        self.by_first: dict[str, dict[str, list[_Wording]]] = {}
        """The wordings by their first word, then by their second (nothing where they have none)."""
        for number, (keys, branch) in enumerate(by_wording.items()):
            seconds = self.by_first.setdefault(keys[0], {})
            seconds.setdefault(keys[1] if len(keys) > 1 else "", []).append(_Wording(number, keys, branch))

    def hits(self, segment: Segment) -> Iterator[Hit]:
        """The words of patterns in a segment, in order, each with the patterns that it may hold."""
        by_first, words, owners = self.by_first, segment.words, segment.owners
        places = [i for i, word in enumerate(words) if word in by_first or i in owners]
        if not places:
            return
        get, possessive = self.bits.get, segment.grammar.possessive
        bits = [get(n.key, 0) if n.key else self._bits(n, possessive) for n in segment.nodes]
        before, behind = (list(accumulate(x, or_, initial=0)) for x in (bits, reversed(bits)))
        here = before[-1] | (self.several if sum(n.mention is not None for n in segment.nodes) > 1 else 0)
        count = len(words)
        for i in places:
            if words[i]:
                for wording in self._wordings(words, i):
                    last = i + len(wording.keys)
                    entries = _possible(wording.branch, (here, behind[count - last], before[i]))
                    if entries:
                        yield Hit(i, last, entries)
                continue
            masks = (here, behind[count - i - 1], before[i + 1])
            for sign in sorted(possessive & by_first.keys()):
                for wording in by_first[sign].get("", ()):
                    yield Hit(i + 1, i + 1, _possible(wording.branch, masks), owned=True)

    def all_hits(self, segment: Segment) -> Iterator[Hit]:
        """The words of patterns in a segment, in order, each with all patterns that are found by it."""
        for i in range(len(segment)):
            for wording in self._wordings(segment.words, i):
                yield Hit(i, i + len(wording.keys), sorted(_all(wording.branch)))

    def _wordings(self, words: Keys, i: int) -> Sequence[_Wording]:
        """The wordings that stand at a place."""
        seconds = self.by_first.get(words[i])
        if seconds is None:
            return ()
        alone = seconds.get("", ())
        following = seconds.get(words[i + 1]) if len(seconds) > bool(alone) and i + 1 < len(words) else None
        if following is None or not words[i + 1]:
            return alone
        longer = [w for w in following if len(w.keys) == 2 or words[i : i + len(w.keys)] == w.keys]
        return sorted((*alone, *longer)) if alone or len(longer) > 1 else longer

    def _bits(self, node: Node, possessive: frozenset[str]) -> int:
        """The bits of a name or value; of a name its classes, its kind, and for an owner the signs of owners."""
        mention = node.mention
        if mention is None:
            return self.bits.get(node.value.kind, 0) if node.value is not None else 0
        kind = "unlisted" if mention.unknown else mention.kind
        found = self.named.get((mention.classes, kind))
        if found is None:
            keys = {*mention.classes, kind, *(possessive if kind in OWNERS else ())}
            found = sum(self.bits[key] for key in keys & self.bits.keys())
            self.named[mention.classes, kind] = found
        return found


def _anchors(pattern: Pattern, lists: Mapping[str, frozenset[Keys]]) -> frozenset[Keys]:
    element = pattern.elements[pattern.anchor]
    if isinstance(element, Words):
        return element.alternatives
    return lists[element.name] if isinstance(element, Slot) else frozenset()


def _possible(branch: _Branch, masks: tuple[int, int, int]) -> list[Entry]:
    """The patterns whose needs are met; ``masks``: what stands anywhere, behind the words and (at -1) before them."""
    found, todo = branch.entries, [branch.below]
    for branches in todo:
        for mask, side, entries, below in branches:
            if mask & masks[side]:
                if entries:
                    found = found + entries
                if below:
                    todo.append(below)
    return sorted(found) if len(found) > 1 else found


def _all(branch: _Branch) -> Iterator[Entry]:
    yield from branch.entries
    for further in branch.below:
        yield from _all(further)


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
    several = [_Need(frozenset({_SEVERAL}), 0)] if both or len(names) > 1 else []
    return tuple(several + words + names + values)


def _open_kinds(slot: Slot) -> tuple[str, ...]:
    return ("unlisted",) if slot.open else ()
