"""Free words: a role, what a figure counts."""

from __future__ import annotations

from kg.patterns.segment import Segment

TEXT = 12
"""The longest run of free words, in tokens."""


def run_of_words(segment: Segment, first: int, last: int, leading: frozenset[str]) -> tuple[int, int]:
    """Free words around the word that was found: ``leading`` ones before it, any behind it to a comma or name."""
    nodes, limit, found, small = segment.nodes, TEXT, first, segment.grammar.small
    while first > 0 and last - first < limit and is_free(segment, first - 1) and nodes[first - 1].key in leading:
        first -= 1
    while (
        last < len(nodes)
        and last - first < limit
        and is_free(segment, last)
        and nodes[last].key not in segment.grammar.ends
    ):
        last += 1
    while last - first > 1 and nodes[last - 1].key in small and nodes[last - 1].key not in leading:
        last -= 1
    while first < found and (nodes[first].key in small or (nodes[first].key,) in segment.grammar.conjunctions):
        first += 1
    return first, last


def is_free(segment: Segment, i: int) -> bool:
    """Whether a node is a plain word, which free words may hold."""
    node = segment.nodes[i]
    return bool(node.key) and (node.key[0].isalnum() or node.key in "-&/") and i not in segment.breaks
