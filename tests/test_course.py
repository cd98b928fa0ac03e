"""When what was said and by whom: the status follows the claims, copies count on the day of their original."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from pathlib import Path

import pytest
from pipeline import ROOT, knowledge

from kg.build import build
from kg.course import course, sayings, settle, sides, span
from kg.model import SAID, Claim, Document, Fact, Status
from kg.project import Project
from kg.queries import facts as stored
from kg.resolution import resolve
from kg.store import open as open_store

IN_EFFECT, PLANNED, REPORTED, DENIED, ENDED = SAID
BY_LETTER = {"P": PLANNED, "E": IN_EFFECT, "R": REPORTED, "D": DENIED, "X": ENDED}
MARCH, NOVEMBER, MAY = "2025-03-17", "2025-11-02", "2026-05-11"


def document(text: str, issued: str = "", publisher: str = "", source: str = "", copy_of: str = "") -> Document:
    return Document(text, source or text, issued=issued, publisher=publisher, copy_of=copy_of)


def claim(source: Document, status: Status = IN_EFFECT, quote: str = "", **more: str) -> Claim:
    place = (source.id, 0, len(quote or source.text), quote or source.text)
    return Claim(*place, "x:Acme", "x:owns", "x:Norland", (), status, **more)


def told(*days: str) -> tuple[list[Claim], dict[str, Document]]:
    """Claims of one document each, written as a letter for the status and the day: ``P2025-03-17``."""
    documents = [document(f"text {n}", day[1:]) for n, day in enumerate(days)]
    found = [claim(d, BY_LETTER[day[0]]) for d, day in zip(documents, days, strict=True)]
    return found, {d.id: d for d in documents}


# -- the course ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "steps"),
    [
        ([f"P{MARCH}"], ["Planned 2025-03-17"]),
        (
            [f"P{MARCH}", f"E{NOVEMBER}", f"X{MAY}"],
            ["Planned 2025-03-17", "InEffect 2025-11-02", "Ended 2026-05-11"],
        ),
        ([f"P{MARCH}", "P2025-04-01", f"E{NOVEMBER}"], ["Planned 2025-03-17", "InEffect 2025-11-02"]),
        ([f"P{MARCH}", f"R{NOVEMBER}"], ["Planned 2025-03-17"]),
        ([f"R{MARCH}", f"P{NOVEMBER}"], ["Reported 2025-03-17", "Planned 2025-11-02"]),
        ([f"E{MARCH}", f"D{NOVEMBER}", f"E{MAY}"], ["InEffect 2025-03-17", "Denied 2025-11-02", "InEffect 2026-05-11"]),
        ([f"P{MARCH}", f"E{MARCH}"], ["InEffect 2025-03-17"]),
        (["P", f"E{MARCH}"], ["Planned", "InEffect 2025-03-17"]),
        (["P2025", "E2025-11"], ["Planned 2025", "InEffect 2025-11"]),
        ([f"D{MARCH}", f"E{MARCH}", f"E{MARCH}"], ["InEffect 2025-03-17"]),
    ],
)
def test_the_status_follows_what_is_said(days: list[str], steps: list[str]) -> None:
    found, documents = told(*days)
    for order in permutations(found):
        said = sayings(order, documents)
        assert [str(step) for step in course(said)] == steps
        assert course(said)[-1].status is settle(said), "the last step is the status of the fact"


# What is said in November of what stood since March: the letter of what stands then.
LATER_WORDS = {
    "R": {"R": "R", "P": "P", "E": "E", "D": "D", "X": "X"},
    "P": {"R": "P", "P": "P", "E": "E", "D": "D", "X": "X"},
    "E": {"R": "E", "P": "E", "E": "E", "D": "D", "X": "X"},
    "D": {"R": "D", "P": "P", "E": "E", "D": "D", "X": "X"},
    "X": {"R": "X", "P": "P", "E": "E", "D": "X", "X": "X"},
}


@pytest.mark.parametrize("first", BY_LETTER)
@pytest.mark.parametrize("then", BY_LETTER)
def test_what_a_later_claim_may_do_to_each_status(first: str, then: str) -> None:
    found, documents = told(f"{first}{MARCH}", f"{then}{NOVEMBER}")
    assert settle(sayings(found, documents)) is BY_LETTER[LATER_WORDS[first][then]]
    again, both = told(f"{first}{MARCH}", f"{then}{NOVEMBER}", f"{then}{MAY}")
    assert settle(sayings(again, both)) is settle(sayings(found, documents)), "said twice it does no more"


@pytest.mark.parametrize("one", BY_LETTER)
@pytest.mark.parametrize("other", BY_LETTER)
def test_what_withstands_the_other_stands_on_one_day_whoever_says_it_more_often(one: str, other: str) -> None:
    found, documents = told(f"{one}{MARCH}", f"{other}{MARCH}", f"{other}{MARCH}")
    keeps = LATER_WORDS[one][other] == one
    assert settle(sayings(found, documents)) is BY_LETTER[one if keeps else other]


@pytest.mark.parametrize("coarse", ["", "2025", "2025-11"])
@pytest.mark.parametrize(("first", "then"), [("E", "D"), ("D", "E"), ("E", "X"), ("X", "E"), ("D", "P"), ("X", "P")])
def test_a_coarse_date_overrides_nothing_said_within_it(coarse: str, first: str, then: str) -> None:
    """Nobody knows which was said first; what lies outside is before or after it as always."""
    found, documents = told(f"{first}{coarse}", f"{then}{NOVEMBER}")
    assert settle(sayings(found, documents)) is BY_LETTER[then]
    if coarse:
        found, documents = told(f"{then}2024-12-31", f"{first}{coarse}")
        assert settle(sayings(found, documents)) is BY_LETTER[LATER_WORDS[then][first]]


# -- who stands on which side --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "behind", "against"),
    [
        (REPORTED, "RPE", "DX"),
        (PLANNED, "RPE", "DX"),
        (IN_EFFECT, "RPE", "DX"),
        (DENIED, "D", "RPEX"),
        (ENDED, "X", "D"),
        (Status.REJECTED, "", ""),
    ],
)
def test_each_claim_stands_on_the_side_of_its_status(status: Status, behind: str, against: str) -> None:
    found, documents = told(*(letter + MARCH for letter in BY_LETTER))
    by_source = {c.document: letter for letter, c in zip(BY_LETTER, found, strict=True)}
    got = [{by_source[source] for source in side} for side in sides(sayings(found, documents), status)]
    assert got == [set(behind), set(against)]


def test_copies_count_once_on_each_side_and_one_source_may_stand_on_both() -> None:
    torn = document("Acme buys Norland. It denied that before.", MARCH)
    copy = document("Acme buys Norland. It denied that before!", MAY, copy_of=torn.id)
    said = sayings([claim(d, s) for d in (torn, copy) for s in (IN_EFFECT, DENIED)], {d.id: d for d in (torn, copy)})
    assert sides(said, IN_EFFECT) == ({torn.id}, {torn.id})


def test_the_first_and_the_last_day_are_those_of_the_claims() -> None:
    found, documents = told(f"E{NOVEMBER}", f"P{MARCH}", "P", f"R{MAY}")
    assert span(sayings(found, documents)) == (MARCH, MAY)
    assert span(sayings(*told("P", "E"))) == ("", "")
    assert span([]) == ("", "")


def test_a_claim_of_a_document_that_is_lost_has_no_day() -> None:
    found, _ = told(f"P{MARCH}")
    [said] = sayings(found, {})
    assert (said.day, said.source) == ("", found[0].document)


# -- copies --------------------------------------------------------------------------------------------------------

ORIGINAL = document("Acme will buy Norland. So it was told on Monday.", MARCH)
LATER = document("Acme has bought Norland.", NOVEMBER)


def status_of(*found: Claim, documents: tuple[Document, ...]) -> Status:
    return settle(sayings(found, {d.id: d for d in documents}))


def test_an_old_article_printed_again_turns_nothing_back() -> None:
    reprint = document(ORIGINAL.text + " ", MAY, copy_of=ORIGINAL.id)
    found = [claim(ORIGINAL, PLANNED), claim(LATER, IN_EFFECT), claim(reprint, PLANNED)]
    assert status_of(*found, documents=(ORIGINAL, LATER, reprint)) is IN_EFFECT
    independent = document(ORIGINAL.text + " ", MAY)
    found = [claim(ORIGINAL, DENIED), claim(LATER, IN_EFFECT), claim(reprint, DENIED)]
    assert status_of(*found, documents=(ORIGINAL, LATER, reprint)) is IN_EFFECT
    found[2] = claim(independent, DENIED)
    assert status_of(*found, documents=(ORIGINAL, LATER, independent)) is DENIED, "said anew, it counts"


def test_a_reworded_copy_counts_with_the_day_of_its_original() -> None:
    spun = document("Acme shall purchase Norland.", MAY, copy_of=ORIGINAL.id)
    found = [claim(ORIGINAL, PLANNED), claim(LATER, IN_EFFECT), claim(spun, PLANNED)]
    assert status_of(*found, documents=(ORIGINAL, LATER, spun)) is IN_EFFECT


def test_words_of_the_original_count_with_its_day_though_it_was_not_read_alike() -> None:
    reprint = document("Acme will buy Norland.", MAY, copy_of=ORIGINAL.id)
    found = [claim(LATER, IN_EFFECT), claim(reprint, PLANNED)]
    assert status_of(*found, documents=(ORIGINAL, LATER, reprint)) is IN_EFFECT


def test_what_a_copy_adds_is_said_on_its_own_day() -> None:
    more = document(ORIGINAL.text + " In May it sold it again.", MAY, copy_of=ORIGINAL.id)
    found = [claim(ORIGINAL, PLANNED), claim(LATER, IN_EFFECT), claim(more, ENDED, "In May it sold it again")]
    assert status_of(*found, documents=(ORIGINAL, LATER, more)) is ENDED


def test_a_copy_makes_no_statement_younger() -> None:
    reprint = document(ORIGINAL.text + " ", MAY, copy_of=ORIGINAL.id)
    said = sayings([claim(ORIGINAL, PLANNED), claim(reprint, PLANNED)], {d.id: d for d in (ORIGINAL, reprint)})
    assert span(said) == (MARCH, MARCH)
    assert {s.source for s in said} == {ORIGINAL.id}


# -- who stands behind a fact --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("documents", "publishers"),
    [
        ([("Autoblick", ""), ("Kabar", "")], 2),
        ([("Autoblick", ""), ("AUTOBLICK ", "")], 1),
        ([("Autoblick", "https://a.example/1"), ("Autoblick", "https://b.example/2")], 1),
        ([("", "https://www.news.example/1"), ("", "https://news.example/2")], 1),
        ([("", "https://news.example/1"), ("", "https://other.example/1")], 2),
        ([("", "news/one.md"), ("", "news/two.md")], 2),
        ([("", "http://[broken"), ("", "https://news.example/1")], 2),
        ([(" ", "https://news.example/1"), ("", "https://news.example/2")], 1),
    ],
)
def test_publishers_are_counted_once_each(documents: list[tuple[str, str]], publishers: int) -> None:
    made = [document(f"text {n}", MARCH, who, where) for n, (who, where) in enumerate(documents)]
    [fact] = _resolved(made)
    assert (fact.support, fact.publishers) == (len(made), publishers)


def test_the_publisher_of_a_copy_is_none_of_his_own() -> None:
    first = document("text", MARCH, "Autoblick")
    [fact] = _resolved([first, document("text!", NOVEMBER, "Mirror", copy_of=first.id)])
    assert (fact.support, fact.publishers, len(fact.claims)) == (1, 1, 2)


def _resolved(documents: list[Document]) -> list[Fact]:
    ontology = knowledge().ontology
    predicate = next(iri for iri, p in sorted(ontology.properties.items()) if p.kind == "entity" and not p.symmetric)
    found = [Claim(d.id, 0, 4, d.text[:4], "x:Acme", predicate, "x:Norland") for d in documents]
    return resolve(found, [], {d.id: d for d in documents}, ontology)


# -- from texts to what a reader sees ------------------------------------------------------------------------------

NEWS = {
    "march": (
        MARCH,
        "Toyota plans to acquire Rivian. The two said so at a fair in Munich, where both show cars.",
    ),
    "november": (NOVEMBER, "Toyota has acquired Rivian. Lawyers of both had worked on the papers for most of a year."),
    "reprint": (
        MAY,
        "Toyota plans to acquire Rivian. The two said so at a fair in Munich, where both show cars.",
    ),
    "rumour": (MAY, "Toyota is reportedly to acquire Rivian. Who says so did not want to be named by this paper."),
}


def written(folder: Path, news: Mapping[str, tuple[str, str]]) -> Path:
    folder.mkdir()
    for name, (day, text) in news.items():
        (folder / f"{name}.md").write_text(f"---\npublished: {day}\nlanguage: en\n---\n{text}\n", encoding="utf-8")
    return folder


def test_a_reader_sees_the_course_and_no_reprint_or_rumour_turns_it_back(tmp_path: Path) -> None:
    build(Project(ROOT), [written(tmp_path / "news", NEWS)], tmp_path / "store", facts=False)
    with open_store(tmp_path / "store") as store:
        [explained] = stored.why(store, "Toyota", "acquires", "Rivian")
    assert [str(step) for step in explained.course] == ["Planned 2025-03-17", "InEffect 2025-11-02"]
    fact = explained.fact
    assert (fact.status, len(fact.claims), fact.support, fact.publishers) == (IN_EFFECT, 4, 3, 3)
    assert (fact.first_stated, fact.last_stated) == (MARCH, MAY)
    days = {e.source.rpartition("/")[2]: e.said for e in explained.evidence}
    assert days == {"march.md": MARCH, "november.md": NOVEMBER, "reprint.md": MARCH, "rumour.md": MAY}


def test_what_is_read_back_is_what_was_resolved(tmp_path: Path) -> None:
    """The course is told from the store's claims and documents, the status from the resolution's: they must agree."""
    build(Project(ROOT), None, tmp_path / "store", facts=False)
    with open_store(tmp_path / "store") as store:
        explained = [stored.explain(store, fact) for fact in stored.find(store)]
    assert len(explained) > 50
    assert all(e.course[-1].status is e.fact.status for e in explained)
    for each in explained:
        days = sorted(e.said for e in each.evidence if e.said)
        assert (each.fact.first_stated, each.fact.last_stated) == (days[0], days[-1])
