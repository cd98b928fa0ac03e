"""A SPARQL query as an answer in one of the formats: what runs in the process of the question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg.names import digest
from kg.serve import media
from kg.serve.child import Held
from kg.serve.frames import Reply
from kg.store import damage, sparql
from kg.store.sparql import Dataset

_FLEETING = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE|SERVICE)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was asked."""

    text: str
    accept: str = ""
    base: str = ""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    known: str = ""
    """The tags of answers that the asker has (``If-None-Match``)."""
    service: bool = False
    """Whether it may ask other servers."""


def query(held: Held, reply: Reply, asked: Query) -> None:
    """Answer a query in the format that is wanted most."""
    text = sparql.check(asked.text, service=asked.service)
    dataset = Dataset.of(asked.default_graphs, asked.named_graphs)
    with damage.asking(held.store.path):
        results = held.store.answer(text, dataset, asked.base or None)
        is_graph = isinstance(results, ox.QueryTriples)
        form, newer = media.choose(asked.accept, media.TRIPLES if is_graph else media.SOLUTIONS)
        if _begin(held, reply, asked, text, form):
            _write(results, reply, form, newer, held)


def _begin(held: Held, reply: Reply, asked: Query, text: sparql.Text, form: media.Format) -> bool:
    """Say what is coming; false when the asker has it already."""
    tag = _tag(held, asked, text, form.media_type)
    headers = {"Content-Type": form.media_type, "Vary": "Accept, Origin"}
    headers |= {"ETag": tag, "Cache-Control": "no-cache"} if tag else {"Cache-Control": "no-store"}
    if tag and tag in [each.strip() for each in asked.known.split(",")]:
        reply.begin(304, headers)
        return False
    reply.begin(200, headers)
    return True


def _tag(held: Held, asked: Query, text: sparql.Text, media_type: str) -> str:
    """A name of the answer that changes with the graph, or nothing where the same query may answer otherwise."""
    graph = held.store.manifest.digest
    if not graph or _FLEETING.search(text.masked):
        return ""
    parts = (graph, asked.text, asked.base, media_type, "|".join(asked.default_graphs), "|".join(asked.named_graphs))
    return f'W/"{digest(*parts)}"'  # weak: rows may come in another order


def _write(results: object, reply: Reply, form: media.Format, newer: bool, held: Held) -> None:
    if isinstance(results, ox.QueryTriples):
        assert isinstance(form.engine, ox.RdfFormat)
        triples = results if newer and form.engine != ox.RdfFormat.JSON_LD else _plain(results)
        ox.serialize(triples, reply.file, format=form.engine, prefixes=dict(held.store.prefixes.table))
    elif isinstance(results, ox.QuerySolutions | ox.QueryBoolean):
        assert isinstance(form.engine, ox.QueryResultsFormat)
        results.serialize(reply.file, format=form.engine)


def _plain(triples: ox.QueryTriples) -> Iterator[ox.Triple]:
    """The triples that RDF 1.1 knows: what its readers cannot parse would cost them all the others."""
    return (triple for triple in triples if not isinstance(triple.object, ox.Triple))
