"""SHACL shapes over a store: as SPARQL where the engine keeps the graph, by pySHACL what SPARQL does not say.

pySHACL, which is also what the compiled shapes are held against in the tests, sees a copy of the store in memory with
all layers in one graph. Triple terms stay behind, because rdflib has none; no shape speaks of them. Imports are inside
the functions: rdflib and pySHACL take half a second to load.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import Place, ProjectError
from kg.names import STANDARD, kg, local_name
from kg.store import Store
from kg.validation.compiled import Beyond, Compiler, Rule
from kg.validation.report import SEVERITIES, Finding

if TYPE_CHECKING:
    from rdflib import Graph, URIRef
    from rdflib.term import Node

SH = STANDARD["sh"]
TARGETS = tuple(SH + name for name in ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf"))
_NAMES = {SH + local: name for name, local in SEVERITIES.items()}


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
    from rdflib import Graph, URIRef

    graph = Graph()
    for path in sorted(folder.glob("*.ttl")):
        _add(graph, path)
    if not any(next(graph.subjects(URIRef(target), None), None) for target in TARGETS):
        raise ProjectError("no SHACL shape with a target", Place(str(folder)), "without shapes nothing is proved")
    if next(graph.subjects(URIRef(SH + "js"), None), None):
        raise ProjectError("a shape uses sh:js, which would not run", Place(str(folder)), "write it in SPARQL")
    named = {str(shape) for shape in graph.subjects(URIRef(SH + "message"), None)}
    return Shapes(graph, tuple(sorted(local_name(shape) for shape in named)), _beyond(graph))


def _targeted(graph: Graph) -> list[Node]:
    """The shapes that say themselves which nodes they are about."""
    return sorted({s for target in TARGETS for s in graph.subjects(_uri(target), None)})  # type: ignore[type-var]


def _beyond(graph: Graph) -> dict[Node, str]:
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
    kinds = (_uri(SH + "NodeShape"), _uri(SH + "PropertyShape"))
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
    found = set[Finding]()
    for shape in _targeted(shapes.graph):
        if shape not in shapes.beyond:
            for rule in compiler.rules(shape):
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
    severity = _NAMES[str(graph.value(rule.shape, _uri(SH + "severity")) or SH + "Violation")]
    fix = str(graph.value(rule.shape, _uri(kg("fix"))) or "")
    messages = [str(message) for message in graph.objects(rule.shape, _uri(SH + "message"))]
    for row in store.query(rule.query):  # type: ignore[union-attr]
        focus, *values = row
        shown = "".join(f": {_shorten(_plain(value))}" for value in values if value != focus)
        for message in messages:
            yield Finding(local_name(str(rule.shape)), severity, _plain(focus), message + shown, fix)


def _plain(term: object) -> str:
    """A term as rdflib writes it: a blank node by its bare name."""
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else str(term)


def _only(graph: Graph, wanted: set[Node]) -> Graph:
    """The shapes without the targets of those that are not wanted."""
    from rdflib import Graph

    left = Graph()
    for subject, predicate, value in graph:
        if str(predicate) not in TARGETS or subject in wanted:
            left.add((subject, predicate, value))
    return left


def by_pyshacl(store: Store, graph: Graph) -> list[Finding]:
    """What the shapes of a graph find in a store, by pySHACL, sorted."""
    from pyshacl import validate
    from rdflib import Graph

    _, results, _ = validate(_copy(store), shacl_graph=graph, inplace=True, allow_warnings=True)
    if not isinstance(results, Graph):
        raise ProjectError(f"the shapes cannot be run: {results}", None, "mend ontology/shapes")
    nodes = results.objects(None, _uri(SH + "result"))  # and not their details, which are results too
    return sorted({finding for node in nodes for finding in _finding(results, node, graph)})


def _uri(iri: str) -> URIRef:
    from rdflib import URIRef

    return URIRef(iri)


def _copy(store: Store) -> Graph:
    from oxrdflib import OxigraphStore
    from rdflib import Graph
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    engine = ox.Store()
    engine.bulk_extend(
        ox.Quad(quad.subject, quad.predicate, quad.object)
        for quad in store.quads()
        if not isinstance(quad.object, ox.Triple)
    )

    class Counted(Graph):
        """Nothing changes here, so triples are counted once: pySHACL asks at every failed test, also inside sh:or,
        and to count takes the engine 20 ms on 19,000 triples, which made 95 % of the whole run."""

        def __len__(self) -> int:
            return size

    size = len(engine)
    return Counted(store=OxigraphStore(store=engine), identifier=DATASET_DEFAULT_GRAPH_ID)


def _finding(results: Graph, node: Node, shapes: Graph) -> Iterator[Finding]:
    from rdflib import URIRef

    def one(graph: Graph, subject: Node | None, predicate: str) -> Node | None:
        return graph.value(subject, URIRef(predicate))

    shape = one(results, node, SH + "sourceShape")
    value, focus = one(results, node, SH + "value"), one(results, node, SH + "focusNode")
    severity = _NAMES[str(one(results, node, SH + "resultSeverity"))]
    shown = "" if value is None or value == focus else f": {_shorten(str(value))}"
    for message in results.objects(node, URIRef(SH + "resultMessage")):
        fix = str(one(shapes, shape, kg("fix")) or "")
        yield Finding(local_name(str(shape)), severity, str(focus), str(message) + shown, fix)


def _shorten(value: str, limit: int = 80) -> str:
    return value if len(value) <= limit else value[: limit - 1] + "…"
