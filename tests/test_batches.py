"""A build in batches: the same bytes as one made in one go, however many processes do it, whichever of them dies."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from archives import answer, page, pdf, rss
from batched import in_batches
from hypothesis import given
from hypothesis import strategies as st
from pipeline import ROOT, knowledge
from pools import start, work

from kg import store
from kg.batches import Spill
from kg.batches.spill import Row
from kg.build import BuildReport, assemble, build, read_documents
from kg.errors import WorkerError
from kg.model import Document
from kg.pool import Pool
from kg.processes import beginning
from kg.project import Project
from kg.resolution.copies import CANDIDATES, CROWD, candidates

SAYINGS = (
    "{0} has partnered with {1}.",
    "{0} denied that it partners with {1}.",
    "{0} acquired {1} in 2024.",
    "The battery maker {2} Power supplies {0}.",
    "“We will work with {0},” said {2} Example, chief executive of {1}.",
)
FIRMS = ("BMW", "Huawei", "BYD", "Toyota", "Hyundai", "CATL")


def text(number: int) -> str:
    """A made article; every seventh says what the one before it says."""
    dice = random.Random(number - 1 if number % 7 == 6 else number)
    said = [dice.choice(SAYINGS).format(*dice.sample(FIRMS, 2), f"Nam{dice.choice('abcde')}") for _ in range(3)]
    filler = " ".join(f"word{dice.randrange(500)}" for _ in range(60))
    return f"{filler.capitalize()}.\n\n{' '.join(said)}\n"


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every kind of document, and some that cannot be read."""
    folder = tmp_path_factory.mktemp("news")
    lines = [json.dumps({"text": text(n), "published": f"2025-01-{n % 28 + 1:02}"}) for n in range(60)]
    lines[30] = '{"text": '
    (folder / "lines.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    for n in range(20):
        (folder / f"{n:02}.md").write_text(
            f"---\npublished: 2025-02-{n + 1:02}\n---\n{text(100 + n)}", encoding="utf-8"
        )
    answers = [answer(f"https://a.example/{n}", page(text(200 + n)).encode()) for n in range(10)]
    (folder / "crawl.warc.gz").write_bytes(b"".join(map(gzip.compress, answers)))
    (folder / "news.rss").write_bytes(rss(*(f"<description>{text(300 + n)}</description>" for n in range(5))))
    (folder / "report.pdf").write_bytes(pdf([["BMW has partnered with Huawei."], ["BYD acquired CATL in 2024."]]))
    (folder / "empty.txt").write_bytes(b"")
    return folder


def content(target: Path) -> list[str]:
    """The quads of a store, sorted."""
    with store.open(target) as made:
        return sorted(str(quad) for quad in made.quads())


def told(report: BuildReport) -> tuple[BuildReport, list[str]]:
    """A report, the errors in it as words: two errors are never equal."""
    return replace(report, refused=()), list(map(str, report.refused))


def python(*args: str) -> str:
    """What a Python of its own prints, in which nobody has started a thread."""
    path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    command = [sys.executable, *args]
    return subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, check=True, capture_output=True, text=True
    ).stdout


COPIES = """
import sys
from pathlib import Path
from kg.build import build
from kg.processes import beginning
from kg.project import Project
if __name__ == "__main__":
    print(beginning())
    build(Project(Path(sys.argv[1])), [Path(sys.argv[2])], Path(sys.argv[3]), jobs=2, cache=sys.argv[4] == "cache")
"""


@pytest.mark.parametrize("cache", ["cache", "none"])
def test_processes_that_are_copies_of_the_first_give_the_same_bytes(news: Path, tmp_path: Path, cache: str) -> None:
    build(Project(ROOT), [news], tmp_path / "one", cache=False)
    for _ in range(2):  # the second time from what was read before
        assert python("-c", COPIES, str(ROOT), str(news), str(tmp_path / "two"), cache).split() == ["fork"]
        assert content(tmp_path / "one") == content(tmp_path / "two")


def test_the_number_of_processes_changes_no_byte(news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.pool.beginning", lambda: "spawn")
    project, found = Project(ROOT), []
    for jobs in (1, 2, 3):
        report = build(project, [news], tmp_path / str(jobs), jobs=jobs, cache=jobs == 1)
        found.append((told(report), content(tmp_path / str(jobs))))
    assert found[0] == found[1] == found[2]
    report = build(project, [news], tmp_path / "1", jobs=2)  # from what was read before
    assert (told(report), content(tmp_path / "1")) == found[0]
    assert (report.documents, len(report.refused)) == (95, 2)
    assert report.claims > 200


def test_batches_give_what_is_made_in_one_go(news: Path) -> None:
    documents, _ = read_documents(knowledge(), [news], strict=False)
    said = {d.id: knowledge().extract(d) for d in documents}
    whole = assemble(knowledge(), documents, said.values(), [])
    assert sum(bool(d.copy_of) for d in whole.documents) >= 5
    report, quads = in_batches(knowledge(), documents[::-1], said)
    assert quads == sorted({str(quad) for quad in whole.quads()})
    counts = {"documents": report.documents, "claims": report.claims, "facts": report.facts}
    assert whole.counts().items() >= counts.items()


# -- which documents are compared ----------------------------------------------------------------------------------


def one_by_one(table: list[list[int]]) -> Iterator[tuple[int, list[int]]]:
    """What :func:`candidates` finds, found by looking at one document after the other."""
    buckets: dict[tuple[int, int], list[int]] = {}
    for later, keys in enumerate(table):
        votes = Counter(n for key in enumerate(keys) for n in buckets.get(key, ()))
        if votes:
            yield later, sorted(sorted(votes, key=lambda n: (-votes[n], n))[:CANDIDATES])
        for key in enumerate(keys):
            bucket = buckets.setdefault(key, [])
            if len(bucket) < CROWD:
                bucket.append(later)


@given(st.integers(0, 120), st.integers(1, 40), st.randoms(use_true_random=False))
def test_candidates_are_those_found_one_by_one(size: int, kinds: int, dice: random.Random) -> None:
    table = [[dice.randrange(kinds) for _ in range(4)] for _ in range(size)]
    columns = np.array(table, np.uint64).reshape(size, 4).T
    assert list(candidates(columns)) == list(one_by_one(table))


# -- processes that die --------------------------------------------------------------------------------------------


def test_results_come_in_order_and_items_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for n in range(12):
            taken.append(n)
            yield n

    with Pool(2, start, ("state",), "own") as pool:
        found = pool.each(work, items())
        assert next(found) == ("state", 0)
        assert len(taken) <= 6
        assert [n for _, n in found] == list(range(2, 24, 2))
    assert multiprocessing.active_children() == []


def test_a_process_that_dies_is_a_clear_error() -> None:
    with (
        pytest.raises(WorkerError, match="has died"),
        Pool(2, start, ("",), "") as pool,
    ):
        list(pool.each(work, range(20)))
    assert multiprocessing.active_children() == []


def test_a_copy_has_what_was_loaded_and_its_death_is_an_error() -> None:
    told = json.loads(python(str(Path(__file__).parent / "pools.py")))
    assert (told["way"], told["left"], told["blocked"]) == ("fork", 0, False)
    assert told["found"] == [[told["own"], 1, False]] * 8
    assert "has died" in told["died"]


def test_beside_a_thread_processes_begin_anew() -> None:
    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    assert beginning() == "spawn"
    waiting.set()
    thread.join()


THREAD = "import threading, time; threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
PARTS = {"copies": ("", 3), "anew": (THREAD, 4)}
"""How processes begin, and how many there are: the first one, two others, and who looks after those that began anew."""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_a_build_that_is_stopped_leaves_the_old_store_and_no_process(
    news: Path, tmp_path: Path, stop: signal.Signals, parts: tuple[str, int]
) -> None:
    target = tmp_path / "store"
    build(Project(ROOT), [news / "00.md"], target)
    before = content(target)
    program = f"{parts[0]}from kg.cli import main; main()"
    command = [sys.executable, "-c", program, "--store", str(target), "build", str(news)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.Popen([*command, "--jobs", "2"], env=environment, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 120
    while len(members(run.pid)) < parts[1] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(members(run.pid)) == parts[1]
    if stop == signal.SIGINT:
        os.killpg(run.pid, stop)  # a key pressed at the terminal reaches all of them
    else:
        os.kill(run.pid, stop)
    run.communicate(timeout=120)
    while members(run.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (run.returncode != 0, members(run.pid)) == (True, [])
    assert content(target) == before
    assert bool(list(target.glob("spill-*"))) == (stop == signal.SIGKILL)
    build(Project(ROOT), [news / "00.md"], target)
    assert not list(target.glob("spill-*"))


def members(session: int) -> list[int]:
    """The living processes of a session."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(entry.parent.name))
    return found


# -- what lies on disk ---------------------------------------------------------------------------------------------


def test_a_spill_in_use_is_left_alone(tmp_path: Path) -> None:
    with Spill.begun(tmp_path) as one:
        assert one.put([Row(Document("One.", "a"), b"0" * 1408, {})]) == 1
        with Spill.begun(tmp_path):
            assert one.folder.is_dir()
        assert one.put([Row(Document("One.", "a"), b"0" * 1408, {})]) == 0
        assert [d.text for d in one.values()] == ["One."]
    assert list(tmp_path.iterdir()) == []


PEAK = """
import json, resource, sys
from pathlib import Path
from kg.build import build
from kg.project import Project
if __name__ == "__main__":
    build(Project(Path(sys.argv[1])), [Path(sys.argv[2])], Path(sys.argv[3]), cache=False)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
GROWTH = 12_000
"""Bytes of memory for each further document at most: its keys are 1,408 of them, which are held once by columns."""


@pytest.mark.long
def test_memory_hardly_grows_with_the_number_of_documents(tmp_path: Path) -> None:
    peaks = []
    for size in (2_000, 10_000):
        path = tmp_path / f"{size}.jsonl"
        path.write_text("".join(json.dumps({"text": text(n)}) + "\n" for n in range(size)), encoding="utf-8")
        command = [sys.executable, "-c", PEAK, str(ROOT), str(path), str(tmp_path / f"store-{size}")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        peaks.append(int(subprocess.run(command, env=environment, check=True, capture_output=True).stdout))
    assert (peaks[1] - peaks[0]) / 8_000 < GROWTH
