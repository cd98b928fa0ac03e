"""``review``: what a curator has to look at, by doubt, and the decisions on it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli import complete, rows
from kg.cli.app import Setting, epilog, main, pass_setting
from kg.cli.facts import plain
from kg.errors import QueryError

if TYPE_CHECKING:
    from kg.review import Desk, Item

_KINDS = ("claims", "entities", "merges", "conflicts", "reopened")
_SHOWN = 20
"""Items listed for people when no limit is given; the rest is counted."""
Command = Callable[..., None]


def _who(command: Command) -> Command:
    """The options that say who decides, when and why."""
    for option in (
        click.option("--on", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="When it was decided."),
        click.option("--by", metavar="NAME", default="", help="Who decides."),
        click.option("--note", metavar="TEXT", default="", help="Why, for those who read the decision."),
    ):
        command = option(command)
    return command


def _deciding(command: Command) -> Command:
    """The options that decide."""
    for option in (
        click.option("--undo", metavar="ID", multiple=True, help="Take a decision back."),
        click.option("--distinct", metavar="NAME NAME", nargs=2, help="Two entities are not one."),
        click.option("--same", metavar="NAME NAME", nargs=2, help="Two entities are one."),
        click.option("--keep", metavar="NAME", default="",
                     help="The fact that holds of a conflict; the entity that stays of a merge."),
        click.option("--set", "changes", metavar="NAME=VALUE", multiple=True, help="What --correct puts in its place."),
        click.option("--correct", metavar="ID", default="", help="Something else is so: say what with --set."),
        click.option("--reject", metavar="ID", multiple=True, help="It is not so; of a merge: they are distinct."),
        click.option("--accept", metavar="ID", multiple=True, help="It is so; of a merge: they are one."),
    ):  # fmt: skip
        command = option(command)
    return command


@main.command(
    epilog=epilog(
        "kg review",
        "kg review --list --kind claims --about China",
        "kg review --reject 3f9c1a20 --note 'a joke' --by ana",
        "kg review --correct 3f9c1a20 --set status=Planned --set market=China",
        "kg review --same 'Acme' 'Acme Ltd' --keep 'Acme'",
    )
)
@click.option("--list", "listed", is_flag=True, help="List what waits, also on a terminal.")
@click.option("--kind", type=click.Choice(_KINDS), default=None, help="Of this kind only.")
@click.option("--about", metavar="NAME", default="", shell_complete=complete.entities, help="About this entity only.")
@click.option("--document", metavar="ID", default="", help="From this document only: its id or source.")
@click.option("--limit", metavar="N", type=click.IntRange(1), help="List no more than this.")
@click.option("--decided", is_flag=True, help="List the decisions on file instead.")
@_deciding
@_who
@rows.rows_format()
@pass_setting
def review(
    where: Setting, listed: bool, kind: str | None, about: str, document: str, limit: int | None, decided: bool,
    accept: tuple[str, ...], reject: tuple[str, ...], correct: str, changes: tuple[str, ...], keep: str,
    same: tuple[str, str] | None, distinct: tuple[str, str] | None, undo: tuple[str, ...], note: str, by: str,
    on: datetime | None, form: str,
) -> None:  # fmt: skip
    """Decide on what was read: claims, new names, merges, conflicts.

    On a terminal one key decides; elsewhere, and with --list, what waits is listed, the most doubtful first. Decisions
    become files under seeds/decisions, which 'kg build' applies; one whose evidence has changed since is reopened.
    """
    from kg.review import Desk

    who = {"by": by, "note": note, "on": on.date().isoformat() if on else ""}
    _check(correct, changes, keep, accept, same)
    _once(accept, reject, (correct,), undo)
    with where.store() as store:
        desk = Desk(where.project(), store)
        done = [
            *_decisions(desk, accept, reject, correct, changes, keep, who),
            *_merged(desk, same, distinct, keep, who),
        ]
        done += [_undone(desk, name) for name in undo]
        if done:
            _tell(done)
            return
        if not (listed or decided or form != "table") and sys.stdin.isatty() and sys.stdout.isatty():
            from kg.review.screen import run

            run(desk, kind or "", about, document, by)
            return
        found = desk.items(kind or "", about, document, decided)
        shown = found[: limit or (_SHOWN if form in rows.FOR_PEOPLE else None)]
        rows.write(_table(desk, shown, form), form)
    if len(shown) < len(found):
        click.echo(f"and {len(found) - len(shown):,} more: see --limit", err=True)


def _check(
    correct: str, changes: Sequence[str], keep: str, accept: Sequence[str], same: tuple[str, str] | None
) -> None:
    """Options that make no sense without another are wrong usage."""
    if changes and not correct:
        raise click.UsageError("--set goes with --correct ID")
    if any("=" not in change for change in changes):
        raise click.UsageError("--set wants NAME=VALUE")
    if keep and not (same or len(accept) == 1):
        raise click.UsageError("--keep goes with --accept ID of one conflict or merge, or with --same")


def _once(*given: Sequence[str]) -> None:
    """Nothing is decided twice in one command."""
    names = [name for each in given for name in each if name]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise click.UsageError(f"{twice[0]} is decided twice: say one thing of it")


def _decisions(
    desk: Desk, accept: Sequence[str], reject: Sequence[str], correct: str, changes: Sequence[str], keep: str,
    who: dict[str, str],
) -> Iterator[tuple[str, Path]]:  # fmt: skip
    for name in accept:
        item = desk.find(name)
        if keep and item.kind == "conflicts":
            yield f"kept {keep} of {item.id}", desk.keep(item, keep, **who)
        elif keep and item.kind != "merges":
            raise QueryError(f"{item.id} is one of the {item.kind}", None, "--keep is for conflicts and merges")
        else:
            yield f"accepted {item.id} {item.title}{_echoes(item)}", desk.accept(item, keep, **who)
    for name in reject:
        item = desk.find(name)
        yield f"rejected {item.id} {item.title}{_echoes(item)}", desk.reject(item, **who)
    if correct:
        item = desk.find(correct)
        pairs = [(name.strip(), value.strip()) for name, _, value in (c.partition("=") for c in changes)]
        yield f"corrected {item.id} {item.title}{_echoes(item)}", desk.correct(item, pairs, **who)


def _echoes(item: Item) -> str:
    """Where else a decision on an item holds."""
    also = [value for name, value in item.details if name == "also in"]
    return f" (and the same sentence in {', '.join(also)})" if also else ""


def _merged(
    desk: Desk, same: tuple[str, str] | None, distinct: tuple[str, str] | None, keep: str, who: dict[str, str]
) -> Iterator[tuple[str, Path]]:
    if same:
        yield f"{same[0]} and {same[1]} are one", desk.merge(same, True, keep, **who)
    if distinct:
        yield f"{distinct[0]} and {distinct[1]} are distinct", desk.merge(distinct, False, **who)


def _undone(desk: Desk, name: str) -> tuple[str, Path]:
    decision, path = desk.undo(name)
    return f"took back: {decision.decision} {decision.statement or desk.ontology.short(decision.key)}", path


def _tell(done: Sequence[tuple[str, Path]]) -> None:
    for what, path in done:
        click.echo(plain(f"{what}: {path}"), err=True)
    click.echo("'kg build' applies it", err=True)


def _table(desk: Desk, items: Sequence[Item], form: str) -> rows.Table:
    if form in rows.FOR_PEOPLE:
        lines = [(i.id, i.kind, plain(i.title), i.decided or i.doubt, _reasons(desk, i)) for i in items]
        return rows.table(lines, "id", "kind", "what", "doubt", "why and where")
    columns = ("id", "kind", "what", "doubt", "reasons", "before", "quote", "after", "source", "decided", "details")
    return rows.table([_cells(desk, i) for i in items], *columns)


def _reasons(desk: Desk, item: Item) -> str:
    """Why it is doubtful, and the sentence; of a decision on file where it is written."""
    before, quote, after = desk.sentence(item)
    words = f"{plain(before, ends=True)}[[{plain(quote)}]]{plain(after, ends=True)}" if quote else ""
    details = [f"{name} {value}" for name, value in item.details] if item.kind != "claims" or item.decided else []
    return " · ".join(plain(x) for x in (", ".join(item.reasons), *details, words) if x)


def _cells(desk: Desk, item: Item) -> tuple[rows.Cell, ...]:
    details: dict[str, tuple[str, ...]] = {}
    for name, value in item.details:
        details[name] = (*details.get(name, ()), value)
    return (item.id, item.kind, item.title, item.doubt, "; ".join(item.reasons), *desk.sentence(item),
            item.source or None, item.decided or None, details)  # fmt: skip
