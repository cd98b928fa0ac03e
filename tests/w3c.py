"""The W3C's test suites: their manifests read as cases, and results compared as the suites mean it."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
import support

from kg.names import RDF

FOLDER = Path(os.environ.get("KG_W3C", support.ROOT / ".venv" / "suites"))
"""Where ``.ci/suites.py`` put them."""
BASE = "https://suites.example/"
"""Stands for the folder in IRIs, so that relative ones mean the same on every machine."""

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
RDF_FORMATS = {
    ".nq": ox.RdfFormat.N_QUADS,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
}
RESULT_FORMATS = {
    ".srj": ox.QueryResultsFormat.JSON,
    ".srx": ox.QueryResultsFormat.XML,
    ".tsv": ox.QueryResultsFormat.TSV,
}

Node = ox.NamedNode | ox.BlankNode | ox.Literal


@dataclass(frozen=True)
class Graphs:
    """The graphs that a test begins with, or is to end with."""

    default: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()
    """Name of the graph, file."""

    def quads(self) -> Iterator[ox.Quad]:
        """Their quads."""
        for iri in self.default:
            yield from quads_of(iri)
        for name, iri in self.named:
            for quad in quads_of(iri):
                is_named = isinstance(quad.graph_name, ox.NamedNode)  # the file has graphs of its own
                yield quad if is_named else ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(name))


@dataclass(frozen=True)
class Case:
    """One test of a manifest: its name (folder and local name), its kind, and what it gives."""

    name: str
    kind: str
    action: str
    """The file of the query, the update or the document."""
    before: Graphs = Graphs()
    after: Graphs = Graphs()
    result: str = ""


class Manifest:
    """One manifest file, read as a graph."""

    def __init__(self, path: Path) -> None:
        self.path = path
        found: dict[Node, dict[str, list[Node]]] = {}
        for quad in quads_of(iri_of(path)):
            values = found.setdefault(quad.subject, {})
            values.setdefault(quad.predicate.value, []).append(quad.object)
        self._found = found

    def all(self, node: Node, name: str) -> list[Node]:
        """The values of a property."""
        return self._found.get(node, {}).get(name, [])

    def one(self, node: Node, name: str) -> Node | None:
        """The only value of a property, if there is one."""
        return next(iter(self.all(node, name)), None)

    def listed(self, node: Node | None) -> Iterator[Node]:
        """The members of a list."""
        while node is not None and node.value != RDF + "nil":
            yield self.one(node, RDF + "first")
            node = self.one(node, RDF + "rest")

    def cases(self) -> Iterator[Case]:
        """Its tests, in its order."""
        entries = self.one(ox.NamedNode(iri_of(self.path)), MF + "entries")
        yield from (self._case(e) for e in self.listed(entries) if self.one(e, MF + "action"))

    def _case(self, entry: Node) -> Case:
        folder = self.path.parent.relative_to(FOLDER).as_posix()
        kind = local(self.one(entry, RDF + "type"))
        action = self.one(entry, MF + "action")
        result = self.one(entry, MF + "result")
        query = self.one(action, QT + "query") or self.one(action, UT + "request") or action
        is_update = kind == "UpdateEvaluationTest"
        return Case(
            f"{folder}/{local(entry)}",
            kind,
            query.value,
            self._graphs(action),
            self._graphs(result) if is_update and result else Graphs(),
            result.value if result and not is_update else "",
        )

    def _graphs(self, node: Node) -> Graphs:
        default = (*self.all(node, QT + "data"), *self.all(node, UT + "data"))
        named = [(g.value, g.value) for g in self.all(node, QT + "graphData")]
        for graph in self.all(node, UT + "graphData"):
            file = self.one(graph, UT + "graph") or self.one(graph, UT + "data")
            named.append((self.one(graph, RDFS_LABEL).value, file.value))
        return Graphs(tuple(d.value for d in default), tuple(sorted(named)))


def local(node: Node) -> str:
    """The last part of an IRI."""
    return re.split(r"[/#]", node.value)[-1]


def iri_of(path: Path) -> str:
    """The IRI that stands for a file of the suites."""
    return BASE + path.relative_to(FOLDER).as_posix()


def path_of(iri: str) -> Path:
    """The file that an IRI stands for."""
    return FOLDER / iri.removeprefix(BASE)


def quads_of(iri: str) -> list[ox.Quad]:
    """The quads of a file; the engine reads it, which tests of its own look at more closely."""
    path = path_of(iri)
    return list(ox.parse(path=path, format=RDF_FORMATS[path.suffix], base_iri=iri, rename_blank_nodes=True))


def cases(*manifests: str) -> list[Case]:
    """The tests of these manifests, given as paths within the folder that may hold ``*``; none where it is absent."""
    paths = sorted(path for pattern in manifests for path in FOLDER.glob(pattern))
    return [case for path in paths for case in Manifest(path).cases()]


# ---- results -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Solutions of a query: the variables, the rows, and whether their order counts."""

    names: frozenset[str]
    rows: tuple[Mapping[str, Node], ...]
    in_order: bool = field(default=False, compare=False)

    @cached_property
    def key(self) -> object:
        """Equal for two tables that are the same but for the names of blank nodes and, if it counts not, the order."""
        placed = [(i if self.in_order else 0, row) for i, row in enumerate(self.rows)]
        ground = Counter(
            (place, frozenset((n, str(v)) for n, v in row.items())) for place, row in placed if not _has_blank(row)
        )
        return self.names, ground, isomorphic(_as_graph((p, row) for p, row in placed if _has_blank(row)))


def _has_blank(row: Mapping[str, Node]) -> bool:
    return any(isinstance(value, ox.BlankNode) for value in row.values())


def _as_graph(rows: Iterable[tuple[int, Mapping[str, Node]]]) -> Iterator[ox.Quad]:
    for place, row in rows:
        solution = ox.BlankNode()
        yield ox.Quad(solution, ox.NamedNode(RS + "index"), ox.Literal(place))
        for name, value in row.items():
            yield ox.Quad(solution, ox.NamedNode(RS + "variable/" + name), value)


def isomorphic(quads: Iterable[ox.Quad]) -> frozenset[str]:
    """Equal for two graphs that are the same but for the names of blank nodes."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return frozenset(map(str, dataset))


def table(solutions: ox.QuerySolutions, in_order: bool) -> Table:
    """Solutions that the engine gave or read."""
    names = [v.value for v in solutions.variables]
    rows = [{n: s[n] for n in names if s[n] is not None} for s in solutions]
    return Table(frozenset(names), tuple(rows), in_order)


def expected(iri: str, in_order: bool) -> object:
    """What a result file says: a truth value, the key of a table, or that of a graph."""
    path = path_of(iri)
    if path.suffix in RESULT_FORMATS:
        found = ox.parse_query_results(path=path, format=RESULT_FORMATS[path.suffix])
        return bool(found) if isinstance(found, ox.QueryBoolean) else table(found, in_order).key
    return _told(quads_of(iri), in_order)


def _told(quads: list[ox.Quad], in_order: bool) -> object:
    """A result that is written as a graph: as a set of results, or as itself."""
    by: dict[Node, dict[str, list[Node]]] = {}
    for quad in quads:
        by.setdefault(quad.subject, {}).setdefault(quad.predicate.value, []).append(quad.object)
    root = next((n for n, v in by.items() if ox.NamedNode(RS + "ResultSet") in v.get(RDF + "type", ())), None)
    if root is None:
        return isomorphic(quads)
    if RS + "boolean" in by[root]:
        return by[root][RS + "boolean"][0].value == "true"
    solutions = by[root].get(RS + "solution", [])
    solutions.sort(key=lambda s: int(by[s][RS + "index"][0].value) if RS + "index" in by[s] else 0)
    rows = [
        {by[b][RS + "variable"][0].value: by[b][RS + "value"][0] for b in by[s].get(RS + "binding", ())}
        for s in solutions
    ]
    names = frozenset(n.value for n in by[root].get(RS + "resultVariable", ()))
    return Table(names, tuple(rows), in_order).key


# ---- shapes --------------------------------------------------------------------------------------------------------

SH = "http://www.w3.org/ns/shacl#"
SHT = "http://www.w3.org/ns/shacl-test#"


@dataclass(frozen=True)
class Validation:
    """A test of shapes: the files, and what is to be found, or nothing where the shapes cannot be run."""

    name: str
    data: str
    shapes: str
    found: frozenset[tuple[str, str]] | None
    """Focus node, severity; blank nodes without their names."""


def validations() -> list[Validation]:
    """The tests of the SHACL suite."""
    tests = (Manifest(path) for path in sorted((FOLDER / "shacl").rglob("*.ttl")) if path.name != "manifest.ttl")
    return [case for manifest in tests for case in _validations(manifest)]


def _validations(manifest: Manifest) -> Iterator[Validation]:
    for entry in manifest.listed(manifest.one(ox.NamedNode(iri_of(manifest.path)), MF + "entries")):
        action, result = manifest.one(entry, MF + "action"), manifest.one(entry, MF + "result")
        data, shapes = manifest.one(action, SHT + "dataGraph"), manifest.one(action, SHT + "shapesGraph")
        found = None
        if result.value != SHT + "Failure":
            nodes = manifest.all(result, SH + "result")
            found = frozenset(
                (shown(manifest.one(n, SH + "focusNode")), local(manifest.one(n, SH + "resultSeverity"))) for n in nodes
            )
        folder = manifest.path.parent.relative_to(FOLDER).as_posix()
        yield Validation(f"{folder}/{local(entry)}", data.value, shapes.value, found)


def shown(node: Node) -> str:
    """A node as a report names it, a blank one without its name."""
    return "_:" if isinstance(node, ox.BlankNode) else node.value
