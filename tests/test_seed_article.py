"""The article that the project set out with: what it states is found, and nothing that it does not state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from pipeline import AT, ID, ROOT, claims

import kg.store
from kg.build import build
from kg.errors import QueryError
from kg.model import Fact, Literal, Term
from kg.names import local_name
from kg.project import Project
from kg.queries.facts import entity, find
from kg.store import Store

FOLDER = ROOT.parent / "shared" / "seeds"
EXPECTED = FOLDER / "expected-facts.yaml"
FLOOR = 28
"""How many of the facts must be found: raised when more are, never lowered."""
PUBLISHED = "2025-03-17"

pytestmark = pytest.mark.skipif(not EXPECTED.exists(), reason=f"the article is not here: no {EXPECTED.name} beside")


@cache
def expected() -> dict[str, Any]:
    found = yaml.safe_load(EXPECTED.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@cache
def article() -> Path:
    return FOLDER / str(expected()["article"])


@dataclass(frozen=True)
class Built:
    """The graph of the article alone, and its facts."""

    store: Store
    facts: tuple[Fact, ...]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    target = tmp_path_factory.mktemp("seed") / "store"
    report = build(Project(ROOT), [article()], target, facts=False)
    assert (report.documents, report.refused, report.unread) == (1, (), ())
    with kg.store.open(target) as store:
        yield Built(store, tuple(find(store)))


def named(store: Store, name: str) -> str:
    """The IRI of an entity, or nothing where the graph has none of this name."""
    try:
        return entity(store, name)
    except QueryError:
        return ""


def is_object(store: Store, wanted: str, term: Term) -> bool:
    if isinstance(term, Literal):
        number = wanted.rstrip("%")
        return term.lexical == number or term.lexical.startswith(wanted)
    return term == named(store, wanted)


def scope_fits(store: Store, wanted: dict[str, Any], fact: Fact) -> bool:
    """Whether the qualifiers, the status, the time and the speaker that are asked for are those of a fact."""
    found = {local_name(name): value for name, value in fact.qualifiers}
    if "market" in wanted and found.get("market") != named(store, wanted["market"]):
        return False
    if wanted.get("exclusive") and found.get("exclusive") != Literal.boolean(True):
        return False
    if wanted.get("approximate") and found.get("approximate") != Literal.boolean(True):
        return False
    if "role" in wanted and found.get("role") != Literal(wanted["role"]):
        return False
    if "of" in wanted and not found.get("of"):
        return False
    if "status" in wanted and fact.status != wanted["status"]:
        return False
    if "time" in wanted and not any(wanted["time"] in (c.time_text, c.valid_from) for c in fact.claims):
        return False
    said_by = named(store, wanted["statedBy"]) if "statedBy" in wanted else ""
    return not said_by or any(c.stated_by == said_by for c in fact.claims)


def is_found(built: Built, wanted: dict[str, Any]) -> bool:
    subject = named(built.store, wanted["s"])
    return any(
        fact.subject == subject
        and fact.predicate == AT + wanted["p"]
        and is_object(built.store, wanted["o"], fact.object)
        and scope_fits(built.store, wanted, fact)
        for fact in built.facts
    )


def test_the_facts_of_the_article_are_found(built: Built) -> None:
    facts = expected()["facts"]
    missing = [f"{w['s']} {w['p']} {w['o']}" for w in facts if not is_found(built, w)]
    print(f"{len(facts) - len(missing)} of {len(facts)} found; missing: {missing}")
    assert len(facts) - len(missing) >= FLOOR, f"missing: {missing}"


def test_the_check_tells_another_scope_from_the_right_one(built: Built) -> None:
    """The good twin of each is found, so that a slip in the check shows."""
    right = {"s": "Neue Klasse", "p": "usesSoftware", "o": "HarmonyOS NEXT", "market": "China"}
    assert is_found(built, right)
    for wrong in ({"market": "World"}, {"status": "Denied"}, {"o": "Android"}, {"s": "Google"}, {"time": "1999"}):
        assert not is_found(built, {**right, **wrong}), wrong


def test_each_thing_that_must_not_be_read_has_its_test() -> None:
    assert len(expected()["must_not"]) == 5


def test_no_year_is_made_up_for_relative_words(built: Built) -> None:
    relative = [c for f in built.facts for c in f.claims if "tahun ini" in c.time_text]
    assert relative, "the words themselves are kept"
    assert [(c.valid_from, c.valid_until) for c in relative] == [("", "")] * len(relative)


def test_with_the_day_of_publication_the_year_is_known() -> None:
    found = claims(article().read_text(encoding="utf-8"), "id", PUBLISHED)
    assert {c.valid_from for c in found if "tahun ini" in c.time_text} == {"2025"}


def test_the_operating_system_is_that_of_one_market_only(built: Built) -> None:
    wanted = (ID + "Neue_Klasse", AT + "usesSoftware", ID + "HarmonyOS_NEXT")
    scopes = [dict(f.identity) for f in built.facts if (f.subject, f.predicate, f.object) == wanted]
    assert scopes
    assert all(s.get(AT + "market") == ID + "China" for s in scopes)


def test_one_country_is_one_and_a_group_is_not_its_unit(built: Built) -> None:
    assert named(built.store, "China") == named(built.store, "Tiongkok") != ""
    used = {t for f in built.facts for t in (f.subject, f.object, *(v for _, v in f.qualifiers)) if isinstance(t, str)}
    assert not [iri for iri in used if "Tiongkok" in iri]
    assert {ID + "BMW", ID + "BMW_Group_Region_China"} <= used


def test_an_independent_system_is_not_based_on_the_other(built: Built) -> None:
    wrong = [f for f in built.facts if f.predicate == AT + "basedOn" and f.subject == ID + "HarmonyOS_NEXT"]
    assert not wrong


def test_nobody_partners_with_who_is_only_named_beside(built: Built) -> None:
    partners = [{f.subject, f.object} for f in built.facts if f.predicate == AT + "partnersWith"]
    assert partners == [{ID + "BMW", ID + "Huawei"}]


def test_common_words_are_no_name(built: Built) -> None:
    used = {t for f in built.facts for t in (f.subject, f.object) if isinstance(t, str)}
    assert not [iri for iri in used if "mitra" in iri.lower() or "teknologi" in iri.lower()]
