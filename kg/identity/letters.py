"""Names down to their letters: without case, accents and script, and words down to their consonants."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

_WORD = re.compile(r"[a-z0-9]+")
_APOSTROPHES = re.compile(r"[’'`´ʼ]")
_IDEOGRAPHS = re.compile("[\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_PLUS = re.compile(r"(?<=\w)\+")
_DOTTED = re.compile(r"\b(?:\w\.){2,}")
_SOUNDS = (("ph", "f"), ("ck", "k"), ("sch", "sh"), ("tj", "c"), ("dj", "j"), ("oe", "u"), ("q", "k"), ("w", "v"))
_SOUNDS_LAST = (("c", "k"), ("z", "s"), ("y", "i"))
_SKELETON_VOWELS = re.compile(r"[aeiouh]")
_DOUBLED = re.compile(r"(.)\1+")


def is_latin(text: str) -> bool:
    """Whether the letters of a text are Latin ones, with accents or without.

    >>> is_latin("Šárka 4×4"), is_latin("Газ")
    (True, False)
    """
    return all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 or not c.isalpha() for c in text)


def has_ideographs(text: str) -> bool:
    """Whether a text has signs that stand for words: many of them sound the same."""
    return _IDEOGRAPHS.search(text) is not None


def ascii_of(text: str) -> str:
    """A text in the letters of ASCII, accents left out and other scripts transliterated, each sign of a script
    without spaces with a capital.

    >>> ascii_of("Šárka"), ascii_of("Ямал"), ascii_of("東京")
    ('Sarka', 'Yamal', 'DongJing')
    """
    return anyascii(unicodedata.normalize("NFKC", text))


def plain_words(text: str) -> tuple[str, ...]:
    """The words of a name without case, accents, script and signs; letters with full stops are one word, and a plus
    behind a word is one too, for what it stands behind is another thing.

    >>> plain_words("S.p.A. Fjörd-Werke’s №1+")
    ('spa', 'fjord', 'werkes', 'no1', 'plus')
    """
    joined = _PLUS.sub(" plus ", _DOTTED.sub(lambda m: m[0].replace(".", "") + " ", text))
    return tuple(_WORD.findall(_APOSTROPHES.sub("", ascii_of(joined)).replace("'", "").lower()))


def skeleton(word: str) -> str:
    """What spellings of one word have in common: its first letter and its consonants, each once, by their sound.

    Figures stay as they are, so that a number is never another one.

    >>> skeleton("mohammed") == skeleton("muhamad"), skeleton("soekarno") == skeleton("sukarno")
    (True, True)
    """
    for written, sound in (*_SOUNDS, *_SOUNDS_LAST):
        word = word.replace(written, sound)
    first, rest = word[:1], word[1:]
    return first + _DOUBLED.sub(lambda m: m[0] if m[1].isdigit() else m[1], _SKELETON_VOWELS.sub("", rest))
