"""A graph on a server, open for reading: one generation, asked by SPARQL.

Queries run on the server. Quads are asked for there too, as long as few are; whoever goes through the graph quad by
quad gets a copy of the layer he reads, once. Both are of one generation, which never changes.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeAlias

import pyoxigraph as ox

from kg.errors import Place, QueryError, StoreError
from kg.rdf import LAYERS, REIFIES, layer
from kg.store import answers, plain
from kg.store.address import Address
from kg.store.endpoint import Endpoint
from kg.store.generations import GRACE, Generation, Register, names
from kg.store.graph import Graphs, Node, Object, Results, Store
from kg.store.rewriting import HIDDEN, Dictionary, is_newer
from kg.store.sparql import Text

ASKING = 200
"""What one request costs, in quads of a copy: 1.5 ms against 8 µs each, over loopback. When the requests have cost as
much as the copy would have, the copy is made: so both together cost at most twice what the cheaper of them had."""
IN_MEMORY = 500_000
"""Quads of a copy in memory; a larger one lies on the disk, in a temporary folder."""
_BATCH = 50_000
_WATCHING = 5.0  # seconds: a server that serves this graph lets its own askers wait for the word whether it changed

_Pattern: TypeAlias = tuple[Node | None, ox.NamedNode | None, Object | None]


def open(address: Address) -> Store:
    """The graph at an address as it is now; StoreError when there is none, or no server that can be asked."""
    endpoint = Endpoint(address)
    register = Register(address, endpoint)
    generation = register.current()
    if generation is None:
        raise StoreError("no graph here", Place(str(address)), f"run 'kg --store {address} build'")
    return Store(Remote(register, generation), generation.manifest, address)


def current(address: Address) -> str:
    """The name of the generation that readers open, or nothing where there is none or nobody to ask."""
    try:
        return _watch(address).current_name()
    except (StoreError, QueryError):
        return ""


@cache
def _watch(address: Address) -> Register:
    """The register of an address that is looked at again and again."""
    return Register(address, Endpoint(address, _WATCHING))


class Remote:
    """What a reader asks of an engine, asked of a server (see :class:`kg.store.graph.Engine`)."""

    def __init__(self, register: Register, generation: Generation) -> None:
        self.generation = generation
        self._register, self._endpoint = register, register.endpoint
        self._graphs = generation.graphs(register.root)
        self._copy = Copy()
        self._asked = 0
        self._seen = time.monotonic()

    def query(
        self,
        query: str,
        *,
        base_iri: str | None = None,
        prefixes: dict[str, str] | None = None,
        use_default_graph_as_union: bool = False,
        default_graph: Graphs | None = None,
        named_graphs: list[Node] | None = None,
    ) -> Results:
        """The answer of the server, in the names of the layers; SyntaxError for a query that does not parse."""
        table, text = dict(prefixes or {}), Text.of(query)
        ox.Store().query(query, base_iri=base_iri, prefixes=table)  # its faults are told with the author's columns
        if is_newer(text) and not self.generation.triple_terms:
            graphs: dict[str, Any] = {"default_graph": default_graph, "named_graphs": named_graphs}
            graphs |= {"use_default_graph_as_union": use_default_graph_as_union}
            return self.copied().query(query, base_iri=base_iri, prefixes=table, **graphs)
        words = Dictionary(names(self._graphs), f"{self._register.root}/nothing", table, base_iri or "")
        asked = words.rewritten(query)
        if use_default_graph_as_union:
            default = list(self._graphs.values())
            named = [*default, words.nowhere]  # Virtuoso finds something in a graph that it is not told of
        else:
            default, named = (_chosen(words, graphs or ()) for graphs in (default_graph, named_graphs))
        is_graph = text.form in ("CONSTRUCT", "DESCRIBE")
        self._check_seen()
        body = self._endpoint.ask(asked, answers.TRIPLES if is_graph else answers.JSON, default, named)
        if is_graph:
            return answers.triples(body)
        return answers.yes(body) if text.form == "ASK" else answers.solutions(body, HIDDEN)

    def quads_for_pattern(
        self,
        subject: Node | None,
        predicate: ox.NamedNode | None,
        object: Object | None,
        graph_name: Node | ox.DefaultGraph | None = None,
    ) -> Iterator[ox.Quad]:
        """The quads that fit a pattern, asked for or looked up in a copy."""
        wanted = [name for name in LAYERS if graph_name in (None, layer(name))]
        missing = [name for name in wanted if name not in self._copy]
        if self._is_cheaper_copied(missing, (subject, predicate, object)):
            self._fetch(missing)
            missing = []
        if missing:
            return self._matched(wanted, (subject, predicate, object))
        return self._copy.engine.quads_for_pattern(subject, predicate, object, graph_name)

    def named_graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """The names of the layers that hold anything."""
        return (layer(name) for name in LAYERS if self.generation.manifest.quads.get(name))

    def __contains__(self, quad: ox.Quad) -> bool:
        found = self.quads_for_pattern(quad.subject, quad.predicate, quad.object, quad.graph_name)  # type: ignore[arg-type]
        return any(True for _ in found)

    def copied(self) -> ox.Store:
        """A copy of all layers."""
        self._fetch([name for name in LAYERS if name not in self._copy])
        return self._copy.engine

    def _is_cheaper_copied(self, missing: Sequence[str], pattern: _Pattern) -> bool:
        """Whether a copy of the layers that are asked costs no more than what was asked of the server so far."""
        if not missing:
            return False
        self._asked += 1
        subject, predicate, object = pattern
        is_implied = isinstance(object, ox.Triple) or predicate == REIFIES
        if not (subject or predicate or object) or (is_implied and not self.generation.triple_terms):
            return True
        return self._asked * ASKING >= sum(self.generation.manifest.quads.get(name, 0) for name in missing)

    def _matched(self, wanted: Sequence[str], pattern: _Pattern) -> Iterator[ox.Quad]:
        graphs = {self._graphs[name]: layer(name) for name in wanted}
        given = {name: term for name, term in zip("spo", pattern, strict=True) if term is not None}
        terms = " ".join(str(plain.sent(given[name])) if name in given else f"?{name}" for name in "spo")
        values = " ".join(f"<{graph}>" for graph in graphs)
        query = f"SELECT * {{ VALUES ?g {{ {values} }} GRAPH ?g {{ {terms} }} }}"
        columns, rows = answers.rows(self._ask(query, list(graphs)))
        found = []
        for row in rows:
            bound: dict[str, Any] = {**given, **dict(zip(columns, row, strict=True))}
            found.append(ox.Quad(bound["s"], bound["p"], bound["o"], graphs[bound["g"].value]))
        if given.keys() == {"s"} and not self.generation.triple_terms:
            found += plain.reified(found)
        return iter(found)

    def _fetch(self, missing: Sequence[str]) -> None:
        """Copy layers; StoreError when the server does not give all of one."""
        for name in missing:
            promised = self.generation.manifest.quads.get(name, 0)
            self._copy.add(name, self._stream(name), promised, not self.generation.triple_terms)
            if self._copy.sizes[name] != promised:
                told = f"the server gives {self._copy.sizes[name]:,} of {promised:,} quads of the layer {name}"
                raise StoreError(told, Place(str(self._register.address)), "raise its limit of rows, or build again")

    def _stream(self, name: str) -> Iterator[ox.Quad]:
        graph, into = self._graphs[name], layer(name)
        columns, rows = answers.rows(self._ask(f"SELECT ?s ?p ?o {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", [graph]))
        assert columns == ["s", "p", "o"]
        return (ox.Quad(s, p, o, into) for s, p, o in rows)

    def _ask(self, query: str, graphs: Sequence[str]) -> answers.Readable:
        self._check_seen()
        return self._endpoint.ask(query, answers.JSON, (), graphs)

    def _check_seen(self) -> None:
        """Make sure from time to time that the generation is still there: an empty answer would be a wrong one."""
        if time.monotonic() - self._seen > GRACE / 2:
            if not self._register.holds(self.generation.name):
                place = Place(str(self._register.address))
                raise StoreError("the graph was replaced while it was read", place, "run the command again")
            self._seen = time.monotonic()


def _chosen(words: Dictionary, graphs: Iterable[Node | ox.DefaultGraph]) -> list[str]:
    """The graphs on the server of those that the asker named beside the query."""
    return [words.graph(str(graph).strip("<>")) for graph in graphs]


class Copy:
    """Some layers of a generation, on this machine for as long as they are read."""

    def __init__(self) -> None:
        self.engine = ox.Store()
        self.sizes: dict[str, int] = {}
        self._folder = ""

    def __contains__(self, name: str) -> bool:
        return name in self.sizes

    def add(self, name: str, quads: Iterator[ox.Quad], promised: int, is_plain: bool) -> None:
        """Copy a layer of about so many quads, and what its facts reify where they are without it (``is_plain``)."""
        engine = self._writable(promised)
        before, graph = len(engine), layer(name)
        while some := list(islice(quads, _BATCH)):
            engine.extend(some)
        if is_plain:
            engine.extend(list(plain.reified(engine.quads_for_pattern(None, None, None, graph))))
        self.sizes[name] = len(engine) - before
        if self._folder:
            engine.flush()
            del engine
            self.engine = ox.Store.read_only(self._folder)  # which may be carried over a fork

    def _writable(self, promised: int) -> ox.Store:
        """The engine to write into: it moves to the disk when it grows too large for memory."""
        held = sum(self.sizes.values())
        if not self._folder and held + promised <= IN_MEMORY:
            return self.engine
        before, self.engine = self.engine, ox.Store()
        if self._folder:
            del before
            return ox.Store(self._folder)
        self._folder = tempfile.mkdtemp(prefix="kg-copy-")
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        engine = ox.Store(self._folder)
        engine.extend(before)
        return engine
