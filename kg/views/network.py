"""How pyvis draws a picture: one self-contained file that asks nothing of any network.

The drawing is pyvis's (vis-network inside), hardened: its scripts are taken out of its page and set into ours, without
its addresses of other hosts; names reach it only as escaped JSON, never as node titles, heading or options; the page
carries a policy that lets run exactly the one script and the one style that stand in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from kg.errors import KgError, Place, reason_of, way_out
from kg.files import write as write_file
from kg.model import Status
from kg.views import palette
from kg.views.graph import VALUE, Entry, Evidence, Kind, Line, Picture
from kg.views.layout import Point, places
from kg.views.markup import policy
from kg.views.markup import text as shown

_OPTIONS = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False, "randomSeed": 7},
    "interaction": {"hover": True, "hoverConnectedEdges": False, "tooltipDelay": 120, "keyboard": False},
    "edges": {"smooth": False, "selectionWidth": 1.5, "hoverWidth": 0.8, "arrowStrikethrough": False},
    "nodes": {"borderWidth": 1, "borderWidthSelected": 3, "labelHighlightBold": False},
}
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_LIBRARY = "vis-network"


def write(path: Path, picture: Picture, title: str = "", note: str = "") -> None:
    """Write the page of a picture to a file, in one step; ``title`` names it, ``note`` is added to its counts.

    Raises KgError when the file cannot be written.
    """
    text = page(picture, title, note)
    try:
        write_file(path, [text.encode()])
    except OSError as error:
        hint = way_out(error, "choose another file")
        raise KgError(f"cannot be written: {reason_of(error)}", Place(str(path)), hint) from None


def page(picture: Picture, title: str = "", note: str = "") -> str:
    """The page of a picture as text; the same picture gives the same text.

    Raises KgError when pyvis or igraph is not installed, or when pyvis's page is not of the known make.
    """
    spots = places(len(picture.nodes), [(x.source, x.target) for x in picture.lines])
    style = _normal(palette.style() + _own("network.css"))
    script = _normal(_drawing(picture, spots) + _own("network.js"))
    facts = _count(len(picture.entries), "fact")
    things = _count(sum(node.kind != VALUE for node in picture.nodes), "thing")
    disputed = sum(bool(entry.conflicts) for entry in picture.entries)
    counts = [things, facts, *([f"{disputed:,} contradicted"] if disputed else []), *([note] if note else [])]
    parts = {
        "policy": policy(script, style),
        "title": shown(f"{title} – knowledge graph" if title else "Knowledge graph"),
        "heading": shown(title or "Knowledge graph"),
        "counts": shown(" · ".join(counts)),
        "described": shown(f"A picture of {things} and {facts}; the table has all of them with their evidence."),
        "classes": "".join(_class(i, kind) for i, kind in enumerate(picture.kinds)) + _value_key(picture),
        "statuses": "".join(_status(status) for status in Status),
        "shown": shown(facts),
        "rows": "\n".join(_rows(picture.entries)) or '<tbody><tr><td colspan="5">No facts.</td></tr></tbody>',
        "data": _data(picture),
        "style": style,
        "script": script,
    }
    return Template(_own("network.html")).substitute(parts)


def _own(name: str) -> str:
    return (files("kg.views") / name).read_text(encoding="utf-8")


def _normal(text: str) -> str:
    """Text as a browser has it after parsing, so that its hash is the one the browser computes."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _drawing(picture: Picture, spots: Sequence[Point]) -> str:
    """pyvis's scripts for the picture: the library and its call."""
    try:
        from pyvis.network import Network
    except ImportError:
        raise KgError("a picture needs the package pyvis", hint="pip install pyvis") from None
    network = Network(directed=True, cdn_resources="in_line")
    network.options = _OPTIONS
    for number, (node, (x, y)) in enumerate(zip(picture.nodes, spots, strict=True)):
        look = _look(node.kind, node.degree)
        network.add_node(number, label=node.label or "?", x=x, y=y, **look)
    for number, line in enumerate(picture.lines):
        network.add_edge(line.source, line.target, id=number, **_stroke(line, picture.entries[line.entry]))
    scripts = _INLINE_SCRIPT.findall(network.generate_html())
    if len(scripts) != 3 or _LIBRARY not in scripts[1][:200] or "new vis.Network" not in scripts[2]:
        raise KgError("this version of pyvis writes a page of another make", hint="install pyvis 0.3.2")
    return f"{scripts[1]}\n{scripts[2]}\n"


def _look(kind: int, degree: int) -> dict[str, Any]:
    """Shape, colour (of the light theme; the page repaints it) and size of a node."""
    if kind == VALUE:
        return {"shape": "box", "color": palette.LIGHT["paper"]}
    colour = palette.CLASSES_LIGHT[kind % len(palette.CLASSES_LIGHT)]
    return {"shape": palette.SHAPES[kind % len(palette.SHAPES)], "color": colour, "size": 8 + min(degree, 16) * 0.75}


def _stroke(line: Line, entry: Entry) -> dict[str, Any]:
    stroke = palette.STROKES[entry.status]
    head = {"to": {"enabled": True, "type": stroke.head, "scaleFactor": 0.6}}
    drawn: dict[str, Any] = {"dashes": list(stroke.dashes) or False, "arrows": head}
    drawn["width"] = stroke.width + (1 if entry.conflicts else 0)
    if line.source == line.target:
        drawn["selfReference"] = {"size": 18 + 10 * abs(line.bend), "angle": 0.8}
    elif line.bend:
        bend = "curvedCW" if line.bend > 0 else "curvedCCW"
        drawn["smooth"] = {"enabled": True, "type": bend, "roundness": 0.2 * abs(line.bend)}
    return drawn


def _data(picture: Picture) -> str:
    """What the page's own script needs, as JSON in which no text can end the script."""
    lines = []
    for line in picture.lines:
        entry = picture.entries[line.entry]
        disputed = ", contradicted" if entry.conflicts else ""
        words = f"{entry.subject} {entry.predicate} {entry.object} ({palette.STROKES[entry.status].words}{disputed})"
        lines.append({
            "source": line.source, "target": line.target, "label": entry.predicate, "title": words,
            "status": entry.status.value, "conflict": bool(entry.conflicts),
        })  # fmt: skip
    nodes = [{"label": node.label, "kind": node.kind, "degree": node.degree} for node in picture.nodes]
    data = {"colours": len(palette.CLASSES_LIGHT), "nodes": nodes, "lines": lines}
    packed = json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return packed.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


# Legend

_OUTLINES = {
    "dot": '<circle cx="7" cy="7" r="5.5"/>',
    "square": '<rect x="2" y="2" width="10" height="10"/>',
    "triangle": '<path d="M7 1.5 13 12.5H1Z"/>',
    "triangleDown": '<path d="M7 12.5 13 1.5H1Z"/>',
    "diamond": '<path d="M7 .5 13.5 7 7 13.5.5 7Z"/>',
    "hexagon": '<path d="M3.75 1.5h6.5L13.5 7l-3.25 5.5h-6.5L.5 7Z"/>',
    "star": '<path d="m7 .5 1.7 4.1 4.8.4-3.7 3 1.2 4.7L7 10.2l-4 2.5L4.2 8 .5 5l4.8-.4Z"/>',
}


def _class(number: int, kind: Kind) -> str:
    shape = palette.SHAPES[number % len(palette.SHAPES)]
    colour = number % len(palette.CLASSES_LIGHT)
    icon = f'<svg width="14" height="14" aria-hidden="true" class="class-{colour}">{_OUTLINES[shape]}</svg>'
    return f"<li>{icon}<b>{shown(kind.label)}</b> {kind.count}</li>"


def _value_key(picture: Picture) -> str:
    values = sum(node.kind == VALUE for node in picture.nodes)
    box = '<rect x=".5" y="3.5" width="15" height="8" rx="2" class="value-box"/>'
    icon = f'<svg width="16" height="14" aria-hidden="true">{box}</svg>'
    return f"<li>{icon}<b>value</b> {values}</li>" if values else ""


def _status(status: Status) -> str:
    return f"<li>{_sample(status)}<b>{palette.STROKES[status].words}</b></li>"


def _sample(status: Status) -> str:
    stroke = palette.STROKES[status]
    dashes = f' stroke-dasharray="{" ".join(map(str, stroke.dashes))}"' if stroke.dashes else ""
    line = f'<path class="stroke stroke-{status}" d="M0 5h28" stroke-width="{stroke.width}"{dashes}/>'
    bar = '<path class="stroke stroke-Denied" d="M27 1v8" stroke-width="2"/>' if stroke.head == "bar" else ""
    return f'<svg width="28" height="10" aria-hidden="true">{line}{bar}</svg>'


# The table of facts


def _rows(entries: Sequence[Entry]) -> Iterable[str]:
    statements = {entry.id: f"{entry.subject} {entry.predicate} {entry.object}" for entry in entries}
    for entry in entries:
        proof = f"proof-{shown(entry.id)}"
        scope = "<br>".join(shown(f"{name}: {value}") for name, value in entry.scope)
        yield (
            f'<tbody class="fact {entry.status}" id="fact-{shown(entry.id)}"><tr>'
            f'<td class="statement"><button type="button" aria-expanded="true" aria-controls="{proof}">'
            f"<strong><bdi>{shown(entry.subject)}</bdi></strong> <i>{shown(entry.predicate)}</i> "
            f"<strong><bdi>{shown(entry.object)}</bdi></strong></button>{_details(entry)}{_warning(entry)}</td>"
            f'<td class="status"><span>{_sample(entry.status)}{palette.STROKES[entry.status].words}</span></td>'
            f'<td>{scope}</td><td class="time">{_time(entry.time)}</td><td class="number">{_sources(entry)}</td></tr>'
            f'<tr class="proof" id="{proof}"><td colspan="5">{_proof(entry, statements)}</td></tr></tbody>'
        )


def _time(time: str) -> str:
    """A time in words, of which none is broken at its hyphens."""
    return " ".join(f"<span>{shown(word)}</span>" for word in time.split())


def _warning(entry: Entry) -> str:
    return '<span class="warning">⚠ contradicted</span>' if entry.conflicts else ""


def _sources(entry: Entry) -> str:
    sources = ["curator"] * entry.curated + [str(entry.support)] * bool(entry.support)
    against = f", <span>{entry.contrary} against</span>" if entry.contrary else ""
    return (" + ".join(sources) or "0") + against


def _details(entry: Entry) -> str:
    details = "".join(f"<span>{shown(name)}: {shown(value)}</span>" for name, value in entry.details)
    return f'<p class="meta">{details}</p>' if details else ""


def _proof(entry: Entry, statements: dict[str, str]) -> str:
    against = "".join(_against(other, rule, statements, entry.told.get(other, "")) for other, rule in entry.conflicts)
    items = "".join(f"<li>{_evidence(item)}</li>" for item in entry.evidence)
    return against + (f"<ul>{items}</ul>" if items else "<p>No evidence is stored for this fact.</p>")


def _against(other: str, rule: str, statements: dict[str, str], told: str) -> str:
    if rule == "status":
        return '<p><span class="warning">⚠ its sources disagree</span>: one says so, another denies it</p>'
    named = shown(statements.get(other) or f"{told or 'a fact'} (fact {other}, not on this page)")
    linked = f'<a href="#fact-{shown(other)}">{named}</a>' if other in statements else named
    return f'<p><span class="warning">⚠ contradicts</span> {linked} <span class="meta">({shown(rule)})</span></p>'


def _evidence(item: Evidence) -> str:
    language = f' lang="{shown(item.language)}"' if item.language else ""
    sentence = (
        f'<blockquote dir="auto"{language}>{shown(item.before)}<mark>{shown(item.quote)}</mark>{shown(item.after)}'
        "</blockquote>"
    )
    facts = [item.date, item.publisher, palette.STROKES[item.status].words]
    facts += [f"a {'translation' if item.translated else 'copy'} of another text"] if item.copy else []
    facts += [f"said by {item.speaker}"] if item.speaker else []
    facts += [f"rule {item.rule}"] if item.rule else []
    facts += [f"written down in {item.place}"] if item.place else []
    words = "".join(f"<span>{shown(x)}</span>" for x in facts if x)
    return (sentence if item.quote else "") + f'<p class="meta">{_link(item)}{words}</p>'


def _link(item: Evidence) -> str:
    """The source by name; a link only where it is an address of the web, so that no other scheme can run."""
    name = shown(item.title or item.source)
    if re.match(r"https?://", item.source):
        return f'<span><a href="{shown(item.source)}" rel="noopener noreferrer">{name}</a></span>'
    return f"<span>{name}</span>"
