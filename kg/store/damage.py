"""What the engine says of files that it cannot read, as an error with a way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from kg.errors import Place, QueryError, StoreError, reason_of, way_out
from kg.store.address import Location

_Item = TypeVar("_Item")
_MARKS = ("corruption", "io error", "checksum")
HINT = "run 'kg build' again"


def is_damage(error: BaseException) -> bool:
    """Whether an error of the engine is about its files and not about the question.

    >>> is_damage(RuntimeError("Corruption: block checksum mismatch")), is_damage(RuntimeError("too many rows"))
    (True, False)
    """
    return isinstance(error, OSError) or any(mark in str(error).lower() for mark in _MARKS)


def told(error: Exception, path: Location | None) -> StoreError:
    """The error for a damaged store, with the engine's first words on what it found."""
    return StoreError(f"the store is damaged: {_words(error)}", Place(str(path)) if path else None, HINT)


def unopened(error: Exception, path: Location) -> StoreError:
    """The error for a store that did not open: damage, or files that are not ours to read."""
    if isinstance(error, PermissionError):
        return StoreError(f"cannot be opened: {_words(error)}", Place(str(path)), "check who may read the folder")
    return StoreError(f"the store is damaged and cannot be opened: {_words(error)}", Place(str(path)), HINT)


def unwritten(error: BaseException, path: Location) -> StoreError:
    """The error for a store that could not be written: no room, or a folder that is not ours; the old graph stays."""
    said = error if isinstance(error, OSError) else OSError(str(error))
    return StoreError(f"cannot be written: {reason_of(said)}", Place(str(path)), way_out(said, "check the disk"))


@contextmanager
def asking(path: Location | None) -> Iterator[None]:
    """Run a question: raise StoreError for damage, QueryError for what else fails in the engine."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        if is_damage(error):
            raise told(error, path) from None
        raise QueryError(f"the query failed: {error}") from None


def read(items: Iterator[_Item], path: Location | None) -> Iterator[_Item]:
    """The same items; StoreError where the engine cannot go on."""
    try:
        yield from items
    except (OSError, RuntimeError) as error:
        raise told(error, path) from None


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:160]
