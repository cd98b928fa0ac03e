"""Stories of facts that meet: documents in; facts, copies, conflicts and differences out; and laws that they keep."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import stories
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline import ROOT, knowledge, short

import kg.store
from kg.build import Graph, Knowledge, assemble, build
from kg.increment import add
from kg.model import Document, Fact
from kg.names import local_name
from kg.project import Project
from kg.queries import facts
from kg.queries.differences import differences
from kg.relations import Extraction
from kg.resolution import conflicts, resolve
from kg.store import Store

STORIES = stories.suite("stories")
TOLD = [(name, which) for name in STORIES for which in ("story", "twin")]
IDS = [name if which == "story" else f"{name}-twin" for name, which in TOLD]


def side(name: str, which: str) -> dict[str, Any]:
    """A story or its twin, whose documents take the place of those of the same source."""
    story: dict[str, Any] = STORIES[name]
    if which == "story":
        return story
    documents = {**story["documents"], **story["twin"].get("documents", {})}
    kept = {key: story[key] for key in ("curated", "without") if key in story}
    return {**kept, **story["twin"], "documents": documents}


@cache
def made(name: str, which: str, without: str = "") -> Store:
    told = side(name, which)
    documents = {source: text for source, text in told["documents"].items() if source != without}
    return stories.graph(documents, told.get("curated", ()))


def copies(store: Store) -> list[str]:
    query = "SELECT ?a ?b { ?d kg:copyOf ?o ; dct:source ?a . ?o dct:source ?b }"
    return sorted(f"{row[0].value} of {row[1].value}" for row in store.query(query))


def scoped(fact: Fact) -> str:
    scope = f" [{', '.join(f'{local_name(n)}={short(v)}' for n, v in fact.identity)}]" if fact.identity else ""
    return stories.statement(fact) + scope


def disputes(store: Store) -> list[str]:
    """Each conflict by its rule and its sides; one of a fact with itself has one side."""
    found = facts.conflicts(store)
    return sorted(f"{c.rule}: {' | '.join(dict.fromkeys((scoped(a), scoped(b))))}" for c, a, b in found)


def courses(store: Store) -> list[str]:
    """The facts that went through more than one status, each with its course."""
    told = [(f, facts.explain(store, f).course) for f in facts.find(store)]
    return sorted(f"{scoped(f)}: {' → '.join(map(str, steps))}" for f, steps in told if len(steps) > 1)


@pytest.mark.parametrize(("name", "which"), TOLD, ids=IDS)
def test_story(name: str, which: str) -> None:
    told, store = side(name, which), made(name, which)
    assert stories.told(store, full=True) == told["facts"]
    assert copies(store) == told.get("copies", [])
    assert disputes(store) == told.get("conflicts", [])
    assert courses(store) == told.get("courses", [])


CHANGES = [(name, which) for name, which in TOLD if "without" in STORIES[name]]


@pytest.mark.parametrize(
    ("name", "which"), CHANGES, ids=[i for i, told in zip(IDS, TOLD, strict=True) if told in CHANGES]
)
def test_what_one_document_changes(name: str, which: str) -> None:
    told = side(name, which)
    before, after = made(name, which, told["without"]), made(name, which)
    assert [stories.change(c) for c in differences(before, after)] == told["changes"]
    assert len(differences(after, before)) == len(told["changes"]), "what comes can go again"


def test_there_are_stories_in_both_languages_and_across_them() -> None:
    languages = [{d.get("language", "en") for d in story["documents"].values()} for story in STORIES.values()]
    assert min(languages.count({"en"}), languages.count({"id"})) >= 5
    assert languages.count({"en", "id"}) >= 25
    assert len(STORIES) >= 48
    assert {c.split(":")[0] for s in STORIES.values() for c in s.get("conflicts", [])} == {
        "excludes", "exclusive", "functional", "status"
    }  # fmt: skip


def _most(attribute: str) -> Callable[[Store], int]:
    return lambda store: max(getattr(fact, attribute) for fact in facts.find(store))


SHOWN: Mapping[str, Callable[[Store], int]] = {
    "support": _most("support"),
    "publishers": _most("publishers"),
    "copies": lambda store: len(copies(store)),
    "conflicts": lambda store: len(disputes(store)),
    "days": lambda store: len({day for f in facts.find(store) for day in (f.first_stated, f.last_stated)}),
    "facts": lambda store: len(facts.find(store)),
    "course": lambda store: max(len(facts.explain(store, fact).course) for fact in facts.find(store)),
}


@pytest.mark.parametrize("name", STORIES)
def test_what_a_story_shows_does_not_happen_in_its_twin(name: str) -> None:
    shown = SHOWN[STORIES[name]["shows"]]
    found, twin = shown(made(name, "story")), shown(made(name, "twin"))
    assert found > twin
    assert twin == 0 or STORIES[name]["shows"] not in ("copies", "conflicts")


def test_stories_show_everything_that_becomes_of_facts() -> None:
    assert {story["shows"] for story in STORIES.values()} == set(SHOWN)


# ---- laws ------------------------------------------------------------------------------------------------------


@cache
def read() -> Mapping[Document, Extraction]:
    """The documents of all stories and twins, with what was read from them."""
    found = [stories.document(s, text) for name, which in TOLD for s, text in side(name, which)["documents"].items()]
    return {document: knowledge().extract(document) for document in found}


WRITTEN = ("Geely acquires Lotus", "Honda partnersWith Nissan (Ended)", "Polestar_4 producedIn Sweden (exclusive=true)")
CURATED = [stories.curated_fact(words, line) for line, words in enumerate(WRITTEN, 1)]
TITLES = st.sets(st.sampled_from(sorted(STORIES)), min_size=1, max_size=4)


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    """Documents of a few stories and of their twins, in any order."""
    sources = {(name, which) for name in draw(TITLES) for which in ("story", "twin")}
    found = {stories.document(s, text) for name, which in sources for s, text in side(name, which)["documents"].items()}
    kept = draw(st.sets(st.sampled_from(sorted(found, key=lambda d: d.id)), min_size=1))
    return draw(st.permutations(sorted(kept, key=lambda d: d.id)))


def graph(found: Sequence[Document], extractions: Sequence[Extraction], curated: Sequence[Fact] = CURATED) -> Graph:
    return assemble(knowledge(), found, extractions, curated)


def readings(found: Sequence[Document]) -> list[Extraction]:
    return [read()[document] for document in found]


@settings(max_examples=40, deadline=None)
@given(documents(), st.randoms())
def test_the_order_of_documents_changes_nothing(found: list[Document], chance: random.Random) -> None:
    """Nor does the order of what was read from them, of what curators wrote, or a reading given twice."""
    shuffled = [*readings(found), *readings(found[:2])]
    chance.shuffle(shuffled)
    ordered = sorted(found, key=lambda d: d.id)
    assert graph(found, shuffled, CURATED[::-1]) == graph(ordered, readings(ordered))


@settings(max_examples=40, deadline=None)
@given(documents())
def test_facts_resolved_again_are_the_same(found: list[Document]) -> None:
    made = graph(found, readings(found))
    by_id = {d.id: d for d in made.documents}
    claims = [c for f in made.facts for c in f.claims]
    again = resolve(claims[::-1], CURATED, by_id, made.ontology)
    assert again == list(made.facts)
    assert conflicts(again[::-1], by_id, made.ontology) == list(made.conflicts)


@settings(max_examples=40, deadline=None)
@given(documents())
def test_documents_found_to_be_copies_stay_so(found: list[Document]) -> None:
    """The marks of a graph, found again among its own documents; no claim is lost and none counts twice."""
    once = graph(found, readings(found))
    again = graph(once.documents, readings(found))
    assert again.documents == once.documents
    assert sorted(c.id for f in once.facts for c in f.claims) == sorted(c.id for c in once.claims)
    independent = {d.id for d in once.documents if not d.copy_of}
    assert all(0 <= f.publishers <= f.support <= min(len(f.claims), len(independent)) for f in once.facts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Knowledge, "of", staticmethod(lambda _: knowledge()))
        yield tmp_path_factory.mktemp("stories")


def file(folder: Path, document: Document) -> Path:
    known = {"issued": "published", "language": "language", "publisher": "publisher"}
    head = "".join(f"{word}: '{getattr(document, n)}'\n" for n, word in known.items() if getattr(document, n))
    path = folder / f"{document.id}.md"
    path.write_text(f"---\n{head}---\n{document.text}\n", encoding="utf-8")
    return path


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents(), st.data())
def test_a_batch_may_be_split(folder: Path, found: list[Document], data: st.DataObject) -> None:
    """A build with some documents, then the others added, one of the first again among them: a build with all."""
    paths = [file(folder, d) for d in found]
    first = data.draw(st.integers(1, len(paths)))
    whole, parts = folder / "whole", folder / "parts"
    build(Project(ROOT), paths, whole)
    build(Project(ROOT), paths[:first], parts)
    add(Project(ROOT), paths[first - 1 :], parts)
    with kg.store.open(whole) as one, kg.store.open(parts) as other:
        assert one.manifest == other.manifest
        assert stories.told(one, full=True) == stories.told(other, full=True)
