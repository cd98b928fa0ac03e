"""A stretch of a sentence as the matcher sees it: words, names and values in a row, brackets and lists understood."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile

from kg.patterns.grammar import BRACKETS, CLOSERS, NAMELESS, OWNERS, Grammar, Node
from kg.patterns.groups import Group, groups
from kg.patterns.notation import Keys, Slot
from kg.patterns.row import noise, row
from kg.text import UNKNOWN, LinkedText

CLAUSE = 14
"""How far back the relative clause that a name ends may begin, in nodes."""


@dataclass(eq=False)
class Segment:
    """Nodes in a row, with what each name is coordinated with, which bracket closes where, and where clauses part.

    It is never changed, but not frozen either: one is made for each sentence, and that would take three times as long.
    """

    nodes: tuple[Node, ...]
    grammar: Grammar
    words: Keys = ()
    """The words of the nodes in a row, nothing in the place of a name or value."""
    owners: frozenset[int] = frozenset()
    """The nodes of words that say whose something is ("its"), and are understood."""
    partner: Mapping[int, int] = field(default_factory=dict)
    breaks: frozenset[int] = frozenset()
    common: frozenset[int] = frozenset()
    """The nodes of names that are written as common nouns are ("self-driving")."""
    light: frozenset[int] = frozenset()
    """The nodes that say nothing between two parts: small words, owners, such names."""
    examples: Mapping[int, int] = field(default_factory=dict)
    """Where members of what was just said are introduced (", such as"): the first node, and the one past the last."""
    names: tuple[int, ...] = ()
    """The nodes of names."""
    figures: tuple[int, ...] = ()
    """The nodes of values."""
    _groups: dict[int, Group] | None = field(default=None, repr=False)
    """What :attr:`groups` gave when it was asked first: most segments never are."""
    _edges: list[int] | None = field(default=None, repr=False)
    """Where clauses part, from before the first node to past the last, once it was asked for."""

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def groups(self) -> dict[int, Group]:
        """The lists of names, by the nodes of their members; a name that stands alone has none."""
        found = self._groups
        if found is None:
            several = len(self.names) > 1
            examples = frozenset(self.examples.values())
            self._groups = found = groups(self.nodes, self.grammar, self.partner, examples) if several else {}
        return found

    def with_names(self, nodes: tuple[Node, ...]) -> Segment:
        """This with names that are now known: which of them stand in one list stays as it was."""
        return replace(self, nodes=nodes, _groups=self.groups)

    @property
    def has_unlisted(self) -> bool:
        """Whether a name is among the nodes that nobody listed and nothing has typed yet."""
        nodes = self.nodes
        kinds = [mention.kind for i in self.names if (mention := nodes[i].mention) is not None]
        return not UNKNOWN.isdisjoint(kinds)

    def word_at(self, i: int, keys: Keys) -> bool:
        """Whether these words stand at a position."""
        return i >= 0 and self.words[i : i + len(keys)] == keys

    def owns(self, i: int) -> bool:
        """Whether the word at a position says whose something is."""
        return i in self.owners

    def describes(self, i: int) -> bool:
        """Whether a node may be one of the words before a noun that say of what kind it is."""
        key = self.nodes[i].key
        binds = key in self.grammar.possessive or (key in self.grammar.stop and not self.attributive(i + 1))
        return not key or ((key[0].isalnum() or key == "-") and not binds)

    def possessive(self, i: int) -> bool:
        """Whether a name before node ``i`` only owns something, other than a part of it that acts for it."""
        if i >= len(self.words) or self.words[i] not in self.grammar.possessive:
            return False
        owned = takewhile(lambda n: n.mention is None, self.nodes[i + 1 : i + 4])
        return all(n.key not in self.grammar.members for n in owned)

    def modifies(self, i: int) -> bool:
        """Whether a name only says whose the next one is: "Acme | partner Vest"."""
        if i + 2 >= len(self.words) or self.words[i + 1] not in self.grammar.describes:
            return False
        one, other = self.nodes[i].mention, self.nodes[i + 2].mention
        if one is None or other is None or other.kind in NAMELESS:
            return False
        return i in self.common or other.unknown or len(one.classes & other.classes) > 1

    def leads(self, i: int) -> bool:
        """Whether a name behind a word for what one is only says whose the next one is: "saingan Acme | Vest"."""
        led = i and i + 1 < len(self.words) and self.words[i - 1] in self.grammar.describes
        one, other = (self.nodes[i].mention, self.nodes[i + 1].mention) if led else (None, None)
        if one is None or other is None or other.kind in NAMELESS or other.start - one.end != 1:
            return False
        return one.entity != other.entity and len(one.classes & other.classes) > 1

    def may_be_new(self, i: int, slot: Slot, *, wide: bool) -> bool:
        """Whether a name that nobody listed may fill a slot: one of several words, of a firm a single word right there
        by itself ("works with Acme", not "works with its Acme"), of a thing one of letters and figures ("the Y2K")."""
        mention = self.nodes[i].mention
        if mention is None or not slot.open or mention.kind == "fragment" or self.is_version(i):
            return False
        if mention.last - mention.first > 1:
            return True
        if slot.coded:
            return mention.kind == "coded"
        return slot.firm and not wide and not self.is_owned(i) and not self._counts(i)

    def _counts(self, i: int) -> bool:
        """Whether one word is a measure or a part of the world: "100,000 DMT", "Western | Australian"."""
        before, behind = self.nodes[i - 1] if i else None, self.nodes[i + 1] if i + 1 < len(self.nodes) else None
        measure = before is not None and before.value is not None and before.value.kind != "date"
        return measure or bool(behind and behind.mention and behind.mention.kind == "demonym")

    def is_owned(self, i: int) -> bool:
        """Whether a word before a name says whose it is, or is an article: "Norland's Acme", "its Acme", "the Acme"."""
        if not i:
            return False
        before = self.nodes[i - 1]
        owner = before.mention is not None and before.mention.kind in OWNERS
        return owner or before.key in self.grammar.determiners

    def is_version(self, i: int) -> bool:
        """Whether a name that nobody listed is that of a version, not one of its own: behind another name ("Acme Y2K
        Long Range") or a word for it ("varian Long Range")."""
        before = self.nodes[i - 1] if i else None
        if before is None or before.key in self.grammar.versions:
            return before is not None
        return before.mention is not None and not before.mention.unknown

    def is_tied(self, i: int) -> bool:
        """Whether a name belongs to the next one: "German Acme", "Norland's Acme", "Norland-based Acme"."""
        if i + 1 >= len(self.nodes):
            return False
        following = self.nodes[i + 1]
        joined = following.mention is not None or following.start == self.nodes[i].end
        return joined or following.key in self.grammar.possessive or self.modifies(i)

    def attributive(self, i: int) -> bool:
        """Whether a hyphen joins a name or word before node ``i`` to the word behind it, alone or with a name behind a
        comma: "Norland-based", "Tolvik, Norland-based"."""
        if i + 2 < len(self.words) and self.words[i] == "," and self.nodes[i + 1].mention is not None:
            i += 2
        return i < len(self.words) and self.words[i] == "-" and self.nodes[i].start == self.nodes[i - 1].end

    def closes(self, i: int) -> bool:
        """Whether the name behind a comma is followed by another: "in its first car, the Y2K, from 2026"."""
        nodes = self.nodes
        while i < len(nodes) and nodes[i].key in self.grammar.filler:
            i += 1
        return i + 1 < len(nodes) and nodes[i].mention is not None and nodes[i + 1].key in (",", ".")

    def listed(self, i: int) -> tuple[int, ...]:
        """The values of one kind in a list with the one at a position ("400, 500 dan 600 km"), itself among them."""
        value = self.nodes[i].value
        kind = value.kind if value is not None else ""
        found = [i]
        for step in (-1, 1):
            at = i
            while True:
                k, joined = at + step, False
                while 0 <= k < len(self.nodes) and self._joins(k):
                    k, joined = k + step, True
                other = self.nodes[k].value if joined and 0 <= k < len(self.nodes) else None
                if other is None or other.kind != kind:
                    break
                found.append(k)
                at = k
        return tuple(sorted(found))

    def _joins(self, i: int) -> bool:
        key = self.nodes[i].key
        return key == "," or (key,) in self.grammar.conjunctions or key in self.grammar.ranges

    def clause(self, i: int) -> tuple[int, int]:
        """The clause around a position: first node, past the last."""
        if not self.breaks:
            return 0, len(self.words)
        edges = self._edges
        if edges is None:
            edges = self._edges = [-1, *sorted(self.breaks), len(self.nodes)]
        before, after = bisect_left(edges, i), bisect_right(edges, i)
        return edges[before - 1] + 1, edges[after]

    def oblique(self, i: int, floor: int = 0) -> bool:
        """Whether a preposition (not before node ``floor``) governs the name here, with at most three words between.

        A pronoun is governed only by the word right before it ("In the other it builds …"), examples only where what
        they are examples of is ("carmakers such as Acme").
        """
        if self.examples:
            i = next((a for a, b in self.examples.items() if i - 1 <= b <= i and self._describes(a - 1)), i)
        mention = self.nodes[i].mention
        pronoun = mention is not None and mention.kind == "anaphor" and mention.last - mention.first == 1
        grammar, words = self.grammar, self.words
        for k in range(i - 1, max(floor - 1, i - (2 if pronoun else 5)), -1):
            word = words[k]
            if not word:
                if k in self.common:
                    continue  # "with self-driving start-up Acme"
                named = self.nodes[k].mention
                owner = words[k + 1] in grammar.possessive  # "with Norland's Acme"
                if named is None or (named.kind != "demonym" and not owner):
                    return False
            elif word in grammar.pointing or (pronoun and word in grammar.openers):
                return False  # "dengan rencana itu Acme", "as it builds …"
            elif self.attributive(k + 1):
                continue  # "the in-car software maker Acme"
            elif word in grammar.prepositions:
                clear = grammar.transparent
                return not any(self.word_at(k + 1 - len(keys), keys) or self.word_at(k, keys) for keys in clear)
            elif (word in grammar.stop or not word[0].isalnum()) and word != "'s":
                return False
        return False

    def ends_clause(self, i: int) -> bool:
        """Whether the name before a node ends the relative clause of words that stand for another name, which small
        words close ("pabrikan yang dimiliki Acme | itu membangun …"): it does not do what comes behind."""
        words = self.words
        if words[i] not in self.grammar.filler:
            return False
        for k in range(i - 2, max(0, i - CLAUSE), -1):
            if words[k] == ",":
                return False
            if words[k] in self.grammar.clauses:
                mention = self.nodes[k - 1].mention
                pointed = words[i] in self.grammar.pointing
                return mention is not None and (mention.kind == "anaphor" or pointed)
        return False

    def is_spoken_of(self, i: int, end: int) -> bool:
        """Whether a relative clause stands between a name before node ``i`` and node ``end``, and no other name like it
        before: it speaks of that name ("in Acme, a start-up of Norland that builds …")."""
        one = self.nodes[i - 1].mention
        for node in self.nodes[i:end] if one is not None else ():
            if node.key in self.grammar.relative:
                return True
            other = node.mention
            if one and other and (other.unknown or one.unknown or len(one.classes & other.classes) > 1):
                return False
        return False

    def _describes(self, i: int) -> bool:
        """Whether a word says what the names behind it are: a maker, with or without whence ("German carmakers")."""
        maker = [k >= 0 and self.nodes[k].key in self.grammar.describes for k in (i, i - 1)]
        return maker[0] or (maker[1] and self.nodes[i].mention is not None)


def segment(linked: LinkedText, first: int, last: int, grammar: Grammar) -> Segment:
    """The segment of the tokens ``first`` to ``last`` (past the last)."""
    nodes, blank = row(linked, first, last, grammar)
    words, text, known, filler = tuple([node[0] for node in nodes]), linked.text, grammar.signs, grammar.filler
    if dropped := noise(nodes, words, blank, grammar):
        nodes = [node for i, node in enumerate(nodes) if i not in dropped]
        blank = [i for i, node in enumerate(nodes) if not node[0]]
        words = tuple([node[0] for node in nodes])
    named = [(i, mention) for i in blank if (mention := nodes[i][3]) is not None]
    small = frozenset([i for i, m in named if text[m.start : m.end].partition(" ")[0].islower()])
    owners = frozenset([i for i, mention in named if mention.kind in OWNERS])
    shaping = grammar.shaping
    shapers = [i for i, word in enumerate(words) if word in shaping]
    signs = [i for i in shapers if words[i] in known]
    partner = _brackets(words, signs) if signs else {}
    return Segment(
        tuple(nodes),
        grammar,
        words,
        owners,
        partner,
        _breaks(words, signs, grammar, partner) if signs else frozenset(),
        small,
        owners.union([i for i in shapers if words[i] in filler], small),
        _examples(words, signs, grammar) if signs else {},
        tuple([i for i, _ in named]),
        tuple([i for i in blank if nodes[i][4] is not None]),
    )


def _brackets(words: Keys, signs: list[int]) -> dict[int, int]:
    partner: dict[int, int] = {}
    stack: list[int] = []
    for i in signs:
        if words[i] in BRACKETS:
            stack.append(i)
        elif stack and words[i] == BRACKETS[words[stack[-1]]]:
            opening = stack.pop()
            partner[opening], partner[i] = i, opening
    return partner


def _examples(words: Keys, signs: list[int], grammar: Grammar) -> dict[int, int]:
    found: dict[int, int] = {}
    for i in signs:
        for keys in grammar.examples.get(words[i], ()):
            if words[i : i + len(keys)] == keys:
                found[i - 1 if i and words[i - 1] == "," else i] = i + len(keys)
                break
    return found


def _breaks(words: Keys, signs: list[int], grammar: Grammar, partner: Mapping[int, int]) -> frozenset[int]:
    """Where clauses part; a sign within a bracket parts nothing around it: "Acme (OSX: ACM), a maker of mills"."""
    found = {i for i in signs if words[i] in CLOSERS}
    if found and partner:
        found.difference_update([i for i in found if any(a < i < b for a, b in partner.items())])
    for i in signs:
        if any(words[i : i + len(keys)] == keys for keys in grammar.breaks_by_first.get(words[i], ())):
            found.add(i)
    return frozenset(found)
