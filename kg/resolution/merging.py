"""Claims of one statement in one scope become one fact, whatever document and language they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kg.model import Claim, Document, Fact, Origin, Qualifier, Status, Term, qualifier_key, term_key
from kg.ontology import Ontology

# Of two statuses said on the same day by as many sources the later in a thing's life is taken.
_LIFE = (Status.REPORTED, Status.PLANNED, Status.IN_EFFECT, Status.DENIED, Status.ENDED)


@dataclass(frozen=True, slots=True)
class _Key:
    subject: str
    predicate: str
    object: Term
    identity: tuple[Qualifier, ...]


def resolve(
    claims: Iterable[Claim], curated: Iterable[Fact], documents: Mapping[str, Document], ontology: Ontology
) -> list[Fact]:
    """The facts of claims and curators, in the order of their ids.

    ``documents`` by id tell when each claim was made and which documents are copies. A curator's status and times
    outrank those of any text; the claims stay.
    """
    groups: dict[_Key, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(_key(claim, ontology), []).append(claim)
    facts: dict[str, Fact] = {}
    for key, members in groups.items():
        fact = _fact(key, members, documents, ontology)
        facts[fact.id] = fact
    for fact in curated:
        ruled = _ordered(fact, ontology)
        facts[ruled.id] = _overruled(facts[ruled.id], ruled) if ruled.id in facts else ruled
    return [facts[i] for i in sorted(facts)]


def _key(claim: Claim, ontology: Ontology) -> _Key:
    identity = tuple(q for q in claim.qualifiers if ontology.properties[q[0]].identifying)
    subject, object_ = _ends(claim.subject, claim.predicate, claim.object, ontology)
    return _Key(subject, claim.predicate, object_, tuple(sorted(identity, key=qualifier_key)))


def _ends(subject: str, predicate: str, object_: Term, ontology: Ontology) -> tuple[str, Term]:
    """The ends of a statement; those of a symmetric property in the order of their names, so that A-B is B-A."""
    if ontology.properties[predicate].symmetric and isinstance(object_, str) and object_ < subject:
        return object_, subject
    return subject, object_


def _ordered(fact: Fact, ontology: Ontology) -> Fact:
    subject, object_ = _ends(fact.subject, fact.predicate, fact.object, ontology)
    return replace(fact, subject=subject, object=object_)


def _fact(key: _Key, claims: list[Claim], documents: Mapping[str, Document], ontology: Ontology) -> Fact:
    ranked = sorted(claims, key=lambda c: _rank(c, documents), reverse=True)
    status = settle(claims, documents)
    telling = [c for c in ranked if c.status is status]
    return Fact(
        key.subject,
        key.predicate,
        key.object,
        key.identity,
        tuple(sorted(_qualifiers(telling, ontology), key=qualifier_key)),
        status,
        next((c.valid_from for c in telling if c.valid_from), ""),
        next((c.valid_until for c in telling if c.valid_until), ""),
        Origin.EXTRACTED,
        len(sources(claims, documents)),
        tuple(sorted(claims, key=lambda c: c.id)),
    )


def _rank(claim: Claim, documents: Mapping[str, Document]) -> tuple[str, int, int, str, str]:
    """The latest claim first, then the one that says more precisely when, then the surer one."""
    issued = documents[claim.document].issued
    return issued, len(claim.valid_from), len(claim.qualifiers), claim.confidence, claim.id


def _qualifiers(claims: list[Claim], ontology: Ontology) -> Iterator[Qualifier]:
    """All texts, entities and flags that the claims give; of quantities those of the first claim that has one."""
    seen: set[tuple[str, str]] = set()
    quantities: set[str] = set()
    for claim in claims:
        for name, value in claim.qualifiers:
            single = ontology.properties[name].kind == "quantity"
            if (name, term_key(value)) in seen or (single and name in quantities):
                continue
            seen.add((name, term_key(value)))
            quantities.add(name)
            yield name, value


def sources(claims: Iterable[Claim], documents: Mapping[str, Document]) -> frozenset[str]:
    """The independent documents behind claims: a copy counts as what it copies."""
    return frozenset(documents[c.document].copy_of or c.document for c in claims)


def settle(claims: list[Claim], documents: Mapping[str, Document]) -> Status:
    """The status of a fact: that of its latest, best-supported claims; a mere report only where nothing firmer is."""
    firm = [c for c in claims if c.status is not Status.REPORTED] or claims
    by_status: dict[Status, list[Claim]] = {}
    for claim in firm:
        by_status.setdefault(claim.status, []).append(claim)

    def weight(status: Status) -> tuple[str, int, int]:
        members = by_status[status]
        latest = max(documents[c.document].issued for c in members)
        return latest, len(sources(members, documents)), _LIFE.index(status)

    return max(by_status, key=weight)


def _overruled(extracted: Fact, curated: Fact) -> Fact:
    """A fact of texts that a curator wrote down too: his status, times and qualifiers, their claims."""
    names = {name for name, _ in curated.qualifiers}
    more = [q for q in extracted.qualifiers if q[0] not in names]
    return replace(
        extracted,
        qualifiers=tuple(sorted({*curated.qualifiers, *more}, key=qualifier_key)),
        status=curated.status,
        valid_from=curated.valid_from or extracted.valid_from,
        valid_until=curated.valid_until or extracted.valid_until,
        origin=Origin.CURATED,
        curations=curated.curations,
    )
