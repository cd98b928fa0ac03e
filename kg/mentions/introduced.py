"""Which name a noun brought in ("Acme, a joint venture" says whom "the venture" means later), and what a comma adds."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from kg.mentions.known import Known
from kg.mentions.phrases import Phrase
from kg.text import LinkedText, Mention

APPOSITION = 8
"""How many tokens an apposition may have up to its noun ("Acme, the Oslo-based timber | venture")."""
NAME = 6
"""The longest name, in tokens, that such words stand beside."""
FAR = 1000
"""How many tokens back the noun is looked for."""
DESCRIBED = 4
"""How many tokens behind the word that brings in something new its noun may stand ("a | cheap round oak | table")."""


def introduced(linked: LinkedText, known: Known, noun: int, articles: frozenset[str]) -> list[Mention]:
    """The names that stood beside the noun at a token before it: right behind it, or before a comma, an article and
    what describes."""
    keys, found = linked.tokens.keys, list[Mention]()
    at = _next(keys, noun, max(0, noun - FAR))
    while at < noun:
        opening = _opening(keys, at, articles)
        found += known.between(at + 1, at + 2)
        if opening is not None:
            found += (m for m in known.between(max(0, opening - NAME), opening) if m.last == opening)
        at = _next(keys, noun, at + 1)
    return found


def nameless(
    keys: Sequence[str], known: Known, span: tuple[int, int], opening: AbstractSet[str], nouns: AbstractSet[str]
) -> int:
    """The first noun among these tokens by which something is brought in that no name stands beside ("a table"), or
    -1."""
    first, last = span
    for i in range(first, last):
        if keys[i] not in opening:
            continue
        for k in range(i + 1, min(i + 1 + DESCRIBED, last)):
            if keys[k] in nouns:
                goes_on = k + 1 < last and (keys[k + 1] in nouns or keys[k + 1] == "-")
                if not goes_on and not known.between(i, k + 2):
                    return k
            elif not keys[k].isalnum() and keys[k] != "-":
                break
    return -1


def _next(keys: tuple[str, ...], noun: int, first: int) -> int:
    """The next token from one on that is the same noun."""
    return keys.index(keys[noun], first, noun + 1)


def _opening(keys: Sequence[str], i: int, articles: frozenset[str]) -> int | None:
    """The comma before an article that opens the apposition in which a token stands, nothing but words between."""
    for k in range(i - 1, max(-1, i - APPOSITION), -1):
        if keys[k] == ",":
            return k if keys[k + 1] in articles else None
        if not keys[k][0].isalnum() and keys[k] != "-":
            return None
    return None


def apposed(linked: LinkedText, mention: Mention, phrase: Phrase, prepositions: frozenset[str]) -> bool:
    """Whether words stand behind a preposition in what a comma adds to a name: "Acme, the arm of the group, …" speaks
    of another group."""
    between = linked.tokens.keys[mention.last : phrase.first]
    if phrase.anaphor.possessive or len(between) < 2 or between[0] != ",":
        return False
    return between[-1] in prepositions and not {",", ";", ":", "."}.intersection(between[1:])
