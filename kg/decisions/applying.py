"""Decisions applied to what was read: a pure function, so that taking one back gives the graph before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kg.decisions.correction import misfit
from kg.decisions.decision import Decision, Short, claim_key, scope_of, statement_of
from kg.decisions.echoes import echoes, followed
from kg.decisions.merging import Merges, unlike
from kg.model import Claim, Curation, Document, Entity, Fact, Label, Origin, Status, Verdict
from kg.ontology import Ontology

_ALIKE = 4
"""The fewest words in a row that make two quotations alike: fewer are shared by sentences on other things."""
CURATOR = "curator"
"""The pattern of a claim that a curator put in the place of one as it was read."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was read, with the decisions on it.

    ``records`` are those that no claim or entity carries: reopened ones, and entities found to be distinct. ``pending``
    are the decisions on conflicts, which only facts can be held against.
    """

    claims: tuple[Claim, ...]
    curated: tuple[Fact, ...]
    entities: Mapping[str, Entity]
    records: tuple[Curation, ...]
    applied: int
    pending: tuple[Decision, ...]
    everywhere: Everywhere


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What decisions do to claims of any document: to those on names that are none, and on entities that are one."""

    rejected: Mapping[str, Curation]
    merges: Merges

    def claims(self, claims: Iterable[Claim]) -> dict[str, Claim]:
        """The claims by id, on the entities that are kept; what corrects another follows its name. ``claims`` hold all
        of each document that they are of."""
        ruled = [self._about_rejected(c) for c in claims]
        if not self.merges.kept:
            return {c.id: c for c in ruled}
        pairs = [(c.id, self.merges.claim(c)) for c in ruled]
        ids = {old: new.id for old, new in pairs}
        found: dict[str, Claim] = {}
        for _, claim in sorted(pairs, key=lambda pair: (pair[1].id, pair[1].key)):
            following = replace(claim, corrects=ids.get(claim.corrects, claim.corrects))
            twin = found.get(claim.id)
            both = _union(twin.curations, claim.curations) if twin else following.curations
            found[claim.id] = replace(following, curations=both)
        return found

    def _about_rejected(self, claim: Claim) -> Claim:
        """A claim about what a curator found to be no name counts no more."""
        if not self.rejected:
            return claim
        ends = (claim.subject, claim.object, *(v for _, v in claim.qualifiers))
        reasons = tuple(self.rejected[e] for e in ends if isinstance(e, str) and e in self.rejected)
        return replace(claim, curations=_union(claim.curations, reasons)) if reasons else claim


def apply(
    decisions: Sequence[Decision],
    claims: Iterable[Claim],
    curated: Iterable[Fact],
    entities: Mapping[str, Entity],
    documents: Mapping[str, Document],
    ontology: Ontology,
) -> Decided:
    """Mark, correct and merge claims, curated facts and entities as curators decided.

    ``documents`` are by id. A decision whose document is not among them rests; one whose evidence is gone from a
    document that is there, or looks different now, is reopened: kept as a record with the reason, and not applied.
    """
    step = _Step(entities, {d.source for d in documents.values()}, ontology)
    ruled = step.claims(
        [d for d in decisions if d.kind == "claims"], keyed(claims, documents, ontology.short), documents
    )
    step.names([d for d in decisions if d.kind == "entities"])
    merges = step.merges([d for d in decisions if d.kind == "merges"])
    everywhere = Everywhere(step.rejected, merges)
    moved = everywhere.claims(ruled)
    return Decided(
        claims=tuple(moved[i] for i in sorted(moved)),
        curated=tuple(merges.fact(f) for f in curated) if merges.kept else tuple(curated),
        entities=merges.entities(step.entities, ontology) if merges.kept else step.entities,
        records=tuple(sorted(step.records, key=lambda c: c.id)),
        applied=step.applied,
        pending=tuple(d for d in decisions if d.kind == "conflicts"),
        everywhere=everywhere,
    )


def keyed(claims: Iterable[Claim], documents: Mapping[str, Document], short: Short) -> list[Claim]:
    """The claims, each with the key under which it is decided on."""
    return [replace(c, key=claim_key(c, documents[c.document].source, short)) for c in claims]


def _union(*curations: tuple[Curation, ...]) -> tuple[Curation, ...]:
    return tuple(sorted({c for each in curations for c in each}, key=lambda c: c.id))


class _Step:
    """The entities as decisions change them, what was applied, and what has to be decided again."""

    def __init__(self, entities: Mapping[str, Entity], sources: set[str], ontology: Ontology) -> None:
        self.entities = dict(entities)
        self.sources, self.ontology, self.short = sources, ontology, ontology.short
        self.records: list[Curation] = []
        self.rejected: dict[str, Curation] = {}
        self.same: list[tuple[str, str, Curation]] = []
        self.applied = 0

    def claims(self, decisions: list[Decision], claims: list[Claim], documents: Mapping[str, Document]) -> list[Claim]:
        """The claims with their decisions, and those that stand in the place of others."""
        if not decisions:
            return claims
        by_key: dict[str, list[Claim]] = {}
        by_source: dict[str, list[Claim]] = {}
        for claim in claims:
            by_key.setdefault(claim.key, []).append(claim)
            by_source.setdefault(documents[claim.document].source, []).append(claim)
        holding: dict[str, Decision] = {}
        for decision in decisions:
            if decision.key in by_key and self._holds(decision):
                holding[decision.key] = decision
            elif decision.key not in by_key and decision.source in self.sources:
                self.reopen(decision, self._gone(decision, by_source.get(decision.source, [])))
        self.applied += len(holding)
        changed = {
            c.id: c for key, decision in holding.items() for claim in by_key[key] for c in _ruled(claim, decision)
        }
        own = {d.key for d in decisions}
        for group in echoes(claims, documents) if holding else ():
            if found := followed(group, holding, documents):
                first, decision = found
                others = [replace(c, decided_in=first.document) for c in group if c.key not in own]
                changed |= {c.id: c for claim in others for c in _ruled(claim, decision)}
        return [*({c.id: c for c in claims} | changed).values()]

    def _holds(self, decision: Decision) -> bool:
        """Whether a decision can be applied; one whose correction does not fit any more is reopened."""
        if decision.correction and (wrong := misfit(decision.correction, self.ontology, self.entities)):
            self.reopen(decision, wrong)
            return False
        return True

    def _gone(self, decision: Decision, there: list[Claim]) -> str:
        """The reason for which a decision has no claim, with the claim that is nearest to it now."""
        near = nearest(decision, there, self.short)
        if near is None:
            return "nothing like it is read there now"
        shown = statement_of(near.subject, near.predicate, near.object, self.short)
        return f"read there now: {shown} ({scope_of(near, self.short)}), {near.key}"

    def names(self, decisions: list[Decision]) -> None:
        """Names that nobody listed: kept, taken for none, or taken for something else."""
        for decision in decisions:
            entity = self.entities.get(decision.key)
            reason = self._changed(decision, entity)
            if reason:
                self.reopen(decision, reason)
            elif entity:
                self.applied += 1
                self._named(decision, entity)

    def _changed(self, decision: Decision, entity: Entity | None) -> str:
        if entity is None:
            return "nothing has this name there now" if decision.source in self.sources else ""
        if entity.origin is Origin.CURATED:
            return "it is listed in seeds/entities now"
        if decision.same_as and decision.same_as not in self.entities:
            return f"nothing is known of {self.short(decision.same_as)} now"
        if seen_of(entity, self.short) != decision.evidence:
            return f"it is taken for {', '.join(seen_of(entity, self.short)[1:])} now"
        return ""

    def _named(self, decision: Decision, entity: Entity) -> None:
        curation = decision.curation(Status.REJECTED if decision.decision == "reject" else Status.IN_EFFECT)
        if decision.decision == "reject":
            self.rejected[entity.iri] = curation
        if decision.same_as:
            self.same.append((entity.iri, decision.same_as, curation))
            return
        labels = entity.labels
        if decision.label:
            others = [replace(x, kind="alternative") for x in labels if x.text != decision.label]
            language = min(labels).language if labels else ""
            labels = tuple(sorted([Label(decision.label, language), *others]))
        types = (decision.cls,) if decision.cls else entity.types
        self.entities[entity.iri] = replace(entity, types=types, labels=labels, curations=(curation,))

    def merges(self, decisions: list[Decision]) -> Merges:
        """The merges that hold; those of entities that are not there rest."""
        pairs = list(self.same)
        for decision in decisions:
            found = [self.entities[iri] for iri in decision.entities if iri in self.entities]
            if len(found) < len(decision.entities):
                continue
            names = tuple(e.label() for e in found)
            if names != decision.evidence:
                self.reopen(decision, f"they are called {', '.join(names)} now")
                continue
            if wrong := unlike(decision, self.entities, self.ontology):
                self.reopen(decision, wrong)
                continue
            self.applied += 1
            if decision.decision == "distinct":
                self.records.append(decision.curation(Status.REJECTED))
            else:
                goes = [iri for iri in decision.entities if iri != decision.keep]
                pairs += [(iri, decision.keep, decision.curation()) for iri in goes]
        return Merges.of(pairs)

    def reopen(self, decision: Decision, reason: str) -> None:
        """Note a decision that has to be taken again."""
        self.records.append(decision.reopened(reason))


def seen_of(entity: Entity, short: Short) -> tuple[str, ...]:
    """What a decision on an entity rests on: its name and its classes."""
    return (entity.label(), *(short(t) for t in entity.types))


def nearest(decision: Decision, claims: Iterable[Claim], short: Short) -> Claim | None:
    """Of the claims of a source the one most like the one decided on: the same statement, else a shared quotation."""

    def likeness(claim: Claim) -> tuple[bool, int, str]:
        same = statement_of(claim.subject, claim.predicate, claim.object, short) == decision.statement
        return same, _shared(claim.quote, decision.quote), claim.key

    found = max(claims, key=likeness, default=None)
    return found if found is not None and any(likeness(found)[:2]) else None


def _shared(one: str, other: str) -> int:
    """How many words in a row two quotations share, from four on."""
    a, b = one.split(), other.split()
    best, before = 0, [0] * (len(b) + 1)
    for word in a:
        row = [0] * (len(b) + 1)
        for j, own in enumerate(b):
            row[j + 1] = before[j] + 1 if own == word else 0
        best, before = max(best, *row), row
    return best if best >= _ALIKE else 0


def _ruled(claim: Claim, decision: Decision) -> Iterator[Claim]:
    """A claim with the decision on it, and the one that stands in its place."""
    corrected = _corrected(claim, decision)
    if corrected is None or corrected.id == claim.id:
        status = Status.REJECTED if decision.decision == "reject" else claim.status
        verdict = Verdict.ACCEPTED if decision.correction else decision.verdict
        yield replace(claim, curations=(decision.curation(status, verdict),))
    else:
        yield replace(claim, curations=(decision.curation(corrected.status),))
        yield corrected


def _corrected(claim: Claim, decision: Decision) -> Claim | None:
    """The claim that a curator put in the place of one, on the same evidence."""
    fixed = decision.correction
    if fixed is None:
        return None
    corrected = replace(
        claim,
        subject=fixed.subject,
        predicate=fixed.predicate,
        object=fixed.object,
        qualifiers=fixed.qualifiers,
        status=fixed.status,
        valid_from=fixed.valid_from,
        valid_until=fixed.valid_until,
        pattern=CURATOR,
        confidence="1",
        corrects=claim.id,
        curations=(),
    )
    return replace(corrected, curations=(decision.curation(fixed.status, Verdict.ACCEPTED),))
