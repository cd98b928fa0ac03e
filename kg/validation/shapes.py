"""SHACL shapes over a store: as SPARQL where the engine keeps the graph, by pySHACL what SPARQL does not say.

Imports are inside the functions: rdflib takes a third of a second to load.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import Place, ProjectError
from kg.names import kg, local_name
from kg.store import Store
from kg.validation.compiled import Beyond, Compiler, Rule
from kg.validation.doubts import Doubts
from kg.validation.reference import SH, by_pyshacl, check_of, named, severity_of, shortened, uri
from kg.validation.report import Finding

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

TARGETS = tuple(SH + name for name in ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf"))


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of a folder; ``names`` are those of the shapes that report findings, sorted."""

    graph: Graph
    names: tuple[str, ...]
    beyond: Mapping[Node, str] = field(default_factory=dict)
    """The shapes with a target that pySHACL has to run, each with what it says that is not compiled."""


def read_shapes(folder: Path) -> Shapes:
    """The shapes of every Turtle file of a folder.

    Raises ProjectError for a fault of syntax, for a folder in which no shape has a target (which pySHACL would pass in
    silence), and for shapes in JavaScript (which it would skip).
    """
    from rdflib import Graph

    graph = Graph()
    for path in sorted(folder.glob("*.ttl")):
        _add(graph, path)
    if not _targeted(graph) and not _implied(graph):
        raise ProjectError("no SHACL shape with a target", Place(str(folder)), "without shapes nothing is proved")
    if (None, uri(SH + "js"), None) in graph:
        raise ProjectError("a shape uses sh:js, which would not run", Place(str(folder)), "write it in SPARQL")
    named = {str(shape) for shape in graph.subjects(uri(SH + "message"), None)}
    return Shapes(graph, tuple(sorted(local_name(shape) for shape in named)), _beyond(graph))


def _targeted(graph: Graph) -> list[Node]:
    """The shapes that say themselves which nodes they are about."""
    return sorted({s for target in TARGETS for s in graph.subjects(uri(target), None)})  # type: ignore[type-var]


def _beyond(graph: Graph) -> dict[Node, str]:
    if (None, uri(SH + "parameter"), None) in graph:  # any property may be a constraint then
        return dict.fromkeys((*_implied(graph), *_targeted(graph)), "a constraint of one's own")
    found: dict[Node, str] = {}
    for shape in _implied(graph):
        found[shape] = "a shape that is a class too"
    for shape in _targeted(graph):
        try:
            Compiler(graph).rules(shape)
        except Beyond as what:
            found[shape] = str(what)
    return found


def _implied(graph: Graph) -> list[Node]:
    """The shapes that are classes, and so about the nodes of these."""
    from rdflib import OWL, RDF, RDFS

    classes = {node for kind in (RDFS.Class, OWL.Class) for node in graph.subjects(RDF.type, kind)}
    kinds = (uri(SH + "NodeShape"), uri(SH + "PropertyShape"))
    return sorted(node for node in classes if any((node, RDF.type, kind) in graph for kind in kinds))  # type: ignore[type-var]


def _add(graph: Graph, path: Path) -> None:
    """Parsed by the engine, so that a fault has its line, and whole or not at all."""
    try:
        triples = [quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise ProjectError(str(error.msg), Place(str(path), error.lineno, error.offset), "mend the Turtle") from None
    graph.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")


def find_violations(store: Store, shapes: Shapes) -> list[Finding]:
    """What the shapes find in a store, sorted."""
    compiler = Compiler(shapes.graph, lambda iri: _classes(store, iri))
    found, doubts = set[Finding](), Doubts(store)
    for shape in _targeted(shapes.graph):
        if shape not in shapes.beyond:
            for rule in compiler.rules(shape):
                if not rule.doubts or any(map(doubts.raised, rule.doubts)):
                    found |= set(_broken(store, shapes.graph, rule))
    if shapes.beyond:
        found |= set(by_pyshacl(store, _only(shapes.graph, set(shapes.beyond))))
    return sorted(found)


def _classes(store: Store, iri: str) -> tuple[str, ...]:
    """A class and those below it."""
    rows = store.query("SELECT DISTINCT ?below { ?below rdfs:subClassOf+ ?class }", {"class": ox.NamedNode(iri)})
    below = {row["below"] for row in rows}  # type: ignore[union-attr]
    return (iri, *sorted({n.value for n in below if isinstance(n, ox.NamedNode)} - {iri}))


def _broken(store: Store, graph: Graph, rule: Rule) -> Iterator[Finding]:
    """The findings of one rule."""
    severity = severity_of(graph.value(rule.shape, uri(SH + "severity")))
    fix = str(graph.value(rule.shape, uri(kg("fix"))) or "")
    messages = [str(message) for message in graph.objects(rule.shape, uri(SH + "message"))]
    for row in store.query(rule.query):  # type: ignore[union-attr]
        focus, *values = row
        shown = "".join(f": {shortened(named(value))}" for value in values if value != focus)
        for message in messages:
            yield Finding(check_of(rule.shape, graph), severity, named(focus), message + shown, fix)


def _only(graph: Graph, wanted: set[Node]) -> Graph:
    """The shapes without the targets of those that are not wanted."""
    from rdflib import Graph

    left = Graph()
    for subject, predicate, value in graph:
        if str(predicate) not in TARGETS or subject in wanted:
            left.add((subject, predicate, value))
    return left
