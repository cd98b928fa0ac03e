"""``conflicts``: what cannot both hold, with both sides and their sources."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from kg.cli import complete, rows
from kg.cli.app import Setting, epilog, main, pass_setting
from kg.cli.facts import Words, labelled, named, parts, plain, told
from kg.queries.disputes import Dispute
from kg.queries.facts import Explanation

_SIDES = ("one", "other")


@main.command(epilog=epilog("kg conflicts", "kg conflicts --about China", "kg conflicts --format csv > conflicts.csv"))
@click.option("--about", metavar="NAME", shell_complete=complete.entities, help="With this subject or object.")
@click.option("--rule", metavar="ID", help="Found by this rule: functional, excludes, exclusive, status.")
@rows.rows_format("text", default="text")
@pass_setting
def conflicts(where: Setting, about: str | None, rule: str | None, form: str) -> None:
    """Show contradictions, both sides with their sources.

    Both sides stay in the graph; which one is right, it does not say. In json a contradiction is one object with its
    two sides, in the other formats each source of a side is a row.
    """
    from kg.queries import facts as stored
    from kg.queries.disputes import disputes

    with where.store() as store:
        found = disputes(store, about, rule)
        words = labelled(stored.labels(store)) if form in ("text", *rows.FOR_PEOPLE) else named(store.prefixes)
    if form == "json":
        click.echo(json.dumps([_parts(d, words) for d in found], ensure_ascii=False, indent=1))
    elif form != "text":
        rows.write(_table(found, words), form)
    elif found:
        click.echo("\n\n".join("\n".join(_told(n, d, words)) for n, d in enumerate(found, 1)))
    else:
        click.echo("nothing contradicts anything here", err=True)


def _told(number: int, dispute: Dispute, words: Words) -> Iterator[str]:
    yield f"{number}. {dispute.words} (rule {plain(dispute.conflict.rule)})"
    for side in (dispute.one, dispute.other):
        yield ""
        yield from (f"   {line}".rstrip() for line in told(side, words, marked=False))


def _parts(dispute: Dispute, words: Words) -> dict[str, object]:
    conflict = {"conflict": dispute.conflict.id, "rule": dispute.conflict.rule, "words": dispute.words}
    return {**conflict, "sides": [_side(side, words) for side in (dispute.one, dispute.other)]}


def _side(side: Explanation, words: Words) -> dict[str, object]:
    fact = side.fact
    scope = {name: v[0] if len(v) == 1 else list(v) for name, v in parts(fact.qualifiers, words).items()}
    said = [_claim(dict(zip(_COLUMNS, cells, strict=True))) for cells in _sources(side)]
    return {
        "fact": fact.id, "subject": words(fact.subject), "property": words(fact.predicate),
        "object": words(fact.object), "status": fact.status.value, "qualifiers": scope,
        "from": fact.valid_from or None, "until": fact.valid_until or None, "support": fact.support,
        "contrary": fact.contrary, "sources": said,
    }  # fmt: skip


def _claim(cells: dict[str, rows.Cell]) -> dict[str, rows.Cell]:
    return {name: value for name, value in cells.items() if value is not None}


_COLUMNS = ("source", "issued", "before", "quote", "after", "file", "line")


def _sources(side: Explanation) -> list[tuple[rows.Cell, ...]]:
    """Every claim and curation of a side, as cells of :data:`_COLUMNS`."""
    curated: list[tuple[rows.Cell, ...]] = [
        (c.source, None, None, None, None, c.file, c.line) for c in side.fact.curations
    ]
    claimed = [
        (e.source, (e.document.issued or None) if e.document else None, e.before, e.claim.quote, e.after, None, None)
        for e in side.evidence
    ]
    return curated + claimed


def _table(found: list[Dispute], words: Words) -> rows.Table:
    """A row for each source of each side."""
    lines: list[tuple[rows.Cell, ...]] = []
    for dispute in found:
        for name, side in zip(_SIDES, (dispute.one, dispute.other), strict=True):
            fact = side.fact
            said = (dispute.conflict.id, dispute.conflict.rule, name, fact.id, words(fact.subject),
                    words(fact.predicate), words(fact.object), fact.status.value, parts(fact.qualifiers, words),
                    fact.valid_from or None, fact.valid_until or None, fact.support, fact.contrary)  # fmt: skip
            lines += [(*said, *cells) for cells in _sources(side) or [(None,) * len(_COLUMNS)]]
    columns = ("conflict", "rule", "side", "fact", "subject", "property", "object", "status", "qualifiers", "from",
               "until", "support", "contrary", *_COLUMNS)  # fmt: skip
    return rows.table(lines, *columns)
