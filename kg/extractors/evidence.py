"""The quotation in its document: where it stands, and what is named and counted there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kg.languages.splitting import paragraphs
from kg.model import Document, Entity
from kg.text import UNSPACED, LinkedText, Tokens, Value, key_of

_WORD = re.compile(rf"[^\W{UNSPACED}]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CASED = 3
"""Names of up to this many letters count only as they are written: in other case they are other words."""


class Page:
    """A document with what the project's own linker found in it, if it reads the language."""

    def __init__(self, document: Document, linked: LinkedText | None) -> None:
        self.document, self.linked = document, linked
        self.paragraphs = paragraphs(document.text)

    def find(self, quote: str) -> int:
        """Where a quotation stands first, not counting places within words; -1 for nowhere.

        The first place is as good as any: the same words state the same.
        """
        at = self.document.text.find(quote)
        while at >= 0 and not self.whole(at, at + len(quote)):
            at = self.document.text.find(quote, at + 1)
        return at

    def whole(self, start: int, end: int) -> bool:
        """Whether a stretch begins and ends at the edges of words."""
        return not any(0 < i < len(self.document.text) and self._inside(i) for i in (start, end))

    def _inside(self, i: int) -> bool:
        return bool(_WORD.match(self.document.text[i - 1]) and _WORD.match(self.document.text[i]))

    def before(self, start: int) -> int:
        """Where the paragraph before that of an offset begins: so far back may be named what a quotation is about."""
        begun = [a for a, _ in self.paragraphs if a <= start]
        return begun[-2] if len(begun) > 1 else 0


@dataclass(frozen=True)
class Evidence:
    """A quotation at its place."""

    page: Page
    start: int
    end: int

    @property
    def quote(self) -> str:
        """The words."""
        return self.page.document.text[self.start : self.end]

    @cached_property
    def _near(self) -> int:
        return self.page.before(self.start)

    def names(self, entity: Entity, near: bool = False) -> bool:
        """Whether an entity is named in the quotation; with ``near`` also in its paragraph or the one before it."""
        start = self._near if near else self.start
        return any(iri == entity.iri for iri, _ in self._mentioned(start)) or any(
            self.says(label.text, start) and (label.kind != "ambiguous" or label.text in self._from(start))
            for label in entity.labels
        )

    def says(self, words: str, start: int | None = None) -> bool:
        """Whether words stand in the quotation (or from ``start`` on), whatever the spaces between them."""
        text = self._from(self.start if start is None else start)
        if len(words) <= _CASED and words not in text:
            return False
        tokens, keys = Tokens.of(text), key_of(words)
        size = len(keys)
        return size > 0 and any(tokens.keys[i : i + size] == keys for i in range(len(tokens) - size + 1))

    def _from(self, start: int) -> str:
        return self.page.document.text[start : self.end]

    def meant(self, name: str) -> set[str]:
        """The entities for which a name stands in the quotation or near it, as the project's linker reads it."""
        keys = key_of(name)
        return {iri for iri, written in self._mentioned(self._near) if key_of(written) == keys}

    def _mentioned(self, start: int) -> Iterator[tuple[str, str]]:
        linked = self.page.linked
        for mention in linked.mentions if linked else ():
            if mention.start >= start and mention.end <= self.end:
                written = self.page.document.text[mention.start : mention.end]
                yield from ((iri, written) for iri in (mention.entity, mention.also, mention.whole) if iri)

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """The quantities and dates of the quotation, as the project's own grammar reads them."""
        linked = self.page.linked
        return tuple(v for v in linked.values if v.start >= self.start and v.end <= self.end) if linked else ()

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The figures of the quotation that no value holds, in each way in which they can be read."""
        taken = [(v.start - self.start, v.end - self.start) for v in self.values]
        free = (m for m in _NUMBER.finditer(self.quote) if not any(a <= m.start() < b for a, b in taken))
        return frozenset(reading for m in free for reading in _readings(m.group()))


def _readings(figure: str) -> Iterator[str]:
    """A figure with its separators as those of thousands, and the last one as a decimal sign."""
    parts = re.split(r"[.,]", figure)
    if all(len(p) == 3 for p in parts[1:]):
        yield "".join(parts)
    if len(parts) > 1:
        yield "".join(parts[:-1]) + "." + parts[-1]
