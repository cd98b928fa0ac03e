"""``load``, and what ``build`` says of the engine that spreads its work: a graph in parts, and out of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli import rows
from kg.cli.app import Setting, epilog, main, pass_setting

if TYPE_CHECKING:
    from kg.build import BuildReport
    from kg.project import Project
    from kg.store import Location

_LOCAL, _SPARK = "local", "spark"


@dataclass(frozen=True, slots=True)
class Engine:
    """Apache Spark, as a command line asks for it."""

    master: str | None = None
    parts: str | None = None

    def check(self, *, wants_diff: bool, extractors: Sequence[str]) -> None:
        """Raise UsageError for what this engine does not do."""
        if extractors:
            raise click.UsageError(f"--extractor reads in one process: not with --engine {_SPARK}")
        if wants_diff and self.parts is not None:
            raise click.UsageError("--diff compares stores, and --parts makes none: use 'kg load', then 'kg diff'")

    def build(
        self, project: Project, sources: list[str] | None, target: Location, *, jobs: int, strict: bool
    ) -> BuildReport:
        """The graph built on Spark; see :func:`kg.cluster.build`."""
        from kg.cluster import build

        return build(
            project, sources, target, master=self.master, jobs=jobs, parts=self.parts, strict=strict
        )  # fmt: skip


def on_engines(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a command that can run on another engine, which it gets as ``engine``; None is its own."""

    @click.option("--engine", "name", type=click.Choice([_LOCAL, _SPARK]), default=_LOCAL, show_default=True,
                  help="What spreads the work: processes here, or Apache Spark.")  # fmt: skip
    @click.option("--master", metavar="URL", help="The cluster; default: Spark's own settings, or --jobs threads here.")
    @click.option("--parts", metavar="DIR", help="Leave the graph there as files of N-Quads, and make no store.")
    @functools.wraps(command)
    def run(*args: object, name: str, master: str | None, parts: str | None, **options: object) -> None:
        if name != _SPARK and (master or parts):
            raise click.UsageError(f"{'--master' if master else '--parts'} goes with --engine {_SPARK}")
        if parts is not None and not parts.strip():
            raise click.UsageError("--parts: an empty name: is a variable unset?")
        command(*args, engine=Engine(master, parts) if name == _SPARK else None, **options)

    return run


@main.command(epilog=epilog("kg load parts/"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@pass_setting
def load(where: Setting, folder: Path) -> None:
    """Write the graph from parts that Spark left.

    DIR, which 'kg build --engine spark --parts' wrote, has files of N-Quads and a manifest. The store is replaced in
    one step, and only by all that the manifest tells.
    """
    from kg.store.parts import load as run

    target = where.location()
    manifest = run(folder, target)
    counts = manifest.counts
    nouns = (("documents", "document"), ("claims", "claim"), ("facts", "fact"), ("conflicts", "conflict"))
    told = ", ".join(rows.counted(counts.get(name, 0), noun) for name, noun in nouns)
    click.echo(f"{told} in {target}", err=True)
