"""The explorer for everyone: axe-core in each view and theme, narrow windows, pages that are read without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files as resources

import explored
import pages
import pytest
from explored import walk
from pages import Visit
from serving import Served, served

pytestmark = pages.NEEDS_CHROMIUM

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPEN = ("click #sparql", "wait .CodeMirror-lines")
VIEWS = {
    "start": ("", ()),
    "hub": ("#v=1&n=id:Hub", ()),
    "list": ("#v=1&n=id:Hub&view=list", ()),
    "fact": (f"#v=1&f={explored.pair()[0].id}", ()),
    "search": ("", ("fill #search poke", "wait #matches li .name")),
    "notice": ("#v=1&n=id:Nobody", ()),
    "export": ("", ("click #export",)),
    "drawer": ("", OPEN),
    "answer": ("", (*OPEN, "click #run", "wait #results tbody td")),
    "fault": ("", (*OPEN, "write SELECT * {", "click #run", "wait .fault-line")),
    "completion": ("", (*OPEN, "write SELECT ?a { ", "type partn", "wait .CodeMirror-hint-active")),
    "saved query": ("", (*OPEN, "choose facts-about", "wait #parameters input")),
}
READ = (
    "start",
    "entity/id:Hub",
    f"fact/{explored.pair()[0].id}",
    "search?q=spoke",
    "entity/id:Nobody",
    "entity/id:Trap_2",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(explored.write(tmp_path_factory.mktemp("explored") / "store"), "explored") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with pages.chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def axe() -> str:
    pytest.importorskip("axe_playwright_python", reason="no axe-core: pip install axe-playwright-python")
    return (resources("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(page: object, axe: str) -> list[str]:
    """What axe-core finds, with the elements."""
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES)
    assert len(found["passes"]) > 4, "it has looked"
    return [f"{v['id']}: {n['html'][:160]} {n['failureSummary']}" for v in found["violations"] for n in v["nodes"]]


def act(seen: Visit, step: str) -> None:
    """Do one step of those that lead to a view."""
    kind, _, rest = step.partition(" ")
    editor = "document.querySelector('.CodeMirror').CodeMirror"
    if kind == "click":
        seen.page.locator(rest).click()
    elif kind == "wait":
        seen.page.locator(rest).first.wait_for()
    elif kind == "fill":
        seen.page.locator(rest.partition(" ")[0]).fill(rest.partition(" ")[2])
    elif kind == "choose":
        seen.page.locator("#examples").select_option(rest)
    elif kind == "write":
        seen.page.evaluate(f"text => {{ {editor}.setValue(text); {editor}.focus(); {editor}.setCursor(9, 99); }}", rest)
    else:
        seen.page.keyboard.type(rest)


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(browser: object, server: Served, axe: str, view: str) -> None:
    hash, steps = VIEWS[view]
    with walk(browser, server, hash) as seen:
        for step in steps:
            act(seen, step)
        for scheme in ("light", "dark"):
            seen.page.emulate_media(color_scheme=scheme)
            assert violations(seen.page, axe) == []


@pytest.mark.parametrize("path", READ)
def test_pages_that_are_read_are_for_everyone(browser: object, server: Served, axe: str, path: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 600})
    page = context.new_page()
    page.goto(server.url + path)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page, axe) == []
    context.close()


@pytest.mark.parametrize("width", [320, 800, 1400])
@pytest.mark.parametrize("hash", ["", "#v=1&n=id:Hub&q=ASK%20%7B%7D"], ids=["start", "drawer"])
def test_the_explorer_fits_the_window(browser: object, server: Served, width: int, hash: str) -> None:
    with walk(browser, server, hash, viewport={"width": width, "height": 700}) as seen:
        seen.page.wait_for_timeout(300)
        assert seen.page.evaluate("() => document.documentElement.scrollWidth") <= width
        small = """() => [...document.querySelectorAll('button, select, input')].filter((e) => e.checkVisibility() &&
            !e.closest('.CodeMirror') && e.getBoundingClientRect().height < 24 &&
            !e.matches('[type=checkbox], [type=radio], .inline'))
            .map((e) => e.outerHTML.slice(0, 120))"""
        assert seen.page.evaluate(small) == []


def test_what_the_drawer_tells_has_room_on_a_small_screen(browser: object, server: Served) -> None:
    with walk(browser, server, "#v=1&q=ASK%20%7B%7D", viewport={"width": 320, "height": 700}) as seen:
        seen.page.locator("#run").click()
        seen.page.locator("#query-state", has_text="1 row").wait_for()
        assert seen.page.locator("#query-state").bounding_box()["width"] > 240
        assert seen.page.locator("#editor").bounding_box()["height"] > 200


def test_the_theme_is_kept_and_never_flashes(browser: object, server: Served) -> None:
    with walk(browser, server, color_scheme="light") as seen:
        for _ in range(2):
            seen.page.locator("#theme").click()
        dark = "() => getComputedStyle(document.documentElement).backgroundColor"
        chosen = seen.page.evaluate(dark)
        seen.page.add_init_script(
            "addEventListener('DOMContentLoaded', () => (window.early = document.documentElement.dataset.theme))"
        )
        seen.page.reload()
        assert seen.page.evaluate("() => window.early") == "dark"
        assert seen.page.evaluate(dark) == chosen
        seen.page.goto(server.url + "entity/id:Hub")
        assert seen.page.evaluate(dark) == chosen, "the pages that are read have it too"


def test_without_scripts_the_start_and_each_fact_can_be_read(browser: object, server: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url)
    assert page.locator("noscript mark, mark").first.is_visible()
    fact = explored.pair()[0]
    page.goto(f"{server.url}fact/{fact.id}")
    assert page.locator("mark").first.is_visible()
    assert page.locator("mark").all_text_contents() == [explored.QUOTE] * 3
    with page.expect_navigation():
        page.get_by_role("link", name="Hub", exact=True).first.click()
    assert page.locator("article").count() == 200
    for _ in range(2):
        with page.expect_navigation():
            page.get_by_role("link", name="The next facts").click()
    assert page.locator("article").count() == explored.SPOKES + 2 - 400
    assert page.locator("a", has_text="The next facts").count() == 0
    context.close()


def test_nothing_moves_for_those_who_want_none(browser: object, server: Served) -> None:
    frames = """() => new Promise((done) => {
        const seen = [], look = () => {
          seen.push(JSON.stringify(kgApp.canvas.camera.now));
          seen.length < 6 ? requestAnimationFrame(look) : done(seen);
        };
        document.getElementById('closer').click();
        requestAnimationFrame(look);
    })"""
    with walk(browser, server) as seen:
        assert len(set(seen.page.evaluate(frames))) == 1
    with walk(browser, server, reduced_motion="no-preference") as seen:
        assert len(set(seen.page.evaluate(frames))) > 1, "others see it move"
