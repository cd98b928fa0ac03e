"""Spans of time: "January to May 2024", "2016–2020", "Q3 2024", "the first nine months of 2024"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple, TypeAlias

Period: TypeAlias = tuple[str, str]
"""The first and the last year, month or day of a span (ISO); both empty where only the words are known."""


class Bound(NamedTuple):
    """One end of a span as it is written: past its last token, its year, month and day; 0 for what is not written."""

    past: int
    year: int
    month: int
    day: int


def between(first: Bound, last: Bound, near: Callable[[int], int]) -> Period | None:
    """The span from one date to another of the same precision; nothing where they are none.

    An end without a year takes that of the other; where neither has one ``near`` gives the year of the last month (0
    where it knows none: then only the words are known).

    >>> between(Bound(1, 0, 11, 0), Bound(3, 2024, 2, 0), lambda month: 0)
    ('2023-11', '2024-02')
    """
    if bool(first.month) != bool(last.month) or bool(first.day) != bool(last.day):
        return None
    until = last.year or (first.year + (last.month < first.month) if first.year else near(last.month))
    if not until:
        return "", ""
    since = first.year or until - (first.month > last.month)
    ends = _iso(since, first), _iso(until, last)
    return ends if "" not in ends and ends[0] < ends[1] else None


def _iso(year: int, end: Bound) -> str:
    if not end.day:
        return f"{year}-{end.month:02d}" if end.month else str(year)
    try:
        return date(year, end.month, end.day).isoformat()
    except ValueError:
        return ""


def part_of_year(iso: str) -> Period:
    """The months of a part of a year, written ``2024-Q3`` or, with its first and last month, ``2024-01/09``.

    >>> part_of_year("2024-Q3"), part_of_year("2024-01/09"), part_of_year("2024")
    (('2024-07', '2024-09'), ('2024-01', '2024-09'), ('', ''))
    """
    year, _, part = iso.partition("-")
    if part[:1] == "Q":
        last = 3 * int(part[1])
        return f"{year}-{last - 2:02d}", f"{year}-{last:02d}"
    first, _, until = part.partition("/")
    return (f"{year}-{first}", f"{year}-{until}") if until else ("", "")
