"""A text cut into passages: stretches of one sentence that are all within, or all outside, one quotation."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kg.frozen import quick
from kg.text import LinkedText, Quotation, Sentence

SPEECH = 4
"""The fewest words of direct speech: shorter quotations are scare quotes and names, and part nothing."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Tokens ``first`` to ``last`` (past the last) of a sentence; ``quotation`` is the index of the speech, or -1."""

    sentence: Sentence
    first: int
    last: int
    quotation: int = -1


quick(Passage)


def speeches(linked: LinkedText) -> list[Quotation]:
    """The quotations that are direct speech."""
    tokens = linked.tokens
    found = []
    for q in linked.quotations:
        words = [k for k in tokens.keys[tokens.at(q.start) : tokens.at(q.end)] if k[0].isalnum()]
        if len(words) >= SPEECH:
            found.append(q)
    return found


def going_on(linked: LinkedText, spoken: list[Quotation]) -> frozenset[int]:
    """The speeches, by their index, that no mark closes and that go on in the paragraph behind them."""
    pairs = enumerate(pairwise(spoken))
    return frozenset(
        i for i, (q, then) in pairs if q.end == q.outer_end and not linked.text[q.outer_end : then.outer_start].strip()
    )


def passages(linked: LinkedText, spoken: list[Quotation]) -> Iterator[Passage]:
    """The passages of a text, in order."""
    starts = [q.outer_start for q in spoken]

    def speech_of(token: int) -> int:
        offset = linked.tokens.starts[token]
        index = bisect_right(starts, offset) - 1
        return index if index >= 0 and offset < spoken[index].outer_end else -1

    edges, begins = sorted([edge for q in spoken for edge in (q.outer_start, q.outer_end)]), linked.tokens.starts
    for sentence in linked.sentences:
        first, inside = sentence.first, speech_of(sentence.first) if spoken else -1
        if bisect_right(edges, begins[first]) == bisect_right(edges, begins[sentence.last - 1]):
            yield Passage(sentence, first, sentence.last, inside)  # speech neither begins nor ends in most sentences
            continue
        for i in range(sentence.first + 1, sentence.last):
            now = speech_of(i)
            if now != inside:
                yield Passage(sentence, first, i, inside)
                first, inside = i, now
        yield Passage(sentence, first, sentence.last, inside)
