"""What two entities are: their classes, outer names, homes and wholes, set side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kg.identity.evidence import Evidence
from kg.model import Entity, Origin
from kg.names import local_name
from kg.ontology import THING, Ontology

# What each weighs, by tests/suites/identity.toml: a name that is the same needs no more, one that is nearly the same
# needs one thing that few share, and what a curator wrote down apart needs several.
OUTER_NAME = 0.9
_FITTING, _HOME, _WHOLE = 0.05, 0.15, 0.25
_DISJOINT = 1.0
_UNRELATED, _SIDE_BY_SIDE, _UNIT = 0.7, 0.15, 0.5
_OTHER_HOME, _OTHER_WHOLE, _PART, _APART = 0.5, 0.35, 0.9, 0.35
_OTHER_OUTER_NAME = 0.8


class Traits:
    """The entities of a graph, and what their classes say of each other."""

    def __init__(self, entities: Mapping[str, Entity], ontology: Ontology) -> None:
        self.entities, self.ontology = entities, ontology
        self.composed = frozenset(c.iri for c in ontology.classes.values() if c.composed_of)
        several = frozenset(c.iri for c in ontology.classes.values() if c.name_words > 1)
        self.full = frozenset(i for i, e in entities.items() if not several.isdisjoint(ontology.closure(e.types)))
        """The entities of classes whose names have several words, as people's have."""

    def name(self, iri: str) -> str:
        """What an entity is called."""
        return self.entities[iri].label() if iri in self.entities else local_name(iri)

    def outer_names(self) -> Iterator[list[str]]:
        """The entities that share an outer name (``skos:exactMatch``)."""
        found: dict[str, list[str]] = {}
        for iri, entity in self.entities.items():
            for outer in entity.same_as:
                found.setdefault(outer, []).append(iri)
        yield from found.values()

    def judge(self, one: Entity, other: Entity) -> Iterator[tuple[bool, Evidence]]:
        """What speaks for (True) and against (False) two entities being one, by what they are."""
        yield from self._classes(one, other)
        yield from _outer(one, other)
        homes = self._both(one.home, other.home, "both at home in", _HOME, "at home in", _OTHER_HOME)
        wholes = self._both(one.belongs_to, other.belongs_to, "both part of", _WHOLE, "part of", _OTHER_WHOLE)
        yield from (*homes, *wholes)
        if one.iri in other.belongs_to or other.iri in one.belongs_to:
            part, whole = (one, other) if other.iri in one.belongs_to else (other, one)
            yield False, Evidence(f"{part.label()} is part of {whole.label()}", _PART)
        if one.origin is other.origin is Origin.CURATED:
            yield False, Evidence("a curator lists the two apart", _APART)

    def _classes(self, one: Entity, other: Entity) -> Iterator[tuple[bool, Evidence]]:
        first, second = self.ontology.closure(one.types), self.ontology.closure(other.types)
        names = f"{self._called(one)} and {self._called(other)}"
        if self.ontology.disjoint(first, second):
            yield False, Evidence(f"nothing is both {names}", _DISJOINT)
        elif not (first & second) - {THING}:
            yield False, Evidence(f"of unrelated classes: {names}", _UNRELATED)
        elif self.composed.isdisjoint(first) is not self.composed.isdisjoint(second):
            yield False, Evidence(f"one is a unit: {names}", _UNIT)
        elif first.issuperset(one.types + other.types) or second.issuperset(one.types + other.types):
            yield True, Evidence(f"of fitting classes: {names}", _FITTING)
        else:
            yield False, Evidence(f"of different classes: {names}", _SIDE_BY_SIDE)

    def _called(self, entity: Entity) -> str:
        known = [self.ontology.classes[t].label() for t in entity.types if t in self.ontology.classes]
        return ", ".join(known) or "thing"

    def _both(
        self, one: Iterable[str], other: Iterable[str], same: str, weight: float, differing: str, against: float
    ) -> Iterator[tuple[bool, Evidence]]:
        """Evidence of what two entities each stand in relation to, if it is known of both."""
        first, second = set(one), set(other)
        if first & second:
            yield True, Evidence(f"{same} {self._listed(first & second)}", weight)
        elif first and second:
            yield False, Evidence(f"{differing} {self._listed(first)}, but {self._listed(second)}", against)

    def _listed(self, iris: Iterable[str]) -> str:
        return ", ".join(sorted(self.name(i) for i in iris))


def _outer(one: Entity, other: Entity) -> Iterator[tuple[bool, Evidence]]:
    shared = sorted(set(one.same_as) & set(other.same_as))
    if shared:
        yield True, Evidence(f"both are {', '.join(shared)}", OUTER_NAME)
    elif _catalogues(one) & _catalogues(other):
        names = f"{', '.join(one.same_as)} and {', '.join(other.same_as)}"
        yield False, Evidence(f"elsewhere they are two: {names}", _OTHER_OUTER_NAME)


def _catalogues(entity: Entity) -> set[str]:
    """Where the outer names of an entity come from: one catalogue gives one thing one name."""
    return {outer.removesuffix(local_name(outer)) for outer in entity.same_as}
