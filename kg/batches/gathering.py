"""Sources into the spill: read in batches, in order, and taken from the cache where they were read before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.batches.hand import Hand, Source, batches, parted, read
from kg.batches.spill import Spill
from kg.cache import Progress, Readings, Step, packing
from kg.errors import InputError
from kg.knowledge import Knowledge
from kg.model import Claim, Entity
from kg.pool import Pool

if TYPE_CHECKING:
    from kg.extractors import Findings, Panel

_BATCH, _HEAVY = 16, 256 * 1024
"""Documents of a batch, and characters: a tenth of a second's work, of which a few are on the way at any time."""


@dataclass
class Gathered:
    """What is known when all is read, besides what lies in the spill."""

    refused: list[InputError] = field(default_factory=list)
    entities: dict[str, tuple[str, Entity]] = field(default_factory=dict)
    """The entities that nobody listed, each as the last document by id tells it."""

    def learn(self, told: Iterable[tuple[str, Entity]]) -> None:
        """Take up entities, each with the id of its document."""
        for name, entity in told:
            if name >= self.entities.get(entity.iri, ("", entity))[0]:
                self.entities[entity.iri] = name, entity


def gather(
    pool: Pool[Hand],
    spill: Spill,
    sources: Iterable[Source],
    readings: Readings | None,
    progress: Progress | None,
    whole: Callable[[], int],
) -> Gathered:
    """Read all sources; ``whole`` is what they weigh in all, asked for only where somebody looks on."""
    found = Gathered()
    total = whole() if progress else 0
    done = 0
    for result in pool.each(read, batches(sources, _BATCH, _HEAVY)):
        spill.put(result.rows)
        found.refused += result.refused
        found.learn(result.entities)
        if readings is not None and result.fresh:
            readings.put_rows(result.fresh)
        done += result.weight
        if progress:
            progress(Step("Reading", spill.count, done, max(total, done)))
    spill.close_reading()
    return found


def propose(panel: Panel, knowledge: Knowledge, spill: Spill, found: Gathered, apart: frozenset[str]) -> Findings:
    """Let extractors read what was read; what they add to it goes into the spill."""
    texts = [*spill]
    told = (_claims(spill, name) for name in texts)
    new = [entity for _, entity in found.entities.values()]
    findings = panel.read((spill[name] for name in texts), told, new, knowledge.link)
    by_document: dict[str, list[Claim]] = {}
    for claim in findings.claims:
        by_document.setdefault(claim.document, []).append(claim)
    spill.propose({name: parted(each, knowledge, apart) for name, each in by_document.items()})
    for iri, entity in findings.entities.items():  # what the patterns told of one stands
        found.entities.setdefault(iri, ("", entity))
    return findings


def _claims(spill: Spill, document: str) -> list[Claim]:
    return [c for body in spill.claims_of(document) for c in packing.unpacked(body).claims]


def in_rows(numbers: int, size: int) -> Iterator[tuple[int, int]]:
    """The numbers from nought, some together."""
    return ((first, min(first + size, numbers)) for first in range(0, numbers, size))
