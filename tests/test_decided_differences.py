"""What decisions of curators change, and that they are named as the cause: given, changed, taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from test_decisions import BUYS, PARTNERS_AG, RUNS, graph, merge, on, world  # noqa: F401 - a fixture

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
def test_the_decision_is_the_cause(world: Knowledge, decision: Callable[[], Decision], kinds: set[str]) -> None:  # noqa: F811
    before, after = stored(graph(world)), stored(graph(world, decision()))
    given, retracted = differences(before, after), differences(after, before)
    assert {c.kind.value for c in given} == kinds
    for changes, reason in ((given, Reason.DECIDED), (retracted, Reason.RETRACTED)):
        causes = {cause for change in changes for cause in change.causes}
        assert {(c.reason, c.where) for c in causes} == {(reason, "seeds/decisions/a.toml:3")}


def test_what_is_only_accepted_changes_no_fact(world: Knowledge) -> None:  # noqa: F811
    assert differences(stored(graph(world)), stored(graph(world, on(RUNS, "accept", **FILED)))) == []
