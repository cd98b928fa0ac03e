"""What is exported: the quads of a store or of an answer, chosen by layer; blank nodes are named by their content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import pyoxigraph as ox

from kg.names import kg
from kg.rdf import REIFIES, layer
from kg.spool import ordered
from kg.store import Engine

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Object: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Pair: TypeAlias = tuple[ox.NamedNode, Object]
Graph: TypeAlias = ox.NamedNode | ox.DefaultGraph

_TEXT = ox.NamedNode(kg("text"))


class Source:
    """Quads to write: subjects in sorted order, and what is said of each.

    In memory are the blank nodes and one subject at a time; the names of subjects wait in files where they are many.

    Blank nodes come from the parser with names of chance. They are named anew by the RDF Dataset Canonicalization of
    the quads that mention them, so the same graph has the same names.
    """

    def __init__(
        self, engine: Engine, layers: Iterable[str] = (), triple_terms: bool = False, texts: bool = True
    ) -> None:
        self._engine = engine
        self._graphs = tuple(layer(name) for name in layers)
        self._triple_terms = triple_terms
        self._texts = texts
        self._blank = ox.Dataset(filter(self._is_wanted, self._about_blanks()))
        self._blank.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)

    def subjects(self, graph: Graph | None = None) -> Iterator[Node]:
        """Every subject of one graph, or of all that are exported, once: by IRI, blank nodes last."""
        graphs = [graph] if graph is not None else self.graphs()
        yield from map(ox.NamedNode, ordered(name for each in graphs for name in self._names(each)))
        blanks = {q.subject.value for q in self._blank if isinstance(q.subject, ox.BlankNode)}
        yield from map(ox.BlankNode, sorted(blanks))

    def graphs(self) -> list[Graph]:
        """The graphs that hold anything, in the order of the layers, others by name."""
        if self._graphs:
            return list(self._graphs)
        named = sorted((g for g in self._engine.named_graphs() if isinstance(g, ox.NamedNode)), key=lambda g: g.value)
        default = any(True for _ in self._engine.quads_for_pattern(None, None, None, ox.DefaultGraph()))
        return [*([ox.DefaultGraph()] if default else []), *named]

    def about(self, subject: Node, graph: Graph | None = None) -> list[Pair]:
        """What is said of a subject, in one graph or in all that are exported."""
        pairs: list[Pair] = []
        if isinstance(subject, ox.NamedNode):
            pairs = [
                (q.predicate, q.object) for q in self._quads(subject, graph) if not isinstance(q.object, ox.BlankNode)
            ]
        for quad in self._blank.quads_for_subject(subject):
            if graph is None or quad.graph_name == graph:
                pairs.append((quad.predicate, quad.object))
        return pairs

    def blanks(self, graph: Graph | None) -> BlankTree:
        """The blank nodes of one graph, or of all as one."""
        return BlankTree.of([q for q in self._blank if graph is None or q.graph_name == graph], list(self._blank))

    def quads(self) -> Iterator[ox.Quad]:
        """All quads in the order in which they are written."""
        for graph in self.graphs():
            for subject in self.subjects(graph):
                pairs = set(self.about(subject, graph))
                for predicate, value in sorted(pairs, key=lambda pair: (pair[0].value, str(pair[1]))):
                    yield ox.Quad(subject, predicate, value, graph)

    def triples(self) -> Iterator[ox.Triple]:
        """All triples of all graphs as one, each once, in the order in which N-Triples sorts their lines."""
        for name in ordered(str(subject) for subject in self.subjects()):
            subject = ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name[1:-1])
            triples = {ox.Triple(subject, predicate, value) for predicate, value in self.about(subject)}
            yield from sorted(triples, key=str)

    def _names(self, graph: Graph) -> Iterator[str]:
        """The IRIs of the subjects of a graph; the engine has what is said of one together, so few come twice."""
        rows = self._ask(graph, "SELECT REDUCED ?s { ?s ?p ?o FILTER(isIRI(?s)) }")
        return (row["s"].value for row in rows)

    def _about_blanks(self) -> Iterator[ox.Quad]:
        for graph in self.graphs():
            for s, p, o in self._ask(graph, "SELECT ?s ?p ?o { ?s ?p ?o FILTER(isBlank(?s) || isBlank(?o)) }"):
                yield ox.Quad(s, p, o, graph)

    def _ask(self, graph: Graph, query: str) -> ox.QuerySolutions:
        """Rows about one graph: asked, the engine passes over what is not wanted without reading any text of it."""
        rows = self._engine.query(query, default_graph=[graph])
        assert isinstance(rows, ox.QuerySolutions)
        return rows

    def _quads(self, subject: ox.NamedNode, graph: Graph | None = None) -> Iterator[ox.Quad]:
        graphs: Iterable[Graph | None] = [graph] if graph is not None else self._graphs or [None]
        for each in graphs:
            for quad in self._engine.quads_for_pattern(subject, None, None, each):
                if self._is_wanted(quad):
                    yield quad

    def _is_wanted(self, quad: ox.Quad) -> bool:
        if isinstance(quad.object, ox.Triple) or quad.predicate == REIFIES:
            return self._triple_terms
        return self._texts or quad.predicate != _TEXT


@dataclass(frozen=True)
class BlankTree:
    """Blank nodes with what is said of them; those that hang on exactly one place can be written there."""

    pairs: dict[str, list[Pair]]
    inline: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, quads: list[ox.Quad], everywhere: list[ox.Quad]) -> BlankTree:
        """The tree of some quads out of all that are exported (``everywhere``): a node of two graphs keeps its name."""
        pairs: dict[str, set[Pair]] = {}
        parents: dict[str, set[tuple[str, str]]] = {}
        for quad in quads:
            if isinstance(quad.subject, ox.BlankNode):
                pairs.setdefault(quad.subject.value, set()).add((quad.predicate, quad.object))
            if isinstance(quad.object, ox.BlankNode):
                parents.setdefault(quad.object.value, set()).add((str(quad.subject), quad.predicate.value))
        graphs: dict[str, set[str]] = {}
        for quad in everywhere if len(quads) < len(everywhere) else ():
            for end in (quad.subject, quad.object):
                if isinstance(end, ox.BlankNode):
                    graphs.setdefault(end.value, set()).add(str(quad.graph_name))
        single = {n for n, p in parents.items() if len(p) == 1 and len(graphs.get(n, ())) < 2}
        rooted = frozenset(n for n in single if _is_rooted(n, single, parents))
        return cls({n: sorted(p, key=lambda x: (x[0].value, str(x[1]))) for n, p in pairs.items()}, rooted)

    def about(self, node: ox.BlankNode) -> list[Pair]:
        """What is said of a blank node, sorted."""
        return self.pairs.get(node.value, [])

    def is_inline(self, node: Node) -> bool:
        """Whether the node is written where it hangs."""
        return isinstance(node, ox.BlankNode) and node.value in self.inline


def _is_rooted(node: str, single: set[str], parents: dict[str, set[tuple[str, str]]]) -> bool:
    """Whether going up from a node ends at a subject that is written by itself; a ring of blank nodes does not."""
    seen: set[str] = set()
    while node in single:
        if node in seen:
            return False
        seen.add(node)
        node = next(iter(parents[node]))[0].removeprefix("_:")
    return True
