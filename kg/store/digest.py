"""Who asks, told by HTTP Digest (RFC 7616): a proof that the password is known, for servers that want one."""

from __future__ import annotations

from collections.abc import Sequence

from kg.errors import StoreError

try:
    import httpx
except ModuleNotFoundError as error:
    hint = "pip install 'autotech-kg[digest]'"
    raise StoreError("the server wants Digest authentication, which needs httpx", hint=hint) from error

_UNREAD = (httpx.ProtocolError, RuntimeError, KeyError)
"""What the library says of a challenge that is none, of integrity without authentication, of an unknown algorithm."""


class Digest:
    """The proofs of one asker for one server, which may each be used once."""

    def __init__(self, user: str, password: str) -> None:
        self._auth = httpx.DigestAuth(user, password)

    def proof(self, url: str, challenges: Sequence[str] = ()) -> str:
        """The header ``Authorization`` for a POST to an address, after what its server answered the last time.

        Nothing where none of the challenges (values of ``WWW-Authenticate``) can be met, or there was none yet.
        """
        request = httpx.Request("POST", url)
        steps = self._auth.auth_flow(request)
        answer = httpx.Response(401, headers=[("WWW-Authenticate", c) for c in challenges], request=request)
        try:
            next(steps)
            if challenges:
                steps.send(answer)
        except (StopIteration, *_UNREAD):
            return ""
        return str(request.headers.get("Authorization", ""))
