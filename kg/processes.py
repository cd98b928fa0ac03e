"""Processes that answer for another one: they end with it, also when it was killed and could tell them nothing."""

from __future__ import annotations

import math
import resource


def end_after(seconds: float) -> None:
    """Let the system end this process when it has worked for so many seconds, whether anybody waits for it or not."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = math.ceil(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if most < 0 else min(wanted, most), most))
