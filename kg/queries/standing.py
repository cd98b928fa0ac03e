"""What a statement comes to on a day, by its own words and the day it was said; dates as precise as their words.

Dates are compared as text, day by day: a year or a month is first turned into a day of its own.
"""

from __future__ import annotations

from calendar import monthrange

from kg.errors import QueryError
from kg.model import Literal, Status
from kg.names import XSD
from kg.rdf import check_literal


def checked(date: str) -> str:
    """A date as it is given, if it is a year, a month or a day; QueryError if it is none.

    >>> checked("2024-02-29")
    '2024-02-29'
    """
    if not is_date(date):
        raise QueryError(f"'{date}' is no date", None, "write YYYY, YYYY-MM or YYYY-MM-DD")
    return date


def is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day of the calendar, in the form of ISO 8601 with hyphens.

    >>> is_date("2025-03"), is_date("20250317"), is_date("2025-02-30")
    (True, False, False)
    """
    literal = Literal.date(text)
    return text.isascii() and literal.datatype != XSD + "string" and not check_literal(literal) and text >= "0001"


def first_day(date: str) -> str:
    """The first day of a year or month; a day is its own.

    >>> first_day("2025"), first_day("2025-03-17")
    ('2025-01-01', '2025-03-17')
    """
    return date + "-01-01"[len(date) - 4 :] if len(date) < 10 else date


def last_day(date: str) -> str:
    """The last day of a year or month; a day is its own.

    >>> last_day("2025"), last_day("2024-02")
    ('2025-12-31', '2024-02-29')
    """
    month = date if len(date) > 4 else f"{date}-12"
    return month if len(month) == 10 else f"{month}-{monthrange(int(month[:4]), int(month[5:]))[1]}"


def standing(status: Status, valid_from: str, valid_until: str, issued: str, day: str) -> Status | None:
    """What a statement comes to on a day, by its own words; None when it does not count yet.

    It was said on ``issued``; what nobody dated was always said. Its time is as wide as its words allow: from the first
    day of ``valid_from`` to the last of ``valid_until``. Before its time a statement in effect is a plan, after it one
    that has ended; a plan, a report or a denial counts from when it was said.

    >>> standing(Status.IN_EFFECT, "2019", "", "2025-03-17", "2020-01-01").value
    'InEffect'
    >>> standing(Status.PLANNED, "2026", "", "2025-03-17", "2025-03-16") is None
    True
    """
    said = not issued or last_day(issued) <= day
    begun = first_day(valid_from) <= day if valid_from else said
    if status is Status.ENDED:
        return _ending(valid_from, valid_until, issued, day)
    if status is not Status.IN_EFFECT:
        return status if said else None
    if valid_until and last_day(valid_until) < day:
        return Status.ENDED
    return status if begun else Status.PLANNED if issued and said else None


def _ending(valid_from: str, valid_until: str, issued: str, day: str) -> Status | None:
    """An end counts from its own day; the time before it counts where it is known since when, or nobody dated it."""
    said = not issued or last_day(issued) <= day
    begun = first_day(valid_from) <= day if valid_from else said
    if not valid_until:
        return Status.ENDED if begun else None
    told = bool(issued) and first_day(valid_until) <= last_day(issued)
    if last_day(valid_until) < day or (told and said):
        return Status.ENDED
    return Status.IN_EFFECT if begun and (valid_from or not issued) else None
