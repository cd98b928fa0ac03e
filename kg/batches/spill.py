"""What was read, on disk for the time of one build: documents, claims by the part of the graph they go to, and keys."""

from __future__ import annotations

import fcntl
import json
import shutil
import sqlite3
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from kg.errors import StoreError
from kg.model import Document
from kg.resolution import near
from kg.store import damage

PARTS = 256
"""Parts of the graph: the claims on one subject lie in the same. One part at a time is held by a process."""
TOUCHED = -1
"""The part of claims that a decision may move: they are settled when all is read."""

_PROBE = 1 << 22
"""Bytes that are written to hear what the system says."""
_PREFIX, _FILE, _KEYS, _LOCK = "spill-", "read.sqlite", "keys", "lock"
_HELD = 512  # documents that a process keeps at hand
_FAST = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF")  # it never outlives the build
_TABLES = (
    "CREATE TABLE documents (n INTEGER PRIMARY KEY, id TEXT UNIQUE, source, issued, language, body)",
    "CREATE TABLE claims (part, later, document, number, body)",
    "CREATE TABLE copies (id TEXT PRIMARY KEY, original, translated) WITHOUT ROWID",
)
_ONE = """SELECT body, original, translated FROM documents LEFT JOIN copies USING (id) WHERE documents.id = ?"""
_SOME = """SELECT body, original, translated FROM documents LEFT JOIN copies USING (id) WHERE n >= ? AND n < ?
    ORDER BY n"""
# The order of kg.resolution.copies.order, as SQLite compares texts: by their bytes in UTF-8, which is by code points.
_BY_DATE = "SELECT n FROM documents ORDER BY issued || '~', id"
_FAMILY = """SELECT id FROM documents LEFT JOIN copies USING (id) WHERE ifnull(original, id) IN
    (SELECT ifnull(original, id) FROM documents LEFT JOIN copies USING (id) WHERE source IN ({0})) ORDER BY id"""


@dataclass(frozen=True, slots=True)
class Row:
    """One document as it goes to the spill: ``claims`` are packed, by part, with their number."""

    document: Document
    keys: bytes
    claims: Mapping[int, tuple[int, str]]


class Spill(Mapping[str, Document]):
    """A folder beside a store, gone when the build ends; also the documents in it by id, with their marks as copies.

    One process writes; any number read what was committed. What a build that was killed left behind, the next removes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self._held: list[IO[Any]] = []
        self._recent: dict[str, Document] = {}

    @cached_property
    def _database(self) -> sqlite3.Connection:
        """Opened when it is first asked, by each process for itself: one that is open must not go over a fork."""
        database = sqlite3.connect(self.folder / _FILE, isolation_level=None)
        if self._held:
            for line in (*_FAST, *_TABLES):
                database.execute(line)
        return database

    @classmethod
    def begun(cls, root: Path) -> Spill:
        """An empty one in the folder of a store, or in the one that stands beside a store elsewhere."""
        root.mkdir(parents=True, exist_ok=True)
        for folder in root.glob(_PREFIX + "*"):
            _remove_abandoned(folder)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
        spill = cls(folder)
        spill._held = [(folder / _KEYS).open("wb"), (folder / _LOCK).open("w")]
        fcntl.flock(spill._held[1], fcntl.LOCK_EX)
        return spill

    def __enter__(self) -> Spill:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "_database" in self.__dict__:
            self._database.close()
        told = _unwritten(self.folder, error) if isinstance(error, sqlite3.Error) else None
        shutil.rmtree(self.folder, ignore_errors=True)
        for file in self._held:
            file.close()
        if told is not None:
            raise told from None

    # -- written while documents are read ----------------------------------------------------------------------------

    def put(self, rows: Iterable[Row]) -> int:
        """Keep documents that are not there yet, and say how many."""
        before = self.count
        self._database.execute("BEGIN")
        for row in rows:
            d = row.document
            values = (self.count, d.id, d.source, d.issued, d.language, _packed(d))
            if self._database.execute("INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?, ?, ?)", values).rowcount:
                self.count += 1
                self._held[0].write(row.keys)
                self._put_claims(d.id, row.claims, later=True)
        self._database.execute("COMMIT")
        return self.count - before

    def propose(self, claims: Mapping[str, Mapping[int, tuple[int, str]]]) -> None:
        """Keep further claims of documents; of two with one id that which was read with the document counts."""
        self._database.execute("BEGIN")
        for document, parts in claims.items():
            self._put_claims(document, parts, later=False)
        self._database.execute("COMMIT")

    def _put_claims(self, document: str, parts: Mapping[int, tuple[int, str]], *, later: bool) -> None:
        rows = [(part, later, document, number, body) for part, (number, body) in parts.items()]
        self._database.executemany("INSERT INTO claims VALUES (?, ?, ?, ?, ?)", rows)

    def close_reading(self) -> None:
        """Make ready for being asked: nothing is put any more."""
        self._held[0].flush()
        self._database.execute("CREATE INDEX by_part ON claims (part)")
        self._database.execute("CREATE INDEX by_document ON claims (document)")

    def mark(self, originals: Mapping[str, str]) -> None:
        """Note which documents repeat which."""
        languages = dict(self._chosen("SELECT id, language FROM documents WHERE id IN ({0})",
                                      {*originals, *originals.values()}))  # fmt: skip
        rows = [(copy, one, near.differ(languages[copy], languages[one])) for copy, one in originals.items()]
        with closing(self._database.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.executemany("INSERT INTO copies VALUES (?, ?, ?)", rows)
            cursor.execute("COMMIT")
        self._recent.clear()

    # -- read --------------------------------------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Document:
        if name not in self._recent:
            if len(self._recent) >= _HELD:
                self._recent.clear()
            self._recent[name] = self.fresh(name)
        return self._recent[name]

    def __iter__(self) -> Iterator[str]:
        for (name,) in self._rows("SELECT id FROM documents ORDER BY id"):
            yield name

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM documents").fetchone()[0])

    def some(self, first: int, past: int) -> Iterator[Document]:
        """The documents with these numbers, in the order in which they came."""
        return (_document(*row) for row in self._rows(_SOME, (first, past)))

    def names(self, numbers: Iterable[int]) -> list[str]:
        """The ids of documents by their numbers."""
        ask = "SELECT id FROM documents WHERE n = ?"
        return [self._database.execute(ask, (n,)).fetchone()[0] for n in numbers]

    def by_date(self) -> Sequence[int]:
        """The numbers of the documents in the order in which they are held to repeat others."""
        return array("q", (n for (n,) in self._rows(_BY_DATE)))

    def by_name(self) -> Sequence[int]:
        """The numbers of the documents in the order of their ids."""
        return array("q", (n for (n,) in self._rows("SELECT n FROM documents ORDER BY id")))

    def in_other_languages(self, known: Iterable[str]) -> Iterator[str]:
        """The ids of the documents in none of these languages."""
        ask = "SELECT id FROM documents WHERE substr(language, 1, 2) NOT IN ({0}) ORDER BY id"
        return (name for (name,) in list(self._chosen(ask, known)))

    def family(self, sources: Iterable[str]) -> frozenset[str]:
        """The ids of the documents with these sources, of their originals, and of all copies of those."""
        return frozenset(name for (name,) in self._chosen(_FAMILY, set(sources)))

    @property
    def table(self) -> Path:
        """The file of the documents' keys, one after the other by their numbers."""
        return self.folder / _KEYS

    def sizes(self) -> dict[int, int]:
        """How many claims each part has."""
        return dict(self._rows("SELECT part, sum(number) FROM claims GROUP BY part"))

    def claims(self, parts: Iterable[int]) -> Iterator[str]:
        """The packed claims of some parts; of two with one id the later one counts."""
        ask = "SELECT body FROM claims WHERE part = ? ORDER BY later, document"
        return (body for part in parts for (body,) in self._rows(ask, (part,)))

    def claims_of(self, document: str) -> Iterator[str]:
        """The packed claims of a document."""
        return (
            body for (body,) in self._rows("SELECT body FROM claims WHERE document = ? ORDER BY later", (document,))
        )

    def fresh(self, name: str) -> Document:
        """A document as it lies there, not kept at hand: its mark may come yet."""
        row = self._database.execute(_ONE, (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        return _document(*row)

    def _rows(self, ask: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        return iter(self._database.execute(ask, values))

    def _chosen(self, ask: str, values: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        """The rows of a question about some values, which are many or few."""
        self._database.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (value TEXT)")
        self._database.execute("DELETE FROM chosen")
        self._database.executemany("INSERT INTO chosen VALUES (?)", [(v,) for v in sorted(values)])
        return self._rows(ask.format("SELECT value FROM chosen"))


def _remove_abandoned(folder: Path) -> None:
    """Remove a folder that no build holds."""
    try:
        with (folder / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return


def _packed(document: Document) -> str:
    d = document
    return json.dumps([d.text, d.source, d.title, d.issued, d.language, d.publisher], ensure_ascii=False)


def _document(body: str, original: str | None, translated: int | None) -> Document:
    text, source, title, issued, language, publisher = json.loads(body)
    return Document(text, source, title, issued, language, publisher, original or "", bool(translated))


def _unwritten(folder: Path, error: sqlite3.Error) -> StoreError:
    """The error for a spill that could not be written. SQLite does not say why, so the system is asked: it refuses the
    same room to a file that is written here."""
    reason: Exception = error
    try:
        with tempfile.TemporaryFile(dir=folder.parent) as probe:
            probe.write(bytes(_PROBE))
            probe.flush()
    except OSError as refusal:
        reason = refusal
    shutil.rmtree(folder, ignore_errors=True)
    return damage.unwritten(reason, folder.parent)
