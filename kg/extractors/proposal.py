"""What an extractor is given, what it proposes, and why something was refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

from kg.model import Document, Entity
from kg.ontology import Ontology


@dataclass(frozen=True, slots=True)
class Proposal:
    """One statement that an extractor says it has read, not yet believed.

    Names (``subject``, ``object``, ``speaker``, those of qualifiers) are an IRI, a CURIE or a label; ``predicate``,
    qualifiers and classes an IRI, a CURIE or a local name of the domain; a value is its lexical form in the
    property's own unit ("805", "2026-03", "true").
    """

    subject: str
    predicate: str
    object: str
    quote: str
    """The exact characters of the text that state it."""
    start: int | None = None
    """Where the quotation starts, in code points; nothing for its first place in the text."""
    status: str = "InEffect"
    qualifiers: tuple[tuple[str, str], ...] = ()
    """Names of qualifiers and their values."""
    valid_from: str = ""
    valid_until: str = ""
    time_text: str = ""
    value_text: str = ""
    speaker: str = ""
    confidence: float = 0.5
    types: tuple[tuple[str, str], ...] = ()
    """For names that nobody listed: the name and its class."""


class Reason(StrEnum):
    """Why a proposal was refused; the values are what a report shows."""

    FAILED = "the extractor failed"
    HUNG = "the extractor took too long"
    GIVEN_UP = "the extractor was given up"
    TOO_MANY = "too many proposals for one document"
    NO_ANSWER = "no answer"
    UNREADABLE = "an answer that cannot be read"
    MALFORMED = "malformed"
    QUOTE = "quotation not in the text"
    PLACE = "quotation not at its place"
    LENGTH = "quotation too long"
    NAME = "unknown name"
    AMBIGUOUS = "ambiguous name"
    NOT_NAMED = "not named beside the quotation"
    CLASS = "class that does not fit"
    PROPERTY = "unknown property"
    QUALIFIER = "qualifier that does not fit"
    STATUS = "unknown status"
    VALUE = "value that does not fit"
    VALUE_NOT_QUOTED = "value not in the quotation"
    DATE = "date that does not fit"
    SELF = "statement of a thing about itself"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that did not become a claim: the reason, by which refusals are counted, and what exactly was wrong.

    An extractor may give one in the place of a proposal, for a part of a document that it could not read.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What an extractor is made with: the project's ontology and names, and a folder of its own to keep things in."""

    ontology: Ontology
    names: Mapping[str, Entity]
    folder: Path


class Extractor(Protocol):
    """Reads documents. It may have an attribute ``patience``: the seconds that one document may take it."""

    @property
    def name(self) -> str:
        """Its name in the claims' ``kg:pattern``."""

    def propose(self, document: Document) -> Iterable[Proposal | Refusal]:
        """What a document states, as far as this extractor sees."""


Factory: TypeAlias = Callable[[Given], Extractor]
"""What the entry point names."""
