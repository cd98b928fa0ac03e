"""What :func:`kg.build.assemble` does, over tables: copies, decisions, facts and conflicts, and the lines of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.build import Knowledge
from kg.cluster import copying, entities, facts, lines
from kg.cluster.deciding import Ruling, decided, named, ruled
from kg.cluster.lines import Lines
from kg.cluster.session import Shipment, knowledge
from kg.cluster.tables import Columns, Row, made, mapped, unpacked
from kg.decisions import Decided
from kg.model import Curation, Fact
from kg.ontology import Ontology

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_TEXT: Columns = {"text": "string"}


@dataclass(frozen=True)
class Assembled:
    """A graph as rows of lines, each quad once, how many records it has, and what became of decisions."""

    text: DataFrame
    counts: dict[str, int]
    records: tuple[Curation, ...]
    decided: int
    tables: tuple[DataFrame, ...]

    def drop(self) -> None:
        """Give up what the machines keep of it."""
        for table in self.tables:
            table.unpersist()


def assemble(shipment: Shipment, known: Knowledge, said: DataFrame, curated: Sequence[Fact]) -> Assembled:
    """The whole graph of what documents say (:data:`kg.cluster.said.SAID`) and curators wrote."""
    originals = copying.originals(said)
    new = entities.entities(said)
    found, rules = decided(known, said, originals, new, curated)
    spoken = facts.spoken(shipment, facts.marked(said, originals), rules)
    settled = facts.settled(shipment, spoken, found.curated, known.ontology)
    opposed = facts.opposed(shipment, settled)
    ruling = ruled(shipment, known, found.pending, said, spoken, settled, opposed, found.curated)
    others = without(new, "iri", named(known.decisions))
    replaced = without(opposed, "id", ruling.instead_of)
    unchanged = without(settled, "id", (f.id for f in ruling.facts))
    at_hand = Lines.joined(_at_hand(known.ontology, found, ruling))
    texts = [
        spoken.filter("fact = ''").select("text"),
        unchanged.select("text"),
        mapped(replaced.select("body"), partial(_conflicts, shipment), _TEXT),
        entities.written(shipment, others, found.everywhere),
        made(said.sparkSession, [(line,) for line in at_hand.own], _TEXT),
        _shared(unchanged, at_hand.shared),
    ]
    counts = {
        "documents": said.filter("not refused").count(),
        "claims": settled.agg({"claims": "sum"}).first()[0] or 0,
        "facts": settled.count(),
        "entities": len(found.entities) + others.count(),
        "conflicts": replaced.count() + len(ruling.settled.conflicts),
    }
    records = (*found.records, *ruling.settled.records)
    tables = (originals, new, spoken, settled, opposed)
    return Assembled(_union(texts), counts, records, found.applied + ruling.settled.applied, tables)


def without(frame: DataFrame, column: str, values: Iterable[str]) -> DataFrame:
    """The rows in which a column has none of these values."""
    unwanted = [(value,) for value in sorted(values)]
    return frame.join(made(frame.sparkSession, unwanted, {column: "string"}), column, "leftanti") if unwanted else frame


def _at_hand(ontology: Ontology, found: Decided, ruling: Ruling) -> Iterator[Lines]:
    """The lines of what was worked out where the build was started."""
    records = ontology.records
    engine = ox.Store()
    engine.bulk_extend(ontology.quads())
    yield Lines(tuple(map(lines.written, engine)))  # in the form in which a store gives values back
    yield from (lines.of_entity(e, records) for e in found.entities.values())
    yield from (lines.of_fact(f, records) for f in ruling.facts)
    yield from (lines.of_conflict(c, records) for c in ruling.settled.conflicts)
    decisions = (q for r in (*found.records, *ruling.settled.records) for q in records.curation(r))
    yield Lines((), frozenset(map(lines.written, decisions)))


def _shared(facts: DataFrame, at_hand: Iterable[str]) -> DataFrame:
    """The lines that several records may say, each once."""
    from pyspark.sql.functions import explode

    own = facts.select(explode("shared").alias("text"))
    return own.unionAll(made(facts.sparkSession, [(line,) for line in sorted(at_hand)], _TEXT)).distinct()


def _union(tables: Sequence[DataFrame]) -> DataFrame:
    found = tables[0]
    for table in tables[1:]:
        found = found.unionAll(table)
    return found


def _conflicts(shipment: Shipment, rows: Iterator[Row]) -> Iterator[Row]:
    records = knowledge(shipment).ontology.records
    for (body,) in rows:
        yield (lines.of_conflict(unpacked(body), records).text,)
