"""What is said right behind a name and tells of what class it is: "Acme has acquired", "Acme and Vest have signed"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.patterns.language import Language
from kg.patterns.notation import Keys
from kg.text import Tokens

_DESCRIBED = 4
"""How many other words may stand before that name."""
_LISTED = 5
"""The longest name behind a conjunction that is passed over, in tokens."""


@dataclass(frozen=True, slots=True)
class Deeds:
    """The wordings of a language, each with the class of those it is said of."""

    said: Mapping[Keys, str] = field(default_factory=dict)
    conjunctions: frozenset[str] = frozenset()
    adverbs: frozenset[str] = frozenset()
    longest: int = 0
    """The length of the longest wording, in tokens."""
    firsts: frozenset[str] = frozenset()
    """The words with which they begin."""

    @classmethod
    def of(cls, language: Language) -> Deeds:
        """Those of a language."""
        conjunctions, adverbs = language.single("grammar", "and"), language.single("grammar", "between")
        firsts = frozenset(keys[0] for keys in language.deeds)
        return cls(language.deeds, conjunctions, adverbs, max(map(len, language.deeds), default=0), firsts)

    def behind(self, tokens: Tokens, i: int) -> str:
        """The class of what a name that ends before a token names; nothing where nothing there tells it. A
        conjunction and another name may stand between."""
        keys = tokens.keys
        key = keys[i] if self.said and i < len(keys) else ""
        if key in self.conjunctions:
            i = self._past_name(tokens, i + 1)
        elif key in self.adverbs:
            i += 1
        if i >= len(keys) or keys[i] not in self.firsts:
            return ""
        found = (self.said.get(tokens.keys[i : i + n]) for n in range(self.longest, 0, -1))
        return next((iri for iri in found if iri), "")

    def _past_name(self, tokens: Tokens, i: int) -> int:
        """Past the name behind a conjunction, and what describes it ("and | the start-up Vest"); past all where none
        is."""
        first = i
        while first < min(i + _DESCRIBED, len(tokens.keys)) and not tokens.is_large(first):
            first += 1
        past = first
        while past < min(first + _LISTED, len(tokens.keys)) and tokens.is_large(past):
            past += 1
        return past if past > first else len(tokens.keys)
