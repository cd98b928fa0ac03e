"""What processes of a pool do in tests, in a module that starts no thread: beside one, none begins as a copy.

As a program it makes one pool, says how its processes began, what they gave, and how many of them are left.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from dataclasses import dataclass

from kg.errors import WorkerError
from kg.pool import Pool
from kg.processes import beginning


@dataclass
class State:
    """What a process has at hand: who loaded it, and how often."""

    loaded: int = 0
    times: int = 0

    def load(self) -> None:
        """Note it."""
        self.loaded, self.times = os.getpid(), self.times + 1


def start(given: str) -> str:
    """The state of a process that begins anew."""
    return given


def work(state: str, item: int) -> tuple[str, int]:
    """The double of an item; the thirteenth is the end of whoever works on it."""
    if item == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return state, item * 2


def refuse() -> State:
    """What no copy does."""
    raise AssertionError("a copy loaded anew what it had")


def look(state: State, item: int) -> tuple[int, int, bool]:
    """Who loaded the state, how often, and whether a key pressed at the terminal would end this process."""
    blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    return state.loaded, state.times, blocked or signal.getsignal(signal.SIGINT) != signal.SIG_IGN


def copied() -> dict[str, object]:
    """A pool of copies that look at their state, and one of which one dies."""
    way, own = beginning(), State()
    with Pool(2, refuse, (), own, State.load) as pool:
        found = list(pool.each(look, range(8)))
    died = ""
    try:
        with Pool(2, refuse, (), "own") as pool:
            list(pool.each(work, range(20)))
    except WorkerError as error:
        died = str(error)
    left = len(multiprocessing.active_children())
    blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    return {"way": way, "found": found, "own": os.getpid(), "died": died, "left": left, "blocked": blocked}


if __name__ == "__main__":
    print(json.dumps(copied()), file=sys.stdout)
