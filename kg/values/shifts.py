"""Dates reckoned from others: "next month" from the publication, a month without a year, the same day a year on."""

from __future__ import annotations

import re
from datetime import date

_SHIFT = re.compile(r"(year|month|day|quarter)([+-]\d+)?")


def shifted(issued: str, rule: str) -> str:
    """A relative date: ``year+1`` behind the publication date, as precise as the rule's unit; nothing without a date.

    >>> shifted("2025-03-17", "year+1"), shifted("2025-12-17", "month+1"), shifted("", "year")
    ('2026', '2026-01', '')
    """
    match = _SHIFT.fullmatch(rule)
    if match is None or not issued or (match[1] != "year" and len(issued) < 7):
        return ""
    unit, by = match[1], int(match[2] or 0)
    year = int(issued[:4])
    if unit == "year":
        return str(year + by)
    months = year * 12 + int(issued[5:7]) - 1
    if unit == "month":
        return f"{(months + by) // 12}-{(months + by) % 12 + 1:02d}"
    if unit == "quarter":
        quarters = months // 3 + by
        return f"{quarters // 4}-Q{quarters % 4 + 1}"
    return date.fromordinal(date.fromisoformat(issued).toordinal() + by).isoformat() if len(issued) == 10 else ""


def near_year(issued: str, month: int) -> int:
    """The year of a month without one: that of the publication, unless the month lies more than half a year ahead."""
    if len(issued) < 7:
        return int(issued[:4] or 0)
    return int(issued[:4]) - (month - int(issued[5:7]) > 6) + (int(issued[5:7]) - month > 6)


def ahead(iso: str, issued: str) -> str:
    """A date without a year of its own that is still to come: that of the next year where it lies before the
    publication.

    >>> ahead("2023-11-28", "2024-03-17"), ahead("2024-05", "2024-03-17")
    ('2024-11-28', '2024-05')
    """
    return moved(iso, 1) if iso < issued[: len(iso)] else iso


def moved(iso: str, years: int) -> str:
    """A date some years later, or earlier; one without a year to count from as it is, as is a leap day.

    >>> moved("2023-11-28", 1), moved("2024-05", -1), moved("", 1)
    ('2024-11-28', '2023-05', '')
    """
    return f"{int(iso[:4]) + years}{iso[4:]}" if iso[:4].isdigit() and not iso.endswith("-02-29") else iso
