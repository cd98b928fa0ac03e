"""What a change of documents does to a graph: the quads that go and come, made from what hangs together with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import pyoxigraph as ox

from kg.build import Knowledge
from kg.cache import Neighbours, Reading
from kg.decisions import Decision, keyed
from kg.increment.kept import Kept
from kg.model import Claim, Conflict, Document, Entity, Fact
from kg.relations import Extraction
from kg.resolution import conflicts, fact_of, mark_copies, near, resolve, rivals
from kg.resolution.copies import CANDIDATES, CROWD


@dataclass(frozen=True, slots=True)
class Revision:
    """The quads that go and come, how many of each record there are then, and the table of the documents' keys."""

    gone: Sequence[ox.Quad]
    come: Sequence[ox.Quad]
    counts: Mapping[str, int]
    table: Neighbours


class _Documents(Mapping[str, Document]):
    """The documents after a change, each read when it is asked for."""

    def __init__(self, kept: Kept, changed: Mapping[str, Document], gone: Collection[str]) -> None:
        self.kept, self.changed, self.gone = kept, changed, gone
        self._read: dict[str, Document] = dict(changed)

    def __getitem__(self, name: str) -> Document:
        if name not in self._read:
            if name in self.gone:
                raise KeyError(name)
            self._read[name] = self.kept[name]
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(({*self.kept} | self.changed.keys()) - set(self.gone)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Narrow:
    """A change of a store by the documents that go and come; ``curated`` are all that curators wrote."""

    knowledge: Knowledge
    kept: Kept
    reading: Reading
    curated: Sequence[Fact]
    gone: Mapping[str, Document]
    come: Mapping[str, Document]

    def is_crowded(self) -> bool:
        """Whether a text has so many like it that not all of them are compared: then a change may reach further."""
        table = self._tables[0]
        changed = {*self.gone, *self.come}
        found = changed.union(*(table.near(table.keys(name)) for name in changed))
        keys = [table.keys(name) for name in sorted(found)]
        return any(table.crowd(k) > CROWD or len(table.near(k)) > CANDIDATES for k in keys)

    def meets(self, decisions: Sequence[Decision]) -> bool:
        """Whether what a decision rests on may change, or what it did to a fact; not to be asked when crowded.

        Only of decisions on claims it is known how far they reach: to their text, its copies and the facts of both.
        """
        if not all(d.kind == "claims" for d in decisions):
            return True
        sources = {d.source for d in decisions}
        named = {e for d in decisions if d.correction for e in d.correction.entities()}
        changed = {d.source for d in (*self.gone.values(), *self.come.values())}
        if changed & sources or named.intersection(self._new_names):
            return True
        reached = {*self._kindred} | self.kept.tellers(self._touched)
        return any(reached & self.kept.family(source) for source in sorted(sources))

    def revision(self) -> Revision:
        """What the change does to the graph; not to be asked when the change is crowded."""
        before = [*self._records_before(), *self._entities_before.values()]
        after = ox.Store()
        after.extend(
            chain(self._records_after(), *(self.kept.records.entity(e) for e in self._entities_after.values()))
        )
        held = self.kept.store.engine
        gone = {q for q in chain.from_iterable(before) if q not in after}
        # Read back from the engine, which may give a value another form: so it is what the next change will read.
        return Revision(sorted(gone, key=str), [q for q in after if q not in held], self._counts(), self._tables[1])

    # -- which documents repeat others ------------------------------------------------------------------------------

    @cached_property
    def _tables(self) -> tuple[Neighbours, Neighbours]:
        """The table of all documents, those that go among them, and that of those that stay."""
        digest = self.kept.store.manifest.digest
        table = self.reading.neighbours(digest, self.kept.values)
        both = table.changed((), {name: near.keys(d) for name, d in self.come.items()})
        return both, both.changed(self.gone, {})

    @cached_property
    def _kindred(self) -> dict[str, Document]:
        """The documents that go and come, and those whose mark as a copy hangs together with theirs."""
        table = self._tables[0]
        starts = [*self.gone.values(), *self.come.values()]
        return near.kindred(starts, lambda d: table.near(table.keys(d.id)), lambda name: self.kept[name])

    @cached_property
    def _marked(self) -> dict[str, Document]:
        """The documents that come, and those whose mark as a copy may change, with their marks after the change."""
        staying = [replace(d, copy_of="") for name, d in self._kindred.items() if name not in self.gone]
        return {d.id: d for d in mark_copies(staying)}

    @cached_property
    def _remarked(self) -> list[Document]:
        """The documents that stay and have another mark than before."""
        stay = (d for name, d in self._marked.items() if name not in self.come)
        return [d for d in stay if d.copy_of != self.kept[d.id].copy_of]

    @cached_property
    def _documents(self) -> _Documents:
        return _Documents(self.kept, self._marked, self.gone)

    # -- facts ------------------------------------------------------------------------------------------------------

    @cached_property
    def _said(self) -> dict[str, Extraction]:
        """What the documents say that go, come, or count otherwise than before."""
        documents = [*self.gone.values(), *self.come.values(), *self._remarked]
        return {d.id: x for d, x in zip(documents, self.reading.extract(documents), strict=True)}

    @cached_property
    def _touched(self) -> frozenset[str]:
        """The facts of which anything may change, and those that share a direct triple with one of them."""
        ontology = self.knowledge.ontology
        facts = {f.id: f for x in self._said.values() for f in (fact_of(c, ontology) for c in x.claims)}
        return frozenset(facts).union(*(self.kept.saying(f) for f in facts.values()))

    @cached_property
    def _facts_before(self) -> list[Fact]:
        return self.kept.facts(self._touched)

    @cached_property
    def _facts_after(self) -> list[Fact]:
        ontology = self.knowledge.ontology
        tellers = sorted((self.kept.tellers(self._touched) - self.gone.keys()) | self.come.keys())
        said = self.reading.extract([self._documents[name] for name in tellers])
        claims = {c.id: c for x in said for c in x.claims if fact_of(c, ontology).id in self._touched}
        curated = [f for f in self.curated if fact_of(f, ontology).id in self._touched]
        return resolve([claims[i] for i in sorted(claims)], curated, self._documents, ontology)

    @cached_property
    def _conflicts_after(self) -> list[Conflict]:
        """The conflicts of touched facts, with each other and with others."""
        ontology = self.knowledge.ontology
        wanted: dict[str, set[str]] = {}
        for fact in self._facts_after:
            wanted.setdefault(fact.subject, set()).update(rivals(fact.predicate, ontology))
        others = {n for subject, names in wanted.items() for n in self.kept.about(subject, names)} - self._touched
        found = conflicts([*self._facts_after, *self.kept.facts(others)], self._documents, ontology)
        return [c for c in found if c.first in self._touched or c.second in self._touched]

    # -- entities that nobody listed --------------------------------------------------------------------------------

    @cached_property
    def _new_names(self) -> list[str]:
        said = (self._said[name] for name in (*self.gone, *self.come))
        return sorted({e.iri for x in said for e in x.entities} - self.knowledge.names.entities.keys())

    @cached_property
    def _entities_before(self) -> dict[str, list[ox.Quad]]:
        """The quads of each entity, without the facts about it."""
        properties = self.knowledge.ontology.properties
        found = {iri: self.kept.of_node(ox.NamedNode(iri), "facts") for iri in self._new_names}
        own = {iri: [q for q in quads if q.predicate.value not in properties] for iri, quads in found.items()}
        return {iri: quads for iri, quads in own.items() if quads}

    @cached_property
    def _entities_after(self) -> dict[str, Entity]:
        """Each entity as the last of the documents that name it tells it, in the order of their ids."""
        found = {iri: self._told_last(iri) for iri in self._new_names}
        return {iri: entity for iri, entity in found.items() if entity is not None}

    @cached_property
    def _come_with(self) -> dict[str, tuple[str, Entity]]:
        """For each entity the last of the documents that come with it, and what it is there."""
        told = ((e.iri, name, e) for name in sorted(self.come) for e in self._said[name].entities)
        return {iri: (name, entity) for iri, name, entity in told}

    def _told_last(self, iri: str) -> Entity | None:
        last, entity = self._come_with.get(iri, ("", None))
        for name in sorted(self.kept.namers(iri) - self.gone.keys(), reverse=True):
            if name < last:
                break
            [extraction] = self.reading.extract([self._documents[name]])
            told = [e for e in extraction.entities if e.iri == iri]
            if told:
                return told[-1]
        return entity

    # -- quads ------------------------------------------------------------------------------------------------------

    def _records_before(self) -> Iterator[list[ox.Quad]]:
        kept, records = self.kept, self.kept.records
        for name in (*self.gone, *(d.id for d in self._remarked)):
            yield kept.of_node(records.iri("document", name), "documents")
        for claim in self._claims(self.gone):
            yield kept.of_node(records.iri("claim", claim), "claims")
        for fact in self._facts_before:
            yield kept.of_node(records.iri("fact", fact.id), "facts")
            yield kept.direct(fact)
        for conflict in kept.conflicts(self._touched):
            yield kept.of_node(conflict, "facts")

    def _records_after(self) -> Iterator[ox.Quad]:
        records = self.kept.records
        for name in (*self.come, *(d.id for d in self._remarked)):
            yield from records.document(self._documents[name])
        for claim in keyed(self._claims(self.come).values(), self._documents, self.knowledge.ontology.short):
            yield from records.claim(claim)
        for fact in self._facts_after:
            yield from records.fact(fact)
        for conflict in self._conflicts_after:
            yield from records.conflict(conflict)

    def _claims(self, documents: Iterable[str]) -> dict[str, Claim]:
        return {c.id: c for name in documents for c in self._said[name].claims}

    def _counts(self) -> dict[str, int]:
        """How many of each record there are after the change."""
        grown = {
            "documents": len(self.come) - len(self.gone),
            "claims": len(self._claims(self.come)) - len(self._claims(self.gone)),
            "facts": len(self._facts_after) - len(self._facts_before),
            "entities": len(self._entities_after) - len(self._entities_before),
            "conflicts": len(self._conflicts_after) - len(self.kept.conflicts(self._touched)),
        }
        before = self.kept.store.manifest.counts
        return {name: before.get(name, 0) + number for name, number in grown.items()}
