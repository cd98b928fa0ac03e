"""From a sentence that names both ends of a fact to lines in the notation of patterns: its words, made general."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from kg.names import local_name
from kg.ontology import Ontology, Property
from kg.patterns import Language, Slot
from kg.patterns.grammar import Grammar, Node
from kg.patterns.groups import Group
from kg.patterns.notation import Keys
from kg.patterns.segment import Segment
from kg.text import key_of

REACH = 24
"""The most nodes between the two ends: beyond it the words hardly ever join them."""
RUN = 3
"""The most words of its own that a line has: with more it is the sentence itself, not a wording."""
BESIDE = 10
"""How many nodes before or behind both ends a wording is looked for when nothing is said between them."""
GAP = ".."
_WORD = re.compile(r"'s|[^\W_][\w'&/.%-]*|,")


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """A line for a property (its IRI), as its parts in the notation."""

    predicate: str
    parts: tuple[str, ...]
    foreign: int = field(default=0, compare=False)
    """How many of its lists only other properties use: such a list may mean something else."""

    @property
    def text(self) -> str:
        """The line as a language file has it."""
        return " ".join(self.parts)

    @property
    def order(self) -> tuple[int, int, int, int, str]:
        """Of lines that do as well the first: without lists of others, with fewest gaps, most lists, most words."""
        listed = sum("<" in p or (p[0] == "{" and p not in ("{s}", "{o}", "{both}")) for p in self.parts)
        return self.foreign, self.parts.count(GAP), -listed, -len(self.parts), self.text


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of the sentence: ``content`` says something of its own, ``small`` only joins, ``gap`` is left out."""

    kind: str
    plain: str = GAP
    general: str = GAP
    foreign: bool = False


class Wordings:
    """Makes lines for one language and one property."""

    def __init__(self, language: Language, grammar: Grammar, ontology: Ontology, prop: Property) -> None:
        self.language, self.grammar, self.prop = language, grammar, prop
        self.slots = {local_name(q) for q in prop.qualifiers if ontology.properties[q].kind == "text"}
        own, self.others = _used(language, prop.iri)
        self.lists = _lists(language, own, self.others)

    def lines(self, seg: Segment, subject: int, object_: int) -> Iterator[Line]:
        """The lines that the words around two nodes suggest; each has at least one word of its own."""
        a, b = min(subject, object_), max(subject, object_)
        one, other = _group(seg, a), _group(seg, b)
        if b in one.members:
            yield from self._coordinated(seg, one)
            return
        if other.first - one.last > REACH:
            return
        first, second = self._slot(seg.nodes[a], a == subject), self._slot(seg.nodes[b], b == subject)
        between = self._pieces(seg.nodes[one.last : other.first])
        if any(p.kind == "content" for p in between):
            yield from self._variants([], first, between, second, [])
            return
        if any(p.kind == "gap" for p in between):
            return
        before = self._pieces(seg.nodes[max(0, one.first - BESIDE) : one.first])
        yield from self._variants(_last_word(before), first, between, second, [])
        if between:  # two names in a row and a word behind them: the word speaks of the second one alone
            behind = self._pieces(seg.nodes[other.last : other.last + BESIDE])
            yield from self._variants([], first, between, second, _first_word(behind))

    def _coordinated(self, seg: Segment, group: Group) -> Iterator[Line]:
        """Lines for names in one list: what is said of them all."""
        if not self.prop.symmetric:
            return
        before = self._pieces(seg.nodes[max(0, group.first - BESIDE) : group.first])
        behind = self._pieces(seg.nodes[group.last : group.last + BESIDE])
        yield from self._variants(_last_word(before), "{both}", [], "", [])
        yield from self._variants([], "{both}", [*behind, _Piece("end", "", "")], "", [])

    def _slot(self, node: Node, is_subject: bool) -> str:
        name = "s" if is_subject else "o"
        demonym = node.mention is not None and node.mention.kind == "demonym"
        return f"{{{name}:demonym}}" if demonym else f"{{{name}}}"

    def _variants(
        self, before: list[_Piece], first: str, between: Sequence[_Piece], second: str, behind: list[_Piece]
    ) -> Iterator[Line]:
        """Each run of words between the ends in its setting, once as they stand and once with the lists they are in."""
        cores = list(_cores(between))
        for general in (True, False):
            for core in cores:
                parts = [*before, _Piece("end", first, first), *core, _Piece("end", second, second), *behind]
                shown = [part for p in parts if (part := p.general if general else p.plain)]
                if any(p.kind == "content" for p in parts):
                    foreign = sum(p.foreign for p in parts if general)
                    yield Line(self.prop.iri, tuple(shown), foreign)

    # -- the words of a sentence -----------------------------------------------------------------------------------

    def _pieces(self, nodes: Sequence[Node]) -> list[_Piece]:
        found: list[_Piece] = []
        i = 0
        while i < len(nodes):
            node = nodes[i]
            if node.key in self.grammar.filler:
                i += 1
                continue
            name, size = self._listed(nodes, i)
            if name:
                found.append(self._general(name, " ".join(n.key for n in nodes[i : i + size])))
            else:
                found.append(self._piece(node))
            i += size
        return found

    def _general(self, name: str, words: str) -> _Piece:
        shown = f"{{{name}}}" if name in self.slots else f"<{name}>"
        return _Piece("content", words, shown, name in self.others)

    def _piece(self, node: Node) -> _Piece:
        key = node.key
        if not _WORD.fullmatch(key) or key_of(key) != (key,):
            return _Piece("gap")
        if key in self._small:
            return _Piece("small", key, key)
        return _Piece("gap") if key in self._passing else _Piece("content", key, key)

    def _listed(self, nodes: Sequence[Node], i: int) -> tuple[str, int]:
        """The list in which the longest words from here stand, and how many they are; no list and one word if none."""
        for keys, name in self.lists.get(nodes[i].key, ()):
            if tuple(n.key for n in nodes[i : i + len(keys)]) == keys and not self._small.issuperset(keys):
                return name, len(keys)
        return "", 1

    @cached_property
    def _small(self) -> frozenset[str]:
        """Words that only join: prepositions, conjunctions, "'s", a comma."""
        g = self.grammar
        joining = {key for keys in g.conjunctions for key in keys}
        return frozenset(g.prepositions | g.openers | g.relative | g.possessive | joining | {","})

    @cached_property
    def _passing(self) -> frozenset[str]:
        """Words that tell when, how sure or who says it, not what: they are left out."""
        speech = self.language.single("speech", "verbs")
        months = frozenset(self.language.table("time", "months"))
        cues = (self.language.single("status", kind) for kind in self.language.sections.get("status", {}))
        not_names = self.language.single("grammar", "not_names")
        return self.grammar.stop.union(speech, months, not_names, *cues) - self._small


def _used(language: Language, prop: str) -> tuple[set[str], set[str]]:
    """The lists that the lines of a property use, and those that only others use."""
    own, others = set[str](), set[str]()
    for pattern in language.patterns:
        named = re.findall(r"<(\w+)>", pattern.text)
        slots = [e.name for e in pattern.elements if isinstance(e, Slot)]
        (own if pattern.property == prop else others).update(n for n in (*named, *slots) if n in language.lists)
    return own, others - own


def _lists(language: Language, own: set[str], others: set[str]) -> Mapping[str, tuple[tuple[Keys, str], ...]]:
    """First word -> (words, list), the longest words first; of lists that share words the property's own, then the
    smaller one. Lists that no property uses say what names are, and are left out.
    """
    useful = {n: words for n, words in language.lists.items() if n in own | others}
    rank = {n: (n not in own, n in others, len(words), n) for n, words in useful.items()}
    best: dict[Keys, str] = {}
    for name in sorted(useful, key=lambda n: rank[n], reverse=True):
        best.update(dict.fromkeys(language.lists[name], name))
    found: dict[str, list[tuple[Keys, str]]] = {}
    for keys in sorted(best, key=lambda k: (-len(k), k)):
        found.setdefault(keys[0], []).append((keys, best[keys]))
    return {key: tuple(group) for key, group in found.items()}


def _group(seg: Segment, i: int) -> Group:
    return seg.groups.get(i, Group((i,), i, i + 1))


def _cores(between: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """What may stand between the ends: each run of at most :data:`RUN` words, with what joins it to the ends."""
    words = [i for i, p in enumerate(between) if p.kind == "content"]
    if not words:
        yield _joined(list(between))
    for n, first in enumerate(words):
        for last in words[n : n + RUN]:
            kept = _joined([_Piece("gap") if p.plain == "," else p for p in between[first : last + 1]])
            if sum(p.kind == "gap" for p in kept) < 2:
                head = _edge(between, 0, first, opening=True)
                tail = _edge(between, last + 1, len(between), opening=False)
                yield _joined([*head, *kept, *tail])


def _edge(between: Sequence[_Piece], start: int, stop: int, *, opening: bool) -> list[_Piece]:
    """The pieces from an end to the words that are kept: the small word at the end itself, and a gap for the rest."""
    pieces = list(between[start:stop])
    if all(p.kind == "small" for p in pieces) and len(pieces) < RUN:
        return pieces
    if opening:
        kept = pieces[:1] if pieces[0].plain in (",", "'s") else []
        return [*kept, _Piece("gap")]
    if pieces[-1].kind == "end":
        return pieces[-1:]
    kept = pieces[-1:] if pieces[-1].kind == "small" else []
    return [_Piece("gap"), *kept]


def _joined(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces with one gap for gaps in a row."""
    return [p for i, p in enumerate(pieces) if p.kind != "gap" or i == 0 or pieces[i - 1].kind != "gap"]


def _last_word(pieces: list[_Piece]) -> list[_Piece]:
    """The last word of its own, with what joins it to the end behind it."""
    at = next((i for i in range(len(pieces) - 1, -1, -1) if pieces[i].kind == "content"), None)
    return [] if at is None else _joined([pieces[at], *_edge(pieces, at + 1, len(pieces), opening=False)])


def _first_word(pieces: list[_Piece]) -> list[_Piece]:
    """The first word of its own, with what joins it to the end before it."""
    at = next((i for i, p in enumerate(pieces) if p.kind == "content"), None)
    return [] if at is None else _joined([*_edge(pieces, 0, at, opening=True), pieces[at]])
