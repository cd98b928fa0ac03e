"""A world to explore, as a store on disk and as routes for a server: the small world, a hub, and hostile texts.

The hub has 500 things around it, and beside them one that it is joined to by two facts. Three papers state the
first, in a sentence that begins with signs beyond the first plane. The newest document is of May 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pages
import pyoxigraph as ox
import serving
import support
from pages import Visit
from pictures import HOSTILE
from serving import Served
from support import AT, RECORDS, iri

from kg.model import Claim, Curation, Document, Entity, Fact, Label, Origin, Status
from kg.project import Project
from kg.rdf import entity_quads
from kg.serve.explorer import routes
from kg.serve.ready import preparation

ROUTES = routes()
prepare = preparation(Project(support.ROOT))

SPOKES = 500
PAPERS = (("Autoblick", "2026-05-02"), ("Kabar Mobil", "2026-03-09"), ("The Paper", "2026-04-11"))
QUOTE = "🚙 Hub and the Qilin Battery"
DAYS = ("2026-01-15", "2026-02-15", "2026-03-15", "2026-04-15")


def write(path: Path) -> Path:
    """The world as a store in a folder."""
    return serving.write(path, quads())


def quads() -> Iterator[ox.Quad]:
    yield from support.quads()
    for entity in (*_hub(), *_hostile()):
        yield from entity_quads(entity)
    told = {RECORDS.iri("document", d.id): d for d in (*_papers(), *_traps())}
    for document in told.values():
        yield from RECORDS.document(document)
    for fact in (*spokes(), *pair(), *trapped()):
        yield from RECORDS.fact(fact)
        for claim in fact.claims:
            yield from RECORDS.claim(claim)


def spoke(number: int) -> str:
    return f"Spoke {number:03}"


def spokes() -> list[Fact]:
    """A fact of the hub for each thing around it: more sources the lower its number, all from a curator."""
    statuses = (Status.IN_EFFECT, Status.IN_EFFECT, Status.IN_EFFECT, Status.IN_EFFECT, Status.DENIED)
    return [
        Fact(iri("Hub"), AT + "hasPlantIn", iri(spoke(n)), origin=Origin.CURATED, support=(SPOKES - n) // 10,
             first_stated=DAYS[n % 4], last_stated=DAYS[n % 4], status=statuses[n % 5],
             curations=(Curation("seeds/facts/hub.ttl", n + 1, "https://press.example/hub"),))
        for n in range(SPOKES)
    ]  # fmt: skip


def pair() -> tuple[Fact, Fact]:
    """Two facts of the same two things; three papers state the first."""
    ends = iri("Hub"), iri("Qilin Battery")
    claims = tuple(
        Claim(d.id, d.text.index(QUOTE), d.text.index(QUOTE) + len(QUOTE), QUOTE, ends[0], AT + "manufactures", ends[1],
              pattern="en/manufactures#1", confidence="0.9", key=f"k{n}")
        for n, d in enumerate(_papers())
    )  # fmt: skip
    days = sorted(issued for _, issued in PAPERS)
    return (
        Fact(ends[0], AT + "manufactures", ends[1], support=3, publishers=3, origin=Origin.EXTRACTED, claims=claims,
             first_stated=days[0], last_stated=days[-1]),
        Fact(ends[0], AT + "uses", ends[1], support=1, status=Status.PLANNED, origin=Origin.CURATED,
             curations=(Curation("seeds/facts/hub.ttl", 900, "https://press.example/hub"),)),
    )  # fmt: skip


def _hub() -> list[Entity]:
    names = [Label("Hub", "en"), Label("Drehscheibe", "de"), Label("Škoda Wheel", "en", "alternative")]
    cities = [Entity(iri(spoke(n)), (AT + "City",), (Label(spoke(n), "en"),)) for n in range(SPOKES)]
    return [Entity(iri("Hub"), (AT + "Automaker",), tuple(sorted(names))), *cities]


def _papers() -> tuple[Document, ...]:
    return tuple(
        Document(f"🚗🚗 News {n}.\n🚗 Now {QUOTE} belong together.\nNo more.\n", f"https://press.example/{n}",
                 f"On the hub {n}", issued, "en", publisher)
        for n, (publisher, issued) in enumerate(PAPERS)
    )  # fmt: skip


def _hostile() -> list[Entity]:
    return [
        Entity(iri(f"Trap {n}"), (AT + "City",), (Label(text.replace("\x00", ""), "en"),))
        for n, text in enumerate(HOSTILE)
    ]


def _traps() -> tuple[Document, ...]:
    clean = [text.replace("\x00", "") for text in HOSTILE]
    return tuple(Document(f"{t} {t}.\n", "javascript:window.ran=11", t, "2025-01-01", "en", t) for t in clean)


def trapped() -> list[Fact]:
    """Facts among things with hostile names, in hostile sentences."""
    found = []
    for n, document in enumerate(_traps()):
        ends = iri("Trap 0" if n else "Trap 1"), iri(f"Trap {n}")
        quote = document.text[: len(document.title)]
        claim = Claim(document.id, 0, len(quote), quote, ends[0], AT + "partnersWith", ends[1],
                      pattern=quote, confidence="0.5", key=f"t{n}")  # fmt: skip
        found.append(
            Fact(ends[0], AT + "partnersWith", ends[1], support=1, origin=Origin.EXTRACTED, claims=(claim,),
                 first_stated="2025-01-01", last_stated="2025-01-01")
        )  # fmt: skip
    return found


@contextmanager
def walk(browser: object, server: Served, hash: str = "", path: str = "", **options: object) -> Iterator[Visit]:
    """The explorer, opened at an address, when it has begun; at the end nothing was asked of anybody else."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **options})
    context.set_default_timeout(10_000)
    seen = Visit(context.new_page())
    seen.page.goto(server.url + path + hash)
    seen.page.locator(pages.READY).wait_for(state="attached")
    yield seen
    assert {url.startswith((server.url, "blob:", "data:")) for url in seen.requests} == {True}
    refused = "Failed to load resource: the server responded with a status of 4"
    assert [text for text in seen.errors if not text.startswith(refused)] == []
    context.close()


def drawn(seen: Visit) -> set[str]:
    """The ids of the things and values in the picture."""
    return set(seen.state("app.shown.nodes.map((node) => node.id)"))


def count(seen: Visit, least: int) -> int:
    """How many are in the picture, when there are at least so many."""
    seen.page.wait_for_selector("#shown")
    for _ in range(100):
        if len(drawn(seen)) >= least and not seen.page.evaluate("() => document.body.dataset.busy"):
            break
        seen.page.wait_for_timeout(50)
    return len(drawn(seen))
