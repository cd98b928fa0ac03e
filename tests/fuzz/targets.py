"""What may be handed any bytes at all: each target reads them and fails only where the program would be at fault.

A refusal on purpose (a :class:`kg.errors.KgError`) is a good answer; another exception, a promise that does not hold,
a dead process or work without end is a finding. ``run.py`` beside this searches for one, ``test_fuzz.py`` tries what is
kept in ``seeds/``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from kg import decisions, documents, ontology, patterns, queries, seeds, store
from kg.decisions.decision import WORDS
from kg.errors import KgError, ProjectError
from kg.model import Document, Entity
from kg.names import XSD
from kg.ontology import Ontology
from kg.patterns.notation import NotationError, parse
from kg.project import Project
from kg.queries.saved import KINDS, Parameter
from kg.rdf import Records, parse_turtle
from kg.store import sparql

ROOT = Path(__file__).resolve().parents[2]
RECORDS = Records("https://fuzz.example/")
_ODD = frozenset(map(chr, range(0xD800, 0xE000)))


@cache
def _ontology() -> Ontology:
    return ontology.load(Project(ROOT))


@cache
def _entities() -> Mapping[str, Entity]:
    return seeds.load_names(Project(ROOT), _ontology()).entities


@cache
def _graph() -> store.Store:
    """The names of the shipped project and nothing else, in memory."""
    records = _ontology().records
    quads = [q for iri in sorted(_entities())[:40] for q in records.entity(_entities()[iri])]
    described = store.Manifest(dict(_ontology().prefixes.table), "https://fuzz.example/", _ontology().domain)
    return store.Store.from_quads([*_ontology().quads(), *quads], described)


@cache
def _folder() -> Path:
    """A folder of this process alone, for what is loaded from files."""
    folder = tempfile.TemporaryDirectory(prefix="kg-fuzz-")
    _kept.append(folder)
    return Path(folder.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def _written(name: str, data: bytes) -> Project:
    """A project whose one file of interest holds these bytes."""
    path = _folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Project(_folder())


def _document(data: bytes, suffix: str) -> None:
    try:
        found = documents.parse(data, "fuzz", suffix)
    except KgError:
        return
    _storable(found)


def _storable(document: Document) -> None:
    """Raise unless the document can be written, named and told: no text is empty, or has what no UTF-8 can hold."""
    assert document.text.strip()
    for text in (document.text, document.source, document.title, document.publisher, document.language):
        assert not _ODD & set(text), "a lone surrogate"
    engine = ox.Store()
    engine.extend(RECORDS.document(document))
    again = ox.Store()
    again.load(engine.dump(format=ox.RdfFormat.N_QUADS), format=ox.RdfFormat.N_QUADS)
    assert set(again) == set(engine)


def text(data: bytes) -> None:
    """A plain text."""
    _document(data, ".txt")


def markdown(data: bytes) -> None:
    """A Markdown file, with or without front matter."""
    _document(data, ".md")


def front_matter(data: bytes) -> None:
    """What stands between the fences of a Markdown file."""
    _document(b"---\n" + data + b"\n---\nText.\n", ".md")


def page(data: bytes) -> None:
    """A web page."""
    _document(data, ".html")


def pattern_file(data: bytes) -> None:
    """A file of patterns of a language."""
    with suppress(KgError):
        patterns.load(_written("ontology/patterns/xx.toml", data), _ontology())


def pattern_line(data: bytes) -> None:
    """One line of such a file, in its notation."""
    with suppress(NotationError):
        parse(data.decode("utf-8", "replace"), {"list": frozenset({("a", "b"), ("c",)})})


def decision_file(data: bytes) -> None:
    """A file of decisions, of the kind that its first byte chooses."""
    kinds = sorted(WORDS)
    kind = kinds[data[0] % len(kinds)] if data else kinds[0]
    for other in kinds:
        _written(f"seeds/decisions/{other}.toml", data[1:] if other == kind else b"")
    with suppress(KgError):
        decisions.load(Project(_folder()), _ontology(), _entities())


def turtle(data: bytes) -> None:
    """A file of names, facts or ontology: cut into statements, it says what it says as a whole."""
    words = data.decode("utf-8", "replace")
    try:
        whole = list(ox.parse(words, format=ox.RdfFormat.TURTLE))
    except SyntaxError:
        with suppress(ProjectError):
            parse_turtle(words, "fuzz.ttl")
        return
    found, _ = parse_turtle(words, "fuzz.ttl")
    assert sum(len(s.triples) for s in found) == len(whole)


def parameter(data: bytes) -> None:
    """A value for a parameter of a saved question: it stays a value, whatever it says."""
    kind = KINDS[data[0] % len(KINDS)] if data else "text"
    value = data[1:].decode("utf-8", "replace")
    question = queries.saved.SavedQuery(
        "fuzz", {}, (Parameter("o", kind, True, ""),), "", "SELECT ?s $o { ?s ?p $o }", queries.saved.Place("fuzz")
    )
    try:
        bound = question.bindings(_graph(), {"o": value})
        found = question.ask(_graph(), {"o": value})
    except KgError:
        return
    assert isinstance(found, ox.QuerySolutions)
    if bound:
        assert {row["o"] for row in found} <= set(bound.values())
    if kind == "text" and bound:
        assert bound["o"] == ox.Literal(value, datatype=ox.NamedNode(XSD + "string"))


def query(data: bytes) -> None:
    """A query in SPARQL: what passes the look at it neither ends the engine nor leaves the graph another."""
    with suppress(KgError):
        store.Store.from_quads([], _graph().manifest).query(data.decode("utf-8", "replace"))


def update(data: bytes) -> None:
    """An update in SPARQL, of which the engine only sees what passes the look at it."""
    try:
        checked = sparql.check_update(data.decode("utf-8", "replace"))
        words = sparql.completed(checked, sparql.Dataset.of(["x:g"], []))
    except KgError:
        return
    with suppress(SyntaxError):
        ox.Store().update(words)


def saved_question(data: bytes) -> None:
    """A file of a saved question."""
    queries.saved.parse("fuzz", data.decode("utf-8", "replace"), "fuzz.rq")


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        text, markdown, front_matter, page, pattern_file, pattern_line, decision_file, turtle, parameter, query, update,
        saved_question,
    )
}  # fmt: skip
"""Each target by its name."""


def seeds_of(name: str) -> list[Path]:
    """The inputs that are kept for a target, sorted: those a person wrote, and those that once were findings."""
    return sorted((Path(__file__).parent / "seeds" / name).iterdir())
