"""One kind of work after the other over many items, in so many processes: in order, and with few items on the way."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from types import TracebackType
from typing import Generic, TypeVar

from kg.errors import WorkerError
from kg.processes import beginning

_State = TypeVar("_State")
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

AHEAD = 3
"""Items handed out for each process before their results are taken: enough that none waits, few enough to hold."""

_here: object = None


class Pool(Generic[_State]):
    """So many processes, each with a state of its own; a single one is this process. Use it as a context manager.

    ``own`` is the state of this process. Where it is safe the others begin as copies of it, at once, when ``ready`` has
    loaded into it what all of them need: what is open then is open in each of them. Elsewhere ``start`` makes the state
    from ``given``, once in each process. A result is never taken from another process than
    one that lives: a process that dies ends the work with a WorkerError, and leaving the pool ends them all.
    """

    def __init__(
        self,
        jobs: int,
        start: Callable[..., _State],
        given: Sequence[object],
        own: _State,
        ready: Callable[[_State], object] = bool,
    ) -> None:
        self.jobs, self._own = jobs, own
        self._before = set(multiprocessing.active_children())
        self._processes: ProcessPoolExecutor | None = None
        if jobs > 1:
            self._processes = _copies(jobs, own, ready) if beginning() == "fork" else _begun(jobs, start, given)

    def __enter__(self) -> Pool[_State]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._processes is None:
            return
        if kind is not None:  # what they still do is of no use: a batch can take a while
            for process in set(multiprocessing.active_children()) - self._before:
                process.terminate()
        self._processes.shutdown(cancel_futures=True)

    def each(self, work: Callable[[_State, _Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
        """What the work gives for each item, in the order of the items, which are taken as they are needed."""
        if self._processes is None:
            for item in items:
                yield work(self._own, item)
            return
        waiting: deque[Future[_Result]] = deque()
        try:
            for item in items:
                waiting.append(self._processes.submit(_do, work, item))
                if len(waiting) >= AHEAD * self.jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            hint = "look for one that ran out of memory; with --jobs 1 there is none besides this one"
            raise WorkerError("a process that did a part of the work has died", None, hint) from None


def _begun(jobs: int, start: Callable[..., _State], given: Sequence[object]) -> ProcessPoolExecutor:
    """Processes that begin anew, when the first work comes."""
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), partial(_begin, start, given))


def _copies(jobs: int, own: _State, ready: Callable[[_State], object]) -> ProcessPoolExecutor:
    """Processes that begin as copies of this one, now."""
    ready(own)
    gc.collect()
    gc.freeze()  # who looks for garbage writes to all there is, and what is written to is shared no more
    processes = ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), partial(_begin, _itself, (own,)))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until a copy knows that it is none of its own
    try:
        processes.submit(_nothing)  # the first work begins them all
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return processes


def _begin(start: Callable[..., object], given: Sequence[object]) -> None:
    """What a process does first."""
    global _here
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who stops the work stops its processes
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_follow, daemon=True).start()
    _here = start(*given)


def _itself(state: _State) -> _State:
    return state


def _nothing() -> None:
    pass


def _follow() -> None:
    """End this process when the one that started it ends, however that ends: nobody would ask it for anything more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(work: Callable[[_State, _Item], _Result], item: _Item) -> _Result:
    return work(_here, item)  # type: ignore[arg-type]
