"""The extractors that are installed, found by their entry points; nothing is imported before one is asked for."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, entry_points

from kg.errors import ExtractorError, KgError
from kg.extractors.proposal import Extractor, Given

GROUP = "kg.extractors"
"""The group of entry points in which extractors are looked for."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,99}")


def installed() -> dict[str, EntryPoint]:
    """The entry points by name, sorted."""
    found = {point.name: point for point in entry_points(group=GROUP)}
    return dict(sorted(found.items()))


def start(name: str, given: Given) -> Extractor:
    """An extractor, made and ready.

    Raises ExtractorError when none has this name, when its package cannot be imported, and when it cannot start.
    """
    known = installed()
    if name not in known:
        hint = f"installed are: {', '.join(known)}" if known else "none is installed"
        raise ExtractorError(f"no extractor '{name}'", hint=hint)
    try:
        extractor: Extractor = known[name].load()(given)
        called: object = extractor.name
    except KgError:
        raise
    except (Exception, SystemExit) as error:
        message = f"extractor '{name}' cannot start: {type(error).__name__}: {error}"
        raise ExtractorError(message, hint=f"it comes from {known[name].value}") from error
    if not isinstance(called, str) or not _NAME.fullmatch(called) or not callable(getattr(extractor, "propose", None)):
        raise ExtractorError(
            f"extractor '{name}' is none", hint="it needs a name of letters and digits, and propose(document)"
        )
    return extractor
