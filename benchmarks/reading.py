"""Text read per second: the whole reading of articles beside spaCy's finding of the same names in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import spacy
from measure import Row, group, rate, seconds
from spacy.matcher import PhraseMatcher

from kg.build import Knowledge
from kg.documents import read
from kg.model import Document, Entity
from kg.project import Project


def articles(root: Path, copies: int) -> list[Document]:
    """The articles of the project, many times over; each copy's text is its own, so that no cache can help."""
    found = [d for d in read([root / "seeds" / "articles"]) if isinstance(d, Document)]
    return [replace(d, text=f"{d.text}\n\n{n}\n") for n in range(copies) for d in found]


def spacy_finder(entities: Iterable[Entity]) -> Callable[[Document], object]:
    """Sentences and names by spaCy: names as written, common nouns without regard to case."""
    nlp = spacy.blank("id")
    nlp.add_pipe("sentencizer")
    labels = sorted({label.text for entity in entities for label in entity.labels})
    matchers = [PhraseMatcher(nlp.vocab, attr=attr) for attr in ("ORTH", "LOWER")]
    for matcher, lower in zip(matchers, (False, True), strict=True):
        matcher.add("name", list(nlp.tokenizer.pipe(x for x in labels if (x == x.lower()) is lower)))
    nlp.max_length = 10**9

    def find(document: Document) -> object:
        doc = nlp(document.text)
        return list(doc.sents), [matcher(doc) for matcher in matchers]

    return find


def each(work: Callable[[Document], object], documents: Sequence[Document]) -> Callable[[], object]:
    """The same work on each document."""
    return lambda: [work(d) for d in documents]


def reading(root: Path, copies: int) -> list[Row]:
    """Characters read per second; ours ends in claims with their evidence, the peer's in names."""
    knowledge = Knowledge.of(Project.find(root))
    documents = [knowledge.in_language(d) for d in articles(root, copies)]
    amount = sum(len(d.text) for d in documents)
    knowledge.extract(documents[0])  # compiles the names and patterns, as spaCy's matcher is compiled beforehand
    find = spacy_finder(knowledge.names.entities.values())

    def link(document: Document) -> object:
        return knowledge.readers[document.language[:2]][0].link(document.text, document.issued)

    times = [
        ("kg: sentences, names, dates, figures, claims", seconds(each(knowledge.extract, documents), runs=1)),
        ("kg: sentences, names, dates, figures", seconds(each(link, documents), runs=1)),
        ("spaCy, blank: sentences, names", seconds(each(find, documents), runs=1)),
    ]
    labels = sum(len(e.labels) for e in knowledge.names.entities.values())
    return group(f"read {len(documents):,} articles, {labels:,} names known", times, rate(amount, "characters"))
