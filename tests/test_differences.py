"""What changed from one graph to another and why: stories, exports read back, the command, Python."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest
import stories
import support
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline import ROOT, knowledge

import kg
from kg import export
from kg import store as stores
from kg.build import Graph
from kg.cli import main
from kg.errors import StoreError
from kg.model import Document
from kg.queries.differences import Cause, Kind, Reason, differences, summary
from kg.queries.moments import Moment, seen
from kg.resolution import resolve
from kg.store import Store

STORIES = stories.suite("changes")
CAME = "a-later-document-in-another-language"


@cache
def side(name: str, which: str) -> Store:
    story = STORIES[name].get(which, {})
    return stories.graph(story.get("documents", {}), story.get("curated", ()), story.get("unread", ""))


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str) -> None:
    assert [stories.change(c) for c in differences(side(name, "before"), side(name, "after"))] == STORIES[name][
        "changes"
    ]


@pytest.mark.parametrize("name", STORIES)
def test_a_story_told_backwards(name: str) -> None:
    """What was gained is lost, what came went: the same facts, the same differences."""
    before, after = side(name, "before"), side(name, "after")
    forwards, backwards = differences(before, after), differences(after, before)
    mirror = {Kind.GAINED: Kind.LOST, Kind.LOST: Kind.GAINED, Kind.CHANGED: Kind.CHANGED}
    assert [(c.id, mirror[c.kind], c.differences) for c in forwards] == [
        (c.id, c.kind, c.differences) for c in backwards
    ]
    opposite = {Reason.CAME: Reason.WENT, Reason.WROTE: Reason.REMOVED}
    opposite |= {b: a for a, b in opposite.items()}
    there = [sorted(opposite.get(x.reason, x.reason) for x in c.causes) for c in forwards]
    assert there == [sorted(x.reason for x in c.causes) for c in backwards]


def test_there_are_stories_with_each_cause_and_their_twins() -> None:
    languages = {d.get("language", "en") for s in STORIES.values() for d in s["after"].get("documents", {}).values()}
    assert languages == {"en", "id"}
    told = {c.split(" <- ")[1].split(":")[0] for s in STORIES.values() for c in s["changes"]}
    apart = {"copy found", "no copy any more", "settled otherwise", "curator decided", "decision taken back"}
    assert told == {r.value for r in Reason} - apart
    assert sum(not s["changes"] for s in STORIES.values()) >= 7


# ---- causes that no story of documents alone shows ---------------------------------------------------------------


@cache
def two_articles(copied: bool, status: bool = True) -> Store:
    """Two documents of one fact, found to be one text or not."""
    texts = ("Nissan has partnered with Honda.", "Nissan has partnered with Honda, it says.")
    documents = [Document(text, f"news/{i}.md", issued=f"2025-03-1{i}", language="en") for i, text in enumerate(texts)]
    claims = [c for d in documents for c in knowledge().extract(d).claims]
    marked = [documents[0], replace(documents[1], copy_of=documents[0].id if copied else "")]
    facts = resolve(claims, [], {d.id: d for d in marked}, knowledge().ontology)
    if not status:
        facts = [replace(f, support=7) for f in facts]
    return stories.stored(Graph(knowledge().ontology, [], marked, claims, facts, []))


def test_a_copy_that_was_found_takes_support_away() -> None:
    [found] = differences(two_articles(False), two_articles(True))
    assert (found.differences, found.causes) == (("support",), (Cause(Reason.COPY, "news/1.md", "news/0.md"),))
    assert str(found.causes[0]) == "copy found: news/1.md, of news/0.md"
    [undone] = differences(two_articles(True), two_articles(False))
    assert undone.causes == (Cause(Reason.NO_COPY, "news/1.md", "news/0.md"),)


def test_the_same_evidence_settled_otherwise_is_no_fault_of_a_document() -> None:
    [found] = differences(two_articles(False), two_articles(False, status=False))
    assert (found.differences, [str(c) for c in found.causes]) == (("support",), ["settled otherwise"])


def test_what_was_learnt_since_a_day() -> None:
    """Two views of one graph are two graphs: what came to be known between two days, by which documents."""
    store = side(CAME, "after")
    [found] = differences(seen(store, Moment("", "2025-04")).store, store)
    assert stories.change(found) == STORIES[CAME]["changes"][0]


def test_a_summary_counts_facts_by_cause() -> None:
    name = "a-curator-wrote-changed-and-removed"
    assert summary(differences(side(name, "before"), side(name, "after"))) == {
        (Kind.GAINED, Reason.WROTE): 1,
        (Kind.LOST, Reason.REMOVED): 1,
        (Kind.CHANGED, Reason.REVISED): 1,
    }
    both = "a-curator-changed-it-while-a-document-came"
    counted = summary(differences(side(both, "before"), side(both, "after")))
    assert counted == {(Kind.CHANGED, Reason.CAME): 1, (Kind.CHANGED, Reason.REVISED): 1}


# ---- laws ------------------------------------------------------------------------------------------------------

ALL = {f"{name}/{which}/{source}": text for name, story in STORIES.items() for which in ("before", "after")
       for source, text in story.get(which, {}).get("documents", {}).items()}  # fmt: skip
TEXTS = st.sets(st.sampled_from(sorted(ALL)), max_size=5)


@cache
def some(names: frozenset[str]) -> Store:
    return stories.graph({name: ALL[name] for name in names})


@settings(max_examples=40, deadline=None)
@given(TEXTS, TEXTS)
def test_the_changes_make_the_one_graph_into_the_other(one: set[str], other: set[str]) -> None:
    before, after = some(frozenset(one)), some(frozenset(other))
    changes = differences(before, after)
    assert changes == differences(Store.from_quads(sorted(before.quads(), key=str), before.manifest), after)
    left = set(stories.told(before)) - {stories.worded(c.before) for c in changes if c.before}
    assert left | {stories.worded(c.after) for c in changes if c.after} == set(stories.told(after))
    assert all(c.causes for c in changes)
    keys = [(c.fact.subject, c.fact.predicate, str(c.fact.object), c.id) for c in changes]
    assert all(a < b for a, b in pairwise(keys))


@settings(max_examples=20, deadline=None)
@given(TEXTS)
def test_a_graph_does_not_differ_from_itself(names: set[str]) -> None:
    assert differences(some(frozenset(names)), some(frozenset(names))) == []


# ---- exports ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rdf12", [False, True])
@pytest.mark.parametrize("form", ["nq", "trig", "ttl", "nt"])
def test_an_export_is_the_graph(form: str, rdf12: bool, tmp_path: Path) -> None:
    """Read back it has the same facts, and every record in its layer, with or without names of layers in the file."""
    world = support.store()
    export.write(world, tmp_path / f"world.{form}", rdf12=rdf12, texts=True)
    found = stores.read(tmp_path / f"world.{form}")
    assert differences(world, found) == differences(found, world) == []
    assert differences(found, Store.from_quads((), found.manifest))
    for layer in ("facts", "claims", "documents", "curated"):
        kept = {str(q) for q in world.quads(layer) if rdf12 or "reifies>" not in str(q)}
        assert {str(q) for q in found.quads(layer)} == kept
    assert found.prefixes.shrink(support.iri("BMW")) == "id:BMW"
    assert found.records == world.records


@pytest.mark.parametrize("layer", ["facts", "claims"])
def test_a_layer_alone_cannot_be_compared(layer: str, tmp_path: Path) -> None:
    """Nobody could tell the causes from it."""
    export.write(side(CAME, "before"), tmp_path / "part.nq", layer=layer)
    with pytest.raises(StoreError, match=r"part.nq: holds no whole graph of this model \(write it .* all layers\)"):
        stores.read(tmp_path / "part.nq")


def test_names_of_texts_come_back_to_the_facts(tmp_path: Path) -> None:
    """In Turtle, which has no layers, a name that a text gave is told from a listed one by its origin."""
    world = support.store()
    export.write(world, tmp_path / "world.ttl")
    found = stores.read(tmp_path / "world.ttl")
    joint, listed = (ox.NamedNode(support.iri(name)) for name in ("Rivian and VW Technology", "Rivian"))
    label = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    assert {q.graph_name for q in found.match(joint, label)} == {q.graph_name for q in world.match(joint, label)}
    assert {q.graph_name for q in found.match(listed, label)} == {q.graph_name for q in world.match(listed, label)}


BAD: dict[str, tuple[str, str]] = {
    "graph.csv": ("fact\n", "graph.csv: no format that is read: '.csv' (one of .nq, .trig, .ttl, .nt)"),
    "graph.nq": ("<https://a.example/> nonsense\n", "graph.nq:1:"),
    "other.nt": ("<https://a.example/> <https://a.example/p> 'x' .\n", "other.nt:1:"),
    "other.ttl": (
        "<https://a.example/> <https://a.example/p> 'x' .\n",
        "other.ttl: holds no whole graph of this model",
    ),
    "empty.ttl": ("", "empty.ttl: holds no whole graph of this model (write it with 'kg export', all layers)"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_export_is_refused(name: str, tmp_path: Path) -> None:
    text, message = BAD[name]
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match=re.escape(message)):
        stores.read(tmp_path / name)


# ---- the command -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two graphs on disk, ``before`` and ``after``, and an export of the first."""
    root = tmp_path_factory.mktemp("diff")
    for which in ("before", "after"):
        store = side(CAME, which)
        stores.write(root / which, store.quads(), store.manifest)
    export.write(side(CAME, "before"), root / "before.nq")
    return root


def run(*words: str | Path, status: int = 0) -> Result:
    result = CliRunner().invoke(main, list(map(str, words)))
    assert result.exit_code == status, result.output
    return result


def test_a_table_for_people(folder: Path) -> None:
    result = run("diff", folder / "before", folder / "after")
    head, line = result.stdout.splitlines()
    assert head.split() == ["change", "fact", "subject", "property", "object", "what", "cause"]
    assert "status Planned → InEffect, support 1 → 2" in line
    assert line.endswith("document came: berita/november.md")
    assert result.stderr == "1 fact changed\n"


def test_rows_for_programs(folder: Path) -> None:
    [row] = json.loads(run("diff", folder / "before.nq", folder / "after", "--format", "json").stdout)
    assert (row["change"], row["subject"], row["property"]) == ("changed", "id:Honda", "at:partnersWith")
    assert row["before"] == {"status": "Planned", "support": "1"}
    assert row["after"] == {"status": "InEffect", "support": "2"}
    assert row["causes"] == {"document came": "berita/november.md"}
    written = run("diff", folder / "before", folder / "after", "--format", "csv").stdout
    assert "status: InEffect; support: 2,document came: berita/november.md" in written


def test_a_summary(folder: Path) -> None:
    rows = json.loads(run("diff", folder / "before", folder / "after", "--summary", "--format", "json").stdout)
    assert rows == [{"change": "changed", "cause": "document came", "facts": 1}]


def test_without_new_it_is_the_store_in_use(folder: Path) -> None:
    assert run("--store", folder / "after", "diff", folder / "before.nq").stderr == "1 fact changed\n"
    assert run("--store", folder / "before", "diff", folder / "before.nq").stderr == "no fact differs\n"


@pytest.mark.parametrize(("form", "stdout"), [("table", ""), ("json", "[]\n")])
def test_no_difference_is_said(folder: Path, form: str, stdout: str) -> None:
    result = run("diff", folder / "before", folder / "before.nq", "--exit-code", "--format", form)
    assert (result.stdout, result.stderr) == (stdout, "no fact differs\n")


def test_the_exit_status_tells_of_differences_where_asked(folder: Path) -> None:
    run("diff", folder / "before", folder / "after", "--exit-code", status=1)
    run("diff", folder / "before", folder / "after", "--exit-code", "--summary", status=1)


@pytest.mark.parametrize(("old", "status", "message"), [("nothing", 2, "does not exist"), (".", 1, "no store here")])
def test_what_is_not_there_is_said(folder: Path, old: str, status: int, message: str) -> None:
    assert message in run("diff", folder / old, folder / "after", status=status).stderr


def test_a_build_can_show_what_it_changed(tmp_path: Path) -> None:
    text = tmp_path / "news.txt"
    text.write_text("Nissan plans to partner with Xiaomi.\n", encoding="utf-8")
    build = ("--project", ROOT, "--store", tmp_path / "store", "build", "--diff", text)
    first = run(*build)
    assert (first.stdout, "nothing to compare with" in first.stderr) == ("", True)
    assert run(*build).stderr.endswith("no fact differs\n")
    text.write_text("Nissan has partnered with Xiaomi.\n", encoding="utf-8")
    assert "text changed" in run(*build).stdout
    assert len(list((tmp_path / "store").glob("g0*"))) <= 2, "what was replaced is not kept for ever"


# ---- Python ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("old", ["before", "before.nq"])
def test_python(folder: Path, old: str) -> None:
    [change] = kg.diff(folder / old, folder / "after")
    assert change.before is not None
    assert (change.before.status, change.fact.status) == ("Planned", "InEffect")
    assert [str(cause) for cause in change.causes] == ["document came: berita/november.md"]
    with kg.open(folder / old) as graph:
        assert kg.diff(graph, folder / old) == []


def test_python_compares_with_the_project_here(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("ontology", "seeds", "queries"):
        (tmp_path / part).mkdir()
    store = side(CAME, "after")
    stores.write(tmp_path / ".kg" / "store", store.quads(), store.manifest)
    monkeypatch.chdir(tmp_path)
    assert len(kg.diff(folder / "before")) == 1
