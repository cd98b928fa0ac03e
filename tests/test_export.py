"""Exports: the same graph in every format, whoever reads it, and the same bytes whatever the order of the quads."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import stat
from concurrent.futures import ThreadPoolExecutor

import pyoxigraph as ox
import pytest
import rdflib
import rdflib.compare
import support

from kg import files
from kg.errors import QueryError, StoreError
from kg.export import FORMATS, write
from kg.names import KG, RDF, XSD
from kg.rdf import LAYERS, layer
from kg.store import Manifest, Store

G = layer("facts")
P = ox.NamedNode("https://example.org/p")
MANIFEST = Manifest({"ex": "https://example.org/", "at": support.AT}, "https://example.org/records/")
ODD_NAMES = [
    "https://example.org/",
    "https://example.org/a/b",
    "https://example.org/a.b.",
    "https://example.org/-a",
    "https://example.org/a-",
    "https://example.org/0",
    "https://example.org/ü",
    "https://example.org/宝马",
    "https://example.org/a%20b",
    "https://example.org/a(b)",
    "https://example.org/a'b",
    "https://example.org/a?b=c&d#e",
    "https://example.org/a,b;c.",
    "https://example.org/~x!$*+=@",
    "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
    "mailto:a@example.org",
]
ODD_TEXTS = [
    "",
    '"',
    '""" \'\'\' """',
    "back\\slash \\n \\u0041",
    "line\nfeed\r\nand\ttab",
    "\b\f\x00\x01\x1f\x7f\x85",
    "\u2028 \u2029 \ufeff \ufffd",
    "😀 宝马 ﷺ e\u0301",
    "ends with a backslash\\",
    "<<( a b c )>> @prefix x: <y> .",
]
NUMBERS = [("integer", "5"), ("integer", "-7"), ("decimal", "25"), ("decimal", "2.5"), ("decimal", "-0.5")]
OTHERS = [
    ("boolean", "true"),
    ("date", "2026-03-17"),
    ("gYearMonth", "2026-03"),
    ("gYear", "2026"),
    ("double", "1500"),
]


def literals() -> list[ox.Literal]:
    typed = [ox.Literal(text, datatype=ox.NamedNode(XSD + name)) for name, text in NUMBERS + OTHERS]
    own = ox.Literal("x", datatype=ox.NamedNode("https://example.org/types/my type".replace(" ", "%20")))
    spoken = [ox.Literal(t, language=tag) for t in ODD_TEXTS for tag in ("en", "zh-hans")]
    return [*map(ox.Literal, ODD_TEXTS), *typed, own, *spoken]


def odd_quads() -> list[ox.Quad]:
    nodes = [ox.NamedNode(name) for name in ODD_NAMES]
    named = [ox.Quad(a, P, b, G) for a in nodes for b in (nodes[0], nodes[-1])]
    as_predicate = [ox.Quad(nodes[0], p, ox.Literal("x"), G) for p in nodes]
    return [*named, *as_predicate, *(ox.Quad(nodes[0], P, text, G) for text in literals()), *blank_quads()]


def blank_quads() -> list[ox.Quad]:
    """A list, a list in a list, a node told once, one told twice, one that nobody tells, a ring, a list with a hole."""
    turtle = b"""@prefix : <https://example.org/> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    :a :list ( 1 :b "c" ) , ( ( :x ) () ) , () ; :one [ :p [ :q 1 , 2 ] ; a :T ] , [] ; :two _:two .
    :b :two _:two . _:two :p "shared" . [] :p "root" . _:r1 :p _:r2 . _:r2 :p _:r1 .
    :c :hole [ rdf:first 1 ] , [ rdf:first 1 , 2 ; rdf:rest () ] , [ rdf:first 1 ; rdf:rest _:tail ] .
    :d :tail _:tail . _:tail rdf:first 9 ; rdf:rest () ."""
    return [ox.Quad(*q.triple, G) for q in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]


def exported(quads, tmp_path, form, **options) -> bytes:
    path = tmp_path / f"graph.{form}"
    write(Store.from_quads(quads, MANIFEST), path, **options)
    return path.read_bytes()


def graph_of(quads) -> rdflib.Graph:
    """The triples as rdflib has them, through N-Triples without any writer of ours."""
    triples = {q.triple for q in quads if not isinstance(q.object, ox.Triple)}
    lines = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    return rdflib.Graph().parse(data=lines.decode(), format="nt")


def ox_graph(data: bytes, form) -> ox.Dataset:
    dataset = ox.Dataset(q for q in ox.parse(data, format=form) if not isinstance(q.object, ox.Triple))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.fixture(scope="module")
def world() -> Store:
    return support.store()


def test_turtle_reads_back_in_rdflib_as_the_same_graph(tmp_path) -> None:
    data = exported(odd_quads(), tmp_path, "ttl").decode()
    assert rdflib.compare.isomorphic(rdflib.Graph().parse(data=data, format="turtle"), graph_of(odd_quads()))


@pytest.mark.parametrize("form", ["ttl", "nt"])
def test_triples_read_back_in_pyoxigraph_as_the_same_graph(tmp_path, form) -> None:
    quads = odd_quads()
    found = ox_graph(exported(quads, tmp_path, form), ox.RdfFormat.from_extension(form))
    expected = ox.Dataset(ox.Quad(*q.triple) for q in quads)
    expected.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert set(found) == set(expected)


@pytest.mark.parametrize("form", ["trig", "nq", "jsonld"])
def test_quads_read_back_with_their_layers(tmp_path, form) -> None:
    quads = [*odd_quads(), ox.Quad(ox.NamedNode(ODD_NAMES[0]), P, ox.NamedNode(ODD_NAMES[1]), layer("curated"))]
    kind = ox.RdfFormat.JSON_LD if form == "jsonld" else ox.RdfFormat.from_extension(form)
    found = ox_graph(exported(quads, tmp_path, form), kind)
    expected = ox.Dataset(quads)
    expected.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert set(found) == set(expected)


def test_rdf_xml_reads_back_where_xml_can_hold_it(tmp_path) -> None:
    found = rdflib.Graph().parse(
        data=exported(support.quads(ontology=False), tmp_path, "rdf", texts=True), format="xml"
    )
    assert rdflib.compare.isomorphic(found, graph_of(support.quads(ontology=False)))


def test_rdf_xml_replaces_what_no_xml_can_hold(tmp_path) -> None:
    data = exported([ox.Quad(P, P, ox.Literal("a\x01b", language="en"), G)], tmp_path, "rdf")
    (value,) = rdflib.Graph().parse(data=data, format="xml").objects()
    assert str(value) == "a\ufffdb"


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_bytes_whatever_the_order(tmp_path, form) -> None:
    written = []
    for seed in (1, 2, 3):
        quads = [*support.quads(), *blank_quads()]
        random.Random(seed).shuffle(quads)
        store = Store.from_quads(quads, support.manifest())
        write(store, tmp_path / f"{seed}.{form}")
        written.append((tmp_path / f"{seed}.{form}").read_bytes())
    assert written[0]
    assert written[0] == written[1] == written[2]


@pytest.mark.parametrize("form", ["ttl", "trig", "nt", "nq"])
def test_triple_terms_only_when_asked_for(world, tmp_path, form) -> None:
    path = tmp_path / f"graph.{form}"
    write(world, path)
    assert b"<<(" not in path.read_bytes()
    write(world, path, rdf12=True)
    terms = [q.object for q in ox.parse(path=path) if isinstance(q.object, ox.Triple)]
    assert len(terms) == len(support.facts())


def test_the_default_turtle_is_rdf_1_1_and_loses_nothing_else(world, tmp_path) -> None:
    write(world, tmp_path / "graph.ttl", texts=True)
    assert rdflib.compare.isomorphic(rdflib.Graph().parse(tmp_path / "graph.ttl"), graph_of(world.quads()))


def test_texts_only_when_asked_for(world, tmp_path) -> None:
    path = tmp_path / "graph.ttl"
    write(world, path)
    assert '    kg:text "' not in path.read_text()
    assert "kg:quote " in path.read_text()
    write(world, path, texts=True)
    assert path.read_text().count('    kg:text "') == len(support.documents())


@pytest.mark.parametrize("name", LAYERS)
def test_one_layer(world, tmp_path, name) -> None:
    write(world, tmp_path / "graph.nq", layer=name, texts=True, rdf12=True)
    assert len(list(ox.parse(path=tmp_path / "graph.nq"))) == world.manifest.quads[name]


def test_turtle_is_to_be_read(tmp_path) -> None:
    quads = [
        ox.Quad(ox.NamedNode("https://example.org/b"), ox.NamedNode(RDF + "type"), ox.NamedNode(KG + "Fact"), G),
        ox.Quad(ox.NamedNode("https://example.org/b"), P, ox.Literal("2", datatype=ox.NamedNode(XSD + "integer")), G),
        ox.Quad(ox.NamedNode("https://example.org/b"), P, ox.Literal("2026", datatype=ox.NamedNode(XSD + "gYear")), G),
        ox.Quad(ox.NamedNode("https://example.org/records/fact/ab"), P, ox.NamedNode("https://example.org/b"), G),
    ]
    text = exported(quads, tmp_path, "ttl").decode()
    assert text.endswith('\nex:b a kg:Fact ;\n    ex:p "2026"^^xsd:gYear , 2 .\n\nfact:ab ex:p ex:b .\n')
    assert "@prefix ex: <https://example.org/> .\n" in text


def test_lists_and_nodes_without_name_are_written_in_place(tmp_path) -> None:
    text = exported(blank_quads(), tmp_path, "ttl").decode()
    assert 'ex:list ( "c"' not in text
    assert '( 1 ex:b "c" )' in text
    assert "( ( ex:x ) rdf:nil )" in text
    assert "[ a ex:T ; ex:p [ ex:q 1 , 2 ] ]" in text


def test_csv_holds_every_fact_with_its_qualifiers(world, tmp_path) -> None:
    write(world, tmp_path / "facts.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "facts.csv").read_text())))
    assert len(rows) == len(support.facts())
    (row,) = [r for r in rows if r["object"] == "id:HarmonyOS_NEXT" and r["property"] == "at:usesSoftware"]
    assert (row["status"], row["at:market"], row["at:exclusive"], row["valid_from"]) == (
        "Planned",
        "id:China",
        "true",
        "2026",
    )
    assert row["sources"] == "news/bmw-huawei.md"
    assert row["fact"] == support.fact("Neue Klasse", "usesSoftware").id


def test_json_lines(world, tmp_path) -> None:
    write(world, tmp_path / "facts.jsonl")
    records = [json.loads(line) for line in (tmp_path / "facts.jsonl").read_text().splitlines()]
    assert {r["fact"] for r in records} == {f.id for f in support.facts()}


def test_graphml_reads_back_in_networkx(world, tmp_path) -> None:
    import networkx

    write(world, tmp_path / "facts.graphml")
    graph = networkx.read_graphml(tmp_path / "facts.graphml", force_multigraph=True)
    assert graph.number_of_edges() == len(support.facts())
    edge = graph.get_edge_data("id:Neue_Klasse", "id:HarmonyOS_NEXT")[support.fact("Neue Klasse", "usesSoftware").id]
    assert (edge["property"], edge["at:market"]) == ("at:usesSoftware", "id:China")
    assert graph.nodes["id:BMW"] == {"label": "BMW", "type": "at:Automaker"}


def test_gexf_holds_no_date_of_writing(world, tmp_path) -> None:
    write(world, tmp_path / "facts.gexf")
    text = (tmp_path / "facts.gexf").read_text()
    assert "<gexf" in text
    assert "lastmodified" not in text


def test_the_answer_of_a_query(world, tmp_path) -> None:
    write(world, tmp_path / "a.ttl", query="CONSTRUCT { ?x a ?t } WHERE { ?x a ?t . ?x skos:prefLabel 'BMW'@en }")
    assert (tmp_path / "a.ttl").read_text().endswith("\nid:BMW a at:Automaker .\n")
    write(world, tmp_path / "a.csv", query="SELECT ?t { id:BMW a ?t }")
    assert (tmp_path / "a.csv").read_text().split() == ["t", support.AT + "Automaker"]
    write(world, tmp_path / "ask.csv", query="ASK { id:BMW a at:Automaker }")
    assert (tmp_path / "ask.csv").read_text() == "answer\ntrue\n"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.xyz", {}),
        ("a.jsonld", {"rdf12": True}),
        ("a.csv", {"layer": "facts"}),
        ("a.ttl", {"layer": "nonsense"}),
        ("a.ttl", {"query": "SELECT * { ?s ?p ?o }"}),
        ("a.csv", {"query": "DESCRIBE id:BMW"}),
    ],
)
def test_what_does_not_fit_is_refused(world, tmp_path, name, options) -> None:
    with pytest.raises(QueryError) as caught:
        write(world, tmp_path / name, **options)
    assert caught.value.hint
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_leaves_the_old_one(world, tmp_path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        write(world, tmp_path / "no" / "such" / "folder.ttl")
    old = tmp_path / "old.csv"
    old.write_text("old")
    with pytest.raises(QueryError):
        write(world, old, query="SELECT ?x { ?x a nope:X }")
    assert old.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["old.csv"]


def test_what_only_looks_like_a_draft_stays(world, tmp_path) -> None:
    other = tmp_path / "facts.csv.new"
    other.write_text("mine")
    write(world, tmp_path / "facts.csv")
    assert other.read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["facts.csv", "facts.csv.new"]


def test_a_link_stays_and_what_it_leads_to_is_replaced(world, tmp_path) -> None:
    real, link = tmp_path / "real" / "facts.csv", tmp_path / "link.csv"
    real.parent.mkdir()
    link.symlink_to(real)
    write(world, link)
    assert link.is_symlink()
    first = real.read_bytes()
    real.write_text("old")
    real.chmod(0o640)
    write(world, link)
    assert (link.is_symlink(), real.read_bytes()) == (True, first)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert [p.name for p in real.parent.iterdir()] == ["facts.csv"]


def test_a_new_file_has_the_permissions_of_any_new_file(world, tmp_path) -> None:
    (tmp_path / "any").touch()
    write(world, tmp_path / "facts.csv")
    assert (tmp_path / "facts.csv").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_a_ring_of_links_is_refused(world, tmp_path) -> None:
    ring = tmp_path / "a.csv"
    ring.symlink_to(ring)
    with pytest.raises(StoreError, match="cannot be written"):
        write(world, ring)
    assert ring.is_symlink()


def test_a_pipe_is_written_into_and_stays_a_pipe(world, tmp_path) -> None:
    pipe, whole = tmp_path / "pipe.csv", tmp_path / "whole.csv"
    write(world, whole)
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(pipe.read_bytes)
        write(world, pipe)
        assert reading.result(timeout=30) == whole.read_bytes()
    assert pipe.is_fifo()


def test_a_device_behind_a_link_stays_a_device(world, tmp_path) -> None:
    link = tmp_path / "null.csv"
    link.symlink_to("/dev/null")
    write(world, link)
    assert link.is_symlink()
    assert link.is_char_device()


def test_two_at_once_do_not_meet(tmp_path) -> None:
    """Each has its own draft: one that begins in the midst of another leaves a whole file, and so does the other."""
    path = tmp_path / "x"

    def outer():
        yield b"outer "
        files.write(path, [b"inner"])
        assert path.read_bytes() == b"inner"
        yield b"whole"

    files.write(path, outer())
    assert path.read_bytes() == b"outer whole"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_in_the_midst_leaves_the_old_file_and_nothing_beside(tmp_path) -> None:
    path = tmp_path / "x"
    path.write_text("old")

    def broken():
        yield b"new"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        files.write(path, broken())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_standard_output(world, capsysbinary) -> None:
    write(world, "-", query="CONSTRUCT { id:BMW a ?t } WHERE { id:BMW a ?t }")
    assert capsysbinary.readouterr().out.endswith(b"\nid:BMW a at:Automaker .\n")
