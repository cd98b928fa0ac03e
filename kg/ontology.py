"""What may be said: classes, properties and qualifiers, read from ``ontology/*.ttl`` and checked when loaded.

The code knows only the model's own terms (``kg:``); all of the domain comes from these files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox

from kg.errors import KgError, Place, ProjectError, raise_faults
from kg.names import OWL, RDF, RDFS, SKOS, VANN, XSD, Prefixes, kg, union
from kg.project import Project
from kg.rdf import Records, layer, read_turtle

THING = OWL + "Thing"
PARTIAL_DATE = kg("PartialDate")
KINDS: Mapping[str, str] = {
    XSD + "decimal": "quantity",
    XSD + "integer": "quantity",
    PARTIAL_DATE: "date",
    RDF + "langString": "text",
    XSD + "string": "text",
    XSD + "boolean": "boolean",
}
"""What kind of value a datatype as range stands for; a class as range stands for ``entity``."""


@dataclass(frozen=True, slots=True)
class Term:
    """What every class and property has: labels by language and a definition."""

    iri: str
    labels: Mapping[str, str]
    definition: str = ""

    def label(self, language: str = "en") -> str:
        """The label in a language, else in English, else the IRI's last part."""
        return self.labels.get(language) or self.labels.get("en") or self.iri.rpartition("#")[2]


@dataclass(frozen=True, slots=True)
class Class(Term):
    """A class, its direct superclasses, and (``kg:composedOf``) the classes that a member's name is made of."""

    parents: tuple[str, ...] = ()
    composed_of: tuple[str, ...] = ()
    name_words: int = 1
    """How many words a new name of this class has at least (``kg:nameWords``)."""
    open: bool = False
    """Whether a name that nobody listed may become a member by the place it stands in (``kg:open``)."""
    named_after: str = ""
    """The class behind whose names a new name begins that makes one of a member with it (``kg:namedAfter``)."""
    of_whole: bool = False
    """A member is meant where its name stands alone, not where it describes another noun (``kg:ofWhole``)."""


@dataclass(frozen=True, slots=True)
class Property(Term):
    """A property: what it joins, in which scope it is functional, what it excludes, which qualifiers it takes.

    ``kind`` is ``entity``, ``quantity``, ``date``, ``text`` or ``boolean``; ``unit`` a UCUM code.
    """

    kind: str = "entity"
    domain: tuple[str, ...] = ()
    range: tuple[str, ...] = ()
    symmetric: bool = False
    functional_within: tuple[str, ...] | None = None
    excludes: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    unit: str = ""
    unit_label: str = ""
    """The unit as readers write it, where that differs from its code."""
    dimension: str = ""
    area: str = ""
    scoped_by: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    filled_by: str = ""
    """For a qualifier: which part of a value fills it (``unit``, ``currency``, ``approximate``), if one does."""
    is_qualifier: bool = False
    identifying: bool = False
    of_whole: bool = False
    """Told of the whole: not of who only owns what it is told of ("buys | Acme's | mill")."""
    counted_by: tuple[str, ...] = ()
    """The classes whose members tell such figures of others ("according to | the Acme Council")."""
    not_of_owner: bool = False
    """Not told of an owner behind a word for what he owns ("kebun | Acme")."""
    of_own: bool = False
    """Told of what is the subject's own: not of a thing of a rival."""
    excludes_others: bool = False
    """For a flag: a fact that carries it leaves no room for another object in its scope."""


@dataclass(frozen=True)
class Ontology:
    """All that may be said in a project, with the prefixes of its domain and of its entities."""

    prefixes: Prefixes
    domain: str
    domain_prefix: str
    entity_namespace: str
    entity_prefix: str
    record_namespace: str
    classes: Mapping[str, Class]
    properties: Mapping[str, Property]
    triples: tuple[ox.Triple, ...] = field(repr=False, default=())

    @cached_property
    def records(self) -> Records:
        """Makes the IRIs and quads of this project's records."""
        return Records(self.record_namespace)

    @cached_property
    def _closures(self) -> dict[str, frozenset[str]]:
        return {iri: frozenset(self._ancestors(iri)) for iri in self.classes}

    def _ancestors(self, iri: str) -> Iterator[str]:
        seen, todo = {THING}, [iri]
        while todo:
            current = todo.pop()
            if current not in seen:
                seen.add(current)
                todo += self.classes[current].parents if current in self.classes else ()
        yield from seen

    @cached_property
    def _asked(self) -> dict[tuple[str, ...], frozenset[str]]:
        """What :meth:`closure` gave before: reading asks for few sets of classes, and for each of them all the time."""
        return {}

    def closure(self, types: Iterable[str]) -> frozenset[str]:
        """The classes themselves and all above them, ``owl:Thing`` among them."""
        asked = tuple(types)
        found = self._asked.get(asked)
        if found is None:
            found = self._asked[asked] = frozenset({THING}).union(*(self._closures.get(t, {t}) for t in asked))
        return found

    @cached_property
    def _disjoint(self) -> frozenset[tuple[str, str]]:
        pairs = {(_name(t.subject), _name(t.object)) for t in self.triples if t.predicate.value == OWL + "disjointWith"}
        return frozenset(pairs | {(other, one) for one, other in pairs})

    def disjoint(self, one: Iterable[str], other: Iterable[str]) -> bool:
        """Whether nothing can be of both closures of classes (``owl:disjointWith``)."""
        others = set(other)
        return any((a, b) in self._disjoint for a in one for b in others)

    def narrowest(self, classes: Iterable[str]) -> tuple[str, ...]:
        """Of some classes those that have none of the others below them, sorted."""
        found = set(classes) - {THING}
        above = set().union(*(self._closures.get(c, frozenset()) - {c} for c in found)) if found else set()
        return tuple(sorted(found - above))

    def term(self, name: str) -> str:
        """The IRI of a CURIE or of a bare local name of the domain. KeyError when it is not in the ontology."""
        iri = self.prefixes.expand(name) if ":" in name else self.domain + name
        if iri not in self.classes and iri not in self.properties:
            raise KeyError(name)
        return iri

    def short(self, iri: str) -> str:
        """A CURIE for messages and tables."""
        return self.prefixes.shrink(iri)

    def quads(self) -> Iterator[ox.Quad]:
        """The ontology as the layer ``kg:ontology``.

        Blank nodes have the names that follow from what is said of them, as in an export: so a graph has the same
        quads whether it was built or read back.
        """
        graph = layer("ontology")
        blank = ox.Dataset()
        for triple in self.triples:
            quad = ox.Quad(triple.subject, triple.predicate, triple.object, graph)
            if isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode):
                blank.add(quad)
            else:
                yield quad
        blank.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        yield from blank


def load(project: Project) -> Ontology:
    """The ontology of a project, from every Turtle file directly in ``ontology/``.

    Raises Faults with every fault found: a range that is no class, a superclass or qualifier that is not declared,
    an ontology that declares no namespaces.
    """
    files = sorted(project.ontology.glob("*.ttl"))
    if not files:
        raise ProjectError("no *.ttl file", Place(str(project.ontology)), "an ontology is needed; see 'kg init'")
    graph, prefixes = _Graph(), []
    for path in files:
        shown = path.relative_to(project.root).as_posix()
        statements, table = read_turtle(path, shown)
        prefixes.append(table)
        for statement in statements:
            for triple in statement.triples:
                graph.add(triple, Place(shown, statement.line))
    return _read(graph, Prefixes.standard().extended(union(prefixes)), project.ontology)


def of_triples(triples: Iterable[ox.Triple], prefixes: Prefixes, place: Path) -> Ontology:
    """The ontology that a graph holds, as it was when the graph was built; faults as of :func:`load`."""
    graph = _Graph()
    for triple in triples:
        graph.add(triple, Place(str(place)))
    return _read(graph, prefixes, place)


T = TypeVar("T")


class _Graph:
    """Triples by subject and predicate, with the place where each subject is first described."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, list[object]]] = {}
        self.places: dict[str, Place] = {}
        self.triples: list[ox.Triple] = []
        self.blank: dict[str, ox.BlankNode] = {}

    def add(self, raw: ox.Triple, place: Place) -> None:
        """One more triple; its blank nodes are numbered in the order they come, so that each load gives the same."""
        triple = ox.Triple(self._numbered(raw.subject), raw.predicate, self._numbered(raw.object))
        subject = _name(triple.subject)
        self.values.setdefault(subject, {}).setdefault(triple.predicate.value, []).append(triple.object)
        self.places.setdefault(subject, place)
        self.triples.append(triple)

    def _numbered(self, term: T) -> T | ox.BlankNode:
        if isinstance(term, ox.BlankNode):
            return self.blank.setdefault(term.value, ox.BlankNode(f"o{len(self.blank)}"))
        return term

    def names(self, subject: str, predicate: str) -> tuple[str, ...]:
        """The IRIs (and blank node names) that a subject has for a predicate, sorted."""
        found = self.values.get(subject, {}).get(predicate, ())
        return tuple(sorted(_name(o) for o in found if not isinstance(o, ox.Literal)))

    def text(self, subject: str, predicate: str) -> str:
        """The (English) literal that a subject has for a predicate."""
        found = [o for o in self.values.get(subject, {}).get(predicate, ()) if isinstance(o, ox.Literal)]
        return min(found, key=lambda o: (o.language != "en", o.value)).value if found else ""

    def labels(self, subject: str) -> dict[str, str]:
        found = self.values.get(subject, {}).get(RDFS + "label", ())
        return {o.language or "": o.value for o in found if isinstance(o, ox.Literal)}

    def of_type(self, *types: str) -> list[str]:
        wanted = set(types)
        return sorted(s for s in self.values if wanted & set(self.names(s, RDF + "type")))

    def members(self, name: str, around: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The members of a list or of a union class, which stands in those ``around`` it; a plain class is its own."""
        if name in around:
            place = self.places.get(around[0])
            raise ProjectError("a list or union that is part of itself", place, "let it end with rdf:nil")
        unions = self.names(name, OWL + "unionOf")
        if unions:
            return tuple(m for u in unions for m in self.members(u, (*around, name)))
        if name == RDF + "nil" or not self.names(name, RDF + "first"):
            return () if name == RDF + "nil" else (name,)
        return tuple(m for part in self._list(name) for m in self.names(part, RDF + "first"))

    def _list(self, name: str) -> list[str]:
        """The nodes of a list, one after the other."""
        found = {name: None}
        while (rest := self.names(name, RDF + "rest")) and (name := rest[0]) != RDF + "nil":
            if name in found:
                raise ProjectError("a list that never ends", self.places.get(name), "let it end with rdf:nil")
            found[name] = None
        return list(found)


def _name(term: object) -> str:
    if isinstance(term, ox.BlankNode):
        return "_:" + term.value
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _read(graph: _Graph, prefixes: Prefixes, folder: Path) -> Ontology:
    header = next((o for o in graph.of_type(OWL + "Ontology") if graph.text(o, kg("entityNamespace"))), None)
    if header is None:
        raise ProjectError(
            "no owl:Ontology with kg:entityNamespace",
            Place(str(folder)),
            "declare vann:preferredNamespacePrefix, vann:preferredNamespaceUri, kg:entityNamespace, kg:recordNamespace",
        )
    domain, short = (
        graph.text(header, VANN + "preferredNamespaceUri"),
        graph.text(header, VANN + "preferredNamespacePrefix"),
    )
    entities, entity_prefix = graph.text(header, kg("entityNamespace")), graph.text(header, kg("entityPrefix")) or "id"
    classes = {c: _class(graph, c) for c in graph.of_type(OWL + "Class", RDFS + "Class") if c.startswith(domain)}
    properties = {p: _property(graph, p) for p in _property_names(graph) if p.startswith(domain)}
    ontology = Ontology(
        prefixes=prefixes.extended({short: domain, entity_prefix: entities}),
        domain=domain,
        domain_prefix=short,
        entity_namespace=entities,
        entity_prefix=entity_prefix,
        record_namespace=graph.text(header, kg("recordNamespace")),
        classes=classes,
        properties=properties,
        triples=tuple(sorted(graph.triples, key=str)),
    )
    raise_faults(list(_faults(graph, ontology)))
    return ontology


def _property_names(graph: _Graph) -> list[str]:
    return graph.of_type(OWL + "ObjectProperty", OWL + "DatatypeProperty", RDF + "Property")


def _class(graph: _Graph, iri: str) -> Class:
    parents = tuple(p for p in graph.names(iri, RDFS + "subClassOf") if not p.startswith("_:"))
    composed = tuple(m for c in graph.names(iri, kg("composedOf")) for m in graph.members(c))
    words = graph.text(iri, kg("nameWords")) or "1"
    is_open = graph.text(iri, kg("open")) == "true"
    whole = graph.text(iri, kg("ofWhole")) == "true"
    after = next(iter(graph.names(iri, kg("namedAfter"))), "")
    definition = graph.text(iri, SKOS + "definition")
    return Class(iri, graph.labels(iri), definition, parents, composed, int(words), is_open, after, whole)


def _property(graph: _Graph, iri: str) -> Property:
    ranges = tuple(m for r in graph.names(iri, RDFS + "range") for m in graph.members(r))
    scopes = graph.names(iri, kg("functionalWithin"))
    types = graph.names(iri, RDF + "type")
    return Property(
        iri,
        graph.labels(iri),
        graph.text(iri, SKOS + "definition"),
        kind=next((KINDS[r] for r in ranges if r in KINDS), "entity"),
        domain=tuple(m for d in graph.names(iri, RDFS + "domain") for m in graph.members(d)),
        range=ranges,
        symmetric=OWL + "SymmetricProperty" in types,
        functional_within=tuple(s for s in scopes if s != RDF + "nil") if scopes else None,
        excludes=graph.names(iri, kg("excludes")),
        qualifiers=graph.names(iri, kg("takesQualifier")),
        unit=graph.text(iri, kg("unit")),
        unit_label=graph.text(iri, kg("unitLabel")),
        dimension=graph.text(iri, kg("dimension")),
        area=graph.text(iri, kg("area")),
        yields_to=graph.names(iri, kg("yieldsTo")),
        scoped_by=graph.names(iri, kg("scopedBy")),
        filled_by=graph.text(iri, kg("filledBy")),
        is_qualifier=kg("Qualifier") in types,
        of_whole=graph.text(iri, kg("ofWhole")) == "true",
        counted_by=graph.names(iri, kg("countedBy")),
        not_of_owner=graph.text(iri, kg("notOfOwner")) == "true",
        of_own=graph.text(iri, kg("ofOwn")) == "true",
        excludes_others=graph.text(iri, kg("excludesOthers")) == "true",
        identifying=graph.text(iri, kg("identifying")) == "true",
    )


def _faults(graph: _Graph, ontology: Ontology) -> Iterator[KgError]:
    for cls in ontology.classes.values():
        for parent in cls.parents:
            if parent.startswith(ontology.domain) and parent not in ontology.classes:
                message = f"{ontology.short(cls.iri)}: unknown superclass {ontology.short(parent)}"
                yield ProjectError(message, graph.places[cls.iri], "declare it as owl:Class")
    for prop in ontology.properties.values():
        for message, hint in _property_faults(prop, ontology):
            yield ProjectError(f"{ontology.short(prop.iri)}: {message}", graph.places[prop.iri], hint)


def _property_faults(prop: Property, ontology: Ontology) -> Iterator[tuple[str, str]]:
    known = {*ontology.classes, *KINDS, THING}
    for end in (*prop.domain, *prop.range):
        if end not in known:
            yield f"unknown class or datatype {ontology.short(end)}", "declare it as owl:Class"
    for name in (*prop.qualifiers, *(prop.functional_within or ())):
        if name not in ontology.properties or not ontology.properties[name].is_qualifier:
            yield f"unknown qualifier {ontology.short(name)}", "declare it as kg:Qualifier"
    for name in prop.excludes:
        if name not in ontology.properties:
            yield f"excludes the unknown property {ontology.short(name)}", "declare it"
