"""``facts`` and ``why``: what the graph states, and the sentences it stands on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

import click

from kg.cli import complete, rows
from kg.cli.app import Setting, at_a_moment, epilog, main, pass_setting
from kg.model import Claim, Curation, Fact, Literal, Qualifier, Term, verdict_of
from kg.names import Prefixes, local_name
from kg.queries.facts import Evidence, Explanation
from kg.views.graph import span_of_time

Words = Callable[[Term], str]
_OWN = "contradicted by its own sources: some say that it is so, others deny it"
_SIGN = " ⚠"
ID = 8
"""Characters of a fact's id in a table: enough to name it."""


@main.command(
    epilog=epilog(
        "kg facts",
        "kg facts --about China --status planned",
        "kg facts --about China --as-of 2025-06 --known-by 2025-03",
        "kg facts --format csv > facts.csv",
    )
)
@click.option("--about", metavar="NAME", shell_complete=complete.entities, help="Of this subject or object.")
@click.option("--property", "predicate", metavar="NAME", shell_complete=complete.properties, help="Of this property.")
@click.option("--status", metavar="NAME", shell_complete=complete.statuses, help="InEffect, Planned, Reported …")
@click.option("--market", metavar="NAME", shell_complete=complete.entities, help="In the scope of this place.")
@click.option("--document", metavar="ID", help="That this document states: its id or source.")
@click.option("--origin", type=click.Choice(["Curated", "Extracted"], case_sensitive=False), help="Of this origin.")
@rows.rows_format()
@at_a_moment
@pass_setting
def facts(
    where: Setting, about: str | None, predicate: str | None, status: str | None, market: str | None,
    document: str | None, origin: str | None, form: str,
) -> None:  # fmt: skip
    """List facts, all or those that fit.

    A fact has to fit every condition given. A name is a label, an alias or a CURIE.
    """
    from kg.queries import facts as stored

    with where.store() as store:
        found = stored.find(store, about, predicate, status, market, document, origin)
        labels = stored.labels(store) if form in rows.FOR_PEOPLE else {}
        prefixes = store.prefixes
        against = stored.contradicted(store)
    people = form in rows.FOR_PEOPLE
    table = _for_people(found, labels, against) if people else _for_programs(found, prefixes, against)
    rows.write(table, form)
    disputed = sum(f.id in against for f in found)
    if people and disputed:
        click.echo(f"{_SIGN.strip()} {rows.counted(disputed, 'fact')} contradicted: see 'kg conflicts'", err=True)


Against = Mapping[str, tuple[tuple[str, str], ...]]
"""By fact the ids of those that contradict it, each with the rule."""


def _for_people(found: list[Fact], labels: Mapping[str, str], against: Against) -> rows.Table:
    """A contradicted fact has a sign behind its status: a column of its own would take room from all others."""
    words = labelled(labels)
    lines = [
        (f.id[:ID], words(f.subject), words(f.predicate), words(f.object), f.status.value + _SIGN * (f.id in against),
         _qualifiers(f.qualifiers, words, ", "), span_of_time(f.valid_from, f.valid_until), _sources(f))
        for f in found
    ]  # fmt: skip
    columns = ("fact", "subject", "property", "object", "status", "qualifiers", "time", "sources")
    return rows.table(lines, *columns)


def _for_programs(found: list[Fact], prefixes: Prefixes, against: Against) -> rows.Table:
    words = named(prefixes)
    lines = [
        (f.id, words(f.subject), words(f.predicate), words(f.object), f.status.value,
         parts(f.qualifiers, words), f.valid_from or None, f.valid_until or None, f.origin.value, f.support,
         f.contrary, f.publishers, f.first_stated or None, f.last_stated or None, _by_rule(against.get(f.id, ())))
        for f in found
    ]  # fmt: skip
    columns = ("fact", "subject", "property", "object", "status", "qualifiers", "from", "until", "origin", "support",
               "contrary", "publishers", "first_stated", "last_stated", "conflicts")  # fmt: skip
    return rows.table(lines, *columns)


def labelled(labels: Mapping[str, str]) -> Words:
    """Terms as people read them: by their labels."""
    return lambda term: term.lexical if isinstance(term, Literal) else labels.get(term, local_name(term))


def named(prefixes: Prefixes) -> Words:
    """Terms as programs read them: by their CURIEs."""
    return lambda term: term.lexical if isinstance(term, Literal) else prefixes.shrink(term)


def _qualifiers(qualifiers: tuple[Qualifier, ...], words: Words, separator: str) -> str:
    return separator.join(f"{words(name)}: {words(value)}" for name, value in qualifiers)


def parts(qualifiers: tuple[Qualifier, ...], words: Words) -> dict[str, tuple[str, ...]]:
    """Qualifiers as a cell with parts."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in qualifiers:
        found[words(name)] = (*found.get(words(name), ()), words(value))
    return found


def _by_rule(against: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, ...]]:
    """The contradicting facts by the rule that says so."""
    rules = sorted({rule for _, rule in against})
    return {rule: tuple(other for other, each in against if each == rule) for rule in rules}


def _sources(fact: Fact) -> str:
    behind = " + ".join(["curator"] * bool(fact.curations) + [str(fact.support)] * bool(fact.support)) or "0"
    return behind + (f", {fact.contrary} against" if fact.contrary else "")


@main.command(
    epilog=epilog("kg why 3f9c1a20", "kg why SUBJECT PROPERTY OBJECT", "kg why SUBJECT PROPERTY --format json")
)
@click.argument("subject", metavar="FACT|SUBJECT", shell_complete=complete.entities)
@click.argument("predicate", metavar="[PROPERTY]", required=False, shell_complete=complete.properties)
@click.argument("object_", metavar="[OBJECT]", required=False, shell_complete=complete.entities)
@rows.rows_format("text", default="text")
@at_a_moment
@pass_setting
def why(where: Setting, subject: str, predicate: str | None, object_: str | None, form: str) -> None:
    """Show every claim behind a fact, with its sentence.

    FACT is an id as 'kg facts' shows it, or its beginning. The words that state the fact stand between [[ and ]]; on a
    terminal they are underlined.
    """
    from kg.queries import facts as stored

    with where.store() as store:
        explained = stored.why(store, subject, predicate, object_)
        words = labelled(stored.labels(store)) if form == "text" else named(store.prefixes)
    if form == "text":
        click.echo("\n\n".join("\n".join(told(item, words)) for item in explained))
    else:
        rows.write(evidence_table(explained, words), form)


def told(explained: Explanation, words: Words, marked: bool = True) -> Iterator[str]:
    """The lines about one fact; with ``marked`` also what contradicts it."""
    fact = explained.fact
    yield " ".join(map(plain, (words(fact.subject), words(fact.predicate), words(fact.object))))
    scope = [_qualifiers((q,), words, "") for q in fact.qualifiers]
    time = span_of_time(fact.valid_from, fact.valid_until)
    head = (f"fact {fact.id}", fact.status.value, *scope, time, _independent(fact))
    yield "  " + plain(" · ".join(x for x in head if x))
    if len(explained.course) > 1:
        yield "  " + _course(explained)
    for other, rule in explained.against if marked else ():
        yield "  " + (_OWN if other == fact.id else f"contradicted by fact {other}") + f" (rule {plain(rule)})"
    for curation in fact.curations:
        yield ""
        yield f"  {curation.status} · a curator wrote it down in {plain(f'{curation.file}:{curation.line}')}"
        yield f"  {plain(curation.source)}"
        yield from _decision(curation)
    sources = _sources_of(explained)
    for item in explained.evidence:
        yield ""
        yield from _claim(item, words, sources)


def _independent(fact: Fact) -> str:
    """How many independent documents stand behind a fact and how many publishers behind them; how many are against."""
    found = []
    if fact.support:
        publishers = rows.counted(fact.publishers, "publisher")
        found.append(f"{rows.counted(fact.support, 'independent document')} of {publishers}")
    if fact.contrary:
        found.append(f"{fact.contrary} against")
    return ", ".join(found)


def _course(explained: Explanation) -> str:
    """What became of a fact, as its claims tell it."""
    return " → ".join(map(str, explained.course))


def _sources_of(explained: Explanation) -> dict[str, str]:
    """The sources of a fact's claims, by the document's id."""
    return {item.claim.document: item.source for item in explained.evidence}


def _claim(item: Evidence, words: Words, sources: Mapping[str, str]) -> Iterator[str]:
    claim, document = item.claim, item.document
    head: list[str] = [claim.status.value]
    if document:
        old = document.copy_of and item.said != document.issued
        kind = "a translation" if document.translated else "a copy" if document.copy_of else ""
        copy = f"{kind} of what was said on {item.said}" if old else kind
        head += [document.issued, document.publisher, document.title, copy]
    yield "  " + plain(" · ".join(x for x in head if x))
    yield f"  {plain(item.source)}, characters {claim.start} to {claim.end}"
    yield f"  {plain(item.before, ends=True)}{_marked(plain(claim.quote))}{plain(item.after, ends=True)}"
    by = f"said by {words(claim.stated_by)}" if claim.stated_by else ""
    when = f'"{claim.time_text}"' if claim.time_text else ""
    figure = f'"{claim.value_text}"' if claim.value_text else ""
    rule = f"rule {claim.pattern}" if claim.pattern else ""
    yield "  " + plain(" · ".join(x for x in (by, when, figure, rule, f"confidence {claim.confidence}") if x))
    for curation in claim.curations:
        yield from _decision(curation, "corrected" if claim.corrects else "")
    if claim.decided_in in sources:
        yield f"  decided of the same sentence in {plain(sources[claim.decided_in])}"


def _decision(curation: Curation, word: str = "") -> Iterator[str]:
    """The line about a decision: what (``word``, or its verdict), by whom, when, where it is written, why."""
    if curation.verdict:
        what = (word or curation.verdict.lower()) + (f" by {curation.by}" if curation.by else " by a curator")
        on = f"on {curation.on}" if curation.on else ""
        place = f"in {curation.file}:{curation.line}"
        yield "  " + plain(
            " ".join(x for x in (what, on, place) if x) + (f": {curation.note}" if curation.note else "")
        )


def plain(text: str, ends: bool = False) -> str:
    """A text on one line, without the signs that would steer a terminal; with ``ends`` a space at its ends stays."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not ends or not text.strip():
        return shown
    return " " * text[0].isspace() + shown + " " * text[-1].isspace()


def _marked(quote: str) -> str:
    return click.style(quote, underline=True, bold=True) if sys.stdout.isatty() else f"[[{quote}]]"


def evidence_table(explained: list[Explanation], words: Words) -> rows.Table:
    """A row for each claim and each curation of each fact."""
    columns = ("fact", "subject", "property", "object", "course", "status", "source", "title", "issued", "said",
               "speaker", "before", "quote", "after", "start", "end", "rule", "confidence", "decision", "file",
               "line", "decided_in", "conflicts")  # fmt: skip
    lines: list[tuple[rows.Cell, ...]] = []
    for each in explained:
        fact = each.fact
        said = (fact.id, words(fact.subject), words(fact.predicate), words(fact.object), _course(each) or None)
        end, sources = _by_rule(each.against), _sources_of(each)
        lines += [(*said, c.status.value, c.source, *(None,) * 11, c.verdict, c.file, c.line, None, end)
                  for c in fact.curations]  # fmt: skip
        lines += [(*said, *_claim_cells(item, words), *_decided(item.claim, sources), end) for item in each.evidence]
    return rows.table(lines, *columns)


def _decided(claim: Claim, sources: Mapping[str, str]) -> tuple[rows.Cell, ...]:
    """What was decided on a claim, where that is written, and of which other source it was decided."""
    found = [c for c in claim.curations if c.verdict is verdict_of(claim.curations)]
    if not found:
        return None, None, None, None
    return found[0].verdict, found[0].file, found[0].line, sources.get(claim.decided_in)


def _claim_cells(item: Evidence, words: Words) -> tuple[rows.Cell, ...]:
    claim, document = item.claim, item.document
    speaker = words(claim.stated_by) if claim.stated_by else None
    title, issued = (document.title or None, document.issued or None) if document else (None, None)
    return (claim.status.value, item.source, title, issued, item.said or None, speaker, item.before, claim.quote,
            item.after, claim.start, claim.end, claim.pattern or None, Decimal(claim.confidence))  # fmt: skip
