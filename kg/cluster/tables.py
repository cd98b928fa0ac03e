"""Rows that walk through Spark and through Python in turns: as tuples here, as Arrow's columns on the way.

A function takes the rows of one partition and yields others. It is called in a process of its own, on any machine, and
again where a machine is lost; so it is a pure function of its rows.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

Row: TypeAlias = tuple[Any, ...]
Work: TypeAlias = Callable[[Iterator[Row]], Iterable[Row]]
Columns: TypeAlias = Mapping[str, str]
"""The names of columns and their types in the words of SQL."""

_TYPES = {"binary": "binary", "boolean": "bool", "long": "int64", "string": "string"}
"""The types of SQL that are used, as Arrow calls them."""
_LIST = re.compile("array<(.+)>")
_ROWS, _BYTES = 500, 16 * 1024 * 1024
"""What goes from Python to Spark at once, whichever is reached first; a column of Arrow cannot hold 2 GiB."""


def mapped(frame: DataFrame, work: Work, columns: Columns) -> DataFrame:
    """What a function makes of the rows of each partition, in their order."""
    return frame.mapInArrow(partial(_run, work, dict(columns)), _declared(columns))


def sorted_by(frame: DataFrame, key: str, *within: str) -> DataFrame:
    """The rows with one key brought together, sorted by it and within it: so a group can be read as it comes."""
    return frame.repartition(key).sortWithinPartitions(key, *within)


def groups(rows: Iterable[Row]) -> Iterator[tuple[Any, Iterator[Row]]]:
    """Rows that come sorted by their first column, group by group."""
    return groupby(rows, key=itemgetter(0))


def kept(frame: DataFrame) -> DataFrame:
    """The rows kept on the disks of the machines that made them, for those who ask again."""
    from pyspark.storagelevel import StorageLevel

    return frame.persist(StorageLevel.DISK_ONLY)


def made(spark: SparkSession, rows: Sequence[Row], columns: Columns) -> DataFrame:
    """A table of rows that are at hand."""
    return spark.createDataFrame(list(rows), _declared(columns))


def packed(value: object) -> bytes:
    """A value as it travels from one of our processes to another."""
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def unpacked(data: bytes) -> Any:  # noqa: ANN401 - who packed it knows what it is
    """The value that :func:`packed` made bytes of."""
    return pickle.loads(data)  # written by our own processes


def _declared(columns: Columns) -> str:
    return ", ".join(f"`{name}` {kind}" for name, kind in columns.items())


def _schema(columns: Columns) -> pyarrow.Schema:
    import pyarrow

    def of(kind: str) -> pyarrow.DataType:
        inner = _LIST.fullmatch(kind)
        return pyarrow.list_(of(inner[1])) if inner else pyarrow.type_for_alias(_TYPES[kind])

    return pyarrow.schema([(name, of(kind)) for name, kind in columns.items()])


def _run(work: Work, columns: Columns, batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    schema = _schema(columns)
    rows = (row for batch in batches for row in zip(*(column.to_pylist() for column in batch.columns), strict=True))
    gathered: list[Row] = []
    size = 0
    for row in work(rows):
        gathered.append(row)
        size += sum(map(_size, row))
        if len(gathered) >= _ROWS or size >= _BYTES:
            yield _batch(gathered, schema)
            gathered, size = [], 0
    if gathered:
        yield _batch(gathered, schema)


def _size(value: object) -> int:
    """About how many bytes a value has."""
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return len(value) if isinstance(value, bytes | str) else 8


def _batch(rows: list[Row], schema: pyarrow.Schema) -> pyarrow.RecordBatch:
    import pyarrow

    columns = zip(zip(*rows, strict=True), schema, strict=True)
    return pyarrow.RecordBatch.from_arrays([pyarrow.array(c, field.type) for c, field in columns], schema=schema)
