"""The served explorer in a real browser: a graph walked from thing to thing, filtered, undone, sent as a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import explored
import pages
import pytest
import serving
from explored import DAYS, QUOTE, SPOKES, count, drawn, spokes, walk
from pictures import HOSTILE
from serving import Served, served

pytestmark = pages.NEEDS_CHROMIUM

FIRST = 25
HUB = "#v=1&n=id:Hub"
MIDDLE = (
    "(() => {{ const line = app.shown.bundles.find((b) => b.facts.some((f) => f.id === '{0}'));"
    "const [x, y] = KG.paint.middle(line); return {{ x, y }}; }})()"
)
NODE = "app.canvas.camera.toScreen(app.model.nodes.get('{0}').x, app.model.nodes.get('{0}').y)"
BADGE = "app.hooks.more(app.model.nodes.get('{0}'))"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(explored.write(tmp_path_factory.mktemp("explored") / "store"), "explored") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with pages.chromium() as opened:
        yield opened


# Where it starts


def test_it_starts_with_what_the_newest_documents_speak_of(browser: object, server: Served) -> None:
    with walk(browser, server) as seen:
        assert {"id:Hub", "id:Qilin_Battery"} <= drawn(seen), "in the 30 days before the newest document"
        assert len(drawn(seen)) == 20, "and older ones"
        assert seen.page.url == server.url, "nothing was done yet: the address is short"
        assert seen.page.locator("#filters .legend li:visible").count() > 2


def test_an_address_with_a_thing_starts_around_it(browser: object, server: Served) -> None:
    with walk(browser, server, HUB) as seen:
        assert len(drawn(seen)) == 1 + FIRST
        assert seen.page.locator("#pane-entity h2").text_content() == "Hub"
        best = {f"id:{explored.spoke(n).replace(' ', '_')}" for n in range(5)}
        assert best <= drawn(seen), "most sources first"


def test_what_is_not_there_is_told_and_the_start_is_shown(browser: object, server: Served) -> None:
    with walk(browser, server, "#v=1&n=id:Nobody&x=id:Nobody,id:Nothing") as seen:
        assert "Nobody" in seen.page.locator("#notice").text_content()
        assert {"id:Hub", "id:Qilin_Battery"} <= drawn(seen)
    with walk(browser, server, "#v=1&x=id:Nothing,id:Nothing") as seen:
        assert seen.page.locator("#notice span").text_content() == "Not in this graph: id:Nothing."
        assert {"id:Hub", "id:Qilin_Battery"} <= drawn(seen)


def test_an_address_with_a_fact_draws_its_ends(browser: object, server: Served) -> None:
    fact = spokes()[321]
    with walk(browser, server, f"#v=1&f={fact.id}") as seen:
        assert drawn(seen) == {"id:Hub", "id:Spoke_321"}
        assert seen.page.locator("#pane-fact code").first.text_content()


# Walking


def test_a_hub_opens_step_by_step_and_back(browser: object, server: Served) -> None:
    everything = SPOKES + 2
    with walk(browser, server, "#v=1&x=id:Hub&n=id:Hub") as seen:
        assert drawn(seen) == {"id:Hub"}
        assert seen.state(BADGE.format("id:Hub")) == everything
        seen.page.mouse.dblclick(*seen.spot(NODE.format("id:Hub")))
        assert count(seen, 1 + FIRST) == 1 + FIRST
        one = drawn(seen)
        assert seen.state(BADGE.format("id:Hub")) == everything - len(seen.facts())
        seen.page.get_by_role("button", name="Show next 25").click()
        assert count(seen, 1 + 2 * FIRST) == 1 + 2 * FIRST
        assert one < drawn(seen)
        assert seen.state(BADGE.format("id:Hub")) == everything - len(seen.facts())
        seen.page.locator("#undo").click()
        assert drawn(seen) == one
        seen.page.keyboard.press("Shift+U")
        assert len(drawn(seen)) == 1 + 2 * FIRST
        seen.page.keyboard.press("u")
        seen.page.keyboard.press("u")
        assert drawn(seen) == {"id:Hub"}
        assert seen.page.locator("#shown").text_content() == "1 thing · 0 facts", "gone is not filtered"


def test_what_has_no_more_says_so(browser: object, server: Served) -> None:
    with walk(browser, server, "#v=1&x=id:Hub,id:Spoke_499&n=id:Spoke_499") as seen:
        assert len(seen.facts()) == 1, "what is between what an address draws is drawn"
        assert seen.state(BADGE.format("id:Spoke_499")) == 0
        seen.page.keyboard.press("e")
        seen.page.locator("#live", has_text="Nothing more").wait_for(state="attached")
        assert len(drawn(seen)) == 2


def test_a_thing_expands_by_keys_alone(browser: object, server: Served) -> None:
    with walk(browser, server, "#v=1&x=id:Hub") as seen:
        seen.page.locator("#canvas").focus()
        for key in ("ArrowRight", "Enter", "Enter"):
            seen.page.keyboard.press(key)
        assert count(seen, 1 + FIRST) == 1 + FIRST


def test_hidden_things_are_gone_until_undone(browser: object, server: Served) -> None:
    with walk(browser, server, HUB) as seen:
        seen.page.mouse.click(*seen.spot(NODE.format("id:Spoke_002")))
        seen.page.get_by_role("button", name="Hide", exact=True).click()
        assert "id:Spoke_002" not in drawn(seen)
        seen.page.keyboard.press("u")
        assert "id:Spoke_002" in drawn(seen)


def test_too_many_are_told_and_the_oldest_offered(browser: object, server: Served) -> None:
    ids = ",".join(f"id:Spoke_{n:03}" for n in range(290))
    with walk(browser, server, f"#v=1&x=id:Hub,{ids}&n=id:Hub") as seen:
        seen.page.keyboard.press("e")
        assert count(seen, 316) == 316
        seen.page.get_by_role("button", name="Hide the oldest 16").click()
        left = drawn(seen)
        assert len(left) == 300
        assert "id:Hub" in left, "what is open stays"
        assert "id:Spoke_000" not in left
        seen.page.keyboard.press("u")
        assert len(drawn(seen)) == 316


# Searching


def test_search_finds_everything_in_the_store(browser: object, server: Served) -> None:
    with walk(browser, server) as seen:
        before, classes = seen.facts(), seen.page.locator("#filters .legend li:visible").count()
        seen.page.keyboard.press("/")
        seen.page.keyboard.type("skoda")
        match = seen.page.locator("#matches li", has_text="Hub")
        match.wait_for()
        assert "Škoda Wheel" in match.text_content(), "which name it was"
        seen.page.locator("#search").fill("poke 49")
        seen.page.locator("#matches li", has_text="Spoke 499").wait_for()
        names = seen.page.locator("#matches .name bdi").all_text_contents()
        assert names == [f"Spoke {n}" for n in range(490, 500)]
        seen.page.keyboard.press("ArrowDown")
        assert seen.page.locator("#search").get_attribute("aria-activedescendant") == "match-0"
        seen.page.keyboard.press("Enter")
        seen.page.locator("#pane-entity h2", has_text="Spoke 490").wait_for()
        assert "id:Spoke_490" in drawn(seen)
        assert len(seen.facts()) == len(before) + 1, "with its fact to what is drawn"
        assert seen.page.locator("#filters .legend li:visible").count() <= classes + 1, (
            "what was only found is not counted"
        )


def test_from_the_search_to_a_sentence_by_keys_alone(browser: object, server: Served) -> None:
    with walk(browser, server) as seen:
        keys = seen.page.keyboard
        keys.press("/")
        keys.type("qilin")
        seen.page.locator("#matches li", has_text="Qilin Battery").wait_for()
        keys.press("Enter")
        seen.page.locator("#pane-entity h2", has_text="Qilin Battery").wait_for()
        for _ in range(12):
            keys.press("Tab")
            if seen.page.evaluate("() => document.activeElement.matches('.row[data-fact]')"):
                break
        keys.press("Enter")
        seen.page.locator("#pane-fact mark").first.wait_for()


# Evidence


def test_a_line_shows_every_sentence_newest_first(browser: object, server: Served) -> None:
    made, _ = explored.pair()
    with walk(browser, server) as seen:
        seen.page.mouse.click(*seen.spot(MIDDLE.format(made.id)))
        rows = seen.page.locator("#pane-fact .row")
        assert rows.count() == 2, "two facts of the same two things are told apart"
        seen.page.locator(f"#pane-fact [data-fact='{made.id}']").click()
        items = seen.page.locator("#pane-fact .evidence")
        assert items.locator("mark").all_text_contents() == [QUOTE] * 3
        told = items.locator("figcaption").all_text_contents()
        assert [re.search(r"2026-\d\d-\d\d", text)[0] for text in told] == ["2026-05-02", "2026-04-11", "2026-03-09"]
        assert items.locator("a").count() == 3
        assert items.locator(".part.subject").first.text_content() == "Hub", "offsets behind astral signs"


def test_contradictions_lead_to_each_other(browser: object, server: Served) -> None:
    with walk(browser, server, "#v=1&n=id:HarmonyOS_NEXT") as seen:
        seen.page.locator("#pane-entity .row", has_text="contradicted").first.click()
        against = seen.page.locator("#pane-fact .facts .row").first
        words = against.locator("bdi").text_content()
        against.click()
        seen.page.locator("#pane-fact h2", has_text=words.split()[-1]).wait_for()


# Filters


def test_filters_leave_what_the_query_leaves(browser: object, server: Served) -> None:
    query = """SELECT ?fact { ?fact a kg:Fact ; rdf:subject id:Hub ; kg:firstStated ?a ; kg:lastStated ?b
               FILTER(STR(?b) >= "2026-03" && STR(?a) < "2026-05") }"""
    with walk(browser, server, f"{HUB}&t=2026-03..2026-04") as seen:
        shown = seen.facts()
        loaded = set(seen.state("[...app.model.facts.keys()]"))
        wanted = {row["fact"].rpartition("/")[2] for row in server.rows(query)}
        assert shown == wanted & loaded
        assert 0 < len(shown) < len(loaded)


def test_a_status_switched_off_is_gone_everywhere(browser: object, server: Served) -> None:
    with walk(browser, server, HUB) as seen:
        denied = {f.id for f in spokes() if f.status == "Denied"} & seen.facts()
        assert denied
        seen.page.locator("[data-status=Denied]").uncheck()
        assert not denied & seen.facts()
        assert "st=" in seen.hash()
        seen.page.keyboard.press("l")
        rows = seen.page.locator("#list tbody tr").evaluate_all("rows => rows.map((row) => row.dataset.row)")
        assert set(rows) == seen.facts()


def test_a_class_switched_off_in_the_legend(browser: object, server: Served) -> None:
    with walk(browser, server, HUB) as seen:
        seen.page.locator(".legend [data-class='at:City']").click()
        assert not any("Spoke" in id for id in drawn(seen))
        assert "h=cls:at:City" in seen.hash()


# The address


def test_a_link_shows_the_same(browser: object, server: Served) -> None:
    state = (
        "[...app.state.drawn].sort().map((id) => { const n = app.model.nodes.get(id); return [id, n.x, n.y]; })"
        ".concat([app.state.node, app.state.fact, app.state.camera.k, [...app.state.statuses], app.state.until])"
    )
    with walk(browser, server, HUB) as seen:
        seen.page.locator("[data-status=Denied]").uncheck()
        seen.page.get_by_role("button", name="Show next 25").click()
        count(seen, 45)
        x, y = seen.spot(NODE.format("id:Spoke_003"))
        seen.page.mouse.move(x, y)
        seen.page.mouse.down()
        seen.page.mouse.move(x + 60, y + 35, steps=4)
        seen.page.mouse.up()
        seen.page.locator("#closer").click()
        seen.hash()
        link, told, facts = seen.page.url, seen.state(state), seen.facts()
    with walk(browser, server, link.removeprefix(server.url)) as seen:
        again = seen.state(state)
        assert seen.facts() == facts
        for one, other in zip(told, again, strict=True):
            assert one == (pytest.approx(other, abs=1) if isinstance(one, int | float) else other) or (
                one[0] == other[0] and one[1:] == pytest.approx(other[1:], abs=1)
            )


def test_share_copies_the_link(browser: object, server: Served) -> None:
    with walk(browser, server, HUB, permissions=["clipboard-read", "clipboard-write"]) as seen:
        seen.page.locator("#share").click()
        seen.page.locator("#notice", has_text="copied").wait_for()
        assert seen.page.evaluate("() => navigator.clipboard.readText()") == seen.page.url


@pytest.mark.parametrize(
    ("form", "piece"), [("html", '<template id="data">'), ("ttl", "rdf:subject id:Hub"), ("csv", "id:Hub,Hub,")]
)
def test_export_saves_what_is_drawn(browser: object, server: Served, form: str, piece: str) -> None:
    with walk(browser, server, accept_downloads=True) as seen:
        seen.page.locator("#export").click()
        with seen.page.expect_download() as download:
            seen.page.locator(f"[data-format={form}]").click()
        assert re.fullmatch(rf"graph-2026-05-02-\w+\.{form}", download.value.suggested_filename)
        assert piece in Path(download.value.path()).read_text(encoding="utf-8")


# Safety


@pytest.mark.parametrize("bypass", [False, True], ids=["with policy", "without policy"])
def test_hostile_texts_do_not_run(browser: object, server: Served, bypass: bool) -> None:
    with walk(browser, server, "#v=1&n=id:Trap_0", bypass_csp=bypass) as seen:
        shown = set()
        for id in seen.facts():
            seen.page.evaluate("id => kgApp.go.fact(id)", id)
            shown.add(seen.page.locator("#pane-fact mark").first.text_content())
            assert {a.get_attribute("href")[:4] for a in seen.page.locator("main a").all()} <= {"http", "/ent"}
        seen.page.keyboard.press("/")
        seen.page.keyboard.type("img src")
        seen.page.locator("#matches li", has_text="img").wait_for()
        seen.page.wait_for_timeout(150)
        assert seen.page.evaluate("() => window.ran") is None
        assert shown == {text.replace("\x00", "") for text in HOSTILE}
    context = browser.new_context(bypass_csp=bypass)
    page = context.new_page()
    for n in range(len(HOSTILE)):
        page.goto(f"{server.url}entity/id:Trap_{n}")
        assert HOSTILE[n].replace("\x00", "") in page.locator("h1").text_content()
        assert page.evaluate("() => window.ran") is None
    context.close()


def test_the_policy_stops_what_would_run_or_ask_elsewhere(browser: object, server: Served) -> None:
    plant = "() => void (document.querySelector('#hint').innerHTML = '<img src=x onerror=\"window.ran = 9\">')"
    for bypass, ran in ((False, None), (True, 9)):
        context = browser.new_context(bypass_csp=bypass)
        page = context.new_page()
        page.goto(server.url)
        page.locator(pages.READY).wait_for(state="attached")
        page.evaluate(plant)
        page.wait_for_timeout(250)
        assert page.evaluate("() => window.ran") == ran
        if not bypass:
            away = "() => fetch('http://127.0.0.2:9/').then(() => 'asked', (error) => error.name)"
            assert page.evaluate(away) == "TypeError"
        context.close()


def test_days_of_the_spokes_are_spread() -> None:
    """The filter of time above can fail: some of the facts are outside."""
    assert len(set(DAYS)) == 4


def test_values_are_drawn_and_linked_as_things_are(browser: object, server: Served) -> None:
    with walk(browser, server, "#v=1&n=id:BMW_iX3") as seen:
        there, facts = drawn(seen), seen.facts()
        assert sum(id.startswith("value:") for id in there) == 6
        seen.hash()
        link = seen.page.url.removeprefix(server.url)
    with walk(browser, server, link) as seen:
        assert (drawn(seen), seen.facts()) == (there, facts)


def test_an_empty_graph_says_so(browser: object, tmp_path: Path) -> None:
    with served(serving.write(tmp_path / "store", []), "explored") as empty, walk(browser, empty) as seen:
        assert seen.page.locator("#empty", has_text="no facts").is_visible()
        seen.page.keyboard.press("/")
        seen.page.keyboard.type("a")
        seen.page.locator("#matches", has_text="Nothing has that name").wait_for()
