"""All listed names in one trie over token keys: word boundaries for free, a cost that hardly grows with the names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kg.model import Entity, Label
from kg.ontology import Ontology
from kg.patterns.notation import Keys
from kg.text import Tokens, key_of

_END = ""
_DASH = "-"
# Names of up to this many letters are linked only as they are written: "GM", "ID", "VW" in other case are other words.
SHORT = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One label of one entity, as the linker needs it."""

    entity: Entity
    label: Label
    classes: frozenset[str]
    cased: bool = field(init=False)
    """Whether the name is written with capitals, so that case counts."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "cased", not self.label.text.islower())

    def reads(self, written: str, language: str) -> bool:
        """Whether words as written can be this label: its capitals, and for common nouns its language."""
        text = self.label.text
        if written == text:
            return self.cased or self._speaks(language)
        if self.label.kind == "ambiguous":
            return False
        if not self.cased:
            return self._speaks(language)
        if len(text) <= SHORT or (written[-1] == "s" and text.isupper() and written[:-1].isupper()):
            return False  # "ACMs" are several, not "ACMS"
        return any(c.isupper() for c in written) or not any(c.isalpha() for c in written)

    def _speaks(self, language: str) -> bool:
        return self.label.language in ("", "en", language)


class Gazetteer:
    """The trie: :meth:`longest` gives, for a position in a text, the names that end furthest from it."""

    def __init__(self, entities: Iterable[Entity], ontology: Ontology) -> None:
        self.root: dict[str, Any] = {}
        self.vocabulary: set[str] = set()
        self.entities = {e.iri: e for e in entities}
        for entity in self.entities.values():
            classes = ontology.closure(entity.types)
            doubtful = {x.text for x in entity.labels if x.kind == "ambiguous"}
            for label in entity.labels:
                if label.kind == "ambiguous" or label.text not in doubtful:
                    self._add(Entry(entity, label, classes))

    def _add(self, entry: Entry) -> None:
        keys = key_of(entry.label.text)
        self.vocabulary.update(keys)
        for written in _spellings(keys):
            node = self.root
            for key in written:
                node = node.setdefault(key, {})
            node.setdefault(_END, []).append(entry)

    def openings(self, tokens: Tokens, stems: Mapping[int, tuple[str, int]]) -> list[int]:
        """The tokens at which a name may start: those whose own word is one, or whose next word goes on with one."""
        root, keys, found = self.root, (*tokens.keys, _END), []
        places = [i for i, key in enumerate(tokens.keys) if key in root]
        for i in sorted({*places, *stems}) if stems else places:
            node = root.get(keys[i])
            opens = node is not None and (_END in node or keys[i + 1] in node or i + 1 in stems)
            if opens or (i in stems and stems[i][0] in root):
                found.append(i)
        return found

    def longest(
        self, tokens: Tokens, first: int, last: int, stems: Mapping[int, tuple[str, int]]
    ) -> list[tuple[int, int, list[Entry]]]:
        """Names that start at token ``first``, longest first: (token past the end, end offset, entries).

        ``stems`` gives, for tokens with an affix, the key without it and the offset at which it ends.
        """
        found: list[tuple[int, int, list[Entry]]] = []
        node, i = self.root, first
        keys, ends = tokens.keys, tokens.ends
        while i < last:
            stem = stems.get(i)
            if stem is not None and (bare := node.get(stem[0])) is not None and _END in bare:
                found.append((i + 1, stem[1], bare[_END]))
            following = node.get(keys[i])
            if following is None:
                break
            node, i = following, i + 1
            if _END in node:
                found.append((i, ends[i - 1], node[_END]))
        return found[::-1]


def _spellings(keys: Keys) -> Iterator[Keys]:
    """A name as it is written, without its hyphens, and with one before the number at its end ("Acme-E": "Acme E";
    "Acme 5": "Acme-5"): papers write either."""
    yield keys
    plain = tuple([key for key in keys if key != _DASH])
    if 1 < len(plain) < len(keys):
        yield plain
    if len(keys) == len(plain) > 1 and keys[-1].isdigit() and keys[-2].isalpha():
        yield (*keys[:-1], _DASH, keys[-1])
