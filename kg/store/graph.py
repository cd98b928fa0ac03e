"""A graph open for reading: what it says about itself, its quads, and its answers in SPARQL."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import pyoxigraph as ox

from kg.errors import Place, QueryError, StoreError
from kg.layout import FORMAT, TABLES, TEXTS, prefixes
from kg.names import Prefixes
from kg.rdf import LAYERS, Records, layer
from kg.store import cut, damage, sparql
from kg.store.address import Location

Results: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Object: TypeAlias = Node | ox.Literal | ox.Triple
Graphs: TypeAlias = list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]


class Engine(Protocol):
    """What a reader asks of that which holds the quads: the embedded engine, or a server through
    :class:`kg.store.remote.Remote`."""

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
        """The answer of a query over some graphs; SyntaxError for one that does not parse."""

    def quads_for_pattern(
        self,
        subject: Node | None,
        predicate: ox.NamedNode | None,
        object: Object | None,
        graph_name: Node | ox.DefaultGraph | None = None,
    ) -> Iterator[ox.Quad]:
        """The quads that fit a pattern."""

    def named_graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """The names of the graphs that hold anything."""

    def __contains__(self, quad: ox.Quad) -> bool:
        """Whether a quad is held."""


class Distant(Engine, Protocol):
    """An engine on another machine."""

    def copied(self) -> ox.Store:
        """Its quads on this machine, kept as long as the engine is."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a store says about itself: prefixes, namespaces, what it was built from, and the digest of its quads.

    ``counts`` are the build's own (documents, claims, facts …), ``inputs`` the digests of what it was built from (see
    :mod:`kg.inputs`). ``quads``, those of each layer, and ``digest`` (see :mod:`kg.store.content`) are set when it is
    written.
    """

    prefixes: Mapping[str, str]
    record_namespace: str
    domain: str = ""
    entity_namespace: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    digest: str = ""
    quads: Mapping[str, int] = field(default_factory=dict)
    format: int = FORMAT
    inputs: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> str:
        """The manifest as sorted JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def read(cls, text: str, place: Place) -> Manifest:
        """The manifest of its JSON; StoreError for damage or another format version."""
        try:
            values = json.loads(text)
            version = values["format"]
            manifest = cls(**values)._typed() if version == FORMAT else None
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise StoreError(f"the manifest is damaged: {error}", place, "run 'kg build' again") from None
        if manifest is None:
            raise StoreError(f"made by format {version}, this is format {FORMAT}", place, "run 'kg build' again")
        return manifest

    def _typed(self) -> Manifest:
        """The same manifest; TypeError when a value is of another type than its name promises."""
        if not all(isinstance(getattr(self, name), str) for name in TEXTS):
            raise TypeError("a namespace, the domain or the digest is no text")
        for name, kind in TABLES.items():
            table = getattr(self, name)
            if not (isinstance(table, dict) and all(isinstance(value, kind) for value in table.values())):
                raise TypeError(f"prefixes, inputs, counts or quads hold something else than {kind.__name__}")
        return self


class Hold:
    """A reader's shared lock on a file, until it is closed or forgotten: a store need not be closed by hand."""

    _descriptor: int | None = None

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def close(self) -> None:
        """Give the lock up."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    __del__ = close


@dataclass(frozen=True)
class Store:
    """A graph open for reading. Use as a context manager, or :meth:`close` it.

    >>> with Store.from_quads([], Manifest({}, "https://example.org/")) as store:
    ...     bool(store.query("ASK { ?s ?p ?o }"))
    False
    """

    engine: ox.Store | Distant
    manifest: Manifest
    path: Location | None = None
    held: Hold | None = field(default=None, repr=False, compare=False)
    moment: str = ""
    """In words, the day from which the graph is seen, where that is not the day of its build."""

    @classmethod
    def from_quads(cls, quads: Iterable[ox.Quad], manifest: Manifest, moment: str = "") -> Store:
        """A store in memory."""
        engine = ox.Store()
        engine.bulk_extend(quads)
        return cls(engine, replace(manifest, quads=sizes(engine)), moment=moment)

    @cached_property
    def prefixes(self) -> Prefixes:
        """The prefixes known to every query and used in every answer, one for each kind of record among them."""
        return prefixes(self.manifest.record_namespace, self.manifest.prefixes)

    @property
    def records(self) -> Records:
        """How facts, claims and documents are named here."""
        return Records(self.manifest.record_namespace)

    def __len__(self) -> int:
        return sum(self.manifest.quads.values())

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let a later build remove what this reader held."""
        if self.held is not None:
            self.held.close()

    def here(self) -> Store:
        """The same graph on this machine: itself, unless a server has it; to be read as long as this one is.

        For those who read all of it in any case, or cannot do with what another engine takes a query to mean.
        """
        return self if isinstance(self.engine, ox.Store) else replace(self, engine=self.engine.copied())

    def query(
        self, query: str, bindings: Mapping[str, sparql.Value] | None = None, *, timeout: float | None = None
    ) -> Results:
        """The answer of a SPARQL query over all layers together, or over those that it names with FROM.

        ``bindings`` give values to variables of the WHERE group (see :func:`kg.store.sparql.bind`). With ``timeout``
        (seconds) the query runs in a process of its own, which is ended at the limit.

        Raises QueryError for a query that does not parse, is an update, calls another server, is nested too deeply,
        takes too long or fails while it runs; StoreError when the engine cannot read its files.
        """
        text = sparql.check(query)
        bound = sparql.bind(text, bindings or {})
        bound_text = text if bound == query else sparql.Text.of(bound)
        with damage.asking(self.path):
            if timeout is None:
                return self._run(bound_text, query)
            return cut.run(lambda: self._run(bound_text, query), timeout)  # to parse and to plan may be slow too

    def answer(self, text: sparql.Text, dataset: sparql.Dataset | None = None, base: str | None = None) -> Results:
        """The answer of a query that was looked at by :func:`kg.store.sparql.check`, in this process.

        ``dataset`` counts more than what the query says with FROM; relative IRIs are resolved against ``base``.
        Raises QueryError for a query that does not parse, and what the engine raises.
        """
        graphs: dict[str, Any] = {"use_default_graph_as_union": not text.names_dataset}
        if dataset is not None:
            graphs = {"default_graph": list(dataset.default), "named_graphs": list(dataset.named)}
        try:
            return self.engine.query(text.written, base_iri=base, prefixes=dict(self.prefixes.table), **graphs)
        except SyntaxError as error:
            raise sparql.fault(text.written, error) from None

    def match(
        self,
        subject: Node | None = None,
        predicate: ox.NamedNode | None = None,
        object: Object | None = None,
        layer: str | None = None,
    ) -> Iterator[ox.Quad]:
        """The quads that fit a pattern, in the engine's order."""
        graph = _graph(layer) if layer else None
        return damage.read(self.engine.quads_for_pattern(subject, predicate, object, graph), self.path)

    def quads(self, layer: str | None = None) -> Iterator[ox.Quad]:
        """All quads, or those of one layer, in the engine's order."""
        return self.match(layer=layer)

    def _run(self, bound: sparql.Text, query: str) -> Results:
        try:
            return self.answer(bound)
        except QueryError:
            if bound.written != query:
                self._parsed(query)
            raise

    def _parsed(self, query: str) -> None:
        """Raise the fault of the query as its author wrote it, where columns are still his."""
        try:
            ox.Store().query(query, prefixes=dict(self.prefixes.table))
        except SyntaxError as error:
            raise sparql.fault(query, error) from None


def sizes(engine: ox.Store) -> dict[str, int]:
    """How many quads each layer holds; StoreError for a quad in no layer."""
    rows = engine.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    found = {row["g"].value: int(row["n"].value) for row in rows}  # type: ignore[union-attr]
    by_layer = {name: found.pop(layer(name).value, 0) for name in LAYERS}
    if found or sum(by_layer.values()) != len(engine):
        raise StoreError(f"quads outside the layers {', '.join(LAYERS)}: {', '.join(sorted(found)) or 'in no graph'}")
    return by_layer


def _graph(name: str) -> ox.NamedNode:
    if name not in LAYERS:
        raise QueryError(f"no layer '{name}'", None, f"the layers are {', '.join(LAYERS)}")
    return layer(name)
