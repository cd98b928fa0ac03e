"""Short forms that a text introduces itself: "Acme Motor Works (AMW)" makes every later AMW the same."""

from __future__ import annotations

from collections.abc import Container, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace

from kg.text import Mention, Tokens

_FORMS = 4
"""How many tokens of legal forms may stand between a name and its short form."""
_LONGEST = 12
"""The longest short form, in letters."""
_INITIALS = 3
"""The fewest words of a name that is said by its initials without a word about it."""


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


def without_other(tokens: Tokens, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions without those of a listed short form that the text gives to another name of these very initials:
    "Acme Motor Works (AMW)" is none of Vest's."""
    other: set[str] = set()
    ends = {m.last: m for m in mentions}
    for m in mentions:
        i, word = m.first, tokens.text[m.start : m.end]
        full, size = ends.get(i - 1), len(word)
        if m.last - i == 1 and 2 < size < i and word.isupper() and tokens.keys[i - 1] == "(" and full is not None:
            spelt = "".join(tokens.text[tokens.starts[k]] for k in range(i - 1 - size, i - 1))
            if spelt == word and full.entity != m.entity and full.first <= i - 1 - size:
                other.add(word)
    return tuple(m for m in mentions if tokens.text[m.start : m.end] not in other) if other else mentions


def of_unlisted(tokens: Tokens, mentions: Iterable[Mention], legal: AbstractSet[str]) -> dict[str, str]:
    """The short forms of names of several words that nobody listed, each with the name: those in brackets behind it,
    where words of ``legal`` forms may stand between, and the initials that the text goes on to say for it."""
    new = [m for m in mentions if m.unknown]
    return _initials(tokens, new) | (_bracketed(tokens, new, legal) if "(" in tokens.keys else {})


def _initials(tokens: Tokens, mentions: Iterable[Mention]) -> dict[str, str]:
    """The names of at least three words with those of one word behind them that are their initials."""
    meant: dict[str, set[str]] = {}
    found: dict[str, str] = {}
    for mention in mentions:
        name = tokens.text[mention.start : mention.end]
        if mention.last - mention.first >= _INITIALS:
            meant.setdefault("".join(word[0] for word in name.split()), set()).add(name)
        elif len(meant.get(name, ())) == 1:
            found[name] = next(iter(meant[name]))
    return {word: name for word, name in found.items() if len(meant[word]) == 1}


def _bracketed(tokens: Tokens, mentions: Iterable[Mention], legal: AbstractSet[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for mention in mentions:
        if " " not in tokens.text[mention.start : mention.end]:
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


def parted(tokens: Tokens, mentions: tuple[Mention, ...], short: Iterable[str]) -> tuple[Mention, ...]:
    """The mentions, those that nobody listed without a name before them of which these are short forms, or the names of
    firms that titles stand before: "AMW | Ilse Berg", "Acme Motors | Ilse Berg"."""
    sizes = {name: name.count(" ") + 1 for name in sorted(short, key=len, reverse=True)}
    made = []
    for m in mentions:
        name = tokens.text[m.start : m.end] if m.unknown else ""
        i = next((m.first + n for s, n in sizes.items() if name.startswith(f"{s} ") and m.last - m.first > n + 1), 0)
        if i:
            made += [replace(m, end=tokens.ends[i - 1], last=i), replace(m, start=tokens.starts[i], first=i)]
        else:
            made.append(m)
    return tuple(made)


def led_by_firms(
    tokens: Tokens, mentions: Iterable[Mention], titles: AbstractSet[str], firms: Container[str]
) -> frozenset[str]:
    """The names of firms, by their last word one of ``firms``, and the first words of them, where a longer name behind
    a title begins with one: "Acme Motors", later "chief Acme Ilse Berg"."""
    new = [m for m in mentions if m.unknown and m.last - m.first > 1]
    longer = (m for m in new if m.last - m.first > 2 and tokens.keys[m.last - 1] not in firms)
    titled = {tokens.keys[m.first] for m in longer if tokens.keys[max(0, m.first - 1)] in titles}
    named = [m for m in new if tokens.keys[m.last - 1] in firms and tokens.keys[m.first] in titled] if titled else []
    return frozenset(tokens.text[m.start : end] for m in named for end in (tokens.ends[m.first], m.end))


def _introduced(tokens: Tokens, mentions: Iterable[Mention], taken: set[int]) -> Iterable[tuple[str, Mention]]:
    for mention in mentions:
        at = mention.last + 1
        bracketed = tokens.keys[mention.last : mention.last + 3 : 2] == ("(", ")")
        if mention.kind not in ("name", "unit") or not bracketed or at in taken:
            continue
        word = tokens.text[tokens.starts[at] : tokens.ends[at]]
        letters = {key[0] for key in tokens.keys[mention.first : mention.last]}  # "PT Acme Works Tbk (ACWK)"
        alike = word[0].isupper() and word[0].casefold() in letters and not _goes_before(tokens, mention, word)
        if alike and 1 < len(word) <= _LONGEST and word[:1].isalpha():
            yield word, mention


def _goes_before(tokens: Tokens, mention: Mention, word: str) -> bool:
    """Whether the letters behind a name are those of a longer one that it only ends: "Motor Union Norland (MUN)"."""
    first = mention.last - len(word)
    if not 0 <= first < mention.first or not word.isupper():
        return False
    return "".join(tokens.text[tokens.starts[k]] for k in range(first, mention.last)) == word
