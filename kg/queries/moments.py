"""The graph seen from another day: what held then, what was known then, settled as a build settles it.

A view is a store in memory. Its facts are made anew from the stored claims that count at the moment, by the function
that made them first; so every question, export and page works on it as on the graph itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from kg import ontology as ontologies
from kg.course import sayings
from kg.model import Claim, Document, Fact, Origin, Status
from kg.names import kg
from kg.queries import facts as stored
from kg.queries.standing import checked, is_date, last_day, standing
from kg.rdf import A, Records, layer
from kg.settling import conflicts, resolve
from kg.store import Store

_CLAIM, _ORIGIN = ox.NamedNode(kg("claim")), ox.NamedNode(kg("origin"))
_DOCUMENT = ox.NamedNode(kg("Document"))
_DECISION, _KEY, _REJECTED = ox.NamedNode(kg("decision")), ox.NamedNode(kg("key")), ox.NamedNode(kg("Rejected"))


@dataclass(frozen=True, slots=True)
class Moment:
    """A day to see the graph from, each side a year, a month or a day, or nothing for no limit.

    ``as_of`` asks what held on that day, by all that is known; ``known_by`` lets only documents count that were issued
    by then. A year or a month stands for its last day. Raises QueryError for what is no date.

    >>> str(Moment("2025-06", "2025-03-17"))
    'as of 2025-06, known by 2025-03-17'
    """

    as_of: str = ""
    known_by: str = ""

    def __post_init__(self) -> None:
        for given in (self.as_of, self.known_by):
            if given:
                checked(given)

    def __str__(self) -> str:
        sides = (("as of", self.as_of), ("known by", self.known_by))
        return ", ".join(f"{words} {date}" for words, date in sides if date)

    def __bool__(self) -> bool:
        return bool(self.as_of or self.known_by)

    def knows(self, document: Document | None) -> bool:
        """Whether what a document says was known by then; of what nobody dated that is not known."""
        if not self.known_by:
            return True
        return document is not None and _is_dated(document) and last_day(document.issued) <= last_day(self.known_by)

    def standing(self, said: Claim | Fact, issued: str) -> Status | None:
        """What a statement, said on a day, comes to; see :func:`kg.queries.standing.standing`."""
        if not self.as_of:
            return said.status
        return standing(said.status, said.valid_from, said.valid_until, issued, last_day(self.as_of))


@dataclass(frozen=True, slots=True)
class Seen:
    """A graph as it is seen from a moment, and what no date was known of."""

    store: Store
    undated: int = 0
    """Documents left out because they have no date, so that nobody knows when they were known."""
    curated: int = 0
    """Facts of curators, who give no such date either, left out; where texts state one too, it stands on them alone."""
    timeless: int = 0
    """Facts seen as of any day, because nothing says when they began or were said."""


def seen(store: Store, moment: Moment) -> Seen:
    """The graph as it is seen from a moment.

    Its facts, their status, support, times and conflicts are those of the claims that count; facts without any are
    gone. Documents without a date and what curators wrote have no date of knowing: ``known_by`` leaves them out.
    """
    documents, before = _documents(store), stored.find(store)
    claims = _claims(store, before, documents, moment)
    curated = [] if moment.known_by else list(_curated(before, moment))
    cited = {c.document: Document("", c.document) for c in claims} | documents
    ontology = _ontology(store)
    facts = resolve(chain.from_iterable([c] * len(names) for c, names in claims.items()), curated, cited, ontology)
    denied = _no_conflicts(store)
    against = [each for each in conflicts(facts, cited, ontology) if each.id not in denied]
    gone = {c.id for f in before for c in f.curations} - {c.id for f in facts for c in f.curations}
    names = {iri for each in claims.values() for iri in each}
    known = {name for name, document in documents.items() if moment.knows(document)}
    records = store.records
    made = chain(
        _kept(store, "curated", "curation", lambda name: name not in gone),
        _kept(store, "documents", "document", known.__contains__),
        _kept(store, "claims", "claim", {records.id_of(iri) for iri in names}.__contains__),
        chain.from_iterable(_quads(records, fact, claims) for fact in facts),
        chain.from_iterable(records.conflict(each) for each in against),
    )
    quads = [*store.quads("ontology"), *made]
    quads += _found(store, before, quads if moment.known_by else None)
    view = Store.from_quads(quads, replace(store.manifest, counts={}, digest=""), str(moment))
    if not moment.known_by:
        return Seen(view, timeless=sum(_is_timeless(fact, documents) for fact in before))
    return Seen(view, sum(not _is_dated(d) for d in documents.values()), sum(bool(f.curations) for f in before))


def _documents(store: Store) -> dict[str, Document]:
    """The documents by id."""
    nodes = sorted(q.subject.value for q in store.match(None, A, _DOCUMENT, "documents"))  # type: ignore[union-attr]
    found = {store.records.id_of(iri): stored.document(store, iri) for iri in nodes}
    return {name: document for name, document in found.items() if document}


def _is_dated(document: Document) -> bool:
    """Whether a document says when it was issued, in words that are a date."""
    return is_date(document.issued)


def _ontology(store: Store) -> ontologies.Ontology:
    triples = sorted((q.triple for q in store.quads("ontology")), key=str)
    return ontologies.of_triples(triples, store.prefixes, Path(str(store.path or "memory")))


def _claims(
    store: Store, facts: Iterable[Fact], documents: Mapping[str, Document], moment: Moment
) -> dict[Claim, set[str]]:
    """The claims that count, each with its standing as its status, and their names in the graph.

    A claim read back has the ends of its fact, so where a property holds both ways no name can be made from it.
    """
    counted: dict[Claim, set[str]] = {}
    for fact in facts:
        quads = store.match(store.records.iri("fact", fact.id), _CLAIM, None, "facts")
        names = sorted(q.object.value for q in quads)  # type: ignore[union-attr]
        for (claim, day), iri in zip(_said(fact, documents), names, strict=True):
            status = moment.standing(claim, day)
            if status and moment.knows(documents.get(claim.document)):
                counted.setdefault(replace(claim, status=status), set()).add(iri)
    return counted


def _said(fact: Fact, documents: Mapping[str, Document]) -> list[tuple[Claim, str]]:
    """The claims of a fact, each with the day on which it was said, or nothing where that is no date."""
    return [(s.claim, s.day if is_date(s.day) else "") for s in sayings(fact.claims, documents)]


def _is_timeless(fact: Fact, documents: Mapping[str, Document]) -> bool:
    """Whether a fact is seen as of any day, however early."""
    ever = Moment("0001-01-01")
    said = any(ever.standing(claim, day) for claim, day in _said(fact, documents))
    return said or (bool(fact.curations) and ever.standing(fact, "") is not None)


def _curated(facts: Iterable[Fact], moment: Moment) -> Iterator[Fact]:
    """What curators made of facts, as far as it counts; no date of saying is known of it."""
    for fact in facts:
        status = moment.standing(fact, "") if fact.curations else None
        if status:
            yield Fact(
                fact.subject, fact.predicate, fact.object, fact.identity, fact.qualifiers, status,
                fact.valid_from, fact.valid_until, Origin.CURATED, curations=fact.curations,
            )  # fmt: skip


def _no_conflicts(store: Store) -> set[str]:
    """The conflicts of which a curator decided that they are none."""
    rejected = (q.subject for q in store.match(None, _DECISION, _REJECTED, "curated"))
    keys = (store.match(node, _KEY, None, "curated") for node in rejected if isinstance(node, ox.NamedNode))
    return {q.object.value for quads in keys for q in quads if isinstance(q.object, ox.Literal)}


def _kept(store: Store, layer: str, kind: str, counts: Callable[[str], bool]) -> Iterator[ox.Quad]:
    """The quads of a layer without the records of a kind that do not count."""
    prefix = store.records.iri(kind, "").value
    for quad in store.quads(layer):
        subject = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
        if not subject.startswith(prefix) or counts(subject.removeprefix(prefix)):
            yield quad


def _quads(records: Records, fact: Fact, claims: Mapping[Claim, Collection[str]]) -> Iterator[ox.Quad]:
    """The quads of a fact, its claims under the names that they have in the graph."""
    yield from records.fact(replace(fact, claims=()))
    node = records.iri("fact", fact.id)
    for iri in {iri for claim in fact.claims for iri in claims[claim]}:
        yield ox.Quad(node, _CLAIM, ox.NamedNode(iri), layer("facts"))


def _found(store: Store, facts: Iterable[Fact], told: Iterable[ox.Quad] | None) -> list[ox.Quad]:
    """The quads of the names that texts gave: all, or those that something told names, and what these belong to."""
    predicates, found = {fact.predicate for fact in facts}, dict[str, list[ox.Quad]]()
    prefix = store.records.iri("fact", "").value
    for quad in store.match(None, _ORIGIN, None, "facts"):
        if isinstance(quad.subject, ox.NamedNode) and not quad.subject.value.startswith(prefix):
            about = store.match(quad.subject, layer="facts")
            found[quad.subject.value] = [q for q in about if q.predicate.value not in predicates]
    if told is None:
        return [quad for quads in found.values() for quad in quads]
    todo, kept = list(told), list[ox.Quad]()
    while todo:
        quad = todo.pop()
        more = found.pop(quad.object.value, []) if isinstance(quad.object, ox.NamedNode) else []
        kept += more
        todo += more
    return kept
