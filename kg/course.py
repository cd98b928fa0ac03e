"""When what was said of a fact, by whom, and what follows: the status of a fact, and the course it took.

What a copy repeats was said on the day of its original, however late it is printed again; what it adds, on its own.
A date that is only a year or a month comes before every day in it, so that it overrides nothing that is dated better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from kg.model import Claim, Document, Status

# Of two statuses said on the same day by as many sources the later in a thing's life is taken.
_LIFE = (Status.REPORTED, Status.PLANNED, Status.IN_EFFECT, Status.DENIED, Status.ENDED)

WITHSTANDS: Mapping[Status, frozenset[Status]] = {
    Status.REPORTED: frozenset(),
    Status.PLANNED: frozenset({Status.REPORTED}),
    Status.IN_EFFECT: frozenset({Status.REPORTED, Status.PLANNED}),
    Status.DENIED: frozenset({Status.REPORTED}),
    Status.ENDED: frozenset({Status.REPORTED, Status.DENIED}),
}
"""What may be said later, or on the same day, without unmaking a status; whatever else is said later does. Plans for
what is in effect already are plans for more of it; who denies what has ended does not say that it goes on."""

_FOR = frozenset({Status.REPORTED, Status.PLANNED, Status.IN_EFFECT})
BEHIND: Mapping[Status, frozenset[Status]] = {
    **dict.fromkeys(_FOR, _FOR),
    Status.DENIED: frozenset({Status.DENIED}),
    Status.ENDED: frozenset({Status.ENDED}),
}
"""The statuses of claims that stand behind a status of their fact."""
AGAINST: Mapping[Status, frozenset[Status]] = {
    **dict.fromkeys(_FOR, frozenset({Status.DENIED, Status.ENDED})),
    Status.DENIED: _FOR | {Status.ENDED},
    Status.ENDED: frozenset({Status.DENIED}),
}
"""The statuses of claims that speak against it. Who said of what has ended that it held stands on neither side: an end
confirms it, but he did not tell of the end."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A claim with the day that counts for it and the id of the independent document behind it."""

    day: str
    source: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class Step:
    """A status of a fact and the day since which its claims give it; without a day where they have none."""

    status: Status
    day: str

    def __str__(self) -> str:
        return f"{self.status} {self.day}".strip()


def sayings(claims: Sequence[Claim], documents: Mapping[str, Document]) -> list[Saying]:
    """The claims of one fact, each with its day and source, in the order of the claims.

    ``documents`` by id hold those of the claims and the originals of copies; a claim of a document that is not among
    them has no day and stands by itself.
    """
    told = {(c.document, c.status) for c in claims}
    found = []
    for claim in claims:
        document = documents.get(claim.document)
        original = documents.get(document.copy_of) if document and document.copy_of else None
        # A reworded copy has no quote in common, but the same claim; a word-for-word one need not be read alike.
        old = original and ((document and document.copy_of, claim.status) in told or original.says(claim.quote))
        counts = original if old else document
        source = (document.copy_of if document else "") or claim.document
        found.append(Saying(counts.issued if counts else "", source, claim))
    return found


def settle(said: Iterable[Saying]) -> Status:
    """The status of a fact: the last of its course."""
    return course(said)[-1].status


def course(said: Iterable[Saying]) -> tuple[Step, ...]:
    """The statuses that a fact went through, the oldest first, each with the day whose claims brought it about.

    Of what is said on one day that counts which most sources have said by then, unless what stood before, or something
    else said on that day, withstands it (:data:`WITHSTANDS`).
    """
    steps: list[Step] = []
    sources: dict[Status, set[str]] = {}
    for day, members in groupby(sorted(said, key=lambda s: s.day), key=lambda s: s.day):
        told: set[Status] = set()
        for one in members:
            told.add(one.claim.status)
            sources.setdefault(one.claim.status, set()).add(one.source)
        standing = {steps[-1].status} if steps else set()
        fresh = [s for s in told if not any(s in WITHSTANDS[other] for other in told | standing)]
        status = max(fresh, key=lambda s: (len(sources[s]), _LIFE.index(s)), default=None)
        if status and status not in standing:
            steps.append(Step(status, day))
    return tuple(steps)


def sides(said: Iterable[Saying], status: Status) -> tuple[frozenset[str], frozenset[str]]:
    """The independent documents behind a status of their fact, and those against it; one may say both."""
    every = list(said)
    behind, against = BEHIND.get(status, frozenset()), AGAINST.get(status, frozenset())
    return (
        frozenset(s.source for s in every if s.claim.status in behind),
        frozenset(s.source for s in every if s.claim.status in against),
    )


def span(said: Iterable[Saying]) -> tuple[str, str]:
    """The first and the last day on which it was said; nothing where no claim has a day."""
    days = sorted(s.day for s in said if s.day)
    return (days[0], days[-1]) if days else ("", "")
