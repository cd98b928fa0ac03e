"""The words of a text that may stand for a name, with the place that is named within: "the South Korean firm"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from kg.patterns import Anaphor, Language
from kg.patterns.deeds import Deeds
from kg.patterns.notation import Keys, Words
from kg.text import LinkedText, Mention, Sentence, key_of

_END = ""
"""What stands for an end in the tree of such words."""
_NAME = 8
"""The longest name, in tokens, behind which a comma may open an apposition."""
_CLAUSE = 12
"""The longest relative clause within such words, in tokens ("pabrikan | yang sejak 2010 dimiliki Acme | itu")."""
_ADJECTIVES = 3
"""How many plain words may describe the noun of such words that open a sentence ("Sedan | serba listrik | ini")."""


class Phrase(NamedTuple):
    """Words that stand for a name: tokens of the whole phrase, tokens of its head, the place named within, and the one
    in which that one lies where nobody knows it ("the Oldport, Norland-based maker")."""

    first: int
    last: int
    head: tuple[int, int]
    anaphor: Anaphor
    place: str = ""
    wider: str = ""


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
        self.clauses = self.relative | language.single("grammar", "belonging")
        """What opens a clause within such words ("pabrikan | yang bermarkas di Tokyo itu", "| milik Acme itu")."""
        self.articles = language.single("grammar", "articles")
        self.determiners = language.single("grammar", "filler")
        parts = ("stop", "prepositions", "breaks")
        self.binding = frozenset().union(self.relative, *(language.single("grammar", part) for part in parts))
        self.several = language.single("grammar", "several")
        self.saying = language.single("speech", "verbs")
        self.before_clauses = self.saying | language.single("grammar", "breaks") | {","}
        self.deeds = Deeds.of(language)
        self.fixed = frozenset(_triples(language))
        """Words that say nothing of whom the middle one speaks ("makes | its | debut"): a wording of the language."""
        self.moments = frozenset(key_of(k)[-2:] for k in language.table("time", "relative"))
        """The last two words of those for a time ("tahun ini"): what ends so describes nothing."""

    def of(
        self, linked: LinkedText, sentence: Sentence, places: list[int], inner: Mapping[int, Mention]
    ) -> list[Phrase]:
        """The phrases of a sentence; ``places`` are the tokens at which one may begin, ``inner`` the names that may
        stand within one, by their first token."""
        keys, past, found = linked.tokens.keys, 0, list[Phrase]()
        for i in places:
            seconds = self.words[keys[i]]
            behind = keys[i + 1] if i + 1 < len(keys) else ""
            opens = _END in seconds or i + 1 in inner or behind in seconds or behind in self.clauses
            opens = opens or (behind.isalpha() and (i == sentence.first or keys[i - 1] in self.saying))
            opens = opens and keys[i - 1 : i + 2] not in self.fixed
            many = i > sentence.first and keys[i - 1] in self.several  # "the three | carmakers"
            phrase = self._at(linked, i, sentence.last, inner) if opens and i >= past and not many else None
            if phrase is not None:
                found.append(phrase)
                past = phrase.last
        return found

    def _at(self, linked: LinkedText, i: int, end: int, inner: Mapping[int, Mention]) -> Phrase | None:
        """The longest phrase at a token, a place within it passed over."""
        keys, at, place, wider = linked.tokens.keys, i, "", ""
        node: Any = self.words
        found = None
        clause: tuple[Any, int] | None = None
        described = False
        while at < end:
            if at > i and at in inner:
                place, wider, at = place or inner[at].entity, wider or inner[at].also, inner[at].last
                continue
            if place and keys[at] == ",":
                at += 1  # "the maker at home in Norport, Norland, …"
                continue
            if place and keys[at] == "(" and keys[at + 2 : at + 3] == (")",):
                at += 3  # "raksasa otomotif Korea Selatan (Korsel) itu"
                continue
            if at > i and keys[at] in self.clauses:
                clause = node, at
            behind = node.get(keys[at])
            if behind is None and not described:
                described = True
                node, at = clause or (node, at)
                at = self._past_description(linked, node, i, at, end)
                behind = node.get(keys[at]) if at < end else None
            if behind is None:
                break
            node = behind
            at += 1
            anaphor = node.get(_END)
            if anaphor is None or self._goes_on(linked, i, at, end, place, anaphor):
                continue
            if not anaphor.opening or _opens(linked, i) or self._acts(linked, i, at, anaphor):
                found = Phrase(i, at, self._head(linked, i, at, inner, place), anaphor, place, wider)
        return found

    def _goes_on(self, linked: LinkedText, i: int, at: int, end: int, place: str, anaphor: Anaphor) -> bool:
        """Whether words that might stand for a name say more, and then stand for none said before."""
        behind = linked.tokens.keys[at] if at < len(linked.tokens.keys) else ""
        if behind in self.genitive and (not place or _is_apposed(linked, i)):
            return True  # "the chief of Acme" says of whom
        if at < end and behind in self.compounds and not anaphor.possessive:
            return True  # "the car market" speaks of no car
        if anaphor.sole and behind in self.relative:
            return True  # "the mill that it built" is not one said before
        return anaphor.opening and behind in self.describes  # "Makers of cars" are no maker named before

    def _acts(self, linked: LinkedText, first: int, last: int, anaphor: Anaphor) -> bool:
        """Whether words open a clause, and behind them stands what those do whom they may stand for: "namun, |
        perusahaan | telah mengirim"."""
        clause = first > 0 and linked.tokens.keys[first - 1] in self.before_clauses
        return clause and self.deeds.behind(linked.tokens, last) in anaphor.classes

    def _past_description(self, linked: LinkedText, node: Mapping[str, Any], first: int, at: int, end: int) -> int:
        """The token of the words that point back ("itu") behind what says more of the noun before them: a relative
        clause that ends in a name or a year, or, of words that open a sentence or say who speaks, a few plain ones;
        ``end`` where none is."""
        keys, starts, text = linked.tokens.keys, linked.tokens.starts, linked.text
        clause = keys[at] in self.clauses
        spoken = first > 0 and keys[first - 1] in self.saying
        if at == first or not (clause or spoken or _opens(linked, first)):
            return end
        for k in range(at + 1, min(at + 1 + (_CLAUSE if clause else _ADJECTIVES), end)):
            before = keys[k - 1]
            if keys[k] in (",", ";", ":") or (not clause and (before in self.binding or not before.isalpha())):
                return end
            named = not text[starts[k - 1]].islower()
            if _END in node.get(keys[k], ()) and named == clause and (before, keys[k]) not in self.moments:
                return k
        return end

    def _head(
        self, linked: LinkedText, first: int, last: int, inner: Mapping[int, Mention], place: str
    ) -> tuple[int, int]:
        """The head of a phrase: all of it, or its last words ("the German truck maker"), or its first ("pabrikan Jepang
        itu", "pabrikan yang bermarkas di Tokyo itu"): so that the place within can be read beside it."""
        clause = next((k for k in range(first + 1, last - 1) if linked.tokens.keys[k] in self.clauses), 0)
        if clause:
            return first, next((k for k in range(first + 1, clause) if k in inner), clause)
        if not place:
            return first, last
        keys = linked.tokens.keys
        if keys[first] in self.articles or (keys[first] in self.determiners and keys[last - 1] not in self.determiners):
            behind = max(inner[k].last for k in range(first + 1, last) if k in inner)
            plain = behind < last and keys[behind].isalpha()
            return (behind if plain else last - 1), last
        return first, next(k for k in range(first + 1, last) if k in inner)


def _is_apposed(linked: LinkedText, i: int) -> bool:
    """Whether a comma and a name stand before a token: what begins there says what that one is."""
    comma = linked.tokens.keys[i - 1 : i] == (",",)
    return comma and any(m.last == i - 1 for m in linked.between(max(0, i - 1 - _NAME), i - 1))


def _triples(language: Language) -> Iterator[Keys]:
    """The words of wordings around one that says whose something is."""
    whose = {keys for keys, anaphor in language.anaphora.items() if anaphor.possessive}
    lines = (e.alternatives for p in language.patterns for e in p.elements if isinstance(e, Words))
    for keys in chain.from_iterable((*language.lists.values(), *lines)):
        yield from (keys[i - 1 : i + 2] for i in range(1, len(keys) - 1) if keys[i : i + 1] in whose)


def _opens(linked: LinkedText, i: int) -> bool:
    """Whether a token opens a sentence."""
    return linked.text[linked.tokens.starts[i]].isupper()
