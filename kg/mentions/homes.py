"""Where things are at home: a place with all it lies in, and the classes that such places share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kg.model import Entity
from kg.ontology import THING


def around(place: str, entities: Mapping[str, Entity]) -> set[str]:
    """A place and all that it lies in."""
    found: set[str] = set()
    todo = [place]
    while todo:
        current = todo.pop()
        if current not in found:
            found.add(current)
            entity = entities.get(current)
            todo += entity.belongs_to if entity else ()
    return found


def shared(groups: Iterable[frozenset[str]]) -> frozenset[str]:
    """The classes that all have, without that of everything."""
    sets = list(groups)
    return frozenset.intersection(*sets) - {THING} if sets else frozenset()
