"""An extractor that asks a language model, at any endpoint that answers `/chat/completions`.

What the model says is proposed, nothing more: the gate decides. Answers that can be read are kept, so that the same
documents give the same graph without another question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from kg.extractors import wording
from kg.extractors.cache import Cache
from kg.extractors.directory import Directory
from kg.extractors.endpoint import Endpoint, NoAnswerError
from kg.extractors.gate import LONGEST_QUOTE
from kg.extractors.proposal import Given, Proposal, Reason, Refusal
from kg.model import Document
from kg.names import digest

FAILURES = 3
"""After so many questions in a row without an answer the endpoint is asked no more."""
_FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.DOTALL)
_TEXTS = (
    *("subject", "predicate", "object", "quote", "status"),
    *("valid_from", "valid_until", "time_text", "value_text", "speaker"),
)


def extractor(given: Given) -> ModelReader:
    """The entry point; raises ExtractorError when the environment names no endpoint."""
    return ModelReader(given, Endpoint.of_environment())


class ModelReader:
    """Asks the model about each piece of a document."""

    name = "openai"
    patience = 3600.0

    def __init__(self, given: Given, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.directory = Directory(given.ontology, given.names)
        self.cache = Cache(given.folder)
        self.rules, self.schema = wording.rules(given.ontology), wording.schema(given.ontology)
        self.failures = 0

    def propose(self, document: Document) -> Iterator[Proposal | Refusal]:
        """What the model says that a document states; a piece without an answer comes as a refusal."""
        for offset, piece in wording.pieces(document.text):
            try:
                items = self._items(self._question(document, piece))
            except NoAnswerError as error:
                yield Refusal(error.reason, f"characters {offset} to {offset + len(piece)}: {error.detail}")
                continue
            yield from (_proposal(item, offset, piece) for item in items)

    def _question(self, document: Document, piece: str) -> dict[str, object]:
        return {
            "model": self.endpoint.model,
            "messages": [
                {"role": "system", "content": self.rules},
                {"role": "user", "content": wording.question(document, piece, self.directory)},
            ],
            "temperature": 0,
            "seed": 0,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "proposals", "strict": True, "schema": self.schema},
            },
        }

    def _items(self, question: dict[str, object]) -> list[object]:
        """The proposals of an answer, kept or new; only one that can be read is kept."""
        key = digest(wording.VERSION, json.dumps(question, sort_keys=True), length=64)
        kept = self.cache.get(key)
        if kept is not None:
            return _read(kept)
        answer = self._asked(question)
        items = _read(answer)
        self.cache.put(key, self.endpoint.model, answer)
        return items

    def _asked(self, question: dict[str, object]) -> str:
        if self.failures >= FAILURES:
            raise NoAnswerError(Reason.NO_ANSWER, f"not asked: {FAILURES} questions before had none")
        try:
            data = self.endpoint.ask(question)
        except NoAnswerError as error:
            self.failures += error.reason is Reason.NO_ANSWER
            raise
        self.failures = 0
        return _content(data)


def _content(data: bytes) -> str:
    """What the model said, out of the protocol's envelope."""
    envelope: Any = _json(data)
    try:
        content = envelope["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        content = None
    if not isinstance(content, str):
        raise NoAnswerError(Reason.UNREADABLE, "no message in it")
    return content


def _read(content: str) -> list[object]:
    """The proposals in what the model said; the fence that some models put around JSON is taken off."""
    fenced = _FENCE.fullmatch(content)
    found = _json(fenced[1] if fenced else content)
    items = found.get("proposals") if isinstance(found, dict) else None
    if not isinstance(items, list):
        raise NoAnswerError(Reason.UNREADABLE, "no list of proposals")
    return items


def _json(data: bytes | str) -> object:
    try:
        found: object = json.loads(data)
    except (ValueError, RecursionError):
        raise NoAnswerError(Reason.UNREADABLE, "no JSON") from None
    return found


def _proposal(item: object, offset: int, piece: str) -> Proposal | Refusal:
    """A proposal of an answer, at its place in the document; whether it holds is for the gate to say."""
    if not isinstance(item, dict):
        return Refusal(Reason.MALFORMED, f"{item!r:.80} is no object")
    fields: dict[str, Any] = {name: _text(item.get(name)) for name in _TEXTS}
    quote = fields["quote"]
    findable = isinstance(quote, str) and len(quote) <= LONGEST_QUOTE
    place = wording.quoted(piece, quote) if findable else None
    if place is not None:
        fields.update(quote=piece[place[0] : place[1]], start=offset + place[0])
    fields["qualifiers"] = _pairs(item.get("qualifiers"), "value")
    fields["types"] = _pairs(item.get("types"), "class")
    return Proposal(**fields, confidence=item.get("confidence", 0.5))


def _text(value: object) -> object:
    """Numbers and truth values as their words; nothing as nothing."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) else value


def _pairs(items: object, second: str) -> object:
    """The pairs in a list of objects; what is no such list comes as it is, for the gate to refuse."""
    if items is None:
        return ()
    if not isinstance(items, list) or not all(isinstance(x, dict) for x in items):
        return items
    return tuple((_text(x.get("name")), _text(x.get(second))) for x in items)
