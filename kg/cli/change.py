"""``add`` and ``remove``: documents into the graph and out of it, without building it anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli import rows
from kg.cli.app import Setting, epilog, main, pass_setting
from kg.cli.build import bar, checked, gives, tell_sources, told, write_report

if TYPE_CHECKING:
    from kg.increment import Change
    from kg.store import Location

_jobs = click.option(
    "--jobs", metavar="N", type=click.IntRange(1), default=1, show_default=True, help="Processes that read documents."
)
_report = click.option(
    "--report", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write what came of it as JSON."
)


@main.command(epilog=epilog("kg add news/today/", "kg add article.md --strict", "cat article.txt | kg add -"))
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option("--strict", is_flag=True, help="A source that cannot be read: nothing is added.")
@_jobs
@_report
@pass_setting
def add(where: Setting, sources: tuple[str, ...], strict: bool, jobs: int, report: Path | None) -> None:
    """Read documents into the graph.

    SOURCE is a file, a folder, or - for standard input. The graph is then what a build with these documents too would
    give. A document takes the place of one with the same source and another text. All is written in one step: what
    fails leaves the graph as it was.
    """
    from kg.increment import add as run

    checked(sources, report)
    target = where.location()
    with bar() as progress:
        change = run(where.project(), sources, target, jobs=jobs, strict=strict, progress=progress)
    _tell(change, target, report)


@main.command(epilog=epilog("kg remove news/today/article.md", "kg remove 8c1e03"))
@click.argument("documents", metavar="DOCUMENT...", nargs=-1, required=True)
@_jobs
@_report
@pass_setting
def remove(where: Setting, documents: tuple[str, ...], jobs: int, report: Path | None) -> None:
    """Take documents out of the graph.

    DOCUMENT is an id, the beginning of one, or a source. The graph is then what a build without these documents would
    give. All is written in one step: what fails leaves the graph as it was.
    """
    from kg.increment import remove as run

    checked((), report)
    if any(not name.strip() for name in documents):
        raise click.UsageError("an empty DOCUMENT: is a variable unset?")
    target = where.location()
    with bar() as progress:
        change = run(where.project(), documents, target, jobs=jobs, progress=progress)
    _tell(change, target, report)


def _tell(change: Change, target: Location, report: Path | None) -> None:
    made = change.report
    parts = {name: list(getattr(change, name)) for name in ("added", "replaced", "removed", "known", "since")}
    write_report(report, told(made) | parts)
    if change.since:
        what = ", ".join(change.since)
        click.echo(f"kg: changed since the last build: {what}; the whole graph is made anew", err=True)
    tell_sources(made)
    numbers = (
        (change.added, "added"),
        (change.replaced, "replaced"),
        (change.removed, "removed"),
        (change.known, "already there"),
        (made.refused, "refused"),
    )
    came = ", ".join(f"{len(found):,} {word}" for found, word in numbers if found)
    click.echo(f"{came}: now {rows.counted(made.documents, 'document')}, {gives(made)} in {target}", err=True)
