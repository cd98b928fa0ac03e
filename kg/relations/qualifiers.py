"""The qualifiers that the parts of a match hold: slots of that name, units, versions, what a figure counts."""

from __future__ import annotations

from collections.abc import Iterator

from kg.model import Literal, Qualifier
from kg.ontology import Ontology, Property
from kg.patterns.grammar import Grammar, Node
from kg.patterns.match import Match
from kg.patterns.segment import Segment
from kg.text import LinkedText

PHRASE = 18
"""The longest phrase taken for what a figure counts, in nodes."""
PHRASE_ENDS = frozenset({",", ".", "”", '"', ";", "(", ")"})


class Parts:
    """Reads the qualifiers of matches, as the ontology says by what each is filled."""

    def __init__(self, ontology: Ontology, grammar: Grammar) -> None:
        self.ontology, self.grammar = ontology, grammar

    def of_slots(self, linked: LinkedText, seg: Segment, match: Match, prop: Property) -> Iterator[Qualifier]:
        """The qualifiers that slots of the pattern hold, and those that a value brings with it."""
        for name, nodes in match.slots.items():
            iri = self.ontology.domain + name
            if name in ("s", "o", "both", "time") or iri not in prop.qualifiers:
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
                    yield from self._phrase(linked, seg, i, prop)

    def extension(self, linked: LinkedText, seg: Segment, match: Match, prop: Property) -> Iterator[Qualifier]:
        """The name of a version right behind the subject's own ("Model 3 Performance"), for figures and dates."""
        names = [q for q in prop.qualifiers if self.ontology.properties[q].filled_by == "extension"]
        after = (match.slots.get("s") or (len(seg),))[-1] + 1
        if prop.kind == "entity" or not names or after >= len(seg):
            return
        node = seg.nodes[after]
        if node.mention is not None and node.mention.unknown and not node.mention.entity:
            yield names[0], Literal(linked.text[node.start : node.end])

    def _phrase(self, linked: LinkedText, seg: Segment, i: int, prop: Property) -> Iterator[Qualifier]:
        """What a figure counts: the words behind it, to the end of the clause, a comma, or what has a figure or date of
        its own ("9,000 cars | in 2022", "9,000 cars | and Acme 7,000")."""
        _, end = seg.clause(i)
        stop = next((k for k in range(i + 1, end) if seg.nodes[k].key in PHRASE_ENDS or seg.nodes[k].value), end)
        stop = min(stop, i + 1 + PHRASE)
        joints = (k for k in range(i + 1, stop - 1) if (seg.nodes[k].key,) in self.grammar.conjunctions)
        behind = ((k, seg.nodes[k + 1].key) for k in joints)
        stop = next((k for k, key in behind if not key or key in self.grammar.filler), stop)
        while stop > i + 1 and seg.nodes[stop - 1].key in self.grammar.prepositions:
            stop -= 1
        names = [q for q in prop.qualifiers if self.ontology.properties[q].filled_by == "phrase"]
        if stop > i + 1:
            yield from (
                (name, Literal(linked.text[seg.nodes[i + 1].start : seg.nodes[stop - 1].end])) for name in names
            )

    def _trimmed(self, seg: Segment, nodes: tuple[int, ...]) -> tuple[int, ...]:
        """Free words without the small words at their ends."""
        small = (
            self.grammar.filler | self.grammar.prepositions | {k[0] for k in self.grammar.conjunctions if len(k) == 1}
        )
        while nodes and seg.nodes[nodes[0]].key in small and seg.nodes[nodes[0]].key:
            nodes = nodes[1:]
        while nodes and seg.nodes[nodes[-1]].key in small and seg.nodes[nodes[-1]].key:
            nodes = nodes[:-1]
        return nodes

    def _of_value(self, node: Node, prop: Property) -> Iterator[Qualifier]:
        value = node.value
        assert value is not None
        money = value.kind == "money"
        parts = {"currency": value.unit if money else "", "unit": "" if money else value.unit}
        for iri in prop.qualifiers:
            filled = self.ontology.properties[iri].filled_by
            if parts.get(filled):
                yield iri, Literal(parts[filled])
            elif filled == "approximate" and value.approximate:
                yield iri, Literal.boolean(True)
