"""The facts that the rows of an answer rest on, with their sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from kg.errors import QueryError
from kg.names import RDF
from kg.queries import facts
from kg.queries.facts import Explanation
from kg.queries.rows import Rows, Value
from kg.store import Store

_SUBJECT, _OBJECT = ox.NamedNode(RDF + "subject"), ox.NamedNode(RDF + "object")


def evidence(store: Store, rows: Rows, given: Iterable[str] = (), limit: int | None = None) -> list[Explanation]:
    """What stands behind the rows, in their order, each fact once, at most ``limit`` facts.

    Where a row names facts, those; else the facts that join two of the entities that stand in it or were asked for
    (``given``, values as of :class:`~kg.queries.asking.fitting.Fit`).
    """
    asked = {value[1:-1] for value in given if value.startswith("<")}
    found: dict[str, None] = {}
    for row in rows.rows:
        found.update(dict.fromkeys(_named(store, row) or _joining(store, row, asked)))
        if limit is not None and len(found) >= limit:
            break
    return [facts.explain(store, facts.fact(store, name)) for name in list(found)[:limit]]


def _named(store: Store, row: tuple[Value, ...]) -> list[str]:
    """The ids of the facts that a row names."""
    found = []
    for cell in row:
        if isinstance(cell, str) and cell.startswith("fact:"):
            try:
                found.append(facts.fact(store, cell).id)
            except QueryError:  # a text that only looks like one
                continue
    return found


def _joining(store: Store, row: tuple[Value, ...], asked: set[str]) -> list[str]:
    here = set(_entities(store, row))
    ends = here | asked
    found = set()
    for iri in sorted(ends):
        node = ox.NamedNode(iri)
        for quad in store.match(None, _SUBJECT, node, "facts"):
            if isinstance(quad.subject, ox.NamedNode):
                others = {q.object.value for q in store.match(quad.subject, _OBJECT, None, "facts")}  # type: ignore[union-attr]
                if others & ends and (iri in here or others & here):
                    found.add(store.records.id_of(quad.subject.value))
    return sorted(found)


def _entities(store: Store, row: tuple[Value, ...]) -> Iterator[str]:
    for cell in row:
        try:
            iri = store.prefixes.expand(cell) if isinstance(cell, str) else ""
        except (KeyError, ValueError):
            continue
        if iri.startswith(store.manifest.entity_namespace):
            yield iri
