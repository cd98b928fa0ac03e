"""Routes for the tests of the server: questions of the server's own pages, kind and unkind."""

from __future__ import annotations

import json
import time

from starlette.requests import Request
from starlette.routing import Route

from kg.errors import QueryError
from kg.serve.app import look
from kg.serve.child import Held, Whole
from kg.serve.relay import Relay
from kg.store import Store


def prepare(store: Store) -> dict[str, int]:
    """What is made ready once, when the store is opened."""
    return {"quads": len(store)}


def size(held: Held, name: str) -> Whole:
    return Whole(json.dumps({name: held.ready["quads"]}).encode(), "application/json")


def never(held: Held) -> Whole:
    while True:
        time.sleep(0.01)


def wrong(held: Held, name: str) -> Whole:
    raise QueryError(f"no such name: {name}", None, "try another")


def failing(held: Held) -> Whole:
    raise ZeroDivisionError("by zero")


async def _size(request: Request) -> Relay:
    return look(request, size, request.query_params["name"])


async def _never(request: Request) -> Relay:
    return look(request, never)


async def _wrong(request: Request) -> Relay:
    return look(request, wrong, request.query_params["name"])


async def _failing(request: Request) -> Relay:
    return look(request, failing)


ROUTES = [Route("/size", _size), Route("/never", _never), Route("/wrong", _wrong), Route("/failing", _failing)]
