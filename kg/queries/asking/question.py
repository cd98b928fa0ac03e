"""A question taken apart: the names, dates and figures in it, and the words between them, in order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from kg.queries.asking.language import Language, Token, Word, tokens
from kg.queries.asking.naming import Candidates, Names

_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”“»]")
_ISO = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?![\d-])")
_YEAR = re.compile(r"[12]\d{3}")
_DAY = re.compile(r"\d{1,2}")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a question says: a word, or what stands for a value. ``text`` is how the question has it.

    ``word`` is the sense of a word; ``candidates`` are the entities that a name may stand for; ``value`` is a date, a
    number or a quoted text, and ``kinds`` the kinds of parameters that it fits.
    """

    text: str
    word: str = ""
    light: bool = False
    candidates: Candidates = ()
    value: str = ""
    kinds: frozenset[str] = frozenset()
    cue: str = ""
    """The words just before a value, folded: "since", "at least"."""
    joint: str = ""
    """How it is joined to the value before it, see :meth:`Language.joint`."""

    @property
    def is_word(self) -> bool:
        """Whether it is a word, and no name or value."""
        return bool(self.word)


def items(
    text: str,
    language: Language,
    names: Names,
    plain: Callable[[str], bool],
    spelt: Callable[[tuple[Token, ...]], tuple[Token, ...]] = tuple,
) -> tuple[Item, ...]:
    """A question as the items it consists of.

    ``plain`` tells which folded words are words of the language, ``spelt`` puts the spelling right.
    """
    given = spelt(tokens(text))
    found: list[Item] = []
    place = start = end = 0
    while place < len(given):
        length, item = _value(text, given, place, language, names, plain)
        if item:
            words = _worded(text, given, start, place, language)
            first, last = given[place], given[place + length - 1]
            joint = language.joint(text[end : first.start]) if found and not words else ""
            found += [*words, replace(item, joint=joint)]
            start, end = place + length, last.end
        place += length or 1
    return tuple(found + _worded(text, given, start, len(given), language))


def _worded(text: str, given: tuple[Token, ...], first: int, last: int, language: Language) -> list[Item]:
    return [_word(text, given, word) for word in language.words(given, first, last)]


def _word(text: str, given: tuple[Token, ...], word: Word) -> Item:
    shown = text[given[word.first].start : given[word.last - 1].end] if word.last > word.first else word.sense
    return Item(shown, word.sense, word.light)


def _value(
    text: str, given: tuple[Token, ...], place: int, language: Language, names: Names, plain: Callable[[str], bool]
) -> tuple[int, Item | None]:
    """How many tokens a name or value at a place has, and what it is; the number alone for what is passed over."""
    quoted = next((m for m in _QUOTED.finditer(text) if m.start(1) == given[place].start), None)
    length, candidates, ending = names.at(given, place, language, plain)
    if quoted:
        inside = sum(quoted.start(1) <= t.start < quoted.end(1) for t in given)
        whole = candidates if length == inside else ()
        kinds = frozenset({"text"})
        return inside, Item(quoted[1], candidates=whole, value=quoted[1], kinds=kinds)
    if length:
        shown = text[given[place].start : given[place + length - 1].end - ending]
        return length, Item(shown, candidates=candidates, value=shown)
    length, value, kinds = _date(text, given, place, language)
    if not length:
        length, value, kinds = _number(given, place, language)
    if not length:
        return 0, None
    cue = " ".join(t.key for t in given[max(0, place - 3) : place])
    shown = text[given[place].start : given[place + length - 1].end]
    return length, Item(shown, value=value, kinds=kinds, cue=cue)


_NOTHING = (0, "", frozenset[str]())


def _date(text: str, given: tuple[Token, ...], place: int, language: Language) -> tuple[int, str, frozenset[str]]:
    """Length, lexical form and kinds of a date: a day, a month or a year."""
    iso = _ISO.match(text, given[place].start)
    if iso:
        return sum(iso.start() <= t.start < iso.end() for t in given), iso[0], frozenset({"date"})
    keys = [token.key for token in given[place : place + 3]]
    day = keys[0].zfill(2) if _DAY.fullmatch(keys[0]) else ""
    rest = keys[1:] if day else keys[:2]
    month = next((n for n, forms in enumerate(language.months, 1) if rest and rest[0] in forms), 0)
    if month and len(rest) == 2 and _YEAR.fullmatch(rest[1]):
        value = f"{rest[1]}-{month:02}" + (f"-{day}" if day else "")
        return 2 + bool(day), value, frozenset({"date"})
    if _YEAR.fullmatch(keys[0]):
        return 1, keys[0], frozenset({"year", "date", "number"})
    return _NOTHING


def _number(given: tuple[Token, ...], place: int, language: Language) -> tuple[int, str, frozenset[str]]:
    key = given[place].key
    digits = language.number(key)
    if not digits or (not key[0].isdigit() and (key in language.stop or _begins_phrase(given, place, language))):
        return _NOTHING
    return 1, digits, frozenset({"number"})


def _begins_phrase(given: tuple[Token, ...], place: int, language: Language) -> bool:
    """Whether a number in words belongs to a phrase, before or behind it: "one source", "hanya satu"."""
    words = language.words(given, max(0, place - 1), min(len(given), place + 3))
    return any(w.first <= place < w.last and w.last - w.first > 1 for w in words)
