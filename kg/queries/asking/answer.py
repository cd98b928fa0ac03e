"""Which saved question is meant, or why none is."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kg.errors import QueryError
from kg.project import Project
from kg.queries import lookup, saved
from kg.queries.asking.fitting import Fit, Wordings
from kg.queries.asking.language import Language, load, tokens
from kg.queries.asking.naming import Names
from kg.queries.asking.question import Item, items
from kg.queries.rows import Rows
from kg.queries.saved import SavedQuery
from kg.store import Store

THRESHOLD = 0.55
"""The least score of a question that is answered. On the open half of the suite the lowest right one has 0.6, and no
question that must not be answered and is accounted for passes it."""
MARGIN = 0.1
"""Another question whose score is nearer than this is named beside the answer."""
OVERSHADOWED = 0.85
"""The least share of the best score, whole or not, that an answer must have: else the question means something that is
only partly understood."""
_NEAREST = 3
_LONGEST, _MOST = 1000, 60
"""Characters and words of the longest question that is read: longer ones are texts, and take long."""
_SHOWN = 5
"""Words that are not understood and are named, with names spelt nearly so; of more, how many there are."""


@dataclass(frozen=True, slots=True)
class Misread:
    """Words of a question that nothing accounts for, and what may have been meant: names spelt so, or that share it."""

    text: str
    near: tuple[str, ...] = ()
    shared: bool = False
    """Whether the name is known, and several entities have it."""
    beside: str = ""
    """The name that it is joined to, where no wording asks for two."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a question: the saved one that is meant with its values, or what was not understood.

    ``also`` are others that fit nearly as well; ``nearest`` those to look at where none fits.
    """

    question: str
    language: str
    fit: Fit | None
    also: tuple[Fit, ...] = ()
    misread: tuple[Misread, ...] = ()
    nearest: tuple[SavedQuery, ...] = ()
    lacking: tuple[str, ...] = ()
    """Parameters that the nearest question needs and that nothing was said for, where that alone is in the way."""

    @property
    def why_not(self) -> str:
        """In one line why there is no answer."""
        if self.lacking:
            return f"the nearest question needs '{self.lacking[0]}' as well"
        if not self.misread:
            return "no saved question fits"
        shared = [m for m in self.misread if m.shared]
        if shared:
            return f"several entities are called '{shared[0].text}': {', '.join(shared[0].near)}"
        pair = next((m for m in self.misread if m.beside), None)
        if pair:
            return f"no saved question asks for '{pair.beside}' and '{pair.text}' at once: ask for one at a time"
        words = ", ".join(f"'{m.text}'" for m in self.misread[:_SHOWN])
        more = f" and {len(self.misread) - _SHOWN} more" if len(self.misread) > _SHOWN else ""
        return f"no saved question takes up {words}{more}"


class Asker:
    """The saved questions of a project, ready to be asked of a store in people's words."""

    def __init__(self, store: Store, project: Project) -> None:
        self.store = store
        self.queries = saved.load(project)
        names = Names(store)
        self._names = names
        self._labels = lookup.labels(store)
        self._wordings = [
            Wordings(self.queries, language, names, store.prefixes)
            for language in _languages(load(project), self.queries)
        ]

    def read(self, question: str) -> Reply:
        """What a question means; QueryError for one without a word, or too long to be one."""
        if len(question) > _LONGEST or len(tokens(question)) > _MOST:
            message = f"a question has at most {_MOST} words and {_LONGEST} characters"
            raise QueryError(message, None, "ask for one thing at a time")
        readings = [_Reading.of(question, wordings, self._names) for wordings in self._wordings]
        readings = [r for r in readings if r.items]
        if not readings:
            raise QueryError("there is no question", None, 'write it out: kg ask "…"')
        # The first of equals: the languages are in the order of their names, and a name alone is of none.
        best = max(readings, key=lambda r: r.rank)
        if best.whole:
            first, *others = best.whole
            also = tuple(f for f in others if first.score - f.score < MARGIN)
            return Reply(question, best.language, first, also)
        misread = self._misread(best.fits[0], best.items) if best.fits else ()
        lacking = best.fits[0].lacking if best.best >= THRESHOLD and not misread else ()
        nearest = tuple(f.query for f in best.fits[:_NEAREST])
        return Reply(question, best.language, None, (), misread, nearest, lacking)

    def rows(self, fit: Fit, timeout: float | None = None) -> Rows:
        """The answer of the saved question that is meant."""
        return fit.query.rows(self.store, fit.values, timeout)

    def command(self, fit: Fit) -> str:
        """How to ask the same by name, ready to be pasted."""
        values = [f"-p {name}={shlex.quote(self.shown(fit, name))}" for name in self._ordered(fit)]
        return " ".join(["kg query", fit.query.name, *values])

    def values(self, fit: Fit) -> Mapping[str, str]:
        """The values of the parameters as people write them, in the order of the parameters."""
        return {name: self.shown(fit, name) for name in self._ordered(fit)}

    def shown(self, fit: Fit, name: str) -> str:
        """A value as people write it: a label where that names the same entity, else a CURIE."""
        value = fit.values[name]
        if not value.startswith("<"):
            return value
        iri = value[1:-1]
        label = self._labels.get(iri, "")
        try:
            if label and lookup.entity(self.store, label) == iri:
                return label
        except QueryError:
            pass
        return self.store.prefixes.shrink(iri)

    def _ordered(self, fit: Fit) -> list[str]:
        return [p.name for p in fit.query.parameters if p.name in fit.values]

    def _misread(self, fit: Fit, found: Sequence[Item]) -> tuple[Misread, ...]:
        """What the nearest question leaves over; neighbouring capitalised words are one name."""
        shrink = self.store.prefixes.shrink
        shared = [Misread(text, tuple(shrink(v[1:-1]) for v in values), True) for text, values in fit.unclear]
        texts: list[str] = []
        joined = False
        for item in found:
            lacks = any(item is m for m in fit.missing)
            if lacks and joined and not item.joint and item.text[:1].isupper() and texts[-1][:1].isupper():
                texts[-1] += f" {item.text}"
            elif lacks:
                texts.append(item.text)
            joined = lacks
        known = {item.text for item in found if item.candidates}
        beside = {b.text: a.text for a, b in pairwise(found) if b.joint and b.text in texts and a.candidates}
        return (
            *shared,
            *(
                Misread(t, self._near(t) if t not in known and n < _SHOWN else (), beside=beside.get(t, ""))
                for n, t in enumerate(dict.fromkeys(texts))
            ),
        )

    def _near(self, text: str) -> tuple[str, ...]:
        """Names spelt nearly as a text is, where that is no common word of a language."""
        if any(w.is_common(token.key) for w in self._wordings for token in tokens(text)):
            return ()
        return tuple(self._names.near(text))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A question read in one language: its items, and how well each saved question fits, the best first."""

    language: str
    items: tuple[Item, ...]
    fits: tuple[Fit, ...]
    known: int
    """How many words of the question are words of the language."""

    @classmethod
    def of(cls, question: str, wordings: Wordings, names: Names) -> _Reading:
        """Read a question by the wordings of a language."""
        found = items(question, wordings.language, names, wordings.is_common, wordings.spelt)
        known = sum(wordings.is_common(token.key) for token in wordings.spelt(tokens(question)))
        return cls(wordings.language.name, found, tuple(wordings.fits(found)), known)

    @property
    def rank(self) -> tuple[bool, float, float]:
        """What the reading that is right has more of: an answer, then words that are known, then likeness."""
        best = self.best if any(item.is_word for item in self.items) else 0.0
        return (True, best, 0.0) if self.whole else (False, self.known, best)

    @property
    def best(self) -> float:
        """The score of the best fit, whole or not."""
        return self.fits[0].score if self.fits else 0.0

    @property
    def whole(self) -> list[Fit]:
        """The fits that answer the question."""
        return [f for f in self.fits if f.whole and f.score >= max(THRESHOLD, OVERSHADOWED * self.best)]


def _languages(known: Mapping[str, Language], queries: Sequence[SavedQuery]) -> list[Language]:
    """The languages of the wordings, those without a file of words among them."""
    used = {w.language for q in queries for w in q.wordings} | {name for q in queries for name in q.titles}
    return [known.get(name, Language(name)) for name in sorted(used | set(known))]
