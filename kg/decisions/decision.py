"""One decision as a value, the names of what decisions are about, and how statements are worded in their files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kg.decisions.correction import Correction, written
from kg.model import Claim, Curation, Fact, Status, Term, Verdict
from kg.names import digest

Short = Callable[[str], str]
"""The CURIE of an IRI."""

WORDS = {
    "claims": ("accept", "reject", "correct"),
    "entities": ("accept", "reject", "correct"),
    "merges": ("same", "distinct"),
    "conflicts": ("accept", "reject", "keep"),
}
"""The decisions that there are, by the kind of what they are about."""
_VERDICTS = {
    "accept": Verdict.ACCEPTED, "same": Verdict.ACCEPTED, "reject": Verdict.REJECTED, "distinct": Verdict.REJECTED,
    "keep": Verdict.CORRECTED, "correct": Verdict.CORRECTED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """A curator's decision and the evidence it was taken on; ``file`` and ``line`` tell where it is written.

    ``key`` names a claim by its evidence, an entity by its IRI, a merge by its entities, a conflict by its facts and
    rule. ``evidence`` is what was seen of an entity (its name, its classes), of those to merge (their names), or of the
    sides of a conflict: where it differs now, the decision is reopened.
    """

    kind: str
    key: str
    decision: str
    statement: str = ""
    scope: str = ""
    source: str = ""
    quote: str = ""
    rule: str = ""
    entities: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    keep: str = ""
    sources: tuple[str, ...] = ()
    """Of a conflict: where its sides were said."""
    correction: Correction | None = None
    same_as: str = ""
    label: str = ""
    cls: str = ""
    by: str = ""
    on: str = ""
    note: str = ""
    file: str = ""
    line: int = 0

    @property
    def verdict(self) -> Verdict:
        """What it means for what it is about."""
        return _VERDICTS[self.decision]

    def curation(self, status: Status = Status.IN_EFFECT, verdict: Verdict | None = None) -> Curation:
        """Its record in the graph."""
        source = self.source or self.file
        return Curation(self.file, self.line, source, status, verdict or self.verdict, self.key, self.by, self.on,
                        self.note)  # fmt: skip

    def reopened(self, reason: str) -> Curation:
        """Its record where it cannot be applied, with the reason."""
        record = self.curation(Status.ENDED, Verdict.REOPENED)
        note = f"{reason}; then: {self.note}" if self.note else reason
        return Curation(record.file, record.line, record.source, record.status, record.verdict, record.key, record.by,
                        record.on, note)  # fmt: skip


def claim_key(claim: Claim, source: str, short: Short) -> str:
    """The name of a claim's evidence: source, quotation and statement, wherever in the text it stands.

    So a decision holds when the text changes elsewhere, and for the same sentence read again.
    """
    statement = statement_of(claim.subject, claim.predicate, claim.object, short)
    return evidence_key(statement, scope_of(claim, short), source, claim.quote)


def evidence_key(statement: str, scope: str, source: str, quote: str) -> str:
    """The name of a claim's evidence as the files of decisions have it, so that it can be checked there."""
    return digest(source, quote, statement, scope)


def merge_key(entities: Iterable[str]) -> str:
    """The name of a question whether entities are one."""
    return digest(*sorted(entities))


def statement_of(subject: str, predicate: str, object: Term, short: Short) -> str:
    """A statement in one line, as the files of decisions have it."""
    return " ".join((short(subject), short(predicate), written(object, short)))


def scope_of(claim: Claim, short: Short) -> str:
    """What a claim says beside its statement: status, times, qualifiers, speaker, its words for time and figure."""
    parts = [
        claim.status.value,
        f"from {claim.valid_from}" if claim.valid_from else "",
        f"until {claim.valid_until}" if claim.valid_until else "",
        *(f"{short(name)} {written(value, short)}" for name, value in claim.qualifiers),
        f"said by {short(claim.stated_by)}" if claim.stated_by else "",
        f'when "{claim.time_text}"' if claim.time_text else "",
        f'figure "{claim.value_text}"' if claim.value_text else "",
    ]
    return "; ".join(p for p in parts if p)


def side_of(fact: Fact, short: Short) -> str:
    """One side of a conflict with what weighs for it: its status, its independent documents, a curator."""
    scope = [f"{short(name)} {written(value, short)}" for name, value in fact.identity]
    weight = [fact.status.value, f"{fact.support} independent", *["curated"] * (fact.origin == "Curated")]
    return "; ".join((statement_of(fact.subject, fact.predicate, fact.object, short), *scope, *weight))
