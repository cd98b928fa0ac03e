"""When what was said of a fact, by whom, and what follows: the status of a fact, and the course it took.

What a copy repeats was said on the day of its original, however late it is printed again; what it adds, on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from kg.model import Claim, Document, Status

# Of two statuses said on the same day by as many sources the later in a thing's life is taken.
_LIFE = (Status.REPORTED, Status.PLANNED, Status.IN_EFFECT, Status.DENIED, Status.ENDED)


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
        old = original and ((document and document.copy_of, claim.status) in told or claim.quote in original.text)
        counts = original if old else document
        source = (document.copy_of if document else "") or claim.document
        found.append(Saying(counts.issued if counts else "", source, claim))
    return found


def settle(said: Iterable[Saying]) -> Status:
    """The status of a fact: that of its latest, best-supported claims; a mere report only where nothing firmer is."""
    every = list(said)
    firm = [s for s in every if s.claim.status is not Status.REPORTED] or every
    days: dict[Status, str] = {}
    sources: dict[Status, set[str]] = {}
    for one in firm:
        status = one.claim.status
        days[status] = max(days.get(status, ""), one.day)
        sources.setdefault(status, set()).add(one.source)
    return max(days, key=lambda s: (days[s], len(sources[s]), _LIFE.index(s)))


def course(said: Iterable[Saying]) -> tuple[Step, ...]:
    """The statuses that a fact went through, the oldest first, each as what was said until its day makes it."""
    steps: list[Step] = []
    until: list[Saying] = []
    for day, members in groupby(sorted(said, key=lambda s: s.day), key=lambda s: s.day):
        until += members
        status = settle(until)
        if not steps or steps[-1].status is not status:
            steps.append(Step(status, day))
    return tuple(steps)


def span(said: Iterable[Saying]) -> tuple[str, str]:
    """The first and the last day on which it was said; nothing where no claim has a day."""
    days = sorted(s.day for s in said if s.day)
    return (days[0], days[-1]) if days else ("", "")
