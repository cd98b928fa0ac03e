"""What curators wrote: the names of entities and the curated facts, each with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pyoxigraph as ox

from kg.errors import KgError, Place, ProjectError, raise_faults
from kg.model import SAID, Curation, Entity, Fact, Origin, Qualifier, Status, qualifier_key
from kg.names import DCT, RDF, SKOS, XSD, kg
from kg.ontology import KINDS, Ontology, Property
from kg.project import Project
from kg.rdf import LABEL_KINDS, Statement, check_literal, entities_of, from_ox, read_turtle

_REIFIES = RDF + "reifies"
_SOURCE = DCT + "source"
_RELATED = {kg("belongsTo"), kg("home")}
_NAMED = {RDF + "type", SKOS + "exactMatch", *_RELATED}
_WORDED = {kg("context"), *LABEL_KINDS}
_TEXTS = {XSD + "string", RDF + "langString"}
_DATES = {XSD + name for name in ("date", "gYearMonth", "gYear")}
_SORTS = {ox.NamedNode: "an entity", ox.Literal: "a literal", ox.BlankNode: "a blank node", ox.Triple: "a triple"}
_WRITE_DATE = 'write "2026-03-17"^^xsd:date, "2026-03"^^xsd:gYearMonth or "2026"^^xsd:gYear'
_WRITE_IRI = "write the IRI of the entity"


@dataclass(frozen=True, slots=True)
class Names:
    """The listed entities by IRI."""

    entities: Mapping[str, Entity]


def load_names(project: Project, ontology: Ontology) -> Names:
    """The entities of ``seeds/entities/*.ttl``.

    Raises Faults with each fault and its line: a syntax error, an unknown class, a property that is none of naming, a
    blank node, an empty label, an entity without class or label, or one that belongs to nothing known.
    """
    faults: list[KgError] = []
    files = list(_statements(project, "entities", faults))
    all_read = not faults
    found: dict[str, Entity] = {}
    for shown, statements in files:
        lines = {_subject(t): s.line for s in statements for t in s.triples if isinstance(t.subject, ox.NamedNode)}
        faults += _naming_faults(statements, shown, ontology)
        for entity in (e for e in entities_of(statements) if e.iri in lines):
            if not entity.types or not entity.labels:
                message = f"{ontology.short(entity.iri)} has no {'label' if entity.types else 'class'}"
                faults.append(
                    ProjectError(message, Place(shown, lines[entity.iri]), "give it a class and skos:prefLabel")
                )
            found[entity.iri] = _joined(found[entity.iri], entity) if entity.iri in found else entity
    if all_read:  # the names of a file that was not read would all be unknown
        for shown, statements in files:
            faults += _unknown(statements, shown, found, ontology)
    raise_faults(faults)
    return Names(dict(sorted(found.items())))


def _statements(project: Project, folder: str, faults: list[KgError]) -> Iterator[tuple[str, list[Statement]]]:
    """The statements of each file of a folder; a file that cannot be read is a fault."""
    for path in sorted((project.seeds / folder).glob("*.ttl")):
        shown = path.relative_to(project.root).as_posix()
        try:
            yield shown, read_turtle(path, shown)[0]
        except ProjectError as error:
            faults.append(error)


def _subject(triple: ox.Triple) -> str:
    return str(from_ox(triple.subject))


def _naming_faults(statements: list[Statement], shown: str, ontology: Ontology) -> Iterator[KgError]:
    for statement in statements:
        place = Place(shown, statement.line)
        named = [t for t in statement.triples if isinstance(t.subject, ox.NamedNode)]
        if len(named) < len(statement.triples):
            yield ProjectError("a blank node names no entity", place, _WRITE_IRI)
        for triple in named:
            message, hint = _naming_fault(triple, ontology)
            if message:
                yield ProjectError(message, place, hint)


def _naming_fault(triple: ox.Triple, ontology: Ontology) -> tuple[str, str]:
    """What is wrong with a triple that names, and the way out; two empty texts if nothing is."""
    name, value = triple.predicate.value, triple.object
    shown, sort = ontology.short(name), _SORTS[type(value)]
    if name in _WORDED:
        if not isinstance(value, ox.Literal) or value.datatype.value not in _TEXTS:
            return f"{shown} wants a text, not {_shown(value, ontology)}", "write it in quotes"
        return ("", "") if value.value.strip() else (f"{shown} is empty", "write the name or remove it")
    if name not in _NAMED:
        return f"{shown} does not name anything", "facts belong in seeds/facts/"
    if not isinstance(value, ox.NamedNode):
        return f"{shown} wants an IRI, not {sort}", "write an IRI"
    if name == RDF + "type" and value.value not in ontology.classes:
        return f"unknown class {ontology.short(value.value)}", "see docs/ontology.md for the classes"
    return "", ""


def _unknown(
    statements: list[Statement], shown: str, entities: Mapping[str, Entity], ontology: Ontology
) -> Iterator[KgError]:
    """The entities that others belong to and nobody names."""
    for statement in statements:
        for triple in statement.triples:
            name, value = triple.predicate.value, triple.object
            if name in _RELATED and isinstance(value, ox.NamedNode) and value.value not in entities:
                message = f"{ontology.short(name)}: unknown entity {ontology.short(value.value)}"
                yield ProjectError(message, Place(shown, statement.line), "name it in seeds/entities/")


def _says_something(literal: ox.Literal) -> bool:
    return literal.datatype.value in _TEXTS and bool(literal.value.strip())


def _shown(term: object, ontology: Ontology) -> str:
    """A term in a message."""
    if isinstance(term, ox.NamedNode):
        return ontology.short(term.value)
    return f'"{term.value}"' if isinstance(term, ox.Literal) else _SORTS[type(term)]


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
    of the wrong class, a literal that is none of its type, a time that is no date or ends before it begins, a status or
    date given twice, a fact without source.
    """
    faults: list[KgError] = []
    found: dict[str, Fact] = {}
    for shown, statements in _statements(project, "facts", faults):
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
        notes: dict[str, list[ox.Triple]] = {}
        plain: list[ox.Triple] = []
        for triple in self.statement.triples:
            if triple.predicate.value == _REIFIES and isinstance(triple.object, ox.Triple):
                reified[_subject(triple)] = triple.object
            elif isinstance(triple.subject, ox.BlankNode):
                notes.setdefault(_subject(triple), []).append(triple)
            else:
                plain.append(triple)
        if notes.keys() - reified.keys() - {_subject(t) for t in reified.values()}:
            self.fault("a blank node is nothing that facts are about", _WRITE_IRI)
        for node, triple in reified.items():
            yield from self._fact(triple, notes.get(node, []))
        for triple in plain:
            if triple not in reified.values():
                yield from self._fact(triple, [])

    def fault(self, message: str, hint: str) -> None:
        self.faults.append(ProjectError(message, self.place, hint))

    def _fact(self, triple: ox.Triple, notes: list[ox.Triple]) -> Iterator[Fact]:
        name = triple.predicate.value
        prop = self.ontology.properties.get(name)
        if prop is None or prop.is_qualifier:
            self.fault(f"unknown property {self.ontology.short(name)}", "see docs/ontology.md for the properties")
            return
        before = len(self.faults)
        self._check_end(triple.subject, prop.domain, prop, "subject")
        self._check_value(triple.object, prop)
        given: dict[str, dict[object, None]] = {}
        for note in notes:
            given.setdefault(note.predicate.value, {})[note.object] = None
        status = self._status(list(given.pop(kg("status"), ())))
        sources = self._sources(list(given.pop(_SOURCE, ())))
        when = self._period([list(given.pop(kg(end), ())) for end in ("validFrom", "validUntil")])
        qualifiers = self._qualifiers(given, prop)
        if len(self.faults) > before:
            return
        identity = tuple(q for q in qualifiers if self.ontology.properties[q[0]].identifying)
        curations = tuple(Curation(self.place.source, self.statement.line, s, status) for s in sorted(sources))
        ends = (_subject(triple), name, from_ox(triple.object))
        yield Fact(*ends, identity, qualifiers, status, *when, Origin.CURATED, 0, (), curations)

    def _single(self, name: str, values: list[object]) -> object:
        """The one value that a note may have, or nothing."""
        if len(values) > 1:
            listed = ", ".join(sorted(_shown(v, self.ontology) for v in values))
            self.fault(f"{name} is given {len(values)} times: {listed}", "keep one, or write two facts")
            return None
        return values[0] if values else None

    def _status(self, values: list[object]) -> Status:
        value = self._single("kg:status", values)
        known = {s.iri: s for s in SAID}
        if isinstance(value, ox.NamedNode) and value.value in known:
            return known[value.value]
        if value is not None:
            shown = _shown(value, self.ontology).removeprefix("kg:")
            self.fault(f"unknown status {shown}", "known: " + ", ".join(f"kg:{s.value}" for s in SAID))
        return Status.IN_EFFECT

    def _sources(self, values: list[object]) -> list[str]:
        if not values:
            self.fault("a fact without dct:source", "say where it is published: {| dct:source <https://…> |}")
        found = []
        for value in values:
            if isinstance(value, ox.NamedNode) or (isinstance(value, ox.Literal) and _says_something(value)):
                found.append(value.value)
            else:
                message = f"dct:source wants an address or a text, not {_shown(value, self.ontology)}"
                self.fault(message, "write dct:source <https://…>")
        return found

    def _period(self, ends: list[list[object]]) -> tuple[str, str]:
        """From when until when, both as ISO text of a year, month or day, or nothing."""
        start, end = self._date("kg:validFrom", ends[0]), self._date("kg:validUntil", ends[1])
        shared = min(len(start), len(end))
        if end[:shared] < start[:shared]:
            self.fault(f"kg:validUntil {end} is before kg:validFrom {start}", "mend one of the two")
        return start, end

    def _date(self, name: str, values: list[object]) -> str:
        value = self._single(name, values)
        if value is None:
            return ""
        if not isinstance(value, ox.Literal) or value.datatype.value not in _DATES:
            self.fault(f"{name} wants a date, not {_shown(value, self.ontology)}", _WRITE_DATE)
            return ""
        return value.value if self._check_literal(value) else ""

    def _qualifiers(self, given: Mapping[str, Mapping[object, None]], prop: Property) -> tuple[Qualifier, ...]:
        found: list[Qualifier] = []
        for name, values in given.items():
            if name in prop.qualifiers:
                qualifier = self.ontology.properties[name]
                found += [(name, from_ox(v)) for v in values if self._check_value(v, qualifier)]
            else:
                taken = ", ".join(self.ontology.short(q) for q in prop.qualifiers) or "none"
                message = f"{self.ontology.short(prop.iri)} takes no qualifier {self.ontology.short(name)}"
                self.fault(message, f"it takes: {taken}")
        return tuple(sorted(found, key=qualifier_key))

    def _check_value(self, value: object, prop: Property) -> bool:
        """Whether a value fits its property; if not, the fault is noted."""
        shown, sort = self.ontology.short(prop.iri), _SORTS[type(value)]
        if prop.kind == "entity":
            if isinstance(value, (ox.NamedNode, ox.BlankNode)):
                return self._check_end(value, prop.range, prop, "object")
            self.fault(f"{shown} wants an entity, not {sort}", "name an entity")
            return False
        if not isinstance(value, ox.Literal):
            self.fault(f"{shown} wants a {prop.kind}, not {sort}", "write a literal")
            return False
        kinds = {**KINDS, **dict.fromkeys(_DATES, "date")}
        if kinds.get(value.datatype.value) != prop.kind:
            way_out = _WRITE_DATE if prop.kind == "date" else "give it the datatype of its property"
            self.fault(f"{shown} wants a {prop.kind}, not {value}", way_out)
            return False
        return self._check_literal(value)

    def _check_literal(self, value: ox.Literal) -> bool:
        literal = from_ox(value)
        wrong = "" if isinstance(literal, str) else check_literal(literal)
        if wrong:
            self.fault(wrong, "mend the literal")
        return not wrong

    def _check_end(
        self, node: ox.NamedNode | ox.BlankNode | ox.Triple, classes: tuple[str, ...], prop: Property, end: str
    ) -> bool:
        shown, wants = _shown(node, self.ontology), self.ontology.short(prop.iri)
        entity = self.names.entities.get(node.value) if isinstance(node, ox.NamedNode) else None
        if not isinstance(node, ox.NamedNode):
            self.fault(f"{shown} is no {end} for {wants}", _WRITE_IRI)
        elif entity is None:
            self.fault(f"unknown entity {shown}", "name it in seeds/entities/")
        elif classes and not self.ontology.closure(entity.types).intersection(classes):
            wanted = " or ".join(self.ontology.short(c) for c in classes)
            self.fault(f"{shown} is no {end} for {wants}", f"that wants {wanted}")
        else:
            return True
        return False
