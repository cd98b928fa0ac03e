"""What a text is about so far: the name most often said, by which words without a name are understood."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from operator import attrgetter

from kg.patterns.grammar import Grammar
from kg.patterns.match import Match
from kg.patterns.segment import Segment
from kg.text import LinkedText, Mention

OPENING = 2
"""How many mentions it is worth to be the first of its kind in a text: what news is about it names first."""
BEHIND = 7
"""How many nodes behind a match another name may be what it means ("the chief of parts at Acme"), and no topic is."""
_FIRST = attrgetter("first")


@dataclass(slots=True)
class _Count:
    """How often each entity of some classes was said up to a mention; where each was said first."""

    past: int = 0
    said: Counter[str] = field(default_factory=Counter)
    first: dict[str, Mention] = field(default_factory=dict)
    last: str = ""
    best: str = ""
    """The entity said most often."""
    led: str = ""
    """The first one of the last sentence that names one, but for those behind a preposition."""
    settled: int = 0
    """The end of the sentence, in characters, up to which that one leads."""


class Topics:
    """Counts the names of one text as it is read, from its beginning on."""

    def __init__(self, linked: LinkedText, grammar: Grammar, lands: AbstractSet[str] = frozenset()) -> None:
        self.linked, self.grammar, self.lands = linked, grammar, lands
        self.counts: dict[tuple[str, ...], _Count] = {}

    def until(self, end: int, classes: tuple[str, ...], *, latest: bool = False) -> Mention | None:
        """The first mention of the entity of these classes most often said up to an offset; the first of equals.

        Names behind a preposition do not count: a sentence does not speak of them. ``latest``: nothing where another
        one was said last, as a figure is one of the thing last named, but where this one led the last sentence that
        names one: what it is compared with stands behind.
        """
        count = self.counts.setdefault(classes, _Count())
        mentions = self.linked.mentions
        before = count.past
        while count.past < len(mentions) and mentions[count.past].end <= end:
            self._add(count, mentions[count.past], classes)
            count.past += 1
        if count.past > before and count.said:
            count.best = count.said.most_common(1)[0][0]
        if not count.best or (latest and count.best not in (count.last, count.led)):
            return None
        return count.first[count.best]

    def meant(
        self, seg: Segment, match: Match, wanted: tuple[str, ...], wide: frozenset[str], *, latest: bool
    ) -> Mention | None:
        """What a match speaks of that leaves out a thing of the classes ``wanted``; nothing where the passage itself
        names another, or a new one of the classes ``wide``: it may mean that."""
        if latest and self._is_led(seg, match.anchor[0]):
            return None
        best = self.until(seg.nodes[-1].end, wanted, latest=latest)
        bound = {i for nodes in match.slots.values() for i in nodes}
        past = len(seg.nodes) if latest else match.last + BEHIND
        near = ((i, seg.nodes[i].mention) for i in seg.names if i < past and i not in bound)
        ends = {m.entity for m in (seg.nodes[i].mention for i in bound) if m is not None}
        named = {
            i: m for i, m in near if m is not None and m.entity and m.entity not in ends
        }  # "rival Acme has its own"
        spots = [i for i, m in named.items() if not m.classes.isdisjoint(wanted)]
        here = [named[i] for i in spots]
        if not here and any(m.kind == "new" and not m.classes.isdisjoint(wide) for m in named.values()):
            return None  # of a new name nobody knows how narrow its kind is
        if self._leads_unknown(seg, match):
            return None
        if here and all(m.entity == here[0].entity for m in here) and (latest or spots[0] < match.last):
            free = (m for m in here if m.kind in ("anaphor", "possessor") or self.is_free(m))
            best = next(free, best)  # the passage speaks of one such thing, or has words that stand for it
        if best is None or best.entity in ends:
            return None  # nobody is what is told of them
        return None if any(m.entity != best.entity for m in here) else best

    def _leads_unknown(self, seg: Segment, match: Match) -> bool:
        """Whether a name of which nothing is known stands before a figure, no preposition before it: it is said of
        that; not where it is the name of a version ("varian | Lite")."""
        names = (i for i in seg.names if i < match.first and not (i and seg.words[i - 1] in self.grammar.versions))
        near = (seg.nodes[i].mention for i in names)
        return any(m is not None and m.kind in ("unlisted", "coded") and self.is_free(m) for m in near)

    def _is_led(self, seg: Segment, at: int) -> bool:
        """Whether a place is the first name of the clause, no preposition before it, not that of a report: it speaks of
        the place."""
        start = seg.clause(at)[0]
        first = next((i for i in seg.names if start <= i < at), -1)
        mention = seg.nodes[first].mention if first >= 0 else None
        if mention is None or self.lands.isdisjoint(mention.classes) or not self.is_free(mention):
            return False
        return seg.words[first + 1][:1].isalpha() and not seg.is_tied(first)

    def _add(self, count: _Count, mention: Mention, classes: tuple[str, ...]) -> None:
        counted = mention.kind in ("name", "new", "unit", "anaphor") and mention.entity
        if not counted or mention.classes.isdisjoint(classes):
            return
        opening, free = OPENING if not count.first else 0, self.is_free(mention)
        count.first.setdefault(mention.entity, mention)
        count.last = mention.entity
        if mention.start >= count.settled:
            count.led, count.settled = mention.entity, self._end(mention) if free else 0
        if opening or free:
            count.said[mention.entity] += opening + free

    def _end(self, mention: Mention) -> int:
        sentences = self.linked.sentences
        return sentences[bisect_right(sentences, mention.first, key=_FIRST) - 1].end

    def is_free(self, mention: Mention) -> bool:
        """Whether no preposition stands before a name, small words between."""
        keys, i = self.linked.tokens.keys, mention.first - 1
        while i >= 0 and keys[i] in self.grammar.filler:
            i -= 1
        return i < 0 or keys[i] not in self.grammar.prepositions
