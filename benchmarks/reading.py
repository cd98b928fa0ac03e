"""Text read per second: the whole reading of articles beside spaCy's names and patterns, and how the time grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import made
from measure import Row, group, seconds
from peer import Peer

from kg.build import Knowledge
from kg.documents import read
from kg.model import Document
from kg.project import Project
from kg.seeds import Names

MB = 1_000_000
DENSE, EMPTY, GROWING = 2 * MB, 5 * MB, MB // 4
"""Characters of articles, of text without names, and of articles for each measure of growth."""
PEER_SHARE = 5
"""The peer's patterns are given the first of so many parts of the text: with all of it they would take minutes."""
NAMES, PATTERNS, TEXTS = (1_000, 10_000, 100_000), (100, 500, 2_000), (1, 4, 16)
ONE_TEXT = 60_000
"""Characters of the shortest text whose length grows."""


def articles(root: Path, characters: int) -> list[Document]:
    """The articles of the project, over and over; each copy's text is its own, so that no cache can help."""
    found = [d for d in read([root / "seeds" / "articles"]) if isinstance(d, Document)]
    copies = max(1, round(characters / sum(len(d.text) for d in found)))
    return [replace(d, text=f"{d.text}\n\n{n}\n") for n in range(copies) for d in found]


def size(documents: Sequence[Document]) -> float:
    """Megabytes of text in UTF-8."""
    return sum(len(d.text.encode()) for d in documents) / MB


def per_megabyte(work: Callable[[Document], object], documents: Sequence[Document], runs: int = 1) -> float:
    """The time that some work takes for a megabyte; what it prepares at the first document does not count."""
    work(documents[0])
    return seconds(lambda: [work(d) for d in documents], runs) / size(documents)


def speed(taken: float) -> str:
    """A time for a megabyte as megabytes in a second."""
    return f"{1 / taken:.3g} MB/s"


def reading(root: Path, scale: int) -> list[Row]:
    """Megabytes read per second; ours ends in claims with their evidence, the peer's in matches."""
    knowledge = Knowledge.of(Project.find(root))
    peer = Peer(knowledge)
    labels = sum(len(e.labels) for e in knowledge.names.entities.values())
    dense = [knowledge.in_language(d) for d in articles(root, DENSE // scale)]
    empty = list(made.texts(EMPTY // scale))
    if any(link.mentions for d in empty[:100] if (link := knowledge.link(d)) is not None):
        raise SystemExit("the made text holds names")
    lines = sum(len(x.patterns) for x in knowledge.languages.values())
    rows = []
    for what, documents in ((f"dense news, {labels:,} names, {lines:,} patterns", dense), ("nothing named", empty)):
        share = documents[: max(1, len(documents) // PEER_SHARE)]  # the articles in turn: all of them are in it
        times = [
            ("kg: sentences, names, dates, figures, claims", per_megabyte(knowledge.extract, documents)),
            ("spaCy, blank: sentences, names, patterns", per_megabyte(peer.read, share)),
            ("kg: sentences, names, dates, figures", per_megabyte(knowledge.link, documents)),
            ("spaCy, blank: sentences, names", per_megabyte(peer.names, documents)),
        ]
        rows += group(f"read {size(documents):.1f} MB, {what}", times, speed)
    return rows


def growth(root: Path, scale: int) -> list[Row]:
    """The time for a megabyte with more names, more patterns and longer texts: each beside the first of its kind."""
    knowledge = Knowledge.of(Project.find(root))
    documents = [knowledge.in_language(d) for d in articles(root, GROWING // scale)]
    rows = []
    for what, variants in (
        ("made names added", _more_names(knowledge)),
        ("patterns, those made have words of their own", _more_patterns(knowledge, shared=False)),
        ("patterns, those made share words with real ones", _more_patterns(knowledge, shared=True)),
    ):
        times = [(label, per_megabyte(k.extract, documents, runs=2)) for label, k in variants]
        rows += group(f"growth: {what}", times, speed)
    times = [(f"{len(d.text):,} characters", per_megabyte(knowledge.extract, [d])) for d in _longer(documents, scale)]
    return rows + group("growth: one text", times, speed)


def _more_names(knowledge: Knowledge) -> Iterator[tuple[str, Knowledge]]:
    known = knowledge.names.entities
    for count in NAMES:
        more = made.names(count, list(known.values()))
        yield f"{count:,}", replace(knowledge, names=Names({**known, **more}))


def _more_patterns(knowledge: Knowledge, *, shared: bool) -> Iterator[tuple[str, Knowledge]]:
    for count in PATTERNS:
        languages = {c: made.patterns(x, count, shared=shared) for c, x in knowledge.languages.items()}
        yield f"{count:,} in each language", replace(knowledge, languages=languages)


def _longer(documents: Sequence[Document], scale: int) -> Iterator[Document]:
    """Texts in one language, one four times as long as the other."""
    own = [d for d in documents if d.language == documents[0].language]
    joined = "\n\n".join(d.text for d in own)
    for times in TEXTS:
        wanted = ONE_TEXT * times // scale
        yield replace(own[0], text=(joined * (wanted // len(joined) + 1))[:wanted])
