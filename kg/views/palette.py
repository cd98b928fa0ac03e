"""The colours, shapes and line styles of a picture. A class is known by shape and colour, a status by its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg.model import Status

SHAPES = ("dot", "square", "triangle", "diamond", "hexagon", "star", "triangleDown")
"""Shapes of the drawing library whose name stands below them; seven against eight colours give 56 distinct pairs."""

LIGHT: Mapping[str, str] = {
    "ink": "#1a1d21",
    "muted": "#5d6670",
    "paper": "#ffffff",
    "raised": "#f3f5f7",
    "rule": "#e1e5e9",
    "edge": "#838d97",
    "line": "#7d8791",
    "accent": "#0b5fc4",
    "danger": "#c0282d",
    "mark": "#ffe98a",
    "on-accent": "#ffffff",
}
DARK: Mapping[str, str] = {
    "ink": "#e6e9ec",
    "muted": "#a0a9b2",
    "paper": "#14171a",
    "raised": "#20252a",
    "rule": "#2c3238",
    "edge": "#6c7680",
    "line": "#77818b",
    "accent": "#6fb1ff",
    "danger": "#ff7b78",
    "mark": "#5c4d00",
    "on-accent": "#14171a",
}
CLASSES_LIGHT = ("#2563c9", "#c2500c", "#0f7b6c", "#8b3fb0", "#96690a", "#c22a68", "#55800f", "#566476")
CLASSES_DARK = ("#6f9ff2", "#ef9158", "#43c1ab", "#c588ea", "#d3aa3f", "#f07fae", "#97c74a", "#a3b1c4")


@dataclass(frozen=True, slots=True)
class Stroke:
    """How the line of a status is drawn: its name in words, dashes in pixels, width, and the arrow's head."""

    words: str
    dashes: tuple[int, ...]
    width: float
    head: str = "arrow"


STROKES: Mapping[Status, Stroke] = {
    Status.IN_EFFECT: Stroke("in effect", (), 1.8),
    Status.PLANNED: Stroke("planned", (13, 5), 1.8),
    Status.REPORTED: Stroke("reported", (2, 4), 1.8),
    Status.DENIED: Stroke("denied", (5, 5), 1.8, "bar"),
    Status.ENDED: Stroke("ended", (11, 3, 2, 3), 1.0),
    Status.REJECTED: Stroke("rejected", (1, 6), 1.0, "bar"),
}


def style() -> str:
    """The palette as custom properties of the style sheet, for both themes; print is always light."""
    light = _properties(LIGHT, CLASSES_LIGHT)
    dark = _properties(DARK, CLASSES_DARK)
    fills = "".join(f".class-{i}{{fill:var(--class-{i})}}" for i in range(len(CLASSES_LIGHT)))
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{fills}\n"
        ".stroke{stroke:var(--line);fill:none}.stroke-Denied{stroke:var(--danger)}.stroke-Ended,.stroke-Rejected{stroke:var(--muted)}\n"
        ".value-box{fill:var(--paper);stroke:var(--muted)}\n"
    )


def themes() -> str:
    """The palette for pages whose reader may choose a theme (``data-theme`` of the root); print is always light."""
    light, dark = _properties(LIGHT, CLASSES_LIGHT), _properties(DARK, CLASSES_DARK)
    fills = "".join(f".class-{i}{{fill:var(--class-{i})}}\n" for i in range(len(CLASSES_LIGHT)))
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n{fills}"
        ".stroke{stroke:var(--line);fill:none}.stroke.full{fill:var(--line)}\n"
        ".stroke-Denied .stroke{stroke:var(--danger)}.value-box{fill:var(--paper);stroke:var(--muted)}\n"
    )


def _properties(colours: Mapping[str, str], classes: tuple[str, ...]) -> str:
    named = {**colours, **{f"class-{i}": colour for i, colour in enumerate(classes)}}
    return "".join(f"--{name}:{colour};" for name, colour in named.items())
