"""What is exported: the quads of a store or of an answer, chosen by layer; blank nodes are named by their content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import pyoxigraph as ox

from kg.names import kg
from kg.rdf import REIFIES, layer
from kg.store import Engine

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Object: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Pair: TypeAlias = tuple[ox.NamedNode, Object]
Graph: TypeAlias = ox.NamedNode | ox.DefaultGraph

_TEXT = ox.NamedNode(kg("text"))


class Source:
    """Quads to write: subjects in sorted order, and what is said of each.

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
        self._named: set[str] = set()
        self._blank = ox.Dataset()
        for quad in self._quads():
            if isinstance(quad.subject, ox.NamedNode):
                self._named.add(quad.subject.value)
            if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
                self._blank.add(quad)
        self._blank.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)

    def subjects(self) -> Iterator[Node]:
        """Every subject once, by IRI; blank nodes last."""
        yield from map(ox.NamedNode, sorted(self._named))
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
            for subject in self.subjects():
                pairs = set(self.about(subject, graph))
                for predicate, value in sorted(pairs, key=lambda pair: (pair[0].value, str(pair[1]))):
                    yield ox.Quad(subject, predicate, value, graph)

    def _quads(self, subject: ox.NamedNode | None = None, graph: Graph | None = None) -> Iterator[ox.Quad]:
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
