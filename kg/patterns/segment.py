"""A stretch of a sentence as the matcher sees it: words, names and values in a row, brackets and lists understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from kg.patterns.language import Language
from kg.patterns.notation import Keys, Words
from kg.text import LinkedText, Mention, Value

_OPEN = {"(": ")", "[": "]"}
DESCRIBED = 4
"""How many nodes may stand before a member of a list."""
DESCRIPTION = 9
"""How many nodes may describe the last member of a list, itself among them."""
OWNERS = frozenset({"possessor", "owner"})
"""The kinds of mention that only say whose something is."""
NAMELESS = OWNERS | {"demonym"}
"""The kinds of mention that stand beside a name, and are none."""
SEVERAL = "several names"
"""What :attr:`Segment.present` holds where more than one name stands."""


class Node(NamedTuple):
    """A word (``key``), a name or a value, with its offsets in the text."""

    key: str
    start: int
    end: int
    mention: Mention | None = None
    value: Value | None = None


class Group(NamedTuple):
    """Coordinated names ("A, B and C"), or one name alone: node indexes of the members, first node, past the last."""

    members: tuple[int, ...]
    first: int
    last: int


@dataclass(frozen=True)
class Grammar:
    """The small words of a language, ready for look-up."""

    filler: frozenset[str]
    stop: frozenset[str]
    prepositions: frozenset[str]
    relative: frozenset[str]
    conjunctions: frozenset[Keys]
    breaks_by_first: Mapping[str, tuple[Keys, ...]]
    possessive: frozenset[str]
    appositions: frozenset[str]
    ends: frozenset[str]
    transparent: frozenset[Keys]
    suffixes: tuple[str, ...]
    vocabulary: frozenset[str]
    noise: Mapping[str, tuple[Keys, ...]]
    """Wordings that mean nothing before another word, the longest first, by their first word."""
    ranges: frozenset[str]
    origins: frozenset[str]
    members: frozenset[str]
    openers: frozenset[str]
    describes: frozenset[str]
    outside: frozenset[str]
    examples: Mapping[str, tuple[Keys, ...]]
    """Wordings that introduce members of what was just said ("such as"), the longest first, by their first word."""

    def plain(self, key: str) -> str:
        """A word without its affix, where only that form is one of the language's pattern words ("pabriknya")."""
        if key not in self.vocabulary and key.endswith(self.suffixes):
            for suffix in self.suffixes:
                stem = key.removesuffix(suffix)
                if stem != key and stem in self.vocabulary:
                    return stem
        return key

    @classmethod
    def of(cls, language: Language) -> Grammar:
        """The grammar words of a language file."""
        return cls(
            filler=language.single("grammar", "filler"),
            stop=language.single("grammar", "stop"),
            prepositions=language.single("grammar", "prepositions"),
            relative=language.single("grammar", "relative"),
            conjunctions=language.words("grammar", "and"),
            breaks_by_first=Words(language.words("grammar", "breaks")).by_first,
            possessive=language.single("grammar", "possessive"),
            appositions=language.single("grammar", "appositions") | language.single("grammar", "relative"),
            transparent=language.words("grammar", "transparent"),
            ends=language.single("grammar", "ends"),
            suffixes=tuple(sorted(language.single("grammar", "suffixes"), key=len, reverse=True)),
            vocabulary=language.vocabulary,
            noise=Words(language.words("grammar", "noise")).by_first,
            ranges=language.single("quantity", "ranges"),
            origins=language.single("grammar", "origins"),
            members=language.single("grammar", "members"),
            openers=language.single("grammar", "openers"),
            describes=frozenset(key for keys in language.words("grammar", "describes") for key in keys),
            outside=language.single("grammar", "outside"),
            examples=Words(language.words("grammar", "examples")).by_first,
        )


@dataclass(frozen=True)
class Segment:
    """Nodes in a row, with what each name is coordinated with, which bracket closes where, and where clauses part."""

    nodes: tuple[Node, ...]
    grammar: Grammar
    groups: Mapping[int, Group] = field(default_factory=dict)
    partner: Mapping[int, int] = field(default_factory=dict)
    breaks: frozenset[int] = frozenset()
    common: frozenset[int] = frozenset()
    """The nodes of names that are written as common nouns are ("self-driving")."""
    light: frozenset[int] = frozenset()
    """The nodes that say nothing between two parts: small words, owners, such names."""
    examples: Mapping[int, int] = field(default_factory=dict)
    """Where members of what was just said are introduced (", such as"): the first node, and the one past the last."""

    def __len__(self) -> int:
        return len(self.nodes)

    @cached_property
    def spread(self) -> dict[str, tuple[int, int]]:
        """The words, classes, kinds of mention and kinds of value here: where each stands first, and last."""
        found: dict[str, tuple[int, int]] = {}
        names = 0
        for i, node in enumerate(self.nodes):
            keys: Iterable[str] = (node.key,)
            if node.mention is not None:
                names += 1
                mention = node.mention
                keys = (*mention.classes, "unlisted" if mention.unknown else mention.kind)
                if mention.kind in OWNERS:
                    keys = (*keys, *self.grammar.possessive)
            elif node.value is not None:
                keys = (node.value.kind,)
            for key in keys:
                at = found.get(key)
                found[key] = (i, i) if at is None else (at[0], i)
        if names > 1:
            found[SEVERAL] = (0, len(self.nodes))
        return found

    def span(self, keys: frozenset[str]) -> tuple[int, int]:
        """Where the first and the last of these stand; (-1, -1) where none does."""
        spread = self.spread
        found = [spread[key] for key in keys.intersection(spread)]
        return (min(a for a, _ in found), max(b for _, b in found)) if found else (-1, -1)

    def word_at(self, i: int, keys: Keys) -> bool:
        """Whether these words stand at a position."""
        nodes = self.nodes
        if i < 0 or i + len(keys) > len(nodes):
            return False
        return (len(keys) == 1 and nodes[i].key == keys[0]) or all(
            nodes[i + k].key == key for k, key in enumerate(keys)
        )

    def owns(self, i: int) -> bool:
        """Whether the word at a position says whose something is ("its"), and is understood."""
        mention = self.nodes[i].mention
        return mention is not None and mention.kind in OWNERS

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
        before = max((b + 1 for b in self.breaks if b < i), default=0)
        after = min((b for b in self.breaks if b > i), default=len(self.nodes))
        return before, after

    def oblique(self, i: int, floor: int = 0) -> bool:
        """Whether a preposition (not before node ``floor``) governs the name here, with at most three words between.

        A pronoun is governed only by the word right before it ("In the other it builds …"), examples only where what
        they are examples of is ("carmakers such as Acme").
        """
        i = next((a for a, b in self.examples.items() if i - 1 <= b <= i and self._describes(a - 1)), i)
        mention = self.nodes[i].mention
        pronoun = mention is not None and mention.kind == "anaphor" and mention.last - mention.first == 1
        for k in range(i - 1, max(floor - 1, i - (2 if pronoun else 5)), -1):
            node = self.nodes[k]
            if node.value is not None or (node.mention is not None and node.mention.kind != "demonym"):
                return False
            if node.key in self.grammar.prepositions:
                return not any(self.word_at(k + 1 - len(keys), keys) for keys in self.grammar.transparent)
            if node.key and (node.key in self.grammar.stop or not node.key[0].isalnum()) and node.key != "'s":
                return False
        return False


    def _describes(self, i: int) -> bool:
        """Whether a word says what the names behind it are: a maker, or whence ("Chinese carmakers | such as")."""
        mention = self.nodes[i].mention if i >= 0 else None
        national = mention is not None and mention.kind == "demonym"
        return i >= 0 and (national or self.nodes[i].key in self.grammar.describes)


def segment(linked: LinkedText, first: int, last: int, grammar: Grammar) -> Segment:
    """The segment of the tokens ``first`` to ``last`` (past the last)."""
    nodes = _without_noise(_nodes(linked, first, last, grammar), grammar)
    partner = _brackets(nodes)
    breaks = _breaks(nodes, grammar)
    small = frozenset(i for i, n in enumerate(nodes) if n.mention is not None and linked.text[n.start].islower())
    light = frozenset(i for i, n in enumerate(nodes) if _says_nothing(n, grammar)) | small
    return Segment(
        nodes, grammar, _groups(nodes, grammar, partner), partner, breaks, small, light, _examples(nodes, grammar)
    )


def _says_nothing(node: Node, grammar: Grammar) -> bool:
    return node.key in grammar.filler or (node.mention is not None and node.mention.kind in OWNERS)


def _nodes(linked: LinkedText, first: int, last: int, grammar: Grammar) -> list[Node]:
    tokens, plain = linked.tokens, grammar.plain
    keys, begins, ends = tokens.keys, tokens.starts, tokens.ends
    starts = {m.first: m for m in linked.between(first, last)}
    values = {v.first: v for v in linked.values_between(first, last)}
    owners = linked.owners_between(first, last) if linked.owners else ()
    nodes: list[Node] = []
    i = first
    while i < last:
        mention, value = starts.get(i), values.get(i)
        if mention is not None and mention.last <= last:
            nodes.append(Node("", mention.start, mention.end, mention))
            if mention.also:
                nodes.append(Node("", mention.start, mention.end, replace(mention, entity=mention.also)))
            i = mention.last
        elif value is not None and value.last <= last:
            nodes.append(Node("", value.start, value.end, None, value))
            i = value.last
        else:
            nodes.append(Node(plain(keys[i]), begins[i], ends[i]))
            nodes += [Node("", m.start, m.end, m) for m in owners if m.first == i] if owners else ()
            i += 1
    return nodes


def _without_noise(nodes: list[Node], grammar: Grammar) -> tuple[Node, ...]:
    """The nodes without words that mean nothing where they stand ("yang digunakan" before another verb): only their
    first word is kept. Before a name or a preposition the same words do mean something, and stay.
    """
    dropped: set[int] = set()
    for i, node in enumerate(nodes):
        for keys in grammar.noise.get(node.key, ()) if i not in dropped else ():
            if tuple(x.key for x in nodes[i : i + len(keys)]) == keys:
                following = nodes[i + len(keys)] if i + len(keys) < len(nodes) else None
                if following is not None and following.key and following.key not in grammar.prepositions:
                    dropped.update(range(i + 1, i + len(keys)))
                break
    return tuple(n for i, n in enumerate(nodes) if i not in dropped) if dropped else tuple(nodes)


def _brackets(nodes: tuple[Node, ...]) -> dict[int, int]:
    partner: dict[int, int] = {}
    stack: list[int] = []
    for i, node in enumerate(nodes):
        if node.key in _OPEN:
            stack.append(i)
        elif stack and node.key == _OPEN.get(nodes[stack[-1]].key):
            opening = stack.pop()
            partner[opening], partner[i] = i, opening
    return partner


def _examples(nodes: tuple[Node, ...], grammar: Grammar) -> dict[int, int]:
    found: dict[int, int] = {}
    for i, node in enumerate(nodes):
        for keys in grammar.examples.get(node.key, ()) if node.key else ():
            if tuple(x.key for x in nodes[i : i + len(keys)]) == keys:
                found[i - 1 if i and nodes[i - 1].key == "," else i] = i + len(keys)
                break
    return found


def _breaks(nodes: tuple[Node, ...], grammar: Grammar) -> frozenset[int]:
    found = {i for i, node in enumerate(nodes) if node.key in (";", ":")}
    for i, node in enumerate(nodes):
        for keys in grammar.breaks_by_first.get(node.key, ()) if node.key else ():
            if tuple(x.key for x in nodes[i : i + len(keys)]) == keys:
                found.add(i)
    return frozenset(found)


def _groups(nodes: tuple[Node, ...], grammar: Grammar, partner: Mapping[int, int]) -> dict[int, Group]:
    """Names in a list: parted by commas and closed by a conjunction, or only by a conjunction."""
    found: dict[int, Group] = {}
    i = 0
    while i < len(nodes):
        if not _is_name(nodes[i]):
            i += 1
            continue
        members, joined, at = [i], False, i
        while (step := _next_member(nodes, at, grammar, partner)) is not None:
            at, by_word = step
            members.append(at)
            joined = joined or by_word
            if by_word and not _goes_on(nodes, at):
                break
        joined = joined or (len(members) > 1 and _closed(nodes, at, grammar))
        kept = tuple(members) if joined else (i,)
        group = Group(kept, kept[0], kept[-1] + 1)
        found.update((m, group) for m in kept)
        i = kept[-1] + 1
    return found


def _closed(nodes: tuple[Node, ...], at: int, grammar: Grammar) -> bool:
    """Whether a list goes on with things that are not named ("A, B and others")."""
    i = at + 1 + _goes_on(nodes, at)
    if i < len(nodes) and nodes[i].start == nodes[at].end:
        return False  # "Acme-owned"
    return any(tuple(x.key for x in nodes[i : i + n]) in grammar.conjunctions for n in (3, 2, 1))


def _is_name(node: Node) -> bool:
    return node.mention is not None and node.mention.kind not in NAMELESS


def _goes_on(nodes: tuple[Node, ...], at: int) -> bool:
    return at + 1 < len(nodes) and nodes[at + 1].key in (",", "、")


def _next_member(
    nodes: tuple[Node, ...], at: int, grammar: Grammar, partner: Mapping[int, int]
) -> tuple[int, bool] | None:
    """The next member of a list behind ``at`` and its bracket, and whether a conjunction stands before it."""
    if at + 1 < len(nodes) and nodes[at + 1].mention is not None and nodes[at + 1].start == nodes[at].start:
        return at + 1, True
    i, comma, by_word = max(partner.get(at + 1, at), at) + 1, False, False
    if i == at + 1 and i + 1 < len(nodes) and nodes[i].key in grammar.describes and nodes[i + 1].key == ",":
        i += 1  # "the Hyper brand, Zeekr and …"
    if i < len(nodes) and nodes[i].key in (",", "、"):
        i, comma = i + 1, True
    for n in (3, 2, 1):
        if tuple(x.key for x in nodes[i : i + n]) in grammar.conjunctions:
            i, by_word = i + n, True
            break
    if not (comma or by_word):
        return None
    described = _described(nodes, i, at, grammar) if by_word else -1
    if described >= 0:
        return described, by_word
    skipped = 0
    while i < len(nodes) and skipped < DESCRIBED and _light(nodes, i, grammar, after_word=by_word):
        i, skipped = i + 1, skipped + 1
    if i < len(nodes) and _is_name(nodes[i]) and _alike(nodes[at], nodes[i]):
        return i, by_word
    return None


def _described(nodes: tuple[Node, ...], first: int, at: int, grammar: Grammar) -> int:
    """The node of a name like that at ``at`` which words from ``first`` on describe ("the Wuhu-based robot start-up
    Acme"), the last of them as a maker or a nationality; -1 where none is."""
    for i in range(first, min(first + DESCRIPTION, len(nodes))):
        node, before = nodes[i], nodes[i - 1]
        if i > first and _is_name(node) and _alike(nodes[at], node):
            national = before.mention is not None and before.mention.kind == "demonym"
            if before.key in grammar.describes or (national and i - 1 > first):
                return i
        plain = node.key[:1].isalnum() or node.key == "-" or node.mention is not None
        if not plain or node.key in grammar.stop or node.key in grammar.prepositions:
            return -1
    return -1


def _light(nodes: tuple[Node, ...], i: int, grammar: Grammar, *, after_word: bool) -> bool:
    """Whether a node may stand before a member of a list: an article, a repeated "to", "China's", "German", and behind
    a conjunction words that say what it is ("and the partner")."""
    node = nodes[i]
    if node.key:
        return (
            node.key in grammar.filler
            or node.key in grammar.possessive
            or (after_word and node.key in grammar.prepositions)
            or (after_word and node.key in grammar.describes)
        )
    owner = i + 1 < len(nodes) and nodes[i + 1].key in grammar.possessive
    return node.mention is not None and (node.mention.kind in NAMELESS or owner)


def _alike(one: Node, other: Node) -> bool:
    """Whether two names can stand in one list: of classes that share more than ``owl:Thing``, or unlisted."""
    a, b = one.mention, other.mention
    if a is None or b is None:
        return False
    return not a.classes or not b.classes or len(a.classes & b.classes) > 1
