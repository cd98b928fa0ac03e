"""Claims of one statement in one scope become one fact, whatever document and language they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from urllib.parse import urlsplit

from kg.course import Saying, sayings, settle, sides, span
from kg.model import Claim, Document, Fact, Origin, Qualifier, Status, Term, qualifier_key, term_key
from kg.ontology import Ontology


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
        facts[ruled.id] = _overruled(facts[ruled.id], ruled, documents) if ruled.id in facts else ruled
    return [facts[i] for i in sorted(facts)]


def fact_of(statement: Claim | Fact, ontology: Ontology) -> Fact:
    """The fact that a claim, or a curator's entry, becomes part of, with no more of it than what makes its name."""
    if isinstance(statement, Fact):
        ordered = _ordered(statement, ontology)
        return Fact(ordered.subject, ordered.predicate, ordered.object, ordered.identity)
    key = _key(statement, ontology)
    return Fact(key.subject, key.predicate, key.object, key.identity)


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
    claims.sort(key=_place)
    said = sayings([c for c in claims if c.counts], documents)
    status = settle(said) if said else Status.REJECTED
    heard = said or sayings(claims, documents)  # of a rejected fact what was read
    telling = sorted((s for s in heard if s.claim.status is status or not said), key=_rank)
    telling.reverse()  # the surest first, equals by their places
    first, last = span(said)
    fact = Fact(
        subject=key.subject,
        predicate=key.predicate,
        object=key.object,
        identity=key.identity,
        qualifiers=tuple(sorted(_qualifiers([s.claim for s in telling], ontology), key=qualifier_key)),
        status=status,
        valid_from=next((s.claim.valid_from for s in telling if s.claim.valid_from), ""),
        valid_until=next((s.claim.valid_until for s in telling if s.claim.valid_until), ""),
        origin=Origin.EXTRACTED,
        claims=tuple(sorted(claims, key=attrgetter("id"))),
        first_stated=first,
        last_stated=last,
    )
    return _counted(fact, said, documents)


def _counted(fact: Fact, said: Iterable[Saying], documents: Mapping[str, Document]) -> Fact:
    """A fact with those counted who stand behind its status, and those who speak against it."""
    behind, against = sides(said, fact.status)
    publishers = {_publisher(documents[s]) for s in behind}
    return replace(fact, support=len(behind), publishers=len(publishers), contrary=len(against))


def _place(claim: Claim) -> tuple[str, int, int, str, str]:
    """Where a claim stands. Its id would not do: the ends of a symmetric property are turned when it is read back."""
    return claim.document, claim.start, claim.end, claim.pattern, claim.id


def _rank(said: Saying) -> tuple[str, int, int, str]:
    """The latest claim comes last, then the one that says more precisely when, then the surer one."""
    return said.day, len(said.claim.valid_from), len(said.claim.qualifiers), said.claim.confidence


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


def _publisher(document: Document) -> str:
    """Who stands behind a document: its publisher, else the host of its address, else nobody but itself."""
    if document.publisher.strip():
        return " ".join(document.publisher.casefold().split())
    try:
        host = urlsplit(document.source).hostname or ""
    except ValueError:  # an address with a bracket left open
        host = ""
    return host.removeprefix("www.") or document.id


def _overruled(extracted: Fact, curated: Fact, documents: Mapping[str, Document]) -> Fact:
    """A fact of texts that a curator wrote down too: his status, times and qualifiers, their claims."""
    names = {name for name, _ in curated.qualifiers}
    more = [q for q in extracted.qualifiers if q[0] not in names]
    ruled = replace(
        extracted,
        qualifiers=tuple(sorted({*curated.qualifiers, *more}, key=qualifier_key)),
        status=curated.status,
        valid_from=curated.valid_from or extracted.valid_from,
        valid_until=curated.valid_until or extracted.valid_until,
        origin=Origin.CURATED,
        curations=curated.curations,
    )
    return _counted(ruled, sayings([c for c in ruled.claims if c.counts], documents), documents)
