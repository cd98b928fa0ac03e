"""How the benchmarks take time and print it: best of several runs, and each figure beside that of a peer."""

from __future__ import annotations

import gc
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table: what was done, by whom, how much, and how that stands to the first of its group."""

    work: str
    by: str
    figure: str
    ratio: str


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """The shortest of several runs: the one that the machine's other work disturbed least."""
    return min(_once(work) for _ in range(runs))


def _once(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def process_seconds(command: Sequence[str], runs: int = 9) -> float:
    """The median time of a process from start to end; the first run, which warms the disk's cache, does not count."""

    def run() -> None:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

    run()
    return statistics.median(_once(run) for _ in range(runs))


def group(work: str, times: Sequence[tuple[str, float]], figure: Callable[[float], str]) -> list[Row]:
    """The rows of one comparison; the ratio says how many times as long as the first each one takes."""
    ours = times[0][1]
    return [
        Row(work if i == 0 else "", by, figure(taken), "1" if i == 0 else f"{taken / ours:.3g}")
        for i, (by, taken) in enumerate(times)
    ]


def growing(work: str, unit: str, measured: Sequence[tuple[int, float, int]]) -> list[Row]:
    """The rows of one piece of work at several sizes, each with its seconds and megabytes; the ratio is that of the
    time for one of what it is done with."""
    first = measured[0][1] / measured[0][0]
    return [
        Row(
            work if i == 0 else "",
            f"{size:,} {unit}, {megabytes:,} MB at the peak",
            rate(size, unit)(taken),
            "1" if i == 0 else f"{taken / size / first:.3g}",
        )
        for i, (size, taken, megabytes) in enumerate(measured)
    ]


def milliseconds(taken: float) -> str:
    """A time as a reader wants it."""
    return f"{taken * 1000:,.3g} ms" if taken < 1 else f"{taken:,.1f} s"


def rate(amount: float, unit: str) -> Callable[[float], str]:
    """Shows a time as an amount per second."""
    return lambda taken: f"{amount / taken:,.0f} {unit}/s"


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    lines = ["| work | by | figure | time, ours = 1 |", "| --- | --- | --- | --- |"]
    lines += [f"| {r.work} | {r.by} | {r.figure} | {r.ratio} |" for r in rows]
    return "\n".join(lines)
