"""Claims into facts, part by part: what decisions reach is settled beforehand, and what no part can tell behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from kg import decisions, store
from kg.batches.gathering import in_rows
from kg.batches.hand import Hand, Lines, Part, part_of, settle, write_documents
from kg.batches.spill import PARTS, TOUCHED, Spill
from kg.cache import Progress, Step, packing
from kg.decisions import Decided, Decision
from kg.knowledge import Knowledge
from kg.model import Claim, Curation, Entity, Fact
from kg.pool import Pool

_Statement = TypeVar("_Statement", Claim, Fact)

_CLAIMS, _DOCUMENTS = 2_000, 64
"""Claims that are settled together, where a part has no more, and documents that are written together."""


@dataclass
class Records:
    """What is counted, and what came of decisions, while quads are made."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("claims", "facts", "conflicts"), 0))
    records: tuple[Curation, ...] = ()
    applied: int = 0


def settled(
    pool: Pool[Hand],
    knowledge: Knowledge,
    spill: Spill,
    curated: Sequence[Fact],
    entities: Mapping[str, Entity],
    kept: Records,
    progress: Progress | None,
) -> tuple[Decided, Iterator[store.Piece]]:
    """What decisions make of entities and curated facts, and the quads of documents, claims, facts and conflicts.

    ``kept`` is filled while the quads are taken.
    """
    decided, without = _decided(knowledge, spill, curated, entities)
    return decided, _lines(pool, knowledge, spill, decided, without, kept, progress)


def _decided(
    knowledge: Knowledge, spill: Spill, curated: Sequence[Fact], entities: Mapping[str, Entity]
) -> tuple[Decided, frozenset[str]]:
    """What decisions make of all that they reach, and the documents whose every claim is among that.

    A decision on a claim reaches the texts that repeat its document, one on an entity every claim that names it.
    """
    taken = knowledge.decisions
    reached = spill.family(d.source for d in taken if d.source)
    bodies = [*spill.claims([TOUCHED]), *(body for name in sorted(reached) for body in spill.claims_of(name))]
    claims = {c.id: c for body in bodies for c in packing.unpacked(body).claims}
    ordered = [claims[i] for i in sorted(claims)]
    texts = {name: spill[name] for name in reached.union(c.document for c in ordered)}
    return decisions.apply(taken, ordered, curated, entities, texts, knowledge.ontology), reached


def _lines(
    pool: Pool[Hand],
    knowledge: Knowledge,
    spill: Spill,
    decided: Decided,
    without: frozenset[str],
    kept: Records,
    progress: Progress | None,
) -> Iterator[store.Piece]:
    parts = list(_parts(knowledge, spill, decided, without))
    found: list[Lines] = []
    for number, made in enumerate(pool.each(settle, parts), 1):
        yield made.quads
        kept.counts = {name: count + made.counts[name] for name, count in kept.counts.items()}
        found.append(replace(made, quads=store.Piece.of(())))
        if progress:
            progress(Step("Settling", spill.count, number, len(parts)))
    ruled = _ruled(knowledge, spill, decided, found)
    kept.records = (*decided.records, *ruled)
    kept.applied = decided.applied + sum(each.applied for each in found)
    yield store.Piece.of(quad for record in kept.records for quad in knowledge.ontology.records.curation(record))
    for number, made in enumerate(pool.each(write_documents, in_rows(spill.count, _DOCUMENTS)), 1):
        yield made.quads
        if progress:
            progress(Step("Writing", spill.count, min(number * _DOCUMENTS, spill.count), spill.count))


def _parts(knowledge: Knowledge, spill: Spill, decided: Decided, without: frozenset[str]) -> Iterator[Part]:
    """The parts of the graph, small ones together."""
    sizes = spill.sizes()
    claims = _by_part(decided.claims, knowledge)
    curated = _by_part(decided.curated, knowledge)
    about = frozenset(a for d in decided.pending for a in decisions.abouts(d))
    together: list[int] = []
    for part in range(PARTS):
        together.append(part)
        if part == PARTS - 1 or sum(sizes.get(p, 0) for p in together) >= _CLAIMS:
            own = tuple(c for p in together for c in claims.get(p, ()))
            facts = tuple(f for p in together for f in curated.get(p, ()))
            yield Part(tuple(together), own, without, facts, decided.pending, about)
            together = []


def _by_part(statements: Iterable[_Statement], knowledge: Knowledge) -> dict[int, list[_Statement]]:
    parts: dict[int, list[_Statement]] = {}
    for statement in statements:
        parts.setdefault(part_of(statement, knowledge), []).append(statement)
    return parts


def _ruled(knowledge: Knowledge, spill: Spill, decided: Decided, found: Sequence[Lines]) -> Iterator[Curation]:
    """The records of the decisions on conflicts, in their order, those among them whose conflict is in no part."""
    there = {key for each in found for key in each.settled}
    records = {r.key: r for each in found for r in each.records}
    gone = [d for d in decided.pending if d.key not in there]
    if gone:
        records |= {r.key: r for r in _reopened(gone, knowledge, spill, decided, found)}
    return (records[d.key] for d in decided.pending if d.key in records)


def _reopened(
    gone: Sequence[Decision], knowledge: Knowledge, spill: Spill, decided: Decided, found: Sequence[Lines]
) -> Sequence[Curation]:
    """What the facts that they were about, and the sources that they named, say to decisions whose conflict is gone."""
    short = knowledge.ontology.short
    wanted = {a for d in decided.pending for a in decisions.abouts(d)}
    facts = [f for each in found for f in each.near]
    facts += [f for f in decided.curated if decisions.about(f, short) not in wanted]
    named = spill.family(source for d in gone for source in d.sources)
    return decisions.settle(gone, facts, (), short, {name: spill[name] for name in named}).records
