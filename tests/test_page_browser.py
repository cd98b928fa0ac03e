"""The page in a real browser: nothing asked for, nothing hostile run, every fact with its sentences in reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pages
import pytest
import support
from crowd import crowd
from pages import visit
from pictures import HOSTILE

from kg.views import page
from kg.views.collect import Collector
from kg.views.data import Evidence

pytestmark = pages.NEEDS_CHROMIUM

NODE = "app.canvas.camera.toScreen(app.model.nodes.get('{0}').x, app.model.nodes.get('{0}').y)"
MIDDLE = (
    "(() => {{ const line = app.shown.bundles.find((b) => b.facts.some((f) => f.id === '{0}'));"
    "const [x, y] = KG.paint.middle(line); return {{ x, y }}; }})()"
)

LOOK_AT = (
    "id => { const { subject: a, object: b } = kgApp.model.facts.get(id);"
    "kgApp.canvas.camera.set({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, k: 3 }); }"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with pages.chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def world() -> object:
    collector = Collector(support.store())
    return collector.block(collector.facts(), "World")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, world: object) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    blocks = {"scene": pages.scene(), "hostile": pages.hostile(), "empty": pages.empty(), "world": world}
    for name, block in {**blocks, "crowd": crowd(700)}.items():
        page.write(folder / f"{name}.html", block)
    return folder


# Safety


@pytest.mark.parametrize("name", ["scene", "hostile", "empty", "world"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_asked_for_and_nothing_complains(browser: object, files: Path, name: str, scheme: str) -> None:
    path = files / f"{name}.html"
    with visit(browser, path, color_scheme=scheme) as seen:
        seen.page.wait_for_timeout(100)
        assert seen.requests == [path.as_uri()]
        assert seen.errors == []


@pytest.mark.parametrize("bypass", [False, True], ids=["with policy", "without policy"])
def test_hostile_texts_do_not_run_and_are_shown_as_they_are(browser: object, files: Path, bypass: bool) -> None:
    with visit(browser, files / "hostile.html", bypass_csp=bypass) as seen:
        shown = set()
        for id in seen.state("[...app.model.facts.keys()]"):
            seen.page.evaluate("id => kgApp.go.fact(id)", id)
            shown.add(seen.page.locator("#pane-fact mark").first.text_content())
            assert {a.get_attribute("href")[:4] for a in seen.page.locator("main a").all()} <= {"http"}
        for id in seen.state("[...app.model.nodes.keys()]"):
            seen.page.evaluate("id => kgApp.go.node(id)", id)
        for key in ("l", "l", "/"):
            seen.page.keyboard.press(key)
        seen.page.keyboard.type("img src")
        seen.page.emulate_media(media="print")
        seen.page.wait_for_timeout(150)
        assert seen.page.evaluate("window.ran") is None
        visible = {t.replace("\x00", "\ufffd") for t in HOSTILE}
        assert shown == visible
        assert {HOSTILE[0]} <= set(seen.page.locator("#paper h1").all_text_contents())
        assert not [e for e in seen.errors if "Content Security" not in e]


def test_policy_stops_what_would_run_and_what_would_ask(browser: object, files: Path) -> None:
    """The checks above can fail: what does run is stopped by the policy alone."""
    plant = "document.querySelector('h1').innerHTML = '<img src=x onerror=\"window.ran = 9\">'"
    ask = "fetch('https://example.org/').then(() => 'sent', (error) => error.message)"
    for bypass, ran in ((False, None), (True, 9)):
        with visit(browser, files / "scene.html", bypass_csp=bypass) as seen:
            seen.page.evaluate(plant)
            seen.page.wait_for_timeout(150)
            assert seen.page.evaluate("window.ran") == ran
    with visit(browser, files / "scene.html") as seen:
        assert "Failed to fetch" in seen.page.evaluate(ask)
        assert any("connect-src" in e or "default-src" in e for e in seen.errors)


# The same facts as in the block


def unfolded(e: Evidence) -> tuple[object, ...]:
    return e.before, e.quote, e.after, e.previous, e.next, sorted(map(list, e.parts), key=lambda part: part[1])


def test_what_was_packed_comes_out_as_it_was(browser: object, files: Path, world: object) -> None:
    for name, block in (
        ("world", world),
        ("scene", pages.scene()),
        ("crowd", crowd(700)),
        ("hostile", pages.hostile()),
    ):
        expected = {f.id: [unfolded(e) for e in f.evidence] for f in block.facts}
        with visit(browser, files / f"{name}.html") as seen:
            found = seen.state(
                "[...app.model.facts.values()].map((f) => [f.id, f.evidence.map((e) => "
                "[e.before, e.quote, e.after, e.previous || '', e.next || '', e.parts])])"
            )
        assert {id: [tuple(item) for item in items] for id, items in found} == expected


def test_every_fact_is_drawn_and_several_between_two_stay_several(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        assert seen.facts() == {f.id for f in pages.scene().facts}
        bundle = seen.state("app.shown.bundles.find((b) => b.facts.length > 2).facts.map((f) => f.id)")
        assert set(bundle) == {"f0", "f1", "f2"}
        seen.page.mouse.click(*seen.spot(MIDDLE.format("f0")))
        rows = seen.page.locator("#pane-fact .row")
        assert {row.get_attribute("data-fact") for row in rows.all()} == {"f0", "f1", "f2"}
        rows.nth(1).click()
        assert seen.page.locator("#pane-fact mark").count() == 1


@pytest.mark.parametrize(
    ("statuses", "style"),
    [
        (["Denied", "Reported"], "Reported"),
        (["Ended", "Planned"], "Planned"),
        (["Denied", "InEffect"], "InEffect"),
        (["Denied", "Denied"], "Denied"),
    ],
)
def test_no_bundle_looks_firmer_than_all_of_its_facts(
    browser: object, files: Path, statuses: list[str], style: str
) -> None:
    with visit(browser, files / "scene.html") as seen:
        facts = [{"status": status, "conflicts": []} for status in statuses]
        code = """facts => {
            const a = { x: 0, y: 0 }, bundle = { a, b: a, facts };
            KG.paint.arrange(KG.paint.empty(), [a], [bundle]);
            return bundle.style;
        }"""
        assert seen.page.evaluate(code, facts) == style


# Evidence


def test_click_on_the_middle_of_a_line_shows_the_stored_span(browser: object, files: Path, world: object) -> None:
    quotes = {f.id: [e.quote for e in f.evidence] for f in world.facts}
    with visit(browser, files / "world.html") as seen:
        alone = seen.state(
            "app.shown.bundles.filter((b) => b.facts.length === 1 && b.a !== b.b).map((b) => b.facts[0].id)"
        )
        tried = [id for id in alone if quotes[id]][:5]
        for id in tried:
            seen.page.evaluate(LOOK_AT, id)
            seen.page.mouse.click(*seen.spot(MIDDLE.format(id)))
            assert seen.page.locator("#pane-fact mark").all_text_contents() == quotes[id]
        assert len(tried) == 5


def test_spans_behind_astral_signs_are_exact(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html", "#v=1&f=f0") as seen:
        first = seen.page.locator("#pane-fact blockquote").first
        assert first.locator("mark").text_content() == "🚢 Ada makes the Boat"
        assert first.locator(".part").all_text_contents() == ["Ada", "Boat"]
        assert first.text_content() == "Before it. 🚗🚗 Then 🚢 Ada makes the Boat again. After it."


def test_a_fact_of_three_sources_shows_three_sentences_with_date_outlet_and_link(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html", "#v=1&f=f0") as seen:
        items = seen.page.locator("#pane-fact .evidence")
        assert items.count() == 3
        told = items.all_inner_texts()
        assert [re.search(r"\d{4}-\d\d-\d\d", text)[0] for text in told] == ["2026-03-09", "2026-02-01", "2026-01-05"]
        assert [f"Paper {n}" in text for n, text in enumerate(told)] == [True] * 3
        assert [items.nth(n).locator("a").get_attribute("href") for n in range(3)] == [
            f"https://example.org/{n}" for n in range(3)
        ]
        assert "a copy of another text" in told[2]
        assert "said by Crane" in told[0]


def test_contradictions_curators_and_missing_evidence_are_told(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html", "#v=1&f=f3") as seen:
        pane = seen.page.locator("#pane-fact")
        assert "Elm sells Fort (not on this page)" in pane.inner_text()
        pane.locator(".row", has_text="Ada sells Boat").click()
        assert "f=f1" in seen.hash()
        assert "contradicted" in pane.inner_text()
        seen.page.evaluate("kgApp.go.fact('f4')")
        assert "seeds/facts/x.ttl:3" in pane.inner_text()
        assert "not confirmed" not in pane.inner_text()
        seen.page.evaluate("kgApp.go.fact('h0')")
        assert "no evidence is stored: not confirmed" in pane.inner_text()


def test_a_thing_shows_names_links_and_its_facts(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html", "#v=1&n=ex:%C5%A0koda") as seen:
        pane = seen.page.locator("#pane-entity")
        text = pane.inner_text()
        assert "Former names\nLaurin" in text
        assert "Škoda Works" in text
        assert pane.locator("a").get_attribute("href") == "https://example.org/thing"
        assert pane.locator(".row").count() == 11
        pane.locator(".row").first.click()
        assert seen.page.locator("#pane-fact h2").inner_text().startswith("Škoda")


def test_about_says_what_is_not_here(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        text = seen.page.locator("#pane-about").inner_text()
        for told in ("13 facts of the store are not part of this page", "1a2b", "2026-03-09", "CC BY 4.0"):
            assert told in text
    with visit(browser, files / "empty.html") as seen:
        assert "There are no facts here" in seen.page.locator("#pane-about").inner_text()
        assert seen.page.locator("#empty").inner_text() == "There are no facts to draw."


# Search


@pytest.mark.parametrize(
    ("typed", "first", "told"),
    [
        ("sko", "Škoda", "Škoda"),  # the beginning of a name before that of an alias
        ("STRAND", "Boat", "also Skodastrand"),
        ("works", "Škoda", "also Škoda Works"),
        ("laur", "Škoda", "formerly Laurin"),
        ("kran", "Crane", "also Kran"),
        ("ock", "Dock", "Dock"),
    ],
)
def test_search_folds_accents_and_tells_which_name_matched(
    browser: object, files: Path, typed: str, first: str, told: str
) -> None:
    with visit(browser, files / "scene.html") as seen:
        seen.page.keyboard.press("/")
        seen.page.keyboard.type(typed)
        option = seen.page.locator("#matches li").first
        assert option.locator("bdi").first.inner_text() == first
        assert told in option.inner_text()


def test_beginnings_come_before_middles(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        ranks = seen.state(
            "(() => { const m = KG.data.create(); const e = (id, label) => ({ id, label, class: 0 });"
            "KG.data.merge(m, { v: 1, classes: [{ id: 'c', label: 'c' }], predicates: [], documents: [], facts: [],"
            "entities: [e(1, 'xxabc'), e(2, 'foo abcd'), e(3, 'abcde'), e(4, 'abc'), e(5, 'foo-abc')] });"
            "return KG.search.index(m).find('ABC').map((found) => found.node.id); })()"
        )
        assert ranks == [4, 3, 5, 2, 1]


def test_arrows_and_enter_choose_a_match_and_centre_it(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        box = seen.page.locator("#search")
        seen.page.keyboard.press("/")
        seen.page.keyboard.type("k")
        assert box.get_attribute("aria-expanded") == "true"
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("ArrowDown")
        active = box.get_attribute("aria-activedescendant")
        option = seen.page.locator(f"#{active}")
        assert option.get_attribute("aria-selected") == "true"
        name = option.locator("bdi").first.inner_text()
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("#pane-entity h2").inner_text() == name
        seen.page.wait_for_timeout(450)
        away = seen.state(
            "Math.hypot(app.canvas.scene.selected.x - app.canvas.camera.now.x, app.canvas.scene.selected.y - "
            "app.canvas.camera.now.y)"
        )
        assert away < 1
        assert box.get_attribute("aria-expanded") == "false"


def test_forty_thousand_names_are_searched_at_once(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        taken = seen.state(
            "(() => { const m = KG.data.create(); const label = (n) => (n * 2654435761 % "
            "4294967296).toString(36) + ' ' + n.toString(36);"
            "KG.data.merge(m, { v: 1, classes: [{ id: 'c', label: 'c' }], predicates: [], documents: [], facts: [],"
            "entities: Array.from({ length: 40000 }, (_, n) => ({ id: 'x' + n, label: label(n), class: 0 })) });"
            "const index = KG.search.index(m); index.warm(); const begun = performance.now();"
            "const found = index.find('a1b').length + index.find('zz').length; return [(performance.now() - "
            "begun) / 2, found]; })()"
        )
        assert taken[1] > 0
        assert taken[0] < 100


# Keyboard


def test_evidence_is_reached_by_keyboard_alone(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        press = seen.page.keyboard.press
        press("/")
        seen.page.keyboard.type("ada")
        press("Enter")
        for _ in range(40):
            press("Tab")
            if seen.page.evaluate("document.activeElement.matches('#pane-entity .row')"):
                break
        press("Enter")
        assert seen.page.locator("#pane-fact mark").first.is_visible()


def test_arrows_walk_from_thing_to_thing_and_enter_opens(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html", "#v=1&n=ex:Ada") as seen:
        seen.page.locator("#canvas").focus()
        visited = []
        for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
            before = seen.state("[app.canvas.scene.focused || app.canvas.scene.selected].map((n) => [n.x, n.y])[0]")
            seen.page.keyboard.press(key)
            after = seen.state("app.canvas.scene.focused && [app.canvas.scene.focused.x, app.canvas.scene.focused.y]")
            if after and after != before:
                along = (after[0] - before[0], after[1] - before[1])
                way = {"ArrowRight": along[0], "ArrowLeft": -along[0], "ArrowUp": -along[1], "ArrowDown": along[1]}[key]
                assert way > 0
                visited.append(key)
        assert len(visited) >= 2
        focused = seen.state("app.canvas.scene.focused")
        assert (
            focused["label"] in seen.page.locator("#live").text_content()
            or "Nothing" in seen.page.locator("#live").text_content()
        )
        seen.page.keyboard.press("Enter")
        assert "tab=" in seen.hash()


def test_every_fact_is_in_the_list_by_keyboard_alone(browser: object, files: Path) -> None:
    with visit(browser, files / "crowd.html") as seen:
        seen.page.keyboard.press("l")
        listed: set[str] = set()
        while True:
            listed |= set(
                seen.page.locator("#list tbody tr").evaluate_all("rows => rows.map((row) => row.dataset.row)")
            )
            onward = seen.page.locator("#list button", has_text="Next page")
            if onward.is_disabled():
                break
            onward.focus()
            seen.page.keyboard.press("Enter")
        assert listed == seen.facts()
        seen.page.locator("#list tbody button").first.focus()
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("#pane-fact mark").first.is_visible()


def test_list_sorts_by_each_column(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html", "#v=1&view=list") as seen:
        head = seen.page.locator("#list thead button", has_text="Object")
        head.click()
        column = "rows => rows.map((row) => row.cells[2].innerText)"
        up = seen.page.locator("#list tbody tr").evaluate_all(column)
        seen.page.locator("#list thead button", has_text="Object").click()
        down = seen.page.locator("#list tbody tr").evaluate_all(column)
        assert up != down
        assert next(x for x in up if x != up[0]) > up[0]
        assert seen.page.locator("#list th[aria-sort=descending]").count() == 1


def test_single_letters_can_be_switched_off(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        seen.page.keyboard.press("?")
        assert seen.page.locator("#help").is_visible()
        seen.page.locator("#help input").uncheck()
        seen.page.keyboard.press("Escape")
        seen.page.keyboard.press("l")
        assert seen.state("app.state.view") == "graph"
        seen.page.reload()
        seen.page.locator(pages.READY).wait_for(state="attached")
        seen.page.keyboard.press("l")
        assert seen.state("app.state.view") == "graph", "kept after a reload"


# A server that knows more


def test_what_comes_later_is_merged_and_finds_its_place(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        added = seen.state(
            "(() => { const before = app.model.nodes.size; const block = { v: 1, classes: [{ id: 'ex:C0', "
            "label: 'x' }],"
            "predicates: [{ id: 'ex:makes', label: 'makes' }], documents: [], entities: [{ id: 'ex:Ada', label: "
            "'Ada', class: 0, degree: 900 },"
            "{ id: 'ex:New', label: 'New', class: 0 }], facts: [{ id: 'n0', s: 0, p: 0, o: 1, status: 'InEffect' }] };"
            "const added = app.add(block); app.refresh(); const node = app.model.nodes.get('ex:New');"
            "return { added, grown: app.model.nodes.size - before, degree: "
            "app.model.nodes.get('ex:Ada').degree, at: [node.x, node.y] }; })()"
        )
        assert added["added"] == {"nodes": ["ex:New"], "facts": ["n0"]}
        assert (added["grown"], added["degree"]) == (1, 900)
        assert all(isinstance(n, int) for n in added["at"])
        assert "n0" in seen.facts()
