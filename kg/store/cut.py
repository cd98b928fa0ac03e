"""A query with a time limit: the engine has none, so it runs in a child process that can be ended."""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
from collections.abc import Callable

import pyoxigraph as ox

from kg.errors import QueryError, StoreError
from kg.processes import end_after

_JSON = ox.QueryResultsFormat.JSON
_TRIPLES = ox.RdfFormat.N_TRIPLES
_Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

MAX_TIMEOUT = 86_400.0
"""Seconds, one day: the system cannot wait for any number of them."""


def run(question: Callable[[], _Results], timeout: float) -> _Results:
    """The answer of a question that is asked in a child process and cut off after ``timeout`` seconds.

    The store behind it has to be open read-only or in memory. Raises QueryError at the limit, when the child dies (out
    of memory, stack overflow), when the question itself fails, and for a limit that is no number of seconds up to
    :data:`MAX_TIMEOUT`. An error of the store or of the engine comes back as it was raised.
    """
    if not 0 < timeout <= MAX_TIMEOUT:  # false for nan too
        raise QueryError(f"{timeout:g} is no time limit", None, f"give seconds, at most {MAX_TIMEOUT:g}")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        end_after(timeout)
        _answer(question, writing)
    os.close(writing)
    try:
        sent = _receive(reading, time.monotonic() + timeout, timeout)
    finally:
        os.close(reading)
        _end(child)
    return _read(sent)


def _answer(question: Callable[[], _Results], writing: int) -> None:
    """In the child: send a letter for the kind of answer and the answer, then leave without any cleaning up."""
    try:
        with os.fdopen(writing, "wb") as out:
            out.write(_sent(question))
    finally:
        os._exit(0)


def _sent(question: Callable[[], _Results]) -> bytes:
    try:
        results = question()
        if isinstance(results, ox.QueryTriples):
            return b"T" + (results.serialize(format=_TRIPLES) or b"") + b"."
        return b"S" + (results.serialize(format=_JSON) or b"") + b"."
    except Exception as error:
        known = isinstance(error, QueryError | StoreError | RuntimeError | OSError)
        return b"E" + pickle.dumps(error if known else QueryError(str(error))) + b"."


def _receive(reading: int, deadline: float, timeout: float) -> bytes:
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise QueryError(f"no answer within {timeout:g} s", None, "ask for less, or allow more with --timeout")
        part = os.read(reading, 1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


def _end(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _read(sent: bytes) -> _Results:
    kind, body, end = sent[:1], sent[1:-1], sent[-1:]
    if end != b".":  # the last byte is missing: the child died while it worked
        raise QueryError("the query ended its process: it needs too much memory", None, "ask for less")
    if kind == b"E":
        failure: Exception = pickle.loads(body)  # written by our own child
        raise failure
    if kind == b"S":
        return ox.parse_query_results(body, format=_JSON)
    store = ox.Store()
    store.load(body, format=_TRIPLES)
    results = store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    assert isinstance(results, ox.QueryTriples)
    return results
