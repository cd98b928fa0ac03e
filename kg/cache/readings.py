"""What was read from each document, in one small database: found by the document and the state of the project."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kg.cache.packing import packed, unpacked
from kg.relations import Extraction

_FILE = "readings.sqlite"
_WAIT = 10.0  # seconds for another process to end what it writes
_OPENING = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA synchronous = OFF",  # what a failure of power leaves is noticed, and read anew
    """CREATE TABLE IF NOT EXISTS readings
    (document TEXT, project TEXT, body TEXT, checksum BLOB, PRIMARY KEY (document, project)) WITHOUT ROWID""",
)
_GET = "SELECT body, checksum FROM readings WHERE document = ? AND project = ?"
_PUT = "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?)"
_ALL = "SELECT document, project FROM readings"
_DROP = "DELETE FROM readings WHERE document = ? AND project = ?"

Row = tuple[str, str, str, bytes]
"""The id of a document, the key of the project, what was read, and a checksum of all."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The extractions of documents under one state of the project, in a folder that several processes may use.

    A reading that is damaged counts as none, and a file that is no database is begun anew. Where nothing can be kept,
    as in a folder that may not be written, nothing is.
    """

    folder: Path
    project: str
    """The key of the state of the project (see :func:`kg.inputs.reading_key`)."""

    def get(self, documents: Iterable[str]) -> dict[str, Extraction]:
        """What is kept of these documents, by their ids."""
        found: dict[str, Extraction] = {}

        def ask(database: sqlite3.Connection) -> None:
            for document in documents:
                row = database.execute(_GET, (document, self.project)).fetchone()
                extraction = self._believed(document, *row) if row else None
                if extraction is not None:
                    found[document] = extraction

        self._use(ask)
        return found

    def put(self, extractions: Mapping[str, Extraction]) -> None:
        """Keep what was read from documents, all or none of it."""
        self.put_rows([self.row(document, extraction) for document, extraction in extractions.items()])

    def row(self, document: str, extraction: Extraction) -> Row:
        """What was read from a document, ready to be kept."""
        body = packed(extraction)
        return document, self.project, body, self._checksum(document, body)

    def put_rows(self, rows: Sequence[Row]) -> None:
        """Keep what other processes made ready, all or none of it."""
        self._use(lambda database: database.executemany(_PUT, rows))

    def keep(self, documents: Iterable[str]) -> None:
        """Forget all but these documents, and all that was read under another state of the project."""
        wanted = set(documents)

        def sweep(database: sqlite3.Connection) -> None:
            stale = [row for row in database.execute(_ALL) if row[1] != self.project or row[0] not in wanted]
            database.executemany(_DROP, stale)

        self._use(sweep)

    def forget(self, documents: Iterable[str]) -> None:
        """Forget these documents."""
        rows = [(document, self.project) for document in documents]
        self._use(lambda database: database.executemany(_DROP, rows))

    def _believed(self, document: str, body: object, checksum: object) -> Extraction | None:
        if not isinstance(body, str) or checksum != self._checksum(document, body):
            return None
        try:
            return unpacked(body)
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def _checksum(self, document: str, body: str) -> bytes:
        return hashlib.sha256(f"{document} {self.project} {body}".encode()).digest()

    def _use(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Do some work in one transaction; what cannot be done is left undone."""
        path = self.folder / _FILE
        for _ in ("as it is", "begun anew"):
            try:
                self.folder.mkdir(exist_ok=True)
                with closing(sqlite3.connect(path, timeout=_WAIT)) as database, database:
                    for line in _OPENING:
                        database.execute(line)
                    work(database)
                return
            except (OSError, sqlite3.OperationalError):  # busy, full, or not ours to write: the file may be sound
                return
            except sqlite3.DatabaseError:
                path.unlink(missing_ok=True)
