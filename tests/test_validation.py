"""Every hygiene query and every shape is seen failing once and passing once; the report says what they found."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import support
from click.testing import CliRunner

import kg.ontology
import kg.store
from kg.cli import main
from kg.errors import Faults, ProjectError, QueryError
from kg.names import Prefixes
from kg.project import Project
from kg.rdf import layer
from kg.store import Manifest, Store
from kg.validation import Check, Finding, Report, find_faults, find_violations, read_checks, read_shapes, validate
from kg.validation.compiled import Compiler
from kg.validation.doubts import Doubts
from kg.validation.reference import by_pyshacl
from kg.validation.shapes import Shapes, _classes, _targeted

HYGIENE = support.ROOT / "queries" / "hygiene"
SHAPES = support.ROOT / "ontology" / "shapes"
SUITES = support.ROOT / "tests" / "suites"
CHECKS = read_checks(HYGIENE)
EX = "http://example.org/"
BASE = "https://w3id.org/autotech/"
TABLE = {"at": support.AT, "id": support.ID, **{k: f"{BASE}{k}/" for k in ("fact", "claim", "document", "curation")}}
PREFIXES = Prefixes.standard().extended({**TABLE, "conflict": BASE + "conflict/"})
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
ASH = rdflib.Namespace("https://w3id.org/autotech/shapes#")


def a_store(quads: Iterable[ox.Quad]) -> Store:
    """A store with all quads in one layer, whatever graph they came from."""
    facts = layer("facts")
    return Store.from_quads(
        (ox.Quad(q.subject, q.predicate, q.object, facts) for q in quads),
        Manifest(TABLE, BASE),
    )


def turtle(text: str) -> list[ox.Quad]:
    header = "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in sorted(PREFIXES.table.items()))
    return list(ox.parse(input=header + text, format=ox.RdfFormat.TURTLE))


@cache
def ontology() -> kg.ontology.Ontology:
    return kg.ontology.load(Project(support.ROOT))


@cache
def shapes() -> Shapes:
    return read_shapes(SHAPES)


@cache
def suite(name: str) -> dict[str, Any]:
    return tomllib.loads((SUITES / "shapes" / f"{name}.toml").read_text(encoding="utf-8"))


# ---- hygiene queries: twins ----------------------------------------------------------------------------------------


def twin(check: Check, kind: str) -> Path:
    return SUITES / "hygiene" / f"{check.name}.{kind}.ttl"


def found_in(check: Check, path: Path) -> list[Finding]:
    return find_faults(a_store(ox.parse(path=path)), [check])


def test_there_are_checks_enough() -> None:
    assert len(CHECKS) >= 40, "a check that goes must be missed"


def test_every_twin_has_its_query_and_every_query_its_twins() -> None:
    wanted = {twin(check, kind) for check in CHECKS for kind in ("good", "bad")}
    assert set((SUITES / "hygiene").iterdir()) == wanted


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.name)
def test_a_hygiene_query_finds_the_bad_twin(check: Check) -> None:
    path = twin(check, "bad")
    line = path.read_text(encoding="utf-8").splitlines()[1]
    expected = set(line.removeprefix("# finds: ").split())
    assert expected, f"{path}: the second line names what is found"
    assert {PREFIXES.shrink(f.node) for f in found_in(check, path)} == expected


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.name)
def test_a_hygiene_query_passes_the_good_twin(check: Check) -> None:
    path = twin(check, "good")
    assert len(list(ox.parse(path=path))) > 0
    assert found_in(check, path) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.name)
def test_a_hygiene_query_declares_just_the_prefixes_it_uses(check: Check) -> None:
    declared = [line.split()[1] for line in check.query.splitlines() if line.startswith("PREFIX")]
    assert declared == sorted(set(declared))
    body = check.query.split("SELECT", 1)[1]
    assert [p for p in declared if p not in body] == []


def test_a_finding_says_what_where_and_the_way_out() -> None:
    check = next(c for c in CHECKS if c.name == "quote-length")
    [finding] = found_in(check, twin(check, "bad"))
    assert finding == Finding(
        "quote-length",
        "error",
        BASE + "claim/1",
        "Claims whose quote is not as long as its offsets say: 4 characters at 10 to 15",
        "extract the document again; offsets count Unicode code points",
    )


def test_a_detail_shows_curies_and_a_blank_node_its_sign(tmp_path: Path) -> None:
    write(tmp_path / "any.rq", "SELECT ?node (<https://w3id.org/autotech#market> AS ?detail) { ?node ?p ?o }")
    [finding] = find_faults(a_store(turtle("[] kg:start 1 .")), read_checks(tmp_path))
    assert finding.message == "Any: at:market"
    assert finding.node.startswith("_:")


# ---- hygiene queries: faults of their own --------------------------------------------------------------------------


def write(path: Path, body: str, severity: str = "error") -> None:
    path.write_text(f"# title: Any\n# severity: {severity}\n# fix: none\n{body}\n", encoding="utf-8")


def test_a_folder_without_queries_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no hygiene query"):
        read_checks(tmp_path)


def test_all_wrong_banners_are_named_at_once(tmp_path: Path) -> None:
    write(tmp_path / "grave.rq", "SELECT ?node {}", severity="fatal")
    (tmp_path / "bare.rq").write_text("SELECT ?node {}", encoding="utf-8")
    (tmp_path / "short.rq").write_text("# title: Only this\n", encoding="utf-8")
    with pytest.raises(Faults) as caught:
        read_checks(tmp_path)
    message = str(caught.value)
    assert "bare.rq:1: the banner lacks '# title: …'" in message
    assert "short.rq:2: the banner lacks '# severity: …'" in message
    assert "grave.rq:2: unknown severity 'fatal' (one of error, warning, info)" in message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("SELECT ?other { ?other ?p ?o }", "does not select ?node"),
        ("ASK { ?node ?p ?o }", "does not select ?node"),
        ("SELECT ?node { ?node ?p }", "mend the hygiene query"),
    ],
)
def test_a_query_that_cannot_be_run_is_named_with_its_file(tmp_path: Path, body: str, message: str) -> None:
    write(tmp_path / "wrong.rq", body)
    with pytest.raises(QueryError) as caught:
        find_faults(a_store(turtle("")), read_checks(tmp_path))
    assert message in str(caught.value)
    assert str(tmp_path / "wrong.rq") in str(caught.value)


# ---- shapes: twins -------------------------------------------------------------------------------------------------


def by_doubts(store: Store, read: Shapes) -> list[tuple[Any, bool, bool]]:
    """The shapes of rules that have doubts, whether one is raised, and whether the query finds anything."""
    compiler = Compiler(read.graph, cache(lambda iri: _classes(store, iri)))
    rules = [r for shape in _targeted(read.graph) if shape not in read.beyond for r in compiler.rules(shape)]
    asked = Doubts(store)
    return [
        (r.shape, any(map(asked.raised, r.doubts)), any(True for _ in store.query(r.query))) for r in rules if r.doubts
    ]


@pytest.fixture(autouse=True)
def every_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few nodes there are, the engine is asked."""
    monkeypatch.setattr("kg.validation.doubts._FEW", 1_000_000)


def violations(quads: Iterable[ox.Quad]) -> set[tuple[str, str]]:
    """Shape and node of everything that the shapes find in these quads and the ontology; pySHACL finds the same."""
    store = a_store([*quads, *ontology().quads()])
    found = find_violations(store, shapes())
    assert found == by_pyshacl(store, shapes().graph)
    return {(f.check, PREFIXES.shrink(f.node)) for f in found}


def sound() -> list[ox.Quad]:
    return list(ox.parse(input=suite("model")["sound"], format=ox.RdfFormat.TURTLE))


def broken(case: dict[str, Any]) -> list[ox.Quad]:
    node = PREFIXES.expand(case["node"])
    gone = {(node, PREFIXES.expand(name)) for name in case.get("drop", ())}
    kept = [q for q in sound() if (getattr(q.subject, "value", ""), q.predicate.value) not in gone]
    return kept + (turtle(f"<{node}> {case['add']} .") if "add" in case else [])


def test_the_sound_graph_passes_every_shape() -> None:
    assert violations(sound()) == set()


def test_the_sound_graph_raises_no_doubt() -> None:
    told = by_doubts(a_store([*sound(), *ontology().quads()]), shapes())
    assert len(told) > 190
    raised = {shape.rpartition("#")[2] for shape, raised, _ in told if raised}
    assert raised == {"Conflict-between"}  # of which there may be two


@pytest.mark.parametrize("rows", [0, 1], ids=["none", "one"])
def test_where_a_table_would_be_too_large_the_nodes_are_looked_at(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.validation.doubts._HELD", rows)
    case = next(c for c in suite("model")["case"] if c["shape"] == "Claim-start")
    assert violations(broken(case)) == {(case["shape"], case["node"])}
    told = by_doubts(a_store([*sound(), *ontology().quads()]), shapes())
    assert sum(raised for _, raised, _ in told) > 20


@pytest.mark.parametrize("case", suite("model")["case"], ids=lambda c: c["shape"])
def test_a_shape_of_the_model_finds_what_breaks_it_and_nothing_else(case: dict[str, Any]) -> None:
    assert len(broken(case)) != len(sound()) or "drop" in case
    assert violations(broken(case)) == {(case["shape"], case["node"])}


def ends() -> dict[str, dict[str, str]]:
    return {name: case for name, case in suite("properties").items() if isinstance(case, dict)}


def test_the_ends_of_properties_pass_where_they_fit() -> None:
    assert (
        violations(turtle(suite("properties")["entities"] + "".join(f"{c['good']} .\n" for c in ends().values())))
        == set()
    )


def test_the_ends_of_properties_are_found_where_they_do_not_fit() -> None:
    wrong = {(name, end): case[end] for name, case in ends().items() for end in ("subject", "object") if end in case}
    expected = {(n if end == "subject" else f"{n}-object", text.split()[0]) for (n, end), text in wrong.items()}
    found = violations(turtle(suite("properties")["entities"] + "".join(f"{text} .\n" for text in wrong.values())))
    assert found == expected


def test_every_shape_has_its_bad_twin() -> None:
    caught = {case["shape"] for case in suite("model")["case"]}
    for name, case in ends().items():
        caught |= {f"{name}-object"} | ({name} if "subject" in case else set())
    assert caught == set(shapes().names)


def test_every_shape_has_a_name_a_grade_and_a_way_out() -> None:
    graph = shapes().graph
    reporting = set(graph.subjects(SH.message, None))
    assert len(reporting) > 100
    for shape in reporting:
        assert isinstance(shape, rdflib.URIRef)
        assert graph.value(shape, SH.severity) in (SH.Violation, SH.Warning), shape
        assert graph.value(shape, rdflib.URIRef("https://w3id.org/autotech/kg#fix")), shape


def test_every_named_shape_is_reached() -> None:
    graph = shapes().graph
    targets = {s for name in ("targetClass", "targetSubjectsOf") for s in graph.subjects(SH[name], None)}
    held = set(graph.objects(None, SH.property))
    assert set(graph.subjects(SH.message, None)) <= targets | held


OWN_SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix x: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        ('x:S a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:property [ sh:path x:p ; sh:in ("one" "two") ] .',
         'x:a x:p "one" .', 'x:a x:p "three" .'),
        ('x:S a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:property [ sh:path x:p ; sh:hasValue "one" ] .',
         'x:a x:p "one" .', 'x:a x:p "two" .'),
        ('x:S a sh:NodeShape, rdfs:Class ; sh:property [ sh:path x:p ; sh:minCount 1 ] .',
         'x:a rdf:type x:S ; x:p 1 .', 'x:a rdf:type x:S ; x:q 1 .'),
        (('x:S a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:sparql [ sh:select '
         '"SELECT $this WHERE { $this <https://example.org/p> \'two\' }" ] .'),
         'x:a x:p "one" .', 'x:a x:p "two" .'),
        (('x:S a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:property [ sh:path x:p ; sh:node x:T ] .'
         'x:T a sh:NodeShape ; sh:property [ sh:path x:q ; sh:minCount 1 ] .'),
         'x:a x:p x:b . x:b x:q 1 .', 'x:a x:p x:b .'),
    ],
    ids=["in", "hasValue", "implicit class", "query without a message", "a shape within a shape"],
)  # fmt: skip
def test_shapes_of_one_s_own(shape: str, good: str, bad: str, tmp_path: Path) -> None:
    (tmp_path / "own.ttl").write_text(OWN_SHAPES + shape, encoding="utf-8")
    rules = read_shapes(tmp_path)
    assert find_violations(a_store(turtle(OWN_SHAPES + good)), rules) == []
    found = find_violations(a_store(turtle(OWN_SHAPES + bad)), rules)
    assert [f.node for f in found] == ["https://example.org/a"]


def test_a_blank_node_is_named_as_one(tmp_path: Path) -> None:
    shape = "x:S a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:nodeKind sh:IRI ."
    (tmp_path / "own.ttl").write_text(OWN_SHAPES + shape, encoding="utf-8")
    found = find_violations(a_store(turtle(OWN_SHAPES + "_:a x:p 1 .")), read_shapes(tmp_path))
    assert [f.node[:2] for f in found] == ["_:"]


def test_shapes_that_cannot_be_run_are_said(tmp_path: Path) -> None:
    shape = 'x:S a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:sparql [ sh:select "SELECT $this {" ] .'
    (tmp_path / "own.ttl").write_text(OWN_SHAPES + shape, encoding="utf-8")
    with pytest.raises(ProjectError, match="the shapes cannot be run"):
        find_violations(a_store(turtle(OWN_SHAPES + "x:a x:p 1 .")), read_shapes(tmp_path))


# ---- shapes: in step with the ontology -----------------------------------------------------------------------------


def classes_of(shape: rdflib.URIRef) -> set[str]:
    """The classes of a shape's sh:class, alone or in sh:or."""
    graph = shapes().graph
    found = set(graph.objects(shape, SH["class"]))
    for members in graph.objects(shape, SH["or"]):
        found |= {graph.value(m, SH["class"]) for m in rdflib.collection.Collection(graph, members)} - {None}
    return {str(c) for c in found}


@pytest.mark.parametrize("name", sorted(ends()))
def test_the_shapes_repeat_the_ends_that_the_ontology_names(name: str) -> None:
    prop = ontology().properties[ontology().term(name)]
    assert classes_of(ASH[name]) == set(prop.domain) - {kg.ontology.THING}
    assert classes_of(ASH[name + "-object"]) == (set(prop.range) if prop.kind == "entity" else set())


def test_every_property_has_its_shape() -> None:
    assert {ontology().term(name) for name in ends()} == set(ontology().properties)


# ---- shapes: what SHACL can say ------------------------------------------------------------------------------------


def test_the_shapes_of_the_project_are_all_compiled() -> None:
    assert shapes().beyond == {}


@pytest.mark.parametrize("case", suite("core")["case"], ids=lambda c: c["name"])
def test_a_construct_is_compiled_and_finds_what_pyshacl_finds_or_is_left_to_it(
    case: dict[str, Any], tmp_path: Path
) -> None:
    body = case["shape"].replace("[ sh:path", "[ sh:message 'm' ; sh:path")
    whole = (
        case["shape"] if case.get("whole") else f"ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:message 'm' ; {body} ."
    )
    prefixes = "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in {**PREFIXES.table, "ex": EX}.items())
    (tmp_path / "shapes.ttl").write_text(prefixes + whole, encoding="utf-8")
    read = read_shapes(tmp_path)
    store = a_store(ox.parse(input=suite("core")["data"], format=ox.RdfFormat.TURTLE))
    assert not [shape for shape, raised, finds in by_doubts(store, read) if finds and not raised]
    found = find_violations(store, read)
    assert set(read.beyond.values()) == ({case["beyond"]} if "beyond" in case else set())
    assert [(f.severity, f.node, f.message, f.fix) for f in found] == [
        (f.severity, f.node, f.message, f.fix) for f in by_pyshacl(store, read.graph)
    ]
    named = {f.node.removeprefix(EX) if f.node.startswith(EX) or f.node == "text" else "_" for f in found}
    assert named == set(case["finds"])


def test_what_is_left_to_pyshacl_is_told(tmp_path: Path) -> None:
    for part in ("ontology/shapes", "seeds", "queries/hygiene"):
        (tmp_path / part).mkdir(parents=True)
    write(tmp_path / "queries" / "hygiene" / "any.rq", "SELECT ?node { ?node kg:none 1 }")
    closed = f"<x:s> <{SH}targetClass> <x:C> ; <{SH}closed> true ; <{SH}message> 'm' ."
    (tmp_path / "ontology" / "shapes" / "closed.ttl").write_text(closed, encoding="utf-8")
    kg.store.write(tmp_path / "store", a_store(turtle("<x:n> a <x:C> ; <x:p> 1 .")).quads(), Manifest(TABLE, BASE))
    line = ["--project", str(tmp_path), "--store", str(tmp_path / "store"), "validate", "--format", "json"]
    result = CliRunner().invoke(main, line)
    assert {f["node"] for f in json.loads(result.stdout)} == {"x:n"}
    assert "kg: left to pySHACL, over a copy of the graph in memory: sh:closed\n" in result.stderr
    assert result.exit_code == 1


# ---- shapes: faults of their own -----------------------------------------------------------------------------------


def test_a_folder_without_shapes_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "idle.ttl").write_text("<x:s> a <http://www.w3.org/ns/shacl#NodeShape> .", encoding="utf-8")
    with pytest.raises(ProjectError, match="no SHACL shape with a target"):
        read_shapes(tmp_path)


def test_a_shape_that_does_not_parse_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "wrong.ttl").write_text("<x:s> a\n .", encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        read_shapes(tmp_path)
    assert "wrong.ttl:2" in str(caught.value)


def test_a_shape_in_javascript_is_refused(tmp_path: Path) -> None:
    shape = "<x:s> <{0}targetClass> <x:C> ; <{0}js> [] .".format("http://www.w3.org/ns/shacl#")
    (tmp_path / "script.ttl").write_text(shape, encoding="utf-8")
    with pytest.raises(ProjectError, match="sh:js"):
        read_shapes(tmp_path)


def test_a_long_value_is_cut_in_the_message() -> None:
    add = f"kg:valueText '{'x' * 500}'@en"
    quads = broken({"node": "claim:1", "drop": ["kg:valueText"], "add": add})
    [finding] = find_violations(a_store([*quads, *ontology().quads()]), shapes())
    assert finding.message.endswith("x…")
    assert len(finding.message) < 200


# ---- the report ----------------------------------------------------------------------------------------------------

ERROR = Finding("b-check", "error", BASE + "fact/1", 'it says "no"\nand more', "mend it")
WARNING = Finding("a-check", "warning", "_:b1", "odd", "look")


def test_findings_sort_by_gravity_then_check_then_node() -> None:
    other = Finding("a-check", "error", BASE + "fact/2", "x", "y")
    info = Finding("a-check", "info", BASE + "fact/1", "x", "y")
    assert sorted([info, WARNING, ERROR, other]) == [other, ERROR, WARNING, info]


def test_warnings_conform_and_errors_do_not() -> None:
    assert Report((WARNING,), ("a-check",)).conforms
    assert not Report((ERROR, WARNING), ("a-check", "b-check")).conforms
    assert Report((ERROR, WARNING), ()).counts == {"error": 1, "warning": 1, "info": 0}


def test_rows_have_a_column_for_each_part() -> None:
    [row] = Report((WARNING,), ()).to_rows()
    assert row == {"check": "a-check", "severity": "warning", "node": "_:b1", "message": "odd", "fix": "look"}


def test_the_report_is_a_shacl_report() -> None:
    literal = Finding("c-check", "info", "a literal", "m", "f")
    graph = rdflib.Graph().parse(data=Report((ERROR, WARNING, literal), ()).to_turtle(), format="turtle")
    [report] = graph.subjects(rdflib.RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms).toPython() is False
    results = {str(graph.value(r, SH.resultMessage)): r for r in graph.objects(report, SH.result)}
    assert set(results) == {ERROR.message, "odd", "m"}
    error = results[ERROR.message]
    assert graph.value(error, SH.focusNode) == rdflib.URIRef(ERROR.node)
    assert graph.value(error, SH.resultSeverity) == SH.Violation
    assert graph.value(results["m"], SH.focusNode) == rdflib.Literal("a literal")
    assert graph.value(results["odd"], SH.resultSeverity) == SH.Warning


def test_the_small_world_is_sound_but_for_its_ambiguous_names() -> None:
    with support.store() as store:
        report = validate(store, shapes=SHAPES, hygiene=HYGIENE)
        again = validate(store, shapes=SHAPES, hygiene=HYGIENE)
    errors = {(f.check, f.node) for f in report.findings if f.severity == "error"}
    assert errors == {("ambiguous-without-context", support.iri(name)) for name in ("Renault", "Volkswagen")}
    assert report.checks_run == tuple(sorted([*(c.name for c in CHECKS), *shapes().names]))
    assert report.to_turtle() == again.to_turtle()


def test_one_folder_may_be_left_out_but_not_both() -> None:
    with support.store() as store:
        assert validate(store, hygiene=HYGIENE).checks_run == tuple(c.name for c in CHECKS)
        assert validate(store, shapes=SHAPES).checks_run == shapes().names
        with pytest.raises(ProjectError, match="nothing to check with"):
            validate(store)
