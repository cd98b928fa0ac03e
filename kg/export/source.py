"""What is exported: the quads of a store or of an answer, chosen by layer; blank nodes are named by their content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from operator import attrgetter, itemgetter
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
Write: TypeAlias = Callable[[ox.NamedNode, Object, Graph], str]
"""How a statement (predicate, value, graph) is written: without a control character."""

_TEXT = ox.NamedNode(kg("text"))
_BETWEEN = "\t"  # in no statement, and before all that is in an IRI


class Source:
    """Quads to write. The engine is read from one end to the other, in its own order, which is not that of names: what
    was written of a subject waits in files (:mod:`kg.spool`) until its turn. In memory are the blank nodes.

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

    def graphs(self) -> list[Graph]:
        """The graphs that hold anything, in the order of the layers, others by name."""
        if self._graphs:
            return list(self._graphs)
        named = sorted((g for g in self._engine.named_graphs() if isinstance(g, ox.NamedNode)), key=lambda g: g.value)
        default = any(True for _ in self._engine.quads_for_pattern(None, None, None, ox.DefaultGraph()))
        return [*([ox.DefaultGraph()] if default else []), *named]

    def told(self, write: Write, end: str = "") -> Told:
        """All that is said in all graphs as one; subjects are in the order of their IRIs, each with ``end`` behind."""
        [told] = self._told([self.graphs()], write, end)
        return told

    def told_apart(self, write: Write) -> Iterator[tuple[Graph, Told]]:
        """What is said in each graph."""
        graphs = self.graphs()
        return zip(graphs, self._told([[graph] for graph in graphs], write), strict=True)

    def quads(self) -> Iterator[ox.Quad]:
        """All quads in the order in which they are written."""
        for graph, told in self.told_apart(_by_name):
            for about in told:
                statements = (f"<{statement.replace(' ', '> ', 1)}" for statement in about.written(_by_name))
                for triple in _parsed(about.subject, statements):
                    yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)

    def triples(self) -> Iterator[ox.Triple]:
        """All triples of all graphs as one, each once, in the order in which N-Triples sorts their lines."""
        for about in self.told(_plainly, end=">"):
            yield from _parsed(about.subject, about.written(_plainly))

    def _told(self, parts: Sequence[Sequence[Graph]], write: Write, end: str = "") -> list[Told]:
        blank: list[ox.Quad] = []
        lines = [_begun(ordered(self._lines(graphs, write, end, blank))) for graphs in parts]
        named = ox.Dataset(blank)
        named.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        everywhere = list(named)
        return [
            Told([q for q in everywhere if q.graph_name in graphs], everywhere, found, end)
            for graphs, found in zip(parts, lines, strict=True)
        ]

    def _lines(self, graphs: Iterable[Graph], write: Write, end: str, blank: list[ox.Quad]) -> Iterator[str]:
        """Each subject with what was written of it; in as many lines as the engine gives it in. Quads that have to do
        with a blank node are put by."""
        for graph in graphs:
            quads = self._engine.quads_for_pattern(None, None, None, graph)
            for subject, same in groupby(quads, key=attrgetter("subject")):
                statements = [] if isinstance(subject, ox.BlankNode) else [f"{subject.value}{end}"]
                for quad in same:
                    predicate, value = quad.predicate, quad.object
                    if not self._is_wanted(predicate, value):
                        continue
                    if not statements or isinstance(value, ox.BlankNode):
                        blank.append(quad)
                    else:
                        statements.append(write(predicate, value, graph))
                if statements:
                    yield _BETWEEN.join(statements)

    def _is_wanted(self, predicate: ox.NamedNode, value: Object) -> bool:
        if isinstance(value, ox.Triple) or predicate == REIFIES:
            return self._triple_terms
        return self._texts or predicate != _TEXT


@dataclass(frozen=True, slots=True)
class About:
    """What is said of one subject: statements as they were written, sorted, each once; and what names a blank node."""

    subject: Node
    statements: list[str]
    blank: Sequence[ox.Quad] = ()

    def written(self, write: Write) -> list[str]:
        """All statements, sorted, each once, where a blank node is written by its name."""
        if not self.blank:
            return self.statements
        named = {write(quad.predicate, quad.object, _graph(quad)) for quad in self.blank}
        return sorted(named.union(self.statements))


class Told:
    """What is said in a graph, or in all as one, subject by subject: by IRI, blank nodes last. To be read once."""

    def __init__(self, quads: Sequence[ox.Quad], everywhere: Sequence[ox.Quad], lines: Iterator[str], end: str) -> None:
        self.blanks = BlankTree.of(quads, everywhere)
        """The blank nodes."""
        self._blank: dict[Node, list[ox.Quad]] = {}
        for quad in quads:
            assert not isinstance(quad.subject, ox.Triple)
            self._blank.setdefault(quad.subject, []).append(quad)
        self._lines, self._end = lines, end

    def __iter__(self) -> Iterator[About]:
        parts = (line.split(_BETWEEN) for line in self._lines)
        for name, same in groupby(parts, key=itemgetter(0)):
            subject = ox.NamedNode(name.removesuffix(self._end))
            statements = sorted({statement for _, *statements in same for statement in statements})
            yield About(subject, statements, self._blank.get(subject, ()))
        for node in sorted((n for n in self._blank if isinstance(n, ox.BlankNode)), key=lambda node: node.value):
            yield About(node, [], self._blank[node])


def _begun(lines: Iterator[str]) -> Iterator[str]:
    """Lines of which the first is there already: with that, whatever they are sorted from has been read."""
    return chain(list(islice(lines, 1)), lines)


def _graph(quad: ox.Quad) -> Graph:
    assert not isinstance(quad.graph_name, ox.BlankNode)
    return quad.graph_name


def _by_name(predicate: ox.NamedNode, value: Object, _: Graph) -> str:
    return f"{predicate.value} {value}"


def _plainly(predicate: ox.NamedNode, value: Object, _: Graph) -> str:
    return f"{predicate} {value}"


def _parsed(subject: Node, statements: Iterable[str]) -> Iterator[ox.Triple]:
    lines = "".join(f"{subject} {statement} .\n" for statement in statements)
    return (quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))


@dataclass(frozen=True)
class BlankTree:
    """Blank nodes with what is said of them; those that hang on exactly one place can be written there."""

    pairs: dict[str, list[Pair]]
    inline: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, quads: Sequence[ox.Quad], everywhere: Sequence[ox.Quad]) -> BlankTree:
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
