"""The corridor that joins the rooms: names, facts and documents in, one store out, in one atomic step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg import decisions, seeds, store
from kg.batches import Gathered, Hand, Records, Source, Spill, gather, mark, propose, settled, touched
from kg.cache import FOLDER, Progress, Reading
from kg.documents import pieces, read, weight
from kg.errors import Faults, InputError
from kg.inputs import inputs
from kg.knowledge import Knowledge
from kg.model import Claim, Conflict, Curation, Document, Entity, Fact, Verdict
from kg.ontology import Ontology
from kg.pool import Pool
from kg.project import Project
from kg.relations import Extraction
from kg.resolution import conflicts, mark_copies, near, resolve

if TYPE_CHECKING:
    from kg.extractors import Panel, Refused

__all__ = ["BuildReport", "Graph", "Knowledge", "Line", "assemble", "build", "manifest", "panel_of", "read_documents",
           "stream", "together", "unread"]  # fmt: skip

_COUNTED = ("documents", "claims", "facts", "entities", "conflicts")


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build read and made: numbers of each, the sources that were refused, the graph's digest."""

    documents: int
    refused: tuple[InputError, ...]
    unread: tuple[str, ...]
    """The sources in a language without patterns: their text is kept, nothing was read from it."""
    claims: int
    facts: int
    entities: int
    conflicts: int
    digest: str
    proposals: int = 0
    """What extractors proposed, be it new, known already or refused."""
    refused_proposals: tuple[Refused, ...] = ()
    decisions: int = 0
    """How many decisions of curators were applied."""
    reopened: tuple[Curation, ...] = ()
    """The decisions whose evidence has changed: not applied."""

    @classmethod
    def of(cls, manifest: store.Manifest) -> BuildReport:
        """The report of a graph that is there, without a word on where it comes from."""
        documents, claims, facts, entities, conflicts = (manifest.counts[name] for name in _COUNTED)
        return cls(documents, (), (), claims, facts, entities, conflicts, manifest.digest)

    @property
    def refusals(self) -> Mapping[str, int]:
        """Why proposals were refused, and how often."""
        return dict(sorted(Counter(str(r.reason) for r in self.refused_proposals).items()))


def build(
    project: Project | None = None,
    sources: Sequence[str | Path] | None = None,
    target: store.Location | str | None = None,
    *,
    jobs: int = 1,
    strict: bool = False,
    facts: bool = True,
    progress: Progress | None = None,
    extractors: Sequence[str] = (),
    cache: bool = True,
) -> BuildReport:
    """Build the graph of a project and put it at ``target`` (default: the project's store) in one step.

    ``sources`` are files, folders, or ``-``; without any, ``seeds/articles`` of the project. ``facts=False`` leaves the
    curated facts out. ``strict`` makes a refused source an error. ``extractors`` are names of installed ones that read
    beside the patterns. ``cache=False`` reads everything anew and keeps nothing for the next time. Raises Faults for
    faults of the project, InputError (strict) for those of a source, ExtractorError for an extractor that cannot start,
    StoreError for the store; then the old store stays as it was.
    """
    project = project or Project.find()
    knowledge = Knowledge.of(project)
    panel = panel_of(knowledge, extractors)
    curated = seeds.load_facts(project, knowledge.ontology, knowledge.names) if facts else []
    wanted = project.articles if sources is None else sources
    made_from = inputs(project, facts=facts, extractors=extractors)
    place = store.claim(target or project.store)
    beside = store.beside(place)
    reading = Reading(stream(knowledge, jobs), made_from, beside / FOLDER if cache else None, progress)
    line = Line(knowledge, reading, place, curated, jobs, panel)
    try:
        return line.make(pieces(wanted), lambda: weight(wanted), strict=strict, wanting=sources is not None)
    except (InputError, Faults):  # so that what was refused leaves nothing behind
        store.unclaim(place, {FOLDER})
        raise


def read_documents(
    knowledge: Knowledge, sources: Sequence[str | Path], *, strict: bool
) -> tuple[list[Document], list[InputError]]:
    """The documents of sources, each once, in the order of their ids, and what was refused; ``strict`` raises it."""
    found: dict[str, Document] = {}
    refused = []
    for item in read(sources):
        if isinstance(item, InputError):
            refused.append(item)
        else:
            document = knowledge.in_language(item)
            found[document.id] = document
    if refused and strict:
        raise together(refused)
    return [found[i] for i in sorted(found)], refused


def together(refused: Sequence[InputError]) -> InputError | Faults:
    """The refused sources as one error."""
    return refused[0] if len(refused) == 1 else Faults(refused)


@dataclass(frozen=True, slots=True)
class Line:
    """All that a build needs besides the sources: how documents are read, and where the graph goes to."""

    knowledge: Knowledge
    reading: Reading
    target: store.Location
    curated: Sequence[Fact]
    jobs: int = 1
    panel: Panel | None = None

    def make(
        self,
        sources: Iterable[Source],
        whole: Callable[[], int] = lambda: 0,
        *,
        strict: bool = False,
        wanting: bool = False,
        instead_of: store.Manifest | None = None,
    ) -> BuildReport:
        """Make the whole graph of all documents in the sources, and write it.

        ``whole`` is what the sources weigh (see :func:`kg.documents.weight`). ``strict`` raises what was refused,
        ``wanting`` only when there is nothing else. ``instead_of`` is the manifest of the store at the target that the
        documents come from, if they do.
        """
        root, readings = self.knowledge.project.root, self.reading.readings
        with Spill.begun(store.beside(self.target)) as spill:
            own = Hand(self.knowledge, spill.folder, readings)
            with Pool(self.jobs, Hand.start, (root, spill.folder, readings), own, Hand.load) as pool:
                found = gather(pool, spill, sources, readings, self.reading.progress, whole)
                if found.refused and (strict or (wanting and not spill.count)):
                    raise together(found.refused)
                return self._written(pool, spill, found, instead_of)

    def _written(
        self, pool: Pool[Hand], spill: Spill, found: Gathered, instead_of: store.Manifest | None
    ) -> BuildReport:
        knowledge, progress = self.knowledge, self.reading.progress
        findings = None
        if self.panel is not None:
            findings = propose(self.panel, knowledge, spill, found, touched(knowledge.decisions))
        mark(pool, spill)
        new = {iri: e for iri, (_, e) in found.entities.items() if iri not in knowledge.names.entities}
        entities, kept = {**knowledge.names.entities, **new}, Records()
        decided, lines = settled(pool, knowledge, spill, self.curated, entities, kept, progress)
        quads = chain(knowledge.ontology.quads(), *map(knowledge.ontology.records.entity, in_order(decided.entities)))
        counts = {"documents": spill.count, "entities": len(decided.entities)}
        written = store.load(
            self.target,
            quads,
            lines,
            lambda: manifest(knowledge.ontology, {**counts, **kept.counts}, self.reading.inputs),
            instead_of,
        )
        self.reading.keep([*spill], lambda: near.columns(spill.table, spill.by_name()), written.digest)
        told = {c.document for c in findings.claims} if findings else set()
        silent = (spill[n] for n in spill.in_other_languages(knowledge.languages) if n not in told)
        return BuildReport(
            refused=tuple(found.refused),
            unread=unread(knowledge, silent),
            digest=written.digest,
            proposals=findings.proposals if findings else 0,
            refused_proposals=tuple(sorted(findings.refused)) if findings else (),
            decisions=kept.applied,
            reopened=tuple(r for r in kept.records if r.verdict is Verdict.REOPENED),
            **written.counts,
        )


def in_order(entities: Mapping[str, Entity]) -> Iterator[Entity]:
    """Entities by their IRIs."""
    return (entities[iri] for iri in sorted(entities))


def unread(knowledge: Knowledge, documents: Iterable[Document]) -> tuple[str, ...]:
    """The sources of the documents in a language without patterns, sorted."""
    return tuple(sorted({d.source for d in documents if d.language[:2] not in knowledge.languages}))


def panel_of(knowledge: Knowledge, extractors: Sequence[str]) -> Panel | None:
    """The extractors asked for, ready; without any nothing of theirs is imported."""
    if not extractors:
        return None
    from kg.extractors import Given, Panel

    folder = knowledge.project.store.with_name("extractions")
    return Panel(extractors, Given(knowledge.ontology, knowledge.names.entities, folder))


@dataclass(frozen=True)
class Graph:
    """All that goes into a store."""

    ontology: Ontology
    entities: Sequence[Entity]
    documents: Sequence[Document]
    claims: Sequence[Claim]
    facts: Sequence[Fact]
    conflicts: Sequence[Conflict]
    records: Sequence[Curation] = ()
    """Decisions that nothing else in the graph carries."""
    decided: int = 0

    def quads(self) -> Iterator[ox.Quad]:
        """The quads of all layers, in a fixed order."""
        records = self.ontology.records
        yield from self.ontology.quads()
        for entity in self.entities:
            yield from records.entity(entity)
        for document in self.documents:
            yield from records.document(document)
        for claim in self.claims:
            yield from records.claim(claim)
        for fact in self.facts:
            yield from records.fact(fact)
        for conflict in self.conflicts:
            yield from records.conflict(conflict)
        for record in self.records:
            yield from records.curation(record)

    def counts(self) -> dict[str, int]:
        """How many of each there are."""
        return {name: len(getattr(self, name)) for name in _COUNTED}


def assemble(
    knowledge: Knowledge, documents: Iterable[Document], extractions: Iterable[Extraction], curated: Iterable[Fact]
) -> Graph:
    """Resolve claims and curated facts, with the decisions on them, into the whole graph."""
    marked = mark_copies(list(documents))
    by_id = {d.id: d for d in marked}
    claims: dict[str, Claim] = {}
    new: dict[str, Entity] = {}
    for extraction in extractions:
        claims.update({c.id: c for c in extraction.claims})
        new.update({e.iri: e for e in extraction.entities if e.iri not in knowledge.names.entities})
    ordered = [claims[i] for i in sorted(claims)]
    entities = {**knowledge.names.entities, **new}
    decided = decisions.apply(knowledge.decisions, ordered, curated, entities, by_id, knowledge.ontology)
    facts = resolve(decided.claims, decided.curated, by_id, knowledge.ontology)
    against = conflicts(facts, by_id, knowledge.ontology)
    settled = decisions.settle(decided.pending, facts, against, knowledge.ontology.short, by_id)
    return Graph(
        knowledge.ontology,
        [decided.entities[i] for i in sorted(decided.entities)],
        marked,
        decided.claims,
        settled.facts,
        settled.conflicts,
        (*decided.records, *settled.records),
        decided.applied + settled.applied,
    )


def manifest(ontology: Ontology, counts: Mapping[str, int], made_from: Mapping[str, str]) -> store.Manifest:
    """What a store says about itself before it is written."""
    return store.Manifest(
        prefixes=dict(ontology.prefixes.table),
        record_namespace=ontology.record_namespace,
        domain=ontology.domain,
        entity_namespace=ontology.entity_namespace,
        counts=dict(counts),
        inputs=dict(made_from),
    )


def stream(knowledge: Knowledge, jobs: int) -> Callable[[Sequence[Document]], Iterator[Extraction]]:
    """A function that extracts from documents one after the other, in so many processes."""

    def run(documents: Sequence[Document]) -> Iterator[Extraction]:
        given = knowledge.project.root, Path(), None
        own, number = Hand(knowledge, Path(), None), jobs if len(documents) > 1 else 1
        with Pool(number, Hand.start, given, own, Hand.load) as pool:
            yield from pool.each(_extract, documents)

    return run


def _extract(hand: Hand, document: Document) -> Extraction:
    return hand.knowledge.extract(document)
