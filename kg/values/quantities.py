"""Numbers with their units: "1,5 juta", "Rp 300 juta", "80kWh", "nearly 25 per cent"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from itertools import combinations

from kg.model import Literal
from kg.patterns import Language
from kg.patterns.notation import Keys
from kg.text import Tokens, Value, key_of

_GLUED = re.compile(r"(\d+(?:[.,]\d+)*)([^\W\d_]+)")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
"""A number that parts three digits by the sign of decimals: nobody counts things or money so finely."""
_REACH = 3
"""How many tokens before a number an approximating word may stand."""
UNMEASURED = "other"
"""The dimension of units that no property measures: a figure with one of them is no count either ("27 years")."""
_LARGE = 1000
"""From here on a number in words needs no magnitude behind it."""
_GROUP = 3
"""How many digits signs or spaces part in a number."""
_GROUPS = 2
"""The most groups behind spaces: more are a row of a table."""
_LARGEST = Decimal(10) ** 18
"""Numbers from here on are no quantities but names of things, and more than a store can reckon with."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its code, its dimension, the first unit of that dimension, and the factor to it."""

    code: str
    dimension: str
    base: str
    factor: Decimal


@dataclass(frozen=True)
class Measures:
    """How a language writes numbers and units."""

    decimal: str
    magnitudes: Mapping[Keys, Decimal]
    units: Mapping[Keys, Unit]
    before: Mapping[Keys, Unit]
    approximate: frozenset[Keys]
    changes: frozenset[Keys] = frozenset()
    """The words right before an amount that make it a change: "by $500"."""
    changes_after: frozenset[Keys] = frozenset()
    labels: frozenset[str] = frozenset()
    """The words right behind an amount that make it a change or a rate: "$500 less", "Rp 200 ribu per bulan"."""
    signs: frozenset[str] = frozenset()
    """The signs of currency as they are written: those of several parts are taken only so ("A$", not "a $")."""
    ranges: frozenset[str] = frozenset()
    """The words and signs that stand between the ends of a range."""
    words: Mapping[str, Decimal] = field(default_factory=dict)
    """Numbers in words: they count where a magnitude follows ("two million"), or where they are one ("sejuta")."""
    firsts: frozenset[str] = field(init=False)
    """The words with which magnitudes and units begin."""
    ends_before: frozenset[str] = field(init=False)
    """The last words of units that stand before their figure."""
    roughly: frozenset[str] = field(init=False)
    """The words of which those consist that say of a number that it is not exact."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "firsts", frozenset([keys[0] for keys in (*self.magnitudes, *self.units)]))
        object.__setattr__(self, "ends_before", frozenset([keys[-1] for keys in self.before]))
        object.__setattr__(self, "roughly", frozenset([key for keys in self.approximate for key in keys]))

    @classmethod
    def of(cls, language: Language) -> Measures:
        """The measures of a language, made once."""
        return _measures(language)

    def quantities(self, tokens: Tokens, figures: Sequence[int], taken: frozenset[int] | set[int]) -> Iterator[Value]:
        """The quantities of a text, left to right, outside the tokens that are taken; ``figures`` are those that begin
        with a digit."""
        past, found = 0, list[Value]()
        words = self.words
        worded = [i for i, key in enumerate(tokens.keys) if key in words]
        starts = sorted({*figures, *worded}) if worded else figures
        for i in [i for i in starts if i not in taken]:
            value = self._at(tokens, i, taken) if i >= past else None
            if value is not None:
                past = value.last
                if found and value.first - found[-1].last == 1 and tokens.keys[value.first - 1] in self.ranges:
                    one = found[-1]  # a currency stands before both ends, another unit behind them
                    found[-1] = self._shared(tokens, one, value)
                    value = self._shared(tokens, value, one) if one.kind == "money" else value
                    value = replace(value, approximate=one.approximate)
                found.append(value)
        yield from found

    def _shared(self, tokens: Tokens, one: Value, other: Value) -> Value:
        """One end of a range with the unit and magnitude that only the other end has: "60 to 80 kWh", "Rp 2-3 juta"."""
        mine, theirs = self._digits(tokens, one), self._digits(tokens, other)
        if one.literal is None or other.literal is None or not mine or not theirs:
            return one
        bare = one.kind == "count" and other.kind != "count"
        scale = Decimal(other.literal.lexical) / theirs
        if not (bare or (one.kind == "money" and Decimal(one.literal.lexical) == mine and scale > 1)):
            return one
        unit, kind = (other.unit, other.kind) if bare else (one.unit, one.kind)
        scale = scale if Decimal(one.literal.lexical) == mine else Decimal(one.literal.lexical) / mine
        written = (Literal.decimal(_plain(mine)), other.written[1]) if bare and other.written else one.written
        return replace(one, kind=kind, unit=unit, literal=Literal.decimal(_plain(mine * scale)), written=written)

    def _digits(self, tokens: Tokens, value: Value) -> Decimal | None:
        keys = (k for k in tokens.keys[value.first : value.last] if k[0].isdecimal())
        glued = _GLUED.fullmatch(key := next(keys, ""))
        return self.number(glued[1] if glued else key) if key else None

    def _at(self, tokens: Tokens, i: int, taken: frozenset[int] | set[int]) -> Value | None:
        key = tokens.keys[i]
        glued = None if key.isdecimal() else _GLUED.fullmatch(key)
        last, unit = i + 1 + _spaced(tokens, i, taken), None
        digits = glued[1] if glued else "".join(tokens.keys[i:last])
        number = self.number(digits) if digits[0].isdecimal() else self._worded(tokens, i)
        if number is None:
            return None
        if glued:
            sizes = (3, 2, 1) if tokens.keys[last : last + 1] == ("/",) else ()
            more = next((n for n in sizes if (glued[2], *tokens.keys[last : last + n]) in self.units), 0)
            unit, last = self.units.get((glued[2], *tokens.keys[last : last + more])), last + more  # "160km/h"
            if unit is None and (glued[2],) not in self.magnitudes:
                return None
            number *= self.magnitudes.get((glued[2],), Decimal(1))
        dash = _dash_at(tokens, last)  # "a 6.2-million-euro grant"
        size = self._longest(tokens, last + dash, self.magnitudes)
        if size:
            number, last = number * self.magnitudes[size], last + dash + len(size)
        first, currency = self._currency(tokens, i)
        if unit is None:
            dash = _dash_at(tokens, last)
            words = self._longest(tokens, last + dash, self.units)
            if words and not (currency and self.units[words].dimension != "money"):
                unit, last = self.units[words], last + dash + len(words)
        unit = currency or unit
        number = number if size else _whole(number, digits, unit)
        if number >= _LARGEST:
            return None
        if not taken.isdisjoint(range(first, last)) or tokens.keys[max(0, first - 2) : first] == ("0", "-"):
            return None  # "0-100 km/h" is how something speeds up, not how fast it is
        if unit is None and _ends_name(tokens, first):
            return None
        return self._value(tokens, first, last, number, unit)

    def _worded(self, tokens: Tokens, i: int) -> Decimal | None:
        """A number in words; None where it counts nothing by itself ("one of them", not "two per cent")."""
        number = self.words[tokens.keys[i]]
        unit = self.units.get(self._longest(tokens, i + 1, self.units))
        share = unit is not None and unit.dimension == "percent"
        return number if number >= _LARGE or share or self._longest(tokens, i + 1, self.magnitudes) else None

    def _currency(self, tokens: Tokens, i: int) -> tuple[int, Unit | None]:
        if not i or tokens.keys[i - 1] not in self.ends_before:
            return i, None
        for n in (3, 2, 1):
            unit = self.before.get(tokens.keys[max(0, i - n) : i]) if i >= n else None
            if unit is not None and (n == 1 or tokens.text[tokens.starts[i - n] : tokens.ends[i - 1]] in self.signs):
                return i - n, unit
        return i, None

    def _longest(self, tokens: Tokens, at: int, table: Mapping[Keys, object]) -> Keys:
        """The longest magnitude or unit of a table that stands at a token."""
        if at >= len(tokens.keys) or tokens.keys[at] not in self.firsts:
            return ()
        return next((k for n in (4, 3, 2, 1) if len(k := tokens.keys[at : at + n]) == n and k in table), ())

    def _value(self, tokens: Tokens, first: int, last: int, number: Decimal, unit: Unit | None) -> Value:
        kind = unit.dimension if unit else "count"
        kind = "" if kind == UNMEASURED else kind
        if kind == "count" and first and tokens.keys[first - 1] in self.labels:
            kind = ""  # "class 8" counts nothing
        if kind in ("money", "length") and (self._is_change(tokens, first) or self._is_changed(tokens, last)):
            kind = "change"  # by how much a figure rose is not the figure, nor how far away a place lies
        amount = number * unit.factor if unit else number
        words = tokens.keys[max(0, first - _REACH) : first]
        spans = combinations(range(len(words) + 1), 2) if not self.roughly.isdisjoint(words) else ()
        rough = any(words[a:b] in self.approximate for a, b in spans)
        lexical = _plain(amount)
        code = (unit.code if kind == "money" else unit.base) if unit else ""
        span = (tokens.starts[first], tokens.ends[last - 1], first, last)
        converted = unit is not None and kind != "money" and unit.code != unit.base
        written = (Literal.decimal(_plain(number)), unit.code) if unit is not None and converted else None
        return Value(*span, kind, Literal.decimal(lexical), code, rough, written=written)

    def _is_changed(self, tokens: Tokens, last: int) -> bool:
        """Whether the words behind a figure say that it is a change or a rate."""
        return any(tokens.keys[last : last + n] in self.changes_after for n in (1, 2))

    def _is_change(self, tokens: Tokens, first: int) -> bool:
        """Whether the words before a figure say by how much something differs ("cheaper by", "lebih murah sekitar")."""
        rough = tokens.keys[max(0, first - 1) : first] in self.approximate
        ends = (first, first - 1) if rough else (first,)
        return any(tokens.keys[max(0, end - n) : end] in self.changes for end in ends for n in (1, 2))

    def number(self, digits: str) -> Decimal | None:
        """A number as the language writes it: which of ``.`` and ``,`` parts its decimals; None for what is none.

        Of two signs the last parts the decimals. One sign that is followed by other than three digits does so too,
        whatever the language says; the same sign twice parts thousands, else it is a version or a date ("2.0.1").

        >>> english = Measures(".", {}, {}, {}, frozenset())
        >>> [str(english.number(n)) for n in ("1,500", "1.5", "1,5", "1.500,5", "2.0.1")]
        ['1500', '1.5', '1.5', '1500.5', 'None']
        """
        if digits.isdecimal():
            return Decimal(digits)
        signs, groups, decimals = re.findall("[.,]", digits), re.split("[.,]", digits), ""
        if len(set(signs)) == 2 or (len(signs) == 1 and not self._parts_thousands(signs[0], groups)):
            decimals = groups.pop()
            if signs.count(signs[-1]) > 1:
                return None
        if not digits.replace(".", "").replace(",", "").isdecimal() or any(len(g) != 3 for g in groups[1:]):
            return None
        return Decimal(".".join(filter(None, ("".join(groups), decimals))))

    def _parts_thousands(self, sign: str, groups: Sequence[str]) -> bool:
        return sign != self.decimal and len(groups[1]) == 3 and len(groups[0]) <= 3 and groups[0] != "0"


def _whole(number: Decimal, digits: str, unit: Unit | None) -> Decimal:
    """The number of things or of money that a text writes with the sign of decimals before three digits: "16,635 unit"
    where the comma parts decimals."""
    exact = unit is None or unit.dimension == "money"
    return Decimal(re.sub("[.,]", "", digits)) if exact and _THOUSANDS.fullmatch(digits) else number


def _plain(number: Decimal) -> str:
    text = format(number, ".2f")
    return text.rstrip("0").rstrip(".")


def _ends_name(tokens: Tokens, i: int) -> bool:
    """Whether a hyphen ties a number to a word: that of an illness or a summit counts nothing ("Vantora-19",
    "covid-19")."""
    if i < 2 or tokens.keys[i - 1] != "-":
        return False
    glued = tokens.ends[i - 1] == tokens.starts[i] and tokens.ends[i - 2] == tokens.starts[i - 1]
    return glued and tokens.keys[i - 2].isalpha()


def _spaced(tokens: Tokens, i: int, taken: AbstractSet[int]) -> int:
    """How many groups of three digits follow a number, a space before each: "161 954"."""
    count, size = 0, tokens.ends[i] - tokens.starts[i]
    if size > _GROUP or not tokens.keys[i].isdecimal():
        return 0
    for k in range(i + 1, len(tokens.keys)):
        near = tokens.starts[k] - tokens.ends[k - 1] == 1 and tokens.ends[k] - tokens.starts[k] == _GROUP
        if not near or not tokens.keys[k].isdecimal() or k in taken:
            break
        count += 1
    return count if count <= _GROUPS else 0


def _dash_at(tokens: Tokens, i: int) -> bool:
    """Whether a hyphen stands right behind a token."""
    return i < len(tokens.keys) and tokens.keys[i] == "-" and tokens.starts[i] == tokens.ends[i - 1]


@lru_cache(maxsize=16)
def _measures(language: Language) -> Measures:
    units: dict[Keys, Unit] = {}
    before: dict[Keys, Unit] = {}
    for dimension, table in language.units.items():
        for code, entry in table.items():
            unit = Unit(code, dimension, next(iter(table)), Decimal(str(entry.get("factor", 1))))
            units.update({key_of(w): unit for w in entry.get("words", ())})
            before.update({key_of(w): unit for w in entry.get("before", ())})
    magnitudes = {key_of(w): Decimal(str(n)) for w, n in language.table("quantity", "magnitudes").items()}
    return Measures(
        language.text("quantity", "decimal", "."),
        magnitudes,
        units,
        before,
        language.cue("approximate"),
        language.words("quantity", "changes"),
        language.words("quantity", "changes_after"),
        language.single("quantity", "labels"),
        frozenset(w for table in language.units.values() for e in table.values() for w in e.get("before", ())),
        language.single("quantity", "ranges"),
        {w: Decimal(str(n)) for w, n in language.table("quantity", "numbers").items()},
    )
