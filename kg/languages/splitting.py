"""Sentences and quotations, with exact offsets, by a few rules and each language's abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import lru_cache

from kg.text import Quotation, Sentence, Tokens

_TERMINAL = frozenset(".!?…。！？")
_SPACED = frozenset(".!?…")
_CLOSING = frozenset("\"'”’»)]」』")
_OPENING = frozenset("\"'“‘«([„「『-–—")
_PAIRS = {"“": "”", "«": "»", "「": "」", "『": "』", "”": "”"}
_MARK = re.compile(r'["“„«「『”](?:(?<!”)|(?<!\S”)(?=\S))')
"""What opens a quotation: also the closing mark before a word, where it is set on both sides (”… said,” he added)."""
_LOW = re.compile("[“”]")
"""What closes a quotation that opens low: „…“ in one language, „…” in another."""
_CLOSED = {"“": re.compile(r'[,.?!…]"(?=\s|$)'), '"': re.compile(r"[,.?!…]”(?=\s|$)")}
"""How a mark of the other kind closes: behind the end of what was said."""
# A line this long is taken as one of a text wrapped by hand, unless the text has longer lines.
_WRAPPED = (45, 130)
LONGEST = 250
"""How many tokens a sentence has at most: what is longer is a table or a list, and is cut, because the work of reading
a sentence grows faster than its length. The longest sentences of news have about 120."""
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_LINE_END = re.compile(r"\r?\n[ \t]*")
_PLAIN_END = re.compile(r"\n[ \t]*")
"""The same for texts without carriage returns: what begins with a sure sign is looked for much faster."""


@lru_cache(maxsize=1)  # sentences and quotations of one text are looked for one after the other
def paragraphs(text: str) -> tuple[tuple[int, int], ...]:
    """The paragraphs of a text (start, end): parted by blank lines, and by line ends unless wrapped by hand.

    >>> paragraphs("Judul\\nIsi berita.")
    ((0, 5), (6, 17))
    """
    wrapped = _is_wrapped(text)
    found, start = [], 0
    for match in (_LINE_END if "\r" in text else _PLAIN_END).finditer(text):
        blank = _BLANK_LINE.match(text, match.start())
        if blank or not (wrapped and _goes_on(text, start, match)):
            found.append((start, match.start()))
            start = match.end()
    found.append((start, len(text)))
    return tuple([(a, b) for a, b in found if text[a:b].strip()])


def _is_wrapped(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    return (
        bool(lines)
        and max(map(len, lines)) <= _WRAPPED[1]
        and sum(len(x) > _WRAPPED[0] for x in lines) * 2 > len(lines)
    )


def _goes_on(text: str, start: int, end: re.Match[str]) -> bool:
    line = text[max(start, text.rfind("\n", 0, end.start()) + 1) : end.start()]
    following = text[end.end() : end.end() + 1]
    if following in "#*->" or line.startswith("#"):
        return False
    return len(line) > _WRAPPED[0] or following.islower()


def sentences(
    tokens: Tokens, abbreviations: Set[str], forms: Set[str] = frozenset(), openers: Set[str] = frozenset()
) -> tuple[Sentence, ...]:
    """The sentences of a text; ``abbreviations`` are case-folded words whose full stop ends none, but behind those that
    end names (``forms``) before a common word (``openers``): "It buys Acme Inc. Producers grow"."""
    found: list[Sentence] = []
    for number, (start, end) in enumerate(paragraphs(tokens.text)):
        first, last = tokens.at(start), tokens.at(end)
        for begin, past in _split(tokens, first, last, abbreviations, forms, openers):
            for a in range(begin, past, LONGEST):
                b = min(a + LONGEST, past)
                found.append(Sentence(tokens.starts[a], tokens.ends[b - 1], a, b, number))
    return tuple(found)


def _split(
    tokens: Tokens, first: int, last: int, abbreviations: Set[str], forms: Set[str], openers: Set[str]
) -> Iterator[tuple[int, int]]:
    begin = first
    for i in [first + n for n, key in enumerate(tokens.keys[first:last]) if key in _TERMINAL]:
        formal = i > begin and tokens.keys[i - 1] in forms and _opens(tokens, i + 1, last, openers)
        if i >= begin and (formal or _ends_here(tokens, i, last, abbreviations)):
            stop = i + 1
            while stop < last and _closes(tokens, stop):
                stop += 1
            yield begin, stop
            begin = stop
    if begin < last:
        yield begin, last


def _opens(tokens: Tokens, i: int, last: int, openers: Set[str]) -> bool:
    """Whether a large common word stands here alone: no name goes on with it."""
    alone = i + 1 < last and tokens.text[tokens.starts[i + 1]].islower()
    return alone and tokens.keys[i] in openers and tokens.text[tokens.starts[i]].isupper()


def _closes(tokens: Tokens, i: int) -> bool:
    """Whether a token still belongs to the sentence before it: a further mark, glued to what is before."""
    glued = tokens.starts[i] == tokens.ends[i - 1]
    return glued and (tokens.keys[i] in _TERMINAL or tokens.keys[i] in _CLOSING)


def _ends_here(tokens: Tokens, i: int, last: int, abbreviations: Set[str]) -> bool:
    following, stop = i + 1, tokens.keys[i] == "."
    if tokens.keys[i] not in _SPACED:
        return True
    if (
        stop
        and following < last
        and tokens.starts[following] == tokens.ends[i]
        and tokens.keys[following] not in _CLOSING
    ):
        return False
    while following < last and (tokens.keys[following] in _CLOSING or tokens.keys[following] in _OPENING):
        following += 1
    if following >= last:
        return True
    if tokens.text[tokens.starts[following]].islower():
        return False
    return not (stop and i and tokens.starts[i] == tokens.ends[i - 1] and _abbreviates(tokens, i - 1, abbreviations))


_NAME = "X"
"""The letter that is a name of its own more often than anybody's initial."""


def _abbreviates(tokens: Tokens, i: int, abbreviations: Set[str]) -> bool:
    word = tokens.text[tokens.starts[i] : tokens.ends[i]]
    if len(word) == 1 and word.isalpha():
        return (word.isupper() and word != _NAME) or _is_initial(tokens, i - 2)
    return tokens.keys[i] in abbreviations


def _is_initial(tokens: Tokens, i: int) -> bool:
    """Whether a letter and a stop stand here with a letter glued behind, as in "e.g." and "a.l."."""
    single = i >= 0 and len(tokens.keys[i]) == 1 and tokens.keys[i].isalpha() and tokens.keys[i + 1] == "."
    return single and tokens.ends[i] == tokens.starts[i + 1] and tokens.ends[i + 1] == tokens.starts[i + 2]


def quotations(text: str) -> tuple[Quotation, ...]:
    """The quotations of a text: what stands between quotation marks, within a paragraph.

    A mark that is opened and not closed in its paragraph runs to the paragraph's end, as direct speech over several
    paragraphs is set.
    """
    found: list[Quotation] = []
    for start, end in paragraphs(text):
        found += _quoted(text, start, end)
    return tuple(found)


def _closed(text: str, mark: str, start: int, end: int) -> int:
    """Where a mark is closed, or -1: straight and curved marks are often mixed (“… said," Acme added)."""
    if mark == "„":
        low = _LOW.search(text, start, end)
        return low.start() if low is not None else -1
    if mark not in '"“':
        return text.find(_PAIRS[mark], start, end)
    stop = text.find(_PAIRS.get(mark, mark), start, end)
    other = _CLOSED[mark].search(text, start, stop if stop >= 0 else end)
    if other is not None:
        return other.end() - 1
    return stop if stop >= 0 else text.find("”" if mark == '"' else '"', start, end)  # “not" in a paragraph without ”


def _quoted(text: str, start: int, end: int) -> Iterator[Quotation]:
    i = start
    while (opening := _MARK.search(text, i, end)) is not None:
        i, mark = opening.start(), opening[0]
        stop = _closed(text, mark, i + 1, end)
        inner, outer = (stop, stop + 1) if stop >= 0 else (end, end)
        if inner > i + 1:
            yield Quotation(i + 1, inner, i, outer)
        i = max(outer, i + 1)
