"""What the source makes of a statement: planned, reported, denied, ended; only in this market; since when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kg.frozen import quick
from kg.model import Literal, Qualifier, Status
from kg.ontology import Ontology, Property
from kg.patterns import Language
from kg.patterns.grammar import Node
from kg.patterns.match import Match
from kg.patterns.notation import Keys, Words
from kg.patterns.segment import Segment
from kg.relations.asides import (
    aside_from,
    attributes,
    distance,
    granted,
    leads_away,
    of_noun,
    owns,
    passed,
    pointed,
    told_from,
)

NEGATION = 4
"""How many nodes before the words of a pattern a negation still denies them."""
REPORT = 12
"""How many nodes behind the words of a pattern "reportedly" still colours them."""
JOINED = 2
"""How many words may stand between a conjunction and the words of a pattern that it joins to another deed."""

_GROUNDS = {
    Status.DENIED: ("denied", "denied_after", "negation"),
    Status.REPORTED: ("reported",),
    Status.ENDED: ("ended", "ended_after", "former"),
    Status.PLANNED: ("planned", "planned_before"),
}
_PARTING = frozenset({"absent", "open"})
"""The kinds of cue that part what stands behind them from the words before ("ends its tie if Vest works | with …")."""
_COLOURS = frozenset({"open", "absent", *(kind for kinds in _GROUNDS.values() for kind in kinds)})
"""The kinds of cue that may make of a statement something else than that it holds."""
_STATES = frozenset({"planned", "planned_before", "ended", "former"})
"""The kinds of cue that say nothing of what stands behind the relative clause in which they do."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words found: the kind of cue, its first node, past its last."""

    kind: str
    first: int
    last: int


quick(Cue)


class Cues:
    """The cues of a language, ready for look-up."""

    def __init__(self, language: Language, ontology: Ontology) -> None:
        self.language, self.ontology = language, ontology
        self.index: dict[str, list[tuple[Keys, str]]] = {}
        for kind in (
            "planned",
            "planned_before",
            "reported",
            "denied",
            "denied_after",
            "absent",
            "former",
            "ended",
            "ended_after",
            "in_effect",
            "open",
            "negation",
        ):
            self._add(language.words("status", kind), kind)
        self._add(language.words("status", "attributed"), "attributed")
        self._add(language.words("speech", "verbs"), "speech")
        qualifiers = [p for p in ontology.properties.values() if p.is_qualifier]
        self.flags = [p for p in qualifiers if p.kind == "boolean" and not p.filled_by and language.cue(_name(p))]
        for prop in self.flags:
            self._add(language.cue(_name(prop)), prop.iri)
        self.texts = [p for p in qualifiers if p.kind == "text" and language.cue(_name(p))]
        for prop in self.texts:
            self._add(language.cue(_name(prop)), prop.iri)
        entities = [(p, _name(p)) for p in qualifiers if p.kind == "entity"]
        self.places = [(p, name) for p, name in entities if language.cue(name, "before")]
        """The qualifiers that places of a clause may be, with their names."""
        self.before = {p.iri: Words(language.cue(name, "before")).by_last for p, name in self.places}
        self.after = {p.iri: Words(language.cue(name, "after")).by_first for p, name in self.places}
        self.ranks = language.single("status", "ranks")

    def _add(self, words: frozenset[Keys], kind: str) -> None:
        for keys in sorted(words):
            self.index.setdefault(keys[0], []).append((keys, kind))

    def found(self, segment: Segment) -> list[Cue]:
        """The cues of a segment, in order."""
        cues, index = [], self.index
        for i in [i for i, word in enumerate(segment.words) if word in index]:
            for keys, kind in index[segment.words[i]]:
                if len(keys) == 1 or segment.word_at(i, keys):
                    cues.append(Cue(kind, i, i + len(keys)))
        sources = [c for c in cues if c.kind == "attributed"]  # "as reported by Acme News" makes no rumour
        if not sources:
            return cues
        return [c for c in cues if not any(a.first <= c.first and c.last <= a.last for a in sources)]

    # -- status ------------------------------------------------------------------------------------------------------

    def status(self, segment: Segment, match: Match, cues: list[Cue]) -> Status | None:
        """The status that the words around a match give it; None where the text only asks or supposes."""
        last = match.anchor[1]
        if match.pattern.status is Status.IN_EFFECT:
            begin = match.first - 1 - (segment.words[match.first - 1 : match.first] == ("-",))  # "ex-Acme chief"
            former = any(c.kind == "former" and begin <= c.first < last for c in cues)
            return Status.ENDED if former else Status.IN_EFFECT
        if segment.nodes[-1].key == "?":
            return None
        if not cues or _COLOURS.isdisjoint([c.kind for c in cues]):
            return match.pattern.status or Status.IN_EFFECT
        return self._around(segment, match, cues)

    def _around(self, segment: Segment, match: Match, cues: list[Cue]) -> Status | None:
        """The status that cues give a match whose wording alone does not tell it."""
        first, last = match.anchor
        start, _ = segment.clause(first)
        before = [c for c in cues if start <= c.first and c.last <= last]
        if any(c.kind == "open" for c in before):
            return None
        if any(c.kind in _PARTING and last <= c.first < match.last for c in cues):
            return None
        if "," in segment.words[start:first]:
            before = [c for c in before if c.kind not in _STATES or not passed(segment, match, c.first)]
        clause = aside_from(segment, start, first)
        denials = [c for c in cues if c.first >= clause and _denies(segment, c, match)]
        if denials:
            end = match.pattern.status is Status.ENDED or any(
                c.kind == "ended" and c.first >= denials[0].last for c in before
            )
            return Status.IN_EFFECT if end else Status.DENIED  # who denies an end says that it goes on
        over = max((_over(segment, c, first, before) for c in before if c.kind == "ended"), default=0)
        before = [c for c in before if c.first >= over]
        before = [c for c in before if c.kind != "ended" or not _undone(segment, c, before)]
        ended = {i for c in before if c.kind == "ended" for i in range(c.first, c.last)}
        fixed = match.pattern.status is Status.DENIED
        if not fixed and any(_negates(segment, c, match) for c in before if c.first not in ended):
            denied = match.pattern.status is not Status.ENDED and any(c.kind == "speech" for c in cues)
            return Status.DENIED if denied else None  # who has not ended something holds to it
        ends = match.pattern.status is Status.ENDED or any(c.kind == "ended" and c.last >= first - 1 for c in before)
        told = first if ends else last + REPORT  # talks that ended, what it decided no longer to do: no rumour
        if any(_colours(segment, c, match, cues, clause, told) for c in cues if c.kind == "reported"):
            # that something is said to end is no rumour that it is
            return None if match.pattern.status is Status.ENDED else Status.REPORTED
        if any(c.kind == "ended_after" and _is_told_of(segment, c, match) for c in cues):
            return Status.ENDED
        if match.pattern.status is not None:
            return match.pattern.status
        if any(c.kind == "ended" or (c.kind == "former" and _was(segment, c.last, first)) for c in before):
            return Status.ENDED
        clause = max(clause, told_from(segment, start, first))
        before = [c for c in before if c.first >= clause]
        near = before or [c for c in cues if last <= c.first and c.last <= match.last]
        return self._tense(segment, near, first)

    def _tense(self, segment: Segment, before: list[Cue], first: int) -> Status:
        """Planned or in effect: as the nearest cue before the words says."""
        nearest, planned = Status.IN_EFFECT, -1
        for cue in before:
            if cue.kind == "planned" or (cue.kind == "planned_before" and self._intends(segment, cue, first)):
                nearest, planned = Status.PLANNED, cue.last
            elif cue.kind == "in_effect" and not self._still_to_come(segment, planned, cue):
                nearest = Status.IN_EFFECT
        return nearest

    def _still_to_come(self, segment: Segment, planned: int, cue: Cue) -> bool:
        """Whether only small words part a beginning from what plans it: "plans | to begin", "will be opened"."""
        return planned >= 0 and all(n.key in segment.grammar.filler for n in segment.nodes[planned : cue.first])

    def _intends(self, segment: Segment, cue: Cue, first: int) -> bool:
        """Whether a small word says that something is to be: right before the words, or behind the name that opens a
        headline ("Acme to open a mill"). The first one to do it has done it."""
        if any(node.key in self.ranks for node in segment.nodes[max(0, cue.first - 4) : cue.first]):
            return False
        joins = segment.grammar.joins | {","}
        opens = all(n.mention is not None or n.key in joins for n in segment.nodes[: cue.first])
        return cue.last == first or (opens and 0 < cue.first < cue.last < first and bool(segment.nodes[cue.last].key))

    def ground(self, segment: Segment, match: Match, cues: list[Cue], status: Status) -> int | None:
        """The node of the cue nearest to a match that gives it its status: part of the evidence."""
        kinds = _GROUNDS.get(status, ())
        if not cues or not kinds:
            return None
        start, end = segment.clause(match.anchor[0])
        near = [c.first for c in cues if c.kind in kinds and start <= c.first < end]
        return min(near, key=lambda i: (distance(i, match), i), default=None)

    # -- scope -------------------------------------------------------------------------------------------------------

    def scope(
        self, segment: Segment, match: Match, cues: list[Cue], prop: Property, used: frozenset[int], rivals: list[Match]
    ) -> Iterator[tuple[Qualifier, int]]:
        """The qualifiers that the clause gives, with the node of each; ``used`` are nodes that other facts took.

        What stands nearer to the words of another match (``rivals``) is that one's.
        """
        if match.pattern.status is Status.IN_EFFECT:
            return
        taken = used.union(*match.slots.values())
        for place, name in self.places:
            if place.iri in prop.qualifiers and name not in match.slots:
                for i, entity in self._entities(segment, match, place, taken, rivals):
                    yield (place.iri, entity), i
        if cues and prop.kind == "quantity":
            yield from self._texts(segment, match, cues, prop, rivals)
        if cues:
            yield from self._flags(segment, match, cues, prop, rivals)

    def _texts(
        self, segment: Segment, match: Match, cues: list[Cue], prop: Property, rivals: list[Match]
    ) -> Iterator[tuple[Qualifier, int]]:
        """The words of a list nearest to a figure: by which cycle a range was measured."""
        start, end = segment.clause(match.anchor[0])
        for text in self.texts:
            found = [c.first for c in cues if c.kind == text.iri and start <= c.first < end]
            near = [i for i in found if all(distance(i, r) >= distance(i, match) for r in rivals)]
            if near and text.iri in prop.qualifiers:
                nearest = min(near, key=lambda i: distance(i, match))
                yield (text.iri, Literal(segment.nodes[nearest].key.upper())), nearest

    def _flags(
        self, segment: Segment, match: Match, cues: list[Cue], prop: Property, rivals: list[Match]
    ) -> Iterator[tuple[Qualifier, int]]:
        start, end = segment.clause(match.anchor[0])
        for flag in self.flags:
            if flag.iri not in prop.qualifiers:
                continue
            near = [c.first for c in cues if c.kind == flag.iri and start <= c.first < end]
            own = (i for i in near if all(distance(i, r) >= distance(i, match) for r in rivals))
            first = next(own, None)
            if first is not None:
                yield (flag.iri, Literal.boolean(True)), first

    def _entities(
        self, segment: Segment, match: Match, place: Property, taken: frozenset[int], rivals: list[Match]
    ) -> Iterator[tuple[int, str]]:
        """The nearest place of the clause with a word before or behind it that makes it the scope, and its list."""
        start, end = segment.clause(match.anchor[0])
        found = []
        for i in segment.names:
            if not start <= i < end or i in taken:
                continue
            node = segment.nodes[i]
            if node.mention is None or node.mention.classes.isdisjoint(place.range):
                continue
            if segment.words[min(i + 1, end - 1)] in segment.grammar.possessive:
                continue  # "in Norland's capital"
            if (
                self._is_scope(segment, i, node, place.iri)
                and owns(match, i, rivals)
                and not pointed(segment, match, i)
            ):
                found.append((distance(i, match), i))
        if found:
            nearest = min(found)[1]
            group = segment.groups.get(nearest)
            for i in group.members if group is not None else (nearest,):
                mention = segment.nodes[i].mention
                if mention is not None and mention.entity:
                    yield i, mention.entity

    def _is_scope(self, segment: Segment, i: int, node: Node, iri: str) -> bool:
        words, before = segment.words, self.before[iri]
        following = self.after[iri].get(words[i + 1], ()) if i + 1 < len(words) else ()
        if any(segment.word_at(i + 1, keys) for keys in following):
            return True
        if not i or (node.mention is not None and node.mention.kind == "demonym"):
            return False
        if any(segment.word_at(i - len(keys), keys) for keys in before.get(words[i - 1], ())):
            return True
        small = i > 1 and words[i - 1] in segment.grammar.filler
        return small and any(segment.word_at(i - len(keys) - 1, keys) for keys in before.get(words[i - 2], ()))


def _name(prop: Property) -> str:
    return prop.iri.rpartition("#")[2]


def _denies(segment: Segment, cue: Cue, match: Match) -> bool:
    """Whether a cue denies a match: it stands before its words, or right within them ("has denied a plan for")."""
    first, last = match.anchor
    within = last <= cue.first < match.last and _unnamed(segment, last, cue.first)
    denied = cue.kind == "denied" and (cue.first < first or within) and not granted(segment, match, cue.last)
    return denied or cue.kind == "denied_after"


def _is_told_of(segment: Segment, cue: Cue, match: Match) -> bool:
    """Whether a cue behind a match is what the sentence tells of it: no name, and nothing that binds otherwise, between
    ("the takeover of Acme by Norland | is off", not "… after the talks with Vest failed")."""
    between = segment.nodes[match.last : cue.first]
    binds = segment.grammar.stop | segment.grammar.relative
    bound = any(n.mention is not None or n.key in binds for n in between) or cue.first in segment.breaks
    return cue.first >= match.last and not bound and len(between) <= REPORT


def _undone(segment: Segment, cue: Cue, cues: list[Cue]) -> bool:
    """Whether a negation stands right before a cue, beside its own words ("does not stop")."""
    own = range(cue.first, cue.last)
    near = (c for c in cues if c.kind == "negation" and c.first not in own)
    return any(0 <= cue.first - c.last <= 1 and _clear(segment, c.last, cue.first) for c in near)


def _over(segment: Segment, cue: Cue, first: int, cues: list[Cue]) -> int:
    """Where the words of a match are joined, as another deed, to what a cue ended and named: "dropped its mill in
    Norland and | runs one", "… and | will open one"; 0 where they are not."""
    spots = [c.first - 1 for c in cues if c.kind in ("planned", "in_effect") and cue.last < c.first < first]
    for i in range(first - 1, max(cue.last, first - 2 - JOINED), -1):
        spots.append(i)
        if not segment.words[i].isalpha():
            break
    joined = (i for i in spots if (segment.words[i],) in segment.grammar.conjunctions)
    return next((i + 1 for i in joined if not _unnamed(segment, cue.last, i)), 0)


def _negates(segment: Segment, cue: Cue, match: Match) -> bool:
    """Whether a negation stands shortly before the words of a pattern, no comma between; or anywhere behind the subject
    where the words looked up are not the verb ("had not signed an agreement of any kind with"). Who says so denies it;
    else it is no fact."""
    first = match.anchor[0]
    if cue.kind != "negation" or cue.first >= first:
        return False
    between = segment.nodes[cue.last : first]
    if any(n.key and not n.key[0].isalnum() for n in between):
        return False
    joined = any((n.key,) in segment.grammar.conjunctions or n.mention is not None for n in between)
    return cue.last > first - NEGATION or (cue.first >= match.first and not joined)


def _colours(segment: Segment, cue: Cue, match: Match, cues: list[Cue], clause: int, told: int) -> bool:
    """Whether a word of rumour tells of a match: from its clause on, up to a node behind it, or at the end of all; not
    where another verb of saying stands between ("…, adding that more may follow")."""
    first, last = match.anchor
    within = clause <= cue.first < told or (told > first and attributes(segment, cue.first, last))
    if not within or of_noun(segment, match, cue.first) or leads_away(segment, match, cue.first):
        return False
    if granted(segment, match, cue.last):
        return False
    return not any(c.kind == "speech" and last <= c.first < cue.first for c in cues)


def _was(segment: Segment, first: int, last: int) -> bool:
    """Whether what was once speaks of the words behind it: of the nearest name, and not within commas of its own ("Ada
    Berg, a former banker, | was chosen as")."""
    return _unnamed(segment, first, last) and "," not in segment.words[first:last]


def _unnamed(segment: Segment, first: int, last: int) -> bool:
    """Whether no name but a word for an owner stands between two nodes."""
    return all(n.mention is None or n.mention.kind == "possessor" for n in segment.nodes[first:last])


def _clear(segment: Segment, first: int, last: int) -> bool:
    """Whether nothing but words stands between two nodes: a name or a comma would part them."""
    return all(n.key and n.key[0].isalnum() for n in segment.nodes[first:last])
