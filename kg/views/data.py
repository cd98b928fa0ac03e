"""The one shape in which facts travel to a page: in the data block of a file, and in every answer of a server as JSON.

Everything points by index within one block: a fact to its ends and its predicate, an entity to its class, evidence to
its document. A field that is empty is left out. docs/explorer.md describes each field for those who write programs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass

VERSION = 1
"""Of the shape: another number means that a field was renamed or means something else."""

Part = tuple[str, int, int]
"""What a stretch of a quotation is (``subject``, ``object``, ``value``, ``time``) and where: half-open, in UTF-16
units, because that is what the scripts of a page count."""


@dataclass(frozen=True, slots=True)
class Term:
    """A class or a predicate: its CURIE, its label, and the area of the ontology it belongs to.

    ``number`` is by what a class is drawn, where many blocks of one store shall draw it alike.
    """

    id: str
    label: str
    area: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of an entity; ``former`` is one that it has no longer."""

    label: str
    language: str = ""
    former: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing: ``class_`` is an index, ``degree`` counts its facts in the store, ``links`` are other addresses."""

    id: str
    label: str
    class_: int
    aliases: tuple[Alias, ...] = ()
    links: tuple[str, ...] = ()
    degree: int = 0
    x: int | None = None
    y: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim where it stands: its sentence in three pieces, the sentences beside it, and who said it."""

    document: int
    quote: str
    before: str = ""
    after: str = ""
    previous: str = ""
    next: str = ""
    parts: tuple[Part, ...] = ()
    status: str = ""
    said: str = ""
    """The day that counts for it, where that is not the document's: of a copy the day of its original."""
    speaker: str = ""
    rule: str = ""
    confidence: float = 0
    copy: bool = False
    translated: bool = False
    """Whether the copy says it in another language."""


@dataclass(frozen=True, slots=True)
class Curation:
    """Where a curator wrote the fact down, or decided on one of its claims (``verdict``)."""

    file: str
    line: int
    status: str
    source: str = ""
    verdict: str = ""
    by: str = ""
    on: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Against:
    """A fact that contradicts another: its id, the rule that says so, and what it states, in words."""

    fact: str
    rule: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement with all that stands behind it: ``o`` is an entity, or there is a ``value``."""

    id: str
    s: int
    p: int
    status: str
    o: int | None = None
    value: str = ""
    from_: str = ""
    until: str = ""
    scope: tuple[tuple[str, str], ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    support: int = 0
    publishers: int = 0
    contrary: int = 0
    """How many independent documents say the opposite."""
    confidence: float = 0
    curated: bool = False
    published: tuple[str, ...] = ()
    course: tuple[tuple[str, str], ...] = ()
    """The statuses its sources gave it one after the other, each with the day; left out where there was but one."""
    evidence: tuple[Evidence, ...] = ()
    curations: tuple[Curation, ...] = ()
    derived: str = ""
    """The rule by which it follows from other facts."""
    conflicts: tuple[Against, ...] = ()
    x: int | None = None
    y: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A source: ``url`` where it is an address of the web, else ``source``, the path as given."""

    id: str
    title: str = ""
    publisher: str = ""
    date: str = ""
    url: str = ""
    source: str = ""
    language: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Data:
    """One block: facts with all they point to, and where they come from. ``total`` counts the facts of the store."""

    classes: tuple[Term, ...]
    predicates: tuple[Term, ...]
    entities: tuple[Entity, ...]
    facts: tuple[Fact, ...]
    documents: tuple[Document, ...]
    v: int = VERSION
    title: str = ""
    built: str = ""
    """The date of the newest document: never the clock, so that the same store gives the same block."""
    store: str = ""
    moment: str = ""
    """In words, the day from which the graph is seen, where that is not the day of its build."""
    query: str = ""
    total: int = 0
    licences: tuple[str, ...] = ()


def plain(value: object) -> object:
    """A block, or any value in it, as dicts, lists and numbers, without the fields that are empty.

    >>> plain(Entity("ex:Ada", "Ada", 0, (Alias("Ada L.", former=True),)))
    {'id': 'ex:Ada', 'label': 'Ada', 'class': 0, 'aliases': [{'label': 'Ada L.', 'former': True}]}
    """
    if is_dataclass(value):
        given = ((field, getattr(value, field.name)) for field in fields(value))
        return {f.name.rstrip("_"): plain(each) for f, each in given if f.name == "v" or each != f.default}
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def text(data: Data) -> str:
    """A block as JSON, on one line; the same block gives the same text."""
    return json.dumps(plain(data), ensure_ascii=False, separators=(",", ":"))


def utf16(text: str, offset: int) -> int:
    """An offset in code points as one in UTF-16 units.

    >>> utf16("🚗 Ada", 2)
    3
    """
    return offset + sum(ord(character) > 0xFFFF for character in text[:offset])


def parts(quote: str, named: Sequence[tuple[str, Sequence[str]]]) -> tuple[Part, ...]:
    """Where in a quotation the things stand that it is about: of each role the longest name that is there, once.

    Names are whole words in any capitals, and no two of them overlap.

    >>> parts("🚗 Ada's boat", [("subject", ["Ada"]), ("object", ["boat", "Ada's boat"])])
    (('subject', 3, 6), ('object', 9, 13))
    """
    taken: list[tuple[int, int]] = []
    found: list[Part] = []
    # A capital with two small letters, as the dotted I has, would move all that follows: it stays as it is.
    lower = "".join(small if len(small := character.lower()) == 1 else character for character in quote)
    for role, names in named:
        span = _first_free(lower, names, taken)
        if span:
            taken.append(span)
            found.append((role, utf16(quote, span[0]), utf16(quote, span[1])))
    return tuple(sorted(found, key=lambda part: part[1]))


def _first_free(lower: str, names: Sequence[str], taken: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    for name in sorted({n.lower() for n in names if n}, key=lambda n: (-len(n), n)):
        start = lower.find(name)
        while start >= 0:
            end = start + len(name)
            if _is_whole(lower, start, end) and all(end <= a or start >= b for a, b in taken):
                return start, end
            start = lower.find(name, start + 1)
    return None


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a stretch is no piece of a longer word; scripts without spaces have no words to be a piece of."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and before.isascii()) and not (after.isalnum() and after.isascii())
