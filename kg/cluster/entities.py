"""The entities that nobody listed: each as the last of the documents that name it tells it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from kg.cluster import lines
from kg.cluster.session import Shipment, knowledge
from kg.cluster.tables import Columns, Row, groups, kept, mapped, packed, sorted_by, unpacked
from kg.decisions import Everywhere
from kg.model import Entity

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ENTITIES: Columns = {"iri": "string", "id": "string", "body": "binary"}
"""An entity and a document that names it."""
TEXT: Columns = {"text": "string"}


def entities(said: DataFrame) -> DataFrame:
    """The entities that documents name and nobody listed, each once, as :data:`ENTITIES`."""
    named = mapped(said.filter("not refused").select("id", "entities"), _named, ENTITIES)
    return kept(mapped(sorted_by(named, "iri", "id"), _last, ENTITIES))


def written(shipment: Shipment, entities: DataFrame, everywhere: Everywhere) -> DataFrame:
    """The lines of entities of which no decision speaks."""
    return mapped(entities, partial(_written, shipment, packed(everywhere)), TEXT)


# -- on the machines ---------------------------------------------------------------------------------------------------


def _named(rows: Iterator[Row]) -> Iterator[Row]:
    for name, body in rows:
        found: dict[str, Entity] = {e.iri: e for e in unpacked(body)}
        yield from ((iri, name, packed(entity)) for iri, entity in found.items())


def _last(rows: Iterator[Row]) -> Iterator[Row]:
    for _, same in groups(rows):
        yield from deque(same, maxlen=1)


def _written(shipment: Shipment, packed_rules: bytes, rows: Iterator[Row]) -> Iterator[Row]:
    records = knowledge(shipment).ontology.records
    everywhere: Everywhere = unpacked(packed_rules)
    for _, _, body in rows:
        yield (lines.of_entity(everywhere.merges.related(unpacked(body)), records).text,)
