"""The names of a graph, found in a question: the longest first, whatever capitals, accents and endings they have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

import pyoxigraph as ox

from kg.names import OWL, RDF, RDFS, kg
from kg.queries.asking.language import Language, Token, fold, tokens
from kg.queries.lookup import ALTERNATIVE, AMBIGUOUS, PREFERRED
from kg.rdf import A
from kg.store import Store

_RANKS = {PREFERRED: 0, ALTERNATIVE: 1, kg("demonym"): 2, AMBIGUOUS: 3}
_SUBCLASS, _LABEL = ox.NamedNode(RDFS + "subClassOf"), ox.NamedNode(RDFS + "label")
_PROPERTIES = tuple(ox.NamedNode(n) for n in (OWL + "ObjectProperty", OWL + "DatatypeProperty", RDF + "Property"))
_CLASSES = (ox.NamedNode(OWL + "Class"),)
_CLOSENESS = 0.82
"""The share of a name that must be spelt right for it to be suggested: one letter may be wrong in a name of six, none
in one of five. So each misspelt name of the tests is found, and no ordinary word is taken for one; at 0.8 some are."""
_SWAPPED = 0.5
"""What two letters that changed places count, where a wrong one counts 1: the slip that is made most in short names."""

Candidates = tuple[tuple[str, int], ...]
"""The entities that a name may stand for, each with its rank: a preferred label before an alias."""


class Names:
    """The names of a graph by their folded words."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._by_key: dict[tuple[str, ...], dict[str, int]] = {}
        self._labels: dict[str, int] = {}
        self._classes: dict[str, set[str]] = {}
        for predicate, rank in _RANKS.items():
            for quad in store.match(predicate=ox.NamedNode(predicate)):
                if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                    self._add(quad.subject.value, quad.object.value, rank)
        self._longest = max(map(len, self._by_key), default=0)

    def _add(self, iri: str, label: str, rank: int) -> None:
        key = tuple(token.key for token in tokens(label))
        # A figure alone is a figure, also where some model is called by it.
        if key and not all(part.isdigit() for part in key):
            found = self._by_key.setdefault(key, {})
            found[iri] = min(rank, found.get(iri, rank))
            self._labels[label] = min(rank, self._labels.get(label, rank))

    def at(
        self, given: tuple[Token, ...], place: int, language: Language, plain: Callable[[str], bool]
    ) -> tuple[int, Candidates, int]:
        """How many tokens the longest name at a place has, whose it is, and how long its ending is; 0 without one.

        Words that are ``plain`` ones of the language are a name only where a capital within the sentence says so.
        """
        for length in range(min(self._longest, len(given) - place), 0, -1):
            span = given[place : place + length]
            head = tuple(token.key for token in span[:-1])
            for last in language.bare(span[-1].key):
                found = self._by_key.get((*head, last))
                if found and (not all(plain(k) for k in (*head, last)) or (place > 0 and _capital(span))):
                    ending = len(span[-1].key) - len(last)
                    return length, tuple(sorted(found.items(), key=lambda x: (x[1], x[0]))), ending
        return 0, (), 0

    def near(self, text: str) -> list[str]:
        """The names that are spelt nearly so as a whole, the nearest first, three at most."""
        wanted = fold(text)
        worst_first = sorted(self._labels, key=lambda label: (self._labels[label], label), reverse=True)
        found = {fold(label): label for label in worst_first}
        scored = [(likeness(wanted, key), label) for key, label in found.items()]
        return [label for score, label in sorted(scored, key=lambda x: (-x[0], x[1])) if score >= _CLOSENESS][:3]

    def has(self, key: str) -> bool:
        """Whether a folded word is part of a name."""
        return key in self._parts

    @cached_property
    def _parts(self) -> frozenset[str]:
        return frozenset(part for key in self._by_key for part in key)

    @cached_property
    def _above(self) -> dict[str, set[str]]:
        above: dict[str, set[str]] = {}
        for quad in self.store.match(predicate=_SUBCLASS, layer="ontology"):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                above.setdefault(quad.subject.value, set()).add(quad.object.value)
        return above

    def classes(self, iri: str) -> set[str]:
        """The classes of an entity, those above them included."""
        if iri not in self._classes:
            quads = self.store.match(ox.NamedNode(iri), A)
            self._classes[iri] = self.upwards(q.object.value for q in quads if isinstance(q.object, ox.NamedNode))
        return self._classes[iri]

    def upwards(self, classes: Iterable[str]) -> set[str]:
        """Some classes and those above them."""
        todo, found = list(classes), set[str]()
        while todo:
            each = todo.pop()
            if each not in found:
                found.add(each)
                todo += self._above.get(each, ())
        return found

    def properties(self) -> Iterable[tuple[str, str]]:
        """Label and IRI of each property, in all languages."""
        return self._terms(_PROPERTIES)

    def kinds(self) -> Iterable[tuple[str, str]]:
        """Label and IRI of each class, in all languages."""
        return self._terms(_CLASSES)

    def _terms(self, kinds: Iterable[ox.NamedNode]) -> Iterable[tuple[str, str]]:
        for kind in kinds:
            for quad in self.store.match(None, A, kind, "ontology"):
                if isinstance(quad.subject, ox.NamedNode):
                    for label in self.store.match(quad.subject, _LABEL, layer="ontology"):
                        if isinstance(label.object, ox.Literal):
                            yield label.object.value, quad.subject.value


def likeness(one: str, other: str) -> float:
    """The share of the longer of two texts that is spelt as in the other: 1 for the same.

    >>> round(likeness("newtun", "newton"), 2), likeness("ewtno", "ewton"), likeness("eat", "weather")
    (0.83, 0.9, 0.0)
    """
    longest = max(len(one), len(other), 1)
    if abs(len(one) - len(other)) > (1 - _CLOSENESS) * longest:
        return 0.0
    return 1 - _distance(one, other) / longest


def _distance(one: str, other: str) -> float:
    """Letters to change, leave out or put in, and half for each pair of neighbours to swap."""
    before, last = list[float](), [float(n) for n in range(len(other) + 1)]
    for i, a in enumerate(one, 1):
        row = [float(i)]
        for j, b in enumerate(other, 1):
            least = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                least = min(least, before[j - 2] + _SWAPPED)
            row.append(least)
        before, last = last, row
    return last[-1]


def _capital(span: tuple[Token, ...]) -> bool:
    return any(c.isupper() for token in span for c in token.text)
