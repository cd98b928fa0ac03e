"""What conflicts with what: each rule with a twin that does not, and all of them beside a comparison of every pair."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from importlib import import_module
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline import AT, ID, knowledge

from kg.model import SAID, Claim, Conflict, Fact, Literal, Qualifier, Status, qualifier_key, term_key
from kg.resolution import conflicts
from kg.settling.conflicts import ABOUT, ROUNDING

RULES = import_module("kg.settling.conflicts")
IN_EFFECT, PLANNED, REPORTED, DENIED, ENDED = SAID
TRUE = Literal.boolean(True)
ABOUT_IT, SOLE = (AT + "approximate", TRUE), (AT + "exclusive", TRUE)
CHINA, WORLD = (AT + "market", ID + "China"), (AT + "market", ID + "World")
MAX, PRO = (AT + "trim", Literal("Max")), (AT + "trim", Literal("Pro"))


def fact(
    told: str, *qualifiers: Qualifier, status: Status = IN_EFFECT, since: str = "", until: str = "", said: str = ""
) -> Fact:
    """A fact; ``said`` gives the letters of what its claims say: ``e`` in effect, ``d`` denied, ``a`` about."""
    subject, predicate, obj = told.split()
    kind = knowledge().ontology.properties[AT + predicate].kind
    value = {"quantity": Literal.decimal, "date": Literal.date}.get(kind, lambda name: ID + name)(obj)
    identity = tuple(q for q in qualifiers if knowledge().ontology.properties[q[0]].identifying)
    ends = (ID + subject, AT + predicate, value)
    states = {"e": IN_EFFECT, "d": DENIED, "a": IN_EFFECT, "p": PLANNED, "x": ENDED, "r": REPORTED}
    claims = [Claim(f"d{n}", 0, 1, "x", *ends, (ABOUT_IT,) if c == "a" else (), states[c]) for n, c in enumerate(said)]
    return Fact(*ends, identity, tuple(sorted(qualifiers, key=qualifier_key)), status, since, until, claims=(*claims,))


def against(*facts: Fact) -> list[str]:
    return [c.rule for c in conflicts(facts, {}, knowledge().ontology)]


RANGE, PRICE, DAY = "BMW_iX3 drivingRange", "BMW_iX3 price", "BMW_iX3 releaseDate"
SYSTEM = "Neue_Klasse usesSoftware"


@pytest.mark.parametrize(
    ("one", "other", "rules"),
    [
        # figures: rounded, about, and apart
        (fact(f"{RANGE} 300"), fact(f"{RANGE} 310"), ["functional"]),
        (fact(f"{RANGE} 300"), fact(f"{RANGE} 302"), []),
        (fact(f"{RANGE} 300", ABOUT_IT), fact(f"{RANGE} 310"), []),
        (fact(f"{RANGE} 300"), fact(f"{RANGE} 310", ABOUT_IT), []),
        (fact(f"{RANGE} 300", ABOUT_IT), fact(f"{RANGE} 350"), ["functional"]),
        (fact(f"{RANGE} 300", ABOUT_IT), fact(f"{RANGE} 350", ABOUT_IT), ["functional"]),
        (fact(f"{RANGE} 300", ABOUT_IT, said="a"), fact(f"{RANGE} 310", said="e"), []),
        (fact(f"{RANGE} 300", ABOUT_IT, said="ae"), fact(f"{RANGE} 310", said="e"), ["functional"]),
        (fact(f"{RANGE} 300", ABOUT_IT, said="ad"), fact(f"{RANGE} 310", said="e"), ["status"]),
        (fact(f"{RANGE} 0"), fact(f"{RANGE} 1"), ["functional"]),
        # dates: one that says less, and another
        (fact(f"{DAY} 2026"), fact(f"{DAY} 2026-03"), []),
        (fact(f"{DAY} 2026-03"), fact(f"{DAY} 2026-03-17"), []),
        (fact(f"{DAY} 2026-03"), fact(f"{DAY} 2026-04"), ["functional"]),
        (fact(f"{DAY} 2026"), fact(f"{DAY} 2027-03"), ["functional"]),
        # another market, trim, time
        (fact(f"{RANGE} 300", CHINA), fact(f"{RANGE} 400", CHINA), ["functional"]),
        (fact(f"{RANGE} 300", CHINA), fact(f"{RANGE} 400", WORLD), []),
        (fact(f"{RANGE} 300", MAX), fact(f"{RANGE} 400", PRO), []),
        (fact(f"{RANGE} 300", since="2024"), fact(f"{RANGE} 400", since="2025"), []),
        (fact(f"{RANGE} 300", since="2024"), fact(f"{RANGE} 400", since="2024"), ["functional"]),
        (fact(f"{RANGE} 300", since="2024"), fact(f"{RANGE} 400"), ["functional"]),
        (fact(f"{RANGE} 300", until="2024"), fact(f"{RANGE} 400", since="2025"), []),
        (fact(f"{DAY} 2026", CHINA), fact(f"{DAY} 2027", WORLD), []),
        (fact(f"{PRICE} 300", MAX, CHINA), fact(f"{PRICE} 400", MAX, WORLD), []),
        # properties that exclude each other
        (fact("HarmonyOS basedOn Android"), fact("HarmonyOS independentOf Android"), ["excludes"]),
        (fact("HarmonyOS basedOn Android"), fact("HarmonyOS independentOf Linux"), []),
        (fact("HarmonyOS basedOn Android", CHINA), fact("HarmonyOS independentOf Android", CHINA), ["excludes"]),
        (fact("HarmonyOS basedOn Android", CHINA), fact("HarmonyOS independentOf Android", WORLD), []),
        (fact("HarmonyOS basedOn Android", until="2023"), fact("HarmonyOS independentOf Android", since="2024"), []),
        (fact("HarmonyOS basedOn Android", status=ENDED), fact("HarmonyOS independentOf Android"), []),
        (fact("HarmonyOS basedOn Android"), fact("HarmonyOS compatibleWith Android"), []),
        # exclusive beside another
        (fact(f"{SYSTEM} HarmonyOS", SOLE), fact(f"{SYSTEM} iDrive_X"), ["exclusive"]),
        (fact(f"{SYSTEM} HarmonyOS", SOLE), fact(f"{SYSTEM} iDrive_X", SOLE), ["exclusive"]),
        (fact(f"{SYSTEM} HarmonyOS"), fact(f"{SYSTEM} iDrive_X"), []),
        (fact(f"{SYSTEM} HarmonyOS", SOLE, CHINA), fact(f"{SYSTEM} iDrive_X", WORLD), []),
        (fact(f"{SYSTEM} HarmonyOS", SOLE, since="2024"), fact(f"{SYSTEM} iDrive_X", since="2026"), []),
        (fact(f"{SYSTEM} HarmonyOS", SOLE), fact(f"{SYSTEM} iDrive_X", status=REPORTED), []),
        (fact(f"{SYSTEM} HarmonyOS", SOLE), fact("BMW_iX3 usesSoftware iDrive_X"), []),
        # a status against another of the same fact
        (fact("Toyota acquires Rivian", said="ed"), fact("Honda acquires Rivian"), ["status"]),
        (fact("Toyota acquires Rivian", said="pd"), fact("Honda acquires Rivian"), ["status"]),
        (fact("Toyota acquires Rivian", status=DENIED, said="rd"), fact("Honda acquires Rivian"), []),
        (fact("Toyota acquires Rivian", status=ENDED, said="pex"), fact("Honda acquires Rivian"), []),
        (fact("Toyota acquires Rivian", said="per"), fact("Honda acquires Rivian", status=DENIED, said="d"), []),
    ],
)
def test_each_rule_and_its_twins(one: Fact, other: Fact, rules: list[str]) -> None:
    assert against(one, other) == rules
    assert against(other, one) == rules


def test_one_object_in_two_scopes_is_no_conflict_with_itself() -> None:
    """Where the scope names fewer qualifiers than tell facts apart."""
    told = [fact(f"{DAY} 2026", (AT + "of", Literal(name))) for name in ("sale", "show")]
    assert against(*told) == []


# -- beside a comparison of every pair -----------------------------------------------------------------------------


def reference(facts: Iterable[Fact]) -> list[Conflict]:
    """Every fact beside every other: slow, and plain enough to be read."""
    found = set()
    every = list(facts)
    properties = knowledge().ontology.properties
    for each in every:
        said = {c.status for c in each.claims}
        if DENIED in said and {IN_EFFECT, PLANNED} & said:
            found.add(Conflict(each.id, each.id, "status"))
    for denied, other in permutations(every, 2):
        alike = (denied.subject, denied.predicate, denied.object) == (other.subject, other.predicate, other.object)
        wider = all(q in other.identity for q in denied.identity) and denied.identity != other.identity
        holds = denied.status is DENIED and other.status in (IN_EFFECT, PLANNED)
        if alike and wider and holds and _together(denied, other):
            found.add(Conflict(*sorted((denied.id, other.id)), "status"))
    for one, other in combinations([f for f in every if f.status in (IN_EFFECT, PLANNED)], 2):
        if one.subject != other.subject or not _together(one, other):
            continue
        rule, rival = properties[one.predicate], properties[other.predicate]
        scope = rule.functional_within
        same, differ = one.predicate == other.predicate, one.object != other.object
        within = scope is not None and _values(one, scope) == _values(other, scope)
        if same and differ and within and not _one_figure(one, other):
            found.add(Conflict(*sorted((one.id, other.id)), "functional"))
        if one.identity == other.identity and not differ and {rival.iri} & {*rule.excludes}:
            found.add(Conflict(*sorted((one.id, other.id)), "excludes"))
        if one.identity == other.identity and same and differ and SOLE in (*one.qualifiers, *other.qualifiers):
            found.add(Conflict(*sorted((one.id, other.id)), "exclusive"))
    return sorted(found)


def _values(of: Fact, scope: tuple[str, ...]) -> list[str]:
    return sorted(term_key(v) for q, v in of.qualifiers if q in scope)


def _together(one: Fact, other: Fact) -> bool:
    if one.valid_from and other.valid_from and one.valid_from != other.valid_from:
        return False
    ends = [(one.valid_until, other.valid_from), (other.valid_until, one.valid_from)]
    return not any(until and since and until <= since for until, since in ends)


def _one_figure(one: Fact, other: Fact) -> bool:
    if not (isinstance(one.object, Literal) and isinstance(other.object, Literal)):
        return False
    x, y = one.object.lexical, other.object.lexical
    if "decimal" not in one.object.datatype:
        return x.startswith(y) or y.startswith(x)
    about = any(ABOUT_IT in f.qualifiers for f in (one, other))
    return abs(Decimal(x) - Decimal(y)) <= (ABOUT if about else ROUNDING) * max(Decimal(x), Decimal(y))


TOLD = [
    *(f"{RANGE} {km}" for km in (300, 302, 310, 400)),
    *(f"{DAY} {day}" for day in ("2026", "2026-03", "2026-04-01")),
    *(f"HarmonyOS {p} {o}" for p in ("basedOn", "independentOf") for o in ("Android", "Linux")),
    *(f"{SYSTEM} {o}" for o in ("HarmonyOS", "iDrive_X", "Android")),
    "BMW_iX3 usesSoftware iDrive_X",
]
FACTS = st.builds(
    lambda told, market, trim, flags, status, since, until, said: fact(
        told, *market, *trim, *flags, status=status, since=since, until=until, said=said
    ),
    st.sampled_from(TOLD),
    st.sampled_from([(), (CHINA,), (WORLD,)]),
    st.sampled_from([(), (MAX,)]),
    st.sampled_from([(), (SOLE,), (ABOUT_IT,)]),
    st.sampled_from([IN_EFFECT, IN_EFFECT, PLANNED, DENIED, ENDED]),
    st.sampled_from(["", "", "2024", "2025"]),
    st.sampled_from(["", "", "2024", "2026"]),
    st.sampled_from(["", "", "", "d", "x", "rd"]),
)


@given(st.lists(FACTS, max_size=14, unique_by=lambda f: f.id), st.randoms())
def test_grouping_finds_what_comparing_every_pair_finds(facts: list[Fact], chance) -> None:
    found = reference(facts)
    assert conflicts(facts, {}, knowledge().ontology) == found
    chance.shuffle(facts)
    assert conflicts(facts, {}, knowledge().ontology) == found


def test_the_reference_finds_conflicts_of_every_rule() -> None:
    facts = [fact(told) for told in TOLD] + [fact(f"{SYSTEM} HyperOS", SOLE), fact("Toyota acquires Rivian", said="ed")]
    found = {c.rule for c in reference(facts)}
    assert found == {"functional", "excludes", "exclusive", "status"}
    assert conflicts(facts, {}, knowledge().ontology) == reference(facts)


def test_of_a_subject_with_many_facts_only_those_of_one_time_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of facts of one subject that do not conflict: no comparison of every pair."""
    compared: list[tuple[Fact, Fact]] = []
    same_time = RULES._same_time
    monkeypatch.setattr(RULES, "_same_time", lambda *pair: compared.append(pair) or same_time(*pair))
    years = [fact(f"{RANGE} {300 + n}", since=f"{n}") for n in range(1_000)]
    systems = [fact(f"{SYSTEM} S{n}") for n in range(1_000)]
    assert conflicts([*years, *systems], {}, knowledge().ontology) == []
    assert compared == []
    again = [fact(f"{RANGE} {600 + n}", since=f"{n}") for n in range(10)]
    assert len(conflicts([*years, *again], {}, knowledge().ontology)) == 10
    assert len(compared) == 20


def test_a_denial_of_the_whole_meets_what_is_said_of_a_part() -> None:
    in_china, in_the_world = fact("Toyota partnersWith BYD", CHINA), fact("Toyota partnersWith BYD", WORLD)
    denied, in_china_denied = fact("Toyota partnersWith BYD", status=DENIED), replace(in_china, status=DENIED)
    [found] = conflicts([in_china, denied], {}, knowledge().ontology)
    assert (found.rule, {found.first, found.second}) == ("status", {in_china.id, denied.id})
    assert conflicts([in_china_denied, in_the_world], {}, knowledge().ontology) == []
    assert conflicts([in_china_denied, fact("Toyota partnersWith BYD")], {}, knowledge().ontology) == []
    assert conflicts([fact("Toyota partnersWith CATL", CHINA), denied], {}, knowledge().ontology) == []
