"""An answer, passed on at the pace of whoever reads it, and ended when nobody does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from kg.serve import media
from kg.serve.asking import Answer, Asking, Broken
from kg.serve.child import Question
from kg.serve.connection import hang_up
from kg.serve.refusal import Refused

_PATIENCE = 0.1
"""Seconds until a reader counts as slow, and gives up the place of its question for the time being."""


class Refusal(Response):
    """A refusal as a line of text, or as JSON where that is what is asked for."""

    def __init__(self, refused: Refused, accept: str) -> None:
        body, media_type = refused.body(media.wants_json(accept))
        headers = {"Cache-Control": "no-store", "Vary": "Accept, Origin", **refused.headers}
        super().__init__(body, refused.status, headers, media_type)


class Relay:
    """A response of the web server that is the answer to a question, or the refusal that comes instead."""

    def __init__(
        self,
        asking: Asking,
        question: Question,
        *asked: object,
        own: bool = False,
        headers: Mapping[str, str] | None = None,
        turn: asyncio.Lock | None = None,
    ) -> None:
        self._asking = asking
        self._question = question
        self._asked = asked
        self._own = own
        self._headers = dict(headers or {})
        self._turn = turn

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask, and pass the answer on, until it is whole or its reader has gone."""
        passing = asyncio.ensure_future(self._pass(scope, receive, send))
        watching = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({passing, watching}, return_when=asyncio.FIRST_COMPLETED)
            if passing.done():
                passing.result()
        finally:
            for task in (passing, watching):
                task.cancel()
            await asyncio.gather(passing, watching, return_exceptions=True)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with (
                self._turn or contextlib.nullcontext(),
                self._asking.asked(self._question, *self._asked, own=self._own) as answer,
            ):
                await self._send(answer, scope, send)
        except Refused as refused:
            accept = next((v.decode("latin-1") for n, v in scope["headers"] if n == b"accept"), "")
            await Refusal(refused, accept)(scope, receive, send)
        except Broken:
            await hang_up(scope)

    async def _send(self, answer: Answer, scope: Scope, send: Send) -> None:
        headers = {name.lower(): value for name, value in {**answer.headers, **self._headers}.items()}
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        if scope["method"] != "HEAD" and answer.status not in (204, 304):
            async for part in answer.parts():
                await self._push(answer, send, {"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _push(self, answer: Answer, send: Send, message: Message) -> None:
        """Send a part; who does not take it soon has the question wait without a place, and not for ever."""
        sending = asyncio.ensure_future(send(message))
        try:
            done, _ = await asyncio.wait({sending}, timeout=_PATIENCE)
            if not done:
                async with answer.resting(), asyncio.timeout(self._asking.limits.stall):
                    await sending
            await sending
        except (TimeoutError, Refused) as error:
            raise Broken(str(error)) from None
        finally:
            sending.cancel()


async def _gone(receive: Receive) -> None:
    """Wait until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
