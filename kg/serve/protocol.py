"""A request, read as the SPARQL 1.1 protocol says: what is asked, of which graphs, or why it is no question.

Nothing of the query itself is looked at here: that happens in a process of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from kg.serve.limits import Limits
from kg.serve.refusal import Refused

QUERY, UPDATE = "query", "update"
FORM = "application/x-www-form-urlencoded"
_DIRECT = {"application/sparql-query": QUERY, "application/sparql-update": UPDATE}
_GRAPHS = {QUERY: ("default-graph-uri", "named-graph-uri"), UPDATE: ("using-graph-uri", "using-named-graph-uri")}
_MOST_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked for: a query, an update, or, without either, the description of the service."""

    kind: str = ""
    text: str = ""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    fields: Mapping[str, list[str]] = field(default_factory=dict)


async def read(request: Request, limits: Limits) -> Operation:
    """The operation of a request; Refused when it is none, or when its body does not come in time."""
    fields = fields_of(request.scope["query_string"])
    if request.method != "POST":
        if UPDATE in fields:
            raise Refused(400, "an update is sent by POST", None, "as a form, or as application/sparql-update")
        return _operation(QUERY, fields) if QUERY in fields else Operation()
    media_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    direct = _DIRECT.get(media_type.strip())
    if direct is None and media_type.strip() != FORM:
        known = ", ".join([FORM, *_DIRECT])
        raise Refused(415, f"no body of type '{media_type.strip()[:100]}' is read", None, f"one of {known}")
    if "charset" in parameters and "utf-8" not in parameters:
        raise Refused(415, "the body is to be in UTF-8", None, "send it with charset=utf-8")
    body = await read_body(request, limits)
    if direct is not None:
        return _operation(direct, {**fields, direct: [*fields.get(direct, []), _text(body)]})
    for name, values in fields_of(body).items():
        fields.setdefault(name, []).extend(values)
    kinds = [kind for kind in (QUERY, UPDATE) if kind in fields]
    if len(kinds) != 1:
        raise Refused(400, "a form has one field 'query' or one field 'update'")
    return _operation(kinds[0], fields)


def _operation(kind: str, fields: Mapping[str, list[str]]) -> Operation:
    other = UPDATE if kind == QUERY else QUERY
    if len(fields[kind]) != 1 or other in fields:
        raise Refused(400, f"more than one {kind}, or a query and an update", None, "send one at a time")
    strange = [name for name in _GRAPHS[other] if name in fields]
    if strange:
        raise Refused(400, f"'{strange[0]}' belongs to no {kind}", None, f"use {' and '.join(_GRAPHS[kind])}")
    default, named = (tuple(fields.get(name, ())) for name in _GRAPHS[kind])
    return Operation(kind, fields[kind][0], default, named, fields)


def fields_of(data: bytes) -> dict[str, list[str]]:
    """The fields of a form or of an address."""
    found: dict[str, list[str]] = {}
    try:
        text = data.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        hint = f"UTF-8, percent-encoded, at most {_MOST_FIELDS} fields"
        raise Refused(400, "the fields cannot be read", None, hint) from None
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(400, f"the body is not in UTF-8: byte {error.start}") from None


async def read_body(request: Request, limits: Limits) -> bytes:
    """The body of a request; Refused when it is too long or does not come."""
    told = request.headers.get("content-length", "0")
    if told.isdigit() and int(told) > limits.query:
        raise _too_long(limits)
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body):
            async for part in request.stream():
                body += part
                if len(body) > limits.query:
                    raise _too_long(limits)
    except TimeoutError:
        late = f"the body did not come within {limits.body:g} s"
        raise Refused(408, late, headers={"Connection": "close"}) from None
    except ClientDisconnect:
        raise Refused(400, "the body did not come whole") from None
    return bytes(body)


def _too_long(limits: Limits) -> Refused:
    return Refused(413, f"the body is longer than {limits.query:,} bytes", None, "", {"Connection": "close"})
