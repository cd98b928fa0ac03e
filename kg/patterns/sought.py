"""The slots of a pattern that a name or a value fills: the nearest that fits, with nothing between that forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from kg.patterns.bound import Bound
from kg.patterns.commas import clause_breaks, comma_before, is_fronted, is_led
from kg.patterns.groups import Group
from kg.patterns.notation import Element, Gap, Slot, Words
from kg.patterns.parts import SOFT, Part, is_owner_sign, past
from kg.patterns.segment import Segment
from kg.text import UNKNOWN, Mention

DESCRIBED = 12
"""How many nodes may describe a name before the comma that it stands behind."""
HEAD = 3
"""Among how many of the first of them the word stands that says what it is ("the biggest | maker")."""
JOINED = 3
"""How many nodes before a verb the conjunction may stand that joins it to another."""
NOUN = 3
"""How many words of a noun may stand behind the name that says which one it is."""
_SIGNS = frozenset({(",",), ("(",)})
"""The signs behind a name that open an apposition to it."""

Filling: TypeAlias = tuple[tuple[int, ...], int, int]
"""The nodes that fill a slot, the first node they take, and past the last."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a slot knows of the parts beside it, on the side of the words looked up (``before``) and beyond it."""

    before: Element | None
    after: Element | None
    possessive: frozenset[str]
    prepositions: frozenset[str]

    @property
    def apposed(self) -> bool:
        """Whether a comma or bracket alone, or nothing, parts a slot from the part before it."""
        if isinstance(self.before, Gap):
            return not self.before.width
        return isinstance(self.before, Words) and self.before.alternatives <= _SIGNS

    @property
    def owner_sign(self) -> bool:
        """Whether a sign that says whose something is follows."""
        return is_owner_sign(self.after, self.possessive)

    @property
    def governed(self) -> bool:
        """Whether the part before it ends in a preposition: a comma then ends its phrase."""
        before, prepositions = self.before, self.prepositions
        return isinstance(before, Words) and any(keys[-1] in prepositions for keys in before.alternatives)


class Sought(Part):
    """A slot for a name or a value."""

    def __init__(self, following: Part, slot: Slot, beside: Beside, *, rightwards: bool, naming: bool) -> None:
        self.following, self.slot, self.rightwards, self.naming = following, slot, rightwards, naming
        self.name, self.classes, self.value, self.optional = slot.name, slot.classes, slot.value, slot.optional
        self.demonym, self.anaphor = "demonym" in slot.kinds, "anaphor" in slot.kinds
        self.unlisted = "unlisted" in slot.kinds
        self.apposed = not rightwards and beside.apposed
        """Whether it is an apposition that parts it from the words: that speaks of the nearest name only."""
        self.owner_sign = rightwards and beside.owner_sign
        self.governed = beside.governed
        self.last = beside.after is None
        self.free = self.last or isinstance(beside.after, Slot | Gap)
        """Whether no words follow that tell what the name there is."""

    def fill(self, segment: Segment, position: int, bound: Bound, width: int = SOFT) -> Bound | None:
        """What is bound with the nearest name or value that fits, if all that follows can then be filled.

        For a verb joined to another ("X follows Y and brings …") it is the nearest that leads a clause, where there is
        one.
        """
        found = None
        if width == 0 and self.rightwards and segment.partner.get(position) == position + 2:
            position += 3 * (not segment.words[position + 1])  # "chief of Acme Motor Works (AMW) Ilse Berg"
        if width > SOFT and not self.rightwards and not self.value and _joined(segment, position):
            found = self._nearest(segment, position, bound, width, leading=True)
        if found is None:
            found = self._nearest(segment, position, bound, width)
        if found is None and width == SOFT and self.rightwards and not self.value:
            found = self._described(segment, position, bound)
        if found is not None:
            nodes, low, high = found
            edge = high if self.rightwards else low
            filled = self.following.fill(segment, edge, bound.with_slot(self.name, nodes, low, high))
            if filled is not None:
                return filled
        return self.following.fill(segment, position, bound, width) if self.optional else None

    def _nearest(
        self, segment: Segment, position: int, bound: Bound, width: int, *, leading: bool = False
    ) -> Filling | None:
        words, light, breaks, partner = segment.words, segment.light, segment.breaks, segment.partner
        rightwards, step = self.rightwards, 1 if self.rightwards else -1
        at, passed, named, count = position if rightwards else position - 1, 0, False, len(words)
        wide = width > SOFT
        bare = self.apposed and not wide  # "Acme, the maker", not "Acme says, the maker"
        limit = 0 if bare else width
        while 0 <= at < count and passed <= limit:
            word = words[at]
            if not word:
                may = at not in segment.owners or self._binds(segment, at, position, width)
                may = may and (not leading or _leads(segment, at))
                if may and (found := self._fits(segment, at, bound, wide, position)) is not None:
                    return found
                named = named or segment.nodes[at].mention is not None
            if width == 0 or (at in breaks and (rightwards or not wide or named or not word.isalpha())):
                return None
            if wide and self._ends(segment, at, position, named):
                return None
            if self.value and not wide and word in segment.grammar.relative:
                return None  # "a $5 fee that pays | for cars" counts none
            if word == "," and (jump := self._over_comma(segment, at, wide, passed)) != at:
                if jump is None:
                    return None
                at, passed = jump, passed + 1
                continue
            if not wide and at not in light and self._stops(segment, at):
                return None
            passed += at not in light and not (bare and at in partner)
            example = segment.examples.get(at) if rightwards else None
            at = example or (past(segment, at, rightwards=rightwards) if at in partner else at + step)
        return None

    def _described(self, segment: Segment, position: int, bound: Bound) -> Filling | None:
        """What fits behind the words that say what it is, and a comma: "with the biggest maker in Norland, Acme, …".

        What a verb follows there is the subject of a clause that only begins behind the comma.
        """
        words, grammar, at = segment.words, segment.grammar, position
        while at < len(words) and at in segment.light:
            at += 1
        if grammar.describes.isdisjoint(words[at : at + HEAD]):
            return None
        for k in range(at, min(at + DESCRIBED, len(words))):
            own = k in segment.owners
            if k in segment.breaks or (not own and self._accepts(segment, segment.nodes[k].mention, k, wide=False)):
                return None
            if words[k] == "," and self._is_name(segment, k + 1):
                break
        else:
            return None
        at = next(i for i in range(k + 1, len(words)) if not words[i])
        found = self._fits(segment, at, bound, False, position)
        last = words[found[2]] if found is not None and found[2] < len(words) else "."
        ends = not last[:1].isalnum() or last in grammar.prepositions or last in grammar.relative
        if found is None or not last or not ends:
            return None
        nodes, low, high = found
        return nodes, low, high + (last == "," and not self.last)

    # -- what fits -------------------------------------------------------------------------------------------------

    def _binds(self, segment: Segment, at: int, position: int, width: int) -> bool:
        """Whether a word or ending that says whose something is may fill a slot: it owns what stands beside it."""
        mention = segment.nodes[at].mention
        if at not in (position, position - 1) or mention is None:
            return False
        if mention.kind == "owner":
            return self.rightwards or not self.naming  # "its partner | from Norland" tells of the partner
        return width == 0 or self.owner_sign

    def _fits(self, segment: Segment, at: int, bound: Bound, wide: bool, origin: int) -> Filling | None:
        node = segment.nodes[at]
        if self.value:
            fits = node.value is not None and node.value.fits(self.value)
            listed = segment.listed(at) if fits and self.value != "date" else (at,)
            return (listed, listed[0], listed[-1] + 1) if fits else None
        mention = node.mention
        if mention is None or bound.holds(at):
            return None
        outside = segment.grammar.outside
        if outside and at and at != origin and segment.words[at - 1] in outside:
            return None
        national = mention.kind == "demonym"
        if national or self.demonym:
            tied = national and self.demonym and not mention.classes.isdisjoint(self.classes)
            return ((at,), at, at + 1) if tied else None
        if not self._accepts(segment, mention, at, wide):
            return None
        group = self._together(segment, at, wide, origin)
        return group if group is not None and self._stands_free(segment, at, group, wide, origin) else None

    def _accepts(self, segment: Segment, mention: Mention | None, at: int, wide: bool) -> bool:
        """Whether a name alone may fill the slot, by what it is."""
        if mention is None or mention.kind == "demonym" or (wide and at in segment.owners):
            return False
        if self.anaphor and mention.kind != "anaphor":
            return False
        unknown = mention.kind in UNKNOWN
        if unknown or self.name == "x":
            return unknown and (self.unlisted or segment.may_be_new(at, self.slot, wide=wide))
        return not mention.classes.isdisjoint(self.classes)

    def _together(self, segment: Segment, at: int, wide: bool, origin: int) -> Filling | None:
        """A name that fits, with those of its list that do; None where only one does and several must."""
        group = segment.groups.get(at)
        if group is None:
            return None if self.name == "both" else ((at,), at, at + 1)
        near = self._near(segment, group, at, origin)
        nodes = segment.nodes
        members = tuple([m for m in near if m == at or self._accepts(segment, nodes[m].mention, m, wide)])
        if self.name == "both" and len(members) < 2:
            return None
        if len(members) == len(group.members):
            return members, group.first, group.last
        foreign = any(not (m := nodes[n].mention) or not m.unknown for n in near if n not in members)
        members = (at,) if foreign else members
        return members, members[0], members[-1] + 1

    def _near(self, segment: Segment, group: Group, at: int, origin: int) -> tuple[int, ...]:
        """The members of a list, the one at a node among them, that the slot may take together."""
        if self.apposed or (
            not self.rightwards and segment.words[at + 1] == "(" and segment.partner.get(at + 1, 0) > origin
        ):
            return (at,)  # in a bracket behind it only it is spoken of
        if self.naming and not self.rightwards and at + 1 == group.last < origin and segment.words[at + 1] == ",":
            return (at,)  # "Acme and Norland, a maker based in Vest": only what stands beside the comma
        if self.naming and self.rightwards and at:
            owned = len(group.members) > 2 and segment.possessive(at - 1)
            if owned or _is_single(segment, at - 1):
                return (at,)  # "Norland's Acme, Vest and Beta", "the maker Acme and Vest": the others are of their own
        near = [m for m in group.members if (m >= origin if self.rightwards else m < origin)]
        if self.naming:  # "the unit A and the partner B", "Norland's A and the B": B has words of its own
            grammar, words = segment.grammar, segment.words
            keys = ((m, words[m - 1]) for m in near)
            near = [m for m, key in keys if m == at or (key not in grammar.describes and key not in grammar.filler)]
        return tuple(near)

    def _stands_free(self, segment: Segment, at: int, filling: Filling, wide: bool, origin: int) -> bool:
        """Whether names that fit belong to nothing else: no preposition governs them, no other name is what they say
        whose it is."""
        _, first, last = filling
        floor = origin if self.rightwards else 0
        governed = wide and self.free and segment.oblique(first, floor)
        if governed and (self.rightwards or not segment.is_spoken_of(last, origin)):
            return False
        if wide and not self.rightwards and last < origin and segment.ends_clause(last):
            return False
        ends = self.last and not self.naming if self.rightwards else wide
        if ends and segment.possessive(last):
            return False  # "Acme's" is not Acme
        if not self.rightwards:
            return True
        # "of Norland-based Acme" is not of Norland, "in Acme partner Vest" not in Acme
        return not (segment.modifies(at) or (self.last and (segment.attributive(last) or segment.leads(at))))

    # -- where the search ends -------------------------------------------------------------------------------------

    def _ends(self, segment: Segment, at: int, position: int, named: bool) -> bool:
        """Whether a wide search ends at a node that does not fit: at a name that owns the words, and for where
        something comes from at any name ("the German Acme … the start-up": not the start-up's home)."""
        if at + 2 == position and not self.rightwards and _owns_words(segment, at):
            return True
        return named and self.demonym and at not in segment.common

    def _stops(self, segment: Segment, at: int) -> bool:
        """Whether a search over nearby words ends here, where more than small words stand: at one that binds otherwise,
        or at a foreign name."""
        word, grammar = segment.words[at], segment.grammar
        if at in segment.partner or at in segment.examples:
            return False
        if word:
            if word in grammar.stop:
                return not segment.attributive(at + 1)  # "in | in-car software maker Acme"
            return not (word[0].isalnum() or word in "-,'s–—\"“”")
        node = segment.nodes[at]
        if node.value is not None:
            return False
        apposed = at + 1 < len(segment) and segment.words[at + 1] == "," and self._is_name(segment, at + 2)
        light = (at > 0 and segment.words[at - 1] in grammar.origins) or (
            node.mention is not None and node.mention.kind == "demonym"
        )
        return not (self.rightwards and (apposed or segment.is_tied(at))) and not light

    def _is_name(self, segment: Segment, at: int) -> bool:
        nodes = segment.nodes
        while self.rightwards and at < len(nodes) and nodes[at].key in segment.grammar.filler:
            at += 1
        mention = nodes[at].mention if 0 <= at < len(nodes) else None
        if mention is not None and mention.unknown:
            return self.name == "x" or self.unlisted
        return mention is not None and not mention.classes.isdisjoint(self.classes)

    def _is_foreign(self, segment: Segment, at: int) -> bool:
        """Whether a clause behind a comma says what a noun does that another name than is sought tells of: "… with the
        Acme venture, which builds …"."""
        if at + 1 >= len(segment) or segment.words[at + 1] not in segment.grammar.relative:
            return False
        name = named_by(segment, at - 1)
        mention = segment.nodes[name].mention
        return name < at - 1 and mention is not None and mention.classes.isdisjoint(self.classes)

    def _over_comma(self, segment: Segment, at: int, wide: bool, passed: int) -> int | None:
        """Where a search goes on at a comma: the comma itself to step over it, a node before an apposition or relative
        clause that it closes, or None where it ends the search."""
        if self.rightwards and at in segment.examples:
            return segment.examples[at]
        if wide and not self.rightwards and self._is_foreign(segment, at):
            return None
        opening = None if self.rightwards else comma_before(segment, at)
        if opening is not None and is_led(segment, opening, at) and not is_fronted(segment, opening, at):
            clause = segment.words[opening + 1] in segment.grammar.relative
            outer = comma_before(segment, opening) if clause else None  # "Acme, the arm of Norland, which …, builds"
            apposed = outer is not None and is_led(segment, outer, opening) and not segment.oblique(outer - 1)
            return outer - 1 if outer is not None and apposed and self._is_name(segment, outer - 1) else opening - 1
        if self._crosses_comma(segment, at, wide, passed):
            return at
        if self.rightwards or (opening is None and not wide and clause_breaks(segment, at)):
            return None
        named = opening is not None and segment.nodes[opening + 1].mention is not None
        dated = segment.nodes[opening - 1].value if opening else None
        named = named and not (wide and dated is not None and dated.kind == "date")  # "In 2022, Acme sold 12 mills, …"
        return opening - 1 if opening is not None and (named or not wide) else at - 1

    def _crosses_comma(self, segment: Segment, at: int, wide: bool, passed: int) -> bool:
        before = segment.nodes[at - 1].mention if at or self.rightwards else None
        if self.rightwards:
            if wide or not passed or not self._is_name(segment, at + 1):
                return wide
            return before is not None or segment.closes(at + 1) or not self.governed
        return before is not None and self._is_name(segment, at - 1)


def named_by(segment: Segment, i: int) -> int:
    """The name that says which one a noun is, a few words before it ("the Acme wind | venture"); else the noun."""
    for k in range(i, max(0, i - NOUN) - 1, -1):
        if segment.nodes[k].mention is not None:
            return k
        if not segment.words[k][:1].isalpha() or segment.words[k] in segment.grammar.stop:
            break
    return i


def _is_single(segment: Segment, i: int) -> bool:
    """Whether a noun says what one name is, and has a form for several: "the maker | Acme", not "the makers"."""
    word, grammar = segment.words[i], segment.grammar
    if not word.isalpha() or word not in grammar.describes:
        return False
    return any(word + end in grammar.vocabulary for end in grammar.suffixes)


def _joined(segment: Segment, position: int) -> bool:
    """Whether a conjunction stands before the words here, with nothing but a few words between ("and is to")."""
    for word in reversed(segment.words[max(1, position - JOINED) : position]):
        if not word.isalpha():
            return False
        if (word,) in segment.grammar.conjunctions:
            return True
    return False


def _leads(segment: Segment, at: int) -> bool:
    """Whether a name begins a clause, but for words that say nothing or say what it is."""
    while at and (at - 1 in segment.light or segment.words[at - 1] in segment.grammar.describes):
        at -= 1
    before = segment.nodes[at - 1].value if at else None
    if before is not None and before.kind == "date":  # "In 2024 Acme builds … and sells …"
        at -= 1 + (at > 1 and segment.words[at - 2] in segment.grammar.prepositions)
    return at == 0 or at - 1 in segment.breaks or segment.words[at - 1] == ","


def _owns_words(segment: Segment, at: int) -> bool:
    """Whether a name owns the words right behind it ("Acme's | partnership with"): no other name does them."""
    return segment.nodes[at].mention is not None and segment.words[at + 1] in segment.grammar.possessive
