"""Entities by IRI, CURIE and label, as proposals name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kg.model import Entity
from kg.ontology import Ontology
from kg.text import Tokens, key_of

LONGEST_NAME = 8
"""The longest label that is looked for in a text, in tokens."""


class Directory:
    """The entities known so far; :meth:`learn` adds those that a text gave."""

    def __init__(self, ontology: Ontology, entities: Mapping[str, Entity]) -> None:
        self.ontology = ontology
        self.entities: dict[str, Entity] = {}
        self._written: dict[str, set[str]] = {}
        self._keys: dict[tuple[str, ...], set[str]] = {}
        self._doubtful: set[tuple[str, str]] = set()
        self.learn(entities.values())

    def learn(self, entities: Iterable[Entity]) -> None:
        """Add entities; one that is known already stays as it is."""
        for entity in entities:
            if entity.iri not in self.entities:
                self.entities[entity.iri] = entity
                for label in entity.labels:
                    if label.kind != "demonym":  # "German" is no name of Germany, it only points to it
                        self._written.setdefault(label.text, set()).add(entity.iri)
                        self._keys.setdefault(key_of(label.text), set()).add(entity.iri)
                    if label.kind == "ambiguous":
                        self._doubtful.add((entity.iri, label.text))

    def iri(self, name: str) -> str:
        """The known entity that an IRI or a CURIE stands for, or nothing."""
        if name in self.entities:
            return name
        try:
            found = self.ontology.prefixes.expand(name)
        except KeyError:
            return ""
        return found if found in self.entities else ""

    def called(self, name: str) -> tuple[set[str], bool]:
        """The entities with a label, as written or else in any case, and whether the label alone tells which."""
        found = self._written.get(name) or self._keys.get(key_of(name), set())
        return found, len(found) == 1 and (next(iter(found)), name) not in self._doubtful

    def within(self, text: str) -> Iterator[str]:
        """The entities whose labels stand in a text, each once, in the order of the text."""
        keys, seen = Tokens.of(text).keys, set[str]()
        for first in range(len(keys)):
            for last in range(first + 1, min(first + LONGEST_NAME, len(keys)) + 1):
                for iri in sorted(self._keys.get(keys[first:last], ())):
                    if iri not in seen:
                        seen.add(iri)
                        yield iri
