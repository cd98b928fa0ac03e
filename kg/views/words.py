"""What a picture's facts are called and why they are believed, read from the store."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kg.model import Fact, Status
from kg.names import KG, OWL
from kg.queries import facts as stored
from kg.rdf import A
from kg.store import Store
from kg.views.graph import Evidence, Words


def words(store: Store, facts: Iterable[Fact]) -> Words:
    """Labels, classes, evidence (the newest first) and conflicts of some facts."""
    known = list(facts)
    labels = stored.labels(store)
    ends = sorted({end for f in known for end in (f.subject, f.object) if isinstance(end, str)})
    types = {iri: kinds[0] for iri in ends if (kinds := classes(store, iri))}
    evidence = {f.id: _evidence(stored.explain(store, f), labels) for f in known}
    against: dict[str, list[tuple[str, str]]] = {}
    told: dict[str, str] = {}
    named = Words(labels)
    for conflict, *sides in stored.conflicts(store):
        told.update({f.id: " ".join(map(named.of, (f.subject, f.predicate, f.object))) for f in sides})
        against.setdefault(conflict.first, []).append((conflict.second, conflict.rule))
        if conflict.second != conflict.first:
            against.setdefault(conflict.second, []).append((conflict.first, conflict.rule))
    return Words(labels, types, evidence, against, told)


def classes(store: Store, iri: str) -> list[str]:
    """The classes of an entity that are of the domain, sorted."""
    found = [q.object for q in store.match(ox.NamedNode(iri), A)]
    named = {c.value for c in found if isinstance(c, ox.NamedNode)}
    return sorted(c for c in named if not c.startswith((KG, OWL)))


def _evidence(explained: stored.Explanation, labels: dict[str, str]) -> list[Evidence]:
    told = sorted((_told(item, labels) for item in explained.evidence), key=lambda e: e.date, reverse=True)
    curated = [Evidence(c.status, c.source, place=f"{c.file}:{c.line}") for c in explained.fact.curations]
    return curated + told


def _told(item: stored.Evidence, labels: dict[str, str]) -> Evidence:
    claim, document = item.claim, item.document
    return Evidence(
        status=claim.status if claim.counts else Status.REJECTED,
        source=item.source,
        before=item.before,
        quote=claim.quote,
        after=item.after,
        title=document.title if document else "",
        publisher=document.publisher if document else "",
        date=document.issued if document else "",
        language=document.language if document else "",
        speaker=labels.get(claim.stated_by, claim.stated_by),
        rule=claim.pattern,
        copy=bool(document and document.copy_of),
        translated=bool(document and document.translated),
    )
