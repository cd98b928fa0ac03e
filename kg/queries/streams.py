"""Facts one after the other, and those that two graphs tell differently, at any size: the names wait in files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import pyoxigraph as ox

from kg.model import Fact
from kg.names import DCT, KG, PROV, RDF
from kg.queries.facts import in_order, reader
from kg.rdf import REIFIES, layer
from kg.spool import ordered
from kg.store import Store

_BETWEEN = "\t"  # in no IRI, and before all that is
_MODULUS = 1 << 256
_FACTS = layer("facts")
_SUBJECTS = (
    f"SELECT ?fact ?subject {{ GRAPH {_FACTS} {{ ?fact rdf:subject ?subject FILTER EXISTS {{ ?fact a kg:Fact }} }} }}"
)
_PREDICATES = f"SELECT DISTINCT ?predicate {{ GRAPH {_FACTS} {{ ?any ?predicate ?value }} }}"
_OF_A_FACT = f"ASK {{ GRAPH {_FACTS} {{ ?fact ?predicate ?value . ?fact a kg:Fact }} }}"


def facts(store: Store) -> Iterator[Fact]:
    """Every fact, in the order of :func:`kg.queries.find`; in memory are those of one subject."""
    rows = store.query(_SUBJECTS)
    pairs = ordered(f"{row['subject'].value}{_BETWEEN}{row['fact'].value}" for row in rows)  # type: ignore[union-attr]
    read = reader(store)
    for _, same in groupby((line.split(_BETWEEN) for line in pairs), key=itemgetter(0)):
        yield from sorted((read(fact) for _, fact in same), key=in_order)


def qualifiers(store: Store) -> list[str]:
    """The qualifiers that any fact has, sorted: words of the domain, as a record's own are of the model."""
    names = (row["predicate"] for row in store.query(_PREDICATES))  # type: ignore[union-attr]
    return sorted(
        name.value
        for name in names
        if not name.value.startswith((KG, RDF, PROV, DCT)) and store.query(_OF_A_FACT, {"predicate": name})
    )


def differing(old: Store, new: Store) -> Iterator[str]:
    """The ids of the facts of which two graphs do not tell the same, sorted; what they rest on is not compared."""
    if old.manifest.digest and old.manifest.digest == new.manifest.digest:
        return
    marked = (f"{line}{_BETWEEN}{side}" for side, store in (("a", old), ("b", new)) for line in _sums(store))
    for name, lines in groupby((line.split(_BETWEEN) for line in ordered(marked)), key=itemgetter(0)):
        sums = {"a": 0, "b": 0}
        for _, number, side in lines:
            sums[side] += int(number, 16)
        if sums["a"] % _MODULUS != sums["b"] % _MODULUS:
            yield name


def _sums(store: Store) -> Iterator[str]:
    """The id of each fact with a sum over what is told of it; in as many parts as the engine gives it in."""
    prefix = store.records.iri("fact", "").value
    told = (quad for quad in store.match(layer="facts") if quad.predicate != REIFIES)
    for subject, quads in groupby(told, key=lambda quad: quad.subject):
        if isinstance(subject, ox.NamedNode) and subject.value.startswith(prefix):
            yield f"{subject.value.removeprefix(prefix)}{_BETWEEN}{sum(map(_number, quads)):x}"


def _number(quad: ox.Quad) -> int:
    told = f"{quad.predicate} {quad.object}".encode()
    return int.from_bytes(hashlib.sha256(told).digest(), "big")
