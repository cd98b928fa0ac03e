"""Facts of a store as the block that a page or a program gets: named, dated, and with all that stands behind them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import pyoxigraph as ox

from kg.model import Claim, Fact, Literal, Qualifier, Status, qualifier_key, term_key
from kg.names import DCT, KG, OWL, RDF, RDFS, SKOS, kg, local_name
from kg.queries import facts as stored
from kg.queries.lookup import ALTERNATIVE, AMBIGUOUS, PREFERRED
from kg.rdf import A
from kg.sentences import beside
from kg.store import Store
from kg.views import data
from kg.views.graph import neighbourhood
from kg.views.words import classes

_WEB = re.compile(r"https?://[^\s<>\"]+\Z")
_ENDS = (ox.NamedNode(RDF + "subject"), ox.NamedNode(RDF + "object"))
_AREA, _FILLED, _LINK = ox.NamedNode(kg("area")), ox.NamedNode(kg("filledBy")), ox.NamedNode(SKOS + "exactMatch")
_ISSUED, _LABEL = ox.NamedNode(DCT + "issued"), ox.NamedNode(RDFS + "label")
_NAMES = tuple(ox.NamedNode(name) for name in (PREFERRED, ALTERNATIVE, AMBIGUOUS))
_UNITS = ("unit", "currency")
"""What fills the qualifiers that are written beside a number."""
OTHER = "other"
"""The class of things that have none."""


class Collector:
    """Makes blocks of one store. What is the same for all of them is read once: keep it as long as the store.

    ``numbered``: each class has its own number in all blocks, so that pages that get several draw it alike.
    """

    def __init__(self, store: Store, numbered: bool = False) -> None:
        self.store = store
        self._numbered = numbered

    def facts(self, about: str | None = None, hops: int = 1, query: str | None = None) -> list[Fact]:
        """The facts around an entity (its IRI), those an answer names or joins, or all, in their order."""
        found = stored.find(self.store)
        if query is not None:
            wanted = _answered(self.store, query, found)
            found = [fact for fact in found if fact.id in wanted]
        return neighbourhood(found, about, hops) if about is not None else found

    def block(self, facts: Sequence[Fact], title: str = "", query: str = "", alone: Iterable[str] = ()) -> data.Data:
        """The block of some facts; ``alone`` are entities (IRIs) that are in it even if no fact has them."""
        return _Block(self, facts, alone).whole(title, query)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The label of every entity and term."""
        return stored.labels(self.store)

    @cached_property
    def built(self) -> str:
        """The date of the newest document."""
        dates = (q.object.value for q in self.store.match(predicate=_ISSUED) if isinstance(q.object, ox.Literal))
        return max(dates, default="")

    @cached_property
    def total(self) -> int:
        """How many facts the store has."""
        return sum(1 for _ in self.store.match(None, A, ox.NamedNode(kg("Fact")), "facts"))

    @cached_property
    def against(self) -> dict[str, tuple[data.Against, ...]]:
        """What contradicts each contradicted fact, by id."""
        found: dict[str, list[data.Against]] = {}
        for conflict, *sides in stored.conflicts(self.store):
            told = {f.id: " ".join(map(self.name, (f.subject, f.predicate, f.object))) for f in sides}
            for one, other in {(conflict.first, conflict.second), (conflict.second, conflict.first)}:
                found.setdefault(one, []).append(data.Against(other, conflict.rule, told.get(other, "")))
        return {id: tuple(sorted(each, key=lambda a: (a.fact, a.rule))) for id, each in found.items()}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each class, the most frequent first; none where blocks number their own."""
        if not self._numbered:
            return {}
        types = (q.object.value for q in self.store.match(None, A) if isinstance(q.object, ox.NamedNode))
        found = Counter(name for name in types if not name.startswith((KG, OWL, RDF, RDFS)))
        return {iri: number for number, iri in enumerate([*sorted(found, key=lambda c: (-found[c], c)), OTHER])}

    @cached_property
    def units(self) -> frozenset[str]:
        """The qualifiers that are written beside a number."""
        return frozenset(
            q.subject.value
            for filled in _UNITS
            for q in self.store.match(None, _FILLED, ox.Literal(filled), "ontology")
            if isinstance(q.subject, ox.NamedNode)
        )

    def name(self, term: str | Literal) -> str:
        """A term in words."""
        return term.lexical if isinstance(term, Literal) else self.labels.get(term) or local_name(term) or term

    def area(self, predicate: str) -> str:
        """The area of the ontology that a predicate belongs to, in English, else in the first language it has."""
        quads = self.store.match(ox.NamedNode(predicate), _AREA, layer="ontology")
        found = [(q.object.language != "en", q.object.value) for q in quads if isinstance(q.object, ox.Literal)]
        return min(found)[1] if found else ""

    def entity(self, iri: str, class_: int) -> data.Entity:
        """An entity with all its names."""
        node = ox.NamedNode(iri)
        label = self.name(iri)
        names = {
            (q.object.value, q.object.language or "")
            for predicate in _NAMES
            for q in self.store.match(node, predicate)
            if isinstance(q.object, ox.Literal) and q.object.value != label
        }
        links = {q.object.value for q in self.store.match(node, _LINK) if isinstance(q.object, ox.NamedNode)}
        aliases = tuple(data.Alias(*name) for name in sorted(names))
        degree = sum(1 for end in _ENDS for _ in self.store.match(None, end, node, "facts"))
        return data.Entity(self.store.prefixes.shrink(iri), label, class_, aliases, tuple(sorted(links)), degree)


def _answered(store: Store, query: str, facts: Sequence[Fact]) -> set[str]:
    """The ids of the facts that an answer names, states, or that join two entities of one of its rows."""
    answer = store.query(query)
    found: set[str] = set()
    if isinstance(answer, ox.QueryBoolean):
        return found
    prefix = store.records.iri("fact", "").value
    by_ends: dict[tuple[str, str], set[str]] = {}
    for fact in facts:
        by_ends.setdefault((fact.subject, term_key(fact.object)), set()).add(fact.id)
    for row in answer:
        values = [v.value for v in row if isinstance(v, ox.NamedNode)]
        named = {v.removeprefix(prefix) for v in values if v.startswith(prefix)}
        ends = [f"<{v}>" for v in values]
        found |= named or {id for s in values for o in ends for id in by_ends.get((s, o), ())}
    return found


class _Block:
    """One block in the making: what facts point to gets its index when it is first pointed to."""

    def __init__(self, collector: Collector, facts: Sequence[Fact], alone: Iterable[str]) -> None:
        self.collector, self.store = collector, collector.store
        ends = {end for f in facts for end in (f.subject, f.object) if isinstance(end, str)} | set(alone)
        self.ends = sorted(ends)
        types = {iri: (classes(self.store, iri) or [OTHER])[0] for iri in self.ends}
        self.classes = sorted(set(types.values()), key=lambda c: (-list(types.values()).count(c), c))
        of_class = {iri: number for number, iri in enumerate(self.classes)}
        self.entities = [collector.entity(iri, of_class[types[iri]]) for iri in self.ends]
        self.at = {iri: number for number, iri in enumerate(self.ends)}
        self.predicates = sorted({f.predicate for f in facts})
        self.documents: dict[str, int] = {}
        self.sources: list[data.Document] = []
        self.facts = [self._fact(fact) for fact in facts]

    def whole(self, title: str, query: str) -> data.Data:
        collector, shrink = self.collector, self.store.prefixes.shrink
        return data.Data(
            classes=tuple(
                data.Term(c if c == OTHER else shrink(c), collector.name(c), "", collector.numbers.get(c))
                for c in self.classes
            ),
            predicates=tuple(data.Term(shrink(p), collector.name(p), collector.area(p)) for p in self.predicates),
            entities=tuple(self.entities),
            facts=tuple(self.facts),
            documents=tuple(self.sources),
            title=title,
            built=collector.built,
            store=self.store.manifest.digest[:12],
            moment=self.store.moment,
            query=query,
            total=collector.total,
            licences=tuple(sorted({d.licence for d in self.sources if d.licence})),
        )

    def _fact(self, fact: Fact) -> data.Fact:
        explained = stored.explain(self.store, fact)
        scopes = {qualifier_key(q) for q in fact.identity}
        details = [q for q in sorted(fact.qualifiers, key=qualifier_key) if qualifier_key(q) not in scopes]
        beside_number = [q for q in details if q[0] in self.collector.units]
        value = fact.object.lexical if isinstance(fact.object, Literal) else ""
        counted = [c for c in fact.claims if c.counts]
        return data.Fact(
            id=fact.id,
            s=self.at[fact.subject],
            p=self.predicates.index(fact.predicate),
            status=fact.status.value,
            o=self.at[fact.object] if isinstance(fact.object, str) else None,
            value=" ".join([value, *(self.collector.name(v) for _, v in beside_number)]) if value else "",
            from_=fact.valid_from,
            until=fact.valid_until,
            scope=self._words(fact.identity),
            details=self._words(q for q in details if not (value and q in beside_number)),
            support=fact.support,
            publishers=fact.publishers,
            contrary=fact.contrary,
            confidence=max((float(c.confidence) for c in counted), default=1.0 if fact.curations else 0),
            curated=bool(fact.curations),
            published=(fact.first_stated, fact.last_stated) if fact.last_stated else (),
            course=tuple((s.status.value, s.day) for s in explained.course) if len(explained.course) > 1 else (),
            evidence=tuple(self._evidence(fact, item) for item in _newest_first(explained.evidence)),
            curations=tuple(self._curations(fact)),
            conflicts=self.collector.against.get(fact.id, ()),
        )

    def _words(self, qualifiers: Iterable[Qualifier]) -> tuple[tuple[str, str], ...]:
        name = self.collector.name
        return tuple((name(q[0]), name(q[1])) for q in sorted(qualifiers, key=qualifier_key))

    def _curations(self, fact: Fact) -> Iterator[data.Curation]:
        of_claims = sorted({c for claim in fact.claims for c in claim.curations})
        for c in (*fact.curations, *of_claims):
            yield data.Curation(c.file, c.line, c.status.value, c.source, c.verdict or "", c.by, c.on, c.note)

    def _evidence(self, fact: Fact, item: stored.Evidence) -> data.Evidence:
        claim, document = item.claim, item.document
        previous, following = beside(document.text, claim.start, claim.end) if document else ("", "")
        issued = document.issued if document else ""
        return data.Evidence(
            document=self._document(item),
            quote=claim.quote,
            before=item.before,
            after=item.after,
            previous=previous,
            next=following,
            parts=data.parts(claim.quote, self._named(fact, claim)),
            status=(claim.status if claim.counts else Status.REJECTED).value,
            said=item.said if item.said != issued else "",
            speaker=self.collector.name(claim.stated_by) if claim.stated_by else "",
            rule=claim.pattern,
            confidence=float(claim.confidence),
            copy=bool(document and document.copy_of),
            translated=bool(document and document.translated),
        )

    def _named(self, fact: Fact, claim: Claim) -> list[tuple[str, list[str]]]:
        """What each role of a claim is called, for finding it in the quotation."""
        named = [("subject", self._names(fact.subject))]
        if isinstance(fact.object, str):
            named.append(("object", self._names(fact.object)))
        elif claim.value_text or fact.object.lexical:
            named.append(("value", [claim.value_text or fact.object.lexical]))
        return [*named, ("time", [claim.time_text])]

    def _names(self, iri: str) -> list[str]:
        entity = self.entities[self.at[iri]]
        return [entity.label, *(alias.label for alias in entity.aliases)]

    def _document(self, item: stored.Evidence) -> int:
        """The index of a document, which is in the block once."""
        id, document = item.claim.document, item.document
        if id not in self.documents:
            self.documents[id] = len(self.sources)
            web = bool(_WEB.match(item.source))
            self.sources.append(
                data.Document(
                    id=id,
                    title=document.title if document else "",
                    publisher=document.publisher if document else "",
                    date=document.issued if document else "",
                    url=item.source if web else "",
                    source="" if web else item.source,
                    language=document.language if document else "",
                )
            )
        return self.documents[id]


def _newest_first(evidence: Iterable[stored.Evidence]) -> list[stored.Evidence]:
    return sorted(evidence, key=lambda e: e.document.issued if e.document else "", reverse=True)
