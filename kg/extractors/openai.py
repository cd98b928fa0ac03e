"""An extractor that asks a language model, at any endpoint that speaks the OpenAI chat protocol.

Where and which come from the environment: ``KG_LLM_URL`` (as ``http://localhost:11434/v1``), ``KG_LLM_MODEL``,
``KG_LLM_KEY`` (if the endpoint wants one), ``KG_LLM_TIMEOUT`` (seconds for one answer).
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.errors import ExtractorError
from kg.extractors import wording
from kg.extractors.cache import Cache
from kg.extractors.directory import Directory
from kg.extractors.gate import LONGEST_QUOTE
from kg.extractors.proposal import Given, Proposal, Reason, Refusal
from kg.model import Document
from kg.names import digest

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 3
"""How often a question is asked before it goes without an answer."""
FAILURES = 3
"""After so many questions in a row without an answer the endpoint is asked no more."""
LARGEST = 1024 * 1024
"""The largest answer that is read, in bytes."""
_TIMEOUT, _PAUSE, _LONGEST_PAUSE = 60.0, 1.0, 30.0
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.DOTALL)
_TEXTS = (
    *("subject", "predicate", "object", "quote", "status"),
    *("valid_from", "valid_until", "time_text", "value_text", "speaker"),
)


class NoAnswerError(Exception):
    """A question without an answer that can be used."""

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(reason, detail)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask, whom, and how long to wait, in seconds."""

    url: str
    model: str
    key: str = ""
    timeout: float = _TIMEOUT
    pause: float = _PAUSE

    @classmethod
    def of_environment(cls) -> Endpoint:
        """The endpoint that the environment names; raises ExtractorError for what is missing or wrong."""
        url, model = (os.environ.get(name, "").strip() for name in ("KG_LLM_URL", "KG_LLM_MODEL"))
        if not re.match(r"https?://[^/]", url):
            raise ExtractorError("KG_LLM_URL names no endpoint", hint="set it, as in http://localhost:11434/v1")
        if not model:
            raise ExtractorError("KG_LLM_MODEL names no model", hint="set it to a model of the endpoint")
        return cls(url.rstrip("/"), model, os.environ.get("KG_LLM_KEY", "").strip(), _seconds())


def _seconds() -> float:
    given = os.environ.get("KG_LLM_TIMEOUT", "").strip()
    try:
        seconds = float(given or _TIMEOUT)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 3600:
        raise ExtractorError(f"KG_LLM_TIMEOUT: '{given}' is no number of seconds", hint="give 1 to 3600")
    return seconds


def extractor(given: Given) -> OpenAI:
    """The entry point."""
    endpoint = Endpoint.of_environment()
    try:
        import httpx
    except ImportError:
        raise ExtractorError("extractor 'openai' needs httpx", hint="pip install 'autotech-kg[llm]'") from None
    return OpenAI(given, endpoint, httpx.Client(timeout=endpoint.timeout))


class OpenAI:
    """Asks the model about each piece of a document, and keeps its answers."""

    name = "openai"
    patience = 3600.0

    def __init__(self, given: Given, endpoint: Endpoint, client: httpx.Client) -> None:
        self.endpoint, self.client = endpoint, client
        self.directory = Directory(given.ontology, given.names)
        self.cache = Cache(given.folder)
        self.rules, self.schema = wording.rules(given.ontology), wording.schema(given.ontology)
        self.failures = 0

    def propose(self, document: Document) -> Iterator[Proposal | Refusal]:
        """What the model says that a document states; a piece without an answer comes as a refusal."""
        for offset, piece in wording.pieces(document.text):
            try:
                items = self._items(self._body(document, piece))
            except NoAnswerError as error:
                yield Refusal(error.reason, f"characters {offset} to {offset + len(piece)}: {error.detail}")
                continue
            yield from (_proposal(item, offset, piece) for item in items)

    def _body(self, document: Document, piece: str) -> dict[str, Any]:
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

    def _items(self, body: dict[str, Any]) -> list[object]:
        """The proposals of an answer, kept or new; only one that can be read is kept."""
        key = digest(wording.VERSION, json.dumps(body, sort_keys=True), length=64)
        kept = self.cache.get(key)
        if kept is not None:
            try:
                return _read(kept)
            except NoAnswerError:
                kept = None
        answer = self._asked(body)
        items = _read(answer)
        self.cache.put(key, self.endpoint.model, answer)
        return items

    def _asked(self, body: dict[str, Any]) -> str:
        if self.failures >= FAILURES:
            raise NoAnswerError(Reason.NO_ANSWER, f"not asked: {FAILURES} questions before had none")
        try:
            content = _content(self._insisted(body))
        except NoAnswerError as error:
            self.failures += error.reason is Reason.NO_ANSWER
            raise
        self.failures = 0
        return content

    # -- the line to the endpoint ------------------------------------------------------------------------------------

    def _insisted(self, body: dict[str, Any]) -> bytes:
        """The answer of the endpoint, asked again after what may pass: a broken line, a server that is busy."""
        for attempt in range(1, ATTEMPTS + 1):
            pause = self.endpoint.pause * 2 ** (attempt - 1)
            status, data, told = self._once(body)
            if status == 200:
                return data
            if attempt == ATTEMPTS or status not in {0, *_RETRIED}:
                break
            time.sleep(min(max(pause, told), _LONGEST_PAUSE))
        shown = " ".join(data.decode("utf-8", "replace").split())[:120]
        raise NoAnswerError(Reason.NO_ANSWER, f"HTTP {status}: {shown}" if status else shown)

    def _once(self, body: dict[str, Any]) -> tuple[int, bytes, float]:
        """Status, answer, and the seconds to wait that it names; status 0 and the fault for a line that broke."""
        import httpx

        until = time.monotonic() + self.endpoint.timeout
        # Uncompressed: a few bytes must not become many before they are counted.
        headers = {"Accept-Encoding": "identity"}
        if self.endpoint.key:
            headers["Authorization"] = f"Bearer {self.endpoint.key}"
        try:
            with self.client.stream(
                "POST", f"{self.endpoint.url}/chat/completions", json=body, headers=headers
            ) as response:
                data = _body_of(response, until)
                wait = response.headers.get("Retry-After", "")
                return response.status_code, data, float(wait) if wait.isascii() and wait.isdigit() else 0.0
        except (httpx.TransportError, httpx.InvalidURL) as error:
            return 0, (f"{type(error).__name__}: {error}").encode(), 0.0


def _body_of(response: httpx.Response, until: float) -> bytes:
    """The bytes of an answer; one that is too large or drips for too long is cut."""
    import httpx

    data = bytearray()
    for chunk in response.iter_raw():
        data += chunk
        if len(data) > LARGEST:
            raise NoAnswerError(Reason.UNREADABLE, f"an answer of more than {LARGEST // 1024} KiB")
        if time.monotonic() > until:
            raise httpx.ReadTimeout("the answer took too long")
    return bytes(data)


def _content(data: bytes) -> str:
    """What the model said, out of the protocol's envelope."""
    envelope = _json(data)
    try:
        content = envelope["choices"][0]["message"]["content"]  # type: ignore[index]
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
    fields: dict[str, Any] = {name: _text(item.get(name, "")) for name in _TEXTS}
    quote = fields["quote"]
    place = quoted_at(piece, quote) if isinstance(quote, str) else None
    if place is not None:
        fields.update(quote=piece[place[0] : place[1]], start=offset + place[0])
    return Proposal(
        **fields,
        qualifiers=_pairs(item.get("qualifiers"), "value"),
        types=_pairs(item.get("types"), "class"),
        confidence=item.get("confidence", 0.5),
    )


def quoted_at(piece: str, quote: str) -> tuple[int, int] | None:
    """The place of a quotation in a piece, if it is not too long to be looked for."""
    return wording.quoted(piece, quote) if quote and len(quote) <= LONGEST_QUOTE else None


def _text(value: object) -> object:
    """Numbers and truth values as their words; nothing as nothing."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value) if isinstance(value, int | float) else value


def _pairs(items: object, second: str) -> Any:
    """The pairs in a list of objects; what is no such list comes as it is, for the gate to refuse."""
    if items is None:
        return ()
    if not isinstance(items, list) or not all(isinstance(x, dict) for x in items):
        return items
    return tuple((_text(x.get("name", "")), _text(x.get(second, ""))) for x in items)
