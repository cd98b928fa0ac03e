"""The side of the server: a place for each question, its time, and the end of what nobody waits for."""

from __future__ import annotations

import asyncio
import itertools
import json
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from kg import errors
from kg.errors import KgError, StoreError
from kg.serve import frames
from kg.serve.child import Question
from kg.serve.keeper import MESSAGE, Orders
from kg.serve.limits import Limits
from kg.serve.refusal import Refused, busy, too_large, too_slow
from kg.store import Location, Store

_SCRIPT = "import sys; sys.path[:] = {path!r}; from kg.serve.keeper import main; main({descriptor})"
_OPENING = 120.0
"""Seconds until a keeper has to have opened its store."""
_ENDING = 2.0
"""Seconds until a fork that is ended has to be gone."""
_ABORTED, _KILLED, _NO_TIME = 6, 9, 24


class Broken(Exception):
    """An answer whose end will not come, though its head was sent."""


class Lane:
    """Places for questions that work at the same time; the rest wait in the order in which they came."""

    def __init__(self, running: int, waiting: int) -> None:
        self._free = asyncio.Semaphore(running)
        self._waiting = 0
        self._most = waiting

    async def enter(self, seconds: float) -> None:
        """Wait for a place; Refused when too many wait, or for too long."""
        if self._free.locked() and self._waiting >= self._most:
            raise busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await self._free.acquire()
        except TimeoutError:
            raise busy() from None
        finally:
            self._waiting -= 1

    def leave(self) -> None:
        """Give the place to the next one."""
        self._free.release()


class Answer:
    """An answer as it comes: its head, then the parts of its body."""

    def __init__(self, reader: asyncio.StreamReader, lane: Lane, limits: Limits, gone: asyncio.Future[int]) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.rests_since: float | None = None
        self.has_place = True
        self._reader = reader
        self._lane = lane
        self._limits = limits
        self._gone = gone
        self._left = limits.timeout

    async def head(self) -> None:
        """Wait for the head; Refused when there is no answer."""
        try:
            kind, data = await self._next()
        except asyncio.IncompleteReadError:
            raise await self._death() from None
        if kind == frames.FAULT:
            raise Refused.read(frames.values(data))
        told = frames.values(data)
        self.status, self.headers = told["status"], told["headers"]

    async def parts(self) -> AsyncIterator[bytes]:
        """The parts of the body; Broken when it ends before its end."""
        while True:
            try:
                kind, data = await self._next()
            except (asyncio.IncompleteReadError, Refused) as error:
                raise Broken(str(error)) from None
            if kind == frames.FAULT:
                raise Broken(frames.values(data)["detail"])
            if kind == frames.END:
                return
            yield data

    @asynccontextmanager
    async def resting(self) -> AsyncIterator[None]:
        """While its reader is slow, the place is another one's; Refused when none is found again."""
        self.rests_since, self.has_place = time.monotonic(), False
        self._lane.leave()
        yield
        await self._lane.enter(self._limits.longest)
        self.rests_since, self.has_place = None, True

    async def _next(self) -> tuple[bytes, bytes]:
        began = time.monotonic()
        try:
            async with asyncio.timeout(max(self._left, 0)):
                return await frames.read(self._reader)
        except TimeoutError:
            raise too_slow(self._limits.timeout) from None
        finally:
            self._left -= time.monotonic() - began

    async def _death(self) -> Refused:
        """Why the process died without a word."""
        try:
            async with asyncio.timeout(_ENDING):
                signal = await asyncio.shield(self._gone)
        except TimeoutError:
            signal = 0
        if signal == _NO_TIME:
            return too_slow(self._limits.timeout)
        if signal in (_ABORTED, _KILLED):  # the engine's own end, or that by a system that has no memory left
            return too_large()
        return Refused(500, "the query ended its process", None, "ask for less, or in several steps")


class Asking:
    """Questions to a store, each in a process of its own. Use as an asynchronous context manager."""

    def __init__(self, store: Location, limits: Limits, prepare: Callable[[Store], Any] | None = None) -> None:
        self.limits = limits
        self._orders = Orders(store, limits, prepare)
        self._strangers = Lane(limits.running, limits.waiting)
        self._own = Lane(limits.running, limits.waiting)
        self._numbers = itertools.count(1)
        self._gone: dict[int, asyncio.Future[int]] = {}
        self._answers: dict[int, Answer] = {}
        self._keeper: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._starting = asyncio.Lock()
        self._loaded: set[str] = set()

    async def __aenter__(self) -> Asking:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start the process that holds the store; raises what opening it raised."""
        async with self._starting:
            if self._line is None:
                await self._start()

    async def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        script = _SCRIPT.format(path=sys.path, descriptor=theirs.fileno())
        # A group of its own: the key that ends the server does not end what the server is about to end in order.
        self._keeper = subprocess.Popen(
            [sys.executable, "-c", script], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True
        )
        theirs.close()
        ours.send(pickle.dumps(self._orders))
        loop = asyncio.get_running_loop()
        ours.setblocking(False)
        try:
            async with asyncio.timeout(_OPENING):
                first = await loop.sock_recv(ours, MESSAGE)
        except (TimeoutError, ConnectionError):
            first = b""
        told = json.loads(first or b"{}")
        if "ready" not in told:
            ours.close()
            raise _unopened(told)
        ours.setblocking(True)  # the keeper reads at once; only what is received is waited for by the loop
        self._line = ours
        self._loaded.clear()
        loop.add_reader(ours, self._heard)

    async def stop(self) -> None:
        """End all questions and the process that holds the store."""
        self._hang_up()
        if self._keeper is not None:
            try:
                await asyncio.to_thread(self._keeper.wait, _ENDING)
            except subprocess.TimeoutExpired:
                self._keeper.kill()
                self._keeper.wait()

    @asynccontextmanager
    async def asked(self, question: Question, *asked: object, own: bool = False) -> AsyncIterator[Answer]:
        """Ask ``question(held, reply, *asked)`` in a process of its own; its answer, with the head already there.

        The question is a function of a module. Those of the server's own pages (``own``) have places of their own, so
        that no query of a stranger keeps them waiting. Raises Refused when there is no answer.
        """
        lane = self._own if own else self._strangers
        await lane.enter(self.limits.timeout)
        number = next(self._numbers)
        answer = None
        try:
            self._evict()
            reader, writer, gone = await self._order(number, _modules(question, *asked))
            answer = self._answers[number] = Answer(reader, lane, self.limits, gone)
            try:
                writer.write(pickle.dumps((question, asked)))
                await answer.head()
                yield answer
            finally:
                writer.close()
                self._end(number)
        finally:
            self._answers.pop(number, None)
            if answer is None or answer.has_place:
                lane.leave()

    async def _order(
        self, number: int, modules: set[str]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, asyncio.Future[int]]:
        """Have a process forked for a question: the line to it, and what tells of its end."""
        await self.start()
        assert self._line is not None
        ours, theirs = socket.socketpair()
        with theirs:  # so that the line ends with the process that answers
            gone = self._gone[number] = asyncio.get_running_loop().create_future()
            message = json.dumps({"ask": number, "within": self.limits.longest}).encode()
            try:
                for name in sorted(modules - self._loaded):
                    self._line.send(json.dumps({"load": name}).encode())
                socket.send_fds(self._line, [message], [theirs.fileno()])
                self._loaded |= modules
            except OSError:
                ours.close()
                self._hang_up()
                raise busy() from None
        reader, writer = await asyncio.open_connection(sock=ours, limit=frames.PART)
        return reader, writer, gone

    def _end(self, number: int) -> None:
        """End the process of a question, unless it is gone."""
        if number in self._gone and not self._gone[number].done() and self._line is not None:
            try:
                self._line.send(json.dumps({"end": number}).encode())
            except OSError:
                self._hang_up()

    def _evict(self) -> None:
        """Where too many answers lie half read, end the one that has lain longest."""
        resting = [(answer.rests_since, number) for number, answer in self._answers.items() if answer.rests_since]
        if len(self._answers) >= self.limits.open and resting:
            number = min(resting)[1]
            self._end(number)
            del self._answers[number]

    def _heard(self) -> None:
        """Take what the keeper says; without a word, it is gone."""
        while self._line is not None:
            try:
                data = self._line.recv(MESSAGE, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._hang_up()
                return
            told = json.loads(data)
            gone = self._gone.pop(told["gone"], None)
            if gone is not None and not gone.done():
                gone.set_result(told["signal"])

    def _hang_up(self) -> None:
        """Let go of the keeper: it ends, and the next question starts another."""
        if self._line is not None:
            asyncio.get_running_loop().remove_reader(self._line)
            self._line.close()
            self._line = None
        for gone in self._gone.values():
            if not gone.done():
                gone.set_result(0)
        self._gone.clear()


def _modules(*asked: object) -> set[str]:
    """The modules of the functions among these: loaded by the keeper, they need not be loaded in each fork."""
    return {each.__module__ for each in asked if callable(each)}


def _unopened(told: dict[str, Any]) -> KgError:
    if "fault" not in told:
        return StoreError("the process that holds the store ended", None, "look at what it said above")
    fault = Refused.read(told["fault"])
    kind: type[KgError] = getattr(errors, told["kind"], StoreError)
    return kind(fault.message, fault.place, fault.hint)
