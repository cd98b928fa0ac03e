"""Killed at any moment, without room, two at a time, without permission: what is on the disk is the old or the new."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest
from dying import Ended, Nursery
from test_toy_domain import FILES

import kg.store
from kg.errors import StoreError
from kg.store import content

ROOT = Path(__file__).parent.parent
KILLED = -9
POINTS, MOMENTS = 8, 4
"""How many of the changes of files, and of the moments between, each deed is killed at; marked ``long``: at all."""
MORE = """---
source: https://news.example/moon
published: 2031-06-01
language: en
---
Polderkaas makes White Moon in Frisia. Zaanhof will make White Moon in Zeeland.
"""
LEARNT = """---
source: https://news.example/craft
published: 2031-06-02
language: en
---
White Moon hails from Zeeland. White Moon hails from Zeeland.
"""
_GENERATION = re.compile(r"g\d{6,}")
_PART = re.compile(r"\.kg-[0-9a-f]{16}\.part")


@dataclass(frozen=True)
class World:
    """A folder with a project, its store, and a folder for what is written out."""

    root: Path

    @property
    def store(self) -> Path:
        return self.root / ".kg" / "store"

    def line(self, *words: str) -> list[str]:
        """A command line in which ``{root}`` is this folder."""
        return ["--project", str(self.root), *(w.replace("{root}", str(self.root)) for w in words)]

    def copied(self, to: Path) -> World:
        shutil.copytree(self.root, to, symlinks=True)
        return World(to)

    def state(self) -> dict[str, str]:
        """What is in it: the graph, checked quad by quad, and each file that a person would look at."""
        found = {"graph": self._graph()}
        for folder in ("seeds/decisions", "ontology", "out"):
            for path in sorted((self.root / folder).rglob("*")):
                if path.is_file() and not _PART.search(path.as_posix()):
                    found[path.relative_to(self.root).as_posix()] = path.read_text("utf-8", "surrogateescape")
        return found

    def _graph(self) -> str:
        if not (self.store / "CURRENT").exists():
            with pytest.raises(StoreError, match="no store here"):
                kg.store.open(self.store)
            return ""
        with kg.store.open(self.store) as store:
            assert content.digest(store.quads()) == store.manifest.digest
            return store.manifest.digest

    def names(self) -> set[str]:
        """The names of all files but those of the engine and of the cache, whichever generation they are of."""
        found = {p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file()}
        return {_GENERATION.sub("gN", name) for name in found if "/data/" not in name and "/cache/" not in name}

    def generations(self) -> list[str]:
        return sorted(p.name for p in self.store.iterdir() if _GENERATION.fullmatch(p.name))


@dataclass(frozen=True)
class Deed:
    """A command that changes files: what it is given, and what is done to the world before it."""

    line: tuple[str, ...]
    prepare: Callable[[World], None] = field(default=lambda world: None)
    repeat: tuple[str, ...] = ()
    """What leads to the new state when it is there already, and the command itself would be refused."""


def _unbuilt(world: World) -> None:
    shutil.rmtree(world.root / ".kg")


def _more(world: World) -> None:
    (world.root / "seeds" / "articles" / "moon.md").write_text(MORE, "utf-8")


def _written_before(world: World) -> None:
    for name in ("graph.ttl", "graph.html", "report.json"):
        (world.root / "out" / name).write_text("the old one\n", "utf-8")


def _decided(world: World) -> None:
    shutil.copytree(world.root / "decided", world.root / "seeds" / "decisions")


DEEDS: Mapping[str, Deed] = {
    "first-build": Deed(("build",), _unbuilt),
    "build": Deed(("build", "--report", "{root}/out/report.json"), _more),
    "build-without-cache": Deed(("build", "--no-cache"), _more),
    "add": Deed(("add", "{root}/more/moon.md")),
    "remove": Deed(("remove", "https://news.example/goat"), repeat=("build", "{root}/seeds/articles/nederlands.md")),
    "decision": Deed(("review", "--reject", "{claim}", "--by", "ana"), repeat=("review", "--list")),
    "decision-again": Deed(("review", "--accept", "{claim}"), _decided),
    "decision-taken-back": Deed(("review", "--undo", "{claim}"), _decided, ("review", "--list")),
    "pattern": Deed(("learn", "{root}/more/craft.md", "--accept", "{proposal}"), repeat=("stats",)),
    "export": Deed(("export", "{root}/out/graph.ttl")),
    "export-again": Deed(("export", "{root}/out/graph.ttl"), _written_before),
    "init": Deed(("init", "{root}/out/mine"), repeat=("stats",)),
    "view-again": Deed(("view", "{root}/out/graph.html"), _written_before),
}


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    found = Nursery(tmp_path_factory.mktemp("nursery"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory, where there is one: nothing waits for a disk there."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def built(nursery: Nursery, memory: Path) -> tuple[World, Mapping[str, str]]:
    """A world that was built, and the ids of what there is to decide on."""
    world = World(memory / "world")
    for name, text in FILES.items():
        path = world.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip().replace("published: 2031-05-03", "published: 2031-05-03\nlanguage: nl"))
    for folder in ("queries", "out", "more"):
        (world.root / folder).mkdir()
    (world.root / "more" / "moon.md").write_text(MORE, "utf-8")
    (world.root / "more" / "craft.md").write_text(LEARNT, "utf-8")
    _ran(nursery, world, "build")
    claims = json.loads(_ran(nursery, world, "review", "--list", "--kind", "claims", "--format", "json"))
    [proposal, *_] = json.loads(_ran(nursery, world, "learn", "{root}/more/craft.md", "--format", "json"))
    ids = {"claim": claims[0]["id"], "proposal": proposal["id"]}
    other = world.copied(world.root.with_name("other"))
    _ran(nursery, other, "review", "--reject", ids["claim"])
    shutil.copytree(other.root / "seeds" / "decisions", world.root / "decided")
    return world, ids


def _ran(nursery: Nursery, world: World, *words: str) -> str:
    ended = nursery.run(*world.line(*words))
    assert ended.status == 0, ended.words
    return ended.out


@dataclass(frozen=True)
class Trial:
    """A deed in a world of its own: what was before, what comes of it undisturbed."""

    nursery: Nursery
    deed: Deed
    before: World
    line: tuple[str, ...]
    old: Mapping[str, str]
    new: Mapping[str, str]
    names: set[str]
    whole: Ended

    @classmethod
    def of(cls, nursery: Nursery, built: tuple[World, Mapping[str, str]], name: str, folder: Path) -> Trial:
        origin, ids = built
        deed = DEEDS[name]
        before = origin.copied(folder / "before")
        deed.prepare(before)
        line = tuple(w.format(root="{root}", **ids) for w in deed.line)
        after = before.copied(folder / "after")
        old = before.state()
        whole = nursery.run(*after.line(*line))
        assert whole.status == 0, whole.words
        new = after.state()
        assert new != old
        return cls(nursery, deed, before, line, old, new, after.names(), whole)

    def killed(self, folder: Path, after: float) -> bool:
        """Kill it after so many seconds and look at what is left; then run it again. Whether it came to be killed."""
        return self.dies(folder, lambda line: self.nursery.run(*line, after=after).status)

    def killed_before(self, folder: Path, change: int) -> bool:
        """As :meth:`killed`, before a change of a file, which comes to pass unless this run makes fewer of them.

        How many a run makes is not settled: the engine's files are as many as its threads come to make.
        """
        made: list[Ended] = []

        def run(line: list[str]) -> int:
            made.append(self.nursery.run(*line, at=change))
            return made[0].status

        died = self.dies(folder, run)
        assert died == (made[0].changes >= change)
        return died

    def dies(self, folder: Path, run: Callable[[list[str]], int]) -> bool:
        """As :meth:`killed`, by whatever runs a command line, kills it and gives its exit status."""
        world = self.before.copied(folder / "killed")
        try:
            status = run(world.line(*self.line))
            assert status in (0, KILLED)
            left = world.state()
            for name in {*self.old, *self.new, *left}:
                assert left.get(name) in (self.old.get(name), self.new.get(name)), name
            done = left == self.new and self.deed.repeat
            again = self.nursery.run(*world.line(*(self.deed.repeat if done else self.line)))
            assert again.status == 0, again.words
            assert world.state() == self.new
            assert {n for n in world.names() if not _PART.search(n)} == self.names
            self._swept(world)
        finally:
            shutil.rmtree(world.root)
        return status == KILLED

    def _swept(self, world: World) -> None:
        """Whoever writes next takes the rests away: in the store, and beside what is written out."""
        if len(world.generations()) > 1:
            assert self.nursery.run(*world.line("build")).status == 0
            assert len(world.generations()) == 1
        if not any(_PART.search(n) for n in world.names()):
            return
        ended = self.nursery.run(*world.line("export", "{root}/out/last.nq"))
        assert ended.status == 0, ended.words
        assert not [n for n in world.names() if _PART.search(n) and not n.startswith(("seeds/", "ontology/"))]


@pytest.fixture
def folder(memory: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


@pytest.fixture
def trial(nursery: Nursery, built: tuple[World, Mapping[str, str]], folder: Path, request) -> Trial:
    return Trial.of(nursery, built, request.param, folder)


@pytest.mark.parametrize("trial", DEEDS, indirect=True)
def test_killed_before_any_change_of_a_file_the_old_or_the_new_is_left(trial: Trial, folder: Path) -> None:
    changes = range(1, trial.whole.changes + 1)
    _kill_before(trial, folder, changes[:: max(1, len(changes) // POINTS)])


@pytest.mark.long
@pytest.mark.parametrize("trial", DEEDS, indirect=True)
def test_killed_before_each_change_of_a_file(trial: Trial, folder: Path) -> None:
    _kill_before(trial, folder, range(1, trial.whole.changes + 1))


def _kill_before(trial: Trial, folder: Path, changes: Sequence[int]) -> None:
    killed = [trial.killed_before(folder, change) for change in changes]
    assert sum(killed) >= len(changes) / 2


@pytest.mark.parametrize("trial", DEEDS, indirect=True)
def test_killed_at_any_time(trial: Trial, folder: Path) -> None:
    _kill_at_any_time(trial, folder, MOMENTS)


@pytest.mark.long
@pytest.mark.parametrize("trial", DEEDS, indirect=True)
def test_killed_at_hundreds_of_times(trial: Trial, folder: Path) -> None:
    _kill_at_any_time(trial, folder, 100)


def _kill_at_any_time(trial: Trial, folder: Path, times: int) -> None:
    """Kill it in the midst of what the engine writes too, at times between its first change and its end."""
    chosen = random.Random(20310602)
    killed = [trial.killed(folder, after=trial.whole.seconds * chosen.uniform(0.1, 1.0)) for _ in range(times)]
    assert any(killed)


@pytest.mark.long
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("trial", ["first-build", "add"], indirect=True)
def test_killed_in_the_midst_of_the_calls_of_the_engine(trial: Trial, folder: Path) -> None:
    """Kill each thread's n-th call that writes, of Python's and of the engine's, for n further and further on."""
    killed = [trial.dies(folder, lambda line, n=n: _traced(line, n)) for n in range(1, 90, 3)]
    assert sum(killed) > 10


def _traced(line: list[str], number: int) -> int:
    calls = "write,pwrite64,fsync,fdatasync,ftruncate,fallocate,rename,linkat,unlink,mkdir,rmdir"
    kill = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"inject={calls}:signal=KILL:when={number}"]
    program = [sys.executable, "-B", "-c", "from kg.cli import main; main()"]
    run = subprocess.run([*kill, *program, *line], cwd=ROOT, capture_output=True, timeout=120, check=False)
    return run.returncode
