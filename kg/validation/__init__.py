"""Is the graph sound? SHACL shapes and hygiene queries over an open store, in one report.

The shapes (``ontology/shapes/*.ttl``) say what every record has; the hygiene queries (``queries/hygiene/*.rq``) find
what shapes cannot see: two entities of one name, a triple that no fact stands behind. Both are data.
"""

from __future__ import annotations

from pathlib import Path

from kg.errors import ProjectError
from kg.store import Store
from kg.validation.hygiene import Check, find_faults, read_checks
from kg.validation.report import Finding, Report
from kg.validation.shapes import find_violations, read_shapes

__all__ = [
    "Check",
    "Finding",
    "Report",
    "find_faults",
    "find_violations",
    "read_checks",
    "read_shapes",
    "validate",
]


def validate(store: Store, *, shapes: Path | None = None, hygiene: Path | None = None) -> Report:
    """What every shape of one folder and every hygiene query of another find in a store.

    A folder left out is not run. Raises ProjectError for
    folders without checks and for checks that are written wrongly.
    """
    if shapes is None and hygiene is None:
        raise ProjectError("nothing to check with", None, "give a folder of shapes, of hygiene queries, or both")
    store = store.here()  # the shapes read all of it, and of rarer parts of SPARQL some servers make something else
    findings: list[Finding] = []
    names: list[str] = []
    beyond: set[str] = set()
    if hygiene is not None:
        checks = read_checks(hygiene)
        names += [check.name for check in checks]
        findings += find_faults(store, checks)
    if shapes is not None:
        rules = read_shapes(shapes)
        names += rules.names
        beyond.update(rules.beyond.values())
        findings += find_violations(store, rules)
    return Report(tuple(sorted(findings)), tuple(sorted(names)), tuple(sorted(beyond)))
