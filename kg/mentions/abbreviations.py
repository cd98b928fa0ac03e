"""Short forms that a text introduces itself: "Acme Motor Works (AMW)" makes every later AMW the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kg.text import Mention, Tokens

_LONGEST = 12
"""The longest short form, in letters."""


def with_abbreviations(tokens: Tokens, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions together with those of the short forms that stand in brackets behind a name.

    A short form is one word with a capital, or a few letters, that shares its first letter with the name and is no
    listed name itself.
    """
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


def _introduced(tokens: Tokens, mentions: Iterable[Mention], taken: set[int]) -> Iterable[tuple[str, Mention]]:
    for mention in mentions:
        at = mention.last + 1
        bracketed = tokens.keys[mention.last : mention.last + 3 : 2] == ("(", ")")
        if mention.kind not in ("name", "unit") or not bracketed or at in taken:
            continue
        word = tokens.text[tokens.starts[at] : tokens.ends[at]]
        alike = word[0].isupper() and tokens.text[mention.start : mention.end].casefold()[:1] == word[0].casefold()
        if alike and 1 < len(word) <= _LONGEST and word[:1].isalpha():
            yield word, mention
