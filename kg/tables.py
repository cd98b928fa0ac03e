"""TOML as people write it, and as somebody may who means harm: what cannot be read is one kind of error."""

from __future__ import annotations

import tomllib
from typing import Any


def loads(text: str) -> dict[str, Any]:
    """The table that a text in TOML gives.

    Raises tomllib.TOMLDecodeError, also for what is nested too deep and for a number with thousands of digits, which
    the library itself answers with errors of other kinds.

    >>> loads("a = 1")
    {'a': 1}
    >>> loads("a = " + "[" * 10_000)
    Traceback (most recent call last):
    tomllib.TOMLDecodeError: nested too deep
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deep") from None
    except ValueError:
        raise tomllib.TOMLDecodeError("a number or a date that is none") from None
