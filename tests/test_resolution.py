"""From claims to facts: what merges, what its status is, and what conflicts with what."""

from __future__ import annotations

from itertools import combinations

import pytest
from pipeline import AT, ID, claims, knowledge

from kg.model import SAID, Claim, Conflict, Curation, Document, Fact, Literal, Origin, Qualifier, Status, Term
from kg.names import local_name
from kg.resolution import conflicts, resolve

CHINA, WORLD = (AT + "market", ID + "China"), (AT + "market", ID + "World")
TRUE = Literal.boolean(True)


def document(name: str, issued: str = "", copy_of: str = "") -> Document:
    return Document(f"The text of {name}.", name, issued=issued, language="en", copy_of=copy_of)


def claim(source: Document, fact: str, *qualifiers: Qualifier, status: Status = Status.IN_EFFECT, **more: str) -> Claim:
    subject, predicate, obj = fact.split()
    target: Term = Literal.decimal(obj) if obj[0].isdigit() else ID + obj
    ends = (source.id, 0, 8, source.text[:8], ID + subject, AT + predicate, target)
    return Claim(*ends, tuple(sorted(qualifiers, key=str)), status, **more)


def facts_of(documents: list[Document], found: list[Claim], curated: list[Fact] | None = None) -> list[Fact]:
    return resolve(found, curated or [], {d.id: d for d in documents}, knowledge().ontology)


def curated_fact(fact: str, *qualifiers: Qualifier, status: Status = Status.IN_EFFECT, valid_from: str = "") -> Fact:
    subject, predicate, obj = fact.split()
    identity = tuple(q for q in qualifiers if knowledge().ontology.properties[q[0]].identifying)
    place = (Curation("seeds/facts/a.ttl", 7, "https://press.example/1", status),)
    return Fact(
        ID + subject,
        AT + predicate,
        ID + obj,
        identity,
        qualifiers,
        status,
        valid_from,
        "",
        Origin.CURATED,
        0,
        (),
        place,
    )


A, B, C = document("a", "2025-01-01"), document("b", "2025-02-01"), document("c", "2025-03-01")

# -- merging -------------------------------------------------------------------------------------------------------


def test_claims_of_one_statement_in_one_scope_are_one_fact() -> None:
    [fact] = facts_of([A, B], [claim(A, "BMW partnersWith Huawei"), claim(B, "BMW partnersWith Huawei")])
    assert (fact.support, len(fact.claims), fact.origin) == (2, 2, Origin.EXTRACTED)


def test_two_languages_make_one_fact() -> None:
    texts = {"en": "BMW has partnered with Huawei.", "id": "BMW bermitra dengan Huawei."}
    documents = [Document(text, code, language=code) for code, text in texts.items()]
    found = [c for d in documents for c in knowledge().extract(d).claims]
    [fact] = facts_of(documents, found)
    assert (fact.support, {c.pattern[:2] for c in fact.claims}) == (2, {"en", "id"})


@pytest.mark.parametrize(
    ("one", "other", "facts"),
    [
        ((CHINA,), (CHINA,), 1),
        ((CHINA,), (WORLD,), 2),
        ((CHINA,), (), 2),
        (((AT + "exclusive", TRUE),), (), 1),
        (((AT + "trim", Literal("Max")),), ((AT + "trim", Literal("Pro")),), 2),
    ],
)
def test_identifying_qualifiers_part_facts(
    one: tuple[Qualifier, ...], other: tuple[Qualifier, ...], facts: int
) -> None:
    told = "Neue_Klasse usesSoftware HarmonyOS_NEXT"
    assert len(facts_of([A, B], [claim(A, told, *one), claim(B, told, *other)])) == facts


def test_a_symmetric_statement_is_the_same_both_ways_round() -> None:
    [fact] = facts_of([A, B], [claim(A, "Huawei partnersWith BMW"), claim(B, "BMW partnersWith Huawei")])
    assert (local_name(fact.subject), local_name(str(fact.object)), fact.support) == ("BMW", "Huawei", 2)
    assert len(facts_of([A, B], [claim(A, "BMW supplies Volvo"), claim(B, "Volvo supplies BMW")])) == 2


def test_the_order_of_claims_and_curators_changes_nothing() -> None:
    found = [
        claim(A, "BMW partnersWith Huawei", (AT + "topic", ID + "Artificial_Intelligence")),
        claim(B, "Huawei partnersWith BMW", status=Status.PLANNED),
        claim(C, "BMW launches Digital_Key", CHINA, valid_from="2026"),
    ]
    curated = [curated_fact("BMW headquarteredIn Munich"), curated_fact("Huawei partnersWith BMW")]
    assert facts_of([A, B, C], found, curated) == facts_of([A, B, C], found[::-1], curated[::-1])


def test_qualifiers_of_all_claims_are_gathered_and_a_figure_is_taken_once() -> None:
    share = AT + "share"
    told = "Stellantis ownsStakeIn Leapmotor"
    found = [claim(A, told, (share, Literal.decimal("20"))), claim(B, told, (share, Literal.decimal("21")))]
    [fact] = facts_of([A, B], found)
    assert fact.qualifiers == ((share, Literal.decimal("21")),), "the later one"


# -- status --------------------------------------------------------------------------------------------------------

IN_EFFECT, PLANNED, REPORTED, DENIED, ENDED = SAID


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ([(A, PLANNED), (B, IN_EFFECT)], IN_EFFECT),
        ([(A, IN_EFFECT), (B, ENDED)], ENDED),
        ([(A, REPORTED), (B, DENIED)], DENIED),
        ([(A, PLANNED), (B, REPORTED)], PLANNED),
        ([(A, IN_EFFECT), (C, REPORTED)], IN_EFFECT),
        ([(A, REPORTED), (B, REPORTED)], REPORTED),
        ([(A, DENIED), (B, PLANNED)], PLANNED),
        ([(A, PLANNED), (A, IN_EFFECT)], IN_EFFECT),
    ],
)
def test_the_latest_firm_word_counts(said: list[tuple[Document, Status]], status: Status) -> None:
    found = [claim(d, "Toyota acquires Rivian", status=s) for d, s in said]
    [fact] = facts_of([A, B, C], found)
    assert fact.status is status
    assert len(fact.claims) == len(said), "all that was said stays"


def test_on_one_day_the_word_of_more_sources_counts() -> None:
    day = [document(name, "2025-01-01") for name in "xyz"]
    said = [claim(d, "Toyota acquires Rivian", status=s) for d, s in zip(day, (PLANNED, PLANNED, DENIED), strict=True)]
    assert facts_of(day, said)[0].status is PLANNED
    copies = [day[0], document("y", "2025-01-01", copy_of=day[0].id), day[2]]
    said = [claim(d, "Toyota acquires Rivian", status=c.status) for d, c in zip(copies, said, strict=True)]
    assert facts_of(copies, said)[0].status is DENIED, "a copy is no further source; of equals the later in life"


def test_times_come_from_the_claims_of_the_fact_s_status() -> None:
    found = [
        claim(A, "Toyota acquires Rivian", status=PLANNED, valid_from="2026"),
        claim(B, "Toyota acquires Rivian", valid_from="2025-02"),
    ]
    [fact] = facts_of([A, B], found)
    assert (fact.status, fact.valid_from) == (IN_EFFECT, "2025-02")


# -- curators ------------------------------------------------------------------------------------------------------


def test_a_curator_outranks_every_text_and_its_claims_stay() -> None:
    curated = curated_fact("Huawei partnersWith BMW", status=ENDED, valid_from="2020")
    told = "BMW partnersWith Huawei"
    claims = [claim(A, told), claim(B, told, status=DENIED), claim(C, told, status=ENDED)]
    [fact] = facts_of([A, B, C], claims, [curated])
    assert (fact.status, fact.valid_from, fact.origin) == (ENDED, "2020", Origin.CURATED)
    assert (fact.support, fact.contrary, len(fact.claims), len(fact.curations)) == (1, 1, 3, 1)


def test_a_curator_of_another_scope_rules_his_own_only() -> None:
    told = "Neue_Klasse usesSoftware HarmonyOS_NEXT"
    found = facts_of([A], [claim(A, told, CHINA)], [curated_fact(told, WORLD, status=DENIED)])
    assert {f.identity: f.status for f in found} == {(CHINA,): IN_EFFECT, (WORLD,): DENIED}


# -- conflicts -----------------------------------------------------------------------------------------------------


def against(*found: Claim, curated: list[Fact] | None = None) -> list[str]:
    documents = {d.id: d for d in (A, B, C)}
    facts = resolve(found, curated or [], documents, knowledge().ontology)
    return [c.rule for c in conflicts(facts, documents, knowledge().ontology)]


RANGE = "BMW_iX3 drivingRange"
MAX, PRO = (AT + "trim", Literal("Max")), (AT + "trim", Literal("Pro"))
PRICE = "BMW_iX3 price"
EURO, DOLLAR = (AT + "currency", Literal("EUR")), (AT + "currency", Literal("USD"))
SYSTEM = "Neue_Klasse usesSoftware"
SOLE = (AT + "exclusive", TRUE)


@pytest.mark.parametrize(
    ("one", "other", "rules"),
    [
        # functional: one object in a scope
        (claim(A, f"{RANGE} 805"), claim(B, f"{RANGE} 700"), ["functional"]),
        (claim(A, f"{RANGE} 805"), claim(B, f"{RANGE} 800"), []),
        (claim(A, f"{RANGE} 805", CHINA), claim(B, f"{RANGE} 700", WORLD), []),
        (claim(A, f"{RANGE} 805", MAX), claim(B, f"{RANGE} 700", PRO), []),
        (claim(A, f"{RANGE} 805", MAX), claim(B, f"{RANGE} 700", MAX), ["functional"]),
        (claim(A, f"{RANGE} 805", valid_from="2025"), claim(B, f"{RANGE} 700", valid_from="2027"), []),
        (claim(A, f"{RANGE} 805"), claim(B, f"{RANGE} 700", status=DENIED), []),
        (claim(A, f"{RANGE} 805"), claim(B, f"{RANGE} 700", status=REPORTED), []),
        (claim(A, f"{PRICE} 68900", EURO), claim(B, f"{PRICE} 75000", DOLLAR), []),
        (claim(A, f"{PRICE} 68900", EURO), claim(B, f"{PRICE} 75000", EURO), ["functional"]),
        # excludes: two properties
        (claim(A, "HarmonyOS basedOn Android"), claim(B, "HarmonyOS independentOf Android"), ["excludes"]),
        (claim(A, "HarmonyOS basedOn Android", status=DENIED), claim(B, "HarmonyOS independentOf Android"), []),
        (claim(A, "HarmonyOS basedOn Linux"), claim(B, "HarmonyOS independentOf Android"), []),
        (
            claim(A, "HarmonyOS basedOn Android", valid_until="2023"),
            claim(B, "HarmonyOS independentOf Android", valid_from="2024"),
            [],
        ),
        # exclusive: another object beside the only one
        (claim(A, f"{SYSTEM} HarmonyOS", CHINA, SOLE), claim(B, f"{SYSTEM} iDrive_X", CHINA), ["exclusive"]),
        (claim(A, f"{SYSTEM} HarmonyOS", CHINA, SOLE), claim(B, f"{SYSTEM} iDrive_X", WORLD), []),
        (claim(A, f"{SYSTEM} HarmonyOS", CHINA), claim(B, f"{SYSTEM} iDrive_X", CHINA), []),
        (claim(A, f"{SYSTEM} HarmonyOS", CHINA, SOLE), claim(B, f"{SYSTEM} iDrive_X", CHINA, status=DENIED), []),
        # status: said and denied
        (claim(A, "Toyota acquires Rivian"), claim(B, "Toyota acquires Rivian", status=DENIED), ["status"]),
        (claim(A, "Toyota acquires Rivian", status=REPORTED), claim(B, "Toyota acquires Rivian", status=DENIED), []),
        (claim(A, "Toyota acquires Rivian"), claim(B, "Toyota acquires Rivian", status=ENDED), []),
        (claim(A, "Toyota acquires Rivian"), claim(B, "Honda acquires Rivian", status=DENIED), []),
    ],
)
def test_what_conflicts_and_its_twin_that_does_not(one: Claim, other: Claim, rules: list[str]) -> None:
    assert against(one, other) == rules
    assert against(other, one) == rules


def test_a_date_that_only_says_less_does_not_conflict() -> None:
    def date(source: Document, iso: str) -> Claim:
        told = claim(source, "BMW_iX3 releaseDate 1")
        return Claim(**{**_fields(told), "object": Literal.date(iso)})

    assert against(date(A, "2026"), date(B, "2026-03")) == []
    assert against(date(A, "2026-03"), date(B, "2026-03-17")) == []
    assert against(date(A, "2026-03"), date(B, "2026-04")) == ["functional"]
    assert against(date(A, "2025"), date(B, "2026-04")) == ["functional"]


def _fields(found: Claim) -> dict[str, object]:
    return {name: getattr(found, name) for name in Claim.__dataclass_fields__}


def test_a_curator_and_a_text_can_be_at_odds() -> None:
    curated = curated_fact("Toyota acquires Rivian", status=DENIED)
    assert against(claim(A, "Toyota acquires Rivian"), curated=[curated]) == ["status"]


def test_each_pair_of_three_conflicts_once_and_in_order() -> None:
    found = [claim(d, f"{RANGE} {km}") for d, km in ((A, 500), (B, 600), (C, 700))]
    facts = facts_of([A, B, C], found)
    against_each = conflicts(facts, {d.id: d for d in (A, B, C)}, knowledge().ontology)
    pairs = sorted(Conflict(*sorted((a.id, b.id)), "functional") for a, b in combinations(facts, 2))
    assert against_each == pairs


def test_a_conflict_is_read_from_texts_and_both_sides_stay() -> None:
    documents = [
        Document("The BMW iX3 has a range of 805 km.", "1", language="en"),
        Document("BMW iX3 memiliki jarak tempuh 600 km.", "2", language="id"),
    ]
    found = [c for d in documents for c in claims(d.text, d.language)]
    by_id = {c.document: Document("", "") for c in found}
    facts = resolve(found, [], by_id, knowledge().ontology)
    assert [c.rule for c in conflicts(facts, by_id, knowledge().ontology)] == ["functional"]
    assert all(f.status is IN_EFFECT for f in facts)
