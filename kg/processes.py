"""Processes that answer for another one: how they begin, and that they end when nobody waits for them any more."""

from __future__ import annotations

import math
import resource
import threading
from pathlib import Path
from typing import Literal

_THREADS = Path("/proc/self/task")


def end_after(seconds: float) -> None:
    """Let the system end this process when it has worked for so many seconds, whether anybody waits for it or not."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = math.ceil(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if most < 0 else min(wanted, most), most))


def beginning() -> Literal["fork", "spawn"]:
    """How a process is begun here: as a copy of this one, which has loaded everything, where that is safe; else anew.

    A thread does not come along over a fork, and what it held stays held for ever: so there must be no other one, of
    Python or of any library. Where the system does not tell, as outside of Linux, nothing proves that.
    """
    try:
        alone = len(list(_THREADS.iterdir())) == 1
    except OSError:
        return "spawn"
    return "fork" if alone and threading.active_count() == 1 else "spawn"
