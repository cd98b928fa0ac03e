"""Documents read once: what is kept of them is taken from there, the others are read and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.cache.neighbours import Neighbours
from kg.cache.readings import Readings
from kg.inputs import reading_key
from kg.model import Document
from kg.relations import Extraction
from kg.resolution import near

FOLDER = "cache"
"""The name of the cache's folder, within that of the store."""
_BATCH = 200  # documents: what is read stays read, even if the build is stopped later


@dataclass(frozen=True, slots=True)
class Step:
    """How far a run is: what it does, the documents so far, and how much is done of how much."""

    name: str
    documents: int
    done: int
    whole: int


Progress = Callable[[Step], None]
"""Called whenever a run has come a step further."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How documents are read in one run: ``stream`` reads them, ``folder`` keeps what was read (None: nothing is)."""

    stream: Callable[[Sequence[Document]], Iterator[Extraction]]
    inputs: Mapping[str, str]
    """What the graph is made from besides its documents (see :mod:`kg.inputs`)."""
    folder: Path | None = None
    progress: Progress | None = None

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        """The extractions of documents, each in its place."""
        known = self.readings.get(d.id for d in documents) if self.readings else {}
        missing = [d for d in documents if d.id not in known]
        fresh: dict[str, Extraction] = {}
        for done, (document, extraction) in enumerate(zip(missing, self.stream(missing), strict=True), 1):
            fresh[document.id] = known[document.id] = extraction
            if self.progress is not None:
                self.progress(Step("Reading", done, done, len(missing)))
            if len(fresh) == _BATCH:
                self._put(fresh)
                fresh = {}
        self._put(fresh)
        return [known[d.id] for d in documents]

    def neighbours(self, digest: str, documents: Callable[[], Iterable[Document]]) -> Neighbours:
        """The table of the documents in the store with this digest; they are read only when the table is not kept."""
        found = Neighbours.load(self.folder, self._table(digest)) if self.folder else None
        return found or Neighbours.of({d.id: near.keys(d) for d in documents()})

    def keep(self, documents: Sequence[str], columns: Callable[[], Iterable[bytes]], digest: str) -> None:
        """Keep what was worked out for these documents, all that the store with this digest has, sorted by their ids;
        ``columns`` are those of their keys."""
        if self.readings is None or self.folder is None:
            return
        self.readings.keep(documents)
        if len(documents) > 1:  # one alone is like none, and its keys are quickly made
            Neighbours.write(self.folder, self._table(digest), documents, columns)

    def revise(self, gone: Iterable[str], table: Neighbours, digest: str) -> None:
        """Forget documents that went, and keep the table of those that the store with this digest has."""
        if self.readings is not None and self.folder is not None:
            self.readings.forget(gone)
            table.save(self.folder, self._table(digest))

    @property
    def readings(self) -> Readings | None:
        """What is kept of documents, if anything is."""
        return Readings(self.folder, reading_key(self.inputs)) if self.folder else None

    @property
    def _code(self) -> str:
        return self.inputs["code"][:16]

    def _table(self, digest: str) -> str:
        return f"{self._code}-{digest[:16]}"

    def _put(self, fresh: Mapping[str, Extraction]) -> None:
        if self.readings is not None and fresh:
            self.readings.put(fresh)
