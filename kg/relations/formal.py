"""The full names of firms: a text that says "PT Acme Karya Tbk" names Acme Karya, which is called so too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.model import Entity, Label
from kg.patterns import Language
from kg.patterns.notation import Words
from kg.text import UNKNOWN, LinkedText, Mention

_NAMED = frozenset({"new", *UNKNOWN})


class Formal:
    """Finds the legal forms that stand beside names."""

    def __init__(self, language: Language) -> None:
        self.before = Words(language.words("grammar", "legal_before")).by_last
        self.after = Words(language.words("grammar", "legal_after")).by_first

    def completed(self, linked: LinkedText, entities: Iterable[Entity]) -> Iterator[Entity]:
        """The entities, each with the full names that a text gives it as alternatives."""
        full: dict[str, set[str]] = {}
        for mention in linked.mentions:
            if mention.kind in _NAMED:
                name = " ".join(linked.text[mention.start : mention.end].split())
                full.setdefault(name, set()).add(self._written(linked, mention))
        for entity in entities:
            own = {label.text for label in entity.labels}
            more = sorted(set().union(*(full.get(text, ()) for text in own)) - own)
            labels = (Label(text, entity.labels[0].language, "alternative") for text in more)
            yield replace(entity, labels=(*entity.labels, *labels)) if more else entity

    def _written(self, linked: LinkedText, mention: Mention) -> str:
        """A name with the legal forms before and behind it."""
        tokens, first, last = linked.tokens, mention.first, mention.last
        for keys in self.before.get(tokens.keys[first - 1], ()) if first else ():
            if tokens.keys[max(0, first - len(keys)) : first] == keys:
                first -= len(keys)
                break
        while last < len(tokens):
            forms = (k for k in self.after.get(tokens.keys[last], ()) if tokens.keys[last : last + len(k)] == k)
            form = max(forms, key=len, default=())
            if not form or not tokens.is_large(last):
                break
            last += len(form)
        end = max(mention.end, tokens.ends[last - 1])
        return " ".join(linked.text[tokens.starts[first] : end].split())
