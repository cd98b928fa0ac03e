"""Records as lines of N-Quads: their own, which no other record has, and those that several may say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from kg.export.turtle import line
from kg.model import Conflict, Document, Entity, Fact
from kg.rdf import Records


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of some records: ``own`` are about the records, ``shared`` about what others may name too."""

    own: tuple[str, ...] = ()
    shared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, node: ox.NamedNode, quads: Iterable[ox.Quad]) -> Lines:
        """The lines of the quads of one record."""
        listed = list(quads)
        own = dict.fromkeys(written(q) for q in listed if q.subject == node)
        return cls(tuple(own), frozenset(written(q) for q in listed if q.subject != node))

    @classmethod
    def joined(cls, parts: Iterable[Lines]) -> Lines:
        """The lines of all parts."""
        every = list(parts)
        return cls(tuple(x for part in every for x in part.own), frozenset().union(*(part.shared for part in every)))

    @property
    def text(self) -> str:
        """Its own lines as one text."""
        return "\n".join(self.own)


def of_document(document: Document, records: Records) -> Lines:
    """The lines of a document."""
    return Lines.of(records.iri("document", document.id), records.document(document))


def of_fact(fact: Fact, records: Records) -> Lines:
    """The lines of a fact and of its claims."""
    claims = (Lines.of(records.iri("claim", c.id), records.claim(c)) for c in fact.claims)
    return Lines.joined([Lines.of(records.iri("fact", fact.id), records.fact(fact)), *claims])


def of_conflict(conflict: Conflict, records: Records) -> Lines:
    """The lines of a conflict."""
    return Lines.of(records.iri("conflict", conflict.id), records.conflict(conflict))


def of_entity(entity: Entity, records: Records) -> Lines:
    """The lines of an entity."""
    return Lines.of(ox.NamedNode(entity.iri), records.entity(entity))


def written(quad: ox.Quad) -> str:
    """A quad as a line, without its end."""
    assert not isinstance(quad.subject, ox.Triple), "no triple of a triple"
    return line(quad.subject, quad.predicate, quad.object, quad.graph_name).removesuffix("\n")
