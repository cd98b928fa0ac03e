"""``ask``: a question in people's own words, answered by a saved one that is shown with its evidence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NoReturn

import click

from kg.cli import rows
from kg.cli.app import Setting, epilog, main, pass_setting
from kg.cli.facts import evidence_table, labelled, named, plain, told
from kg.columns import terminal_width

if TYPE_CHECKING:
    from kg.queries.asking import Asker, Fit, Reply
    from kg.queries.facts import Explanation
    from kg.queries.rows import Rows
    from kg.queries.saved import SavedQuery
    from kg.store import Store

NOT_ANSWERED = 1
_EVIDENCE = 3
"""Facts that are shown with their sentences unless told otherwise: enough to judge the answer on one screen."""


@main.command(epilog=epilog('kg ask "What is known about China?"', 'kg ask "Apa yang baru sejak 2025?" --show-sparql'))
@click.argument("question", nargs=-1, required=True)
@click.option(
    "--evidence", "shown", type=click.IntRange(0), default=_EVIDENCE, show_default=True, metavar="N",
    help="Show the sentences behind at most so many facts of the answer.",
)  # fmt: skip
@click.option("--show-sparql", is_flag=True, help="Show the SPARQL that ran.")
@rows.rows_format("text", default="text")
@pass_setting
def ask(where: Setting, question: tuple[str, ...], shown: int, show_sparql: bool, form: str) -> None:
    """Ask in your own words, in English or Indonesian.

    The answer is that of a saved question ('kg queries' lists them): which one ran, with which values, its rows, and
    the sentences behind them. A question is answered only if every word of it is accounted for; else the words that
    are not and the nearest saved questions are named, with exit status 1.

    table, csv, tsv and md have the rows alone; json has all of it.
    """
    from kg.queries.asking import Asker, evidence

    with where.store() as store:
        asker = Asker(store, where.project())
        reply = asker.read(" ".join(question))
        if reply.fit is None:
            _refuse(reply, form)
        found = asker.rows(reply.fit)
        behind = evidence(store, found, reply.fit.values.values(), shown) if shown else []
        answer = _Answer(asker, reply, reply.fit, found, behind, show_sparql)
        if form == "json":
            click.echo(json.dumps(answer.parts(), ensure_ascii=False, indent=1))
        elif form == "text":
            click.echo("\n".join(answer.lines(store)))
        else:
            click.echo(answer.command, err=True)
            rows.write(rows.Table(found.variables, found.rows), form)
    for fit in reply.also if form != "json" else ():
        click.echo(f"fits nearly as well: {fit.query.title(reply.language)}  {asker.command(fit)}", err=True)


def _refuse(reply: Reply, form: str) -> NoReturn:
    """Say that there is no answer, what was not understood, and what could be asked; ends with exit status 1."""
    if form == "json":
        click.echo(json.dumps(_refusal(reply), ensure_ascii=False, indent=1))
    click.echo(f"kg: {plain(reply.why_not)}", err=True)
    for item in reply.misread:
        if item.near and not item.shared:
            click.echo(f"did you mean {', '.join(map(plain, item.near))} instead of '{plain(item.text)}'?", err=True)
    click.echo("nearest questions:", err=True)
    for query in reply.nearest:
        click.echo(f"  {query.title(reply.language)}\n    {query.example}", err=True)
    raise click.exceptions.Exit(NOT_ANSWERED)


def _refusal(reply: Reply) -> dict[str, object]:
    nearest = [{"name": q.name, "title": q.title(reply.language), "example": q.example} for q in reply.nearest]
    words = [{"words": m.text, "near": list(m.near)} for m in reply.misread]
    return {**_asked(reply), "query": None, "not_understood": words, "nearest": nearest}


def _asked(reply: Reply) -> dict[str, object]:
    return {"question": reply.question, "language": reply.language}


class _Answer:
    """An answer with all that is shown of it."""

    def __init__(
        self, asker: Asker, reply: Reply, fit: Fit, found: Rows, behind: list[Explanation], show_sparql: bool
    ) -> None:
        self._asker, self._reply, self._fit = asker, reply, fit
        self._found, self._behind, self._show_sparql = found, behind, show_sparql
        self.command = asker.command(fit)

    def lines(self, store: Store) -> Iterator[str]:
        """For people: the question that ran, its rows, the sentences behind them."""
        from kg.queries.facts import labels

        values = ", ".join(f"{name}: {plain(value)}" for name, value in self._asker.values(self._fit).items())
        yield self._fit.query.title(self._reply.language) + (f" ({values})" if values else "")
        yield f"  {plain(self.command)}"
        if self._show_sparql:
            yield from ("", *_sparql(self._fit.query))
        yield ""
        table = rows.Table(self._found.variables, self._found.rows)
        yield rows.text_of(table, "table", terminal_width()).rstrip("\n") if table.rows else "nothing found"
        words = labelled(labels(store))
        for explained in self._behind:
            yield ""
            yield from told(explained, words)

    def parts(self) -> Mapping[str, object]:
        """For programs: the same, as JSON has it."""
        query = {**self._query(self._fit), "score": round(self._fit.score, 3)}
        if self._show_sparql:
            query["sparql"] = "\n".join(_sparql(self._fit.query))
        words: Callable[..., str] = named(self._asker.store.prefixes)
        return {
            **_asked(self._reply),
            "query": query,
            "also": [self._query(fit) for fit in self._reply.also],
            "columns": list(self._found.variables),
            "rows": rows.records(rows.Table(self._found.variables, self._found.rows)),
            "evidence": rows.records(evidence_table(self._behind, words)),
        }

    def _query(self, fit: Fit) -> dict[str, object]:
        values = dict(self._asker.values(fit))
        title = fit.query.title(self._reply.language)
        return {"name": fit.query.name, "title": title, "parameters": values, "command": self._asker.command(fit)}


def _sparql(query: SavedQuery) -> list[str]:
    """The lines of a question after its banner."""
    lines = query.text.rstrip("\n").split("\n")
    start = next((n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)
    return lines[start:]
