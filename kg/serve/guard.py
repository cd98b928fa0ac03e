"""Who may ask at all, and what every answer says to the browser that shows it.

A page of another server may not use the browser of whoever reads it to ask this one (Origin), nor pretend under a name
of its own that this server is its own (Host, called DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.serve.limits import Access, Limits
from kg.serve.refusal import Refused
from kg.serve.relay import Refusal

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
"""The Content-Security-Policy of every answer."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
MAX_HEAD = 1 << 16
"""Bytes of the head of a request."""
_BETWEEN = len(": \r\n")
_LOCAL = ("localhost",)
_ANYWHERE = ("0.0.0.0", "::", "")  # as addresses to listen to
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?")


class Guard:
    """What stands before the application."""

    def __init__(self, app: ASGIApp, access: Access, limits: Limits, address: str) -> None:
        self._app = app
        self._access = access
        self._limits = limits
        self._address = address
        self._names = {*_LOCAL, *(name.lower() for name in access.hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or let pass and add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        allowed = self._allowed(headers)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                for name, value in {**HEADERS, **allowed}.items():
                    answered.setdefault(name, value)
            await send(message)

        try:
            self._check(scope, headers, bool(allowed))
        except Refused as refused:
            await Refusal(refused, headers.get("accept", ""))(scope, receive, guarded)
            return
        if scope["method"] == "OPTIONS":
            await _options(headers, bool(allowed))(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _check(self, scope: Scope, headers: Headers, is_allowed: bool) -> None:
        host = headers.get("host", "").lower()
        if not self._is_own(host):
            shown = host[:100]
            raise Refused(421, f"'{shown}' is no name of this server", None, "'kg serve --allow-host' adds one")
        origin = headers.get("origin", "")
        is_foreign = bool(origin) and urlsplit(origin).netloc.lower() != host
        # What a page embeds has no Origin, but the browser says where it is embedded; a link may be followed.
        site, mode = headers.get("sec-fetch-site", ""), headers.get("sec-fetch-mode", "")
        is_foreign |= site in ("cross-site", "same-site") and (mode != "navigate" or scope["method"] != "GET")
        if is_foreign and not is_allowed:
            hint = "'kg serve --allow-origin' lets one ask"
            raise Refused(403, f"a page of another server may not ask here: '{origin[:100]}'", None, hint)
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self._limits.target:
            raise Refused(414, "the address is too long", None, "send a long query by POST")
        if sum(len(name) + len(value) + _BETWEEN for name, value in scope["headers"]) > MAX_HEAD:
            raise Refused(431, "the head of the request is too long")

    def _is_own(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = match[1].strip("[]")
        if name in self._names or name == self._address:
            return True
        try:
            given = ipaddress.ip_address(name)
        except ValueError:
            return False
        # An address cannot be made to mean another one, as a name can.
        return self._address in _ANYWHERE or (given.is_loopback and _is_loopback(self._address))

    def _allowed(self, headers: Headers) -> dict[str, str]:
        """The headers that let a page of another server read the answer, where it may."""
        origin = headers.get("origin", "")
        if not origin or not {origin, "*"} & set(self._access.origins):
            return {}
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "ETag"}


def _options(headers: Headers, is_allowed: bool) -> Response:
    answer = Response(status_code=204, headers={"Allow": "GET, HEAD, OPTIONS, POST"})
    if is_allowed and "access-control-request-method" in headers:
        answer.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST"
        answer.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match"
        answer.headers["Access-Control-Max-Age"] = "600"
    return answer


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address in _LOCAL
