"""SHACL by pySHACL: for the shapes that are not compiled, and what the compiled ones are held against in the tests.

It sees a copy of the store in memory with all layers in one graph. Triple terms stay behind: rdflib has none, and no
shape speaks of them. Imports are inside the functions: rdflib and pySHACL take half a second to load.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import ProjectError
from kg.names import STANDARD, kg, local_name
from kg.store import Store
from kg.validation.report import SEVERITIES, Finding

if TYPE_CHECKING:
    from rdflib import Graph, URIRef
    from rdflib.term import Node

SH = STANDARD["sh"]
_NAMES = {SH + local: name for name, local in SEVERITIES.items()}
_UNWORDED = "does not fit the shape"
"""Said of what a shape without a message finds."""


def by_pyshacl(store: Store, shapes: Graph) -> list[Finding]:
    """What the shapes of a graph find in a store, sorted; ProjectError when they cannot be run."""
    from pyshacl import validate
    from rdflib import Graph

    engine = _plain(store)
    data, graph = (_in_memory(engine), shapes) if _asks(shapes) else (_counted(engine), _terms(shapes))
    try:
        _, results, _ = validate(data, shacl_graph=graph, inplace=True, allow_warnings=True)
    except Exception as error:  # of a query that does not parse, or asks for what pySHACL has not
        results = error
    if not isinstance(results, Graph):
        raise ProjectError(f"the shapes cannot be run: {results}", None, "mend ontology/shapes")
    nodes = results.objects(None, uri(SH + "result"))  # and not their details, which are results too
    return sorted({finding for node in nodes for finding in _finding(results, node, graph)})


def uri(iri: str) -> URIRef:
    """An IRI as rdflib has it."""
    from rdflib import URIRef

    return URIRef(iri)


def named(term: object) -> str:
    """A term of either library as a report names it: an IRI, the characters of a literal, a blank node (``_:x``)."""
    from rdflib import BNode

    if isinstance(term, ox.BlankNode | BNode):
        return f"_:{term.value if isinstance(term, ox.BlankNode) else term}"
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def check_of(shape: Node | None, shapes: Graph) -> str:
    """The name of a shape in a report: its own, or that of the shape it is a part of."""
    from rdflib import BNode

    seen: set[Node | None] = set()
    while isinstance(shape, BNode) and shape not in seen:
        seen.add(shape)
        shape = next(iter(sorted(shapes.subjects(None, shape), key=str)), None)
    return "unnamed" if shape is None or isinstance(shape, BNode) else local_name(str(shape))


def severity_of(severity: Node | None) -> str:
    """The name of a severity in a report; one of somebody's own counts as an error: nothing says how grave it is."""
    return _NAMES.get(str(severity), "error")


def shortened(value: str, limit: int = 80) -> str:
    """A value short enough for a message."""
    return value if len(value) <= limit else value[: limit - 1] + "…"


# -- the graphs that pySHACL sees -----------------------------------------------------------------------------------


def _plain(store: Store) -> ox.Store:
    """The triples of all layers, without triple terms."""
    engine = ox.Store()
    engine.bulk_extend(
        ox.Quad(quad.subject, quad.predicate, quad.object)
        for quad in store.quads()
        if not isinstance(quad.object, ox.Triple)
    )
    return engine


def _asks(shapes: Graph) -> bool:
    """Whether a shape or a component of its own is a query."""
    return any((None, uri(SH + name), None) in shapes for name in ("ask", "select"))


def _in_memory(engine: ox.Store) -> Graph:
    """The triples in rdflib's own memory, where a query finds them as it is written.

    Slower; but the engine cannot bind a query's variables beforehand, as SHACL does.
    """
    from rdflib import Graph

    text = ox.serialize((q.triple for q in engine), format=ox.RdfFormat.N_TRIPLES)
    return Graph().parse(data=text, format="nt")


def _in_rdflib(engine: ox.Store) -> Graph:
    from oxrdflib import OxigraphStore
    from rdflib import Graph
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    return Graph(store=OxigraphStore(store=engine), identifier=DATASET_DEFAULT_GRAPH_ID)


def _counted(engine: ox.Store) -> Graph:
    from rdflib import Graph

    class Counted(Graph):
        """Nothing changes here, so triples are counted once: pySHACL asks at every failed test, also inside sh:or,
        and to count takes the engine 20 ms on 19,000 triples, which made 95 % of the whole run."""

        def __len__(self) -> int:
            return size

    size, seen = len(engine), _in_rdflib(engine)
    return Counted(store=seen.store, identifier=seen.identifier)


def _terms(graph: Graph) -> Graph:
    """Shapes in the terms of the store: to rdflib a plain text is another value than the same one as xsd:string."""
    engine = ox.Store()
    engine.bulk_load(graph.serialize(format="nt").encode(), format=ox.RdfFormat.N_TRIPLES)
    found = type(graph)()
    for triple in _in_rdflib(engine):
        found.add(triple)
    return found


# -- findings ----------------------------------------------------------------------------------------------------------


def _finding(results: Graph, node: Node, shapes: Graph) -> Iterator[Finding]:
    def one(graph: Graph, subject: Node | None, predicate: str) -> Node | None:
        return graph.value(subject, uri(predicate))

    shape = one(results, node, SH + "sourceShape")
    value, focus = one(results, node, SH + "value"), one(results, node, SH + "focusNode")
    severity = severity_of(one(results, node, SH + "resultSeverity"))
    shown = "" if value is None or value == focus else f": {shortened(named(value))}"
    told = [str(message) for message in results.objects(node, uri(SH + "resultMessage"))]
    for message in told or [_UNWORDED]:
        fix = str(one(shapes, shape, kg("fix")) or "")
        yield Finding(check_of(shape, shapes), severity, named(focus), message + shown, fix)
