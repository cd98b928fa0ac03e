"""The names of a text by where they stand, while the words that stand for them are found."""

from __future__ import annotations

from bisect import bisect_left

from kg.text import Mention


class Known:
    """The mentions found so far, by token: those of the text, and those that words have been found to stand for."""

    def __init__(self, mentions: list[Mention]) -> None:
        self.mentions = mentions
        self.firsts = [m.first for m in mentions]
        self.made: list[Mention] = []

    def add(self, mention: Mention) -> None:
        """One more, in its place; names within its words are no longer names of their own."""
        self.made.append(mention)
        begin = bisect_left(self.firsts, mention.first)
        stop = bisect_left(self.firsts, mention.last, begin)
        self.mentions[begin:stop], self.firsts[begin:stop] = [mention], [mention.first]

    def between(self, first: int, last: int) -> list[Mention]:
        """The mentions that start among these tokens."""
        a = bisect_left(self.firsts, first)
        return self.mentions[a : bisect_left(self.firsts, last, a)]
