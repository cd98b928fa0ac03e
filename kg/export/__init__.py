"""The graph in the formats of others, by the file's extension; the same graph always gives the same bytes.

======================  ==============================================================================
``.ttl .nt``            triples of all layers together, RDF 1.1 (triple terms with ``rdf12``)
``.trig .nq .jsonld``   the same with the layers as named graphs
``.rdf``                triples as RDF/XML
``.csv .jsonl``         facts, one a line
``.graphml .gexf``      facts as a directed graph
======================  ==============================================================================

With a query: a CONSTRUCT or DESCRIBE goes to any format of triples, a SELECT or ASK to ``.csv .tsv .json .xml``.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from kg import files
from kg.errors import Place, QueryError, StoreError, reason_of, way_out
from kg.export import tables, turtle
from kg.export.source import Source
from kg.model import Fact
from kg.names import PROV, RDF, Prefixes, kg
from kg.rdf import LAYERS, to_ox
from kg.store import Results, Store

__all__ = ["FORMATS", "excerpt", "write"]

_TABLES: dict[str, Callable[[Store], Iterator[str]]] = {
    "csv": tables.table,
    "jsonl": tables.lines,
    "graphml": tables.graphml,
    "gexf": tables.gexf,
}
_TRIPLES = ("ttl", "trig", "nt", "nq", "jsonld", "rdf")
_ANSWERS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
FORMATS = (*_TRIPLES, *_TABLES)
"""The extensions that :func:`write` knows for a whole graph."""

_PIECE = 1 << 20
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(
    store: Store,
    path: Path | str,
    rdf12: bool = False,
    layer: str | None = None,
    texts: bool = False,
    query: str | None = None,
    form: str | None = None,
) -> None:
    """Write the graph, or one layer of it, or the answer of a query, to a file; ``-`` is standard output.

    ``form`` is the extension to go by where the path has none (``ttl`` without either). Texts of documents are left
    out unless ``texts``, triple terms unless ``rdf12``. A file is whole or the old one (:func:`kg.files.write`).
    Raises QueryError for a format that does not fit what is asked, StoreError when the file cannot be written.
    """
    form = (form or Path(path).suffix or ".ttl").removeprefix(".").lower()
    if query is not None:
        pieces = _answer(store, query, form, rdf12)
    elif form in _TABLES:
        if rdf12 or layer:
            raise QueryError(f".{form} holds facts; it takes neither a layer nor triple terms", None, "choose .ttl")
        pieces = (text.encode() for text in _TABLES[form](store))
    else:
        if layer is not None and layer not in LAYERS:
            raise QueryError(f"no layer '{layer}'", None, f"the layers are {', '.join(LAYERS)}")
        source = Source(store.engine, [layer] if layer else LAYERS, rdf12, texts)
        pieces = _triples(source, form, store.prefixes, rdf12)
    _put(str(path), pieces)


def excerpt(store: Store, facts: Iterable[Fact], form: str) -> Iterable[bytes]:
    """Some facts in a format: of triples, with all that they point to but no texts of documents, or ``csv``.

    Raises QueryError for another format.
    """
    if form == "csv":
        return (text.encode() for text in tables.table(store, facts))
    engine = ox.Store()
    engine.extend(_described(store, facts))
    return _triples(Source(engine, LAYERS, texts=False), form, store.prefixes, False)


def _described(store: Store, facts: Iterable[Fact]) -> Iterator[ox.Quad]:
    """What the graph says of facts, their ends and their claims, and of the documents and curations of those."""
    steps = (kg("claim"), kg("curation"), PROV + "wasDerivedFrom", RDF + "subject", RDF + "object")
    waiting: list[ox.NamedNode | ox.BlankNode] = []
    for fact in facts:
        yield from store.match(ox.NamedNode(fact.subject), ox.NamedNode(fact.predicate), to_ox(fact.object), "facts")
        waiting.append(store.records.iri("fact", fact.id))
    seen = set(waiting)
    while waiting:
        for quad in store.match(waiting.pop()):
            if isinstance(quad.object, ox.Triple):
                continue
            yield quad
            if isinstance(quad.object, ox.Literal) or quad.object in seen:
                continue
            if isinstance(quad.object, ox.BlankNode) or quad.predicate.value in steps:
                seen.add(quad.object)
                waiting.append(quad.object)


def _triples(source: Source, form: str, prefixes: Prefixes, rdf12: bool) -> Iterable[bytes]:
    if rdf12 and form in ("jsonld", "rdf"):
        raise QueryError(f".{form} has no triple terms", None, "choose .ttl, .trig, .nt or .nq")
    if form in ("jsonld", "rdf"):
        return _serialized(source, form, prefixes)
    writers: dict[str, Callable[[], Iterator[str]]] = {
        "ttl": lambda: turtle.turtle(source, prefixes),
        "trig": lambda: turtle.trig(source, prefixes),
        "nt": lambda: turtle.ntriples(source),
        "nq": lambda: turtle.ntriples(source, quads=True),
    }
    if form not in writers:
        raise QueryError(f"no format '.{form}'", None, f"one of {', '.join('.' + f for f in FORMATS)}")
    return (text.encode() for text in writers[form]())


def _serialized(source: Source, form: str, prefixes: Prefixes) -> Iterator[bytes]:
    """What the engine writes itself, from quads in order, by way of a file without a name."""
    with tempfile.TemporaryFile() as file:
        if form == "jsonld":
            ox.serialize(source.quads(), file, format=ox.RdfFormat.JSON_LD)
        else:
            triples = map(_xml_safe, source.triples())
            ox.serialize(triples, file, format=ox.RdfFormat.RDF_XML, prefixes=dict(prefixes.table))
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _xml_safe(triple: ox.Triple) -> ox.Triple:
    """A triple without the characters that no XML document may hold: they become U+FFFD."""
    value = triple.object
    if not isinstance(value, ox.Literal) or not _NO_XML.search(value.value):
        return triple
    text = _NO_XML.sub("\ufffd", value.value)
    literal = ox.Literal(text, language=value.language) if value.language else ox.Literal(text, datatype=value.datatype)
    return ox.Triple(triple.subject, triple.predicate, literal)


def _answer(store: Store, query: str, form: str, rdf12: bool) -> Iterable[bytes]:
    results: Results = store.query(query)
    if isinstance(results, ox.QueryTriples):
        if form not in _TRIPLES:
            raise QueryError(f".{form} takes no triples", None, f"one of {', '.join('.' + f for f in _TRIPLES)}")
        engine = ox.Store()
        engine.extend(ox.Quad(*triple) for triple in results)
        return _triples(Source(engine, (), rdf12), form, store.prefixes, rdf12)
    if form not in _ANSWERS:
        raise QueryError(f".{form} takes no rows", None, f"one of {', '.join('.' + f for f in _ANSWERS)}")
    if isinstance(results, ox.QueryBoolean) and form in ("csv", "tsv"):
        return [b"answer\ntrue\n" if results else b"answer\nfalse\n"]
    return [results.serialize(format=_ANSWERS[form]) or b""]


def _put(path: str, pieces: Iterable[bytes]) -> None:
    if path == "-":
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    try:
        files.write(Path(path), pieces)
    except OSError as error:
        hint = way_out(error, "choose another file")
        raise StoreError(f"cannot be written: {reason_of(error)}", Place(path), hint) from None
