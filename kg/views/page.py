"""One page that holds its facts: a single file that asks nothing of any network, for people and for the archive.

The scripts and the style are those of the explorer, joined into one each; a policy in the page lets run exactly these
two, by their hashes. The facts are one block, packed as gzip and base64, in which no text can end its element.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from string import Template

from kg.errors import KgError, Place, reason_of, way_out
from kg.files import write as write_file
from kg.model import Status
from kg.views import MAX_FACTS, palette
from kg.views.data import Against, Data, Evidence, Fact
from kg.views.layout import places
from kg.views.markup import policy, text
from kg.views.packing import pack

LISTED = 200
"""Facts in the table that a browser without scripts shows."""

SCRIPTS = (
    "theme.js", "dom.js", "data.js", "packing.js", "state.js", "marks.js", "layout.js", "filters.js", "camera.js",
    "paint.js", "canvas.js", "first.js", "search.js", "legend.js", "panel.js", "list.js", "keys.js", "app.js",
)  # fmt: skip
"""What every page of the explorer runs, in this order."""
BOOT = "boot.js"
"""What begins on a page that holds its data."""
SMALL = "page.min.js"
"""The same scripts made small by ``.ci/minify.py``, behind a line that tells of what."""


def asset(name: str) -> str:
    """The text of a script, style sheet or page frame that ships with the views."""
    return (files("kg.views") / "assets" / name).read_text(encoding="utf-8")


def joined() -> str:
    """The scripts of the page as they are written, joined."""
    return "".join(map(asset, (*SCRIPTS, BOOT)))


def seal(source: str) -> str:
    """The line that says of which scripts a small one was made."""
    return f"// made by .ci/minify.py of {hashlib.sha256(source.encode()).hexdigest()}"


def script() -> str:
    """The script of the page: the small one, or where the scripts were changed since it was made, they themselves."""
    first, _, small = asset(SMALL).partition("\n")
    return small if first == seal(joined()) else _lean(joined())


def style() -> str:
    """The style sheet of all pages, with the palette in front."""
    return palette.themes() + asset("page.css")


def shell(head: str, title: str, heading: str, body: str, tools: str = "", more: str = "", attributes: str = "") -> str:
    """The frame of a page: header, columns and dialogs, empty. Title and heading are texts, the rest is markup."""
    holes = {"head": head, "title": text(title), "heading": text(heading), "body": body, "tools": tools, "more": more}
    return Template(asset("shell.html")).substitute(holes, attributes=attributes)


def file_at(path: Path, built: str) -> Path:
    """Where a page goes: to a path, or if that is a folder, to a file in it with the date of the newest source."""
    return path / f"{'-'.join(filter(None, ('knowledge-graph', built)))}.html" if path.is_dir() else path


def write(path: Path, data: Data) -> None:
    """Write the page of a block to a file, or to one in a folder, in one step.

    Raises KgError when the file cannot be written.
    """
    path = file_at(path, data.built)
    try:
        write_file(path, [page(data).encode()])
    except OSError as error:
        hint = way_out(error, "choose another file")
        raise KgError(f"cannot be written: {reason_of(error)}", Place(str(path)), hint) from None


def page(data: Data) -> str:
    """The page of a block as text; the same block gives the same text."""
    code, css = script(), _lean(style())
    named = data.title or "Knowledge graph"
    picture, rest = pack(placed(data))
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy(code, css)}">\n'
        f'<style>{css}</style>\n<template id="picture">{picture}</template>\n<script>{code}</script>'
    )
    body = f'<noscript>\n{"".join(table(data))}</noscript>\n<template id="data">{rest}</template>'
    title = " – ".join(x for x in (data.title, "knowledge graph", data.built) if x)
    return shell(head, title[:1].upper() + title[1:], named, body)


def placed(data: Data) -> Data:
    """The block with a place for each entity and each value."""
    count = len(data.entities)
    values = [number for number, fact in enumerate(data.facts) if fact.o is None]
    spot = {number: count + n for n, number in enumerate(values)}
    pairs = [(fact.s, spot[n] if fact.o is None else fact.o) for n, fact in enumerate(data.facts)]
    points = places(count + len(values), pairs)
    entities = tuple(replace(e, x=x, y=y) for e, (x, y) in zip(data.entities, points, strict=False))
    facts = tuple(
        replace(fact, x=points[spot[n]][0], y=points[spot[n]][1]) if n in spot else fact
        for n, fact in enumerate(data.facts)
    )
    return replace(data, entities=entities, facts=facts)


def check_size(count: int, limit: int = MAX_FACTS) -> None:
    """Raise KgError for more facts than a page may hold: it is never cut in silence."""
    if count > limit:
        way = "show less with --about and --hops or --query, or raise --max-facts"
        raise KgError(f"{count:,} facts are more than the {limit:,} a page may hold", hint=way)


def _lean(text: str) -> str:
    """Scripts or a style sheet without indentation and lines that are comments; a browser sees nothing else."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not re.match(r"//|/\*.*\*/$", line)) + "\n"


# What a browser without scripts shows


def table(data: Data) -> Iterator[str]:
    """The first facts of a block as a table, for browsers without scripts."""
    shown = data.facts[:LISTED]
    rest = f" The first {LISTED} of {len(data.facts):,} facts:" if len(data.facts) > LISTED else ""
    yield f"<p>The picture, the search and the filters need JavaScript. {text(_made_of(data))}.{rest}</p>\n"
    if not shown:
        yield "<p>There are no facts here.</p>\n"
        return
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Fact", "Status", "Scope and time", "Sentences"))
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>\n"
    for fact in shown:
        yield f"<tr>{''.join(f'<td>{cell}' for cell in _cells(fact, data))}\n"
    yield "</tbody></table>\n"


def _made_of(data: Data) -> str:
    """How much of which store the page holds, and what it leaves out."""
    left = max(0, data.total - len(data.facts))
    parts = [f"Facts: {len(data.facts):,}", *([f"{left:,} more are in the store"] if left else [])]
    told = (data.moment, f"newest source {data.built}" * bool(data.built), f"store {data.store}" * bool(data.store))
    return ", ".join([*parts, *(each for each in told if each)])


def _cells(fact: Fact, data: Data) -> Iterable[str]:
    told = fact.value if fact.o is None else data.entities[fact.o].label
    words = (data.entities[fact.s].label, data.predicates[fact.p].label, told)
    yield f"<bdi>{text(words[0])}</bdi> {text(words[1])} <bdi>{text(words[2])}</bdi>"
    yield palette.STROKES[Status(fact.status)].words + "".join(
        f"; {text(_against(each, fact))}" for each in fact.conflicts
    )
    scope = [f"{name}: {value}" for name, value in fact.scope]
    times = [f"from {fact.from_}" * bool(fact.from_), f"until {fact.until}" * bool(fact.until)]
    yield "<br>".join(text(part) for part in (*scope, *times) if part)
    curated = [f"<p>{text(f'{c.file}:{c.line}')}" for c in fact.curations]
    yield "".join([*curated, *(_sentence(item, data) for item in fact.evidence)])


def _against(each: Against, fact: Fact) -> str:
    return "its sources disagree" if each.fact == fact.id else f"contradicted: {each.text or each.fact}"


def _sentence(item: Evidence, data: Data) -> str:
    document = data.documents[item.document]
    where = ", ".join(x for x in (document.publisher or document.title, document.date) if x)
    return f"<p>{text(item.before)}<mark>{text(item.quote)}</mark>{text(item.after)} ({text(where)})"
