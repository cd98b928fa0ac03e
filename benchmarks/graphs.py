"""A graph of the model's shape, of any size, the same every time: what the benchmarks load and ask."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from kg.model import Claim, Document, Fact, Literal, Status
from kg.rdf import Records

NAMESPACE = "https://example.org/"
CLAIMS_PER_DOCUMENT = 10
CARS, SYSTEMS, MARKETS = 7, 11, 13
"""Prime, so that subjects, objects and markets meet in every combination."""

STATUSES = (Status.IN_EFFECT, Status.PLANNED, Status.REPORTED)


def term(kind: str, number: int) -> str:
    """The IRI of a made thing."""
    return f"{NAMESPACE}{kind}/{number}"


def quads(facts: int) -> Iterator[ox.Quad]:
    """The quads of that many facts with a claim each, and of a document for every ten claims."""
    records = Records(NAMESPACE)
    for start in range(0, facts, CLAIMS_PER_DOCUMENT):
        document = Document(text=f"Text number {start}. " * 20, source=f"made/{start}.txt", issued="2025-01-01")
        yield from records.document(document)
        for number in range(start, min(start + CLAIMS_PER_DOCUMENT, facts)):
            fact = made_fact(number, document)
            yield from records.fact(fact)
            yield from records.claim(fact.claims[0])


def made_fact(number: int, document: Document) -> Fact:
    """A fact with one claim: thing N uses a system in a market, and is made by one of a hundred makers."""
    predicate, target = (("uses", number % (SYSTEMS * 100)), ("madeBy", number % 100))[number % 2]
    market = ((term("property", 0), term("market", number % MARKETS)),)
    subject, value = term("thing", number // CARS), term(predicate, target)
    status = STATUSES[number % len(STATUSES)]
    quote = document.text[: 10 + number % 5]
    claim = Claim(document.id, 0, len(quote), quote, subject, term("property", number % 2 + 1), value, market, status)
    qualifiers = (*market, (term("property", 9), Literal.integer(number % 100)))
    return Fact(subject, claim.predicate, value, market, qualifiers, status, support=1, claims=(claim,))


SELECTIVE = f"""
SELECT ?thing ?fact WHERE {{
  ?fact rdf:object <{term("uses", 24)}> ; rdf:subject ?thing ; kg:status kg:InEffect .
}}"""

JOIN = f"""
SELECT ?maker ?market (COUNT(?document) AS ?n) WHERE {{
  ?fact rdf:subject ?thing ; rdf:predicate <{term("property", 1)}> ; <{term("property", 0)}> ?market ; kg:claim ?claim .
  ?claim prov:wasDerivedFrom ?document .
  ?other rdf:subject ?thing ; rdf:predicate <{term("property", 2)}> ; rdf:object ?maker .
}} GROUP BY ?maker ?market ORDER BY DESC(?n) ?maker ?market LIMIT 10"""
