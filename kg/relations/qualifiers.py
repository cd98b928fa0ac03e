"""The qualifiers that the parts of a match hold: slots of that name, units, versions, what a figure counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from kg.model import Entity, Literal, Qualifier
from kg.names import local_name
from kg.ontology import Ontology, Property
from kg.patterns.grammar import Grammar, Node
from kg.patterns.match import Match
from kg.patterns.segment import Segment
from kg.patterns.versions import Versions
from kg.text import LinkedText

Entities = Mapping[str, Entity]
PHRASE = 18
"""The longest phrase taken for what a figure counts, in nodes."""
_ENDS = frozenset({"s", "o", "both", "time"})
"""The slots that hold no qualifier."""
_YEAR = re.compile("(19|20)[0-9]{2}")
PHRASE_ENDS = frozenset({",", ".", "”", '"', ";", "(", ")"})


class Parts:
    """Reads the qualifiers of matches, as the ontology says by what each is filled."""

    def __init__(self, ontology: Ontology, grammar: Grammar, versions: Versions, entities: Entities) -> None:
        self.ontology, self.grammar, self.versions, self.entities = ontology, grammar, versions, entities
        extensions = ((p.iri, extension_of(ontology, p)) for p in ontology.properties.values())
        self.extensions = {iri: name for iri, name in extensions if name}
        """For each property that has one the qualifier that the name of a version fills."""
        self.small = grammar.small.union(k[0] for k in grammar.conjunctions if len(k) == 1) - {""}
        self.phrase_ends = grammar.prepositions | grammar.joins | grammar.becoming
        self.others = (grammar.prepositions | grammar.becoming) - grammar.genitive
        """The words behind a figure with which something else begins than what it counts."""
        self.wholes = frozenset(c.composed_of[0] for c in ontology.classes.values() if c.composed_of)

    def of_slots(self, linked: LinkedText, seg: Segment, match: Match, prop: Property) -> Iterator[Qualifier]:
        """The qualifiers that slots of the pattern hold, and those that a value brings with it."""
        for name, nodes in match.slots.items():
            if name in _ENDS or (iri := self.ontology.domain + name) not in prop.qualifiers:
                continue
            nodes = self._trimmed(seg, nodes)
            if not nodes:
                continue
            first, last = seg.nodes[nodes[0]], seg.nodes[nodes[-1]]
            if first.mention is not None and self.ontology.properties[iri].kind == "entity":
                yield iri, first.mention.entity
            elif first.value is not None and first.value.literal is not None:
                yield iri, first.value.literal
                yield from self._of_value(first, prop)
            else:
                yield iri, Literal(linked.text[first.start : last.end])
        for i in match.slots.get("o", ()):
            if seg.nodes[i].value is not None:
                yield from self._of_value(seg.nodes[i], prop)
                if prop.dimension == "any":
                    yield from self._counted(linked, seg, i, match.model, prop)

    def extension(self, linked: LinkedText, seg: Segment, match: Match, prop: Property) -> Iterator[Qualifier]:
        """The name of a version: right behind that of the thing ("Model Y2K Performance"), within it where that is
        listed, or nearest to a figure where words say that it is one ("the Performance version of")."""
        name = self.extensions.get(prop.iri, "")
        if not name or local_name(name) in match.slots:
            return
        literal = prop.kind != "entity"
        for end in ("s",) if literal else ("s", "o"):
            nodes = match.slots.get(end, ())
            said = self._version_of(linked, seg, nodes[0], listed=not literal) if len(nodes) == 1 else ""
            if said:
                yield name, Literal(said)
                return
        for nodes in self._marked(linked, seg, match) if prop.kind == "quantity" else ():
            yield name, Literal(linked.text[seg.nodes[nodes[0]].start : seg.nodes[nodes[-1]].end])

    def _version_of(self, linked: LinkedText, seg: Segment, i: int, *, listed: bool) -> str:
        """What names a version behind the name at a node, or at the end of that name and not of the entity's own."""
        behind = self.versions.behind(linked.text, seg, i, listed=listed)
        node = seg.nodes[i]
        if node.mention is not None and node.mention.kind == "anaphor":
            return self.versions.said(linked.text[node.start : node.end])
        mention, end = node.mention, seg.nodes[behind[-1] if behind else i].end
        if mention is None or mention.kind not in ("name", "unit", "new") or self.wholes.intersection(mention.classes):
            return ""  # what stands behind a firm's name is no version of it
        written = linked.text[mention.start : mention.end]
        entity = self.entities.get(mention.entity)
        own = entity is not None and self.versions.base(entity.label()) != entity.label()
        start = mention.end if own else mention.start + len(self.versions.base(written))
        return linked.text[start:end].strip()

    def _marked(self, linked: LinkedText, seg: Segment, match: Match) -> list[tuple[int, ...]]:
        """The version nearest to a figure, no other figure between, that other words make one: before it, but behind
        where the first figure stands before the first version ("600 km for the Pro and 500 km for the Lite")."""
        figure = match.slots["o"][-1]
        first, last = seg.clause(figure)
        found = self.versions.marked(linked.text, seg, first, last)
        found = [n for n in found if n[0] < figure or self._governed(seg, n[0])]
        near = [n for n in found if not any(seg.nodes[k].value for k in _between(n, figure))]
        figures = (k for k in range(first, last) if alike(seg, figure, k))
        leads = bool(found) and next(figures, last) < min(n[0] for n in found)
        return sorted(near, key=lambda n: ((n[0] > figure) != leads, abs(n[0] - figure)))[:1]

    def _governed(self, seg: Segment, i: int) -> bool:
        """Whether a preposition stands before a node: "600 km in the Performance version", not "…, the Performance"."""
        while i > 1 and seg.nodes[i - 1].key in self.grammar.filler:
            i -= 1
        return i > 0 and seg.nodes[i - 1].key in self.grammar.prepositions

    def tells(self, node: Node, written: str, prop: Property, qualifiers: Iterable[Qualifier]) -> bool:
        """Whether a figure says something: a digit without a unit, of which nothing says what it counts, is a part of
        a name ("the Y2K 4, 5 and 6"), and a year is one of what is held in it ("at Acme Show 2023")."""
        value = node.value
        literal = value.literal if value is not None else None
        if value is None or literal is None or prop.dimension != "any" or value.unit:
            return True
        if len(literal.lexical) > 1 and not _YEAR.fullmatch(written):
            return True
        return any(self.ontology.properties[q].filled_by == "phrase" for q, _ in qualifiers)

    def _counted(self, linked: LinkedText, seg: Segment, i: int, model: int, prop: Property) -> list[Qualifier]:
        """What a figure counts; where its words are left out, or begin as those do, the words behind its ``model``."""
        own = list(self._phrase(linked, seg, i, prop))
        full = list(self._phrase(linked, seg, model, prop)) if model >= 0 else []
        begins = all(_words(f).startswith(_words(o)) for o, f in zip(own, full, strict=False))
        return full if full and begins else own

    def _phrase(self, linked: LinkedText, seg: Segment, i: int, prop: Property) -> Iterator[Qualifier]:
        """What a figure counts: the words behind it, to the end of the clause, a comma, or what has a figure or date of
        its own ("9,000 cars | in 2022", "9,000 cars | and Acme 7,000")."""
        _, end = seg.clause(i)
        stop = next((k for k in range(i + 1, end) if seg.nodes[k].key in PHRASE_ENDS or seg.nodes[k].value), end)
        stop = min(stop, i + 1 + PHRASE)
        joints = (k for k in range(i + 1, stop - 1) if (seg.nodes[k].key,) in self.grammar.conjunctions)
        behind = ((k, seg.nodes[k + 1].key) for k in joints)
        more = stop < end and seg.nodes[stop].value is not None  # "9,000 cars | and of the vans 700"
        stop = next((k for k, key in behind if more or not key or key in self.grammar.filler), stop)
        if seg.nodes[i + 1 : stop] and seg.nodes[i + 1].key in self.others:  # "up 5 percent from a year earlier"
            return
        while stop > i + 1 and seg.nodes[stop - 1].key in self.phrase_ends:
            stop -= 1
        names = [q for q in prop.qualifiers if self.ontology.properties[q].filled_by == "phrase"]
        if stop > i + 1:
            yield from (
                (name, Literal(linked.text[seg.nodes[i + 1].start : seg.nodes[stop - 1].end])) for name in names
            )

    def _trimmed(self, seg: Segment, nodes: tuple[int, ...]) -> tuple[int, ...]:
        """Free words without the small words at their ends."""
        while nodes and seg.nodes[nodes[0]].key in self.small:
            nodes = nodes[1:]
        while nodes and seg.nodes[nodes[-1]].key in self.small:
            nodes = nodes[:-1]
        return nodes

    def _of_value(self, node: Node, prop: Property) -> Iterator[Qualifier]:
        value = node.value
        assert value is not None
        money = value.kind == "money"
        _, unit = value.of(prop.dimension)
        parts = {"currency": unit if money else "", "unit": "" if money else unit}
        for iri in prop.qualifiers:
            filled = self.ontology.properties[iri].filled_by
            if parts.get(filled):
                yield iri, Literal(parts[filled])
            elif filled == "approximate" and value.approximate:
                yield iri, Literal.boolean(True)


def extension_of(ontology: Ontology, prop: Property) -> str:
    """The qualifier of a property that the name of a version fills, or nothing."""
    return next((q for q in prop.qualifiers if ontology.properties[q].filled_by == "extension"), "")


def alike(seg: Segment, one: int, other: int) -> bool:
    """Whether two nodes are figures of one kind and unit."""
    a, b = seg.nodes[one].value, seg.nodes[other].value
    return a is not None and b is not None and (a.kind, a.unit) == (b.kind, b.unit) and b.literal is not None


def _between(nodes: tuple[int, ...], figure: int) -> range:
    """The nodes between a version and a figure."""
    return range(nodes[-1] + 1, figure) if nodes[0] < figure else range(figure + 1, nodes[0])


def _words(qualifier: Qualifier) -> str:
    """The words of a qualifier that holds a text."""
    value = qualifier[1]
    return value.lexical if isinstance(value, Literal) else value
