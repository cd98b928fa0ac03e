"""The bounds of values, as the shapes of a project draw them: what a curator writes is held against them at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from kg.model import Literal
from kg.names import STANDARD, kg
from kg.project import Project
from kg.rdf import read_turtle

_SH = STANDARD["sh"]
_KEEPS: Mapping[str, Callable[[str, str], bool]] = {
    "minInclusive": lambda value, bound: Decimal(value) >= Decimal(bound),
    "minExclusive": lambda value, bound: Decimal(value) > Decimal(bound),
    "maxInclusive": lambda value, bound: Decimal(value) <= Decimal(bound),
    "maxExclusive": lambda value, bound: Decimal(value) < Decimal(bound),
    "minLength": lambda value, bound: len(value) >= int(bound),
    "maxLength": lambda value, bound: len(value) <= int(bound),
    "pattern": lambda value, bound: re.search(bound, value) is not None,
}
"""What a shape may ask of a single value, each with its test."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """What one shape asks of the values of a property, and what it says to those that do not keep it."""

    asked: tuple[tuple[str, str], ...]
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of each property and qualifier, by IRI."""

    bounds: Mapping[str, tuple[_Bound, ...]]

    @classmethod
    def of(cls, project: Project) -> Limits:
        """The bounds in ``ontology/shapes``; a project without shapes has none. ProjectError for a broken file."""
        found: dict[str, list[_Bound]] = {}
        for path in sorted((project.ontology / "shapes").glob("*.ttl")):
            for statement in read_turtle(path, path.relative_to(project.root).as_posix())[0]:
                values: dict[str, list[object]] = {}
                for triple in statement.triples:
                    values.setdefault(triple.predicate.value, []).append(triple.object)
                asked = [(name, o.value) for name in _KEEPS for o in values.get(_SH + name, ())
                         if isinstance(o, ox.Literal)]  # fmt: skip
                bound = _Bound(tuple(asked), _words(values, _SH + "message"), _words(values, kg("fix")))
                for end in values.get(_SH + "path", ()) if asked else ():
                    if isinstance(end, ox.NamedNode):
                        found.setdefault(end.value, []).append(bound)
        return cls({iri: tuple(bounds) for iri, bounds in found.items()})

    def broken(self, iri: str, literal: Literal) -> tuple[str, str] | None:
        """What the shapes say to a sound literal of this property, and the way out; None where it keeps them."""
        for bound in self.bounds.get(iri, ()):
            for name, limit in bound.asked:
                if not _KEEPS[name](literal.lexical, limit):
                    return bound.message or f"{literal.lexical} is out of bounds ({name} {limit})", bound.fix
        return None


def _words(values: Mapping[str, list[object]], name: str) -> str:
    """The text that a shape has for a predicate."""
    return min((o.value for o in values.get(name, ()) if isinstance(o, ox.Literal)), default="")
