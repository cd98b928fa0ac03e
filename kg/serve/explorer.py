"""The pages of the explorer: routes that ask in a process of their own and answer as a page or as its JSON twin."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg.serve import excerpt, twins
from kg.serve.app import look
from kg.serve.child import Whole
from kg.serve.media import quality, ranges
from kg.serve.protocol import fields_of, read_body
from kg.serve.ready import Explorer
from kg.serve.refusal import Refused
from kg.serve.relay import Relay
from kg.serve.twins import Asked
from kg.views import page

_SUFFIX = ".json"
_FARTHEST = 10_000_000

Make = Callable[[Explorer, Asked], Whole]


def routes() -> list[BaseRoute]:
    """The routes of the explorer, for :func:`kg.serve.app.application`."""
    found: list[BaseRoute] = [Route("/", _index), Route("/explorer.css", _style)]
    for name, make in (("start", twins.start), ("search", twins.search), ("terms", twins.terms)):
        found += [Route(f"/{name}{suffix}", _answer(make, bool(suffix))) for suffix in ("", _SUFFIX)]
    for name, make in (
        ("entity", twins.entity),
        ("fact", twins.fact),
        ("document", twins.document),
        ("expand", twins.expand),
        ("query", twins.query),
    ):
        found.append(Route(f"/{name}/{{id:path}}", _answer(make)))
    methods = ["GET", "HEAD", "POST"]
    found += [
        Route(f"/between{suffix}", _answer(twins.between, bool(suffix)), methods=methods) for suffix in ("", _SUFFIX)
    ]
    found.append(Route("/export", _answer(excerpt.export), methods=methods))
    return found


async def _index(request: Request) -> Relay:
    return look(request, twins.answered, twins.index, Asked(page=True))


async def _style(request: Request) -> Response:
    return Response(page.style() + page.asset("explorer.css"), 200, {"Cache-Control": "no-cache"}, "text/css")


def _answer(make: Make, as_json: bool = False) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Relay:
        return look(request, twins.answered, make, await _asked(request, as_json))

    return endpoint


async def _asked(request: Request, as_json: bool) -> Asked:
    fields = fields_of(request.scope["query_string"])
    if request.method == "POST":
        for name, values in fields_of(await read_body(request, request.app.state.limits)).items():
            fields.setdefault(name, []).extend(values)
    id = request.path_params.get("id", "")
    if id.endswith(_SUFFIX):
        id, as_json = id.removesuffix(_SUFFIX), True
    given = {name: values[-1] for name, values in fields.items()}
    return Asked(
        id=id,
        text=given.get("q", "")[:200],
        after=_number(given.get("after", "0")),
        things=tuple(given.get("x", "").split()),
        others=tuple(given.get("y", "").split()),
        values={name: value for name, value in given.items() if value},
        form=given.get("format", ""),
        page=not as_json and _wants_page(request.headers.get("accept", "")),
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _FARTHEST:
        raise Refused(400, f"'after' is a number, not '{text[:50]}'", None, "the next address is at the end of a page")
    return int(text)


def _wants_page(accept: str) -> bool:
    wanted = ranges(accept)
    return quality(wanted, ["text/html"]) >= quality(wanted, ["application/json"])
