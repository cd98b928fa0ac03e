"""Decisions on conflicts, held against the facts: both sides seen, none found, or one side taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kg.decisions.decision import Decision, Short, side_of
from kg.model import Conflict, Curation, Document, Fact, Origin, Status, Verdict


@dataclass(frozen=True, slots=True)
class Settled:
    """The facts and conflicts after the decisions, the records that neither carries, and how many were applied."""

    facts: tuple[Fact, ...]
    conflicts: tuple[Conflict, ...]
    records: tuple[Curation, ...]
    applied: int


def settle(
    decisions: Sequence[Decision],
    facts: Sequence[Fact],
    conflicts: Iterable[Conflict],
    short: Short,
    documents: Mapping[str, Document],
) -> Settled:
    """Apply decisions on conflicts.

    The side that a curator did not keep is rejected, and with it every conflict that it was in. A conflict that is gone
    from facts that are both there or from sources of which one is there, or whose sides weigh otherwise now, is
    reopened. ``documents`` are by id.
    """
    if not decisions:
        return Settled(tuple(facts), tuple(sorted(conflicts)), (), 0)
    by_id = {f.id: f for f in facts}
    known = {c.id: c for c in conflicts}
    records: list[Curation] = []
    lost: dict[str, Curation] = {}
    dropped: set[str] = set()
    applied = 0
    there = _There(facts, documents, short)
    for decision in decisions:
        conflict = known.get(decision.key)
        reason = _changed(decision, conflict, by_id, short) if conflict else there.gone(decision)
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


def sources_of(facts: Iterable[Fact], documents: Mapping[str, str]) -> tuple[str, ...]:
    """Where facts were said: the sources of their claims (``documents``: by id) and of what curators wrote."""
    every = [*facts]
    said = {documents[c.document] for f in every for c in f.claims if c.document in documents}
    return tuple(sorted(said | {c.source for f in every if f.origin is Origin.CURATED for c in f.curations}))


class _There:
    """What is said in a build, and where, for conflicts that are in it no more."""

    def __init__(self, facts: Iterable[Fact], documents: Mapping[str, Document], short: Short) -> None:
        every = [*facts]
        self.sides = sorted({side_of(f, short) for f in every})
        self.statements = {_statement(side) for side in self.sides}
        self.sources = {d.source for d in documents.values()} | {*sources_of(every, {})}

    def gone(self, decision: Decision) -> str:
        """Why a decision does not hold whose conflict is gone; nothing while none of its sources is there."""
        if {_statement(side) for side in decision.evidence} <= self.statements:
            return "the two are no conflict now"
        if self.sources.isdisjoint(decision.sources):
            return ""
        about = {_about(side) for side in decision.evidence}
        near = [side for side in self.sides if _about(side) in about]
        return f"read there now: {' / '.join(near)}" if near else "nothing like it is read there now"


def about(fact: Fact, short: Short) -> tuple[str, ...]:
    """What a fact is about, as decisions on conflicts have it: its subject and its property."""
    return _about(side_of(fact, short))


def abouts(decision: Decision) -> frozenset[tuple[str, ...]]:
    """What the sides of a decision on a conflict are about."""
    return frozenset(map(_about, decision.evidence))


def _about(side: str) -> tuple[str, ...]:
    """The subject and the property of a side."""
    return tuple(side.split(" ", 2)[:2])


def _changed(decision: Decision, conflict: Conflict, facts: Mapping[str, Fact], short: Short) -> str:
    """Why a decision does not hold any more on a conflict that is there; nothing while it does."""
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
