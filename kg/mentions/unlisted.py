"""Names that nobody listed: runs of capitalised words, found as candidates; what they are, their context must tell."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from kg.text import Mention, Sentence, Tokens, Value

_OPENERS = frozenset('“"‘«-*#')
_HEADLINE = 0.7
"""The share of capitalised words from which a line is set as a headline."""
_PART = 4
"""The longest part of a name behind a hyphen that is written small, in letters: longer ones are words."""
LONGEST = 5
"""The longest run of capitalised words taken for one name, in tokens."""


def unlisted(
    tokens: Tokens,
    sentences: tuple[Sentence, ...],
    mentions: tuple[Mention, ...],
    values: tuple[Value, ...],
    never: AbstractSet[str],
    seldom: AbstractSet[str],
    particles: AbstractSet[str] = frozenset(),
) -> Iterator[Mention]:
    """Candidates, typed by nothing yet: ``entity`` is empty and ``classes`` too.

    ``never`` are words that are capitalised for other reasons: titles, days, months; they end a name. ``seldom`` holds
    those and the words of the patterns: within a sentence they may be part of a name ("Acme Motor Works"), though not
    all of it. ``particles`` are the small words within names of persons ("van den").
    """
    taken = {i for m in mentions for i in range(m.first, m.last)}
    taken |= {i for v in values for i in range(v.first, v.last)}
    capitals, starts, past = tokens.capitals, [s.first for s in sentences], 0
    headlines = {
        n: _shouts(tokens, sentence) for n, sentence in enumerate(sentences) if sentence.last - sentence.first > 3
    }
    for i in capitals:
        if i < past or i in taken:
            continue
        number = bisect_right(starts, i) - 1
        if headlines.get(number, False):
            continue
        past = max(_run(tokens, i, sentences[number], taken, particles), i + 1)
        led = i == sentences[number].first or tokens.keys[i - 1] in _OPENERS
        for first, last in _names(tokens, i, past, seldom if led else never, particles):
            opens = first == sentences[number].first or tokens.keys[first - 1] in _OPENERS
            if all(key in seldom for key in tokens.keys[first:last]):
                continue
            if last - first > 1 or not opens:
                whole = last == past and first - i <= 1  # at most an article or title is cut off in front
                kind = "unlisted" if whole else "fragment"
                yield Mention(tokens.starts[first], tokens.ends[last - 1], first, last, "", frozenset(), kind)


def _names(
    tokens: Tokens, first: int, last: int, not_names: AbstractSet[str], particles: AbstractSet[str]
) -> Iterator[tuple[int, int]]:
    """The stretches of a capitalised run that hold none of the words that are no names ("Director | Acme Works")."""
    begin = first
    for i in range(first, last + 1):
        part = i < last and (_joins(tokens, i) or (i > begin and tokens.keys[i] in particles))
        if i == last or (not part and (tokens.keys[i] in not_names or not _is_word(tokens, i))):
            if i > begin:
                yield begin, i
            begin = i + 1


def _joins(tokens: Tokens, i: int) -> bool:
    """Whether a token is such a hyphen or the part behind it."""
    return i > 0 and (_joined(tokens, i) > 0 or (i > 1 and _joined(tokens, i - 1) > 0))


def _is_word(tokens: Tokens, i: int) -> bool:
    start = tokens.starts[i]
    return tokens.text[start].isupper() and tokens.ends[i] - start > 1


def _run(tokens: Tokens, i: int, sentence: Sentence, taken: AbstractSet[int], particles: AbstractSet[str]) -> int:
    """Past the last token of a capitalised run that starts here; ``i`` itself where there is none."""
    end = i
    while end < sentence.last and end - i < LONGEST and _is_part(tokens, end, taken):
        if end > i and tokens.starts[end] - tokens.ends[end - 1] > 1:
            break
        end += 1
        end += _joined(tokens, end)
        behind = end
        while end > i and behind < min(end + 2, sentence.last) and tokens.keys[behind] in particles:
            behind += 1
        if behind > end and behind < sentence.last and _is_part(tokens, behind, taken):
            end = behind
    return end


def _joined(tokens: Tokens, i: int) -> int:
    """How many tokens of a hyphen and a short part behind it belong to the word before them ("Jae|-|hun")."""
    if i + 1 >= len(tokens) or tokens.keys[i] != "-" or tokens.starts[i] != tokens.ends[i - 1]:
        return 0
    part, glued = tokens.keys[i + 1], tokens.starts[i + 1] == tokens.ends[i]
    small = tokens.text[tokens.starts[i + 1]].islower()
    return 2 if glued and part.isalpha() and (not small or len(part) <= _PART) else 0


def _is_part(tokens: Tokens, i: int, taken: AbstractSet[int]) -> bool:
    word = tokens.text[tokens.starts[i] : tokens.ends[i]]
    return i not in taken and word[0].isupper() and len(word) > 1


def _shouts(tokens: Tokens, sentence: Sentence) -> bool:
    """Whether most words are capitalised, as in a headline: there capitals tell nothing."""
    capitals = bisect_left(tokens.capitals, sentence.last) - bisect_left(tokens.capitals, sentence.first)
    if capitals * 2 < sentence.last - sentence.first:
        return False
    words = sum(tokens.keys[i][0].isalpha() for i in range(sentence.first, sentence.last))
    return words > 3 and capitals > _HEADLINE * words
