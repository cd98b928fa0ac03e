"""Asks extractors document by document: one that fails or hangs costs its own proposals, never the build."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Thread

from kg.errors import KgError
from kg.extractors.evidence import Page
from kg.extractors.gate import Gate, Judged
from kg.extractors.installed import start
from kg.extractors.proposal import Extractor, Given, Proposal, Reason, Refusal
from kg.model import Claim, Document, Entity, term_key
from kg.names import slug
from kg.ontology import Ontology
from kg.text import LinkedText

PATIENCE = 300.0
"""The seconds that one document may take an extractor that names no other limit."""
LONGEST = 86400.0
"""No patience lasts longer than a day."""
HANGS = 3
"""After so many documents that took too long an extractor is asked no more."""
MOST = 1000
"""Proposals taken of one extractor for one document."""


@dataclass(frozen=True, slots=True, order=True)
class Refused:
    """A refusal with the extractor and the source of the document."""

    extractor: str
    source: str
    reason: str
    detail: str = ""


@dataclass
class Findings:
    """What a panel found in documents."""

    claims: list[Claim] = field(default_factory=list)
    entities: dict[str, Entity] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    proposals: int = 0


class _Seat:
    """One extractor on the panel, made anew after it hung: the old one may still be at work."""

    def __init__(self, entry: str, given: Given) -> None:
        self.entry, self.given = entry, replace(given, folder=given.folder / slug(entry))
        self.extractor = start(entry, self.given)
        self.name, self.hangs = self.extractor.name, 0

    def ask(self, document: Document, patience: float) -> list[object]:
        """What it gives for a document; a failure comes as a refusal behind what it gave before."""
        if self.hangs >= HANGS:
            return [Refusal(Reason.GIVEN_UP, f"after {HANGS} documents that took too long")]
        limit = min(patience, _own_patience(self.extractor), LONGEST)
        found: list[object] = []
        thread = Thread(target=_fill, args=(self.extractor, document, found), daemon=True)
        thread.start()
        thread.join(limit)
        if not thread.is_alive():
            return found
        return [self._hung(limit)]

    def _hung(self, limit: float) -> Refusal:
        self.hangs += 1
        try:
            self.extractor = start(self.entry, self.given)
        except KgError:
            self.hangs = HANGS
        return Refusal(Reason.HUNG, f"more than {limit:g} s")


def _own_patience(extractor: Extractor) -> float:
    given = getattr(extractor, "patience", PATIENCE)
    return float(given) if isinstance(given, int | float) and given > 0 else PATIENCE


def _fill(extractor: Extractor, document: Document, found: list[object]) -> None:
    try:
        for item in extractor.propose(document):
            if len(found) >= MOST:
                found.append(Refusal(Reason.TOO_MANY, f"more than {MOST}"))
                return
            found.append(item)
    except BaseException as error:  # also SystemExit: nothing in an extractor ends the build
        found.append(Refusal(Reason.FAILED, f"{type(error).__name__}: {error}"[:200]))


class Panel:
    """The extractors asked for, and the gate that they share."""

    def __init__(self, entries: Iterable[str], given: Given, patience: float = float("inf")) -> None:
        self.ontology = given.ontology
        self.seats = [_Seat(entry, given) for entry in dict.fromkeys(entries)]
        self.gate = Gate(given.ontology, given.names)
        self.patience = patience

    def read(
        self,
        documents: Iterable[Document],
        told: Iterable[Sequence[Claim]],
        entities: Iterable[Entity],
        link: Callable[[Document], LinkedText | None],
    ) -> Findings:
        """What the extractors add to what the patterns ``told`` of each document; ``entities`` are those they found.

        A statement that the patterns, or an extractor before, read in the same place is not told again.
        """
        self.gate.learn(sorted(entities, key=lambda e: e.iri))
        findings = Findings()
        for document, known in zip(documents, told, strict=True):
            page, said = Page(document, link(document)), list(known)
            for seat in self.seats:
                items = seat.ask(document, self.patience)
                findings.proposals += sum(isinstance(i, Proposal) for i in items)
                said += self._passed(seat.name, page, items, said, findings)
        return findings

    def _passed(
        self, name: str, page: Page, items: Iterable[object], said: Sequence[Claim], findings: Findings
    ) -> Iterator[Claim]:
        passed: list[Claim] = []
        for item in items:
            judged = self.gate.judge(page, name, item)
            if isinstance(judged, Refusal):
                findings.refused.append(Refused(name, page.document.source, judged.reason, judged.detail))
            elif not any(_repeats(judged.claim, c, self.ontology) for c in (*said, *passed)):
                passed.append(judged.claim)
                self._take(judged, findings)
        yield from passed

    def _take(self, judged: Judged, findings: Findings) -> None:
        findings.claims.append(judged.claim)
        findings.entities.update({e.iri: e for e in judged.entities})
        self.gate.learn(judged.entities)


def _repeats(claim: Claim, other: Claim, ontology: Ontology) -> bool:
    """Whether two claims of one document state the same in the same scope, in places that overlap."""
    overlap = claim.start < other.end and other.start < claim.end
    return overlap and _statement(claim, ontology) == _statement(other, ontology)


def _statement(claim: Claim, ontology: Ontology) -> tuple[object, ...]:
    ends = [f"<{claim.subject}>", term_key(claim.object)]
    if ontology.properties[claim.predicate].symmetric:
        ends.sort()
    scope = {(n, term_key(v)) for n, v in claim.qualifiers if ontology.properties[n].identifying}
    return claim.predicate, *ends, frozenset(scope)
