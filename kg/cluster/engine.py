"""A build on many machines: the steps of :mod:`kg.build`, each over parts of what there is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg import seeds, store
from kg.build import BuildReport, Knowledge, manifest, together
from kg.cluster import assembly, documents, session
from kg.cluster.parts import Parts
from kg.cluster.said import said as said_in
from kg.cluster.tables import unpacked
from kg.errors import InputError, Place, StoreError
from kg.inputs import inputs
from kg.model import Verdict
from kg.project import Project
from kg.store.parts import load

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def build(
    project: Project | None = None,
    sources: Sequence[str | Path] | None = None,
    target: store.Location | None = None,
    *,
    master: str | None = None,
    jobs: int = 1,
    parts: str | None = None,
    strict: bool = False,
    facts: bool = True,
) -> BuildReport:
    """Build the graph of a project on Apache Spark: the quads that :func:`kg.build.build` makes, byte for byte.

    ``sources`` may be addresses on any file system that Spark reads. With ``parts``, a folder that all machines reach,
    the graph is written there as files of N-Quads, and no store is made; without, it is loaded into the store at
    ``target``, which takes a ``master`` on this machine. Raises as that function does, and StoreError where there is no
    Spark or the parts cannot be written; then what was there stays as it was.
    """
    project = project or Project.find()
    known = Knowledge.of(project)
    curated = seeds.load_facts(project, known.ontology, known.names) if facts else []
    wanted = project.articles if sources is None else sources
    with session.opened(master, jobs) as spark, _room(spark, parts, target or project.store) as room:
        room.parts.check()
        shipment = session.ship(spark, project)
        said = said_in(shipment, documents.read(spark, shipment, wanted))
        refused = _refused(said, strict=strict, some=sources is not None)
        made = assembly.assemble(shipment, known, said, curated)
        described = manifest(known.ontology, made.counts, inputs(project, facts=facts))
        written = room.parts.write(made.text, described)
        if room.store is not None:
            load(room.folder, room.store)
        unread = said.filter("unread").select("source").distinct().collect()
        made.drop()
        said.unpersist()
    return BuildReport(
        refused=refused,
        unread=tuple(sorted(row.source for row in unread)),
        digest=written.digest,
        refused_proposals=(),  # no extractor reads here
        decisions=made.decided,
        reopened=tuple(r for r in made.records if r.verdict is Verdict.REOPENED),
        **made.counts,
    )


def _refused(said: DataFrame, *, strict: bool, some: bool) -> tuple[InputError, ...]:
    """The sources that were refused; ``strict`` raises them, and so does ``some`` where nothing else was read."""
    rows = said.filter("refused").select("body").collect()
    refused: list[InputError] = sorted((unpacked(row.body) for row in rows), key=str)
    if refused and (strict or (some and said.filter("not refused").isEmpty())):
        raise together(refused)
    return tuple(refused)


@dataclass(frozen=True, slots=True)
class _Room:
    """Where the parts go; the same as a folder here and the store that they are loaded into, if they are."""

    parts: Parts
    folder: Path = Path()
    store: store.Location | None = None


@contextmanager
def _room(spark: SparkSession, parts: str | None, target: store.Location) -> Iterator[_Room]:
    if parts is not None:
        yield _Room(Parts(spark, parts))
        return
    if not session.is_local(spark):
        hint = "give a folder that all machines reach with --parts, then run 'kg load' on it"
        raise StoreError("many machines cannot write into a store on one", Place(str(target)), hint)
    place = store.claim(target)
    beside = store.beside(place)
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="parts-", dir=beside) as folder:
        graph = Path(folder).resolve() / "graph"
        yield _Room(Parts(spark, graph.as_uri()), graph, place)
