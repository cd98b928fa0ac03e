"""Lines tried out: compiled as a language file has them, run over all sentences, each hit compared with the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.learning.corpus import Corpus, Pair, pairs_of
from kg.learning.editing import compiled, extended
from kg.learning.wording import Line
from kg.names import local_name
from kg.ontology import Ontology
from kg.patterns import Pattern
from kg.patterns.match import Matcher


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """Where a line joins a pair: the number of the place, the span in the document's text, the pair."""

    place: int
    start: int
    end: int
    pair: Pair


@dataclass(frozen=True)
class Result:
    """What a line did: hits on known pairs that nothing read before, on others, on known pairs that are read already.

    ``elsewhere`` are those of the first kind whose pair is read there as another property: the words may mean that.
    """

    line: Line
    support: tuple[Hit, ...] = ()
    contradictions: tuple[Hit, ...] = ()
    read: tuple[Hit, ...] = ()
    elsewhere: frozenset[Hit] = frozenset()
    sentences: tuple[int, int, int, int] = (0, 0, 0, 0)
    """In how many distinct sentences each kind of hit stands, in the order above."""

    @property
    def score(self) -> int:
        """How far the line is to be trusted, 0 to 99: the share of right sentences, with one wrong one supposed.

        A sentence that is read as another property counts half. So one sentence alone gives 50, three give 75.
        """
        support, wrong, read, elsewhere = self.sentences
        right = 2 * (support + read) - elsewhere
        return 100 * right // (2 * (support + read + wrong + 1))

    @property
    def order(self) -> tuple[str, int, tuple[int, int, int, int, str]]:
        """By property, the best first."""
        return self.line.predicate, -self.score, self.line.order


class Trial:
    """Tries lines of one language out."""

    def __init__(self, corpus: Corpus, ontology: Ontology, source: str, name: str) -> None:
        self.corpus, self.ontology, self.source, self.name = corpus, ontology, source, name

    def run(self, lines: Iterable[Line]) -> list[Result]:
        """What each line does, in the order of the lines; lines that the language has already are left out."""
        there = {(p.property, " ".join(p.text.split())) for p in self.corpus.language.patterns}
        new = sorted({x for x in lines if (x.predicate, x.text) not in there})
        hits = self._hits(self._compiled(new))
        return [self._result(line, sorted(hits.get(line, ()))) for line in new]

    def _compiled(self, lines: list[Line]) -> dict[str, tuple[Pattern, Line]]:
        """The patterns that the lines become, by their ids."""
        if not lines:
            return {}
        wanted: dict[str, list[str]] = {}
        for line in lines:
            wanted.setdefault(local_name(line.predicate), []).append(line.text)
        language = compiled(extended(self.source, wanted, self.name), self.name, self.ontology)
        by_text = {(x.predicate, x.text): x for x in lines}
        found = ((p, by_text.get((p.property, p.text))) for p in language.patterns)
        return {p.id: (p, line) for p, line in found if line is not None}

    def _hits(self, patterns: dict[str, tuple[Pattern, Line]]) -> dict[Line, set[Hit]]:
        matcher = Matcher([p for p, _ in patterns.values()], dict(self.corpus.language.lists))
        found: dict[Line, set[Hit]] = {}
        for number, place in enumerate(self.corpus.places):
            nodes = place.segment.nodes
            for match in matcher.matches(place.segment):
                start = min(n.start for n in nodes[match.first : match.last])
                end = max(n.end for n in nodes[match.first : match.last])
                hits = (Hit(number, start, end, pair) for pair in pairs_of(match, place.segment))
                found.setdefault(patterns[match.pattern.id][1], set()).update(hits)
        return found

    def _result(self, line: Line, hits: list[Hit]) -> Result:
        known = self.corpus.known.get(line.predicate, frozenset())
        right = [h for h in hits if h.pair in known]
        wrong = [h for h in hits if h.pair not in known]
        read = [h for h in right if self._is_read(h, line.predicate)]
        support = sorted({*right} - {*read})
        elsewhere = frozenset(h for h in support if self._is_read_otherwise(h, line.predicate))
        counts = tuple(len(set(self._sentences(group))) for group in (support, wrong, read, elsewhere))
        return Result(line, tuple(support), tuple(wrong), tuple(read), elsewhere, counts)  # type: ignore[arg-type]

    def _sentences(self, hits: Iterable[Hit]) -> Iterator[str]:
        return (self.corpus.places[h.place].sentence for h in hits)

    def _is_read(self, hit: Hit, prop: str) -> bool:
        found = self.corpus.read[self.corpus.places[hit.place].sentence]
        ways = [hit.pair, hit.pair[::-1]] if self.ontology.properties[prop].symmetric else [hit.pair]
        return any((prop, pair) in found for pair in ways)

    def _is_read_otherwise(self, hit: Hit, prop: str) -> bool:
        found = self.corpus.read[self.corpus.places[hit.place].sentence]
        return any(name != prop and pair in (hit.pair, hit.pair[::-1]) for name, pair in found)
