"""Figures that changed: "fell from 5,000 in 2022 to 4,000" tells of 4,000, and of 5,000 only for its own time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kg.ontology import Ontology
from kg.patterns import Language
from kg.patterns.match import Match
from kg.patterns.segment import Segment
from kg.relations.qualifiers import alike

APART = 10
"""How many nodes may stand between the old figure and the new, and between a verb of change and the old one."""
LEAD = 3
"""How many small words may stand between the word before a figure and the figure ("from | about 5,000")."""
TAIL = 4
"""How many words may stand behind a figure before its own date ("5,000 cars in 2022")."""


class Changes:
    """Tells the old figure of a change from the new one."""

    def __init__(self, language: Language, ontology: Ontology) -> None:
        self.ontology = ontology
        self.verbs = language.single("quantity", "changing")
        self.old, self.new = language.single("quantity", "old"), language.single("quantity", "new")

    def told(self, seg: Segment, matches: list[Match]) -> list[Match]:
        """The matches, those of an old figure as ones of the new: the old one is told only where its date follows."""
        if self.verbs.isdisjoint(seg.words) or self.old.isdisjoint(seg.words):
            return matches
        pairs = {i: self._new_of(seg, i, m) for m in matches if self._is_figure(m) for i in m.slots["o"]}
        if not any(pairs.values()):
            return matches
        found = [one for match in matches for one in self._of(seg, match, pairs)]
        made = {(m.slots.get("s"), m.slots.get("o")) for m in found if m.model >= 0}
        return [m for m in found if m.model >= 0 or (m.slots.get("s"), m.slots.get("o")) not in made]

    def _is_figure(self, match: Match) -> bool:
        kind = self.ontology.properties[match.pattern.property].kind
        return kind == "quantity" and bool(match.slots.get("s")) and bool(match.slots.get("o"))

    def _of(self, seg: Segment, match: Match, pairs: dict[int, int]) -> Iterator[Match]:
        figures = match.slots["o"] if self._is_figure(match) else ()
        rest = tuple(i for i in figures if not pairs.get(i))
        if len(rest) == len(figures) or rest:  # nothing old, or both as the ends of a range
            yield replace(match, slots={**match.slots, "o": rest}) if figures else match
            return
        old, new = figures[0], pairs[figures[0]]
        yield self._dated(seg, match, new) or replace(
            match, slots={**match.slots, "o": (new,)}, last=new + 1, model=old
        )
        if (before := self._dated(seg, match, old)) is not None:
            yield before

    def _new_of(self, seg: Segment, old: int, match: Match) -> int:
        """The node of the new figure behind an old one; 0 where a figure is none that changed. A match that leaves out
        the words of another ("…, Acme from 5,000 to 4,000") leaves out its verb too."""
        changes = match.model >= 0 or not self.verbs.isdisjoint(seg.words[max(0, old - APART) : old])
        if not changes or not self._led(seg, old, self.old):
            return 0
        ahead = range(old + 1, min(old + APART, len(seg)))
        return next((i for i in ahead if alike(seg, old, i) and self._led(seg, i, self.new)), 0)

    def _led(self, seg: Segment, i: int, words: frozenset[str]) -> bool:
        """Whether one of some words stands before a node, small words between."""
        for k in range(i - 1, max(-1, i - 2 - LEAD), -1):
            if seg.words[k] in words:
                return True
            if seg.words[k] not in seg.grammar.small:
                return False
        return False

    def _dated(self, seg: Segment, match: Match, i: int) -> Match | None:
        """The match of a figure whose date follows it."""
        for k in range(i + 1, min(i + 1 + TAIL, len(seg))):
            value = seg.nodes[k].value
            if value is not None and value.kind == "date":
                return replace(match, slots={**match.slots, "o": (i,), "time": (k,)}, last=k + 1, model=i)
            if value is not None or seg.nodes[k].mention is not None or seg.words[k] in self.new:
                break
        return None
