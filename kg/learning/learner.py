"""The whole walk: facts and documents in, proposals out, the best line for each sentence that nothing read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from kg import seeds
from kg.build import Knowledge, assemble, read_documents, together
from kg.errors import QueryError
from kg.learning.corpus import Corpus, corpus, end_of, known_pairs
from kg.learning.editing import file_of
from kg.learning.proposal import Evidence, Learned, Proposal
from kg.learning.trial import Hit, Result, Trial
from kg.learning.wording import Line, Wordings
from kg.model import Document, Fact
from kg.ontology import Ontology
from kg.patterns.grammar import Node
from kg.project import Project
from kg.relations import Extraction
from kg.text import LinkedText, Tokens


def learn(
    project: Project | None = None,
    sources: Sequence[str | Path] | None = None,
    *,
    language: str = "",
    property: str = "",
    min_support: int = 1,
    facts: Iterable[Fact] = (),
) -> Learned:
    """Propose patterns for what the patterns of a project do not read, sorted by language, property and score.

    Known are the curated facts, what is read in the documents themselves, and ``facts``. ``sources`` are files and
    folders (default: ``seeds/articles``); ``language`` is a code, ``property`` a CURIE or local name, to learn for
    these only. Raises Faults for faults of the project, InputError (or Faults) where all the sources named are refused,
    QueryError for an unknown language or property.
    """
    project = project or Project.find()
    knowledge = Knowledge.of(project)
    codes, chosen = _languages(knowledge, language), _properties(knowledge.ontology, property)
    wanted = project.articles if sources is None else sources
    documents, refused = read_documents(knowledge, wanted, strict=False)
    if refused and sources is not None and not documents:
        raise together(refused)
    curated = seeds.load_facts(project, knowledge.ontology, knowledge.names)
    found = [(d, *_read(knowledge, d)) for d in documents]
    graph = assemble(knowledge, documents, [extraction for _, _, extraction in found], curated)
    accepted = {f.id: f for f in (*facts, *graph.facts)}
    known = known_pairs(accepted.values(), knowledge.ontology)
    proposals: list[Proposal] = []
    for code in codes:
        here = corpus(knowledge, code, [x for x in found if x[0].language[:2] == code], known)
        results = _best(here, knowledge.ontology, project, chosen, min_support)
        proposals += (_proposal(r, here, knowledge.ontology) for r in results)
    return Learned(tuple(proposals), tuple(refused), len(documents), len(accepted))


def _read(knowledge: Knowledge, document: Document) -> tuple[LinkedText, Extraction]:
    """A document linked, and what is read in it; nothing where its language has no patterns."""
    found = knowledge.readers.get(document.language[:2])
    if found is None:
        return LinkedText(Tokens.of(""), document.language, (), (), ()), Extraction((), ())
    linker, reader = found
    linked = linker.link(document.text, document.issued)
    return linked, reader.extract(document, linked)


def _languages(knowledge: Knowledge, code: str) -> list[str]:
    codes = sorted(knowledge.languages)
    if code and code not in codes:
        raise QueryError(f"no patterns of the language '{code}'", None, f"there are: {', '.join(codes)}")
    return [code] if code else codes


def _properties(ontology: Ontology, name: str) -> list[str]:
    """The properties to learn for: those with two ends in the text."""
    usable = sorted(
        i for i, p in ontology.properties.items() if not p.is_qualifier and p.kind not in ("text", "boolean")
    )
    try:
        wanted = ontology.term(name) if name else ""
    except KeyError:
        wanted = name
    if wanted and wanted not in usable:
        known = ", ".join(map(ontology.short, usable))
        raise QueryError(f"no property '{name}' to learn for", None, f"there are: {known}")
    return [wanted] if wanted else usable


# -- which lines ---------------------------------------------------------------------------------------------------


def _best(here: Corpus, ontology: Ontology, project: Project, wanted: Iterable[str], min_support: int) -> list[Result]:
    """The lines that are worth showing, in their order."""
    path = file_of(project, here.language.code)
    trial = Trial(here, ontology, path.read_text(encoding="utf-8"), path.name)
    lines = [line for prop in wanted for line in _lines(here, ontology, prop)]
    tried = [r for r in trial.run(lines) if r.support]
    together = [r for r in trial.run(_merged(_covering(tried))) if r.support]
    return _covering(r for r in (*tried, *together) if r.sentences[0] >= min_support)


def _lines(here: Corpus, ontology: Ontology, prop: str) -> Iterator[Line]:
    """The lines that the sentences suggest whose known pairs are not read."""
    known = here.known.get(prop, frozenset())
    symmetric = ontology.properties[prop].symmetric
    wordings = Wordings(here.language, here.grammar, ontology, ontology.properties[prop])
    for place in here.places if known else ():
        seg, read_here = place.segment, here.read[place.sentence]
        ends = [(i, end) for i, node in enumerate(seg.nodes) if _is_named(node) and (end := end_of(node))]
        for n, (i, subject) in enumerate(ends):
            for j, obj in ends[n + 1 :] if symmetric else ends:
                if (subject, obj) in known and not {(prop, (subject, obj)), (prop, (obj, subject))} & read_here:
                    yield from wordings.lines(seg, i, j)


def _is_named(node: Node) -> bool:
    """Whether a node names its end itself: "the company" may be understood wrongly, and would teach a wrong wording."""
    return node.mention is None or node.mention.kind not in ("anaphor", "possessor", "owner")


def _covering(results: Iterable[Result]) -> list[Result]:
    """The best results, without those that add no sentence to better ones of the same property."""
    kept: list[Result] = []
    covered: set[tuple[str, int, tuple[str, str]]] = set()
    for result in sorted({r.line: r for r in results}.values(), key=lambda r: r.order):
        adds = {(result.line.predicate, h.place, h.pair) for h in result.support}
        if not adds <= covered:
            kept.append(result)
            covered |= adds
    return kept


def _merged(results: Iterable[Result]) -> Iterator[Line]:
    """Lines that differ in one word as one line with alternatives; only of lines that nothing speaks against."""
    holes: dict[tuple[str, tuple[str, ...], int], set[str]] = {}
    for line in (r.line for r in results if not r.contradictions and not r.elsewhere):
        for i, part in enumerate(line.parts):
            if part[0].isalnum() or part[0] == "<":
                holes.setdefault((line.predicate, (*line.parts[:i], "", *line.parts[i + 1 :]), i), set()).add(part)
    for (prop, parts, i), words in holes.items():
        if len(words) > 1:
            # As foreign as it has words: of two lines that do as well, one list is clearer than an enumeration.
            yield Line(prop, (*parts[:i], f"({'|'.join(sorted(words))})", *parts[i + 1 :]), foreign=len(words))


# -- how they are shown ----------------------------------------------------------------------------------------------


def _proposal(result: Result, here: Corpus, ontology: Ontology) -> Proposal:
    kinds = [("support", h) for h in result.support if h not in result.elsewhere]
    kinds += [("elsewhere", h) for h in result.support if h in result.elsewhere]
    kinds += [("contradicts-or-unknown", h) for h in result.contradictions]
    kinds += [("read", h) for h in result.read]
    evidence = tuple(_evidence(kind, hit, here, ontology) for kind, hit in kinds)
    support, wrong, already, _ = result.sentences
    line = result.line
    return Proposal(here.language.code, line.predicate, line.text, support, wrong, already, result.score, evidence)


def _evidence(kind: str, hit: Hit, here: Corpus, ontology: Ontology) -> Evidence:
    place = here.places[hit.place]
    text = place.document.text
    subject, object_ = (_end(key, ontology) for key in hit.pair)
    before, after = text[place.start : hit.start], text[hit.end : place.end]
    source = place.document.source
    return Evidence(kind, source, hit.start, hit.end, before, text[hit.start : hit.end], after, subject, object_)


def _end(key: str, ontology: Ontology) -> str:
    """An end of a pair for people: the CURIE of an entity, the value of a literal."""
    return ontology.short(key[1:-1]) if key[0] == "<" else key[1 : key.rindex('"')]
