"""The graph as files of N-Quads, written by all machines at once and named only when all of it is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.cluster.tables import Columns, Row, mapped
from kg.errors import Place, StoreError
from kg.layout import MANIFEST
from kg.names import local_name
from kg.rdf import LAYERS
from kg.store import Manifest, content
from kg.store.parts import ENDING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SUMS: Columns = {"layer": "string", "quads": "long", "digest": "string"}
_BATCH = 10_000  # lines


@dataclass(frozen=True)
class Parts:
    """A folder for parts, on any file system that Spark writes to."""

    spark: SparkSession
    folder: str

    def check(self) -> None:
        """Raise StoreError where the folder holds something else than parts of an earlier graph."""
        files, folder = self._at(self.folder)
        if files.exists(folder) and list(files.listStatus(folder)) and not files.exists(self._in(folder, MANIFEST)):
            place = Place(self.folder)
            raise StoreError("the folder holds other files and no parts", place, "choose another --parts or empty it")

    def write(self, lines: DataFrame, manifest: Manifest) -> Manifest:
        """Write the lines, each of which a row may hold several of; the manifest with what was read back of them.

        They are written beside the folder, and take the place of what is in it when all is there.
        """
        beside = self.folder.rstrip("/") + ".writing"
        files, staging = self._at(beside)
        files.delete(staging, True)
        try:
            lines.write.option("compression", "gzip").text(beside)
            whole = self._read_back(beside, manifest)
            self._finish(files, staging, whole)
        finally:
            files.delete(staging, True)
        return whole

    def _read_back(self, folder: str, manifest: Manifest) -> Manifest:
        """The manifest with the digest and the number of quads of what is written."""
        rows = mapped(self.spark.read.text(folder), _summed, _SUMS).collect()
        sizes = Counter[str]()
        for row in rows:
            sizes[row.layer] += row.quads
        digest = content.total(row.digest for row in rows)
        return replace(manifest, quads={name: sizes[name] for name in LAYERS}, digest=digest)

    def _finish(self, files: Any, staging: Any, manifest: Manifest) -> None:  # noqa: ANN401 - objects of Java
        for number, name in enumerate(
            sorted(f.getPath().getName() for f in files.globStatus(self._in(staging, "part-*")))
        ):
            files.rename(self._in(staging, name), self._in(staging, f"part-{number:05d}{ENDING}"))
        out = files.create(self._in(staging, MANIFEST))
        out.write(bytearray(manifest.json().encode()))
        out.close()
        _, folder = self._at(self.folder)
        files.delete(folder, True)
        files.mkdirs(folder.getParent())
        if not files.rename(staging, folder):
            raise StoreError("the parts cannot be put in place", Place(self.folder), "choose another --parts")

    def _at(self, path: str) -> tuple[Any, Any]:
        """A file system and a path on it."""
        jvm: Any = self.spark._jvm
        found = jvm.org.apache.hadoop.fs.Path(path)
        return found.getFileSystem(self.spark._jsc.hadoopConfiguration()), found

    def _in(self, folder: Any, name: str) -> Any:  # noqa: ANN401 - objects of Java
        jvm: Any = self.spark._jvm
        return jvm.org.apache.hadoop.fs.Path(folder, name)


def _summed(rows: Iterator[Row]) -> Iterator[Row]:
    """The number and the digest of the quads on some lines, layer by layer."""
    for lines in _batches(row[0] for row in rows):
        by_layer: dict[str, list[ox.Quad]] = {}
        for quad in ox.parse(input="\n".join(lines), format=ox.RdfFormat.N_QUADS):
            by_layer.setdefault(local_name(quad.graph_name.value), []).append(quad)
        yield from ((name, len(quads), content.digest(quads)) for name, quads in by_layer.items())


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    gathered: list[str] = []
    for line in lines:
        gathered.append(line)
        if len(gathered) == _BATCH:
            yield gathered
            gathered = []
    if gathered:
        yield gathered
