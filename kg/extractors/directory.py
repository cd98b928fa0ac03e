"""Entities by IRI, CURIE and label, as proposals name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kg.model import Entity, Label
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
        self._demonyms: set[tuple[str, ...]] = set()
        self.learn(entities.values())

    def learn(self, entities: Iterable[Entity]) -> None:
        """Add entities; one that is known already stays as it is."""
        for entity in entities:
            if entity.iri not in self.entities:
                self.entities[entity.iri] = entity
                for label in entity.labels:
                    self._add(entity, label)

    def _add(self, entity: Entity, label: Label) -> None:
        if label.kind == "demonym":  # the adjective of a place is no name of it, it only points to it
            self._demonyms.add(key_of(label.text))
            return
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

    def may_be_new(self, name: str) -> bool:
        """Whether words can be the name of something that nobody listed: written with a capital, and no demonym."""
        return any(c.isalpha() for c in name) and not name.islower() and key_of(name) not in self._demonyms

    def within(self, text: str) -> Iterator[str]:
        """The entities whose labels stand in a text, each once, in the order of the text."""
        keys, seen = Tokens.of(text).keys, set[str]()
        for first in range(len(keys)):
            for last in range(first + 1, min(first + LONGEST_NAME, len(keys)) + 1):
                for iri in sorted(self._keys.get(keys[first:last], ())):
                    if iri not in seen:
                        seen.add(iri)
                        yield iri
