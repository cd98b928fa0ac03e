"""Requests to a SPARQL server: who asks, for how long, what is tried again, and what went wrong in plain words.

Everything that is sent may be sent twice: questions change nothing, and changes are of sets, or are made only where
the state is the expected one. So a request that met a fault on its way is tried again.
"""

from __future__ import annotations

import base64
import math
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError, TimeoutError

from kg.errors import Place, QueryError, StoreError

if TYPE_CHECKING:
    from kg.store.digest import Digest

TIMEOUT = 120.0
"""Seconds that a server may be silent, unless ``KG_STORE_TIMEOUT`` says otherwise."""
_CONNECTING = 10.0
_PAUSES = (0.0, 0.2, 0.6)  # seconds before each further try; a kept connection that the server closed needs none
_FLEETING = (429, 502, 503, 504)
_REDIRECTS = 3
_EXCERPT = 160
Fields = Sequence[tuple[str, str]]


class Elsewhere(StoreError):
    """An address at which a server answers, but not SPARQL."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks and how patiently; kept out of every message."""

    authorization: str = field(default="", repr=False)
    user: tuple[str, str] | None = field(default=None, repr=False)
    """The name and the password, where these say who asks."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    timeout: float = TIMEOUT

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Asker:
        """Who the environment says: ``KG_STORE_TOKEN``, or ``KG_STORE_USER`` and ``KG_STORE_PASSWORD``.

        Raises StoreError for a token that no header can hold, a password without a user, and a timeout that is no
        number of seconds.
        """
        token, user, password = (environment.get(f"KG_STORE_{name}", "") for name in ("TOKEN", "USER", "PASSWORD"))
        timeout = _seconds(environment.get("KG_STORE_TIMEOUT", ""))
        if token:
            if not re.fullmatch(r"[\x21-\x7e]+", token):
                raise StoreError("is no token", Place("KG_STORE_TOKEN"), "printable ASCII without spaces")
            return cls(f"Bearer {token}", None, (token,), timeout)
        if not user and password:
            raise StoreError("has no user", Place("KG_STORE_PASSWORD"), "set KG_STORE_USER too")
        if ":" in user:
            raise StoreError("holds a colon", Place("KG_STORE_USER"), "no name of HTTP has one")
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        named = (user, password)
        return cls(f"Basic {pair}", named, (password, pair), timeout) if user else cls(timeout=timeout)

    def hushed(self, text: str) -> str:
        """A text without what is secret: a server may repeat what it was sent."""
        for secret in filter(None, self.secrets):
            text = text.replace(secret, "…")
        return text


def _seconds(text: str) -> float:
    try:
        seconds = float(text or TIMEOUT)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 86_400:
        raise StoreError(f"'{text}' is no number of seconds", Place("KG_STORE_TIMEOUT"), "give 1 to 86400")
    return seconds


@dataclass
class Wire:
    """Requests of one asker, over connections that stay open; a process that was forked has its own."""

    asker: Asker
    _pools: dict[int, urllib3.PoolManager] = field(default_factory=dict, repr=False)
    _digest: Digest | None = field(default=None, repr=False)

    def send(
        self, url: str, fields: Fields = (), *, body: tuple[str, bytes] | None = None, accept: str = "*/*"
    ) -> Body:
        """The answer to a POST of form fields, or of a body with its type (the fields are then in the address).

        Raises StoreError when there is none, and for one that is a fault: of the connection, of who asks, of the
        server. :class:`Elsewhere` for what is no SPARQL, QueryError for a request that the server cannot run.
        """
        media_type, data = body or ("application/x-www-form-urlencoded", urlencode(fields).encode())
        headers = {"Accept": accept, "Content-Type": media_type, "User-Agent": "autotech-kg"}
        target = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(fields)}" if body and fields else url
        for _ in range(_REDIRECTS):
            response = self._admitted(target, data, headers)
            if not 300 <= response.status < 400:
                return Body(self._checked(url, response), url)
            target = _next(target, response)
        raise Elsewhere("is sent on again and again", Place(url), "give the address of the SPARQL endpoint")

    def _admitted(self, url: str, data: bytes, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        """The response to a request, sent again where the server wants another word on who asks."""
        said = self._digest.proof(url) if self._digest else self.asker.authorization
        response = self._sent(url, data, headers | ({"Authorization": said} if said else {}))
        if response.status != 401 or self.asker.user is None:
            return response
        if "WWW-Authenticate" not in response.headers:  # Virtuoso tells what it wants only who has said nothing
            response.drain_conn()
            response = self._sent(url, data, headers)
        proof = self._proof(url, response.headers.getlist("WWW-Authenticate"))
        if not proof:
            return response
        response.drain_conn()
        return self._sent(url, data, headers | {"Authorization": proof})

    def _proof(self, url: str, challenges: Sequence[str]) -> str:
        if self.asker.user is None or not any(c.lower().startswith("digest ") for c in challenges):
            return ""
        from kg.store.digest import Digest  # few servers want it, and its library is an extra

        self._digest = self._digest or Digest(*self.asker.user)
        return self._digest.proof(url, challenges)

    def _sent(self, url: str, data: bytes, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        """The response to one request, tried again where another try may help: not after a silence."""
        for pause in (*_PAUSES, None):
            try:
                response = self._pool.request(
                    "POST", url, body=data, headers=headers, retries=False, redirect=False, preload_content=False,
                    timeout=urllib3.Timeout(connect=min(_CONNECTING, self.asker.timeout), read=self.asker.timeout),
                )  # fmt: skip
            except HTTPError as error:
                if pause is None or isinstance(error, TimeoutError | SSLError):
                    raise self._unsent(url, error) from None
            else:
                if pause is None or response.status not in _FLEETING:
                    return response
                response.close()
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    @property
    def _pool(self) -> urllib3.PoolManager:
        process = os.getpid()
        if process not in self._pools:
            self._pools.clear()
            self._pools[process] = urllib3.PoolManager()
        return self._pools[process]

    def _unsent(self, url: str, error: HTTPError) -> StoreError:
        place = Place(url)
        if isinstance(error, NewConnectionError):
            reason = str(error).rpartition("] ")[2] or "no connection"
            return StoreError(f"no server answers: {reason[:_EXCERPT]}", place, "is it running? check --store")
        if isinstance(error, TimeoutError):
            hint = "KG_STORE_TIMEOUT=SECONDS waits longer"
            return StoreError(f"the server was silent for {self.asker.timeout:g} s", place, hint)
        if isinstance(error, SSLError):
            return StoreError(f"no safe connection: {_words(str(error))}", place, "check the certificate")
        return StoreError(f"the connection broke: {_words(str(error))}", place, "run the command again")

    def _checked(self, url: str, response: urllib3.BaseHTTPResponse) -> urllib3.BaseHTTPResponse:
        """The response, where it is an answer."""
        status, place = response.status, Place(url)
        is_page = "html" in response.headers.get("Content-Type", "")
        if status < 300:
            limit = response.headers.get("X-SPARQL-MaxRows")
            if limit or status == 206:
                response.close()
                raise StoreError("the server gives a part of the answer only", place, "raise its limit of rows")
            return response
        said = "" if is_page else _words(self.asker.hushed(_beginning(response)))
        response.close()
        told = f": {said}" if said else ""
        if status in (401, 403):
            hint = "set KG_STORE_USER and KG_STORE_PASSWORD, or KG_STORE_TOKEN"
            raise StoreError(f"the server refuses ({status}) who asks", place, hint)
        if status in (404, 405, 415) or (is_page and status < 500):
            raise Elsewhere(f"no SPARQL is answered here ({status}){told}", place, "give the SPARQL endpoint")
        if status < 500:
            raise QueryError(f"the server does not run it ({status}){told}", place, "it may lack what the query uses")
        raise StoreError(f"the server failed ({status}){told}", place, "look at its log, then run the command again")


class Body:
    """The body of an answer, read as a file; StoreError where it breaks off."""

    def __init__(self, response: urllib3.BaseHTTPResponse, url: str) -> None:
        self.url = url
        self.is_page = "html" in response.headers.get("Content-Type", "")
        """Whether it is made for people."""
        self._response = response

    def read(self, size: int = -1) -> bytes:
        """So many bytes at most; none at the end."""
        try:
            return self._response.read(size if size > 0 else None, decode_content=True)
        except TimeoutError:
            self.abort()
            raise StoreError("the server fell silent in its answer", Place(self.url), "run the command again") from None
        except HTTPError:
            self.abort()
            raise StoreError("the answer broke off", Place(self.url), "run the command again") from None

    def close(self) -> None:
        """Read to the end, so that the connection can be used again."""
        while self.read(1 << 16):
            pass
        self._response.release_conn()

    def abort(self) -> None:
        """End the connection: nobody reads on."""
        self._response.close()

    __del__ = abort


def _next(url: str, response: urllib3.BaseHTTPResponse) -> str:
    """Where the server sends us, if that is itself: who asks is told to nobody else."""
    target = urljoin(url, response.headers.get("Location", ""))
    response.close()
    if urlsplit(target)[:2] != urlsplit(url)[:2]:
        host = urlsplit(target)
        hint = "if you trust it, give that address with --store"
        raise StoreError(f"the server sends on to {host.scheme}://{host.hostname or ''}", Place(url), hint)
    return target


def _beginning(response: urllib3.BaseHTTPResponse) -> str:
    try:
        return response.read(2000, decode_content=True).decode("utf-8", "replace")
    except HTTPError:
        return ""


def _words(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", text).strip()[:_EXCERPT]
