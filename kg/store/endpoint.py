"""A SPARQL 1.1 server: where it answers queries, takes updates and whole graphs, and what it can keep.

Servers differ in the addresses of the three. Those that are not given (``KG_STORE_UPDATE``, ``KG_STORE_GRAPHS``) are
looked for where the servers that are known have them.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlsplit, urlunsplit

import pyoxigraph as ox

from kg.errors import KgError, Place, QueryError, StoreError
from kg.names import XSD
from kg.rdf import REIFIES
from kg.store import answers, plain
from kg.store.address import Address
from kg.store.answers import Row
from kg.store.wire import Asker, Body, Elsewhere, Wire

_NODE, _SAYS = ox.NamedNode("urn:kg:probe"), ox.NamedNode("urn:kg:says")
_TYPED = (("integer", "5"), ("decimal", "0.92"), ("boolean", "true"), ("date", "2026-03-17"),
          ("gYearMonth", "2026-03"), ("gYear", "2026"))  # fmt: skip
_VALUES = (
    *(ox.Literal(value, datatype=ox.NamedNode(XSD + name)) for name, value in _TYPED),
    ox.Literal('wörd 😀 "q" \\u0041\n\tx'),
    ox.Literal("kata", language="id"),
    ox.Literal("letters " * 4_000),
)
"""What a server has to give back as it was: every type of the model, letters of any script, a long text."""


@dataclass(frozen=True, slots=True)
class Features:
    """What a server has beyond the least: triple terms (RDF 1.2), and an address for whole graphs."""

    triple_terms: bool
    graphs: str = ""


class Endpoint:
    """The server of an address, asked as the environment says."""

    def __init__(self, address: Address, patience: float = math.inf) -> None:
        """``patience`` (seconds) cuts the silence short that the environment allows."""
        asker = Asker.of(os.environ)
        self.address = address
        self.wire = Wire(replace(asker, timeout=min(asker.timeout, patience)))

    @cached_property
    def queries(self) -> str:
        """The address that answers queries: the given one, or one below it."""
        given = self.address.url
        below = [given.rstrip("/") + part for part in ("/query", "/sparql")]
        bare = urlsplit(given).path in ("", "/")
        first: Elsewhere | None = None
        for url in [*below, given] if bare else [given, *below]:
            try:
                self._asked(url, "ASK {}", answers.JSON).close()
            except Elsewhere as error:
                first = first or error
            else:
                return url
        assert first is not None
        raise Elsewhere("no SPARQL is answered here", Place(given), "give the address of the SPARQL endpoint")

    def ask(self, query: str, accept: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> Body:
        """The answer to a query over some graphs, or over those that it names; see :meth:`kg.store.wire.Wire.send`."""
        return self._asked(self.queries, query, accept, default, named)

    def rows(self, query: str) -> Iterator[Row]:
        """The rows that answer a query, as they come."""
        return answers.rows(self.ask(query, answers.JSON))[1]

    def update(self, update: str) -> None:
        """Make a change; QueryError where the server does not run it."""
        self._updated(self.updates, update)

    def put(self, graph: str, lines: str, graphs: str = "") -> None:
        """Add lines of N-Triples to a graph: by the Graph Store Protocol (at ``graphs``), or as an update."""
        if graphs:
            body = ("application/n-triples", lines.encode())
            self.wire.send(graphs, [("graph", graph)], body=body).close()
        else:
            self.update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{plain.in_update(lines)}}} }}")

    def take(self, graph: str, lines: str) -> None:
        """Take lines of N-Triples out of a graph."""
        self.update(f"DELETE DATA {{ GRAPH <{graph}> {{\n{plain.in_update(lines)}}} }}")

    def drop(self, graphs: Iterable[str]) -> None:
        """Remove graphs, if they are there."""
        for graph in graphs:
            self.update(f"DROP SILENT GRAPH <{graph}>")

    def probed(self) -> Features:
        """What the server has, found by writing into a graph of its own and reading it back.

        Raises StoreError for a server that does not keep a value as it was.
        """
        graph = f"{self.address.root}/probe"
        self.drop([graph])
        try:
            graphs = next((url for url in self._beside() if self._takes(graph, url)), "")
            self._check_values(graph, graphs)
            return Features(self._has_triple_terms(graph), graphs)
        finally:
            self.drop([graph])

    def _check_values(self, graph: str, graphs: str) -> None:
        lines = "".join(plain.line(ox.Quad(_NODE, _SAYS, value)) for value in _VALUES)
        self.put(graph, lines, graphs)
        kept = {value for (value,) in self.rows(f"SELECT ?o {{ GRAPH <{graph}> {{ {_NODE} {_SAYS} ?o }} }}")}
        lost = [value for value in _VALUES if value not in kept]
        if lost:
            shown = str(lost[0])[:60]
            raise StoreError(f"the server does not keep {shown} as it is", Place(self.address.url), "choose another")

    def _has_triple_terms(self, graph: str) -> bool:
        term = ox.Triple(_NODE, _SAYS, _NODE)
        try:
            self.put(graph, plain.line(ox.Quad(_NODE, REIFIES, term)))
            found = [row[0] for row in self.rows(f"SELECT ?o {{ GRAPH <{graph}> {{ {_NODE} {REIFIES} ?o }} }}")]
        except KgError:
            return False
        return found == [term]

    def _takes(self, graph: str, url: str) -> bool:
        """Whether graphs are taken at an address: said by what can be read afterwards, not by the server."""
        mark = ox.Quad(_NODE, _SAYS, ox.NamedNode(url))
        try:
            self.put(graph, plain.line(mark), url)
        except KgError:
            return False
        return any(True for _ in self.rows(f"SELECT * {{ GRAPH <{graph}> {{ {mark.triple} }} }}"))

    def _beside(self) -> list[str]:
        """Where graphs may be taken: as is said, else as Oxigraph, Jena, Virtuoso and RDF4J have it."""
        given = os.environ.get("KG_STORE_GRAPHS", "")
        if given:
            return [given]
        known = ("store", "data", "sparql-graph-crud")
        return [*(_sibling(self.queries, name) for name in known), f"{self.queries}/rdf-graphs/service"]

    def find_updates(self) -> None:
        """Make sure that updates are taken; StoreError where they are not."""
        _ = self.updates

    @cached_property
    def updates(self) -> str:
        """The address that takes updates; StoreError when none does."""
        given = os.environ.get("KG_STORE_UPDATE", "")
        beside = [_sibling(self.queries, "update")] if urlsplit(self.queries).path.endswith("/query") else []
        known = [*beside, self.queries, f"{self.queries}/update", f"{self.queries}/statements"]
        for url in [given] if given else known:
            try:
                self._updated(url, f"DROP SILENT GRAPH <{self.address.root}/probe>")
            except (Elsewhere, QueryError):
                continue
            return url
        hint = "the server may allow none; KG_STORE_UPDATE=URL names another address"
        raise StoreError("no updates are taken here", Place(given or self.queries), hint)

    def _asked(self, url: str, query: str, accept: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> Body:
        graphs = [*(("default-graph-uri", g) for g in default), *(("named-graph-uri", g) for g in named)]
        body = self.wire.send(url, [("query", query), *graphs], accept=accept)
        if body.is_page:
            body.abort()
            raise Elsewhere("a page for people is answered, no results", Place(url), "give the SPARQL endpoint")
        return body

    def _updated(self, url: str, update: str) -> None:
        self.wire.send(url, [("update", update)]).close()


def _sibling(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rpartition("/")[0] + "/" + name))
