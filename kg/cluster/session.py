"""A session with Spark, and what the machines need for the work: the program and the project, shipped with the job."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg.build import Knowledge
from kg.errors import Place, StoreError
from kg.inputs import stands_on
from kg.names import digest
from kg.project import PARTS, Project

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_RAISED = re.compile(r"^(?:kg\.errors\.)\w+: (.+)$", re.MULTILINE)
_PACKAGE = Path(__file__).parent.parent
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold: the same files give the same archive
_SETTINGS = {
    "spark.app.name": "kg build",
    "spark.ui.showConsoleProgress": "false",
    "spark.rdd.compress": "true",  # what is kept on the disks of the machines
    "spark.sql.execution.arrow.maxRecordsPerBatch": "500",
    "spark.sql.execution.arrow.maxBytesPerBatch": str(64 * 1024 * 1024),
    "spark.sql.session.timeZone": "UTC",
}
_LOCAL_PARTITIONS = 8
"""Of a shuffle on one machine: with Spark's own 200 a small build is little else than beginning and ending tasks."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """A project as the machines have it: the name of its folder there, and the versions that they must have."""

    name: str
    versions: tuple[str, ...]


@contextmanager
def opened(master: str | None, jobs: int = 1) -> Iterator[SparkSession]:
    """A session: that of the process where it has one, else a new one that is closed at the end.

    Without ``master`` the one that Spark's own settings name counts (``spark-submit``, ``SPARK_CONF_DIR``), else so
    many threads of this machine as ``jobs`` says. Raises StoreError where Spark or Java is not installed, or no session
    comes about.
    """
    place = Place("--engine spark")
    try:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        hint = "pip install 'autotech-kg[spark]'"
        raise StoreError("Spark is not installed", place, hint) from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    running = SparkSession.getActiveSession()
    if running is not None:
        yield running
        return
    try:
        conf = SparkConf()
        for name, value in _SETTINGS.items():
            conf.setIfMissing(name, value)
        if master or not conf.contains("spark.master"):
            conf.setMaster(master or f"local[{jobs}]")
        if conf.get("spark.master", "").startswith("local"):
            conf.setIfMissing("spark.sql.shuffle.partitions", str(_LOCAL_PARTITIONS))
        spark = SparkSession.builder.config(conf=conf).getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        hint = "install Java 17 or newer, and check --master"
        raise StoreError(f"Spark does not start: {reason(error)}", place, hint) from None
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    except (PySparkException, Py4JError) as error:
        hint = "see Spark's own log for more"
        raise StoreError(f"Spark gave up: {reason(error)}", place, hint) from None
    finally:
        spark.stop()


def reason(error: Exception) -> str:
    """What went wrong, in a line: of an error on another machine the last line of what Python said there.

    >>> reason(Exception("Job aborted" + chr(10) + "Traceback:" + chr(10) + "kg.errors.StoreError: a worker: is old"))
    'a worker: is old'
    """
    told = str(error).strip() or type(error).__name__
    raised = _RAISED.findall(told)
    return str(raised[-1] if raised else told.splitlines()[0])


def is_local(spark: SparkSession) -> bool:
    """Whether all the work is done in this process and its children."""
    return str(spark.sparkContext.master).startswith("local")


def ship(spark: SparkSession, project: Project) -> Shipment:
    """Send the program and the project to the machines that work in a session, and to those that join it later."""
    # The archives stay for the length of the process: a machine that joins late fetches them then.
    folder = Path(_folder().name)
    program = _zipped(folder / "kg.zip", _PACKAGE, sorted(_PACKAGE.rglob("*.py")), _PACKAGE.parent)
    files = [p for part in PARTS for p in sorted((project.root / part).rglob("*")) if p.is_file()]
    name = f"project-{digest(*(f'{p.relative_to(project.root)} {p.stat().st_mtime_ns}' for p in files))}"
    archive = _zipped(folder / f"{name}.zip", project.root, [p for p in files if _is_needed(p, project)], project.root)
    spark.sparkContext.addPyFile(str(program))
    spark.sparkContext.addArchive(f"{archive}#{name}")
    return Shipment(name, stands_on())


def _is_needed(path: Path, project: Project) -> bool:
    """Articles are sources, which the machines are given otherwise."""
    return not path.is_relative_to(project.seeds / "articles")


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="kg-")


def _zipped(target: Path, folder: Path, files: Iterable[Path], root: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in PARTS if root == folder else ():
            archive.writestr(zipfile.ZipInfo(f"{part}/", _EPOCH), b"")  # one that holds no file is a part too
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return target


# -- on the machines ---------------------------------------------------------------------------------------------------


def knowledge(shipment: Shipment) -> Knowledge:
    """The project, loaded once in each process that works."""
    return _loaded(shipment.name, shipment.versions)


@cache
def _loaded(name: str, versions: Sequence[str]) -> Knowledge:
    from pyspark import SparkFiles

    if stands_on() != versions:
        found, wanted = ", ".join(stands_on()), ", ".join(versions)
        hint = "install the same there, or send it along with --archives"
        raise StoreError(f"has other versions ({found}) than where the build began ({wanted})", Place("a worker"), hint)
    return Knowledge.of(Project(Path(SparkFiles.get(name))))
