"""The door itself: options of all commands, where project and store are, and how errors are told."""

from __future__ import annotations

import errno
import functools
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from kg.cli import rows
from kg.errors import KgError, QueryError, reason_of, way_out

if TYPE_CHECKING:
    from kg.project import Project
    from kg.queries.moments import Seen
    from kg.store import Location, Store

INTERRUPTED = 130
_NO_ROOM = (errno.EDQUOT, errno.EFBIG, errno.ENOSPC)
_MODULES = {
    "build": "build init", "change": "add remove", "ask": "query queries", "questions": "ask", "facts": "facts why",
    "conflicts": "conflicts", "check": "stats verify validate", "share": "export view", "compare": "diff",
    "engine": "load", "learn": "learn", "review": "review", "serve": "serve",
}  # fmt: skip
HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}
"""The commands, each with the module of this package that has it."""
Result = TypeVar("Result")
Command = TypeVar("Command", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Setting:
    """Which project and store a command works on, as far as the command line says."""

    project_path: str | None = None
    store_path: str | None = None
    as_of: str = ""
    known_by: str = ""

    def project(self) -> Project:
        """The project named, else the one here, else the one that ships with the package."""
        from kg.project import Project

        return Project.find(self.project_path)

    def location(self) -> Location:
        """Where the store is or will be: a folder, or an address on a server."""
        from kg.store import located

        return located(self.store_path) if self.store_path else self.project().store

    def store(self) -> Store:
        """The store, open for reading, or what is seen of it from the moment asked for; StoreError without one."""
        from kg import store

        found = store.open(self.location())
        return self._seen(found) if self.as_of or self.known_by else found

    def _seen(self, found: Store) -> Store:
        from kg.queries import moments

        with found:
            view = moments.seen(found, moments.Moment(self.as_of, self.known_by))
        _tell(view)
        return view.store


def _tell(view: Seen) -> None:
    """Say of what no date is known, and what became of it."""
    counts = ((view.curated, "curated fact"), (view.undated, "undated document"))
    left_out = " and ".join(rows.counted(number, noun) for number, noun in counts if number)
    if left_out:
        click.echo(f"kg: {view.store.moment}: without {left_out}, of which nobody knows since when", err=True)
    if view.timeless:
        undated = rows.counted(view.timeless, "fact")
        click.echo(f"kg: {view.store.moment}: with {undated} that nobody dated, as on every day", err=True)


def setting(context: click.Context) -> Setting:
    """The setting of a command line, also while a shell completes it."""
    root = context.find_root()
    sides = {side: context.meta[side] for side in ("as_of", "known_by") if side in context.meta}
    return Setting(root.params.get("project"), root.params.get("store"), **sides)


def pass_setting(command: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command its setting as the first argument."""

    @functools.wraps(command)
    def run(*args: object, **options: object) -> Result:
        return command(setting(click.get_current_context()), *args, **options)

    return run


def _date(context: click.Context, parameter: click.Parameter, given: str | None) -> None:
    """Put a date into the setting of the command line; what a shell completes is the graph itself."""
    if given is None or context.resilient_parsing:
        return
    from kg.queries.standing import checked

    try:
        context.meta[str(parameter.name)] = checked(given)
    except QueryError as error:
        raise click.BadParameter(str(error)) from None


def at_a_moment(command: Command) -> Command:
    """The options ``--as-of`` and ``--known-by``: the store of the command is then what is seen from that day."""
    known_by = click.option(
        "--known-by", metavar="DATE", expose_value=False, callback=_date, help="Only by documents issued by then."
    )
    as_of = click.option(
        "--as-of", metavar="DATE", expose_value=False, callback=_date,
        help="What held then: YYYY, YYYY-MM or YYYY-MM-DD; a year or month means its last day.",
    )  # fmt: skip
    return as_of(known_by(command))


class Door(click.Group):
    """The group of all commands: tells errors in one line, on standard error, with exit status 1."""

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: object,
    ) -> object:
        """Run a command line; with ``standalone_mode`` the process ends with its exit status."""

        def run() -> object:
            return super(Door, self).main(args, prog_name or "kg", complete_var, standalone_mode=False, **extra)

        if not standalone_mode:
            return run()
        _open_standard()
        sys.exit(_status(run))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        return sorted(HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; its module is loaded for it, and no other."""
        if cmd_name in HOMES:
            importlib.import_module(f"kg.cli.{HOMES[cmd_name]}")
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command named; a reader that has gone away (``kg facts | head``) ends it quietly."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # What is still in the buffer would fail once more when the interpreter ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return result


def _open_standard() -> None:
    """Open what of the standard streams is closed onto nothing: else the next file opened would take its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  (it is the stream from now on)


def _status(run: Callable[[], object]) -> int:
    """The exit status of a command line, its error told in one line."""
    try:
        status = run()
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("kg: stopped", err=True)
        return INTERRUPTED
    except KgError as error:
        click.echo(f"kg: {error}", err=True)
        return 1
    except OSError as error:
        click.echo(f"kg: {_told(error)}", err=True)
        return 1
    except MemoryError:
        click.echo("kg: not enough memory (read less at once, or end other programs)", err=True)
        return 1


def _told(error: OSError) -> str:
    # A file that we write is named by whoever writes it: what has no name and no room is what data go to.
    place = error.filename or ("standard output" if error.errno in _NO_ROOM else "")
    hint = way_out(error, "")
    return (f"{place}: " if place else "") + reason_of(error) + (f" ({hint})" if hint else "")


def epilog(*lines: str) -> str:
    """The examples at the foot of a command's help, each on its own line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def _show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from kg import __version__

        click.echo(f"kg {__version__}")
        context.exit()


@click.group(
    cls=Door,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=epilog("kg build", "kg facts --about China", "kg view china.html --about China"),
)
@click.option(
    "--project", metavar="DIR", envvar="KG_PROJECT", type=click.Path(), help="Folder with ontology/, seeds/, queries/."
)
@click.option(
    "--store",
    metavar="PATH|URL",
    envvar="KG_STORE",
    type=click.Path(),
    help="A folder or a SPARQL server. Default: .kg/store in the project.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def main(project: str | None, store: str | None) -> None:
    """A knowledge graph of news, in which every fact shows the sentence it stands on.

    Data goes to standard output, everything else to standard error. Exit status: 0 done, 1 could not, 2 wrong usage.
    """
