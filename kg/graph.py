"""The Python API: a graph opened for reading, asked, explained, drawn, and handed to the tools that readers have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from html import escape
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias, overload

import pyoxigraph as ox

from kg import store as stores
from kg.errors import QueryError
from kg.model import Fact, Literal, Term, term_key
from kg.names import local_name
from kg.project import PARTS, Project
from kg.queries import asking, checks, differences, disputes, facts, lookup, moments, saved
from kg.queries.differences import Change
from kg.queries.disputes import Dispute
from kg.queries.facts import Explanation
from kg.queries.rows import Rows
from kg.rdf import REIFIES, to_ox
from kg.store import Results, Store
from kg.views import ENGINES, MAX_DRAWN, MAX_FACTS
from kg.views.graph import picture, span_of_time

if TYPE_CHECKING:
    import networkx
    import rdflib

    from kg.views.collect import Collector

Parameter: TypeAlias = str | int | Decimal | bool | date
"""A value for a question. For a saved one: as on the command line. For SPARQL: a CURIE or ``<IRI>``, else a literal."""

_SPARQL = re.compile(r"[{\s]")
_SHOWN = 50
"""Rows of a table in a notebook; what is left out is counted below it."""


class Answer(Rows):
    """Typed rows that a notebook shows as a table."""

    def _repr_html_(self) -> str:
        return _table(self.variables, self.rows)


@dataclass(frozen=True)
class Answered(Answer):
    """The answer to a question in people's own words: the rows of the saved ``query``, asked with ``values``.

    ``evidence`` explains the facts that the rows name, or that join what stands in them.
    """

    query: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[Explanation, ...] = ()


@dataclass(frozen=True)
class Facts(Sequence[Fact]):
    """Facts in order, that a notebook shows as a table with their labels."""

    items: tuple[Fact, ...]
    labels: Mapping[str, str]
    conflicts: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """By the id of a contradicted fact: the ids of those that contradict it, each with the rule that says so."""

    @overload
    def __getitem__(self, index: int) -> Fact: ...
    @overload
    def __getitem__(self, index: slice) -> Facts: ...
    def __getitem__(self, index: int | slice) -> Fact | Facts:
        return Facts(self.items[index], self.labels, self.conflicts) if isinstance(index, slice) else self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def _repr_html_(self) -> str:
        return _table(
            ("subject", "property", "object", "status", "when", "support", "contrary", "contradicted by"),
            [self._row(f) for f in self.items],
        )

    def _row(self, fact: Fact) -> tuple[object, ...]:
        against = ", ".join(other for other, _ in self.conflicts.get(fact.id, ()))
        said = [_shown(t, self.labels) for t in (fact.subject, fact.predicate, fact.object)]
        time = span_of_time(fact.valid_from, fact.valid_until)
        return *said, fact.status.value, time, fact.support, fact.contrary, against


class Graph:
    """A graph open for reading. Use it as a context manager, or :meth:`close` it.

    ``store`` is the low door: SPARQL results as the engine gives them, quads, manifest. ``report`` tells how the build
    went, where this graph was just built.
    """

    def __init__(self, store: Store, project: Project | None = None, report: object = None) -> None:
        self.store = store
        self.report = report
        self._project = project

    def __enter__(self) -> Graph:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self.store)

    def __repr__(self) -> str:
        where = self.store.moment or f"in {self.store.path or 'memory'}"
        return f"<Graph of {len(self):,} statements {where}>"

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def query(self, question: str, *, timeout: float | None = None, **values: Parameter) -> Answer:
        """The answer of a saved question (by name) or of SPARQL, as typed rows.

        ``timeout`` is in seconds. Raises QueryError for an unknown question, a value that fits nothing, a syntax
        error, and at the time limit.
        """
        rows = Rows.of(self.results(question, values, timeout), self.store.prefixes)
        return Answer(rows.variables, rows.rows)

    def results(
        self, question: str, values: Mapping[str, Parameter] | None = None, timeout: float | None = None
    ) -> Results:
        """As :meth:`query`, as the engine gives it: solutions, yes or no, or triples."""
        given = dict(values or {})
        if _SPARQL.search(question.strip()):
            return self.store.query(question, bindings(self.store, given), timeout=timeout)
        project = self._project or Project.find()
        return saved.find(project, question).ask(self.store, {n: str(v) for n, v in given.items()}, timeout)

    def facts(
        self,
        about: str | None = None,
        property: str | None = None,
        status: str | None = None,
        market: str | None = None,
        document: str | None = None,
        origin: str | None = None,
    ) -> Facts:
        """The facts that fit all conditions given, each a name, label or CURIE; sorted.

        Raises QueryError for a name that is not in the graph.
        """
        found = facts.find(self.store, about, property, status, market, document, origin)
        return Facts(tuple(found), facts.labels(self.store), facts.contradicted(self.store))

    def why(self, subject: str, property: str | None = None, object: str | None = None) -> list[Explanation]:
        """What stands behind a fact (by id or its beginning), or behind all facts of a subject, property and object.

        Raises QueryError when there is none.
        """
        return facts.why(self.store, subject, property, object)

    def at(self, as_of: str = "", known_by: str = "") -> Graph:
        """This graph as of another day: what held then, or what was known by then, or what was known of that day.

        A date is ``2025``, ``2025-06`` or ``2025-06-17``; a year or a month stands for its last day. Facts are settled
        anew from the claims that count; ``known_by`` leaves out what curators wrote and documents without a date, since
        nobody knows when they were known. Raises QueryError for what is no date.
        """
        return Graph(moments.seen(self.store, moments.Moment(as_of, known_by)).store, self._project)

    def conflicts(self, about: str | None = None, rule: str | None = None) -> list[Dispute]:
        """The contradictions, or those about an entity or by one rule, both sides with their evidence.

        Raises QueryError for a name that is not in the graph and for an unknown rule.
        """
        return disputes.disputes(self.store, about, rule)

    def ask(self, question: str) -> Answered:
        """The answer to a question in people's own words, with the saved question that ran and the facts behind it.

        Raises QueryError when no saved question takes up all of it: what was not understood, and the nearest ones.
        """
        asker = asking.Asker(self.store, self._project or Project.find())
        reply = asker.read(question)
        if reply.fit is None:
            raise QueryError(reply.why_not, None, "nearest: " + ", ".join(q.name for q in reply.nearest))
        found = asker.rows(reply.fit)
        behind = asking.evidence(self.store, found, reply.fit.values.values())
        return Answered(found.variables, found.rows, reply.fit.query.name, asker.values(reply.fit), tuple(behind))

    def stats(self) -> checks.Stats:
        """How much of what is in the graph."""
        return checks.stats(self.store)

    def verify(self) -> checks.Verification:
        """Every quotation re-checked against its text."""
        return checks.verify(self.store)

    def entity(self, name: str) -> str:
        """The IRI of an entity by any of its names; QueryError when none or several have it."""
        return lookup.entity(self.store, name)

    def export(self, path: str | Path, *, rdf12: bool = False, layer: str | None = None, texts: bool = False) -> None:
        """Write the graph to a file, in the format of its extension; see ``kg export --help``."""
        from kg import export

        export.write(self.store, path, rdf12=rdf12, layer=layer, texts=texts)

    def view(
        self,
        path: str | Path,
        about: str | None = None,
        hops: int = 1,
        max_facts: int | None = None,
        *,
        query: str | None = None,
        engine: str = ENGINES[0],
    ) -> int:
        """Write one self-contained page with the facts about an entity, of an answer, or all; how many it shows.

        ``engine`` is ``page``, or ``pyvis`` for a picture by that library alone. Raises KgError when there are more
        than ``max_facts``: nothing is cut in silence.
        """
        from kg.views.collect import Collector

        collector = Collector(self.store)
        centre = None if about is None else self.entity(about)
        found = collector.facts(centre, hops, query)
        title = "" if centre is None else collector.name(centre)
        draw = self._page if engine == ENGINES[0] else self._network
        draw(Path(path), collector, found, title, query or "", max_facts)
        return len(found)

    def _page(
        self, path: Path, collector: Collector, found: list[Fact], title: str, query: str, most: int | None
    ) -> None:
        from kg.views import page

        page.check_size(len(found), most or MAX_FACTS)
        page.write(path, collector.block(found, title, query))

    def _network(
        self, path: Path, collector: Collector, found: list[Fact], title: str, query: str, most: int | None
    ) -> None:
        from kg.views import network
        from kg.views.words import words

        limit = most or MAX_DRAWN
        drawn = picture(found, words(self.store, found[:limit]), limit)
        note = f"store {self.store.manifest.digest[:12]}" if self.store.manifest.digest else self.store.moment
        network.write(path, drawn, title, note)

    def count(self) -> int:
        """How many facts there are."""
        return checks.stats(self.store).counts["facts"]

    def to_rdflib(self) -> rdflib.Dataset:
        """A copy as an rdflib Dataset of RDF 1.1 (without triple terms), at the speed of the embedded engine.

        Its default graph is the union of all layers, as in :meth:`query`.
        """
        import oxrdflib
        import rdflib

        engine = ox.Store()
        engine.bulk_extend(q for q in self.store.quads() if q.predicate != REIFIES)
        return rdflib.Dataset(store=oxrdflib.OxigraphStore(store=engine), default_union=True)

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """A copy as a directed multigraph of networkx: things (by CURIE) and values joined by facts.

        A node has ``label`` and ``types``; an edge, keyed by the fact's id, ``predicate``, ``label``, ``status``,
        ``valid_from``, ``valid_until``, ``support``, ``origin`` and each qualifier under its local name.
        """
        import networkx

        from kg.views.words import classes

        graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
        labels, shrink = facts.labels(self.store), self.store.prefixes.shrink
        for fact in facts.find(self.store):
            ends = [(_node_key(fact, end, shrink), end) for end in (fact.subject, fact.object)]
            for key, end in ends:
                types = classes(self.store, end) if isinstance(end, str) else [end.datatype]
                graph.add_node(key, label=_shown(end, labels), types=tuple(map(shrink, types)))
            graph.add_edge(ends[0][0], ends[1][0], fact.id, **_edge(fact, labels, shrink))
        return graph

    def _repr_html_(self) -> str:
        stats = self.stats()
        counted = [(name, f"{count:,}") for name, count in {**stats.counts, **stats.by_status}.items()]
        return f"<p>{escape(repr(self))}</p>{_table(('what', 'how many'), counted)}"


def bindings(store: Store, values: Mapping[str, Parameter]) -> dict[str, ox.NamedNode | ox.Literal]:
    """Terms for the variables of a SPARQL query: see :data:`Parameter`."""
    return {name: _bound(store, value) for name, value in values.items()}


def _bound(store: Store, value: Parameter) -> ox.NamedNode | ox.Literal:
    if isinstance(value, str):
        try:
            return ox.NamedNode(store.prefixes.expand(value))
        except (KeyError, ValueError):
            return ox.Literal(value)
    return ox.Literal(value.isoformat(), datatype=_XSD_DATE) if isinstance(value, date) else _number(value)


_XSD_DATE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")


def _number(value: int | Decimal) -> ox.Literal:
    literal = (
        Literal.boolean(value) if isinstance(value, bool)
        else Literal.integer(value) if isinstance(value, int)
        else Literal.decimal(str(value))
    )  # fmt: skip
    bound = to_ox(literal)
    assert isinstance(bound, ox.Literal)
    return bound


def open(path: str | Path | None = None) -> Graph:
    """The graph of a project, a store (folder or address), or a file of :meth:`Graph.export` (``.nq .trig .ttl .nt``).

    Without a path that of the project here, else the shipped one. Raises StoreError when it has not been built or the
    file holds none, ProjectError when there is no project.
    """
    if path is not None and Path(path).is_file():
        return Graph(stores.read(path))
    if path is not None and not all((Path(path) / part).is_dir() for part in PARTS):
        return Graph(stores.open(path))
    project = Project.find(path)
    return Graph(stores.open(project.store), project)


def diff(old: Graph | str | Path, new: Graph | str | Path | None = None) -> list[Change]:
    """The facts that ``new`` has gained, lost or changed against ``old``, each with its causes.

    A graph is an open one, or a path as of :func:`open`; without ``new`` it is the graph of the project here.
    """
    before, after = (g if isinstance(g, Graph) else open(g) for g in (old, new))
    return differences.differences(before.store, after.store)


def built(
    build: Callable[..., object],
    project: Project | str | Path | None = None,
    sources: Iterable[str | Path] | None = None,
    store: str | Path | None = None,
    **options: object,
) -> Graph:
    """Build with ``build`` (:func:`kg.build.build`) and open what came of it, with the build's ``report``."""
    home = project if isinstance(project, Project) else Project.find(project)
    where = stores.located(store) if store is not None else home.store
    report = build(home, None if sources is None else list(sources), where, **options)
    return Graph(stores.open(where), home, report)


def _node_key(fact: Fact, end: Term, shrink: Callable[[str], str]) -> str:
    return shrink(end) if isinstance(end, str) else f"{fact.id}: {term_key(end)}"


def _edge(fact: Fact, labels: Mapping[str, str], shrink: Callable[[str], str]) -> dict[str, object]:
    qualifiers: dict[str, object] = {
        local_name(name): shrink(value) if isinstance(value, str) else value.lexical for name, value in fact.qualifiers
    }
    return qualifiers | {
        "predicate": shrink(fact.predicate),
        "label": _shown(fact.predicate, labels),
        "status": fact.status.value,
        "valid_from": fact.valid_from,
        "valid_until": fact.valid_until,
        "support": fact.support,
        "contrary": fact.contrary,
        "origin": fact.origin.value,
    }


def _shown(term: Term, labels: Mapping[str, str]) -> str:
    return term.lexical if isinstance(term, Literal) else labels.get(term, local_name(term))


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """An HTML table in which every text is escaped; rows beyond what a notebook shows are counted."""

    def line(cells: Iterable[object], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape('' if c is None else str(c))}</{tag}>" for c in cells) + "</tr>"

    body = "".join(line(row, "td") for row in rows[:_SHOWN])
    more = f"<p>… and {len(rows) - _SHOWN:,} more</p>" if len(rows) > _SHOWN else ""
    return f"<table><thead>{line(columns, 'th')}</thead><tbody>{body}</tbody></table>{more}"
