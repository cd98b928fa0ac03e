"""Names in texts: the right ones are linked, common words are not (suites/mentions.toml), and new names are found."""

from __future__ import annotations

import itertools
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline import AT, ID, SUITES, Told, claims, entities, judge, knowledge, linked

from kg.mentions import Linker
from kg.mentions.gazetteer import Gazetteer
from kg.model import Document, Entity, Label, Origin
from kg.names import local_name
from kg.text import Mention

CASES: list[dict[str, Any]] = tomllib.loads((SUITES / "mentions.toml").read_text(encoding="utf-8"))["case"]
NEW: list[dict[str, Any]] = tomllib.loads((SUITES / "new_names.toml").read_text(encoding="utf-8"))["case"]
PERSON = AT + "Person"


def test_the_suite_covers_both_languages_and_common_words() -> None:
    for code in ("en", "id"):
        own = [c for c in CASES if c["language"] == code]
        assert sum("names" in c for c in own) >= 10
        assert sum("names" not in c for c in own) >= 25


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['language']}-{c['text'][:40]}")
def test_names_of_the_suite(case: dict[str, Any]) -> None:
    found = [list(pair) for pair in entities(case["text"], case["language"])]
    judge(case, found == case.get("names", []), found)


# -- context ---------------------------------------------------------------------------------------------------


def linker_of(*names: Entity) -> Linker:
    known = knowledge()
    return Linker(Gazetteer(names, known.ontology), known.languages["en"], known.ontology)


def car(name: str, *labels: Label, context: tuple[str, ...] = (), maker: str = "") -> Entity:
    belongs = (ID + maker,) if maker else ()
    return Entity(ID + name, (AT + "VehicleModel",), labels, belongs, context)


ACME = Entity(ID + "Acme", (AT + "Automaker",), (Label("Acme", "en"),))
WOLF = car("Wolf", Label("Acme Wolf", "en"), Label("Wolf", "", "ambiguous"), context=("electric car",), maker="Acme")


def names_of(linker: Linker, text: str) -> list[str]:
    return [text[m.start : m.end] for m in linker.link(text).mentions if m.kind == "name"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A Wolf was seen.", []),
        ("The Wolf is an electric car.", ["Wolf"]),
        ("The Wolf is a car that is electric.", []),
        ("Acme sells the Wolf.", ["Acme", "Wolf"]),
        ("Acme sells cars. One is the Wolf.", ["Acme", "Wolf"]),
        ("Acme sells cars. Wolf packs howl.", ["Acme"]),
        ("The Acme Wolf is here. The Wolf sells.", ["Acme Wolf", "Wolf"]),
        ("Acme fears the wolf.", ["Acme"]),
    ],
)
def test_an_ambiguous_name_needs_its_context(text: str, found: list[str]) -> None:
    assert names_of(linker_of(ACME, WOLF), text) == found


def test_of_two_things_of_one_name_the_context_decides() -> None:
    other = Entity(ID + "Wolf_AG", (AT + "Supplier",), (Label("Wolf", "", "ambiguous"),), context=("supplier",))
    linker = linker_of(ACME, WOLF, other)
    text = "The supplier Wolf makes seats."
    assert [m.entity for m in linker.link(text).mentions if m.kind == "name"] == [ID + "Wolf_AG"]


def test_names_of_up_to_three_letters_are_found_as_written_only() -> None:
    linker = linker_of(Entity(ID + "VXW", (AT + "Automaker",), (Label("VXW", "en"),)))
    assert names_of(linker, "VXW and vxw and Vxw") == ["VXW"]


# -- names that nobody listed ----------------------------------------------------------------------------------


def unlisted(text: str, language: str = "en") -> list[str]:
    return [text[m.start : m.end] for m in linked(text, language).mentions if m.kind == "unlisted"]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "Sean Examplesmith, chief executive of BMW, left.", ["Sean Examplesmith"]),
        ("en", "The car was shown by Zorblatt in Munich.", ["Zorblatt"]),
        ("en", "It was shown by Anna van den Examplesmith in Munich.", ["Anna van den Examplesmith"]),
        ("en", "On Monday the CEO met the President.", []),
        ("en", "Sales fell. Profit rose.", []),
        ("en", "Company Opens Plant Near River Bank Today", []),
        ("id", "Menurut Budi Contohwan, harga naik.", ["Budi Contohwan"]),
        ("id", "Pada Senin, Direktur itu pergi.", []),
    ],
)
def test_candidates_are_capitalised_runs(language: str, text: str, found: list[str]) -> None:
    assert unlisted(text, language) == found


@pytest.mark.parametrize("text", ["It was built by Ford Motor Co", "It was built by Ford Co. Ltd", "Dibuat oleh PT"])
def test_a_legal_form_may_end_a_text(text: str) -> None:
    mentions = linked(text, "en").mentions
    assert all(m.end <= len(text) and m.last <= len(text.split()) + text.count(".") for m in mentions)
    assert [text[m.start : m.end] for m in mentions if m.kind == "name"] == ([text[16:]] if "Ford" in text else [])


@pytest.mark.parametrize(
    ("language", "text", "person"),
    [
        ("en", "Anna Exampleton, chief executive of BMW, spoke.", "Anna_Exampleton"),
        ("en", "BMW chief executive Anna Exampleton spoke.", "Anna_Exampleton"),
        ("en", "“We build it ourselves now,” said Anna Exampleton of BMW.", "Anna_Exampleton"),
        ("id", "“Kami siap menjual mobil itu,” kata Direktur Toyota Budi Contohwan.", "Budi_Contohwan"),
        ("id", "“Kami siap menjual mobil itu,” kata Budi Contohwan.", "Budi_Contohwan"),
    ],
)
def test_a_person_is_known_by_the_role(language: str, text: str, person: str) -> None:
    found = {c.subject for c in claims(text, language)} | {c.stated_by for c in claims(text, language)}
    assert ID + person in found


def test_a_new_person_is_an_entity_of_the_text() -> None:
    text = "Anna Exampleton, chief executive of BMW, spoke. “We will build cars in India,” said Anna Exampleton."
    extraction = knowledge().extract(Document(text, "a.txt", language="en"))
    [person] = extraction.entities
    assert (person.iri, person.types, person.origin) == (ID + "Anna_Exampleton", (PERSON,), Origin.EXTRACTED)
    assert {c.subject for c in extraction.claims if c.predicate == AT + "stated"} == {person.iri}


def new_names(text: str, language: str) -> list[str]:
    """The names of a text that nobody listed, each with the class it gets from what stands around it."""
    linker, reader = knowledge().readers[language]
    typed, _, found = reader.prepared(linker.link(text), [])
    kinds = {e.iri: " and ".join(map(local_name, e.types)) for e in found}
    names = {m.entity: text[m.start : m.end] for m in typed.mentions if m.kind == "new"}
    return [f"{name} {kinds[iri]}" for iri, name in names.items()]


@pytest.mark.parametrize("case", NEW, ids=lambda c: f"{c['language']}-{c['text'][:40]}")
def test_new_names_of_the_suite(case: dict[str, Any]) -> None:
    found = new_names(case["text"], case["language"])
    judge(case, found == case.get("names", []), found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Now the Vida V1 is here.", [("Vida V1", "Vida_V1")]),
        ("Now the Kia Sylvora is here.", [("Kia Sylvora", "Kia_Sylvora")]),
        ("Kia Sylvora is here.", []),
        ("Now Kia Chairman Ilse Nordvale is here.", [("Kia", "Kia")]),
    ],
)
def test_a_new_name_behind_that_of_its_maker_makes_one_with_it(text: str, found: list[tuple[str, str]]) -> None:
    assert entities(text) == found


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "Toyota Breezo has acquired Norwindra Systems.", "Toyota Breezo"),
        ("en", "Now Norwindra Systems is working with Toyota Breezo.", "Toyota Breezo"),
        ("en", "Kia Sylvora is here.", "Kia"),
        ("en", "The chief executive of Toyota Ilse Breezo has acquired a yacht.", "Toyota"),
        ("id", "Toyota Breezo akan membangun pabrik di Bekasi.", "Toyota Breezo"),
        ("id", "Toyota Breezo dijual seharga Rp 300 juta.", "Toyota Breezo"),
        ("id", "Toyota Breezo hadir.", "Toyota"),
    ],
)
def test_what_is_named_after_a_firm_is_one_where_only_a_firm_or_a_thing_of_its_can_stand(
    language: str, text: str, found: str
) -> None:
    linker, reader = knowledge().readers[language]
    prepared, _, _ = reader.prepared(linker.link(text), [])
    assert [n for m in prepared.mentions if (n := text[m.start : m.end]).startswith(("Toyota", "Kia"))] == [found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PT Nusa Baterai Prima tumbuh.", ["Nusa Baterai Prima"]),
        ("PT Sandya Timur Karya Senin (3/2) tumbuh.", ["Sandya Timur Karya"]),
        ("PT Sandya Karya Tbk tumbuh.", ["Sandya Karya"]),
        ("Direktur PT Sandya Karya Ilse Breezo datang.", ["Sandya Karya Ilse Breezo"]),
        ("Direktur PT Sandya Karya, Ilse Breezo, datang.", ["Sandya Karya", "Ilse Breezo"]),
    ],
)
def test_a_legal_form_holds_all_capitals_behind_it(text: str, found: list[str]) -> None:
    linked = knowledge().readers["id"][0].link(text)
    assert [text[m.start : m.end] for m in linked.mentions] == found


def test_a_legal_form_behind_a_name_is_no_word_of_it() -> None:
    text = "Breezo Inc., a maker of axles, will supply Norwindra Co., Ltd. with axles."
    linker, reader = knowledge().readers["en"]
    prepared, _, _ = reader.prepared(linker.link(text), [])
    named = [(text[m.start : m.end], m.kind) for m in prepared.mentions]
    assert named == [("Breezo", "new"), ("Norwindra", "new")]


def test_what_is_called_after_another_is_later_said_without_it() -> None:
    facts = [Told.of(c).fact for c in claims("Now the Vida V1 is here. The plant builds the V1 in India.")]
    assert "Vida_V1 producedIn India" in facts


def test_the_suite_of_new_names_has_traps_in_both_languages() -> None:
    for code in ("en", "id"):
        own = [c for c in NEW if c["language"] == code]
        assert sum("names" in c for c in own) >= 8
        assert sum("names" not in c for c in own) >= 3


@pytest.mark.parametrize(
    ("text", "same"), [("BMW grew. It sells cars.", True), ("Zorbax Works, a carmaker, grew.", False)]
)
def test_a_text_without_new_names_stays_as_it_is(text: str, same: bool) -> None:
    linker, reader = knowledge().readers["en"]
    found = linker.link(text)
    assert (reader.prepared(found, [])[0] is found) == same


def test_a_last_name_is_that_of_the_person_named_before() -> None:
    text = "Anna Exampleton, chief executive of BMW, spoke. “We will build cars in India,” said Exampleton."
    assert {c.subject for c in claims(text) if c.predicate == AT + "stated"} == {ID + "Anna_Exampleton"}


# -- words that stand for names --------------------------------------------------------------------------------


def stands_for(text: str, language: str = "en") -> list[tuple[str, str]]:
    found = [m for m in linked(text, language).mentions if m.kind == "anaphor"]
    return [(text[m.start : m.end], local_name(m.entity)) for m in found]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "BMW opened a plant. The company grows.", [("The company", "BMW")]),
        ("en", "BMW met Huawei. The carmaker left.", [("The carmaker", "BMW")]),
        ("en", "BMW met Huawei. The tech giant left.", [("The tech giant", "Huawei")]),
        ("en", "The company grows. BMW too.", []),
        ("en", "The Xiaomi YU7 is here. The car sells well.", [("The car", "Xiaomi_YU7")]),
        ("en", "BMW came. One. Two. Three. Four. The company left.", [("The company", "BMW")]),
        ("en", "BMW met Kia. One. Two. Three. Four. The company left.", []),
        ("id", "BMW membuka pabrik. Perusahaan itu tumbuh.", [("Perusahaan itu", "BMW")]),
        ("id", "Xiaomi YU7 hadir. Mobil ini laris.", [("Mobil ini", "Xiaomi_YU7")]),
    ],
)
def test_words_that_stand_for_a_name(language: str, text: str, found: list[tuple[str, str]]) -> None:
    assert stands_for(text, language) == found


# -- any text --------------------------------------------------------------------------------------------------

_PIECES = st.sampled_from(
    [
        "BMW",
        "BMW's",
        "BMW-nya",
        "Seal",
        "Acme Group China",
        "the company",
        "perusahaan itu",
        "“",
        "”",
        ".",
        ",",
        "\n\n",
        "25%",
        "Rp 1,5 juta",
        "🚗",
        "\u200b",
        "HarmonyOS NEXT",
        "宝马",
        "Sean Green",
        "chief executive",
        "of",
        "(",
        "²",
    ]
)


@given(st.lists(_PIECES, max_size=20), st.sampled_from([" ", ""]), st.sampled_from(["en", "id"]))
def test_mentions_of_any_text_stand_where_they_say(pieces: list[str], between: str, language: str) -> None:
    text = between.join(pieces)
    found = linked(text, language)
    end = 0
    for mention in found.mentions:
        assert end <= mention.start < mention.end <= len(text), mention
        assert found.tokens.starts[mention.first] == mention.start
        end = mention.end
        assert bool(mention.entity) != (mention.kind in ("unlisted", "coded", "fragment"))
    assert not _overlapping(found.mentions)


def _overlapping(mentions: tuple[Mention, ...]) -> bool:
    return any(a.last > b.first for a, b in itertools.pairwise(mentions))
