"""``serve``: the graph over HTTP."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.app import Setting, epilog, main, pass_setting

if TYPE_CHECKING:
    from kg.project import Project
    from kg.serve import Access, Limits
    from kg.store import Location

_MIB = 1 << 20
_Check = Callable[[click.Context, click.Parameter, tuple[str, ...]], tuple[str, ...]]


def _each(form: str, what: str) -> _Check:
    """What holds the values of an option to a form: else they would be compared, and never match."""

    def check(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
        for value in given:
            if not re.fullmatch(form, value):
                raise click.BadParameter(f"{value!r} is no {what}")
        return given

    return check


def _seconds(_: click.Context, __: click.Parameter, given: float) -> float:
    if math.isnan(given):  # it passes every range
        raise click.BadParameter("nan is no number of seconds")
    return given


@main.command(
    epilog=epilog(
        "kg serve",
        "kg serve --port 0                                   any free port",
        "kg serve --host 0.0.0.0 --allow-host kg.example.org behind a proxy of that name",
    )
)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="What to listen to.")
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free one."
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, 86400, min_open=True),
    default=30,
    show_default=True,
    callback=_seconds,
    help="How long one query may work.",
)
@click.option(
    "--memory",
    metavar="MIB",
    type=click.IntRange(16),
    default=512,
    show_default=True,
    help="How much memory it may take.",
)
@click.option(
    "--max-bytes",
    metavar="N",
    type=click.IntRange(1),
    default=256 * _MIB,
    show_default=True,
    help="How long its answer may be; a longer one is broken off.",
)
@click.option(
    "--allow-origin",
    "origins",
    metavar="ORIGIN",
    multiple=True,
    callback=_each(r"\*|null|[a-z][a-z0-9+.-]*://[^/?#\s]+", "origin: it is *, or as https://app.example"),
    help="Let pages of another server ask; * is all.",
)
@click.option(
    "--allow-host",
    "hosts",
    metavar="NAME",
    multiple=True,
    callback=_each(r"(?i)[a-z0-9._-]+|[0-9a-f:.]+", "name: without scheme, port and path"),
    help="Another name of this server.",
)
@click.option("--allow-update", is_flag=True, help="Take updates, into a copy that is thrown away at the end.")
@click.option("--allow-service", is_flag=True, help="Let queries ask other servers (SERVICE, LOAD).")
@click.option("--open", "is_opened", is_flag=True, help="Open the explorer in the browser.")
@pass_setting
def serve(
    where: Setting,
    host: str,
    port: int,
    timeout: float,
    memory: int,
    max_bytes: int,
    origins: tuple[str, ...],
    hosts: tuple[str, ...],
    allow_update: bool,
    allow_service: bool,
    is_opened: bool,
) -> None:
    """Serve the graph over HTTP.

    The explorer is at /, the SPARQL 1.1 Protocol is answered at /sparql, until Ctrl-C. Each query runs in a process of
    its own, under limits. Only this machine can ask unless --host says otherwise. A build that finishes meanwhile is
    followed.
    """
    from tempfile import TemporaryDirectory

    from kg import store as stores
    from kg.serve import Access, Limits

    limits = Limits(timeout=timeout, memory=memory * _MIB, answer=max_bytes)
    access = Access(hosts, origins, allow_update, allow_service)
    pages = _Pages(_project(where), is_opened)
    if not allow_update:
        _run(where.location(), host, port, limits, access, pages)
        return
    with TemporaryDirectory(prefix="kg-scratch-") as scratch, where.store() as store:
        stores.copy(store, scratch)
        click.echo("kg: updates go into a copy that is thrown away at the end; the store stays as it is", err=True)
        _run(Path(scratch), host, port, limits, access, pages)


@dataclass(frozen=True, slots=True)
class _Pages:
    """Where the saved queries of the explorer are, and whether a browser shows it."""

    project: Project | None
    is_opened: bool


def _project(where: Setting) -> Project | None:
    """The project whose saved queries the explorer offers, or none where they are faulty or there is none."""
    from kg.errors import KgError
    from kg.queries import saved

    try:
        found = where.project()
        saved.load(found)
    except KgError as error:
        click.echo(f"kg: the explorer offers no saved queries: {error}", err=True)
        return None
    return found


def _run(store: Location, host: str, port: int, limits: Limits, access: Access, pages: _Pages) -> None:
    import asyncio
    import webbrowser

    from kg.serve import server
    from kg.serve.app import application
    from kg.serve.asking import Asking
    from kg.serve.explorer import routes
    from kg.serve.ready import preparation

    with server.listen(host, port) as line:

        def ready() -> None:
            click.echo(f"kg: serving {server.url(line)} (Ctrl-C ends it)", err=True)
            if not server.is_local(line):
                click.echo(
                    "kg: whoever reaches this machine can read the whole graph: there are no passwords", err=True
                )
            if pages.is_opened:
                asyncio.get_running_loop().run_in_executor(None, webbrowser.open, server.url(line))

        asking = Asking(store, limits, preparation(pages.project))
        app = application(asking, access, routes(), address=host)
        asyncio.run(server.serve(app, line, limits, ready))
