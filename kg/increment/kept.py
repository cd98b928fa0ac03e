"""What a store holds, read back for a change: its documents, and the records that hang together with some others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from kg.errors import Place, StoreError
from kg.model import Curation, Document, Fact
from kg.names import DCT, KG, PROV, RDF, kg
from kg.queries.facts import curation, document, read_all
from kg.rdf import REIFIES, A, layer, to_ox
from kg.store import Store

_SUBJECT, _PREDICATE, _OBJECT = (ox.NamedNode(RDF + name) for name in ("subject", "predicate", "object"))
_CLAIM, _BETWEEN, _COPY = (ox.NamedNode(kg(name)) for name in ("claim", "between", "copyOf"))
_DECISION = ox.NamedNode(kg("decision"))
_DERIVED, _SOURCE = ox.NamedNode(PROV + "wasDerivedFrom"), ox.NamedNode(DCT + "source")
_DOCUMENT = ox.NamedNode(KG + "Document")


class Kept(Mapping[str, Document]):
    """The documents of a store by id, each read when it is asked for, and what its records hang together with."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.records = store.records

    def __getitem__(self, name: str) -> Document:
        found = document(self.store, self.records.iri("document", name).value)
        if found is None:
            raise KeyError(name)
        if found.id != name:
            place = Place(str(self.store.path))
            raise StoreError(f"document {name} does not come back as it was read", place, "run 'kg build' again")
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names(self.store.match(None, A, _DOCUMENT, "documents"))))

    def __len__(self) -> int:
        return self.store.manifest.counts.get("documents", 0)

    def __contains__(self, name: object) -> bool:
        node = self.records.iri("document", str(name))
        return any(True for _ in self.store.match(node, A, _DOCUMENT, "documents"))

    def of_source(self, source: str) -> set[str]:
        """The ids of the documents with this source."""
        return self._names(self.store.match(None, _SOURCE, ox.Literal(source), "documents"))

    def family(self, source: str) -> set[str]:
        """The ids of the documents with this source, of their originals, and of all copies of those."""
        own = self.of_source(source)
        originals = {name for each in own if (name := self[each].copy_of)}
        copies = (self._names(self.store.match(None, _COPY, self.records.iri("document", n))) for n in own | originals)
        return (own | originals).union(*copies)

    def decided(self) -> list[Curation]:
        """The decisions that the store carries, sorted."""
        quads = self.store.match(None, _DECISION, layer="curated")
        nodes = {q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode)}
        prefix = self.records.iri("curation", "").value
        return sorted((curation(self.store, n) for n in nodes if n.startswith(prefix)), key=lambda c: c.id)

    def tellers(self, facts: Iterable[str]) -> set[str]:
        """The ids of the documents that have claims in these facts."""
        nodes = (self.records.iri("fact", name) for name in facts)
        claims = {q.object for node in nodes for q in self.store.match(node, _CLAIM, layer="facts")}
        return self._tellers(claims)

    def namers(self, entity: str) -> set[str]:
        """The ids of the documents whose claims are about an entity, name it in a qualifier or have it speak."""
        node = ox.NamedNode(entity)
        ends = (q.subject for p in (_SUBJECT, _OBJECT) for q in self.store.match(None, p, node, "facts"))
        claims = {q.object for fact in ends for q in self.store.match(fact, _CLAIM, layer="facts")}  # type: ignore[arg-type]
        return self._tellers(claims | {q.subject for q in self.store.match(object=node, layer="claims")})

    def saying(self, fact: Fact) -> set[str]:
        """The ids of the facts that share their direct triple with a fact."""
        triple = ox.Triple(ox.NamedNode(fact.subject), ox.NamedNode(fact.predicate), to_ox(fact.object))
        return self._names(self.store.match(None, REIFIES, triple, "facts"))

    def about(self, subject: str, properties: Iterable[str]) -> set[str]:
        """The ids of the facts of a subject with one of these properties."""
        wanted = [ox.NamedNode(p) for p in sorted(properties)]
        nodes = self._names(self.store.match(None, _SUBJECT, ox.NamedNode(subject), "facts"))
        return {n for n in nodes if any(self._has(self.records.iri("fact", n), p) for p in wanted)}

    def facts(self, names: Iterable[str]) -> list[Fact]:
        """The facts of these ids that are there, with their claims; a claim's ends are those of its fact."""
        nodes = [self.records.iri("fact", name) for name in sorted(names)]
        return read_all(self.store, [n.value for n in nodes if self.of_node(n, "facts")])

    def conflicts(self, facts: Iterable[str]) -> set[ox.NamedNode]:
        """The conflicts that one of these facts is part of."""
        nodes = (self.records.iri("fact", name) for name in facts)
        found = {q.subject for node in nodes for q in self.store.match(None, _BETWEEN, node, "facts")}
        return {node for node in found if isinstance(node, ox.NamedNode)}

    def of_node(self, node: ox.NamedNode, where: str) -> list[ox.Quad]:
        """The quads of a record in its layer."""
        return list(self.store.match(node, layer=where))

    def direct(self, fact: Fact) -> list[ox.Quad]:
        """The direct triple of a fact, if it is there."""
        subject, predicate = ox.NamedNode(fact.subject), ox.NamedNode(fact.predicate)
        return list(self.store.match(subject, predicate, to_ox(fact.object), "facts"))

    def _has(self, fact: ox.NamedNode, predicate: ox.NamedNode) -> bool:
        return ox.Quad(fact, _PREDICATE, predicate, layer("facts")) in self.store.engine

    def _tellers(self, claims: Iterable[object]) -> set[str]:
        nodes = (claim for claim in claims if isinstance(claim, ox.NamedNode))
        quads = (q for node in nodes for q in self.store.match(node, _DERIVED, layer="claims"))
        return {self.records.id_of(q.object.value) for q in quads if isinstance(q.object, ox.NamedNode)}

    def _names(self, quads: Iterable[ox.Quad]) -> set[str]:
        return {self.records.id_of(q.subject.value) for q in quads if isinstance(q.subject, ox.NamedNode)}
