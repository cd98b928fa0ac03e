"""Where something cannot be written: no room, no permission, somebody else writes; it is said, and the old state stays.

The world, and the deeds that change it, are those of ``test_faults.py``.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from dying import Ended
from test_faults import DEEDS, ROOT, World, built, folder, memory, nursery  # noqa: F401

import kg.store
from kg import files

KG = [sys.executable, "-c", "from kg.cli import main; main()"]
NOBODY = 65534
ROOM = (500, 5_000, 20_000, 80_000, 300_000)
"""Bytes of the longest file: little enough that something of a build does not fit, at another place each time."""
BUILDING = ("first-build", "build", "add", "remove")


def told(ended: Ended, *words: str) -> None:
    """One line on standard error that holds these words, and status 1."""
    assert ended.status == 1, ended.words
    assert "Traceback" not in ended.words
    assert ended.words.startswith("kg: ")
    assert all(word in ended.words for word in words), ended.words


def line_of(name: str, ids: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(w.format(root="{root}", **ids) for w in DEEDS[name].line)


@pytest.mark.parametrize("name", BUILDING)
def test_a_graph_without_room_leaves_the_old_one(name, nursery, built, folder) -> None:  # noqa: F811
    origin, ids = built
    refused = 0
    for room in ROOM:
        world = origin.copied(folder / f"world-{room}")
        DEEDS[name].prepare(world)
        old = world.state()
        ended = nursery.run(*world.line(*line_of(name, ids)), RLIMIT_FSIZE=room)
        if ended.status == 0:
            continue
        refused += 1
        told(ended, ".kg/store: cannot be", "File too large", "the limit of a file's size is reached")
        assert world.state()["graph"] == old["graph"]
        assert nursery.run(*world.line(*line_of(name, ids))).status == 0
        assert len(world.generations()) == 1
    assert refused >= 2


@pytest.mark.parametrize("name", ["decision", "decision-again", "pattern", "export", "export-again", "view-again"])
def test_a_file_without_room_is_the_old_one(name, nursery, built, folder) -> None:  # noqa: F811
    origin, ids = built
    world = origin.copied(folder / "world")
    DEEDS[name].prepare(world)
    old, names = world.state(), world.names()
    ended = nursery.run(*world.line(*line_of(name, ids)), RLIMIT_FSIZE=100)
    assert ended.status == 1
    assert world.state() == old
    assert world.names() == names, "nothing is left beside it"
    told(ended, "File too large", "the limit of a file's size is reached")


def test_a_report_without_room_is_told_and_the_graph_is_made(nursery, built, folder) -> None:  # noqa: F811
    world = built[0].copied(folder / "world")
    ended = nursery.run(*world.line("build", "--report", "/dev/full"))
    told(ended, "/dev/full: the graph is made, but its report cannot be written: No space left", "make room there")


@pytest.mark.parametrize("words", [("facts",), ("stats",), ("export", "-"), ("query", "ASK {}"), ("view", "/dev/full")])
def test_output_without_room_is_told(words, built) -> None:  # noqa: F811
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [*KG, *built[0].line(*words)], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    place = "/dev/full: cannot be written" if words[0] == "view" else "standard output"
    assert run.returncode == 1
    assert run.stderr == f"kg: {place}: No space left on device (make room there, and run the command again)\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_fault(closed: str, built) -> None:  # noqa: F811
    line = ["sh", "-c", f'exec "$@" {closed}', "sh", *KG, *built[0].line("facts")]
    run = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0
    assert "Traceback" not in run.stderr
    assert bool(run.stdout) == (">&-" not in closed.replace("2>&-", ""))


@pytest.fixture
def full_disk(folder: Path) -> Iterator[Path]:  # noqa: F811
    """A file system of 300 kB; skipped where nobody may make one."""
    place = folder / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk(full_disk: Path, nursery, built, folder) -> None:  # noqa: F811
    world = built[0].copied(folder / "world")
    ended = nursery.run(*world.line(), "--store", str(full_disk / "store"), "build")
    told(ended, f"{full_disk}/store: cannot be written: No space left on device", "make room there")
    assert not list((full_disk / "store").glob("g*"))
    (full_disk / "graph.ttl").write_text("the old one\n")
    (full_disk / "rest").write_bytes(bytes(os.statvfs(full_disk).f_bavail * os.statvfs(full_disk).f_frsize))
    ended = nursery.run(*world.line("export", str(full_disk / "graph.ttl")))
    told(ended, f"{full_disk}/graph.ttl: cannot be written: No space left on device", "make room there")
    assert (full_disk / "graph.ttl").read_text() == "the old one\n"


def test_a_cache_without_room_changes_nothing(nursery, built, folder) -> None:  # noqa: F811
    world = built[0].copied(folder / "world")
    graph = world.state()["graph"]
    cache = world.store / "cache"
    shutil.rmtree(cache)
    cache.symlink_to("/dev/full")
    assert nursery.run(*world.line("build")).status == 0
    assert world.state()["graph"] == graph


# -- without permission --------------------------------------------------------------------------------------------


@pytest.fixture
def unwritable(built, folder: Path, memory: Path) -> tuple[World, int]:  # noqa: F811
    """A world that may be read and not written, and as whom."""
    world = built[0].copied(folder / "world")
    for path in (memory, folder):
        path.chmod(0o755)
    for path in (world.root, *world.root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return world, NOBODY if os.getuid() == 0 else 0


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("build", ".kg/store: cannot be"),
        ("add", ".kg/store: cannot be"),
        ("decision", "seeds"),
        ("pattern", "ontology/patterns"),
        ("export", "out/graph.ttl: cannot be written"),
    ],
)
def test_a_folder_without_permission_is_told(name, place, nursery, built, unwritable) -> None:  # noqa: F811
    world, user = unwritable
    old, names = world.state(), world.names()
    ended = nursery.run(*world.line(*line_of(name, built[1])), user=user)
    told(ended, place, "Permission denied", "check who may read and write there")
    assert (world.state(), world.names()) == (old, names)


def test_what_may_only_be_read_is_read(nursery, unwritable) -> None:  # noqa: F811
    world, user = unwritable
    for line in ("facts", "why Zaanhof makes Mooie_Geit", "verify", "review --list", "export -"):
        ended = nursery.run(*world.line(*line.split()), user=user)
        assert ended.status == 0, ended.words
    (world.store / "CURRENT").chmod(0)
    told(nursery.run(*world.line("facts"), user=user), ".kg/store", "Permission denied", "check who may read")


# -- two at a time -------------------------------------------------------------------------------------------------


@contextmanager
def being_written(world: World) -> Iterator[None]:
    with (world.store / "kg-store.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize("name", ["build", "add", "remove"])
def test_a_second_writer_is_told_and_readers_go_on(name, nursery, built, folder) -> None:  # noqa: F811
    world = built[0].copied(folder / "world")
    old = world.state()
    with being_written(world):
        ended = nursery.run(*world.line(*line_of(name, built[1])))
        told(ended, ".kg/store: another build is writing here (wait until it is done)")
        assert world.state() == old
        assert nursery.run(*world.line("facts")).status == 0
        assert nursery.run(*world.line("review", "--reject", built[1]["claim"])).status == 0, "decisions are files"
    assert nursery.run(*world.line(*line_of(name, built[1]))).status == 0


def test_a_change_of_a_graph_that_was_replaced_meanwhile_is_refused(built, folder) -> None:  # noqa: F811
    """Two begin with the same graph: the second of them to write is told, and nothing of the first is lost."""
    world = built[0].copied(folder / "world")
    base = kg.store.open(world.store)
    kg.store.write(world.store, list(base.quads())[:5], base.manifest)
    first = world.state()
    with pytest.raises(kg.store.folder.StoreError, match="another build wrote here in the meantime"):
        kg.store.revise(base, [], [], base.manifest)
    assert world.state() == first


def test_decisions_are_written_one_after_the_other(built, folder) -> None:  # noqa: F811
    """Eight curators at once, each on another claim: none is lost, and no two contradict."""
    world = built[0].copied(folder / "world")
    listed = subprocess.run(
        [*KG, *world.line("review", "--list", "--kind", "claims", "--format", "json")],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    ids = [item["id"] for item in json.loads(listed.stdout)][:4]
    runs = [
        subprocess.Popen([*KG, *world.line("review", "--reject", name, "--by", f"{n}")], cwd=ROOT, stderr=-3)
        for name in ids
        for n in range(2)
    ]
    assert [run.wait(120) for run in runs] == [0] * len(runs)
    found = sorted((world.root / "seeds" / "decisions").rglob("*.toml"))
    assert len(found) == len(ids)


def test_whoever_holds_a_folder_is_alone(tmp_path: Path) -> None:
    seen = []

    def second() -> None:
        with files.alone(tmp_path):
            seen.append("second")

    with files.alone(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.05)
        seen.append("first")
    thread.join(60)
    assert seen == ["first", "second"]


# -- what a killed process leaves running ---------------------------------------------------------------------------


def _children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_question_ends_with_who_asked_it(built) -> None:  # noqa: F811
    """Its process has a limit of its own: it does not run on when nobody is left to end it."""
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    run = subprocess.Popen([*KG, *built[0].line("query", endless, "--timeout", "2")], cwd=ROOT, stdout=-3, stderr=-3)
    deadline = time.monotonic() + 60
    while not (children := _children(run.pid)) and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert children, "the question runs in a process of its own"
    run.kill()
    run.wait()
    while Path(f"/proc/{children[0]}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{children[0]}").exists()


def test_reading_processes_end_with_the_build(tmp_path: Path) -> None:
    for number in range(400):
        text = f"BMW has partnered with Huawei in {number} ways. " * 60
        (tmp_path / f"{number}.txt").write_text(text, "utf-8")
    run = subprocess.Popen(
        [*KG, "--store", str(tmp_path / "store"), "build", str(tmp_path), "--jobs", "2"],
        cwd=ROOT, stdout=-3, stderr=-3, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(_children(run.pid)) < 2 and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    children = _children(run.pid)
    assert len(children) >= 2
    run.kill()
    run.wait()
    while any(Path(f"/proc/{c}").exists() for c in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    left = [c for c in children if Path(f"/proc/{c}").exists()]
    for child in left:
        os.kill(child, signal.SIGKILL)
    assert not left, "nobody reads for a build that is dead"
