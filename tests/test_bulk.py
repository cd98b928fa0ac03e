"""What has to work at any size: quads summed on their way in, lines and facts in order, and a limit on memory."""

from __future__ import annotations

import dataclasses
import functools
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pyoxigraph as ox
import pytest
import support
from hypothesis import given
from hypothesis import strategies as st

from kg import export, spool
from kg import store as stores
from kg.errors import StoreError
from kg.names import XSD, kg
from kg.queries import find
from kg.queries.streams import differing, facts, qualifiers
from kg.rdf import layer
from kg.spool import ordered
from kg.store import Store, content

EX = "http://example.org/"
MAKER = support.ROOT / "benchmarks" / "bulk.py"


def quad(subject: str, value: ox.Literal | ox.NamedNode | ox.Triple, graph: str = "facts") -> ox.Quad:
    return ox.Quad(ox.NamedNode(EX + subject), ox.NamedNode(EX + "p"), value, layer(graph))


# Lines


@given(st.lists(st.text(st.characters(exclude_characters="\n")), max_size=60), st.integers(1, 1200), st.integers(2, 9))
def test_lines_are_sorted_and_stand_once_however_small_the_pieces(lines: list[str], piece: int, files: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "_FILES", files)
        assert list(ordered(lines, piece)) == sorted(set(lines))


def test_no_more_files_wait_than_may_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[IO[str]] = []
    written = spool._written
    monkeypatch.setattr(spool, "_written", lambda lines: (opened.append(written(lines)), opened[-1])[1])
    monkeypatch.setattr(spool, "_FILES", 5)
    lines = ordered(map(str, range(1000)), 1)
    assert next(lines) == "0"
    assert len(opened) > 1000
    assert sum(not file.closed for file in opened) <= 5


def test_a_consumer_may_stop_early() -> None:
    lines = ordered(map(str, range(100)), 1000)
    assert next(lines) == "0"
    lines.close()  # type: ignore[attr-defined]


# Quads on their way in

ODD = [
    ox.Literal("01", datatype=ox.NamedNode(XSD + "integer")),
    ox.Literal("1.10", datatype=ox.NamedNode(XSD + "decimal")),
    ox.Literal("3", datatype=ox.NamedNode(XSD + "nonNegativeInteger")),
    ox.Literal("2025-01-01T00:00:00+00:00", datatype=ox.NamedNode(XSD + "dateTime")),
    ox.Literal("abc", datatype=ox.NamedNode(XSD + "integer")),
    ox.Literal("1", datatype=ox.NamedNode(XSD + "boolean")),
    ox.Literal("word", language="EN-gb"),
    ox.Literal("word", language="en"),
    ox.Literal("plain\n"),
]
TRIPLES = [ox.Triple(ox.NamedNode(EX + "s"), ox.NamedNode(EX + "p"), value) for value in ODD]


NESTED = ox.Triple(TRIPLES[0].subject, TRIPLES[0].predicate, TRIPLES[0])


@pytest.mark.parametrize("value", [*ODD, *TRIPLES, NESTED], ids=str)
def test_a_quad_is_summed_as_the_engine_gives_it_back(value: ox.Literal | ox.Triple) -> None:
    engine, tally = ox.Store(), content.Tally()
    engine.extend(tally.passing([quad("a", value)]))
    assert tally.digest == content.digest(engine)
    assert tally.seen == list(engine)


@pytest.mark.parametrize("between", [0, 3, 50])
def test_a_store_has_the_digest_of_its_quads_though_some_come_twice(
    between: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "_RECENT", 4)
    others = [quad(f"o{n}", ox.NamedNode(EX + "o")) for n in range(between)]
    told = [quad("a", value) for value in ODD]
    written = stores.write(tmp_path / "store", [*told, *others, *told], support.manifest())
    with stores.open(tmp_path / "store") as store:
        assert written.digest == store.manifest.digest == content.digest(store.engine)
        assert len(store) == len(list(store.quads())) == written.quads["facts"]


def test_what_is_looked_up_is_spread_over_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_SEEN", 10)
    tally = content.Tally()
    quads = [quad(f"s{n}", ox.NamedNode(EX + "o")) for n in range(1000)]
    assert list(tally.passing(quads)) == quads
    assert 5 <= len(tally.seen) <= 10
    assert len({int(q.subject.value.removeprefix(EX + "s")) // 250 for q in tally.seen}) == 4


def test_a_quad_that_does_not_come_back_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores.write(tmp_path / "store", support.quads(), support.manifest())
    lost = quad("lost", ox.NamedNode(EX + "o"))
    init = content.Tally.__init__
    monkeypatch.setattr(content.Tally, "__init__", lambda self: (init(self), self.seen.append(lost))[0])
    with pytest.raises(StoreError, match=r"1 of .* quads looked up are not so when read back"):
        stores.write(tmp_path / "store", [quad("a", ox.NamedNode(EX + "o"))], support.manifest())
    with stores.open(tmp_path / "store") as store:
        assert lost not in store.engine
        assert len(store) == len(set(support.quads()))


# What is exported


class Scanned:
    """An engine that is read from one end to the other or not at all."""

    def __init__(self, engine: ox.Store) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def quads_for_pattern(self, *pattern: object) -> Iterator[ox.Quad]:
        assert pattern[:3] == (None, None, None)
        return self._engine.quads_for_pattern(*pattern)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["ttl", "trig", "nt", "nq", "jsonld", "rdf"])
def test_no_subject_is_looked_up_to_be_exported(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = support.store()
    export.write(store, tmp_path / f"whole.{form}")
    small = functools.partial(ordered, piece=1 << 12)
    monkeypatch.setattr("kg.export.source.ordered", small)
    export.write(dataclasses.replace(store, engine=Scanned(store.engine)), tmp_path / f"parts.{form}")  # type: ignore[arg-type]
    assert (tmp_path / f"parts.{form}").read_bytes() == (tmp_path / f"whole.{form}").read_bytes()


# Facts


def test_facts_come_one_after_the_other_in_the_order_of_find() -> None:
    store = support.store()
    assert list(facts(store)) == find(store)
    assert qualifiers(store) == sorted({name for fact in find(store) for name, _ in fact.qualifiers})


def without(store: Store, gone: Callable[[ox.Quad], bool]) -> Store:
    return Store.from_quads([q for q in store.quads() if not gone(q)], dataclasses.replace(store.manifest, digest=""))


def test_the_facts_that_differ_are_named_in_order() -> None:
    store = support.store()
    ids = sorted(fact.id for fact in find(store))
    nodes = {store.records.iri("fact", ids[0]), store.records.iri("fact", ids[-1])}
    less = without(store, lambda q: q.subject in nodes and q.predicate.value == kg("status"))
    assert list(differing(store, less)) == list(differing(less, store)) == [ids[0], ids[-1]]
    assert list(differing(store, without(store, lambda _: False))) == []


def test_graphs_of_one_digest_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    store = support.store()
    same = dataclasses.replace(store, manifest=dataclasses.replace(store.manifest, digest="ab"))
    monkeypatch.setattr(Store, "match", None)
    assert list(differing(same, same)) == []


# A limit on memory

PEAK_MB, SPACE = 170, 1 << 30
"""What a step may have in memory, in MB, and what it may ask the system for, in bytes."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of a million triples, and a copy of it in which a fact differs."""
    folder = tmp_path_factory.mktemp("large")
    code = "import sys; from pathlib import Path; import bulk; bulk.changed(Path(sys.argv[2]), Path(sys.argv[3]))"
    subprocess.run([sys.executable, MAKER, "--write", folder / "store", "40000"], check=True, timeout=1800)
    copying = [sys.executable, "-c", code, "", folder / "store", folder / "changed"]
    subprocess.run(copying, check=True, timeout=300, cwd=MAKER.parent)
    return folder


@pytest.mark.long
@pytest.mark.parametrize(
    "line",
    [
        ["verify"], ["validate"], ["stats"], ["export", "graph.nq"], ["export", "graph.ttl"], ["export", "graph.jsonl"],
        ["export", "graph.csv"], ["diff", "changed"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_million_triples_need_no_memory_of_their_own(line: list[str], large: Path) -> None:
    command = [sys.executable, "-c", "from kg.cli import main; main()", "--project", support.ROOT, "--store", "store"]
    child = subprocess.Popen(
        [*command, *line],
        cwd=large,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (SPACE, SPACE)),
    )
    _, ended, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(ended)
    assert child.returncode == 0
    assert used.ru_maxrss >> 10 <= PEAK_MB
