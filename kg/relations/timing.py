"""When something holds: the date nearest to its words, resolved by what they tell of."""

from __future__ import annotations

from dataclasses import dataclass

from kg.frozen import quick
from kg.model import Status
from kg.ontology import Property
from kg.patterns import Language
from kg.patterns.grammar import Node
from kg.patterns.match import Match
from kg.patterns.notation import Words
from kg.patterns.segment import Segment
from kg.relations.asides import aside, distance, owns
from kg.values.shifts import ahead, moved


@dataclass(frozen=True, slots=True)
class When:
    """A time: from, until (ISO; nothing where only the words are known), and the node of its words."""

    start: str = ""
    until: str = ""
    node: int = -1


quick(When)
_JOINED = 3
"""How many words may stand between a conjunction and the words of what it joins to another deed."""
_DATELINE = 3
"""How many nodes a text may have before the date that it opens with ("OSLO, | May 3 (Acme News) -")."""
_NEVER = When()


class Times:
    """The words of a language that tell when, ready for look-up."""

    def __init__(self, language: Language) -> None:
        self.until = language.single("time", "until")
        self.at = language.single("time", "at")
        self.compared = Words(language.words("time", "compared")).by_last

    def of(
        self, segment: Segment, match: Match, rivals: list[Match], prop: Property, status: Status, issued: str
    ) -> When:
        """The time nearest to a match in its clause, as precise as its words; none if the pattern fixes the status."""
        at = self._nearest(segment, match, rivals, figure=prop.dimension == "any")
        value = segment.nodes[at].value if at >= 0 else None
        if value is None:
            return _NEVER
        start = value.literal.lexical if value.literal else ""
        until = ""
        if value.period[1] and (prop.dimension == "any" or start == value.period[0]):
            start, until = value.period
        elif start[:4].isdigit() and "Q" in start:
            start = start[:4]  # what begins in a quarter begins in its year
        if value.yearless and status is Status.PLANNED and at > match.anchor[0]:
            # "will begin in May", not "in May it agreed to"
            start, until = (moved(d, int(ahead(start, issued) != start)) for d in (start, until))
        elif value.yearless and status is Status.IN_EFFECT and prop.dimension == "any" and start > issued:
            start, until = moved(start, -1), moved(until, -1)  # what was counted in a month to come was in the last one
        if at > 0 and segment.nodes[at - 1].key in self.until and not until:
            return When("", start, at)
        return When(start, until, at)

    def _nearest(self, segment: Segment, match: Match, rivals: list[Match], *, figure: bool) -> int:
        """The node of the date nearest to a match in its clause; -1 where there is none. A ``figure`` is told of no
        date that it is compared with."""
        if match.pattern.status is Status.IN_EFFECT:
            return -1
        start, end = segment.clause(match.anchor[0])
        chosen = match.slots.get("time", ())
        dates = [i for i in chosen or segment.figures if (chosen or start <= i < end) and _is_date(segment.nodes[i])]
        if dates and not chosen and dates[0] <= _DATELINE and _opens(segment, dates[0]):
            del dates[0]
        if not dates:
            return -1
        bound = {i for name, nodes in match.slots.items() if name != "time" for i in nodes}
        if match.model < 0:  # the year of a figure that this one is compared with
            bound.update(i for r in rivals if r.model >= 0 for i in r.slots.get("time", ()))
        if figure:
            bound.update(i for i in dates if i not in chosen and self._is_compared(segment, i))
        dates = [i for i in dates if i not in bound]
        joined = (r.anchor[0] for r in rivals if r.pattern.property != match.pattern.property)
        others = [a for a in joined if not segment.grammar.joins.isdisjoint(segment.words[max(0, a - _JOINED) : a])]
        found = [i for i in dates if chosen or (owns(match, i, rivals) and not aside(segment, match, i))]
        if not chosen:  # "Acme runs on oil and will be sold | in May"
            found = [i for i in found if not any(match.last <= other < i for other in others)]
        return min(found, key=lambda i: (distance(i, match), i), default=-1)

    def _is_compared(self, segment: Segment, i: int) -> bool:
        """Whether a date is one that a figure is compared with: "up 5 percent from May"."""
        value, before = segment.nodes[i].value, self.compared.get(segment.words[i - 1], ()) if i else ()
        opened = value is not None and value.literal is not None and value.literal.lexical == value.period[0]
        found = (keys for keys in before if segment.word_at(i - len(keys), keys))
        return any(not opened or len(keys) > 1 or keys[0] not in self.at for keys in found)  # "from May to July"


def _opens(segment: Segment, i: int) -> bool:
    """Whether a date only says when a text was written: nothing but names and signs before it, a dash behind it."""
    words = segment.words
    if any(word.isalnum() for word in words[:i]):
        return False
    behind = words[i + 1 : i + 1 + 2 * _DATELINE]
    dash = next((k for k, word in enumerate(behind) if word in "-–—" and word), -1)
    return dash == 0 or (dash > 0 and behind[0] == "(")


def _is_date(node: Node) -> bool:
    return node.value is not None and node.value.kind == "date"
