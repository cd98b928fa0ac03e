"""The units of measure of a project, checked when they are loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from kg import tables
from kg.errors import KgError, Place, ProjectError, reason_of, way_out
from kg.project import Project

FILE = "units.toml"
_LISTS = ("words", "before")
_EXAMPLE = '"kg" = { factor = 1.0, words = ["kg", "kilograms"] }'


def load(project: Project, faults: list[KgError]) -> Mapping[str, Mapping[str, Any]]:
    """The units by dimension; what is wrong in their file is put to the faults, and nothing of it is taken."""
    path = project.ontology / FILE
    if not path.exists():
        return {}
    place = Place(path.relative_to(project.root).as_posix())
    try:
        found = tables.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        faults.append(ProjectError(f"cannot be read: {reason_of(error)}", place, way_out(error, "mend or remove it")))
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(ProjectError(f"no TOML: {error}", place, "mend it"))
        return {}
    wrong = [ProjectError(message, place, hint) for message, hint in _shape_faults(found)]
    faults += wrong
    return {} if wrong else found


def _shape_faults(found: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for dimension, units in found.items():
        if not isinstance(units, dict):
            yield f"'{dimension}' is no section", f"write [{dimension}]"
            continue
        for symbol, unit in units.items():
            if not isinstance(unit, dict):
                yield f"the unit '{symbol}' in [{dimension}] is no table", f"write {_EXAMPLE}"
                continue
            if not isinstance(unit.get("factor", 1.0), int | float):
                yield f"the factor of '{symbol}' in [{dimension}] is no number", f"write {_EXAMPLE}"
            for name in _LISTS:
                if not _is_list(unit.get(name, [])):
                    yield f"'{name}' of '{symbol}' in [{dimension}] is no list of texts", f"write {_EXAMPLE}"


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)
