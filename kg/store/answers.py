"""What a server answers, as the engine's own results: rows one after the other as they come, triples all at once."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any, Protocol

import pyoxigraph as ox

from kg.errors import Place, StoreError
from kg.store import plain

JSON = "application/sparql-results+json"
TRIPLES = "application/n-triples"
_RESULTS = ox.QueryResultsFormat.JSON
_ROWS = 500  # rows handed on together

Row = tuple[Any, ...]


class Readable(Protocol):
    """A body as it comes, and the address it comes from; see :class:`kg.store.wire.Body`."""

    url: str

    def read(self, size: int = -1) -> bytes:
        """So many bytes at most; none at the end."""

    def abort(self) -> None:
        """Nobody reads on."""


def rows(body: Readable) -> tuple[list[str], Iterator[Row]]:
    """The variables of an answer and its rows as they come; of an answer to ASK a row for yes, and none for no.

    Raises StoreError for what is no answer of SPARQL, also while the rows are read.
    """
    try:
        results = ox.parse_query_results(body, format=_RESULTS)  # type: ignore[arg-type]
    except (SyntaxError, ValueError):
        raise _unread(body) from None
    if isinstance(results, ox.QueryBoolean):
        return [], iter([()] if results else [])
    assert isinstance(results, ox.QuerySolutions)
    return [variable.value for variable in results.variables], _read(results, body)


def _read(results: ox.QuerySolutions, body: Readable) -> Iterator[Row]:
    try:
        for row in results:
            yield tuple(term and plain.received(term) for term in row)
    except (SyntaxError, ValueError):
        raise _unread(body) from None


def _unread(body: Readable) -> StoreError:
    body.abort()
    hint = "run the command again; if it stays, this is no SPARQL endpoint"
    return StoreError("the answer breaks off or is none of SPARQL", Place(body.url), hint)


def yes(body: Readable) -> ox.QueryBoolean:
    """The answer to ASK, be it a truth value or, as some servers have it, rows."""
    found = any(True for _ in rows(body)[1])
    answer = ox.parse_query_results(json.dumps({"head": {}, "boolean": found}).encode(), format=_RESULTS)
    assert isinstance(answer, ox.QueryBoolean)
    return answer


def solutions(body: Readable, hidden: str) -> ox.QuerySolutions:
    """The rows of SELECT, without the columns whose names begin with ``hidden``."""
    names, found = rows(body)
    stream = _Stream(_pieces([name if not name.startswith(hidden) else "" for name in names], found))
    results = ox.parse_query_results(stream, format=_RESULTS)  # type: ignore[arg-type]
    assert isinstance(results, ox.QuerySolutions)
    return results


def triples(body: Readable) -> ox.QueryTriples:
    """The triples of CONSTRUCT or DESCRIBE, each once."""
    engine = ox.Store()
    try:
        for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES):  # type: ignore[arg-type]
            engine.add(ox.Quad(plain.node(quad.subject), quad.predicate, plain.received(quad.object)))
    except (SyntaxError, ValueError):
        raise _unread(body) from None
    results = engine.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    assert isinstance(results, ox.QueryTriples)
    return results


class _Stream:
    """Pieces of bytes, read as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """So many bytes at most; none at the end."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        given, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return given


def _pieces(names: list[str], found: Iterator[Row]) -> Iterator[bytes]:
    """The rows as JSON of SPARQL; a column without a name is left out."""
    yield json.dumps({"head": {"vars": [name for name in names if name]}})[:-1].encode() + b',"results":{"bindings":['
    comma = b""
    while some := list(itertools.islice(found, _ROWS)):
        yield comma + json.dumps([_binding(names, row) for row in some])[1:-1].encode()
        comma = b","
    yield b"]}}"


def _binding(names: list[str], row: Row) -> dict[str, object]:
    return {name: _term(term) for name, term in zip(names, row, strict=True) if name and term is not None}


def _term(term: plain.Term) -> dict[str, object]:
    if isinstance(term, ox.Literal):
        extra = {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
        return {"type": "literal", "value": term.value, **extra}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: _term(part) for name, part in parts.items()}}
    return {"type": "uri" if isinstance(term, ox.NamedNode) else "bnode", "value": term.value}
