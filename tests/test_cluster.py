"""A build on Spark gives the graph of a build in one process, line by line, also when a machine is lost on the way."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import pytest
import support
from click.testing import CliRunner
from pipeline import ROOT
from test_increment import CASES, front_matter, small_project

import kg.cluster
import kg.export
import kg.store
from kg.build import build
from kg.cli import main
from kg.errors import StoreError
from kg.export.turtle import line
from kg.project import Project
from kg.review import Desk
from kg.store import content
from kg.store.parts import load

needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None,
    reason="no Spark: pip install 'autotech-kg[spark]', and Java: apt-get install openjdk-17-jre-headless",
)
_MASTER = re.compile(r"Starting Spark master at (spark://\S+)")
_KG = [sys.executable, "-c", "from kg.cli import main; main()"]
_ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "SPARK_LOCAL_IP": "127.0.0.1",
    # A small graph is built before Java has made its own code quick: it had better not try.
    "PYSPARK_SUBMIT_ARGS": "--driver-java-options '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' "
    "--conf spark.sql.codegen.wholeStage=false --conf spark.sql.shuffle.partitions=4 pyspark-shell",
}
_PATIENCE = 900.0  # seconds, on a machine that has other work


@dataclass(frozen=True)
class World:
    """A small project and a folder of news, with a file that cannot be read and one in another language."""

    project: Project
    news: Path

    def build(self, *arguments: str, sources: Sequence[str] = ()) -> subprocess.Popen[str]:
        """``kg build`` on Spark, begun."""
        environment = {**os.environ, **_ENVIRONMENT}
        given = sources or [str(self.news)]
        command = [*_KG, "--project", str(self.project.root), "build", *given, "--engine", "spark", *arguments]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> str:
    """What a command that succeeds says on standard error."""
    output, errors = process.communicate(timeout=_PATIENCE)
    assert (process.returncode, output) == (0, ""), errors
    return errors


def world_in(root: Path) -> World:
    news = root / "news"
    (news / "more of it").mkdir(parents=True)
    for case in CASES:
        (news / f"{case['name']}.md").write_text(front_matter(case), encoding="utf-8")
    (news / "more of it" / ".hidden 100%.txt").write_text("Renault partners with Toyota in China.\n", encoding="utf-8")
    (news / "noticia.txt").write_text(
        "A BMW vai trabalhar com a Huawei na China, informaram as duas empresas na segunda-feira.\n", encoding="utf-8"
    )
    (news / "broken.md").write_text("---\ntitle: 'half\n---\nText.\n", encoding="utf-8")
    return World(small_project(root / "project"), news)


def decide(world: World, store: Path) -> None:
    """Decisions of every kind, of which one waits for a text that is not there and one was taken on another."""
    build(world.project, [world.news], store)
    with kg.store.open(store) as opened:
        desk = Desk(world.project, opened)
        claims = {(Path(i.source).stem, i.title): i for i in desk.items("claims")}
        desk.reject(claims["release", "BMW · partners with · Huawei"])
        desk.correct(claims["range", "BMW iX3 · driving range · 500"], [("object", "510")])
        desk.accept(claims["denied", "Renault · partners with · Toyota"])
        desk.accept(claims["quotation", "Anna Example · stated · We will work with BMW"])
        entities = {i.title: i for i in desk.items("entities")}
        desk.correct(entities["Quxonix Energy"], [("label", "Quxonix")])
        desk.reject(entities["Brunaxa Power"])
        desk.merge(["Android", "Android Auto"], same=True)
        conflicts = {i.title: i for i in desk.items("conflicts")}
        based = next(i for title, i in conflicts.items() if title.startswith("HarmonyOS NEXT"))
        desk.keep(based, based.details[0][0].removeprefix("fact "))
        desk.accept(conflicts["Renault · partners with · Toyota"])
    (world.news / "quotation.md").unlink()
    denied = world.news / "denied.md"
    denied.write_text(denied.read_text(encoding="utf-8").replace("denied", "said it is not true"), encoding="utf-8")


def lines(parts: Path) -> list[bytes]:
    """The lines of all parts, sorted."""
    return sorted(line for part in parts.glob("part-*.nq.gz") for line in gzip.open(part))


def exported(store: Path, target: Path) -> list[bytes]:
    """The lines of an export of a store, sorted."""
    with kg.store.open(store) as opened:
        kg.export.write(opened, target, rdf12=True, texts=True)
    return sorted(target.read_bytes().splitlines(keepends=True))


# -- one machine -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world with decisions, built in one process: ``local`` beside its news."""
    world = world_in(tmp_path_factory.mktemp("decided"))
    decide(world, world.news.parent / "before")
    report = build(world.project, [world.news], world.news.parent / "local")
    assert report.decisions > 4
    assert (bool(report.reopened), len(report.refused), bool(report.unread)) == (True, 1, True)
    return world


@needs_spark
def test_the_parts_are_the_export_of_a_build_in_one_process(decided: World, tmp_path: Path) -> None:
    local = decided.news.parent / "local"
    told = ended(decided.build("--master", "local[2]", "--parts", str(tmp_path / "parts")))
    assert "broken.md:3: front matter that does not parse" in told
    assert lines(tmp_path / "parts") == exported(local, tmp_path / "local.nq")
    loaded = load(tmp_path / "parts", tmp_path / "loaded")
    with kg.store.open(local) as opened:
        assert loaded == opened.manifest


@needs_spark
def test_what_spark_reads_is_read_as_on_one_machine(tmp_path: Path) -> None:
    """A table and an archive on a file system of Spark's, and addresses at which nothing is."""
    import pyarrow
    import pyarrow.parquet

    rows = [{"source": f"https://news.example/{case['name']}", **case} for case in CASES]
    fields = ("source", "title", "publisher", "published", "language", "text")
    records = [{name: row[name] for name in fields if row.get(name)} for row in rows]
    half = len(records) // 2
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records[:half]), tmp_path / "one.parquet")
    (tmp_path / "other.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, records[half:])).encode()))
    (tmp_path / "all.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    world = World(small_project(tmp_path / "project"), tmp_path / "all.jsonl")
    report = build(world.project, [world.news], tmp_path / "local")
    assert report.documents > half
    (tmp_path / "nothing").mkdir()
    places = [
        (tmp_path / name).as_uri() for name in ("one.parquet", "other.jsonl.gz", "nothing", "none", "none.parquet")
    ]
    told = ended(world.build("--master", "local[2]", sources=places))
    assert "nothing: no document at this address (read are: " in told
    assert told.count("kg: refused ") == 3
    with kg.store.open(world.project.store) as here, kg.store.open(tmp_path / "local") as there:
        assert here.manifest == there.manifest


# -- many machines -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cluster:
    """A master and two workers on this machine, each with its own folder for what tasks leave to each other."""

    url: str
    folders: tuple[Path, ...]
    workers: tuple[subprocess.Popen[bytes], ...]

    def lose(self) -> None:
        """Kill one worker and its executor as soon as some of the work is done there."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            for folder, worker in zip(self.folders, self.workers, strict=True):
                if any(folder.rglob("shuffle_*.data")):
                    os.killpg(worker.pid, signal.SIGKILL)
                    return
            time.sleep(0.2)
        pytest.fail("no worker did anything")


@contextmanager
def running(role: str, log: Path, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A part of a cluster, with a group of its own: the master, or a worker with its executors."""
    home = Path(str(find_spec("pyspark").origin)).parent  # type: ignore[union-attr]
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{role.lower()}.{role}", *arguments]
    more = {"SPARK_HOME": str(home), "SPARK_DAEMON_MEMORY": "256m", "SPARK_LOCAL_IP": "127.0.0.1", **environment}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **more}, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with ExitStack() as stack:
        log = tmp_path / "master.log"
        stack.enter_context(running("Master", log, "--host", "127.0.0.1", "--port", "0", "--webui-port", "0"))
        url = said_in(log, _MASTER)
        folders = [tmp_path / f"local-{n}" for n in range(2)]
        workers = []
        for n, folder in enumerate(folders):
            folder.mkdir()
            options = ["--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(tmp_path / f"work-{n}")]
            log = tmp_path / f"worker-{n}.log"
            workers.append(stack.enter_context(running("Worker", log, *options, url, SPARK_LOCAL_DIRS=str(folder))))
            said_in(log, re.compile("(Successfully registered)"))
        yield Cluster(url, tuple(folders), tuple(workers))


def said_in(log: Path, words: re.Pattern[str]) -> str:
    """What a process says in its log, waited for."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if found := words.search(log.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        time.sleep(0.2)
    pytest.fail(log.read_text(encoding="utf-8", errors="replace"))


@needs_spark
@pytest.mark.long
def test_a_machine_lost_on_the_way_changes_no_line(decided: World, cluster: Cluster, tmp_path: Path) -> None:
    building = decided.build("--master", cluster.url, "--parts", str(tmp_path / "parts"))
    cluster.lose()
    ended(building)
    assert sum(worker.poll() is None for worker in cluster.workers) == 1
    assert lines(tmp_path / "parts") == exported(decided.news.parent / "local", tmp_path / "local.nq")


@needs_spark
@pytest.mark.long
def test_many_machines_write_parts_and_no_store(decided: World, cluster: Cluster, tmp_path: Path) -> None:
    building = decided.build("--master", cluster.url)
    _, errors = building.communicate(timeout=_PATIENCE)
    assert building.returncode == 1
    assert "many machines cannot write into a store on one (give a folder" in errors


# -- parts -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """A graph of two facts' worth of lines, in two parts."""
    quads = sorted(support.quads(ontology=False), key=str)
    digest = content.digest(dict.fromkeys(quads))
    folder = tmp_path / "parts"
    folder.mkdir()
    texts = ["".join(line(q.subject, q.predicate, q.object, q.graph_name) for q in quads[n::2]) for n in range(2)]
    for number, text in enumerate(texts):
        (folder / f"part-{number:05d}.nq.gz").write_bytes(gzip.compress(text.encode()))
    (folder / "manifest.json").write_text(replace(support.manifest(), digest=digest).json(), encoding="utf-8")
    (folder / "_SUCCESS").touch()
    return folder


def test_parts_become_a_store(parts: Path, tmp_path: Path) -> None:
    manifest = load(parts, tmp_path / "store")
    with kg.store.open(tmp_path / "store") as opened:
        assert set(opened.quads()) == set(support.quads(ontology=False))
        assert opened.manifest == manifest


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda home: (home / "part-00001.nq.gz").unlink(), "the parts are not those of the manifest"),
        (lambda home: (home / "_SUCCESS").unlink(), "not all parts are here: _SUCCESS is missing"),
        (lambda home: (home / "manifest.json").unlink(), "no graph in parts here"),
        (lambda home: (home / "manifest.json").write_text("{", encoding="utf-8"), "the manifest is damaged"),
        (lambda home: cut(home / "part-00000.nq.gz"), r"part-00000\.nq\.gz: cannot be read"),
        (lambda home: (home / "part-00000.nq.gz").write_bytes(gzip.compress(b"<a> <b> .\n")), "does not parse"),
    ],
    ids=["a part is missing", "unfinished", "no manifest", "bad manifest", "cut off", "no quads"],
)
def test_what_is_not_whole_is_not_loaded(
    parts: Path, tmp_path: Path, change: Callable[[Path], object], message: str
) -> None:
    load(parts, tmp_path / "store")
    change(parts)
    with pytest.raises(StoreError, match=message):
        load(parts, tmp_path / "store")
    with kg.store.open(tmp_path / "store") as opened:
        assert set(opened.quads()) == set(support.quads(ontology=False))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--parts", "x"], "--parts goes with --engine spark"),
        (["--master", "local"], "--master goes with --engine spark"),
        (["--engine", "spark", "--extractor", "x"], "--extractor reads in one process"),
        (["--engine", "spark", "--diff", "--parts", "x"], "--diff compares stores"),
        (["--engine", "spark", "--parts", " "], "--parts: an empty name"),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], message: str) -> None:
    found = CliRunner().invoke(main, ["build", *arguments])
    assert (found.exit_code, message in found.output) == (2, True), found.output


def test_without_spark_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(StoreError, match=re.escape("Spark is not installed (pip install 'autotech-kg[spark]')")):
        kg.cluster.build(small_project(tmp_path / "project"), [], tmp_path / "store")
