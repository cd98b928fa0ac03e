"""One graph in a folder and on servers: the same answers, files, checks and changes; and how every fault ends."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import endpoints
import httpx
import pyoxigraph as ox
import pytest
import support
from endpoints import Gate, Passing
from pipeline import ROOT
from test_increment import CASES, World, content, front_matter, small_project

import kg.graph
from kg import export, store, validation
from kg.build import Knowledge, build
from kg.errors import QueryError, StoreError
from kg.increment import add, remove
from kg.project import Project
from kg.queries import checks, facts, moments, saved
from kg.rdf import layer
from kg.store import Address, Location, Store, generations, remote, upload
from kg.store.endpoint import Endpoint
from kg.store.generations import Register
from kg.store.wire import Asker

SUITE = tomllib.loads((ROOT / "tests/suites/remote.toml").read_text(encoding="utf-8"))
QUADS = list(support.store().quads())
MANIFEST = support.store().manifest
WRITTEN = sorted(map(str, QUADS))


class Places:
    """Servers that were started so far, and graphs on them that nobody has."""

    def __init__(self, factory: pytest.TempPathFactory, stack: ExitStack) -> None:
        self.factory, self.stack = factory, stack
        self.started: dict[str, str] = {}
        self.number = 0

    def url(self, name: str) -> str:
        if name not in self.started:
            server = endpoints.SERVERS[name](self.factory.mktemp(name))
            self.started[name] = self.stack.enter_context(server)
        return self.started[name]

    def new(self, name: str) -> Location:
        self.number += 1
        return Address(self.url(name), f"t{self.number}")


@pytest.fixture(autouse=True)
def _one_collector() -> Iterator[None]:
    """Rows of the engine may only be let go in the thread that made them, and the servers here have threads."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        for name in [name for name in os.environ if name.startswith("KG_STORE")]:
            patch.delenv(name)
        yield Places(tmp_path_factory, stack)


@pytest.fixture(params=list(endpoints.SERVERS), scope="module")
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped project, built into a folder."""
    folder = tmp_path_factory.mktemp("shipped") / "store"
    build(Project(ROOT), target=folder)
    return folder


@pytest.fixture(scope="module")
def brought(shipped: Path, places: Places, server: str) -> Location:
    """The same on a server."""
    place = places.new(server)
    with store.open(shipped) as own:
        written = store.write(place, own.quads(), own.manifest)
        assert written.quads == own.manifest.quads
    return place


@pytest.fixture
def small(places: Places, server: str) -> Address:
    """A small graph on a server."""
    place = places.new(server)
    store.write(place, QUADS, MANIFEST)
    assert isinstance(place, Address)
    return place


@pytest.fixture
def passage(places: Places) -> Iterator[Gate]:
    """A gate before the server of this process."""
    with endpoints.gate(places.url("in-process")) as made:
        yield made


def held(location: Location) -> list[str]:
    with store.open(location) as found:
        return sorted(map(str, found.quads()))


# ---- the same graph --------------------------------------------------------------------------------------------------


def test_every_saved_question_has_the_same_rows(shipped: Path, brought: Location) -> None:
    with store.open(shipped) as own, store.open(brought) as other:
        asked = 0
        for query in saved.load(Project(ROOT)):
            for values in ({}, query.example_values):
                if any(not p.optional and p.name not in values for p in query.parameters):
                    continue
                expected, found = (query.rows(each, values).rows for each in (own, other))
                assert Counter(map(str, found)) == Counter(map(str, expected)), query.name
                asked += 1
        assert asked > 45


@pytest.mark.parametrize("case", SUITE["query"], ids=lambda case: case["name"])
def test_a_query_means_the_same(brought: Location, shipped: Path, case: dict[str, Any]) -> None:
    def answer(found: Store) -> object:
        results = found.query(case["query"])
        if isinstance(results, ox.QuerySolutions):
            return [v.value for v in results.variables], Counter(tuple(map(str, row)) for row in results)
        return bool(results) if isinstance(results, ox.QueryBoolean) else Counter(map(str, results))

    with store.open(shipped) as own, store.open(brought) as other:
        expected = answer(own)
        assert expected != ([], Counter())
        assert answer(other) == expected


@pytest.mark.parametrize("options", SUITE["export"], ids=lambda options: options["name"])
def test_exports_are_the_same_bytes(shipped: Path, brought: Location, tmp_path: Path, options: dict[str, Any]) -> None:
    told = {name: value for name, value in options.items() if name != "name"}
    files = []
    for number, place in enumerate((shipped, brought)):
        with store.open(place) as found:
            files.append(tmp_path / f"{number}{options['name']}")
            export.write(found, files[-1], **told)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_facts_evidence_conflicts_and_counts_are_the_same(shipped: Path, brought: Location) -> None:
    with store.open(shipped) as own, store.open(brought) as other:
        for ask in (facts.find, facts.conflicts, facts.contradicted, checks.stats, checks.verify):
            assert ask(other) == ask(own), ask
    with store.open(shipped) as own, store.open(brought) as other:
        for fact in facts.find(own, about="BMW")[:5]:  # few enough to be asked one by one
            assert facts.why(other, fact.id) == facts.why(own, fact.id)
        assert moments.seen(other, moments.Moment("2025")).store.manifest.quads
        assert facts.find(moments.seen(other, moments.Moment("2025")).store) == facts.find(
            moments.seen(own, moments.Moment("2025")).store
        )


def test_checks_find_the_same(small: Address, tmp_path: Path) -> None:
    folders = {"shapes": ROOT / "ontology/shapes", "hygiene": ROOT / "queries/hygiene"}
    store.write(tmp_path / "own", QUADS, MANIFEST)
    with store.open(tmp_path / "own") as own, store.open(small) as other:
        expected = validation.validate(own, **folders)
        assert expected.findings
        assert validation.validate(other, **folders) == expected


def test_a_copy_on_the_disk_holds_the_same(small: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "IN_MEMORY", 10)
    assert held(small) == WRITTEN
    with store.open(small) as found:
        assert len(list(found.here().quads())) == len(found)


def test_what_is_asked_quad_by_quad_is_the_same_before_and_after_the_copy(small: Address) -> None:
    own = support.store()
    nodes = sorted({q.subject for q in own.quads("facts")}, key=str)[:12]
    with store.open(small) as asked, store.open(small) as copied:
        copied.here()
        for node in nodes:
            expected = sorted(map(str, own.match(node)))
            assert sorted(map(str, asked.match(node))) == expected == sorted(map(str, copied.match(node)))
        quad = next(own.quads("claims"))
        assert quad in asked.engine
        assert ox.Quad(quad.subject, quad.predicate, quad.object, layer("facts")) not in asked.engine


# ---- changes ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("remote")
    paths = {case["name"]: folder / f"{case['name']}.md" for case in CASES}
    for case in CASES:
        paths[case["name"]].write_text(front_matter(case), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Knowledge, "of", staticmethod(cache(Knowledge.of)))
        yield World(folder, small_project(folder / "project"), paths)


def test_adding_and_removing_gives_what_a_build_gives(world: World, places: Places, server: str) -> None:
    place, names = places.new(server), [case["name"] for case in CASES]
    first = frozenset(names[:-2])
    build(world.project, [world.paths[n] for n in sorted(first)], place)
    assert content(place) == world.full(first)
    change = add(world.project, [world.paths[n] for n in names[-2:]], place)
    assert change.added
    assert content(place) == world.full(frozenset(names))
    change = remove(world.project, [world.source(n) for n in names[-2:]], place)
    assert content(place) == world.full(first)
    add(world.project, [world.paths[names[0]]], place)  # which is there already
    assert content(place) == world.full(first)


def test_what_is_built_again_is_not_sent_again(small: Address) -> None:
    before = Register(small, Endpoint(small)).current()
    told = store.write(small, QUADS, replace(MANIFEST, inputs={"code": "other"}))
    after = Register(small, Endpoint(small)).current()
    assert before is not None
    assert after is not None
    assert (after.name, after.manifest) == (before.name, told)
    assert told.inputs == {"code": "other"}


def test_readers_go_on_while_another_graph_comes(small: Address) -> None:
    with store.open(small) as before:
        store.write(small, QUADS[:-1], MANIFEST)
        assert len(list(before.quads("facts"))) == before.manifest.quads["facts"]
        assert sum(1 for _ in before.query("SELECT * { GRAPH kg:claims { ?s ?p ?o } }")) == MANIFEST.quads["claims"]
        with store.open(small) as after:
            assert len(after) == len(before) - 1
        with pytest.raises(StoreError, match="another build wrote here in the meantime"):
            store.revise(before, [], [QUADS[-1]], MANIFEST)
        with pytest.raises(StoreError, match="another build wrote here in the meantime"):
            store.write(small, QUADS[:-2], MANIFEST, instead_of=before.manifest)
    assert len(held(small)) == len(QUADS) - 1


def test_of_two_writers_at_once_the_second_is_told(small: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    switch = Register.switch

    def late(self: Register, name: str, replaces: str) -> bool:
        monkeypatch.setattr(Register, "switch", switch)
        store.write(small, QUADS[:-1], MANIFEST)  # the other one is done first
        return switch(self, name, replaces)

    monkeypatch.setattr(Register, "switch", late)
    with pytest.raises(StoreError, match="another build wrote here in the meantime"):
        store.write(small, QUADS[:-2], MANIFEST)
    assert len(held(small)) == len(QUADS) - 1
    assert graphs_of(small) == generations_of(small)


def graphs_of(place: Address) -> set[str]:
    """The generations that have graphs."""
    is_ours = f'FILTER(STRSTARTS(STR(?g), "{place.root}/"))'
    found = Endpoint(place).rows(f"SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p ?o }} {is_ours} }}")
    return {g.value.split("/")[-2] for (g,) in found}


def generations_of(place: Address) -> set[str]:
    """The generations of which the register tells."""
    register = Register(place, Endpoint(place))
    return {*register.entries(), register.current_name()}


def test_what_nobody_can_want_is_removed(small: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "BATCH", 100)
    put = Endpoint.put

    def failing(self: Endpoint, graph: str, lines: str, graphs: str = "") -> None:
        if graph.endswith("/claims"):
            raise StoreError("the power is out")
        put(self, graph, lines, graphs)

    monkeypatch.setattr(Endpoint, "put", failing)
    with pytest.raises(StoreError, match="power"):
        store.write(small, QUADS[:-3], MANIFEST)
    monkeypatch.setattr(Endpoint, "put", put)
    store.write(small, QUADS[:-1], MANIFEST)
    assert graphs_of(small) == generations_of(small)
    assert len(graphs_of(small)) == 2  # the one that was broken off can never be the current one; the first may be read
    with store.open(small) as reader:
        monkeypatch.setattr(generations, "GRACE", -1.0)
        monkeypatch.setattr(remote, "GRACE", -1.0)
        store.write(small, QUADS[:-2], MANIFEST)
        assert len(graphs_of(small)) == 1
        with pytest.raises(StoreError, match="replaced while it was read"):
            reader.query("ASK { ?s ?p ?o }")


# ---- faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(endpoints.SERVERS))
def test_a_build_that_was_broken_off_goes_on(places: Places, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "BATCH", 100)
    monkeypatch.setattr(upload, "_NOTED", 2)
    behind = places.url(name)
    behind += "" if behind.endswith("/sparql") else "/update"
    with endpoints.gate(behind) as made:
        monkeypatch.setenv("KG_STORE_UPDATE", made.url)
        monkeypatch.setenv("KG_STORE_GRAPHS", f"{made.url}/none")  # so that all goes by updates
        place = replace(places.new(name))
        store.write(place, QUADS[:50], MANIFEST)
        made.passed.clear()
        store.write(replace(place, name=f"{place.name}-whole"), QUADS, MANIFEST)
        whole = made.updates
        made.passed.clear()
        made.act = lambda passing: passing.cut() if made.updates >= whole - 3 else passing.go_on()
        with pytest.raises(StoreError, match=r"the connection broke|broke off"):
            store.write(place, QUADS, MANIFEST)
        assert len(held(place)) == 50
        made.act = lambda passing: passing.go_on()
        made.passed.clear()
        store.write(place, QUADS, MANIFEST)
        assert made.updates < whole / 2
    assert held(place) == WRITTEN


def test_a_passing_fault_is_not_even_noticed(passage: Gate, places: Places) -> None:
    calls = Counter[str]()

    def act(passing: Passing) -> None:
        calls["all"] += 1
        if calls["all"] % 7 == 0:
            passing.answer(503, "text/plain", "busy")
        elif calls["all"] % 7 == 3:
            passing.cut()
        else:
            passing.go_on()

    passage.act = act
    place = Address(passage.url, "hiccup")
    store.write(place, QUADS, MANIFEST)
    assert held(place) == WRITTEN
    assert calls["all"] > len(passage.passed) + 3


@pytest.mark.parametrize("given", SUITE["asker"], ids=lambda given: given["name"])
def test_who_asks(passage: Gate, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in given["environment"].items():
        monkeypatch.setenv(name, value)

    def act(passing: Passing) -> None:
        if passing.authorization == given["wanted"]:
            passing.go_on()
        else:
            passing.answer(401, "text/plain", f"not you: {passing.authorization}")

    passage.act = act
    place = Address(passage.url, "private")
    if given.get("refused"):
        with pytest.raises(StoreError, match=given["refused"]) as raised:
            store.write(place, QUADS, MANIFEST)
        assert not any(value in str(raised.value) for value in given["environment"].values())
    else:
        store.write(place, QUADS, MANIFEST)
        assert len(held(place)) == len(QUADS)


def test_a_server_that_wants_a_proof_of_the_password(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Address(places.url("virtuoso") + "-auth", "private")
    monkeypatch.setenv("KG_STORE_USER", "dba")
    monkeypatch.setenv("KG_STORE_PASSWORD", "wrong")
    with pytest.raises(StoreError, match=r"refuses \(401\) who asks"):
        store.write(place, QUADS, MANIFEST)
    monkeypatch.setenv("KG_STORE_PASSWORD", "dba")
    store.write(place, QUADS, MANIFEST)
    assert held(place) == WRITTEN


@pytest.mark.parametrize("challenge", SUITE["challenge"], ids=lambda case: case["name"])
def test_challenges(passage: Gate, challenge: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_STORE_USER", "ana")
    monkeypatch.setenv("KG_STORE_PASSWORD", "s3cret")
    said: list[str] = []

    def act(passing: Passing) -> None:
        said.append(passing.authorization)
        if passing.authorization.startswith("Digest "):
            passing.go_on()
        else:
            passing.answer(401, "text/plain", "prove it", WWW_Authenticate=challenge["challenge"])

    passage.act = act
    place = Address(passage.url, "proved")
    if "error" in challenge:
        with pytest.raises(StoreError, match=challenge["error"]):
            store.write(place, QUADS, MANIFEST)
        return
    store.write(place, QUADS, MANIFEST)
    assert [s.partition(" ")[0] for s in said[:3]] == ["Basic", "Digest", "Digest"]
    assert len(set(said)) == len(said), "each proof is used once"
    assert all(challenge["algorithm"] in s for s in said[1:])
    assert not any("s3cret" in s for s in said)


def test_without_httpx_the_way_to_a_proof_is_named(passage: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_STORE_USER", "ana")
    monkeypatch.setitem(sys.modules, "httpx", None)
    monkeypatch.delitem(sys.modules, "kg.store.digest", raising=False)
    wanted = 'Digest realm="graphs", nonce="7", qop="auth"'
    passage.act = lambda passing: passing.answer(401, "text/plain", "", WWW_Authenticate=wanted)
    with pytest.raises(StoreError, match=r"needs httpx \(pip install 'autotech-kg\[digest\]'\)"):
        store.write(Address(passage.url, "proved"), QUADS, MANIFEST)


@pytest.mark.parametrize("case", SUITE["nonsense"], ids=lambda case: case["name"])
def test_a_server_that_answers_nonsense(passage: Gate, case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_STORE_TOKEN", "s3cret")
    place = Address(passage.url, "graph")
    store.write(place, QUADS, MANIFEST)

    def act(passing: Passing) -> None:
        if case.get("cut") is not None:
            passing.cut(case["cut"])
        elif case.get("silent"):
            passing.wait()
        else:
            passing.answer(case["status"], case["type"], case["body"], **case.get("headers", {}))

    monkeypatch.setenv("KG_STORE_TIMEOUT", str(case.get("silent", 60)))
    with store.open(place) as found:
        passage.act = act
        with pytest.raises((StoreError, QueryError)) as raised:
            list(found.query("SELECT * { ?s ?p ?o }"))
    assert re.search(case["error"], str(raised.value)), str(raised.value)
    assert "s3cret" not in str(raised.value)
    assert raised.value.hint
    with pytest.raises((StoreError, QueryError)):
        store.open(place)


@pytest.mark.parametrize("case", SUITE["address"], ids=lambda case: case["given"])
def test_addresses(case: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    if "error" not in case:
        found = store.located(case["given"])
        assert (type(found).__name__.replace("Posix", ""), str(found)) == (
            case["kind"],
            case.get("shown", case["given"]),
        )
        return
    with pytest.raises(StoreError, match=case["error"]) as raised:
        store.located(case["given"])
    assert "s3cret" not in str(raised.value)
    assert raised.value.hint


@pytest.mark.parametrize("case", SUITE["environment"], ids=lambda case: case["error"])
def test_an_environment_that_cannot_be(case: dict[str, Any]) -> None:
    with pytest.raises(StoreError, match=case["error"]) as raised:
        Asker.of(case["given"])
    assert raised.value.hint
    assert not any(v in str(raised.value) for n, v in case["given"].items() if n != "KG_STORE_TIMEOUT")


def test_nobody_who_holds_a_secret_shows_it() -> None:
    asker = Asker.of({"KG_STORE_USER": "ana", "KG_STORE_PASSWORD": "s3cret"})
    assert "s3cret" not in repr(asker)
    assert asker.authorization not in repr(asker)


def test_a_server_that_changes_values_is_refused() -> None:
    with endpoints.in_process(lambda text: text.replace('"0.92"', '"0.9"')) as url:
        place = Address.of(url)
        with pytest.raises(StoreError, match=r"does not keep .*0\.92"):
            store.write(place, QUADS, MANIFEST)
        assert not list(Endpoint(place).rows("SELECT * { GRAPH ?g { ?s ?p ?o } }"))


def test_a_server_that_loses_quads_is_noticed() -> None:
    with endpoints.in_process(lambda text: re.sub("<[^>]*/claim/[0-9a-f]+> (?=<)", "<x:one> ", text)) as url:
        with pytest.raises(StoreError, match=r"keeps .* of .* quads of the layer claims"):
            store.write(Address.of(url), QUADS, MANIFEST)
        with pytest.raises(StoreError, match="no graph here"):
            store.open(url)


def test_a_server_without_updates(passage: Gate) -> None:
    def act(passing: Passing) -> None:
        passing.answer(403, "text/plain", "no") if b"update=" in passing.body[:7] else passing.go_on()

    passage.act = act
    with pytest.raises(StoreError, match="refuses"):
        store.claim(Address(passage.url))
    passage.act = lambda p: p.answer(400, "text/plain", "what?") if p.body.startswith(b"update") else p.go_on()
    with pytest.raises(StoreError, match="no updates are taken here"):
        store.claim(passage.url)


def test_nobody_answers() -> None:
    place = f"http://127.0.0.1:{endpoints.free_port()}/sparql"
    with pytest.raises(StoreError, match=r"no server answers: .*refused.*is it running\?"):
        store.open(place)
    assert store.current(Address.of(place)) == ""


# ---- who uses it -----------------------------------------------------------------------------------------------------


def command(place: Address, *words: str) -> subprocess.CompletedProcess[str]:
    told = [sys.executable, "-c", "from kg.cli import main; main()", "--store", str(place), *words]
    return subprocess.run(told, capture_output=True, text=True, check=False, cwd=ROOT, timeout=300)


def test_the_command_line(places: Places, tmp_path: Path) -> None:
    place = places.new("in-process")
    assert isinstance(place, Address)
    missing = command(place, "facts")
    assert missing.returncode == 1
    assert f"{place}: no graph here (run 'kg --store {place} build')" in missing.stderr
    (tmp_path / "news.txt").write_text("BMW and Huawei announced a partnership in China.", encoding="utf-8")
    made = command(place, "build", str(tmp_path / "news.txt"))
    assert (made.returncode, made.stdout) == (0, "")
    assert f"in {place}" in made.stderr
    found = json.loads(command(place, "facts", "--about", "Huawei", "--format", "json").stdout)
    assert found
    assert command(place, "verify").returncode == 0
    command(place, "export", str(tmp_path / "graph.nq"))
    same = command(place, "diff", str(tmp_path / "graph.nq"), str(place), "--exit-code")
    assert (same.returncode, same.stderr) == (0, "no fact differs\n")


def test_the_python_api(small: Address, tmp_path: Path) -> None:
    with kg.graph.open(str(small)) as graph:
        assert len(graph) == len(QUADS)
        assert graph.count() == len(facts.find(support.store()))
        assert f"in {small}" in repr(graph)
        assert graph.view(tmp_path / "page.html", about="BMW")
        answer = graph.query("SELECT ?s { ?s a kg:Conflict }", timeout=20)
        assert len(answer) == sum(1 for _ in support.store().query("SELECT ?s { ?s a kg:Conflict }"))


def test_the_graph_of_a_server_is_served(small: Address) -> None:
    told = [sys.executable, "-c", "from kg.cli import main; main()", "--store", str(small), "serve", "--port", "0"]
    with subprocess.Popen(told, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stderr is not None
            line = next(line for line in process.stderr if "serving" in line)
            url = re.search(r"http://\S+", line)
            assert url
            query = {"query": "SELECT (COUNT(*) AS ?n) { GRAPH kg:curated { ?s ?p ?o } }"}
            accept = {"Accept": "application/sparql-results+json"}

            def count() -> int:
                answer = httpx.post(f"{url[0]}sparql", data=query, headers=accept, timeout=60)
                return int(answer.json()["results"]["bindings"][0]["n"]["value"])

            assert count() == MANIFEST.quads["curated"]
            assert "BMW" in httpx.get(f"{url[0]}search.json", params={"q": "BMW"}, timeout=60).text
            more = ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.Literal("o"), layer("curated"))
            store.write(small, [*QUADS, more], MANIFEST)
            assert count() == MANIFEST.quads["curated"] + 1
        finally:
            process.terminate()
