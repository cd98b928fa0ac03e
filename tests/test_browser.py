"""The page that pyvis draws, in a real browser: no request, no error, nothing hostile runs, evidence by every way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pages import NEEDS_CHROMIUM, Visit, chromium
from pictures import HOSTILE, hostile, small

from kg.views import network

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    network.write(folder / "small.html", small(), "Ada")
    network.write(folder / "hostile.html", hostile(), HOSTILE[0], HOSTILE[1])
    return folder


@contextmanager
def visit(browser: object, path: Path, **options: object) -> Iterator[Visit]:
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    visited = Visit(page)
    page.goto(path.as_uri())
    page.wait_for_function("document.documentElement.classList.contains('js')")
    yield visited
    context.close()


@pytest.mark.parametrize("name", ["small", "hostile"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_asked_for_and_nothing_complains(browser: object, files: Path, name: str, scheme: str) -> None:
    path = files / f"{name}.html"
    with visit(browser, path, color_scheme=scheme) as seen:
        seen.page.wait_for_timeout(200)
        assert seen.requests == [path.as_uri()]
        assert seen.errors == []


@pytest.mark.parametrize("bypass", [False, True], ids=["with policy", "without policy"])
def test_hostile_texts_do_not_run(browser: object, files: Path, bypass: bool) -> None:
    with visit(browser, files / "hostile.html", bypass_csp=bypass) as seen:
        page = seen.page
        for number in range(len(HOSTILE)):
            page.locator("tbody.fact button").nth(number).click()
            page.mouse.move(300, 200 + 20 * number)
        page.evaluate("ids => ids.forEach(id => network.emit('hoverNode', {node: id}))", list(range(4)))
        page.wait_for_timeout(300)
        assert page.evaluate("window.ran") is None
        assert HOSTILE[0] in page.locator("h1").text_content()
        assert HOSTILE[1] in page.locator("#facts").text_content(), "shown as it is written"


def test_policy_stops_what_would_run(browser: object, files: Path) -> None:
    """The check above can fail: an element that does run is stopped by the policy alone."""
    plant = "document.querySelector('.bar').innerHTML = '<img src=x onerror=\"window.ran = 9\">'"
    for bypass, ran in ((False, None), (True, 9)):
        with visit(browser, files / "small.html", bypass_csp=bypass) as seen:
            seen.page.evaluate(plant)
            seen.page.wait_for_timeout(300)
            assert seen.page.evaluate("window.ran") == ran


def test_evidence_opens_by_click_and_by_keyboard(browser: object, files: Path) -> None:
    with visit(browser, files / "small.html") as seen:
        page = seen.page
        first, second = (page.locator("tbody.fact").nth(n) for n in (0, 1))
        assert not first.locator("blockquote").is_visible(), "closed at first"
        first.locator("button").click()
        assert first.locator("blockquote").is_visible()
        assert first.locator("mark").text_content() == "the span 0"
        assert first.locator("button").get_attribute("aria-expanded") == "true"
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert second.locator("mark").is_visible()
        assert not first.locator("mark").is_visible(), "one at a time"


def test_click_on_a_line_opens_its_fact(browser: object, files: Path) -> None:
    with visit(browser, files / "small.html") as seen:
        page = seen.page
        spot = page.evaluate(
            """() => {
              const line = edges.get().find((e) => e.from !== e.to && !e.smooth);
              const [a, b] = [line.from, line.to].map((n) => network.canvasToDOM(network.getPosition(n)));
              const box = document.getElementById("mynetwork").getBoundingClientRect();
              return { id: line.id, x: box.x + (a.x + b.x) / 2, y: box.y + (a.y + b.y) / 2 };
            }"""
        )
        page.mouse.click(spot["x"], spot["y"])
        page.wait_for_timeout(400)
        assert page.locator("tbody.fact").nth(spot["id"]).locator("mark").is_visible()


def test_click_on_a_node_lists_its_facts(browser: object, files: Path) -> None:
    with visit(browser, files / "small.html") as seen:
        page = seen.page
        spot = page.evaluate(
            """() => {
              const id = nodes.get().find((n) => n.label === "Cat").id;
              const at = network.canvasToDOM(network.getPosition(id));
              const box = document.getElementById("mynetwork").getBoundingClientRect();
              return { x: box.x + at.x, y: box.y + at.y };
            }"""
        )
        page.mouse.click(spot["x"], spot["y"])
        page.wait_for_timeout(400)
        assert page.locator("tbody.fact:visible").count() == 3
        assert page.locator("#shown").text_content() == "3 of 7 facts: Cat"
        page.locator("#clear").click()
        assert page.locator("tbody.fact:visible").count() == 7


def test_search_filters_the_list_and_centres_the_node(browser: object, files: Path) -> None:
    with visit(browser, files / "small.html") as seen:
        page = seen.page
        page.keyboard.press("/")
        page.keyboard.type("cât")
        assert page.locator("tbody.fact:visible").count() == 4, (
            "three of the cat, one that another of the cat contradicts"
        )
        assert page.locator("#shown").text_content() == "4 of 7 facts"
        away = page.evaluate(
            """() => {
              const id = nodes.get().find((n) => n.label === "Cat").id;
              const [at, view] = [network.getPosition(id), network.getViewPosition()];
              return Math.hypot(at.x - view.x, at.y - view.y);
            }"""
        )
        assert away < 1
        page.keyboard.press("Escape")
        assert page.locator("tbody.fact:visible").count() == 7


def test_address_of_a_fact_opens_it(browser: object, files: Path) -> None:
    with visit(browser, files / "small.html") as seen:
        name = seen.page.locator("tbody.fact").nth(4).get_attribute("id")
        seen.page.goto((files / "small.html").as_uri() + "#" + name)
        seen.page.reload()
        assert seen.page.locator(f"#{name} mark").is_visible()


def test_theme_follows_the_reader(browser: object, files: Path) -> None:
    with visit(browser, files / "small.html", color_scheme="light") as seen:
        font = "() => nodes.get(0).font.color + getComputedStyle(document.documentElement).backgroundColor"
        light = seen.page.evaluate(font)
        seen.page.emulate_media(color_scheme="dark")
        assert seen.page.evaluate(font) != light


def test_print_shows_every_sentence(browser: object, files: Path) -> None:
    with visit(browser, files / "small.html") as seen:
        seen.page.emulate_media(media="print")
        assert seen.page.locator("mark:visible").count() == 7


def test_without_script_every_sentence_stands_there(browser: object, files: Path) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto((files / "small.html").as_uri())
    assert page.locator("mark:visible").count() == 7
    assert page.locator(".notice").is_visible()
    context.close()


@pytest.mark.parametrize("width", [320, 800, 1400])
def test_page_fits_the_window(browser: object, files: Path, width: int) -> None:
    with visit(browser, files / "small.html", viewport={"width": width, "height": 700}) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
