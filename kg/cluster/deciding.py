"""Decisions of curators, applied where the build was started: to the documents, names and facts that they speak of.

The same functions run as in a build in one process, on all that can matter to them: on documents from the sources of
decisions, with their originals and copies; on the entities that decisions name; on the facts that stand in a decided
conflict, or say something like it. What decisions do to everything else is a rule that goes with the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from kg import decisions
from kg.build import Knowledge
from kg.cluster.facts import Rules, document_of, marked, whole, written
from kg.cluster.session import Shipment, knowledge
from kg.cluster.tables import Columns, Row, made, mapped, packed, unpacked
from kg.decisions import Decided, Decision, Settled
from kg.model import Claim, Conflict, Document, Entity, Fact, Origin

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_BRIEF: Columns = {"id": "string", "brief": "binary"}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What came of the decisions on facts: facts and conflicts in the place of others, by the ids of those."""

    settled: Settled
    facts: tuple[Fact, ...] = ()
    instead_of: frozenset[str] = frozenset()
    """The ids of the conflicts in whose place those of ``settled`` stand."""


def decided(
    known: Knowledge, said: DataFrame, originals: DataFrame, entities: DataFrame, curated: Iterable[Fact]
) -> tuple[Decided, Rules]:
    """The decisions on claims, names and merges, and what follows from them for any document."""
    rows = _families(said, originals, {d.source for d in known.decisions if d.source})
    documents = {row.id: document_of(row.body, row.first) for row in rows}
    claims: dict[str, Claim] = {c.id: c for row in rows for c in unpacked(row.claims)}
    new: dict[str, Entity] = {row.iri: unpacked(row.body) for row in chosen(entities, "iri", named(known.decisions))}
    everything = {**known.names.entities, **new}
    ordered = [claims[i] for i in sorted(claims)]
    found = decisions.apply(known.decisions, ordered, curated, everything, documents, known.ontology)
    by_document: dict[str, list[Claim]] = {name: [] for name in documents}
    for claim in found.claims:
        by_document[claim.document].append(claim)
    return found, Rules(found.everywhere, {name: tuple(each) for name, each in by_document.items()})


def named(taken: Iterable[Decision]) -> set[str]:
    """The entities of which decisions speak."""
    every = list(taken)
    keys = {d.key for d in every if d.kind == "entities"}
    others = {iri for d in every for iri in (*d.entities, d.same_as, d.keep) if iri}
    return keys | others | {iri for d in every if d.correction for iri in d.correction.entities()}


def chosen(frame: DataFrame, column: str, values: Iterable[str]) -> list[Any]:
    """The rows in which a column has one of these values, at hand."""
    wanted = sorted(values)
    if not wanted:
        return []
    table = made(frame.sparkSession, [(value,) for value in wanted], {column: "string"})
    found: list[Any] = frame.join(table, column, "leftsemi").collect()
    return found


def _families(said: DataFrame, originals: DataFrame, sources: set[str]) -> list[Any]:
    """The documents of some sources, with all that they repeat and that repeats the same."""
    from pyspark.sql.functions import coalesce

    documents = said.filter("not refused")
    starts = chosen(documents.select("source", "id"), "source", sources)
    rooted = documents.select("id").join(originals, "id", "left").withColumn("root", coalesce("original", "id"))
    roots = {row.root for row in chosen(rooted, "id", (row.id for row in starts))}
    family = chosen(rooted.select("root", "id"), "root", roots)
    return chosen(marked(said, originals), "id", (row.id for row in family))


def ruled(
    shipment: Shipment, known: Knowledge, pending: Sequence[Decision], said: DataFrame, spoken: DataFrame,
    facts: DataFrame, conflicts: DataFrame, curated: Sequence[Fact],
) -> Ruling:  # fmt: skip
    """The decisions on conflicts, held against the facts."""
    if not pending:
        return Ruling(decisions.settle((), (), (), known.ontology.short, {}))
    sides = {side for row in chosen(conflicts, "id", (d.key for d in pending)) for side in (row.first, row.second)}
    near = [*chosen(conflicts, "first", sides), *chosen(conflicts, "second", sides)]
    against: dict[str, Conflict] = {row.id: unpacked(row.body) for row in near}
    relevant = mapped(facts.select("id", "brief"), partial(_relevant, shipment, packed((pending, sides))), _BRIEF)
    briefs: dict[str, Fact] = {row.id: unpacked(row.brief) for row in relevant.sort("id").collect()}
    sources = chosen(said.select("source"), "source", {source for d in pending for source in d.sources})
    documents = {row.source: Document("", row.source) for row in sources}
    short = known.ontology.short
    settled = decisions.settle(pending, [*briefs.values()], against.values(), short, documents)
    changed = {f.id: f for f in settled.facts if f != briefs[f.id]}
    told = (row for row in written(curated, known.ontology) if row[0] in changed)
    rows = [*chosen(spoken, "fact", changed), *told]
    full = [replace(f, status=changed[f.id].status, curations=changed[f.id].curations)
            for f in whole(rows, known.ontology)]  # fmt: skip
    return Ruling(settled, tuple(full), frozenset(against))


def _relevant(shipment: Shipment, packed_rules: bytes, rows: Iterator[Row]) -> Iterator[Row]:
    """The facts on which the outcome of decisions on conflicts can depend."""
    short = knowledge(shipment).ontology.short
    pending, sides = unpacked(packed_rules)
    abouts = {each for d in pending for each in decisions.abouts(d)}
    sources = {source for d in pending for source in d.sources}
    for name, brief in rows:
        fact: Fact = unpacked(brief)
        is_source = fact.origin is Origin.CURATED and any(c.source in sources for c in fact.curations)
        if name in sides or is_source or decisions.about(fact, short) in abouts:
            yield name, brief
