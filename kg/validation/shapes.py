"""SHACL shapes over a store, with pySHACL.

pySHACL sees a copy of the store in memory with all layers in one graph. Triple terms stay behind, because rdflib has
none; no shape speaks of them. Imports are inside the functions: rdflib and pySHACL take half a second to load.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import Place, ProjectError
from kg.names import STANDARD, kg, local_name
from kg.store import Store
from kg.validation.report import SEVERITIES, Finding

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

SH = STANDARD["sh"]
TARGETS = tuple(SH + name for name in ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf"))
_NAMES = {SH + local: name for name, local in SEVERITIES.items()}


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of a folder; ``names`` are those of the shapes that report findings, sorted."""

    graph: Graph
    names: tuple[str, ...]


def read_shapes(folder: Path) -> Shapes:
    """The shapes of every Turtle file of a folder.

    Raises ProjectError for a fault of syntax, for a folder in which no shape has a target (which pySHACL would pass in
    silence), and for shapes in JavaScript (which it would skip).
    """
    from rdflib import Graph, URIRef

    graph = Graph()
    for path in sorted(folder.glob("*.ttl")):
        _add(graph, path)
    if not any(next(graph.subjects(URIRef(target), None), None) for target in TARGETS) and not _classes(graph):
        raise ProjectError("no SHACL shape with a target", Place(str(folder)), "without shapes nothing is proved")
    if next(graph.subjects(URIRef(SH + "js"), None), None):
        raise ProjectError("a shape uses sh:js, which would not run", Place(str(folder)), "write it in SPARQL")
    named = {str(shape) for shape in graph.subjects(URIRef(SH + "message"), None)}
    return Shapes(graph, tuple(sorted(local_name(shape) for shape in named)))


def _classes(graph: Graph) -> list[Node]:
    """The shapes that are classes as well, whose targets are the members."""
    from rdflib import RDF, RDFS, URIRef

    shapes = {s for kind in ("NodeShape", "PropertyShape") for s in graph.subjects(RDF.type, URIRef(SH + kind))}
    return [shape for shape in shapes if (shape, RDF.type, RDFS.Class) in graph]


def _add(graph: Graph, path: Path) -> None:
    """Parsed by the engine, so that a fault has its line, and whole or not at all."""
    try:
        triples = [quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise ProjectError(str(error.msg), Place(str(path), error.lineno, error.offset), "mend the Turtle") from None
    graph.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")


def _in_rdflib(engine: ox.Store) -> Graph:
    from oxrdflib import OxigraphStore
    from rdflib import Graph
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    return Graph(store=OxigraphStore(store=engine), identifier=DATASET_DEFAULT_GRAPH_ID)


def find_violations(store: Store, shapes: Shapes) -> list[Finding]:
    """What the shapes find in a store, sorted."""
    from pyshacl import validate
    from rdflib import Graph, URIRef

    engine, graph = _plain(store), shapes.graph
    data, graph = (_in_memory(engine), graph) if _asks(graph) else (_counted(engine), _terms(graph))
    try:
        _, results, _ = validate(data, shacl_graph=graph, inplace=True, allow_warnings=True)
    except Exception as error:  # of a query that does not parse, or asks for what pySHACL has not
        results = error
    if not isinstance(results, Graph):
        raise ProjectError(f"the shapes cannot be run: {results}", None, "mend ontology/shapes")
    nodes = results.objects(None, URIRef(SH + "result"))  # those beside are details of these
    return sorted({finding for node in nodes for finding in _finding(results, node, shapes.graph)})


def _asks(shapes: Graph) -> bool:
    """Whether a shape or a component of its own is a query."""
    from rdflib import URIRef

    return any((None, URIRef(SH + name), None) in shapes for name in ("ask", "select"))


def _in_memory(engine: ox.Store) -> Graph:
    """The triples in rdflib's own memory, where a query finds them as it is written.

    Slower; but the engine cannot bind a query's variables beforehand, as SHACL does.
    """
    from rdflib import Graph

    text = ox.serialize((q.triple for q in engine), format=ox.RdfFormat.N_TRIPLES)
    return Graph().parse(data=text, format="nt")


def _terms(graph: Graph) -> Graph:
    """Shapes in the terms of the store: to rdflib a plain text is another value than the same one as xsd:string."""
    engine = ox.Store()
    engine.bulk_load(graph.serialize(format="nt").encode(), format=ox.RdfFormat.N_TRIPLES)
    found = type(graph)()
    for triple in _in_rdflib(engine):
        found.add(triple)
    return found


def _plain(store: Store) -> ox.Store:
    """The triples of all layers, without triple terms."""
    engine = ox.Store()
    engine.bulk_extend(
        ox.Quad(quad.subject, quad.predicate, quad.object)
        for quad in store.quads()
        if not isinstance(quad.object, ox.Triple)
    )
    return engine


def _counted(engine: ox.Store) -> Graph:
    from rdflib import Graph

    class Counted(Graph):
        """Nothing changes here, so triples are counted once: pySHACL asks at every failed test, also inside sh:or,
        and to count takes the engine 20 ms on 19,000 triples, which made 95 % of the whole run."""

        def __len__(self) -> int:
            return size

    size, seen = len(engine), _in_rdflib(engine)
    return Counted(store=seen.store, identifier=seen.identifier)


def _finding(results: Graph, node: Node, shapes: Graph) -> Iterator[Finding]:
    from rdflib import URIRef

    def one(graph: Graph, subject: Node | None, predicate: str) -> Node | None:
        return graph.value(subject, URIRef(predicate))

    shape = one(results, node, SH + "sourceShape")
    value, focus = one(results, node, SH + "value"), one(results, node, SH + "focusNode")
    severity = _NAMES.get(str(one(results, node, SH + "resultSeverity")), "error")  # one's own: nothing says how grave
    shown = "" if value is None or value == focus else f": {_shorten(str(value))}"
    told = [str(message) for message in results.objects(node, URIRef(SH + "resultMessage"))]
    for message in told or ["does not fit the shape"]:
        fix = str(one(shapes, shape, kg("fix")) or "")
        yield Finding(local_name(str(shape)), severity, _named(focus), message + shown, fix)


def _named(node: Node | None) -> str:
    from rdflib import BNode

    return f"_:{node}" if isinstance(node, BNode) else str(node)


def _shorten(value: str, limit: int = 80) -> str:
    return value if len(value) <= limit else value[: limit - 1] + "…"
