"""What the service says about itself (SPARQL 1.1 Service Description), made of what the store says."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from kg.names import RDF, XSD
from kg.rdf import LAYERS, layer
from kg.serve import media
from kg.serve.child import Held
from kg.serve.frames import Reply
from kg.store import Store

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
_A = ox.NamedNode(RDF + "type")
_INTEGER = ox.NamedNode(XSD + "integer")


def describe(held: Held, reply: Reply, accept: str, address: str, update: bool, service: bool) -> None:
    """Answer with the description in the format that is wanted most."""
    form, _ = media.choose(accept, media.TRIPLES)
    assert isinstance(form.engine, ox.RdfFormat)
    reply.begin(200, {"Content-Type": form.media_type, "Vary": "Accept, Origin", "Cache-Control": "no-cache"})
    prefixes = {"sd": SD, "void": VOID, "xsd": XSD}
    ox.serialize(_triples(held.store, address, update, service), reply.file, format=form.engine, prefixes=prefixes)


def _triples(store: Store, address: str, update: bool, service: bool) -> Iterator[ox.Triple]:
    own, dataset, whole = ox.NamedNode(address), ox.BlankNode("dataset"), ox.BlankNode("default")

    def said(subject: ox.NamedNode | ox.BlankNode, term: str, value: ox.NamedNode | ox.BlankNode) -> ox.Triple:
        return ox.Triple(subject, ox.NamedNode(SD + term), value)

    yield ox.Triple(own, _A, ox.NamedNode(SD + "Service"))
    yield said(own, "endpoint", own)
    languages = ["SPARQL11Query", *(["SPARQL11Update"] if update else [])]
    features = ["UnionDefaultGraph", *(["BasicFederatedQuery"] if service else [])]
    for language in languages:
        yield said(own, "supportedLanguage", ox.NamedNode(SD + language))
    for feature in features:
        yield said(own, "feature", ox.NamedNode(SD + feature))
    for form in (*media.SOLUTIONS, *media.TRIPLES):
        yield said(own, "resultFormat", ox.NamedNode(form.uri))
    yield said(own, "defaultDataset", dataset)
    yield ox.Triple(dataset, _A, ox.NamedNode(SD + "Dataset"))
    yield said(dataset, "defaultGraph", whole)
    yield from _graph(whole, len(store))
    for name, size in sorted((n, s) for n, s in store.manifest.quads.items() if n):
        entry, graph = ox.BlankNode(), ox.BlankNode()
        yield said(dataset, "namedGraph", entry)
        yield ox.Triple(entry, _A, ox.NamedNode(SD + "NamedGraph"))
        yield said(entry, "name", layer(name) if name in LAYERS else ox.NamedNode(name))
        yield said(entry, "graph", graph)
        yield from _graph(graph, size)


def _graph(node: ox.BlankNode, size: int) -> Iterator[ox.Triple]:
    yield ox.Triple(node, _A, ox.NamedNode(SD + "Graph"))
    yield ox.Triple(node, ox.NamedNode(VOID + "triples"), ox.Literal(str(size), datatype=_INTEGER))
