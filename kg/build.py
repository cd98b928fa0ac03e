"""The corridor that joins the rooms: names, facts and documents in, one store out, in one atomic step."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg import decisions, patterns, seeds, store
from kg import ontology as ontologies
from kg.cache import FOLDER, Progress, Reading
from kg.decisions import Decision
from kg.documents import read
from kg.errors import Faults, InputError
from kg.inputs import inputs
from kg.languages import detect
from kg.mentions import Linker
from kg.mentions.gazetteer import Gazetteer
from kg.model import Claim, Conflict, Curation, Document, Entity, Fact, Verdict
from kg.ontology import Ontology
from kg.patterns import Language
from kg.project import Project
from kg.relations import Explanation, Extraction, Reader, explain
from kg.resolution import conflicts, mark_copies, resolve
from kg.seeds import Names
from kg.text import LinkedText

if TYPE_CHECKING:
    from kg.extractors import Findings, Panel, Refused

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


@dataclass(frozen=True)
class Knowledge:
    """A project's data, loaded and checked once."""

    project: Project
    ontology: Ontology
    languages: Mapping[str, Language]
    names: Names
    decisions: Sequence[Decision] = ()

    @classmethod
    def of(cls, project: Project) -> Knowledge:
        """Load a project; raises Faults with all that is wrong in one kind of file."""
        ontology = ontologies.load(project)
        languages = patterns.load(project, ontology)
        names = seeds.load_names(project, ontology)
        decided = decisions.load(project, ontology, names.entities)
        return cls(project, ontology, languages, names, decided)

    @cached_property
    def readers(self) -> dict[str, tuple[Linker, Reader]]:
        """For each language its linker and its reader."""
        gazetteer = Gazetteer(self.names.entities.values(), self.ontology)
        linkers = {code: Linker(gazetteer, language, self.ontology) for code, language in self.languages.items()}
        made = {
            code: (linker, Reader(self.languages[code], self.ontology, linker.resolver))
            for code, linker in linkers.items()
        }
        gc.freeze()  # what is loaded stays: a tenth of the reading time went into looking at it again and again
        return made

    def in_language(self, document: Document) -> Document:
        """The document with its language: as it says itself, else as its text tells."""
        return (
            document if document.language else replace(document, language=detect(document.text, list(self.languages)))
        )

    def link(self, document: Document) -> LinkedText | None:
        """What is named in a document and where; None in a language without patterns."""
        found = self.readers.get(document.language[:2])
        return found[0].link(document.text, document.issued) if found else None

    def extract(self, document: Document) -> Extraction:
        """The claims of one document: a pure function of the document and the project."""
        found = self.readers.get(document.language[:2])
        if found is None:
            return Extraction((), ())
        linker, reader = found
        return reader.extract(document, linker.link(document.text, document.issued))

    def explain(self, document: Document) -> list[Explanation]:
        """For each passage of a document what was linked, which patterns matched, which nearly did and why not."""
        found = self.readers.get(document.language[:2])
        if found is None:
            return []
        linker, reader = found
        return list(explain(reader, document, linker.link(document.text, document.issued)))


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
    articles = project.seeds / "articles"
    wanted = sources if sources is not None else [articles] if articles.is_dir() else []
    documents, refused = read_documents(knowledge, wanted, strict=strict)
    if refused and sources is not None and not documents:
        raise together(refused)
    made_from = inputs(project, facts=facts, extractors=extractors)
    place = store.claim(target or project.store)
    kept = store.beside(place) / FOLDER if cache else None
    reading = Reading(stream(knowledge, jobs), made_from, kept, progress)
    return make(knowledge, reading, documents, curated, place, panel, refused)


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


def make(
    knowledge: Knowledge,
    reading: Reading,
    documents: Sequence[Document],
    curated: Iterable[Fact],
    target: store.Location,
    panel: Panel | None = None,
    refused: Sequence[InputError] = (),
    instead_of: store.Manifest | None = None,
) -> BuildReport:
    """Make the whole graph of documents (each once, in the order of their ids) and write it.

    ``instead_of`` is the manifest of the store at ``target`` that the documents come from, if they do.
    """
    extractions = reading.extract(documents)
    findings = _findings(panel, knowledge, documents, extractions)
    own = [Extraction(tuple(findings.claims), tuple(findings.entities.values()))] if findings else []
    graph = assemble(knowledge, documents, [*own, *extractions], curated)  # what stands last wins: the patterns
    counts = graph.counts()
    described = manifest(knowledge.ontology, counts, reading.inputs)
    written = store.write(target, graph.quads(), described, instead_of)
    reading.keep(documents, written.digest)
    told = {c.document for extraction in own for c in extraction.claims}
    return BuildReport(
        refused=tuple(refused),
        unread=unread(knowledge, (d for d in documents if d.id not in told)),
        digest=written.digest,
        proposals=findings.proposals if findings else 0,
        refused_proposals=tuple(sorted(findings.refused)) if findings else (),
        decisions=graph.decided,
        reopened=tuple(r for r in graph.records if r.verdict is Verdict.REOPENED),
        **counts,
    )


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


def _findings(
    panel: Panel | None, knowledge: Knowledge, documents: Sequence[Document], extractions: Sequence[Extraction]
) -> Findings | None:
    """What the extractors found beside the patterns."""
    if panel is None:
        return None
    new = {e.iri: e for x in extractions for e in x.entities}
    return panel.read(documents, [x.claims for x in extractions], new.values(), knowledge.link)


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


# -- one document after the other, or in many processes -----------------------------------------------------------

_worker: Knowledge | None = None


def _start(root: Path) -> None:
    global _worker
    _worker = Knowledge.of(Project(root))
    _ = _worker.readers


def _work(document: Document) -> Extraction:
    assert _worker is not None
    return _worker.extract(document)


def stream(knowledge: Knowledge, jobs: int) -> Callable[[Sequence[Document]], Iterator[Extraction]]:
    """A function that extracts from documents one after the other, in so many processes."""

    def run(documents: Sequence[Document]) -> Iterator[Extraction]:
        if jobs <= 1 or len(documents) < 2:
            yield from map(knowledge.extract, documents)
            return
        with ProcessPoolExecutor(jobs, get_context("spawn"), _start, (knowledge.project.root,)) as pool:
            yield from pool.map(_work, documents, chunksize=8)

    return run
