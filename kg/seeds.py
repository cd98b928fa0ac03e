"""What curators wrote: the names of entities and the curated facts, each with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from kg.errors import KgError, Place, ProjectError, raise_faults
from kg.model import Curation, Entity, Fact, Literal, Origin, Qualifier, Status, Term, qualifier_key
from kg.names import DCT, KG, RDF, SKOS, kg
from kg.ontology import Ontology, Property
from kg.project import Project
from kg.rdf import LABEL_KINDS, Statement, check_literal, entities_of, from_ox, read_turtle

_REIFIES = RDF + "reifies"
_NAMING = {RDF + "type", SKOS + "exactMatch", kg("belongsTo"), kg("context"), kg("home"), *LABEL_KINDS}
_SOURCE = DCT + "source"


@dataclass(frozen=True, slots=True)
class Names:
    """The listed entities by IRI."""

    entities: Mapping[str, Entity]


def load_names(project: Project, ontology: Ontology) -> Names:
    """The entities of ``seeds/entities/*.ttl``.

    Raises Faults with each fault and its line: a syntax error, an unknown class, a property that is none of naming, an
    entity without class or label.
    """
    faults: list[KgError] = []
    found: dict[str, Entity] = {}
    for shown, path in _files(project, "entities"):
        try:
            statements, _ = read_turtle(path, shown)
        except ProjectError as error:
            faults.append(error)
            continue
        lines = {_subject(t): s.line for s in statements for t in s.triples}
        faults += _naming_faults(statements, shown, ontology)
        for entity in entities_of(statements):
            if not entity.types or not entity.labels:
                message = f"{ontology.short(entity.iri)} has no {'label' if entity.types else 'class'}"
                faults.append(
                    ProjectError(message, Place(shown, lines[entity.iri]), "give it a class and skos:prefLabel")
                )
            found[entity.iri] = _joined(found[entity.iri], entity) if entity.iri in found else entity
    raise_faults(faults)
    return Names(dict(sorted(found.items())))


def _files(project: Project, folder: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((project.seeds / folder).glob("*.ttl")):
        yield path.relative_to(project.root).as_posix(), path


def _subject(triple: ox.Triple) -> str:
    return str(from_ox(triple.subject))


def _naming_faults(statements: list[Statement], shown: str, ontology: Ontology) -> Iterator[KgError]:
    for statement in statements:
        for triple in statement.triples:
            name, place = triple.predicate.value, Place(shown, statement.line)
            if name not in _NAMING:
                yield ProjectError(
                    f"{ontology.short(name)} does not name anything", place, "facts belong in seeds/facts/"
                )
            elif name == RDF + "type" and str(from_ox(triple.object)) not in ontology.classes:
                unknown = ontology.short(str(from_ox(triple.object)))
                yield ProjectError(f"unknown class {unknown}", place, "see docs/ontology.md for the classes")


def _joined(one: Entity, other: Entity) -> Entity:
    """One entity described in two files."""
    return Entity(
        one.iri,
        tuple(sorted({*one.types, *other.types})),
        tuple(sorted({*one.labels, *other.labels})),
        tuple(sorted({*one.belongs_to, *other.belongs_to})),
        tuple(sorted({*one.context, *other.context})),
        tuple(sorted({*one.same_as, *other.same_as})),
        tuple(sorted({*one.home, *other.home})),
    )


def load_facts(project: Project, ontology: Ontology, names: Names) -> list[Fact]:
    """The curated facts of ``seeds/facts/*.ttl``, in the order of their ids.

    Raises Faults with each fault and its line: a syntax error, an unknown property, qualifier, status or entity, an end
    of the wrong class, a literal that is none of its type, a fact without source.
    """
    faults: list[KgError] = []
    found: dict[str, Fact] = {}
    for shown, path in _files(project, "facts"):
        try:
            statements, _ = read_turtle(path, shown)
        except ProjectError as error:
            faults.append(error)
            continue
        for statement in statements:
            for fact in _FactReader(statement, shown, ontology, names, faults).facts():
                found[fact.id] = _with_curations(found[fact.id], fact) if fact.id in found else fact
    raise_faults(faults)
    return [found[key] for key in sorted(found)]


def _with_curations(one: Fact, other: Fact) -> Fact:
    return replace(one, curations=tuple(sorted({*one.curations, *other.curations})))


class _FactReader:
    """Reads the facts of one Turtle statement: triples, and annotations that reify them."""

    def __init__(
        self, statement: Statement, shown: str, ontology: Ontology, names: Names, faults: list[KgError]
    ) -> None:
        self.statement, self.ontology, self.names, self.faults = statement, ontology, names, faults
        self.place = Place(shown, statement.line)

    def facts(self) -> Iterator[Fact]:
        reified: dict[str, ox.Triple] = {}
        notes: dict[str, list[tuple[str, Term]]] = {}
        plain: list[ox.Triple] = []
        for triple in self.statement.triples:
            if triple.predicate.value == _REIFIES and isinstance(triple.object, ox.Triple):
                reified[_subject(triple)] = triple.object
            elif isinstance(triple.subject, ox.BlankNode):
                notes.setdefault(_subject(triple), []).append((triple.predicate.value, from_ox(triple.object)))
            else:
                plain.append(triple)
        for node, triple in reified.items():
            yield from self._fact(triple, notes.get(node, []))
        for triple in plain:
            if triple not in reified.values():
                yield from self._fact(triple, [])

    def fault(self, message: str, hint: str) -> None:
        self.faults.append(ProjectError(message, self.place, hint))

    def _fact(self, triple: ox.Triple, notes: list[tuple[str, Term]]) -> Iterator[Fact]:
        subject, name, value = _subject(triple), triple.predicate.value, from_ox(triple.object)
        prop = self.ontology.properties.get(name)
        if prop is None or prop.is_qualifier:
            self.fault(f"unknown property {self.ontology.short(name)}", "see docs/ontology.md for the properties")
            return
        before = len(self.faults)
        self._check_end(subject, prop.domain, prop, "subject")
        self._check_value(value, prop)
        status, sources, dates, qualifiers = self._notes(notes, prop)
        if not sources:
            self.fault("a fact without dct:source", "say where it is published: {| dct:source <https://…> |}")
        if len(self.faults) > before:
            return
        identity = tuple(q for q in qualifiers if self.ontology.properties[q[0]].identifying)
        curations = tuple(Curation(self.place.source, self.statement.line, s, status) for s in sorted(sources))
        when = (dates.get(kg("validFrom"), ""), dates.get(kg("validUntil"), ""))
        yield Fact(subject, name, value, identity, qualifiers, status, *when, Origin.CURATED, 0, (), curations)

    def _notes(
        self, notes: list[tuple[str, Term]], prop: Property
    ) -> tuple[Status, list[str], dict[str, str], tuple[Qualifier, ...]]:
        status, sources, dates = Status.IN_EFFECT, [], {}
        qualifiers: list[Qualifier] = []
        for name, value in notes:
            if name == kg("status"):
                status = self._status(value)
            elif name == _SOURCE:
                sources.append(value.lexical if isinstance(value, Literal) else value)
            elif name in (kg("validFrom"), kg("validUntil")) and isinstance(value, Literal):
                self._check_literal(value)
                dates[name] = value.lexical
            elif name in prop.qualifiers:
                self._check_value(value, self.ontology.properties[name])
                qualifiers.append((name, value))
            else:
                taken = ", ".join(self.ontology.short(q) for q in prop.qualifiers) or "none"
                message = f"{self.ontology.short(prop.iri)} takes no qualifier {self.ontology.short(name)}"
                self.fault(message, f"it takes: {taken}")
        return status, sources, dates, tuple(sorted(qualifiers, key=qualifier_key))

    def _status(self, value: Term) -> Status:
        name = str(value).removeprefix(KG)
        if name in {s.value for s in Status}:
            return Status(name)
        self.fault(f"unknown status {name}", "known: " + ", ".join(f"kg:{s.value}" for s in Status))
        return Status.IN_EFFECT

    def _check_value(self, value: Term, prop: Property) -> None:
        if prop.kind == "entity":
            if isinstance(value, Literal):
                self.fault(f"{self.ontology.short(prop.iri)} wants an entity, not a literal", "name an entity")
            else:
                self._check_end(value, prop.range, prop, "object")
        elif isinstance(value, str):
            self.fault(f"{self.ontology.short(prop.iri)} wants a {prop.kind}, not an entity", "write a literal")
        else:
            self._check_literal(value)

    def _check_literal(self, value: Literal) -> None:
        wrong = check_literal(value)
        if wrong:
            self.fault(wrong, "mend the literal")

    def _check_end(self, iri: str, classes: tuple[str, ...], prop: Property, end: str) -> None:
        entity = self.names.entities.get(iri)
        if entity is None:
            self.fault(f"unknown entity {self.ontology.short(iri)}", "name it in seeds/entities/")
        elif classes and not self.ontology.closure(entity.types).intersection(classes):
            wanted = " or ".join(self.ontology.short(c) for c in classes)
            shown = self.ontology.short(iri)
            self.fault(f"{shown} is no {end} for {self.ontology.short(prop.iri)}", f"that wants {wanted}")
