"""Short forms that a text introduces itself: "Acme Motor Works (AMW)" makes every later AMW the same."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace

from kg.text import Mention, Tokens

_FORMS = 4
"""How many tokens of legal forms may stand between a name and its short form."""
_LONGEST = 12
"""The longest short form, in letters."""


def with_abbreviations(tokens: Tokens, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions together with those of the short forms that stand in brackets behind a name.

    A short form is one word with a capital, or a few letters, that shares its first letter with the name and is no
    listed name itself.
    """
    if "(" not in tokens.keys:
        return mentions
    taken = {i for m in mentions for i in range(m.first, m.last)}
    short = dict(_introduced(tokens, mentions, taken))
    if not short:
        return mentions
    found = []
    for i in tokens.capitals:
        meant = short.get(tokens.text[tokens.starts[i] : tokens.ends[i]]) if i not in taken else None
        if meant is not None and i >= meant.last:
            found.append(replace(meant, start=tokens.starts[i], end=tokens.ends[i], first=i, last=i + 1))
    return tuple(sorted((*mentions, *found), key=lambda m: m.first))


def of_unlisted(tokens: Tokens, mentions: Iterable[Mention], legal: AbstractSet[str]) -> dict[str, str]:
    """The short forms in brackets behind names of several words that nobody listed, each with the name; words of
    ``legal`` forms may stand between."""
    found: dict[str, str] = {}
    for mention in mentions if "(" in tokens.keys else ():
        if not mention.unknown or " " not in tokens.text[mention.start : mention.end]:
            continue
        at, end = mention.last, min(mention.last + _FORMS, len(tokens.keys))
        while at < end and (tokens.keys[at] in legal or tokens.keys[at] == "."):
            at += 1
        if tokens.keys[at : at + 3 : 2] == ("(", ")"):
            word = tokens.text[tokens.starts[at + 1] : tokens.ends[at + 1]]
            name = tokens.text[mention.start : mention.end]
            if word.isupper() and word.isalpha() and 1 < len(word) <= _LONGEST and word[0] == name[0].upper():
                found[word] = name
    return found


def _introduced(tokens: Tokens, mentions: Iterable[Mention], taken: set[int]) -> Iterable[tuple[str, Mention]]:
    for mention in mentions:
        at = mention.last + 1
        bracketed = tokens.keys[mention.last : mention.last + 3 : 2] == ("(", ")")
        if mention.kind not in ("name", "unit") or not bracketed or at in taken:
            continue
        word = tokens.text[tokens.starts[at] : tokens.ends[at]]
        letters = {key[0] for key in tokens.keys[mention.first : mention.last]}  # "PT Acme Works Tbk (ACWK)"
        alike = word[0].isupper() and word[0].casefold() in letters
        if alike and 1 < len(word) <= _LONGEST and word[:1].isalpha():
            yield word, mention
