"""Another domain from scratch: three classes, two languages, its own namespaces. The engine knows nothing of cars."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

import kg.export
import kg.store
from kg.build import BuildReport, build
from kg.model import Fact, Status
from kg.names import local_name
from kg.project import Project
from kg.queries.facts import find, why
from kg.store import Store

FILES = {
    "ontology/cheese.ttl": """
        @prefix ch: <https://cheese.example/terms#> .
        @prefix kg: <https://w3id.org/autotech/kg#> .
        @prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix vann: <http://purl.org/vocab/vann/> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <https://cheese.example/terms> a owl:Ontology ;
            vann:preferredNamespacePrefix "ch" ; vann:preferredNamespaceUri "https://cheese.example/terms#" ;
            kg:entityNamespace "https://cheese.example/thing/" ; kg:entityPrefix "thing" ;
            kg:recordNamespace "https://cheese.example/" .
        ch:Dairy a owl:Class ; rdfs:label "dairy"@en , "kaasmakerij"@nl .
        ch:Cheese a owl:Class ; rdfs:label "cheese"@en , "kaas"@nl .
        ch:Land a owl:Class ; rdfs:label "land"@en , "land"@nl .
        ch:makes a owl:ObjectProperty ; rdfs:label "makes"@en , "maakt"@nl ;
            rdfs:domain ch:Dairy ; rdfs:range ch:Cheese ; kg:takesQualifier ch:shop .
        ch:comesFrom a owl:ObjectProperty ; rdfs:label "comes from"@en , "komt uit"@nl ;
            rdfs:domain ch:Cheese ; rdfs:range ch:Land ; kg:functionalWithin rdf:nil .
        ch:weighs a owl:DatatypeProperty ; rdfs:label "weighs"@en , "weegt"@nl ;
            rdfs:domain ch:Cheese ; rdfs:range xsd:decimal ; kg:dimension "mass" ; kg:unit "kg" .
        ch:shop a owl:ObjectProperty , kg:Qualifier ; rdfs:label "shop"@en , "winkel"@nl ;
            rdfs:range ch:Land ; kg:identifying true .
    """,
    "ontology/units.toml": """
        [mass]
        "kg" = { factor = 1.0, words = ["kg", "kilos", "kilo"] }
        "g" = { factor = 0.001, words = ["g", "grams", "gram"] }
    """,
    "ontology/patterns/en.toml": """
        language = "en"
        label = "English"
        [grammar]
        filler = "the a its"
        stop = "in of by and"
        prepositions = "in of by from"
        and = "and"
        [anaphora]
        Dairy = "it"
        [status]
        planned = "will"
        negation = "not never"
        [speech]
        verbs = "said"
        [scope.shop]
        before = "in"
        [quantity]
        decimal = "."
        [patterns]
        makes = ["{s} .. (makes|make) {o}", "{o} .. made by {s}"]
        comesFrom = ["{o:demonym} cheese {s} => InEffect", "{s} .. comes from {o}"]
        weighs = ["{s} .. weighs .. {o}"]
    """,
    "ontology/patterns/nl.toml": """
        language = "nl"
        label = "Dutch"
        [grammar]
        filler = "de het een"
        stop = "in van door en"
        prepositions = "in van door uit"
        and = "en"
        [status]
        planned = "zal"
        negation = "niet geen"
        [scope.shop]
        before = "in"
        [quantity]
        decimal = ","
        [patterns]
        makes = ["{s} .. maakt {o}", "{s} (zal|gaat) .. {o} .. maken"]
        comesFrom = ["{s} .. komt uit {o}"]
        weighs = ["{s} .. weegt .. {o}"]
    """,
    "seeds/entities/names.ttl": """
        @prefix ch: <https://cheese.example/terms#> .
        @prefix kg: <https://w3id.org/autotech/kg#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix thing: <https://cheese.example/thing/> .
        thing:Zaanhof a ch:Dairy ; skos:prefLabel "Zaanhof"@en .
        thing:Polderkaas a ch:Dairy ; skos:prefLabel "Polderkaas"@en .
        thing:Mooie_Geit a ch:Cheese ; skos:prefLabel "Fair Goat"@en , "Mooie Geit"@nl .
        thing:Witte_Maan a ch:Cheese ; skos:prefLabel "White Moon"@en , "Witte Maan"@nl .
        thing:Frisia a ch:Land ; skos:prefLabel "Frisia"@en , "Friesland"@nl ; kg:demonym "Frisian"@en .
        thing:Zeeland a ch:Land ; skos:prefLabel "Zeeland"@en .
    """,
    "seeds/facts/facts.ttl": """
        @prefix ch: <https://cheese.example/terms#> .
        @prefix dct: <http://purl.org/dc/terms/> .
        @prefix kg: <https://w3id.org/autotech/kg#> .
        @prefix thing: <https://cheese.example/thing/> .
        thing:Witte_Maan ch:comesFrom thing:Zeeland
            {| kg:status kg:InEffect ; dct:source <https://cheese.example/book> |} .
    """,
    "seeds/articles/english.md": """
        ---
        source: https://news.example/goat
        published: 2031-05-02
        language: en
        ---
        Zaanhof makes Fair Goat in Frisia. The Frisian cheese White Moon weighs 2.5 kilos.
        Zaanhof said that it does not make White Moon. Polderkaas will make Fair Goat in Zeeland.
    """,
    "seeds/articles/nederlands.md": """
        ---
        source: https://nieuws.example/geit
        published: 2031-05-03
        ---
        Kaasmakerij Zaanhof maakt Mooie Geit in Friesland, zo meldde het bedrijf gisteren aan de krant.
        De kaas Witte Maan weegt ongeveer 2500 gram en Mooie Geit weegt 1,5 kilo als hij rijp is.
    """,
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BuildReport, Store]]:
    root = tmp_path_factory.mktemp("cheese")
    (root / "queries").mkdir()
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip(), encoding="utf-8")
    report = build(Project(root))
    with kg.store.open(root / ".kg" / "store") as store:
        yield report, store


def shown(fact: Fact) -> str:
    obj = local_name(fact.object) if isinstance(fact.object, str) else fact.object.lexical
    scope = "".join(f" in {local_name(v)}" for _, v in fact.qualifiers if isinstance(v, str))
    return f"{local_name(fact.subject)} {local_name(fact.predicate)} {obj}{scope} ({fact.status.value}, {fact.support})"


def test_the_cheeses_are_read_in_both_languages(built: tuple[BuildReport, Store]) -> None:
    report, store = built
    assert (report.documents, report.refused, report.unread) == (2, (), ())
    assert [shown(f) for f in find(store)] == [
        "Mooie_Geit weighs 1.5 (InEffect, 1)",
        "Polderkaas makes Mooie_Geit in Zeeland (Planned, 1)",
        "Witte_Maan comesFrom Frisia (InEffect, 1)",
        "Witte_Maan comesFrom Zeeland (InEffect, 0)",
        "Witte_Maan weighs 2.5 (InEffect, 2)",
        "Zaanhof makes Mooie_Geit in Frisia (InEffect, 2)",
        "Zaanhof makes Witte_Maan (Denied, 1)",
    ]


def test_its_functional_property_makes_the_conflict(built: tuple[BuildReport, Store]) -> None:
    report, _ = built
    assert report.conflicts == 1


def test_everything_lives_in_its_own_namespaces(built: tuple[BuildReport, Store]) -> None:
    _, store = built
    facts = find(store)
    assert {f.predicate.rpartition("#")[0] for f in facts} == {"https://cheese.example/terms"}
    assert all(f.subject.startswith("https://cheese.example/thing/") for f in facts)
    assert not [q for q in store.quads() if "autotech" in q.subject.value and "/kg#" not in q.subject.value]


def test_each_fact_shows_its_sentences(built: tuple[BuildReport, Store]) -> None:
    _, store = built
    explained = why(store, "Zaanhof", "makes", "Fair Goat")
    quotes = {e.claim.quote for x in explained for e in x.evidence}
    assert quotes == {"Zaanhof makes Fair Goat in Frisia", "Zaanhof maakt Mooie Geit in Friesland"}


def test_it_exports_with_its_own_prefixes(built: tuple[BuildReport, Store], tmp_path: Path) -> None:
    _, store = built
    kg.export.write(store, tmp_path / "graph.ttl")
    text = (tmp_path / "graph.ttl").read_text(encoding="utf-8")
    assert "thing:Zaanhof" in text
    assert "ch:makes thing:Mooie_Geit" in text
    assert "@prefix at:" not in text


def test_a_denied_cheese_is_no_direct_triple(built: tuple[BuildReport, Store]) -> None:
    _, store = built
    assert store.query("ASK { thing:Zaanhof ch:makes thing:Mooie_Geit }")
    assert not store.query("ASK { thing:Zaanhof ch:makes thing:Witte_Maan }")
    assert [f.status for f in find(store, about="White Moon", property="makes")] == [Status.DENIED]
