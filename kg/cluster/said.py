"""What each document says, and all of it that is compared with other documents: the costly part, done once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kg import decisions
from kg.cluster.session import Shipment, knowledge
from kg.cluster.tables import Columns, Row, groups, kept, mapped, packed, sorted_by, unpacked
from kg.model import Document
from kg.resolution import copies

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SAID: Columns = {
    "id": "string",
    "refused": "boolean",
    "body": "binary",
    "day": "string",
    "source": "string",
    "unread": "boolean",
    "claims": "binary",
    "entities": "binary",
    "keys": "array<binary>",
    "signature": "binary",
}
"""A document (or what was refused), its place in the order of copies, its claims with their keys, and the new entities;
the keys by which documents like it are found, each with its place in front, and its signature."""


@dataclass(frozen=True, slots=True)
class Heading(Document):
    """A document without its text: what is asked of it where claims are settled."""

    name: str = ""
    quotes: frozenset[str] = frozenset()
    """Of the words that are asked for, those that stand in its text."""

    @classmethod
    def of(cls, document: Document, quotes: frozenset[str] = frozenset()) -> Heading:
        """The heading of a document, and of these words those that it says."""
        told = frozenset(q for q in quotes if document.says(q))
        return cls(
            "", document.source, document.title, document.issued, document.language, document.publisher,
            document.copy_of, document.translated, document.id, told,
        )  # fmt: skip

    @property
    def id(self) -> str:
        """The name of the document with its text."""
        return self.name

    def says(self, quote: str) -> bool:
        """Whether these words, one of those that were asked for, stand in its text."""
        return quote in self.quotes


def said(shipment: Shipment, read: DataFrame) -> DataFrame:
    """What the documents say, each once, as :data:`SAID`."""
    return kept(mapped(sorted_by(read, "id"), partial(_said, shipment), SAID))


def _said(shipment: Shipment, rows: Iterator[Row]) -> Iterator[Row]:
    known = knowledge(shipment)
    for name, (first, *_) in ((name, [*same][:1]) for name, same in groups(rows)):
        _, refused, body = first
        if refused:
            yield name, True, body, "", "", False, b"", b"", [], b""
            continue
        document: Document = unpacked(body)
        found = known.extract(document)
        claims = {c.id: c for c in found.claims}
        keyed = decisions.keyed([claims[i] for i in sorted(claims)], {name: document}, known.ontology.short)
        signature = copies.signature(document)
        unread = document.language[:2] not in known.languages
        keys = [bytes([place]) + key for place, key in enumerate(signature.keys)]
        new = [e for e in found.entities if e.iri not in known.names.entities]
        yield (
            name, False, body, copies.order(document)[0], document.source, unread, packed(keyed), packed(new), keys,
            packed(signature),
        )  # fmt: skip
