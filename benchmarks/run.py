"""Measures autotech-kg beside its peers and prints the table of docs/benchmarks.md.

    pip install -e '.[bench]'
    python benchmarks/run.py            (about ten minutes; --quick for a tenth of the size)
    python benchmarks/run.py --only start load

Each comparison does the same work with the same input, one after the other, in the same run. That of pages needs
Chromium, Playwright and npm (see benchmarks/pages.py) and is left out where they are missing.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
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
PEERS = ("pyoxigraph", "oxrdflib", "rdflib", "rdflib-endpoint", "pyshacl", "spacy")
FACTS, FACTS_ASKED, FACTS_AT_START = 5_000, 1_000, 100_000
"""About 100,000, 20,000 (with more, a join in rdflib takes minutes) and 2,000,000 triples."""
GROWTH = (1, 10, 100)
PAGE = 5_000
"""Facts of a page."""

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
        ("oxrdflib, in memory", seconds(lambda: rdflib.Graph(store="Oxigraph").parse(data=ntriples, format="ox-nt"))),
        ("rdflib, in memory", seconds(lambda: rdflib.Graph().parse(data=ntriples, format="nt"), runs=1)),
    ]
    return group(f"load {len(quads):,} triples", times, rate(len(quads), "triples"))


def bare_query(ours: store.Store, query: str) -> ox.QuerySolutions:
    """The answer of the engine beneath a store, asked directly."""
    found = ours.engine.query(query, prefixes=dict(ours.prefixes.table), use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return found


def growing_graphs(folder: Folder, facts: int) -> list[Row]:
    """What loading, a selective query and the shapes cost in graphs that grow tenfold twice."""
    shapes = read_shapes(ROOT / "ontology" / "shapes")
    known = ontology.load(Project(ROOT))
    loaded, asked, checked = [], [], []
    for times in GROWTH:
        size = Made(known, facts * times).write(folder.store)
        with store.open(folder.store) as ours:
            quads = list(ours.quads())
            copy = folder.path / f"copy{times}"
            loaded.append((size, seconds(lambda q=quads, c=copy: store.write(c, q, ours.manifest), runs=1)))
            asked.append((size, seconds(lambda o=ours: list(o.query(graphs.SELECTIVE)), runs=9)))
            checked.append((size, seconds(lambda o=ours: find_violations(o, shapes), runs=1)))
    return [
        *by_triple("growth: load", loaded),
        *group("growth: selective query", [(f"{size:,} triples", taken) for size, taken in asked], milliseconds),
        *by_triple("growth: check shapes", checked),
    ]


def by_triple(work: str, measured: list[tuple[int, float]]) -> list[Row]:
    """Rows of work that grows with a graph; the ratio is that of the time for one triple."""
    first = measured[0][1] / measured[0][0]
    return [
        Row(work if i == 0 else "", f"{size:,} triples", rate(size, "triples")(taken), f"{taken / size / first:.3g}")
        for i, (size, taken) in enumerate(measured)
    ]


def paging(scale: int) -> list[Row]:
    """The first picture of a page, and what a redraw while dragged takes, beside other pages of the same facts."""
    import pages

    if not (Path(pages.CHROMIUM).exists() and shutil.which("npm")):
        print("(no Chromium or no npm: pages are left out)\n", flush=True)
        return []
    count = PAGE // scale
    found = pages.measured(count)
    firsts = [(f"{m.name}, {m.facts:,} facts, {m.kilobytes:,.0f} kB", m.first) for m in found]
    redraws = [(f"{m.name}, {m.facts:,} facts", m.moved) for m in found]
    return [
        *group(f"first picture of a page of {count:,} facts", firsts, milliseconds),
        *group("CPU for a redraw while it is dragged", redraws, milliseconds),
    ]


def asking(folder: Folder, facts: int) -> list[Row]:
    """The time of two queries over the same triples."""
    quads = list(graphs.quads(facts))
    store.write(folder.store, quads, MANIFEST)
    ntriples = ox.serialize(plain(quads), format=ox.RdfFormat.N_TRIPLES)
    graph = rdflib.Graph().parse(data=ntriples, format="nt")
    joined = rdflib.Graph(store="Oxigraph").parse(data=ntriples, format="ox-nt")
    rows = []
    with store.open(folder.store) as ours:
        for name, query in (("selective query", graphs.SELECTIVE), ("join and count", graphs.JOIN)):
            mine = [tuple(v.value for v in row) for row in ours.query(query)]
            for each in (graph, joined):
                theirs = [tuple(str(v) for v in row) for row in each.query(query, initNs=STANDARD)]
                if sorted(mine) != sorted(theirs):
                    raise SystemExit(f"{name}: they do not answer alike")
            times = [
                ("kg.store, on disk", seconds(lambda q=query: list(ours.query(q)), runs=9)),
                ("pyoxigraph alone, on disk", seconds(lambda q=query: list(bare_query(ours, q)), runs=9)),
                ("oxrdflib, in memory", seconds(lambda q=query: list(joined.query(q, initNs=STANDARD)), runs=9)),
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


def placed(part: Callable[[Folder, int], list[Row]], facts: int) -> list[Row]:
    """The rows of a part that needs a folder."""
    with tempfile.TemporaryDirectory() as place:
        return part(Folder(Path(place)), facts)


def parts(scale: int) -> dict[str, Callable[[], list[Row]]]:
    """All that is measured, in the order of the table."""
    sizes = increment.SIZES[: 3 if scale == 1 else 2]  # the largest takes minutes: see benchmarks/increment.py
    return {
        "read": lambda: reading(ROOT, scale),
        "read-growth": lambda: growth(ROOT, scale),
        "resolve": lambda: resolving(scale),
        "increment": lambda: increment.increment(ROOT, sizes),
        "load": lambda: placed(loading, FACTS // scale),
        "query": lambda: placed(asking, FACTS_ASKED // scale),
        "check": lambda: placed(checking, FACTS_ASKED // scale),
        "growth": lambda: placed(growing_graphs, FACTS_ASKED // 10 // scale),
        "start": lambda: placed(starting, FACTS_AT_START // scale),
        "serve": lambda: placed(lambda folder, facts: serving(folder.path, facts), FACTS_SERVED // scale),
        "page": lambda: paging(scale),
    }


def main() -> None:
    """Measure all, or some, and print it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--only", nargs="+", choices=list(parts(1)), metavar="PART", help=", ".join(parts(1)))
    options = parser.parse_args()
    print(machine() + "\n", flush=True)
    wanted = parts(10 if options.quick else 1)
    rows = [row for name, measure in wanted.items() if name in (options.only or wanted) for row in measure()]
    print(markdown(rows))


if __name__ == "__main__":
    main()
