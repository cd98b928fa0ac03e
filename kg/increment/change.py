"""Adding and removing documents: what is to be changed, and whether that can be done without making all of it anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kg import seeds, store
from kg.build import BuildReport, Knowledge, Line, manifest, panel_of, read_documents, stream, together, unread
from kg.cache import FOLDER, Progress, Reading
from kg.errors import InputError, Place, StoreError
from kg.increment.kept import Kept
from kg.increment.narrow import Narrow
from kg.inputs import inputs
from kg.model import Document, Fact, Verdict
from kg.project import Project
from kg.queries.lookup import document as document_iri

BROAD = 0.5
"""The share of a store's documents above which a change makes everything anew. Of 2,000 documents one in ten took 0.3
of the time that it took to make all anew, three in ten 0.6, one in two 0.6 to come and 0.85 to go."""
_UNNAMED = "-"
"""The source of what came by standard input: it names no text, so that a second one is not a new version of it."""
_WORDS = {"code": "the program", "facts": "what curators wrote"}


@dataclass(frozen=True, slots=True)
class Change:
    """What came of adding or removing documents: the graph as it is now, and the documents that came and went."""

    report: BuildReport
    added: tuple[str, ...] = ()
    """The sources of the documents that are new."""
    replaced: tuple[str, ...] = ()
    """The sources whose documents gave way to others."""
    removed: tuple[str, ...] = ()
    """The sources of the documents that were taken out."""
    known: tuple[str, ...] = ()
    """The sources of the documents that were there already."""
    since: tuple[str, ...] = ()
    """What changed since the last build besides documents, in words: then everything was made anew."""


def add(
    project: Project,
    sources: Sequence[str | Path],
    target: store.Location | str | None = None,
    *,
    jobs: int = 1,
    strict: bool = False,
    progress: Progress | None = None,
) -> Change:
    """Read documents into the store at ``target`` (default: the project's), as a build with them would.

    A document takes the place of those in the store that have its source and another text. Raises as
    :func:`kg.build.build` does, and StoreError where there is no store; then the store stays as it was.
    """
    with store.open(target or project.store) as base:
        plan = _Plan(project, base, jobs, progress)
        documents, refused = read_documents(plan.knowledge, sources, strict=strict)
        if refused and not documents:
            raise together(refused)
        kept = plan.kept
        come = {d.id: d for d in documents if d.id not in kept}
        named = {d.source for d in come.values()} - {_UNNAMED}
        old = {name for source in named for name in kept.of_source(source)} - {d.id for d in documents}
        gone = {name: kept[name] for name in sorted(old)}
        known = [d for d in documents if d.id not in come]
        replaced = {d.source for d in gone.values()}
        added = [d for d in come.values() if d.source not in replaced]
        report = plan.carried_out(gone, come, refused)
    return Change(report, _sources(added), tuple(sorted(replaced)), (), _sources(known), plan.since)


def remove(
    project: Project,
    documents: Sequence[str],
    target: store.Location | str | None = None,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Change:
    """Take documents out of the store at ``target`` (default: the project's), as a build without them would.

    Each is named by its id, the beginning of one, or its source. Raises QueryError for a name that fits none or
    several, StoreError where there is no store; then the store stays as it was.
    """
    with store.open(target or project.store) as base:
        names = sorted({base.records.id_of(document_iri(base, name)) for name in documents})
        plan = _Plan(project, base, jobs, progress)
        gone = {name: plan.kept[name] for name in names}
        report = plan.carried_out(gone, {}, ())
    return Change(report, removed=_sources(gone.values()), since=plan.since)


class _Plan:
    """A store, the project that it is to follow, and what of that project changed since the store was made."""

    def __init__(self, project: Project, base: store.Store, jobs: int, progress: Progress | None) -> None:
        assert base.path is not None
        made_from = base.manifest.inputs
        if not made_from:
            hint = "run 'kg build' once"
            raise StoreError("the store does not say what it was built from", Place(str(base.path)), hint)
        self.base, self.path, self.kept = base, base.path, Kept(base)
        self.jobs = jobs
        self.extractors = made_from.get("extractors", "").split()
        self.facts = bool(made_from.get("facts"))
        self.knowledge = Knowledge.of(project)
        self.inputs = inputs(project, facts=self.facts, extractors=self.extractors)
        self.since = tuple(_WORDS.get(n, n) for n, value in self.inputs.items() if made_from.get(n) != value)
        self.reading = Reading(stream(self.knowledge, jobs), self.inputs, store.beside(self.path) / FOLDER, progress)

    def carried_out(
        self, gone: Mapping[str, Document], come: Mapping[str, Document], refused: Iterable[InputError]
    ) -> BuildReport:
        """The store changed in one step, and its report."""
        if not (gone or come or self.since):
            report = BuildReport.of(self.base.manifest)
        else:
            report = self._revised(gone, come) or self._anew(gone, come)
        return replace(report, refused=tuple(refused), unread=unread(self.knowledge, come.values()))

    def _anew(self, gone: Mapping[str, Document], come: Mapping[str, Document]) -> BuildReport:
        """All of it made again from the documents of the store, as the project is now."""
        panel = panel_of(self.knowledge, self.extractors)
        line = Line(self.knowledge, self.reading, self.path, self._curated(), self.jobs, panel)
        return line.make(self._documents(gone, come), instead_of=self.base.manifest)

    def _documents(self, gone: Mapping[str, Document], come: Mapping[str, Document]) -> Iterator[Document]:
        """Those that stay and those that come; then the store is closed, so that the generation it reads can go."""
        for name, document in self.kept.items():
            if name not in gone:
                yield replace(document, copy_of="", translated=False)
        yield from come.values()
        self.base.close()

    def _revised(self, gone: Mapping[str, Document], come: Mapping[str, Document]) -> BuildReport | None:
        """What hangs together with the documents that go and come made again, and the rest kept; None where a change
        may reach all of it."""
        far = self.since or self.extractors
        if far or len(gone) + len(come) > BROAD * len(self.kept):
            return None
        narrow = Narrow(self.knowledge, self.kept, self.reading, self._curated(), gone, come)
        decided = self.knowledge.decisions
        if narrow.is_crowded() or (decided and narrow.meets(decided)):
            return None
        records = self.kept.decided()  # such a change leaves them as they are
        revision = narrow.revision()
        described = manifest(self.knowledge.ontology, revision.counts, self.inputs)
        written = store.revise(self.base, revision.gone, revision.come, described)
        self.reading.revise(gone, revision.table, written.digest)
        again = tuple(r for r in records if r.verdict is Verdict.REOPENED)
        applied = len({d.key for d in decided} & {r.key for r in records} - {r.key for r in again})
        return replace(BuildReport.of(written), decisions=applied, reopened=again)

    def _curated(self) -> list[Fact]:
        known = self.knowledge
        return seeds.load_facts(known.project, known.ontology, known.names) if self.facts else []


def _sources(documents: Iterable[Document]) -> tuple[str, ...]:
    return tuple(sorted(d.source for d in documents))
