"""Two names side by side: in what they differ, and how much it says that they do in nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from kg.identity.letters import ascii_of, has_ideographs, is_latin, plain_words, skeleton
from kg.identity.wording import Wording

_DIGITS = re.compile(r"\d+")
_SHORT_FORM = range(2, 7)
"""How many letters a short form of initials has."""
_ONE_SLIP, _TWO_SLIPS = 6, 9
"""From how many letters on a word may differ in one letter, and in two: "iron" and "icon" are two words."""
_FAMILY_NAME = 3
"""The fewest letters of the word that two names share where another is but an initial."""


@dataclass(frozen=True, slots=True)
class Form:
    """A name, ready to be set beside others: ``plain`` are all its words, ``words`` those that count, in the words
    that stand for each; ``laws`` the laws of its legal forms; ``heads`` the letters its short forms are made of."""

    text: str
    plain: tuple[str, ...]
    words: tuple[str, ...]
    bare: tuple[str, ...]
    """``words`` before they were translated."""
    joined: str
    """``words`` without spaces."""
    signs: str
    """For a name in another script, what of it is not read as known words, as it is written."""
    laws: frozenset[str]
    heads: tuple[str, ...]
    figures: tuple[str, ...]
    doubtful: bool = False
    """Whether others have the name too, so that it needs its context ("Atlas")."""

    @property
    def is_short(self) -> bool:
        """Whether it may be a short form: one word of a few capitals."""
        return len(self.text) in _SHORT_FORM and self.text.isalpha() and self.text.isupper()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two names are alike, in words, and what it weighs between 0 and 1."""

    words: str
    weight: float


# What likeness of names weighs. Those of half and more are the same name, written another way, and may be proposed
# with nothing beside them; the others need more than the names. Measured on tests/suites/identity.toml.
ALIKE = Likeness("the same name", 0.62)
_LEGAL = Likeness("the same name but for its legal form", 0.62)
_ORDER = Likeness("the same words in another order", 0.56)
_SPACING = Likeness("the same letters, spaced in another way", 0.6)
_SCRIPT = Likeness("the same name in another script", 0.58)
_SOUND = Likeness("a name in another script that sounds the same", 0.42)
_TRANSLATED = Likeness("the same name but for words that say the same", 0.58)
_SPELLED = Likeness("nearly the same spelling", 0.45)
_INITIALS = Likeness("one is made of the other's initials", 0.42)
_TWO_INITIALS = Likeness("one is made of the other's two initials", 0.3)
_SOUND_INITIALS = Likeness("one is made of the other's first sounds", 0.3)
_INITIAL = Likeness("the same name with initials in place of words", 0.4)
_LOOSE = Likeness("the same name but for words it may be said without", 0.35)
_MIDDLE = Likeness("the same first and last words", 0.35)


def form_of(text: str, wording: Wording, *, doubtful: bool = False) -> Form:
    """A name as :func:`likeness` and the blocks need it."""
    spaced, signs = _spaced(text, wording)
    plain = plain_words(spaced)
    stripped, laws = _without_legal(plain, wording)
    bare = tuple(w for w in stripped if w not in wording.silent) or stripped
    words = tuple(wording.same.get(w, w) for w in bare)
    figures = tuple(sorted(n for word in words for n in _DIGITS.findall(word)))
    heads = tuple(_heads(spaced, (stripped, bare)))
    return Form(text, plain, words, bare, "".join(words), signs, laws, heads, figures, doubtful)


def _spaced(text: str, wording: Wording) -> tuple[str, str]:
    """A name in which the known words of other scripts stand by themselves, in Latin letters; and what is left."""
    if is_latin(text):
        return text, ""
    rest = text
    for word, read in wording.unspaced.items():
        text, rest = text.replace(word, f" {read} "), rest.replace(word, " ")
    return text, " ".join(rest.casefold().split())


def _without_legal(plain: tuple[str, ...], wording: Wording) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words without legal forms at either end, and the laws of those; a name that is nothing else stays whole."""
    words, laws = plain, set()
    found = True
    while found:  # several may stand at either end: "PT Acme Works (Persero) Tbk"
        found = False
        for size in range(min(wording.longest_legal, len(words) - 1), 0, -1):
            for form, rest in ((words[:size], words[size:]), (words[-size:], words[:-size])):
                if form in wording.legal and not found:
                    laws.add(wording.legal[form])
                    words, found = rest, True
    return words, frozenset(laws - {""})


def _heads(spaced: str, names: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    """The short forms that a name may have: of all its words, of those that count, of the signs of its script."""
    made = {"".join(w[0] for w in words) for words in names if len(words) > 1}
    if has_ideographs(spaced):
        made = {"".join(c for c in ascii_of(spaced) if c.isupper()).lower()}
    yield from sorted(m for m in made if len(m) in _SHORT_FORM and m.isalpha())


def likeness(one: Form, other: Form, wording: Wording, *, full: bool = False) -> Likeness | None:
    """How two names are alike, or None when they are not.

    Words that only one of them has, figures and single letters keep two names apart, unless they are legal forms or
    words of no weight: "Acme 4" is not "Acme 5", and "Acme Norland" not "Acme". Only in ``full`` names, such as those
    of people, may initials stand for words, and words between the first and the last be left out.
    """
    if one.is_short is not other.is_short:
        short, long = (one, other) if one.is_short else (other, one)
        if short.text.lower() in long.heads:
            return _short_form(short, long)
    if not one.words or not other.words or one.figures != other.figures:
        return None
    if one.signs and other.signs and one.signs != other.signs:
        return None  # in one script what is written differently is different, however it sounds
    found = _same(one, other)
    if found is not None or has_ideographs(one.signs + other.signs):
        return found
    return _full(one.words, other.words) if full else _near(one.words, other.words, wording)


def _short_form(short: Form, long: Form) -> Likeness:
    if has_ideographs(long.text):
        return _SOUND_INITIALS
    return _INITIALS if len(short.text) > 2 else _TWO_INITIALS


def _same(one: Form, other: Form) -> Likeness | None:
    if one.joined != other.joined:
        return _ORDER if sorted(one.words) == sorted(other.words) else None
    if bool(one.signs) is not bool(other.signs):
        return _SOUND if has_ideographs(one.signs + other.signs) else _SCRIPT
    if one.words != other.words:
        return _SPACING
    if one.bare != other.bare:
        return _TRANSLATED
    return ALIKE if one.plain == other.plain else _LEGAL


def _near(one: tuple[str, ...], other: tuple[str, ...], wording: Wording) -> Likeness | None:
    if len(one) == len(other):
        return _SPELLED if all(spelled_alike(a, b) for a, b in zip(one, other, strict=True)) else None
    short, long = sorted((one, other), key=len)
    loose = [w for w in long if w not in short]
    fits = tuple(w for w in long if w in short) == short and wording.loose.issuperset(loose)
    return _LOOSE if fits else None


def _full(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness | None:
    """How two names of people and the like are alike: their last words are one, the others as far as they are given."""
    short, long = sorted((one, other), key=len)
    if not spelled_alike(short[-1], long[-1]) or len(short[-1]) < _FAMILY_NAME or len(short) < 2:
        return None
    if len(short) == len(long):
        pairs = list(zip(short, long, strict=True))
        if all(spelled_alike(a, b) for a, b in pairs):
            return _SPELLED
        return _INITIAL if short[-1] == long[-1] and all(_initial(a, b) for a, b in pairs) else None
    if short[-1] != long[-1] or not _initial(short[0], long[0]) or not _within(short[1:], long[1:]):
        return None
    return _MIDDLE if short[0] == long[0] else _INITIAL


def _initial(one: str, other: str) -> bool:
    return one == other or (1 in (len(one), len(other)) and one[0] == other[0])


def spelled_alike(one: str, other: str) -> bool:
    """Whether two words are one but for a slip of the pen, or but for their vowels and double letters.

    >>> spelled_alike("volkswagen", "volkswagon"), spelled_alike("mohammed", "muhamad"), spelled_alike("iron", "icon")
    (True, True, False)
    """
    if one == other:
        return True
    shortest = min(len(one), len(other))
    slips = (shortest >= _ONE_SLIP) + (shortest >= _TWO_SLIPS)
    if not slips or one[0] != other[0] or any(c.isdigit() for c in one + other):
        return False
    distance = int(OSA.distance(one, other))
    return distance <= slips or (skeleton(one) == skeleton(other) and distance <= shortest // 2)


def _within(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    rest = iter(long)
    return all(word in rest for word in short)


def longer_by(one: Form, other: Form) -> tuple[str, ...]:
    """The words that one of two names has beyond all of the other's, as a unit or a version has; nothing if neither."""
    short, long = sorted((one.bare, other.bare), key=len)
    return tuple(w for w in long if w not in short) if short and set(short) < set(long) else ()
