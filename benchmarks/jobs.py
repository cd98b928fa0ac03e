"""A build of many made documents in one process and in two, by turns: the time of each, and what of it only one can do.

    python benchmarks/jobs.py 20000

Each build is a process of its own, so that its peak of memory is its own. The documents are short, so that reading,
which any number of processes do at once, is a small part of the work: with longer ones two gain more. On a
machine that has other work the times say little; what the processor did for each step says what two cores come to when
they are free: the steps that one process does alone take as long as before, the others half.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import increment
import made
from measure import Row, group

from kg.build import build
from kg.cache import Step
from kg.project import Project

ROOT = Path(__file__).parent.parent
DOCUMENTS, TURNS = 20_000, 2


def jobs(size: int, turns: int = TURNS) -> list[Row]:
    """The build by two processes beside that by one."""
    times: dict[int, list[dict[str, float]]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as place:
        news = _written(Path(place), size)
        for _ in range(turns):
            for number, told in times.items():
                command = [sys.executable, __file__, "build", str(news), str(Path(place) / "store"), str(number)]
                run = subprocess.run(command, check=True, capture_output=True, text=True)
                told.append(json.loads(run.stdout))
                print(number, told[-1], file=sys.stderr)
    taken = {n: statistics.median(t["seconds"] for t in told) for n, told in times.items()}
    one, two = times[1][-1], times[2][-1]
    words = [
        f"one process, {one['megabytes']:,.0f} MB at the peak",
        f"two processes, {two['megabytes']:,.0f} MB at the peak, {two['other megabytes']:,.0f} in each of the others",
        "two processes, computed from what the processor did",
    ]
    figures = [taken[1], taken[2], taken[1] * _computed(one, two) / one["processor"]]
    rows = list(zip(words, figures, strict=True))
    return group(f"build {size:,} documents", rows, lambda s: f"{size / s:,.0f} documents/s")


def _computed(one: dict[str, float], two: dict[str, float]) -> float:
    """The seconds that two free cores would take: what nobody else works beside, and half of all the rest."""
    alone = one["before"] + one["behind"]
    return alone + (two["processor"] + two["others"] - alone) / 2


def _written(place: Path, size: int) -> Path:
    firms = increment.firms_of(Project.find(ROOT))
    path = place / "news.jsonl"
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(line) + "\n" for line in _lines(size, firms))
    return path


def _lines(size: int, firms: list[str]) -> Iterator[dict[str, str]]:
    for number in range(size):
        text = increment.article(number, firms).split("---\n")[-1]
        day = f"{2015 + number % 10}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        address = f"https://{made.word(number % 97)}.example/{number}"
        yield {"source": address, "published": day, "language": "en", "text": text}


# -- the work of one process ---------------------------------------------------------------------------------------


def once(news: Path, target: Path, number: int) -> dict[str, float]:
    """One build: seconds, and those of the processor: here, in other processes, and before and behind common work."""
    steps: list[float] = []

    def progress(step: Step) -> None:
        steps.append(time.process_time())

    start = time.perf_counter()
    build(Project.find(ROOT), [news], target, jobs=number, progress=progress, cache=False)
    taken, used = time.perf_counter() - start, time.process_time()
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": taken,
        "processor": used,
        "others": others.ru_utime + others.ru_stime,
        "before": steps[0],
        "behind": used - steps[-1],
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "other megabytes": others.ru_maxrss / 1024,
    }


def main() -> None:
    """Measure, or do the work of one process."""
    if sys.argv[1:2] == ["build"]:
        news, target, number = sys.argv[2:]
        print(json.dumps(once(Path(news), Path(target), int(number))))
        return
    from measure import markdown

    print(markdown(jobs(int(sys.argv[1]) if sys.argv[1:] else DOCUMENTS)))


if __name__ == "__main__":
    main()
