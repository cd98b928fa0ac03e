"""The work on one batch: what each process of a build does, a pure function of the batch and of what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias
from zlib import crc32

from kg import decisions, store
from kg.batches.spill import PARTS, TOUCHED, Row, Spill
from kg.cache import Readings, packing
from kg.decisions import Decision
from kg.documents import Piece, documents
from kg.errors import InputError
from kg.knowledge import Knowledge
from kg.model import Claim, Curation, Document, Entity, Fact
from kg.project import Project
from kg.relations import Extraction
from kg.resolution import Signature, conflicts, fact_of, near, resolve, signature

_HELD = 256  # signatures that a process keeps at hand, some 20 kB each

About: TypeAlias = tuple[str, ...]
Source: TypeAlias = Piece | Document | InputError


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a batch of sources: documents, what was refused, the entities that nobody listed, each with the id
    of its document, and what of it was read anew, for the cache."""

    rows: Sequence[Row]
    refused: Sequence[InputError]
    entities: Sequence[tuple[str, Entity]]
    fresh: Sequence[tuple[str, str, str, bytes]]
    weight: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the graph that is to be settled; ``decided`` are its claims from documents that decisions reach, and
    ``without`` those documents, ``pending`` the decisions on conflicts, ``about`` what they are about."""

    parts: Sequence[int]
    decided: Sequence[Claim] = ()
    without: frozenset[str] = frozenset()
    curated: Sequence[Fact] = ()
    pending: Sequence[Decision] = ()
    about: frozenset[About] = frozenset()


@dataclass(frozen=True, slots=True)
class Lines:
    """Quads, and how many records of each kind they are; what came of decisions on conflicts among them."""

    quads: store.Piece
    counts: Mapping[str, int] = field(default_factory=dict)
    records: Sequence[Curation] = ()
    settled: Sequence[str] = ()
    """The keys of the decisions whose conflict is there."""
    applied: int = 0
    near: Sequence[Fact] = ()
    """The facts that decisions on conflicts are about."""


class Hand:
    """A process's share of a build: the project, what was read, and what it keeps at hand of both."""

    def __init__(self, knowledge: Knowledge, spill: Path, readings: Readings | None) -> None:
        self.knowledge, self.readings = knowledge, readings
        self._spill = spill
        self._signatures: dict[str, Signature] = {}

    @classmethod
    def start(cls, root: Path, spill: Path, readings: Readings | None) -> Hand:
        """The share of a process of its own."""
        hand = cls(Knowledge.of(Project(root)), spill, readings)
        hand.load()
        return hand

    def load(self) -> None:
        """Load what is otherwise loaded with the first document."""
        _ = self.knowledge.readers

    @cached_property
    def spill(self) -> Spill:
        """What was read, opened when it is first asked."""
        return Spill(self._spill)

    @cached_property
    def touched(self) -> frozenset[str]:
        """The entities that a decision may reject, or merge with others."""
        return touched(self.knowledge.decisions)

    def signature(self, name: str) -> Signature:
        """The signature of a document that was read."""
        if name not in self._signatures:
            if len(self._signatures) >= _HELD:
                self._signatures.clear()
            self._signatures[name] = signature(self.spill.fresh(name))
        return self._signatures[name]


def read(hand: Hand, batch: Sequence[Source]) -> Read:
    """Read some sources."""
    refused: list[InputError] = []
    found: dict[str, Document] = {}
    for item in batch:
        for one in documents(item) if isinstance(item, Piece) else [item]:
            if isinstance(one, InputError):
                refused.append(one)
            else:
                told = hand.knowledge.in_language(one)
                found[told.id] = told
    known = hand.readings.get(found) if hand.readings else {}
    said = {name: known.get(name) or hand.knowledge.extract(d) for name, d in found.items()}
    rows = [Row(d, b"".join(near.keys(d)), parted(said[n].claims, hand.knowledge, hand.touched))
            for n, d in found.items()]  # fmt: skip
    fresh = [hand.readings.row(n, x) for n, x in said.items() if n not in known] if hand.readings else []
    weight = sum(item.weight for item in batch if isinstance(item, Piece))
    return Read(rows, refused, [(n, e) for n, x in said.items() for e in x.entities], fresh, weight)


def parted(claims: Iterable[Claim], knowledge: Knowledge, apart: frozenset[str]) -> dict[int, tuple[int, str]]:
    """The claims of a document packed, by the part of the graph they go to."""
    parts: dict[int, list[Claim]] = {}
    for claim in claims:
        part = TOUCHED if apart and _names(claim) & apart else part_of(claim, knowledge)
        parts.setdefault(part, []).append(claim)
    return {part: (len(each), packing.packed(Extraction(tuple(each), ()))) for part, each in parts.items()}


def _names(claim: Claim) -> set[object]:
    return {claim.subject, claim.object, claim.stated_by, *(value for _, value in claim.qualifiers)}


def part_of(statement: Claim | Fact, knowledge: Knowledge) -> int:
    """The part of the graph in which a statement is: that of its fact's subject, so that all rivals are in it."""
    return crc32(fact_of(statement, knowledge.ontology).subject.encode()) % PARTS


def touched(taken: Iterable[Decision]) -> frozenset[str]:
    """The entities that decisions may reject, or merge with others."""
    found: set[str] = set()
    for decision in taken:
        if decision.kind == "entities":
            found |= {decision.key, decision.same_as} - {""}
        elif decision.kind == "merges":
            found.update(decision.entities)
    return frozenset(found)


def compare(hand: Hand, batch: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, str]]:
    """For documents, each with earlier ones that may be like it, the first of these that it repeats."""
    found = []
    for later, earlier in batch:
        own = hand.signature(later)
        found += [(later, name) for name in earlier if near.repeats(own, hand.signature(name))][:1]
    return found


def write_documents(hand: Hand, numbers: tuple[int, int]) -> Lines:
    """The quads of some documents."""
    records = hand.knowledge.ontology.records
    return Lines(store.Piece.of(q for d in hand.spill.some(*numbers) for q in records.document(d)))


def settle(hand: Hand, part: Part) -> Lines:
    """The claims, facts and conflicts of a part of the graph."""
    ontology, spill = hand.knowledge.ontology, hand.spill
    told = (c for body in spill.claims(part.parts) for c in packing.unpacked(body).claims)
    said = {c.id: c for c in told if c.document not in part.without}
    claims = {c.id: c for c in [*decisions.keyed(said.values(), spill, ontology.short), *part.decided]}
    ordered = [claims[i] for i in sorted(claims)]
    facts = resolve(ordered, part.curated, spill, ontology)
    against = conflicts(facts, spill, ontology)
    there = {c.id for c in against}
    own = [d for d in part.pending if d.key in there]
    ruled = decisions.settle(own, facts, against, ontology.short, {})
    records = ontology.records
    quads = (
        *(q for c in ordered for q in records.claim(c)),
        *(q for f in ruled.facts for q in records.fact(f)),
        *(q for c in ruled.conflicts for q in records.conflict(c)),
    )
    return Lines(
        store.Piece.of(quads),
        {"claims": len(ordered), "facts": len(ruled.facts), "conflicts": len(ruled.conflicts)},
        ruled.records,
        [d.key for d in own],
        ruled.applied,
        [f for f in facts if decisions.about(f, ontology.short) in part.about] if part.about else (),
    )


def batches(items: Iterable[Source], most: int, heaviest: int) -> Iterator[list[Source]]:
    """The items in order, so many together at most, and fewer where they weigh so much."""
    batch: list[Source] = []
    weight = 0
    for item in items:
        batch.append(item)
        weight += item.weight + len(item.data) if isinstance(item, Piece) else 0
        if len(batch) >= most or weight >= heaviest:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch
