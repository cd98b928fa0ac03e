"""The sentences to learn from: what stands in them, which pairs are known facts, which are read already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg.build import Knowledge
from kg.model import Document, Fact, Status, term_key
from kg.ontology import Ontology
from kg.patterns import Language
from kg.patterns.match import Match, Matcher
from kg.patterns.segment import Grammar, Node, Segment, segment
from kg.relations.passages import passages, speeches

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

    @property
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
    knowledge: Knowledge, code: str, documents: Iterable[Document], known: Mapping[str, frozenset[Pair]]
) -> Corpus:
    """What documents in a language hold; ``known`` as :func:`known_pairs` gives it."""
    language = knowledge.languages[code]
    grammar = Grammar.of(language)
    places = tuple(p for d in documents for p in _places(knowledge, d, language, grammar))
    return Corpus(language, grammar, places, known, _readings(places, language))


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


def _places(knowledge: Knowledge, document: Document, language: Language, grammar: Grammar) -> Iterator[Place]:
    linker, _ = knowledge.readers[language.code]
    linked = linker.link(document.text, document.issued)
    for passage in passages(linked, speeches(linked)):
        found = segment(linked, passage.first, passage.last, language, grammar)
        if sum(bool(end_of(node)) for node in found.nodes) > 1:
            yield Place(document, passage.sentence.start, passage.sentence.end, found)


def _readings(places: Iterable[Place], language: Language) -> dict[str, frozenset[Reading]]:
    matcher = Matcher(language.patterns, dict(language.lists))
    found: dict[str, set[Reading]] = {}
    for place in places:
        here = found.setdefault(place.sentence, set())
        for match in matcher.matches(place.segment):
            here.update((match.pattern.property, pair) for pair in pairs_of(match, place.segment))
    return {sentence: frozenset(readings) for sentence, readings in found.items()}
