"""What a text is about so far: the name most often said, by which words without a name are understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kg.patterns.grammar import Grammar
from kg.text import LinkedText, Mention

OPENING = 2
"""How many mentions it is worth to be the first of its kind in a text: what news is about it names first."""


@dataclass(slots=True)
class _Count:
    """How often each entity of some classes was said up to a mention; where each was said first."""

    past: int = 0
    said: Counter[str] = field(default_factory=Counter)
    first: dict[str, Mention] = field(default_factory=dict)
    last: str = ""
    best: str = ""
    """The entity said most often."""


class Topics:
    """Counts the names of one text as it is read, from its beginning on."""

    def __init__(self, linked: LinkedText, grammar: Grammar) -> None:
        self.linked, self.grammar = linked, grammar
        self.counts: dict[tuple[str, ...], _Count] = {}

    def until(self, end: int, classes: tuple[str, ...], *, latest: bool = False) -> Mention | None:
        """The first mention of the entity of these classes most often said up to an offset; the first of equals.

        Names behind a preposition do not count: a sentence does not speak of them. ``latest``: nothing where another
        one was said last, as a figure is one of the thing last named.
        """
        count = self.counts.setdefault(classes, _Count())
        mentions = self.linked.mentions
        before = count.past
        while count.past < len(mentions) and mentions[count.past].end <= end:
            self._add(count, mentions[count.past], classes)
            count.past += 1
        if count.past > before and count.said:
            count.best = count.said.most_common(1)[0][0]
        if not count.best or (latest and count.last != count.best):
            return None
        return count.first[count.best]

    def _add(self, count: _Count, mention: Mention, classes: tuple[str, ...]) -> None:
        counted = mention.kind in ("name", "new", "unit", "anaphor") and mention.entity
        if not counted or mention.classes.isdisjoint(classes):
            return
        opening = OPENING if not count.first else 0
        count.first.setdefault(mention.entity, mention)
        count.last = mention.entity
        if opening or self.is_free(mention):
            count.said[mention.entity] += opening + self.is_free(mention)

    def is_free(self, mention: Mention) -> bool:
        """Whether no preposition stands before a name, small words between."""
        keys, i = self.linked.tokens.keys, mention.first - 1
        while i >= 0 and keys[i] in self.grammar.filler:
            i -= 1
        return i < 0 or keys[i] not in self.grammar.prepositions
