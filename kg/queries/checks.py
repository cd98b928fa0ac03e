"""What the graph promises, checked against what it holds; and how much it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.model import Document
from kg.names import DCT, PROV, RDF, kg, local_name
from kg.queries.facts import document
from kg.rdf import A
from kg.spool import ordered
from kg.store import Store

_CLAIM, _DOCUMENT, _FACT, _CONFLICT = (ox.NamedNode(kg(name)) for name in ("Claim", "Document", "Fact", "Conflict"))
_DERIVED = ox.NamedNode(PROV + "wasDerivedFrom")
_PREF_LABEL = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """A record that does not hold what it promises: its IRI, the document's source, and what is wrong."""

    record: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """How many claims and documents were checked, and those that failed. What cannot be checked has failed."""

    checked: int
    failures: tuple[Failure, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failures


def verify(store: Store) -> Verification:
    """Re-check every quotation: ``document.text[start:end] == quote``, and every text against its SHA-256."""
    failures: list[Failure] = []
    checked = 0
    for iri in ordered(q.subject.value for q in store.match(None, A, _DOCUMENT, "documents")):  # type: ignore[union-attr]
        text = document(store, iri)
        assert text is not None
        failures += _text_failures(store, iri, text)
        told = store.match(None, _DERIVED, ox.NamedNode(iri), "claims")
        claims = sorted(q.subject.value for q in told)  # type: ignore[union-attr]
        checked += 1 + len(claims)
        failures += [failure for claim in claims for failure in _claim_failures(store, claim, text)]
    for quad in store.match(None, A, _CLAIM, "claims"):
        if not _is_told(store, quad.subject):  # type: ignore[arg-type]
            checked += 1
            failures.append(Failure(quad.subject.value, "", "its document is not in the store"))  # type: ignore[union-attr]
    return Verification(checked, tuple(sorted(failures)))


def _is_told(store: Store, claim: ox.NamedNode) -> bool:
    """Whether a document that is in the store has a claim; such a claim was checked with it."""
    behind = (q.object for q in store.match(claim, _DERIVED, None, "claims") if isinstance(q.object, ox.NamedNode))
    return any(True for each in behind for _ in store.match(each, A, _DOCUMENT, "documents"))


def _text_failures(store: Store, iri: str, found: Document) -> Iterator[Failure]:
    if not found.text:
        yield Failure(iri, found.source, "its text is not in the store")
    elif found.sha256 != _value(store, iri, kg("sha256")):
        yield Failure(iri, found.source, "the text is not the one of its SHA-256")


def _claim_failures(store: Store, iri: str, found: Document) -> Iterator[Failure]:
    quote = _value(store, iri, kg("quote"))
    start, end = (_value(store, iri, kg(name)) for name in ("start", "end"))
    if not found.text:
        yield Failure(iri, found.source, "the text of its document is not in the store")
    elif not (start.isdigit() and end.isdigit() and int(start) < int(end)):
        yield Failure(iri, found.source, f"no span: {start or 'nothing'} to {end or 'nothing'}")
    elif found.text[int(start) : int(end)] != quote:
        yield Failure(iri, found.source, f"the text has other words at {start} to {end} than its quotation")


def _value(store: Store, iri: str, predicate: str) -> str:
    found = next(store.match(ox.NamedNode(iri), ox.NamedNode(predicate)), None)
    return found.object.value if found and isinstance(found.object, (ox.Literal, ox.NamedNode)) else ""


@dataclass(frozen=True, slots=True)
class Stats:
    """How much of what is in a graph; the mappings are sorted by count, then by name."""

    counts: Mapping[str, int]
    """``documents``, ``copies``, ``claims``, ``facts``, ``entities``, ``conflicts``, ``quads``."""
    by_status: Mapping[str, int]
    by_origin: Mapping[str, int]
    by_property: Mapping[str, int]
    """CURIEs of properties, and how many facts have each."""
    by_language: Mapping[str, int]
    """Languages of the documents."""
    by_layer: Mapping[str, int]


def stats(store: Store) -> Stats:
    """Count what is in the graph."""

    def of_type(node: ox.NamedNode) -> int:
        return len({q.subject for q in store.match(None, A, node)})

    counts = {
        "documents": of_type(_DOCUMENT),
        "copies": sum(1 for _ in store.match(predicate=ox.NamedNode(kg("copyOf")))),
        "claims": of_type(_CLAIM),
        "facts": of_type(_FACT),
        "entities": len({q.subject for q in store.match(predicate=_PREF_LABEL)}),
        "conflicts": of_type(_CONFLICT),
        "quads": len(store),
    }
    shrink = store.prefixes.shrink
    return Stats(
        counts,
        by_status=_tally(local_name(v) for v in _objects(store, kg("status"), "facts")),
        by_origin=_tally(local_name(v) for v in _fact_origins(store)),
        by_property=_tally(shrink(v) for v in _objects(store, RDF + "predicate", "facts")),
        by_language=_tally(_objects(store, DCT + "language", "documents")),
        by_layer=dict(store.manifest.quads),
    )


def _objects(store: Store, predicate: str, layer: str) -> Iterator[str]:
    for quad in store.match(predicate=ox.NamedNode(predicate), layer=layer):
        if isinstance(quad.object, (ox.NamedNode, ox.Literal)):
            yield quad.object.value


def _fact_origins(store: Store) -> Iterator[str]:
    """The origins of facts; entities found in texts have one as well."""
    facts = {q.subject for q in store.match(None, A, _FACT, "facts")}
    for quad in store.match(predicate=ox.NamedNode(kg("origin")), layer="facts"):
        if quad.subject in facts and isinstance(quad.object, ox.NamedNode):
            yield quad.object.value


def _tally(values: Iterator[str]) -> dict[str, int]:
    counted = Counter(values)
    return dict(sorted(counted.items(), key=lambda x: (-x[1], x[0])))
