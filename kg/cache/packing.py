"""Extractions as text and back, exactly: plain JSON, since a file on disk may hold anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from kg.model import Claim, Entity, Label, Literal, Origin, Status
from kg.relations import Extraction


def packed(extraction: Extraction) -> str:
    """An extraction as JSON; fields with their usual value are left out.

    >>> unpacked(packed(Extraction((), ()))) == Extraction((), ())
    True
    """
    parts = {"claims": list(map(_shown, extraction.claims)), "entities": list(map(_shown, extraction.entities))}
    return json.dumps(parts, separators=(",", ":"))


def unpacked(text: str) -> Extraction:
    """The extraction that :func:`packed` wrote; ValueError, TypeError or KeyError for another text."""
    parts = json.loads(text)
    return Extraction(tuple(map(_claim, parts["claims"])), tuple(map(_entity, parts["entities"])))


def _shown(value: object) -> object:
    """A value in JSON: a literal as a list with one entry for each field, another record as an object."""
    if isinstance(value, Literal):
        return [value.lexical, value.datatype, value.language]
    if isinstance(value, Claim | Entity | Label):
        named = {f.name: getattr(value, f.name) for f in fields(value) if getattr(value, f.name) != f.default}
        return {name: _shown(x) for name, x in named.items()}
    if isinstance(value, tuple):
        return list(map(_shown, value))
    return value


def _claim(found: Mapping[str, Any]) -> Claim:
    values = dict(found)
    values["object"] = _term(values["object"])
    values["qualifiers"] = tuple((name, _term(value)) for name, value in values.get("qualifiers", ()))
    values["status"] = Status(values.get("status", Status.IN_EFFECT))
    return Claim(**values)


def _entity(found: Mapping[str, Any]) -> Entity:
    values: dict[str, Any] = {name: tuple(x) if isinstance(x, list) else x for name, x in found.items()}
    values["labels"] = tuple(Label(**x) for x in values.get("labels", ()))
    values["origin"] = Origin(values.get("origin", Origin.CURATED))
    return Entity(**values)


def _term(found: str | list[str]) -> str | Literal:
    return found if isinstance(found, str) else Literal(*found)
