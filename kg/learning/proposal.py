"""What is proposed: a line for a property, what speaks for and against it, sentence by sentence."""

from __future__ import annotations

from dataclasses import dataclass

from kg.errors import InputError
from kg.names import digest

_ID = 8
"""Characters of a proposal's id: 32 bits, for some hundred proposals at most."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence in which a line joins two ends: where it stands, the words before, the span, the words behind.

    ``kind`` is ``support`` (a known fact that nothing read here), ``elsewhere`` (the same, but the pair is read here as
    another property), ``read`` (a known fact that is read here already) or ``contradicts-or-unknown``. ``start`` and
    ``end`` are offsets in the document's text; the ends of the pair are CURIEs, or the value of a literal.
    """

    kind: str
    source: str
    start: int
    end: int
    before: str
    quote: str
    after: str
    subject: str
    object: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line for a property, with the number of distinct sentences for it, against it, and read already; its score
    from 0 to 99; and each of the sentences."""

    language: str
    predicate: str
    line: str
    support: int
    contradictions: int
    read: int
    score: int
    evidence: tuple[Evidence, ...]

    @property
    def id(self) -> str:
        """The proposal's name, a hash of language, property and line."""
        return identity(self.language, self.predicate, self.line)


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of learning: the proposals, the sources that were refused, how many documents and facts there were."""

    proposals: tuple[Proposal, ...]
    refused: tuple[InputError, ...]
    documents: int
    facts: int


def identity(language: str, prop: str, line: str) -> str:
    """The id of a line for a property in a language."""
    return digest(language, prop, line, length=_ID)
