"""Every error that autotech-kg raises on purpose, in one tree, split by whose fault it is.

    KgError
    ├── InputError        a document that cannot be read            (the source's fault)
    ├── ProjectError      a file of the project is wrong            (the curator's fault)
    │   └── Faults        many such faults of one load, all at once
    ├── QueryError        a question that cannot be asked           (the asker's fault)
    ├── StoreError        the store is missing, busy or broken      (the machine's fault)
    ├── ExtractorError    an extractor that is not installed or cannot start   (the installation's fault)
    ├── WorkerError       a process that did a part of the work has died              (the machine's fault)
    └── CheckError        the graph does not hold what it promises  (a finding, exit status 1)

Each error says what is wrong, where (file, line, column as far as known) and the way out.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in the input something is: a file or address, and a one-based line and column if known.

    >>> str(Place("seeds/facts/supply.ttl", 12))
    'seeds/facts/supply.ttl:12'
    """

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.source, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts)


class KgError(Exception):
    """Base of all errors raised on purpose: a message, the place, and a hint at the way out.

    >>> str(KgError("no such query", Place("queries"), "see 'kg queries'"))
    "queries: no such query (see 'kg queries')"
    """

    def __init__(self, message: str, place: Place | None = None, hint: str = "") -> None:
        self.message = message
        self.place = place
        self.hint = hint
        super().__init__(message, place, hint)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return where + self.message + (f" ({self.hint})" if self.hint else "")


class InputError(KgError):
    """A document that cannot be read: missing, empty, binary, in an unknown encoding, broken front matter."""


class ProjectError(KgError):
    """A file of the project (ontology, names, facts, patterns, queries) that is wrong."""


class Faults(ProjectError):
    """All faults found in one load, so that a curator mends them in one go.

    >>> print(Faults([ProjectError("a", Place("x", 1)), ProjectError("b", Place("x", 2))]))
    2 faults:
    x:1: a
    x:2: b
    """

    def __init__(self, errors: Sequence[KgError]) -> None:
        self.errors = tuple(errors)
        super().__init__(f"{len(self.errors)} faults")

    def __str__(self) -> str:
        if len(self.errors) == 1:
            return str(self.errors[0])
        return "\n".join([f"{len(self.errors)} faults:", *map(str, self.errors)])


class QueryError(KgError):
    """A query that does not parse, lacks a parameter, or is not known."""


class StoreError(KgError):
    """A store that is missing, held by another process, of another version, or damaged."""


class ExtractorError(KgError):
    """An extractor that is not installed, cannot be imported, or lacks what it needs to start."""


class WorkerError(KgError):
    """A process that did a part of the work has died."""


class CheckError(KgError):
    """A check of the graph that failed: a quotation that is not in its text, a shape that is broken."""


_WAYS: Mapping[int, str] = {
    errno.ENOSPC: "make room there, and run the command again",
    errno.EDQUOT: "make room there, and run the command again",
    errno.EFBIG: "the limit of a file's size is reached: raise it, or choose another place",
    errno.EACCES: "check who may read and write there",
    errno.EPERM: "check who may read and write there",
    errno.EROFS: "choose a place that may be written to",
    errno.EMFILE: "allow more open files, for instance with: ulimit -n 4096",
    errno.ENFILE: "end other programs: the system has no more open files to give",
    errno.EIO: "check the disk",
    errno.ELOOP: "the links lead round in a ring: mend them",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def reason_of(error: OSError) -> str:
    """Why the system did not do it, in its own words; those of a library that only quotes it are cut to them.

    >>> reason_of(OSError("IO error: No space left on device: While appending to file: 000008.log"))
    'No space left on device'
    """
    code = _code(error)
    return os.strerror(code) if code else " ".join(str(error.strerror or error).split())[:160]


def way_out(error: OSError, otherwise: str) -> str:
    """What to do about a file that the system does not give or take; ``otherwise`` where its reason tells nothing.

    >>> way_out(OSError(errno.ENOSPC, "No space left on device"), "choose another file")
    'make room there, and run the command again'
    """
    return _WAYS.get(_code(error), otherwise)


def _code(error: OSError) -> int:
    return error.errno or next((code for code in _WAYS if os.strerror(code) in str(error)), 0)


def raise_faults(errors: Sequence[KgError]) -> None:
    """Raise the faults together (sorted by place) if there are any."""
    if errors:
        raise Faults(
            sorted(errors, key=lambda e: (str(e.place and e.place.source), (e.place.line or 0) if e.place else 0))
        )
