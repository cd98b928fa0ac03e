"""Texts in columns, as wide as a terminal has them: what stands under a command when its answer is for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import zip_longest

GAP = "  "
_NARROWEST = 4


def aligned(rows: Sequence[Sequence[str]], right: Sequence[bool], width: int | None = None) -> str:
    """Rows, the head first, as lines; the columns marked in ``right`` are flushed right.

    With ``width`` the cells are wrapped so that a line fits into so many columns of a terminal.

    >>> print(aligned([("name", "n"), ("ab", "12")], [False, True]), end="")
    name   n
    ab    12
    """
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    if width is not None:
        _narrow(widths, width)
    lines = []
    for row in rows:
        parts = [_wrapped(cell, w) for cell, w in zip(row, widths, strict=True)]
        for line in zip_longest(*parts, fillvalue=""):
            padded = (_padded(c, w, r) for c, w, r in zip(line, widths, right, strict=True))
            lines.append(GAP.join(padded).rstrip())
    return "\n".join(lines) + "\n"


def terminal_width() -> int | None:
    """The columns of the terminal, or nothing when standard output is none."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def one_line(text: str) -> str:
    """A text on one line, without the signs that would steer a terminal.

    >>> one_line("a\\x1b[1m  b")
    'a [1m b'
    """
    seen = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(seen.split())


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for wide signs, none for those that combine."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _narrow(widths: list[int], width: int) -> None:
    """Take columns off the widest until the row fits, or nothing is left that may be taken."""
    while sum(widths) + len(GAP) * (len(widths) - 1) > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - columns(text))
    return space + text if right else text + space


def _wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most so many columns; a word that is longer is broken."""
    if columns(text) <= width:
        return [text]
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and columns(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if lines[-1] and columns(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return lines
