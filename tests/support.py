"""A small world to test on: a few companies and cars, what three documents and one curator say of them, one conflict.

Everything that reads the graph can be tried on :func:`store`. The world has a fact of every status, one in two
markets, one that two independent documents support (a third one is a copy), and one of every property.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pyoxigraph as ox

import kg.ontology
from kg.model import (
    Claim,
    Conflict,
    Curation,
    Document,
    Entity,
    Fact,
    Label,
    Literal,
    Origin,
    Qualifier,
    Status,
    Term,
    Verdict,
)
from kg.names import XSD, slug
from kg.project import Project
from kg.rdf import Records, entity_quads
from kg.store import Manifest, Store

ROOT = Path(__file__).parent.parent
AT = "https://w3id.org/autotech#"
ID = "https://w3id.org/autotech/id/"
RECORDS = Records("https://w3id.org/autotech/")
PREFIXES = {"at": AT, "id": ID}
IDENTIFYING = frozenset({AT + "market", AT + "trim", AT + "of"})
CURATED_SOURCE = "https://press.example/archive"

ENTITIES: Mapping[str, tuple[str, ...]] = {
    "Automaker": ("BMW", "Volvo", "Volkswagen", "Rivian", "Stellantis", "Renault", "Nissan", "VinFast", "Leapmotor"),
    "TechnologyCompany": ("Huawei", "Google", "Rivian and VW Technology"),
    "Supplier": ("Luminar", "CATL"),
    "OrganizationUnit": ("BMW Group Region China",),
    "Person": ("Sean Green",),
    "VehiclePlatform": ("Neue Klasse",),
    "VehicleModel": ("BMW iX3", "Volvo EX90", "Volvo XC90"),
    "OperatingSystem": ("HarmonyOS NEXT", "iDrive X", "Android Automotive OS", "Android"),
    "InfotainmentSystem": ("MBUX",),
    "Device": ("Huawei Mate 70",),
    "Sensor": ("Luminar Iris",),
    "Battery": ("Qilin Battery",),
    "Feature": ("digital key", "voice assistant"),
    "Technology": ("artificial intelligence",),
    "Country": ("China", "Germany", "Indonesia"),
    "City": ("Beijing", "Subang", "Munich"),
    "Region": ("World",),
}
OTHER_NAMES: Mapping[str, tuple[Label, ...]] = {
    "China": (Label("Tiongkok", "id"), Label("RRC", "id", "alternative")),
    "BMW": (Label("BMW Group", "en", "alternative"), Label("宝马", "zh")),
    "Germany": (Label("Jerman", "id"), Label("German", "en", "demonym")),
    "digital key": (Label("kunci digital", "id"),),
    "Volkswagen": (Label("VW", "en", "alternative"), Label("Group", "en", "ambiguous")),
    "Renault": (Label("Group", "en", "ambiguous"),),
}
HOMES = {"Huawei": "China"}
_HEADS = (
    Document("", "news/bmw-huawei.md", "BMW turns to Huawei", "2025-03-17", "en", "Autoblick"),
    Document("", "news/bmw-kunci-digital.md", "Kunci digital BMW", "2025-09-02", "id", "Kabar Mobil"),
    Document("", "news/bmw-huawei-reprint.md", "BMW turns to Huawei", "2025-03-18", "en", "Reprint"),
)
COPY, ORIGINAL = 2, 0


@dataclass(frozen=True)
class Said:
    """A fact of the world as it is written down here: ``told`` gives each document's sentence, with its status if it
    differs from the fact's; without any a curator wrote it."""

    subject: str
    predicate: str
    object: str | Literal
    told: Mapping[int, str | tuple[str, Status]] = field(default_factory=dict)
    status: Status = Status.IN_EFFECT
    qualifiers: Mapping[str, str | Literal] = field(default_factory=dict)
    valid_from: str = ""
    valid_until: str = ""
    stated_by: str = ""
    value_text: str = ""
    decided: Verdict | None = None
    """What a curator decided on each of its claims."""


def number(lexical: str) -> Literal:
    return Literal.decimal(lexical)


def text(words: str, language: str = "") -> Literal:
    return Literal(words, XSD + "string") if not language else Literal(words, _LANG_STRING, language)


_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_PLANNED, _TRUE = Status.PLANNED, Literal.boolean(True)
_KM = {"unit": text("km")}
_QUOTED = "China has become an engine of innovation"

WORLD: tuple[Said, ...] = (
    Said(
        "BMW",
        "partnersWith",
        "Huawei",
        {0: "BMW and Huawei are partners.", 1: "BMW bermitra dengan Huawei.", 2: "BMW and Huawei are partners."},
        qualifiers={"topic": "artificial intelligence"},
        valid_from="2025-03",
    ),
    Said(
        "Neue Klasse",
        "usesSoftware",
        "HarmonyOS NEXT",
        {0: "The Neue Klasse built for China will run HarmonyOS NEXT only, from 2026."},
        _PLANNED,
        {"market": "China", "exclusive": _TRUE},
        "2026",
    ),
    Said("Neue Klasse", "usesSoftware", "iDrive X", {0: "Elsewhere it runs iDrive X."}, qualifiers={"market": "World"}),
    Said(
        "Neue Klasse",
        "usesSoftware",
        "iDrive X",
        {1: "Di China tidak ada iDrive X."},
        Status.DENIED,
        {"market": "China"},
    ),
    Said(
        "BMW",
        "launches",
        "digital key",
        {
            0: ("BMW will launch a digital key in China later this year.", _PLANNED),
            1: "BMW meluncurkan kunci digital di China.",
        },
        qualifiers={"market": "China"},
        valid_from="2025",
        decided=Verdict.ACCEPTED,
    ),
    Said(
        "Sean Green",
        "worksFor",
        "BMW Group Region China",
        {0: "Sean Green heads BMW Group Region China."},
        qualifiers={"role": text("president")},
        valid_from="2021",
    ),
    Said("Sean Green", "stated", text(_QUOTED, "en"), {0: f"“{_QUOTED},” said Sean Green."}),
    Said(
        "BMW",
        "hasStatistic",
        number("25"),
        {0: "Almost 25% of BMW app users in China rely on Huawei, said Sean Green."},
        qualifiers={
            "of": text("app users who rely on Huawei"),
            "approximate": _TRUE,
            "unit": text("%"),
            "market": "China",
        },
        stated_by="Sean Green",
        value_text="25%",
    ),
    Said("Stellantis", "acquires", "Renault", {1: "Stellantis membantah akan membeli Renault."}, Status.DENIED),
    Said(
        "Nissan",
        "partnersWith",
        "Renault",
        {1: "Kemitraan Nissan dan Renault berakhir."},
        Status.ENDED,
        valid_until="2025-03",
    ),
    Said("Nissan", "hasPlantIn", "Indonesia", {1: "Nissan dikabarkan punya pabrik di Indonesia."}, Status.REPORTED),
    Said(
        "BMW iX3",
        "drivingRange",
        number("805"),
        {0: "The iX3 drives 805 km (500 miles)."},
        qualifiers={**_KM, "of": text("WLTP")},
        value_text="500 miles",
    ),
    # A curator's facts, from here on.
    Said("BMW", "headquarteredIn", "Munich"),
    Said("BMW", "develops", "iDrive X"),
    Said("BMW", "manufactures", "BMW iX3", valid_from="2025-12"),
    Said("BMW", "hasResearchCentreIn", "Beijing", qualifiers={"topic": "artificial intelligence"}),
    Said("BMW", "collaboratesOn", "artificial intelligence"),
    Said("BMW", "competesWith", "Volvo"),
    Said("BMW Group Region China", "subsidiaryOf", "BMW"),
    Said("iDrive X", "basedOn", "Android Automotive OS"),
    Said("HarmonyOS NEXT", "independentOf", "Android"),
    Said("HarmonyOS NEXT", "basedOn", "Android", status=Status.REPORTED),
    Said("digital key", "compatibleWith", "HarmonyOS NEXT"),
    Said("BMW iX3", "hasFeature", "digital key"),
    Said("MBUX", "hasFeature", "voice assistant"),
    Said("BMW iX3", "usesComponent", "Qilin Battery"),
    Said("BMW iX3", "availableIn", "China", valid_from="2026-03"),
    Said("BMW iX3", "producedIn", "China", valid_from="2026-03"),
    Said("BMW iX3", "releaseDate", Literal.date("2026-03-01"), qualifiers={"market": "China"}),
    Said("BMW iX3", "price", number("68900"), qualifiers={"currency": text("EUR"), "market": "Germany"}),
    Said("BMW iX3", "batteryCapacity", number("108.7"), qualifiers={"unit": text("kWh")}),
    Said("BMW iX3", "powerOutput", number("345"), qualifiers={"unit": text("kW")}),
    Said("BMW iX3", "topSpeed", number("210"), qualifiers={"unit": text("km/h")}),
    Said(
        "Luminar",
        "supplies",
        "Volvo",
        status=Status.ENDED,
        qualifiers={"product": "Luminar Iris"},
        valid_until="2025-11",
    ),
    Said("CATL", "supplies", "BMW", qualifiers={"product": "Qilin Battery"}),
    Said("VinFast", "hasPlantIn", "Subang"),
    Said("Rivian and VW Technology", "jointVentureOf", "Volkswagen"),
    Said("Rivian and VW Technology", "jointVentureOf", "Rivian", valid_from="2024-11"),
    Said("Stellantis", "ownsStakeIn", "Leapmotor", qualifiers={"share": number("21")}),
    Said("Volkswagen", "investsIn", "Rivian", qualifiers={"amount": number("5800000000"), "currency": text("USD")}),
    Said("Volvo EX90", "succeeds", "Volvo XC90"),
    Said("Google", "develops", "Android"),
)


def iri(name: str) -> str:
    """The IRI of an entity of the world."""
    return ID + slug(name)


@cache
def documents() -> tuple[Document, ...]:
    """An English document, an Indonesian one, and a copy of the first."""
    texts: list[list[str]] = [[head.title] for head in _HEADS]
    for said in WORLD:
        for index, told in sorted(said.told.items()):
            texts[index].append(told if isinstance(told, str) else told[0])
    whole = [replace(head, text="\n".join(lines) + "\n") for head, lines in zip(_HEADS, texts, strict=True)]
    whole[COPY] = replace(whole[COPY], copy_of=whole[ORIGINAL].id)
    return tuple(whole)


@cache
def facts() -> tuple[Fact, ...]:
    """The facts of the world, in the order of :data:`WORLD`."""
    return tuple(_fact(said, line) for line, said in enumerate(WORLD, 1))


def _fact(said: Said, line: int) -> Fact:
    qualifiers = tuple(sorted((AT + name, _term(value)) for name, value in said.qualifiers.items()))
    curation = Curation("seeds/facts/world.ttl", line, f"{CURATED_SOURCE}/{line}", said.status)
    claims = tuple(sorted(_claims(said, qualifiers), key=lambda c: c.id))
    independent = [_HEADS[index] for index in sorted(set(said.told) - {COPY})]
    days = sorted(head.issued for head in independent)
    return Fact(
        subject=iri(said.subject),
        predicate=AT + said.predicate,
        object=_term(said.object),
        identity=tuple(q for q in qualifiers if q[0] in IDENTIFYING),
        qualifiers=qualifiers,
        status=said.status,
        valid_from=said.valid_from,
        valid_until=said.valid_until,
        origin=Origin.EXTRACTED if said.told else Origin.CURATED,
        support=len(independent),
        claims=claims,
        curations=() if said.told else (curation,),
        publishers=len({head.publisher for head in independent}),
        first_stated=days[0] if days else "",
        last_stated=days[-1] if days else "",
    )


def _claims(said: Said, qualifiers: tuple[Qualifier, ...]) -> Iterator[Claim]:
    for index, told in said.told.items():
        sentence, status = (told, said.status) if isinstance(told, str) else told
        document = documents()[index]
        start = document.text.index(sentence)
        yield Claim(
            document=document.id,
            start=start,
            end=start + len(sentence) - 1,
            quote=sentence[:-1],
            subject=iri(said.subject),
            predicate=AT + said.predicate,
            object=_term(said.object),
            qualifiers=qualifiers,
            status=status,
            valid_from=said.valid_from,
            valid_until=said.valid_until,
            value_text=said.value_text,
            stated_by=iri(said.stated_by) if said.stated_by else "",
            pattern=f"{document.language}/{said.predicate}#1",
            confidence="0.9",
            key=f"{index}{said.predicate}",
            curations=_decided(said, index),
        )


def _decided(said: Said, index: int) -> tuple[Curation, ...]:
    if said.decided is None:
        return ()
    place = ("seeds/decisions/claims/world.toml", index + 3, _HEADS[index].source)
    return (Curation(*place, said.status, said.decided, f"{index}{said.predicate}", "ana", "2025-10-01", "seen"),)


def _term(value: str | Literal) -> Term:
    return value if isinstance(value, Literal) else iri(value)


def fact(subject: str, predicate: str, obj: str | None = None) -> Fact:
    """The first fact of the world with this subject, property and object."""
    wanted = iri(subject), AT + predicate
    return next(f for f in facts() if (f.subject, f.predicate) == wanted and obj in (None, f.object, _local(f.object)))


def _local(term: Term) -> str:
    return term.removeprefix(ID).replace("_", " ") if isinstance(term, str) else term.lexical


@cache
def entities() -> tuple[Entity, ...]:
    """The entities of the world; Rivian's joint venture was found in a text, all others come from a curator."""
    found = []
    for cls, names in ENTITIES.items():
        for name in names:
            labels = (Label(name, "en"), *OTHER_NAMES.get(name, ()))
            origin = Origin.EXTRACTED if name == "Rivian and VW Technology" else Origin.CURATED
            home = (iri(HOMES[name]),) if name in HOMES else ()
            found.append(Entity(iri(name), (AT + cls,), tuple(sorted(labels)), home=home, origin=origin))
    return tuple(sorted(found, key=lambda e: e.iri))


def conflicts() -> tuple[Conflict, ...]:
    """HarmonyOS NEXT is said to be based on Android, and to be independent of it."""
    pair = fact("HarmonyOS NEXT", "independentOf"), fact("HarmonyOS NEXT", "basedOn")
    first, second = sorted(f.id for f in pair)
    return (Conflict(first, second, "at:basedOn excludes at:independentOf"),)


def quads(ontology: bool = True) -> Iterator[ox.Quad]:
    """All quads of the world; without its ontology it builds faster and knows no qualifier as identifying."""
    if ontology:
        yield from _ontology()
    for entity in entities():
        yield from entity_quads(entity)
    for each in facts():
        yield from RECORDS.fact(each)
        for claim in each.claims:
            yield from RECORDS.claim(claim)
    for document in documents():
        yield from RECORDS.document(document)
    for conflict in conflicts():
        yield from RECORDS.conflict(conflict)


@cache
def _ontology() -> tuple[ox.Quad, ...]:
    return tuple(kg.ontology.load(Project(ROOT)).quads())


def manifest() -> Manifest:
    """What the store of the world says about itself."""
    counts = {"documents": len(documents()), "facts": len(facts()), "entities": len(entities())}
    return Manifest(PREFIXES, RECORDS.namespace, AT, ID, counts, "0" * 64)


def store() -> Store:
    """The world in memory, open for reading."""
    return Store.from_quads(quads(), manifest())
