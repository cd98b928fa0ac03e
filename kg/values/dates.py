"""Dates as precise as their words: "17 Maret 2025", "Q1 2026", "akhir tahun ini", resolved against the publication."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial

from kg.model import Literal
from kg.patterns import Language
from kg.patterns.notation import Keys
from kg.text import Tokens, Value, key_of
from kg.values.shifts import near_year, shifted
from kg.values.spans import Bound, Period, between, part_of_year

_YEAR = re.compile(r"(?:19|20)\d\d")
_SHORT = frozenset("-–/")
"""The signs between a year and the end of a span of years, written short."""
_DIGITS = 4
"""The most digits that a part of a date in figures has; Python refuses to make a number of thousands of them."""
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_TOLD = 14
"""How many tokens before a date the verb may stand whose time is that of the date."""
_MOVED = 6
"""How many tokens before a span the verb may stand that says that it is none."""
_STOPS = frozenset(".;:!?")
_QUARTER = re.compile(r"q([1-4])|h([12])")
_HALVES = ("", "01/06", "07/12")
_FISCAL = re.compile(r"fy(?:(20\d\d)|(\d\d))")


@dataclass(frozen=True)
class Calendar:
    """How a language writes dates: months, relative words, words for parts of a year."""

    months: Mapping[str, int]
    relative: Mapping[Keys, str]
    quarters: Mapping[Keys, str]
    """Wordings for a part of a year whose months are known, each with that part: ``Q3``, ``01/09``."""
    parts: frozenset[Keys]
    at: frozenset[str]
    since: frozenset[str] = frozenset()
    ago: frozenset[str] = frozenset()
    past: frozenset[str] = frozenset()
    """The verbs that tell of what is over: no date behind one is still to come."""
    future: frozenset[str] = frozenset()
    """The words before a verb that say that it is not."""
    joins: frozenset[Keys] = frozenset()
    """The words and signs between the ends of a span."""
    pairs: Mapping[str, str] = field(default_factory=dict)
    """Words before the first end of a span, each with that between its ends ("between A and B")."""
    moved: frozenset[str] = frozenset()
    """The verbs behind which two dates are no span ("postponed from 2024 to 2026")."""
    openings: Mapping[str, frozenset[str]] = field(init=False)
    """The words with which a date may begin, besides figures, each with those that may follow; the empty word where
    any may."""
    first_of_parts: frozenset[str] = field(init=False)
    """The words with which those for a part of a year begin."""

    def __post_init__(self) -> None:
        found: dict[str, set[str]] = {key: {""} for key in (*self.months, "q1", "q2", "q3", "q4", "h1", "h2")}
        for keys in (*self.relative, *self.quarters, *self.parts):
            found.setdefault(keys[0], set()).add(keys[1] if len(keys) > 1 else "")
        for word in self.ago:
            found.setdefault(word, set()).update(self.months)
        object.__setattr__(self, "openings", {key: frozenset(behind) for key, behind in found.items()})
        object.__setattr__(self, "first_of_parts", frozenset([keys[0] for keys in self.parts]))

    @classmethod
    def of(cls, language: Language) -> Calendar:
        """The calendar of a language, made once."""
        return _calendar(language)

    def dates(
        self,
        tokens: Tokens,
        issued: str,
        figures: Sequence[int],
        taken: frozenset[int] | set[int],
        named: frozenset[int] = frozenset(),
        begins: frozenset[int] = frozenset(),
    ) -> Iterator[Value]:
        """The dates of a text, left to right, outside the tokens that are taken; ``figures`` are those that begin with
        a digit, ``named`` the last tokens of listed names, ``begins`` their first."""
        past = 0
        fiscal = [i for i in tokens.capitals if tokens.keys[i][:2] == "fy"]
        for i in self._places(tokens.keys, [*figures, *fiscal] if fiscal else figures):
            if i < past or i in taken:
                continue
            if (i and i - 1 not in named and self._names_event(tokens, i)) or self._model_year(tokens, i, begins):
                continue
            span = self._span(tokens, i, issued)
            found = (span[0], span[1][0]) if span is not None else self._at(tokens, i, issued)
            if found is None or not taken.isdisjoint(range(i, found[0])):
                continue
            past, iso = found
            period = span[1] if span is not None else part_of_year(iso)
            literal = Literal.date(iso[:4] if "/" in iso else iso) if iso else None
            place = (tokens.starts[i], tokens.ends[past - 1], i, past)
            yield Value(*place, "date", literal, period=period, yearless=self._is_yearless(tokens.keys[i:past]))

    def _places(self, keys: Keys, figures: Sequence[int]) -> list[int]:
        """Where a date may begin: at figures, and at words that one begins with, if it may go on so."""
        openings, found = self.openings, set(figures)
        for i in [i for i, key in enumerate(keys) if key in openings]:
            behind = openings[keys[i]]
            if "" in behind or (i + 1 < len(keys) and keys[i + 1] in behind):
                found.add(i)
        return sorted(found)

    def is_quarter(self, tokens: Tokens, i: int, issued: str) -> bool:
        """Whether a token is a quarter with its year behind it, though a thing may bear such a name ("Q2 2026")."""
        return _QUARTER.fullmatch(tokens.keys[i]) is not None and self._quarter(tokens, i, issued) is not None

    def _is_yearless(self, keys: tuple[str, ...]) -> bool:
        if not any(k in self.months or k == "/" for k in keys) or any(k in self.ago or _is_year(k) for k in keys):
            return False
        return not any(keys[n:] in self.relative for n in range(1, len(keys)))

    def _span(self, tokens: Tokens, i: int, issued: str) -> tuple[int, Period] | None:
        """A span from one date to another that begins at a token: past its last token, and its ends."""
        if (years := _short_years(tokens, i)) is not None:
            return i + 3, years
        first = self._bound(tokens, i, issued)
        if first is None:
            return None
        at = self._joined(tokens, i, first.past)
        last = self._bound(tokens, at, issued) if at else None
        if last is None or not self.moved.isdisjoint(tokens.keys[max(0, i - _MOVED) : i]):
            return None
        near = partial(self._near, tokens, i, issued)
        ends = between(first, last, near if len(issued) > 6 else _unknown)
        return (last.past, ends) if ends is not None else None

    def _joined(self, tokens: Tokens, i: int, past: int) -> int:
        """Where the last end of a span may begin, behind the words between its ends; 0 where it is none."""
        keys = tokens.keys
        if past >= len(keys):
            return 0
        if i and self.pairs.get(keys[i - 1]) == keys[past]:
            return past + 1
        return next((past + n for n in (2, 1) if keys[past : past + n] in self.joins), 0)

    def _bound(self, tokens: Tokens, i: int, issued: str) -> Bound | None:
        """An end of a span: a year, or a month with or without a day before it and a year behind it."""
        keys = tokens.keys
        if i >= len(keys):
            return None
        if _is_year(keys[i]):
            return Bound(i + 1, int(keys[i]), 0, 0)
        day = _DAY.fullmatch(keys[i]) if i + 1 < len(keys) and keys[i + 1] in self.months else None
        at = i + (day is not None)
        if keys[at] not in self.months or not tokens.text[tokens.starts[at]].isupper():
            return None
        month, behind = self.months[keys[at]], at + 1
        if day is None and behind < len(keys) and (figure := _DAY.fullmatch(keys[behind])):  # "May 5 to June 3, 2024"
            day, behind = figure, behind + 1
            behind += behind + 1 < len(keys) and keys[behind] == "," and _is_year(keys[behind + 1])
        year, past = self._year_behind(tokens, behind, issued)
        return Bound(past, year or 0, month, int(day[1]) if day is not None else 0)

    def _at(self, tokens: Tokens, i: int, issued: str) -> tuple[int, str] | None:
        """A date at a token: past its last token, and the ISO form (empty where only the words are known).

        Words for a part of a year may stand before it ("early 2026", "akhir tahun ini"): they are kept, the date is
        that of the rest.
        """
        if tokens.keys[i] not in self.first_of_parts:
            return self._whole(tokens, i, issued)
        if (part := self._quarter(tokens, i, issued)) is not None:
            return part
        for first in self._behind_parts(tokens, i):
            found = self._whole(tokens, first, issued)
            if found is not None:
                return found
        return None

    def _behind_parts(self, tokens: Tokens, i: int) -> Iterator[int]:
        """Where a date may begin whose words begin at ``i``: behind one or two words for a part of a year, or there."""
        for n in self._parts(tokens, i):
            for m in (*self._parts(tokens, i + n), 0):
                if i + n + m < len(tokens.keys):
                    yield i + n + m
        yield i

    def _ends_part(self, tokens: Tokens, i: int) -> bool:
        return any(tokens.keys[max(0, i - n) : i + 1] in self.parts for n in range(3))

    def _parts(self, tokens: Tokens, i: int) -> list[int]:
        if i >= len(tokens.keys) or tokens.keys[i] not in self.first_of_parts:
            return []
        return [n for n in (3, 2, 1) if tokens.keys[i : i + n] in self.parts]

    def _whole(self, tokens: Tokens, i: int, issued: str) -> tuple[int, str] | None:
        fiscal = _FISCAL.fullmatch(tokens.keys[i]) if tokens.keys[i][0] == "f" else None
        if fiscal is not None:
            return i + 1, fiscal[1] or f"20{fiscal[2]}"
        figures = (self._numeric, self._day_month, self._month_first, self._quarter, self._year)
        for read in figures if tokens.keys[i][0].isdecimal() else (self._month_first, self._quarter):
            found = read(tokens, i, issued)
            if found is not None:
                return found
        return self._relative(tokens, i, issued)

    def _numeric(self, tokens: Tokens, i: int, issued: str) -> tuple[int, str] | None:
        if i + 1 >= len(tokens.keys) or tokens.keys[i + 1] not in "-/":
            return None
        keys = tokens.keys[i : i + 5]
        short = len(keys) > 3 and keys[1] == "/" and keys[3] == ")" and i > 0 and tokens.keys[i - 1] == "("
        if short and _is_figure(keys[0]) and _is_figure(keys[2]) and 0 < int(keys[2]) < 13:
            return (
                _checked(i + 3, near_year(issued, int(keys[2])), int(keys[2]), int(keys[0])) if issued else (i + 3, "")
            )
        if len(keys) < 5 or keys[1] != keys[3] or keys[1] not in "-/" or not all(map(_is_figure, keys[::2])):
            return None
        parts = (keys[0], keys[2], keys[4]) if len(keys[0]) == 4 else (keys[4], keys[2], keys[0])
        return _checked(i + 5, *map(int, parts))

    def _day_month(self, tokens: Tokens, i: int, issued: str) -> tuple[int, str] | None:
        keys = tokens.keys
        at = i + 1
        at += at < len(keys) and keys[at] in ("of", ".", "de")
        if at >= len(keys) or keys[at] not in self.months or (day := _DAY.fullmatch(keys[i])) is None:
            return None
        month = self.months[keys[at]]
        year, last = _year_at(tokens, at + 1)
        past = self._past(tokens, last)
        year = year or self._near(tokens, i, issued, month, ago=past > last)
        return _checked(past, year, month, int(day[1])) if year or issued else (past, "")

    def _month_first(self, tokens: Tokens, i: int, issued: str) -> tuple[int, str] | None:
        keys = tokens.keys
        if keys[i] not in self.months or not tokens.text[tokens.starts[i]].isupper():
            return None
        month, at = self.months[keys[i]], i + 1
        at += at + 1 < len(tokens.keys) and keys[at] == "." and keys[at + 1][0].isdecimal()
        day = _DAY.fullmatch(keys[at]) if at < len(tokens.keys) else None
        if day is not None:
            year, last = _year_at(tokens, at + 1 + (at + 1 < len(tokens.keys) and keys[at + 1] == ","))
            if year is None:
                last = at + 1
            year = year or self._near(tokens, i, issued, month)
            return _checked(last, year, month, int(day[1])) if year or issued else (last, "")
        year, last = self._year_behind(tokens, at, issued)
        past = self._past(tokens, last)
        if year is not None:
            return past, f"{year}-{month:02d}"
        ago = past > at or (i > 0 and keys[i - 1] in self.ago)  # "last August"
        if not (ago or (i > 0 and (keys[i - 1] in self.at or keys[i - 1] == "a"))):  # "a May announcement"
            return None
        return past, f"{self._near(tokens, i, issued, month, ago=ago)}-{month:02d}" if issued else ""

    def _past(self, tokens: Tokens, last: int) -> int:
        """Past a word behind a date that says that it is over ("Juni | lalu")."""
        return last + (last < len(tokens.keys) and tokens.keys[last] in self.ago)

    def _near(self, tokens: Tokens, i: int, issued: str, month: int, ago: bool = False) -> int:
        """The year of a month without one in a date that begins at a token: none to come behind "since", nor before a
        word that says that it is over."""
        ago = ago or (i > 0 and tokens.keys[i - 1] in self.since) or self._is_told(tokens, i)
        return int(issued[:4]) - (month > int(issued[5:7])) if ago and len(issued) > 6 else near_year(issued, month)

    def _is_told(self, tokens: Tokens, i: int) -> bool:
        """Whether a verb shortly before a date, or else behind it, tells of what is over, and none of what is to come:
        "opened a mill in March", "in March it opened", not "plans to open the mill that it opened up in March"."""
        if not self.past:
            return False
        before = self._tense(reversed(tokens.keys[max(0, i - _TOLD) : i]))
        return before > 0 or (before == 0 and self._tense(tokens.keys[i + 1 : i + _TOLD], first=True) > 0)

    def _tense(self, keys: Iterable[str], *, first: bool = False) -> int:
        """What words of one sentence tell of: 1 what is over, -1 what is to come, 0 neither; by the ``first`` verb that
        tells alone, or else by all."""
        found, behind = 0, ""
        for key in keys:
            if key in self.future and not behind[:1].isdecimal():  # "tripled to 8,000 in May"
                return -1
            if key in _STOPS or (found and first):
                break
            found, behind = found or int(key in self.past), key
        return found

    def _year_behind(self, tokens: Tokens, i: int, issued: str) -> tuple[int | None, int]:
        """The year behind a month: written out, or relative ("October last year")."""
        year, last = _year_at(tokens, i)
        relative = self._relative(tokens, i, issued) if year is None and i < len(tokens.keys) else None
        if relative is not None and len(relative[1]) == 4:
            return int(relative[1]), relative[0]
        return year, last

    def _quarter(self, tokens: Tokens, i: int, issued: str) -> tuple[int, str] | None:
        if tokens.keys[i] not in self.openings:
            return None
        short = _QUARTER.fullmatch(tokens.keys[i])
        n, part = (1, f"Q{short[1]}" if short[1] else _HALVES[int(short[2])]) if short else (0, "")
        for size in (4, 3, 2):
            if not n and tokens.keys[i : i + size] in self.quarters:
                n, part = size, self.quarters[tokens.keys[i : i + size]]
        if not n:
            return None
        at = i + n
        at += at < len(tokens.keys) and tokens.keys[at] in ("of", "tahun", "in", "-", "/")
        year, last = _year_at(tokens, at)
        if year is not None:
            return last, f"{year}-{part}"
        shift = self._relative(tokens, at, issued)
        return (shift[0], f"{shift[1]}-{part}" if shift[1] else "") if shift and len(shift[1]) == 4 else None

    def _year(self, tokens: Tokens, i: int, _: str) -> tuple[int, str] | None:
        year, last = _year_at(tokens, i)
        if year is None or (last < len(tokens.keys) and tokens.keys[last] in ("%", "km", "-")):
            ends = year is not None and tokens.keys[last] == "-" and tokens.keys[last + 1 : last + 2] in self.parts
            return (last + 2, str(year)) if ends else None  # "by 2026-end"
        return self._past(tokens, last), str(year)

    def _model_year(self, tokens: Tokens, i: int, begins: frozenset[int]) -> bool:
        """Whether a year counts the models of a name behind it: "the 2026 Acme"."""
        led = i > 0 and tokens.keys[i - 1] in ("the", "a", "new")
        return led and i + 1 in begins and _YEAR.fullmatch(tokens.keys[i]) is not None

    def _names_event(self, tokens: Tokens, i: int) -> bool:
        """Whether a year belongs to the word before it: a capitalised one that is no word of time ("CES 2025")."""
        if not _is_year(tokens.keys[i]):
            return False
        word, key = tokens.text[tokens.starts[i - 1] : tokens.ends[i - 1]], tokens.keys[i - 1]
        opens = i == 1 or not (tokens.keys[i - 2][0].isalnum() or tokens.keys[i - 2] in ",-")
        timely = key in self.at or key in self.months or (key,) in self.parts
        return word[0].isupper() and not opens and not timely

    def _relative(self, tokens: Tokens, i: int, issued: str) -> tuple[int, str] | None:
        if i >= len(tokens.keys) or tokens.keys[i] not in self.openings:
            return None
        for n in (4, 3, 2, 1):
            rule = self.relative.get(tokens.keys[i : i + n])
            if rule is not None and i + n <= len(tokens.keys):
                return i + n, shifted(issued, rule)
        dated = tokens.keys[i] in self.ago and i + 1 < len(tokens.keys)
        return self._month_first(tokens, i + 1, issued) if dated and tokens.keys[i + 1] in self.months else None


def _short_years(tokens: Tokens, i: int) -> Period | None:
    """The years of a span whose last is written short: "2021-22", "2021/22"."""
    keys = tokens.keys[i : i + 3]
    short = len(keys) == 3 and _is_year(keys[0]) and keys[1] in _SHORT and len(keys[2]) == 2 and keys[2].isdigit()
    if not short or tokens.ends[i + 2] - tokens.starts[i] != 7 or not int(keys[0][2:]) < int(keys[2]):
        return None
    apart = int(keys[2]) - int(keys[0][2:])
    return (keys[0], keys[0][:2] + keys[2]) if apart == 1 or keys[1] != "/" else None


def _is_year(key: str) -> bool:
    return len(key) == 4 and _YEAR.fullmatch(key) is not None


def _is_figure(key: str) -> bool:
    return key.isdecimal() and len(key) <= _DIGITS


def _year_at(tokens: Tokens, i: int) -> tuple[int | None, int]:
    if i < len(tokens.keys) and _is_year(tokens.keys[i]):
        return int(tokens.keys[i]), i + 1
    return None, i


def _unknown(_month: int) -> int:
    return 0


def _checked(last: int, year: int, month: int, day: int) -> tuple[int, str] | None:
    try:
        return last, date(year, month, day).isoformat()
    except ValueError:
        return None


@lru_cache(maxsize=16)
def _calendar(language: Language) -> Calendar:
    months = {k: int(n) for k, n in language.table("time", "months").items()}
    return Calendar(
        {k.casefold(): n for k, n in months.items()},
        {key_of(k): str(v) for k, v in language.table("time", "relative").items()},
        {
            **{key_of(k): f"Q{v}" for k, v in language.table("time", "quarters").items()},
            **{key_of(k): str(v) for k, v in language.table("time", "spans").items()},
        },
        language.words("time", "parts"),
        language.single("time", "at"),
        language.single("time", "since"),
        language.single("time", "ago"),
        language.single("time", "past"),
        frozenset(
            k[0] for kind in ("planned", "planned_before") for k in language.words("status", kind) if len(k) == 1
        ),
        language.words("time", "joins"),
        {str(k): str(v) for k, v in language.table("time", "pairs").items()},
        language.single("time", "moved"),
    )
