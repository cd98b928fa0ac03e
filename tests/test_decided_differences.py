"""What decisions of curators change, and that they are named as the cause: given, changed, taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from test_decisions import AT, BUYS, CLAIMS, FIRST, ID, PARTNERS_AG, RUNS, SECOND, graph, merge, on, said
from test_decisions import world as world  # a fixture

from kg.build import Graph, Knowledge, manifest
from kg.decisions import Correction, Decision
from kg.model import Status
from kg.queries.differences import Reason, differences
from kg.store import Store

FILED = {"file": "seeds/decisions/a.toml", "line": 3}
CORRECTED = Correction(RUNS.subject, RUNS.predicate, RUNS.object, Status.PLANNED, qualifiers=RUNS.qualifiers)


def stored(made: Graph) -> Store:
    return Store.from_quads(made.quads(), manifest(made.ontology, {}, {}))


CASES: dict[str, tuple[Callable[[], Decision], set[str]]] = {
    "rejected alone": (lambda: on(RUNS, "reject", **FILED), {"changed"}),
    "rejected beside another": (lambda: on(BUYS, "reject", **FILED), {"changed"}),
    "corrected": (lambda: on(RUNS, "correct", correction=CORRECTED, **FILED), {"changed"}),
    "merged": (lambda: replace(merge("Sudmark", "Sudmark_AG"), **FILED), {"gained", "lost"}),
    "rejected, its own words": (lambda: on(PARTNERS_AG, "reject", **FILED), {"changed"}),
}


@pytest.mark.parametrize(("decision", "kinds"), CASES.values(), ids=CASES)
def test_the_decision_is_the_cause(world: Knowledge, decision: Callable[[], Decision], kinds: set[str]) -> None:
    before, after = stored(graph(world)), stored(graph(world, decision()))
    given, retracted = differences(before, after), differences(after, before)
    assert {c.kind.value for c in given} == kinds
    for changes, reason in ((given, Reason.DECIDED), (retracted, Reason.RETRACTED)):
        causes = {cause for change in changes for cause in change.causes}
        assert {(c.reason, c.where) for c in causes} == {(reason, "seeds/decisions/a.toml:3")}


def test_what_is_only_accepted_changes_no_fact(world: Knowledge) -> None:
    assert differences(stored(graph(world)), stored(graph(world, on(RUNS, "accept", **FILED)))) == []


MERGED = replace(merge("Sudmark", "Sudmark_AG"), file="seeds/decisions/merges.toml", line=7)
PARTNERS_TOO = said(FIRST, "Norland and Ostvik are partners", "Ostvik partnersWith Sudmark")


def causes(before: Graph, after: Graph) -> dict[tuple[str, str], set[tuple[Reason, str]]]:
    """The causes of each change, by what became of a fact and by its object."""
    return {
        (c.kind.value, str(c.fact.object).removeprefix(ID)): {(cause.reason, cause.where) for cause in c.causes}
        for c in differences(stored(before), stored(after))
        if c.fact.predicate == AT + "partnersWith"
    }


def test_a_merge_is_the_cause_also_where_the_fact_of_the_other_was_there(world: Knowledge) -> None:
    claims = (*CLAIMS, PARTNERS_TOO)
    before, after = graph(world, claims=claims), graph(world, MERGED, claims=claims)
    given, retracted = ({(reason, "seeds/decisions/merges.toml:7")} for reason in (Reason.DECIDED, Reason.RETRACTED))
    assert causes(before, after) == {("changed", "Sudmark"): given, ("lost", "Sudmark_AG"): given}
    assert causes(after, before) == {("changed", "Sudmark"): retracted, ("gained", "Sudmark_AG"): retracted}


def test_a_decision_on_a_claim_is_told_beside_the_merge(world: Knowledge) -> None:
    rejected = on(PARTNERS_AG, "reject", **FILED)
    found = causes(graph(world), graph(world, MERGED, rejected))
    both = {(Reason.DECIDED, "seeds/decisions/a.toml:3"), (Reason.DECIDED, "seeds/decisions/merges.toml:7")}
    assert found["gained", "Sudmark"] == both


def test_a_document_that_came_is_told_beside_the_decision(world: Knowledge) -> None:
    before, after = graph(world, documents=(FIRST,)), graph(world, on(BUYS, "accept", **FILED))
    [change] = [c for c in differences(stored(before), stored(after)) if c.fact.predicate == AT + "acquires"]
    assert {(c.reason, c.where) for c in change.causes} == {
        (Reason.DECIDED, "seeds/decisions/a.toml:3"),
        (Reason.CAME, SECOND.source),
    }


def test_what_a_new_document_says_of_a_merged_name_came_with_it(world: Knowledge) -> None:
    found = causes(graph(world, documents=(FIRST,)), graph(world, MERGED))
    assert found == {("gained", "Sudmark"): {(Reason.CAME, SECOND.source)}}
