"""Contradictions with both their sides: what each says, and the sentences it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kg.errors import QueryError
from kg.model import Conflict, Fact, Status
from kg.queries import facts
from kg.queries.facts import Explanation
from kg.store import Store

RULES: Mapping[str, str] = {
    "functional": "only one value can hold here, and two are told",
    "excludes": "the two rule each other out",
    "exclusive": "one is said to be the only one, and there is another",
    "status": "some say that it is so, others deny it",
}
"""What each rule finds, in words."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A conflict and its two sides, each with its evidence.

    Where a fact's own sources disagree, both sides are that fact: once with those who assert it, once with those who
    deny it.
    """

    conflict: Conflict
    one: Explanation
    other: Explanation

    @property
    def words(self) -> str:
        """The rule in words; its id where it has none."""
        return RULES.get(self.conflict.rule, self.conflict.rule)


def disputes(store: Store, about: str | None = None, rule: str | None = None) -> list[Dispute]:
    """Every contradiction, or those about an entity (by any name) or by one rule (by id), sorted by their facts.

    Raises QueryError for a name that is not in the graph and for a rule that there is none of.
    """
    found = facts.conflicts(store)
    known = sorted({*RULES, *(conflict.rule for conflict, *_ in found)})
    if rule is not None and rule not in known:
        raise QueryError(f"no rule '{rule}'", None, f"one of {', '.join(known)}")
    wanted = None if about is None else facts.entity(store, about)
    return [
        _dispute(store, conflict, one, other)
        for conflict, one, other in found
        if rule in (None, conflict.rule)
        and (wanted is None or wanted in (one.subject, one.object, other.subject, other.object))
    ]


def _dispute(store: Store, conflict: Conflict, one: Fact, other: Fact) -> Dispute:
    if one.id == other.id:
        asserting, denying = (_counted(facts.explain(store, _part(one, denied=d))) for d in (False, True))
        return Dispute(conflict, _facing(asserting, denying), _facing(denying, asserting))
    return Dispute(conflict, facts.explain(store, one), facts.explain(store, other))


def _part(fact: Fact, denied: bool) -> Fact:
    """A fact with those of its sources alone that deny it, or that do not."""
    claims = tuple(c for c in fact.claims if (c.status is Status.DENIED) is denied)
    curations = tuple(c for c in fact.curations if (c.status is Status.DENIED) is denied)
    said = [*(c.status for c in claims), *(c.status for c in curations)]
    return replace(fact, claims=claims, curations=curations, status=said[0] if said else fact.status)


def _facing(side: Explanation, other: Explanation) -> Explanation:
    """A part of a fact with the independent documents of the other part against it."""
    return replace(side, fact=replace(side.fact, contrary=other.fact.support))


def _counted(side: Explanation) -> Explanation:
    """A part of a fact with the independent documents of that part alone."""
    documents = {e.claim.document for e in side.evidence if not (e.document and e.document.copy_of)}
    publishers = min(side.fact.publishers, len(documents))
    return replace(side, fact=replace(side.fact, support=len(documents), publishers=publishers))
