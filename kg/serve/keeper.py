"""The process that holds the store, read-only, and forks for each question.

It never sees a question: the server gives it one end of a line, a fork reads the question from there and answers there.
So nothing that a stranger writes is read here. It ends with the server, and its forks end with it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pickle
import selectors
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kg import store as stores
from kg.errors import KgError
from kg.serve.child import Held, answer
from kg.serve.limits import Limits
from kg.serve.refusal import Refused

MESSAGE = 1 << 16


@dataclass(frozen=True, slots=True)
class Orders:
    """What a keeper is told once: which store, the limits, and what to make ready of it."""

    store: stores.Location
    limits: Limits
    prepare: Callable[[stores.Store], Any] | None = None


@dataclass(slots=True)
class Keeper:
    """A store and the forks that work on it."""

    orders: Orders
    server: socket.socket
    held: Held | None = None
    generation: str = ""
    children: dict[int, tuple[int, float]] = field(default_factory=dict)
    """By process: the number of the question and when it ends at the latest."""

    def open(self) -> Held:
        """The store as it is now: a build that came in between is followed, a broken one is not."""
        current = stores.current(self.orders.store)
        if self.held is None or current not in ("", self.generation):
            try:
                found = stores.open(self.orders.store)
                found.query("ASK {}")  # what is made once for all questions is made here, and not in each fork
                held = Held(found, self.orders.prepare(found) if self.orders.prepare else None)
            except KgError:
                if self.held is None:
                    raise
                return self.held
            if self.held is not None:
                self.held.store.close()
            self.held, self.generation = held, current
            gc.collect()
            gc.freeze()  # a fork that collects nothing copies nothing
        return self.held

    def fork(self, number: int, within: float, line: socket.socket) -> None:
        """Answer a question in a process of its own."""
        held = self.open()
        process = os.fork()
        if process == 0:
            signal.set_wakeup_fd(-1)
            for each in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
                signal.signal(each, signal.SIG_DFL)
            self.server.close()
            answer(held, line, self.orders.limits)
        self.children[process] = number, time.monotonic() + within

    def end(self, number: int) -> None:
        """End the fork that works on a question, if it still does."""
        for process, (own, _) in self.children.items():
            if own == number:
                os.kill(process, signal.SIGKILL)

    def reap(self) -> None:
        """End what has overstayed, and tell the server of those that are gone."""
        now = time.monotonic()
        for process, (number, latest) in list(self.children.items()):
            if now > latest:
                os.kill(process, signal.SIGKILL)
            gone, status = os.waitpid(process, os.WNOHANG)
            if gone:
                del self.children[process]
                self.tell({"gone": number, "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0})

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message to the server."""
        self.server.send(json.dumps(message).encode())

    def serve(self) -> None:
        """Fork and reap until the server is gone."""
        woken, waking = socket.socketpair()
        for each in (woken, waking):
            each.setblocking(False)
        signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self.server, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select(0.25 if self.children else None):
                    if key.fileobj is woken:
                        woken.recv(MESSAGE)
                    elif not self.heed():
                        return
                self.reap()

    def heed(self) -> bool:
        """Do what the server asks; false when it is gone."""
        data, lines, _, _ = socket.recv_fds(self.server, MESSAGE, 1)
        if not data:
            return False
        message = json.loads(data)
        if "end" in message:
            self.end(message["end"])
        elif "load" in message:
            importlib.import_module(message["load"])
        else:
            with socket.socket(fileno=lines[0]) as line:
                self.fork(message["ask"], message["within"], line)
        return True


def main(descriptor: int) -> None:
    """The keeper's process: the orders come first, over the line to the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key pressed at the terminal is the server's to heed
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    server = socket.socket(fileno=descriptor)
    keeper = Keeper(pickle.loads(server.recv(MESSAGE)), server)
    try:
        keeper.open()
    except KgError as error:
        keeper.tell({"fault": Refused.of(error).told(), "kind": type(error).__name__})
        return
    keeper.tell({"ready": os.getpid()})
    try:
        keeper.serve()
    except ConnectionError:
        pass  # the server went while it was told something
    finally:
        signal.set_wakeup_fd(-1)
        for process in keeper.children:
            os.kill(process, signal.SIGKILL)
