"""The W3C's suites through our own paths: queries and updates as a server takes them, Turtle as curated files are
read, TriG and its kin as exported graphs are read back, shapes as ``kg validate`` runs them.

What fails is listed by name with its reason in ``suites/w3c.toml``; a test listed there that passes is a fault too.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
import w3c
from support import ROOT
from w3c import Case

from kg import rdf, validation
from kg.errors import KgError, QueryError
from kg.store import Manifest, Store, files, sparql
from kg.validation.report import SEVERITIES

KNOWN: dict[str, str] = {
    name: group["reason"]
    for group in tomllib.loads((Path(__file__).parent / "suites" / "w3c.toml").read_text(encoding="utf-8"))["known"]
    for name in group["tests"]
}
ABOUT = Manifest({}, "https://suites.example/records/")
SKIPPED = pytest.mark.skipif(not w3c.FOLDER.is_dir(), reason="no suites of the W3C: python .ci/suites.py .venv/suites")


def suite(*manifests: str, kinds: str) -> pytest.MarkDecorator:
    """The cases of some kinds, each under its name; those that are known to fail have to fail."""
    cases = [c for c in wanted(*manifests) if c.kind in kinds.split()]
    marks = {c.name: pytest.mark.xfail(reason=KNOWN[c.name], strict=True) for c in cases if c.name in KNOWN}
    return pytest.mark.parametrize("case", [pytest.param(c, id=c.name, marks=marks.get(c.name, ())) for c in cases])


def wanted(*manifests: str) -> list[Case]:
    """All cases but those of entailment regimes (no store here infers anything) and of the protocol (see serving)."""
    return [c for c in w3c.cases(*manifests) if "/entailment/" not in c.name and c.action]


SPARQL = ("rdf/sparql11/*/manifest.ttl", "rdf/dawg-data-r2/*/manifest.ttl", "rdf-tests/sparql/sparql12/**/manifest.ttl")
"""Those of SPARQL 1.2 are in no package: they run where a checkout of the W3C's rdf-tests lies beside."""


# ---- SPARQL --------------------------------------------------------------------------------------------------------


def run(case: Case, query: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Ask as a client of the protocol does that names its graphs."""
    graphs = case.before if case.before.default or case.before.named else beside(case)
    engine = ox.Store()
    default = tuple((f"{iri}#default", iri) for iri in graphs.default)  # the same file may be a named graph beside
    engine.bulk_extend(w3c.Graphs(named=(*default, *graphs.named)).quads())
    text = sparql.check(query)
    own = tuple(ox.NamedNode(name) for name, _ in default)
    dataset = sparql.Dataset(own, tuple(graph for graph in engine.named_graphs() if graph not in own))
    return Store(engine, ABOUT).answer(text, None if text.names_dataset else dataset, case.action)


def beside(case: Case) -> w3c.Graphs:
    """All data in the folder of a query that itself names the graphs it is about."""
    folder = w3c.path_of(case.action).parent
    names = [w3c.iri_of(path) for path in sorted(folder.glob("data*.ttl"))]
    return w3c.Graphs(named=tuple((name, name) for name in names))


TITLES = {
    "sparql11": "SPARQL 1.1",
    "dawg-data-r2": "SPARQL 1.0",
    "turtle": "Turtle",
    "trig": "TriG",
    "nquads": "N-Quads",
    "ntriples": "N-Triples",
    "core": "SHACL, core",
    "sparql": "SHACL, SPARQL",
}


@SKIPPED
def test_the_suites_are_whole_and_the_page_tells_what_came_of_them() -> None:
    names = [case.name for case in (*wanted(*SPARQL[:2], *RDF_SUITES), *w3c.validations())]
    page = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    for folder, title in TITLES.items():
        own = [name for name in names if name.split("/")[1] == folder]
        failing = len(KNOWN.keys() & set(own))
        assert f"| {title} | {len(own)} | {len(own) - failing} | {failing} |" in page
    assert {name for name in KNOWN if not name.startswith("rdf-tests/")} <= set(names)


@SKIPPED
@suite(*SPARQL, kinds="QueryEvaluationTest")
def test_queries(case: Case) -> None:
    query = read(case)
    in_order = "ORDER BY" in sparql.Text.of(query).masked.upper()
    found = run(case, query)
    if isinstance(found, ox.QueryBoolean):
        answer: object = bool(found)
    elif isinstance(found, ox.QueryTriples):
        answer = w3c.isomorphic(ox.Quad(t.subject, t.predicate, t.object) for t in found)
    else:
        answer = w3c.table(found, in_order).key
    assert answer == w3c.expected(case.result, in_order)


@SKIPPED
@suite(*SPARQL, kinds="CSVResultFormatTest")
def test_results_as_csv(case: Case) -> None:
    written = run(case, read(case)).serialize(format=ox.QueryResultsFormat.CSV)
    assert rows(written.decode()) == rows(w3c.path_of(case.result).read_text(encoding="utf-8"))


def rows(text: str) -> list[list[tuple[str, str]]]:
    """The rows of a CSV file, in any order of rows and columns, blank nodes without their names."""
    found = csv.DictReader(io.StringIO(text))
    return sorted(sorted((n, re.sub("^_:.*", "_:", v)) for n, v in row.items()) for row in found)


@SKIPPED
@suite(*SPARQL, kinds="PositiveSyntaxTest PositiveSyntaxTest11")
def test_syntax_of_queries(case: Case) -> None:
    with contextlib.suppress(RuntimeError):  # it parsed: the engine has no function of that name
        Store(ox.Store(), ABOUT).answer(sparql.check(read(case)), None, case.action)


@SKIPPED
@suite(*SPARQL, kinds="NegativeSyntaxTest NegativeSyntaxTest11")
def test_faults_of_queries(case: Case) -> None:
    with pytest.raises(QueryError):
        Store(ox.Store(), ABOUT).answer(sparql.check(read(case)), None, case.action)


def read(case: Case) -> str:
    return w3c.path_of(case.action).read_text(encoding="utf-8")


def update(case: Case, engine: ox.Store) -> None:
    """Update as a server does that was allowed to."""
    engine.update(sparql.completed(sparql.check_update(read(case)), None), base_iri=case.action)


@SKIPPED
@suite(*SPARQL, kinds="UpdateEvaluationTest")
def test_updates(case: Case) -> None:
    engine = ox.Store()
    engine.bulk_extend(case.before.quads())
    update(case, engine)
    assert w3c.isomorphic(engine) == w3c.isomorphic(case.after.quads())


@SKIPPED
@suite(*SPARQL, kinds="PositiveUpdateSyntaxTest11")
def test_syntax_of_updates(case: Case) -> None:
    with contextlib.suppress(RuntimeError):  # it parsed: the graph it speaks of is not there
        update(case, ox.Store())


@SKIPPED
@suite(*SPARQL, kinds="NegativeUpdateSyntaxTest11")
def test_faults_of_updates(case: Case) -> None:
    with pytest.raises((QueryError, SyntaxError)):
        update(case, ox.Store())


# ---- RDF ---------------------------------------------------------------------------------------------------------


def curated(path: Path) -> list[ox.Quad]:
    """Read as a curated file: statement by statement."""
    statements, _ = rdf.read_turtle(path, path.name)
    return [ox.Quad(t.subject, t.predicate, t.object) for s in statements for t in s.triples]


def exported(path: Path) -> list[ox.Quad]:
    """Read back as a file that an export wrote."""
    return files.parse(path)[0]


READERS: dict[str, Callable[[Path], list[ox.Quad]]] = {
    ".nq": exported,
    ".nt": exported,
    ".trig": exported,
    ".ttl": curated,
}
RDF_SUITES = (
    "rdf/turtle/manifest.ttl",
    "rdf/trig/manifest.ttl",
    "rdf/nquads/manifest.ttl",
    "rdf/ntriples/manifest.ttl",
)
LANGUAGES = ("Turtle", "Trig", "NQuads", "NTriples")


BASES = {"turtle": "http://www.w3.org/2013/TurtleTests/", "trig": "http://www.w3.org/2013/TriGTests/"}
"""Where the suites' results say that their documents lie."""


def document(case: Case, folder: Path) -> list[ox.Quad]:
    """The document of a case as our own reader gives it; where its language has a base, the suite's own is set."""
    source = w3c.path_of(case.action)
    copy = folder / source.name
    if source.suffix in (".trig", ".ttl"):
        based(source, BASES[source.parent.name] + source.name, copy)
    else:
        shutil.copy(source, copy)
    return READERS[source.suffix](copy)


def based(source: Path, base: str, copy: Path) -> None:
    """Copy a document that takes its base from where it lies."""
    copy.write_bytes(f"@base <{base}> .\n".encode() + source.read_bytes())


def kinds(*names: str) -> str:
    return " ".join(f"Test{language}{name}" for language in LANGUAGES for name in names)


@SKIPPED
@suite(*RDF_SUITES, kinds=kinds("Eval"))
def test_documents(case: Case, tmp_path: Path) -> None:
    assert w3c.isomorphic(document(case, tmp_path)) == w3c.isomorphic(w3c.quads_of(case.result))


@SKIPPED
@suite(*RDF_SUITES, kinds=kinds("PositiveSyntax"))
def test_syntax_of_documents(case: Case, tmp_path: Path) -> None:
    document(case, tmp_path)


@SKIPPED
@suite(*RDF_SUITES, kinds=kinds("NegativeSyntax", "NegativeEval"))
def test_faults_of_documents(case: Case, tmp_path: Path) -> None:
    with pytest.raises(KgError):
        document(case, tmp_path)


# ---- SHACL -------------------------------------------------------------------------------------------------------


@SKIPPED
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            c, id=c.name, marks=[pytest.mark.xfail(reason=KNOWN[c.name], strict=True)] if c.name in KNOWN else ()
        )
        for c in w3c.validations()
    ],
)
def test_shapes(case: w3c.Validation, tmp_path: Path) -> None:
    based(w3c.path_of(case.shapes), case.shapes, tmp_path / "shapes.ttl")
    layer = rdf.layer("curated")
    quads = (ox.Quad(q.subject, q.predicate, q.object, layer) for q in w3c.quads_of(case.data))
    data = Store.from_quads(quads, ABOUT)
    if case.found is None:
        with pytest.raises(KgError):
            validation.find_violations(data, validation.read_shapes(tmp_path))
        return
    found = validation.find_violations(data, validation.read_shapes(tmp_path))
    nodes = {(re.sub("^_:.*", "_:", f.node), SEVERITIES[f.severity]) for f in found}
    assert nodes == case.found
