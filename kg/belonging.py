"""What things belong to: a place with all it lies in, the classes that such places share, and things of rivals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kg.model import Entity
from kg.ontology import THING


def around(place: str, entities: Mapping[str, Entity]) -> set[str]:
    """A place and all that it lies in, or a thing and all that it belongs to."""
    found: set[str] = set()
    todo = [place]
    while todo:
        current = todo.pop()
        if current not in found:
            found.add(current)
            entity = entities.get(current)
            todo += entity.belongs_to if entity else ()
    return found


def is_of_rival(one: str, thing: str, entities: Mapping[str, Entity]) -> bool:
    """Whether a listed thing belongs to another of the kind of this one, and nothing joins the two."""
    if one not in entities or thing not in entities:
        return False
    own = around(one, entities)
    makers = around(thing, entities) - {thing}
    alike = any(not set(entities[one].types).isdisjoint(entities[m].types) for m in makers if m in entities)
    return alike and own.isdisjoint(makers)


def shared(groups: Iterable[frozenset[str]]) -> frozenset[str]:
    """The classes that all have, without that of everything."""
    sets = list(groups)
    return frozenset.intersection(*sets) - {THING} if sets else frozenset()
