"""The Python API: typed rows, facts with their evidence, and the same graph in the hands of rdflib and networkx."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import networkx
import pyoxigraph as ox
import pytest
import rdflib
import support

import kg
from kg import store as stores
from kg.graph import Facts, Graph, _table, built
from kg.project import Project

AT, ID = support.AT, support.ID


@pytest.fixture
def graph() -> Graph:
    return Graph(support.store())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a graph already built, and one saved question."""
    for part in ("ontology", "seeds", "queries"):
        (tmp_path / part).mkdir()
    question = """# title: Who makes what?
# param: maker (entity) = BMW
# example: kg query makes -p maker=BMW
SELECT ?what { $maker at:manufactures ?what }
"""
    (tmp_path / "queries" / "makes.rq").write_text(question, encoding="utf-8")
    stores.write(tmp_path / ".kg" / "store", support.quads(), support.manifest())
    return tmp_path


# Opening and building


def test_open_a_project_by_its_folder_or_as_the_one_here(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with kg.open(project) as graph:
        assert len(graph) == len(list(support.quads()))
    monkeypatch.chdir(project)
    with kg.open() as graph:
        assert list(graph.query("makes", maker="BMW").column("what")) == ["id:BMW_iX3"]


def test_open_a_store_by_its_folder(project: Path) -> None:
    with kg.open(project / ".kg" / "store") as graph:
        assert repr(graph) == f"<Graph of {len(graph):,} statements in {project / '.kg' / 'store'}>"


def test_open_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(kg.StoreError, match="run 'kg build'"):
        kg.open(tmp_path / "none")


def test_build_opens_what_it_built(project: Path) -> None:
    asked: list[object] = []

    def build(*args: object, **options: object) -> str:
        asked.extend([*args, options])
        return "the report"

    store = project / ".kg" / "store"
    with built(build, project, sources=("a.txt",), strict=True) as graph:
        assert graph.report == "the report"
        assert asked == [Project(project), ["a.txt"], store, {"strict": True}]
        assert graph.query("makes", maker="BMW")[0].what == "id:BMW_iX3"


def test_build_is_a_verb_and_a_module_whoever_imports_it_first() -> None:
    code = (
        "import kg, kg.build\nassert callable(kg.build) and kg.build.build\n"
        "from kg.build import BuildReport\nfrom kg import build\nassert build is kg.build and callable(build)\n"
    )
    for first in ("", "import kg; kg.build\n", "from kg.build import build\n"):
        subprocess.run([sys.executable, "-c", first + code], check=True)


def test_every_public_name_is_there() -> None:
    assert {name for name in kg.__all__ if getattr(kg, name, None) is None} == set()
    assert set(kg.__all__) <= set(dir(kg))
    assert kg.__version__ == "0.1.0"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = kg.nothing


# Asking


def test_sparql_gives_typed_rows(graph: Graph) -> None:
    rows = graph.query("SELECT ?o ?v { ?s at:drivingRange ?v . ?s at:hasFeature ?o }")
    assert rows[0].v == Decimal(805)
    assert rows[0]["o"] == "id:digital_key"
    assert graph.query("ASK { ?s ?p ?o }")[0].answer is True


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("?s at:manufactures ?v", "id:BMW_iX3"),
        ("?s at:manufactures ?v", f"<{ID}BMW_iX3>"),
        ("?s at:drivingRange ?v", Decimal(805)),
        ("?s at:exclusive ?v", True),
        ("?d kg:start ?v", 20),
        ("?d dct:issued ?v", date(2025, 3, 17)),
        ("?d dct:title ?v", "Kunci digital BMW"),
    ],
)
def test_values_are_bound_with_their_types(graph: Graph, pattern: str, value: kg.graph.Parameter) -> None:
    assert len(graph.query(f"SELECT * {{ {pattern} }}", v=value)) >= 1


def test_a_hostile_value_is_a_value(graph: Graph) -> None:
    hostile = 'x" } INSERT DATA { <a> <b> <c> } #'
    assert len(graph.query("SELECT * { ?d dct:title ?v }", v=hostile)) == 0


def test_unknown_question_and_fault_of_syntax(graph: Graph, project: Path) -> None:
    with kg.open(project) as saved, pytest.raises(kg.QueryError, match="no saved question 'nope'"):
        saved.query("nope")
    with pytest.raises(kg.QueryError, match="query:1:"):
        graph.query("SELECT ?s { ?s ?p }")


def test_facts_and_why(graph: Graph) -> None:
    facts = graph.facts(about="Neue Klasse", status="planned")
    assert isinstance(facts, Facts)
    assert len(facts) == 1
    assert facts[0] == facts[:1][0]
    assert facts[0].object == ID + "HarmonyOS_NEXT"
    (explained,) = graph.why("Neue Klasse", "usesSoftware", "HarmonyOS NEXT")
    (evidence,) = explained.evidence
    assert evidence.document is not None
    assert evidence.document.text[evidence.claim.start : evidence.claim.end] == evidence.claim.quote
    assert graph.why(facts[0].id[:9]) == [explained]


def test_stats_and_verify(graph: Graph) -> None:
    assert graph.stats().counts["facts"] == len(support.WORLD)
    assert graph.verify().ok


def test_entity_by_any_name(graph: Graph) -> None:
    assert graph.entity("Tiongkok") == graph.entity("id:China") == ID + "China"


# Notebooks


class Cells(HTMLParser):
    """The tags and the texts of cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert not attrs
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def test_notebooks_show_tables(graph: Graph) -> None:
    shown = Cells(graph._repr_html_())
    assert shown.cells[shown.cells.index("facts") + 1] == str(len(support.WORLD))
    facts = Cells(graph.facts(about="VW")._repr_html_())
    assert facts.cells[:6] == ["subject", "property", "object", "status", "when", "support"]
    assert "joint venture of" in facts.cells
    rows = Cells(graph.query("SELECT ?o { ?s at:usesSoftware ?o } ORDER BY ?o")._repr_html_())
    assert rows.cells == ["o", "id:HarmonyOS_NEXT", "id:iDrive_X"]


def test_notebooks_show_hostile_texts_as_texts() -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    shown = Cells(_table([hostile], [[hostile], [None]]))
    assert shown.tags == {"table", "thead", "tbody", "tr", "th", "td"}
    assert shown.cells == [hostile, hostile, ""]


def test_notebooks_count_what_they_leave_out() -> None:
    assert "… and 10 more" in _table(["n"], [[i] for i in range(60)])


# The tools of others

# rdflib 7.6 warns of its own use of names that it has renamed.
own_warnings = pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")


@own_warnings
def test_rdflib_gets_every_statement_but_triple_terms(graph: Graph) -> None:
    dataset = graph.to_rdflib()
    plain = [q for q in support.quads() if not isinstance(q.object, ox.Triple)]
    assert isinstance(dataset, rdflib.Dataset)
    assert len(set(dataset.quads())) == len(set(plain))
    asked = dataset.query(f"SELECT ?o {{ ?s <{AT}usesSoftware> ?o }}")
    assert {row.o for row in asked} == {rdflib.URIRef(ID + n) for n in ("HarmonyOS_NEXT", "iDrive_X")}
    assert (rdflib.URIRef(ID + "BMW"), rdflib.URIRef(AT + "manufactures"), rdflib.URIRef(ID + "BMW_iX3")) in dataset


@own_warnings
def test_rdflib_copy_leaves_the_graph_as_it_is(graph: Graph) -> None:
    before = len(graph.store.engine)
    dataset = graph.to_rdflib()
    dataset.add((rdflib.URIRef("urn:a"), rdflib.URIRef("urn:b"), rdflib.Literal("c")))
    assert len(graph.store.engine) == before


def test_networkx_gets_every_fact_as_an_edge(graph: Graph) -> None:
    net = graph.to_networkx()
    assert isinstance(net, networkx.MultiDiGraph)
    assert {key for _, _, key in net.edges(keys=True)} == {f.id for f in support.facts()}
    fact = support.fact("Neue Klasse", "usesSoftware", "HarmonyOS NEXT")
    edge = net.edges["id:Neue_Klasse", "id:HarmonyOS_NEXT", fact.id]
    assert edge == {
        "predicate": "at:usesSoftware",
        "label": "uses software",
        "status": "Planned",
        "market": "id:China",
        "exclusive": "true",
        "valid_from": "2026",
        "valid_until": "",
        "support": 1,
        "contrary": 0,
        "origin": "Extracted",
    }
    assert net.nodes["id:BMW"] == {"label": "BMW", "types": ("at:Automaker",)}
    assert net.number_of_edges("BMW iX3", "x") == 0
    values = [data for _, data in net.nodes(data=True) if data["types"] == ("xsd:decimal",)]
    assert "805" in {data["label"] for data in values}


# Files


def test_export_and_view_write_files(graph: Graph, tmp_path: Path) -> None:
    graph.export(tmp_path / "x.ttl")
    read = rdflib.Graph().parse(tmp_path / "x.ttl")
    assert (rdflib.URIRef(ID + "BMW"), rdflib.URIRef(AT + "manufactures"), rdflib.URIRef(ID + "BMW_iX3")) in read
    about = sum(ID + "BMW" in (f.subject, f.object) for f in support.facts())
    assert graph.view(tmp_path / "x.html", about="BMW") == about
    assert "<title>BMW – knowledge graph – 2025-09-02</title>" in (tmp_path / "x.html").read_text(encoding="utf-8")
    with pytest.raises(kg.KgError, match="--max-facts"):
        graph.view(tmp_path / "y.html", max_facts=3)
    assert not (tmp_path / "y.html").exists()


def test_import_alone_loads_nothing_slow() -> None:
    code = (
        "import kg, sys; kg.KgError; kg.Status; kg.Graph\n"
        "assert not {'rdflib', 'networkx', 'pyvis', 'igraph', 'oxrdflib', 'pyshacl'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONWARNINGS": "error"})
