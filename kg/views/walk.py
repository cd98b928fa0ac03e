"""Ways through a graph that is too large to be shown at once: where to start, what is beside a thing, what is between.

All is ranked by how many sources a fact has, then by how new it is; never by the clock, so that the same graph is
walked the same way on every day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pyoxigraph as ox

from kg.names import DCT, PROV, RDF, kg
from kg.queries.lookup import ALTERNATIVE, AMBIGUOUS, PREFERRED
from kg.rdf import A
from kg.store import Store
from kg.views.names import Names

DAYS = 30
"""Of what is new: counted back from the newest document."""
FIRST = 20
"""Things to start with."""
STEP = 25
"""Things that one step brings."""

_SUBJECT, _OBJECT = ox.NamedNode(RDF + "subject"), ox.NamedNode(RDF + "object")
_SUPPORT, _LAST = ox.NamedNode(kg("support")), ox.NamedNode(kg("lastStated"))
_CURATION, _CLAIM = ox.NamedNode(kg("curation")), ox.NamedNode(kg("claim"))
_DERIVED, _ISSUED = ox.NamedNode(PROV + "wasDerivedFrom"), ox.NamedNode(DCT + "issued")


@dataclass(frozen=True, slots=True)
class Line:
    """A fact as far as walking needs it: its ends (no object where that is a value) and its rank."""

    fact: str
    subject: str
    object: str
    rank: tuple[int, str]

    def other(self, thing: str) -> str:
        """The end that is not this one; a value goes by the name of its fact."""
        return self.subject if self.object == thing else self.object or self.fact


class Walk:
    """The ways through one store, read when it is opened."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.lines = _lines(store)
        self.facts = frozenset(line.fact for line in self.lines)
        self.of: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(self.lines):
            for end in {line.subject, line.object} - {""}:
                self.of[end].append(number)
        names = (
            (q.subject.value, q.object.value, predicate == PREFERRED)
            for predicate in (PREFERRED, ALTERNATIVE, AMBIGUOUS)
            for q in store.match(predicate=ox.NamedNode(predicate))
            if isinstance(q.subject, ox.NamedNode) and isinstance(q.object, ox.Literal)
        )
        self.names = Names(names, {thing: len(numbers) for thing, numbers in self.of.items()})

    def beside(self, thing: str) -> list[tuple[str, list[str]]]:
        """What a fact joins to a thing, the best backed first: the other end, and the facts that join them.

        The other end is an entity, or a fact whose value it is.
        """
        ends: dict[str, list[Line]] = defaultdict(list)
        for number in self.of.get(thing, ()):
            ends[self.lines[number].other(thing)].append(self.lines[number])
        ranked = [(_ranked(lines), end) for end, lines in ends.items()]
        ranked.sort(key=lambda each: each[1])
        ranked.sort(key=lambda each: each[0][0].rank, reverse=True)
        return [(end, [line.fact for line in lines]) for lines, end in ranked]

    def between(self, things: Collection[str], others: Collection[str] = ()) -> list[str]:
        """The facts that join two of the things, or one of them to one of the others."""
        all_of_them = {*things, *others}
        numbers = {
            number
            for thing in things
            for number in self.of.get(thing, ())
            if self.lines[number].object and self.lines[number].other(thing) in all_of_them
        }
        return [line.fact for line in _ranked(self.lines[number] for number in numbers)]

    def start(self, most: int = FIRST) -> list[str]:
        """The things of which most of the newest documents speak, then those of which most of all documents do;
        without documents, those with most facts."""
        new, told = _talk(self.store)
        counts: dict[str, tuple[int, int, int]] = {}
        for thing, numbers in self.of.items():
            facts = [self.lines[number].fact for number in numbers]
            counts[thing] = sum(new[f] for f in facts), sum(told[f] for f in facts), len(facts)
        spoken = [thing for thing in sorted(counts) if counts[thing][1]] or sorted(counts)
        return sorted(spoken, key=lambda thing: counts[thing], reverse=True)[:most]


def _ranked(lines: Iterable[Line]) -> list[Line]:
    return sorted(sorted(lines, key=lambda line: line.fact), key=lambda line: line.rank, reverse=True)


def _lines(store: Store) -> list[Line]:
    subjects = _values(store, _SUBJECT)
    objects = _values(store, _OBJECT)
    support = _values(store, _SUPPORT)
    last = _values(store, _LAST)
    curated = set(_values(store, _CURATION))
    facts = {q.subject.value for q in store.match(None, A, ox.NamedNode(kg("Fact")), "facts")}  # type: ignore[union-attr]
    return [
        Line(
            iri,
            _name(subjects[iri]),
            _name(objects[iri]),
            (int(_text(support, iri) or 0) + (iri in curated), _text(last, iri)),
        )
        for iri in sorted(facts & subjects.keys() & objects.keys())
    ]


def _values(store: Store, predicate: ox.NamedNode) -> dict[str, object]:
    return {q.subject.value: q.object for q in store.match(None, predicate, layer="facts")}  # type: ignore[union-attr]


def _text(values: Mapping[str, object], iri: str) -> str:
    value = values.get(iri)
    return value.value if isinstance(value, ox.Literal) else ""


def _name(value: object) -> str:
    return value.value if isinstance(value, ox.NamedNode) else ""


def _talk(store: Store) -> tuple[Counter[str], Counter[str]]:
    """How many of the newest documents, and how many of all, speak of each fact."""
    issued = {
        q.subject: q.object.value
        for q in store.match(None, _ISSUED, layer="documents")
        if isinstance(q.object, ox.Literal) and isinstance(q.subject, ox.NamedNode)
    }
    since = _before(max(issued.values(), default=""))
    new, told = Counter[str](), Counter[str]()
    for document, day in issued.items():
        facts = _facts_of(store, document)
        told.update(facts)
        if day >= since:
            new.update(facts)
    return new, told


def _before(day: str) -> str:
    """The first day of what is new; a month or a year is new as a whole."""
    try:
        return (date.fromisoformat(day) - timedelta(days=DAYS)).isoformat()
    except ValueError:
        return day


def _facts_of(store: Store, document: ox.NamedNode) -> set[str]:
    claims: Sequence[object] = [q.subject for q in store.match(None, _DERIVED, document, "claims")]
    return {
        q.subject.value
        for claim in claims
        if isinstance(claim, ox.NamedNode)
        for q in store.match(None, _CLAIM, claim, "facts")
        if isinstance(q.subject, ox.NamedNode)
    }
