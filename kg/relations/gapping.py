"""Figures whose words are said once for several: "Acme sold 2,000 cars and Norland 1,500", "the Pro 600 km"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kg.names import local_name
from kg.ontology import Ontology
from kg.patterns import Language
from kg.patterns.match import Match
from kg.patterns.notation import Keys, Words
from kg.patterns.segment import Segment
from kg.patterns.versions import Versions
from kg.relations.qualifiers import alike, extension_of

APART = 10
"""How many nodes may stand between a figure and the words that compare it with another."""
TAIL = 5
"""How many words may stand behind a figure before the next name ("2,000 cars on a good day | and Norland 1,500")."""
LEAD = 3
"""How many small words may stand before the next name and before its figure ("and the Norland | with about 1,500")."""
MOST = 12
"""How many figures one wording may be said for."""


class Gapping:
    """Finds the names with figures that follow a match and leave its words out."""

    def __init__(self, language: Language, ontology: Ontology, versions: Versions) -> None:
        self.ontology, self.versions = ontology, versions
        self.ranks = Words(language.words("quantity", "ranks")).by_first
        self.comparisons = Words(language.words("quantity", "comparisons")).by_first
        self.respectively = Words(language.words("quantity", "respectively")).by_first

    def completed(self, text: str, seg: Segment, matches: list[Match]) -> list[Match]:
        """The matches, each of a figure with those that go on with another name and figure alone."""
        if not matches:
            return matches
        matches = [m for m in matches if not self.versions.covers(text, seg, *m.anchor)]
        if len(seg.figures) < 2:
            return matches
        if not self.respectively.keys().isdisjoint(seg.words):
            matches = [one for match in matches for one in self._shared_out(seg, match)]
        taken = {i for match in matches for i in match.slots.get("o", ())}
        return [*matches, *(made for match in matches for made in self._of(text, seg, match, taken))]

    def _of(self, text: str, seg: Segment, match: Match, taken: set[int]) -> Iterator[Match]:
        subject, object_ = match.slots.get("s", ()), match.slots.get("o", ())
        if self.ontology.properties[match.pattern.property].kind != "quantity" or len(subject) != 1:
            return
        if len(object_) != 1 or subject[0] > object_[0]:
            return
        for other in (self._compared(seg, match), self._again(seg, match)):
            if other is not None and taken.isdisjoint(other.slots["o"]):
                yield other
        last = match
        for _ in range(MOST):
            found = self._next(text, seg, last)
            if found is None or not taken.isdisjoint(found.slots["o"]):
                return
            yield found
            last = found

    def _shared_out(self, seg: Segment, match: Match) -> Iterator[Match]:
        """A match of several names, one for each with its own figure ("Acme and Norland sold 2,000 and 1,500 cars
        respectively"); with one figure as it is, as that holds for each; none where names and figures do not pair."""
        names, figures = sorted(match.slots.get("s", ())), sorted(match.slots.get("o", ()))
        quantity = self.ontology.properties[match.pattern.property].kind == "quantity"
        if not quantity or len(names) < 2 or not figures:
            yield match
            return
        while (at := self._figure(seg, figures[-1])) is not None:
            figures.append(at)
        if len(figures) == 1 or not self._is_shared(seg, names[0], figures[-1]):
            yield match
        elif len(figures) == len(names):
            for name, figure in zip(names, figures, strict=True):
                slots = {**match.slots, "s": (name,), "o": (figure,)}
                yield replace(match, slots=slots, last=max(match.last, figure + 1), model=figures[0])

    def _figure(self, seg: Segment, value: int) -> int | None:
        """The next figure of a list: behind a comma or a conjunction, with no name between."""
        joined = False
        for i in range(value + 1, min(value + TAIL, len(seg))):
            node = seg.nodes[i]
            joined = joined or node.key == "," or (node.key,) in seg.grammar.conjunctions
            if node.mention is not None or node.value is not None:
                return i if joined and alike(seg, value, i) else None
        return None

    def _is_shared(self, seg: Segment, first: int, last: int) -> bool:
        """Whether a word that shares figures out stands among names and figures, or behind the last with nothing else
        named between."""
        ahead = range(last + 1, min(last + APART, len(seg)))
        end = next((i for i in ahead if i in seg.breaks or not seg.nodes[i].key), ahead.stop)
        places = range(first, max(end, min(last + TAIL, len(seg))))
        return any(seg.word_at(i, k) for i in places for k in self.respectively.get(seg.nodes[i].key, ()))

    def _next(self, text: str, seg: Segment, match: Match) -> Match | None:
        """The match of the next name and figure, with the words of this one."""
        nodes, value = seg.nodes, match.slots["o"][0]
        at = self._joint(seg, value + 1)
        if at is None:
            return None
        subject, version = match.slots["s"][0], (at, at)
        mention, like = nodes[at].mention, nodes[subject].mention
        if mention is not None and mention.entity and like is not None:
            if len(mention.classes & like.classes) < 2 or mention.kind in ("demonym", "possessor", "owner"):
                return None
            subject, behind = at, self.versions.behind(text, seg, at)
            at = behind[-1] + 1 if behind else at + 1
        elif count := self._version(text, seg, at):
            version = (at, at + count[0])
            at += sum(count)
        else:
            return None
        at = self._small(seg, at)
        at += at < len(seg) and nodes[at].key == "("  # "Norland (1,500)"
        if at >= len(nodes) or not alike(seg, value, at):
            return None
        slots = {**match.slots, "s": (subject,), "o": (at,)}
        name = extension_of(self.ontology, self.ontology.properties[match.pattern.property])
        if name and version[1] > version[0]:
            slots[local_name(name)] = tuple(range(*version))
        elif name:
            slots.pop(local_name(name), None)
        return replace(match, slots=slots, last=at + 1, model=value if match.model < 0 else match.model)

    def _compared(self, seg: Segment, match: Match) -> Match | None:
        """The match of the figure of another time that one is compared with: "2,000 cars, up from 1,500 in 2022"."""
        nodes, value = seg.nodes, match.slots["o"][0]
        for i in range(value + 1, min(value + APART, len(seg))):
            if nodes[i].mention is not None or i in seg.breaks:
                return None
            count = _wording(seg, i, self.comparisons)
            if count:
                at = self._small(seg, i + count)
                return self._dated(seg, match, at) or self._behind_date(seg, match, at)
        return None

    def _behind_date(self, seg: Segment, match: Match, at: int) -> Match | None:
        """The match of the figure that follows the time that one is compared with: "… dibandingkan tahun lalu yang
        sebanyak | 1.500 unit"."""
        if at >= len(seg) or not _is_date(seg, at):
            return None
        value, ahead = match.slots["o"][0], range(at + 1, min(at + TAIL, len(seg)))
        found = next((i for i in ahead if not seg.nodes[i].key or seg.nodes[i].key == "," or i in seg.breaks), at)
        if not alike(seg, value, found):
            return None
        slots = {**match.slots, "o": (found,), "time": (at,)}
        return replace(match, slots=slots, last=found + 1, model=value)

    def _again(self, seg: Segment, match: Match) -> Match | None:
        """The match of a second figure with a date of its own behind one with a date: "2,000 cars in 2023 and 1,500 in
        2024"."""
        nodes, value = seg.nodes, match.slots["o"][0]
        ahead = range(value + 1, min(value + APART, len(seg)))
        date = next((i for i in ahead if not nodes[i].key), 0)
        if not date or not _is_date(seg, date) or date + 2 >= len(seg):
            return None
        comma = nodes[date + 1].key == ","
        joint = date + 1 + comma
        joined = (nodes[joint].key,) in seg.grammar.conjunctions
        return self._dated(seg, match, self._small(seg, joint + joined)) if comma or joined else None

    def _dated(self, seg: Segment, match: Match, at: int) -> Match | None:
        """The match of a figure with a date behind it, with the words of this one."""
        nodes, value = seg.nodes, match.slots["o"][0]
        if at >= len(seg) or not alike(seg, value, at):
            return None
        same, small = nodes[value + 1].key, seg.grammar.small
        ahead = range(at + 1, min(at + TAIL, len(seg)))
        date = next((k for k in ahead if (key := nodes[k].key) != same and key not in small), at)
        if not _is_date(seg, date):
            return None
        slots = {**match.slots, "o": (at,), "time": (date,)}
        return replace(match, slots=slots, last=date + 1, model=value)

    def _version(self, text: str, seg: Segment, at: int) -> tuple[int, int] | None:
        """How many nodes name a version here, and how many words behind them say that it is one."""
        count = 0
        while at + count < len(seg) and (step := self.versions.at(text, seg, at + count)):
            count += step
        if not count and any(self.versions.opens(text, seg, i) for i in range(at)):
            count = len(self.versions.named(text, seg, at))
        behind = self.versions.closes(text, seg, at + count) if count else 0
        return (count, behind) if count else None

    def _joint(self, seg: Segment, at: int) -> int | None:
        """Where the next part begins, behind a comma, a conjunction or the end of the clause, and small words; what
        stands in brackets behind the figure is no part ("Norland 1,500 | (up 4%), Vest 900")."""
        end = min(at + TAIL, len(seg))
        opened = next((i for i in range(at, end) if seg.words[i] == "("), -1)
        if opened >= 0 and all(seg.nodes[i].key for i in range(at, opened)):
            at = next((i + 1 for i in range(opened, min(opened + APART, len(seg))) if seg.words[i] == ")"), at)
        for i in range(at, min(at + TAIL, len(seg))):
            node = seg.nodes[i]
            if node.mention is not None or node.value is not None:
                return None
            if node.key == "," or i in seg.breaks or (node.key,) in seg.grammar.conjunctions:
                return self._member(seg, i + 1)
        return None

    def _member(self, seg: Segment, i: int) -> int | None:
        """Past the conjunctions, the words for a place in a row ("followed by") and the small words before a part."""
        while i < len(seg) and ((seg.nodes[i].key,) in seg.grammar.conjunctions or i in seg.breaks):
            i += 1
        i += _wording(seg, i, self.ranks) if i < len(seg) else 0
        light = range(i, min(i + LEAD, len(seg)))
        i = next((k for k in light if seg.nodes[k].key not in seg.grammar.filler), i)
        return i if i < len(seg) else None

    def _small(self, seg: Segment, at: int) -> int:
        """Past the small words before a figure."""
        small = seg.grammar.small
        end = min(at + LEAD, len(seg))
        return next((i for i in range(at, end) if not seg.nodes[i].key or seg.nodes[i].key not in small), end)


def _wording(seg: Segment, i: int, by_first: Mapping[str, tuple[Keys, ...]]) -> int:
    """How many nodes from a position on are one of some wordings: the longest that stands there."""
    return next((len(keys) for keys in by_first.get(seg.words[i], ()) if seg.word_at(i, keys)), 0)


def _is_date(seg: Segment, i: int) -> bool:
    value = seg.nodes[i].value
    return value is not None and value.kind == "date"
