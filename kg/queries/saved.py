"""The saved questions: SPARQL files with a title, parameters and an example, asked by name.

A file ``queries/<name>.rq`` begins with a banner of comments; in the query a parameter is written ``$name``, every
other variable ``?name``::

    # title: Who reads which book?
    # title@id: Siapa membaca buku apa?
    # param: book (entity, optional) = Gravity
    # example: kg query who-reads -p book=Gravity
    SELECT ?reader $book { ?reader ex:reads $book }

The value behind ``=`` is the one of the example. Without ``optional`` a parameter must be given; an optional one that
is not given stays an ordinary variable. An entity may be held to classes: ``(entity ex:Person ex:Club, optional)``;
a class to those that it must be one of, or below; a text to those whose names it may be.

How people ask it in their own words stands there too, in any language, with the parameters in braces; ``kg ask`` finds
the question by them (see :mod:`kg.queries.asking`)::

    # ask@en: Which books does {reader} like?
    # ask@id: Buku apa yang disukai {reader}?
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pyoxigraph as ox

from kg.errors import KgError, Place, ProjectError, QueryError, raise_faults
from kg.model import Literal
from kg.names import XSD
from kg.project import Project
from kg.queries import lookup
from kg.queries.rows import Rows
from kg.rdf import check_literal, to_ox
from kg.store import Results, Store
from kg.store.sparql import Value, check

KINDS = ("entity", "class", "property", "status", "date", "year", "text", "number")
_HELD = ("entity", "class", "text")
"""The kinds that may be held to classes."""
_BANNER = re.compile(r"#\s*(title|param|example|ask)(?:@([a-z-]+))?\s*:\s*(.*)")
_PARAM = re.compile(r"([A-Za-z]\w*)\s*\(\s*(\w+)((?:\s+[\w.-]*:[\w.-]+)*)\s*(?:,\s*(optional)\s*)?\)\s*=\s*(.+)")
SLOT = re.compile(r"\{([^{}]*)\}")
"""A parameter in a wording."""
_USED = re.compile(r"\$([A-Za-z_]\w*)")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a question takes: its kind (one of :data:`KINDS`), whether it may be left out, an example.

    ``classes`` are CURIEs: an entity that a question names must be of one of them, or of one below; a class must be one
    of them, or below; a name that stands for a text must be that of such an entity.
    """

    name: str
    kind: str
    optional: bool
    example: str
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """One way in which people ask a saved question, with its parameters in braces."""

    language: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question that is kept under a name, with its titles by language and its parameters."""

    name: str
    titles: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    example: str
    text: str
    place: Place
    wordings: tuple[Wording, ...] = ()

    def title(self, language: str = "en") -> str:
        """The title in a language, else in English."""
        return self.titles.get(language) or self.titles["en"]

    @property
    def example_values(self) -> dict[str, str]:
        """The values that the example gives to parameters."""
        words = shlex.split(self.example)
        pairs = [words[i + 1].partition("=") for i, word in enumerate(words[:-1]) if word == "-p"]
        return {name: value for name, _, value in pairs}

    def bindings(self, store: Store, values: Mapping[str, str]) -> dict[str, Value]:
        """What each parameter's value, as a user writes it, stands for in this store.

        Raises QueryError for a parameter that is unknown or lacking and for a value that fits nothing.
        """
        unknown = sorted(set(values) - {p.name for p in self.parameters})
        lacking = [p.name for p in self.parameters if not p.optional and not values.get(p.name)]
        if unknown:
            known = ", ".join(p.name for p in self.parameters) or "none"
            raise QueryError(f"{self.name}: no parameter '{unknown[0]}'", None, f"its parameters: {known}")
        if lacking:
            raise QueryError(f"{self.name}: parameter '{lacking[0]}' is needed", None, self.example)
        return {p.name: _bound(store, p, values[p.name]) for p in self.parameters if values.get(p.name)}

    def ask(self, store: Store, values: Mapping[str, str] | None = None, timeout: float | None = None) -> Results:
        """The answer as the engine gives it; errors as of :meth:`bindings` and :meth:`kg.store.Store.query`."""
        return store.query(self.text, self.bindings(store, values or {}), timeout=timeout)

    def rows(self, store: Store, values: Mapping[str, str] | None = None, timeout: float | None = None) -> Rows:
        """The answer as typed rows."""
        return Rows.of(self.ask(store, values, timeout), store.prefixes)


def load(project: Project) -> tuple[SavedQuery, ...]:
    """The saved questions of a project, sorted by name.

    Raises Faults with every fault of every file: no title, a parameter that is declared and not used or used and not
    declared, an unknown kind, an example that is none of this question, a wording with a slot that is no parameter or
    that asks another question too, a query that may not run.
    """
    queries, errors = [], list[KgError]()
    for path in sorted(project.queries.glob("*.rq")):
        try:
            query, faults = parse(path.stem, path.read_text(encoding="utf-8"), f"queries/{path.name}")
        except (OSError, UnicodeDecodeError) as error:
            errors.append(ProjectError(f"cannot be read: {error}", Place(f"queries/{path.name}"), "save it as UTF-8"))
            continue
        errors += faults
        queries.append(query)
    raise_faults([*errors, *_shared(queries)])
    return tuple(queries)


def find(project: Project, name: str) -> SavedQuery:
    """The saved question of a name; QueryError with names close to it when there is none."""
    queries = {query.name: query for query in load(project)}
    if name in queries:
        return queries[name]
    close = get_close_matches(name, queries, n=3)
    hint = f"did you mean {', '.join(close)}?" if close else "'kg queries' lists them"
    raise QueryError(f"no saved question '{name}'", Place(str(project.queries)), hint)


def parse(name: str, text: str, shown: str) -> tuple[SavedQuery, list[ProjectError]]:
    """A saved question and the faults of its file (``shown`` in their places)."""
    titles: dict[str, str] = {}
    parameters: list[Parameter] = []
    wordings: list[Wording] = []
    example, example_line, errors = "", 1, list[ProjectError]()
    for number, key, language, content in _banner(text):
        place = Place(shown, number)
        if key == "title":
            titles[language or "en"] = content
        elif key == "example":
            example, example_line = content, number
        elif key == "ask":
            wordings.append(Wording(language or "en", content, place))
        else:
            parameter = _parameter(content)
            if isinstance(parameter, Parameter):
                parameters.append(parameter)
            else:
                errors.append(ProjectError(parameter, place, "write '# param: name (kind, optional) = example'"))
    query = SavedQuery(name, titles, tuple(parameters), example, text, Place(shown), tuple(wordings))
    errors += _title_faults(query, shown)
    errors += _use_faults(query, shown)
    errors += _example_faults(query, Place(shown, example_line))
    errors += _wording_faults(query)
    return query, errors


def _banner(text: str) -> list[tuple[int, str, str, str]]:
    """Line, key, language and content of the comments before the query."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        match = _BANNER.fullmatch(line.strip())
        if match:
            found.append((number, match[1], match[2] or "", match[3].strip()))
        elif line.strip() and not line.startswith("#"):
            break
    return found


def _parameter(content: str) -> Parameter | str:
    """A parameter, or what is wrong with its line."""
    match = _PARAM.fullmatch(content)
    if match is None:
        return f"no parameter: '{content}'"
    if match[2] not in KINDS:
        return f"unknown kind '{match[2]}', one of {', '.join(KINDS)}"
    classes = tuple(match[3].split())
    if classes and match[2] not in _HELD:
        return f"only {', '.join(_HELD)} have classes, and {match[1]} is a {match[2]}"
    return Parameter(match[1], match[2], match[4] is not None, match[5].strip(), classes)


def _title_faults(query: SavedQuery, shown: str) -> list[ProjectError]:
    errors = []
    if not _NAME.fullmatch(query.name):
        errors.append(ProjectError("a name has lower-case words with hyphens", Place(shown), "rename the file"))
    if "en" not in query.titles:
        errors.append(ProjectError("no title", Place(shown, 1), "begin with '# title: …'"))
    return errors


def _use_faults(query: SavedQuery, shown: str) -> list[ProjectError]:
    """Parameters are those written with ``$``; each is declared, and each declared one is used."""
    declared = [p.name for p in query.parameters]
    code = "\n".join(re.sub(r"^\s*#.*", "", line) for line in query.text.split("\n"))
    used = {match[1]: code.count("\n", 0, match.start()) + 1 for match in reversed(list(_USED.finditer(code)))}
    errors = [
        ProjectError(f"parameter '{n}' is not used", Place(shown), f"write ${n}") for n in declared if n not in used
    ]
    errors += [
        ProjectError(f"parameter '{n}' is used and not declared", Place(shown, line), f"add '# param: {n} (…) = …'")
        for n, line in used.items()
        if n not in declared
    ]
    errors += [ProjectError(f"parameter '{n}' is declared twice", Place(shown), "") for n in _twice(declared)]
    try:
        form = check(query.text).form
    except QueryError as error:
        line = error.place.line if error.place else None
        return [*errors, ProjectError(error.message, Place(shown, line), error.hint)]
    if form not in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
        errors.append(ProjectError("no query after the banner", Place(shown), "write SELECT …"))
    return errors


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _example_faults(query: SavedQuery, place: Place) -> list[ProjectError]:
    try:
        words = shlex.split(query.example)
    except ValueError as error:
        return [ProjectError(f"the example cannot be split: {error}", place, "close the quotation")]
    if words[:3] != ["kg", "query", query.name]:
        return [ProjectError("no example of this question", place, f"add '# example: kg query {query.name} …'")]
    given, known = query.example_values, {p.name for p in query.parameters}
    wrong = sorted(set(given) - known) + sorted(
        p.name for p in query.parameters if not p.optional and p.name not in given
    )
    return [
        ProjectError(f"the example and parameter '{name}' do not fit", place, "use -p name=value") for name in wrong
    ]


def _wording_faults(query: SavedQuery) -> list[ProjectError]:
    """Each slot of a wording is a parameter and stands once, and there are words beside the slots."""
    known = {p.name for p in query.parameters}
    named, errors = ", ".join(sorted(known)) or "it has none", list[ProjectError]()
    for wording in query.wordings:
        slots = SLOT.findall(wording.text)
        for slot in sorted(set(slots) - known):
            errors.append(ProjectError(f"no parameter '{slot}'", wording.place, f"the parameters: {named}"))
        for slot in _twice(slots):
            errors.append(ProjectError(f"'{{{slot}}}' stands twice in a wording", wording.place, "leave one out"))
        if not re.search(r"\w", SLOT.sub("", wording.text)) or re.search(r"[{}]", SLOT.sub("", wording.text)):
            errors.append(ProjectError("no wording", wording.place, "write words, and parameters as {name}"))
    return errors


def _shared(queries: list[SavedQuery]) -> list[ProjectError]:
    """A fault for each wording that stands at two questions: nobody could tell which of them is meant."""
    seen: dict[tuple[str, str], Wording] = {}
    errors = []
    for query in queries:
        kinds = {p.name: " ".join((p.kind, *p.classes)) for p in query.parameters}
        for wording in query.wordings:
            asked = "".join(kinds.get(part, part) for part in re.split(r"[{}]", wording.text)).casefold()
            first = seen.setdefault((wording.language, asked), wording)
            if first is not wording:
                message = f"the wording stands already in {first.place}"
                errors.append(ProjectError(message, wording.place, "word it so that only one question is meant"))
    return errors


def _bound(store: Store, parameter: Parameter, value: str) -> Value:
    """The RDF term for a parameter's value."""
    if parameter.kind == "entity":
        return ox.NamedNode(lookup.entity(store, value))
    if parameter.kind == "class":
        return ox.NamedNode(lookup.class_(store, value))
    if parameter.kind == "property":
        return ox.NamedNode(lookup.property_(store, value))
    if parameter.kind == "status":
        return ox.NamedNode(lookup.status(store, value).iri)
    if parameter.kind == "text":
        return ox.Literal(value)
    return _plain(parameter, value)


def _plain(parameter: Parameter, value: str) -> Value:
    """A number or a date, checked."""
    shapes = {
        "number": (r"[+-]?\d+(\.\d+)?", "a number like 25 or 2.5"),
        "year": (r"\d{4}", "a year like 2026"),
        "date": (r"\d{4}(-\d\d(-\d\d)?)?", "a date like 2026, 2026-03 or 2026-03-17"),
    }
    pattern, wanted = shapes[parameter.kind]
    literal = Literal(value, XSD + "decimal") if parameter.kind == "number" else Literal.date(value)
    if not re.fullmatch(pattern, value, re.ASCII) or check_literal(literal):
        raise QueryError(f"{parameter.name}: '{value[:40]}' is not {wanted}")
    bound = to_ox(literal)
    assert isinstance(bound, ox.Literal)
    return bound


def read(path: Path) -> SavedQuery:
    """The saved question in a file anywhere; Faults as of :func:`load`."""
    query, errors = parse(path.stem, path.read_text(encoding="utf-8"), str(path))
    raise_faults(errors)
    return query
