"""A writer of Turtle and TriG that always gives the same bytes: sorted, grouped by subject, prefixed, readable.

RDF 1.1 by default, so that every tool opens it; triple terms are written on request in the form of RDF 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import pyoxigraph as ox

from kg.export.source import About, BlankTree, Graph, Node, Object, Source
from kg.names import RDF, RDFS, SKOS, XSD, Prefixes

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
# Line separators too: some readers of lines take them for ends.
_ESCAPED = re.compile('[\\\\"\\x00-\\x1f\\x7f-\\x9f\u2028\u2029\ufeff]')
_BARE = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "boolean": re.compile("true|false"),
}
_WIDTH = 110
# What a reader wants first; the rest follows by IRI.
_LEADING = {
    iri: rank
    for rank, iri in enumerate(
        (RDF + "type", SKOS + "prefLabel", RDFS + "label", RDF + "subject", RDF + "predicate", RDF + "object")
    )
}
_STRING = XSD + "string"
_FIRST, _REST, _NIL, _TYPE = RDF + "first", RDF + "rest", RDF + "nil", RDF + "type"


class Writer:
    """Writes terms and descriptions with one table of prefixes."""

    def __init__(self, prefixes: Prefixes) -> None:
        self.prefixes = prefixes
        self._predicate = lru_cache(1 << 12)(prefixes.shrink)
        self.blanks = BlankTree({})
        """Those of what is written; to be set before any of them is."""

    def header(self) -> str:
        """The declarations of the prefixes, sorted."""
        return "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in sorted(self.prefixes.table.items()))

    def term(self, term: Object) -> str:
        """A term in Turtle; a blank node that hangs on one place is written in that place."""
        if isinstance(term, ox.NamedNode):
            return self.prefixes.shrink(term.value)
        if isinstance(term, ox.Literal):
            return self._literal(term)
        if isinstance(term, ox.BlankNode):
            return self._blank(term)
        predicate = "a" if term.predicate.value == _TYPE else self.term(term.predicate)
        return f"<<( {self.term(term.subject)} {predicate} {self.term(term.object)} )>>"

    def statement(self, predicate: ox.NamedNode, value: Object, _: Graph | None = None) -> str:
        """What :meth:`description` groups and sorts: the IRI of a predicate and the value in Turtle."""
        return f"{predicate.value} {self.term(value)}"

    def description(self, about: About) -> str:
        """All that is said of one subject, as one statement; nothing when nothing is said, or where it hangs."""
        subject = about.subject
        if self.blanks.is_inline(subject):
            return ""
        pairs = {(quad.predicate, quad.object) for quad in about.blank}
        lines = self._predicates([*about.statements, *(self.statement(*pair) for pair in pairs)])
        if not lines:
            return ""
        name = f"_:{subject.value}" if isinstance(subject, ox.BlankNode) else self.term(subject)
        return f"{name} " + " ;\n    ".join(lines) + " .\n"

    def _predicates(self, statements: Iterable[str]) -> list[str]:
        """One entry per predicate with all its objects; ``a`` first, then by IRI."""
        grouped: dict[str, list[str]] = {}
        for statement in statements:
            predicate, _, value = statement.partition(" ")
            grouped.setdefault(predicate, []).append(value)
        order = sorted(grouped, key=lambda iri: (_LEADING.get(iri, len(_LEADING)), iri))
        return [f"{'a' if p == _TYPE else self._predicate(p)} {_listed(sorted(grouped[p]))}" for p in order]

    def _literal(self, literal: ox.Literal) -> str:
        datatype = literal.datatype.value
        bare = _BARE.get(datatype)
        if bare and bare.fullmatch(literal.value):
            return literal.value
        quoted = f'"{escaped(literal.value)}"'
        if literal.language:
            return f"{quoted}@{literal.language}"
        return quoted if datatype == _STRING else f"{quoted}^^{self.prefixes.shrink(datatype)}"

    def _blank(self, node: ox.BlankNode) -> str:
        if not self.blanks.is_inline(node):
            return f"_:{node.value}"
        members = self._members(node)
        if members is not None:
            return f"( {' '.join(members)} )" if members else "()"
        inside = " ; ".join(self._predicates(self.statement(*pair) for pair in self.blanks.about(node)))
        return f"[ {inside} ]" if inside else "[]"

    def _members(self, node: ox.BlankNode) -> list[str] | None:
        """The members of the list that begins at a node, or None if it is no list, or one that others share."""
        members: list[str] = []
        current: Object = node
        while isinstance(current, ox.BlankNode) and self.blanks.is_inline(current):
            pairs = self.blanks.about(current)
            if sorted(p.value for p, _ in pairs) != [_FIRST, _REST]:
                return None
            values = {p.value: value for p, value in pairs}
            members.append(self.term(values[_FIRST]))
            current = values[_REST]
        return members if isinstance(current, ox.NamedNode) and current.value == _NIL else None


def _listed(texts: list[str]) -> str:
    line = " , ".join(texts)
    return line if len(line) <= _WIDTH or len(texts) == 1 else " ,\n        ".join(texts)


def escaped(text: str) -> str:
    """A text as it stands between quotation marks in Turtle and N-Quads.

    >>> escaped('a "b"' + chr(10) + chr(0))
    'a \\\\"b\\\\"\\\\n\\\\u0000'
    """
    return _ESCAPED.sub(lambda m: _ESCAPES.get(m.group()) or f"\\u{ord(m.group()):04X}", text)


def turtle(source: Source, prefixes: Prefixes) -> Iterator[str]:
    """The triples of all graphs of a source as one, a piece of text per subject."""
    writer = Writer(prefixes)
    told = source.told(writer.statement)
    writer.blanks = told.blanks
    yield writer.header()
    for about in told:
        if text := writer.description(about):
            yield "\n" + text


def trig(source: Source, prefixes: Prefixes) -> Iterator[str]:
    """The same, graph by graph."""
    writer = Writer(prefixes)
    yield writer.header()
    for graph, told in source.told_apart(writer.statement):
        writer.blanks = told.blanks
        yield from _block(graph, map(writer.description, told), prefixes)


def _block(graph: ox.NamedNode | ox.DefaultGraph, texts: Iterable[str], prefixes: Prefixes) -> Iterator[str]:
    name = prefixes.shrink(graph.value) if isinstance(graph, ox.NamedNode) else ""
    yield f"\n{name} {{\n" if name else "\n{\n"
    first = True
    for text in texts:
        if text:
            yield text if first else "\n" + text
            first = False
    yield "}\n"


def ntriples(source: Source, quads: bool = False) -> Iterator[str]:
    """One line per triple, or per quad, sorted by subject and within it."""
    write = _quad if quads else _triple
    for about in source.told(write):
        subject = plain(about.subject)
        yield "".join(f"{subject} {statement} .\n" for statement in about.written(write))


def line(subject: Node, predicate: ox.NamedNode, value: Object, graph: object) -> str:
    """A triple, or with a named graph a quad, as a line.

    >>> line(ox.NamedNode("x:a"), ox.NamedNode("x:b"), ox.Literal("c"), ox.NamedNode("x:d"))
    '<x:a> <x:b> "c" <x:d> .\\n'
    """
    return f"{plain(subject)} {_quad(predicate, value, graph)} .\n"


def _triple(predicate: ox.NamedNode, value: Object, _: Graph) -> str:
    return f"<{predicate.value}> {plain(value)}"


def _quad(predicate: ox.NamedNode, value: Object, graph: object) -> str:
    named = f" <{graph.value}>" if isinstance(graph, ox.NamedNode) else ""
    return f"<{predicate.value}> {plain(value)}{named}"


def plain(term: Object) -> str:
    """A term without any prefix.

    >>> plain(ox.Literal("5", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")))
    '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'
    """
    if isinstance(term, ox.NamedNode):
        return f"<{term.value}>"
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        tail = f"@{term.language}" if term.language else "" if datatype == _STRING else f"^^<{datatype}>"
        return f'"{escaped(term.value)}"{tail}'
    if isinstance(term, ox.Triple):
        return f"<<( {plain(term.subject)} {plain(term.predicate)} {plain(term.object)} )>>"
    return f"_:{term.value}"
