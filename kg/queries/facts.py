"""Facts read back from the store as values: found by what they are about, explained by the sentences they stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from kg.course import Saying, Step, course, sayings
from kg.errors import QueryError
from kg.model import (
    Claim,
    Conflict,
    Curation,
    Document,
    Fact,
    Literal,
    Origin,
    Qualifier,
    Status,
    Term,
    Verdict,
    qualifier_key,
    term_key,
)
from kg.names import DCT, KG, PROV, RDF, SKOS, kg, local_name
from kg.queries.lookup import document as document_iri
from kg.queries.lookup import entity, identifying, labels, property_, symmetric
from kg.queries.lookup import status as status_of
from kg.rdf import A, from_ox
from kg.sentences import around
from kg.store import Store

__all__ = [
    "Evidence",
    "Explanation",
    "conflicts",
    "contradicted",
    "document",
    "entity",
    "fact",
    "find",
    "labels",
    "opponents",
    "why",
]

_FACT, _CONFLICT = ox.NamedNode(kg("Fact")), ox.NamedNode(kg("Conflict"))
_SUBJECT, _OBJECT, _CLAIM = ox.NamedNode(RDF + "subject"), ox.NamedNode(RDF + "object"), ox.NamedNode(kg("claim"))
_BETWEEN = ox.NamedNode(kg("between"))
_DERIVED = ox.NamedNode(PROV + "wasDerivedFrom")

_Values = dict[str, list[Term]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim where it stands: the document, and the rest of the sentence before and after the claim's span."""

    claim: Claim
    document: Document | None
    """None when the store lost it; then nothing is known but the claim's own words."""
    before: str = ""
    after: str = ""
    said: str = ""
    """The day that counts for it: of what a copy repeats that of the original."""

    @property
    def source(self) -> str:
        """The address or path of the document as given, or its id."""
        return self.document.source if self.document else self.claim.document


@dataclass(frozen=True, slots=True)
class Explanation:
    """A fact and all that supports it: its curations stand in the fact, its claims here with their sentences."""

    fact: Fact
    evidence: tuple[Evidence, ...]
    course: tuple[Step, ...] = ()
    """The statuses that its claims gave it one after the other, each with the day since when."""
    against: tuple[tuple[str, str], ...] = ()
    """The id of each fact that contradicts it, and the rule that says so; its own id where its sources disagree."""


def find(
    store: Store,
    about: str | None = None,
    property: str | None = None,
    status: str | None = None,
    market: str | None = None,
    document: str | None = None,
    origin: str | None = None,
) -> list[Fact]:
    """The facts that fit all conditions, sorted by subject, property, object and qualifiers.

    Each condition is a name, label or CURIE. ``about`` is the subject or the object, ``market`` the value of a
    qualifier that identifies facts, ``document`` an id or source, ``origin`` ``Curated`` or ``Extracted``.
    Raises QueryError for a name that is not in the graph.
    """
    conditions: list[set[str]] = []
    if about:
        node = ox.NamedNode(entity(store, about))
        conditions.append(_having(store, [_SUBJECT, _OBJECT], node))
    if property:
        conditions.append(_having(store, [_node(RDF + "predicate")], _node(property_(store, property))))
    if status:
        conditions.append(_having(store, [_node(kg("status"))], _node(status_of(store, status).iri)))
    if market:
        scopes = [ox.NamedNode(name) for name in sorted(identifying(store))]
        conditions.append(_having(store, scopes, _node(entity(store, market))))
    if document:
        conditions.append(_told_by(store, ox.NamedNode(document_iri(store, document))))
    if origin:
        conditions.append(_having(store, [_node(kg("origin"))], _node(kg(_origin(origin)))))
    fitting = set.intersection(*conditions) if conditions else _having(store, [A], _FACT)
    read = reader(store)
    return sorted((read(node) for node in fitting if _is_fact(store, node)), key=in_order)


def fact(store: Store, name: str) -> Fact:
    """The fact with this id, IRI, or unmistakable beginning of an id; QueryError without one."""
    prefix = store.records.iri("fact", "").value
    wanted = name if name.startswith(prefix) else prefix + name.removeprefix("fact/").removeprefix("fact:")
    if _is_fact(store, wanted):
        return reader(store)(wanted)
    every = sorted(iri for iri in _having(store, [A], _FACT) if iri.startswith(wanted))
    if len(every) == 1 and len(wanted) > len(prefix):
        return reader(store)(every[0])
    if every:
        ids = ", ".join(store.records.id_of(iri) for iri in every[:5])
        raise QueryError(f"{len(every)} facts begin with '{name}': {ids}", None, "give more of the id")
    raise QueryError(f"no fact '{name}'", None, "see 'kg facts' for the ids")


def read_all(store: Store, iris: Iterable[str]) -> list[Fact]:
    """The facts of these IRIs, in their order."""
    return list(map(reader(store), iris))


def why(store: Store, subject: str, property: str | None = None, object: str | None = None) -> list[Explanation]:
    """Every fact of this subject, property and object, or the one with this id (or its beginning), with its evidence.

    ``object`` is an entity's name or part of a literal; without it all objects count. A property that holds both ways
    is looked up both ways. Raises QueryError when there is no such fact.
    """
    if property is None:
        return [explain(store, fact(store, subject))]
    wanted, predicate = entity(store, subject), property_(store, property)
    both_ways = symmetric(store, predicate)
    other = None if object is None else _object(store, object)
    found = [
        f
        for f in find(store, about=f"<{wanted}>", property=f"<{predicate}>")
        if (f.subject == wanted and _fits(f.object, object, other))
        or (both_ways and f.object == wanted and _fits(f.subject, object, other))
    ]
    if not found:
        asked = " ".join(x for x in (subject, property, object) if x)
        raise QueryError(f"no fact '{asked}'", None, f"see 'kg facts --about \"{subject}\"'")
    return [explain(store, f) for f in found]


def explain(store: Store, fact: Fact) -> Explanation:
    """A fact with the sentence of each of its claims, oldest first."""
    documents = _documents(store, fact.claims)
    said = sayings(fact.claims, documents)
    evidence = [_evidence(one, documents.get(one.claim.document)) for one in said]
    evidence.sort(key=lambda e: (e.document.issued if e.document else "", e.source, e.claim.start, e.claim.id))
    steps = course(s for s in said if s.claim.counts)
    return Explanation(fact, tuple(evidence), steps, opponents(store, fact.id))


def conflicts(store: Store) -> list[tuple[Conflict, Fact, Fact]]:
    """Every conflict with its two facts, sorted by the facts; a fact that its own sources dispute stands twice."""
    read = reader(store)
    found = []
    for node in _having(store, [A], _CONFLICT):
        values = _values(store, node, "facts")
        sides = sorted((read(str(iri)) for iri in values[kg("between")]), key=in_order)
        first, second = sides[0], sides[-1]
        ids = sorted((first.id, second.id))
        decided = curations(store, values)
        found.append((Conflict(ids[0], ids[1], _text(values, kg("rule")), decided), first, second))
    return sorted(found, key=lambda x: (in_order(x[1]), in_order(x[2]), x[0].rule))


def contradicted(store: Store) -> dict[str, tuple[tuple[str, str], ...]]:
    """Every contradicted fact by id, with its :func:`opponents`."""
    quads = store.match(predicate=_BETWEEN, layer="facts")
    disputed = sorted({store.records.id_of(q.object.value) for q in quads if isinstance(q.object, ox.NamedNode)})
    return {id: opponents(store, id) for id in disputed}


def opponents(store: Store, fact: str) -> tuple[tuple[str, str], ...]:
    """The ids of the facts that contradict a fact (by id), sorted, each with the rule that says so."""
    node = ox.NamedNode(store.records.iri("fact", fact).value)
    found = set()
    for conflict in _having(store, [_BETWEEN], node):
        values = _values(store, conflict, "facts")
        sides = [store.records.id_of(iri) for iri in _iris(values, kg("between"))]
        others = [side for side in sides if side != fact] or [fact]
        found |= {(other, _text(values, kg("rule"))) for other in others}
    return tuple(sorted(found))


def document(store: Store, iri: str) -> Document | None:
    """The document of an IRI, its text among it (empty when the store has none), or None when it is not there."""
    values = _values(store, iri, "documents")
    if not values:
        return None
    copied = _text(values, kg("copyOf"))
    return Document(
        text=_text(values, kg("text")),
        source=_text(values, DCT + "source"),
        title=_text(values, DCT + "title"),
        issued=_text(values, DCT + "issued"),
        language=_text(values, DCT + "language"),
        publisher=_text(values, DCT + "publisher"),
        copy_of=store.records.id_of(copied) if copied else "",
        translated=kg("translationOf") in values,
    )


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _origin(name: str) -> Origin:
    for each in Origin:
        if name.lower().removeprefix("kg:") == each.value.lower():
            return each
    raise QueryError(f"no origin '{name}'", None, f"one of {', '.join(Origin)}")


def _having(store: Store, predicates: Iterable[ox.NamedNode], value: ox.NamedNode) -> set[str]:
    """The IRIs of the records in the layer of facts that have a value for one of the predicates."""
    return {q.subject.value for p in predicates for q in store.match(None, p, value, "facts")}  # type: ignore[union-attr]


def _is_fact(store: Store, iri: str) -> bool:
    try:
        return any(True for _ in store.match(ox.NamedNode(iri), A, _FACT, "facts"))
    except ValueError:  # what was given as an id makes no IRI
        return False


def _told_by(store: Store, document: ox.NamedNode) -> set[str]:
    claims = [q.subject for q in store.match(None, _DERIVED, document, "claims")]
    return {iri for claim in claims if isinstance(claim, ox.NamedNode) for iri in _having(store, [_CLAIM], claim)}


def _values(store: Store, iri: str, layer: str) -> _Values:
    values: _Values = {}
    for quad in store.match(ox.NamedNode(iri), layer=layer):
        if not isinstance(quad.object, ox.Triple):
            values.setdefault(quad.predicate.value, []).append(from_ox(quad.object))
    return values


def _text(values: _Values, predicate: str) -> str:
    found = values.get(predicate)
    return "" if not found else found[0].lexical if isinstance(found[0], Literal) else found[0]


def _iris(values: _Values, predicate: str) -> list[str]:
    return sorted(v for v in values.get(predicate, ()) if isinstance(v, str))


def _qualifiers(values: _Values) -> tuple[Qualifier, ...]:
    """All that a record says in words of the domain: its own are of the model and the standard vocabularies."""
    own = (KG, RDF, PROV, DCT)
    found = [(name, v) for name, each in values.items() if not name.startswith(own) for v in each]
    return tuple(sorted(found, key=qualifier_key))


def reader(store: Store) -> Callable[[str], Fact]:
    """A function from the IRI of a fact to the fact, with its claims and curations."""
    scopes = identifying(store)

    def read(iri: str) -> Fact:
        values = _values(store, iri, "facts")
        qualifiers = _qualifiers(values)
        subject, predicate = _text(values, RDF + "subject"), _text(values, RDF + "predicate")
        value = values[RDF + "object"][0]
        claims = [_claim(store, c, subject, predicate, value) for c in _iris(values, kg("claim"))]
        return Fact(
            subject=subject,
            predicate=predicate,
            object=value,
            identity=tuple(q for q in qualifiers if q[0] in scopes),
            qualifiers=qualifiers,
            status=Status(local_name(_text(values, kg("status")))),
            valid_from=_text(values, kg("validFrom")),
            valid_until=_text(values, kg("validUntil")),
            origin=Origin(local_name(_text(values, kg("origin")))),
            support=int(_text(values, kg("support"))),
            publishers=int(_text(values, kg("publisherSupport")) or 0),
            first_stated=_text(values, kg("firstStated")),
            last_stated=_text(values, kg("lastStated")),
            contrary=int(_text(values, kg("contrarySupport")) or 0),
            claims=tuple(claims),
            curations=curations(store, values),
        )

    return read


def _claim(store: Store, iri: str, subject: str, predicate: str, value: Term) -> Claim:
    values = _values(store, iri, "claims")
    return Claim(
        document=store.records.id_of(_text(values, PROV + "wasDerivedFrom")),
        start=int(_text(values, kg("start"))),
        end=int(_text(values, kg("end"))),
        quote=_text(values, kg("quote")),
        subject=subject,
        predicate=predicate,
        object=value,
        qualifiers=_qualifiers(values),
        status=Status(local_name(_text(values, kg("status")))),
        valid_from=_text(values, kg("validFrom")),
        valid_until=_text(values, kg("validUntil")),
        time_text=_text(values, kg("timeText")),
        value_text=_text(values, kg("valueText")),
        stated_by=_text(values, kg("statedBy")),
        pattern=_text(values, kg("pattern")),
        confidence=_text(values, kg("confidence")),
        key=_text(values, kg("key")),
        corrects=store.records.id_of(_text(values, kg("corrects"))),
        decided_in=store.records.id_of(_text(values, kg("decidedIn"))),
        curations=curations(store, values),
    )


def curations(store: Store, values: _Values) -> tuple[Curation, ...]:
    """Where curators wrote down what a record (its values by predicate) states, and what they decided on it."""
    return tuple(
        sorted(
            (curation(store, c) for c in _iris(values, kg("curation"))), key=lambda c: (c.file, c.line, c.source, c.id)
        )
    )


def decisions(store: Store, entity: str) -> tuple[Curation, ...]:
    """What curators decided on an entity."""
    return curations(store, _values(store, entity, "curated"))


def curation(store: Store, iri: str) -> Curation:
    """The curation with this IRI."""
    values = _values(store, iri, "curated")
    verdict = _text(values, kg("decision"))
    return Curation(
        file=_text(values, kg("file")),
        line=int(_text(values, kg("line"))),
        source=_text(values, DCT + "source"),
        status=Status(local_name(_text(values, kg("status")))),
        verdict=Verdict(local_name(verdict)) if verdict else None,
        key=_text(values, kg("key")),
        by=_text(values, DCT + "creator"),
        on=_text(values, DCT + "date"),
        note=_text(values, SKOS + "note"),
    )


def _documents(store: Store, claims: Iterable[Claim]) -> dict[str, Document]:
    """The documents of claims and the originals of those that are copies, by id; what the store lost is left out."""
    found: dict[str, Document] = {}
    missing = {c.document for c in claims}
    while missing:
        read = {name: document(store, store.records.iri("document", name).value) for name in missing}
        found |= {name: each for name, each in read.items() if each}
        missing = {each.copy_of for each in read.values() if each and each.copy_of} - found.keys() - missing
    return found


def _evidence(said: Saying, document: Document | None) -> Evidence:
    if document is None:
        return Evidence(said.claim, None)
    return Evidence(said.claim, document, *around(document.text, said.claim.start, said.claim.end), said.day)


def _object(store: Store, name: str) -> str | None:
    try:
        return entity(store, name)
    except QueryError:
        return None


def _fits(term: Term, name: str | None, iri: str | None) -> bool:
    if name is None:
        return True
    return name.lower() in term.lexical.lower() if isinstance(term, Literal) else term == iri


def in_order(fact: Fact) -> tuple[str, str, str, list[tuple[str, str]]]:
    """The key by which facts are sorted: subject, property, object, qualifiers."""
    return fact.subject, fact.predicate, term_key(fact.object), [qualifier_key(q) for q in fact.qualifiers]
