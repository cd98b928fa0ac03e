"""What a picture of facts holds: nodes, lines, legend, and every fact with its evidence. Nothing here knows HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kg.errors import KgError
from kg.model import Fact, Literal, Status, Term, qualifier_key, term_key
from kg.names import local_name
from kg.views import MAX_DRAWN

VALUE = -1
"""The kind of a node that is a literal value."""

_LABEL_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a fact is believed: a sentence with the span that says it, or a curator's entry (``file`` and ``line``)."""

    status: Status
    source: str
    before: str = ""
    quote: str = ""
    after: str = ""
    title: str = ""
    publisher: str = ""
    date: str = ""
    language: str = ""
    speaker: str = ""
    rule: str = ""
    place: str = ""
    copy: bool = False
    translated: bool = False
    """Whether the document repeats another, so that its word does not count."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of the list, in readable words; ``scope`` and ``details`` are pairs of a qualifier's label and value."""

    id: str
    subject: str
    predicate: str
    object: str
    status: Status
    scope: tuple[tuple[str, str], ...]
    details: tuple[tuple[str, str], ...]
    time: str
    support: int
    contrary: int
    curated: bool
    evidence: tuple[Evidence, ...]
    conflicts: tuple[tuple[str, str], ...]
    """The id of each contradicting fact and the rule that says so."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What each contradicting fact says, by id."""


@dataclass(frozen=True, slots=True)
class Node:
    """A thing or value in the picture: ``kind`` is its place in the legend, or :data:`VALUE`."""

    iri: str
    label: str
    kind: int
    degree: int


@dataclass(frozen=True, slots=True)
class Line:
    """A fact in the picture: the indexes of its two nodes and of its entry, and how far it bends off the straight."""

    source: int
    target: int
    entry: int
    bend: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A class in the legend, with how many nodes have it."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Picture:
    """All that one page shows."""

    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    kinds: tuple[Kind, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What names, classes, evidence and conflicts the facts of a picture have; all keyed by IRI or fact id."""

    labels: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, Sequence[Evidence]] = field(default_factory=dict)
    conflicts: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    """What each contradicted fact says, also where it is not drawn."""

    def of(self, term: Term) -> str:
        """A term in readable words, on one line."""
        if isinstance(term, Literal):
            return _one_line(term.lexical)
        return _one_line(self.labels.get(term) or local_name(term) or term)


def neighbourhood(facts: Iterable[Fact], about: str, hops: int = 1) -> list[Fact]:
    """The facts at most ``hops`` steps from an entity; one hop: those that have it as subject or object."""
    rest, near, found = list(facts), {about}, list[Fact]()
    for _ in range(hops):
        touching = [f for f in rest if f.subject in near or f.object in near]
        rest = [f for f in rest if not (f.subject in near or f.object in near)]
        found += touching
        near |= {end for f in touching for end in (f.subject, f.object) if isinstance(end, str)}
    return sorted(found, key=_order)


def picture(facts: Sequence[Fact], words: Words, max_facts: int = MAX_DRAWN) -> Picture:
    """The picture of some facts.

    Raises KgError when there are more than ``max_facts``: a picture is never cut in silence.
    """
    if len(facts) > max_facts:
        way = "show less with --about and --hops or --query, or raise --max-facts"
        raise KgError(f"{len(facts):,} facts are more than the {max_facts:,} a page may hold", hint=way)
    ordered = sorted(facts, key=_order)
    keys, lines = _wire(ordered)
    kinds = _kinds(keys, words)
    numbers = {label: number for number, (label, _) in enumerate(kinds)}
    degrees = Counter(end for line in lines for end in (line.source, line.target))
    nodes = [
        Node(
            iri=key if isinstance(key, str) else "",
            label=_short(words.of(key if isinstance(key, str) else key[1])),
            kind=numbers[_kind(key, words)] if isinstance(key, str) else VALUE,
            degree=degrees[number],
        )
        for number, key in enumerate(keys)
    ]
    entries = tuple(_entry(fact, words) for fact in ordered)
    return Picture(tuple(nodes), tuple(lines), tuple(Kind(*kind) for kind in kinds), entries)


_Key = str | tuple[str, Literal]
"""What a node stands for: an entity, or the value of one fact (equal values of two facts are two nodes)."""


def _wire(facts: Sequence[Fact]) -> tuple[list[_Key], list[Line]]:
    """The nodes in order of first mention, and a line for each fact."""
    index: dict[_Key, int] = {}
    between: Counter[tuple[int, int]] = Counter()
    lines = []
    for entry, fact in enumerate(facts):
        value: _Key = fact.object if isinstance(fact.object, str) else (fact.id, fact.object)
        source = index.setdefault(fact.subject, len(index))
        target = index.setdefault(value, len(index))
        pair = (min(source, target), max(source, target))
        lines.append(Line(source, target, entry, _bend(between[pair], source > target)))
        between[pair] += 1
    return list(index), lines


def _bend(place: int, reverse: bool) -> int:
    """The bend of the n-th line between two nodes: 0, 1, -1, 2, -2 ...; one that runs the other way is mirrored."""
    bend = (place + 1) // 2 * (1 if place % 2 else -1)
    return -bend if reverse else bend


def _kinds(keys: Iterable[_Key], words: Words) -> list[tuple[str, int]]:
    """The classes drawn, the most frequent first, so that those seen most differ most."""
    counts = Counter(_kind(key, words) for key in keys if isinstance(key, str))
    return sorted(counts.items(), key=lambda x: (-x[1], x[0]))


def _kind(iri: str, words: Words) -> str:
    return words.of(words.types[iri]) if iri in words.types else "other"


def _entry(fact: Fact, words: Words) -> Entry:
    scope = {qualifier_key(q) for q in fact.identity}
    quals = sorted(fact.qualifiers, key=qualifier_key)
    named = [(qualifier_key(q) in scope, (words.of(q[0]), words.of(q[1]))) for q in quals]
    return Entry(
        id=fact.id,
        subject=words.of(fact.subject),
        predicate=words.of(fact.predicate),
        object=words.of(fact.object),
        status=fact.status,
        scope=tuple(pair for inside, pair in named if inside),
        details=tuple(pair for inside, pair in named if not inside),
        time=span_of_time(fact.valid_from, fact.valid_until),
        support=fact.support,
        contrary=fact.contrary,
        curated=bool(fact.curations),
        evidence=tuple(words.evidence.get(fact.id, ())),
        conflicts=tuple(words.conflicts.get(fact.id, ())),
        told={other: words.told[other] for other, _ in words.conflicts.get(fact.id, ()) if other in words.told},
    )


def span_of_time(valid_from: str, valid_until: str) -> str:
    """A validity in words.

    >>> span_of_time("2026", ""), span_of_time("", "2027-01"), span_of_time("2024", "2026")
    ('from 2026', 'until 2027-01', '2024 – 2026')
    """
    if valid_from and valid_until:
        return valid_from if valid_from == valid_until else f"{valid_from} – {valid_until}"
    return f"from {valid_from}" if valid_from else f"until {valid_until}" if valid_until else ""


def _order(fact: Fact) -> tuple[str, str, str, str]:
    return fact.subject, fact.predicate, term_key(fact.object), fact.id


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _short(label: str) -> str:
    return label if len(label) <= _LABEL_LENGTH else label[: _LABEL_LENGTH - 1].rstrip() + "…"
