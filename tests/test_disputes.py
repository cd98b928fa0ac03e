"""Contradictions: both sides with their sources, and the mark on a contradicted fact wherever it is shown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import support
from click.testing import CliRunner, Result

import kg
from kg.build import build
from kg.cli import main
from kg.errors import QueryError
from kg.model import Status
from kg.project import Project
from kg.queries import disputes, facts
from kg.settling.conflicts import conflicts as rules
from kg.store import Store
from kg.store import open as open_store
from kg.views import network
from kg.views.graph import neighbourhood, picture
from kg.views.words import words

ARTICLES = {
    "one.md": "---\nsource: https://one.example/a\npublished: 2026-01-02\nlanguage: en\n---\n"
    "HarmonyOS NEXT is based on Android. Volvo and Luminar are partners.\n",
    "two.md": "---\nsource: https://two.example/b\npublished: 2026-01-03\nlanguage: id\n---\n"
    "Volvo membantah bermitra dengan Luminar.\n",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one contradiction between two facts and one within a fact, beside what curators wrote down."""
    root = tmp_path_factory.mktemp("disputed")
    for name, text in ARTICLES.items():
        (root / name).write_text(text, encoding="utf-8")
    build(Project(support.ROOT), [root], root / "store")
    return root / "store"


@pytest.fixture(scope="module")
def store(built: Path) -> Iterator[Store]:
    with open_store(built) as opened:
        yield opened


def run(built: Path, *args: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, ["--project", str(support.ROOT), "--store", str(built), *args])
    assert result.exit_code == status, result.output
    return result


def by_rule(store: Store) -> dict[str, disputes.Dispute]:
    return {d.conflict.rule: d for d in disputes.disputes(store)}


def test_both_sides_come_with_their_evidence(store: Store) -> None:
    found = by_rule(store)
    assert set(found) == {"excludes", "status"}
    told, curated = sorted((found["excludes"].one, found["excludes"].other), key=lambda side: side.fact.origin.value)[
        ::-1
    ]
    assert [e.source for e in told.evidence] == ["https://one.example/a"]
    assert curated.evidence == ()
    assert [c.file.startswith("seeds/facts/") for c in curated.fact.curations] == [True]


def test_sources_that_disagree_on_one_fact_are_two_sides_of_it(store: Store) -> None:
    dispute = by_rule(store)["status"]
    assert dispute.one.fact.id == dispute.other.fact.id
    assert (dispute.one.fact.status, dispute.other.fact.status) == (Status.IN_EFFECT, Status.DENIED)
    assert (dispute.one.fact.support, dispute.other.fact.support) == (1, 1)
    assert (dispute.one.fact.contrary, dispute.other.fact.contrary) == (1, 1)
    assert [e.source for e in dispute.one.evidence] == ["https://one.example/a"]
    assert [e.source for e in dispute.other.evidence] == ["https://two.example/b"]


def test_every_rule_has_words() -> None:
    named = {name for name in disputes.RULES if f"``{name}``" in (rules.__doc__ or "")}
    assert named == set(disputes.RULES)
    assert len(set(disputes.RULES.values())) == len(disputes.RULES)


@pytest.mark.parametrize(
    ("about", "rule", "count"),
    [("Volvo", None, 1), ("Android", None, 1), ("BMW", None, 0), (None, "status", 1), ("Volvo", "excludes", 0)],
)
def test_conditions_hold_together(store: Store, about: str | None, rule: str | None, count: int) -> None:
    assert len(disputes.disputes(store, about, rule)) == count


def test_an_unknown_rule_or_name_is_an_error(store: Store) -> None:
    with pytest.raises(QueryError, match=r"no rule 'odd' \(one of .*functional"):
        disputes.disputes(store, rule="odd")
    with pytest.raises(QueryError, match="no entity is called 'Atlantis Cars'"):
        disputes.disputes(store, about="Atlantis Cars")


def test_a_rule_without_words_is_told_by_its_id() -> None:
    (dispute,) = disputes.disputes(support.store())
    assert dispute.words == dispute.conflict.rule == "at:basedOn excludes at:independentOf"


def test_conflicts_are_told_with_both_sentences(built: Path) -> None:
    text = run(built, "conflicts", "--rule", "status").stdout
    assert text.startswith("1. some say that it is so, others deny it (rule status)\n\n   ")
    assert text.index("[[Volvo and Luminar are partners]]") < text.index("[[Volvo membantah bermitra dengan Luminar]]")
    assert text.count("· InEffect") == text.count("· Denied") == 1
    assert "contradicted by" not in text, "the other side stands right below"


def test_conflicts_as_json_have_two_sides_each(built: Path) -> None:
    found = json.loads(run(built, "conflicts", "--format", "json").stdout)
    assert [len(each["sides"]) for each in found] == [2, 2]
    (status,) = (each for each in found if each["rule"] == "status")
    assert [side["status"] for side in status["sides"]] == ["InEffect", "Denied"]
    assert [side["sources"][-1]["issued"] for side in status["sides"]] == ["2026-01-02", "2026-01-03"]
    assert status["sides"][1]["sources"][-1]["quote"] == "Volvo membantah bermitra dengan Luminar"


def test_conflicts_as_rows_have_one_for_each_source(built: Path) -> None:
    found = list(csv.DictReader(io.StringIO(run(built, "conflicts", "--format", "csv").stdout)))
    assert [row["side"] for row in found if row["rule"] == "status"] == ["one", "one", "other"]
    assert {row["line"] for row in found} != {""}, "a curator's side has file and line"


def test_without_a_conflict_it_says_so(built: Path) -> None:
    result = run(built, "conflicts", "--about", "BMW")
    assert (result.stdout, result.stderr) == ("", "nothing contradicts anything here\n")
    assert json.loads(run(built, "conflicts", "--about", "BMW", "--format", "json").stdout) == []
    assert run(built, "conflicts", "--rule", "odd", status=1).stderr.startswith("kg: no rule 'odd'")


def test_facts_are_marked(built: Path, store: Store) -> None:
    based = next(f for f in facts.find(store, about="HarmonyOS NEXT", property="basedOn") if "Android" in str(f.object))
    free = next(f for f in facts.find(store, about="HarmonyOS NEXT", property="independentOf"))
    shown = run(built, "facts", "--about", "HarmonyOS NEXT", "--property", "basedOn")
    assert "InEffect ⚠" in shown.stdout
    assert shown.stderr == "⚠ 1 fact contradicted: see 'kg conflicts'\n"
    listed = json.loads(run(built, "facts", "--about", "HarmonyOS NEXT", "--format", "json").stdout)
    marks = {row["fact"]: row["conflicts"] for row in listed if row["conflicts"]}
    assert marks == {based.id: {"excludes": free.id}, free.id: {"excludes": based.id}}
    others = json.loads(run(built, "facts", "--about", "BMW", "--format", "json").stdout)
    assert others
    assert all(row["conflicts"] == {} for row in others)
    assert "⚠" not in run(built, "facts", "--about", "BMW").output


def test_why_names_the_other_side(built: Path, store: Store) -> None:
    free = next(f for f in facts.find(store, about="HarmonyOS NEXT", property="independentOf"))
    text = run(built, "why", "HarmonyOS NEXT", "basedOn", "Android").stdout
    assert f"  contradicted by fact {free.id} (rule excludes)" in text.splitlines()
    assert "  contradicted by its own sources" in run(built, "why", "Volvo", "partnersWith", "Luminar").stdout
    assert "contradicted" not in run(built, "why", "BMW", "partnersWith", "Huawei").stdout
    (row,) = json.loads(run(built, "why", "HarmonyOS NEXT", "basedOn", "Android", "--format", "json").stdout)
    assert row["conflicts"] == {"excludes": free.id}


def test_the_page_marks_both_and_names_the_one_that_is_not_on_it(store: Store) -> None:
    based = facts.find(store, about="HarmonyOS NEXT", property="basedOn")
    page = network.page(picture(based, words(store, based)))
    assert "⚠ contradicted</span>" in page
    assert "HarmonyOS NEXT independent of Android (fact " in page
    assert "not on this page)" in page
    assert "based on Android (in effect, contradicted)" in page
    both = neighbourhood(facts.find(store), support.iri("HarmonyOS NEXT"))
    assert network.page(picture(both, words(store, both))).count("⚠ contradicted</span>") == 2


def test_the_api_has_conflicts_and_marks(built: Path) -> None:
    with kg.open(built) as graph:
        (dispute,) = graph.conflicts(about="Volvo")
        assert dispute.conflict.rule == "status"
        found = graph.facts(about="Volvo", property="partnersWith")
        (disputed,) = (f for f in found if f.id in found.conflicts)
        assert found[:1].conflicts == found.conflicts
        assert found.conflicts[disputed.id] == ((disputed.id, "status"),)
        assert "contradicted by" in found._repr_html_()
        assert graph.why(disputed.id)[0].against == ((disputed.id, "status"),)


def test_who_speaks_against_a_fact_is_counted_wherever_it_is_shown(built: Path, store: Store) -> None:
    denied = by_rule(store)["status"].one.fact.id
    [fact] = [f for f in facts.find(store) if f.id == denied]
    assert fact.contrary == 1
    line = next(x for x in run(built, "facts").stdout.splitlines() if x.startswith(fact.id[:8]))
    assert line.endswith(", 1 against")
    [row] = [r for r in json.loads(run(built, "facts", "--format", "json").stdout) if r["fact"] == fact.id]
    assert row["contrary"] == 1
    assert " · 1 against\n" in run(built, "why", fact.id).stdout
    told = json.loads(run(built, "conflicts", "--rule", "status", "--format", "json").stdout)
    assert [side["contrary"] for side in told[0]["sides"]] == [1, 1]
    page = network.page(picture([fact], words(store, [fact])))
    assert page.count("<span>1 against</span>") == 1
