"""Documents come and go one by one, and the graph is the one that a build with the same documents gives."""

from __future__ import annotations

import io
import shutil
import sqlite3
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline import ROOT

import kg.increment.change
import kg.store
from kg.build import Knowledge, build
from kg.errors import InputError, QueryError, StoreError
from kg.increment import Change, add, remove
from kg.model import Document
from kg.names import KG
from kg.project import Project
from kg.queries.checks import verify
from kg.queries.facts import find
from kg.relations import Extraction
from kg.resolution import mark_copies, near
from kg.review import Desk
from kg.store import Manifest

CASES = tomllib.loads((ROOT / "tests/suites/increment.toml").read_text(encoding="utf-8"))["document"]
NAMES = [case["name"] for case in CASES]
NARROW, ANEW = 1e9, 0.0
"""Shares of a store from which on all is made anew: never, but for an empty one, and always."""
ENTITIES = """
@prefix at: <https://w3id.org/autotech#> .
@prefix id: <https://w3id.org/autotech/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
id:BMW a at:Automaker ; skos:prefLabel "BMW"@en .
id:Renault a at:Automaker ; skos:prefLabel "Renault"@en .
id:Toyota a at:Automaker ; skos:prefLabel "Toyota"@en .
id:Huawei a at:TechnologyCompany ; skos:prefLabel "Huawei"@en .
id:BMW_iX3 a at:VehicleModel ; skos:prefLabel "BMW iX3"@en .
id:HarmonyOS_NEXT a at:OperatingSystem ; skos:prefLabel "HarmonyOS NEXT"@en .
id:Android a at:OperatingSystem ; skos:prefLabel "Android"@en .
id:Android_Auto a at:OperatingSystem ; skos:prefLabel "Android Auto"@en .
id:China a at:Country ; skos:prefLabel "China"@en .
"""
FACTS = """
PREFIX at: <https://w3id.org/autotech#>
PREFIX id: <https://w3id.org/autotech/id/>
PREFIX kg: <https://w3id.org/autotech/kg#>
PREFIX dct: <http://purl.org/dc/terms/>
id:HarmonyOS_NEXT at:independentOf id:Android {| kg:status kg:InEffect ; dct:source <https://press.example/1> |} .
id:Toyota at:partnersWith id:Renault {| kg:status kg:InEffect ; dct:source <https://press.example/2> |} .
"""


@dataclass(frozen=True)
class World:
    """A small project, its documents as files, and a place for stores."""

    folder: Path
    project: Project
    paths: Mapping[str, Path]
    built: dict[frozenset[str], tuple[Manifest, list[str]]] = field(default_factory=dict, repr=False)

    def full(self, names: frozenset[str]) -> tuple[Manifest, list[str]]:
        """What a build with these documents gives."""
        if names not in self.built:
            build(self.project, [self.paths[n] for n in sorted(names)], self.folder / "full")
            self.built[names] = content(self.folder / "full")
        return self.built[names]

    def start(self, name: str, *documents: str) -> Path:
        """A new store with some documents."""
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        build(self.project, [self.paths[n] for n in documents], target)
        return target

    def add(self, target: Path, *names: str) -> Change:
        return add(self.project, [self.paths[n] for n in names], target)

    def source(self, name: str) -> str:
        return next(c.get("source", self.paths[name].as_posix()) for c in CASES if c["name"] == name)


def decided(world: World, folder: Path) -> World:
    """The same with decisions of curators: on a text that others copy, on a figure, on one of three versions."""
    project = Project(shutil.copytree(world.project.root, folder / "project"))
    build(project, [*world.paths.values()], folder / "all")
    with kg.store.open(folder / "all") as store:
        desk = Desk(project, store)
        items = {(i.source, i.title): i for i in desk.items("claims")}
        desk.reject(items[world.source("release"), "BMW · partners with · Huawei"])
        desk.correct(items[world.source("range"), "BMW iX3 · driving range · 500"], [("object", "700")])
        desk.accept(items[world.source("version-1"), "Huawei · partners with · Toyota"])
    Knowledge.of.cache_clear()  # type: ignore[attr-defined]
    return World(folder, project, world.paths)


def content(target: Path) -> tuple[Manifest, list[str]]:
    with kg.store.open(target) as store:
        return store.manifest, sorted(map(str, store.quads()))


def front_matter(case: Mapping[str, str]) -> str:
    fields = {"title": case["name"]} | {k: v for k, v in case.items() if k not in ("name", "text")}
    return "---\n" + "".join(f"{k}: '{v}'\n" for k, v in fields.items()) + "---\n" + case["text"].strip() + "\n"


def small_project(root: Path) -> Project:
    shutil.copytree(ROOT / "ontology", root / "ontology")
    for part, name, text in (("entities", "names.ttl", ENTITIES), ("facts", "facts.ttl", FACTS)):
        (root / "seeds" / part).mkdir(parents=True)
        (root / "seeds" / part / name).write_text(text, encoding="utf-8")
    (root / "queries").mkdir()
    return Project(root)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("increment")
    paths = {case["name"]: folder / f"{case['name']}.md" for case in CASES}
    for case in CASES:
        paths[case["name"]].write_text(front_matter(case), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Knowledge, "of", staticmethod(cache(Knowledge.of)))  # loading it takes longer than all the rest
        yield World(folder, small_project(folder / "project"), paths)


@pytest.fixture(scope="module")
def decided_world(world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    return decided(world, tmp_path_factory.mktemp("decided"))


# -- the law: whatever comes and goes, the graph is that of a build ---------------------------------------------------


@pytest.fixture(params=["as read", "decided"])
def either(request: pytest.FixtureRequest, world: World, decided_world: World) -> World:
    """A project with decisions of curators, and one without."""
    return decided_world if request.param == "decided" else world


batches = st.sets(st.sampled_from(NAMES), min_size=1, max_size=5)
steps = st.tuples(st.sampled_from(["add", "add", "remove"]), batches, st.sampled_from([NARROW, NARROW, NARROW, ANEW]))


def after_adding(world: World, held: frozenset[str], batch: frozenset[str]) -> frozenset[str]:
    """The documents of a store after some were added: one gives way to another of its source, unless both are given."""
    named = {world.source(n) for n in batch - held}
    return frozenset(n for n in held if n in batch or world.source(n) not in named) | batch


@settings(max_examples=13, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sets(st.sampled_from(NAMES)), changes=st.lists(steps, min_size=1, max_size=6))
def test_any_changes_give_the_graph_of_a_build(
    either: World, monkeypatch: pytest.MonkeyPatch, start: set[str], changes: list[tuple[str, set[str], float]]
) -> None:
    world, target = either, either.start("changed", *sorted(start))
    held = frozenset(start)
    for step, batch, broad in changes:
        monkeypatch.setattr(kg.increment.change, "BROAD", broad)
        if step == "add":
            world.add(target, *sorted(batch))
            held = after_adding(world, held, frozenset(batch))
        elif batch & held:
            remove(world.project, ids(target, batch & held), target)
            held -= batch
        manifest, quads = world.full(held)
        found = content(target)
        assert set(found[1]) ^ set(quads) == set(), (step, sorted(batch))
        assert found == (manifest, quads)


def ids(target: Path, names: set[str] | frozenset[str]) -> list[str]:
    """The ids of documents in a store, by their texts: a source may be that of several."""
    texts = {case["name"]: case["text"].strip() + "\n" for case in CASES}
    with kg.store.open(target) as store:
        rows = [tuple(t.value for t in r) for r in store.query(f"SELECT ?d ?t {{ ?d <{KG}text> ?t }}")]
    return [iri.rpartition("/")[2] for n in sorted(names) for iri, text in rows if text == texts[n]]


@pytest.mark.parametrize(
    ("held", "come", "narrow"),
    [
        ("release range said", "based", True),
        ("release range said", "version-1", False),
        ("release range said", "reprint", False),
        ("based chief said", "release", False),
        ("release range said", "partners", False),
        ("range said chief", "based", True),
    ],
)
def test_only_what_meets_a_decision_makes_all_anew(
    decided_world: World, monkeypatch: pytest.MonkeyPatch, held: str, come: str, narrow: bool
) -> None:
    anew: list[object] = []
    line = kg.increment.change.Line
    monkeypatch.setattr(kg.increment.change, "BROAD", NARROW)
    monkeypatch.setattr(kg.increment.change, "Line", lambda *given: anew.append(given) or line(*given))
    target = decided_world.start("meeting", *held.split())
    told = decided_world.add(target, come).report
    assert bool(anew) != narrow
    assert content(target) == decided_world.full(frozenset([*held.split(), come]))
    paths = [decided_world.paths[name] for name in (*held.split(), come)]
    full = build(decided_world.project, paths, decided_world.folder / "told")
    assert (told.decisions, told.reopened) == (full.decisions, full.reopened)


# -- what is said of a change -----------------------------------------------------------------------------------------


def test_what_comes_is_added_replaces_or_is_there_already(world: World) -> None:
    target = world.start("told", "said", "version-1")
    change = world.add(target, "said", "denied", "version-2")
    assert (change.added, change.replaced) == ((world.source("denied"),), ("https://news.example/story",))
    assert (change.known, change.removed, change.since) == ((world.source("said"),), (), ())
    assert (change.report.documents, change.report.conflicts) == (3, 1)
    assert content(target) == world.full(frozenset({"said", "denied", "version-2"}))


def test_what_is_there_already_changes_nothing(world: World) -> None:
    target = world.start("known", "said", "denied")
    before = (target / "CURRENT").read_text(encoding="utf-8"), content(target)
    change = world.add(target, "denied", "said")
    assert len(change.known) == 2
    assert change.report.digest == before[1][0].digest
    assert ((target / "CURRENT").read_text(encoding="utf-8"), content(target)) == before


def test_standard_input_names_no_text_and_is_never_a_new_version(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        def __init__(self, text: str) -> None:
            self.buffer = io.BytesIO(text.encode())

    target = world.start("input", "range")
    for number, text in enumerate(("BMW has partnered with Huawei.", "Renault has partnered with Huawei."), 2):
        monkeypatch.setattr("sys.stdin", Input(text))
        change = add(world.project, ["-"], target)
        assert (change.added, change.replaced, change.report.documents) == (("-",), (), number)


def test_a_document_without_patterns_is_named_when_it_comes(world: World) -> None:
    target = world.start("unread", "range")
    assert world.add(target, "unread").report.unread == (world.source("unread"),)
    assert world.add(target, "said").report.unread == ()


@pytest.mark.parametrize("by", ["id", "beginning", "source"])
def test_a_document_goes_by_its_id_the_beginning_of_one_or_its_source(world: World, by: str) -> None:
    target = world.start("named", "said", "denied")
    [name] = ids(target, {"denied"})
    given_name = {"id": name, "beginning": name[:6], "source": world.source("denied")}[by]
    change = remove(world.project, [given_name], target)
    assert change.removed == (world.source("denied"),)
    assert content(target) == world.full(frozenset({"said"}))


# -- what fails changes nothing ---------------------------------------------------------------------------------------


def test_without_a_store_the_way_out_is_told(world: World, tmp_path: Path) -> None:
    nowhere = tmp_path / "none"
    for change in (lambda: world.add(nowhere, "said"), lambda: remove(world.project, ["x"], nowhere)):
        with pytest.raises(StoreError, match=r"none: no store here \(run 'kg build'\)"):
            change()
    assert not nowhere.exists()


def test_a_store_that_does_not_say_what_it_is_made_from_is_not_changed(world: World, tmp_path: Path) -> None:
    kg.store.write(tmp_path / "store", [], Manifest({}, "https://example.org/"))
    with pytest.raises(StoreError, match=r"does not say what it was built from \(run 'kg build' once\)"):
        world.add(tmp_path / "store", "said")


def test_a_name_that_fits_no_document_takes_none_out(world: World) -> None:
    target = world.start("unnamed", "said", "version-1", "version-2")
    before = content(target)
    with pytest.raises(QueryError, match=r"no document 'nowhere' \(give its id or its source\)"):
        remove(world.project, [world.source("said"), "nowhere"], target)
    with pytest.raises(QueryError, match=r"several documents fit 'https://news\.example/story'"):
        remove(world.project, ["https://news.example/story"], target)
    assert content(target) == before


def test_refused_sources_are_named_and_strict_makes_them_an_error(world: World, tmp_path: Path) -> None:
    target = world.start("refused", "said")
    before = content(target)
    missing = tmp_path / "missing.txt"
    with pytest.raises(InputError, match=r"missing\.txt: no such file"):
        add(world.project, [world.paths["denied"], missing], target, strict=True)
    with pytest.raises(InputError, match=r"missing\.txt: no such file"):
        add(world.project, [missing], target)
    assert content(target) == before
    change = add(world.project, [world.paths["denied"], missing], target)
    assert [e.message for e in change.report.refused] == ["no such file"]
    assert content(target) == world.full(frozenset({"said", "denied"}))


@pytest.mark.parametrize("broad", [NARROW, ANEW])
def test_a_change_that_fails_leaves_the_store(world: World, monkeypatch: pytest.MonkeyPatch, broad: float) -> None:
    target = world.start("failing", "said", "range")
    before = content(target)
    monkeypatch.setattr(kg.increment.change, "BROAD", broad)

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kg.files.write", broken)
        with pytest.raises(StoreError, match=r"cannot be written: No space left on device \(make room there"):
            world.add(target, "denied")
    assert content(target) == before
    assert [p.name for p in sorted(target.glob("g*"))] == ["g000001"]
    world.add(target, "denied")
    assert content(target) == world.full(frozenset({"said", "range", "denied"}))


@pytest.mark.parametrize("broad", [NARROW, ANEW])
def test_what_another_process_wrote_meanwhile_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch, broad: float
) -> None:
    target = world.start("meanwhile", "said", "range")
    monkeypatch.setattr(kg.increment.change, "BROAD", broad)
    read = kg.increment.change.read_documents

    def slowly(*given: Any, **options: Any) -> Any:
        monkeypatch.setattr(kg.increment.change, "read_documents", read)
        world.add(target, "denied")
        return read(*given, **options)

    monkeypatch.setattr(kg.increment.change, "read_documents", slowly)
    with pytest.raises(StoreError, match=r"another build wrote here in the meantime \(run the command again\)"):
        world.add(target, "chief")
    assert content(target) == world.full(frozenset({"said", "range", "denied"}))


# -- what else changed since ------------------------------------------------------------------------------------------

CHANGES = {
    "names": ("seeds/entities/more.ttl", ENTITIES.replace('"BMW iX3"', '"Quxonix"').replace("BMW_iX3", "Quxonix")),
    "ontology": ("ontology/more.ttl", "<https://w3id.org/autotech#Thing> <http://purl.org/dc/terms/title> 'x' ."),
    "patterns": ("ontology/patterns/id.toml", (ROOT / "ontology/patterns/id.toml").read_text(encoding="utf-8") + "\n"),
    "what curators wrote": ("seeds/facts/more.ttl", FACTS.replace("HarmonyOS_NEXT", "Android_Auto")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_since_the_last_build_is_noticed(world: World, tmp_path: Path, what: str) -> None:
    root = tmp_path / "project"
    shutil.copytree(world.project.root, root)
    project, first, second = Project(root), world.paths["maker"], world.paths["said"]
    build(project, [first], tmp_path / "store")
    name, text = CHANGES[what]
    (root / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Knowledge, "of", staticmethod(Knowledge.of.__wrapped__))  # type: ignore[attr-defined]
        change = add(project, [second], tmp_path / "store")
        build(project, [first, second], tmp_path / "full", cache=False)
        again = add(project, [second], tmp_path / "store")
    assert (change.since, again.since) == ((what,), ())
    assert content(tmp_path / "store") == content(tmp_path / "full")


def test_another_version_of_the_program_makes_all_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    target = world.start("older", "maker", "range")
    monkeypatch.setattr("kg.inputs._code", lambda: "another")
    change = remove(world.project, [world.source("range")], target)
    assert change.since == ("the program",)
    assert content(target)[1] == world.full(frozenset({"maker"}))[1]


def test_a_store_without_what_curators_wrote_stays_so(world: World, tmp_path: Path) -> None:
    for target, names in ((tmp_path / "one", ["said"]), (tmp_path / "both", ["said", "based"])):
        build(world.project, [world.paths[n] for n in names], target, facts=False)
    world.add(tmp_path / "one", "based")
    assert content(tmp_path / "one") == content(tmp_path / "both")
    with kg.store.open(tmp_path / "one") as store:
        assert {f.origin for f in find(store)} == {"Extracted"}
        assert verify(store).ok


def test_extractors_read_what_comes_too(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def panel(knowledge: Knowledge, extractors: list[str]) -> None:
        asked.append(tuple(extractors))

    monkeypatch.setattr("kg.build.panel_of", panel)
    monkeypatch.setattr("kg.increment.change.panel_of", panel)
    build(world.project, [world.paths["said"], world.paths["range"]], tmp_path / "store", extractors=["b", "a"])
    change = world.add(tmp_path / "store", "denied")
    assert asked == [("b", "a"), ("a", "b")]
    assert (change.since, change.report.documents) == ((), 3)


# -- at the cost of the change ----------------------------------------------------------------------------------------


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources of the documents that were really read, as they are."""
    sources: list[str] = []
    extract = Knowledge.extract

    def counted(self: Knowledge, document: Document) -> Extraction:
        sources.append(document.source)
        return extract(self, document)

    monkeypatch.setattr(Knowledge, "extract", counted)
    return sources


def test_only_what_comes_is_read(world: World, read: list[str]) -> None:
    target = world.start("cost", *NAMES[:10], "release")
    assert len(read) == 11
    read.clear()
    world.add(target, "reprint")
    assert read == [world.source("reprint")]
    read.clear()
    remove(world.project, [world.source("release")], target)
    world.add(target, "reprint")
    assert read == []
    build(world.project, [world.paths[n] for n in (*NAMES[:10], "half")], target)
    assert read == [world.source("half")]
    build(world.project, [world.paths["half"]], target, cache=False)
    assert read == [world.source("half")] * 2


@pytest.mark.parametrize("damage", [shutil.rmtree, lambda cache: [p.write_bytes(b"x" * 50) for p in cache.iterdir()]])
def test_without_the_cache_the_graph_is_the_same(world: World, damage: Callable[[Path], object]) -> None:
    names = frozenset({"maker", "software", "release", "reprint", "said"})
    target = world.start("uncached", *sorted(names))
    damage(target / "cache")
    world.add(target, "first-print", "chief")
    assert content(target) == world.full(names | {"first-print", "chief"})
    damage(target / "cache")
    remove(world.project, [world.source("release")], target)
    assert content(target) == world.full((names | {"first-print", "chief"}) - {"release"})


def test_a_change_keeps_one_generation_and_no_stale_reading(world: World) -> None:
    target = world.start("kept", *NAMES[:8])
    for name in NAMES[8:12]:
        world.add(target, name)
        remove(world.project, [world.source(name)], target)
    assert [p.name for p in target.glob("g*")] == ["g000009"]
    with closing(sqlite3.connect(target / "cache" / "readings.sqlite")) as database:
        assert database.execute("SELECT COUNT(*) FROM readings").fetchone() == (8,)
    assert len(list((target / "cache").glob("neighbours-*"))) == 1


# -- copies, looked at alone ------------------------------------------------------------------------------------------

words = st.lists(st.sampled_from(["ab", "cd", "ef", "gh"]), min_size=4, max_size=9).map(" ".join)
documents = st.lists(
    st.builds(Document, words, st.sampled_from("xyz"), issued=st.sampled_from(["", "2025", "2025-02-03"])),
    min_size=2,
    max_size=8,
    unique_by=lambda d: d.id,
)


@settings(max_examples=60, deadline=None)
@given(documents)
def test_marks_among_kindred_are_those_among_all(found: list[Document]) -> None:
    """What lets a change look at a few documents: the law of :func:`kg.resolution.near.kindred`."""
    by_id = {d.id: d for d in found}
    table = {name: near.keys(d) for name, d in by_id.items()}

    def candidates(document: Document) -> list[str]:
        mine = table[document.id]
        return [n for n, keys in table.items() if any(a == b for a, b in zip(keys, mine, strict=True))]

    marks = {d.id: d.copy_of for d in mark_copies(found)}
    for one in found:
        some = near.kindred([one], candidates, by_id.__getitem__)
        assert {d.id: d.copy_of for d in mark_copies(list(some.values()))} == {n: marks[n] for n in some}


def test_a_translation_follows_what_is_there(world: World) -> None:
    """It is one of the original while that is there, and else the text that others copy."""
    target = world.start("translated", "contract-id", "partners", "maker", "said")
    for change, names in (
        (lambda: world.add(target, "contract"), {"contract", "contract-id"}),
        (lambda: world.add(target, "contract-id-mirror"), {"contract", "contract-id", "contract-id-mirror"}),
        (lambda: remove(world.project, [world.source("contract")], target), {"contract-id", "contract-id-mirror"}),
    ):
        change()
        assert content(target) == world.full(frozenset(names | {"partners", "maker", "said"}))
        with kg.store.open(target) as store:
            translated = sum(1 for _ in store.match(predicate=ox.NamedNode(KG + "translationOf")))
            copied = sum(1 for _ in store.match(predicate=ox.NamedNode(KG + "copyOf")))
        assert (copied, translated) == (len(names) - 1, (len(names) - 1) * ("contract" in names))
