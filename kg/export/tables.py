"""Facts as a table, as lines of JSON and as a graph for drawing and analysis."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg.model import Fact, Literal, Term
from kg.names import RDF, Prefixes, local_name
from kg.queries import find, labels, streams
from kg.rdf import A
from kg.store import Store

if TYPE_CHECKING:
    import networkx

_COLUMNS = (
    *("fact", "subject", "subject_label", "property", "object", "object_label"),
    *("status", "valid_from", "valid_until", "origin", "support", "contrary", "sources"),
)
# Characters that no XML document may hold, in whatever form.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def records(store: Store, facts: Iterable[Fact] | None = None) -> Iterator[dict[str, str | int | list[str]]]:
    """Every fact as a flat record: the columns of the table, then one entry for each qualifier that it has."""
    names = labels(store)
    sources = _sources(store)
    for fact in streams.facts(store) if facts is None else facts:
        record: dict[str, str | int | list[str]] = {
            "fact": fact.id,
            "subject": store.prefixes.shrink(fact.subject),
            "subject_label": names.get(fact.subject, ""),
            "property": store.prefixes.shrink(fact.predicate),
            "object": shown(fact.object, store.prefixes),
            "object_label": names.get(fact.object, "") if isinstance(fact.object, str) else "",
            "status": fact.status.value,
            "valid_from": fact.valid_from,
            "valid_until": fact.valid_until,
            "origin": fact.origin.value,
            "support": fact.support,
            "contrary": fact.contrary,
            "sources": _sources_of(fact, sources),
        }
        for name, value in fact.qualifiers:
            key, text = store.prefixes.shrink(name), shown(value, store.prefixes)
            record[key] = f"{record[key]} {text}" if key in record else text
        yield record


def _sources(store: Store) -> dict[str, str]:
    """The source of each document, by id."""
    rows = store.query("SELECT ?document ?source { ?document a kg:Document ; dct:source ?source }")
    return {store.records.id_of(row["document"].value): row["source"].value for row in rows}  # type: ignore[union-attr]


def _sources_of(fact: Fact, sources: dict[str, str]) -> list[str]:
    told = {sources.get(claim.document, claim.document) for claim in fact.claims}
    return sorted(told | {c.source for c in fact.curations})


def shown(term: Term, prefixes: Prefixes) -> str:
    """An entity as CURIE, a literal as its characters."""
    return term.lexical if isinstance(term, Literal) else prefixes.shrink(term)


def table(store: Store, facts: Iterable[Fact] | None = None) -> Iterator[str]:
    """The facts, or some of them, as CSV (RFC 4180), a column for each qualifier that occurs."""
    some = None if facts is None else list(facts)
    names = streams.qualifiers(store) if some is None else {name for fact in some for name, _ in fact.qualifiers}
    extra = sorted({store.prefixes.shrink(name) for name in names} - set(_COLUMNS))
    yield _line([*_COLUMNS, *extra])
    rows = records(store, some)
    for row in rows:
        cells = [row.get(key, "") for key in (*_COLUMNS, *extra)]
        yield _line([" ".join(cell) if isinstance(cell, list) else str(cell) for cell in cells])


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def lines(store: Store) -> Iterator[str]:
    """The facts as JSON, one object a line."""
    for record in records(store):
        yield json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n"


def network(store: Store) -> networkx.MultiDiGraph[str]:
    """The facts as a directed graph: entities and values are nodes by CURIE or text, each fact is an edge by its id."""
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    names = labels(store)
    facts = find(store)
    ends = {end for fact in facts for end in (fact.subject, fact.object)}
    for end in sorted(ends, key=lambda term: (isinstance(term, Literal), str(term))):
        graph.add_node(*[_key(end, store.prefixes)], **_node(store, end, names))
    for fact in facts:
        edge = {
            "property": store.prefixes.shrink(fact.predicate),
            "label": names.get(fact.predicate, local_name(fact.predicate)),
            "status": fact.status.value,
            "origin": fact.origin.value,
            "support": fact.support,
            "contrary": fact.contrary,
            **({"valid_from": fact.valid_from} if fact.valid_from else {}),
            **({"valid_until": fact.valid_until} if fact.valid_until else {}),
            **{store.prefixes.shrink(name): _clean(shown(value, store.prefixes)) for name, value in fact.qualifiers},
        }
        graph.add_edge(_key(fact.subject, store.prefixes), _key(fact.object, store.prefixes), key=fact.id, **edge)
    return graph


def _key(term: Term, prefixes: Prefixes) -> str:
    """The name of a node; a value is in quotation marks, so that it is never taken for an entity."""
    return _clean(f'"{term.lexical}"' if isinstance(term, Literal) else prefixes.shrink(term))


def _node(store: Store, term: Term, names: dict[str, str]) -> dict[str, str]:
    import pyoxigraph as ox

    if isinstance(term, Literal):
        return {"label": _clean(term.lexical), "type": store.prefixes.shrink(term.datatype)}
    types = (q.object for q in store.match(ox.NamedNode(term), A))
    shrunk = sorted({store.prefixes.shrink(t.value) for t in types if isinstance(t, ox.NamedNode)})
    return {"label": _clean(names.get(term, local_name(term))), "type": " ".join(shrunk) or RDF + "Resource"}


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def graphml(store: Store) -> Iterator[str]:
    """The facts as GraphML."""
    import networkx

    for line in networkx.generate_graphml(network(store)):
        yield line + "\n"


def gexf(store: Store) -> Iterator[str]:
    """The facts as GEXF, without the date of writing."""
    import networkx

    for line in networkx.generate_gexf(network(store)):
        yield re.sub(r' lastmodifieddate="[^"]*"', "", line) + "\n"
