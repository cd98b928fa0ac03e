"""Which documents repeat others: found by their keys, which are looked at together, and compared in any process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.batches.hand import Hand, compare
from kg.batches.spill import Spill
from kg.pool import Pool
from kg.resolution import near

_BATCH = 16


def mark(pool: Pool[Hand], spill: Spill) -> None:
    """Mark the copies among the documents that were read, as :func:`kg.resolution.mark_copies` marks them."""
    originals: dict[str, str] = {}
    for result in pool.each(compare, _pairs(spill)):
        for copy, earlier in result:
            originals[copy] = originals.get(earlier, earlier)
    spill.mark(originals)


def _pairs(spill: Spill) -> Iterator[list[tuple[str, Sequence[str]]]]:
    """The documents that may be copies, by date, each with earlier ones that may be like it."""
    order = spill.by_date()
    batch: list[tuple[str, Sequence[str]]] = []
    for later, earlier in near.candidates(spill.table, order):
        [name, *others] = spill.names([order[later], *(order[n] for n in earlier)])
        batch.append((name, others))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
