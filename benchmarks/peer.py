"""The same work for spaCy, as far as its rules can say it: sentences, typed names, and patterns over both.

What is not translated is ours alone, so that the comparison is in spaCy's favour: dates and figures with their units
(a figure is a token like a number), names settled by context, affixes, pronouns, appositions and clauses, and all that
makes a claim of a match: status, time, scope, speaker, evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

import spacy
from made import classes_of, type_of
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans

from kg.build import Knowledge
from kg.model import Document, Entity
from kg.patterns import Element, Gap, Language, Pattern, Slot

WORDINGS = 3
"""How many wordings of several words a part has in a translated pattern."""
VARIANTS = 8
"""How many patterns one line is translated to at most: one for each choice among such wordings."""
Steps = list[dict[str, Any]]
WIDE, SOFT = {"OP": "*"}, {"OP": "*"}
"""``..`` and what may stand unsaid between two parts: any words of the sentence. Held to sixteen and four tokens
(``{0,16}``, ``{0,4}``), as ours are, the matcher takes more than a minute for a single sentence.
"""


class Peer:
    """spaCy's blank pipeline with the names and patterns of a project."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.nlp = spacy.blank("id")
        self.nlp.add_pipe("sentencizer")
        self.nlp.max_length = 10**9
        entities = list(knowledge.names.entities.values())
        self.finders = [self._finder(entities, attr, lower) for attr, lower in (("ORTH", False), ("LOWER", True))]
        types = classes_of(entities, knowledge.ontology)
        self.matchers = {code: self._matcher(x, types) for code, x in knowledge.languages.items()}

    def _finder(self, entities: Iterable[Entity], attr: str, lower: bool) -> PhraseMatcher:
        finder = PhraseMatcher(self.nlp.vocab, attr=attr)
        by_type: dict[str, set[str]] = {}
        for entity in entities:
            texts = (x.text for x in entity.labels if (x.text == x.text.lower()) is lower)
            by_type.setdefault(type_of(entity), set()).update(texts)
        for name, texts in sorted(by_type.items()):
            finder.add(name, list(self.nlp.tokenizer.pipe(sorted(texts))))
        return finder

    def _matcher(self, language: Language, types: Mapping[str, frozenset[str]]) -> Matcher:
        matcher = Matcher(self.nlp.vocab)
        for pattern in language.patterns:
            matcher.add(pattern.id, list(islice(translated(pattern, types), VARIANTS)))
        return matcher

    def names(self, document: Document) -> Doc:
        """Sentences and names: names as written, common nouns without regard to case; the longest where they meet."""
        doc = self.nlp(document.text)
        spans = [span for finder in self.finders for span in finder(doc, as_spans=True)]
        doc.ents = filter_spans(spans)
        return doc

    def read(self, document: Document) -> object:
        """Sentences, names, and the matches of the patterns of the document's language in each sentence."""
        doc, matcher = self.names(document), self.matchers[document.language[:2]]
        return [matcher(sentence) for sentence in doc.sents]


def translated(pattern: Pattern, types: Mapping[str, frozenset[str]]) -> Iterator[Steps]:
    """A pattern in spaCy's notation, once for each choice among wordings of one and of several words."""
    parts = [_part(e, types) for e in pattern.elements if not (isinstance(e, Slot) and "topic" in e.kinds)]
    for choice in product(*parts):
        yield list(_spaced(choice))


def _spaced(parts: Sequence[Steps]) -> Iterator[dict[str, Any]]:
    """The parts in a row, with unsaid words let in between two of them unless a gap says otherwise."""
    for i, part in enumerate(parts):
        if i and not _is_gap(part) and not _is_gap(parts[i - 1]):
            yield SOFT
        yield from part


def _is_gap(part: Steps) -> bool:
    return part in ([], [WIDE])


def _part(element: Element, types: Mapping[str, frozenset[str]]) -> list[Steps]:
    if isinstance(element, Gap):
        return [[WIDE] if element.width else []]
    if isinstance(element, Slot):
        return [[_slot(element, types)]]
    single = sorted(keys[0] for keys in element.alternatives if len(keys) == 1)
    several = sorted(keys for keys in element.alternatives if len(keys) > 1)[:WORDINGS]
    optional = {"OP": "?"} if element.optional else {}
    found: list[Steps] = [[{"LOWER": {"IN": single}, **optional}]] if single else []
    return found + [[{"LOWER": key, **optional} for key in keys] for keys in several]


def _slot(slot: Slot, types: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    op = {"OP": "*" if slot.optional else "+"}
    if slot.value == "text":
        return {"IS_ALPHA": True, **op}
    if slot.value:
        return {"LIKE_NUM": True, **op}
    fitting = sorted(name for name, above in types.items() if above.intersection(slot.classes))
    return {"ENT_TYPE": {"IN": fitting}, **op}
