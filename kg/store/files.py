"""A graph that was exported, read back into memory: with its layers, or without where the format has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from kg.errors import Place, StoreError
from kg.names import PROV, VANN, kg
from kg.rdf import LAYERS, layer
from kg.store.graph import Manifest, Store

FORMATS: Mapping[str, ox.RdfFormat] = {
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
}
"""The extensions that are read back."""
_LAYERS = {"fact": "facts", "conflict": "facts", "claim": "claims", "document": "documents", "curation": "curated"}
_EXTRACTED = ox.NamedNode(kg("Extracted"))
_EVIDENCE = (kg("claim"), kg("curation"), PROV + "wasDerivedFrom")


def read(path: Path | str) -> Store:
    """The graph in a file that an export of all layers wrote, in memory.

    Raises StoreError for another format, a fault of syntax (with its line), and a file that holds no whole graph.
    """
    path = Path(path)
    quads, prefixes = parse(path)
    manifest = _manifest(quads, prefixes, Place(str(path)))
    known = {layer(name) for name in LAYERS}
    if all(quad.graph_name in known for quad in quads):
        return Store.from_quads(quads, manifest)
    return Store.from_quads(_layered(quads, manifest), manifest)


def parse(path: Path) -> tuple[list[ox.Quad], Mapping[str, str]]:
    """The quads of a file and its prefixes; StoreError as :func:`read` does, but for what a whole graph holds."""
    place = Place(str(path))
    if path.suffix.lower() not in FORMATS:
        raise StoreError(f"no format that is read: '{path.suffix}'", place, f"one of {', '.join(FORMATS)}")
    try:
        parser = ox.parse(path=path, format=FORMATS[path.suffix.lower()])
        return list(parser), parser.prefixes
    except SyntaxError as error:
        raise StoreError(
            "does not parse", Place(str(path), error.lineno, error.offset), "write it again with 'kg export'"
        ) from None
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror or error}", place, "check the path") from None


def _manifest(quads: Sequence[ox.Quad], prefixes: Mapping[str, str], place: Place) -> Manifest:
    """What the store said about itself, as far as its ontology and the names of its records tell."""
    own = next((q.subject for q in quads if q.predicate.value == kg("recordNamespace")), None)
    about = [q for q in quads if q.subject == own]
    told = {q.predicate.value: q.object.value for q in about if isinstance(q.object, ox.Literal)}
    if own is None or _torn(quads):
        raise StoreError("holds no whole graph of this model", place, "write it with 'kg export', all layers")
    domain, entities = told.get(VANN + "preferredNamespaceUri", ""), told.get(kg("entityNamespace"), "")
    named = {told.get(VANN + "preferredNamespacePrefix", ""): domain, told.get(kg("entityPrefix"), ""): entities}
    table = {**prefixes, **{prefix: namespace for prefix, namespace in named.items() if prefix and namespace}}
    return Manifest(table, told[kg("recordNamespace")], domain, entities)


def _torn(quads: Sequence[ox.Quad]) -> bool:
    """Whether a fact lacks its claims or curations, or a claim its document: nobody could tell why it changed."""
    subjects = {quad.subject for quad in quads}
    return any(quad.object not in subjects for quad in quads if quad.predicate.value in _EVIDENCE)


def _layered(quads: Sequence[ox.Quad], manifest: Manifest) -> Iterator[ox.Quad]:
    """The quads, each in its layer: records by their names, entities by their origin, the ontology is the rest."""
    extracted = {q.subject for q in quads if q.object == _EXTRACTED}
    for quad in quads:
        name = _layer_of(quad, manifest, quad.subject in extracted)
        yield ox.Quad(quad.subject, quad.predicate, quad.object, layer(name))


def _layer_of(quad: ox.Quad, manifest: Manifest, is_extracted: bool) -> str:
    subject = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
    if subject.startswith(manifest.record_namespace):
        kind, slash, _ = subject.removeprefix(manifest.record_namespace).partition("/")
        if slash and kind in _LAYERS:
            return _LAYERS[kind]
    if not (manifest.entity_namespace and subject.startswith(manifest.entity_namespace)):
        return "ontology"
    is_direct = quad.predicate.value.startswith(manifest.domain)
    return "facts" if is_direct or is_extracted else "curated"
