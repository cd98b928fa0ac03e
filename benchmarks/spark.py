"""A build on Spark beside one in two processes, of the same made articles: what the machinery costs a document.

    python benchmarks/spark.py 5000

Times are those of the processors, of all processes together: they say the same on a busy machine.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import increment

from kg.project import Project

ROOT = Path(__file__).parent.parent
DOCUMENTS = 5_000
JOBS = 2
_TICKS = os.sysconf("SC_CLK_TCK")


def descendants() -> float:
    """The seconds of processor time of this process and of all below it that are still there or were waited for."""
    spent: dict[int, float] = {}
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split() if entry.name.isdigit() else []
        except OSError:  # it has ended meanwhile
            continue
        if fields:
            parents[int(entry.name)] = int(fields[1])
            spent[int(entry.name)] = sum(map(int, fields[11:15])) / _TICKS
    own, grown = {os.getpid()}, True
    while grown:
        below = {child for child, parent in parents.items() if parent in own} - own
        own, grown = own | below, bool(below)
    return sum(spent[process] for process in own)


def local(news: Path, place: Path) -> None:
    """A build in two processes."""
    from kg.build import build

    report = build(Project(ROOT), [news], place / "local", jobs=JOBS, cache=False)
    usage = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    _tell(sum(u.ru_utime + u.ru_stime for u in usage), report.digest, {})


def spark(news: Path, place: Path) -> None:
    """A build on Spark with two threads, its parts left in a folder."""
    from pyspark.sql import SparkSession

    from kg.cluster import build

    events = place / "events"
    events.mkdir()
    master = f"local[{JOBS}]"
    builder = SparkSession.builder.master(master).config("spark.eventLog.enabled", "true")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = builder.config("spark.eventLog.compress", "false").config("spark.eventLog.rolling.enabled", "false")
    session = builder.config("spark.eventLog.dir", events.as_uri()).config("spark.sql.shuffle.partitions", "8")
    with session.config("spark.rdd.compress", "true").getOrCreate() as running:
        report = build(Project(ROOT), [news], parts=str(place / "parts"))
        spent = descendants()
        running.sparkContext.stop()
    written = sum(p.stat().st_size for p in (place / "parts").glob("part-*"))
    _tell(spent, report.digest, {"shuffled": _shuffled(events), "written": written})


def _shuffled(events: Path) -> int:
    """The bytes that went from one task to another, by Spark's own log."""
    total = 0
    for path in (p for p in events.rglob("*") if p.is_file()):
        for line in path.read_text(encoding="utf-8").splitlines():
            if '"Event":"SparkListenerTaskEnd"' in line:
                metrics = json.loads(line).get("Task Metrics") or {}
                total += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
    return total


def _tell(seconds: float, digest: str, more: dict[str, int]) -> None:
    sys.stdout.write(json.dumps({"seconds": seconds, "digest": digest, **more}) + "\n")


WORK: dict[str, Callable[[Path, Path], None]] = {"local": local, "spark": spark}


def measured(what: str, news: Path) -> dict[str, float | str]:
    """What one build took, in a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, __file__, what, str(news), place]
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, float | str] = json.loads(run.stdout.splitlines()[-1])
    return told


def main(count: int) -> None:
    """Build half of the articles, and all of them, on each engine: what the second costs more is the documents' own."""
    firms = increment.firms_of(Project(ROOT))
    found: dict[str, list[dict[str, float | str]]] = {"local": [], "spark": []}
    sizes = (count // 2, count)
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            for number in range(size):
                increment.written(Path(folder), number, firms)
            for what in WORK:
                found[what].append(measured(what, Path(folder)))
                print(what, size, found[what][-1], flush=True)
    if any(a["digest"] != b["digest"] for a, b in zip(found["local"], found["spark"], strict=True)):
        raise SystemExit("the graphs differ")
    for what, (half, whole) in found.items():
        for name in sorted(whole.keys() - {"digest"}):
            each = (float(whole[name]) - float(half[name])) / (sizes[1] - sizes[0])
            start = float(half[name]) - each * sizes[0]
            print(f"{what}: {name} a document {each:,.5g}, and {start:,.5g} besides")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        WORK[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS)
