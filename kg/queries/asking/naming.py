"""The names of a graph, found in a question: the longest first, whatever capitals, accents and endings they have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cached_property

import pyoxigraph as ox

from kg.names import OWL, RDF, RDFS, kg
from kg.queries.asking.language import Language, Token, tokens
from kg.queries.lookup import ALTERNATIVE, AMBIGUOUS, PREFERRED
from kg.rdf import A
from kg.store import Store

_RANKS = {PREFERRED: 0, ALTERNATIVE: 1, kg("demonym"): 2, AMBIGUOUS: 3}
_SUBCLASS, _LABEL = ox.NamedNode(RDFS + "subClassOf"), ox.NamedNode(RDFS + "label")
_PROPERTIES = tuple(ox.NamedNode(n) for n in (OWL + "ObjectProperty", OWL + "DatatypeProperty", RDF + "Property"))
_CLOSENESS = 0.75
"""How alike (difflib) a misspelt name must be: in a name of six, one letter more or less is 0.92, two others 0.67."""

Candidates = tuple[tuple[str, int], ...]
"""The entities that a name may stand for, each with its rank: a preferred label before an alias."""


class Names:
    """The names of a graph by their folded words."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._by_key: dict[tuple[str, ...], dict[str, int]] = {}
        self._labels: set[str] = set()
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
            self._labels.add(label)

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
        """Names that are spelt nearly so."""
        by_key = {label.casefold(): label for label in sorted(self._labels)}
        return [by_key[key] for key in get_close_matches(text.casefold(), by_key, n=3, cutoff=_CLOSENESS)]

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
            self._classes[iri] = self._closed(iri)
        return self._classes[iri]

    def _closed(self, iri: str) -> set[str]:
        quads = self.store.match(ox.NamedNode(iri), A)
        todo = [q.object.value for q in quads if isinstance(q.object, ox.NamedNode)]
        found = set[str]()
        while todo:
            each = todo.pop()
            if each not in found:
                found.add(each)
                todo += self._above.get(each, ())
        return found

    def properties(self) -> Iterable[tuple[str, str]]:
        """Label and IRI of each property, in all languages."""
        for kind in _PROPERTIES:
            for quad in self.store.match(None, A, kind, "ontology"):
                if isinstance(quad.subject, ox.NamedNode):
                    for label in self.store.match(quad.subject, _LABEL, layer="ontology"):
                        if isinstance(label.object, ox.Literal):
                            yield label.object.value, quad.subject.value


def _capital(span: tuple[Token, ...]) -> bool:
    return any(c.isupper() for token in span for c in token.text)
