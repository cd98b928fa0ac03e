"""The words of a language, as far as questions need them: what asks nothing, what means the same, how words are cut.

A file ``queries/words/<language>.toml`` holds them. A project without one for a language is asked in the words of its
wordings alone.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from kg import tables
from kg.errors import Place, ProjectError, raise_faults
from kg.model import Status
from kg.project import Project

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)+|\w+(?:['’]\w+)*['’]?")
_TABLES = ("before", "status", "senses")
_LISTS = ("endings", "months")
_TEXTS = ("language", "stemmer", "stop", "light", "asks", "passive", "both", "either", "numbers")
_JOINTS = ",;/&+"
"""Signs that stand for "and" or, the third of them, for "or" between two names."""
_SHORT = 4
"""Letters of a word that has too many neighbours for its spelling to be put right, unless it is a function word."""
_SHORTEST = 3
"""Letters that must be left of a word whose ending is taken off: "dia" has no ending."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or number of a question: as written, and folded (no capitals, no accents)."""

    text: str
    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """One word or phrase that a question is compared by: the tokens ``first`` to ``last`` (past the last).

    A ``light`` one tells roles apart and needs no wording to stand in.
    """

    sense: str
    first: int
    last: int
    light: bool = False


def tokens(text: str) -> tuple[Token, ...]:
    """The words and numbers of a text.

    >>> [token.key for token in tokens("Ana's Élan, 2.5 km?")]
    ["ana's", 'elan', '2.5', 'km']
    """
    found = _TOKEN.finditer(text)
    return tuple(Token(m[0], fold(m[0]), m.start(), m.end()) for m in found)


def fold(text: str) -> str:
    """A text without capitals and accents, so that "Élan" is found by "elan"."""
    plain = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(plain).casefold().replace("’", "'")


@dataclass(frozen=True)
class Language:
    """How questions are read in one language."""

    name: str
    stemmer: str = ""
    stop: frozenset[str] = frozenset()
    light: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    passive: str = ""
    both: frozenset[str] = frozenset()
    either: frozenset[str] = frozenset()
    months: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[str, ...] = ()
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    status: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    senses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def _stem(self) -> Mapping[str, str]:
        return _Stems(self.stemmer)

    @cached_property
    def phrases(self) -> Mapping[tuple[str, ...], str]:
        """The words and phrases that have a sense, by their folded tokens and by their stems."""
        found: dict[tuple[str, ...], str] = {}
        exact = [(tuple(t.key for t in tokens(text)), name) for name, texts in self.senses.items() for text in texts]
        for keys, name in exact:
            found.setdefault(keys, name)
        for keys, name in exact:
            found.setdefault(tuple(self._cut(key) for key in keys), name)
        return found

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.phrases), default=1)

    def words(self, given: tuple[Token, ...], first: int = 0, last: int | None = None) -> list[Word]:
        """What some tokens say: phrases before words, the longest first; words that ask nothing are left out."""
        found: list[Word] = []
        place, end = first, len(given) if last is None else last
        while place < end:
            taken = self._phrase(given, place, end)
            found += taken or self._single(given[place], place)
            place = taken[-1].last if taken else place + 1
        return found

    def _phrase(self, given: tuple[Token, ...], place: int, end: int) -> list[Word]:
        for length in range(min(self._longest, end - place), 0, -1):
            keys = tuple(t.key for t in given[place : place + length])
            if length == 1 and keys[0] in self.stop and keys not in self.phrases:
                return []
            sense = self.phrases.get(keys) or self.phrases.get(tuple(self._cut(key) for key in keys))
            if sense:
                light = f"={sense}" in self.light
                return [*self._voice(given[place], place), Word(f"={sense}", place, place + length, light)]
        return []

    def _single(self, token: Token, place: int) -> list[Word]:
        if token.key in self.stop:
            return []
        if token.key in self.light or token.key in self._cues:
            return [Word(token.key, place, place + 1, light=True)]
        return [*self._voice(token, place), Word(self._cut(token.key), place, place + 1)]

    def _cut(self, key: str) -> str:
        """The stem of a word; a function word has none, nor has a word whose stem would be one ("mengapa", "apa")."""
        stem = self._stem[key]
        return key if {key, stem} & self.function_words else stem

    def _voice(self, token: Token, place: int) -> list[Word]:
        """A mark of its own for a passive: its stem is that of the active, with the roles changed about."""
        passive = self.passive and token.key.startswith(self.passive) and len(token.key) > len(self.passive) + _SHORTEST
        return [Word(f"{self.passive}-", place, place, light=True)] if passive else []

    def joint(self, between: str) -> str:
        """How what stands between two values joins them: "both" or "either" of them, nothing where it does not.

        >>> Language("en", both=frozenset({"and"})).joint(" and ")
        'both'
        """
        keys = [token.key for token in tokens(between)]
        if not (set(keys) <= self.both | self.either and (keys or any(c in _JOINTS for c in between))):
            return ""
        return "either" if "/" in between or self.either.intersection(keys) else "both"

    def put_right(self, token: Token, words: Iterable[str]) -> Token:
        """A word as it was meant, where it is one of some words, or one function word, with a slip of the pen.

        Only function words may lack any letter: what is one letter short of a word of the matter may be another word.
        """
        meant = {word for word in self.function_words if _slipped(token.key, word)}
        meant |= {word for word in words if len(word) > _SHORT and _slipped(token.key, word, doubles=True)}
        return replace(token, key=meant.pop()) if len(meant) == 1 else token

    @cached_property
    def function_words(self) -> frozenset[str]:
        """The words that ask, tell roles apart or ask nothing."""
        return self.stop | self.light | self.asks | self._cues

    @cached_property
    def _cues(self) -> frozenset[str]:
        return frozenset(t.key for texts in self.before.values() for text in texts for t in tokens(text))

    def bare(self, key: str) -> Iterable[str]:
        """A folded word, and the same without each ending that it has."""
        yield key
        for ending in self.endings:
            if key.endswith(ending) and len(key) - len(ending) >= _SHORTEST:
                yield key.removesuffix(ending)

    def is_value(self, key: str) -> bool:
        """Whether a folded word is a number or a month."""
        return bool(self.number(key)) or any(key in forms for forms in self.months)

    def number(self, key: str) -> str:
        """The digits of a number in digits or words, or nothing."""
        if re.fullmatch(r"\d+(\.\d+)?", key):
            return key
        if re.fullmatch(r"\d{1,3}([.,]\d{3})+", key):
            return re.sub(r"[.,]", "", key)
        return str(self.numbers.index(key)) if key in self.numbers else ""


def _slipped(typed: str, meant: str, doubles: bool = False) -> bool:
    """Whether two neighbouring letters of a word changed places, or one within it was left out or typed twice.

    With ``doubles`` only a letter that should stand twice may have been left out.

    Another letter in place of one is no such slip: too many words are another with one letter changed.

    >>> [_slipped(typed, "which") for typed in ("whcih", "wich", "whichh", "winch")]
    [True, True, True, False]
    """
    if len(typed) < _SHORTEST or typed == meant:
        return False
    if len(typed) == len(meant):
        swaps = (meant[:n] + meant[n + 1] + meant[n] + meant[n + 2 :] for n in range(len(meant) - 1))
        return typed in swaps
    if len(typed) + 1 == len(meant):
        inner = (n for n in range(1, len(meant) - 1) if not doubles or meant[n] == meant[n + 1])
        return any(typed == meant[:n] + meant[n + 1 :] for n in inner)
    return any(typed == meant[:n] + meant[n] + meant[n:] for n in range(len(meant)))


class _Stems(dict[str, str]):
    """Words with their stems, cut when they are first asked for."""

    def __init__(self, algorithm: str) -> None:
        super().__init__()
        self._cut = _stemmer(algorithm) if algorithm else None

    def __missing__(self, word: str) -> str:
        stem = self[word] = self._cut.stemWord(word.removesuffix("'s").strip("'")) if self._cut else word
        return stem


def _stemmer(algorithm: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    import snowballstemmer

    return snowballstemmer.stemmer(algorithm)


def load(project: Project) -> dict[str, Language]:
    """The languages of ``queries/words``, by name.

    Raises Faults for a file that is no TOML or has unknown keys, values of another type, an unknown stemmer or status.
    """
    found, errors = dict[str, Language](), list[ProjectError]()
    for path in sorted((project.queries / "words").glob("*.toml")):
        shown = f"queries/words/{path.name}"
        try:
            text = path.read_text(encoding="utf-8")
            table = tables.loads(text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            errors.append(ProjectError(f"cannot be read: {error}", Place(shown), "write it as TOML in UTF-8"))
            continue
        faults = [
            ProjectError(message, Place(shown, _line(text, key)), way) for key, message, way in _faults(path, table)
        ]
        errors += faults
        if not faults:
            found[path.stem] = _language(path.stem, table)
    raise_faults(errors)
    return found


def _line(text: str, key: str) -> int | None:
    lines = (n for n, line in enumerate(text.split("\n"), 1) if re.match(rf"\[?{re.escape(key)}\b", line))
    return next(lines, None)


def _faults(path: Path, table: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """Key, message and way out of each fault."""
    known = ", ".join((*_TEXTS, *_LISTS, *_TABLES))
    found = [(key, f"unknown key '{key}'", f"the keys: {known}") for key in sorted(set(table) - set(known.split(", ")))]
    if table.get("language") != path.stem:
        found.append(("language", f"the language is not '{path.stem}'", "name the file after its language"))
    found += [(k, f"'{k}' is no text", 'write k = "…"') for k in _TEXTS if not isinstance(table.get(k, ""), str)]
    found += [(k, f"'{k}' is no list of texts", 'write ["…", "…"]') for k in _LISTS if not _is_list(table.get(k, []))]
    for name in _TABLES:
        part = table.get(name, {})
        rows = part if isinstance(part, dict) else {"": None}
        found += [
            (key or name, f"'{key or name}' is no list of texts", 'write ["…", "…"]')
            for key, v in rows.items()
            if not _is_list(v)
        ]
    if isinstance(table.get("status"), dict):
        unknown = sorted(set(table["status"]) - set(Status))  # type: ignore[call-overload]
        found += [(key, f"no status '{key}'", f"one of {', '.join(Status)}") for key in unknown]
    if isinstance(table.get("months"), list) and len(table["months"]) != 12:  # type: ignore[arg-type]
        found.append(("months", "a year has twelve months", "write one text for each, with its short forms"))
    return found + _stemmer_faults(table.get("stemmer", ""))


def _stemmer_faults(name: object) -> list[tuple[str, str, str]]:
    if not name or not isinstance(name, str):
        return []
    import snowballstemmer

    known = snowballstemmer.algorithms()
    return [] if name in known else [("stemmer", f"no stemmer '{name}'", f"one of {', '.join(sorted(known))}")]


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _language(name: str, table: Mapping[str, object]) -> Language:
    def split(key: str) -> list[str]:
        return fold(str(table.get(key, ""))).split()

    def lists(key: str) -> dict[str, tuple[str, ...]]:
        part = table.get(key, {})
        assert isinstance(part, dict)
        return {k: tuple(v) for k, v in part.items()}

    endings, months = (table.get(key, []) for key in _LISTS)
    assert isinstance(endings, list)
    assert isinstance(months, list)
    return Language(
        name=name,
        stemmer=str(table.get("stemmer", "")),
        stop=frozenset(split("stop")),
        light=frozenset(split("light")),
        asks=frozenset(split("asks")),
        endings=tuple(fold(text) for text in endings),
        passive=str(table.get("passive", "")),
        both=frozenset(split("both")),
        either=frozenset(split("either")),
        months=tuple(tuple(fold(text).split()) for text in months),
        numbers=tuple(split("numbers")),
        before=lists("before"),
        status=lists("status"),
        senses=lists("senses"),
    )
