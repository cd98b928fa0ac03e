"""The short way to an answer: a plain question is asked and written before the command line itself is loaded.

To load click, the commands and the model takes several times as long as a query of a store that is there. So a command
line that asks a plain question (``kg [--store PATH] query SPARQL [--format F] [--limit N]``) is answered here, with the
little that this needs. Whatever is unusual (another command or option, a question that has to be looked at closely, an
error of any kind) is left to :mod:`kg.cli`, which begins anew: nothing is written before the answer is whole, so both
ways give the same bytes, and every error is told in one place.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from kg.columns import aligned, one_line, terminal_width
from kg.layout import CURRENT, DATA, FORMAT, MANIFEST, TABLES, TEXTS, prefixes

TYPE_CHECKING = False  # see kg/__init__.py
if TYPE_CHECKING:
    import pyoxigraph as ox

    from kg.names import Prefixes

FORMATS = ("table", "json", "csv", "tsv", "xml")
FORMS = ("SELECT", "ASK")
MAX_LENGTH = 700
"""Characters of a plain question: too few for the limits of kg.store.sparql, but for those counted here."""
MAX_SIGNS = 100
"""Brackets of a plain question, and signs between its patterns: as many are within the limits of kg.store.sparql."""
_STORE = ".kg/store"
_INTEGER, _STRING = ("http://www.w3.org/2001/XMLSchema#" + name for name in ("integer", "string"))


class Question:
    """What a plain command line asks: the store's path, the SPARQL, the format, how many rows at most."""

    __slots__ = ("form", "limit", "path", "text")

    def __init__(self, path: str, text: str, form: str = "table", limit: int | None = None) -> None:
        self.path, self.text, self.form, self.limit = path, text, form, limit


def main() -> None:
    """Run the command line of this process, by the short way where that can be gone; it ends the process."""
    answer = _asked()
    if answer is None:
        from kg.cli import main as run

        run()
        return
    out, notes = answer
    try:
        sys.stdout.buffer.write(out)
        sys.stdout.buffer.flush()
        sys.stderr.write(notes)
        sys.stderr.flush()
    except BrokenPipeError:
        pass  # a reader that has gone away (kg query … | head) ends it quietly
    except OSError as error:
        sys.stderr.write(f"kg: {error.strerror}\n")
        os._exit(1)
    # Nothing is open that has to be closed in order, and taking engine and interpreter down costs a third of the whole.
    os._exit(0)


def _asked() -> tuple[bytes, str] | None:
    """The answer to the command line of this process. Ctrl-C ends it at once, also while the engine works."""
    import signal

    if sys.stdout is None or sys.stdout.encoding != "utf-8":
        return None
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    answer = quick(sys.argv[1:], os.environ)
    if answer is None:
        signal.signal(signal.SIGINT, before)
    return answer


def quick(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[bytes, str] | None:
    """What a command line writes to standard output and to standard error, or nothing where it is not a plain one."""
    question = read(arguments, environment)
    if question is None:
        return None
    try:
        return _answer(question)
    except Exception:  # of whatever kind: the long way meets it again, and tells it as it tells all
        return None


def read(arguments: Sequence[str], environment: Mapping[str, str]) -> Question | None:
    """The plain question of a command line, if it is one.

    >>> read(["--store", "s", "query", "ASK { ?s ?p ?o }", "--format", "json"], {}).form
    'json'
    >>> read(["query", "ASK { SERVICE <http://example.org/> { ?s ?p ?o } }"], {}), read(["stats"], {})
    (None, None)
    """
    words = list(arguments)
    path = environment.get("KG_STORE") or ("" if environment.get("KG_PROJECT") else _STORE)
    if words[:1] == ["--store"] and len(words) > 1:
        path, words = words[1], words[2:]
    if words[:1] != ["query"] or not path or "://" in path or "_KG_COMPLETE" in environment:
        return None
    options, texts = _options(words[1:])
    form, limit = options.pop("--format", "table"), options.pop("--limit", None)
    if options or form not in FORMATS or len(texts) != 1 or not is_plain(texts[0]):
        return None
    if limit is None:
        return Question(path, texts[0], form)
    # A limit of rows in the formats of SPARQL has a writer of its own.
    is_number = limit.isascii() and limit.isdigit() and len(limit) < 10
    return Question(path, texts[0], form, int(limit)) if is_number and form == "table" else None


def _options(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The options of a command, each with the word behind it, and the other words; what stands twice is unknown."""
    found: dict[str, str] = {}
    others, rest = [], iter(words)
    for word in rest:
        if word.startswith("-"):
            found[word if word not in found else ""] = next(rest, "")
        else:
            others.append(word)
    return found, others


def is_plain(text: str) -> bool:
    """Whether a question may run as it is: all that :func:`kg.store.sparql.check` refuses is far away.

    It asks less than is allowed, and never more: what is not plain is looked at there. No name, no file, no dataset of
    its own, no escapes, no other server, not long, not nested.

    >>> is_plain("SELECT ?s { ?s ?p ?o }"), is_plain("SELECT ?s { SERVICE ?x { ?s ?p ?o } }"), is_plain("facts-about")
    (True, False, False)
    """
    capitals = text.upper()
    return (
        capitals.lstrip().startswith(FORMS)
        and "{" in text
        and len(text) <= MAX_LENGTH
        and sum(map(text.count, ".;~/,")) + sum(map(text.count, "{[(")) <= MAX_SIGNS
        and not any(sign in capitals for sign in ("SERVICE", "FROM", "\\"))
        and not os.path.isfile(text)  # noqa: PTH113  # pathlib takes a third of a query's time to load
    )


def _answer(question: Question) -> tuple[bytes, str] | None:
    import fcntl

    import pyoxigraph as ox

    with open(f"{question.path}/{CURRENT}", encoding="utf-8") as current:  # noqa: PTH123  # as above
        home = f"{question.path}/{current.read().strip()}"
    with open(f"{home}/{MANIFEST}", encoding="utf-8") as manifest:  # noqa: PTH123
        fcntl.flock(manifest, fcntl.LOCK_SH)  # so that no writer sweeps the generation away
        known = _prefixes(manifest.read())
        if known is None:
            return None
        engine = ox.Store.read_only(f"{home}/{DATA}")
        results = engine.query(question.text, prefixes=dict(known.table), use_default_graph_as_union=True)
        return _written(results, question, known)


def _prefixes(text: str) -> Prefixes | None:
    """The prefixes of the store with this manifest; None where the manifest is not just as it has to be."""
    import json

    values = json.loads(text)
    if set(values) != {*TEXTS, *TABLES, "format"} or values["format"] != FORMAT:
        return None
    tables = ((values[name], kind) for name, kind in TABLES.items())
    typed = all(isinstance(table, dict) and all(isinstance(v, kind) for v in table.values()) for table, kind in tables)
    if not typed or not all(isinstance(values[name], str) for name in TEXTS):
        return None
    return prefixes(values["record_namespace"], values["prefixes"])


def _written(results: object, question: Question, known: Prefixes) -> tuple[bytes, str] | None:
    """An answer in the format asked for, and what is to be said beside it."""
    import pyoxigraph as ox

    if isinstance(results, ox.QueryBoolean) and question.form == "table":
        return _table([("answer",), ("yes" if results else "no",)], [False]).encode(), ""
    if isinstance(results, ox.QuerySolutions) and question.form == "table":
        return _rows(results, question.limit, known)
    if isinstance(results, ox.QuerySolutions) or question.form in ("json", "xml"):
        form = getattr(ox.QueryResultsFormat, question.form.upper())
        data: bytes = results.serialize(format=form)  # type: ignore[attr-defined]
        return (data if data.endswith(b"\n") else data + b"\n"), ""
    return None


def _rows(results: ox.QuerySolutions, limit: int | None, known: Prefixes) -> tuple[bytes, str]:
    """Rows as a table: of IRIs, texts and whole numbers here, by the writer of all commands where there are others."""
    names = [variable.value for variable in results.variables]
    rows = [[_value(term, known) for term in row] for row in results][:limit]
    notes = "" if rows else "nothing found\n"
    if all(value is None or type(value) in (int, str) for row in rows for value in row):
        numeric = [_is_numeric(column) for column in zip(*rows, strict=True)] if rows else [False] * len(names)
        return _table([names, *([_text(value) for value in row] for row in rows)], numeric).encode(), notes
    from kg.cli.rows import table, text_of

    return text_of(table(rows, *names), "table", terminal_width()).encode(), notes  # type: ignore[arg-type]


def _value(term: object, known: Prefixes) -> object:
    """A term as :func:`kg.queries.rows.value` has it, which is loaded for what is seldom."""
    import pyoxigraph as ox

    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return known.shrink(term.value)
    if isinstance(term, ox.Literal):
        if term.language or term.datatype.value == _STRING:
            return term.value
        if term.datatype.value == _INTEGER and term.value.isdigit() and len(term.value) < 20:
            return int(term.value)
    from kg.queries.rows import value

    return value(term, known)


def _is_numeric(column: Sequence[object]) -> bool:
    """Whether there are numbers in a column and nothing else."""
    return {type(value) for value in column} - {type(None)} == {int}


def _text(value: object) -> str:
    return "" if value is None else one_line(str(value))


def _table(rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    return aligned(rows, numeric, terminal_width())
