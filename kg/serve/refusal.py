"""What is answered when nothing is: a status, words, and the place in the query."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kg.errors import KgError, Place, QueryError, StoreError


class Refused(QueryError):
    """A request that gets no answer, with the status that says why and headers that belong to it."""

    def __init__(
        self,
        status: int,
        message: str,
        place: Place | None = None,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, place, hint)
        self.status = status
        self.headers = dict(headers or {})

    @classmethod
    def of(cls, error: Exception) -> Refused:
        """The refusal that an error of the graph comes to: 400 for the asker's, 500 for the machine's."""
        if isinstance(error, Refused):
            return error
        if isinstance(error, KgError):
            status = 500 if isinstance(error, StoreError) else 400
            return cls(status, error.message, error.place, error.hint)
        if isinstance(error, MemoryError):
            return too_large()
        return cls(500, f"failed: {type(error).__name__}: {error}")

    def told(self) -> dict[str, Any]:
        """Everything as plain values (see :meth:`read`); what is not known is left out."""
        place = self.place or Place("")
        values = {
            "status": self.status,
            "detail": self.message,
            "source": place.source,
            "line": place.line,
            "column": place.column,
            "hint": self.hint,
            "headers": self.headers,
        }
        return {name: value for name, value in values.items() if value}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Refused:
        """The refusal of its plain values.

        >>> error = Refused(400, "syntax error", Place("query", 2, 5), "see the examples")
        >>> str(Refused.read(error.told()))
        'query:2:5: syntax error (see the examples)'
        """
        source = told.get("source", "")
        place = Place(source, told.get("line"), told.get("column")) if source else None
        return cls(told["status"], told["detail"], place, told.get("hint", ""), told.get("headers"))

    def body(self, as_json: bool) -> tuple[bytes, str]:
        """The words with their media type: a line of text, or a problem of RFC 9457."""
        if not as_json:
            return f"{self}\n".encode(), "text/plain; charset=utf-8"
        problem = {"title": str(self), **self.told()}
        problem.pop("headers", None)
        return (json.dumps(problem, ensure_ascii=False) + "\n").encode(), "application/problem+json"


def too_slow(seconds: float) -> Refused:
    """The refusal at the limit of time."""
    return Refused(503, f"no answer within {seconds:g} s", None, "ask for less; 'kg serve --timeout' allows more")


def too_large() -> Refused:
    """The refusal at the limit of memory."""
    return Refused(
        503, "the query needs more memory than it may have", None, "ask for less; 'kg serve --memory' allows more"
    )


def busy() -> Refused:
    """The refusal of a question for which there is no place."""
    return Refused(503, "too many questions at once", None, "ask again in some seconds", {"Retry-After": "5"})
