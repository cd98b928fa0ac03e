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
    if not any(next(graph.subjects(URIRef(target), None), None) for target in TARGETS):
        raise ProjectError("no SHACL shape with a target", Place(str(folder)), "without shapes nothing is proved")
    if next(graph.subjects(URIRef(SH + "js"), None), None):
        raise ProjectError("a shape uses sh:js, which would not run", Place(str(folder)), "write it in SPARQL")
    named = {str(shape) for shape in graph.subjects(URIRef(SH + "message"), None)}
    return Shapes(graph, tuple(sorted(local_name(shape) for shape in named)))


def _add(graph: Graph, path: Path) -> None:
    """Parsed by the engine, so that a fault has its line, and whole or not at all."""
    try:
        triples = [quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise ProjectError(str(error.msg), Place(str(path), error.lineno, error.offset), "mend the Turtle") from None
    graph.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")


def find_violations(store: Store, shapes: Shapes) -> list[Finding]:
    """What the shapes find in a store, sorted."""
    from pyshacl import validate
    from rdflib import Graph, URIRef

    _, results, _ = validate(_copy(store), shacl_graph=shapes.graph, inplace=True, allow_warnings=True)
    if not isinstance(results, Graph):
        raise ProjectError(f"the shapes cannot be run: {results}", None, "mend ontology/shapes")
    nodes = results.subjects(URIRef(SH + "resultSeverity"), None)
    return sorted({finding for node in nodes for finding in _finding(results, node, shapes.graph)})


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
