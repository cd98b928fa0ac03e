"""Pages to look at in a real browser: blocks of facts made for one point each, and visits that keep complaints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pictures import HOSTILE

from kg.views.data import (
    Against,
    Alias,
    Curation,
    Data,
    Document,
    Entity,
    Evidence,
    Fact,
    Term,
    parts,
)

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium: apt-get install chromium"),
]
READY = "html[data-ready=true]"
CLASSES = tuple(f"class {n}" for n in range(12))


class Visit:
    """An open page with what it asked for and what it complained about."""

    def __init__(self, page: object) -> None:
        self.page = page
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda r: self.requests.append(r.url))
        page.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.errors.append(str(e)))

    def state(self, script: str) -> object:
        """The value of an expression over the running ``app``."""
        return self.page.evaluate(f"() => {{ const app = window.kgApp; return {script}; }}")

    def facts(self) -> set[str]:
        """The ids of the facts that are shown."""
        return set(self.state("app.shown.facts.map((fact) => fact.id)"))

    def settled(self) -> None:
        """Wait until what was begun has been drawn."""
        self.page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")

    def hash(self) -> str:
        """The address after what is written late (the camera) has been written."""
        self.page.wait_for_timeout(350)
        return self.page.evaluate("location.hash")

    def spot(self, script: str) -> tuple[float, float]:
        """The point of the window where something of the picture is: ``script`` gives {x, y} on the canvas."""
        self.settled()
        code = (
            "() => { const app = window.kgApp, box = document.getElementById('canvas').getBoundingClientRect();"
            f"const at = {script}; return [at.x + box.left, at.y + box.top]; }}"
        )
        x, y = self.page.evaluate(code)
        return x, y


@contextmanager
def chromium() -> Iterator[object]:
    """A browser that asks nobody for anything."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


@contextmanager
def visit(browser: object, path: Path, hash: str = "", **options: object) -> Iterator[Visit]:
    """A page opened from the disk, without a network, when it has begun; waits of a test are seconds, not minutes."""
    context = browser.new_context(**{"offline": True, "viewport": {"width": 1280, "height": 800}, **options})
    context.set_default_timeout(8000)
    page = context.new_page()
    seen = Visit(page)
    page.goto(path.as_uri() + hash)
    page.locator(READY).wait_for(state="attached")
    yield seen
    context.close()


def evidence(document: int, before: str, quote: str, after: str, *names: tuple[str, str], **more: object) -> Evidence:
    """A sentence with the names in it."""
    found = parts(quote, [(role, [name]) for role, name in names])
    return Evidence(document, quote, before, after, parts=found, status="InEffect", confidence=0.9, **more)


def scene() -> Data:
    """Twelve things of twelve classes around one; several facts between two; astral signs; aliases; a contradiction."""
    names = ("Ada", "Škoda", "Boat", "Crane", "Dock", "Elm", "Fort", "Gate", "Hill", "Inn", "Jetty", "Kiln")
    aliases = {
        1: (Alias("Škoda Works", "cs"), Alias("Laurin", "cs", former=True)),
        2: (Alias("Skodastrand"),),
        3: (Alias("Kran", "de"),),
    }
    entities = tuple(
        Entity(f"ex:{name}", name, n, aliases.get(n, ()), ("https://example.org/thing",) if n == 1 else (), 3)
        for n, name in enumerate(names)
    )
    first = evidence(0, "🚗🚗 Then ", "🚢 Ada makes the Boat", " again.", ("subject", "Ada"), ("object", "Boat"),
                     previous="Before it.", next="After it.", speaker="Crane", rule="en/makes#1")  # fmt: skip
    second = evidence(1, "", "Ada builds boats, and the Boat is hers", ".", ("subject", "Ada"), ("object", "the Boat"))
    third = evidence(2, "", "Boat by Ada", "", ("subject", "Ada"), ("object", "Boat"), copy=True)
    facts = (
        Fact("f0", 0, 0, "InEffect", o=2, support=2, publishers=2, confidence=0.9, scope=(("market", "North"),),
             published=("2026-01-05", "2026-03-09"), from_="2026", evidence=(first, second, third)),
        Fact("f1", 0, 1, "Planned", o=2, support=1, confidence=0.6, published=("2026-03-09", "2026-03-09"),
             scope=(("market", "South"),), evidence=(second,),
             conflicts=(Against("f3", "only one", "Ada denies Boat"),)),
        Fact("f2", 2, 2, "Reported", o=0, support=1, confidence=0.5, published=("2026-02-01", "2026-02-01"),
             evidence=(third,)),
        Fact("f3", 0, 2, "Denied", o=3, support=1, confidence=0.5, published=("2026-04-01", "2026-05-01"),
             evidence=(second,),
             conflicts=(Against("f1", "only one", "Ada sells Boat"), Against("gone", "only one", "Elm sells Fort"))),
        Fact("f4", 2, 3, "InEffect", value="12.5 m", curated=True, confidence=1,
             curations=(Curation("seeds/facts/x.ttl", 3, "InEffect", "https://example.org/x"),)),
        Fact("f5", 4, 1, "Ended", o=4, support=1, published=("2024-07-01", "2024-07-01"), until="2024",
             evidence=(third,)),
        *(Fact(f"g{n}", 1, n % 3, "InEffect", o=n, support=n, confidence=n / 12,
               published=("2025", "2025-06"), evidence=(third,)) for n in range(2, 12)),
        Fact("h0", 0, 0, "InEffect", o=1),
    )  # fmt: skip
    documents = tuple(
        Document(f"d{n}", f"Title {n}", f"Paper {n}", date, f"https://example.org/{n}", "", "en", "CC BY 4.0")
        for n, date in enumerate(("2026-03-09", "2026-02-01", "2026-01-05"))
    )
    predicates = tuple(
        Term(f"ex:{n}", n, "deeds" if n != "length" else "figures") for n in ("makes", "sells", "likes", "length")
    )
    classes = tuple(Term(f"ex:C{n}", name) for n, name in enumerate(CLASSES))
    return Data(classes, predicates, entities, facts, documents, title="A scene", built="2026-03-09", store="1a2b",
                total=30, licences=("CC BY 4.0",))  # fmt: skip


def hostile() -> Data:
    """A block in which every text is hostile: names, classes, values, sentences, titles, addresses, ids."""
    count = len(HOSTILE)
    entities = tuple(Entity(f"ex:{t}", t, n, (Alias(t, t),), (t,), 2) for n, t in enumerate(HOSTILE))
    facts = tuple(
        Fact(f"id{n}{t}", n, n, "InEffect", o=(n + 1) % count if n % 2 else None, value="" if n % 2 else t, from_=t,
             scope=((t, t),), details=((t, t),), support=1, published=("2026-01-01", "2026-01-01"),
             evidence=(Evidence(n, t, t, t, t, t, (("subject", 0, 3),), "InEffect", t, t, t, 0.5, True),),
             curations=(Curation(t, 1, "InEffect", t, t, t, t, t),), conflicts=(Against(f"id0{HOSTILE[0]}", t, t),))
        for n, t in enumerate(HOSTILE)
    )  # fmt: skip
    terms = tuple(Term(f"ex:t{n}", t, t) for n, t in enumerate(HOSTILE))
    documents = tuple(Document(t, t, t, t, t, t, t, t) for t in HOSTILE)
    return Data(terms, terms, entities, facts, documents, title=HOSTILE[0], built=HOSTILE[1], store=HOSTILE[2],
                query=HOSTILE[0], licences=HOSTILE)  # fmt: skip


def empty() -> Data:
    """A block without facts."""
    return Data((), (), (), (), (), title="Nothing", built="2026-01-01")
