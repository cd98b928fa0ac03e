"""Made words, names, texts and patterns, the same every time: what the shipped data is too small to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.model import Document, Entity, Label
from kg.ontology import Ontology
from kg.patterns import Language, Pattern, Words
from kg.patterns.notation import anchor_of

CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
SYLLABLES = [c + v for c in CONSONANTS for v in VOWELS]
SPREAD = 7_919
"""Prime: numbers in a row give words that are not alike."""
DISTINCT, STEP = 5_003, 31
"""Different words of the made texts (prime, as the step between two of them), as many as a newspaper's daily stock."""
SENTENCE, PARAGRAPHS, SENTENCES = 17, 4, 3
"""Words of a sentence, paragraphs of a document, sentences of a paragraph: as in the articles."""


def word(number: int) -> str:
    """A word that no language has: "qu" in front keeps it apart from all of the patterns and names."""
    spread, found = number * SPREAD % len(SYLLABLES) ** 3, ""
    for _ in range(3):
        spread, syllable = divmod(spread, len(SYLLABLES))
        found += SYLLABLES[syllable]
    return "qu" + found


def texts(characters: int) -> Iterator[Document]:
    """Documents of made words with about that many characters in all: nothing in them is a name."""
    written = number = 0
    while written < characters:
        paragraphs = []
        for _ in range(PARAGRAPHS):
            sentences = []
            for _ in range(SENTENCES):
                sentences.append(
                    " ".join(word(n * STEP % DISTINCT) for n in range(number, number + SENTENCE)).capitalize() + "."
                )
                number += SENTENCE
            paragraphs.append(" ".join(sentences))
        text = "\n\n".join(paragraphs)
        written += len(text)
        yield Document(text=text, source=f"made/{number}.txt", issued="2025-01-01", language="en")


def names(count: int, known: Sequence[Entity]) -> dict[str, Entity]:
    """That many made entities with one name each; every second name begins with the first word of a real one."""
    found = {}
    for n in range(count):
        like = known[n % len(known)]
        first = like.label().split()[0] if n % 2 else word(n).capitalize()
        iri = f"https://example.org/made/{n}"
        found[iri] = Entity(iri, like.types, (Label(f"{first} {word(count + n).capitalize()}", "en"),))
    return found


def patterns(language: Language, count: int, *, shared: bool) -> Language:
    """A language with that many patterns: a hundred of its own, the others made from all of its own.

    A made one has made words in place of all its words, or (``shared``) in place of one part: then most made ones are
    looked up by a word that stands in the text, and are tried in vain.
    """
    own = language.patterns
    kept = own[:: max(1, len(own) // 100)][:100]
    made = [_varied(own[n % len(own)], n, language, shared=shared) for n in range(count - len(kept))]
    return replace(language, patterns=(*kept, *made))


def _varied(pattern: Pattern, number: int, language: Language, *, shared: bool) -> Pattern:
    places = [i for i, e in enumerate(pattern.elements) if isinstance(e, Words)]
    chosen = {places[number // len(language.patterns) % len(places)]} if shared and places else set(places)
    elements = tuple(
        Words(frozenset({(word(number + i),)}), e.optional) if isinstance(e, Words) and i in chosen else e
        for i, e in enumerate(pattern.elements)
    )
    anchor = anchor_of(elements, frozenset(language.lists))
    return replace(pattern, id=f"{pattern.id}/{number}", elements=elements, anchor=anchor)


def classes_of(entities: Sequence[Entity], ontology: Ontology) -> dict[str, frozenset[str]]:
    """For each set of types that entities have, written as one word, all classes above it."""
    return {type_of(e): ontology.closure(e.types) for e in entities}


def type_of(entity: Entity) -> str:
    """The types of an entity as one word."""
    return "+".join(sorted(t.rpartition("#")[2] for t in entity.types))
