"""The page for everyone: axe-core in every view and theme, any width, large type, paper, and no scripts at all."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files as resources
from pathlib import Path

import pages
import pytest
from crowd import crowd
from pages import visit

from kg.views import page

pytestmark = pages.NEEDS_CHROMIUM

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
VIEWS = {
    "start": ("scene", "", ()),
    "entity": ("scene", "#v=1&n=ex:%C5%A0koda", ()),
    "fact": ("scene", "#v=1&f=f0", ()),
    "contradicted fact": ("scene", "#v=1&f=f3", ()),
    "bundle": ("scene", "#v=1&b=ex:Ada,ex:Boat", ()),
    "list": ("scene", "#v=1&view=list&n=ex:Ada", ()),
    "long list": ("crowd", "#v=1&view=list", ()),
    "filters on": ("scene", "#v=1&h=cls:ex:C2,cls:value&t=2025..2026-03&st=c,p&m=market~North&c=0.5", ()),
    "statements open": ("scene", "", ("for (const d of document.querySelectorAll('#filters details')) d.open = true",)),
    "search": ("scene", "", ("KG.dom.get('search').focus()", "KG.dom.get('search').value = 'k'",
                             "KG.dom.get('search').dispatchEvent(new Event('input'))")),
    "help": ("scene", "", ("KG.dom.get('help').showModal()",)),
    "notice": ("scene", "#v=1&n=ex:Nobody", ()),
    "nothing": ("empty", "", ()),
    "hostile": ("hostile", "", ()),
}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with pages.chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def axe() -> str:
    pytest.importorskip("axe_playwright_python", reason="no axe-core: pip install axe-playwright-python")
    return (resources("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    blocks = {"scene": pages.scene(), "hostile": pages.hostile(), "empty": pages.empty(), "crowd": crowd(300)}
    for name, block in blocks.items():
        page.write(folder / f"{name}.html", block)
    return folder


def violations(seen: pages.Visit, axe: str) -> list[str]:
    """What axe-core finds, with the elements."""
    seen.page.evaluate(axe)
    found = seen.page.evaluate("rules => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES)
    assert len(found["passes"]) > 8, "it has looked"
    return [f"{v['id']}: {n['html'][:120]} {n['failureSummary']}" for v in found["violations"] for n in v["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(browser: object, files: Path, axe: str, view: str, scheme: str) -> None:
    name, hash, before = VIEWS[view]
    with visit(browser, files / f"{name}.html", hash, color_scheme=scheme, reduced_motion="reduce") as seen:
        for script in before:
            seen.page.evaluate(script)
        assert violations(seen, axe) == []


def test_axe_finds_nothing_on_a_small_screen(browser: object, files: Path, axe: str) -> None:
    with visit(browser, files / "scene.html", "#v=1&f=f0", viewport={"width": 320, "height": 640}) as seen:
        assert violations(seen, axe) == []


def test_axe_would_find_something(browser: object, files: Path, axe: str) -> None:
    with visit(browser, files / "scene.html") as seen:
        seen.page.evaluate("KG.dom.get('search').removeAttribute('aria-label')")
        seen.page.evaluate("KG.dom.get('search').removeAttribute('placeholder')")
        seen.page.evaluate("document.documentElement.removeAttribute('lang')")
        assert any(v.startswith("html-has-lang") for v in violations(seen, axe))


@pytest.mark.parametrize("hash", ["", "#v=1&f=f0", "#v=1&view=list"], ids=["start", "fact", "list"])
@pytest.mark.parametrize("width", [320, 375, 768, 1024, 1440])
def test_page_fits_the_window(browser: object, files: Path, width: int, hash: str) -> None:
    """320 pixels are what is left of 1280 at 400 %: nothing needs scrolling in two directions (WCAG 1.4.10)."""
    with visit(
        browser, files / "scene.html", hash, viewport={"width": width, "height": 256 if width == 320 else 800}
    ) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        for part in ("#search", "#canvas" if "list" not in hash else "#list table", "#details", "#filters"):
            box = seen.page.locator(part).bounding_box()
            assert box["width"] > 100
            assert box["height"] > 20
        for pane in seen.page.locator(".pane:visible, #filters").all():
            wide, room = pane.evaluate("e => [e.scrollWidth, e.clientWidth]")
            assert wide <= room


@pytest.mark.parametrize("view", ["start", "entity", "fact", "list", "statements open", "help"])
def test_targets_are_large_enough(browser: object, files: Path, view: str) -> None:
    """24 pixels (WCAG 2.5.8); links within a sentence are excepted, a box is as large as its label."""
    name, hash, before = VIEWS[view]
    with visit(browser, files / f"{name}.html", hash) as seen:
        for script in before:
            seen.page.evaluate(script)
        small = seen.page.evaluate(
            """() => [...document.querySelectorAll('button, input, select, summary')]
            .filter((e) => e.checkVisibility() && !e.matches('.inline'))
            .map((e) => [(e.closest('label') || e).getBoundingClientRect(), e.outerHTML])
            .filter(([box]) => box.width < 24 || box.height < 24)
            .map(([box, html]) => `${box.width} x ${box.height} ${html.slice(0, 90)}`)"""
        )
        assert small == []


def test_focus_is_always_seen(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html", "#v=1&n=ex:Ada") as seen:
        bare = []
        for _ in range(60):
            seen.page.keyboard.press("Tab")
            style = seen.page.evaluate(
                "(() => { const e = document.activeElement; const s = getComputedStyle(e); return "
                "[e.outerHTML.slice(0, 80), s.outlineStyle, s.outlineWidth]; })()"
            )
            if not style[0].startswith("<body") and (style[1] == "none" or style[2] == "0px"):
                bare.append(style)
        assert bare == []


# Paper and no scripts


def test_paper_has_every_sentence_of_what_is_shown(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html", "#v=1&st=c,p,r,e") as seen:
        seen.page.emulate_media(media="print")
        seen.page.locator("#paper tr").first.wait_for(state="attached")
        shown = [f for f in pages.scene().facts if f.status != "Denied"]
        marks = seen.page.locator("#paper mark")
        assert sorted(marks.all_text_contents()) == sorted(e.quote for f in shown for e in f.evidence)
        assert all(mark.is_visible() for mark in marks.all())
        assert "seeds/facts/x.ttl:3" in seen.page.locator("#paper").inner_text()
        assert not seen.page.locator("header").is_visible()
        assert seen.page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_paper_is_light_also_in_the_dark(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html", color_scheme="dark") as seen:
        seen.page.locator("#theme").click()
        seen.page.locator("#theme").click()
        assert seen.page.evaluate("document.documentElement.dataset.theme") == "dark"
        seen.page.emulate_media(media="print")
        assert seen.page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_without_scripts_the_first_facts_stand_there(browser: object, files: Path) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False)
    opened = context.new_page()
    for name, block in (("scene", pages.scene()), ("crowd", crowd(300))):
        opened.goto((files / f"{name}.html").as_uri())
        rows = opened.locator("noscript tbody tr")
        assert rows.count() == min(page.LISTED, len(block.facts))
        assert rows.last.is_visible()
        assert opened.locator("noscript mark:visible").count() > 10
        assert not opened.locator("#canvas").is_visible()
    context.close()


def test_a_page_whose_data_cannot_be_read_says_so(browser: object, files: Path, tmp_path: Path) -> None:
    text = (files / "scene.html").read_text(encoding="utf-8")
    head, mark, tail = text.partition('<template id="data">')
    (tmp_path / "broken.html").write_text(head + mark + "AAAA" + tail[4:], encoding="utf-8")
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto((tmp_path / "broken.html").as_uri())
    opened.locator("#failure").wait_for(state="visible", timeout=5000)
    context.close()
