"""The application: its routes, and what they need to answer.

More routes are given to :func:`application`; a route asks the store with :func:`ask` or :func:`look`, and finds what it
needs in ``request.app.state``: ``asking``, ``access``, ``limits``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from kg.serve import protocol
from kg.serve.answers import Query, query
from kg.serve.asking import Asking
from kg.serve.child import Whole, whole
from kg.serve.description import describe
from kg.serve.guard import Guard
from kg.serve.limits import Access
from kg.serve.media import TRIPLES, quality, ranges
from kg.serve.protocol import QUERY, UPDATE, Operation
from kg.serve.refusal import Refused
from kg.serve.relay import Refusal, Relay
from kg.serve.updates import Update, update

ASSETS = Path(__file__).parent.parent / "views" / "assets"
"""The scripts and styles of the pages, served under ``/assets/``."""
SPARQL = "/sparql"


def application(
    asking: Asking, access: Access | None = None, routes: Sequence[BaseRoute] = (), address: str = "127.0.0.1"
) -> Starlette:
    """The application over a store that is asked through ``asking``; it starts and stops it.

    ``routes`` come after those of SPARQL; ``address`` is the one that is listened to.
    """
    allowed = access or Access()

    @contextlib.asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        async with asking:
            yield

    app = Starlette(
        routes=[*_routes(), *routes],
        middleware=[Middleware(Guard, access=allowed, limits=asking.limits, address=address)],
        exception_handlers={Refused: _refused, HTTPException: _missed},
        lifespan=life,
    )
    app.state.asking, app.state.access, app.state.limits = asking, allowed, asking.limits
    app.state.updating = asyncio.Lock()
    app.state.has_pages = any(getattr(route, "path", "") == "/" for route in routes)
    return app


def _routes() -> list[BaseRoute]:
    methods = ["GET", "HEAD", "POST"]
    found: list[BaseRoute] = [Route(path, sparql, methods=methods) for path in (SPARQL, SPARQL + "/")]
    if ASSETS.is_dir():
        found.append(Mount("/assets", StaticFiles(directory=ASSETS), name="assets"))
    return found


def look(request: Request, make: Callable[..., Whole], *asked: object) -> Relay:
    """The response that ``make(held, *asked)`` gives, a function of a module, run in a process of its own.

    It has the limits of a query, and places that no query takes away.
    """
    return Relay(request.app.state.asking, whole, make, *asked, own=True)


async def sparql(request: Request) -> Relay | Response:
    """The endpoint: a query, an update, or the description of the service."""
    state = request.app.state
    operation = await protocol.read(request, state.limits)
    if operation.kind == QUERY:
        return Relay(state.asking, query, _query(request, operation))
    access: Access = state.access
    if operation.kind == UPDATE:
        if not access.update:
            raise Refused(403, "this server takes no updates", None, "the graph is made by 'kg build'")
        return Relay(state.asking, update, _update(request, operation), turn=state.updating)
    accept = request.headers.get("accept", "")
    if state.has_pages and _wants_page(accept):
        return RedirectResponse("/", 303)
    return Relay(state.asking, describe, accept, _base(request), access.update, access.service)


def _query(request: Request, operation: Operation) -> Query:
    return Query(
        operation.text,
        request.headers.get("accept", ""),
        _base(request),
        operation.default_graphs,
        operation.named_graphs,
        request.headers.get("if-none-match", "") if request.method != "POST" else "",
        request.app.state.access.service,
    )


def _update(request: Request, operation: Operation) -> Update:
    graphs = operation.default_graphs, operation.named_graphs
    return Update(operation.text, _base(request), *graphs, request.app.state.access.service)


def _base(request: Request) -> str:
    """The address of the endpoint as its asker wrote it, against which relative IRIs are read."""
    return f"{request.url.scheme}://{request.headers['host']}{SPARQL}"


def _wants_page(accept: str) -> bool:
    wanted = ranges(accept)
    return quality(wanted, ["text/html"]) > max(quality(wanted, form.names) for form in TRIPLES)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return Refusal(error, request.headers.get("accept", ""))


async def _missed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {404: "there is nothing here", 405: f"{request.method[:20]} is not answered here"}
    refused = Refused(error.status_code, words.get(error.status_code, error.detail), headers=error.headers)
    return Refusal(refused, request.headers.get("accept", ""))
