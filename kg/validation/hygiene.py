"""Hygiene queries: each finds one kind of fault with one SPARQL query that selects ``?node`` and maybe ``?detail``.

A query begins with a banner that says what it finds, how grave that is, and the way out::

    # title: Claims that belong to no fact
    # severity: warning
    # fix: build again; if it stays, the resolution is at fault
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.errors import KgError, Place, ProjectError, QueryError, raise_faults
from kg.names import Prefixes
from kg.rdf import from_ox
from kg.store import Store
from kg.validation.report import SEVERITIES, Finding

BANNER = ("title", "severity", "fix")
"""The lines that a hygiene query begins with, in their order."""

_LINE = re.compile(r"# (\w+): +(\S.*)")
_IRI = re.compile(r"https?://[^\s'\"<>]*[^\s'\"<>,;.:]")


@dataclass(frozen=True, slots=True)
class Check:
    """One hygiene query with what its banner says; ``name`` is the file's."""

    name: str
    title: str
    severity: str
    fix: str
    query: str
    source: str


def read_checks(folder: Path) -> tuple[Check, ...]:
    """The hygiene queries of a folder, by name.

    Raises ProjectError for a folder without any, and Faults with every banner that is wrong.
    """
    paths = sorted(folder.glob("*.rq"))
    if not paths:
        raise ProjectError("no hygiene query (*.rq)", Place(str(folder)), "without checks nothing is proved")
    faults: list[KgError] = []
    checks = []
    for path in paths:
        try:
            checks.append(_read(path))
        except ProjectError as error:
            faults.append(error)
    raise_faults(faults)
    return tuple(checks)


def _read(path: Path) -> Check:
    query = path.read_text(encoding="utf-8")
    lines = query.splitlines()
    banner: dict[str, str] = {}
    for number, name in enumerate(BANNER, start=1):
        match = _LINE.fullmatch(lines[number - 1]) if number <= len(lines) else None
        if match is None or match[1] != name:
            raise ProjectError(f"the banner lacks '# {name}: …'", Place(str(path), number), _hint())
        banner[name] = match[2]
    if banner["severity"] not in SEVERITIES:
        known = ", ".join(SEVERITIES)
        raise ProjectError(f"unknown severity '{banner['severity']}'", Place(str(path), 2), f"one of {known}")
    return Check(path.stem, banner["title"], banner["severity"], banner["fix"], query, str(path))


def _hint() -> str:
    return "begin with " + ", ".join(f"'# {name}: …'" for name in BANNER)


def find_faults(store: Store, checks: Iterable[Check]) -> list[Finding]:
    """What the checks find in a store, sorted; a node is named once for each way in which it is at fault.

    Raises QueryError, with the file, for a query that does not parse or does not select ``?node``.
    """
    return sorted({finding for check in checks for finding in _run(store, check)})


def _run(store: Store, check: Check) -> Iterator[Finding]:
    try:
        rows = store.query(check.query)
    except QueryError as error:
        raise QueryError(error.message, Place(check.source), "mend the hygiene query") from error
    if not isinstance(rows, ox.QuerySolutions) or "node" not in {v.value for v in rows.variables}:
        raise QueryError("does not select ?node", Place(check.source), "SELECT ?node ?detail WHERE { … }")
    has_detail = "detail" in {v.value for v in rows.variables}
    for row in rows:
        detail = row["detail"] if has_detail else None
        message = check.title if detail is None else f"{check.title}: {_short(_shown(detail), store.prefixes)}"
        yield Finding(check.name, check.severity, _shown(row["node"]), message, check.fix)


def _shown(term: object) -> str:
    """An IRI bare, a blank node with its sign, a literal by its text."""
    if isinstance(term, ox.BlankNode):
        return str(term)
    value = from_ox(term)
    return value if isinstance(value, str) else value.lexical


def _short(text: str, prefixes: Prefixes) -> str:
    return _IRI.sub(lambda match: prefixes.shrink(match[0]), text)
