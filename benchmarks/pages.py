"""The page of kg view beside a bare page of force-graph with the same picture, and one of pyvis with a fifth of it.

    python benchmarks/pages.py [FACTS …]        5,000 unless told otherwise

Needs Chromium, Playwright, and npm for force-graph, which is fetched once into ``.benchmarks``. All three get the same
places and draw on the same screen. Seconds are from the start of loading to the beginning of the frame after the one in
which every thing and every line was drawn for the first time; and until all is there, with words, legend and search.
CPU is that of renderer and graphics process together, for one redraw while the picture is dragged, and for one that
draws everything anew. Read them as ratios.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from crowd import crowd  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from kg.model import Fact as ModelFact  # noqa: E402
from kg.model import Literal  # noqa: E402
from kg.views import MAX_DRAWN, network, page  # noqa: E402
from kg.views.data import Data  # noqa: E402
from kg.views.graph import Words, picture  # noqa: E402

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FORCE_GRAPH = "1.52.0"
RUNS, STEPS = 5, 60
LATER = "requestAnimationFrame(() => (window.painted = window.painted || performance.now()))"
"""When the frame after the one that was drawn begins: what was drawn has then been handed over."""
ANEW = """(steps) => new Promise((done) => {
  const { camera } = kgApp.canvas;
  const step = () => {
    camera.set({ x: camera.now.x + (steps % 2 ? 3 : -3) });
    if (steps--) requestAnimationFrame(step);
    else requestAnimationFrame(done);
  };
  requestAnimationFrame(step);
})"""
WATCH = f"""
const mark = performance.mark.bind(performance);
performance.mark = (name) => {{ if (name === "kg-painted") {LATER}; return mark(name); }};"""
BARE = """<!doctype html><meta charset="utf-8"><style>body{margin:0}</style>
<div id="g"></div><script>%s</script><script>
let placed = false;
const drawn = ForceGraph()(document.getElementById("g")).cooldownTicks(0).nodeRelSize(3).nodeAutoColorBy("kind")
  .linkDirectionalArrowLength(4).onEngineStop(() => (placed = true))
  .onRenderFramePost(() => { if (placed) { placed = false; LATER; } }).graphData(%s);
drawn.zoom(0.25).centerAt(%d, %d);
</script>"""


@dataclass(frozen=True)
class Measured:
    """A page: its size, its first picture, and what a redraw costs."""

    name: str
    facts: int
    kilobytes: float
    first: float
    whole: float
    moved: float
    redraw: float


def force_graph() -> str:
    """The bundle of force-graph."""
    folder = ROOT / ".benchmarks"
    bundle = folder / "node_modules" / "force-graph" / "dist" / "force-graph.min.js"
    if not bundle.exists():
        folder.mkdir(exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--prefix", folder, f"force-graph@{FORCE_GRAPH}"], check=True)
    return bundle.read_text(encoding="utf-8")


def bare(data: Data) -> str:
    """A page of force-graph that draws a block, and nothing else."""
    nodes: list[dict[str, Any]] = [
        {"id": n, "kind": e.class_, "fx": e.x, "fy": e.y} for n, e in enumerate(data.entities)
    ]
    links = []
    for fact in data.facts:
        target = fact.o
        if target is None:
            target = len(nodes)
            nodes.append({"id": target, "kind": -1, "fx": fact.x, "fy": fact.y})
        links.append({"source": fact.s, "target": target})
    middle = [sum(node[side] for node in nodes) / len(nodes) for side in ("fx", "fy")]
    return BARE.replace("LATER", LATER) % (force_graph(), json.dumps({"nodes": nodes, "links": links}), *middle)


def by_pyvis(data: Data) -> str:
    """pyvis's page of the first facts of a block."""
    facts = [
        ModelFact(
            data.entities[f.s].id,
            data.predicates[f.p].id,
            Literal(f.value) if f.o is None else data.entities[f.o].id,
            support=n,
        )
        for n, f in enumerate(data.facts[:MAX_DRAWN])
    ]
    drawn = network.page(picture(facts, Words({e.id: e.label for e in data.entities})))
    mark = f"network.once('afterDrawing', () => {LATER});"
    return drawn.replace("drawGraph();", "drawGraph();" + mark).replace("http-equiv=", "data-was=")


def cpu(browser: Browser) -> float:
    """Seconds of CPU that pages and pictures have taken so far."""
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return float(sum(each["cpuTime"] for each in told if each["type"] in ("renderer", "GPU")))


def measure(name: str, facts: int, path: Path, browser: Browser) -> Measured:
    """The best of several runs."""
    firsts, wholes, moves, redraws = [], [], [], []
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
        opened = context.new_page()
        opened.add_init_script(WATCH)
        opened.goto(path.as_uri())
        while not (first := opened.evaluate("() => window.painted")):
            opened.wait_for_timeout(50)
        opened.wait_for_timeout(1500)
        firsts.append(first / 1000)
        opened.mouse.move(640, 700)
        opened.mouse.down()
        before = cpu(browser)
        for step in range(STEPS):
            opened.mouse.move(640 + step * 3, 700 - step * 2)
            opened.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        moves.append((cpu(browser) - before) / STEPS)
        opened.mouse.up()
        wholes.append(opened.evaluate("() => (performance.getEntriesByName('kg-ready')[0] || {}).startTime || painted"))
        if opened.evaluate("() => 'kgApp' in window"):
            opened.wait_for_timeout(500)
            before = cpu(browser)
            opened.evaluate(ANEW, STEPS)
            redraws.append((cpu(browser) - before) / STEPS)
        context.close()
    whole = min(wholes) / 1000
    return Measured(name, facts, path.stat().st_size / 1000, min(firsts), whole, min(moves), min(redraws or moves))


def measured(count: int) -> list[Measured]:
    """The pages of so many facts, ours first."""
    found = []
    with tempfile.TemporaryDirectory() as place, sync_playwright() as play:
        data = page.placed(crowd(count))
        pages = {"kg view": page.page(data), "force-graph": bare(data), "pyvis": by_pyvis(data)}
        for name, text in pages.items():
            path = Path(place) / f"{name}.html"
            path.write_text(text, encoding="utf-8")
            browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            found.append(measure(name, min(count, MAX_DRAWN) if name == "pyvis" else count, path, browser))
            browser.close()
    return found


def main() -> None:
    """Measure and print as Markdown."""
    print("| facts | page | KB | first picture | all there | CPU while dragged | CPU drawn anew |")
    print("|---|---|---|---|---|---|---|")
    for count in map(int, sys.argv[1:] or ["5000"]):
        for found in measured(count):
            times = f"{found.first:.2f} s | {found.whole:.2f} s"
            cost = f"{found.moved * 1000:.0f} ms | {found.redraw * 1000:.0f} ms"
            print(f"| {found.facts:,} | {found.name} | {found.kilobytes:.0f} | {times} | {cost} |", flush=True)


if __name__ == "__main__":
    main()
