"""The writing side at hand for tests: the shipped project's names, languages and readers, loaded once.

:func:`linked` finds names and values in a text, :func:`told` reads it; both as a build would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kg.build import Knowledge
from kg.model import Claim, Document, Literal, Term
from kg.names import local_name
from kg.project import Project
from kg.text import LinkedText

ROOT = Path(__file__).parent.parent
SUITES = Path(__file__).parent / "suites"
AT = "https://w3id.org/autotech#"
ID = "https://w3id.org/autotech/id/"


@cache
def knowledge() -> Knowledge:
    """The shipped project."""
    return Knowledge.of(Project(ROOT))


def linked(text: str, language: str = "en", issued: str = "") -> LinkedText:
    """Everything found in a text."""
    linker, _ = knowledge().readers[language]
    return linker.link(text, issued)


def claims(text: str, language: str = "en", issued: str = "") -> tuple[Claim, ...]:
    """What a text states."""
    document = Document(text, "test.txt", issued=issued, language=language)
    return knowledge().extract(document).claims


def entities(text: str, language: str = "en") -> list[tuple[str, str]]:
    """The listed names of a text in order: (as written, local name of the entity)."""
    found = linked(text, language)
    kinds = ("name", "demonym", "unit")
    return [(text[m.start : m.end], local_name(m.entity)) for m in found.mentions if m.kind in kinds]


def judge(case: Mapping[str, Any], holds: bool, shown: object) -> None:
    """Pass or fail a case of a suite; one that is known to fail must go on failing until its mark is taken out."""
    reason = case.get("known_failure")
    if reason and holds:
        pytest.fail(f"it holds now: take 'known_failure' out of the suite ({reason})")
    if reason:
        pytest.xfail(str(reason))
    assert holds, shown


def short(term: Term) -> str:
    """A term as it is written in suites: the local name of an entity, the words of a literal."""
    return term.lexical if isinstance(term, Literal) else local_name(term)


@dataclass(frozen=True)
class Told:
    """A claim as it is written in suites."""

    fact: str
    status: str
    qualifiers: dict[str, str]
    valid_from: str
    valid_until: str
    time: str
    by: str

    @classmethod
    def of(cls, claim: Claim) -> Told:
        """The claim with short names."""
        fact = f"{short(claim.subject)} {local_name(claim.predicate)} {short(claim.object)}"
        qualifiers = {local_name(name): short(value) for name, value in claim.qualifiers}
        by = local_name(claim.stated_by) if claim.stated_by else ""
        return cls(fact, claim.status.value, qualifiers, claim.valid_from, claim.valid_until, claim.time_text, by)


def told(text: str, language: str = "en", issued: str = "") -> list[Told]:
    """What a text states, in suites' terms; direct speech left out."""
    found = [Told.of(c) for c in claims(text, language, issued)]
    return [t for t in found if " stated " not in t.fact]
