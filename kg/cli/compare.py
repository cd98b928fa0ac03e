"""``diff``: what changed from one graph to another, and why."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from kg.cli import rows
from kg.cli.app import Setting, epilog, main, pass_setting
from kg.cli.facts import ID, Words, labelled, named, parts
from kg.columns import terminal_width

if TYPE_CHECKING:
    from kg.model import Fact
    from kg.queries.differences import Change
    from kg.store import Store

DIFFERENT = 1
"""The exit status for differences, where it is asked for."""
_FIELDS = {"valid_from": "from", "valid_until": "until"}


class _Graph(click.Path):
    """A path, or an address, which is no path to be looked for."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """The value as it is for an address, else as :class:`click.Path` has it."""
        from kg.store import Address, located

        is_address = isinstance(located(os.fspath(value)), Address)
        return value if is_address else super().convert(value, param, ctx)


@main.command(
    epilog=epilog(
        "kg export before.nq; kg build; kg diff before.nq",
        "kg diff old-store new-store --summary",
        "kg diff before.nq after.nq --format json",
    )
)
@click.argument("old", type=_Graph(exists=True))
@click.argument("new", type=_Graph(exists=True), required=False)
@click.option("--summary", is_flag=True, help="Only count the facts, by what became of them and why.")
@click.option("--exit-code", is_flag=True, help="Exit status 1 if there are differences.")
@rows.rows_format()
@pass_setting
def diff(where: Setting, old: str, new: str | None, summary: bool, exit_code: bool, form: str) -> int:
    """Show the facts gained, lost or changed, each with its cause.

    OLD and NEW are stores (folders or addresses), projects, or files that 'kg export' wrote (.nq .trig .ttl .nt);
    without NEW it is the store in use. A cause is a document that came or went, a text or front matter that changed, a
    rule that reads otherwise (names, patterns or code), what a curator wrote, changed, removed or decided, or a copy
    that was found.
    """
    from kg import graph

    with graph.open(old).store as before, graph.open(new).store if new else where.store() as after:
        found = show(before, after, form, summary)
    return DIFFERENT if found and exit_code else 0


def show(before: Store, after: Store, form: str = "table", summary: bool = False) -> bool:
    """Write the changes from one graph to another, or how many there are of each kind; whether there are any."""
    from kg.queries import differences

    found = differences.differences(before, after)
    if summary:
        counted = differences.summary(found)
        table = rows.table([(k.value, r.value, n) for (k, r), n in counted.items()], "change", "cause", "facts")
    elif form in rows.FOR_PEOPLE:
        table = _for_people(found, labelled(_labels(before, after)))
    else:
        table = _for_programs(found, named(after.prefixes))
    if found or form != "table":
        click.echo(rows.text_of(table, form, terminal_width()), nl=False)
    numbers = {kind: sum(c.kind is kind for c in found) for kind in differences.Kind}
    told = ", ".join(f"{rows.counted(number, 'fact')} {kind}" for kind, number in numbers.items() if number)
    click.echo(told or "no fact differs", err=True)
    return bool(found)


def _labels(before: Store, after: Store) -> Mapping[str, str]:
    from kg.queries import labels

    return {**labels(before), **labels(after)}


def _for_people(found: Sequence[Change], words: Words) -> rows.Table:
    lines = [
        (c.kind.value, c.id[:ID], words(c.fact.subject), words(c.fact.predicate), words(c.fact.object),
         _what(c, words), "; ".join(_cause(reason, places) for reason, places in _causes(c).items()))
        for c in found
    ]  # fmt: skip
    return rows.table(lines, "change", "fact", "subject", "property", "object", "what", "cause")


def _what(change: Change, words: Words) -> str:
    """What a fact is or was, or in what it differs."""
    if not (change.before and change.after):
        time = _cells(change.fact, ("valid_from", "valid_until"), words)
        scope = parts(change.fact.qualifiers, words)
        told = [f"{name} {', '.join(each)}" for name, each in {**scope, **time}.items() if any(each)]
        return ", ".join([change.fact.status.value, *told])
    before, after = (_cells(fact, change.differences, words) for fact in (change.before, change.after))
    return ", ".join(f"{n} {', '.join(before[n]) or '-'} → {', '.join(after[n]) or '-'}" for n in before)


def _for_programs(found: Sequence[Change], words: Words) -> rows.Table:
    lines: list[tuple[rows.Cell, ...]] = []
    for each in found:
        fact = each.fact
        before, after = (_cells(f, each.differences, words) if f else {} for f in (each.before, each.after))
        lines.append((each.kind.value, each.id, words(fact.subject), words(fact.predicate), words(fact.object),
                      fact.status.value, parts(fact.qualifiers, words), before, after, _causes(each)))  # fmt: skip
    columns = ("change", "fact", "subject", "property", "object", "status", "qualifiers", "before", "after", "causes")
    return rows.table(lines, *columns)


def _causes(change: Change) -> dict[str, tuple[str, ...]]:
    """The places of each kind of cause."""
    found: dict[str, tuple[str, ...]] = {}
    for cause in change.causes:
        found[cause.reason.value] = (*found.get(cause.reason.value, ()), cause.place)
    return found


def _cause(reason: str, places: tuple[str, ...]) -> str:
    return f"{reason}: {', '.join(places)}" if any(places) else reason


def _cells(fact: Fact, fields: Sequence[str], words: Words) -> dict[str, tuple[str, ...]]:
    """Some attributes of a fact, each in words."""
    found: dict[str, tuple[str, ...]] = {}
    for field in fields:
        qualifiers = tuple(f"{words(name)} {words(value)}" for name, value in fact.qualifiers)
        found[_FIELDS.get(field, field)] = qualifiers if field == "qualifiers" else (str(getattr(fact, field)),)
    return found
