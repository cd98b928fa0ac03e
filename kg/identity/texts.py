"""What texts say of two names: that both are one's, or, in one breath, that there are two."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from kg.identity.evidence import Evidence
from kg.identity.letters import plain_words
from kg.identity.wording import Wording
from kg.model import Document, Entity, Fact

SAID = 0.75
_BRACKETED = 0.5
"""What a name in brackets behind another weighs where the two are alike: "Acme Motor Works (AMW)"."""
_TOGETHER = 0.6
_LONGEST = 80
"""How many characters before and behind the words between two names are searched for the names."""
_MOST_TEXTS = 50
"""In how many texts two names are looked for."""
# The end of a sentence stands behind a word of some letters: "S. Miller" is none.
_SENTENCE_END = re.compile(r"(?<=\w\w)[.!?…]+[\"”’»)\]]*\s+|\n+")
# Where a longer name, which nobody listed, goes on behind a known one ("Acme Works", "Acme's works"), or begins before.
_GOES_ON = re.compile(r"['’]s\b|[ -](?=\w)[^a-z\W]")
_NAMED_BEFORE = re.compile(r"(?<=[\w,] )[A-Z][\w-]*[a-z][ -]$")
_MARKS = " \t\n,;:–—-\"“”„‘’'«»("


class Texts:
    """The documents of a graph, searched for the names of entities."""

    def __init__(
        self,
        documents: Iterable[Document],
        entities: Mapping[str, Entity],
        facts: Iterable[Fact],
        wording: Wording,
    ) -> None:
        self.documents = {d.id: d for d in documents}
        self.wording = wording
        self.labels = {iri: _names(entity) for iri, entity in entities.items()}
        self.told: dict[str, set[str]] = {}
        for fact in facts:
            ends = (fact.subject, fact.object) if isinstance(fact.object, str) else (fact.subject,)
            for claim in fact.claims:
                for iri in ends:
                    self.told.setdefault(iri, set()).add(claim.document)
        self._sentences: dict[str, list[int]] = {}
        self._patterns: dict[str, re.Pattern[str]] = {}

    def introduced(self) -> dict[tuple[str, str], Evidence]:
        """The pairs of which a text says that both names are one's ("Acme, formerly known as Brint")."""
        found: dict[tuple[str, str], Evidence] = {}
        if not self.wording.between:
            return found
        by_name: dict[str, set[str]] = {}
        for iri, names in self.labels.items():
            for name in names:
                by_name.setdefault(name.casefold(), set()).add(iri)
        for document in sorted(self.documents.values(), key=lambda d: d.id):
            for before, words, after in self._joints(document.text):
                for one in self._last(before, by_name):
                    for other in _first(after, by_name):
                        names = (one, other) if one < other else (other, one)
                        if one != other and names not in found:
                            said = f"a text puts '{words}' between the two"
                            found[names] = Evidence(said, SAID, (f"document:{document.id}",))
        return found

    def _joints(self, text: str) -> Iterator[tuple[str, str, str]]:
        """The words that join two names of one thing, with the text before and behind them."""
        longest_first = sorted(self.wording.between, key=lambda w: (-len(w), w))
        joined = "|".join(r"\W{1,2}".join(map(re.escape, words.split())) for words in longest_first)
        for match in re.finditer(rf"\b(?:{joined})\b", text, re.IGNORECASE):
            before = text[max(0, match.start() - _LONGEST) : match.start()].rstrip(_MARKS)
            yield before, match[0].lower(), text[match.end() : match.end() + _LONGEST].lstrip(_MARKS)

    def judge(self, one: str, other: str, *, alike: bool) -> Iterator[tuple[bool, Evidence]]:
        """What a sentence with both names says: in brackets behind a name that is ``alike`` stands its short form;
        elsewhere two names in one sentence are two things."""
        first, second = self.told.get(one, set()), self.told.get(other, set())
        told = [*sorted(first & second), *sorted(first ^ second)]  # of what is told of both, texts say the most
        apart = None
        for name in told[:_MOST_TEXTS]:
            for between, closed in self._between(name, one, other) if name in self.documents else ():
                if alike and between == "(" and closed:
                    words = "a text puts the one in brackets behind the other"
                    yield True, Evidence(words, _BRACKETED, (f"document:{name}",))
                    return
                joined = " ".join(plain_words(between)) in self.wording.between
                apart = apart or (None if joined or between == "(" else name)
        if apart:
            yield False, Evidence("one sentence names both", _TOGETHER, (f"document:{apart}",))

    def _last(self, text: str, by_name: Mapping[str, set[str]]) -> list[str]:
        """The entities whose name, the longest, ends a text; none where it is the end of a longer name."""
        for start in (m.start() for m in re.finditer(r"(?<!\w)\w", text)):
            found = by_name.get(text[start:].casefold())
            if found:
                before = _NAMED_BEFORE.search(text, 0, start)
                return [] if before and before[0].strip().lower() not in self.wording.silent else sorted(found)
        return []

    def _between(self, document: str, one: str, other: str) -> Iterator[tuple[str, bool]]:
        """What stands between two names in each sentence with both, and whether a bracket closes behind them."""
        text = self.documents[document].text
        first, second = self._places(one, text), self._places(other, text)
        kept = [(s, "one") for s in first if not any(_overlap(s, o) for o in second)]
        kept += [(s, "other") for s in second if not any(_overlap(s, o) for o in first)]
        kept.sort()
        starts = self._starts(document)
        for (a, whose), (b, whose_next) in pairwise(kept):
            if whose != whose_next and bisect_right(starts, a[0]) == bisect_right(starts, b[0]):
                yield text[a[1] : b[0]].strip(' \t\n,;"“”'), text[b[1] : b[1] + 2].strip().startswith(")")

    def _places(self, iri: str, text: str) -> list[tuple[int, int]]:
        """Where the names of an entity stand in a text, the longest at each place."""
        names = sorted(self.labels.get(iri, ()), key=lambda n: (-len(n), n))
        if names and iri not in self._patterns:
            self._patterns[iri] = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)")
        return [m.span() for m in self._patterns[iri].finditer(text)] if names else []

    def _starts(self, document: str) -> list[int]:
        if document not in self._sentences:
            text = self.documents[document].text
            self._sentences[document] = [0, *(m.end() for m in _SENTENCE_END.finditer(text))]
        return self._sentences[document]


def _names(entity: Entity) -> tuple[str, ...]:
    return tuple(sorted({x.text for x in entity.labels if x.kind in ("preferred", "alternative") and x.text}))


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _first(text: str, by_name: Mapping[str, set[str]]) -> list[str]:
    """The entities whose name, the longest, begins a text; none where the words go on as part of a longer name."""
    for end in sorted((m.end() for m in re.finditer(r"\w(?!\w)\+*", text)), reverse=True):
        found = by_name.get(text[:end].casefold())
        if found:
            return [] if _GOES_ON.match(text, end) else sorted(found)
    return []
