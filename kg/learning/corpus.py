"""The sentences to learn from: what stands in them, which pairs are known facts, which are read already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from kg.build import Knowledge
from kg.model import Document, Fact, Status, term_key
from kg.ontology import Ontology
from kg.patterns import Language
from kg.patterns.grammar import Grammar, Node
from kg.patterns.match import Match
from kg.patterns.segment import Segment
from kg.relations import Extraction, Reader
from kg.relations.passages import speeches
from kg.text import LinkedText

Pair = tuple[str, str]
"""Subject and object, each as :func:`kg.model.term_key` has it."""
Reading = tuple[str, Pair]
"""A property and the pair that it joins."""


@dataclass(frozen=True)
class Place:
    """A passage of a sentence: its document, the sentence's offsets, and what the matcher sees of it."""

    document: Document
    start: int
    end: int
    segment: Segment

    @cached_property
    def sentence(self) -> str:
        """The sentence on one line: the same words in two documents are one sentence."""
        return " ".join(self.document.text[self.start : self.end].split())


@dataclass(frozen=True)
class Corpus:
    """The passages in one language, the known pairs of each property, and what the language's patterns read."""

    language: Language
    grammar: Grammar
    places: tuple[Place, ...]
    known: Mapping[str, frozenset[Pair]]
    read: Mapping[str, frozenset[Reading]]
    """Sentence -> what is read in it."""


def corpus(
    knowledge: Knowledge, code: str, documents: Iterable[tuple[Document, LinkedText, Extraction]],
    known: Mapping[str, frozenset[Pair]],
) -> Corpus:  # fmt: skip
    """What documents in a language hold, linked and read; ``known`` as :func:`known_pairs` gives it."""
    _, reader = knowledge.readers[code]
    places: list[Place] = []
    read: dict[str, set[Reading]] = {}
    for document, linked, extraction in documents:
        here = list(_places(document, linked, reader))
        for place in here:
            read.setdefault(place.sentence, set()).update(_readings(place, extraction, reader))
        places += here
    return Corpus(reader.language, reader.grammar, tuple(places), known, {s: frozenset(read[s]) for s in read})


def known_pairs(facts: Iterable[Fact], ontology: Ontology) -> dict[str, frozenset[Pair]]:
    """For each property the pairs that facts join, both ways round where it is symmetric; denied facts join nothing."""
    found: dict[str, set[Pair]] = {}
    for fact in facts:
        if fact.status is Status.DENIED or fact.predicate not in ontology.properties:
            continue
        pair = term_key(fact.subject), term_key(fact.object)
        ways = [pair, pair[::-1]] if ontology.properties[fact.predicate].symmetric else [pair]
        found.setdefault(fact.predicate, set()).update(ways)
    return {name: frozenset(found[name]) for name in sorted(found)}


def end_of(node: Node) -> str:
    """What a node names or says, as an end of a pair; empty for a word and for a name that nobody listed."""
    if node.value is not None:
        return term_key(node.value.literal) if node.value.literal is not None else ""
    return term_key(node.mention.entity) if node.mention is not None and node.mention.entity else ""


def pairs_of(match: Match, seg: Segment) -> Iterator[Pair]:
    """The pairs that a match joins."""
    slots = match.slots
    both = slots.get("both", ())
    ends = [(a, b) for n, a in enumerate(both) for b in both[n + 1 :]]
    ends += [(s, o) for s in slots.get("s", ()) for o in slots.get("o", ())]
    for subject, object_ in ends:
        pair = end_of(seg.nodes[subject]), end_of(seg.nodes[object_])
        if all(pair) and pair[0] != pair[1]:
            yield pair


def _places(document: Document, linked: LinkedText, reader: Reader) -> Iterator[Place]:
    _, parts, _ = reader.prepared(linked, speeches(linked))
    for passage, found in parts:
        if sum(bool(end_of(node)) for node in found.nodes) > 1:
            yield Place(document, passage.sentence.start, passage.sentence.end, found)


def _readings(place: Place, extraction: Extraction, reader: Reader) -> Iterator[Reading]:
    """What the patterns join in a passage, and what was read in its sentence by whatever way."""
    for match in reader.matcher.matches(place.segment):
        yield from ((match.pattern.property, pair) for pair in pairs_of(match, place.segment))
    for claim in extraction.claims:
        if place.start <= claim.start and claim.end <= place.end:
            yield claim.predicate, (term_key(claim.subject), term_key(claim.object))
