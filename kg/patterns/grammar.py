"""The small words of a language ready for look-up, and the nodes that they and names and values make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from kg.patterns.language import Language
from kg.patterns.notation import Keys, Words
from kg.text import Mention, Value

OWNERS = frozenset({"possessor", "owner"})
"""The kinds of mention that only say whose something is."""
NAMELESS = OWNERS | {"demonym"}
"""The kinds of mention that stand beside a name, and are none."""
BRACKETS = {"(": ")", "[": "]"}
CLOSERS = frozenset({";", ":"})
"""The signs that end a clause."""


class Node(NamedTuple):
    """A word (``key``), a name or a value, with its offsets in the text."""

    key: str
    start: int
    end: int
    mention: Mention | None = None
    value: Value | None = None


node_of = partial(tuple.__new__, Node)
"""A node from all of its parts: in half the time, and each word becomes one."""


@dataclass(frozen=True)
class Grammar:
    """The small words of a language, ready for look-up."""

    filler: frozenset[str]
    stop: frozenset[str]
    prepositions: frozenset[str]
    genitive: frozenset[str]
    """Those of them with which the whole or the kind of a thing begins ("of")."""
    becoming: frozenset[str]
    """The words before the new figure of a change ("fell | to")."""
    relative: frozenset[str]
    personal: frozenset[str]
    """Those of them that speak of persons ("who")."""
    clauses: frozenset[str]
    """What opens a clause within words that stand for a name: relative pronouns, and words that say whose it is."""
    singular: frozenset[str]
    """Verbs that speak of one thing ("is", not "are")."""
    plural: tuple[str, ...]
    """The endings of nouns that speak of several things ("makers"); none where a language has no such."""
    akin: frozenset[str]
    """The words for another firm that stands to one as they say ("its | partner")."""
    owned: frozenset[str]
    """The words for what somebody owns, where his name stands behind them ("kebun | Acme")."""
    described: tuple[frozenset[str], frozenset[str]]
    """The nouns before and behind the name of a kind of thing that it only describes ("table | oak", "oak | table")."""
    conjunctions: frozenset[Keys]
    closing: frozenset[Keys]
    """The conjunctions that are nothing else: behind the last name of a list they go on with what has none."""
    breaks_by_first: Mapping[str, tuple[Keys, ...]]
    possessive: frozenset[str]
    appositions: frozenset[str]
    ends: frozenset[str]
    transparent: frozenset[Keys]
    suffixes: tuple[str, ...]
    vocabulary: frozenset[str]
    noise: Mapping[str, tuple[Keys, ...]]
    """Wordings that mean nothing before another word, the longest first, by their first word."""
    ranges: frozenset[str]
    origins: frozenset[str]
    pointing: frozenset[str]
    """The words that point back and end what they stand behind: "with that plan (dengan rencana | itu) Acme builds"."""
    versions: frozenset[str]
    """The words before the name of a version ("varian | Long Range")."""
    members: frozenset[str]
    openers: frozenset[str]
    describes: frozenset[str]
    residing: frozenset[str]
    """Words that the preposition behind them belongs to, so that it is no other line's ("a maker based | in")."""
    outside: frozenset[str]
    rough: Mapping[str, tuple[Keys, ...]]
    """Wordings with a preposition before a figure that is only approximate ("more than"), by their last word."""
    articles: frozenset[str]
    unnamed: frozenset[str]
    """The words for those who say something and are not named ("sources")."""
    honorifics: frozenset[str]
    """The words before the name of a person that say nothing of him ("Mr")."""
    examples: Mapping[str, tuple[Keys, ...]]
    """Wordings that introduce members of what was just said ("such as"), the longest first, by their first word."""
    nameless: Mapping[Keys, frozenset[str]]
    """Words that stand for one whom a text has named, or leaves without a name ("the firm"), and what he may be."""
    reporting: frozenset[str]
    """Words of saying, and those with which begins what is said."""
    signs: frozenset[str] = field(init=False)
    """The signs and first words that shape a segment: brackets, what parts clauses, what introduces examples."""
    shaping: frozenset[str] = field(init=False)
    """Those, and the small words that say nothing between two parts."""
    small: frozenset[str] = field(init=False)
    """The words that say nothing at either end of free words: articles, adverbs, prepositions."""
    binding: frozenset[str] = field(init=False)
    """The words that never stand among those before a noun that describe it, however small they are."""
    determiners: frozenset[str] = field(init=False)
    """The words that say which one, or whose, the next word is."""
    joins: frozenset[str] = field(init=False)
    """The words with which conjunctions begin."""

    def __post_init__(self) -> None:
        signs = frozenset({*BRACKETS, *BRACKETS.values(), *CLOSERS, *self.breaks_by_first, *self.examples})
        object.__setattr__(self, "signs", signs)
        object.__setattr__(self, "shaping", signs | self.filler)
        object.__setattr__(self, "small", self.filler | self.prepositions)
        object.__setattr__(self, "binding", self.relative | self.prepositions)
        object.__setattr__(self, "determiners", self.articles | self.possessive)
        object.__setattr__(self, "joins", frozenset([keys[0] for keys in self.conjunctions]))

    def plain(self, key: str) -> str:
        """A word without its affix, where only that form is one of the language's pattern words ("pabriknya")."""
        if key not in self.vocabulary and key.endswith(self.suffixes):
            for suffix in self.suffixes:
                stem = key.removesuffix(suffix)
                if stem != key and stem in self.vocabulary:
                    return stem
        return key

    @classmethod
    def of(cls, language: Language) -> Grammar:
        """The grammar words of a language file."""
        return cls(
            filler=language.single("grammar", "filler"),
            stop=language.single("grammar", "stop"),
            prepositions=language.single("grammar", "prepositions"),
            becoming=language.single("quantity", "new"),
            genitive=language.single("grammar", "genitive"),
            relative=language.single("grammar", "relative"),
            personal=language.single("grammar", "personal"),
            clauses=language.single("grammar", "relative") | language.single("grammar", "belonging"),
            singular=language.single("grammar", "singular"),
            plural=tuple(sorted(language.single("grammar", "plural"))),
            akin=language.single("grammar", "akin"),
            owned=language.single("grammar", "owned"),
            described=(language.single("grammar", "described_before"), language.single("grammar", "described")),
            conjunctions=language.words("grammar", "and"),
            closing=_closing(language),
            breaks_by_first=Words(language.words("grammar", "breaks")).by_first,
            possessive=language.single("grammar", "possessive"),
            appositions=language.single("grammar", "appositions") | language.single("grammar", "relative"),
            transparent=language.words("grammar", "transparent"),
            ends=language.single("grammar", "ends"),
            suffixes=tuple(sorted(language.single("grammar", "suffixes"), key=len, reverse=True)),
            vocabulary=language.vocabulary,
            noise=Words(language.words("grammar", "noise")).by_first,
            ranges=language.single("quantity", "ranges"),
            origins=language.single("grammar", "origins"),
            pointing=language.single("grammar", "pointing"),
            versions=language.single("versions", "before"),
            members=language.single("grammar", "members"),
            openers=language.single("grammar", "openers"),
            describes=frozenset(key for keys in language.words("grammar", "describes") for key in keys),
            residing=language.single("grammar", "residing"),
            outside=language.single("grammar", "outside"),
            rough=_rough(language),
            articles=language.single("grammar", "articles"),
            unnamed=language.single("speech", "unnamed"),
            honorifics=language.single("grammar", "honorifics"),
            examples=Words(language.words("grammar", "examples")).by_first,
            nameless=_nameless(language),
            reporting=language.single("speech", "verbs") | language.single("speech", "complement"),
        )


def _nameless(language: Language) -> Mapping[Keys, frozenset[str]]:
    single = ((k, a.classes) for k, a in language.anaphora.items() if len(k) > 1 and not (a.possessive or a.plural))
    return {keys: frozenset(classes) for keys, classes in single}


def _closing(language: Language) -> frozenset[Keys]:
    other = language.single("quantity", "ranks") | language.single("grammar", "prepositions")
    return frozenset(keys for keys in language.words("grammar", "and") if other.isdisjoint(keys))


def _rough(language: Language) -> Mapping[str, tuple[Keys, ...]]:
    ends = language.single("grammar", "stop") | language.single("grammar", "prepositions")
    by_last: dict[str, tuple[Keys, ...]] = {}
    for keys in sorted(language.cue("approximate"), key=lambda k: (-len(k), k)):
        if ends.intersection(keys) and keys not in {(word,) for word in language.single("quantity", "ranges")}:
            by_last[keys[-1]] = (*by_last.get(keys[-1], ()), keys)
    return by_last
