"""Documents from files that this machine sees, and from any place that Spark reads, each read where there is room."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kg import documents
from kg.cluster.session import Shipment, knowledge, reason
from kg.cluster.tables import Columns, Row, made, mapped, packed, unpacked
from kg.errors import InputError, Place
from kg.model import Document
from kg.names import digest

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

READ: Columns = {"id": "string", "refused": "boolean", "body": "binary"}
"""The id of a document, and it; or an InputError with a name that only spreads them."""

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_TABLE = ".parquet"
_LARGEST = 1024**3  # bytes: Spark holds a file as a whole, and cannot hold 2 GiB
_FILES_A_TASK = 64
_FILE: Columns = {"path": "binary"}
_WHOLE = ("path", "content")


def read(spark: SparkSession, shipment: Shipment, sources: Sequence[str | Path]) -> DataFrame:
    """What is in the sources, as :data:`READ`; a document may come more than once.

    A path without a scheme is read by each worker for itself, so that all must see it; one with a scheme, and a table,
    by Spark.
    """
    tables = [_own(spark, shipment, [s for s in sources if not _is_foreign(str(s))])]
    tables += [_guarded(spark, shipment, s) for s in map(str, sources) if _is_foreign(s)]
    found = tables[0]
    for table in tables[1:]:
        found = found.unionAll(table)
    return found


def _is_foreign(source: str) -> bool:
    return bool(_ELSEWHERE.match(source)) or _is_table(source)


def _is_table(source: str) -> bool:
    return source.rstrip("/").lower().endswith(_TABLE)


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


def _guarded(spark: SparkSession, shipment: Shipment, source: str) -> DataFrame:
    """What Spark reads at an address; where there is nothing, what is to be said of that."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        return (_table if _is_table(source) else _foreign)(spark, shipment, source)
    except InputError as error:
        refused = error
    except (PySparkException, Py4JError) as error:
        hint = "check the address, and Spark's settings for it"
        refused = InputError(f"cannot be read: {reason(error)}", Place(source), hint)
    return made(spark, [_refused(refused)], READ)


def _foreign(spark: SparkSession, shipment: Shipment, source: str) -> DataFrame:
    """Files in a store of objects, or on another file system."""
    from pyspark.sql.functions import col

    wanted = "*{" + ",".join("".join(_either(c) for c in suffix) for suffix in documents.SUFFIXES) + "}"
    is_file = documents.kind_of(PurePosixPath(source)) in documents.SUFFIXES
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    found = (reader if is_file else reader.option("pathGlobFilter", wanted)).load(source)
    if found.select("path").isEmpty():
        hint = f"read are: {', '.join(documents.SUFFIXES)}"
        raise InputError("no document at this address", Place(source), hint)
    small = found.filter(col("length") <= _LARGEST).select(*_WHOLE)
    large = found.filter(col("length") > _LARGEST).select("path")
    return mapped(small, partial(_split, shipment), READ).unionAll(mapped(large, _too_large, READ))


def _table(spark: SparkSession, shipment: Shipment, source: str) -> DataFrame:
    """A table with a document in each row: its columns are the fields of JSON Lines."""
    found = spark.read.parquet(source)
    missing = [name for name in ("source", "text") if not {name, name.replace("text", "html")} & {*found.columns}]
    if missing:
        hint = f"known: {', '.join(documents.FIELDS)}"
        raise InputError(f"a table without the column '{missing[0]}'", Place(source), hint)
    names = [name for name in documents.FIELDS if name in found.columns]
    rows = found.selectExpr(*(f"cast(`{name}` as string) as `{name}`" for name in names))
    return mapped(rows, partial(_records, shipment, source, names), READ)


def _either(sign: str) -> str:
    """A letter in both cases, as a pattern of names."""
    return f"[{sign}{sign.upper()}]" if sign.isalpha() else sign


# -- on the machines ---------------------------------------------------------------------------------------------------


def _read_files(shipment: Shipment, rows: Iterator[Row]) -> Iterator[Row]:
    return _rows(shipment, (item for (path,) in rows for item in documents.read([os.fsdecode(path)])))


def _split(shipment: Shipment, rows: Iterator[Row]) -> Iterator[Row]:
    found = (documents.split(data, path, documents.kind_of(PurePosixPath(path))) for path, data in rows)
    return _rows(shipment, (item for each in found for item in each))


def _too_large(rows: Iterator[Row]) -> Iterator[Row]:
    for (path,) in rows:
        yield _refused(InputError(f"larger than {_LARGEST // 1024**3} GiB", Place(path), "split it"))


def _records(shipment: Shipment, table: str, names: Sequence[str], rows: Iterator[Row]) -> Iterator[Row]:
    return _rows(shipment, (item for row in rows for item in _of_record(table, dict(zip(names, row, strict=True)))))


def _of_record(table: str, fields: Mapping[str, str | None]) -> Iterator[Document | InputError]:
    """The document of a row, read as a line of JSON."""
    if not fields["source"]:
        yield InputError("a row without a source", Place(table), "name the source of each document")
    else:
        yield from documents.split(json.dumps(fields).encode(), f"{table}#{fields['source']}", ".jsonl")


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
