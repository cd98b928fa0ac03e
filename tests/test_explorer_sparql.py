"""The drawer of the explorer: queries written with completion, their answers, their faults, and the way back."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import explored
import pages
import pytest
import support
from explored import SPOKES, count, drawn, walk
from pages import Visit
from serving import Served, served

pytestmark = pages.NEEDS_CHROMIUM

EDITOR = "document.querySelector('.CodeMirror').CodeMirror"
CITIES = "SELECT ?city ?n { ?city a at:City . BIND(STRLEN(STR(?city)) AS ?n) }"
PLANTS = "CONSTRUCT { ?s at:hasPlantIn ?o } WHERE { ?s at:hasPlantIn ?o FILTER(?o IN (id:Spoke_007, id:Subang)) }"
LONG = "SELECT ?a ?b { ?a a at:City . ?b a at:City } LIMIT 10000"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    store = explored.write(tmp_path_factory.mktemp("explored") / "store")
    with served(store, "explored", timeout=20) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with pages.chromium() as opened:
        yield opened


@contextmanager
def drawer(browser: object, server: Served, query: str = "", **options: object) -> Iterator[Visit]:
    """The explorer with its drawer open, and this query in it."""
    with walk(browser, server, **options) as seen:
        seen.page.locator("#sparql").click()
        seen.page.locator(".CodeMirror").wait_for()
        seen.page.locator(".CodeMirror textarea").wait_for(state="attached")
        if query:
            write(seen, query)
        yield seen


def write(seen: Visit, query: str) -> None:
    seen.page.evaluate(f"query => {EDITOR}.setValue(query)", query)


def run(seen: Visit, query: str = "") -> str:
    """What is told when an answer has come."""
    if query:
        write(seen, query)
    seen.page.locator("#run").click()
    seen.page.locator("#run:not([disabled])").wait_for()
    return str(seen.page.locator("#query-state").text_content())


def column(seen: Visit, number: int) -> list[str]:
    return seen.page.locator(f"#results tbody tr:not(.space) td:nth-child({number})").all_text_contents()


# Writing


def test_ctrl_enter_runs_what_stands_there_first(browser: object, server: Served) -> None:
    with drawer(browser, server) as seen:
        seen.page.keyboard.press("Control+Enter")
        seen.page.locator("#query-state", has_text="100 rows").wait_for()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("partn", "at:partnersWith"), ("at:hasPl", "at:hasPlantIn"), ("?ci", "?city"), ("opti", "OPTIONAL")],
    ids=["a label", "a name", "a variable", "a keyword"],
)
def test_completion_offers_what_the_graph_knows(browser: object, server: Served, typed: str, offered: str) -> None:
    with drawer(browser, server, "SELECT ?city {\n  \n}") as seen:
        seen.page.evaluate(f"() => {{ {EDITOR}.focus(); {EDITOR}.setCursor(1, 2); }}")
        seen.page.keyboard.type(typed)
        hint = seen.page.locator(".CodeMirror-hint", has_text=offered).first
        hint.wait_for()
        hint.click()
        assert seen.page.evaluate(f"() => {EDITOR}.getLine(1).trim()") == offered


def test_saved_queries_come_with_their_values(browser: object, server: Served) -> None:
    with drawer(browser, server) as seen:
        seen.page.locator("#examples").select_option("facts-about")
        field = seen.page.locator("#parameters input").first
        field.fill("Hub")
        field.press("Enter")
        seen.page.locator("#query-state", has_text="rows").wait_for()
        assert f"<{support.iri('Hub')}>" in seen.page.evaluate(f"() => {EDITOR}.getValue()")
        field.fill("Nobody at all")
        field.press("Enter")
        seen.page.locator("#query-state.warning", has_text="Nobody at all").wait_for()


@pytest.mark.parametrize(
    ("query", "told", "marked"),
    [
        ("SELECT * {\n  ?s ?p ?o .\n  ?o nope:x 1 .\n}", "Line 3, column 6: unknown prefix 'nope:'", "nope:x"),
        ("SELECT * {\n  ?s ?p '🚗🚗' . }}", "Line 2, column 17: '}' closes nothing", "}"),
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", "Line 1, column 12: SERVICE would ask", "SERVICE"),
    ],
    ids=["unknown prefix", "behind astral signs", "another server"],
)
def test_faults_are_told_and_marked(browser: object, server: Served, query: str, told: str, marked: str) -> None:
    with drawer(browser, server) as seen:
        assert run(seen, query).startswith(told)
        assert seen.page.locator(".fault").all_text_contents() == [marked]
        assert seen.page.locator(".fault-line").count() == 1
        seen.page.evaluate(f"() => {EDITOR}.focus()")
        seen.page.keyboard.type(" ")
        assert seen.page.locator(".fault").count() == 0


def test_updates_are_refused(browser: object, server: Served) -> None:
    with drawer(browser, server) as seen:
        assert "read-only" in run(seen, "INSERT DATA { id:Hub at:price 1 }")


# Answers


def test_answers_are_sorted_and_filtered(browser: object, server: Served) -> None:
    with drawer(browser, server) as seen:
        assert run(seen, CITIES).startswith("5")
        seen.page.locator("#results thead button", has_text="city").click()
        cities = column(seen, 1)
        assert cities == sorted(cities)
        seen.page.locator("#results thead button", has_text="n").last.click()
        seen.page.locator("#results thead button", has_text="n").last.click()
        lengths = [int(n) for n in column(seen, 2)]
        assert lengths == sorted(lengths, reverse=True)
        assert seen.page.locator("#results th[aria-sort=descending]").count() == 1
        seen.page.get_by_label("Filter city").fill("SPOKE_12")
        assert {city[:-1] for city in column(seen, 1)} == {"id:Spoke_12"}
        assert len(column(seen, 1)) == 10


def test_answers_are_saved_as_shown(browser: object, server: Served) -> None:
    with drawer(browser, server, CITIES, accept_downloads=True) as seen:
        run(seen)
        seen.page.get_by_label("Filter city").fill("spoke_12")
        with seen.page.expect_download() as table:
            seen.page.locator("#save-csv").click()
        with seen.page.expect_download() as values:
            seen.page.locator("#save-json").click()
        rows = list(csv.reader(Path(table.value.path()).read_text(encoding="utf-8").splitlines()))
        assert rows[0] == ["city", "n"]
        assert len(rows) == 11
        assert rows[1][0].startswith("https://")
        told = json.loads(Path(values.value.path()).read_text(encoding="utf-8"))
        assert [row["city"]["value"] for row in told["results"]["bindings"]] == [row[0] for row in rows[1:]]


def test_a_cell_opens_its_thing_or_its_fact(browser: object, server: Served) -> None:
    query = "SELECT ?fact ?o { ?fact rdf:subject id:Hub ; rdf:object ?o FILTER(?o = id:Spoke_321) }"
    with drawer(browser, server) as seen:
        run(seen, query)
        seen.page.locator("#results button", has_text="id:Spoke_321").click()
        seen.page.locator("#pane-entity h2", has_text="Spoke 321").wait_for()
        seen.page.locator("#results button", has_text="fact:").click()
        seen.page.locator("#pane-fact h2", has_text="Spoke 321").wait_for()
        assert "id:Spoke_321" in drawn(seen)
        run(seen, "SELECT ?p { id:Hub ?p [] } LIMIT 1")
        seen.page.locator("#results button").last.click()
        seen.page.locator("#notice", has_text="no thing of this graph").wait_for()
        run(seen, query)
        seen.page.locator("#results button", has_text="id:Spoke_321").click()
        seen.page.locator("#pane-entity h2", has_text="Spoke 321").wait_for()
        assert seen.page.locator("#notice").is_hidden(), "what was told of another cell is gone"


@pytest.mark.parametrize(
    ("query", "things"),
    [
        (PLANTS, {"id:Hub", "id:Spoke_007", "id:VinFast", "id:Subang"}),
        ("SELECT ?c { ?c a at:City FILTER(STRENDS(STR(?c), '_00')) }", set()),
        ("SELECT ?c { VALUES ?c { id:Spoke_001 id:Spoke_002 } }", {"id:Spoke_001", "id:Spoke_002"}),
        ("SELECT ?f { ?f rdf:object id:Spoke_009 }", {"id:Hub", "id:Spoke_009"}),
    ],
    ids=["a graph", "nothing", "things", "facts"],
)
def test_an_answer_is_put_on_the_canvas(browser: object, server: Served, query: str, things: set[str]) -> None:
    with drawer(browser, server) as seen:
        run(seen, query)
        before = drawn(seen)
        if not things:
            assert seen.page.locator("#put").is_disabled()
            return
        seen.page.locator("#put").click()
        count(seen, len(before | things))
        assert drawn(seen) == before | things


def test_ten_thousand_rows_do_not_hold_up_the_page(browser: object, server: Served) -> None:
    watch = """() => {
        window.longest = 0;
        let last = performance.now();
        const look = () => {
          const now = performance.now();
          window.longest = Math.max(window.longest, now - last);
          last = now;
          window.watching && setTimeout(look, 0);
        };
        window.watching = true;
        look();
    }"""
    with drawer(browser, server, LONG) as seen:
        run(seen, "ASK {}")
        write(seen, LONG)
        seen.page.evaluate(watch)
        assert run(seen).startswith("10,000 rows")
        seen.page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
        assert seen.page.evaluate("() => window.longest") < 400, "200 ms on an idle machine"
        assert seen.page.locator("#results tbody tr").count() < 100, "only what one sees is in the page"
        first = column(seen, 2)[0]
        seen.page.locator("#results .scroll").evaluate("box => (box.scrollTop = box.scrollHeight)")
        seen.page.wait_for_timeout(100)
        last = seen.page.locator("#results tbody tr:not(.space)").last.get_attribute("aria-rowindex")
        assert last == "10002"
        assert column(seen, 2)[-1] != first


def test_a_query_is_stopped(browser: object, server: Served) -> None:
    with drawer(browser, server, ENDLESS) as seen:
        seen.page.locator("#run").click()
        seen.page.wait_for_timeout(200)
        seen.page.locator("#stop").click()
        seen.page.locator("#query-state", has_text="Stopped").wait_for()
        assert run(seen, "ASK {}").startswith("1 row in")


def test_the_query_is_in_the_link(browser: object, server: Served) -> None:
    with drawer(browser, server, CITIES) as seen:
        seen.page.wait_for_timeout(700)
        link = seen.page.url.removeprefix(server.url)
    with walk(browser, server, link) as seen:
        seen.page.locator(".CodeMirror").wait_for()
        assert seen.page.evaluate(f"() => {EDITOR}.getValue()") == CITIES
        seen.page.locator("#drawer-close").click()
        assert not seen.page.locator("#drawer").is_visible()
        assert "q=" not in seen.hash()


def test_there_are_enough_cities_for_a_long_answer() -> None:
    assert SPOKES**2 > 10_000
