"""The store: written in one step or not at all, read by many, asked safely, its complaints plain."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import pyoxigraph as ox
import pytest
import support

import kg.store
from kg.errors import KgError, QueryError, StoreError
from kg.rdf import LAYERS, layer
from kg.store import Store, sparql
from kg.store.content import Piece

G = layer("facts")
EX = "https://example.org/"
NOTHING: list[ox.Quad] = []


def quads(count: int, name: str = "a") -> list[ox.Quad]:
    return [
        ox.Quad(ox.NamedNode(f"{EX}{name}{i}"), ox.NamedNode(EX + "p"), ox.Literal(str(i)), G) for i in range(count)
    ]


def generations(path) -> list[str]:
    return sorted(p.name for p in path.iterdir() if p.is_dir())


@pytest.fixture(scope="module")
def world() -> Iterator[Store]:
    with support.store() as store:
        yield store


# ---- writing and opening ---------------------------------------------------------------------------------------


def in_parts(path) -> tuple[kg.store.Manifest, list[str], int]:
    """A store of forty parts: its manifest, its quads, and in how many files they are."""
    pieces = [Piece.of(quads(50, f"a{part}")) for part in range(40)]
    made = kg.store.load(path, NOTHING, pieces, support.manifest)
    with kg.store.open(path) as store:
        return made, sorted(map(str, store.quads())), len(list(path.glob("g*/data/*.sst")))


def test_a_store_of_many_parts_is_merged_and_holds_the_same(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.store.folder._AT_ONCE", 1)
    merged = in_parts(tmp_path / "merged")
    monkeypatch.setattr("kg.store.folder._PARTS", 1_000)
    loose = in_parts(tmp_path / "loose")
    assert merged[:2] == loose[:2]
    assert len(merged[1]) == 2_000
    assert merged[2] < loose[2]


def test_what_is_written_is_read(tmp_path) -> None:
    written = kg.store.write(tmp_path / "store", support.quads(), support.manifest())
    with kg.store.open(tmp_path / "store") as store:
        assert set(store.quads()) == set(support.quads())
        assert store.manifest == written
        assert store.manifest.quads == support.store().manifest.quads
        assert len(store) == sum(written.quads.values()) == len(list(store.quads()))
        assert store.records.namespace == support.RECORDS.namespace
        assert store.prefixes.shrink(support.AT + "market") == "at:market"
        assert store.prefixes.shrink(support.RECORDS.iri("fact", "ab").value) == "fact:ab"


def test_a_second_build_replaces_the_first(tmp_path) -> None:
    kg.store.write(tmp_path, quads(3), support.manifest())
    kg.store.write(tmp_path, quads(2, "b"), support.manifest())
    with kg.store.open(tmp_path) as store:
        assert {q.subject.value for q in store.quads()} == {EX + "b0", EX + "b1"}
    assert generations(tmp_path) == ["g000002"]


def test_a_reader_keeps_its_graph_while_builds_go_on(tmp_path) -> None:
    kg.store.write(tmp_path, quads(3), support.manifest())
    reader = kg.store.open(tmp_path)
    kg.store.write(tmp_path, quads(2), support.manifest())
    kg.store.write(tmp_path, quads(1), support.manifest())
    assert generations(tmp_path) == ["g000001", "g000003"]
    assert len(list(reader.query("SELECT * { ?s ?p ?o }"))) == 3
    reader.close()
    kg.store.write(tmp_path, quads(1), support.manifest())
    assert generations(tmp_path) == ["g000004"]


def test_a_build_that_fails_leaves_the_old_graph(tmp_path) -> None:
    def failing() -> Iterator[ox.Quad]:
        yield from quads(5, "new")
        raise RuntimeError("half way")

    kg.store.write(tmp_path, quads(3), support.manifest())
    with pytest.raises(RuntimeError, match="half way"):
        kg.store.write(tmp_path, failing(), support.manifest())
    with kg.store.open(tmp_path) as store:
        assert len(store) == 3
    assert generations(tmp_path) == ["g000001"]


def test_a_first_build_that_fails_leaves_no_store_and_can_be_repeated(tmp_path) -> None:
    outside = [ox.Quad(ox.NamedNode(EX), ox.NamedNode(EX), ox.NamedNode(EX))]
    with pytest.raises(StoreError, match="in no graph"):
        kg.store.write(tmp_path, outside, support.manifest())
    with pytest.raises(StoreError, match="no store here"):
        kg.store.open(tmp_path)
    kg.store.write(tmp_path, quads(1), support.manifest())
    assert len(kg.store.open(tmp_path)) == 1


def test_a_build_that_was_killed_is_swept_away(tmp_path) -> None:
    script = f"""
import os, sys, pyoxigraph as ox
sys.path.insert(0, {str(support.ROOT / "tests")!r})
import kg.store, support, test_store
def dying():
    yield from test_store.quads(5)
    os.kill(os.getpid(), 9)
kg.store.write({str(tmp_path)!r}, dying(), support.manifest())
"""
    kg.store.write(tmp_path, quads(3), support.manifest())
    run = subprocess.run([sys.executable, "-c", script], cwd=support.ROOT, capture_output=True, timeout=60)
    assert run.returncode == -signal.SIGKILL
    assert generations(tmp_path) == ["g000001", "g000002"]
    assert len(kg.store.open(tmp_path)) == 3
    kg.store.write(tmp_path, quads(4), support.manifest())
    assert len(kg.store.open(tmp_path)) == 4
    assert generations(tmp_path)[-1] == "g000002"


def test_a_reader_never_sees_half_a_graph(tmp_path) -> None:
    """Readers open and count while a writer goes through twenty generations of 50 quads each."""
    kg.store.write(tmp_path, quads(50, "g0-"), support.manifest())
    context = multiprocessing.get_context("fork")
    reader = context.Process(target=_read_on, args=(tmp_path,))
    reader.start()
    for number in range(1, 20):
        kg.store.write(tmp_path, quads(50, f"g{number}-"), support.manifest())
    (tmp_path / "stop").touch()
    reader.join(30)
    assert reader.exitcode == 0


def _read_on(path) -> None:
    while not (path / "stop").exists():
        with kg.store.open(path) as store:
            found = {q.subject.value.rpartition("-")[0] for q in store.quads()}
            if len(found) != 1 or len(list(store.quads())) != 50:
                os._exit(1)


def test_a_change_of_some_quads_is_the_store_written_with_the_others(tmp_path) -> None:
    held, more = quads(5), quads(3, "b")
    kg.store.write(tmp_path / "old", held, support.manifest())
    kg.store.write(tmp_path / "new", [*held[2:], *more], support.manifest())
    with kg.store.open(tmp_path / "old") as reader:
        base = kg.store.open(tmp_path / "old")
        revised = kg.store.revise(base, held[:2], more, support.manifest())
        assert len(list(reader.quads())) == 5
    with kg.store.open(tmp_path / "old") as one, kg.store.open(tmp_path / "new") as other:
        assert (one.manifest, sorted(map(str, one.quads()))) == (other.manifest, sorted(map(str, other.quads())))
        assert one.manifest == revised


def test_a_change_of_a_store_that_was_written_since_is_refused(tmp_path) -> None:
    kg.store.write(tmp_path, quads(5), support.manifest())
    base = kg.store.open(tmp_path)
    kg.store.write(tmp_path, quads(6), support.manifest())
    for change in (
        lambda: kg.store.revise(base, quads(1), [], support.manifest()),
        lambda: kg.store.write(tmp_path, quads(1), support.manifest(), base.manifest),
    ):
        with pytest.raises(StoreError, match="another build wrote here in the meantime"):
            change()
    assert len(kg.store.open(tmp_path)) == 6
    kg.store.write(tmp_path, quads(1), support.manifest(), kg.store.open(tmp_path).manifest)
    assert len(kg.store.open(tmp_path)) == 1


def test_a_change_that_does_not_come_back_is_no_change(tmp_path) -> None:
    """Quads that are said to go and to come at once: the one of the two that is true cannot be both."""
    kg.store.write(tmp_path, quads(5), support.manifest())
    before = generations(tmp_path)
    with pytest.raises(StoreError, match="1 quads to come and 1 to go are not so when read back"):
        kg.store.revise(kg.store.open(tmp_path), quads(1), quads(1), support.manifest())
    assert (generations(tmp_path), len(kg.store.open(tmp_path))) == (before, 5)


def test_a_folder_is_claimed_once_and_stays_a_store(tmp_path) -> None:
    assert kg.store.claim(tmp_path / "a" / "b") == kg.store.claim(tmp_path / "a" / "b")
    with pytest.raises(StoreError, match="no store here"):
        kg.store.open(tmp_path / "a" / "b")
    kg.store.write(tmp_path / "a" / "b", quads(2), support.manifest())
    assert len(kg.store.open(tmp_path / "a" / "b")) == 2


def test_one_writer_at_a_time(tmp_path) -> None:
    kg.store.write(tmp_path, quads(1), support.manifest())
    with (tmp_path / "kg-store.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another build is writing here"):
            kg.store.write(tmp_path, quads(2), support.manifest())
    kg.store.write(tmp_path, quads(2), support.manifest())


def test_a_folder_with_other_files_is_left_alone(tmp_path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match="holds other files"):
        kg.store.write(tmp_path, quads(1), support.manifest())
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(StoreError, match="cannot be a store"):
        kg.store.write(tmp_path / "thesis.txt", quads(1), support.manifest())


def test_a_missing_store_says_how_to_make_one(tmp_path) -> None:
    with pytest.raises(StoreError) as caught:
        kg.store.open(tmp_path / "nowhere")
    assert str(caught.value).endswith("no store here (run 'kg build')")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"format": 0}, "made by format 0, this is format 2"),
        ({"format": 99}, "made by format 99"),
        ({"colour": "red"}, "the manifest is damaged"),
    ],
)
def test_a_store_of_another_version_is_refused(tmp_path, damage, message) -> None:
    kg.store.write(tmp_path, quads(1), support.manifest())
    path = tmp_path / "g000001" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **damage}))
    with pytest.raises(StoreError, match=message) as caught:
        kg.store.open(tmp_path)
    assert "kg build" in caught.value.hint


def test_damage_is_told(tmp_path) -> None:
    kg.store.write(tmp_path, quads(1), support.manifest())
    (tmp_path / "g000001" / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match="the manifest is damaged"):
        kg.store.open(tmp_path)
    (tmp_path / "CURRENT").write_text("g000007\n")
    with pytest.raises(StoreError, match="cannot be opened"):
        kg.store.open(tmp_path)


def _tables(path) -> list:
    return sorted((path / "g000001" / "data").glob("*.sst"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: [table.unlink() for table in _tables(path)],
        lambda path: [table.write_bytes(b"x" * table.stat().st_size) for table in _tables(path)],
        lambda path: [table.write_bytes(table.read_bytes()[:50]) for table in _tables(path)],
        lambda path: (path / "g000001" / "data" / "CURRENT").write_bytes(b"x"),
        lambda path: (path / "CURRENT").write_bytes(b"\xff\xfe\x00"),
        lambda path: (path / "CURRENT").write_bytes(b"g00\x00"),
        lambda path: (path / "CURRENT").write_bytes(b""),
        lambda path: (path / "g000001" / "manifest.json").write_bytes(b"\xff\xfe"),
        lambda path: (path / "g000001" / "manifest.json").write_text("[" * 100_000),
        lambda path: (path / "g000001" / "manifest.json").write_text("[]"),
    ],
)
def test_a_damaged_store_says_so_and_a_build_mends_it(tmp_path, damage) -> None:
    kg.store.write(tmp_path, quads(3), support.manifest())
    damage(tmp_path)
    with pytest.raises(StoreError, match="damaged") as caught:
        kg.store.open(tmp_path)
    assert caught.value.hint == "run 'kg build' again"
    kg.store.write(tmp_path, quads(2), support.manifest())
    with kg.store.open(tmp_path) as store:
        assert len(list(store.quads())) == 2


def test_damage_found_while_reading_is_told(tmp_path) -> None:
    """The large tables are spoilt at their heads: the store opens, but their blocks no longer fit their checksums."""
    kg.store.write(tmp_path, quads(2000), support.manifest())
    for table in _tables(tmp_path):
        if table.stat().st_size > 8000:
            table.write_bytes(b"\xff" * 40 + table.read_bytes()[40:])
    with kg.store.open(tmp_path) as store:
        with pytest.raises(StoreError, match="the store is damaged"):
            list(store.quads())
        with pytest.raises(StoreError, match="the store is damaged") as caught:
            store.query("SELECT * { ?s ?p ?o }", timeout=30)
        assert caught.value.hint == "run 'kg build' again"


@pytest.mark.parametrize(
    "wrong",
    [
        {"prefixes": ["a"]}, {"prefixes": {"a": 1}}, {"record_namespace": 1}, {"counts": None},
        {"quads": {"facts": "3"}}, {"digest": []}, {"domain": {}},
    ],
)  # fmt: skip
def test_a_manifest_of_wrong_types_is_damaged(tmp_path, wrong) -> None:
    kg.store.write(tmp_path, quads(1), support.manifest())
    path = tmp_path / "g000001" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **wrong}))
    with pytest.raises(StoreError, match="the manifest is damaged") as caught:
        kg.store.open(tmp_path)
    assert caught.value.hint == "run 'kg build' again"


def test_the_manifest_is_the_same_text_for_the_same_store() -> None:
    one = replace(support.manifest(), prefixes={"b": "x:", "a": "y:"})
    other = replace(support.manifest(), prefixes={"a": "y:", "b": "x:"})
    assert one.json() == other.json()


def test_layers(world) -> None:
    assert sum(len(list(world.quads(name))) for name in LAYERS) == len(world)
    with pytest.raises(QueryError, match="no layer 'gossip'"):
        world.quads("gossip")


# ---- asking ----------------------------------------------------------------------------------------------------

SELECT = "SELECT ?o { id:BMW at:partnersWith ?o }"


def values(results) -> list[str]:
    return [row[0].value for row in results]


@pytest.mark.parametrize("timeout", [None, 30])
def test_a_query_sees_all_layers_and_knows_the_prefixes(world, timeout) -> None:
    query = "SELECT ?text { ?f rdf:subject id:BMW ; kg:claim/prov:wasDerivedFrom ?d . ?d dct:title ?text } LIMIT 1"
    assert values(world.query(query, timeout=timeout)) in (["BMW turns to Huawei"], ["Kunci digital BMW"])
    assert bool(world.query("ASK { id:BMW a at:Automaker }", timeout=timeout)) is True
    triples = list(world.query("CONSTRUCT { ?x a ?c } WHERE { VALUES ?x { id:BMW } ?x a ?c }", timeout=timeout))
    assert [t.object.value for t in triples] == [support.AT + "Automaker"]
    asked = world.query("SELECT ?m { id:Neue_Klasse at:usesSoftware ?os {| at:exclusive true ; at:market ?m |} }")
    assert values(asked) == [support.iri("China")]


@pytest.mark.parametrize("timeout", [None, 30])
@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?o { $company at:partnersWith ?o }",
        "PREFIX x: <http://x/(>\n# a { in a comment\nSELECT ?o WHERE\n{ ?s at:partnersWith ?o FILTER(?s = $company) }",
        "SELECT ?o { ?s at:partnersWith ?o FILTER(!BOUND($company) || ?s = $company) }",
        "SELECT ?o { ?s at:partnersWith ?o FILTER EXISTS { $company at:partnersWith ?o } }",
        "BASE <http://x/>\nSELECT ?o { { $company at:partnersWith ?o } UNION { ?o at:partnersWith $company } }",
    ],
)
def test_values_are_bound(world, query, timeout) -> None:
    company = {"company": ox.NamedNode(support.iri("BMW"))}
    assert values(world.query(query, company, timeout=timeout)) == [support.iri("Huawei")]


def test_values_are_bound_in_every_form(world) -> None:
    one = {"s": ox.NamedNode(support.iri("BMW")), "o": ox.NamedNode(support.iri("Huawei"))}
    assert world.query("ASK { $s at:partnersWith $o }", one)
    assert not world.query("ASK { $o at:partnersWith $s }", one)
    assert len(list(world.query("CONSTRUCT { ?s at:is ?o } WHERE { $s at:partnersWith $o }", one))) == 1
    assert len(list(world.query("DESCRIBE ?s { ?s at:partnersWith $o }", one))) > 1
    for query in ("CONSTRUCT WHERE { $s at:partnersWith $o }", "DESCRIBE id:BMW"):
        with pytest.raises(QueryError, match="no WHERE group"):
            world.query(query, one)


@pytest.mark.parametrize("text", ['"', "'", "\\", '"""', "\n} DROP ALL #", "\\u0022", "a\x00b", "😀", "}) {"])
def test_a_value_stays_a_value(text) -> None:
    quad = ox.Quad(ox.NamedNode(EX), ox.NamedNode(EX + "p"), ox.Literal(text), G)
    store = Store.from_quads([quad, *quads(3)], support.manifest())
    found = store.query("SELECT ?s { ?s ?p $text }", {"text": ox.Literal(text)})
    assert values(found) == [EX]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "query:1:1: the query is empty"),
        ("# nothing\n", "query:1:1: the query is empty"),
        ("hello", "query:1:1: a query begins with SELECT, ASK, CONSTRUCT, DESCRIBE"),
        ("SELECT ?x {\n  ?x a nope:Car }", "query:2:8: unknown prefix 'nope:'"),
        ("SELECT ?x { ?x a }", "query:1:19: syntax error near '}'"),
        ("SELECT ?x {\n ?x a kg:Fact", "query:1:11: '{' is not closed"),
        ("SELECT ?x { ?x a kg:Fact }\n}", "query:2:1: '}' closes nothing that is open"),
        ("SELECT ?x { ?x a (kg:Fact } )", "query:1:18: '(' is not closed before '}'"),
        ("SELECT ?x {\n ?x a ?y\n FILTER(?y >\n}", "query:3:8: '(' is not closed before '}'"),
        ("SELECT ?x { ?x a ?y FILTER ?y > 1) }", "query:1:34: ')' closes nothing that is open"),
        ("SELECT ?x { ?x kg:quote 'abc }", "query:1:25: the string that begins here is not closed"),
        ("SELECT ?y (COUNT(*) AS ?n) { ?x ?y ?z }", "SELECT names a variable that no pattern binds"),
    ],
)
def test_a_fault_has_a_place_and_few_words(world, query, message) -> None:
    for timeout in (None, 30):
        with pytest.raises(QueryError) as caught:
            world.query(query, timeout=timeout)
        assert message in str(caught.value)
        assert len(str(caught.value)) < 160


def test_a_fault_keeps_its_place_when_values_are_bound(world) -> None:
    query = "SELECT ?x { $x a nope:Car }"
    with pytest.raises(QueryError) as caught:
        world.query(query, {"x": ox.NamedNode(EX)})
    assert caught.value.place is not None
    assert caught.value.place.column == query.index("nope:") + 1


@pytest.mark.parametrize("word", sparql.UPDATES)
def test_updates_are_refused(world, word) -> None:
    with pytest.raises(QueryError, match=f"{word} would change the graph"):
        world.query(f"PREFIX x: <http://x/>\n# SELECT\n{word.lower()} data {{ <a:a> <a:b> <a:c> }}")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://localhost:1/> { ?s ?p ?o } }",
        "SELECT * { service silent ?x { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o.SERVICE<http://localhost:1/>{} }",
        "SELECT * { ?s ?p 1SERVICE<http://localhost:1/>{} }",
        "SELECT * { SERVICE:a{} }",
        "SELECT * { SERVICESILENT:a{} }",
        "SELECT * { S\\u0045RVICE <http://localhost:1/> { } }",
        "SELECT * { \\U00000053ERVICE <http://localhost:1/> { } }",
        "SELECT * { ?s ?p 'it\\'s' SERVICE <http://localhost:1/> { } }",
        "SELECT * { ?s ?p '''a'b''' SERVICE <http://localhost:1/> { } }",
        "SELECT * { ?s ex:it\\'s SERVICE <http://localhost:1/> { } } #'",
        "SELECT * { ?s ?p <http://a/#> SERVICE <http://localhost:1/> { } }",
        "SELECT * { FILTER(1<2) SERVICE <http://localhost:1/> { } FILTER(2>1) }",
        "SELECT * { { SELECT * { SERVICE <http://localhost:1/> { } } } }",
    ],
)
def test_other_servers_are_never_asked(world, query) -> None:
    with pytest.raises(QueryError, match="SERVICE would ask another server"):
        world.query(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service ?p 'SERVICE' }",
        "SELECT * { ?s a at:Service } # SERVICE <x>",
        'SELECT * { ?s a <http://x/SERVICE> ; ?p """a " SERVICE {""" }',
        "SELECT * { ?s ?p 'insert into' . FILTER(?s < ?p) }",
    ],
)
def test_words_that_only_look_dangerous_pass(world, query) -> None:
    assert list(world.query(query)) == [] or True in (bool(row) for row in world.query(query))


def test_deep_nesting_is_refused_before_it_kills_the_engine(world) -> None:
    for opening, closing in (("{", "}"), ("?s ?p (", ")"), ("?s ?p [ ?q ", "]")):
        depth = sparql.MAX_DEPTH - 1
        with pytest.raises(QueryError, match="nested deeper"):
            world.query("SELECT * {" + opening * (depth + 1) + closing * (depth + 1) + "}")
    assert list(world.query("SELECT * {" + "{" * (sparql.MAX_DEPTH - 1) + "}" * (sparql.MAX_DEPTH - 1) + "}")) != []
    with pytest.raises(QueryError, match="clauses"):
        world.query("SELECT * {" + "OPTIONAL { ?s ?p ?o }" * (sparql.MAX_PARTS + 1) + "}")


TERMS = "terms beside each other"
LONG = {
    "sum": ("SELECT * { FILTER(" + "1+" * 8000 + "1 > 0) }", "operators"),
    "signed": ("SELECT * { FILTER(1" + " -1" * 8000 + " > 0) }", "operators"),
    "not": ("SELECT * { FILTER(" + "!" * 20_000 + "true) }", "operators"),
    "or": ("SELECT * { FILTER(" + "?x||" * 20_000 + "true) }", "operators"),
    "path": ("SELECT * { ?s " + "<a:b>/" * 500 + "<a:b> ?o }", "path steps"),
    "long path": ("SELECT * { ?s " + "<a:b>/" * 20_000 + "<a:b> ?o }", "operators"),
    "triples": ("SELECT * { " + "?s ?p ?o . " * 20_000 + "}", "triple patterns"),
    "objects": ("SELECT * { ?s ?p ?o" + ",?o" * 20_000 + "}", "triple patterns"),
    "predicates": ("SELECT * { ?s ?p ?o" + ";?p ?o" * 20_000 + "}", "triple patterns"),
    "groups": ("SELECT * { " + "{?s ?p ?o}" * 20_000 + "}", "triple patterns"),
    "nodes": ("SELECT * { ?s ?p (" + "[]" * 20_000 + ") }", "triple patterns"),
    "list": ("SELECT * { ?s ?p (" + "1 " * 20_000 + ") }", TERMS),
    "strings": ("SELECT * { ?s ?p (" + "'a'" * 20_000 + ") }", TERMS),
    "lists": ("SELECT * { ?s ?p (" + "()" * 20_000 + ") }", TERMS),
    "having": ("SELECT (1 AS ?x) { ?s ?p ?o } GROUP BY ?s HAVING " + "(1)" * 20_000, TERMS),
    "columns": ("SELECT " + "(1 AS ?x)" * 5000 + " { ?s ?p ?o }", "clauses"),
    "arguments": ("SELECT * { FILTER(?s IN (" + "1," * 60_000 + "1)) }", "characters"),
}


@pytest.mark.parametrize("name", LONG)
def test_long_queries_are_refused_before_they_kill_the_engine(world, name) -> None:
    query, message = LONG[name]
    with pytest.raises(QueryError, match=message) as caught:
        world.query(query)
    assert caught.value.hint == "ask in several steps"


def test_queries_within_the_limits_run_in_a_process_that_lives(world) -> None:
    many = "VALUES ?x { " + "<a:b> " * 5000 + "} VALUES (?y ?z) { " + "(1 2.5) " * 2000 + "}"
    within = [
        "SELECT * { FILTER(" + "1+" * (sparql.MAX_OPERATORS - 1) + "1 > 0) }",
        "SELECT * { FILTER(" + "!" * (sparql.MAX_OPERATORS - 1) + "true) }",
        "SELECT * { ?s " + "<a:b>/" * (sparql.MAX_PATTERNS - 2) + "<a:b> ?o }",
        "SELECT * { " + "?s ?p ?o . " * (sparql.MAX_PATTERNS - 1) + "}",
        "SELECT * { " + "".join(f"BIND(1 AS ?x{i}) " for i in range(150)) + "}",
        "SELECT * { ?s ?p ?o FILTER(?o IN (" + "1," * 2000 + "1)) } # " + ". " * 5000,
        "SELECT * { ?s ?p '" + ". ; , + " * 5000 + "' }",
        "SELECT (COUNT(*) AS ?n) { " + many + "}",
    ]
    for query in within:
        list(world.query(query, timeout=60))


def test_a_query_that_is_slow_to_plan_is_cut(world, monkeypatch) -> None:
    monkeypatch.setattr(sparql, "MAX_PATTERNS", 10_000)
    monkeypatch.setattr(sparql, "MAX_NEIGHBOURS", 10_000)
    start = time.monotonic()
    with pytest.raises(QueryError, match=r"no answer within 0\.3 s"):
        world.query("SELECT * { " + "?s a ?o . " * 300 + "}", timeout=0.3)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("timeout", [0.0, -1.0, 1e300, float("inf"), float("nan")])
def test_a_limit_that_is_no_time_is_told(world, timeout) -> None:
    with pytest.raises(QueryError, match="is no time limit"):
        world.query(SELECT, timeout=timeout)


def test_a_slow_query_is_cut(world) -> None:
    start = time.monotonic()
    with pytest.raises(QueryError, match=r"no answer within 0\.2 s"):
        world.query("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?i", timeout=0.2)
    assert time.monotonic() - start < 5
    assert values(world.query(SELECT, timeout=30)) == [support.iri("Huawei")]


def test_a_query_that_fails_in_its_own_process_says_why(world) -> None:
    query = "SELECT * { ?x a nope:Car }"
    with pytest.raises(QueryError) as inside:
        world.query(query, timeout=30)
    with pytest.raises(QueryError) as outside:
        world.query(query)
    assert str(inside.value) == str(outside.value)


def test_a_process_that_dies_is_told() -> None:
    def dying() -> ox.QueryBoolean:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    with pytest.raises(QueryError, match="ended its process"):
        kg.store.graph.cut.run(dying, 30)


def test_an_error_of_the_engine_in_a_process_comes_back() -> None:
    def failing() -> ox.QueryBoolean:
        raise KgError("no luck")

    with pytest.raises(QueryError, match="no luck"):
        kg.store.graph.cut.run(failing, 30)


def test_a_store_on_disk_answers_in_a_process_of_its_own(tmp_path) -> None:
    kg.store.write(tmp_path, quads(100), support.manifest())
    with kg.store.open(tmp_path) as store:
        answers = [len(list(store.query("SELECT * { ?s ?p ?o }", timeout=30))) for _ in range(5)]
        assert answers == [100] * 5
        assert len(list(store.query("SELECT * { ?s ?p ?o }"))) == 100
