"""``build`` and ``init``: a graph made from a project, and a project of one's own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg import files
from kg.cli import rows
from kg.cli.app import Setting, epilog, main, pass_setting
from kg.cli.engine import Engine, on_engines
from kg.errors import KgError, Place, ProjectError, StoreError, reason_of, way_out
from kg.project import PARTS, Project

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from kg.build import BuildReport
    from kg.cache import Progress, Step
    from kg.relations import Explanation
    from kg.store import Location, Store

_SHOWN = 20
"""Refused sources told one by one; the rest is counted and stands in the report."""


@main.command(
    epilog=epilog(
        "kg build",
        "kg build news/ --strict --jobs 4",
        "cat article.txt | kg build -",
        "kg build --diff",
        "kg build --explain article.txt",
        "kg build s3a://news/2025/ --engine spark --master spark://head:7077 --parts s3a://graphs/2025",
    )
)
@click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=click.Path(allow_dash=True))
@click.option("--strict", is_flag=True, help="A source that cannot be read fails the build.")
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1), default=1, show_default=True, help="Processes that share the work."
)
@click.option(
    "--report", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write what came of it as JSON."
)
@click.option("--explain", is_flag=True, help="Show how each sentence is read, and write nothing.")
@click.option(
    "--extractor", "extractors", metavar="NAME", multiple=True, help="Read with this one too, beside the patterns."
)
@click.option("--diff", "wants_diff", is_flag=True, help="Show what changed against the graph that is replaced.")
@click.option("--no-cache", is_flag=True, help="Read every document anew, and keep nothing for the next time.")
@on_engines
@pass_setting
def build(
    where: Setting,
    sources: tuple[str, ...],
    strict: bool,
    jobs: int,
    report: Path | None,
    explain: bool,
    extractors: tuple[str, ...],
    wants_diff: bool,
    no_cache: bool,
    engine: Engine | None,
) -> None:
    """Read a project and its documents, write the graph.

    SOURCE is a file, a folder, or - for standard input, in the place of seeds/articles: text, Markdown, HTML, PDF, JSON
    Lines, WARC, RSS or Atom (see docs/documents.md). The graph is written in one
    step: a build that fails leaves it as it was. What was read before from the same document is not read again.
    """
    from kg.build import build as run

    checked(sources, report)
    if engine is not None:
        engine.check(wants_diff=wants_diff, extractors=extractors)
    if explain:
        _explain(where.project(), sources)
        return
    target = where.location()
    before = _current(target) if wants_diff else None
    project, given = where.project(), list(sources) or None
    if engine is not None:
        made = engine.build(project, given, target, jobs=jobs, strict=strict)
    else:
        with bar() as progress:
            made = run(
                project,
                given,
                target,
                jobs=jobs,
                strict=strict,
                progress=progress,
                extractors=extractors,
                cache=not no_cache,
            )
    write_report(report, told(made) | (_told_of_extractors(made) if extractors else {}))
    if extractors:
        _tell_of_extractors(made)
    tell_sources(made)
    read = rows.counted(made.documents, "document")
    refused = f" ({len(made.refused):,} refused)" if made.refused else ""
    click.echo(f"{read}{refused}: {gives(made)} in {(engine and engine.parts) or target}", err=True)
    if before is not None:
        _show_diff(before, target)


def _current(target: Location) -> Store | None:
    """The graph that is about to be replaced, held open so that it stays until it has been compared."""
    from kg import store

    try:
        return store.open(target)
    except StoreError as error:
        click.echo(f"kg: nothing to compare with: {error}", err=True)
        return None


def _show_diff(before: Store, target: Location) -> None:
    from kg import store
    from kg.cli.compare import show

    with before, store.open(target) as after:
        show(before, after)


def _explain(project: Project, sources: tuple[str, ...]) -> None:
    """Print for each sentence what was linked, what was read, and which patterns nearly matched."""
    from kg.build import Knowledge
    from kg.documents import read

    knowledge = Knowledge.of(project)
    for document in read(sources or project.articles):
        if isinstance(document, KgError):
            raise document
        told = knowledge.in_language(document)
        click.echo(f"# {rows.one_line(told.source)} ({told.language})")
        if told.language[:2] not in knowledge.languages:
            click.echo("  this language has no patterns")
        for passage in knowledge.explain(told):
            _passage(passage, knowledge.ontology.short)


def _passage(passage: Explanation, short: Callable[[str], str]) -> None:
    click.echo("\n" + " ".join(passage.text.split()))
    for found in passage.found:
        what = short(found.what) if "://" in found.what else found.what or "not known"
        click.echo(f"  {found.kind:9} {found.words} = {what}")
    for claim in passage.claims:
        end = short(claim.object) if isinstance(claim.object, str) else claim.object.lexical
        scope = ", ".join(f"{short(q)} {short(v) if isinstance(v, str) else v.lexical}" for q, v in claim.qualifiers)
        fact = f"{short(claim.subject)} {short(claim.predicate)} {end}"
        click.echo(f"  read      {fact} ({', '.join(x for x in (claim.status, claim.valid_from, scope) if x)})")
        click.echo(f"            by {claim.pattern}, confidence {claim.confidence}")
    for miss in passage.missed:
        click.echo(f"  not quite {miss.pattern}: {miss.line}")
        click.echo(f"            found by '{miss.words}', lacking {miss.lacking}")


def checked(sources: tuple[str, ...], report: Path | None) -> None:
    """Raise UsageError for a source without a name, or a report that has no folder to be written to."""
    if any(not source.strip() for source in sources):
        raise click.UsageError("an empty SOURCE: is a variable unset?")
    if report is not None and not report.absolute().parent.is_dir():
        raise click.UsageError(f"--report: no folder {report.absolute().parent}")


def write_report(path: Path | None, told: dict[str, object]) -> None:
    """Write what came of it as JSON, where that is wanted."""
    if path is not None:
        text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
        try:
            files.write(path, [text.encode("utf-8", "replace")])
        except OSError as error:
            hint = way_out(error, "choose another file")
            message = f"the graph is made, but its report cannot be written: {reason_of(error)}"
            raise KgError(message, Place(str(path)), hint) from None


@contextmanager
def bar() -> Iterator[Progress | None]:
    """A bar on standard error for each step, with the time that is left and the documents in a second, when that is a
    terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as bars:
        now: list[ProgressBar[int]] = []
        since = time.monotonic()

        def progress(step: Step) -> None:
            nonlocal since
            if not now or now[0].label != step.name:
                bars.close()
                since = time.monotonic()
                now[:] = [bars.enter_context(_bar(step))]
            [bar] = now
            bar.length = max(step.whole, 1)
            bar.current_item = round(step.documents / max(time.monotonic() - since, 0.001))
            bar.update(step.done - bar.pos)

        yield progress


def _bar(step: Step) -> ProgressBar[int]:
    return click.progressbar(
        length=step.whole,
        label=step.name,
        file=sys.stderr,
        show_eta=True,
        item_show_func=lambda rate: "" if rate is None else f"{rate:,} documents/s",
    )


def told(made: BuildReport) -> dict[str, object]:
    """A build's report as JSON has it."""
    refused = [
        {"source": error.place.source if error.place else "", "message": error.message, "hint": error.hint}
        for error in made.refused
    ]
    numbers = {name: getattr(made, name) for name in ("documents", "claims", "facts", "entities", "conflicts")}
    return {**numbers, "refused": refused, "unread": list(made.unread), "decisions": made.decisions,
            "reopened": [asdict(r) for r in made.reopened], "digest": made.digest}  # fmt: skip


def _told_of_extractors(made: BuildReport) -> dict[str, object]:
    """What came of extractors' proposals, as JSON has it."""
    refused = [asdict(r) for r in made.refused_proposals]
    return {"proposals": made.proposals, "refusals": dict(made.refusals), "refused_proposals": refused}


def _tell_of_extractors(made: BuildReport) -> None:
    click.echo(
        f"kg: {rows.counted(made.proposals, 'proposal')}, {rows.counted(len(made.refused_proposals), 'refusal')}",
        err=True,
    )
    for why, number in made.refusals.items():
        click.echo(f"kg:   {number:,} {why}", err=True)


def tell_sources(made: BuildReport) -> None:
    """Name the sources that were refused, and those from which nothing could be read."""
    for error in made.refused[:_SHOWN]:
        click.echo(f"kg: refused {rows.one_line(str(error))}", err=True)
    if len(made.refused) > _SHOWN:
        click.echo(f"kg: refused {len(made.refused) - _SHOWN} more: see --report", err=True)
    for source in made.unread[:_SHOWN]:
        name = rows.one_line(source)
        click.echo(f"kg: {name}: its language has no patterns; the text is kept, nothing was read from it", err=True)
    if made.decisions or made.reopened:
        again = f", {len(made.reopened):,} reopened: see 'kg review --kind reopened'" if made.reopened else ""
        click.echo(f"kg: {rows.counted(made.decisions, 'decision')} applied{again}", err=True)


def gives(made: BuildReport) -> str:
    """How much a graph holds, in words."""
    counts = ((made.claims, "claim"), (made.facts, "fact"), (made.conflicts, "conflict"))
    return ", ".join(rows.counted(number, noun) for number, noun in counts)


@main.command(epilog=epilog("kg init my-project", "kg --project my-project build"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@pass_setting
def init(where: Setting, folder: Path) -> None:
    """Start a project of one's own.

    DIR becomes a copy of the project in use: ontology/, seeds/ and queries/, to be changed at will. A folder with files
    in it is refused.
    """
    if folder.exists() and not files.is_empty(folder):
        raise ProjectError("is not empty", Place(str(folder)), "name a new folder")
    root = where.project().root
    if folder.resolve().is_relative_to(root.resolve()) and any(
        folder.resolve().is_relative_to(root.resolve() / p) for p in PARTS
    ):
        raise ProjectError("lies inside the project that would be copied", Place(str(folder)), "name another folder")
    try:
        files.copy_into(folder, [root / part for part in PARTS])
    except OSError as error:
        hint = way_out(error, "name another folder")
        raise ProjectError(f"cannot be a project: {reason_of(error)}", Place(str(folder)), hint) from None
    click.echo(f"{folder}: now 'kg --project {folder} build'", err=True)
