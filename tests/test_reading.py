"""Sentences and what must be read from them, as data: suites/reading/<language>.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from pipeline import SUITES, Told, claims, judge, knowledge

from kg.names import local_name

FILES = sorted((SUITES / "reading").glob("*.toml"))
LEAST = 90
"""How many sentences each language has at least."""
_TIMES = {"from": "valid_from", "until": "valid_until", "time": "time", "by": "by"}

Case = dict[str, Any]


def suite(path: Any) -> Iterator[Case]:
    """The cases of a file, each with its language and property."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    language = tables.pop("language")
    for name, cases in tables.items():
        for case in cases:
            yield {"language": language, "property": name, **case}


CASES = [case for path in FILES for case in suite(path)]


def split(wanted: str) -> tuple[str, list[str]]:
    """A fact as it is written in a suite, and what must hold besides."""
    match = re.fullmatch(r"(.*?)(?: \(([^()]*)\))?", wanted, re.DOTALL)
    assert match is not None
    return match[1], match[2].split(", ") if match[2] else []


def lacking(told: Told, conditions: list[str]) -> list[str]:
    """The conditions that a claim does not meet; without a status it must be in effect."""
    statuses = [c for c in conditions if "=" not in c] or ["InEffect"]
    missing = [s for s in statuses if s != told.status]
    for name, value in (c.split("=", 1) for c in conditions if "=" in c):
        found = getattr(told, _TIMES[name]) if name in _TIMES else told.qualifiers.get(name, "")
        if found != value:
            missing.append(f"{name}={value}, not {found or 'nothing'}")
    return missing


def complaints(case: Case) -> list[str]:
    """What is wrong with the reading of a case: facts missing, facts too many, conditions not met."""
    found = [Told.of(c) for c in claims(case["text"], case["language"], case.get("issued", ""))]
    found = [t for t in found if t.fact.split(" ", 2)[1] == case["property"]]
    wanted = dict(split(f) for f in case.get("facts", []))
    wrong = [f"must not be read: {t.fact} ({t.status})" for t in found if t.fact not in wanted]
    for fact, conditions in wanted.items():
        readings = [t for t in found if t.fact == fact]
        if not readings:
            wrong.append(f"not read: {fact}")
        elif all(lacking(t, conditions) for t in readings):
            wrong.append(f"{fact}: {lacking(readings[0], conditions)}")
    return wrong


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['language']}-{c['property']}-{c['text'][:50]}")
def test_sentence(case: Case) -> None:
    assert set(case) <= {"language", "property", "text", "facts", "issued", "known_failure"}
    wrong = complaints(case)
    judge(case, not wrong, wrong)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_each_property_has_sentences_that_are_read_and_traps_are_many(path: Any) -> None:
    cases = list(suite(path))
    assert len(cases) >= LEAST
    known = {local_name(i) for i, p in knowledge().ontology.properties.items() if not p.is_qualifier}
    assert {c["property"] for c in cases} == known
    for name in known:
        read = [c for c in cases if c["property"] == name and c.get("facts")]
        assert len(read) >= 2, f"{name}: two sentences at least must be read"
    statuses = [s for c in cases for f in c.get("facts", []) for s in split(f)[1]]
    assert {"Planned", "Reported", "Denied", "Ended"} <= set(statuses)
    assert sum(not c.get("facts") for c in cases) >= 8


def test_a_suite_for_each_language_of_the_project() -> None:
    assert {p.stem for p in FILES} == set(knowledge().languages)


def test_the_runner_sees_what_is_wrong() -> None:
    case: Case = {"language": "en", "property": "partnersWith", "text": "BMW has partnered with Huawei."}
    assert complaints({**case, "facts": ["BMW partnersWith Huawei"]}) == []
    assert complaints(case) == ["must not be read: BMW partnersWith Huawei (InEffect)"]
    assert complaints({**case, "facts": ["BMW partnersWith Huawei (Denied)"]}) == [
        "BMW partnersWith Huawei: ['Denied']"
    ]
    missing = complaints({**case, "facts": ["BMW partnersWith Huawei", "BMW partnersWith Toyota"]})
    assert missing == ["not read: BMW partnersWith Toyota"]
    scoped = complaints({**case, "facts": ["BMW partnersWith Huawei (market=China)"]})
    assert scoped == ["BMW partnersWith Huawei: ['market=China, not nothing']"]


def test_the_evidence_holds_both_ends_where_the_words_name_them() -> None:
    """What the text is about fills an end only where no words name it, also if both readings say the same."""
    text = 'Hyundai will build cars in India. "We have signed," said José Muñoz, the chief executive of Hyundai.'
    quotes = [c.quote for c in claims(text) if local_name(c.predicate) == "worksFor"]
    assert quotes == ["José Muñoz, the chief executive of Hyundai"]
