"""The values that walk through the house: frozen, comparable, and known by the hash of their content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from kg.frozen import quick
from kg.names import KG, XSD, digest, sha256

_DECIMAL = XSD + "decimal"
_NUMBERS = frozenset({_DECIMAL, XSD + "integer"})
_NUMBER = re.compile(r"([+-]?)0*(\d*)(?:\.(\d*?)0*)?")


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """A literal value: its lexical form, datatype IRI and (for ``rdf:langString``) language.

    The form is the canonical one, because a store keeps values and would hand another form back: decimals without
    needless zeros or sign, languages in lower case.

    >>> Literal.decimal("25.0").lexical, Literal.decimal("+1.50").lexical
    ('25', '1.5')
    """

    lexical: str
    datatype: str = XSD + "string"
    language: str = ""

    def __post_init__(self) -> None:
        if self.datatype in _NUMBERS:
            object.__setattr__(self, "lexical", _canonical_number(self.lexical))
        if self.language:
            object.__setattr__(self, "language", self.language.lower())

    @classmethod
    def decimal(cls, lexical: str) -> Literal:
        """An ``xsd:decimal``."""
        return cls(lexical, _DECIMAL)

    @classmethod
    def integer(cls, number: int) -> Literal:
        """An ``xsd:integer``."""
        return cls(str(number), XSD + "integer")

    @classmethod
    def boolean(cls, value: bool) -> Literal:
        """An ``xsd:boolean``."""
        return cls("true" if value else "false", XSD + "boolean")

    @classmethod
    def date(cls, iso: str) -> Literal:
        """A date as precise as its words: ``2026``, ``2026-03`` or ``2026-03-17``; other text stays a string.

        >>> Literal.date("2026-03").datatype.rpartition("#")[2]
        'gYearMonth'
        >>> Literal.date("2023-Q1").datatype.rpartition("#")[2]
        'string'
        """
        shapes = {4: "gYear", 7: "gYearMonth", 10: "date"}
        digits = iso.replace("-", "").isdigit()
        return cls(iso, XSD + shapes[len(iso)]) if digits and len(iso) in shapes else cls(iso)


def _canonical_number(lexical: str) -> str:
    """A number without needless zeros or sign; a text that is no number as it is, for the checks to find."""
    if lexical.isdecimal() and lexical[0] != "0":
        return lexical
    match = _NUMBER.fullmatch(lexical)
    if match is None or not any(c.isdigit() for c in lexical):
        return lexical
    whole, fraction = match[2] or "0", match[3] or ""
    sign = "-" if match[1] == "-" and (whole != "0" or fraction) else ""
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole


Term: TypeAlias = str | Literal
"""The IRI of an entity, or a literal."""

Qualifier: TypeAlias = tuple[str, Term]
"""The IRI of a qualifier property and its value."""


class Status(StrEnum):
    """What the source makes of a statement; the values are the local names of the ``kg:`` individuals."""

    IN_EFFECT = "InEffect"
    PLANNED = "Planned"
    REPORTED = "Reported"
    DENIED = "Denied"
    ENDED = "Ended"
    REJECTED = "Rejected"

    @property
    def iri(self) -> str:
        """The IRI of the status."""
        return KG + self.value

    @property
    def asserts(self) -> bool:
        """Whether a fact of this status stands as a direct triple."""
        return self in (Status.IN_EFFECT, Status.PLANNED)


SAID = tuple(status for status in Status if status is not Status.REJECTED)
"""The statuses that a source can give; a rejection is a curator's alone."""


class Verdict(StrEnum):
    """What a curator decided; the values are the local names of the ``kg:`` individuals."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    CORRECTED = "Corrected"
    REOPENED = "Reopened"
    """Decided once, on evidence that has changed since: not applied."""

    @property
    def iri(self) -> str:
        """The IRI of the verdict."""
        return KG + self.value

    @property
    def discounts(self) -> bool:
        """Whether a claim of this verdict counts no more."""
        return self in (Verdict.REJECTED, Verdict.CORRECTED)


class Origin(StrEnum):
    """Where a fact comes from; a curator's word outranks a text's."""

    CURATED = "Curated"
    EXTRACTED = "Extracted"


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """A name of an entity: ``kind`` is ``preferred``, ``alternative``, ``ambiguous`` or ``demonym``."""

    text: str
    language: str = ""
    kind: str = "preferred"


@dataclass(frozen=True, slots=True, order=True)
class Curation:
    """Where a curator wrote a fact or a decision down: file within the project, one-based line, the source it names.

    A decision has a ``verdict``, the ``key`` of what it is about, and who decided, when and why, as far as told.
    """

    file: str
    line: int
    source: str
    status: Status = Status.IN_EFFECT
    verdict: Verdict | None = None
    key: str = ""
    by: str = ""
    on: str = ""
    note: str = ""

    @property
    def id(self) -> str:
        """The curation's name, a hash of its place and content."""
        decided = (self.verdict, self.key, self.by, self.on, self.note) if self.verdict else ()
        return digest(self.file, str(self.line), self.source, self.status, *decided)


def verdict_of(curations: tuple[Curation, ...]) -> Verdict | None:
    """What several decisions come to: one that takes away outranks one that accepts."""
    found = {c.verdict for c in curations}
    return next((v for v in (Verdict.REJECTED, Verdict.CORRECTED, Verdict.ACCEPTED) if v in found), None)


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that facts are about, with its classes, names and what its name needs beside it to be understood."""

    iri: str
    types: tuple[str, ...]
    labels: tuple[Label, ...]
    belongs_to: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    home: tuple[str, ...] = ()
    """The places by which it is called ("the German carmaker"): to understand a text, not a fact."""
    origin: Origin = Origin.CURATED
    merged: tuple[str, ...] = ()
    """Those that a curator found to be this one."""
    curations: tuple[Curation, ...] = ()
    """The decisions on it."""

    def label(self, language: str = "en") -> str:
        """The preferred name in a language, else in English, else any."""
        preferred = {x.language: x.text for x in self.labels if x.kind == "preferred"}
        return preferred.get(language) or preferred.get("en") or (min(self.labels).text if self.labels else self.iri)


@dataclass(frozen=True, slots=True)
class Document:
    """One source text, kept whole and unchanged; offsets count Unicode code points of ``text``."""

    text: str
    source: str
    title: str = ""
    issued: str = ""
    language: str = ""
    publisher: str = ""
    copy_of: str = ""
    """The id of the document that this one repeats, or nothing."""
    translated: bool = False
    """Whether that one is in another language."""

    @property
    def sha256(self) -> str:
        """The SHA-256 of the text in UTF-8."""
        return sha256(self.text)

    @property
    def id(self) -> str:
        """The document's name: the same text with the same front matter is the same document."""
        return digest(self.text, self.source, self.title, self.issued, self.language, self.publisher)

    def says(self, quote: str) -> bool:
        """Whether these words stand in its text."""
        return quote in self.text


@quick
@dataclass(frozen=True, slots=True)
class Claim:
    """What one document states at one place.

    ``start`` and ``end`` are half-open offsets in code points: ``document.text[start:end] == quote``. ``confidence``
    is a decimal between 0 and 1 as text. ``pattern`` names the rule that read it.
    """

    document: str
    start: int
    end: int
    quote: str
    subject: str
    predicate: str
    object: Term
    qualifiers: tuple[Qualifier, ...] = ()
    status: Status = Status.IN_EFFECT
    valid_from: str = ""
    valid_until: str = ""
    time_text: str = ""
    value_text: str = ""
    stated_by: str = ""
    pattern: str = ""
    confidence: str = "1"
    key: str = ""
    """The name of its evidence, by which a decision finds it again; no part of what it states, like all below."""
    corrects: str = ""
    """The id of the claim in whose place a curator put it."""
    decided_in: str = ""
    """The id of the document, its original or a copy, of whose same sentence a curator decided what holds of it too."""
    curations: tuple[Curation, ...] = ()
    """The decisions on it."""

    @property
    def counts(self) -> bool:
        """Whether it supports its fact: a claim that a curator rejected or corrected does not."""
        return not any(c.verdict and c.verdict.discounts for c in self.curations)

    @property
    def id(self) -> str:
        """The claim's name, a hash of its content."""
        quals = [str(x) for q in self.qualifiers for x in (q[0], term_key(q[1]))]
        when = (self.valid_from, self.valid_until, self.time_text, self.value_text, self.stated_by)
        place = (self.document, str(self.start), str(self.end))
        return digest(*place, self.subject, self.predicate, term_key(self.object), self.status, *when, *quals)


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement in its scope, with all that supports it.

    ``qualifiers`` are all of them, sorted; ``identity`` are the identifying ones, of which the fact's name is made.
    """

    subject: str
    predicate: str
    object: Term
    identity: tuple[Qualifier, ...] = ()
    qualifiers: tuple[Qualifier, ...] = ()
    status: Status = Status.IN_EFFECT
    valid_from: str = ""
    valid_until: str = ""
    origin: Origin = Origin.EXTRACTED
    support: int = 0
    """How many independent documents stand behind its status."""
    claims: tuple[Claim, ...] = ()
    curations: tuple[Curation, ...] = ()
    publishers: int = 0
    """How many independent publishers stand behind these documents."""
    first_stated: str = ""
    """The day of its earliest claim; what a copy repeats counts with the day of the original."""
    last_stated: str = ""
    contrary: int = 0
    """How many independent documents speak against its status."""

    @property
    def id(self) -> str:
        """The fact's name: a hash of subject, predicate, object and identifying qualifiers."""
        scope = [x for q in sorted(self.identity, key=qualifier_key) for x in (q[0], term_key(q[1]))]
        return digest(self.subject, self.predicate, term_key(self.object), *scope)


@dataclass(frozen=True, slots=True, order=True)
class Conflict:
    """Two facts (by id, sorted) that the ontology says cannot both hold, and the rule that says so."""

    first: str
    second: str
    rule: str
    curations: tuple[Curation, ...] = ()
    """The decisions on it."""

    @property
    def id(self) -> str:
        """The conflict's name."""
        return digest(self.first, self.second, self.rule)


def term_key(term: Term) -> str:
    """One text per term, for hashing and sorting: ``<iri>`` or ``"lexical"^^datatype@language``."""
    if isinstance(term, Literal):
        return f'"{term.lexical}"^^{term.datatype}@{term.language}'
    return f"<{term}>"


def qualifier_key(qualifier: Qualifier) -> tuple[str, str]:
    """The order of qualifiers."""
    return qualifier[0], term_key(qualifier[1])
