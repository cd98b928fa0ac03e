"""Filters, address, history and themes of the page: picture, list, counts and address always agree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pages
import pytest
import support
from pages import READY, visit

from kg.graph import Graph
from kg.views import page
from kg.views.collect import Collector

pytestmark = pages.NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with pages.chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    collector = Collector(support.store())
    page.write(folder / "world.html", collector.block(collector.facts(), "World"))
    page.write(folder / "scene.html", pages.scene())
    page.write(folder / "empty.html", pages.empty())
    return folder


def listed(seen: pages.Visit) -> set[str]:
    """The facts of the list view, which is left again."""
    seen.page.locator("#view").click()
    found = set(seen.page.locator("#list tbody tr").evaluate_all("rows => rows.map((row) => row.dataset.row)"))
    seen.page.locator("#view").click()
    return found


def told(seen: pages.Visit) -> int:
    """How many facts the line at the top says are shown."""
    return int(seen.page.locator("#shown").text_content().split("·")[1].split()[0])


def expected(leave: object) -> set[str]:
    return {f.id for f in pages.scene().facts if leave(f)}


def agree(seen: pages.Visit, ids: set[str]) -> None:
    assert seen.facts() == ids
    assert listed(seen) == ids
    assert told(seen) == len(ids)
    assert {f for b in seen.state("app.canvas.scene.bundles.map((b) => b.facts.map((f) => f.id))") for f in b} == ids


def test_click_in_the_legend_hides_a_class_everywhere(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        button = seen.page.locator("[data-class='ex:C2']")
        button.click()
        agree(seen, expected(lambda f: 2 not in (f.s, f.o)))
        assert button.get_attribute("aria-pressed") == "false"
        assert "h=cls:ex:C2" in seen.hash()
        assert button.locator(".count").text_content() == "1", "what a click would bring back"
        button.click()
        agree(seen, expected(lambda f: True))
        assert "h=" not in seen.hash()


def test_alt_click_shows_only_one_class_and_again_all(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        button = seen.page.locator("[data-class='ex:C4']")
        button.click(modifiers=["Alt"])
        agree(seen, {"f5"})
        button.click(modifiers=["Alt"])
        agree(seen, expected(lambda f: True))


def test_values_are_a_class_of_the_legend(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        seen.page.locator("[data-class='value']").click()
        agree(seen, expected(lambda f: not f.value))


def test_a_group_of_statements_has_three_states(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        seen.page.locator("#filters summary", has_text="deeds").click()
        group = seen.page.locator("#filters details", has_text="deeds")
        all_of, one = group.locator(".all input"), group.locator("[data-predicate='ex:sells']")
        one.uncheck()
        agree(seen, expected(lambda f: f.p != 1))
        assert all_of.evaluate("box => box.indeterminate")
        assert "p=-ex:sells" in seen.hash()
        all_of.check()
        agree(seen, expected(lambda f: True))
        all_of.uncheck()
        agree(seen, expected(lambda f: f.p == 3))


@pytest.mark.parametrize("status", ["Denied", "Planned", "InEffect"])
def test_a_status_that_is_off_is_nowhere(browser: object, files: Path, status: str) -> None:
    with visit(browser, files / "scene.html") as seen:
        seen.page.locator(f"[data-status='{status}']").uncheck()
        agree(seen, expected(lambda f: f.status != status))
        assert "st=" in seen.hash()


def test_time_filter_leaves_what_sparql_leaves(browser: object, files: Path) -> None:
    query = """SELECT ?fact { ?fact a kg:Fact ; kg:firstStated ?first ; kg:lastStated ?last
        FILTER(STR(?first) <= "2025-09-30" && STR(?last) >= "2025-04-01") }"""
    graph = Graph(support.store())
    wanted = {row[0].removeprefix("fact:") for row in graph.query(query)}
    with visit(browser, files / "world.html", "#v=1&t=2025-04..2025-09") as seen:
        assert seen.facts() == wanted
        assert 0 < len(wanted) < len(graph.facts())
        undated = sum(not f.last_stated for f in graph.facts())
        assert f"{undated} facts without a date left out" in seen.page.locator("#filters").inner_text()


@pytest.mark.parametrize(
    ("range", "mode", "kept"),
    [
        ("2026-03..2026-04", "", {"f0", "f1", "f3"}),
        ("..2025", "", {"f5", *(f"g{n}" for n in range(2, 12))}),
        ("2026-05-01..", "", {"f3"}),
        ("2025..2025", "valid", {f.id for f in pages.scene().facts} - {"f0", "f5"}),
        ("2024-06..2024-07", "valid", {f.id for f in pages.scene().facts} - {"f0"}),
    ],
)
def test_ranges_of_days_months_and_years(browser: object, files: Path, range: str, mode: str, kept: set[str]) -> None:
    with visit(browser, files / "scene.html", f"#v=1&t={range}&tm={mode}") as seen:
        agree(seen, kept)


def test_handles_and_date_fields_say_the_same(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        first = seen.page.get_by_label("First month")
        last = int(first.get_attribute("max"))
        first.focus()
        first.press("End")
        first.press("ArrowLeft")
        month = first.get_attribute("aria-valuetext")
        assert seen.page.get_by_label("From the day").input_value() == f"{month}-01"
        assert int(first.input_value()) == last - 1
        seen.page.get_by_label("Until the day").fill("2026-04-15")
        assert f"t={month}-01..2026-04-15" in seen.hash()
        agree(
            seen, expected(lambda f: f.published and f.published[0] <= "2026-04-15" and f.published[1] >= f"{month}-01")
        )


def test_scope_confidence_sources_and_contradictions(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        seen.page.get_by_label("market").select_option(label="North (1)")
        agree(seen, {"f0"})
        seen.page.get_by_role("button", name="Show all").click()
        seen.page.get_by_label("least sources").fill("4")
        agree(seen, expected(lambda f: f.support + f.curated >= 4))
        seen.page.get_by_role("button", name="Show all").click()
        seen.page.get_by_label("least confidence").fill("0.85")
        agree(seen, expected(lambda f: f.confidence >= 0.85))
        seen.page.get_by_role("button", name="Show all").click()
        seen.page.get_by_label("contradicted only").check()
        agree(seen, {"f1", "f3"})


def test_hide_and_undo_and_redo(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html", "#v=1&n=ex:Boat") as seen:
        seen.page.keyboard.press("h")
        agree(seen, expected(lambda f: 2 not in (f.s, f.o)))
        assert "h=ex:Boat" in seen.hash()
        seen.page.locator("[data-status='Denied']").uncheck()
        seen.page.locator("body").press("u")
        agree(seen, expected(lambda f: 2 not in (f.s, f.o)))
        seen.page.keyboard.press("u")
        agree(seen, expected(lambda f: True))
        seen.page.keyboard.press("Shift+U")
        agree(seen, expected(lambda f: 2 not in (f.s, f.o)))


# The address


def test_an_address_shows_the_same_in_a_new_window(browser: object, files: Path) -> None:
    script = (
        "({ hash: KG.state.write(app.state), facts: app.shown.facts.map((f) => f.id), tab: app.state.tab,"
        "at: app.shown.nodes.map((n) => [n.id, app.canvas.camera.toScreen(n.x, n.y)]) })"
    )
    with visit(browser, files / "scene.html") as seen:
        seen.page.locator("[data-class='ex:C7']").click()
        seen.page.locator("[data-status='Denied']").uncheck()
        seen.page.evaluate("kgApp.go.node('ex:Ada'); kgApp.go.fact('f0')")
        x, y = seen.spot(
            "app.canvas.camera.toScreen(app.model.nodes.get('ex:Boat').x, app.model.nodes.get('ex:Boat').y)"
        )
        seen.page.mouse.move(x, y)
        seen.page.mouse.down()
        seen.page.mouse.move(x + 60, y + 40, steps=4)
        seen.page.mouse.up()
        seen.page.mouse.move(x - 200, y - 150)
        seen.page.mouse.wheel(0, -300)
        address = seen.hash()
        before = seen.state(script)
    with visit(browser, files / "scene.html", address) as seen:
        after = seen.state(script)
    assert after["hash"] == before["hash"] == address
    assert (after["facts"], after["tab"]) == (before["facts"], before["tab"])
    assert "xy=ex:Boat" in address
    for (one, here), (other, there) in zip(before["at"], after["at"], strict=True):
        assert one == other
        assert abs(here["x"] - there["x"]) < 1
        assert abs(here["y"] - there["y"]) < 1


@pytest.mark.parametrize(
    "hash", ["#v=1&n=ex:Nobody&f=gone", "#v=1&h=cls:ex:Z&x=ex:Nobody,ex:Ada", "#nonsense&&=&t=x..y&z=1,2&n=%E0%A4%A"]
)
def test_an_address_with_what_nobody_knows_gives_a_notice_and_a_page(browser: object, files: Path, hash: str) -> None:
    with visit(browser, files / "scene.html", hash) as seen:
        assert seen.errors == []
        assert seen.state("app.shown.nodes.length") > 0
        notice = seen.page.locator("#notice")
        if "Nobody" in hash:
            assert "ex:Nobody" in notice.inner_text()
            notice.locator("button").click()
            assert not notice.is_visible()


def test_state_is_written_and_read_alike(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        same = seen.state(
            "(() => { const s = KG.state.initial(); Object.assign(s, { node: 'ex:a~b,c&d=e', fact: 'f', drawn: "
            "['ex:é', 'ex:-x'],"
            "scope: { 'a~,': 'b=&~' }, confidence: 0.35, sources: 2, disputed: true, time: 'valid', from: "
            "'2026', until: '2026-05', view: 'list',"
            "tab: 'fact', sort: '-when', page: 3, query: 'SELECT * { ?s ?p \"#&=\" }', camera: { x: -1.5, y: 2, "
            "k: 0.25 } });"
            "s.hidden.add('ex:#'); s.classes.add('ex:C,1'); s.predicates.add('-p'); s.statuses.add('Denied'); "
            "s.moved.set('ex:~', { x: 1, y: -2 });"
            "const once = KG.state.write(s); return [once, KG.state.write(KG.state.read(once))]; })()"
        )
        assert same[0] == same[1]
        assert same[0].count("=") > 15


# Themes and motion


def test_theme_follows_the_system_and_the_choice_is_kept(browser: object, files: Path) -> None:
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    with visit(browser, files / "scene.html", color_scheme="dark") as seen:
        dark = seen.page.evaluate(paper)
        seen.page.locator("#theme").click()
        light = seen.page.evaluate(paper)
        assert (light, dark) == ("rgb(255, 255, 255)", "rgb(20, 23, 26)")
        seen.page.reload()
        seen.page.locator(READY).wait_for(state="attached")
        assert seen.page.evaluate(paper) == light, "kept after a reload"
        assert "light" in seen.page.locator("#theme").get_attribute("aria-label")
        first = seen.page.evaluate(
            "performance.getEntriesByType('paint').length ? document.documentElement.dataset.theme : ''"
        )
        assert first == "light", "set by the script in the head, before anything is painted"
        seen.page.locator("#theme").click()
        assert seen.page.evaluate(paper) == dark
        pixel = seen.page.evaluate("KG.marks.palette().ink")
        assert pixel == "#e6e9ec", "the canvas takes the colours of the theme"


def test_without_motion_nothing_moves_by_itself(browser: object, files: Path) -> None:
    places = "(() => { const c = app.canvas.camera.now; return [c.x, c.y, c.k]; })()"
    for motion, moves in (("reduce", False), ("no-preference", True)):
        with visit(browser, files / "scene.html", reduced_motion=motion) as seen:
            seen.settled()
            before = seen.state(places)
            seen.page.evaluate("kgApp.canvas.camera.step(true)")
            first = seen.state(places)
            seen.page.wait_for_timeout(400)
            last = seen.state(places)
            assert last != before
            assert (first != last) is moves


def test_twelve_classes_have_twelve_marks_and_a_legend(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        looks = seen.state("[...app.model.classes.values()].map((c) => JSON.stringify(KG.marks.look(c.number)))")
        assert len(set(looks)) == len(looks) == 12
        names = seen.page.locator(".legend .name").all_inner_texts()
        assert names == [*pages.CLASSES, "value"]
        marks = seen.page.locator(".legend .icon").evaluate_all("icons => icons.map((i) => i.innerHTML)")
        assert len(set(marks)) == 13
        strokes = seen.state("Object.values(KG.marks.STROKES).map((s) => s.dash.join() + s.head + s.width)")
        assert len(set(strokes)) == len(strokes) == 6
