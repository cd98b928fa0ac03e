"""Names that nobody listed: runs of capitalised words, found as candidates; what they are, their context must tell."""

from __future__ import annotations

from collections.abc import Iterator, Set

from kg.text import Mention, Sentence, Tokens, Value

LONGEST = 5
"""The longest run of capitalised words taken for one name, in tokens."""


def unlisted(
    tokens: Tokens,
    sentences: tuple[Sentence, ...],
    mentions: tuple[Mention, ...],
    values: tuple[Value, ...],
    not_names: Set[str],
) -> Iterator[Mention]:
    """Candidates, typed by nothing yet: ``entity`` is empty and ``classes`` too.

    ``not_names`` are words that are capitalised for other reasons: titles, days, months, the first word of a sentence.
    """
    taken = {i for m in mentions for i in range(m.first, m.last)}
    taken |= {i for v in values for i in range(v.first, v.last)}
    for sentence in sentences:
        if _shouts(tokens, sentence):
            continue
        i = sentence.first
        while i < sentence.last:
            end = _run(tokens, i, sentence, taken, not_names)
            if end > i:
                yield Mention(tokens.starts[i], tokens.ends[end - 1], i, end, "", frozenset(), "unlisted")
            i = max(end, i + 1)


def _run(tokens: Tokens, i: int, sentence: Sentence, taken: Set[int], not_names: Set[str]) -> int:
    """Past the last token of a capitalised run that starts here; ``i`` itself where there is none."""
    end = i
    while end < sentence.last and end - i < LONGEST and _is_part(tokens, end, taken, not_names):
        if end > i and tokens.starts[end] - tokens.ends[end - 1] > 1:
            break
        end += 1
    opens = i == sentence.first or tokens.keys[i - 1] in ("“", '"', "‘", "«", "-", "*", "#")
    return i if opens and end - i < 2 else end


def _is_part(tokens: Tokens, i: int, taken: Set[int], not_names: Set[str]) -> bool:
    word = tokens.text[tokens.starts[i] : tokens.ends[i]]
    return i not in taken and word[0].isupper() and len(word) > 1 and tokens.keys[i] not in not_names


def _shouts(tokens: Tokens, sentence: Sentence) -> bool:
    """Whether most words are capitalised, as in a headline: there capitals tell nothing."""
    words = [tokens.text[tokens.starts[i]] for i in range(sentence.first, sentence.last) if tokens.keys[i][0].isalpha()]
    return len(words) > 3 and sum(c.isupper() for c in words) > 0.7 * len(words)
