"""Each term of the ontology is whole: labels, definition, ends, annotations of known values, no loose reference."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, XSD, URIRef
from rdflib.collection import Collection

import kg.ontology
from kg.errors import Faults, ProjectError
from kg.model import Status
from kg.project import Project

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "ontology").glob("*.ttl"))
KG = rdflib.Namespace("https://w3id.org/autotech/kg#")
AT = rdflib.Namespace("https://w3id.org/autotech#")
OURS = (str(KG), str(AT))
DIMENSIONS = {"length", "energy", "power", "speed", "money", "any"}
UNITS = {"length": "km", "energy": "kW.h", "power": "kW", "speed": "km/h"}
AREAS = {"partnership", "technology", "production", "market", "corporate", "people", "figures"}
KINDS = (
    OWL.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    RDFS.Datatype,
    OWL.NamedIndividual,
)
PROPERTY_KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)

# The model as it is promised to users: class, its parent.
CLASSES = {
    "Organization": ("Automaker", "TechnologyCompany", "Supplier", "OrganizationUnit", "Government", "Association"),
    "Person": (),
    "Product": ("Vehicle", "Software", "Component", "Device", "Service"),
    "Vehicle": ("VehicleModel", "VehiclePlatform"),
    "Software": ("OperatingSystem", "InfotainmentSystem", "Application", "DrivingSystem", "AIModel"),
    "Component": ("Battery", "Chip", "Sensor"),
    "Feature": (),
    "Technology": (),
    "Place": ("Country", "City", "Region"),
    "Facility": ("ResearchCentre", "Plant"),
}
# Property: domain, range.
PROPERTIES = {
    "partnersWith": ("Organization", "Organization"),
    "develops": ("Organization", "Software Technology Component Feature VehiclePlatform"),
    "manufactures": ("Organization", "Vehicle Component Device"),
    "usesSoftware": ("Vehicle", "Software"),
    "usesComponent": ("Vehicle", "Component"),
    "hasFeature": ("Vehicle Software", "Feature"),
    "launches": ("Organization", "Product Feature"),
    "basedOn": ("Product", "Product"),
    "independentOf": ("Software", "Software"),
    "compatibleWith": ("Feature Software Vehicle", "Software Device"),
    "producedIn": ("Vehicle Component", "Place"),
    "availableIn": ("Product Feature", "Place"),
    "supplies": ("Organization", "Organization Vehicle"),
    "headquarteredIn": ("Organization", "Place"),
    "hasResearchCentreIn": ("Organization", "Place"),
    "hasPlantIn": ("Organization", "Place"),
    "worksFor": ("Person", "Organization"),
    "subsidiaryOf": ("Organization", "Organization"),
    "jointVentureOf": ("Organization", "Organization"),
    "acquires": ("Organization", "Organization"),
    "ownsStakeIn": ("Organization", "Organization"),
    "investsIn": ("Organization", "Organization Place Technology"),
    "collaboratesOn": ("Organization", "Technology Feature"),
    "competesWith": ("Organization Product", "Organization Product"),
    "succeeds": ("Organization Product", "Organization Product"),
    "stated": ("Person Organization", "text"),
    "releaseDate": ("Product Feature", "date"),
    "price": ("Product", "quantity"),
    "drivingRange": ("Vehicle", "quantity"),
    "batteryCapacity": ("Product", "quantity"),
    "powerOutput": ("Product", "quantity"),
    "topSpeed": ("Vehicle", "quantity"),
    "hasStatistic": ("Thing", "quantity"),
}
QUALIFIERS = {"market", "trim", "of", "exclusive", "approximate", "topic", "product", "role", "amount", "share"}
QUALIFIERS |= {"unit", "currency"}


@cache
def graph() -> rdflib.Graph:
    merged = rdflib.Graph()
    for path in FILES:
        merged.parse(path)
    return merged


@cache
def ontology() -> kg.ontology.Ontology:
    return kg.ontology.load(Project(ROOT))


def of_kind(*kinds: URIRef) -> list[URIRef]:
    found = {s for kind in kinds for s in graph().subjects(RDF.type, kind) if isinstance(s, URIRef)}
    return sorted(found)


def local(iri: str) -> str:
    return iri.rpartition("#")[2]


TERMS = of_kind(*KINDS)
DOMAIN_PROPERTIES = [p for p in of_kind(*PROPERTY_KINDS) if p.startswith(str(AT)) and local(p) not in QUALIFIERS]


# ---- whole ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_two_parsers_read_the_same_number_of_triples(path: Path) -> None:
    assert len(list(ox.parse(path=path))) == len(rdflib.Graph().parse(path)) > 300


def test_the_domain_has_the_classes_it_promises() -> None:
    tree = {sub: parent for parent, subs in CLASSES.items() for sub in subs}
    assert {local(c) for c in ontology().classes} == {*CLASSES, *tree}
    for name, parent in tree.items():
        assert ontology().term(parent) in ontology().classes[ontology().term(name)].parents, name


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_a_property_joins_what_it_promises(name: str) -> None:
    prop = ontology().properties[ontology().term(name)]
    domain, range_ = PROPERTIES[name]
    assert {local(c) for c in prop.domain} == set(domain.split())
    assert (
        range_ == prop.kind
        if range_ in ("text", "date", "quantity")
        else {local(c) for c in prop.range} == set(range_.split())
    )


def test_the_domain_has_no_other_properties() -> None:
    qualifiers = {local(p.iri) for p in ontology().properties.values() if p.is_qualifier}
    assert qualifiers == QUALIFIERS
    assert {local(p) for p in ontology().properties} == {*PROPERTIES, *QUALIFIERS}


def test_the_model_has_the_terms_that_the_code_uses() -> None:
    used: set[str] = set()
    for path in (ROOT / "kg").rglob("*.py"):
        used |= set(re.findall(r'\bkg\("([A-Za-z0-9]+)"\)', path.read_text(encoding="utf-8")))
    layers = {"ontology", "curated", "facts", "claims", "documents"}
    declared = {local(t) for t in TERMS if t.startswith(str(KG))}
    assert len(used) > 20
    assert used - layers - declared == set()


# ---- each term -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", TERMS, ids=local)
def test_a_term_has_labels_in_both_languages_and_a_definition(term: URIRef) -> None:
    languages = sorted(x.language for x in graph().objects(term, RDFS.label))
    assert languages == ["en", "id"], "one label in each language"
    [definition] = graph().objects(term, SKOS.definition)
    assert definition.language == "en"
    assert 20 < len(definition) < 140
    assert definition.endswith(".")


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_two_classes_and_no_two_properties_share_a_label(language: str) -> None:
    for terms in (ontology().classes, {k: p for k, p in ontology().properties.items() if not p.is_qualifier}):
        counts = Counter(t.label(language) for t in terms.values())
        assert [label for label, n in counts.items() if n > 1] == []


def test_labels_of_the_domain_are_lower_case_but_for_abbreviations() -> None:
    labels = [t.label(language) for t in ontology().properties.values() for language in ("en", "id")]
    assert [x for x in labels if x != x.lower()] == []


@pytest.mark.parametrize("term", of_kind(OWL.ObjectProperty, OWL.DatatypeProperty), ids=local)
def test_a_property_has_its_ends_and_its_kind_fits_the_range(term: URIRef) -> None:
    [range_] = graph().objects(term, RDFS.range)
    domains = list(graph().objects(term, RDFS.domain))
    assert len(domains) == (0 if (term, RDF.type, KG.Qualifier) in graph() else 1)
    members = set(Collection(graph(), u)) if (u := graph().value(range_, OWL.unionOf)) else {range_}
    is_data = {m for m in members if m.startswith(str(XSD)) or m in (RDF.langString, KG.PartialDate)}
    assert is_data == (members if (term, RDF.type, OWL.DatatypeProperty) in graph() else set())
    assert RDFS.Literal not in members


def test_every_term_of_ours_that_is_used_is_declared() -> None:
    used = {t for triple in graph() for t in triple if isinstance(t, URIRef) and t.startswith(OURS)}
    assert used - set(TERMS) - {URIRef(str(AT)), URIRef(str(KG))} == set()


def test_nothing_of_others_is_described() -> None:
    subjects = {s for s in graph().subjects() if isinstance(s, URIRef)}
    headers = {URIRef("https://w3id.org/autotech"), URIRef("https://w3id.org/autotech/kg")}
    assert subjects - set(TERMS) == headers


# ---- annotations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", DOMAIN_PROPERTIES, ids=local)
def test_annotations_of_a_property_have_known_values(term: URIRef) -> None:
    prop = ontology().properties[str(term)]
    assert {x.language for x in graph().objects(term, KG.area)} == {"en", "id"}
    assert prop.area in AREAS
    assert {local(q) for q in prop.qualifiers} <= QUALIFIERS
    assert set(prop.functional_within or ()) <= set(prop.qualifiers), "a scope is a qualifier that facts may carry"
    assert all(str(term) in ontology().properties[other].excludes for other in prop.excludes)
    assert all(ontology().properties[other].domain for other in prop.excludes)


@pytest.mark.parametrize("term", DOMAIN_PROPERTIES, ids=local)
def test_a_quantity_has_its_dimension_its_unit_and_the_qualifiers_for_it(term: URIRef) -> None:
    prop = ontology().properties[str(term)]
    assert (prop.dimension in DIMENSIONS) == (prop.kind == "quantity")
    assert prop.unit == UNITS.get(prop.dimension, "")
    taken = {local(q) for q in prop.qualifiers}
    if prop.kind == "quantity":
        assert {"approximate", "market", "of", "trim", "unit"} <= taken
        assert ("currency" in taken) or prop.dimension not in ("money", "any")
    if "amount" in taken:
        assert "currency" in taken, "a sum of money has its currency"


def test_identifying_qualifiers_are_the_three_that_make_different_facts() -> None:
    assert {local(p.iri) for p in ontology().properties.values() if p.identifying} == {"market", "trim", "of"}
    assert all(p.is_qualifier for p in ontology().properties.values() if p.identifying)


def test_scopes_are_where_they_are_promised() -> None:
    scopes = {
        local(p.iri): {local(s) for s in p.functional_within}
        for p in ontology().properties.values()
        if p.functional_within
    }
    assert set(scopes) == {"price", "drivingRange", "batteryCapacity", "powerOutput", "topSpeed", "releaseDate"}
    assert all("market" in scope for scope in scopes.values())
    assert "currency" in scopes["price"], "two currencies are two prices, not a conflict"


def test_exclusions_and_symmetry_are_where_they_are_promised() -> None:
    excluding = {local(p.iri): {local(e) for e in p.excludes} for p in ontology().properties.values() if p.excludes}
    assert excluding == {"basedOn": {"independentOf"}, "independentOf": {"basedOn"}}
    assert {local(p.iri) for p in ontology().properties.values() if p.symmetric} == {"partnersWith", "competesWith"}


def test_every_qualifier_is_taken_by_some_property() -> None:
    taken = {q for p in ontology().properties.values() for q in p.qualifiers}
    assert {local(q) for q in taken} == QUALIFIERS


def test_status_asserts_as_the_code_does() -> None:
    found = {local(s): v.toPython() for s, v in graph().subject_objects(KG.asserts)}
    assert found == {status.value: status.asserts for status in Status}


def test_the_header_declares_the_namespaces() -> None:
    o = ontology()
    assert (o.domain, o.domain_prefix) == (str(AT), "at")
    assert (o.entity_namespace, o.entity_prefix) == ("https://w3id.org/autotech/id/", "id")
    assert o.record_namespace == "https://w3id.org/autotech/"


# ---- logic ---------------------------------------------------------------------------------------------------------


def test_no_class_is_above_itself() -> None:
    for name in ontology().classes:
        for parent in ontology().classes[name].parents:
            assert name not in ontology().closure([parent]), name


def test_no_class_is_below_two_that_exclude_each_other() -> None:
    pairs = [(str(a), str(b)) for a, b in graph().subject_objects(OWL.disjointWith)]
    assert len(pairs) > 10
    for name in ontology().classes:
        above = ontology().closure([name])
        assert [(a, b) for a, b in pairs if a in above and b in above] == [], name


def test_a_symmetric_property_has_the_same_ends() -> None:
    for prop in ontology().properties.values():
        if prop.symmetric:
            assert set(prop.domain) == set(prop.range), prop.iri


def test_alignments_are_iris_of_others() -> None:
    relations = (
        OWL.equivalentClass,
        OWL.equivalentProperty,
        SKOS.exactMatch,
        SKOS.closeMatch,
        SKOS.broadMatch,
        SKOS.narrowMatch,
    )
    aligned = [(s, o) for r in relations for s, o in graph().subject_objects(r) if isinstance(o, URIRef)]
    assert len(aligned) > 60
    assert [o for _, o in aligned if o.startswith(OURS)] == []
    wikidata = [o for _, o in aligned if "wikidata" in o]
    assert all(re.fullmatch(r"http://www\.wikidata\.org/entity/[QP][1-9]\d*", o) for o in wikidata)
    assert len(set(wikidata)) == len(wikidata), "no two terms are the same thing elsewhere"


# ---- what the loader refuses ---------------------------------------------------------------------------------------


def project(tmp_path: Path, body: str) -> Project:
    for part in ("ontology", "seeds", "queries"):
        (tmp_path / part).mkdir()
    head = """@prefix kg: <https://w3id.org/autotech/kg#> . @prefix t: <https://example.org/toy#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix vann: <http://purl.org/vocab/vann/> .
<https://example.org/toy> a owl:Ontology ; vann:preferredNamespacePrefix "t" ;
    vann:preferredNamespaceUri "https://example.org/toy#" ; kg:entityNamespace "https://example.org/thing/" ;
    kg:recordNamespace "https://example.org/" .
"""
    (tmp_path / "ontology" / "toy.ttl").write_text(head + body, encoding="utf-8")
    return Project(tmp_path)


def test_all_loose_references_are_named_at_once_with_their_lines(tmp_path: Path) -> None:
    body = """t:Cat a owl:Class ; rdfs:subClassOf t:Animal .
t:eats a owl:ObjectProperty ; rdfs:domain t:Cat ; rdfs:range t:Food ; kg:takesQualifier t:place ; kg:excludes t:fears .
"""
    with pytest.raises(Faults) as caught:
        kg.ontology.load(project(tmp_path, body))
    message = str(caught.value)
    for fault in ("t:Animal", "t:Food", "t:place", "t:fears"):
        assert fault in message
    assert "ontology/toy.ttl:7" in message
    assert "ontology/toy.ttl:8" in message


def test_a_sound_toy_loads(tmp_path: Path) -> None:
    body = """t:Cat a owl:Class . t:Food a owl:Class .
t:eats a owl:ObjectProperty ; rdfs:label "eats"@en ; rdfs:domain t:Cat ; rdfs:range t:Food .
"""
    toy = kg.ontology.load(project(tmp_path, body))
    assert toy.properties[toy.term("eats")].label("id") == "eats"
    assert toy.term("t:Cat") == "https://example.org/toy#Cat"
    with pytest.raises(KeyError):
        toy.term("Dog")


def test_an_ontology_without_namespaces_is_refused(tmp_path: Path) -> None:
    toy = project(tmp_path, "")
    (tmp_path / "ontology" / "toy.ttl").write_text(
        "<x:o> a <http://www.w3.org/2002/07/owl#Ontology> .", encoding="utf-8"
    )
    with pytest.raises(ProjectError, match="entityNamespace"):
        kg.ontology.load(toy)


@pytest.mark.parametrize(
    ("one", "other", "disjoint"),
    [
        ("Automaker", "Person", True),
        ("Person", "Automaker", True),
        ("City", "VehicleModel", True),
        ("Automaker", "Supplier", False),
        ("Vehicle", "Vehicle", False),
    ],
)
def test_classes_that_exclude_each_other_exclude_what_is_below_them(one: str, other: str, disjoint: bool) -> None:
    closures = [ontology().closure([ontology().domain + name]) for name in (one, other)]
    assert ontology().disjoint(*closures) is disjoint
