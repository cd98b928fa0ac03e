"""``query`` and ``queries``: questions in SPARQL, kept under a name or written on the spot."""

from __future__ import annotations

import itertools
import json
import re
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli import complete, rows
from kg.cli.app import Setting, at_a_moment, epilog, main, pass_setting
from kg.errors import Place, QueryError

if TYPE_CHECKING:
    import pyoxigraph as ox

    from kg.names import Prefixes
    from kg.queries.saved import SavedQuery
    from kg.store import Results, Store

_SOLUTION_FORMATS = ("json", "xml", "csv", "tsv")
_GRAPH_FORMATS = ("ttl", "nt", "jsonld")


def _parameters(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, equals, _value in pairs:
        if not (name and equals):
            raise click.BadParameter(f"'{name}' is not NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _seconds(_: click.Context, __: click.Parameter, given: float | None) -> float | None:
    if given is None:
        return None
    from kg.store.cut import MAX_TIMEOUT

    if not given <= MAX_TIMEOUT:  # nan passes every range
        raise click.BadParameter(f"{given:g} is no number of seconds up to {MAX_TIMEOUT:g}")
    return given


@main.command(
    epilog=epilog(
        "kg query NAME -p name=value          'kg queries' lists the names",
        "kg query 'SELECT * { ?s ?p ?o }' --limit 5",
        "kg query NAME --as-of 2025-06        what held at the end of June 2025",
        "kg query question.rq --format csv > answer.csv",
        "echo 'ASK { ?fact kg:status kg:Planned }' | kg query -",
    )
)
@click.argument("question", metavar="NAME|FILE|SPARQL|-", shell_complete=complete.queries)
@click.option(
    "-p", "--param", "values", metavar="NAME=VALUE", multiple=True, callback=_parameters,
    help="Value of a parameter; repeat it for more. In plain SPARQL the value of a variable: a CURIE or a text.",
)  # fmt: skip
@rows.rows_format("xml", *_GRAPH_FORMATS)
@click.option("--limit", type=click.IntRange(0), metavar="N", help="Show at most so many rows.")
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), metavar="S", callback=_seconds,
    help="Give up after so many seconds.",
)  # fmt: skip
@at_a_moment
@pass_setting
def query(
    where: Setting, question: str, values: dict[str, str], form: str, limit: int | None, timeout: float | None
) -> None:
    """Ask a question, a saved one or SPARQL.

    A saved one is asked by its NAME; SPARQL stands in a FILE, is written out, or comes from standard input (-).

    json, xml, csv and tsv are the result formats of SPARQL 1.1; ttl, nt and jsonld are for CONSTRUCT and DESCRIBE. All
    prefixes of the graph are known, and all layers are asked together.
    """
    with where.store() as store, _stoppable():
        results = _results(where, store, question, values, timeout)
        _write(results, store.prefixes, form, limit)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let Ctrl-C end the process at once: while the engine works on a query, Python would not hear of it."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _results(where: Setting, store: Store, question: str, values: Mapping[str, str], timeout: float | None) -> Results:
    saved = _saved(where, question)
    if saved is not None:
        return saved.ask(store, values, timeout)
    from kg.graph import bindings

    return store.query(_sparql(question), bindings(store, values), timeout=timeout)


def _saved(where: Setting, question: str) -> SavedQuery | None:
    """The saved question that is meant by name or file, if it is one."""
    if question == "-" or any(c.isspace() or c == "{" for c in question):
        return None
    from kg.queries import saved

    path = Path(question)
    if path.is_file():
        return saved.read(path) if "# title:" in _text(path) else None
    if path.suffix == ".rq":
        raise QueryError("no such file", Place(question), "give a name of 'kg queries', a file or SPARQL")
    return saved.find(where.project(), question)


def _sparql(question: str) -> str:
    """The text of a question that is no saved one."""
    if question == "-":
        return sys.stdin.read()
    path = Path(question)
    is_file = len(question) < 1000 and "\n" not in question and path.is_file()
    return _text(path) if is_file else question


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise QueryError(f"not UTF-8 at byte {error.start}", Place(str(path)), "save the file as UTF-8") from None


def _write(results: Results, prefixes: Prefixes, form: str, limit: int | None) -> None:
    import pyoxigraph as ox

    if isinstance(results, ox.QueryTriples) and form in _GRAPH_FORMATS:
        _write_bytes(_graph(results, prefixes, form, limit))
    elif form in _GRAPH_FORMATS:
        raise click.UsageError(f"--format {form} is for CONSTRUCT and DESCRIBE; this question has rows")
    elif isinstance(results, ox.QuerySolutions) and form in _SOLUTION_FORMATS:
        _write_bytes(_solutions(results, form, limit))
    elif isinstance(results, ox.QueryBoolean) and form in ("json", "xml"):
        _write_bytes(results.serialize(format=_result_format(form)) or b"")
    elif form == "xml":
        raise click.UsageError("--format xml is for SELECT and ASK; this question has a graph: ttl, nt or jsonld")
    else:
        from kg.queries.rows import Rows

        answer = Rows.of(results, prefixes)
        rows.write(rows.Table(answer.variables, answer.rows[:limit]), form)


def _write_bytes(data: bytes) -> None:
    click.echo(data, nl=not data.endswith(b"\n"))


def _result_format(form: str) -> ox.QueryResultsFormat:
    import pyoxigraph as ox

    return {
        "json": ox.QueryResultsFormat.JSON,
        "xml": ox.QueryResultsFormat.XML,
        "csv": ox.QueryResultsFormat.CSV,
        "tsv": ox.QueryResultsFormat.TSV,
    }[form]


def _solutions(results: ox.QuerySolutions, form: str, limit: int | None) -> bytes:
    """Rows in a format of SPARQL 1.1; at most ``limit`` of them."""
    import pyoxigraph as ox

    from kg.store import damage

    with damage.asking(None):
        if limit is not None:
            short = ox.parse_query_results(_json(results, limit), format=ox.QueryResultsFormat.JSON)
            assert isinstance(short, ox.QuerySolutions)
            results = short
        return results.serialize(format=_result_format(form)) or b""


def _json(results: ox.QuerySolutions, limit: int) -> bytes:
    names = [variable.value for variable in results.variables]
    bindings = [
        {name: _json_term(term) for name, term in zip(names, row, strict=True) if term is not None}
        for row in itertools.islice(results, limit)
    ]
    return json.dumps({"head": {"vars": names}, "results": {"bindings": bindings}}).encode()


def _json_term(term: object) -> dict[str, object]:
    import pyoxigraph as ox

    if isinstance(term, ox.Literal):
        extra = {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
        return {"type": "literal", "value": term.value, **extra}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: _json_term(part) for name, part in parts.items()}}
    kind = "uri" if isinstance(term, ox.NamedNode) else "bnode"
    return {"type": kind, "value": getattr(term, "value", "")}


def _graph(results: ox.QueryTriples, prefixes: Prefixes, form: str, limit: int | None) -> bytes:
    """Triples, each once and sorted, at most ``limit`` of them; the same answer gives the same bytes."""
    import pyoxigraph as ox

    from kg.export import turtle
    from kg.export.source import Source

    engine = ox.Store()
    engine.extend(ox.Quad(*triple) for triple in sorted(set(results), key=str)[:limit])
    source = Source(engine, triple_terms=True)
    if form == "jsonld":
        return ox.serialize(list(source.quads()), format=ox.RdfFormat.JSON_LD) or b""
    if form == "nt":
        return "".join(turtle.ntriples(source)).encode()
    text = "".join(turtle.turtle(source, prefixes))
    return "".join(line for line in text.splitlines(keepends=True) if not _is_idle(line, text)).encode()


def _is_idle(line: str, text: str) -> bool:
    """Whether a line of Turtle declares a prefix that the text does not use."""
    declared = re.match(r"@prefix ([\w.-]*:) <", line)
    return declared is not None and not re.search(rf"(?<![\w.-]){re.escape(declared[1])}(?![/ ])", text)


@main.command(epilog=epilog("kg queries", "kg queries NAME", "kg queries --format md"))
@click.argument("name", required=False, shell_complete=complete.queries)
@click.option("--language", default="en", show_default=True, help="Language of the titles, where they have it.")
@rows.rows_format()
@pass_setting
def queries(where: Setting, name: str | None, language: str, form: str) -> None:
    """List the saved questions, or show one.

    With NAME: its parameters, an example, its SPARQL.
    """
    from kg.queries import saved

    if name is not None:
        click.echo("\n".join(_described(saved.find(where.project(), name), language)))
        return
    found = saved.load(where.project())
    lines = [(q.name, q.title(language), _named(q), *_example(q, form)) for q in found]
    columns = ("name", "question", "parameters", *(["example"] if form != "table" else []))
    rows.write(rows.table(lines, *columns), form)


def _named(query: SavedQuery) -> str:
    return ", ".join(f"[{p.name}]" if p.optional else p.name for p in query.parameters)


def _example(query: SavedQuery, form: str) -> Iterable[str]:
    return [query.example] if form != "table" else []


def _described(query: SavedQuery, language: str) -> Iterable[str]:
    yield query.title(language)
    yield ""
    if query.parameters:
        lines = [(p.name, p.kind, "optional" if p.optional else "needed", p.example) for p in query.parameters]
        yield rows.text_of(rows.table(lines, "parameter", "kind", "", "for example"), "table")
    yield query.example
    yield ""
    banner = itertools.dropwhile(lambda line: line.startswith("#") or not line.strip(), query.text.splitlines())
    yield from banner
