"""Decisions of curators: written and read back, applied at every build, reopened when they must be, undone."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from batched import in_batches
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline import AT, ID, ROOT

from kg import decisions
from kg.build import Graph, Knowledge, assemble
from kg.decisions import (
    Correction,
    Decision,
    Limits,
    claim_key,
    merge_key,
    put,
    scope_of,
    side_of,
    statement_of,
    taken_back,
)
from kg.decisions.decision import evidence_key
from kg.decisions.files import text_of
from kg.errors import Faults, ProjectError
from kg.model import Claim, Conflict, Document, Entity, Fact, Label, Literal, Origin, Status, Verdict, verdict_of
from kg.names import digest
from kg.project import Project
from kg.relations import Extraction
from kg.resolution import resolve
from kg.seeds import load_facts

PREFIXES = """@prefix at: <https://w3id.org/autotech#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix id: <https://w3id.org/autotech/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
NAMES = {
    "Norland": "Automaker", "Sudmark": "Automaker", "Ostvik": "TechnologyCompany", "Sudmark_AG": "Automaker",
    "China": "Country", "Lumo_OS": "OperatingSystem", "Brise": "VehicleModel",
}  # fmt: skip
FIRST = Document("Norland acquired Sudmark. Norland and Ostvik are partners. Brise runs Lumo OS in China.",
                 "https://news.example/1", issued="2031-05-02", language="en")  # fmt: skip
SECOND = Document("Norland bought Sudmark. Ostvik is a partner of Sudmark AG.", "https://news.example/2",
                  issued="2031-06-02", language="en")  # fmt: skip


def said(document: Document, quote: str, fact: str, **more: object) -> Claim:
    start = document.text.index(quote)
    subject, predicate, value = fact.split()
    return Claim(document.id, start, start + len(quote), quote, ID + subject, AT + predicate, ID + value, **more)  # type: ignore[arg-type]


BUYS = said(FIRST, "Norland acquired Sudmark", "Norland acquires Sudmark", confidence="0.9")
BUYS_TOO = said(SECOND, "Norland bought Sudmark", "Norland acquires Sudmark")
PARTNERS = said(FIRST, "Norland and Ostvik are partners", "Norland partnersWith Ostvik")
PARTNERS_AG = said(SECOND, "Ostvik is a partner of Sudmark AG", "Ostvik partnersWith Sudmark_AG")
RUNS = said(FIRST, "Brise runs Lumo OS", "Brise usesSoftware Lumo_OS", qualifiers=((AT + "market", ID + "China"),))
CLAIMS = (BUYS, BUYS_TOO, PARTNERS, PARTNERS_AG, RUNS)


def started(root: Path) -> Project:
    """The shipped ontology and a few names of this test's own."""
    shutil.copytree(ROOT / "ontology", root / "ontology", ignore=shutil.ignore_patterns("id.toml", "de.toml"))
    (root / "queries").mkdir()
    (root / "seeds" / "entities").mkdir(parents=True)
    lines = [f'id:{n} a at:{c} ; skos:prefLabel "{n.replace("_", " ")}"@en .\n' for n, c in NAMES.items()]
    (root / "seeds" / "entities" / "names.ttl").write_text(PREFIXES + "".join(lines), encoding="utf-8")
    return Project(root)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return started(tmp_path / "project")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return Knowledge.of(started(tmp_path_factory.mktemp("world") / "project"))


def short(iri: str) -> str:
    return iri.replace(ID, "id:").replace(AT, "at:")


def on(claim: Claim, decision: str, **more: object) -> Decision:
    """A decision on a claim, as 'kg review' writes it."""
    source = next(d.source for d in (FIRST, SECOND) if d.id == claim.document)
    statement = statement_of(claim.subject, claim.predicate, claim.object, short)
    return Decision(
        "claims",
        claim_key(claim, source, short),
        decision,
        statement,
        scope_of(claim, short),
        source,
        claim.quote,
        **more,
    )  # type: ignore[arg-type]


def merge(*names: str, decision: str = "same") -> Decision:
    iris = tuple(sorted(ID + n for n in names))
    labels = tuple(iri.removeprefix(ID).replace("_", " ") for iri in iris)
    keep = ID + names[0] if decision == "same" else ""
    return Decision("merges", merge_key(iris), decision, entities=iris, evidence=labels, keep=keep)


def graph(
    world: Knowledge,
    *taken: Decision,
    claims: tuple[Claim, ...] = CLAIMS,
    documents: tuple[Document, ...] = (FIRST, SECOND),
    new: tuple[Entity, ...] = (),
    curated: tuple[Fact, ...] = (),
) -> Graph:
    there = {d.id for d in documents}
    said = tuple(c for c in claims if c.document in there)
    decided = replace(world, decisions=taken)
    made = assemble(decided, documents, [Extraction(said, new)], curated)
    told = {d.id: Extraction(tuple(c for c in said if c.document == d.id), new) for d in documents}
    report, quads = in_batches(decided, documents, told, curated)
    assert quads == bytes_of(made)
    assert (report.decisions, report.reopened) == (
        made.decided,
        tuple(r for r in made.records if r.verdict is Verdict.REOPENED),
    )
    return made


def bytes_of(made: Graph) -> list[str]:
    return sorted({str(q) for q in made.quads()})


def fact(made: Graph, statement: str) -> Fact:
    return next(f for f in made.facts if statement_of(f.subject, f.predicate, f.object, short) == statement)


def claim_of(made: Graph, like: Claim) -> Claim:
    return next(c for c in made.claims if c.quote == like.quote and not c.corrects)


# -- claims --------------------------------------------------------------------------------------------------------


def test_a_rejected_claim_stays_and_counts_no_more(world: Knowledge) -> None:
    made = graph(world, on(BUYS, "reject", by="ana", note="a rumour"))
    found = fact(made, "id:Norland at:acquires id:Sudmark")
    assert (found.status, found.support, len(found.claims)) == (Status.IN_EFFECT, 1, 2)
    [curation] = claim_of(made, BUYS).curations
    assert (curation.verdict, curation.status, curation.by, curation.note) == (
        Verdict.REJECTED, Status.REJECTED, "ana", "a rumour",
    )  # fmt: skip


def test_a_fact_with_no_other_claim_is_rejected_and_has_no_direct_triple(world: Knowledge) -> None:
    made = graph(world, on(PARTNERS, "reject"))
    found = fact(made, "id:Norland at:partnersWith id:Ostvik")
    assert (found.status, found.support, len(found.claims)) == (Status.REJECTED, 0, 1)
    direct = f"<{ID}Norland> <{AT}partnersWith> <{ID}Ostvik> <"
    assert not [q for q in bytes_of(made) if q.startswith(direct)]
    assert [q for q in bytes_of(graph(world)) if q.startswith(direct)]


def test_an_accepted_claim_is_marked_and_changes_nothing_else(world: Knowledge) -> None:
    made = graph(world, on(BUYS, "accept"))
    assert verdict_of(claim_of(made, BUYS).curations) is Verdict.ACCEPTED
    bare, decided = (
        fact(graph(world), "id:Norland at:acquires id:Sudmark"),
        fact(made, "id:Norland at:acquires id:Sudmark"),
    )
    assert (bare.status, bare.support) == (decided.status, decided.support)


def test_an_accepted_claim_does_not_hold_up_later_news(world: Knowledge) -> None:
    over = replace(BUYS_TOO, status=Status.ENDED)
    made = graph(world, on(BUYS, "accept"), claims=(BUYS, over))
    assert fact(made, "id:Norland at:acquires id:Sudmark").status is Status.ENDED


def test_a_correction_stands_beside_the_claim_as_it_was_read(world: Knowledge) -> None:
    fixed = Correction(ID + "Norland", AT + "partnersWith", ID + "Sudmark", Status.PLANNED, "2032")
    made = graph(world, on(PARTNERS, "correct", correction=fixed))
    [new] = [c for c in made.claims if c.corrects]
    assert (new.quote, new.pattern, new.confidence, new.valid_from) == (PARTNERS.quote, "curator", "1", "2032")
    assert new.corrects == claim_of(made, PARTNERS).id
    assert fact(made, "id:Norland at:partnersWith id:Ostvik").status is Status.REJECTED
    assert fact(made, "id:Norland at:partnersWith id:Sudmark").status is Status.PLANNED


def test_a_correction_that_changes_nothing_accepts(world: Knowledge) -> None:
    same = Correction(PARTNERS.subject, PARTNERS.predicate, PARTNERS.object)
    made = graph(world, on(PARTNERS, "correct", correction=same))
    assert verdict_of(claim_of(made, PARTNERS).curations) is Verdict.ACCEPTED
    assert len(made.claims) == len(CLAIMS)


def test_a_correction_with_an_unknown_entity_is_reopened(world: Knowledge) -> None:
    fixed = Correction(ID + "Norland", AT + "partnersWith", ID + "Nobody")
    made = graph(world, on(PARTNERS, "correct", correction=fixed))
    [record] = made.records
    assert (record.verdict, record.note) == (Verdict.REOPENED, "nothing is known of id:Nobody now")
    assert fact(made, "id:Norland at:partnersWith id:Ostvik").status is Status.IN_EFFECT


def test_a_correction_that_no_longer_fits_its_classes_is_reopened(world: Knowledge) -> None:
    fixed = Correction(ID + "Norland", AT + "partnersWith", VESTGARD.iri)
    taken = on(PARTNERS, "correct", correction=fixed)
    assert with_new(world, taken).records == ()
    [record] = with_new(world, taken, entity=replace(VESTGARD, types=(AT + "City",))).records
    assert record.note == "id:Vestgard does not fit at:partnersWith now"


def test_a_figure_without_a_unit_has_that_of_its_property(project: Project, world: Knowledge) -> None:
    path = project.seeds / "decisions" / "claims" / "a.toml"
    path.parent.mkdir(parents=True)
    path.write_text(FAST + 'object = "200"', "utf-8")
    [decision] = decisions.load(project, world.ontology, world.names.entities)
    assert decision.correction is not None
    assert decision.correction.qualifiers == ((AT + "unit", Literal("km/h")),)


def test_a_project_without_shapes_has_no_bounds(project: Project, world: Knowledge) -> None:
    speed = Literal.decimal("-5")
    assert Limits.of(project).broken(AT + "topSpeed", speed)
    assert Limits.of(project).broken(AT + "topSpeed", Literal.decimal("5")) is None
    shutil.rmtree(project.ontology / "shapes")
    assert Limits.of(project).broken(AT + "topSpeed", speed) is None


def test_a_decision_holds_when_the_text_changes_elsewhere(world: Knowledge) -> None:
    longer = replace(FIRST, text="It rained. " + FIRST.text)
    again = replace(PARTNERS, document=longer.id, start=PARTNERS.start + 11, end=PARTNERS.end + 11)
    made = graph(world, on(PARTNERS, "reject"), claims=(again,), documents=(longer,))
    assert made.decided == 1
    assert fact(made, "id:Norland at:partnersWith id:Ostvik").status is Status.REJECTED


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": Status.PLANNED}, "read there now: id:Norland at:partnersWith id:Ostvik (Planned), "),
        ({"object": ID + "Sudmark"}, "read there now: id:Norland at:partnersWith id:Sudmark (InEffect), "),
        ({"quote": "Ostvik", "object": ID + "Sudmark"}, "nothing like it is read there now"),
    ],
)
def test_a_decision_whose_evidence_changed_is_reopened(world: Knowledge, change: dict[str, str], reason: str) -> None:
    made = graph(world, on(PARTNERS, "reject", note="no"), claims=(replace(PARTNERS, **change),))  # type: ignore[arg-type]
    [record] = made.records
    assert record.verdict is Verdict.REOPENED
    assert record.note.startswith(reason)
    assert record.note.endswith("; then: no")
    assert made.decided == 0
    assert all(f.status is not Status.REJECTED for f in made.facts)


def test_a_decision_on_a_document_that_is_not_there_rests(world: Knowledge) -> None:
    made = graph(world, on(BUYS_TOO, "reject"), documents=(FIRST,))
    assert (made.decided, made.records) == (0, ())
    assert bytes_of(made) == bytes_of(graph(world, documents=(FIRST,)))


# -- copies --------------------------------------------------------------------------------------------------------

REPRINT = replace(FIRST, source="https://mirror.example/1", issued="2031-05-03", copy_of=FIRST.id)
IN_OTHER_WORDS = FIRST.text.replace("Norland and Ostvik are", "So Norland and Ostvik are")
REWORDED = replace(REPRINT, source="https://other.example/1", text=IN_OTHER_WORDS)


def printed(claim: Claim, document: Document, **more: object) -> Claim:
    """A claim as a copy has it."""
    start = document.text.index(claim.quote)
    return replace(claim, document=document.id, start=start, end=start + len(claim.quote), **more)  # type: ignore[arg-type]


AGAIN, OTHERWISE = printed(PARTNERS, REPRINT), printed(PARTNERS, REWORDED)


def family(world: Knowledge, *taken: Decision, claims: tuple[Claim, ...] = (PARTNERS, AGAIN, OTHERWISE)) -> Graph:
    """An original, a reprint, and a copy that has the sentence in other words."""
    documents = {d.id: d for d in (FIRST, REPRINT, REWORDED)}
    decided = decisions.apply(taken, claims, (), world.names.entities, documents, world.ontology)
    facts = resolve(decided.claims, decided.curated, documents, world.ontology)
    entities = [decided.entities[i] for i in sorted(decided.entities)]
    return Graph(world.ontology, entities, [*documents.values()], decided.claims, facts, (), decided.records,
                 decided.applied)  # fmt: skip


def found(made: Graph, document: Document) -> Claim:
    return next(c for c in made.claims if c.document == document.id and not c.corrects)


def of_copy(decision: Decision, document: Document = REPRINT) -> Decision:
    key = evidence_key(decision.statement, decision.scope, document.source, decision.quote)
    return replace(decision, source=document.source, key=key)


@pytest.mark.parametrize(
    ("decision", "verdict", "support"), [("reject", Verdict.REJECTED, 1), ("accept", Verdict.ACCEPTED, 1)]
)
def test_a_decision_holds_in_each_copy_that_has_the_sentence(
    world: Knowledge, decision: str, verdict: Verdict, support: int
) -> None:
    made = family(world, on(PARTNERS, decision, by="ana"))
    original, copy, other = (found(made, d) for d in (FIRST, REPRINT, REWORDED))
    assert (verdict_of(original.curations), verdict_of(copy.curations), other.curations) == (verdict, verdict, ())
    assert (copy.curations, copy.decided_in, original.decided_in) == (original.curations, FIRST.id, "")
    assert fact(made, "id:Norland at:partnersWith id:Ostvik").support == support, "of the copy in other words"
    assert made.decided == 1


def test_without_a_copy_in_other_words_the_fact_goes(world: Knowledge) -> None:
    made = family(world, on(PARTNERS, "reject"), claims=(PARTNERS, AGAIN))
    assert fact(made, "id:Norland at:partnersWith id:Ostvik").status is Status.REJECTED


def test_a_correction_is_made_in_each_copy(world: Knowledge) -> None:
    made = family(world, on(PARTNERS, "correct", correction=FIXED))
    fixed = {c.document: c for c in made.claims if c.corrects}
    assert fixed.keys() == {FIRST.id, REPRINT.id}
    assert (fixed[REPRINT.id].corrects, fixed[REPRINT.id].decided_in) == (AGAIN.id, FIRST.id)
    partners = fact(made, "id:Norland at:partnersWith id:Sudmark")
    assert (partners.support, len(partners.claims)) == (1, 2), "a copy counts no more than its original"


def test_a_correction_that_only_mends_the_date_of_a_copy_is_made_there(world: Knowledge) -> None:
    """Of "this year" an original makes another date than a reprint of the year after."""
    dated, later = (replace(c, valid_from=y, time_text="this year") for c, y in ((PARTNERS, "2031"), (AGAIN, "2032")))
    fixed = Correction(PARTNERS.subject, PARTNERS.predicate, PARTNERS.object, Status.IN_EFFECT, "2031")
    made = family(world, on(dated, "correct", correction=fixed), claims=(dated, later))
    [new] = [c for c in made.claims if c.corrects]
    assert (new.valid_from, new.document, new.decided_in) == ("2031", REPRINT.id, FIRST.id)


def test_what_is_found_of_a_copy_is_found_of_its_original(world: Knowledge) -> None:
    made = family(world, of_copy(on(PARTNERS, "reject")))
    assert found(made, FIRST).decided_in == REPRINT.id
    assert not found(made, FIRST).counts


@pytest.mark.parametrize(
    ("decided", "verdicts"),
    [
        ((on(PARTNERS, "reject"), of_copy(on(PARTNERS, "accept"))), (Verdict.REJECTED, Verdict.ACCEPTED)),
        ((on(PARTNERS, "accept"), of_copy(on(PARTNERS, "reject"))), (Verdict.ACCEPTED, Verdict.REJECTED)),
    ],
)
def test_a_copy_with_a_decision_of_its_own_keeps_it(
    world: Knowledge, decided: tuple[Decision, ...], verdicts: tuple[Verdict, ...]
) -> None:
    made = family(world, *decided)
    assert tuple(verdict_of(found(made, d).curations) for d in (FIRST, REPRINT)) == verdicts
    assert not any(c.decided_in for c in made.claims)


def test_copies_on_which_curators_differ_say_nothing_of_the_original(world: Knowledge) -> None:
    twin = replace(REPRINT, source="https://third.example/1")
    taken = {d.key: d for d in (of_copy(on(PARTNERS, "accept")), of_copy(on(PARTNERS, "reject"), twin))}
    documents = {d.id: d for d in (FIRST, REPRINT, twin)}
    claims = decisions.keyed((PARTNERS, AGAIN, printed(PARTNERS, twin)), documents, short)
    [group] = decisions.echoes(claims, documents)
    assert (group[0].document, decisions.followed(group, taken, documents)) == (FIRST.id, None)


@pytest.mark.parametrize(
    "change",
    [{"status": Status.PLANNED}, {"object": ID + "Sudmark"}, {"stated_by": ID + "Norland"}, {"quote": "Ostvik"}],
)
def test_a_copy_that_says_something_else_is_left_alone(world: Knowledge, change: dict[str, str]) -> None:
    other = replace(AGAIN, **change)  # type: ignore[arg-type]
    made = family(world, on(PARTNERS, "reject"), claims=(PARTNERS, other))
    assert [c.curations for c in made.claims if c.document == REPRINT.id] == [()]


def test_texts_that_are_no_copies_are_decided_on_alone(world: Knowledge) -> None:
    other = replace(REPRINT, copy_of="")
    claims, documents = (PARTNERS, printed(PARTNERS, other)), {d.id: d for d in (FIRST, other)}
    assert not [*decisions.echoes(claims, documents)]
    decided = decisions.apply([on(PARTNERS, "reject")], claims, (), {}, documents, world.ontology)
    assert sum(c.counts for c in decided.claims) == 1


# -- names that nobody listed --------------------------------------------------------------------------------------

VESTGARD = Entity(ID + "Vestgard", (AT + "Automaker",), (Label("Vestgard", "en"),), origin=Origin.EXTRACTED)
THIRD = Document("Norland acquired Vestgard.", "https://news.example/3", issued="2031-07-01", language="en")
NEW = said(THIRD, "Norland acquired Vestgard", "Norland acquires Vestgard")


def name(decision: str, **more: object) -> Decision:
    seen = ("Vestgard", "at:Automaker")
    return Decision("entities", VESTGARD.iri, decision, source=THIRD.source, evidence=seen, **more)  # type: ignore[arg-type]


def with_new(world: Knowledge, *taken: Decision, entity: Entity = VESTGARD) -> Graph:
    return graph(world, *taken, claims=(*CLAIMS, NEW), documents=(FIRST, SECOND, THIRD), new=(entity,))


def entity(made: Graph, local: str) -> Entity | None:
    return next((e for e in made.entities if e.iri == ID + local), None)


def test_an_accepted_name_is_marked(world: Knowledge) -> None:
    found = entity(with_new(world, name("accept")), "Vestgard")
    assert found is not None
    assert verdict_of(found.curations) is Verdict.ACCEPTED


def test_what_is_no_name_takes_its_claims_along(world: Knowledge) -> None:
    made = with_new(world, name("reject"))
    assert fact(made, "id:Norland at:acquires id:Vestgard").status is Status.REJECTED
    assert fact(made, "id:Norland at:acquires id:Sudmark").status is Status.IN_EFFECT


def test_a_name_gets_another_class_and_another_label(world: Knowledge) -> None:
    found = entity(with_new(world, name("correct", cls=AT + "Supplier", label="Vestgard Group")), "Vestgard")
    assert found is not None
    assert found.types == (AT + "Supplier",)
    assert set(found.labels) == {Label("Vestgard Group", "en"), Label("Vestgard", "en", "alternative")}


def test_a_name_that_is_a_known_one_is_merged_into_it(world: Knowledge) -> None:
    made = with_new(world, name("correct", same_as=ID + "Sudmark"))
    assert fact(made, "id:Norland at:acquires id:Sudmark").support == 3
    kept = entity(made, "Sudmark")
    assert kept is not None
    assert (kept.merged, entity(made, "Vestgard")) == ((VESTGARD.iri,), None)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (replace(VESTGARD, types=(AT + "Supplier",)), "it is taken for at:Supplier now"),
        (replace(VESTGARD, iri=ID + "Other"), "nothing has this name there now"),
    ],
)
def test_a_decision_on_a_name_that_looks_otherwise_is_reopened(world: Knowledge, changed: Entity, reason: str) -> None:
    [record] = with_new(world, name("reject"), entity=changed).records
    assert (record.verdict, record.note) == (Verdict.REOPENED, reason)


def test_a_decision_on_a_name_that_is_listed_since_is_reopened(world: Knowledge) -> None:
    listed = Decision("entities", ID + "Ostvik", "reject", evidence=("Ostvik", "at:Supplier"))
    [record] = graph(world, listed).records
    assert record.note == "it is listed in seeds/entities now"


# -- merges --------------------------------------------------------------------------------------------------------


def test_claims_of_both_names_are_of_the_one_kept(world: Knowledge) -> None:
    made = graph(world, merge("Sudmark", "Sudmark_AG"))
    assert fact(made, "id:Ostvik at:partnersWith id:Sudmark").support == 1
    kept = entity(made, "Sudmark")
    assert kept is not None
    assert Label("Sudmark AG", "en", "alternative") in kept.labels
    assert f"<{ID}Sudmark_AG> <https://w3id.org/autotech/kg#mergedInto> <{ID}Sudmark>" in " ".join(bytes_of(made))
    assert not [q for q in bytes_of(made) if f"{ID}Sudmark_AG>" in q and "mergedInto" not in q]


def test_a_decision_on_a_claim_holds_after_a_merge(world: Knowledge) -> None:
    made = graph(world, merge("Sudmark", "Sudmark_AG"), on(PARTNERS_AG, "reject"))
    assert fact(made, "id:Ostvik at:partnersWith id:Sudmark").status is Status.REJECTED


def test_curated_facts_follow_a_merge(world: Knowledge, project: Project) -> None:
    note = "{| dct:source <https://book.example/> |} ."
    (project.seeds / "facts").mkdir()
    (project.seeds / "facts" / "a.ttl").write_text(PREFIXES + f"id:Sudmark_AG at:acquires id:Ostvik {note}", "utf-8")
    curated = tuple(load_facts(project, world.ontology, world.names))
    made = graph(world, merge("Sudmark", "Sudmark_AG"), curated=curated)
    assert fact(made, "id:Sudmark at:acquires id:Ostvik").origin is Origin.CURATED


def test_what_is_kept_may_go_on_into_another(world: Knowledge) -> None:
    made = graph(world, merge("Sudmark", "Sudmark_AG"), merge("Norland", "Sudmark"))
    assert fact(made, "id:Norland at:partnersWith id:Ostvik").support == 2
    found = fact(made, "id:Norland at:acquires id:Norland")
    assert found.status is Status.REJECTED, "nobody buys himself: what the merge made so counts no more"


def test_distinct_entities_are_noted_and_left_as_they_are(world: Knowledge) -> None:
    made = graph(world, merge("Sudmark", "Sudmark_AG", decision="distinct"))
    assert [r.verdict for r in made.records] == [Verdict.REJECTED]
    assert entity(made, "Sudmark_AG") is not None


def test_a_merge_of_what_is_called_otherwise_now_is_reopened(world: Knowledge) -> None:
    [record] = graph(world, replace(merge("Sudmark", "Sudmark_AG"), evidence=("Sudmark", "Sudmark Ltd"))).records
    assert record.note == "they are called Sudmark, Sudmark AG now"


def test_a_merge_of_what_is_not_there_rests(world: Knowledge) -> None:
    assert graph(world, merge("Sudmark", "Nobody")).records == ()


# -- conflicts -----------------------------------------------------------------------------------------------------

ELSEWHERE = said(SECOND, "Ostvik", "Brise usesSoftware Ostvik_OS", qualifiers=((AT + "market", ID + "China"),))
SOLE = replace(RUNS, qualifiers=((AT + "exclusive", Literal.boolean(True)), *RUNS.qualifiers))


def disputed(world: Knowledge, *taken: Decision, claims: tuple[Claim, ...] = (SOLE, ELSEWHERE)) -> Graph:
    return graph(world, *taken, claims=claims)


def decided(world: Knowledge, decision: str, kept: str = "") -> tuple[Decision, Conflict]:
    made = disputed(world)
    [conflict] = made.conflicts
    by_id = {f.id: f for f in made.facts}
    sides = tuple(side_of(by_id[i], short) for i in (conflict.first, conflict.second))
    keep = fact(made, kept).id if kept else ""
    return Decision("conflicts", conflict.id, decision, rule=conflict.rule, evidence=sides, keep=keep), conflict


RUNS_LUMO, RUNS_OSTVIK = "id:Brise at:usesSoftware id:Lumo_OS", "id:Brise at:usesSoftware id:Ostvik_OS"


def test_a_conflict_that_is_one_is_marked(world: Knowledge) -> None:
    decision, _ = decided(world, "accept")
    [conflict] = disputed(world, decision).conflicts
    assert verdict_of(conflict.curations) is Verdict.ACCEPTED


def test_a_conflict_that_is_none_is_counted_no_more(world: Knowledge) -> None:
    made = disputed(world, decided(world, "reject")[0])
    assert not made.conflicts
    assert all(f.status is Status.IN_EFFECT for f in made.facts)
    assert [r.verdict for r in made.records] == [Verdict.REJECTED]


def test_the_side_that_is_not_kept_is_rejected(world: Knowledge) -> None:
    made = disputed(world, decided(world, "keep", RUNS_LUMO)[0])
    assert not made.conflicts
    assert (fact(made, RUNS_LUMO).status, fact(made, RUNS_OSTVIK).status) == (Status.IN_EFFECT, Status.REJECTED)
    assert [c.verdict for c in fact(made, RUNS_OSTVIK).curations] == [Verdict.REJECTED]


def test_a_conflict_that_weighs_otherwise_now_is_reopened(world: Knowledge) -> None:
    more = replace(ELSEWHERE, document=FIRST.id, start=40, end=46)
    made = disputed(world, decided(world, "keep", RUNS_LUMO)[0], claims=(SOLE, ELSEWHERE, more))
    assert len(made.conflicts) == 1
    assert [(r.verdict, "2 independent" in r.note) for r in made.records] == [(Verdict.REOPENED, True)]


def test_a_conflict_that_is_gone_is_reopened_and_one_of_other_facts_rests(world: Knowledge) -> None:
    decision, _ = decided(world, "accept")
    assert [r.note for r in disputed(world, decision, claims=(RUNS, ELSEWHERE)).records] == [
        "the two are no conflict now"
    ]
    assert disputed(world, decision, claims=(BUYS,)).records == ()


@pytest.mark.parametrize(
    ("claims", "documents", "notes"),
    [
        ((SOLE, replace(ELSEWHERE, object=ID + "Nova_OS")), (FIRST, SECOND), [
            ("read there now: id:Brise at:usesSoftware id:Lumo_OS; at:market id:China; InEffect; 1 independent / "
            "id:Brise at:usesSoftware id:Nova_OS; at:market id:China; InEffect; 1 independent")]),
        ((BUYS,), (FIRST,), ["nothing like it is read there now"]),
        ((NEW,), (THIRD,), []),
    ],
)  # fmt: skip
def test_a_conflict_is_reopened_while_one_of_its_sources_is_there(
    world: Knowledge, claims: tuple[Claim, ...], documents: tuple[Document, ...], notes: list[str]
) -> None:
    decision = replace(decided(world, "accept")[0], sources=(FIRST.source, SECOND.source))
    assert [r.note for r in graph(world, decision, claims=claims, documents=documents).records] == notes


# -- undone --------------------------------------------------------------------------------------------------------

FIXED = Correction(ID + "Norland", AT + "partnersWith", ID + "Sudmark", Status.PLANNED, "2032")
ANY = st.lists(
    st.one_of(
        st.builds(on, st.sampled_from(CLAIMS), st.sampled_from(["accept", "reject"]), by=st.sampled_from(["", "ana"])),
        st.builds(on, st.sampled_from(CLAIMS), st.just("correct"), correction=st.just(FIXED)),
        st.sampled_from([name("accept"), name("reject"), name("correct", cls=AT + "Supplier")]),
        st.sampled_from([merge("Sudmark", "Sudmark_AG"), merge("Norland", "Ostvik", decision="distinct")]),
    ),
    unique_by=lambda d: (d.kind, d.key),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=ANY, order=st.randoms(use_true_random=False))
def test_undoing_every_decision_gives_the_graph_before_them(
    world: Knowledge, project: Project, taken: list[Decision], order: object
) -> None:
    def load() -> list[Decision]:
        return decisions.load(project, world.ontology, world.names.entities)

    shutil.rmtree(project.seeds / "decisions", ignore_errors=True)  # of an example that was cut short
    before = bytes_of(with_new(world))
    for decision in taken:
        put(project, [decision], load(), world.ontology.short)
    written = load()
    assert [(d.kind, d.key, d.decision) for d in written] == sorted((d.kind, d.key, d.decision) for d in taken)
    after = bytes_of(with_new(world, *written))
    assert (after == before) == (not taken)
    order.shuffle(written)  # type: ignore[attr-defined]
    for decision in written:
        taken_back(project, [decision], load(), world.ontology.short)
    assert not list((project.seeds / "decisions").rglob("*.toml")) if taken else True
    assert bytes_of(with_new(world, *load())) == before


# -- files ---------------------------------------------------------------------------------------------------------


def test_a_file_reads_well_and_does_not_depend_on_the_order(project: Project, world: Knowledge) -> None:
    taken = [on(PARTNERS, "reject", by="ana", on="2031-08-01", note='said "so"'), on(BUYS, "correct", correction=FIXED)]
    assert text_of(taken, world.ontology.short) == text_of(taken[::-1], world.ontology.short)
    key = taken[0].key
    assert f"""[{key}]
decision = "reject"
statement = "id:Norland at:partnersWith id:Ostvik"
scope = "InEffect"
source = "https://news.example/1"
quote = "Norland and Ostvik are partners"
by = "ana"
note = "said \\"so\\""
on = 2031-08-01
seal = "SEAL"
""" == re.sub('(?<=seal = ")[0-9a-f]{8}', "SEAL", text_of(taken[:1], world.ontology.short))
    put(project, taken, [], world.ontology.short)
    again = decisions.load(project, world.ontology, world.names.entities)
    assert {replace(d, file="", line=0) for d in again} == set(taken)
    assert [(project.root / d.file).read_text("utf-8").splitlines()[d.line - 1] for d in again] == [
        f"[{d.key}]" for d in again
    ]


def test_each_decision_has_a_file_of_its_own_named_by_what_it_is_about(project: Project, world: Knowledge) -> None:
    quarrel = Decision("conflicts", "ab" * 8, "accept", rule="status", evidence=("one", "other"))
    taken = [on(PARTNERS, "reject"), on(BUYS, "accept"), name("reject"), merge("Sudmark", "Sudmark_AG"), quarrel]
    found = [p.relative_to(project.seeds / "decisions").as_posix() for p in put(project, taken, [], short)]
    assert found == sorted([
        *(f"claims/news_example_1-{d.key}.toml" for d in taken[:2]),
        "conflicts/status-abababababababab.toml", f"entities/Vestgard-{digest(VESTGARD.iri, length=8)}.toml",
        f"merges/Sudmark-Sudmark_AG-{merge_key([ID + 'Sudmark', ID + 'Sudmark_AG'])}.toml",
    ])  # fmt: skip
    assert [d.file for d in decisions.load(project, world.ontology, world.names.entities)] == [
        f"seeds/decisions/{name}" for name in found
    ]


def test_a_file_of_many_is_read_and_what_is_decided_anew_stays_in_it(project: Project, world: Knowledge) -> None:
    def load() -> list[Decision]:
        return decisions.load(project, world.ontology, world.names.entities)

    path = project.seeds / "decisions" / "merges.toml"
    path.parent.mkdir()
    both = [merge("Sudmark", "Sudmark_AG"), merge("Norland", "Ostvik", decision="distinct")]
    path.write_text(text_of(both, short), "utf-8")
    assert {replace(d, file="", line=0) for d in load()} == set(both)
    put(project, [replace(both[0], by="ana")], load(), short)
    assert path.read_text("utf-8") == text_of([replace(both[0], by="ana"), both[1]], short)
    assert [d.by for d in load() if d.decision == "same"] == ["ana"]
    taken_back(project, both, load(), short)
    assert not path.exists()


def test_the_example_of_the_guide_is_read(project: Project, world: Knowledge) -> None:
    guide = (ROOT / "docs" / "decisions.md").read_text("utf-8")
    folder = project.seeds / "decisions" / "claims"
    folder.mkdir(parents=True)
    (folder / "a.toml").write_text(guide.partition("```toml\n")[2].partition("```")[0], "utf-8")
    [decision] = decisions.load(project, world.ontology, world.names.entities)
    assert (decision.decision, decision.on) == ("correct", "2026-01-31")


GOOD = """[28b401814c7dbac9]
decision = "reject"
statement = "id:Norland at:partnersWith id:Ostvik"
source = "https://news.example/1"
quote = "Norland and Ostvik are partners"
"""
CORRECT = GOOD.replace('"reject"', '"correct"') + "[28b401814c7dbac9.correction]\n"
BOUGHT = CORRECT + 'property = "at:acquires"\nsubject = "id:Norland"\nobject = "id:Ostvik"\n'
FAST = CORRECT + 'property = "at:topSpeed"\nsubject = "id:Brise"\n'
FAULTS = [
    ("claims/a", GOOD.replace("reject", "refuse"), 1, "unknown decision 'refuse' (on claims: accept, reject, correct)"),
    ("claims/a", GOOD + "since = 3\n", 1, "a decision on claims has no 'since'"),
    ("claims/a", GOOD + "on = 3\n", 1, "'on' is no date (write it as date)"),
    ("claims/a", GOOD + 'seal = "00"\n', 1, 'its words are not those that were sealed (write seal = "'),
    ("claims/a", GOOD.replace("quote", "note"), 1, "a decision on claims wants 'quote'"),
    ("claims/a", "\n" + GOOD + "\n" + GOOD, 8, "no TOML: Cannot declare"),
    ("claims/a", GOOD + "<<<<<<< HEAD\n", 6, "no TOML: "),
    ("claims/a", 'decision = "reject"\n', 1, "'decision' stands outside of any block"),
    ("claims/a", GOOD.replace("are partners", "part"), 1, "the key of this claim is b54195bbfc5e98db"),
    ("claims/a", GOOD + 'scope = "Planned"', 1, "its evidence was changed: put it back, or mend the key"),
    ("claims/a", CORRECT, 1, "unknown property without a name"),
    ("claims/a", CORRECT + 'property = "at:knows"', 1, "unknown property at:knows (see docs/ontology.md"),
    ("claims/a", CORRECT + 'property = "at:acquires"\nsubject = "id:China"\nobject = "id:Ostvik"', 1,
     "id:China does not fit at:acquires (that wants at:Organization)"),
    ("claims/a", BOUGHT + 'status = "Maybe"', 1,
     "unknown status Maybe (known: InEffect, Planned, Reported, Denied, Ended)"),
    ("claims/a", BOUGHT + 'from = "soon"', 1,
     'from: soon is no date (write 2026, 2026-03 or 2026-03-17)'),
    ("claims/a", CORRECT + 'property = "at:topSpeed"\nsubject = "id:Brise"\nobject = "fast"', 1,
     'at:topSpeed: "fast" is no xsd:decimal (it wants a quantity)'),
    ("claims/a", FAST + 'object = "-5"', 1, "topSpeed: the object must be a decimal number above 0"),
    ("claims/a", FAST + 'object = "200"\nqualifiers = ["at:unit mph"]', 1,
     "at:topSpeed is measured in km/h, not mph (convert the figure to km/h)"),
    ("claims/a", BOUGHT + 'qualifiers = ["at:amount 5"]', 1,
     "at:amount: a sum without a currency (give at:currency, three letters)"),
    ("claims/a", BOUGHT.replace("Ostvik\"\n", "Norland\"\n"), 1, "id:Norland is related to itself"),
    ("claims/a", BOUGHT + 'qualifiers = ["at:x y"]', 1,
     "at:acquires takes no qualifier at:x"),
    ("entities", '["id:X"]\ndecision = "correct"\nname = "X"\nclasses = ["at:Automaker"]', 1, "nothing is corrected"),
    ("entities", '["id:X"]\ndecision = "correct"\nname = "X"\nclasses = ["at:Automaker"]\nclass = "at:Cat"', 1,
     "unknown class at:Cat"),
    ("merges", '[abc]\ndecision = "same"\nentities = ["id:A", "id:B"]\nnames = ["A", "B"]\nkeep = "id:A"', 1,
     f"the key of this merge is {merge_key([ID + 'A', ID + 'B'])}"),
    ("merges", '[abc]\ndecision = "same"\nentities = ["id:A", "id:B"]\nnames = ["A", "B"]', 1, "'keep' is none of the"),
    ("merges", text_of([merge("China", "Norland")], short), 1,
     "id:China (at:Country) and id:Norland (at:Automaker) cannot be one thing"),
    ("entities", '["id:X"]\ndecision = "correct"\nname = "X"\nclasses = ["at:Automaker"]\nsame_as = "id:China"', 1,
     "cannot be one thing (take the decision back, or mend the class of one)"),
    ("conflicts", '[abc]\ndecision = "keep"\nrule = "status"\nsides = ["a"]\nkeep = "abc"', 1, "has one side"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "line", "message"), FAULTS, ids=[f[3][:40] for f in FAULTS])
def test_a_fault_is_told_with_its_place(
    project: Project, world: Knowledge, name: str, text: str, line: int, message: str
) -> None:
    path = project.seeds / "decisions" / f"{name}.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    with pytest.raises(Faults) as caught:
        decisions.load(project, world.ontology, world.names.entities)
    told = [str(e) for e in caught.value.errors]
    assert [x for x in told if x.startswith(f"seeds/decisions/{name}.toml:{line}") and message in x], told


@pytest.mark.parametrize(
    ("merges", "message"),
    [
        ((merge("Norland", "Brise"), merge("Ostvik", "Brise")), "is put into"),
        ((merge("Norland", "Sudmark"), merge("Sudmark", "Ostvik"), merge("Ostvik", "Norland")), "and they into it"),
        ((merge("Norland", "Brise"), merge("Norland", "Brise", "Ostvik", decision="distinct")), "merged elsewhere"),
    ],
)
def test_merges_that_contradict_are_faults(
    project: Project, world: Knowledge, merges: tuple[Decision, ...], message: str
) -> None:
    put(project, merges, [], world.ontology.short)
    with pytest.raises(Faults, match=message):
        decisions.load(project, world.ontology, world.names.entities)


def test_a_key_decided_in_two_files_is_a_fault(project: Project, world: Knowledge) -> None:
    for file in ("a", "b"):
        path = project.seeds / "decisions" / "claims" / f"{file}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD, "utf-8")
    with pytest.raises(Faults, match=r"b.toml:1: 28b401814c7dbac9 is decided in seeds/decisions/claims/a.toml:1 too"):
        decisions.load(project, world.ontology, world.names.entities)


def test_the_project_of_the_package_is_not_written_into(project: Project) -> None:
    with pytest.raises(ProjectError, match="belongs to the package"):
        put(replace(project, packaged=True), [on(BUYS, "accept")], [], short)
    assert not (project.seeds / "decisions").exists()


@pytest.mark.parametrize(
    "name", ["decisions", "decisions/entity.toml", "decisions/names/a.toml", "decisions/claims/more/a.toml"]
)
def test_a_file_that_nobody_would_read_is_a_fault(project: Project, name: str) -> None:
    path = project.seeds / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("", encoding="utf-8")
    with pytest.raises(Faults) as told:
        Knowledge.of(project)
    assert str(told.value).count(f"seeds/{name}: holds no decisions that are read") == 1


def test_other_files_may_lie_beside_decisions(project: Project) -> None:
    (project.seeds / "decisions" / "claims").mkdir(parents=True)
    (project.seeds / "decisions" / "README.md").write_text("How we decide.", encoding="utf-8")
    assert Knowledge.of(project).decisions == []
