"""Claims brought together by fact and settled, facts by subject and set against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from kg.cluster import lines
from kg.cluster.said import Heading
from kg.cluster.session import Shipment, knowledge
from kg.cluster.tables import Columns, Row, groups, kept, made, mapped, packed, sorted_by, unpacked
from kg.decisions import Everywhere
from kg.model import Claim, Conflict, Document, Fact
from kg.ontology import Ontology
from kg.resolution import conflicts, copies, fact_of, resolve

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SPOKEN: Columns = {"fact": "string", "place": "string", "body": "binary", "text": "string"}
"""What a claim, or a curator, gives to a fact, in the order of places; or, without a fact, the lines of a document."""
FACTS: Columns = {
    "id": "string",
    "subject": "string",
    "claims": "long",
    "brief": "binary",
    "text": "string",
    "shared": "array<string>",
}
"""A fact, in brief and in lines; those that others may have too by themselves."""
CONFLICTS: Columns = {"id": "string", "first": "string", "second": "string", "body": "binary"}


@dataclass(frozen=True, slots=True)
class Rules:
    """What curators decided, as far as any document's claims are concerned: what holds of all of them, and the claims
    of the documents, by id, of which a decision speaks."""

    everywhere: Everywhere
    claims: Mapping[str, tuple[Claim, ...]] = field(default_factory=dict)

    def of(self, document: str, claims: Iterable[Claim]) -> list[Claim]:
        """The claims of a document as they were decided."""
        decided = self.claims.get(document)
        return list(self.everywhere.claims(claims).values() if decided is None else decided)


def marked(said: DataFrame, originals: DataFrame) -> DataFrame:
    """Documents, their claims, and the originals of copies: ``id``, ``body``, ``claims``, ``original``."""
    documents = said.filter("not refused").select("id", "body", "claims")
    texts = documents.select(documents["id"].alias("original"), documents["body"].alias("first"))
    copied = documents.join(originals, "id").join(texts, "original").select("id", "body", "claims", "first")
    others = documents.join(originals, "id", "leftanti")
    return copied.unionAll(others.selectExpr("id", "body", "claims", "cast(null as binary) as first"))


def document_of(body: bytes, first: bytes | None) -> Document:
    """A document with its mark, by that which it repeats."""
    document: Document = unpacked(body)
    return copies.marked(document, unpacked(first)) if first else document


def spoken(shipment: Shipment, documents: DataFrame, rules: Rules) -> DataFrame:
    """What the claims of documents give to facts, and the documents' own lines, as :data:`SPOKEN`."""
    return kept(mapped(documents, partial(_spoken, shipment, packed(rules)), SPOKEN))


def settled(shipment: Shipment, spoken: DataFrame, curated: Iterable[Fact], ontology: Ontology) -> DataFrame:
    """The facts of claims and of curators, as :data:`FACTS`."""
    told = made(spoken.sparkSession, written(curated, ontology), SPOKEN)
    rows = spoken.filter("fact <> ''").unionAll(told)
    return kept(mapped(sorted_by(rows, "fact", "place"), partial(_settled, shipment), FACTS))


def written(curated: Iterable[Fact], ontology: Ontology) -> list[Row]:
    """What curators wrote, as :data:`SPOKEN`."""
    return [(fact_of(f, ontology).id, f"{n:012d}", packed(f), "") for n, f in enumerate(curated)]


def whole(rows: Iterable[Row], ontology: Ontology) -> list[Fact]:
    """The facts of some rows of :data:`SPOKEN`, which hold all of each."""
    ordered = sorted((tuple(row) for row in rows), key=lambda row: row[:2])
    return [fact for _, same in groups(ordered) for fact in _resolved(same, ontology)]


def opposed(shipment: Shipment, facts: DataFrame) -> DataFrame:
    """The conflicts of facts, as :data:`CONFLICTS`."""
    rows = sorted_by(facts.select("subject", "id", "brief"), "subject", "id")
    return kept(mapped(rows, partial(_opposed, shipment), CONFLICTS))


# -- on the machines ---------------------------------------------------------------------------------------------------


def _spoken(shipment: Shipment, packed_rules: bytes, rows: Iterator[Row]) -> Iterator[Row]:
    ontology = knowledge(shipment).ontology
    rules: Rules = unpacked(packed_rules)
    for name, body, told, first in rows:
        document = document_of(body, first)
        yield "", "", b"", lines.of_document(document, ontology.records).text
        claims = rules.of(name, unpacked(told))
        original: Document | None = unpacked(first) if first else None
        quotes = frozenset(c.quote for c in claims) if original else frozenset()
        headings = Heading.of(document), Heading.of(original, quotes) if original else None
        for claim in claims:
            yield fact_of(claim, ontology).id, "", packed((claim, *headings)), ""


def _resolved(rows: Iterable[Row], ontology: Ontology) -> list[Fact]:
    """The one fact of rows, as claims and curators give it."""
    claims: list[Claim] = []
    curated: list[Fact] = []
    documents: dict[str, Heading] = {}
    quotes: dict[str, frozenset[str]] = {}
    for _, place, body, _ in rows:
        if place:
            curated.append(unpacked(body))
            continue
        claim, heading, original = unpacked(body)
        claims.append(claim)
        documents[heading.id] = heading
        if original:
            quotes[original.id] = quotes.get(original.id, frozenset()) | original.quotes
            documents.setdefault(original.id, original)
    for name, told in quotes.items():
        documents[name] = replace(documents[name], quotes=told)
    return resolve(claims, curated, documents, ontology)


def _settled(shipment: Shipment, rows: Iterator[Row]) -> Iterator[Row]:
    ontology = knowledge(shipment).ontology
    for _, same in groups(rows):
        for fact in _resolved(same, ontology):
            told = lines.of_fact(fact, ontology.records)
            yield fact.id, fact.subject, len(fact.claims), packed(in_brief(fact)), told.text, sorted(told.shared)


def in_brief(fact: Fact) -> Fact:
    """A fact with no more claims than tell what was said of it, and how: as much as it takes to find its conflicts."""
    telling = {(c.status, c.counts, c.qualifiers): c for c in fact.claims}
    return replace(fact, claims=tuple(telling.values()))


def _opposed(shipment: Shipment, rows: Iterator[Row]) -> Iterator[Row]:
    ontology = knowledge(shipment).ontology
    for _, same in groups(rows):
        facts: list[Fact] = [unpacked(brief) for _, _, brief in same]
        found: list[Conflict] = conflicts(facts, {}, ontology)
        yield from ((c.id, c.first, c.second, packed(c)) for c in found)
