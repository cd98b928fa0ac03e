"""The command line: data to standard output, the rest to standard error, one clear line for an error, no slow start."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import support
from click.testing import CliRunner, Result

from kg import columns
from kg import store as stores
from kg.cache import Step
from kg.cli import build, main, rows
from kg.cli.app import HOMES
from kg.cli.rows import Table, text_of
from kg.errors import InputError, Place, StoreError
from kg.model import Fact
from kg.rdf import layer

ROOT = Path(__file__).parent.parent
KG = [sys.executable, "-c", "from kg.cli import main; main()"]
COMMANDS = sorted(HOMES)
QUESTION = """# title: Which vehicles run which software?
# title@id: Kendaraan mana memakai perangkat lunak apa?
# param: software (entity) = HarmonyOS NEXT
# param: market (entity, optional) = China
# example: kg query who-uses -p software="HarmonyOS NEXT"
SELECT ?vehicle $market { ?vehicle at:usesSoftware $software {| at:market $market |} }
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world of the tests as a store on disk."""
    path = tmp_path_factory.mktemp("world") / "store"
    stores.write(path, support.quads(), support.manifest())
    return path


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one saved question and nothing else."""
    root = tmp_path_factory.mktemp("project")
    for part in ("ontology", "seeds", "queries"):
        (root / part).mkdir()
    (root / "queries" / "who-uses.rq").write_text(QUESTION, encoding="utf-8")
    return root


@pytest.fixture
def kg(world: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("KG_STORE", str(world))
    monkeypatch.setenv("KG_PROJECT", str(project))
    return Run()


class Run:
    """Runs a command line in this process."""

    def __call__(self, *args: str, status: int = 0, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(main, list(args), input=stdin)
        assert result.exit_code == status, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result


def rows_of(result: Result) -> list[dict[str, object]]:
    return json.loads(result.stdout)


# Rows


TABLE = Table(
    ("name", "n", "note"),
    (("a|b", 1, None), ("宝马", Decimal("2.50"), "two\nlines\x1b[31m"), ("c", None, "x" * 90)),
)


def test_table_is_aligned_by_columns_of_the_terminal() -> None:
    lines = text_of(TABLE, "table").splitlines()
    assert lines[0] == "name     n  note"
    assert lines[1] == "a|b      1"
    assert lines[2] == "宝马  2.50  two lines [31m", "wide signs take two columns, steering signs are gone"


@pytest.mark.parametrize("width", [30, 40, 60])
def test_table_fits_the_terminal(width: int) -> None:
    lines = text_of(TABLE, "table", width).splitlines()
    assert max(map(columns.columns, lines)) <= width
    assert "".join(lines).count("x") == 90, "nothing is lost"


def test_table_is_whole_when_piped() -> None:
    assert "x" * 90 in text_of(TABLE, "table", None)


def test_json_keeps_types() -> None:
    table = Table(("a", "b", "c", "d", "e"), ((Decimal("2.50"), Decimal("0.1"), date(2025, 3, 17), True, None),))
    assert json.loads(text_of(table, "json")) == [{"a": 2.5, "b": 0.1, "c": "2025-03-17", "d": True, "e": None}]
    exact = "0.1234567890123456789"
    assert json.loads(text_of(Table(("x",), ((Decimal(exact),),)), "json")) == [{"x": exact}], "not rounded in silence"


def test_json_of_parts_is_an_object() -> None:
    table = Table(("q",), (({"a": ("1",), "b": ("2", "3")},),))
    assert json.loads(text_of(table, "json")) == [{"q": {"a": "1", "b": ["2", "3"]}}]
    assert text_of(table, "csv") == "q\na: 1; b: 2; b: 3\n"


@pytest.mark.parametrize(("form", "separator"), [("csv", ","), ("tsv", "\t")])
def test_separated_values_read_back(form: str, separator: str) -> None:
    read = list(csv.reader(io.StringIO(text_of(TABLE, form)), delimiter=separator))
    assert read[0] == ["name", "n", "note"]
    assert read[2] == ["宝马", "2.50", "two\nlines\x1b[31m"]


def test_markdown_keeps_its_columns() -> None:
    lines = text_of(TABLE, "md").splitlines()
    assert lines[:3] == ["| name | n | note |", "| --- | ---: | --- |", "| a\\|b | 1 |  |"]


def test_no_rows_are_said_to_be_none(capsys: pytest.CaptureFixture[str]) -> None:
    rows.write(Table(("a", "b"), ()), "json")
    assert capsys.readouterr() == ("[]\n", "nothing found\n")


# All commands


def test_these_are_the_commands() -> None:
    known = (
        "add ask build conflicts diff export facts init learn load queries query remove review "
        "serve stats validate verify view why"
    )
    assert " ".join(COMMANDS) == known


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(kg: Run, command: str) -> None:
    text = kg(command, "--help").stdout
    examples = text.partition("Examples:\n")[2].strip().splitlines()
    assert examples
    assert all(f"kg {command}" in line or "kg --project" in line for line in examples)
    assert "  -h, --help" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_short_help_is_whole(kg: Run, command: str) -> None:
    line = next(x for x in kg("--help").stdout.splitlines() if x.startswith(f"  {command} "))
    assert line.endswith(".")
    assert not line.endswith("...")


def test_version(kg: Run) -> None:
    assert kg("--version").stdout == "kg 0.1.0\n"


def test_wrong_usage_is_status_2(kg: Run) -> None:
    for wrong in (["nope"], ["facts", "--nope"], ["facts", "--format", "nope"], ["query", "x", "-p", "novalue"]):
        result = kg(*wrong, status=2)
        assert result.stdout == ""
        assert "Error:" in result.stderr


def test_no_store_is_one_clear_line(kg: Run, tmp_path: Path) -> None:
    result = kg("--store", str(tmp_path / "none"), "stats", status=1)
    assert result.stdout == ""
    assert result.stderr == f"kg: {tmp_path / 'none'}: no store here (run 'kg build')\n"


def test_no_project_is_one_clear_line(kg: Run, tmp_path: Path) -> None:
    result = kg("--project", str(tmp_path), "queries", status=1)
    assert result.stderr.startswith(f"kg: {tmp_path}: no project: ontology/")
    assert result.stderr.count("\n") == 1


def test_an_error_of_the_system_is_one_clear_line(kg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise PermissionError(13, "Permission denied", "/x/y")

    monkeypatch.setattr(stores, "open", broken)
    assert kg("stats", status=1).stderr == "kg: /x/y: Permission denied (check who may read and write there)\n"


def test_control_c_is_told_and_ends(kg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stores, "open", interrupted)
    result = kg("stats", status=130)
    assert result.stderr.strip() == "kg: stopped"


def caught(process: int, wanted: bool) -> None:
    """Wait until a process catches the signal of the key, or does no longer."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        line = next(x for x in Path(f"/proc/{process}/status").read_text("ascii").splitlines() if "SigCgt" in x)
        if bool(int(line.split()[1], 16) >> (signal.SIGINT - 1) & 1) is wanted:
            return
        time.sleep(0.01)
    pytest.fail("the query never began")


def test_control_c_ends_a_query_at_once(world: Path) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with subprocess.Popen([*KG, "--store", str(world), "query", endless], stderr=subprocess.PIPE) as process:
        try:
            caught(process.pid, True)
            caught(process.pid, False)  # the query runs: until it ends, the key is the system's to heed
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=5) == -signal.SIGINT
        finally:
            process.kill()
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_environment_names_store_and_project(world: Path, project: Path) -> None:
    environment = {**os.environ, "KG_STORE": str(world), "KG_PROJECT": str(project)}
    run = subprocess.run([*KG, "queries"], env=environment, capture_output=True, text=True, check=True)
    assert "who-uses" in run.stdout


def test_a_reader_that_leaves_is_no_error(world: Path) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 300000"
    command = [*KG, "--store", str(world), "query", query, "--format", "csv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


HEAVY = {"networkx", "pyvis", "pyshacl", "rdflib", "oxrdflib", "trafilatura", "numpy", "igraph", "jinja2"}
CHEAP = [
    ["--help"],
    ["--version"],
    ["facts"],
    ["why", "BMW", "launches"],
    ["stats"],
    ["verify"],
    ["queries"],
    ["query", "who-uses", "-p", "software=HarmonyOS NEXT"],
    ["query", "ASK { ?s ?p ?o }"],
    ["query", "CONSTRUCT WHERE { ?s kg:status ?o }", "--format", "ttl"],
    ["export", "-"],
    *[[command, "--help"] for command in COMMANDS],
]


@pytest.mark.parametrize("command", CHEAP, ids=" ".join)
def test_no_command_loads_what_it_does_not_need(world: Path, project: Path, command: list[str]) -> None:
    code = (
        "import sys\nfrom kg.cli import main\nstatus = main(sys.argv[1:], standalone_mode=False)\n"
        "print(*sorted({n.partition('.')[0] for n in sys.modules}), file=sys.stderr)\nsys.exit(status or 0)"
    )
    environment = {**os.environ, "KG_STORE": str(world), "KG_PROJECT": str(project)}
    arguments = [sys.executable, "-c", code, *command]
    run = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=True)
    loaded = set(run.stderr.splitlines()[-1].split())
    assert not loaded & HEAVY
    assert "click" in loaded


def test_the_check_of_loading_sees_what_is_loaded(world: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom kg.cli import main\nmain(sys.argv[1:], standalone_mode=False)\n"
        "assert {'pyvis', 'igraph'} <= set(sys.modules)"
    )
    arguments = [
        sys.executable,
        "-c",
        code,
        "--store",
        str(world),
        "view",
        "--engine",
        "pyvis",
        str(tmp_path / "x.html"),
    ]
    subprocess.run(arguments, check=True, capture_output=True)


# facts and why


def test_facts_are_listed_with_labels_for_people(kg: Run) -> None:
    text = kg("facts", "--about", "Neue Klasse").stdout
    assert " ".join(text.splitlines()[0].split()) == "fact subject property object status qualifiers time sources"
    planned = next(line for line in text.splitlines() if "HarmonyOS" in line)
    assert "uses software" in planned
    assert "market: China" in planned
    assert "from 2026" in planned


def test_facts_have_names_of_the_graph_for_programs(kg: Run) -> None:
    found = rows_of(kg("facts", "--property", "usesSoftware", "--status", "planned", "--format", "json"))
    assert len(found) == 1
    assert found[0]["subject"] == "id:Neue_Klasse"
    assert found[0]["qualifiers"] == {"at:exclusive": "true", "at:market": "id:China"}
    assert found[0]["from"] == "2026"


def test_facts_say_how_many_stand_behind_them_and_when_they_spoke(kg: Run) -> None:
    (found,) = rows_of(kg("facts", "--property", "launches", "--format", "json"))
    assert (found["support"], found["contrary"], found["publishers"]) == (2, 0, 2)
    assert (found["first_stated"], found["last_stated"]) == ("2025-03-17", "2025-09-02")
    head, line = kg("facts", "--about", "Munich", "--format", "csv").stdout.splitlines()
    assert head.endswith("support,contrary,publishers,first_stated,last_stated,conflicts")
    assert line.endswith(",Curated,0,0,0,,,"), "no document states it"


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ([], lambda f: True),
        (["--about", "BMW"], lambda f: support.iri("BMW") in (f.subject, f.object)),
        (["--status", "Denied"], lambda f: f.status == "Denied"),
        (["--market", "Tiongkok"], lambda f: (support.AT + "market", support.iri("China")) in f.identity),
        (["--origin", "extracted"], lambda f: f.origin == "Extracted"),
        (
            ["--document", "news/bmw-kunci-digital.md"],
            lambda f: support.documents()[1].id in {c.document for c in f.claims},
        ),
        (["--about", "BMW", "--property", "at:launches"], lambda f: f.id == support.fact("BMW", "launches").id),
    ],
)
def test_facts_fit_every_condition(kg: Run, condition: list[str], fits: Callable[[Fact], bool]) -> None:
    found = {row["fact"] for row in rows_of(kg("facts", *condition, "--format", "json"))}
    assert found == {f.id for f in support.facts() if fits(f)}
    assert found


def test_an_unknown_name_is_told_with_those_near_it(kg: Run) -> None:
    result = kg("facts", "--about", "Huawai", status=1)
    assert result.stderr == "kg: no entity is called 'Huawai' (did you mean Huawei?)\n"


def test_why_shows_the_sentence_with_its_span(kg: Run) -> None:
    text = kg("why", "Neue Klasse", "usesSoftware", "HarmonyOS NEXT").stdout
    assert "Neue Klasse uses software HarmonyOS NEXT" in text.splitlines()[0]
    assert "[[The Neue Klasse built for China will run HarmonyOS NEXT only, from 2026]]." in text
    for part in ("Planned · 2025-03-17 · Autoblick", "news/bmw-huawei.md, characters", "rule en/usesSoftware#1"):
        assert part in text
    assert "\x1b" not in text


def test_why_names_the_speaker_and_the_words_of_a_figure(kg: Run) -> None:
    text = kg("why", "BMW", "hasStatistic").stdout
    assert 'said by Sean Green · "25%"' in text


def test_why_takes_the_beginning_of_an_id(kg: Run) -> None:
    fact = support.fact("BMW", "headquarteredIn")
    text = kg("why", fact.id[:10]).stdout
    assert "BMW headquartered in Munich" in text
    assert "a curator wrote it down in seeds/facts/world.ttl:" in text
    assert support.CURATED_SOURCE in text
    assert "independent document" not in text


def test_why_counts_copies_once_and_names_them(kg: Run) -> None:
    text = kg("why", "BMW", "partnersWith", "Huawei").stdout
    assert "2 independent documents of 2 publishers" in text
    assert "Reprint · BMW turns to Huawei · a copy of what was said on 2025-03-17\n" in text


def test_why_as_rows_has_the_exact_span(kg: Run) -> None:
    found = rows_of(kg("why", "BMW", "launches", "digital key", "--format", "json"))
    texts = {d.source: d.text for d in support.documents()}
    assert len(found) == 2
    for row in found:
        assert texts[row["source"]][row["start"] : row["end"]] == row["quote"]


def test_why_shows_the_course_of_a_fact(kg: Run) -> None:
    text = kg("why", "BMW", "launches", "digital key").stdout
    assert text.splitlines()[2] == "  Planned 2025-03-17 → InEffect 2025-09-02"
    found = rows_of(kg("why", "BMW", "launches", "digital key", "--format", "json"))
    assert [(row["status"], row["said"]) for row in found] == [("Planned", "2025-03-17"), ("InEffect", "2025-09-02")]
    assert {row["course"] for row in found} == {"Planned 2025-03-17 → InEffect 2025-09-02"}
    assert "→" not in kg("why", "BMW", "partnersWith", "Huawei").stdout, "nothing became of it"


def test_why_counts_a_copy_with_the_day_of_its_original(kg: Run) -> None:
    found = rows_of(kg("why", "BMW", "partnersWith", "Huawei", "--format", "json"))
    assert {row["issued"]: row["said"] for row in found} == {
        "2025-03-17": "2025-03-17",
        "2025-03-18": "2025-03-17",
        "2025-09-02": "2025-09-02",
    }


def test_why_without_such_a_fact_is_told(kg: Run) -> None:
    assert kg("why", "ffffffff", status=1).stderr.startswith("kg: no fact 'ffffffff'")


def test_on_a_terminal_the_span_is_underlined_and_the_table_fits(world: Path) -> None:
    shown = terminal([*KG, "--store", str(world), "why", "BMW", "launches"], columns=60)
    assert "\x1b[" in shown
    assert "[[" not in shown
    table = terminal([*KG, "--store", str(world), "facts"], columns=90)
    assert max(len(line) for line in table.splitlines()) <= 90
    assert "HarmonyOS" in table


def terminal(command: list[str], columns: int) -> str:
    """What a command shows on a terminal."""
    master, slave = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "LINES": "24"}
    with subprocess.Popen(command, stdout=slave, stderr=slave, stdin=slave, env=environment) as process:
        os.close(slave)
        shown = b"".join(_read(master))
        assert process.wait(timeout=30) == 0
    os.close(master)
    return shown.decode()


def _read(master: int) -> Iterator[bytes]:
    while select.select([master], [], [], 30)[0]:
        try:
            part = os.read(master, 4096)
        except OSError:  # the other side is closed
            return
        if not part:
            return
        yield part


# query and queries

ROWS = "SELECT ?s ?o { ?s at:usesSoftware ?o } ORDER BY ?o"


def test_query_in_sparql_as_a_table(kg: Run) -> None:
    assert kg("query", ROWS).stdout.splitlines() == [
        "s               o",
        "id:Neue_Klasse  id:HarmonyOS_NEXT",
        "id:Neue_Klasse  id:iDrive_X",
    ]


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
@pytest.mark.parametrize("limit", [[], ["--limit", "1"]], ids=["all", "limit"])
def test_query_gives_the_result_formats_of_sparql(kg: Run, form: str, limit: list[str]) -> None:
    text = kg("query", ROWS, "--format", form, *limit).stdout_bytes
    if form == "csv":
        assert text.decode().splitlines()[1] == f"{support.ID}Neue_Klasse,{support.ID}HarmonyOS_NEXT"
        return
    formats = {
        "json": ox.QueryResultsFormat.JSON,
        "xml": ox.QueryResultsFormat.XML,
        "tsv": ox.QueryResultsFormat.TSV,
    }
    read = list(ox.parse_query_results(text, format=formats[form]))
    assert [row["o"].value for row in read] == [f"{support.ID}{n}" for n in ("HarmonyOS_NEXT", "iDrive_X")][
        : 1 if limit else 2
    ]


def test_limit_keeps_each_kind_of_term(kg: Run) -> None:
    question = "SELECT ?v { VALUES ?v { id:BMW 'text'@en 2.5 true } }"
    whole, cut = (json.loads(kg("query", question, "--format", "json", *x).stdout) for x in ([], ["--limit", "9"]))
    assert whole == cut
    triple = "SELECT ?t { ?f rdf:reifies ?t } ORDER BY ?f"
    first = json.loads(kg("query", triple, "--format", "json", "--limit", "1").stdout)
    assert (
        first["results"]["bindings"][0]
        == json.loads(kg("query", triple, "--format", "json").stdout)["results"]["bindings"][0]
    )


def test_query_that_asks_yes_or_no(kg: Run) -> None:
    question = "ASK { ?fact kg:status kg:Planned }"
    assert kg("query", question).stdout == "answer\nyes\n"
    assert json.loads(kg("query", question, "--format", "json").stdout)["boolean"] is True
    assert kg("query", question, "--format", "csv").stdout == "answer\ntrue\n"


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld"])
def test_query_that_gives_a_graph(kg: Run, form: str) -> None:
    question = "CONSTRUCT { ?s at:usesSoftware ?o } WHERE { ?s at:usesSoftware ?o }"
    formats = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}
    text = kg("query", question, "--format", form).stdout_bytes
    assert len(list(ox.parse(text, format=formats[form]))) == 2
    assert (
        len(list(ox.parse(kg("query", question, "--format", form, "--limit", "1").stdout_bytes, format=formats[form])))
        == 1
    )
    if form == "ttl":
        assert text.decode().splitlines()[:3] == [f"@prefix at: <{support.AT}> .", f"@prefix id: <{support.ID}> .", ""]


@pytest.mark.parametrize(
    ("question", "form"), [("ASK { ?s ?p ?o }", "ttl"), (ROWS, "jsonld"), ("CONSTRUCT WHERE { ?s a at:City }", "xml")]
)
def test_a_format_that_does_not_fit_is_wrong_usage(kg: Run, question: str, form: str) -> None:
    assert f"--format {form} is for" in kg("query", question, "--format", form, status=2).stderr


def test_query_from_standard_input_and_from_a_file(kg: Run, tmp_path: Path) -> None:
    assert len(kg("query", "-", stdin=ROWS).stdout.splitlines()) == 3
    path = tmp_path / "question.rq"
    path.write_text(ROWS, encoding="utf-8")
    assert len(kg("query", str(path)).stdout.splitlines()) == 3
    path = tmp_path / "who-uses.rq"
    path.write_text(QUESTION, encoding="utf-8")
    assert "id:Neue_Klasse" in kg("query", str(path), "-p", "software=HarmonyOS NEXT").stdout


def test_query_of_a_file_that_is_not_there(kg: Run) -> None:
    assert kg("query", "none.rq", status=1).stderr.startswith("kg: none.rq: no such file")


def test_query_of_a_file_that_is_no_text(kg: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.rq"
    path.write_bytes(b"SELECT \xff")
    assert "not UTF-8 at byte 7" in kg("query", str(path), status=1).stderr


def test_values_for_plain_sparql(kg: Run) -> None:
    found = kg("query", "SELECT ?o { ?s at:usesSoftware ?o }", "-p", "s=id:Neue_Klasse").stdout.splitlines()
    assert len(found) == 3
    label = kg("query", "SELECT ?s { ?s skos:prefLabel ?l FILTER(STR(?l) = ?name) }", "-p", "name=BMW").stdout
    assert "id:BMW" in label


def test_saved_question_with_and_without_its_optional_parameter(kg: Run) -> None:
    args = ("query", "who-uses", "-p", "software=HarmonyOS NEXT")
    assert "id:China" in kg(*args).stdout
    assert kg(*args, "-p", "market=World").stderr == "nothing found\n"


def test_saved_question_that_lacks_a_parameter(kg: Run) -> None:
    error = kg("query", "who-uses", status=1).stderr
    assert error.startswith("kg: who-uses: parameter 'software' is needed")


def test_unknown_question_is_told(kg: Run) -> None:
    assert "did you mean who-uses?" in kg("query", "who-use", status=1).stderr


def test_syntax_error_has_line_and_column(kg: Run) -> None:
    assert kg("query", "SELECT ?s {\n ?s ?p }", status=1).stderr.startswith("kg: query:2:9: syntax error")


def test_update_and_service_are_refused(kg: Run) -> None:
    assert "read-only" in kg("query", "DELETE WHERE { ?s ?p ?o }", status=1).stderr
    assert "another server" in kg("query", "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", status=1).stderr


def test_timeout_ends_a_query(kg: Run) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    assert "no answer within 0.3 s" in kg("query", endless, "--timeout", "0.3", status=1).stderr


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e300", "0", "-1"])
def test_a_timeout_that_is_no_time_is_wrong_usage(kg: Run, seconds: str) -> None:
    assert "--timeout" in kg("query", "ASK { ?s ?p ?o }", "--timeout", seconds, status=2).stderr


def test_queries_are_listed_and_described(kg: Run) -> None:
    assert kg("queries").stdout.splitlines()[1].split("  ")[0] == "who-uses"
    assert rows_of(kg("queries", "--format", "json", "--language", "id"))[0] == {
        "name": "who-uses",
        "question": "Kendaraan mana memakai perangkat lunak apa?",
        "parameters": "software, [market]",
        "example": 'kg query who-uses -p software="HarmonyOS NEXT"',
    }
    text = kg("queries", "who-uses").stdout
    assert "Which vehicles run which software?" in text
    assert "SELECT ?vehicle" in text
    assert "# title" not in text


# stats, verify, validate


def test_stats_count_what_is_there(kg: Run) -> None:
    found = {(r["group"], r["name"]): r["count"] for r in rows_of(kg("stats", "--format", "json"))}
    assert found["total", "facts"] == len(support.WORLD)
    assert found["status", "Denied"] == sum(f.status == "Denied" for f in support.facts())
    assert found["language", "en"] == sum(d.language == "en" for d in support.documents())


def records() -> int:
    """How many claims and documents there are."""
    return len(support.documents()) + sum(len(f.claims) for f in support.facts())


def test_verify_says_how_many_it_checked(kg: Run) -> None:
    result = kg("verify")
    assert result.stdout == ""
    assert result.stderr == f"{records()} records checked, 0 failed\n"


def test_verify_fails_on_a_changed_text(kg: Run, tmp_path: Path) -> None:
    def changed() -> Iterator[ox.Quad]:
        for quad in support.quads():
            value = quad.object
            if isinstance(value, ox.Literal) and value.value.startswith("Kunci digital BMW\n"):
                value = ox.Literal("K" + value.value)
            yield ox.Quad(quad.subject, quad.predicate, value, quad.graph_name)

    stores.write(tmp_path / "s", changed(), support.manifest())
    result = kg("--store", str(tmp_path / "s"), "verify", status=1)
    assert "the text is not the one of its SHA-256" in result.stdout
    broken = 1 + sum(c.document == support.documents()[1].id for f in support.facts() for c in f.claims)
    assert f"{records()} records checked, {broken} failed" in result.stderr


def test_validate_reports_and_fails_on_an_error(kg: Run, tmp_path: Path) -> None:
    ends = (support.iri("Huawei"), support.AT + "develops", support.iri("Android"))
    unfounded = ox.Quad(*map(ox.NamedNode, ends), layer("facts"))
    stores.write(tmp_path / "s", [*support.quads(), unfounded], support.manifest())
    args = ("--project", str(ROOT), "--store", str(tmp_path / "s"), "validate")
    found = rows_of(kg(*args, "--format", "json", status=1))
    assert all(set(row) == {"severity", "check", "node", "message", "fix"} for row in found)
    assert ("error", "unfounded-triple", "id:Huawei") in {(r["severity"], r["check"], r["node"]) for r in found}
    result = kg(*args, "--format", "ttl", status=1)
    assert "sh:conforms false" in result.stdout
    assert re.search(r"\d+ checks: [1-9]\d* errors?, ", result.stderr)
    assert list(ox.parse(result.stdout_bytes, format=ox.RdfFormat.TURTLE))


def test_validate_with_warnings_alone_is_no_failure(kg: Run, tmp_path: Path) -> None:
    for part in ("seeds", "queries/hygiene"):
        (tmp_path / "p" / part).mkdir(parents=True)
    shutil.copytree(ROOT / "ontology", tmp_path / "p" / "ontology")
    shutil.copy(ROOT / "queries" / "hygiene" / "unused-term.rq", tmp_path / "p" / "queries" / "hygiene")
    result = kg("--project", str(tmp_path / "p"), "validate")
    assert "unused-term" in result.stdout
    assert ": 0 errors, " in result.stderr


# export and view


@pytest.mark.parametrize("name", ["x.ttl", "x.nq", "x.trig", "x.nt", "x.jsonld", "x.csv", "x.graphml"])
def test_export_by_extension(kg: Run, tmp_path: Path, name: str) -> None:
    kg("export", str(tmp_path / name))
    assert (tmp_path / name).stat().st_size > 1000


def test_export_to_standard_output_by_layer(world: Path) -> None:
    def exported(*more: str) -> bytes:
        return subprocess.run(
            [*KG, "--store", str(world), "export", "-", *more], capture_output=True, check=True
        ).stdout

    assert b"reifies" not in exported()
    assert b"reifies" in exported("--rdf12")
    claims = exported("--layer", "claims", "--format", "nt")
    assert b"kg#quote" in claims
    assert b"kg#sha256" not in claims
    assert b"\\nBMW bermitra" not in exported()
    assert b"\\nBMW bermitra" in exported("--texts")
    assert exported("--query", "SELECT ?s { ?s a at:City }", "--format", "csv").count(b"\n") == 4


def test_export_of_an_unknown_format_is_told(kg: Run, tmp_path: Path) -> None:
    assert "no format '.doc'" in kg("export", str(tmp_path / "x.doc"), status=1).stderr


def test_view_writes_a_page_about_an_entity(kg: Run, tmp_path: Path) -> None:
    result = kg("view", str(tmp_path / "a.html"), "--about", "VW")
    assert result.stdout == ""
    assert result.stderr == f"{tmp_path / 'a.html'}: 2 facts of {len(support.WORLD)}, the others are not on it\n"
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<title>Volkswagen – knowledge graph – 2025-09-02</title>" in text
    kg("view", str(tmp_path / "b.html"), "--about", "VW", "--hops", "2")
    assert (tmp_path / "b.html").read_text(encoding="utf-8").count("<tr><td>") == 3


def test_view_by_pyvis(kg: Run, tmp_path: Path) -> None:
    kg("view", str(tmp_path / "a.html"), "--about", "VW", "--hops", "2", "--engine", "pyvis")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<title>Volkswagen – knowledge graph</title>" in text
    assert text.count('class="fact ') == 3
    assert "vis-network" in text
    result = kg("view", str(tmp_path / "b.html"), "--engine", "pyvis", "--max-facts", "5", status=1)
    assert "--max-facts" in result.stderr


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("SELECT ?fact { ?fact kg:status kg:Ended }", 2),
        ("SELECT ?a ?b { ?a at:supplies ?b }", 1),
        ("CONSTRUCT WHERE { ?a at:jointVentureOf ?b }", 2),
        ("SELECT ?s { ?s a at:City }", 0),
    ],
)
def test_view_shows_what_a_query_answers(kg: Run, tmp_path: Path, query: str, count: int) -> None:
    result = kg("view", str(tmp_path / "a.html"), "--query", query)
    assert f"{count} facts of" in result.stderr or (count == 1 and "1 fact of" in result.stderr)
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert text.count("<tr><td>") == count
    assert ("There are no facts here." in text) is (count == 0)


def test_view_tells_a_fault_of_the_query(kg: Run, tmp_path: Path) -> None:
    result = kg("view", str(tmp_path / "a.html"), "--query", "SELECT * { ?s ?p", status=1)
    assert result.stderr.startswith("kg: query:1:")
    assert not (tmp_path / "a.html").exists()


def test_view_refuses_too_much_and_writes_nothing(kg: Run, tmp_path: Path) -> None:
    result = kg("view", str(tmp_path / "a.html"), "--max-facts", "5", status=1)
    assert result.stderr.startswith(f"kg: {len(support.WORLD)} facts are more than the 5")
    assert "--max-facts" in result.stderr
    assert not (tmp_path / "a.html").exists()


def test_view_is_the_same_bytes_twice(kg: Run, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        kg("view", str(tmp_path / name))
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_view_shows_sentences_of_the_store(kg: Run, tmp_path: Path) -> None:
    kg("view", str(tmp_path / "a.html"), "--about", "Neue Klasse")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<mark>The Neue Klasse built for China will run HarmonyOS NEXT only, from 2026</mark>." in text
    kg("view", str(tmp_path / "b.html"), "--about", "Neue Klasse", "--engine", "pyvis")
    assert "<b>operating system</b> 2" in (tmp_path / "b.html").read_text(encoding="utf-8")


# build and init


def test_build_tells_what_came_of_it(kg: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kg.build as building

    asked: dict[str, object] = {}
    refused = InputError("empty", Place("news/x.txt"), "give it a text")

    def fake(project: object, sources: object, target: Path, **options: object) -> building.BuildReport:
        asked.update(options, sources=sources, target=target)
        return building.BuildReport(2, (refused,), ("news/fr.txt",), 5, 4, 3, 1, "abc")

    monkeypatch.setattr(building, "build", fake)
    report = tmp_path / "report.json"
    result = kg("--store", str(tmp_path / "s"), "build", "news", "-", "--jobs", "2", "--report", str(report))
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "kg: refused news/x.txt: empty (give it a text)",
        "kg: news/fr.txt: its language has no patterns; the text is kept, nothing was read from it",
        f"2 documents (1 refused): 5 claims, 4 facts, 1 conflict in {tmp_path / 's'}",
    ]
    assert json.loads(report.read_text(encoding="utf-8")) == {
        "documents": 2,
        "claims": 5,
        "facts": 4,
        "entities": 3,
        "conflicts": 1,
        "refused": [{"source": "news/x.txt", "message": "empty", "hint": "give it a text"}],
        "unread": ["news/fr.txt"],
        "decisions": 0,
        "reopened": [],
        "digest": "abc",
    }
    assert asked == {
        "sources": ["news", "-"],
        "target": tmp_path / "s",
        "jobs": 2,
        "strict": False,
        "progress": None,
        "extractors": (),
        "cache": True,
    }
    kg("--store", str(tmp_path / "s"), "build", "--strict", "--no-cache")
    assert (asked["sources"], asked["strict"], asked["cache"]) == (None, True, False)


def test_build_that_fails_is_status_1(kg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import kg.build as building

    def fake(*_: object, **__: object) -> None:
        raise StoreError("another build is writing here", Place("s"), "wait until it is done")

    monkeypatch.setattr(building, "build", fake)
    assert kg("build", status=1).stderr == "kg: s: another build is writing here (wait until it is done)\n"


@pytest.mark.parametrize(
    ("command", "came", "told"),
    [
        (["add", "news", "-"], {}, "1 added, 1 replaced, 2 already there, 1 refused"),
        (["remove", "ab12"], {"removed": ("a", "b"), "added": (), "replaced": (), "known": ()}, "2 removed, 1 refused"),
    ],
)
def test_a_change_tells_what_came_of_it(
    kg: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], came: dict[str, Any], told: str
) -> None:
    from kg import increment
    from kg.build import BuildReport

    refused = InputError("empty", Place("news/x.txt"), "give it a text")
    report = BuildReport(2, (refused,), (), 5, 4, 3, 1, "abc")
    change = increment.Change(report, ("new",), ("old",), (), ("c", "d"), ("names", "the program"))
    asked: list[object] = []

    def fake(_: object, names: object, target: Path, **options: object) -> increment.Change:
        asked.extend([names, target, options["jobs"]])
        return replace(change, **came)

    monkeypatch.setattr(increment, command[0], fake)
    file = tmp_path / "report.json"
    result = kg("--store", str(tmp_path / "s"), *command, "--jobs", "2", "--report", str(file))
    assert (asked, result.stdout) == ([tuple(command[1:]), tmp_path / "s", 2], "")
    assert result.stderr.splitlines() == [
        "kg: changed since the last build: names, the program; the whole graph is made anew",
        "kg: refused news/x.txt: empty (give it a text)",
        f"{told}: now 2 documents, 5 claims, 4 facts, 1 conflict in {tmp_path / 's'}",
    ]
    written = json.loads(file.read_text(encoding="utf-8"))
    assert (written["digest"], written["since"]) == ("abc", ["names", "the program"])
    assert written["removed"] == list(came.get("removed", ()))


@pytest.mark.parametrize("command", ["add", "remove"])
def test_a_change_of_no_store_is_one_clear_line(kg: Run, tmp_path: Path, command: str) -> None:
    told = kg("--store", str(tmp_path / "s"), command, "x", status=1).stderr
    assert told == f"kg: {tmp_path / 's'}: no store here (run 'kg build')\n"
    assert "Missing argument" in kg(command, status=2).stderr
    assert "is a variable unset?" in kg(command, " ", status=2).stderr


def test_bar_is_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with build.bar() as progress:
        assert progress is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with build.bar() as progress:
        assert progress is not None
        progress(Step("Reading", 1, 1, 2))
        progress(Step("Reading", 2, 2, 2))


def test_init_copies_a_project_and_refuses_a_full_folder(kg: Run, project: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    kg("init", str(tmp_path / "mine"))
    assert (tmp_path / "mine" / "queries" / "who-uses.rq").read_text(encoding="utf-8") == QUESTION
    assert kg("init", str(tmp_path / "mine"), status=1).stderr.startswith(f"kg: {tmp_path / 'mine'}: is not empty")
    (tmp_path / "file").write_text("x")
    assert "is not empty" in kg("init", str(tmp_path / "file"), status=1).stderr
    for rest in (tmp_path / "here" / f".kg-{5:016x}.part" / "seeds", tmp_path / f".kg-{6:016x}.part"):
        rest.mkdir(parents=True)
    kg("init", str(tmp_path / "here"))
    kg("init", str(tmp_path / "new" / "one"))
    kg("init", str(tmp_path / "other"))
    for made in (tmp_path / "here", tmp_path / "new" / "one", tmp_path / "other"):
        assert sorted(p.name for p in made.iterdir()) == ["ontology", "queries", "seeds"]
    assert not list(tmp_path.rglob("*.part")), "what was killed before is swept away"
    inside = kg("init", str(project / "seeds" / "mine"), status=1)
    assert "inside the project" in inside.stderr
    assert not (project / "seeds" / "mine").exists()


# Completion


def completed(world: Path, project: Path, *words: str) -> list[str]:
    """What bash is offered for the last of the words."""
    environment = {
        **os.environ,
        "_KG_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["kg", *words]),
        "COMP_CWORD": str(len(words)),
        "KG_STORE": str(world),
        "KG_PROJECT": str(project),
    }
    run = subprocess.run(KG, env=environment, capture_output=True, text=True, check=True)
    assert run.stderr == ""
    return [line.partition(",")[2] for line in run.stdout.splitlines() if line]


def test_completion_offers_names_of_the_graph(world: Path, project: Path) -> None:
    assert completed(world, project, "que") == ["queries", "query"]
    assert completed(world, project, "query", "who") == ["who-uses"]
    assert completed(world, project, "facts", "--about", "bmw") == ["BMW", "BMW Group Region China", "BMW iX3"]
    assert completed(world, project, "facts", "--property", "uses") == ["usesComponent", "usesSoftware"]
    assert completed(world, project, "facts", "--status", "d") == ["Denied"]


def test_completion_without_a_graph_is_silent(tmp_path: Path, project: Path) -> None:
    assert completed(tmp_path / "none", project, "facts", "--about", "b") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_has_a_script_for_each_shell(shell: str) -> None:
    environment = {**os.environ, "_KG_COMPLETE": f"{shell}_source"}
    run = subprocess.run(KG, env=environment, capture_output=True, text=True, check=False)
    assert "_KG_COMPLETE" in run.stdout or "bash" in run.stderr.lower()


def test_an_empty_source_or_a_report_without_a_folder_is_wrong_usage(kg: Run, tmp_path: Path) -> None:
    assert "an empty SOURCE: is a variable unset?" in kg("build", "", status=2).stderr
    assert "--report: no folder" in kg("build", "--report", str(tmp_path / "none" / "r.json"), status=2).stderr
