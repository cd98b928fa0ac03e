"""Which documents are copies, as :func:`kg.resolution.mark_copies` finds them, with the keys sorted by Spark.

What that function looks up in one table is brought together here: for each key the first documents that have it, for
each document those that share most keys with it, and these in their order, until one is found that it repeats.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from kg.cluster.tables import Columns, Row, groups, kept, mapped, sorted_by, unpacked
from kg.resolution.copies import CANDIDATES, CROWD, repeats

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ORIGINALS: Columns = {"id": "string", "original": "string"}
"""A copy and the document that it repeats."""

_PAIRS: Columns = {"later": "string", "day": "string", "earlier": "string"}


def originals(said: DataFrame) -> DataFrame:
    """The copies among documents, each with the first of those it repeats, as :data:`ORIGINALS`."""
    documents = said.filter("not refused")
    return _followed(kept(_repeated(documents, _nearest(documents))))


def _nearest(documents: DataFrame) -> DataFrame:
    """For each document the few earlier ones that share most keys with it."""
    from pyspark.sql import Window
    from pyspark.sql.functions import col, count, explode, lit, row_number

    entries = documents.select(explode("keys").alias("key"), "day", "id")
    votes = mapped(sorted_by(entries, "key", "day", "id"), _sharing, _PAIRS).groupBy(*_PAIRS).agg(
        count(lit(1)).alias("votes")
    )  # fmt: skip
    most = Window.partitionBy("later").orderBy(col("votes").desc(), "day", "earlier")
    return votes.withColumn("rank", row_number().over(most)).filter(col("rank") <= CANDIDATES).select(*_PAIRS)


def _sharing(rows: Iterator[Row]) -> Iterator[Row]:
    """The pairs of documents that share a key, of a crowd only those with one of its first."""
    for _, same in groups(rows):
        first = [(day, name) for _, day, name in islice(same, 1)]
        for _, day, name in same:
            for earlier_day, earlier in first:
                yield name, earlier_day, earlier
            if len(first) < CROWD:
                first.append((day, name))


def _repeated(documents: DataFrame, pairs: DataFrame) -> DataFrame:
    """The documents that repeat one of the others, and the first that each repeats."""
    from pyspark.sql.functions import lit

    signatures = documents.select("id", "signature")
    others = pairs.join(signatures.withColumnRenamed("id", "earlier"), "earlier")
    own = signatures.withColumnRenamed("id", "later").join(pairs.select("later").distinct(), "later", "leftsemi")
    columns = (*_PAIRS, "signature")
    # No document has an empty day: so each comes in front of those that it is compared with.
    rows = own.withColumns({"day": lit(""), "earlier": own["later"]}).select(*columns).unionAll(others.select(*columns))
    return mapped(sorted_by(rows, "later", "day", "earlier"), _compared, ORIGINALS)


def _compared(rows: Iterator[Row]) -> Iterator[Row]:
    for name, same in groups(rows):
        own = unpacked(next(same)[-1])
        found = next((earlier for _, _, earlier, other in same if repeats(own, unpacked(other))), None)
        if found is not None:
            yield name, found


def _followed(repeated: DataFrame) -> DataFrame:
    """The same with the first document of each chain: a copy of a copy is one of the original."""
    from pyspark.sql.functions import coalesce, col

    found = repeated
    while True:
        onward = found.select(col("id").alias("original"), col("original").alias("further"))
        joined = kept(found.join(onward, "original", "left"))
        if joined.filter("further is not null").isEmpty():
            joined.unpersist()
            return found
        found = kept(joined.select("id", coalesce("further", "original").alias("original")))
