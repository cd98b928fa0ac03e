"""Ways through a graph: names found as one types, what is beside a thing, what is between, where to start."""

from __future__ import annotations

import time
from dataclasses import replace

import explored
import pyoxigraph as ox
import pytest
import support
from support import RECORDS, iri

from kg.errors import QueryError
from kg.export import excerpt
from kg.export.tables import table
from kg.queries import facts as stored
from kg.store import Store
from kg.views.collect import OTHER, Collector
from kg.views.names import Names, fold
from kg.views.walk import FIRST, Walk


@pytest.fixture(scope="module")
def world() -> Store:
    return Store.from_quads(explored.quads(), support.manifest())


@pytest.fixture(scope="module")
def walk(world: Store) -> Walk:
    return Walk(world)


# Names

NAMES = (
    ("x:bmw", "BMW", True),
    ("x:bmw", "Bayerische Motoren Werke", False),
    ("x:skoda", "Škoda", True),
    ("x:works", "The Škoda Works", True),
    ("x:dock", "Boatskoda", True),
    ("x:motor", "Motor", True),
    ("x:loan", "Skoda Leasing", True),
    ("x:street", "Große Straße", True),
    ("x:cjk", "宝马", True),
    ("x:mark", "C++ 100%", True),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("skoda", ["x:skoda", "x:loan", "x:works", "x:dock"]),
        ("ŠKODA", ["x:skoda", "x:loan", "x:works", "x:dock"]),
        ("  skoda   w ", ["x:works"]),
        ("motor", ["x:motor", "x:bmw"]),
        ("werke", ["x:bmw"]),
        ("strasse", ["x:street"]),
        ("马", ["x:cjk"]),
        ("100%", ["x:mark"]),
        ("++", ["x:mark"]),
        (".*", []),
        ("", []),
        ("\n", []),
        ("zzz", []),
    ],
)
def test_the_best_name_comes_first(text: str, found: list[str]) -> None:
    assert Names(NAMES, {}).find(text) == found


def test_of_equal_names_the_thing_with_more_facts_comes_first() -> None:
    names = [(f"x:{n}", "Group", False) for n in range(9)]
    assert Names(names, {"x:7": 3, "x:2": 5}).find("gro", 3) == ["x:2", "x:7", "x:0"]


def test_a_name_is_found_among_a_great_many_places() -> None:
    names = [(f"x:{n}", f"aaaa{n} aaaa", True) for n in range(10_000)]
    names.append(("x:last", "zzz a", True))
    names.append(("x:a", "A", True))
    assert Names(names, {}).find("a", 1) == ["x:a"], "a name that is all of it is never left out"


def test_forty_thousand_names_are_searched_while_one_types() -> None:
    words = ("Motor", "Werke", "Auto", "Électrique", "Range", "Nova", "Steel", "Drive")
    names = [(f"x:{n}", f"{words[n % 8]} {words[n // 8 % 8]} {n}", True) for n in range(40_000)]
    ready = Names(names, {})
    for text in ("mot", "ele", "nov", "te", "123", "a", "drive 39"):
        begun = time.process_time()
        assert ready.find(text)
        assert time.process_time() - begun < 0.1


@pytest.mark.parametrize("text", ["İstanbul", "ﬁn", "Ａｄａ", "Ångström", "a\u0301"])
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(text).isascii()


# Ways


def test_it_starts_with_what_the_newest_documents_speak_of(walk: Walk) -> None:
    assert walk.start(2) == [iri("Hub"), iri("Qilin Battery")]
    assert iri("Trap 0") in walk.start()[2:], "older documents fill what the newest leave"
    assert len(walk.start()) == FIRST


def test_without_documents_it_starts_with_those_that_have_most_facts() -> None:
    facts = [replace(f, claims=(), last_stated="") for f in explored.spokes()[:30]]
    walk = Walk(Store.from_quads((q for f in facts for q in RECORDS.fact(f)), support.manifest()))
    assert len(walk.start()) == FIRST
    assert walk.start()[0] == iri("Hub")


def test_nothing_starts_with_nothing() -> None:
    walk = Walk(Store.from_quads([], support.manifest()))
    assert (walk.start(), walk.beside("x:y"), walk.between(["x:y"]), walk.names.find("a")) == ([], [], [], [])


def test_what_is_beside_is_ranked_by_sources_then_by_date(walk: Walk) -> None:
    beside = walk.beside(iri("Hub"))
    assert len(beside) == explored.SPOKES + 1
    rank = {line.fact: line.rank for line in walk.lines}
    ranks = [max(rank[fact] for fact in facts) for _, facts in beside]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) > 10
    both = dict(beside)[iri("Qilin Battery")]
    assert both == [RECORDS.iri("fact", f.id).value for f in explored.pair()]


def test_each_value_is_beside_by_itself(walk: Walk) -> None:
    price = support.fact("BMW iX3", "price")
    name = RECORDS.iri("fact", price.id).value
    assert (name, [name]) in walk.beside(iri("BMW iX3"))


def test_between_takes_no_values_and_no_strangers(walk: Walk) -> None:
    things = [iri("BMW iX3"), iri("China"), iri("Hub")]
    found = stored.read_all(walk.store, walk.between(things))
    assert {f.predicate for f in found} == {support.AT + "availableIn", support.AT + "producedIn"}
    assert len(walk.between([iri("China")], [iri("BMW iX3")])) == 2
    assert walk.between([iri("China")]) == []


# Blocks and files


def test_classes_are_numbered_by_how_many_things_have_them(world: Store) -> None:
    numbers = Collector(world, numbered=True).numbers
    assert numbers[support.AT + "City"] == 0
    assert sorted(numbers.values()) == list(range(len(numbers)))
    assert numbers[OTHER] == len(numbers) - 1
    assert Collector(world).numbers == {}


def test_an_excerpt_says_of_its_facts_what_the_graph_says(world: Store) -> None:
    facts = [explored.pair()[0], support.fact("BMW", "launches")]
    triples = {
        (t.subject, t.predicate, t.object)
        for t in ox.parse(b"".join(excerpt(world, facts, "ttl")), format=ox.RdfFormat.TURTLE)
    }
    for fact in facts:
        node = RECORDS.iri("fact", fact.id)
        said = {(q.subject, q.predicate, q.object) for q in world.match(node) if not isinstance(q.object, ox.Triple)}
        assert said <= triples
        assert (ox.NamedNode(fact.subject), ox.NamedNode(fact.predicate), ox.NamedNode(str(fact.object))) in triples
        assert {c.id for c in fact.claims} <= {str(s.value).rpartition("/")[2] for s, _, _ in triples}
    assert not any(p.value.endswith("#text") for _, p, _ in triples), "no text of a document"
    assert b"".join(excerpt(world, facts, "csv")).decode() == "".join(table(world, facts))
    with pytest.raises(QueryError, match="no format"):
        excerpt(world, facts, "exe")
