"""What happens in a fork: the limits, the question, the answer, and an end without any cleaning up."""

from __future__ import annotations

import ctypes
import gc
import math
import os
import pickle
import resource
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from kg.serve.frames import Reply
from kg.serve.limits import Limits
from kg.serve.refusal import Refused
from kg.store import Store


@dataclass(frozen=True, slots=True)
class Held:
    """What a question finds: the store, and what was made ready when it was opened."""

    store: Store
    ready: Any = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole answer: for questions that are no stream."""

    body: bytes
    media_type: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


Question: TypeAlias = Callable[..., None]
"""A function of a module that is called with :class:`Held`, :class:`Reply` and what was asked."""

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
LIBC = ctypes.CDLL(None)


def whole(held: Held, reply: Reply, make: Callable[..., Whole], *asked: object) -> None:
    """The question that makes a whole answer by a function of what is held and what was asked."""
    answer = make(held, *asked)
    reply.begin(answer.status, {"Content-Type": answer.media_type, **dict(answer.headers)})
    reply.write(answer.body)


def answer(held: Held, line: socket.socket, limits: Limits) -> None:
    """Read the question from the line, answer it there, and end the process."""
    try:
        _limit(limits)
        reply = Reply(line, limits.answer)
        with line.makefile("rb") as asked:
            question, arguments = pickle.load(asked)  # written by our own server
        try:
            question(held, reply, *arguments)
            reply.end()
        except Exception as error:
            cause = reply.failure or error
            if not isinstance(cause, ConnectionError):  # else nobody waits for it any more
                reply.refuse(Refused.of(cause))
    finally:
        os._exit(0)


def _limit(limits: Limits) -> None:
    gc.disable()  # what is collected is copied first
    LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)
    seconds = math.ceil(limits.timeout) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = _size() + limits.memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)  # where an engine that runs out of memory says so


def _size() -> int:
    """The bytes of address space that the process has."""
    return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
