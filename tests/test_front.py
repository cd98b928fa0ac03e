"""The short way to an answer gives the bytes of the long one, and is gone only where the question is harmless."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import support
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from test_cli import QUESTION

from kg import front, layout
from kg import store as stores
from kg.cli import main
from kg.errors import QueryError
from kg.store import sparql

SUITE = tomllib.loads((support.ROOT / "tests" / "suites" / "front.toml").read_text(encoding="utf-8"))
SHORT, LONG = SUITE["short"], SUITE["long"]
FRONT = [sys.executable, "-c", "from kg.front import main; main()"]
CLICK = [sys.executable, "-c", "from kg.cli import main; main()"]
PLAIN = "SELECT ?s { ?s a kg:Fact } ORDER BY ?s"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a store and a saved question."""
    root = tmp_path_factory.mktemp("front")
    for part in ("ontology", "seeds", "queries"):
        (root / part).mkdir()
    (root / "queries" / "who-uses.rq").write_text(QUESTION, encoding="utf-8")
    stores.write(root / ".kg" / "store", support.quads(), support.manifest())
    return root


@pytest.fixture(autouse=True)
def _here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for name in ("KG_STORE", "KG_PROJECT"):
        monkeypatch.delenv(name, raising=False)


def words(case: dict[str, Any], folder: Path) -> list[str]:
    """The command line of a case."""
    named = folder / "SELECT a file"
    named.write_text("SELECT ?s { ?s a kg:Claim } ORDER BY ?s", encoding="utf-8")
    places = {"STORE": str(folder / ".kg" / "store"), "NONE": str(folder / "none"), "FILE": named.name}
    return [places.get(word, word) for word in case["args"]]


def test_the_suite_has_both_ways() -> None:
    assert len(SHORT) >= 20
    assert len(LONG) >= 30


@pytest.mark.parametrize("case", SHORT, ids=lambda case: case["name"])
def test_the_short_way_gives_the_bytes_of_the_long_one(case: dict[str, Any], folder: Path) -> None:
    line = words(case, folder)
    result = CliRunner().invoke(main, line)
    assert front.quick(line, {}) == (result.stdout_bytes, result.stderr)
    assert result.exit_code == 0


@pytest.mark.parametrize("case", LONG, ids=lambda case: case["name"])
def test_what_is_unusual_goes_the_long_way(case: dict[str, Any], folder: Path) -> None:
    assert front.quick(words(case, folder), {}) is None


@pytest.mark.parametrize(
    "case", [SHORT[0], SHORT[2], SHORT[4], LONG[0], LONG[2], LONG[4], LONG[11]], ids=lambda case: case["name"]
)
def test_whole_processes_write_the_same(case: dict[str, Any], folder: Path) -> None:
    line = words(case, folder)
    runs = [subprocess.run([*way, *line], capture_output=True, timeout=60, check=False) for way in (FRONT, CLICK)]
    assert (runs[0].returncode, runs[0].stdout, runs[0].stderr) == (
        runs[1].returncode, runs[1].stdout, runs[1].stderr,
    )  # fmt: skip


def test_the_short_way_loads_neither_click_nor_the_model() -> None:
    code = (
        "import json, sys\nfrom kg import front\nassert front.quick(sys.argv[1:], {})\n"
        "print(json.dumps(sorted(m for m in sys.modules if m.startswith(('kg', 'click', 'dataclasses', 'pathlib')))))"
    )
    run = subprocess.run([sys.executable, "-c", code, "query", PLAIN], capture_output=True, timeout=60, check=True)
    assert json.loads(run.stdout) == ["kg", "kg.columns", "kg.front", "kg.layout", "kg.names"]


def test_where_the_store_is(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = str(folder / ".kg" / "store")
    answer = front.quick(["query", PLAIN], {})
    monkeypatch.chdir(tmp_path)
    assert answer is not None
    assert front.quick(["query", PLAIN], {}) is None
    assert front.quick(["query", PLAIN], {"KG_STORE": store}) == answer
    assert front.quick(["query", PLAIN], {"KG_STORE": store, "KG_PROJECT": "none"}) == answer
    assert front.quick(["query", PLAIN], {"KG_PROJECT": str(folder)}) is None, "a project is looked at first"
    assert front.quick(["--store", store, "query", PLAIN], {"KG_STORE": "none"}) == answer
    assert front.quick(["--store", "", "query", PLAIN], {"KG_STORE": store}) is None


def test_a_manifest_has_what_the_layout_says() -> None:
    fields = {f.name for f in dataclasses.fields(stores.Manifest)}
    assert fields == {*layout.TEXTS, *layout.TABLES, "format"}


@pytest.mark.parametrize(
    "damage",
    [
        {"format": 1}, {"digest": 5}, {"prefixes": {"a": 1}}, {"quads": {"x": "y"}}, {"counts": []}, {"more": ""},
    ],
    ids=str,
)  # fmt: skip
def test_a_strange_manifest_goes_the_long_way(damage: dict[str, object]) -> None:
    good = json.loads(support.manifest().json())
    assert front._prefixes(json.dumps(good)) is not None
    assert front._prefixes(json.dumps({**good, **damage})) is None


# What may run without a closer look

PIECES = st.sampled_from(
    ["SELECT", "ASK", "?s", "{", "}", "(", ")", "[", "]", "<x:a>", "kg:p", ":", ".", ";", ",", "'", '"', "'''", "#",
     "\n", "\\u0053", "\\", "SERVICE", "service", "ſervice", "FROM", "INSERT", "PREFIX", "UNION", "OPTIONAL", "AS",
     "VALUES", "1.5", "+", "!", "||", "/", "^", "@id", "$x", "%20", "{{{{{", "?a.?b", "(1 2 3)", "a(b)c"]
)  # fmt: skip


@given(st.sampled_from(["SELECT ", "ask", "", " Select*", "INSERT "]), st.lists(PIECES, max_size=300))
@example("SELECT ", ["{"] * 101)
@example("SELECT ", ["1 "] * 349)
def test_a_plain_question_is_one_that_may_run(start: str, pieces: list[str]) -> None:
    text = start + " ".join(pieces)
    if front.is_plain(text):
        looked_at = sparql.check(text)
        assert looked_at.form.startswith(("SELECT", "ASK"))
        assert not looked_at.names_dataset


@pytest.mark.parametrize(
    "text", ["{" * 101, "?a+?b " * 110, "AS " * 230, ". " * 101, "1 " * 350, "{?s ?p (" + "1," * 99]
)
def test_a_question_at_the_limits_is_looked_at(text: str) -> None:
    whole = f"SELECT * {{ {text}"
    try:
        sparql.check(whole)
    except QueryError:
        assert not front.is_plain(whole)


# The end of the process


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    run = subprocess.Popen([*FRONT, "query", "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 20000"], stdout=-1, stderr=-1)
    assert run.stdout is not None
    run.stdout.close()
    assert run.wait(60) == 0
    assert run.stderr is not None
    assert run.stderr.read() == b""
    run.stderr.close()


def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run([*FRONT, "query", PLAIN], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (run.returncode, run.stderr) == (1, f"kg: {os.strerror(28)}\n".encode())


def test_ctrl_c_ends_it_at_once() -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    run = subprocess.Popen([*FRONT, "query", endless])
    time.sleep(1.5)
    assert run.poll() is None
    run.send_signal(signal.SIGINT)
    assert run.wait(10) == -signal.SIGINT
