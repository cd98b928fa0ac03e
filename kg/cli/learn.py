"""``learn``: new patterns proposed from known facts and their sentences, for a person to accept."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from kg.cli import complete, rows
from kg.cli.app import Setting, epilog, main, pass_setting
from kg.cli.facts import plain
from kg.errors import QueryError
from kg.names import local_name

if TYPE_CHECKING:
    from kg.learning import Evidence, Learned, Proposal
    from kg.model import Fact
    from kg.project import Project

_SHOWN = 5
"""Sentences of one kind told under a proposal; the others are counted."""
_PREFIX = 4
"""The fewest characters of an id that name it."""
_KINDS = {
    "support": "for:",
    "elsewhere": "for, though read as another property here:",
    "contradicts-or-unknown": "contradicts or unknown:",
    "read": "read already:",
}


@main.command(epilog=epilog("kg learn", "kg learn news/ --language en --min-support 2", "kg learn --accept 3f9c1a20"))
@click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=click.Path(allow_dash=True))
@click.option("--language", metavar="CODE", default="", help="For this language only.")
@click.option("--property", "predicate", metavar="NAME", default="", shell_complete=complete.properties,
              help="For this property only.")  # fmt: skip
@click.option("--min-support", metavar="N", type=click.IntRange(1), default=1, show_default=True,
              help="Sentences that a proposal needs for it.")  # fmt: skip
@click.option("--stored", is_flag=True, help="The facts in the store are known as well.")
@click.option("--format", "form", type=click.Choice(["table", "json", "toml"]), default="table", show_default=True,
              help="How to write it.")  # fmt: skip
@click.option("--accept", "ids", metavar="ID", multiple=True, help="Append this proposal to the pattern file.")
@pass_setting
def learn(
    where: Setting, sources: tuple[str, ...], language: str, predicate: str, min_support: int, stored: bool,
    form: str, ids: tuple[str, ...],
) -> None:  # fmt: skip
    """Propose patterns from known facts and their sentences.

    Known are the curated facts and what is read in the documents. A sentence that names both ends of a known fact, and
    in which nothing reads it, suggests a line; each line is tried out on all sentences. SOURCE is a file, a folder, or
    - for standard input, in the place of seeds/articles.

    Nothing is changed, unless --accept (which may be given several times) names a proposal: then its line, and nothing
    else, is appended to ontology/patterns.
    """
    from kg.learning import learn as run

    project = where.project()
    facts = _stored(where) if stored else []
    learned = run(project, list(sources) or None, language=language, property=predicate, min_support=min_support,
                  facts=facts)  # fmt: skip
    for error in learned.refused:
        click.echo(f"kg: refused {error}", err=True)
    if ids:
        _accept(project, learned, ids)
        return
    click.echo({"table": _table, "json": _json, "toml": _toml}[form](learned.proposals), nl=False)
    counts = rows.counted(learned.documents, "document"), rows.counted(learned.facts, "fact")
    click.echo(f"{rows.counted(len(learned.proposals), 'proposal')} from {' and '.join(counts)}", err=True)


def _stored(where: Setting) -> list[Fact]:
    from kg.queries import facts as stored

    with where.store() as store:
        return stored.find(store)


def _accept(project: Project, learned: Learned, ids: Sequence[str]) -> None:
    from kg.learning import accept

    chosen = list({p.id: p for p in (_named(project, learned, i) for i in ids)}.values())
    files = accept(project, chosen)
    for proposal in chosen:
        click.echo(f"{files[proposal.language]}: {local_name(proposal.predicate)}: {proposal.line}", err=True)


def _named(project: Project, learned: Learned, name: str) -> Proposal:
    """The proposal with an id, or with one that begins so. QueryError when there is none or more than one."""
    found = [p for p in learned.proposals if p.id.startswith(name) and len(name) >= _PREFIX]
    if len(found) == 1:
        return found[0]
    if found:
        raise QueryError(f"several proposals begin with '{name}'", None, "give the whole id")
    raise QueryError(f"no proposal '{name}'", None, _hint(project, name))


def _hint(project: Project, name: str) -> str:
    from kg.learning import accepted_already

    line = accepted_already(project, name)
    return f"this line is there already: {line}" if line else "give the same sources and options as when it was listed"


# -- formats -------------------------------------------------------------------------------------------------------


def _counts(p: Proposal) -> str:
    return f"{p.support} for, {p.contradictions} against, {p.read} read already, score {p.score}"


def _table(proposals: Sequence[Proposal]) -> str:
    """A paragraph for each proposal: id, language, property and line; its counts; its sentences."""
    return "\n".join("".join(f"{line}\n" for line in _told(p)) for p in proposals)


def _told(proposal: Proposal) -> Iterator[str]:
    yield f"{proposal.id}  {proposal.language}  {local_name(proposal.predicate)}  {proposal.line}"
    yield f"  {_counts(proposal)}"
    for kind, group in groupby(proposal.evidence, key=lambda e: e.kind):
        found = list(group)
        yield f"  {_KINDS[kind]}"
        yield from (f"    {_sentence(e, terminal=sys.stdout.isatty())}" for e in found[:_SHOWN])
        if len(found) > _SHOWN:
            yield f"    and {len(found) - _SHOWN:,} more, see --format json"


def _sentence(item: Evidence, terminal: bool = False) -> str:
    quote = plain(item.quote)
    marked = click.style(quote, underline=True, bold=True) if terminal else f"[[{quote}]]"
    text = f"{plain(item.before, ends=True).lstrip()}{marked}{plain(item.after, ends=True).rstrip()}"
    return f"{text} ({plain(item.subject)}, {plain(item.object)}; {plain(item.source)})"


def _json(proposals: Sequence[Proposal]) -> str:
    lines = [" " + json.dumps(_as_object(p), ensure_ascii=False) for p in proposals]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def _as_object(p: Proposal) -> dict[str, object]:
    counts = {name: getattr(p, name) for name in ("support", "contradictions", "read", "score")}
    names = ("kind", "source", "start", "end", "before", "quote", "after", "subject", "object")
    sentences = [{name: getattr(e, name) for name in names} for e in p.evidence]
    head = {"id": p.id, "language": p.language, "property": local_name(p.predicate), "line": p.line}
    return {**head, **counts, "sentences": sentences}


def _toml(proposals: Sequence[Proposal]) -> str:
    """Tables ``[<language>.patterns]`` as a pattern file has them, the evidence in comments."""
    out: list[str] = []
    for language, of_language in groupby(proposals, key=lambda p: p.language):
        out += [""] * bool(out) + [f"[{language}.patterns]"]
        for predicate, group in groupby(of_language, key=lambda p: p.predicate):
            out.append(f"{local_name(predicate)} = [")
            for p in group:
                out.append(f"  # {p.id}: {_counts(p)}")
                out += [f"  #   {_KINDS[e.kind]} {_sentence(e)}" for e in p.evidence]
                out.append(f"  {json.dumps(p.line, ensure_ascii=False)},")
            out.append("]")
    return "".join(f"{line}\n" for line in out)
