"""Quads as any server of RDF 1.1 keeps them, and back.

Blank nodes are IRIs there (RDF 1.1 Concepts, section 3.5): a name that lasts from one request to the next. What a fact
reifies is left out where the server has no triple terms, and is made again from the fact's subject, predicate and
object: nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from kg.names import RDF, XSD, kg
from kg.rdf import REIFIES, A, layer

GENID = "https://w3id.org/.well-known/genid/kg/"
"""What the IRIs of blank nodes begin with."""
_BOOLEAN = XSD + "boolean"
_TRUTH = {"1": ox.Literal(True), "0": ox.Literal(False)}
_FACT = ox.NamedNode(kg("Fact"))
_PARTS = tuple(ox.NamedNode(RDF + name) for name in ("subject", "predicate", "object"))
_ESCAPED = re.compile(r"\\\\([uU])|\\.")

Node = ox.NamedNode | ox.BlankNode | ox.Triple
Term = Node | ox.Literal


def sent(term: Term) -> Term:
    """A term as it is sent.

    >>> str(sent(ox.BlankNode("c14n0")))
    '<https://w3id.org/.well-known/genid/kg/c14n0>'
    """
    return ox.NamedNode(GENID + term.value) if isinstance(term, ox.BlankNode) else term


def node(term: Node) -> Node:
    """A node as it was before it was sent."""
    if isinstance(term, ox.NamedNode) and term.value.startswith(GENID):
        return ox.BlankNode(term.value[len(GENID) :])
    return term


def received(term: Term) -> Term:
    """A term as it was before it was sent; a server may write a truth value as a figure.

    >>> str(received(ox.Literal("1", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))))
    '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'
    """
    if isinstance(term, ox.Literal):
        return _TRUTH.get(term.value, term) if term.datatype.value == _BOOLEAN else term
    if isinstance(term, ox.Triple):
        return ox.Triple(node(term.subject), term.predicate, received(term.object))
    return node(term)


def line(quad: ox.Quad) -> str:
    """The triple of a quad as a line of N-Triples."""
    return f"{sent(quad.subject)} {quad.predicate} {sent(quad.object)} .\n"


def in_update(lines: str) -> str:
    r"""Lines of N-Triples as an update may hold them: SPARQL reads a backslash before a u twice.

    >>> in_update(r'<x:s> <x:p> "C:\\users" .')
    '<x:s> <x:p> "C:\\\\\\u0075sers" .'
    """
    return _ESCAPED.sub(lambda m: rf"\\\u{ord(m[1]):04x}" if m[1] else m[0], lines)


def is_newer(quad: ox.Quad) -> bool:
    """Whether RDF 1.1 cannot say it."""
    return isinstance(quad.object, ox.Triple)


def reified(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """What the facts among these quads reify; all that is said of a fact has to be there."""
    parts: dict[Node, dict[ox.NamedNode, Any]] = {}
    facts: set[Node] = set()
    for quad in quads:
        if quad.predicate in _PARTS:
            parts.setdefault(quad.subject, {})[quad.predicate] = quad.object
        elif quad.predicate == A and quad.object == _FACT:
            facts.add(quad.subject)
    for fact in facts:
        said = parts.get(fact, {})
        if len(said) == len(_PARTS):
            yield ox.Quad(fact, REIFIES, ox.Triple(*(said[part] for part in _PARTS)), layer("facts"))
