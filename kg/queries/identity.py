"""The entities of a store, and those of them that may be one under two names: for a curator to decide on."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pyoxigraph as ox

from kg.identity import Proposal, Wording, proposals
from kg.model import Document, Entity, Label, Literal, Origin, Term
from kg.names import RDF, SKOS, kg
from kg.ontology import Ontology
from kg.queries import facts as stored
from kg.rdf import LABEL_KINDS, A, from_ox
from kg.store import Store

_LAYERS = ("curated", "facts")
"""Where entities stand: as curators listed them, and as texts gave them."""
_TYPE, _ORIGIN = RDF + "type", kg("origin")
_DESCRIBED = (_TYPE, kg("belongsTo"), kg("context"), SKOS + "exactMatch", kg("home"), _ORIGIN)
_DOCUMENT = ox.NamedNode(kg("Document"))


def merges(
    store: Store, ontology: Ontology, wording: Wording, decided: Collection[Collection[str]] = ()
) -> list[Proposal]:
    """The pairs of entities of a store that may be one, the surest first, without those ``decided`` before.

    ``wording`` is what :func:`kg.identity.load` reads of a project; see :func:`kg.identity.proposals` for the rest.
    """
    return proposals(entities(store), stored.find(store), _documents(store), ontology, wording, decided)


def entities(store: Store) -> list[Entity]:
    """Every entity with its classes and names, sorted by IRI."""
    labels: dict[str, set[Label]] = {}
    for name, kind in LABEL_KINDS.items():
        for iri, value in _said(store, name):
            if isinstance(value, Literal):
                labels.setdefault(iri, set()).add(Label(value.lexical, value.language, kind))
    described: dict[str, dict[str, set[str]]] = {iri: {} for iri in labels}
    for name in _DESCRIBED:
        for iri, value in _said(store, name):
            if iri in described:
                described[iri].setdefault(name, set()).add(value.lexical if isinstance(value, Literal) else value)
    return [_entity(iri, labels[iri], described[iri]) for iri in sorted(labels)]


def _entity(iri: str, labels: Collection[Label], described: dict[str, set[str]]) -> Entity:
    types, belongs_to, context, same_as, home, origin = (tuple(sorted(described.get(n, ()))) for n in _DESCRIBED)
    read = kg(Origin.EXTRACTED) in origin
    names = tuple(sorted(labels))
    return Entity(iri, types, names, belongs_to, context, same_as, home, Origin.EXTRACTED if read else Origin.CURATED)


def _said(store: Store, predicate: str) -> Iterator[tuple[str, Term]]:
    for name in _LAYERS:
        for quad in store.match(predicate=ox.NamedNode(predicate), layer=name):
            if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.Triple):
                yield quad.subject.value, from_ox(quad.object)


def _documents(store: Store) -> Iterator[Document]:
    for quad in store.match(None, A, _DOCUMENT, "documents"):
        found = stored.document(store, str(from_ox(quad.subject)))
        if found is not None:
            yield found
