"""How rows are written, for every command that has some: one decorator, one writer."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypeVar

import click

from kg.columns import aligned, terminal_width
from kg.columns import one_line as as_line

Cell: TypeAlias = str | int | bool | Decimal | date | Mapping[str, tuple[str, ...]] | None
"""A value; a mapping is a thing with parts, of which each may be said several times."""
Command = TypeVar("Command", bound=Callable[..., object])

FORMATS = ("table", "json", "csv", "tsv", "md")
FOR_PEOPLE = ("table", "md")
"""Formats with labels; the others have CURIEs and whole ids."""


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns and rows of values."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def rows_format(*more: str, default: str = "table") -> Callable[[Command], Command]:
    """The option ``--format``, with formats beside those that every command has."""
    choice = click.Choice([default, *(f for f in (*FORMATS, *more) if f != default)])
    help_text = "How to write it. A table fits the terminal, and is plain when piped."
    return click.option("--format", "form", type=choice, default=default, show_default=True, help=help_text)


def write(table: Table, form: str) -> None:
    """Write rows to standard output.

    ``table`` for people, ``json`` as a list of objects, ``csv`` and ``tsv`` with a head line, ``md`` for documents.
    A note on standard error says when there are none.
    """
    click.echo(text_of(table, form, terminal_width()), nl=False)
    if not table.rows:
        click.echo("nothing found", err=True)


def text_of(table: Table, form: str, width: int | None = None) -> str:
    """Rows as text, a line each; in a ``table`` the cells are wrapped to fit into ``width`` columns.

    >>> print(text_of(Table(("name", "n"), (("ab", 12), ("c", 3))), "table"), end="")
    name   n
    ab    12
    c      3
    """
    if form == "json":
        return _json(table)
    if form in ("csv", "tsv"):
        return _separated(table, "," if form == "csv" else "\t")
    return _markdown(table) if form == "md" else _aligned(table, width)


def _json(table: Table) -> str:
    if not table.rows:
        return "[]\n"
    lines = ",\n".join(" " + json.dumps(row, ensure_ascii=False) for row in records(table))
    return f"[\n{lines}\n]\n"


def records(table: Table) -> list[dict[str, object]]:
    """The rows as JSON has them: an object each, by the names of the columns."""
    return [{c: _plain(v) for c, v in zip(table.columns, row, strict=True)} for row in table.rows]


def _plain(value: Cell) -> object:
    """A value as JSON has it: a decimal as a number where the number is exact, else as text."""
    if isinstance(value, Decimal):
        near = int(value) if value == value.to_integral_value() else float(value)
        return near if Decimal(str(near)) == value else str(value)
    if isinstance(value, Mapping):
        return {name: several[0] if len(several) == 1 else list(several) for name, several in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def _separated(table: Table, separator: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([str(v).lower() if isinstance(v, bool) else _words(v) for v in row] for row in table.rows)
    return out.getvalue()


def _markdown(table: Table) -> str:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(c.replace("\\", "\\\\").replace("|", "\\|") for c in cells) + " |\n"

    rule = "|" + "|".join(" ---: " if right else " --- " for right in _numeric(table)) + "|\n"
    return line(table.columns) + rule + "".join(line(map(one_line, row)) for row in table.rows)


def _aligned(table: Table, width: int | None) -> str:
    cells = [table.columns, *(tuple(map(one_line, row)) for row in table.rows)]
    return aligned(cells, _numeric(table), width)


def _numeric(table: Table) -> list[bool]:
    def is_number(value: Cell) -> bool:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)

    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.columns)
    return [any(map(is_number, c)) and all(v is None or is_number(v) for v in c) for c in columns]


def one_line(value: Cell) -> str:
    """A value on one line, without the signs that would steer a terminal."""
    return as_line(_words(value))


def _words(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {each}" for name, several in value.items() for each in several)
    return value.isoformat() if isinstance(value, date) else str(value)


def table(rows: Iterable[Sequence[Cell]], *columns: str) -> Table:
    """A table of rows."""
    return Table(columns, tuple(tuple(row) for row in rows))


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "fact"), counted(1200, "fact")
    ('1 fact', '1,200 facts')
    """
    return f"{number:,} {noun}" + ("" if number == 1 or noun == "info" else "s")
