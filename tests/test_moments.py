"""The graph from another day: stories of what held and what was known, and the laws that a view promises."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import stories
import support
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline import ROOT, knowledge

from kg import store as stores
from kg.build import assemble
from kg.cli import main
from kg.documents import read
from kg.errors import QueryError
from kg.graph import Graph
from kg.model import SAID, Document, Fact, Status
from kg.names import kg
from kg.project import Project
from kg.queries import checks, facts, saved
from kg.queries.moments import Moment, Seen, seen
from kg.queries.standing import first_day, last_day, standing
from kg.rdf import layer
from kg.relations import Extraction
from kg.store import Store

STORIES = stories.suite("moments")
VIEWS = [(name, view) for name, story in STORIES.items() for view in story["seen"]]
LATE = "9999"


@cache
def told(name: str) -> Store:
    story = STORIES[name]
    return stories.graph(story.get("documents", {}), story.get("curated", ()))


def shown(view: dict[str, Any]) -> str:
    return "-".join(f"{side}-{view[side]}" for side in ("as_of", "known_by") if side in view)


def moment(view: dict[str, Any]) -> Moment:
    return Moment(view.get("as_of", ""), view.get("known_by", ""))


@pytest.mark.parametrize(("name", "view"), VIEWS, ids=[f"{name}-{shown(view)}" for name, view in VIEWS])
def test_story(name: str, view: dict[str, Any]) -> None:
    found = seen(told(name), moment(view))
    assert stories.told(found.store) == view["facts"]
    counts = checks.stats(found.store).counts
    known = {"conflicts": counts["conflicts"], "claims": counts["claims"], "undated": found.undated}
    known |= {"curated": found.curated, "timeless": found.timeless}
    wanted = {key: view[key] for key in known if key in view}
    assert {key: known[key] for key in wanted} == wanted


def test_there_are_stories_in_both_languages() -> None:
    languages = {d.get("language", "en") for s in STORIES.values() for d in s.get("documents", {}).values()}
    assert languages == {"en", "id"}
    assert len(STORIES) >= 12
    assert len(VIEWS) > 50


# ---- dates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-02", "2025-02-01", "2025-02-28"),
        ("2025-12-31", "2025-12-31", "2025-12-31"),
        ("9999", "9999-01-01", "9999-12-31"),
        ("0001-01", "0001-01-01", "0001-01-31"),
    ],
)
def test_a_partial_date_has_a_first_and_a_last_day(given: str, first: str, last: str) -> None:
    assert (first_day(given), last_day(given)) == (first, last)


@pytest.mark.parametrize(
    "text", ["25", "2025-13", "2025-02-30", "2025-6", "today", "0000", "2025-06-1x", "２０２５", "-2025"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    for sides in ({"as_of": text}, {"known_by": text}):
        with pytest.raises(QueryError, match=r"is no date.*YYYY-MM-DD"):
            Moment(**sides)


def test_a_moment_says_which_it_is() -> None:
    assert [str(m) for m in (Moment("2025"), Moment("", "2025-03"), Moment("2025", "2024"), Moment())] == [
        "as of 2025",
        "known by 2025-03",
        "as of 2025, known by 2024",
        "",
    ]
    assert Moment("2025")
    assert not Moment()


@pytest.mark.parametrize("issued", ["20250317", "2025-W12-1", "in spring"])
def test_a_document_with_an_odd_date_has_none(issued: str) -> None:
    store = stories.graph({"news/a.md": {"issued": issued, "text": "Nissan has partnered with Honda."}})
    assert (seen(store, Moment("", "2099")).undated, len(stories.told(seen(store, Moment("", "2099")).store))) == (1, 0)
    assert seen(store, Moment("1990")).timeless == 1


def test_a_claim_whose_document_was_lost_has_no_date() -> None:
    store = told("nobody-says-since-when")
    torn = Store.from_quads((q for q in store.quads() if q.graph_name != layer("documents")), store.manifest)
    assert stories.told(seen(torn, Moment("1990")).store) == ["Honda partnersWith Nissan (InEffect, support=1)"]
    assert stories.told(seen(torn, Moment("", "2099")).store) == []


IN_EFFECT, PLANNED, REPORTED, DENIED, ENDED = SAID


@pytest.mark.parametrize(
    ("status", "valid_from", "valid_until", "issued", "course"),
    [
        (IN_EFFECT, "", "", "2025-03-17", {"2025-03-16": None, "2025-03-17": IN_EFFECT}),
        (IN_EFFECT, "2025-06", "", "2025-03", {"2025-03-30": None, "2025-03-31": PLANNED, "2025-06-01": IN_EFFECT}),
        (IN_EFFECT, "2019", "2023", "2022", {"2018-12-31": None, "2023-12-31": IN_EFFECT, "2024-01-01": ENDED}),
        (IN_EFFECT, "", "2023", "2025", {"2022-01-01": None, "2024-01-01": ENDED}),
        (IN_EFFECT, "", "", "", {"0001-01-01": IN_EFFECT}),
        (PLANNED, "2026", "2028", "2025", {"2025-12-30": None, "2025-12-31": PLANNED, "2030-01-01": PLANNED}),
        (REPORTED, "2019", "", "2025-03-17", {"2025-03-16": None, "2025-03-17": REPORTED}),
        (DENIED, "", "", "2025-03-17", {"2025-03-16": None, "2025-03-17": DENIED}),
        (ENDED, "", "", "2025-03-17", {"2025-03-16": None, "2025-03-17": ENDED}),
        (ENDED, "2025-01", "", "2025-03-17", {"2024-12-31": None, "2025-01-01": ENDED}),
        (ENDED, "", "2025-01", "2025-03-17", {"2025-01-31": None, "2025-02-01": ENDED}),
        (ENDED, "2019", "2025-01", "2025-03-17", {"2018-12-31": None, "2019-01-01": IN_EFFECT, "2025-02-01": ENDED}),
        (ENDED, "2019", "2025-03", "2025-03-17", {"2025-03-16": IN_EFFECT, "2025-03-17": ENDED}),
        (ENDED, "2019", "2025-08", "2025-03-17", {"2025-08-31": IN_EFFECT, "2025-09-01": ENDED}),
        (ENDED, "", "2025-01", "", {"0001-01-01": IN_EFFECT, "2025-01-31": IN_EFFECT, "2025-02-01": ENDED}),
    ],
)
def test_what_a_statement_comes_to(
    status: Status, valid_from: str, valid_until: str, issued: str, course: dict[str, Status | None]
) -> None:
    assert {day: standing(status, valid_from, valid_until, issued, day) for day in course} == course


# ---- views -----------------------------------------------------------------------------------------------------


def test_a_view_answers_like_the_graph() -> None:
    """A denial that was not yet said leaves the direct triple; a saved question, a reason and SPARQL all see it."""
    store = told("announced-denied-in-effect-ended")
    course = {"2025-03": True, "2025-07": False, "2026-04": True, "2026": False}
    ask = "ASK { id:Honda at:partnersWith id:Nissan }"
    assert {day: bool(seen(store, Moment(day)).store.query(ask)) for day in course} == course
    view = seen(store, Moment("2025-08")).store
    [reason] = facts.why(view, "Honda", "partnersWith")
    assert [e.source for e in reason.evidence] == ["news/march.md", "berita/juli.md"]
    assert checks.verify(view).ok
    rows = saved.find(Project(ROOT), "status-changes").rows(view)
    assert [(row.before, row.after) for row in rows] == [("kg:Planned", "kg:Denied")]


def test_a_view_knows_only_the_documents_of_its_day() -> None:
    store = told("announced-denied-in-effect-ended")
    assert checks.stats(seen(store, Moment("", "2025-08")).store).counts["documents"] == 2
    assert checks.stats(seen(store, Moment("2025-08")).store).counts["documents"] == 4, "what is known later counts"
    names = [seen(store, each).store.moment for each in (Moment("2025-08"), Moment("", "2025"))]
    assert names == ["as of 2025-08", "known by 2025"]


def test_a_record_that_does_not_count_is_gone_and_no_other() -> None:
    store = told("a-curator-and-a-text")
    known = seen(store, Moment("", "2025-12")).store
    assert not list(known.match(predicate=_node("curation")))
    assert not list(known.match(predicate=_node("line")))
    assert len(list(known.match(predicate=_node("quote")))) == 1
    before = seen(store, Moment("2025-02")).store
    assert not list(before.match(predicate=_node("quote")))
    assert set(before.quads("ontology")) == set(store.quads("ontology"))


def test_a_name_that_no_known_text_gave_is_unknown() -> None:
    texts = {
        "news/march.md": {"issued": "2025-03-17", "text": "The carmaker Zorvex Motors has partnered with Honda."},
        "news/april.md": {"issued": "2025-04-17", "text": "Nissan has partnered with Renault."},
    }
    store = stories.graph(texts)
    new = [q.subject for q in store.match(predicate=_node("origin"), layer="facts") if "/id/" in q.subject.value]
    assert len(new) == 1
    for by, known in (("2025-03-16", 0), ("2025-03", 1)):
        view = seen(store, Moment("", by)).store
        assert bool(list(view.match(new[0], layer="facts"))) is bool(known)
    assert list(seen(store, Moment("2020")).store.match(new[0], layer="facts")), "a name has no time of its own"


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(kg(name))


# ---- on the command line and in Python -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph on disk, of a text, a text without a date and a curator."""
    texts = {
        "news/march.md": {"issued": "2025-03-17", "text": "Nissan plans to partner with Honda."},
        "berita/tanpa-tanggal.md": {"language": "id", "text": "Nissan bermitra dengan Mitsubishi Motors."},
    }
    store = stories.graph(texts, ["Nissan partnersWith Renault (from=2019, until=2025-06)"])
    path = tmp_path_factory.mktemp("moments") / "store"
    stores.write(path, store.quads(), store.manifest)
    return path


def run(folder: Path, *words: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, ["--store", str(folder), *words])
    assert result.exit_code == status, result.output
    return result


@pytest.mark.parametrize(
    ("words", "wanted", "note"),
    [
        (("--as-of", "2025-01"), "InEffect InEffect", "as of 2025-01: with 1 fact that nobody dated"),
        (("--known-by", "2025-04"), "Planned", "without 1 curated fact and 1 undated document"),
        (
            ("--as-of", "2025-07", "--known-by", "2025-04"),
            "Planned",
            "as of 2025-07, known by 2025-04: without",
        ),
    ],
)
def test_facts_of_a_moment(folder: Path, words: tuple[str, ...], wanted: str, note: str) -> None:
    result = run(folder, "facts", *words, "--format", "json")
    assert [row["status"] for row in json.loads(result.stdout)] == wanted.split()
    assert note in result.stderr


def test_every_reader_takes_a_moment(folder: Path, tmp_path: Path) -> None:
    moment = ("--as-of", "2018")
    [row] = json.loads(run(folder, "facts", *moment, "--format", "json").stdout)
    asked = run(folder, "query", "SELECT ?fact { ?fact a kg:Fact }", *moment, "--format", "csv").stdout
    assert asked.split()[1].endswith(row["fact"])
    counted = json.loads(run(folder, "stats", *moment, "--format", "json").stdout)
    assert {"group": "total", "name": "facts", "count": 1} in counted
    assert row["fact"] in run(folder, "why", row["fact"], *moment).stdout
    run(folder, "why", "Nissan", "partnersWith", "Renault", *moment, status=1)
    run(folder, "export", str(tmp_path / "then.csv"), *moment)
    assert (tmp_path / "then.csv").read_text(encoding="utf-8").count("\n") == 2
    run(folder, "view", str(tmp_path / "then.html"), *moment)
    assert "as of 2018" in (tmp_path / "then.html").read_text(encoding="utf-8")


def test_a_graph_in_which_everything_is_dated_says_nothing(tmp_path: Path) -> None:
    store = told("said-once-and-never-again")
    stores.write(tmp_path / "store", store.quads(), store.manifest)
    assert run(tmp_path / "store", "facts", "--as-of", "2025", "--known-by", "2025").stderr == ""


@pytest.mark.parametrize("option", ["--as-of", "--known-by"])
def test_no_date_is_wrong_usage(folder: Path, option: str) -> None:
    result = run(folder, "facts", option, "2025-13", status=2)
    assert f"Invalid value for '{option}': '2025-13' is no date (write YYYY, YYYY-MM or YYYY-MM-DD)" in result.stderr


def test_graph_at_a_moment(folder: Path) -> None:
    with Graph(stores.open(folder)) as graph:
        then = graph.at(as_of="2025-04", known_by="2025-04")
        assert [str(f.status) for f in then.facts()] == ["Planned"]
        assert repr(then).endswith("statements as of 2025-04, known by 2025-04>")
        assert len(graph.facts()) == 3, "the graph itself is as it was"
        with pytest.raises(QueryError, match="is no date"):
            graph.at("yesterday")


# ---- laws ------------------------------------------------------------------------------------------------------


@cache
def articles() -> tuple[Document, ...]:
    found = [d for d in read([ROOT / "seeds" / "articles"]) if isinstance(d, Document)]
    return tuple(knowledge().in_language(d) for d in found)


@cache
def extraction(document: Document) -> Any:
    return knowledge().extract(document)


def built(documents: list[Document], curated: tuple[Fact, ...] = ()) -> Store:
    return stories.stored(assemble(knowledge(), documents, [extraction(d) for d in documents], curated))


@cache
def shipped() -> Store:
    return built(list(articles()), tuple(f for f in support.facts() if f.curations))


def written(store: Store, *layers: str) -> set[str]:
    return {str(quad) for each in layers for quad in store.quads(each)}


DAYS = st.dates(date(2023, 1, 1), date(2026, 6, 1)).map(date.isoformat)


@settings(max_examples=12, deadline=None)
@given(DAYS)
def test_what_was_known_is_what_a_build_of_the_documents_of_then_gives(day: str) -> None:
    """Known by a day: the graph of the documents issued by then, without curated facts, to the last quad."""
    then = built([d for d in articles() if d.issued and d.issued <= day])
    view = seen(shipped(), Moment("", day)).store
    for part in ("facts", "claims", "documents"):
        assert written(view, part) - names(view) == written(then, part) - names(then)


def names(store: Store) -> set[str]:
    """The quads of the names that texts gave: of one without a fact a view cannot tell when it was found."""
    found = {
        q.subject for q in store.match(predicate=_node("origin"), layer="facts") if _is_name(store, q.subject.value)
    }
    return {str(q) for q in store.quads("facts") if q.subject in found and not _is_direct(store, q.predicate.value)}


def _is_name(store: Store, iri: str) -> bool:
    return iri.startswith(store.manifest.entity_namespace)


def _is_direct(store: Store, predicate: str) -> bool:
    return predicate.startswith(store.manifest.domain)


@settings(max_examples=12, deadline=None)
@given(DAYS, DAYS)
def test_what_was_known_stays_known(one: str, other: str) -> None:
    """Documents, claims and facts only ever come to be known; what is made of a fact may change."""
    earlier, later = (seen(shipped(), Moment("", day)).store for day in sorted((one, other)))
    for part in ("claims", "documents"):
        assert written(earlier, part) <= written(later, part)
    assert {f.id for f in facts.find(earlier)} <= {f.id for f in facts.find(later)}


def test_after_the_last_date_only_what_had_a_set_end_has_changed() -> None:
    """As of a day after every date in the graph each fact is as it is stored, but facts in effect with a
    kg:validUntil have ended."""
    stored, late = ({f.id: f for f in facts.find(s)} for s in (shipped(), seen(shipped(), Moment(LATE)).store))
    assert stored.keys() == late.keys()
    over = {i for i, f in stored.items() if f.status is IN_EFFECT and f.valid_until}
    assert {i for i in stored if stored[i] != late[i]} == over
    assert {late[i].status for i in over} <= {ENDED}


Step = tuple[Status, int, int | None]
"""A status, the day on which it is said, and the day since which it holds, if that is said too."""
STEPS = st.tuples(st.sampled_from(SAID), st.integers(0, 60), st.none() | st.integers(0, 60))
COURSES = st.lists(STEPS, min_size=1, max_size=5)
FIRST = date(2025, 1, 1)


def day_of(number: int) -> str:
    return (FIRST + timedelta(number)).isoformat()


def invented(course: list[Step], until: int = 10_000) -> Store:
    """A graph of one fact, as documents state it one after the other; without those issued after a day."""
    [claim] = knowledge().extract(Document("Nissan has partnered with Renault.", "x", language="en")).claims
    documents, said = [], []
    for number, (status, day, begin) in enumerate(course):
        if day > until:
            continue
        own_words = " ".join(f"{number}word{i}" for i in range(12))
        document = Document(f"{claim.quote} {own_words}", f"{number}.md", issued=day_of(day), language="en")
        since = "" if begin is None else day_of(begin)
        documents.append(document)
        said.append(replace(claim, document=document.id, status=status, valid_from=since))
    return stories.stored(assemble(knowledge(), documents, [Extraction(tuple(said), ())], []))


@settings(max_examples=40, deadline=None)
@given(COURSES)
def test_today_with_all_known_is_the_graph_itself(course: list[Step]) -> None:
    """As of, and known by, a day after every date: the facts are those stored, quad for quad."""
    store = invented(course)
    for moment in (Moment("2026"), Moment("", "2026"), Moment("2026", "2026")):
        view = seen(store, moment).store
        assert set(view.quads()) == set(store.quads())


@settings(max_examples=40, deadline=None)
@given(COURSES, st.integers(0, 60))
def test_a_later_document_changes_nothing_that_was_known(course: list[Step], day: int) -> None:
    known = stories.told(seen(invented(course), Moment("", day_of(day))).store)
    assert known == stories.told(invented(course, day))


def test_the_order_of_quads_changes_nothing() -> None:
    quads = list(shipped().quads())
    views = []
    for each in (quads, quads[::-1]):
        found: Seen = seen(Store.from_quads(each, shipped().manifest), Moment("2025-06", "2025-06"))
        views.append(set(found.store.quads()))
    assert views[0] == views[1]
