"""The text of a query: looked at before it runs, given its values, and its faults said plainly.

The engine cannot be told to stay off the network, dies of deeply nested queries and answers a fault with its whole
grammar. So a query is looked at first: strings, comments, IRIs and names are masked, and what is left is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.errors import Place, QueryError

MAX_DEPTH = 100
"""Brackets within brackets. The parser hangs at 300 nested lists and overflows its stack at 300 to 3,000 groups."""
MAX_PARTS = 500
"""Clauses of one query. 4,096 BIND, MINUS or AS in a row overflow the stack; 2,048 do not."""
MAX_OPERATORS = 1000
"""Operators of one query. 8,192 sums, 16,384 negations overflow the stack; 4,096 of them do not."""
MAX_PATTERNS = 100
"""Triple patterns and path steps, about. To plan 100 takes the engine 0.5 s, 128 1.3 s, 256 minutes; 8,192 kill it."""
MAX_NEIGHBOURS = 500
"""Terms beside each other, as those of a list are. A list of 4,096 overflows the stack, one of 2,048 does not."""
MAX_LENGTH = 50_000
"""Characters outside strings, names, IRIs, comments and spaces: no question of a person comes near."""

UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
PAIRS = ("{}", "()", "[]")

# What may hold a bracket or a keyword that means nothing there. A name keeps its prefix: the engine's keywords need no
# space after them, so "SERVICE:a{}" is a call, and a prefix that contains "service" is refused with it.
_MASKED = re.compile(
    r"""\#[^\n\r]*
      | <[^\x00-\x20<>"{}|^`]*>
      | \"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
      | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'
      | [?$]\w+
      | :(?:[\w:-]|\.(?=[\w:.%\\-])|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PROLOGUE = re.compile(r"\s*(?:(?:PREFIX\b[ \t]*[\w.-]*|BASE\b|VERSION\b)\s*)*", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\b", re.IGNORECASE)
_USING = re.compile(r"\b(?:USING|WITH)\b", re.IGNORECASE)
_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)
_CLEAR = re.compile(r"\bCLEAR\b(?!\s+SILENT\b)", re.IGNORECASE)
_PARTS = re.compile(r"\b(?:OPTIONAL|AS|UNION|MINUS|FILTER|VALUES|GRAPH|SELECT|LATERAL|EXISTS)\b", re.IGNORECASE)
# Data in VALUES cost nothing. Variables are masked, so nothing but brackets stands before them.
_VALUES = re.compile(r"\bVALUES\b[\sx]*(?:\([\sx]*\)\s*)?\{[^{}]*\}", re.IGNORECASE)
_DATA = re.compile(r"\bDATA\s*\{(?:[^{}]|\{[^{}]*\})*\}", re.IGNORECASE)
_OPERATORS = re.compile(r"\|\||&&|[+*/|!-]")
_PATTERNS = re.compile(r"(?:(?<!\d)\.|\.(?!\d))(?!\s*\})|[;~/\[]|\{(?!\s*[{}])")
_NEIGHBOURS = re.compile(r"(?<=[\w)\]])(?:\s+(?=[\w(\[])|(?=[(\[]))|(?<=[)\]])(?=\w)")

Value = ox.NamedNode | ox.Literal


@dataclass(frozen=True, slots=True)
class Text:
    """A query as written, and the same with everything masked by spaces that is no keyword, operator or bracket."""

    written: str
    masked: str

    @classmethod
    def of(cls, query: str) -> Text:
        """The query with its mask; positions in both are the same."""
        return cls(query, _MASKED.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), query))

    @property
    def form(self) -> str:
        """The first keyword after the prologue, in capitals: ``SELECT``, ``ASK``, ``INSERT`` …, or nothing."""
        prologue = _PROLOGUE.match(self.masked)
        word = re.compile(r"[A-Za-z]*").match(self.masked, prologue.end() if prologue else 0)
        return word.group().upper() if word else ""

    @property
    def names_dataset(self) -> bool:
        """Whether it says itself which graphs it is about (FROM); a prefix of that name is none."""
        return any(True for _ in _keywords(self, _FROM))

    def place(self, position: int) -> Place:
        """Line and column of a position."""
        line_start = self.written.rfind("\n", 0, position) + 1
        return Place("query", self.written.count("\n", 0, position) + 1, position - line_start + 1)


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs that a query is about, where its asker names them beside it.

    ``default`` is what patterns outside GRAPH see, ``named`` what GRAPH may choose from.
    """

    default: tuple[ox.NamedNode, ...]
    named: tuple[ox.NamedNode, ...]

    @classmethod
    def of(cls, default: Iterable[str], named: Iterable[str]) -> Dataset | None:
        """The graphs of these names, or nothing when there are none; QueryError for what is no IRI."""
        graphs = [tuple(_graph_name(iri) for iri in given) for given in (default, named)]
        return cls(*graphs) if any(graphs) else None


def _graph_name(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise QueryError(f"'{iri[:200]}' names no graph: {error}", None, "give an absolute IRI") from None


def check(query: str, service: bool = False) -> Text:
    """The query with its mask, when it is one that may run.

    Raises QueryError for an update, a call of another server (SERVICE, also when written with escapes, unless
    ``service`` allows it), nesting deeper than :data:`MAX_DEPTH`, and more of anything than the engine can plan (the
    other limits of this module).

    >>> check("SELECT * { ?s ?p 'SERVICE' }").form
    'SELECT'
    """
    text = Text.of(query)
    if text.form in UPDATES:
        hint = "the graph is made by 'kg build'; ask with SELECT, ASK, CONSTRUCT or DESCRIBE"
        raise QueryError(f"{text.form} would change the graph, which is read-only", None, hint)
    if not service:
        _check_calls(text, "SERVICE")
    _check_size(text)
    return text


def check_update(update: str, service: bool = False) -> Text:
    """The update with its mask, when it is one that may run; updates are for copies, never for a graph that was built.

    Raises QueryError as :func:`check` does; LOAD calls another server too. Data that are written out cost nothing.

    >>> check_update("INSERT DATA { <x:s> <x:p> 1 }").form
    'INSERT'
    """
    text = Text.of(update)
    if not service:
        _check_calls(text, "SERVICE", "LOAD")
    _check_size(text, _DATA)
    return text


def completed(text: Text, dataset: Dataset | None) -> str:
    """The update with the graphs that its patterns are to see, as USING clauses, and with CLEAR SILENT for CLEAR.

    To clear a graph that does not exist is then no fault, for a graph without triples is none here. Raises QueryError
    when the update names graphs itself, and for the short form DELETE WHERE, which takes no such clause.

    >>> graphs = Dataset.of(["x:g"], [])
    >>> completed(check_update("DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }"), graphs)
    'DELETE { ?s ?p 1 } USING <x:g> WHERE { ?s ?p 1 }'
    >>> completed(check_update("CLEAR GRAPH <x:g>"), None)
    'CLEAR SILENT GRAPH <x:g>'
    """
    insertions = [(end, " SILENT") for _, end in _keywords(text, _CLEAR)]
    if dataset is not None:
        own = next(_keywords(text, _USING), None)
        if own is not None:
            raise QueryError("the graphs are named in the update and beside it", text.place(own[0]), "name them once")
        clauses = [*(f"USING {g} " for g in dataset.default), *(f"USING NAMED {g} " for g in dataset.named)]
        insertions += [(start, "".join(clauses)) for start in _wheres(text)]
    written = text.written
    for position, words in sorted(insertions, reverse=True):
        written = written[:position] + words + written[position:]
    return written


def _wheres(text: Text) -> Iterator[int]:
    """Where each WHERE stands."""
    for start, _ in _keywords(text, _WHERE):
        if not text.masked[:start].rstrip().endswith("}"):
            hint = "write DELETE { … } WHERE { … }"
            raise QueryError("DELETE WHERE takes no graphs from beside it", text.place(start), hint)
        yield start


def _keywords(text: Text, keyword: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Where a keyword stands, from and to; a prefix of that name is none."""
    return (m.span() for m in keyword.finditer(text.masked) if text.written[m.end() : m.end() + 1] != ":")


def _check_calls(text: Text, *words: str) -> None:
    """Raise for a keyword that contacts another server, also where it is written with escapes."""
    for candidate in (text, Text.of(_unescaped(text.written))):
        call = re.search("|".join(words), candidate.masked, re.IGNORECASE)
        if call:
            place = candidate.place(call.start())
            raise QueryError(f"{call.group().upper()} would ask another server", place, "query this graph alone")


def bind(text: Text, values: Mapping[str, Value]) -> str:
    """The query with values for some of its variables, as a VALUES block at the head of its WHERE group.

    The variables are then bound as by any other pattern of that group; a sub-select or a branch of a UNION has to
    name them itself. Values are written by the RDF library, so no value can end its own quotation.

    Raises QueryError when the query has no WHERE group to bind them in.

    >>> bind(check("SELECT ?s { ?s ?p ?o }"), {"o": ox.Literal("it's")})
    'SELECT ?s { VALUES (?o) {("it\\'s")} ?s ?p ?o }'
    """
    if not values:
        return text.written
    start = _group_start(text)
    if start is None:
        raise QueryError("the query has no WHERE group for the values given", None, "write WHERE { … }")
    names = " ".join(f"?{name}" for name in sorted(values))
    row = " ".join(str(values[name]) for name in sorted(values))
    return f"{text.written[:start]} VALUES ({names}) {{({row})}}{text.written[start:]}"


def fault(query: str, error: SyntaxError, forms: tuple[str, ...] = FORMS) -> QueryError:
    """The engine's complaint about a query (or an update) as an error with line, column and few words."""
    text = Text.of(query)
    plain = _unfinished(text, forms)
    if plain is None:
        position = re.match(r"error at (\d+):(\d+): (.*)", str(error.msg), re.DOTALL)
        line, column = (int(position[1]), int(position[2])) if position else (1, 1)
        plain = _plain(text, line, column, position[3] if position else "")
    return QueryError(*plain, "see 'kg queries' for examples")


def _unescaped(query: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code < 0x110000 else " "

    return _ESCAPE.sub(character, query)


def _check_size(text: Text, data: re.Pattern[str] = _VALUES) -> None:
    _check_depth(text)
    plain = _skeleton(text.written)
    _check_count(len(_PARTS.findall(plain)), MAX_PARTS, "clauses")
    plain = _VALUES.sub(" ", data.sub(" ", plain))
    _check_count(len(_OPERATORS.findall(plain)), MAX_OPERATORS, "operators")
    _check_count(len(_PATTERNS.findall(plain)) + _listed(plain), MAX_PATTERNS, "triple patterns and path steps")
    _check_count(len(_NEIGHBOURS.findall(_PARTS.sub(",", plain))), MAX_NEIGHBOURS, "terms beside each other")
    _check_count(len(re.sub(r"\s", "", text.masked)), MAX_LENGTH, "characters")


def _check_depth(text: Text) -> None:
    depth = 0
    for match in re.finditer(r"[{}()\[\]]", text.masked):
        depth += 1 if match.group() in "{([" else -1
        if depth > MAX_DEPTH:
            place = text.place(match.start())
            raise QueryError(f"nested deeper than {MAX_DEPTH} brackets", place, "ask in several steps")


def _check_count(found: int, limit: int, what: str) -> None:
    if found > limit:
        raise QueryError(f"{found} {what}, at most {limit} are run", None, "ask in several steps")


def _skeleton(query: str) -> str:
    """The query with an x for each string, name and IRI, so that terms can be counted; comments are gone.

    >>> _skeleton("?s ex:p 'a, b' # c")
    'x  exx x   '
    """
    signs = {"#": " ", ":": "x"}
    return _MASKED.sub(lambda match: signs.get(match.group()[0], "x "), query)


def _listed(plain: str) -> int:
    """The commas between objects; those between arguments and in IN (…) cost nothing."""
    found = 0
    opened: list[str] = []
    for sign in re.findall(r"[{}()\[\],]", plain):
        if sign in "{([":
            opened.append(sign)
        elif sign != ",":
            del opened[-1:]
        elif opened[-1:] != ["("]:
            found += 1
    return found


def _group_start(text: Text) -> int | None:
    """The position after the opening brace of the outermost WHERE group."""
    masked = text.masked
    if text.form not in FORMS:
        return None
    start = masked.find("{")
    if text.form == "CONSTRUCT" and start >= 0 and not re.search(r"\bWHERE\s*$", masked[:start], re.IGNORECASE):
        start = masked.find("{", _closing(masked, start))
    elif text.form == "CONSTRUCT":
        return None  # the short form "CONSTRUCT WHERE { }" takes triple patterns only
    return start + 1 if start >= 0 else None


def _closing(masked: str, opening: int) -> int:
    depth = 0
    for match in re.finditer(r"[{}]", masked[opening:]):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return opening + match.start()
    return len(masked)


def _unfinished(text: Text, forms: tuple[str, ...]) -> tuple[str, Place] | None:
    """What a look at the whole tells better than the place where the engine gave up."""
    if not text.form:
        return "the query is empty", Place("query", 1, 1)
    if text.form not in forms:
        start = re.search(text.form, text.masked, re.IGNORECASE)
        kind = "a query" if forms == FORMS else "an update"
        return f"{kind} begins with {', '.join(forms)}", text.place(start.start() if start else 0)
    quotation = re.search("[\"']", text.masked)
    if quotation:
        return "the string that begins here is not closed", text.place(quotation.start())
    opened: list[int] = []
    for match in re.finditer(r"[{}()\[\]]", text.masked):
        if match.group() in "{([":
            opened.append(match.start())
        elif not any(text.masked[at] + match.group() in PAIRS for at in opened):
            return f"'{match.group()}' closes nothing that is open", text.place(match.start())
        elif text.masked[opened[-1]] + match.group() not in PAIRS:
            return f"'{text.masked[opened[-1]]}' is not closed before '{match.group()}'", text.place(opened[-1])
        else:
            opened.pop()
    return (f"'{text.masked[opened[-1]]}' is not closed", text.place(opened[-1])) if opened else None


def _plain(text: Text, line: int, column: int, complaint: str) -> tuple[str, Place]:
    place = Place("query", line, column)
    lines = text.written.split("\n")
    before = lines[line - 1][: column - 1] if line <= len(lines) else ""
    after = lines[line - 1][column - 1 :] if line <= len(lines) else ""
    if "Prefix not found" in complaint:
        prefix = re.search(r"([\w.-]*:)[^\s:]*$", before)
        if prefix:  # the engine points behind the name
            return f"unknown prefix '{prefix[1]}'", Place("query", line, prefix.start() + 1)
        return "unknown prefix", place
    if "a variable that is unbound" in complaint:
        return "SELECT names a variable that no pattern binds or GROUP BY leaves out", place
    near = re.search(r"\S+$", before.rstrip()), re.match(r"\S+", after.lstrip())
    words = " ".join(match.group() for match in near if match)
    return f"syntax error near '{words}'" if words else "syntax error", place
