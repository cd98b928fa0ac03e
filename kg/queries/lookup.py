"""What people call things, turned into IRIs: entities by any of their names, properties and statuses by label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

import pyoxigraph as ox

from kg.errors import QueryError
from kg.model import Literal, Status
from kg.names import DCT, OWL, RDF, RDFS, SKOS, kg, local_name
from kg.rdf import A
from kg.store import Store

PREFERRED, ALTERNATIVE, AMBIGUOUS = SKOS + "prefLabel", SKOS + "altLabel", kg("ambiguousLabel")
_RANKS = {PREFERRED: 0, ALTERNATIVE: 1, AMBIGUOUS: 4}
_RDFS_LABEL = RDFS + "label"
_PROPERTIES = (OWL + "ObjectProperty", OWL + "DatatypeProperty", RDF + "Property")
_CLASS = OWL + "Class"
_BY_NAME = """
SELECT DISTINCT ?thing ?kind ?label {
  VALUES ?kind { skos:prefLabel skos:altLabel kg:ambiguousLabel }
  ?thing ?kind ?label FILTER(LCASE(STR(?label)) = ?key)
}"""


def entity(store: Store, name: str) -> str:
    """The IRI of the entity with this CURIE, IRI, local name, label or alias, in any language.

    A name as written goes before one in other capitals, a preferred label before an alias, and both before a name
    that only its context makes clear. Raises QueryError for an unknown name, with those close to it, and for one
    that several entities share, with all of them.
    """
    iri = _as_iri(store, name) or _existing(store, store.manifest.entity_namespace + name)
    if iri:
        return _merged(store, iri)
    found = _named(store, name)
    if not found:
        raise QueryError(f"no entity is called '{name}'", None, _near(name, _all_names(store)))
    best = min(found.values())
    candidates = sorted(iri for iri, rank in found.items() if rank == best)
    if len(candidates) > 1:
        listed = ", ".join(store.prefixes.shrink(iri) for iri in candidates)
        raise QueryError(f"several entities are called '{name}': {listed}", None, "give one of these instead")
    return candidates[0]


def _merged(store: Store, iri: str) -> str:
    """The entity that this one was found to be, or itself."""
    quads = store.match(ox.NamedNode(iri), ox.NamedNode(kg("mergedInto")))
    return next((q.object.value for q in quads if isinstance(q.object, ox.NamedNode)), iri)


def _named(store: Store, name: str) -> dict[str, int]:
    """The entities with a name, each with its best rank: lower is better."""
    found: dict[str, int] = {}
    for row in _rows(store, _BY_NAME, key=ox.Literal(name.lower())):
        iri, kind, label = row
        rank = _RANKS[kind] + (0 if label == name else 2)
        found[iri] = min(rank, found.get(iri, rank))
    return found


def _rows(store: Store, query: str, **values: ox.Literal | ox.NamedNode) -> Iterator[tuple[str, ...]]:
    for row in store.query(query, values):  # type: ignore[union-attr]
        yield tuple(term.value for term in row)


def property_(store: Store, name: str) -> str:
    """The IRI of the property with this CURIE, IRI, local name or label in any language; QueryError without one."""
    return _term(store, name, _PROPERTIES, "property", "properties")


def class_(store: Store, name: str) -> str:
    """The IRI of the class with this CURIE, IRI, local name or label in any language; QueryError without one."""
    return _term(store, name, (_CLASS,), "class", "classes")


def _term(store: Store, name: str, kinds: tuple[str, ...], one: str, many: str) -> str:
    """The IRI of the ontology term of some kinds that a name stands for."""
    iri = _as_iri(store, name) or _existing(store, store.manifest.domain + name)
    if iri:
        return iri
    labels = {iri: sorted({local_name(iri), *_labels_of(store, iri)}) for iri in _terms(store, kinds)}
    found = sorted(iri for iri, texts in labels.items() if name.lower() in (t.lower() for t in texts))
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(store.prefixes.shrink(iri) for iri in found)
        raise QueryError(f"several {many} are called '{name}': {listed}", None, "give one of these instead")
    raise QueryError(f"no {one} is called '{name}'", None, _near(name, (t for texts in labels.values() for t in texts)))


def status(store: Store, name: str) -> Status:
    """The status with this name (``Planned``, ``kg:Planned``) or label in any language; QueryError without one."""
    wanted = name.lower().removeprefix("kg:")
    for each in Status:
        if wanted in {each.value.lower(), each.iri.lower(), *(x.lower() for x in _labels_of(store, each.iri))}:
            return each
    raise QueryError(f"no status is called '{name}'", None, f"one of {', '.join(Status)}")


def document(store: Store, name: str) -> str:
    """The IRI of the document with this id (or the beginning of it), IRI, or source; QueryError without one."""
    prefix = store.records.iri("document", "").value
    wanted = name if name.startswith(prefix) else prefix + name.removeprefix("document:")
    found = sorted(_subjects(store, _SOURCE, ox.Literal(name)))
    if not found:
        every = _subjects(store, A, _DOCUMENT)
        found = sorted(({wanted} & every) or {iri for iri in every if name and iri.startswith(wanted)})
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(store.records.id_of(iri) for iri in found[:5])
        raise QueryError(f"several documents fit '{name}': {listed}", None, "give more of the id")
    raise QueryError(f"no document '{name}'", None, "give its id or its source")


def _subjects(store: Store, predicate: ox.NamedNode, value: ox.NamedNode | ox.Literal) -> set[str]:
    quads = store.match(None, predicate, value, "documents")
    return {q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode)}


_SOURCE, _DOCUMENT = ox.NamedNode(DCT + "source"), ox.NamedNode(kg("Document"))


def labels(store: Store, language: str = "en") -> dict[str, str]:
    """The label of every entity and ontology term: in a language, else in English, else the first of any other."""
    best: dict[str, tuple[int, str, str]] = {}
    places = ((PREFERRED, None), (_RDFS_LABEL, "ontology"))
    for predicate, where in places:
        for quad in store.match(predicate=ox.NamedNode(predicate), layer=where):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                given = quad.object.language or ""
                rank = (language, "en", "").index(given) if given in (language, "en", "") else 3
                candidate = (rank, given, quad.object.value)
                best[quad.subject.value] = min(candidate, best.get(quad.subject.value, candidate))
    return {iri: text for iri, (_, _, text) in sorted(best.items())}


def identifying(store: Store) -> frozenset[str]:
    """The qualifiers that are part of what a fact is about, as the ontology in the store declares them."""
    true = ox.Literal("true", datatype=ox.NamedNode(Literal.boolean(True).datatype))
    quads = store.match(predicate=ox.NamedNode(kg("identifying")), object=true, layer="ontology")
    return frozenset(q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode))


def symmetric(store: Store, property: str) -> bool:
    """Whether a property holds both ways, as the ontology in the store declares it."""
    kind = ox.NamedNode(OWL + "SymmetricProperty")
    return any(True for _ in store.match(ox.NamedNode(property), A, kind, "ontology"))


def _as_iri(store: Store, name: str) -> str:
    """The IRI that a name spells out, if it does; QueryError if nothing is known of it."""
    try:
        iri = store.prefixes.expand(name)
        node = ox.NamedNode(iri)
    except (KeyError, ValueError):
        return ""
    if not _is_known(store, node):
        raise QueryError(f"{store.prefixes.shrink(iri)} is not in the graph", None, "see 'kg facts' for what is")
    return iri


def _existing(store: Store, iri: str) -> str:
    try:
        return iri if _is_known(store, ox.NamedNode(iri)) else ""
    except ValueError:
        return ""


def _is_known(store: Store, node: ox.NamedNode) -> bool:
    return any(True for _ in store.match(node)) or any(True for _ in store.match(object=node))


def _terms(store: Store, kinds: tuple[str, ...]) -> list[str]:
    """The terms of the ontology of some kinds."""
    found = {q.subject for kind in kinds for q in store.match(None, A, ox.NamedNode(kind), "ontology")}
    return sorted(s.value for s in found if isinstance(s, ox.NamedNode))


def _labels_of(store: Store, iri: str) -> list[str]:
    quads = store.match(ox.NamedNode(iri), ox.NamedNode(_RDFS_LABEL), layer="ontology")
    return [q.object.value for q in quads if isinstance(q.object, ox.Literal)]


def _all_names(store: Store) -> Iterator[str]:
    for predicate in (PREFERRED, ALTERNATIVE):
        for quad in store.match(predicate=ox.NamedNode(predicate)):
            if isinstance(quad.object, ox.Literal):
                yield quad.object.value


def _near(name: str, names: Iterable[str]) -> str:
    by_key = {n.lower(): n for n in sorted(set(names))}
    close = get_close_matches(name.lower(), by_key, n=3)
    return "did you mean " + ", ".join(by_key[key] for key in close) + "?" if close else "give a CURIE or a full name"
