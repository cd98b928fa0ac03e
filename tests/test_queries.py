"""Questions to the graph: every saved one, facts found and explained, names looked up, rows, checks and figures."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from decimal import Decimal

import pyoxigraph as ox
import pytest
import support

from kg import sentences
from kg.errors import Faults, QueryError
from kg.model import Literal, Status
from kg.names import DCT, OWL, PROV, RDF, kg
from kg.project import Project
from kg.queries import checks, conflicts, facts, lookup, saved
from kg.queries.rows import Row, Rows
from kg.rdf import layer
from kg.store import Store

PROJECT = Project(support.ROOT)
QUERIES = saved.load(PROJECT)
NAMES = [query.name for query in QUERIES]
WITH_PARAMETERS = [(q.name, p.name) for q in QUERIES for p in q.parameters]
GOOD = """# title: Who makes what?
# param: company (entity) = BMW
# example: kg query who -p company=BMW
SELECT ?product { $company at:manufactures ?product }
"""


@pytest.fixture(scope="module")
def world() -> Store:
    return support.store()


def named(name: str) -> saved.SavedQuery:
    return next(query for query in QUERIES if query.name == name)


def asked(world: Store, name: str, **values: str) -> Rows:
    return named(name).rows(world, values)


def domain_terms() -> list[str]:
    terms = set()
    for quad in ox.parse(path=support.ROOT / "ontology" / "automotive.ttl"):
        kinds = (OWL + "Class", OWL + "ObjectProperty", OWL + "DatatypeProperty")
        if quad.predicate.value == RDF + "type" and quad.object.value in kinds:
            terms.add(quad.subject.value)
    return sorted(t.removeprefix(support.AT) for t in terms if t.startswith(support.AT))


# ---- saved questions -------------------------------------------------------------------------------------------


def test_there_are_questions_enough() -> None:
    assert len(NAMES) >= 24
    assert sorted(NAMES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_question_finds_something(world, name) -> None:
    query = named(name)
    rows = query.rows(world, query.example_values)
    assert len(rows) > 0
    assert all(any(value is not None for value in rows.column(variable)) for variable in rows.variables[:2])


@pytest.mark.parametrize("name", NAMES)
def test_a_question_has_titles_in_both_languages(name) -> None:
    titles = named(name).titles
    assert set(titles) == {"en", "id"}
    assert all(title.endswith("?") for title in titles.values())


@pytest.mark.parametrize(("name", "parameter"), WITH_PARAMETERS)
def test_a_parameter_narrows_the_answer(world, name, parameter) -> None:
    query = named(name)
    (declared,) = [p for p in query.parameters if p.name == parameter]
    needed = {p.name: p.example for p in query.parameters if not p.optional}
    given = set(query.rows(world, {**needed, parameter: declared.example}).rows)
    assert given
    if declared.optional:
        assert given <= set(query.rows(world, needed).rows)
    else:
        with pytest.raises(QueryError, match=f"'{parameter}' is needed"):
            query.rows(world, {k: v for k, v in needed.items() if k != parameter})


@pytest.mark.parametrize("name", NAMES)
def test_answers_come_in_a_fixed_order(name) -> None:
    query = named(name)
    quads = list(support.quads())
    answers = []
    for each in (quads, quads[::-1]):
        store = Store.from_quads(each, support.manifest())
        answers.append(query.rows(store, query.example_values).rows)
    assert answers[0] == answers[1]


@pytest.mark.parametrize("term", domain_terms())
def test_every_term_of_the_domain_is_asked_for(term) -> None:
    pattern = re.compile(rf"\bat:{term}\b")
    assert any(pattern.search(query.text) for query in QUERIES)


def test_who_uses_which_software(world) -> None:
    (row,) = asked(world, "who-uses-software", software="HarmonyOS NEXT")
    assert (row.vehicle, row.where, row["from"], row.status) == ("id:Neue_Klasse", "id:China", "2026", "kg:Planned")
    rows = asked(world, "who-uses-software", market="Tiongkok")
    assert {(r.software, r.status) for r in rows} == {
        ("id:HarmonyOS_NEXT", "kg:Planned"),
        ("id:iDrive_X", "kg:Denied"),
    }


def test_partners_are_found_from_both_ends(world) -> None:
    assert asked(world, "partners", company="BMW").rows == asked(world, "partners", company="Huawei").rows


def test_what_is_planned_for_a_year_takes_months_and_days_of_it(world) -> None:
    assert len(asked(world, "planned-for", year="2026")) == 1
    assert len(asked(world, "planned-for", year="2025")) == 0


def test_a_status_change_goes_forward_in_time(world) -> None:
    (row,) = asked(world, "status-changes")
    assert (row.before, row.after, row.later) == ("kg:Planned", "kg:InEffect", date(2025, 9, 2))


def test_copies_do_not_count(world) -> None:
    counted = {row.entity: row.documents for row in asked(world, "most-mentioned")}
    assert counted["id:Huawei"] == 2
    assert "news/bmw-huawei-reprint.md" not in asked(world, "single-source").column("source")


def test_a_denial_is_no_feature_and_no_use(world) -> None:
    assert not world.query("ASK { id:Stellantis at:acquires id:Renault }")
    assert asked(world, "denials", about="Renault")[0].quote == "Stellantis membantah akan membeli Renault"


def test_a_figure_keeps_its_unit(world) -> None:
    figures = {
        row.figure: (row.value, row.unit, row.currency) for row in asked(world, "vehicle-figures", vehicle="BMW iX3")
    }
    assert figures["at:drivingRange"] == (Decimal(805), "km", None)
    assert figures["at:price"] == (Decimal(68900), None, "EUR")


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("timeline", {}, "timeline: parameter 'about' is needed"),
        ("timeline", {"about": "BMW", "colour": "red"}, "timeline: no parameter 'colour'"),
        ("timeline", {"about": "BWM"}, "no entity is called 'BWM' (did you mean BMW?)"),
        ("timeline", {"about": "Group"}, "several entities are called 'Group': id:Renault, id:Volkswagen"),
        ("planned-for", {"year": "next"}, "year: 'next' is not a year like 2026"),
        ("news-since", {"since": "17.3.2025"}, "since: '17.3.2025' is not a date like 2026, 2026-03 or 2026-03-17"),
        ("longest-range", {"at_least": "far"}, "at_least: 'far' is not a number like 25 or 2.5"),
        ("facts-about", {"about": "BMW", "status": "maybe"}, "no status is called 'maybe'"),
        (
            "facts-about",
            {"about": "BMW", "property": "launchs"},
            "no property is called 'launchs' (did you mean launches",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_explained(world, name, values, message) -> None:
    with pytest.raises(QueryError) as caught:
        asked(world, name, **values)
    assert message in str(caught.value)


@pytest.mark.parametrize("value", ['BMW" } #', "x') } ; DROP ALL", "\\u0022 . ?s ?p ?o", "}}}", "\n}"])
def test_a_value_never_becomes_part_of_the_query(world, value) -> None:
    assert asked(world, "sources", publisher=value).rows == ()
    with pytest.raises(QueryError, match="no entity"):
        asked(world, "timeline", about=value)


def test_an_unknown_question_gets_a_hint() -> None:
    with pytest.raises(QueryError, match="did you mean timeline"):
        saved.find(PROJECT, "time-line")
    assert saved.find(PROJECT, "timeline").title("id").startswith("Apa yang terjadi")
    assert saved.find(PROJECT, "timeline").title("fr") == named("timeline").title("en")


def test_a_good_file_has_no_fault() -> None:
    query, errors = saved.parse("who", GOOD, "who.rq")
    assert errors == []
    assert query.parameters == (saved.Parameter("company", "entity", False, "BMW"),)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# title: Who makes what?\n", "", "who.rq:1: no title"),
        ("(entity)", "(thing)", "who.rq:2: unknown kind 'thing'"),
        ("(entity)", "entity", "who.rq:2: no parameter"),
        ("$company", "?company", "parameter 'company' is not used"),
        ("?product }", "$product }", "who.rq:4: parameter 'product' is used and not declared"),
        ("# example: kg query who -p company=BMW\n", "", "no example of this question"),
        ("query who ", "query whom ", "who.rq:3: no example of this question"),
        ("-p company=BMW", "", "the example and parameter 'company' do not fit"),
        ("-p company=BMW", "-p company=BMW -p year=2026", "the example and parameter 'year' do not fit"),
        ("company=BMW\n", "company='BMW\n", "the example cannot be split"),
        ("SELECT ?product {", "INSERT {", "INSERT would change the graph"),
        ("manufactures ?product", "manufactures ?product SERVICE <x:y> {}", "who.rq:4: SERVICE would ask"),
        ("SELECT ?product", "?product", "no query after the banner"),
        ("# example", "# param: company (text) = x\n# example", "parameter 'company' is declared twice"),
    ],
)
def test_a_fault_of_a_file_is_named_with_its_line(old, new, message) -> None:
    assert old in GOOD
    _, errors = saved.parse("who", GOOD.replace(old, new), "who.rq")
    assert message in "\n".join(map(str, errors))


def test_all_faults_of_all_files_come_at_once(tmp_path) -> None:
    for part in ("ontology", "seeds", "queries"):
        (tmp_path / part).mkdir()
    (tmp_path / "queries" / "good.rq").write_text(GOOD.replace("query who", "query good"))
    (tmp_path / "queries" / "Bad_Name.rq").write_text(GOOD.replace("query who", "query Bad_Name"))
    (tmp_path / "queries" / "empty.rq").write_text("")
    (tmp_path / "queries" / "latin.rq").write_bytes(b"# title: \xe9\n")
    with pytest.raises(Faults) as caught:
        saved.load(Project(tmp_path))
    places = {error.place.source for error in caught.value.errors}
    assert places == {"queries/Bad_Name.rq", "queries/empty.rq", "queries/latin.rq"}


# ---- facts -----------------------------------------------------------------------------------------------------


def test_facts_come_back_as_they_were_written(world) -> None:
    found = facts.find(world)
    assert {f.id: f for f in found} == {f.id: f for f in support.facts()}
    assert [f.subject for f in found] == sorted(f.subject for f in found)


@pytest.mark.parametrize(
    ("conditions", "wanted"),
    [
        ({"about": "宝马", "property": "partners with"}, [("BMW", "Huawei")]),
        ({"property": "partnersWith", "status": "berakhir"}, [("Nissan", "Renault")]),
        ({"property": "at:usesSoftware", "market": "RRC", "status": "Planned"}, [("Neue_Klasse", "HarmonyOS_NEXT")]),
        ({"document": "news/bmw-huawei-reprint.md"}, [("BMW", "Huawei")]),
        ({"status": "kg:Reported", "origin": "curated"}, [("HarmonyOS_NEXT", "Android")]),
        ({"about": "Huawei", "status": "Denied"}, []),
    ],
)
def test_conditions_hold_together(world, conditions, wanted) -> None:
    found = facts.find(world, **conditions)
    assert [(f.subject.removeprefix(support.ID), str(f.object).removeprefix(support.ID)) for f in found] == wanted


@pytest.mark.parametrize("conditions", [{"origin": "hearsay"}, {"document": "no-such"}, {"market": "Atlantis"}])
def test_an_unknown_condition_is_an_error_and_not_an_empty_answer(world, conditions) -> None:
    with pytest.raises(QueryError) as caught:
        facts.find(world, **conditions)
    assert caught.value.hint


def test_a_document_is_found_by_the_beginning_of_its_id(world) -> None:
    first = support.documents()[0]
    assert facts.find(world, document=first.id[:8]) == facts.find(world, document=first.source)
    with pytest.raises(QueryError, match="no document"):
        lookup.document(world, "")


def test_why_shows_the_sentence_around_each_span(world) -> None:
    (explanation,) = facts.why(world, "BMW", "launches", "kunci digital")
    first, second = explanation.evidence
    assert (first.claim.status, second.claim.status) == (Status.PLANNED, Status.IN_EFFECT)
    assert first.document.issued < second.document.issued
    assert first.before + first.claim.quote + first.after == "BMW will launch a digital key in China later this year."
    assert second.source == "news/bmw-kunci-digital.md"


@pytest.mark.parametrize(
    ("text", "start", "end", "before", "after"),
    [
        ("First one. The second one is here. Third.", 15, 21, "The ", " one is here."),
        ("Title\nBMW said so", 6, 9, "", " said so"),
        ("Kata PT. Joko dan PT. Maju setuju. Lalu", 9, 13, "Kata PT. ", " dan PT. Maju setuju."),
        ("He agreed. “Yes,” he said.” Next", 11, 16, "", "” he said.”"),
        ("All of it.", 0, 10, "", ""),
    ],
)
def test_the_sentence_around_a_span(text, start, end, before, after) -> None:
    assert sentences.around(text, start, end) == (before, after)


def test_the_sentence_is_cut_where_there_is_none() -> None:
    before, after = sentences.around("a" * 5000, 2000, 2010)
    assert len(before) == len(after) == sentences._CONTEXT


def test_why_by_id_and_by_its_beginning(world) -> None:
    wanted = support.fact("BMW", "partnersWith")
    for name in (wanted.id, wanted.id[:7], f"fact:{wanted.id}", f"{support.RECORDS.namespace}fact/{wanted.id}"):
        assert facts.why(world, name)[0].fact == wanted
    with pytest.raises(QueryError, match="facts begin with ''"):
        facts.why(world, "")
    with pytest.raises(QueryError, match="no fact 'zz z'"):
        facts.why(world, "zz z")


def test_why_looks_both_ways_only_where_the_property_does(world) -> None:
    assert facts.why(world, "Huawei", "partnersWith", "BMW") == facts.why(world, "BMW", "partnersWith", "Huawei")
    with pytest.raises(QueryError, match="no fact 'Huawei Mate 70"):
        facts.why(world, "Huawei Mate 70", "compatibleWith", "digital key")


def test_why_takes_part_of_a_literal(world) -> None:
    (explanation,) = facts.why(world, "Sean Green", "stated", "engine of innovation")
    assert isinstance(explanation.fact.object, Literal)
    assert explanation.evidence[0].claim.quote.startswith("“China has become")
    assert len(facts.why(world, "BMW iX3", "usesComponent")) == 1


def test_conflicts_come_with_both_facts(world) -> None:
    ((conflict, first, second),) = conflicts(world)
    assert (conflict,) == support.conflicts()
    assert {first.predicate, second.predicate} == {support.AT + "basedOn", support.AT + "independentOf"}


# ---- names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["BMW", "bmw", "BMW Group", "宝马", "id:BMW", f"<{support.ID}BMW>", support.ID + "BMW"]
)
def test_an_entity_by_any_of_its_names(world, name) -> None:
    assert lookup.entity(world, name) == support.ID + "BMW"


@pytest.mark.parametrize("name", ["id:Nobody", "Nobody", "", "x:y:z", "German"])
def test_an_unknown_entity(world, name) -> None:
    with pytest.raises(QueryError):
        lookup.entity(world, name)


def test_labels_fall_back_to_english_and_to_anything(world) -> None:
    indonesian, chinese = lookup.labels(world, "id"), lookup.labels(world, "zh")
    assert indonesian[support.iri("China")] == "Tiongkok"
    assert chinese[support.iri("BMW")] == "宝马"
    assert chinese[support.iri("China")] == "China"
    assert indonesian[kg("Planned")] == "direncanakan"


# ---- rows ------------------------------------------------------------------------------------------------------


def test_rows_hold_python_values(world) -> None:
    query = """SELECT * { VALUES (?i ?d ?b ?day ?month ?text ?who ?none ?odd) {
      (5 2.5 true "2026-03-17"^^xsd:date "2026-03"^^xsd:gYearMonth "x"@en id:BMW UNDEF "2026-02-30"^^xsd:date) } }"""
    rows = Rows.of(world.query(query), world.prefixes)
    expected = {
        "i": 5,
        "d": Decimal("2.5"),
        "b": True,
        "day": date(2026, 3, 17),
        "month": "2026-03",
        "text": "x",
        "who": "id:BMW",
        "odd": "2026-02-30",
    }
    assert rows.mappings() == [expected]
    assert rows[0].none is None


def test_rows_of_every_form(world) -> None:
    assert Rows.of(world.query("ASK { id:BMW ?p ?o }"), world.prefixes).rows == ((True,),)
    graph = Rows.of(world.query("CONSTRUCT { ?x a ?t } WHERE { VALUES ?x { id:BMW } ?x a ?t }"), world.prefixes)
    assert graph.rows == (("id:BMW", "rdf:type", "at:Automaker"),)
    terms = Rows.of(world.query("SELECT ?t { ?f rdf:reifies ?t . ?f rdf:object id:Huawei }"), world.prefixes)
    assert terms.rows == (("<<( id:BMW at:partnersWith id:Huawei )>>",),)


def test_a_row_has_only_its_names() -> None:
    row = Row(("a",), (1,))
    with pytest.raises(KeyError):
        row["b"]
    with pytest.raises(AttributeError):
        row.b  # noqa: B018
    assert (len(row), list(row)) == (1, [1])


# ---- checks and figures ----------------------------------------------------------------------------------------


def broken(change) -> Store:
    return Store.from_quads((new for quad in support.quads() for new in change(quad)), support.manifest())


def test_every_quotation_of_the_world_is_in_its_text(world) -> None:
    result = checks.verify(world)
    assert result.ok
    assert result.checked == len(support.documents()) + sum(len(f.claims) for f in support.facts())


CLAIM = support.fact("Sean Green", "worksFor").claims[0]


def replaced(predicate: str, value: ox.Literal | None, subject: str = CLAIM.id):
    def change(quad: ox.Quad):
        if quad.predicate.value != predicate or not quad.subject.value.endswith(subject):
            yield quad
        elif value is not None:
            yield ox.Quad(quad.subject, quad.predicate, value, quad.graph_name)

    return change


NUMBER = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")


@pytest.mark.parametrize(
    ("change", "failures", "reason"),
    [
        (replaced(kg("quote"), ox.Literal("Sean Green leads")), 1, "other words"),
        (replaced(kg("start"), ox.Literal(str(CLAIM.start + 1), datatype=NUMBER)), 1, "other words"),
        (replaced(kg("end"), None), 1, "no span"),
        (replaced(kg("end"), ox.Literal("0", datatype=NUMBER)), 1, "no span"),
        (replaced(PROV + "wasDerivedFrom", None), 1, "its document is not in the store"),
        (replaced(kg("sha256"), ox.Literal("0" * 64), CLAIM.document), 1, "not the one of its SHA-256"),
        (replaced(kg("text"), None, support.documents()[1].id), 7, "is not in the store"),
    ],
)
def test_what_cannot_be_checked_has_failed(change, failures, reason) -> None:
    result = checks.verify(broken(change))
    assert len(result.failures) == failures
    assert not result.ok
    assert all(reason in failure.reason for failure in result.failures)


def test_figures(world) -> None:
    stats = checks.stats(world)
    claims = sum(len(f.claims) for f in support.facts())
    expected = {"documents": 3, "copies": 1, "claims": claims, "facts": len(support.facts()), "conflicts": 1}
    assert stats.counts.items() >= expected.items()
    assert stats.counts["entities"] == len(support.entities())
    assert (
        sum(stats.by_status.values())
        == sum(stats.by_property.values())
        == sum(stats.by_origin.values())
        == len(support.facts())
    )
    assert dict(stats.by_language) == {"en": 2, "id": 1}
    assert sum(stats.by_layer.values()) == stats.counts["quads"] == len(world)


def test_a_store_without_ontology_answers_too() -> None:
    bare = Store.from_quads(support.quads(ontology=False), support.manifest())
    assert [
        dataclasses.replace(f, identity=()) for f in support.facts() if f.predicate.endswith("price")
    ] == facts.find(bare, property="at:price")
    assert not list(bare.quads("ontology"))
    source = ox.NamedNode(DCT + "source")
    assert len(list(bare.match(predicate=source, layer="documents"))) == 3
    assert layer("documents") in {q.graph_name for q in bare.quads()}
