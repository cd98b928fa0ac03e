"""The line to a language model: one question to `/chat/completions`, with patience and its limits.

Where and whom come from the environment: ``KG_LLM_URL`` (as ``http://localhost:11434/v1``), ``KG_LLM_MODEL``,
``KG_LLM_KEY`` (if the endpoint wants one), ``KG_LLM_TIMEOUT`` (seconds for one answer).
"""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.errors import ExtractorError
from kg.extractors.proposal import Reason

try:
    import httpx
except ModuleNotFoundError as error:
    raise ExtractorError("asking a language model needs httpx", hint="pip install 'autotech-kg[llm]'") from error

ATTEMPTS = 3
"""How often a question is asked before it goes without an answer."""
LARGEST = 1024 * 1024
"""The largest answer that is read, in bytes."""
_TIMEOUT, _PAUSE, _LONGEST_PAUSE = 60.0, 1.0, 30.0
_BROKEN = 0
_RETRIED = frozenset({_BROKEN, 408, 425, 429, 500, 502, 503, 504})


class NoAnswerError(Exception):
    """A question without an answer that can be used."""

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(reason, detail)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask, whom, and how long to wait for one answer and before the second attempt, in seconds."""

    url: str
    model: str
    key: str = field(default="", repr=False)
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

    def ask(self, body: Mapping[str, object]) -> bytes:
        """The answer to a question, asked again after what may pass: a broken line, a server that is busy.

        Raises NoAnswerError.
        """
        for attempt in range(1, ATTEMPTS + 1):
            status, data, wait = self._once(body)
            if status == httpx.codes.OK:
                return data
            if attempt == ATTEMPTS or status not in _RETRIED:
                break
            time.sleep(min(max(self.pause * 2 ** (attempt - 1), wait), _LONGEST_PAUSE))
        shown = " ".join(data.decode("utf-8", "replace").split())[:120]
        raise NoAnswerError(Reason.NO_ANSWER, shown if status == _BROKEN else f"HTTP {status}: {shown}")

    def _once(self, body: Mapping[str, object]) -> tuple[int, bytes, float]:
        """Status, answer, and the seconds to wait that it names; for a broken line what broke it."""
        until = time.monotonic() + self.timeout
        # Uncompressed: a few bytes must not become many before they are counted.
        headers = {"Accept-Encoding": "identity"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        address = f"{self.url}/chat/completions"
        try:
            with (
                httpx.Client(timeout=self.timeout) as client,
                client.stream("POST", address, json=body, headers=headers) as response,
            ):
                data = _body(response, until)
                wait = response.headers.get("Retry-After", "")
                return response.status_code, data, float(wait) if re.fullmatch("[0-9]{1,5}", wait) else 0.0
        except (httpx.TransportError, httpx.InvalidURL) as error:
            return _BROKEN, f"{type(error).__name__}: {error}".encode(), 0.0


def _seconds() -> float:
    given = os.environ.get("KG_LLM_TIMEOUT", "").strip()
    try:
        seconds = float(given or _TIMEOUT)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 3600:
        raise ExtractorError(f"KG_LLM_TIMEOUT: '{given}' is no number of seconds", hint="give one up to 3600")
    return seconds


def _body(response: httpx.Response, until: float) -> bytes:
    """The bytes of an answer; one that is too large or drips for too long is cut."""
    data = bytearray()
    for chunk in response.iter_raw():
        data += chunk
        if len(data) > LARGEST:
            raise NoAnswerError(Reason.UNREADABLE, f"an answer of more than {LARGEST // 1024} KiB")
        if time.monotonic() > until:
            raise httpx.ReadTimeout("the answer took too long")
    return bytes(data)
