"""Measures autotech-kg beside its peers and prints the table of docs/benchmarks.md.

    pip install -e '.[bench]'
    python benchmarks/run.py            (about four minutes; --quick for a tenth of the size)

Each comparison does the same work with the same input, one after the other, in the same run.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import graphs
import increment
import pyoxigraph as ox
import rdflib
from bulk import Made
from measure import Row, group, markdown, milliseconds, process_seconds, rate, seconds
from reading import growth, reading
from resolving import resolving
from serving import FACTS as FACTS_SERVED
from serving import serving

from kg import ontology, store
from kg.names import RDF, STANDARD
from kg.project import Project
from kg.validation import find_violations, read_shapes
from kg.validation.reference import by_pyshacl

ROOT = Path(__file__).parent.parent
PEERS = ("pyoxigraph", "rdflib", "rdflib-endpoint", "spacy")
FACTS, FACTS_ASKED, FACTS_AT_START = 5_000, 1_000, 100_000
"""About 100,000, 20,000 (with more, a join in rdflib takes minutes) and 2,000,000 triples."""

MANIFEST = store.Manifest(prefixes={}, record_namespace=graphs.NAMESPACE)
BARE_SCRIPT = """
import sys
import pyoxigraph as ox

store = ox.Store.read_only(sys.argv[1])
query = sys.argv[2]
prefixes = {"rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "kg": "https://w3id.org/autotech/kg#"}
answer = store.query(query, prefixes=prefixes, use_default_graph_as_union=True)
names = [v.value for v in answer.variables]
print(*names, sep="\\t")
for row in answer:
    print(*(row[n].value for n in names), sep="\\t")
"""


@dataclass(frozen=True)
class Folder:
    """Where the benchmark keeps its files."""

    path: Path

    @property
    def store(self) -> Path:
        """The store under test."""
        return self.path / "store"

    @property
    def data(self) -> Path:
        """The engine's files within the store."""
        return self.store / (self.store / "CURRENT").read_text(encoding="utf-8").strip() / "data"


def plain(quads: list[ox.Quad]) -> Iterator[ox.Triple]:
    """The quads as triples that every RDF 1.1 tool reads."""
    return (q.triple for q in quads if q.predicate.value != RDF + "reifies")


def bare(folder: Path, nquads: bytes) -> None:
    """Load N-Quads into a new store of the engine and see them safely on the disk."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        engine = ox.Store(place)
        engine.bulk_load(nquads, ox.RdfFormat.N_QUADS)
        engine.flush()


def loading(folder: Folder, facts: int) -> list[Row]:
    """Triples loaded per second: a checked store on disk beside the bare engine, on disk and in memory."""
    quads = list(graphs.quads(facts))
    nquads = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    ntriples = ox.serialize(plain(quads), format=ox.RdfFormat.N_TRIPLES)
    times = [
        ("kg.store.write, on disk, checked", seconds(lambda: store.write(folder.store, quads, MANIFEST))),
        ("pyoxigraph alone, on disk", seconds(lambda: bare(folder.path, nquads))),
        ("pyoxigraph alone, in memory", seconds(lambda: ox.Store().bulk_load(nquads, ox.RdfFormat.N_QUADS))),
        ("rdflib, in memory", seconds(lambda: rdflib.Graph().parse(data=ntriples, format="nt"), runs=1)),
    ]
    return group(f"load {len(quads):,} triples", times, rate(len(quads), "triples"))


def asking(folder: Folder, facts: int) -> list[Row]:
    """The time of two queries over the same triples."""
    quads = list(graphs.quads(facts))
    store.write(folder.store, quads, MANIFEST)
    graph = rdflib.Graph()
    graph.parse(data=ox.serialize(plain(quads), format=ox.RdfFormat.N_TRIPLES), format="nt")
    rows = []
    with store.open(folder.store) as ours:
        for name, query in (("selective query", graphs.SELECTIVE), ("join and count", graphs.JOIN)):
            mine = [tuple(v.value for v in row) for row in ours.query(query)]
            theirs = [tuple(str(v) for v in row) for row in graph.query(query, initNs=STANDARD)]
            if sorted(mine) != sorted(theirs):
                raise SystemExit(f"{name}: the two do not answer alike")
            times = [
                ("kg.store, on disk", seconds(lambda q=query: list(ours.query(q)), runs=9)),
                ("rdflib, in memory", seconds(lambda q=query: list(graph.query(q, initNs=STANDARD)), runs=1)),
            ]
            rows += group(f"{name}, {len(quads):,} triples, {len(mine):,} rows", times, milliseconds)
    return rows


def checking(folder: Folder, facts: int) -> list[Row]:
    """The time that shapes take over a sound graph: as SPARQL where the graph is, and by pySHACL over a copy."""
    written = Made(ontology.load(Project(ROOT)), facts).write(folder.store)
    shapes = read_shapes(ROOT / "ontology" / "shapes")
    with store.open(folder.store) as ours:
        if find_violations(ours, shapes) or by_pyshacl(ours, shapes.graph):
            raise SystemExit("the made graph breaks a shape")
        times = [
            ("kg.validation, on disk", seconds(lambda: find_violations(ours, shapes))),
            ("pySHACL, in memory", seconds(lambda: by_pyshacl(ours, shapes.graph), runs=1)),
        ]
    return group(f"check {len(shapes.names)} shapes, {written:,} triples", times, milliseconds)


def starting(folder: Folder, facts: int) -> list[Row]:
    """From the start of a process to its end, with an answer from a large store."""
    written = store.write(folder.store, graphs.quads(facts), MANIFEST)
    total = sum(written.quads.values())
    script = folder.path / "bare.py"
    script.write_text(BARE_SCRIPT, encoding="utf-8")
    query = graphs.SELECTIVE + " LIMIT 5"
    kg = str(Path(sys.executable).with_name("kg"))
    times = [
        ("kg query", process_seconds([kg, "--store", str(folder.store), "query", query])),
        ("ten lines of pyoxigraph", process_seconds([sys.executable, str(script), str(folder.data), query])),
        ("python -c pass", process_seconds([sys.executable, "-c", "pass"])),
    ]
    return group(f"one query, store of {total:,} triples, whole process", times, milliseconds)


def machine() -> str:
    """What the figures were taken on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
    peers = ", ".join(f"{name} {version(name)}" for name in PEERS)
    load = os.getloadavg()[0]
    python = f"CPython {platform.python_version()}"
    return f"{os.cpu_count()} cores of {model}, load {load:.1f} at the start; {python}, {peers}."


def main() -> None:
    """Measure all and print it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    scale = 10 if parser.parse_args().quick else 1
    print(machine() + "\n", flush=True)
    sizes = increment.SIZES[: 3 if scale == 1 else 2]  # the largest takes minutes: see benchmarks/increment.py
    rows = reading(ROOT, scale) + growth(ROOT, scale) + resolving(scale) + increment.increment(ROOT, sizes)
    for part, facts in ((loading, FACTS), (asking, FACTS_ASKED), (checking, FACTS_ASKED), (starting, FACTS_AT_START)):
        with tempfile.TemporaryDirectory() as place:
            rows += part(Folder(Path(place)), facts // scale)
    with tempfile.TemporaryDirectory() as place:
        rows += serving(Path(place), FACTS_SERVED // scale)
    print(markdown(rows))


if __name__ == "__main__":
    main()
