"""The first picture of a page, what was packed, and pictures that are moved: in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pages
import pytest
import support
from crowd import crowd
from pages import visit

from kg.views import page
from kg.views.collect import Collector
from kg.views.data import Data, plain

pytestmark = pages.NEEDS_CHROMIUM

PARTS = """async () => {
  const text = document.getElementById("picture").content.textContent;
  const [nodes, bundles] = KG.first.parts(await KG.packing.inflate(text));
  const place = ({ x, y }) => `${x} ${y}`;
  const told = (lines) => lines.map(({ a, b, style, disputed, ahead, behind }) => JSON.stringify(place(a) < place(b)
    ? [place(a), place(b), style, disputed, ahead, behind]
    : [place(b), place(a), style, disputed, behind, ahead])).sort();
  const places = (things) => things.map((node) => `${place(node)} ${node.kind ? node.kind.number : ""}`).sort();
  KG.paint.arrange(KG.paint.empty(), nodes, bundles);
  return [[places(nodes), told(bundles)], [places(kgApp.shown.nodes), told(kgApp.shown.bundles)]];
}"""
PAINTED = "performance.getEntriesByName('kg-painted').length"


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with pages.chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def blocks() -> dict[str, Data]:
    collector = Collector(support.store())
    world = collector.block(collector.facts(), "World")
    made = {"scene": pages.scene(), "hostile": pages.hostile(), "empty": pages.empty(), "world": world}
    return {**made, "crowd": crowd(700)}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, blocks: dict[str, Data]) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for name, block in blocks.items():
        page.write(folder / f"{name}.html", block)
    return folder


@pytest.mark.parametrize("name", ["scene", "world", "crowd", "hostile"])
def test_the_first_picture_has_every_thing_and_line_of_the_whole(browser: object, files: Path, name: str) -> None:
    with visit(browser, files / f"{name}.html") as seen:
        first, whole = seen.page.evaluate(PARTS)
        assert first == whole
        assert len(first[1]) > 1


@pytest.mark.parametrize("name", ["scene", "hostile", "empty", "world", "crowd"])
def test_what_was_packed_comes_back_whole(browser: object, files: Path, blocks: dict[str, Data], name: str) -> None:
    unpack = """async () => {
      const part = (id) => KG.packing.inflate(document.getElementById(id).content.textContent);
      return KG.packing.joined(await part("picture"), await part("data"));
    }"""
    with visit(browser, files / f"{name}.html") as seen:
        found, expected = seen.page.evaluate(unpack), plain(page.placed(blocks[name]))
    for fact in found["facts"]:
        for item in fact["evidence"]:
            del item["sentence"]
            item.pop("cut", None)
    assert tidy(found) == tidy(expected)


def tidy(value: object) -> object:
    """Without what is empty, which need not be written."""
    if isinstance(value, dict):
        return {name: tidy(each) for name, each in value.items() if each not in ("", [])}
    return [tidy(each) for each in value] if isinstance(value, list) else value


def test_the_first_picture_is_drawn_before_the_rest_is_read(browser: object, files: Path) -> None:
    text = (files / "crowd.html").read_text(encoding="utf-8")
    head, mark, tail = text.partition('<template id="data">')
    (files / "cut.html").write_text(head + mark + "AAAA" + tail[4:], encoding="utf-8")
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto((files / "cut.html").as_uri())
    opened.locator("#failure").wait_for(state="visible", timeout=5000)
    drawn = "() => { const c = document.getElementById('canvas'); return new Set(new Uint32Array("
    drawn += "c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size; }"
    assert opened.evaluate(drawn) > 10, "colours on the canvas"
    context.close()


@pytest.mark.parametrize(("hash", "pictures"), [("", 2), ("#v=1&h=cls:ex:C2", 1)])
def test_what_an_address_chooses_is_never_drawn_otherwise_first(
    browser: object, files: Path, hash: str, pictures: int
) -> None:
    with visit(browser, files / "scene.html", hash) as seen:
        assert seen.page.evaluate(PAINTED) == pictures
        assert seen.state("app.canvas.cost.drawn") >= 1


SLOW = """([milliseconds, frames]) => new Promise((done) => {
  const { canvas } = kgApp, element = document.getElementById("canvas");
  const { left, top } = element.getBoundingClientRect();
  const whole = KG.paint.all, found = { moved: 0 };
  let drawn = 0, frame = 0;
  KG.paint.all = (...given) => {
    const until = performance.now() + milliseconds;
    whole(...given);
    while (performance.now() < until);
    drawn += 1;
  };
  element.setPointerCapture = () => {};
  const point = (kind, x) =>
    element.dispatchEvent(new PointerEvent(kind, { pointerId: 7, clientX: left + x, clientY: top + 5, bubbles: true }));
  const step = () => {
    if (frame === 0) canvas.draw();
    if (frame === 3) {
      [drawn, found.before] = [0, canvas.cost.drawn];
      point("pointerdown", 10);
    }
    if (frame > 3 && frame < frames) point("pointermove", 10 + (frame - 3) * 20);
    if (frame === frames) {
      [found.moved, found.during] = [canvas.cost.drawn - found.before, drawn];
      point("pointerup", 10);
    }
    if (frame === frames + 3) return done({ ...found, after: drawn - found.during, shifted: canvas.camera.now.x });
    frame += 1;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


def test_what_is_slow_to_draw_is_moved_as_a_picture_and_drawn_at_rest(browser: object, files: Path) -> None:
    """Also over distances at which the picture would have to be drawn anew again and again."""
    with visit(browser, files / "crowd.html") as seen:
        found = seen.page.evaluate(SLOW, [60, 60])
    assert found["moved"] >= 40
    assert found["during"] <= found["moved"] / 5
    assert found["after"] >= 1


def test_what_is_quick_to_draw_is_drawn_anew_while_it_moves(browser: object, files: Path) -> None:
    with visit(browser, files / "scene.html") as seen:
        found = seen.page.evaluate(SLOW, [0, 30])
    assert found["during"] == found["moved"] > 15


NODE = 1.5
"""Width of the edge of a thing, where there are not many."""


def test_many_lines_are_one_pixel_wide_and_few_are_not(browser: object, files: Path) -> None:
    script = """() => {
      const widths = new Set(), context = document.getElementById("canvas").getContext("2d"), stroke = context.stroke;
      context.stroke = function () { widths.add(this.lineWidth); return stroke.call(this); };
      const { scene, camera } = kgApp.canvas;
      KG.paint.all(context, scene, camera, KG.marks.palette(), 1, { wordless: true });
      return [...widths].map((width) => Math.round(width * 10) / 10);
    }"""
    with visit(browser, files / "crowd.html") as seen:
        assert set(seen.page.evaluate(script)) == {1, NODE}
    with visit(browser, files / "scene.html") as seen:
        assert set(seen.page.evaluate(script)) > {NODE, 1.4}
