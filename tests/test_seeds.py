"""The curators' files: what ships is large and clean, and every fault is named in words, with file and line."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from textwrap import dedent

import pyoxigraph as ox
import pytest
from pipeline import AT, ID, ROOT, knowledge

from kg.documents import read
from kg.errors import Faults
from kg.model import Document, Entity, Fact, Origin, Status
from kg.names import DCT, slug
from kg.project import Project
from kg.seeds import Names, load_facts, load_names

HEAD = """\
@prefix at: <https://w3id.org/autotech#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix id: <https://w3id.org/autotech/id/> .
@prefix kg: <https://w3id.org/autotech/kg#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
FIRST = HEAD.count("\n") + 1
"""The line on which the text behind HEAD begins."""


# -- what ships ----------------------------------------------------------------------------------------------------


@cache
def names() -> dict[str, Entity]:
    return dict(knowledge().names.entities)


@cache
def curated() -> tuple[Fact, ...]:
    known = knowledge()
    return tuple(load_facts(known.project, known.ontology, known.names))


@pytest.mark.parametrize(
    ("classes", "least"),
    [
        ("Automaker", 250),
        ("Supplier", 150),
        ("TechnologyCompany", 150),
        ("Software", 120),
        ("Vehicle", 500),
        ("Feature Technology Component", 150),
        ("Country", 190),
        ("Person", 100),
    ],
)
def test_enough_names_of_each_kind(classes: str, least: int) -> None:
    wanted = {AT + c for c in classes.split()}
    closure = knowledge().ontology.closure
    assert sum(not wanted.isdisjoint(closure(e.types)) for e in names().values()) >= least


def test_every_entity_is_named_in_english_and_by_its_name() -> None:
    for entity in names().values():
        english = [x.text for x in entity.labels if x.kind == "preferred" and x.language == "en"]
        assert len(english) == 1, entity.iri
        assert entity.iri.startswith(ID)
        if any(c.isascii() and c.isalnum() for c in english[0]):
            assert slug(entity.iri.removeprefix(ID)).casefold() == entity.iri.removeprefix(ID).casefold()


def test_no_free_name_stands_for_two_things() -> None:
    """Names in lower case are common nouns of their language; all others are the same in every language."""
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entity in names().values():
        for label in entity.labels:
            if label.kind in ("preferred", "alternative") and not _is_ambiguous(entity, label.text):
                owners[label.text, label.language if label.text.islower() else ""].add(entity.iri)
    assert not {k: sorted(v) for k, v in owners.items() if len(v) > 1}


def _is_ambiguous(entity: Entity, text: str) -> bool:
    return any(x.kind == "ambiguous" and x.text == text for x in entity.labels)


def test_what_an_entity_belongs_to_is_known() -> None:
    unknown = {(e.iri, o) for e in names().values() for o in e.belongs_to if o not in names()}
    assert not unknown


def test_an_ambiguous_name_has_something_to_tell_it_by() -> None:
    bare = [
        e.iri
        for e in names().values()
        if any(x.kind == "ambiguous" for x in e.labels) and not (e.context or e.belongs_to)
    ]
    assert not bare


def test_enough_curated_facts_each_with_a_page_that_states_it() -> None:
    facts = curated()
    assert len(facts) >= 150
    assert all(f.origin is Origin.CURATED and f.support == 0 and not f.claims for f in facts)
    sources = [c.source for f in facts for c in f.curations]
    assert all(s.startswith("https://") for s in sources), [s for s in sources if not s.startswith("https://")]
    assert len({c.file for f in facts for c in f.curations}) >= 5
    assert {f.status for f in facts} >= {Status.IN_EFFECT, Status.PLANNED, Status.ENDED}


def test_a_curation_names_the_line_of_its_fact() -> None:
    for fact in curated()[::10]:
        for curation in fact.curations:
            line = (ROOT / curation.file).read_text(encoding="utf-8").splitlines()[curation.line - 1]
            assert fact.subject.removeprefix(ID) in line


def test_the_articles_are_in_both_languages_with_all_their_fields() -> None:
    found = list(read([ROOT / "seeds" / "articles"]))
    documents = [d for d in found if isinstance(d, Document)]
    assert len(documents) == len(found) >= 16
    languages = Counter(d.language for d in documents)
    assert set(languages) == {"en", "id"}
    assert abs(languages["en"] - languages["id"]) <= 2
    assert all(d.title and d.issued and d.publisher and d.source.startswith("https://") for d in documents)


def test_each_fact_once_in_the_order_of_ids() -> None:
    ids = [f.id for f in curated()]
    assert ids == sorted(set(ids))


# -- faults --------------------------------------------------------------------------------------------------------


def project_with(root: Path, **files: str) -> Project:
    """A project of which only ``seeds`` is its own; the ontology is the shipped one, loaded already."""
    for name, text in files.items():
        path = root / "seeds" / name.split("_")[0] / f"{name}.ttl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + dedent(text), encoding="utf-8")
    return Project(root)


def faults_of_names(root: Path, text: str) -> list[str]:
    with pytest.raises(Faults) as caught:
        load_names(project_with(root, entities=text), knowledge().ontology)
    return [str(e) for e in caught.value.errors]


def faults_of_facts(root: Path, text: str) -> list[str]:
    with pytest.raises(Faults) as caught:
        load_facts(project_with(root, facts=text), knowledge().ontology, Names(names()))
    return [str(e) for e in caught.value.errors]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'id:A a at:Automaker ; skos:prefLabel "A"@en ; at:partnersWith id:B .',
            "at:partnersWith does not name anything (facts belong in seeds/facts/)",
        ),
        (
            'id:A a at:Carmaker ; skos:prefLabel "A"@en .',
            "unknown class at:Carmaker (see docs/ontology.md for the classes)",
        ),
        ("id:A a at:Automaker .", "id:A has no label (give it a class and skos:prefLabel)"),
        ('id:A skos:prefLabel "A"@en .', "id:A has no class (give it a class and skos:prefLabel)"),
        (
            '[] a at:Automaker ; skos:prefLabel "A"@en ; at:partnersWith id:B .',
            "a blank node names no entity (write the IRI of the entity)",
        ),
        (
            'id:A a at:Automaker ; skos:prefLabel "A"@en , " "@id .',
            "skos:prefLabel is empty (write the name or remove it)",
        ),
        (
            'id:A a at:Automaker ; skos:prefLabel "A"@en ; skos:altLabel id:B .',
            "skos:altLabel wants a text, not id:B (write it in quotes)",
        ),
        (
            'id:A a at:Automaker ; skos:prefLabel "A"@en ; kg:context 5 .',
            'kg:context wants a text, not "5" (write it in quotes)',
        ),
        (
            'id:A a at:Automaker ; skos:prefLabel "A"@en ; skos:exactMatch "Q1" .',
            "skos:exactMatch wants an IRI, not a literal (write an IRI)",
        ),
        (
            'id:A a at:Automaker ; skos:prefLabel "A"@en ; kg:belongsTo id:Nobody .',
            "kg:belongsTo: unknown entity id:Nobody (name it in seeds/entities/)",
        ),
        (
            'id:A a at:Automaker ; skos:prefLabel "A"@en ; kg:home id:Nowhere .',
            "kg:home: unknown entity id:Nowhere (name it in seeds/entities/)",
        ),
    ],
)
def test_a_fault_of_a_name_word_for_word(text: str, message: str, tmp_path: Path) -> None:
    assert faults_of_names(tmp_path, text) == [f"seeds/entities/entities.ttl:{FIRST}: {message}"]


WRITE_DATE = 'write "2026-03-17"^^xsd:date, "2026-03"^^xsd:gYearMonth or "2026"^^xsd:gYear'
YEAR_2024, YEAR_2026, MARCH_25 = '"2024"^^xsd:gYear', '"2026"^^xsd:gYear', '"2025-03"^^xsd:gYearMonth'
GOOD = "kg:status kg:InEffect ; dct:source <https://press.example/1>"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"id:BMW at:owns id:Mini {{| {GOOD} |}} .",
            "unknown property at:owns (see docs/ontology.md for the properties)",
        ),
        (
            f"id:BMW at:market id:China {{| {GOOD} |}} .",
            "unknown property at:market (see docs/ontology.md for the properties)",
        ),
        (
            f"id:Nobody_Motors at:headquarteredIn id:China {{| {GOOD} |}} .",
            "unknown entity id:Nobody_Motors (name it in seeds/entities/)",
        ),
        (
            "id:BMW at:headquarteredIn id:Germany {| kg:status kg:True ; dct:source <https://press.example/1> |} .",
            "unknown status True (known: kg:InEffect, kg:Planned, kg:Reported, kg:Denied, kg:Ended)",
        ),
        (
            f'id:BMW at:headquarteredIn id:Germany {{| at:role "x" ; {GOOD} |}} .',
            "at:headquarteredIn takes no qualifier at:role (it takes: none)",
        ),
        (
            f"id:BMW at:basedOn id:Android {{| {GOOD} |}} .",
            "id:BMW is no subject for at:basedOn (that wants at:Product)",
        ),
        (
            f"id:Android at:basedOn id:BMW {{| {GOOD} |}} .",
            "id:BMW is no object for at:basedOn (that wants at:Product)",
        ),
        (
            f'id:BMW at:headquarteredIn "Munich" {{| {GOOD} |}} .',
            "at:headquarteredIn wants an entity, not a literal (name an entity)",
        ),
        (
            f"id:BMW_iX3 at:drivingRange id:China {{| {GOOD} |}} .",
            "at:drivingRange wants a quantity, not an entity (write a literal)",
        ),
        (
            f'id:BMW_iX3 at:drivingRange "far"^^xsd:decimal {{| {GOOD} |}} .',
            '"far" is no xsd:decimal (mend the literal)',
        ),
        (
            f'id:BMW_iX3 at:releaseDate "2025-02-30"^^xsd:date {{| {GOOD} |}} .',
            '"2025-02-30" is no day of the calendar (mend the literal)',
        ),
        (
            'id:BMW at:headquarteredIn id:Germany {| kg:validFrom "soon"^^xsd:gYear ; dct:source <https://a.eu> |} .',
            '"soon" is no xsd:gYear (mend the literal)',
        ),
        (
            f"id:BMW at:headquarteredIn id:Germany {{| kg:validFrom id:Huawei ; {GOOD} |}} .",
            f"kg:validFrom wants a date, not id:Huawei ({WRITE_DATE})",
        ),
        (
            f'id:BMW at:headquarteredIn id:Germany {{| kg:validUntil "soon" ; {GOOD} |}} .',
            f'kg:validUntil wants a date, not "soon" ({WRITE_DATE})',
        ),
        (
            f"id:BMW at:headquarteredIn id:Germany {{| kg:validFrom {YEAR_2026} , {YEAR_2024} ; {GOOD} |}} .",
            'kg:validFrom is given 2 times: "2024", "2026" (keep one, or write two facts)',
        ),
        (
            f"id:BMW at:headquarteredIn id:Peru {{| kg:validFrom {MARCH_25} ; kg:validUntil {YEAR_2024} ; {GOOD} |}} .",
            "kg:validUntil 2024 is before kg:validFrom 2025-03 (mend one of the two)",
        ),
        (
            f"id:BMW at:headquarteredIn id:Germany {{| kg:status kg:Ended ; {GOOD} |}} .",
            "kg:status is given 2 times: kg:Ended, kg:InEffect (keep one, or write two facts)",
        ),
        (
            'id:BMW at:headquarteredIn id:Germany {| kg:status "Planned" ; dct:source <https://a.eu> |} .',
            'unknown status "Planned" (known: kg:InEffect, kg:Planned, kg:Reported, kg:Denied, kg:Ended)',
        ),
        (
            'id:BMW at:headquarteredIn id:Germany {| dct:source " " |} .',
            'dct:source wants an address or a text, not " " (write dct:source <https://…>)',
        ),
        (
            f"id:BMW at:headquarteredIn [] {{| {GOOD} |}} .",
            "a blank node is no object for at:headquarteredIn (write the IRI of the entity)",
        ),
        (
            f"id:BMW at:headquarteredIn <<( id:BMW at:market id:China )>> {{| {GOOD} |}} .",
            "at:headquarteredIn wants an entity, not a triple (name an entity)",
        ),
        (
            "[] at:headquarteredIn id:Germany .",
            "a blank node is nothing that facts are about (write the IRI of the entity)",
        ),
        (
            f'id:BMW_iX3 at:drivingRange "far" {{| {GOOD} |}} .',
            'at:drivingRange wants a quantity, not "far" (give it the datatype of its property)',
        ),
        (
            "id:BMW at:headquarteredIn id:Germany .",
            "a fact without dct:source (say where it is published: {| dct:source <https://…> |})",
        ),
    ],
)
def test_a_fault_of_a_fact_word_for_word(text: str, message: str, tmp_path: Path) -> None:
    assert faults_of_facts(tmp_path, text) == [f"seeds/facts/facts.ttl:{FIRST}: {message}"]


def test_a_fault_of_syntax_has_its_line_and_column(tmp_path: Path) -> None:
    [message] = faults_of_facts(tmp_path, f"id:BMW at:headquarteredIn id:Germany {{| {GOOD} |}} .\nid:BMW at:x ; .\n")
    assert message.startswith(f"seeds/facts/facts.ttl:{FIRST + 1}:")
    assert message.endswith("(mend the Turtle)")
    [message] = faults_of_names(tmp_path, 'id:A a at:Automaker ; skos:prefLabel "A@en .')
    assert message.startswith(f"seeds/entities/entities.ttl:{FIRST}:")


def test_a_file_that_is_not_utf_8_is_named_with_the_byte(tmp_path: Path) -> None:
    project = project_with(tmp_path, entities="")
    (tmp_path / "seeds" / "entities" / "entities.ttl").write_bytes(b'id:A skos:prefLabel "Citro\xebn" .')
    with pytest.raises(Faults) as caught:
        load_names(project, knowledge().ontology)
    expected = "seeds/entities/entities.ttl: not UTF-8 at byte 26 (save the file as UTF-8)"
    assert [str(e) for e in caught.value.errors] == [expected]


def test_all_faults_come_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = f"""\
        id:BMW at:owns id:Mini {{| {GOOD} |}} .

        id:BMW at:headquarteredIn id:Nowhere_at_all .
        id:BMW at:headquarteredIn id:Germany {{|
            at:market id:China ; {GOOD} |}} .
    """
    assert faults_of_facts(tmp_path, text) == [
        f"seeds/facts/facts.ttl:{FIRST}: unknown property at:owns (see docs/ontology.md for the properties)",
        f"seeds/facts/facts.ttl:{FIRST + 2}: unknown entity id:Nowhere_at_all (name it in seeds/entities/)",
        (
            f"seeds/facts/facts.ttl:{FIRST + 2}: a fact without dct:source "
            "(say where it is published: {| dct:source <https://…> |})"
        ),
        f"seeds/facts/facts.ttl:{FIRST + 3}: at:headquarteredIn takes no qualifier at:market (it takes: none)",
    ]


def test_a_source_that_is_a_blank_node_is_a_fault(tmp_path: Path) -> None:
    [message] = faults_of_facts(tmp_path, "id:BMW at:headquarteredIn id:Germany {| dct:source [] |} .")
    assert message.startswith(f"seeds/facts/facts.ttl:{FIRST}: dct:source wants an address or a text, not a blank node")
    assert message.endswith("(write dct:source <https://…>)")


def test_a_fact_has_all_its_faults_named_at_once(tmp_path: Path) -> None:
    text = """\
        id:BMW at:headquarteredIn id:Nobody {| kg:validFrom "soon" ; kg:status kg:Ended , kg:Planned ;
            at:role "x" ; dct:source "" |} .
    """
    messages = faults_of_facts(tmp_path, text)
    assert all(m.startswith(f"seeds/facts/facts.ttl:{FIRST}: ") and m.endswith(")") for m in messages)
    for part in ("unknown entity", "wants a date", "kg:status is given", "takes no qualifier", "dct:source wants"):
        assert sum(part in m for m in messages) == 1
    assert len(messages) == 5


@pytest.mark.parametrize(
    ("source", "term"),
    [
        ('"Interview, see https://x.org/a b"', ox.Literal("Interview, see https://x.org/a b")),
        ('"https://x.org/a b"', ox.Literal("https://x.org/a b")),
        ('"https://[x"', ox.Literal("https://[x")),
        ("<https://x.org/a%20b>", ox.NamedNode("https://x.org/a%20b")),
        ("<urn:isbn:9780000000000>", ox.NamedNode("urn:isbn:9780000000000")),
    ],
)
def test_a_source_becomes_an_iri_only_if_it_is_one(
    source: str, term: ox.Literal | ox.NamedNode, tmp_path: Path
) -> None:
    text = f"id:BMW at:headquarteredIn id:Germany {{| dct:source {source} |}} ."
    [fact] = load_facts(project_with(tmp_path, facts=text), knowledge().ontology, Names(names()))
    quads = knowledge().ontology.records.curation(fact.curations[0])
    assert [q.object for q in quads if q.predicate.value == DCT + "source"] == [term]


@pytest.mark.parametrize(
    ("start", "end"), [(YEAR_2024, YEAR_2024), (MARCH_25, '"2025"^^xsd:gYear'), (YEAR_2024, MARCH_25)]
)
def test_a_period_may_end_in_the_year_it_begins(start: str, end: str, tmp_path: Path) -> None:
    text = f"id:BMW at:headquarteredIn id:Germany {{| kg:validFrom {start} ; kg:validUntil {end} ; {GOOD} |}} ."
    [fact] = load_facts(project_with(tmp_path, facts=text), knowledge().ontology, Names(names()))
    assert (fact.valid_from, fact.valid_until) == (start.split('"')[1], end.split('"')[1])


def test_a_file_that_cannot_be_read_is_a_fault_and_hides_no_other(tmp_path: Path) -> None:
    project = project_with(tmp_path, entities='id:A a at:Automaker ; skos:prefLabel "" ; kg:belongsTo id:B .')
    (tmp_path / "seeds" / "entities" / "b.ttl").mkdir()
    with pytest.raises(Faults) as caught:
        load_names(project, knowledge().ontology)
    assert [str(e) for e in caught.value.errors] == [
        "seeds/entities/b.ttl: cannot be read: Is a directory (mend or remove the file)",
        f"seeds/entities/entities.ttl:{FIRST}: skos:prefLabel is empty (write the name or remove it)",
    ]


def test_a_fact_is_read_with_all_that_it_says(tmp_path: Path) -> None:
    text = """\
        id:Neue_Klasse at:usesSoftware id:HarmonyOS_NEXT {| at:market id:China ; at:exclusive true ;
            kg:status kg:Planned ; kg:validFrom "2026"^^xsd:gYear ; dct:source <https://press.example/1> |} .
    """
    [fact] = load_facts(project_with(tmp_path, facts=text), knowledge().ontology, Names(names()))
    assert (fact.status, fact.valid_from, fact.origin) == (Status.PLANNED, "2026", Origin.CURATED)
    assert fact.identity == ((AT + "market", ID + "China"),)
    assert {q.rpartition("#")[2] for q, _ in fact.qualifiers} == {"market", "exclusive"}
    assert [(c.file, c.line, c.source) for c in fact.curations] == [
        ("seeds/facts/facts.ttl", FIRST, "https://press.example/1")
    ]


def test_one_fact_in_two_files_has_both_places(tmp_path: Path) -> None:
    fact = f"id:BMW at:headquarteredIn id:Germany {{| {GOOD} |}} .\n"
    [found] = load_facts(project_with(tmp_path, facts_a=fact, facts_b=fact), knowledge().ontology, Names(names()))
    assert [c.file for c in found.curations] == ["seeds/facts/facts_a.ttl", "seeds/facts/facts_b.ttl"]


def test_one_entity_in_two_files_is_joined(tmp_path: Path) -> None:
    one = 'id:A a at:Automaker ; skos:prefLabel "A"@en .\n'
    other = 'id:A a at:Automaker ; skos:altLabel "A Motors"@en ; kg:belongsTo id:B .\n'
    other += 'id:B a at:Automaker ; skos:prefLabel "B"@en .\n'
    found = load_names(project_with(tmp_path, entities_a=one, entities_b=other), knowledge().ontology)
    entity = found.entities[ID + "A"]
    assert [x.text for x in entity.labels] == ["A", "A Motors"]
    assert (entity.types, entity.belongs_to) == ((AT + "Automaker",), (ID + "B",))
