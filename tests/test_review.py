"""Review: what waits, by doubt; decisions taken without a terminal and at one; what a build makes of them."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pipeline import AT, ID, ROOT
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

import kg.store
from kg.build import build
from kg.cli import main
from kg.decisions import written
from kg.errors import QueryError
from kg.model import Literal, Status
from kg.project import Project
from kg.queries.facts import conflicts, find
from kg.review import Desk, Item, Merge
from kg.review.screen import Review
from kg.store import Store

NAMES = """@prefix at: <https://w3id.org/autotech#> .
@prefix id: <https://w3id.org/autotech/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
id:Norland a at:Automaker ; skos:prefLabel "Norland"@en .
id:Sudmark a at:Automaker ; skos:prefLabel "Sudmark"@en .
id:Ostvik a at:TechnologyCompany ; skos:prefLabel "Ostvik"@en .
id:Ostvik_Ltd a at:TechnologyCompany ; skos:prefLabel "[bold]Ostvik[/] Ltd"@en , "[bold]Ostvik[/] Ltd"@id .
id:China a at:Country ; skos:prefLabel "China"@en .
id:Lumo_OS a at:OperatingSystem ; skos:prefLabel "Lumo OS"@en .
id:Nova_OS a at:OperatingSystem ; skos:prefLabel "Nova OS"@en .
id:Brise a at:VehicleModel ; skos:prefLabel "Brise"@en .
"""
ARTICLES = {
    "one": "Norland acquired Sudmark. Norland partners with Ostvik.",
    "two": "Sudmark reportedly partners with Ostvik. Norland also acquired Vestgard AG, a supplier.",
    "three": "Nova OS is independent of Lumo OS.",
    "four": "Nova OS is based on Lumo OS.",
}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped ontology, a few names and four articles of this test's own, built."""
    root = tmp_path_factory.mktemp("started") / "project"
    shutil.copytree(ROOT / "ontology", root / "ontology", ignore=shutil.ignore_patterns("id.toml", "de.toml"))
    shutil.copytree(ROOT / "queries", root / "queries")
    for part in ("seeds/entities", "seeds/articles"):
        (root / part).mkdir(parents=True)
    (root / "seeds" / "entities" / "names.ttl").write_text(NAMES, "utf-8")
    for name, text in ARTICLES.items():
        head = f"---\nsource: https://news.example/{name}\npublished: 2031-05-02\nlanguage: en\n---\n"
        (root / "seeds" / "articles" / f"{name}.md").write_text(head + text, "utf-8")
    build(Project(root))
    return root


@pytest.fixture
def project(started: Path, tmp_path: Path) -> Project:
    return Project(shutil.copytree(started, tmp_path / "project"))


@pytest.fixture
def desk(project: Project) -> Iterator[Desk]:
    with kg.store.open(project.store) as store:
        yield Desk(project, store)


def run(project: Project, *arguments: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, ["--project", str(project.root), *arguments])
    told = result.output if result.exception is None else f"{result.output}{result.exception}"
    assert result.exit_code == status, told
    return result


def listed(project: Project, *arguments: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run(project, "review", "--list", "--format", "json", *arguments).stdout)
    return found


def item(desk: Desk, what: str, kind: str = "claims") -> Item:
    return next(i for i in desk.items(kind) if i.title == what)


def opened(project: Project) -> Store:
    """The store after a build."""
    build(project)
    return kg.store.open(project.store)


PARTNERS, ACQUIRED, HEARSAY = (
    "Norland · partners with · Ostvik", "Norland · acquires · Sudmark", "Ostvik · partners with · Sudmark",
)  # fmt: skip


# -- what waits ----------------------------------------------------------------------------------------------------


def test_the_most_doubtful_comes_first_with_its_reasons(desk: Desk) -> None:
    found = desk.items()
    assert [i.doubt for i in found] == sorted((i.doubt for i in found), reverse=True)
    reasons = {i.title: i.reasons for i in found if i.kind == "claims"}
    assert reasons[HEARSAY] == ("confidence 0.89", "hearsay", "a single source")
    assert any("a name that nobody listed: Vestgard" in r for r in reasons.values())
    assert sum("contradicted" in r for r in reasons.values()) == 2
    assert reasons[ACQUIRED] == ("confidence 0.89", "a single source")


def test_new_names_and_conflicts_wait_too(desk: Desk) -> None:
    assert [i.id for i in desk.items("entities")] == ["id:Vestgard"]
    [conflict] = desk.items("conflicts")
    assert conflict.reasons == ("rule excludes",)
    assert [value.partition(";")[0] for _, value in sorted(conflict.details, key=lambda d: d[1])] == [
        "id:Nova_OS at:basedOn id:Lumo_OS", "id:Nova_OS at:independentOf id:Lumo_OS",
    ]  # fmt: skip


def test_merges_that_were_proposed_wait(project: Project, desk: Desk) -> None:
    proposed = Merge((ID + "Ostvik_Ltd", ID + "Ostvik"), 0.8, ("the same but for a legal form",))
    merging = Desk(project, desk.store, [proposed])
    [found] = merging.items("merges")
    assert (found.doubt, found.reasons) == (80, ("the same but for a legal form",))
    merging.reject(found)
    assert merging.items("merges") == []
    assert [i.decided for i in merging.items(decided=True)] == ["distinct"]


def test_two_spellings_of_a_name_are_proposed_as_one(project: Project) -> None:
    article = project.seeds / "articles" / "five.md"
    article.write_text("---\nlanguage: en\n---\nSudmark also acquired Vest Gard AG, a supplier.", "utf-8")
    with opened(project) as store:
        desk = Desk(project, store)
        [found] = desk.items("merges")
        assert set(found.draft.entities) == {ID + "Vestgard", ID + "Vest_Gard"}
        assert found.reasons
        assert desk.find(found.id) == found
        desk.accept(found)
        assert desk.items("merges") == []


@pytest.mark.parametrize(
    ("arguments", "number"),
    [((), 8), (("--kind", "entities"), 1), (("--about", "Nova OS"), 3), (("--document", "https://news.example/one"), 2),
     (("--limit", "1"), 1), (("--kind", "merges"), 0)],
)  # fmt: skip
def test_the_list_is_narrowed(project: Project, arguments: tuple[str, ...], number: int) -> None:
    assert len(listed(project, *arguments)) == number


def test_the_list_shows_the_sentence_with_its_span(project: Project) -> None:
    text = run(project, "review", "--list", "--about", "Vestgard").stdout
    assert "[[" in text
    assert "Vestgard" in text
    row = next(r for r in listed(project) if r["what"] == ACQUIRED)
    assert (row["quote"], row["source"]) == ("Norland acquired Sudmark", "https://news.example/one")


# -- decisions without a terminal ----------------------------------------------------------------------------------


def test_a_rejection_is_written_applied_and_taken_back(project: Project) -> None:
    name = str(next(r["id"] for r in listed(project) if r["what"] == PARTNERS))
    before = build(project).digest
    told = run(project, "review", "--reject", name[:8], "--by", "ana", "--note", "a joke", "--on", "2031-08-01").stderr
    assert f"rejected {name}" in told
    assert "'kg build' applies it" in told
    assert name not in {r["id"] for r in listed(project)}, "it waits no more, though nothing was built"
    assert "1 decision applied" in run(project, "build").stderr
    why = run(project, "why", "Norland", "partnersWith", "Ostvik").stdout
    assert "rejected by ana on 2031-08-01 in seeds/decisions/claims/" in why
    assert "a joke" in why
    assert "Rejected" in run(project, "facts", "--about", "Norland", "--property", "partnersWith").stdout
    assert [r["decided"] for r in listed(project, "--decided")] == ["reject"]
    assert "took back: reject" in run(project, "review", "--undo", name).stderr
    assert build(project).digest == before


def test_a_correction_is_said_in_names(project: Project, desk: Desk) -> None:
    name = item(desk, PARTNERS).id
    run(project, "review", "--correct", name, "--set", "status=planned", "--set", "object=Sudmark",
        "--set", "from=2032", "--set", "topic=Lumo OS")  # fmt: skip
    with opened(project) as store:
        [fixed] = [f for f in find(store, about="Norland", property="partnersWith") if f.status is Status.PLANNED]
        assert (fixed.object, fixed.valid_from, fixed.support) == (ID + "Sudmark", "2032", 1)
    with opened(project) as store:
        assert not [i for i in Desk(project, store).items("claims") if i.id == name]


TURNED, OF_A_NAME = "Sudmark partners with Ostvik", "Ostvik partners with Norland"


@pytest.mark.parametrize("merge", [(), ("Sudmark", "Norland")])
@pytest.mark.parametrize("word", ["--reject", "--accept"])
def test_a_claim_is_decided_on_as_it_was_read(project: Project, merge: tuple[str, ...], word: str) -> None:
    """The graph turns the ends of a symmetric property, and puts those that are kept in the place of merged ones."""
    article = project.seeds / "articles" / "six.md"
    article.write_text(f"---\nsource: https://news.example/six\nlanguage: en\n---\n{TURNED}. {OF_A_NAME}.", "utf-8")
    if merge:
        run(project, "review", "--same", *merge)
    build(project)
    rows = [r for r in listed(project, "--document", "https://news.example/six") if r["quote"] in (TURNED, OF_A_NAME)]
    assert len(rows) == 2
    for row in rows:
        run(project, "review", word, str(row["id"]))
    report = build(project)
    assert (report.decisions, report.reopened) == (2 + bool(merge), ())


def test_a_new_name_is_one_or_none_or_another(project: Project) -> None:
    run(project, "review", "--correct", "id:Vestgard", "--set", "class=Supplier", "--set", "label=Vestgard")
    with opened(project) as store:
        assert find(store, about="Vestgard")[0].status is Status.IN_EFFECT
    run(project, "review", "--correct", "id:Vestgard", "--set", "same_as=Sudmark")
    with opened(project) as store:
        assert [f.support for f in find(store, about="id:Vestgard", property="acquires")] == [2]
    assert "took back: correct id:Vestgard: " in run(project, "review", "--undo", "id:Vestgard").stderr
    build(project)
    run(project, "review", "--reject", "id:Vestgard")
    with opened(project) as store:
        assert {f.status for f in find(store, about="id:Vestgard")} == {Status.REJECTED}


def test_entities_are_merged_and_parted_by_name(project: Project) -> None:
    run(project, "review", "--same", "Ostvik", "[bold]Ostvik[/] Ltd", "--keep", "Ostvik")
    with opened(project) as store:
        assert find(store, about="[bold]Ostvik[/] Ltd") == find(store, about="Ostvik") != []
    [row] = listed(project, "--decided")
    run(project, "review", "--undo", str(row["id"]))
    build(project)
    run(project, "review", "--distinct", "Ostvik", "[bold]Ostvik[/] Ltd")
    assert [r["decided"] for r in listed(project, "--decided")] == ["distinct"]


def test_the_first_of_two_names_stays_but_a_listed_one_before_a_new_one(project: Project, desk: Desk) -> None:
    kept = []
    for names in (("Sudmark", "Norland"), ("Norland", "Sudmark"), ("Vestgard", "Norland")):
        desk.merge(names, same=True)
        kept.append({d.keep for d in desk.known() if d.kind == "merges"})
        [path] = (project.seeds / "decisions" / "merges").glob("*.toml")
        path.unlink()
    assert kept == [{ID + "Sudmark"}, {ID + "Norland"}, {ID + "Norland"}]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (["--distinct", "Norland", "Vestgard"], "id:Norland and id:Vestgard are merged elsewhere"),
        (["--same", "Norland", "Vestgard", "--keep", "Vestgard"], "id:Norland is put into id:Vestgard here"),
        (["--correct", "id:Vestgard", "--set", "same_as=Norland"], "id:Vestgard is put into id:Norland here"),
    ],
)
def test_a_decision_that_contradicts_those_on_file_is_not_written(
    project: Project, second: list[str], message: str
) -> None:
    """On file it would stop every command, that which takes it back among them."""
    for names in (["Sudmark", "Norland"], ["Sudmark", "Vestgard"]):
        run(project, "review", "--same", *names, "--keep", "Sudmark")
    before = {path: path.read_bytes() for path in (project.seeds / "decisions").rglob("*.toml")}
    result = run(project, "review", *second, status=1)
    assert message in str(result.exception) + result.output
    assert {path: path.read_bytes() for path in (project.seeds / "decisions").rglob("*.toml")} == before
    run(project, "review", "--distinct", "Sudmark", "Vestgard")  # the other way round of one of them
    assert sorted(str(r["decided"]) for r in listed(project, "--decided")) == ["distinct", "same"]


def test_one_side_of_a_conflict_is_kept(project: Project, desk: Desk) -> None:
    [conflict] = desk.items("conflicts")
    kept = next(f for f in find(desk.store, about="Nova OS", property="basedOn"))
    run(project, "review", "--accept", conflict.id, "--keep", kept.id[:8])
    with opened(project) as store:
        assert conflicts(store) == []
        [lost] = find(store, about="Nova OS", property="independentOf")
        assert lost.status is Status.REJECTED
        assert find(store, about="Nova OS", property="basedOn")[0].status is Status.IN_EFFECT


def test_a_conflict_is_reopened_when_one_of_its_sentences_changes(project: Project, desk: Desk) -> None:
    [conflict] = desk.items("conflicts")
    assert conflict.draft.sources == ("https://news.example/four", "https://news.example/three")
    run(project, "review", "--accept", conflict.id)
    path = project.seeds / "articles" / "four.md"
    path.write_text(path.read_text("utf-8").replace("Nova OS is based", "Brise is based"), "utf-8")
    assert "0 decisions applied, 1 reopened" in run(project, "build").stderr
    [row] = listed(project, "--kind", "reopened")
    assert str(row["reasons"]).startswith("read there now: id:Nova_OS at:independentOf id:Lumo_OS")


def test_why_tells_who_corrected_what(project: Project, desk: Desk) -> None:
    claim = item(desk, PARTNERS).id
    run(project, "review", "--correct", claim, "--set", "object=Sudmark", "--by", "ana")
    build(project)
    for other in ("Sudmark", "Ostvik"):  # the statement in its place, and the one that was read
        assert "corrected by ana in seeds/decisions/" in run(project, "why", "Norland", "partnersWith", other).stdout


def test_a_decision_is_reopened_when_its_sentence_changes(project: Project, desk: Desk) -> None:
    run(project, "review", "--reject", item(desk, PARTNERS).id)
    path = project.seeds / "articles" / "one.md"
    path.write_text(path.read_text("utf-8").replace("partners with", "reportedly partners with"), "utf-8")
    assert "0 decisions applied, 1 reopened: see 'kg review --kind reopened'" in run(project, "build").stderr
    [row] = listed(project, "--kind", "reopened")
    assert str(row["reasons"]).startswith("read there now: id:Norland at:partnersWith id:Ostvik (Reported), ")
    run(project, "review", "--undo", str(row["id"]))
    assert "1 reopened" not in run(project, "build").stderr


HAND = """[3d351fc57bbfa731]
decision = "reject"
statement = "id:Norland at:partnersWith id:Ostvik"
source = "https://news.example/one"
quote = "Norland is a partner of Ostvik"
"""


def test_a_decision_written_by_hand_is_read_and_taken_back(project: Project) -> None:
    path = project.seeds / "decisions" / "claims" / "mine.toml"
    path.parent.mkdir(parents=True)
    path.write_text(HAND, "utf-8")
    assert "1 reopened" in run(project, "build").stderr
    report = run(project, "validate", status=0).stdout
    assert "seeds/decisions/claims/mine.toml:1: read there now: id:Norland at:partnersWith id:Ostvik" in report
    assert "reopened-decision" in report
    run(project, "review", "--undo", "3d351fc5")
    assert not path.exists()


def test_a_graph_with_decisions_passes_every_check(project: Project, desk: Desk) -> None:
    run(project, "review", "--reject", item(desk, PARTNERS).id, "--reject", "id:Vestgard")
    run(project, "review", "--correct", item(desk, ACQUIRED).id, "--set", "property=partnersWith", "--by", "ana")
    run(project, "review", "--same", "Ostvik", "[bold]Ostvik[/] Ltd", "--on", "2031-08-01")
    [conflict] = desk.items("conflicts")
    run(project, "review", "--accept", conflict.id, "--note", "both are quoted")
    assert build(project).decisions == 5
    assert ": 0 errors" in run(project, "validate").stdout + run(project, "validate").stderr
    answers = run(project, "query", "decisions", "--format", "csv").stdout.splitlines()
    found = {line.partition(",")[0].rpartition("#")[2] for line in answers[1:]}
    assert found == {"Accepted", "Rejected", "Corrected"}
    assert len([line for line in answers if ",ana," in line]) == 2, "on the claim as read, and on what is so"


@pytest.mark.parametrize("command", [["build"], ["review", "--list"]])
def test_a_merge_of_git_that_was_left_unfinished_is_told_with_its_place(project: Project, command: list[str]) -> None:
    path = project.seeds / "decisions" / "merges.toml"
    path.parent.mkdir(parents=True)
    path.write_text("\n<<<<<<< HEAD\n", "utf-8")
    told = str(run(project, *command, status=1).output)
    assert told.startswith("kg: seeds/decisions/merges.toml:2:1: no TOML: ")
    assert "settle the merge that left it so" in told


def test_evidence_as_data_tells_the_decision(project: Project, desk: Desk) -> None:
    run(project, "review", "--accept", item(desk, PARTNERS).id)
    build(project)
    [row] = json.loads(run(project, "why", "Norland", "partnersWith", "Ostvik", "--format", "json").stdout)
    assert (row["status"], row["decision"], row["line"]) == ("InEffect", "Accepted", 1)
    assert str(row["file"]).startswith("seeds/decisions/claims/news_example_one-")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (
            ["--accept", "ffff0000"],
            1,
            "nothing to decide on has the id 'ffff0000' (see 'kg review --list' for the ids)",
        ),
        (["--undo", "ffff0000"], 1, "no decision has the id 'ffff0000'"),
        (["--set", "a=b"], 2, "--set goes with --correct ID"),
        (["--accept", "id:Vestgard", "--reject", "id:Vestgard"], 2, "id:Vestgard is decided twice"),
        (["--keep", "x"], 2, "--keep goes with"),
        (["--correct", "id:Vestgard"], 1, "nothing to correct it to (say --set NAME=VALUE)"),
        (["--correct", "id:Vestgard", "--set", "class"], 2, "--set wants NAME=VALUE"),
        (["--correct", "id:Vestgard", "--set", "class=Cat"], 1, "no class is called 'Cat'"),
        (["--correct", "id:Vestgard", "--set", "colour=red"], 1, "a name has no 'colour'"),
        (["--correct", "id:Vestgard", "--set", "same_as=Nobody"], 1, "no entity is called 'Nobody'"),
        (["--accept", "id:Vestgard", "--keep", "Norland"], 1, "--keep is for conflicts and merges"),
        (["--same", "Ostvik", "Ostvik"], 1, "these names are of one entity"),
        (["--same", "Ostvik", "Norland", "--keep", "Sudmark"], 1, "Sudmark is none of those to merge"),
        (["--same", "Norland", "China"], 1, "id:Norland (at:Automaker) cannot be one thing"),
        (["--correct", "id:Vestgard", "--set", "same_as=China"], 1, "cannot be one thing"),
        (["--list", "--about", "Nobody"], 1, "no entity is called 'Nobody'"),
    ],
)
def test_what_cannot_be_decided_is_told_and_nothing_is_written(
    project: Project, arguments: list[str], status: int, message: str
) -> None:
    result = run(project, "review", *arguments, status=status)
    assert message in result.output + str(result.exception)
    assert not (project.seeds / "decisions").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("status=Perhaps", "no status is called 'Perhaps'"),
        ("colour=red", "a claim has no 'colour'"),
        ("object=China", "id:China does not fit at:partnersWith"),
        ("from=soon", "from: soon is no date"),
        ("market=Norland", "id:Norland does not fit at:market"),
        ("subject=Norlnd", "no entity is called 'Norlnd' (did you mean Norland?)"),
    ],
)
def test_a_correction_has_to_fit_the_ontology(desk: Desk, changes: str, message: str) -> None:
    name, _, value = changes.partition("=")
    with pytest.raises(QueryError) as caught:
        desk.correct(item(desk, PARTNERS), [(name, value)])
    assert message in str(caught.value)


PRESS = (
    "Sudmark partners with Ostvik. The two companies have known each other for many years, said people close to the "
    "talks on Friday. The weather was fine, the hall was full, and nobody asked a question about the coming winter. "
    "Reporters from all over the country had travelled there by train, for the airport was closed again."
)


@pytest.fixture
def printed(project: Project) -> Project:
    """The project with an article, a reprint of it, and a reprint that has one sentence in other words, built."""
    texts = {"press": PRESS, "reprint": PRESS, "reworded": PRESS.replace("Sudmark partners", "Today Sudmark partners")}
    for number, (name, text) in enumerate(texts.items()):
        head = f"---\nsource: https://{name}.example/\npublished: 2031-06-0{number + 1}\nlanguage: en\n---\n"
        (project.seeds / "articles" / f"{name}.md").write_text(head + text, "utf-8")
    build(project)
    return project


def in_print(project: Project) -> dict[str, dict[str, object]]:
    """What waits of the sentence that was printed, by its source."""
    return {str(r["source"]): r for r in listed(project) if "Sudmark partners" in str(r["quote"])}


def test_a_decision_on_a_sentence_holds_in_its_reprint_and_is_said_to(printed: Project) -> None:
    press = in_print(printed)["https://press.example/"]
    assert press["details"]["also in"] == "https://reprint.example/"  # type: ignore[index]
    told = run(printed, "review", "--reject", str(press["id"]), "--by", "ana").stderr
    assert "(and the same sentence in https://reprint.example/)" in told
    for _ in range(2):  # before and after it is applied
        assert in_print(printed).keys() == {"https://reworded.example/"}
        assert "1 decision applied" in run(printed, "build").stderr
    why = run(printed, "why", "Sudmark", "partnersWith", "Ostvik").stdout
    assert why.count("rejected by ana in seeds/decisions/claims/press_example-") == 2
    assert why.count("decided of the same sentence in https://press.example/") == 1
    [decision] = listed(printed, "--decided")
    assert decision["details"]["also in"] == "https://reprint.example/"  # type: ignore[index]
    assert "https://reprint.example/" in run(printed, "query", "decisions", "--format", "csv").stdout
    assert ": 0 errors" in (checked := run(printed, "validate")).stdout + checked.stderr


@pytest.mark.parametrize(
    ("accepted", "found"),
    [
        ([], {"press": ("Rejected", None), "reprint": ("Rejected", "https://press.example/")}),
        (["reprint"], {"press": ("Rejected", None), "reprint": ("Accepted", None)}),
    ],
)
def test_a_reprint_may_have_a_decision_of_its_own(
    printed: Project, accepted: list[str], found: dict[str, tuple[str, str | None]]
) -> None:
    ids = {source: str(row["id"]) for source, row in in_print(printed).items()}
    own = [x for name in accepted for x in ("--accept", ids[f"https://{name}.example/"])]
    run(printed, "review", "--reject", ids["https://press.example/"], *own)
    build(printed)
    rows = json.loads(run(printed, "why", "Sudmark", "partnersWith", "Ostvik", "--format", "json").stdout)
    told = {r["source"]: (r["decision"], r["decided_in"]) for r in rows if r["decision"]}
    assert told == {f"https://{name}.example/": each for name, each in found.items()}


FIGURES = (
    "Brise has a range of 300 miles. Brise costs 30,000 euros. Norland invested 2 billion dollars in Ostvik. "
    "Norland sold 9,000 cars."
)
RANGE, PRICE, INVESTS, SOLD = (
    "Brise · driving range · 482.8", "Brise · price · 30000", "Norland · invests in · Ostvik",
    "Norland · has statistic · 9000",
)  # fmt: skip


@pytest.fixture(scope="module")
def figures(started: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The project with one more article, of figures, built: no test writes into it."""
    project = Project(shutil.copytree(started, tmp_path_factory.mktemp("figures") / "project"))
    head = "---\nsource: https://news.example/five\npublished: 2031-05-02\nlanguage: en\n---\n"
    (project.seeds / "articles" / "five.md").write_text(head + FIGURES, "utf-8")
    with opened(project) as store:
        yield Desk(project, store)


def corrected(desk: Desk, what: str, *changes: str) -> dict[str, str]:
    """The figure and its parts after a correction, which is taken back again."""
    pairs = [(name, value) for name, _, value in (c.partition("=") for c in changes)]
    desk.correct(item(desk, what), pairs)
    [decision] = desk.known()
    desk.undo(decision.key)
    fixed = decision.correction
    assert fixed is not None
    short = desk.ontology.short
    return {"object": written(fixed.object, short)} | {short(q): written(v, short) for q, v in fixed.qualifiers}


@pytest.mark.parametrize(
    ("what", "changes", "found"),
    [
        (RANGE, ["object=300"], {"object": "300", "at:unit": "km"}),
        (RANGE, ["object=300", "unit=km", "market=China"], {"object": "300", "at:market": "id:China", "at:unit": "km"}),
        (RANGE, ["property=topSpeed", "object=180"], {"object": "180", "at:unit": "km/h"}),
        (RANGE, ["property=batteryCapacity", "object=80"], {"object": "80", "at:unit": "kWh"}),
        (RANGE, ["status=Planned"], {"object": "482.8", "at:unit": "km"}),
        (PRICE, ["object=31000", "currency=CNY"], {"object": "31000", "at:currency": "CNY"}),
        (PRICE, ["object=0", "currency=EUR"], {"object": "0", "at:currency": "EUR"}),
        (INVESTS, ["object=Sudmark"], {"object": "id:Sudmark", "at:amount": "2000000000", "at:currency": "USD"}),
        (INVESTS, ["amount=5", "currency=EUR"], {"object": "id:Ostvik", "at:amount": "5", "at:currency": "EUR"}),
        (SOLD, ["object=9500"], {"object": "9500", "at:of": "cars"}),
        (SOLD, ["object=40", "unit=%"], {"object": "40", "at:of": "cars", "at:unit": "%"}),
    ],
)
def test_a_figure_that_is_corrected_has_no_unit_of_the_old_one(
    figures: Desk, what: str, changes: list[str], found: dict[str, str]
) -> None:
    assert corrected(figures, what, *changes) == found


@pytest.mark.parametrize(
    ("what", "changes", "message"),
    [
        (RANGE, ["object=-300"], "drivingRange: the object must be a decimal number above 0 (mend the object;"),
        (RANGE, ["object=0"], "drivingRange: the object must be a decimal number above 0"),
        (RANGE, ["object=300", "unit=mi"], "at:drivingRange is measured in km, not mi (convert the figure to km)"),
        (RANGE, ["unit=kWh"], "at:drivingRange is measured in km, not kWh"),
        (RANGE, ["object=300 km"], 'at:drivingRange: "300 km" is no xsd:decimal (it wants a quantity)'),
        (RANGE, ["subject=Norland"], "id:Norland does not fit at:drivingRange (that wants at:Vehicle)"),
        (PRICE, ["object=-1", "currency=EUR"], "price: the object must be a decimal number, not below 0"),
        (PRICE, ["object=31000"], "at:price: a sum without a currency (give at:currency, three letters)"),
        (PRICE, ["object=31000", "currency=euro"], "currency: the value must be a code of three capital letters"),
        (PRICE, ["unit=km"], "at:price is a sum of money, not of km (give its currency instead of a unit)"),
        (INVESTS, ["amount=5"], "at:amount: a sum without a currency"),
        (INVESTS, ["share=140"], "share: the value must be a percentage between 0 and 100"),
        (INVESTS, ["object=Vestgard", "topic=Vestgard"], "id:Vestgard does not fit at:topic"),
        (INVESTS, ["object=Norland"], "id:Norland is related to itself (name two different entities)"),
    ],
)
def test_a_value_is_held_against_the_bounds_of_its_property(
    figures: Desk, what: str, changes: list[str], message: str
) -> None:
    with pytest.raises(QueryError) as caught:
        corrected(figures, what, *changes)
    assert str(caught.value).startswith(message)
    assert not (figures.project.seeds / "decisions").exists() or figures.known() == []


def test_of_a_figure_in_some_unit_the_new_unit_has_to_be_said(figures: Desk) -> None:
    sold = item(figures, SOLD)
    assert sold.claim is not None
    unit = (AT + "unit", Literal("%"))
    percent = replace(sold, claim=replace(sold.claim, qualifiers=(*sold.claim.qualifiers, unit)))
    with pytest.raises(QueryError, match=r"of which unit is not said \(say --set unit=… \(or unit=\)\)"):
        figures.correct(percent, [("object", "40")])
    for said in ("%", ""):
        figures.correct(percent, [("object", "40"), ("unit", said)])
        [decision] = figures.known()
        figures.undo(decision.key)
        assert decision.correction is not None
        assert (unit in decision.correction.qualifiers) == bool(said)


# -- at a terminal -------------------------------------------------------------------------------------------------


def played(desk: Desk, play: Callable[[Pilot[None], Review], Awaitable[None]], kind: str = "claims") -> None:
    """Play keys at a terminal of 80 columns and 24 lines."""

    async def session() -> None:
        app = Review(desk, kind, by="ana")
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await play(pilot, app)

    asyncio.run(session())


def on_screen(app: Review) -> str:
    return str(app.query_one("#what", Static).content)


async def typed(pilot: Pilot[None], app: Review, text: str) -> None:
    await pilot.pause()
    app.screen.query_one(Input).value = text
    await press(pilot, "enter")
    await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other, each when what the one before it began is done: also on a busy machine."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


def words(desk: Desk) -> list[str]:
    return [d.decision for d in desk.known()]


def test_one_key_decides_and_goes_on(desk: Desk) -> None:
    async def play(pilot: Pilot[None], app: Review) -> None:
        first, second = app.shown[:2]
        await press(pilot, "a")
        assert [(d.key, d.decision, d.by) for d in desk.known()] == [(first.id, "accept", "ana")]
        assert app.query_one(OptionList).highlighted == 1
        await press(pilot, "r")
        assert {d.key: d.decision for d in desk.known()} == {first.id: "accept", second.id: "reject"}
        await press(pilot, "up", "u")
        assert {d.key for d in desk.known()} == {first.id}

    played(desk, play)


def test_undo_takes_the_decision_back(desk: Desk) -> None:
    async def play(pilot: Pilot[None], app: Review) -> None:
        await press(pilot, "r", "up")
        assert words(desk) == ["reject"]
        await press(pilot, "u")
        assert words(desk) == []
        await press(pilot, "u")
        assert words(desk) == []

    played(desk, play)


def test_the_item_shows_its_sentence_and_what_was_read(desk: Desk) -> None:
    async def play(pilot: Pilot[None], app: Review) -> None:
        shown = on_screen(app)
        first = app.shown[0]
        assert all(value in shown for _, value in first.details)
        assert " ".join(desk.sentence(first)[1].split()) in shown
        await press(pilot, "s")
        assert on_screen(app) != shown

    played(desk, play)


def test_a_correction_is_typed_and_a_wrong_one_changes_nothing(desk: Desk) -> None:
    async def play(pilot: Pilot[None], app: Review) -> None:
        await press(pilot, "c")
        await typed(pilot, app, "status=Perhaps")
        assert words(desk) == []
        await press(pilot, "c", "escape")
        await pilot.pause()
        await press(pilot, "c")
        await typed(pilot, app, "status=Planned; from=2033")
        [decision] = desk.known()
        assert decision.correction is not None
        assert (decision.correction.status, decision.correction.valid_from) == (Status.PLANNED, "2033")

    played(desk, play)


def test_the_list_is_filtered_by_words(desk: Desk) -> None:
    async def play(pilot: Pilot[None], app: Review) -> None:
        every = len(app.shown)
        await press(pilot, "slash")
        await typed(pilot, app, "norland OSTVIK")
        assert [i.title for i in app.shown] == [PARTNERS]
        await press(pilot, "slash")
        await typed(pilot, app, "nothing of the kind")
        assert app.shown == []
        await press(pilot, "a", "r", "u", "c", "s")
        assert words(desk) == []
        await press(pilot, "slash")
        await typed(pilot, app, "")
        assert len(app.shown) == every

    played(desk, play)


def test_help_names_every_key_and_q_leaves(desk: Desk) -> None:
    async def play(pilot: Pilot[None], app: Review) -> None:
        await press(pilot, "question_mark")
        await pilot.pause()
        shown = str(app.screen.query_one("#told", Static).content)
        assert all(f"\n{key}  " in f"\n{shown}" for key in "arcus/q")
        await press(pilot, "x")
        await press(pilot, "q")

    played(desk, play)


def test_hostile_names_are_no_markup(project: Project, desk: Desk) -> None:
    proposed = Merge((ID + "Ostvik_Ltd", ID + "Ostvik"), 0.8, ("[@click=app.quit]why\x1b[2J[/]",))
    merging = Desk(project, desk.store, [proposed])

    async def play(pilot: Pilot[None], app: Review) -> None:
        assert "[bold]Ostvik[/] Ltd" in on_screen(app)
        assert "[@click=app.quit]why [2J[/]" in on_screen(app)
        option = app.query_one(OptionList).get_option_at_index(0)
        assert "[bold]Ostvik[/] Ltd" in str(option.prompt)
        await press(pilot, "a")
        assert words(merging) == ["same"]

    played(merging, play, "merges")


def test_nothing_waits(desk: Desk) -> None:
    async def play(pilot: Pilot[None], app: Review) -> None:
        assert on_screen(app) == "Nothing waits here."
        await press(pilot, "a", "c", "u")
        assert words(desk) == []

    played(desk, play, "reopened")
