"""Fills the parts of a pattern outwards from the words it was found by, nearest first, within a bounded distance."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile

from kg.patterns.bound import Bound
from kg.patterns.free import TEXT, is_free
from kg.patterns.groups import Group
from kg.patterns.notation import FEW, Element, Gap, Slot, Words
from kg.patterns.segment import Segment

SOFT = 4
"""The width between two parts with nothing said: how many unknown words (adjectives, nouns) may stand there."""
DESCRIBING = 6
"""How many words ``~`` passes over."""
APPOSITION = 24
"""The longest apposition that is passed over, in nodes."""
JOINED = 3
"""How many nodes before a verb the conjunction may stand that joins it to another."""
_SIGNS = frozenset({(",",), ("(",)})
"""The signs behind a name that open an apposition to it."""


class Walk:
    """Fills the parts on one side of the words that were found, nearest first."""

    def __init__(
        self,
        segment: Segment,
        elements: Sequence[Element],
        origin: Element | None,
        *,
        rightwards: bool,
        naming: bool = False,
        listed: Collection[str] = (),
    ) -> None:
        self.segment, self.elements, self.origin, self.rightwards = segment, elements, origin, rightwards
        self.listed = listed
        """The free words that hold one of a list (a role): a conjunction does not end those."""
        self.naming = naming
        """Whether the pattern says what something is by its wording alone: that holds of an owner too."""
        self.step = 1 if rightwards else -1
        self.furthest = 0
        """How many parts could be filled, for those who ask why a pattern did not match."""

    def go(self, k: int, position: int, bound: Bound, width: int = SOFT) -> Bound | None:
        """Fill the parts from number ``k``; ``position`` is the edge of what is filled (past it, to the right)."""
        if k > self.furthest:
            self.furthest = k
        if k == len(self.elements):
            return bound
        element = self.elements[k]
        if isinstance(element, Gap):
            counted = Bound(bound.slots, bound.low, bound.high, bound.gaps + 1) if element.width > SOFT else bound
            return self.go(k + 1, position, counted, element.width)
        fill = self._words if isinstance(element, Words) else self._slot
        found = fill(k, position, bound, width)
        if found is None and element.optional:
            return self.go(k + 1, position, bound, width)
        return found

    # -- words -----------------------------------------------------------------------------------------------------

    def _words(self, k: int, position: int, bound: Bound, width: int) -> Bound | None:
        element = self.elements[k]
        assert isinstance(element, Words)
        nodes, by_edge = self.segment.nodes, element.by_first if self.rightwards else element.by_last
        owner = self._is_owner_sign(element)  # "its" is the owner and the sign of it in one
        if owner and self.rightwards and position and self.segment.owns(position - 1):
            return self.go(k + 1, position, bound)
        for at in self._steps(position, width):
            if owner and not self.rightwards and self.segment.owns(at):
                found = self.go(k + 1, at + 1, bound, width=0)
                if found is not None:
                    return found
            for keys in by_edge.get(nodes[at].key, ()):
                first = at if self.rightwards else at - len(keys) + 1
                if self.segment.word_at(first, keys):
                    edge = first + len(keys) if self.rightwards else first
                    found = self.go(k + 1, edge, bound.extended(first, first + len(keys)))
                    if found is not None:
                        return found
        return None

    def _steps(self, position: int, width: int) -> Iterator[int]:
        """The nodes at which the next words may stand, nearest first."""
        at, passed = position if self.rightwards else position - 1, 0
        segment, count, wide, few = self.segment, len(self.segment.nodes), width > SOFT, width == FEW
        while 0 <= at < count and passed <= (DESCRIBING if few else width):
            yield at
            if not self.rightwards and segment.partner.get(at, -1) >= position:
                return  # what stands in a bracket speaks of the name before it
            passable = wide or at in segment.light or at in segment.partner or (few and segment.describes(at))
            if at in segment.breaks or not passable:
                return
            at, passed = self._past(at, examples=False), passed + 1

    def _past(self, at: int, *, examples: bool = True) -> int:
        """One node on, or behind the bracket that starts here, or behind "such as"."""
        if examples and self.rightwards and at in self.segment.examples:
            return self.segment.examples[at]
        partner = self.segment.partner.get(at)
        if partner is not None and (partner > at) == self.rightwards:
            return partner + self.step
        return at + self.step

    # -- slots -----------------------------------------------------------------------------------------------------

    def _slot(self, k: int, position: int, bound: Bound, width: int) -> Bound | None:
        slot = self.elements[k]
        assert isinstance(slot, Slot)
        if "topic" in slot.kinds:
            return self.go(k + 1, position, bound.with_slot(slot.name, (), bound.low, bound.high))
        if slot.value == "text":
            return self._text(k, slot, position, bound)
        found = self._find(k, slot, position, bound, width)
        if found is None:
            return None
        members, low, high = found
        edge = high if self.rightwards else low
        return self.go(k + 1, edge, bound.with_slot(slot.name, members, low, high))

    def _text(self, k: int, slot: Slot, position: int, bound: Bound) -> Bound | None:
        """Free words: as many as the parts behind them leave, up to a comma, name or sign."""
        at = position if self.rightwards else position - 1
        while self.rightwards and at < len(self.segment) and self.segment.owns(at):
            at += 1  # "as its new chief"
        taken: list[int] = []
        while 0 <= at < len(self.segment) and len(taken) < TEXT and is_free(self.segment, at):
            if self.segment.nodes[at].key in self.segment.grammar.ends:
                break
            taken.append(at)
            at += self.step
        conjunctions = self.segment.grammar.conjunctions
        if slot.name not in self.listed:  # "1,000 cars and …"; but "director of sales and marketing"
            taken = list(takewhile(lambda i: (self.segment.nodes[i].key,) not in conjunctions, taken))
        for count in range(len(taken), 0, -1):
            if (self.segment.nodes[taken[count - 1]].key,) in conjunctions:
                continue
            low, high = min(taken[:count]), max(taken[:count]) + 1
            edge = high if self.rightwards else low
            found = self.go(k + 1, edge, bound.with_slot(slot.name, tuple(range(low, high)), low, high))
            if found is not None:
                return found
        return None

    def _find(
        self, k: int, slot: Slot, position: int, bound: Bound, width: int
    ) -> tuple[tuple[int, ...], int, int] | None:
        """The nearest name or value that fits; for a verb joined to another ("X follows Y and brings …") the nearest
        that leads a clause, where there is one."""
        if width > SOFT and not self.rightwards and not slot.value and self._joined(position):
            found = self._nearest(k, slot, position, bound, width, leading=True)
            if found is not None:
                return found
        return self._nearest(k, slot, position, bound, width)

    def _joined(self, position: int) -> bool:
        """Whether a conjunction stands before the words here, with nothing but a few words between ("and is to")."""
        for node in reversed(self.segment.nodes[max(1, position - JOINED) : position]):
            if not node.key.isalpha():
                return False
            if (node.key,) in self.segment.grammar.conjunctions:
                return True
        return False

    def _leads(self, at: int) -> bool:
        """Whether a name begins a clause, but for words that say nothing or say what it is."""
        segment = self.segment
        while at and (at - 1 in segment.light or segment.nodes[at - 1].key in segment.grammar.describes):
            at -= 1
        before = segment.nodes[at - 1].value if at else None
        if before is not None and before.kind == "date":  # "In 2024 Acme builds … and sells …"
            at -= 1 + (at > 1 and segment.nodes[at - 2].key in segment.grammar.prepositions)
        return at == 0 or at - 1 in segment.breaks or segment.nodes[at - 1].key == ","

    def _nearest(
        self, k: int, slot: Slot, position: int, bound: Bound, width: int, *, leading: bool = False
    ) -> tuple[tuple[int, ...], int, int] | None:
        """The nearest name or value that fits, with nothing between that forbids it."""
        segment, nodes, wide = self.segment, self.segment.nodes, width > SOFT
        at, words, named = position if self.rightwards else position - 1, 0, False
        bare = not wide and self._apposed(k)  # "Acme, the maker", not "Acme says, the maker"
        while 0 <= at < len(nodes) and words <= (0 if bare else width):
            node, found = nodes[at], None
            if node.mention is not None or node.value is not None:
                if self._may_fill(k, at, position, width, leading):
                    found = self._fits(k, slot, at, bound, wide, position)
                named = named or (found is None and node.mention is not None)
            if found is not None or width == 0:
                return found
            if self._ends(at, position, slot, wide, named):
                return None
            if node.key == "," and (jump := self._over_comma(k, at, slot, wide, words)) != at:
                if jump is None:
                    return None
                at, words = jump, words + 1
                continue
            if not wide and self._stops(at, slot):
                return None
            if at not in segment.light and not (bare and at in segment.partner):
                words += 1
            at = self._past(at)
        return None

    def _may_fill(self, k: int, at: int, position: int, width: int, leading: bool) -> bool:
        if leading and not self._leads(at):
            return False
        return not self.segment.owns(at) or self._binds(k, at, position, width)

    def _binds(self, k: int, at: int, position: int, width: int) -> bool:
        """Whether a word or ending that says whose something is may fill a slot: it owns what stands beside it."""
        mention = self.segment.nodes[at].mention
        if at not in (position, position - 1) or mention is None:
            return False
        following = self.elements[k + 1] if self.rightwards and k + 1 < len(self.elements) else None
        return mention.kind == "owner" or width == 0 or self._is_owner_sign(following)

    def _is_owner_sign(self, element: Element | None) -> bool:
        return isinstance(element, Words) and not self.segment.grammar.possessive.isdisjoint(element.by_first)

    def _ends(self, at: int, position: int, slot: Slot, wide: bool, named: bool) -> bool:
        """Whether a search ends at a node that does not fit: where a clause does, at a name that owns the words, and
        for where something comes from at any name ("the German Acme … the start-up": not the start-up's home)."""
        node = self.segment.nodes[at]
        if at in self.segment.breaks and (self.rightwards or not wide or named or not node.key.isalpha()):
            return True
        if wide and not self.rightwards and self._owns_words(at, position):
            return True
        return wide and named and "demonym" in slot.kinds and at not in self.segment.common

    def _owns_words(self, at: int, position: int) -> bool:
        """Whether a name owns the words right behind it ("Acme's | partnership with"): no other name does them."""
        nodes = self.segment.nodes
        return (
            nodes[at].mention is not None
            and at + 2 == position
            and nodes[at + 1].key in self.segment.grammar.possessive
        )

    def _stops(self, at: int, slot: Slot) -> bool:
        """Whether a search over nearby words ends here: at a small word that binds otherwise, or at a foreign name."""
        node, grammar = self.segment.nodes[at], self.segment.grammar
        if node.key in grammar.filler or at in self.segment.partner or at in self.segment.examples:
            return False
        if node.key:
            return node.key in grammar.stop or not (node.key[0].isalnum() or node.key in "-,'s–—\"“”")
        if node.value is not None:
            return False
        apposed = at + 1 < len(self.segment) and self.segment.nodes[at + 1].key == "," and self._is_name(at + 2, slot)
        light = (
            at in self.segment.common
            or (at > 0 and self.segment.nodes[at - 1].key in grammar.origins)
            or (node.mention is not None and (node.mention.kind == "demonym" or self.segment.owns(at)))
        )
        return not (self.rightwards and (apposed or self.segment.is_tied(at))) and not light

    def _after_preposition(self, k: int) -> bool:
        """Whether the part before number ``k`` ends in a preposition: a comma then ends its phrase."""
        before = self.elements[k - 1] if k else self.origin
        prepositions = self.segment.grammar.prepositions
        return isinstance(before, Words) and any(keys[-1] in prepositions for keys in before.alternatives)

    def _crosses_comma(self, k: int, at: int, slot: Slot, wide: bool, words: int) -> bool:
        if self.rightwards:
            apposed = self.segment.nodes[at - 1].mention is not None or self.segment.closes(at + 1)
            return wide or (words > 0 and self._is_name(at + 1, slot) and (apposed or not self._after_preposition(k)))
        before = self.segment.nodes[at - 1] if at else None
        return before is not None and before.mention is not None and self._is_name(at - 1, slot)

    def _is_name(self, at: int, slot: Slot) -> bool:
        nodes = self.segment.nodes
        while self.rightwards and at < len(nodes) and nodes[at].key in self.segment.grammar.filler:
            at += 1
        mention = nodes[at].mention if 0 <= at < len(nodes) else None
        if mention is not None and mention.unknown:
            return slot.name == "x" or "unlisted" in slot.kinds
        return mention is not None and bool(mention.classes.intersection(slot.classes))

    def _over_comma(self, k: int, at: int, slot: Slot, wide: bool, words: int) -> int | None:
        """Where a search goes on at a comma: the comma itself to step over it, a node before an apposition or relative
        clause that it closes, or None where it ends the search."""
        if self.rightwards and at in self.segment.examples:
            return self.segment.examples[at]
        opening = None if self.rightwards else self._opening(at)
        led = opening is not None and self._is_led(opening, at)
        if opening is not None and led:
            return opening - 1
        if self._crosses_comma(k, at, slot, wide, words):
            return at
        if self.rightwards or (opening is None and not wide and self._clause_breaks(at)):
            return None
        named = opening is not None and self.segment.nodes[opening + 1].mention is not None
        return opening - 1 if opening is not None and (named or not wide) else at - 1

    def _opening(self, at: int) -> int | None:
        """The comma before a comma, within a clause and not too far; those between the names of a list part nothing."""
        listed = self.segment.groups.get(at - 1)
        for k in range((listed.first if listed else at) - 1, max(-1, at - APPOSITION), -1):
            if k in self.segment.breaks:
                return None
            if self.segment.nodes[k].key == ",":
                return k
        return None

    def _clause_breaks(self, at: int) -> bool:
        return any(k in self.segment.breaks for k in range(at - 1, max(-1, at - APPOSITION), -1))

    def _is_led(self, opening: int, at: int) -> bool:
        """Whether the words between two commas begin as an apposition or relative clause does."""
        heads = self.segment.nodes[opening + 1 : min(opening + 4, at)]
        led = any(n.key in self.segment.grammar.appositions for n in heads)
        return led and self.segment.nodes[opening + 1].mention is None

    def _fits(
        self, k: int, slot: Slot, at: int, bound: Bound, wide: bool, origin: int
    ) -> tuple[tuple[int, ...], int, int] | None:
        node = self.segment.nodes[at]
        if slot.value:
            fits = node.value is not None and node.value.fits(slot.value)
            listed = self.segment.listed(at) if fits and slot.value != "date" else (at,)
            return (listed, listed[0], listed[-1] + 1) if fits else None
        mention = node.mention
        if mention is None or bound.holds(at):
            return None
        if at and at != origin and self.segment.nodes[at - 1].key in self.segment.grammar.outside:
            return None
        if mention.kind == "demonym" or "demonym" in slot.kinds:
            tied = mention.kind == "demonym" and "demonym" in slot.kinds and mention.classes.intersection(slot.classes)
            return ((at,), at, at + 1) if tied else None
        return self._names(k, slot, at, wide, origin)

    def _names(self, k: int, slot: Slot, at: int, wide: bool, origin: int) -> tuple[tuple[int, ...], int, int] | None:
        segment = self.segment
        if not self._accepts(slot, at, wide):
            return None
        group = segment.groups.get(at) or Group((at,), at, at + 1)
        near, members = group.members, group.members
        if len(members) > 1:
            near = self._near(k, group, at, origin)
            members = tuple([m for m in near if m == at or self._accepts(slot, m, wide)])
        if slot.name == "both" and len(members) < 2:
            return None
        if len(members) < len(group.members):
            foreign = any(not (m := segment.nodes[n].mention) or not m.unknown for n in near if n not in members)
            members = (at,) if foreign else members
            group = Group(members, members[0], members[-1] + 1)
        free_side = k + 1 == len(self.elements) or isinstance(self.elements[k + 1], Slot | Gap)
        floor = origin if self.rightwards else 0
        if (
            wide
            and free_side
            and segment.oblique(group.first, floor)
            and (self.rightwards or not segment.is_spoken_of(group.last, origin))
        ):
            return None
        last = k + 1 == len(self.elements) and not self.naming
        if ((wide and not self.rightwards) or (self.rightwards and last)) and segment.possessive(group.last):
            return None  # "Acme's" is not Acme
        if self.rightwards and (
            segment.modifies(at) or (k + 1 == len(self.elements) and segment.attributive(group.last))
        ):
            return None  # "of Norland-based Acme" is not of Norland, "in Acme partner Vest" not in Acme
        return members, group.first, group.last

    def _near(self, k: int, group: Group, at: int, origin: int) -> tuple[int, ...]:
        """The members of a list, the one at a node among them, that a slot may take together."""
        if self._apposed(k):
            return (at,)
        near = [m for m in group.members if (m >= origin if self.rightwards else m < origin)]
        if self.naming:  # "the unit A and the partner B", "Norland's A and the B": B has words of its own
            grammar, nodes = self.segment.grammar, self.segment.nodes
            keys = ((m, nodes[m - 1].key) for m in near)
            near = [m for m, key in keys if m == at or (key not in grammar.describes and key not in grammar.filler)]
        return tuple(near)

    def _apposed(self, k: int) -> bool:
        """Whether a comma or bracket alone, or nothing, parts this slot from the next part: an apposition speaks of the
        nearest name only."""
        if self.rightwards:
            return False
        before = self.elements[k - 1] if k else self.origin
        if isinstance(before, Gap):
            return not before.width
        return isinstance(before, Words) and before.alternatives <= _SIGNS

    def _accepts(self, slot: Slot, i: int, wide: bool) -> bool:
        mention = self.segment.nodes[i].mention
        if mention is None or mention.kind == "demonym" or (self.segment.owns(i) and wide):
            return False
        if "anaphor" in slot.kinds and mention.kind != "anaphor":
            return False
        if slot.name == "x" or mention.unknown:
            long = mention.last - mention.first > 1 and bool(slot.open) and not self.segment.is_version(i)
            return mention.unknown and ((long and mention.kind == "unlisted") or "unlisted" in slot.kinds)
        return bool(mention.classes.intersection(slot.classes))
