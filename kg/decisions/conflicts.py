"""Decisions on conflicts, held against the facts: both sides seen, none found, or one side taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kg.decisions.decision import Decision, Short, side_of
from kg.model import Conflict, Curation, Fact, Status, Verdict


@dataclass(frozen=True, slots=True)
class Settled:
    """The facts and conflicts after the decisions, the records that neither carries, and how many were applied."""

    facts: tuple[Fact, ...]
    conflicts: tuple[Conflict, ...]
    records: tuple[Curation, ...]
    applied: int


def settle(
    decisions: Sequence[Decision], facts: Sequence[Fact], conflicts: Iterable[Conflict], short: Short
) -> Settled:
    """Apply decisions on conflicts.

    The side that a curator did not keep is rejected, and with it every conflict that it was in. A conflict that is gone
    from facts that are both there, or whose sides weigh otherwise now, is reopened.
    """
    by_id = {f.id: f for f in facts}
    known = {c.id: c for c in conflicts}
    records: list[Curation] = []
    lost: dict[str, Curation] = {}
    dropped: set[str] = set()
    applied = 0
    statements = {_statement(side_of(f, short)) for f in facts} if decisions else set()
    for decision in decisions:
        conflict = known.get(decision.key)
        reason = _changed(decision, conflict, by_id, statements, short)
        if reason:
            records.append(decision.reopened(reason))
        elif conflict:
            applied += 1
            known[conflict.id], loser = _ruled(decision, conflict)
            lost |= {loser: decision.curation(Status.REJECTED, Verdict.REJECTED)} if loser else {}
            if decision.decision == "reject":
                dropped.add(conflict.id)
                records.append(decision.curation(Status.REJECTED))
    return Settled(
        tuple(_rejected(f, lost[f.id]) if f.id in lost else f for f in facts),
        tuple(sorted(c for i, c in known.items() if i not in dropped and not lost.keys() & {c.first, c.second})),
        tuple(records),
        applied,
    )


def _statement(side: str) -> str:
    return side.partition(";")[0]


def _changed(
    decision: Decision, conflict: Conflict | None, facts: Mapping[str, Fact], there: set[str], short: Short
) -> str:
    """Why a decision does not hold any more; nothing while it does, or while its facts are not there."""
    if conflict is None:
        return "the two are no conflict now" if {_statement(s) for s in decision.evidence} <= there else ""
    sides = sides_of(facts[conflict.first], facts[conflict.second], short)
    if decision.keep and decision.keep not in (conflict.first, conflict.second):
        return f"{decision.keep} is none of its sides"
    return "" if sides == decision.evidence else "now: " + " / ".join(sides)


def _ruled(decision: Decision, conflict: Conflict) -> tuple[Conflict, str]:
    """The conflict with its decision, and the id of the fact that lost, if one did."""
    if decision.decision != "keep":
        return replace(conflict, curations=(decision.curation(),)), ""
    return conflict, conflict.second if decision.keep == conflict.first else conflict.first


def _rejected(fact: Fact, curation: Curation) -> Fact:
    return replace(fact, status=Status.REJECTED, curations=(*fact.curations, curation))


def sides_of(first: Fact, second: Fact, short: Short) -> tuple[str, ...]:
    """What a decision on a conflict rests on: its sides with what weighs for each; one, where a fact is disputed."""
    return tuple(side_of(f, short) for f in sorted({first.id: first, second.id: second}.values(), key=lambda f: f.id))
