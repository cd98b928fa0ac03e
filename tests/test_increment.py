"""Documents come and go one by one, and the graph is the one that a build with the same documents gives."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline import ROOT

import kg.increment.change
import kg.store
from kg.build import BuildReport, Knowledge, build
from kg.errors import InputError, QueryError, StoreError
from kg.increment import Change, add, remove
from kg.names import KG
from kg.project import Project
from kg.queries.checks import verify
from kg.queries.facts import find
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


# -- the law: whatever comes and goes, the graph is that of a build ---------------------------------------------------

batches = st.sets(st.sampled_from(NAMES), min_size=1, max_size=5)
steps = st.tuples(st.sampled_from(["add", "add", "remove"]), batches, st.sampled_from([NARROW, NARROW, NARROW, ANEW]))


def after_adding(world: World, held: frozenset[str], batch: frozenset[str]) -> frozenset[str]:
    """The documents of a store after some were added: one gives way to another of its source, unless both are given."""
    named = {world.source(n) for n in batch - held}
    return frozenset(n for n in held if n in batch or world.source(n) not in named) | batch


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sets(st.sampled_from(NAMES)), changes=st.lists(steps, min_size=1, max_size=6))
def test_any_changes_give_the_graph_of_a_build(
    world: World, monkeypatch: pytest.MonkeyPatch, start: set[str], changes: list[tuple[str, set[str], float]]
) -> None:
    target = world.start("changed", *sorted(start))
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
