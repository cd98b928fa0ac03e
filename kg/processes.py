"""Processes that work for another one: they end with it, also when it was killed and could tell them nothing."""

from __future__ import annotations

import math
import os
import resource
from multiprocessing import connection, parent_process
from threading import Thread


def end_with_parent() -> None:
    """End this process, which :mod:`multiprocessing` started, as soon as the one that started it is gone."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def end_after(seconds: float) -> None:
    """Let the system end this process when it has worked for so many seconds, whether anybody waits for it or not."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = math.ceil(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if most < 0 else min(wanted, most), most))
