"""Why a text was read as it was: for each passage what was linked, which patterns matched, and which nearly did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kg.model import Claim, Document
from kg.patterns.match import NearMiss
from kg.patterns.notation import Slot, shown
from kg.patterns.segment import Segment
from kg.relations.passages import speeches
from kg.relations.reader import Reader
from kg.text import LinkedText


@dataclass(frozen=True, slots=True)
class Found:
    """A name or value in a passage: its words, what it is (an IRI, or a value), and its kind or dimension."""

    words: str
    what: str
    kind: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A pattern that nearly matched: its id, its line, the words it was found by, and the part that was not there."""

    pattern: str
    line: str
    words: str
    lacking: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One passage: its text, what was found in it, the claims read from it, and the patterns that nearly matched."""

    text: str
    found: tuple[Found, ...]
    claims: tuple[Claim, ...]
    missed: tuple[Missed, ...]


def explain(reader: Reader, document: Document, linked: LinkedText) -> Iterator[Explanation]:
    """The explanations of a document's passages, in the order of the text."""
    spoken = speeches(linked)
    linked, parts, _ = reader.prepared(linked, spoken)
    claims = reader.extract(document, linked).claims
    for passage, segment in parts:
        start, end = linked.tokens.starts[passage.first], linked.tokens.ends[passage.last - 1]
        read = tuple(c for c in claims if start <= c.start < end)
        matched = {c.pattern for c in read}
        near = (m for m in reader.matcher.near_misses(segment) if m.pattern.id not in matched)
        missed = tuple(_missed(m, segment, linked, reader) for m in near if _has_ends(m, segment))
        yield Explanation(linked.text[start:end], tuple(_found(segment, linked)), read, missed)


def _found(segment: Segment, linked: LinkedText) -> Iterator[Found]:
    for node in segment.nodes:
        words = linked.text[node.start : node.end]
        if node.mention is not None:
            yield Found(words, node.mention.entity, node.mention.kind)
        elif node.value is not None:
            value = node.value
            yield Found(words, f"{value.literal.lexical if value.literal else ''} {value.unit}".strip(), value.kind)


def _has_ends(miss: NearMiss, segment: Segment) -> bool:
    """Whether names and values that could fill every slot are there: only then is it the wording that failed."""
    slots = [e for e in miss.pattern.elements if isinstance(e, Slot) and not e.optional]
    return all(any(_could_fill(slot, segment, i) for i in range(len(segment))) for slot in slots)


def _could_fill(slot: Slot, segment: Segment, i: int) -> bool:
    node = segment.nodes[i]
    if slot.value:
        return slot.value == "text" or (node.value is not None and node.value.fits(slot.value))
    demonym = node.mention is not None and node.mention.kind == "demonym"
    wanted = ("demonym" in slot.kinds) == demonym
    return node.mention is not None and wanted and not node.mention.classes.isdisjoint(slot.classes)


def _missed(miss: NearMiss, segment: Segment, linked: LinkedText, reader: Reader) -> Missed:
    first, last = segment.nodes[miss.anchor[0]], segment.nodes[miss.anchor[1] - 1]
    part = miss.pattern.elements[min(miss.lacking, len(miss.pattern.elements) - 1)]
    lacking = shown(part, reader.ontology.short)
    return Missed(miss.pattern.id, miss.pattern.text, linked.text[first.start : last.end], lacking)
