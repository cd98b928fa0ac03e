"""The words of a text that may stand for a name, with the place that is named within: "the South Korean firm"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from kg.patterns import Anaphor, Language
from kg.text import LinkedText, Mention, Sentence

_END = ""
"""What stands for an end in the tree of such words."""
_NAME = 8
"""The longest name, in tokens, behind which a comma may open an apposition."""


class Phrase(NamedTuple):
    """Words that stand for a name: tokens of the whole phrase, tokens of its head, the place named within."""

    first: int
    last: int
    head: tuple[int, int]
    anaphor: Anaphor
    place: str = ""


class Phrases:
    """Finds such words in sentences."""

    def __init__(self, language: Language) -> None:
        self.words: dict[str, Any] = {}
        """A tree of such words: by each those that may follow, and by the empty one what ends there."""
        for keys, anaphor in language.anaphora.items():
            node = self.words
            for key in keys:
                node = node.setdefault(key, {})
            node[_END] = anaphor
        self.genitive = language.single("grammar", "genitive")
        self.compounds = language.single("grammar", "compounds")
        self.describes = frozenset(k for keys in language.words("grammar", "describes") for k in keys)
        self.relative = language.single("grammar", "relative")
        self.determiners = language.single("grammar", "filler")

    def of(
        self, linked: LinkedText, sentence: Sentence, places: list[int], inner: Mapping[int, Mention]
    ) -> list[Phrase]:
        """The phrases of a sentence; ``places`` are the tokens at which one may begin, ``inner`` the names that may
        stand within one, by their first token."""
        keys, past, found = linked.tokens.keys, 0, list[Phrase]()
        for i in places:
            seconds = self.words[keys[i]]
            opens = _END in seconds or i + 1 in inner or (i + 1 < len(keys) and keys[i + 1] in seconds)
            phrase = self._at(linked, i, sentence.last, inner) if opens and i >= past else None
            if phrase is not None:
                found.append(phrase)
                past = phrase.last
        return found

    def _at(self, linked: LinkedText, i: int, end: int, inner: Mapping[int, Mention]) -> Phrase | None:
        """The longest phrase at a token, a place within it passed over."""
        keys, at, place = linked.tokens.keys, i, ""
        node: Any = self.words
        found = None
        while at < end:
            if at > i and at in inner:
                place, at = place or inner[at].entity, inner[at].last
                continue
            if place and keys[at] == ",":
                at += 1  # "the maker at home in Norport, Norland, …"
                continue
            node = node.get(keys[at])
            if node is None:
                break
            at += 1
            anaphor = node.get(_END)
            if at < len(keys) and keys[at] in self.genitive and (not place or _is_apposed(linked, i)):
                continue  # "the chief of Acme" says of whom
            if at < end and keys[at] in self.compounds:
                continue  # "the car market" speaks of no car
            if anaphor is not None and anaphor.opening and at < len(keys) and keys[at] in self.describes:
                continue  # "Makers of cars" are no maker named before
            if anaphor is not None and (not anaphor.opening or linked.text[linked.tokens.starts[i]].isupper()):
                found = Phrase(i, at, self._head(linked, i, at, inner, place), anaphor, place)
        return found

    def _head(
        self, linked: LinkedText, first: int, last: int, inner: Mapping[int, Mention], place: str
    ) -> tuple[int, int]:
        """The head of a phrase: all of it, or its last words ("the German truck maker"), or its first ("pabrikan Jepang
        itu", "pabrikan yang bermarkas di Tokyo itu"): so that the place within can be read beside it."""
        if not place:
            return first, last
        clause = next((k for k in range(first + 1, last) if linked.tokens.keys[k] in self.relative), 0)
        if clause:
            return first, clause
        if linked.tokens.keys[first] in self.determiners:
            behind = max(inner[k].last for k in range(first + 1, last) if k in inner)
            plain = behind < last and linked.tokens.keys[behind].isalpha()
            return (behind if plain else last - 1), last
        return first, next(k for k in range(first + 1, last) if k in inner)


def _is_apposed(linked: LinkedText, i: int) -> bool:
    """Whether a comma and a name stand before a token: what begins there says what that one is."""
    comma = linked.tokens.keys[i - 1 : i] == (",",)
    return comma and any(m.last == i - 1 for m in linked.between(max(0, i - 1 - _NAME), i - 1))
