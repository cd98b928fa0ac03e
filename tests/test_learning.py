"""Patterns learned from known facts: what is proposed, with which sentences, and what accepting one changes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg import ontology, patterns
from kg.build import Knowledge, build
from kg.cli import main
from kg.errors import Faults, ProjectError, QueryError
from kg.learning import Learned, Proposal, accept, identity, learn
from kg.learning.editing import compiled, extended
from kg.model import Document, Fact, Status
from kg.names import local_name
from kg.project import Project

ROOT = Path(__file__).parent.parent
AT, ID = "https://w3id.org/autotech#", "https://w3id.org/autotech/id/"
PREFIXES = """@prefix at: <https://w3id.org/autotech#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix id: <https://w3id.org/autotech/id/> .
@prefix kg: <https://w3id.org/autotech/kg#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
NAMES = ["Norland", "Sudmark", "Ostvik", "Vestgard"]
DINED = "Norland dined with Sudmark in May. Norland dined with Ostvik as well."
BOUGHT = "Norland acquired Sudmark. At last, Norland bought Sudmark for a small sum."


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def without(text: str, name: str) -> str:
    """The text of a pattern file without the lines of one property."""
    changed = re.sub(rf"^{name} = \[\n(?:.*\n)*?\]$", f"{name} = [\n]", text, count=1, flags=re.MULTILINE)
    assert changed != text
    return changed


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The shipped ontology and English patterns, four firms and two facts of this test's own."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "ontology", root / "ontology", ignore=shutil.ignore_patterns("patterns"))
    (root / "ontology" / "patterns").mkdir()
    shutil.copy(ROOT / "ontology" / "patterns" / "en.toml", root / "ontology" / "patterns")
    (root / "queries").mkdir()
    entities = [f'id:{name} a at:Automaker ; skos:prefLabel "{name}"@en .' for name in NAMES]
    write(root, "seeds/entities/firms.ttl", PREFIXES + "\n".join(entities))
    note = "{| kg:status kg:InEffect ; dct:source <https://news.example/book> |} .\n"
    facts = [f"id:Norland at:{name} id:Sudmark {note}" for name in ("acquires", "partnersWith")]
    write(root, "seeds/facts/firms.ttl", PREFIXES + "".join(facts))
    return Project(root)


def english(project: Project) -> Path:
    return project.ontology / "patterns" / "en.toml"


def learned(project: Project, *texts: str, **options: object) -> Learned:
    for number, text in enumerate(texts):
        head = f"---\nsource: https://news.example/{number}\npublished: 2031-05-02\nlanguage: en\n---\n"
        write(project.root, f"seeds/articles/{number}.md", head + text)
    return learn(project, **options)  # type: ignore[arg-type]


def of(found: Learned, name: str) -> list[Proposal]:
    return [p for p in found.proposals if local_name(p.predicate) == name]


def shown(proposal: Proposal, kind: str) -> list[str]:
    found = [e for e in proposal.evidence if e.kind == kind]
    return [" ".join(f"{e.before}[[{e.quote}]]{e.after}".split()) for e in found]


def kg(project: Project, *arguments: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, ["--project", str(project.root), "learn", *arguments])
    told = result.output if result.exception is None else f"{result.output}{result.exception}"
    assert result.exit_code == status, told
    return result


# What is proposed


def test_a_wording_that_was_removed_is_proposed_again(project: Project) -> None:
    path = english(project)
    path.write_text(without(path.read_text(encoding="utf-8"), "acquires"), encoding="utf-8")
    [proposal] = of(learned(project, BOUGHT), "acquires")
    assert proposal.line == "{s} <acquire> {o}", "both verbs are in one list"
    assert (proposal.support, proposal.contradictions, proposal.read) == (2, 0, 0)
    assert sorted(shown(proposal, "support")) == [
        "At last, [[Norland bought Sudmark]] for a small sum.",
        "[[Norland acquired Sudmark]].",
    ]


def test_what_is_read_already_is_not_proposed(project: Project) -> None:
    assert not of(learned(project, BOUGHT), "acquires")


def test_a_wording_that_joins_others_too_shows_them(project: Project) -> None:
    [proposal] = of(learned(project, DINED), "partnersWith")
    assert proposal.line == "{s} dined with {o}"
    assert (proposal.support, proposal.contradictions) == (1, 1)
    assert shown(proposal, "support") == ["[[Norland dined with Sudmark]] in May."]
    assert shown(proposal, "contradicts-or-unknown") == ["[[Norland dined with Ostvik]] as well."]
    alone = of(learned(project, "Norland dined with Sudmark in May."), "partnersWith")
    assert alone[0].score > proposal.score > 0


def test_the_span_is_where_it_says(project: Project) -> None:
    [proposal] = of(learned(project, DINED), "partnersWith")
    for item in proposal.evidence:
        assert DINED[item.start : item.end] == item.quote
        assert item.source == "https://news.example/0"
    assert {e.subject for e in proposal.evidence} == {"id:Norland"}


def test_words_that_differ_become_alternatives(project: Project) -> None:
    [proposal] = of(learned(project, "Norland dined with Sudmark.", "Norland lunched with Sudmark."), "partnersWith")
    assert proposal.line == "{s} (dined|lunched) with {o}"
    assert proposal.support == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Norland on Monday, 3 May 2031, dined with neighbour Sudmark.", "{s} .. dined with neighbour {o}"),
        ("Norland will dine, with Ostvik and 30, alongside Sudmark.", "{s} dine .. alongside {o}"),
        ("At last both Norland and Sudmark waltzed.", "{both} waltzed"),
        ("A dinner of Norland with Sudmark was had.", "dinner of {s} with {o}"),
        ("Sudmark's dinners with Norland were long.", "{s} 's dinners with {o}"),
    ],
)
def test_names_numbers_and_small_words_are_left_out(project: Project, text: str, line: str) -> None:
    lines = {p.line for p in of(learned(project, text), "partnersWith")}
    assert line in lines


def test_the_same_words_twice_are_one_sentence(project: Project) -> None:
    [proposal] = of(
        learned(project, "Norland dined with Sudmark.", "It rained. Norland dined with Sudmark."), "partnersWith"
    )
    assert proposal.support == 1
    assert len(proposal.evidence) == 2


def test_what_a_text_states_is_known_for_the_next(project: Project) -> None:
    found = learned(project, "Ostvik acquired Vestgard.", "In the end, Ostvik gulped Vestgard.")
    [proposal] = of(found, "acquires")
    assert proposal.line == "{s} gulped {o}"


def test_facts_given_are_known_and_denied_ones_are_not(project: Project) -> None:
    fact = Fact(ID + "Ostvik", AT + "acquires", ID + "Vestgard")
    denied = Fact(ID + "Ostvik", AT + "acquires", ID + "Norland", status=Status.DENIED)
    texts = "Ostvik gulped Vestgard.", "Ostvik devoured Norland."
    assert [p.line for p in of(learned(project, *texts, facts=[fact, denied]), "acquires")] == ["{s} gulped {o}"]


def test_the_facts_of_the_store_are_known_when_asked(project: Project) -> None:
    learned(project, "Ostvik acquired Vestgard.")
    build(project)
    learned(project, "Ostvik gulped Vestgard.")
    assert json.loads(kg(project, "--format", "json").stdout) == []
    [proposal] = json.loads(kg(project, "--format", "json", "--stored").stdout)
    assert (proposal["property"], proposal["line"]) == ("acquires", "{s} gulped {o}")


def test_a_figure_is_an_end_too(project: Project) -> None:
    note = "{| kg:status kg:InEffect ; dct:source <https://news.example/book> |} .\n"
    write(
        project.root,
        "seeds/entities/cars.ttl",
        f'{PREFIXES}id:Norland_One a at:VehicleModel ; skos:prefLabel "One Norland"@en .',
    )
    write(project.root, "seeds/facts/cars.ttl", f"{PREFIXES}id:Norland_One at:drivingRange 431.0 {note}")
    [proposal] = of(learned(project, "The One Norland wheezes after 431 km."), "drivingRange")
    assert proposal.line == "{s} wheezes after {o}"
    assert [e.object for e in proposal.evidence] == ["431"]


def test_words_of_another_property_count_half(project: Project) -> None:
    """Norland partners with what it bought: 'acquired' is read as something else, and that is said."""
    [proposal] = of(learned(project, "Norland acquired Sudmark."), "partnersWith")
    assert [e.kind for e in proposal.evidence] == ["elsewhere"]
    assert proposal.score == 25


def test_a_wish_for_support_is_heeded(project: Project) -> None:
    texts = "Norland dined with Sudmark.", "Later Norland dined with Sudmark.", "Norland waltzed over Sudmark."
    assert {p.support for p in of(learned(project, *texts), "partnersWith")} == {1, 2}
    assert {p.support for p in of(learned(project, min_support=2), "partnersWith")} == {2}
    assert not learned(project, min_support=3).proposals


def test_only_what_is_asked_for(project: Project) -> None:
    found = learned(project, DINED, BOUGHT, property="partnersWith", language="en")
    assert {local_name(p.predicate) for p in found.proposals} == {"partnersWith"}
    assert found.documents == 2


@pytest.mark.parametrize("options", [{"language": "xx"}, {"property": "adores"}, {"property": "stated"}])
def test_what_is_not_there_cannot_be_asked_for(project: Project, options: dict[str, str]) -> None:
    with pytest.raises(QueryError, match="there are: "):
        learned(project, DINED, **options)


def test_every_line_loads_and_reads_its_sentences(project: Project) -> None:
    found = learned(project, DINED, "Norland waltzed over Sudmark. A dinner of Norland with Sudmark was had.")
    assert len(found.proposals) > 2
    known = ontology.load(project)
    text = english(project).read_text(encoding="utf-8")
    for proposal in found.proposals:
        language = compiled(
            extended(text, {local_name(proposal.predicate): [proposal.line]}, "en.toml"), "en.toml", known
        )
        assert proposal.line in [p.text for p in language.patterns]


# Accepting


def test_accepting_adds_one_line_and_nothing_else(project: Project) -> None:
    learned(project, DINED)
    before = {p: p.read_bytes() for p in sorted(project.root.rglob("*")) if p.is_file()}
    [proposal] = json.loads(kg(project, "--format", "json", "--property", "partnersWith").stdout)
    assert {p: p.read_bytes() for p in sorted(project.root.rglob("*")) if p.is_file()} == before, (
        "listing changes nothing"
    )
    told = kg(project, "--accept", proposal["id"])
    assert told.stdout == ""
    assert "partnersWith: {s} dined with {o}" in told.stderr
    after = {p: p.read_bytes() for p in sorted(project.root.rglob("*")) if p.is_file()}
    assert [p for p in after if after[p] != before.get(p)] == [english(project)]
    added = [x for x in after[english(project)].split(b"\n") if x not in before[english(project)].split(b"\n")]
    assert added == [b'  "{s} dined with {o}",']
    assert after[english(project)].replace(added[0] + b"\n", b"") == before[english(project)]


def test_what_was_accepted_is_read(project: Project) -> None:
    [proposal] = of(learned(project, DINED), "partnersWith")
    assert accept(project, [proposal]) == {"en": english(project)}
    claims = Knowledge.of(project).extract(Document(DINED, "x", language="en")).claims
    assert {c.object for c in claims if c.predicate == proposal.predicate} == {ID + "Sudmark", ID + "Ostvik"}
    assert not of(learned(project), "partnersWith")


def test_a_line_is_not_accepted_twice(project: Project) -> None:
    [proposal] = of(learned(project, DINED), "partnersWith")
    accept(project, [proposal])
    text = english(project).read_bytes()
    with pytest.raises(ProjectError, match="has this line already"):
        accept(project, [proposal])
    told = kg(project, "--accept", proposal.id, status=1).stderr
    assert "this line is there already: {s} dined with {o}" in told
    assert english(project).read_bytes() == text


def test_the_packaged_project_is_not_changed(project: Project) -> None:
    [proposal] = of(learned(project, DINED), "partnersWith")
    text = english(project).read_bytes()
    for packaged in (Project(project.root, packaged=True), Project(ROOT / "kg" / "data")):
        with pytest.raises(ProjectError, match="belongs to the package") as caught:
            accept(packaged, [proposal])
        assert "kg init" in caught.value.hint
    assert english(project).read_bytes() == text


def test_all_or_nothing(project: Project) -> None:
    """A line that does not load leaves the good one unwritten too."""
    [proposal] = of(learned(project, DINED), "partnersWith")
    wrong = Proposal("en", proposal.predicate, "{s} <nosuchlist> {o}", 1, 0, 0, 50, ())
    text = english(project).read_bytes()
    with pytest.raises(Faults, match="unknown list"):
        accept(project, [proposal, wrong])
    assert english(project).read_bytes() == text
    assert [p.name for p in english(project).parent.iterdir()] == ["en.toml"], "no file is left behind"


def test_an_unknown_id_is_refused(project: Project) -> None:
    learned(project, DINED)
    for name in ("ffffffff", "x"):
        assert f"no proposal '{name}'" in kg(project, "--accept", name, status=1).stderr


def test_ids_are_made_of_language_property_and_line(project: Project) -> None:
    [proposal] = of(learned(project, DINED), "partnersWith")
    assert proposal.id == identity("en", AT + "partnersWith", "{s} dined with {o}")
    assert re.fullmatch(r"[0-9a-f]{8}", proposal.id)


HEAD = 'language = "en"\n# one\n[patterns]  # two\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('a = [\n  "x {s} {o}",  # three\n]\nb = []\n', 'a = [\n  "x {s} {o}",  # three\n  "new",\n]\nb = []\n'),
        ('a = [\n  "x"  # no comma ]\n]\n', 'a = [\n  "x",  # no comma ]\n  "new",\n]\n'),
        ('a = ["x", "]"]\n', 'a = ["x", "]",\n  "new",\n]\n'),
        ("a = []\nb = []\n", 'a = [\n  "new",\n]\nb = []\n'),
        ('b = [\n  "a = [",\n]\n', 'b = [\n  "a = [",\n]\na = [\n  "new",\n]\n'),
        ('b = []\n\n# of c\n[c]\na = ["x"]\n', None),
        ("a = [\r\n  'x',\r\n]\r\n", "a = [\r\n  'x',\r\n  \"new\",\r\n]\r\n"),
    ],
)
def test_a_line_finds_its_place(before: str, after: str | None) -> None:
    head = HEAD.replace("\n", "\r\n") if "\r\n" in before else HEAD
    changed = extended(head + before, {"a": ["new"]}, "x.toml")
    assert after is None or changed == head + after
    data = tomllib.loads(changed)
    assert data["patterns"]["a"][-1] == "new"
    assert data.get("c") == tomllib.loads(head + before).get("c")
    assert [x for x in re.findall("#.*", head + before) if x not in changed] == []


def test_a_file_without_patterns_gets_the_table() -> None:
    assert (
        extended('language = "en"\n', {"a": ['say "x"']}, "x")
        == 'language = "en"\n\n[patterns]\na = [\n  "say \\"x\\"",\n]\n'
    )


@pytest.mark.parametrize("text", ["patterns.a = []\n", "patterns = { a = [] }\n", '[patterns]\n"a" = []\n'])
def test_a_layout_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(ProjectError, match="cannot be added safely"):
        extended(text, {"a": ["new"]}, "x.toml")


# The same every time, and on the shipped project


def test_the_same_input_gives_the_same_bytes(project: Project) -> None:
    learned(project, DINED, BOUGHT, "Norland waltzed over Sudmark. A dinner of Norland with Sudmark was had.")
    outputs = []
    for seed in ("1", "2"):
        command = [sys.executable, "-c", "from kg.cli import main; main()", "--project", str(project.root), "learn"]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run([*command, "--format", "json"], env=environment, capture_output=True, check=True)
        outputs.append(run.stdout)
    assert outputs[0] == outputs[1]
    assert len(json.loads(outputs[0])) > 2


def test_the_formats_say_the_same(project: Project) -> None:
    learned(project, DINED, BOUGHT)
    listed = json.loads(kg(project, "--format", "json").stdout)
    table, toml = kg(project).stdout, tomllib.loads(kg(project, "--format", "toml").stdout)
    assert listed
    for each in listed:
        assert f"{each['id']}  en  {each['property']}  {each['line']}\n" in table
        assert each["line"] in toml["en"]["patterns"][each["property"]]
    assert "[[Norland dined with Ostvik]] as well." in table
    assert "contradicts or unknown:" in table


def test_nothing_to_learn_is_no_error(project: Project) -> None:
    learned(project, "It rained.")
    assert json.loads(kg(project, "--format", "json").stdout) == []
    assert "0 proposals" in kg(project).stderr


def test_the_shipped_project_gives_valid_lines() -> None:
    project = Project(ROOT)
    listed = json.loads(kg(project, "--format", "json").stdout)
    assert len(listed) > 10
    assert all(p["support"] >= 1 and p["sentences"] for p in listed)
    known, languages = ontology.load(project), patterns.load(project, ontology.load(project))
    for code in sorted({p["language"] for p in listed}):
        lines: dict[str, list[str]] = {}
        for each in (p for p in listed if p["language"] == code):
            lines.setdefault(each["property"], []).append(each["line"])
        text = (project.ontology / "patterns" / f"{code}.toml").read_text(encoding="utf-8")
        language = compiled(extended(text, lines, code), f"{code}.toml", known)
        assert len(language.patterns) == len(languages[code].patterns) + sum(map(len, lines.values()))
