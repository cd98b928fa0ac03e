"""Documents from files that this machine sees, and from any place that Spark reads, each read where there is room."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kg import documents
from kg.cluster.session import Shipment, knowledge
from kg.cluster.tables import Columns, Row, made, mapped, packed, unpacked
from kg.errors import InputError, Place
from kg.model import Document
from kg.names import digest

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

READ: Columns = {"id": "string", "refused": "boolean", "body": "binary"}
"""The id of a document, and it; or an InputError with a name that only spreads them."""

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_FILES_A_TASK = 64
_FILE: Columns = {"path": "binary"}
_WHOLE = ("path", "content")


def read(spark: SparkSession, shipment: Shipment, sources: Sequence[str | Path]) -> DataFrame:
    """What is in the sources, as :data:`READ`; a document may come more than once.

    A path without a scheme is read by each worker for itself, so that all must see it; one with a scheme by Spark.
    """
    here = [s for s in sources if not _ELSEWHERE.match(str(s))]
    there = [str(s) for s in sources if _ELSEWHERE.match(str(s))]
    tables = [_own(spark, shipment, here), *(_foreign(spark, shipment, s) for s in there)]
    found = tables[0]
    for table in tables[1:]:
        found = found.unionAll(table)
    return found


def _own(spark: SparkSession, shipment: Shipment, sources: Sequence[str | Path]) -> DataFrame:
    """Files as a build in one process finds them; standard input is read here."""
    paths: list[Row] = []
    at_hand: list[Document | InputError] = []
    for source in sources:
        if str(source) == "-":
            at_hand += documents.read(["-"])
        else:
            found = list(documents.files(source))
            at_hand += [f for f in found if isinstance(f, InputError)]
            paths += [(os.fsencode(f),) for f in found if not isinstance(f, InputError)]
    tasks = max(spark.sparkContext.defaultParallelism * 2, len(paths) // _FILES_A_TASK)
    files = made(spark, paths, _FILE).repartition(min(tasks, max(1, len(paths))))
    told = made(spark, [(packed(item),) for item in at_hand], {"item": "binary"})
    return mapped(files, partial(_read_files, shipment), READ).unionAll(mapped(told, partial(_named, shipment), READ))


def _foreign(spark: SparkSession, shipment: Shipment, source: str) -> DataFrame:
    """Files in a store of objects, or on another file system."""
    from pyspark.sql.functions import col

    wanted = "*{" + ",".join("".join(_either(c) for c in suffix) for suffix in documents.SUFFIXES) + "}"
    is_file = PurePosixPath(source).suffix.lower() in documents.SUFFIXES
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    found = (reader if is_file else reader.option("pathGlobFilter", wanted)).load(source)
    small = found.filter(col("length") <= documents.MAX_BYTES).select(*_WHOLE)
    large = found.filter(col("length") > documents.MAX_BYTES).select("path")
    return mapped(small, partial(_split, shipment), READ).unionAll(mapped(large, _too_large, READ))


def _either(sign: str) -> str:
    """A letter in both cases, as a pattern of names."""
    return f"[{sign}{sign.upper()}]" if sign.isalpha() else sign


# -- on the machines ---------------------------------------------------------------------------------------------------


def _read_files(shipment: Shipment, rows: Iterator[Row]) -> Iterator[Row]:
    return _rows(shipment, (item for (path,) in rows for item in documents.read([os.fsdecode(path)])))


def _split(shipment: Shipment, rows: Iterator[Row]) -> Iterator[Row]:
    found = (documents.split(data, path, PurePosixPath(path).suffix.lower()) for path, data in rows)
    return _rows(shipment, (item for each in found for item in each))


def _too_large(rows: Iterator[Row]) -> Iterator[Row]:
    limit = documents.MAX_BYTES // 1024**2
    for (path,) in rows:
        yield _refused(InputError(f"larger than {limit} MiB", Place(path), "split it into articles"))


def _named(shipment: Shipment, rows: Iterator[Row]) -> Iterator[Row]:
    return _rows(shipment, (unpacked(item) for (item,) in rows))


def _rows(shipment: Shipment, items: Iterable[Document | InputError]) -> Iterator[Row]:
    for item in items:
        if isinstance(item, InputError):
            yield _refused(item)
        else:
            document = knowledge(shipment).in_language(item)
            yield document.id, False, packed(document)


def _refused(error: InputError) -> Row:
    return digest(str(error)), True, packed(error)
