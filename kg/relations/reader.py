"""Reads a linked text: patterns become claims, each with its evidence, status, scope, time and speaker.

``extract`` is a pure function of one document and the project's data: it can run in any process and gives the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from kg.belonging import is_of_rival
from kg.model import (
    Claim,
    Document,
    Entity,
    Literal,
    Qualifier,
    Status,
    Term,
    qualifier_key,
    term_key,
)
from kg.ontology import THING, Ontology
from kg.patterns import Language
from kg.patterns.grammar import Grammar, Node
from kg.patterns.match import Match, Matcher
from kg.patterns.notation import Slot
from kg.patterns.segment import Segment, segment
from kg.patterns.versions import Versions
from kg.relations.changes import Changes
from kg.relations.choosing import best, different, holding, told_within, without_wider, without_yielding
from kg.relations.cues import Cue, Cues
from kg.relations.dividing import Dividing
from kg.relations.gapping import Gapping
from kg.relations.naming import Namer
from kg.relations.passages import Passage, going_on, passages, speeches
from kg.relations.qualifiers import Parts
from kg.relations.sharing import Sharing
from kg.relations.speech import Speech, attribute
from kg.relations.timing import Times
from kg.relations.topics import Topics
from kg.text import LinkedText, Quotation
from kg.values.shifts import ahead

# Confidence, in hundredths: what a plain match is worth, and what each doubt takes from it.
PLAIN, GAP, ANAPHOR, NEW = 95, 6, 15, 10
# The fewest spaces in a quotation that begins with a figure ("18 to 24 months" is none) or small, as words taken out do
_SPOKEN, _TAKEN = 5, 9
_SMALL = 4
"""The shortest word that is written large in a name ("of" is not)."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one document gives: its claims in the order of the text, and the entities that nobody had listed."""

    claims: tuple[Claim, ...]
    entities: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """What is being read: the document, its name, the linked text, and what it is about so far."""

    document: Document
    name: str
    linked: LinkedText
    topics: Topics


class _Reading(NamedTuple):
    """A match with what the text around it says."""

    match: Match
    segment: Segment
    status: Status
    qualifiers: tuple[Qualifier, ...]
    others: tuple[Qualifier, ...]
    """Further values of a qualifier: for each of them the statement is made again ("in China and in Japan")."""
    nodes: tuple[int, ...]
    start: str
    until: str
    time_text: str
    stated_by: str
    topic: Node | None


class Resolves(Protocol):
    """Finds what "it" and "the company" stand for, once more when new names are known."""

    entities: Mapping[str, Entity]
    homes: frozenset[str]

    def again(self, linked: LinkedText) -> LinkedText:
        """The text with what its words stand for."""


class Reader:
    """Reads texts of one language; made once, used for every document."""

    def __init__(self, language: Language, ontology: Ontology, resolver: Resolves) -> None:
        self.language, self.ontology, self.resolver = language, ontology, resolver
        self.grammar = Grammar.of(language)
        self.cues, self.times = Cues(language, ontology), Times(language)
        self.speech = Speech(language, ontology)
        self.matcher = Matcher(language.patterns, dict(language.lists))
        self.namer = Namer(language, ontology)
        self.firms = frozenset(c for c in ontology.classes if not self.namer.wholes.isdisjoint(ontology.closure([c])))
        self.dividing = Dividing(language, ontology, self.namer.typing, self.matcher)
        versions = Versions(language)
        self.parts = Parts(ontology, self.grammar, versions, resolver.entities)
        self.gapping, self.changes = Gapping(language, ontology, versions), Changes(language, ontology)
        self.sharing = Sharing(language, ontology)

    def extract(self, document: Document, linked: LinkedText) -> Extraction:
        """The claims of a document and its new entities."""
        spoken = speeches(linked)
        linked, parts, new = self.prepared(linked, spoken)
        source = _Source(document, document.id, linked, Topics(linked, self.grammar, self.dividing.lands))
        speakers = attribute(parts, self.speech, going_on(linked, spoken)) if spoken else {}
        claims = [*self._said(source, spoken, speakers)]
        for passage, seg in parts:
            matches = self._matches(source, seg)
            if not matches:
                continue
            by = speakers.get(passage.quotation, "") if passage.quotation >= 0 else self.speech.speaker(seg)
            named, found = self.namer.by_place(linked, seg, matches)
            new += found
            if found:
                matches = [m for m in matches if self.namer.fits(named, m)]
            claims += self._read(source, named, matches, by)
        used = {t for c in claims for t in (c.subject, c.object, c.stated_by, *(v for _, v in c.qualifiers))}
        entities = {e.iri: e for e in (*self.namer.in_full(linked, new), *self.namer.units(linked)) if e.iri in used}
        return Extraction(tuple(_in_order(claims)), tuple(entities[k] for k in sorted(entities)))

    def prepared(
        self, linked: LinkedText, spoken: list[Quotation]
    ) -> tuple[LinkedText, list[tuple[Passage, Segment]], list[Entity]]:
        """The text with its unlisted names typed by their context, its segments, and the entities that are new."""
        parts = [(p, self._segment(linked, p)) for p in passages(linked, spoken)]
        linked = self._changed(linked, self.dividing.divided(linked, parts), parts)
        typed, new = self.namer.typed(linked, parts)
        return self._changed(linked, typed, parts), parts, new

    def _changed(self, linked: LinkedText, now: LinkedText, parts: list[tuple[Passage, Segment]]) -> LinkedText:
        """A text whose names are others now, with the words that may stand for them; the segments are made anew where
        they are."""
        if now is linked:
            return linked
        now = self.resolver.again(now)
        firsts = sorted({m.first for m in {*linked.mentions, *linked.owners} ^ {*now.mentions, *now.owners}})
        for n, (passage, _) in enumerate(parts):
            if bisect_left(firsts, passage.first) < bisect_left(firsts, passage.last):
                parts[n] = passage, self._segment(now, passage)
        return now

    def _segment(self, linked: LinkedText, passage: Passage) -> Segment:
        """A passage as a segment; one without any name or figure has nothing to be read and stays empty."""
        first, last = passage.first, passage.last
        if linked.between(first, last) or linked.values_between(first, last) or linked.owners_between(first, last):
            return segment(linked, first, last, self.grammar)
        return Segment((), self.grammar)

    # -- claims ------------------------------------------------------------------------------------------------------

    def _said(self, source: _Source, spoken: list[Quotation], speakers: dict[int, str]) -> Iterator[Claim]:
        """A claim for each quotation with a speaker: that these are his words."""
        prop, text = self.speech.property, source.document.text
        for index, quotation in enumerate(spoken):
            who, start, end = speakers.get(index), quotation.start, quotation.end
            while start < end and text[start].isspace():
                start += 1
            while end > start and (text[end - 1].isspace() or text[end - 1] == ","):
                end -= 1
            words = text[start:end]
            least = _TAKEN if words[:1].islower() or _is_title(words) else _SPOKEN if words[:1].isdigit() else 0
            if prop is None or not who or words.count(" ") < least:
                continue
            said = Literal(words, next(iter(prop.range)), self.language.code)
            by = f"{self.language.code}/quotation"
            yield Claim(source.name, start, end, words, who, prop.iri, said, pattern=by, confidence="0.95")

    def _matches(self, source: _Source, seg: Segment) -> list[Match]:
        found = self.matcher.matches(seg)
        if not found:
            return found
        found = holding(seg, self._specific(source, seg, found), self.ontology)
        found = self.sharing.completed(seg, found)
        return self.changes.told(seg, self.gapping.completed(source.linked.text, seg, found))

    def _read(self, source: _Source, seg: Segment, matches: list[Match], by: str) -> Iterator[Claim]:
        if not matches:
            return
        cues = self.cues.found(seg)
        taken = self._taken(matches)
        rivals = [m for m in matches if m.pattern.status is not Status.IN_EFFECT]
        found: list[tuple[Claim, bool, bool]] = []
        for match in different(matches):
            reading = self._reading(source, seg, match, cues, taken, by, rivals)
            for variant in _variants(reading) if reading is not None else ():
                fixed, named = match.pattern.status is not None, variant.topic is None
                found += [(claim, fixed, named) for claim in self._claims(source, variant)]
        told = without_yielding(list(best(found)), self.ontology)
        within = told_within(seg, self.resolver.homes) if len(told) > 1 else frozenset()
        yield from without_wider(told, self.resolver.entities, self.firms, within)

    def _specific(self, source: _Source, seg: Segment, matches: list[Match]) -> list[Match]:
        """The matches without those of a property for any figure whose figure is one of a property of its own.

        One that is said of what the text speaks of takes none where the text speaks of nothing that may have it.
        """
        properties = self.ontology.properties
        specific = [m for m in matches if properties[m.pattern.property].dimension != "any"]
        if len(specific) == len(matches):
            return matches
        own = {
            i
            for m in specific
            if () not in m.slots.values() or self._topic(source, seg, m) is not None
            for name, nodes in m.slots.items()
            if name not in ("s", "both")
            for i in nodes
        }
        return [m for m in matches if properties[m.pattern.property].dimension != "any" or own.isdisjoint(m.slots["o"])]

    def _taken(self, matches: list[Match]) -> dict[str, frozenset[int]]:
        """For each property the nodes that facts of other properties took, so that they are no scope of its own."""
        by_property: dict[str, set[int]] = {m.pattern.property: set() for m in matches}
        if len(by_property) == 1:
            return dict.fromkeys(by_property, frozenset())
        for match in matches:
            nodes = {i for name, found in match.slots.items() for i in found if name not in ("s", "both")}
            by_property[match.pattern.property].update(nodes)
        found = {}
        for iri in by_property:
            own = {iri, *self.ontology.properties[iri].scoped_by}
            found[iri] = frozenset(i for p, nodes in by_property.items() if p not in own for i in nodes)
        return found

    def _reading(
        self,
        source: _Source,
        seg: Segment,
        match: Match,
        cues: list[Cue],
        taken: dict[str, frozenset[int]],
        by: str,
        rivals: list[Match],
    ) -> _Reading | None:
        linked = source.linked
        status = self.cues.status(seg, match, cues)
        if status is None:
            return None
        prop = self.ontology.properties[match.pattern.property]
        scope = list(self.cues.scope(seg, match, cues, prop, taken[prop.iri], rivals))
        when = self.times.of(seg, match, rivals, prop, status, source.document.issued)
        node = seg.nodes[when.node] if when.node >= 0 else None
        words = linked.text[node.start : node.end] if node else ""
        qualifiers: dict[str, Term] = {}
        for (name, value), _ in scope:
            qualifiers.setdefault(name, value)
        others = tuple([(n, v) for (n, v), _ in scope if qualifiers[n] != v])
        qualifiers.update(self.parts.of_slots(linked, seg, match, prop))
        qualifiers.update(self.parts.extension(linked, seg, match, prop))
        ground = self.cues.ground(seg, match, cues, status)
        nodes = [i for _, i in scope] + ([when.node] if node else []) + ([ground] if ground is not None else [])
        found = tuple(sorted(qualifiers.items(), key=qualifier_key))
        topic = self._topic(source, seg, match) if () in match.slots.values() else None
        return _Reading(match, seg, status, found, others, tuple(nodes), when.start, when.until, words, by, topic)

    def _topic(self, source: _Source, seg: Segment, match: Match) -> Node | None:
        """What the text is about so far, where the passage itself does not name another."""
        wanted = next(e.classes for e in match.pattern.elements if isinstance(e, Slot) and "topic" in e.kinds)
        prop = self.ontology.properties[match.pattern.property]
        latest = prop.kind != "entity"
        best = source.topics.meant(seg, match, wanted, self.ontology.closure(wanted) - {THING}, latest=latest)
        if best is not None and not best.classes.isdisjoint(prop.counted_by):
            return None
        return Node("", best.start, best.end, mention=best) if best is not None else None

    def _claims(self, source: _Source, reading: _Reading) -> Iterator[Claim]:
        seg, match, document = reading.segment, reading.match, source.document
        first = min(match.first, *reading.nodes) if reading.nodes else match.first
        last = max(match.last - 1, *reading.nodes) if reading.nodes else match.last - 1
        start, end = seg.nodes[first].start, seg.nodes[last].end
        identity = frozenset([v for _, v in reading.qualifiers if isinstance(v, str)])
        prop = self.ontology.properties[match.pattern.property]
        for subject, object_ in self._pairs(match):
            s = seg.nodes[subject] if subject >= 0 else reading.topic
            o = seg.nodes[object_] if object_ >= 0 else reading.topic
            if s is None or s.mention is None or o is None:
                continue
            written = document.text[o.start : o.end]
            if not self.parts.tells(o, written, prop, reading.qualifiers):
                continue
            literal = o.value.of(prop.dimension)[0] if o.value is not None else None
            if literal is not None and _is_open(o, reading.status):
                literal = Literal.date(ahead(literal.lexical, document.issued))
            target = literal if literal is not None else o.mention.entity if o.mention is not None else ""
            if not s.mention.entity or not target or target == s.mention.entity or s.mention.entity in identity:
                continue
            if prop.symmetric and (self._belong(s.mention.entity, target) or not _alike(s, o)):
                continue  # a thing and its maker neither compete nor work together, nor a thing and a firm
            if prop.of_own and is_of_rival(s.mention.entity, str(target), self.resolver.entities):
                continue
            yield Claim(
                source.name,
                start,
                end,
                document.text[start:end],
                s.mention.entity,
                match.pattern.property,
                target,
                reading.qualifiers,
                self._settled(reading, document),
                reading.start,
                reading.until,
                reading.time_text,
                written if o.value is not None else "",
                reading.stated_by if reading.stated_by != s.mention.entity or match.gaps else "",
                match.pattern.id,
                _confidence(match, (s, o)),
            )

    def _belong(self, one: str, other: Term) -> bool:
        """Whether one is a thing and the other its maker; two of one kind, as a company and its parent, are not."""
        known = self.resolver.entities
        kinds = [self.ontology.closure(known[e].types) if e in known else frozenset() for e in (one, str(other))]
        alike = len(kinds[0] & kinds[1]) > 1
        pairs = ((one, str(other)), (str(other), one))
        return not alike and any(a in known and b in known[a].belongs_to for a, b in pairs)

    def _pairs(self, match: Match) -> list[tuple[int, int]]:
        """The nodes of subject and object; -1 for an end that is the topic."""
        both = match.slots.get("both")
        if both is not None:
            return [(a, b) for n, a in enumerate(both) for b in both[n + 1 :]]
        return [(s, o) for s in match.slots["s"] or (-1,) for o in match.slots["o"] or (-1,)]

    def _settled(self, reading: _Reading, document: Document) -> Status:
        """What is said to hold from a day after the publication is planned; what held until one before it is ended."""
        if reading.status is not Status.IN_EFFECT or not document.issued:
            return reading.status
        issued, pattern = document.issued, reading.match.pattern
        past = bool(reading.until) and reading.until[: len(issued)] <= issued[: len(reading.until)]
        if past and self.ontology.properties[pattern.property].kind != "quantity":  # that is of a span that is over
            return Status.ENDED
        later = reading.start[: len(issued)] > issued[: len(reading.start)]
        return Status.PLANNED if later and pattern.status is None else Status.IN_EFFECT


def _is_title(words: str) -> bool:
    """Whether words are a name, written large throughout: "the 'Norland Timber Laboratory'"."""
    return all(word[:1].isupper() or len(word) < _SMALL for word in words.split())


def _is_open(node: Node, status: Status) -> bool:
    """Whether a date without a year is that of something still to come."""
    return node.value is not None and node.value.yearless and status is Status.PLANNED


def _alike(one: Node, other: Node) -> bool:
    """Whether two names are of one kind, as far as they are known: two firms, or two things."""
    a, b = one.mention, other.mention
    return a is None or b is None or not a.classes or not b.classes or len(a.classes & b.classes) > 1


def _variants(reading: _Reading) -> list[_Reading]:
    """A reading for each value of a qualifier that has several."""
    found = [reading]
    for name, value in reading.others:
        changed = {**dict(reading.qualifiers), name: value}
        found.append(reading._replace(qualifiers=tuple(sorted(changed.items(), key=qualifier_key))))
    return found


def _confidence(match: Match, ends: tuple[Node, Node]) -> str:
    worth = PLAIN - GAP * match.gaps
    for node in ends:
        kind = node.mention.kind if node.mention is not None else ""
        worth -= ANAPHOR if kind == "anaphor" else NEW if kind == "new" else 0
    return f"0.{max(worth, 10)}"


def _in_order(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda c: (c.start, c.end, c.subject, c.predicate, term_key(c.object)))
