"""Quantities and dates in a text: numbers with their units and magnitudes, absolute and relative dates."""

from __future__ import annotations

from operator import attrgetter

from kg.patterns import Language
from kg.text import Mention, Tokens, Value
from kg.values.dates import Calendar
from kg.values.quantities import Measures

__all__ = ["values"]


def values(tokens: Tokens, language: Language, issued: str, mentions: tuple[Mention, ...]) -> tuple[Value, ...]:
    """The values of a text in order, never overlapping; dates first, then quantities.

    ``issued`` is the date of publication (ISO, or nothing), by which relative dates are resolved. Numbers inside names
    (``mentions`` of more than one token, or with a digit) are no values, but a quarter is one ("Q2 2026").
    """
    calendar = Calendar.of(language)
    capitals, keys = set(tokens.capitals), tokens.keys
    named = frozenset([m.last - 1 for m in mentions if m.first - 1 not in capitals])
    signs = [i for m in mentions for i in range(m.first, m.last) if not keys[i].isalpha()]
    taken = {i for i in signs if any(map(str.isdigit, keys[i])) and not calendar.is_quarter(tokens, i, issued)}
    figures = [i for i, key in enumerate(keys) if key[0].isdecimal()]
    begins = frozenset([m.first for m in mentions])
    dates = list(calendar.dates(tokens, issued, figures, taken, named, begins))
    taken |= {i for v in dates for i in range(v.first, v.last)}
    quantities = Measures.of(language).quantities(tokens, figures, taken)
    return tuple(sorted([*dates, *quantities], key=attrgetter("first")))
