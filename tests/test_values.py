"""Figures and dates, as data (suites/values.toml), and what holds for any text."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline import SUITES, linked

from kg.names import XSD
from kg.text import Value

CASES: list[dict[str, Any]] = tomllib.loads((SUITES / "values.toml").read_text(encoding="utf-8"))["case"]
_LINES = """
    1 12 31 2025 2026 1.5 1,5 2.0.1 1.234,5 ² 10² ١٢ 80kWh 5bn km % $ Rp juta million March maret Q1 q9 early akhir
    tahun ini next year / - . , ( ) hp mph of the CES 99999999999999999999 0 00 1.000.000 first quarter kuartal pertama
"""
_WORDS = st.sampled_from(_LINES.split())


def values(case: dict[str, Any]) -> tuple[Value, ...]:
    return linked(case["text"], case["language"], case.get("issued", "")).values


def words(case: dict[str, Any], value: Value) -> str:
    return str(case["text"][value.start : value.end])


def test_the_suite_covers_both_languages() -> None:
    assert min(sum(c["language"] == code for c in CASES) for code in ("en", "id")) >= 30


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['language']}-{c['text']}")
def test_values_of_the_suite(case: dict[str, Any]) -> None:
    assert set(case) <= {"text", "language", "issued", "dates", "quantities", "approximate"}
    found = values(case)
    told = [[words(case, v), v.literal.lexical if v.literal else "", *v.period] for v in found if v.kind == "date"]
    dates = [date[: len(wanted)] for date, wanted in zip_longest(told, case.get("dates", told), fillvalue=told)]
    quantities = [[words(case, v), v.kind, v.literal and v.literal.lexical, v.unit] for v in found if v.kind != "date"]
    assert dates == case.get("dates", dates)
    assert quantities == case.get("quantities", quantities)
    assert any(v.approximate for v in found) == case.get("approximate", False)


def test_a_date_is_of_the_type_that_fits_its_precision() -> None:
    types = {
        text: value.literal.datatype.removeprefix(XSD)
        for text in ("17 March 2025", "March 2025", "in 2025", "Q1 2025")
        for value in linked(text).values
        if value.literal
    }
    assert list(types.values()) == ["date", "gYearMonth", "gYear", "string"]


def test_a_number_within_a_name_is_no_value() -> None:
    assert linked("The Ioniq 5 and the Tesla Model 3 met the Mate 70.").values == ()


def test_without_a_day_of_publication_no_date_is_made_up() -> None:
    for language, text in (("en", "It starts later this year, in March or next month."), ("id", "Mulai bulan depan.")):
        found = linked(text, language).values
        assert found
        assert all(v.literal is None for v in found if v.kind == "date")


@given(
    st.lists(_WORDS, max_size=14).map(" ".join),
    st.sampled_from(["en", "id"]),
    st.sampled_from(["", "2025", "2025-03-17"]),
)
def test_values_lie_in_order_and_are_well_formed(text: str, language: str, issued: str) -> None:
    end = 0
    for value in linked(text, language, issued).values:
        assert end <= value.start < value.end <= len(text)
        end = value.end
        if value.kind != "date":
            assert value.literal is not None
            assert 0 <= Decimal(value.literal.lexical) < Decimal(10) ** 34
        elif value.literal is not None and value.literal.datatype == XSD + "date":
            date.fromisoformat(value.literal.lexical)


def test_many_words_of_time_in_a_row_are_read_in_a_moment() -> None:
    """A chain of words that each may begin a date is followed two steps deep, not to its end."""
    assert linked("akhir tahun " * 20_000 + "2026", "id").values[-1].literal is not None
