"""Makes the pictures of the documentation anew: builds the shipped graph, writes its page, serves it, looks at both.

    python docs/screenshots.py [FOLDER]

Needs Chromium and Playwright (``pip install -e '.[test]'``). The pictures in ``docs/pictures`` are overwritten unless
another folder is given. What is seen follows from the graph alone, so they change only where graph or page change.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

from kg.build import build
from kg.graph import Graph, built
from kg.project import Project

ROOT = Path(__file__).parent.parent
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
READY = "html[data-ready=true]"
QUERY = """SELECT ?one ?other ?topic ?status WHERE {
  ?fact rdf:predicate at:partnersWith ; kg:status ?status ;
    rdf:subject ?one ; rdf:object ?other .
  OPTIONAL { ?fact at:topic ?topic }
}
"""


@dataclass(frozen=True)
class Shot:
    """A picture: its file, what of the page it shows (the address), how large and in which theme.

    ``pressed`` is a button of the served explorer that is pressed first; without one it is the page of the file.
    """

    name: str
    address: str
    width: int = 1180
    height: int = 700
    theme: str = "light"
    pressed: str = ""


def shots(graph: Graph) -> list[Shot]:
    """The pictures, about the thing with most sentences behind one of its facts."""
    found = max((f for f in graph.facts() if isinstance(f.object, str)), key=lambda f: (len(f.claims), f.support, f.id))
    thing = graph.store.prefixes.shrink(found.subject)
    return [
        Shot("page", f"#v=1&n={thing}&f={found.id}"),
        Shot("page-dark", f"#v=1&n={thing}", theme="dark"),
        Shot("page-list", "#v=1&view=list&o=-published"),
        Shot("page-small", f"#v=1&n={thing}", 375, 667),
        Shot("explorer", f"#v=1&n={thing}&q={quote(QUERY)}", 1180, 800, pressed="#run"),
    ]


@contextmanager
def served(store: Path) -> Iterator[str]:
    """The address of the explorer over a store."""
    command = [sys.executable, "-c", "from kg.cli import main; main()", "--store", str(store), "serve", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found, "it does not say where it is"
        yield found[0]
    finally:
        process.terminate()
        process.communicate()


def take(browser: Browser, page: str, shot: Shot, folder: Path) -> None:
    """Open a page and keep what is seen."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.theme == "dark" else "light",
        reduced_motion="reduce",
        offline=not shot.pressed,
    )
    opened = context.new_page()
    opened.goto(page + shot.address)
    opened.locator(READY).wait_for(state="attached")
    if shot.pressed:
        opened.locator(f"{shot.pressed}:not([disabled])").click()
        opened.locator("#results td").first.wait_for()
    opened.wait_for_timeout(500)
    opened.screenshot(path=folder / f"{shot.name}.png")
    context.close()


def main() -> None:
    """Make all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as play:
        page = Path(place) / "graph.html"
        with built(build, Project.find(ROOT), store=Path(place) / "store") as graph:
            graph.view(page)
            wanted = shots(graph)
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        with served(Path(place) / "store") as address:
            for shot in wanted:
                take(browser, address if shot.pressed else page.as_uri(), shot, folder)
                print(folder / f"{shot.name}.png")
        browser.close()


if __name__ == "__main__":
    main()
