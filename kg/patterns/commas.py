"""What the commas of a sentence part: appositions, relative clauses and what stands before the sentence proper."""

from __future__ import annotations

from kg.patterns.parts import past
from kg.patterns.segment import Segment

APPOSITION = 24
"""The longest apposition that is passed over, in nodes."""


def comma_before(segment: Segment, at: int) -> int | None:
    """The comma before a comma, within a clause and not too far; those between the names of a list part nothing."""
    listed, floor = segment.groups.get(at - 1), max(-1, at - APPOSITION)
    k = (listed.first if listed else at) - 1
    while k > floor:
        if k in segment.breaks:
            return None
        if segment.words[k] == ",":
            return k
        k = past(segment, k, rightwards=False)  # no comma within a bracket parts what stands around it
    return None


def clause_breaks(segment: Segment, at: int) -> bool:
    """Whether clauses part within that distance before a place."""
    return any(k in segment.breaks for k in range(at - 1, max(-1, at - APPOSITION), -1))


def is_fronted(segment: Segment, opening: int, at: int) -> bool:
    """Whether the first comma closes what a preposition begins, and a relative clause follows the second: "Apart from
    Acme, the list includes Norland, which …" speaks of Norland."""
    words, grammar = segment.words, segment.grammar
    if at + 1 >= len(words) or words[at + 1] not in grammar.relative or "," in words[:opening]:
        return False
    return not grammar.prepositions.isdisjoint(words[:2])


def is_led(segment: Segment, opening: int, at: int) -> bool:
    """Whether the words between two commas begin as an apposition or relative clause does."""
    heads = segment.words[opening + 1 : min(opening + 4, at)]
    led = not segment.grammar.appositions.isdisjoint(heads)
    return led and segment.nodes[opening + 1].mention is None
