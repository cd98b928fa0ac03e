"""Shares whose words are said once for several: "Acme owns 60% of Norland and Vest 40%", "Vest the remaining 40%"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kg.ontology import Ontology
from kg.patterns import Language
from kg.patterns.match import Match
from kg.patterns.notation import Words
from kg.patterns.segment import Segment
from kg.relations.qualifiers import alike

_ENDS = frozenset({"s", "o", "both"})
JOINT = 4
"""Within how many nodes behind a share, or behind the thing that is shared, the next one's part begins."""
VERBS = 4
"""How many nodes may stand between the next one and his share ("Vest | holds the remaining 40%")."""
MOST = 6
"""How many go on with shares of one thing."""


class Sharing:
    """Finds those with shares that follow a match of names with a share, and leave its words out."""

    def __init__(self, language: Language, ontology: Ontology) -> None:
        self.ontology = ontology
        rest = language.words("quantity", "rest")
        self.rest = Words(rest).by_first
        """The words between one and his share, or before both, that say no more than that it is his."""

    def completed(self, seg: Segment, matches: list[Match]) -> list[Match]:
        """The matches, each with a share followed by those who hold the others."""
        if len(seg.figures) < 2 or not self.rest:
            return matches
        found = [one for match in matches for one in self._of(seg, match)]
        apart = {(m.pattern.property, i) for m in found for i in m.slots.get("s", ()) if m not in matches}
        return [one for m in found if (one := _without(m, apart)) is not None] if apart else found

    def _of(self, seg: Segment, match: Match) -> Iterator[Match]:
        subject, object_ = match.slots.get("s", ()), match.slots.get("o", ())
        names = self.ontology.properties[match.pattern.property].kind == "entity" and len(subject) == 1 and object_
        name = next((n for n, nodes in match.slots.items() if n not in _ENDS and self._is_share(seg, nodes)), "")
        if not names or not name or subject[0] > match.slots[name][0]:
            yield match
            return
        found: Match | None = self._parted(seg, match, match.slots[name][0])
        for _ in range(MOST):
            if found is None:
                return
            yield found
            found = self._next(seg, found, name)

    def _parted(self, seg: Segment, match: Match, share: int) -> Match:
        """A match of several things without those that a share of their own follows: "60% of Norland and | Vest 40%"
        tells of Norland alone."""
        things = match.slots["o"]
        own = next((i for i in things[1:] if (k := self._figure(seg, i + 1)) is not None and alike(seg, share, k)), -1)
        if own < 0:
            return match
        return replace(match, slots={**match.slots, "o": tuple([i for i in things if i < own])})

    def _is_share(self, seg: Segment, nodes: tuple[int, ...]) -> bool:
        value = seg.nodes[nodes[0]].value if len(nodes) == 1 else None
        return value is not None and value.kind == "percent"

    def _next(self, seg: Segment, match: Match, name: str) -> Match | None:
        """The match of the next one and his share, with the words of this one."""
        share, thing = match.slots[name][0], match.slots["o"][-1]
        at = self._begin(seg, share + 1)
        if at is None and thing > share:
            at = self._begin(seg, thing + 1)
        if at is None:
            return None
        one, like = seg.nodes[at].mention, seg.nodes[match.slots["s"][0]].mention
        if one is None or like is None or not one.entity or at in seg.owners or len(one.classes & like.classes) < 2:
            return None
        things = [m.entity for i in match.slots["o"] if (m := seg.nodes[i].mention) is not None]
        if one.entity in things or like.entity in things:
            return None  # "it" was taken for one of them
        found = self._figure(seg, at + 1)
        if found is None or not alike(seg, share, found) or not self._ends(seg, found, match.slots["o"]):
            return None
        return replace(match, slots={**match.slots, "s": (at,), name: (found,)}, last=max(match.last, found + 1))

    def _begin(self, seg: Segment, start: int) -> int | None:
        """The next name, behind a comma, a conjunction or the end of the clause and small words."""
        joined = False
        for i in range(start, min(start + JOINT, len(seg))):
            word = seg.words[i]
            if not word:
                return i if joined and seg.nodes[i].mention is not None else None
            joined = joined or word == "," or (word,) in seg.grammar.conjunctions or i in seg.breaks
            if not (joined or word == ")") or (i in seg.breaks and word in ".?!"):
                return None
        return None

    def _figure(self, seg: Segment, start: int) -> int | None:
        """The figure behind a name, with nothing between but words that say it is his."""
        i, end = start, min(start + VERBS + 1, len(seg))
        while i < end and seg.words[i]:
            step = next((len(keys) for keys in self.rest.get(seg.words[i], ()) if seg.word_at(i, keys)), 0)
            if not step and seg.words[i] not in seg.grammar.filler and seg.words[i] != "(":
                return None
            i += step or 1
        return i if i < end else None

    def _ends(self, seg: Segment, figure: int, things: tuple[int, ...]) -> bool:
        """Whether a share is one of the same thing: neither another thing nor what else it is of stands right behind it
        ("… and Vest 40% of Alpha", "… and Vest has 40% more mills")."""
        for i in range(figure + 1, min(figure + JOINT, len(seg))):
            word, mention = seg.words[i], seg.nodes[i].mention
            if word == "," or i in seg.breaks or (word,) in seg.grammar.conjunctions:
                return True
            if mention is not None and i not in seg.owners:
                return i in things
            if word[:1].isalnum() and word not in seg.grammar.small and word not in self.rest:
                return False
        return True


def _without(match: Match, apart: set[tuple[str, int]]) -> Match | None:
    """A match without the things of it that hold shares themselves; None where that leaves none."""
    things = match.slots.get("o", ())
    left = tuple([i for i in things if (match.pattern.property, i) not in apart])
    if len(left) == len(things):
        return match
    return replace(match, slots={**match.slots, "o": left}) if left else None
