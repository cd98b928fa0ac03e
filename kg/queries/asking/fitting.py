"""How well a question fits the wordings of the saved ones, and what its names and values stand for in each.

A question and a wording are two rows of words and places. What they share in the same order counts in full, what they
share elsewhere in part; a rare word counts more than one that many questions have. The score is twice what is shared
over what both have: 1 for a wording itself, 0 where nothing is shared.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kg.errors import QueryError
from kg.model import Status
from kg.names import Prefixes
from kg.queries.asking.language import Language, Token, fold, tokens
from kg.queries.asking.naming import Names
from kg.queries.asking.question import Item
from kg.queries.saved import SLOT, Parameter, SavedQuery

SLOT_WEIGHT = 1.5
"""What a name in its place counts: about as much as a word that every fifth question has."""
LIGHT_WEIGHT = 0.4
"""What a word such as "by" counts: enough to tell "reads X" from "is read by X"."""
ELSEWHERE = 0.5
"""The share that a word counts which stands elsewhere in the wording."""
EXTRA = 0.8
"""The share that a value counts for which the wording has no place, but the question a parameter."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a wording: a word, or the place of a parameter."""

    word: str = ""
    light: bool = False
    parameter: Parameter | None = None
    joint: str = ""
    """How its place is joined to the one before it, see :meth:`Language.joint`."""


@dataclass(frozen=True)
class Pattern:
    """A wording of a saved question, taken apart."""

    query: SavedQuery
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """A question read as one of the saved ones: how well, with which values, and what is left over.

    ``values`` are IRIs in angle brackets, statuses, dates, numbers or texts; ``shown`` the same as people write them.
    ``unclear`` holds names that several entities of the wanted class share.
    """

    query: SavedQuery
    score: float
    values: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[Item, ...] = ()
    unclear: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lacking: tuple[str, ...] = ()
    """Parameters that the question needs and that nothing was said for."""
    torn: bool = False
    """Whether a second name of a kind is missing, which no place of the wording is joined to."""

    @property
    def whole(self) -> bool:
        """Whether all of the question is accounted for, and all that the saved one needs is there."""
        return not (self.missing or self.unclear or self.lacking)


class Wordings:
    """All wordings of one language, ready to be compared with questions in it."""

    def __init__(self, queries: Sequence[SavedQuery], language: Language, names: Names, prefixes: Prefixes) -> None:
        self.language = language
        self.names = names
        self._prefixes = prefixes
        self.patterns = [Pattern(q, parts) for q in queries for parts in _taken_apart(q, language)]
        self._words: dict[str, set[str]] = {}
        for pattern in self.patterns:
            self._words.setdefault(pattern.query.name, set()).update(p.word for p in pattern.parts)
        counts: dict[str, int] = {}
        for words in self._words.values():
            for word in words:
                counts[word] = counts.get(word, 0) + 1
        self._weights = {word: math.log(1 + len(self._words) / n) for word, n in counts.items()}
        self._rarest = math.log(1 + len(self._words))
        self._plain = {t.key for w in queries for text in _texts(w, language.name) for t in tokens(SLOT.sub("", text))}
        self._plain |= {keys[0] for keys in language.phrases if len(keys) == 1}
        self._properties = _by_word(language, names.properties())
        self._kinds = _by_word(language, names.kinds())
        self._statuses = _statuses(language)
        self._classes: dict[tuple[str, ...], set[str]] = {}

    def plain(self, key: str) -> bool:
        """Whether a folded word is one of the language, as far as its wordings go."""
        return key in self._plain or key in self.language.function_words

    def spelt(self, given: tuple[Token, ...]) -> tuple[Token, ...]:
        """The words of a question with slips of the pen put right; names and known words stay as they are."""
        return tuple(t if self._stays(t.key) else self.language.put_right(t, self._plain) for t in given)

    def _stays(self, key: str) -> bool:
        return self.is_common(key) or self.names.has(key) or self.language.is_value(key)

    def is_common(self, key: str) -> bool:
        """Whether a folded word is one of the language, also one that stands in phrases alone."""
        return self.plain(key) or any(key in keys for keys in self.language.phrases)

    def fits(self, items: tuple[Item, ...]) -> list[Fit]:
        """The best fit of each saved question, the best first."""
        best: dict[str, Fit] = {}
        for pattern in self.patterns:
            fit = self._fit(pattern, items)
            old = best.get(pattern.query.name)
            # A wording that would say it better, were it not for a second name, tells what was meant.
            if old is None or (fit.whole or fit.torn, fit.score) > (old.whole or old.torn, old.score):
                best[pattern.query.name] = fit
        return sorted(best.values(), key=lambda f: (-f.score, f.query.name))

    def weight(self, word: str, light: bool) -> float:
        """What a word counts."""
        return LIGHT_WEIGHT if light else self._weights.get(word, self._rarest)

    def _fit(self, pattern: Pattern, items: tuple[Item, ...]) -> Fit:
        pairs = self._aligned(pattern.parts, items)
        torn = self._torn(pattern, items, pairs)
        pairs = [(place, part) for place, part in pairs if place not in torn]
        reading = _Reading(self, pattern, [items[place] for place in torn])
        taken = {place for place, _ in pairs} | torn
        for place, part in pairs:
            if part.parameter:
                reading.bind(part.parameter, items[place])
        shared = sum(self._gain(part, items[place]) for place, part in pairs)
        said = sum(self._item_weight(item) for item in items)
        asked = sum(self._part_weight(part) for part in pattern.parts)
        left = {part.word for part in pattern.parts if part.word} - {part.word for _, part in pairs}
        again = sum(self._item_weight(items[place]) for place in torn)
        shared, asked = shared + EXTRA * again, asked + again
        for item in (item for place, item in enumerate(items) if place not in taken):
            if item.is_word and item.word in left:
                shared += ELSEWHERE * self._item_weight(item)
            elif reading.take(item, self._words[pattern.query.name]):
                weight = self._item_weight(item)
                shared, asked = shared + EXTRA * weight, asked + weight
        return reading.fit(2 * shared / (said + asked) if said + asked else 0.0, torn=bool(torn))

    def _torn(self, pattern: Pattern, items: tuple[Item, ...], pairs: Sequence[tuple[int, Part]]) -> set[int]:
        """Where names that are joined to one of their kind stand, and the wording does not join their places so.

        "Who works with X and Y?" asks twice for whom X and Y are; the one must not become who works with the other.
        """
        parts = dict(pairs)
        slots = list(pattern.parts)
        found = set[int]()
        for place in range(1, len(items)):
            one, other = items[place - 1], items[place]
            if not other.joint or not any(
                self.values(p, one) and self.values(p, other) for p in pattern.query.parameters
            ):
                continue
            before, here = parts.get(place - 1), parts.get(place)
            number = next((n for n, part in enumerate(slots) if part is here), 0) if here else 0
            if not (here and number and slots[number - 1] is before and here.joint == other.joint):
                found.add(place)
        return found

    def _aligned(self, parts: tuple[Part, ...], items: tuple[Item, ...]) -> list[tuple[int, Part]]:
        """The heaviest row of pairs that stand in the same order in both."""
        best = [[0.0] * (len(parts) + 1) for _ in range(len(items) + 1)]
        gains = [[self._gain(part, item) for part in parts] for item in items]
        for i in range(len(items) - 1, -1, -1):
            for j in range(len(parts) - 1, -1, -1):
                gain = gains[i][j]
                both = gain + best[i + 1][j + 1] if gain else 0.0
                best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
        pairs, i, j = list[tuple[int, Part]](), 0, 0
        while i < len(items) and j < len(parts):
            gain = gains[i][j]
            if gain and best[i][j] == gain + best[i + 1][j + 1]:
                pairs.append((i, parts[j]))
                i, j = i + 1, j + 1
            elif best[i][j] == best[i + 1][j]:
                i += 1
            else:
                j += 1
        return pairs

    def _gain(self, part: Part, item: Item) -> float:
        if part.parameter is None:
            return self.weight(part.word, part.light) if item.word == part.word else 0.0
        if not self.values(part.parameter, item):
            return 0.0
        # A kind is a word with a weight of its own: with the mean, a question that is a wording scores 1 with it, too.
        weight = (SLOT_WEIGHT + self._item_weight(item)) / 2 if part.parameter.kind == "class" else SLOT_WEIGHT
        # A name is a text too, but where a question asks for the thing itself, that is meant.
        return weight * (EXTRA if part.parameter.kind == "text" and not item.kinds else 1)

    def _item_weight(self, item: Item) -> float:
        return self.weight(item.word, item.light) if item.is_word else SLOT_WEIGHT

    def _part_weight(self, part: Part) -> float:
        return SLOT_WEIGHT if part.parameter else self.weight(part.word, part.light)

    def values(self, parameter: Parameter, item: Item) -> tuple[str, ...]:
        """What an item may stand for as the value of a parameter; nothing where it does not fit."""
        if parameter.kind == "property":
            return (self._properties[item.word],) if item.word in self._properties else ()
        if parameter.kind == "class":
            return self._class(parameter, item)
        if parameter.kind == "status":
            return (self._statuses[item.word],) if item.word in self._statuses else ()
        if parameter.kind == "entity":
            return self._entities(parameter, item)
        if parameter.kind == "text":
            return (item.value,) if "text" in item.kinds or self._entities(parameter, item) else ()
        return (item.value,) if parameter.kind in item.kinds else ()

    def _class(self, parameter: Parameter, item: Item) -> tuple[str, ...]:
        """The class that a word names, if it is one of those that the parameter is held to, or below."""
        found, wanted = self._kinds.get(item.word, ""), self._wanted(parameter)
        fits = bool(found) and (not wanted or bool(wanted & self.names.upwards([found[1:-1]])))
        return (found,) if fits else ()

    def _entities(self, parameter: Parameter, item: Item) -> tuple[str, ...]:
        """The entities of a name that are of a class the parameter is held to, those of the best rank."""
        wanted = self._wanted(parameter)
        fitting = [(iri, rank) for iri, rank in item.candidates if not wanted or wanted & self.names.classes(iri)]
        best = min((rank for _, rank in fitting), default=0)
        return tuple(f"<{iri}>" for iri, rank in fitting if rank == best)

    def _wanted(self, parameter: Parameter) -> set[str]:
        """The IRIs of the classes that a parameter is held to."""
        if parameter.classes not in self._classes:
            try:
                self._classes[parameter.classes] = {self._prefixes.expand(name) for name in parameter.classes}
            except KeyError as error:
                message = f"parameter '{parameter.name}': no prefix {error} in the graph"
                raise QueryError(message, None, "hold it to classes of the ontology") from None
        return self._classes[parameter.classes]


class _Reading:
    """What the items of a question stand for in one wording, as far as they have been looked at."""

    def __init__(self, wordings: Wordings, pattern: Pattern, missing: Iterable[Item] = ()) -> None:
        self._wordings, self._pattern = wordings, pattern
        self._values: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._missing = list(missing)
        self._unclear: list[tuple[str, tuple[str, ...]]] = []

    def bind(self, parameter: Parameter, item: Item) -> None:
        """Give a parameter the value that an item stands for."""
        values = self._wordings.values(parameter, item)
        if len(values) > 1:
            self._unclear.append((item.text, values))
        self._values[parameter.name] = values[0]
        self._shown[parameter.name] = item.text if parameter.kind == "entity" else values[0]

    def take(self, item: Item, words: Iterable[str]) -> bool:
        """Account for an item that no part of the wording stands for; whether it became a value."""
        free = [p for p in self._pattern.query.parameters if p.name not in self._values and self._may_stand(p, item)]
        if len(free) == 1:
            self.bind(free[0], item)
            return True
        if not (item.is_word and (item.light or item.word in words or self._is_said(item))):
            self._missing.append(item)
        return False

    def _is_said(self, item: Item) -> bool:
        """Whether a word says once more what a status is: "still … today"."""
        statuses = [p for p in self._pattern.query.parameters if p.kind == "status"]
        return any(self._wordings.values(p, item) == (self._values.get(p.name),) for p in statuses)

    def _may_stand(self, parameter: Parameter, item: Item) -> bool:
        """Whether an item may be a parameter's value without a place in the wording.

        A figure or date does only behind words that say of what ("since", "at least"); a property or a text never.
        """
        if parameter.kind in ("property", "text") or not self._wordings.values(parameter, item):
            return False
        cues = self._wordings.language.before.get(parameter.name, ())
        return not item.kinds or any(f" {item.cue}".endswith(f" {fold(cue)}") for cue in cues)

    def fit(self, score: float, torn: bool = False) -> Fit:
        """The whole reading."""
        query = self._pattern.query
        lacking = tuple(p.name for p in query.parameters if not p.optional and p.name not in self._values)
        missing, unclear = tuple(self._missing), tuple(self._unclear)
        return Fit(query, score, self._values, self._shown, missing, unclear, lacking, torn)


def _texts(query: SavedQuery, language: str) -> list[str]:
    title = [query.titles[language]] if language in query.titles else []
    return title + [w.text for w in query.wordings if w.language == language]


def _taken_apart(query: SavedQuery, language: Language) -> list[tuple[Part, ...]]:
    """The title and the wordings of a question in a language, each as its parts."""
    parameters = {p.name: p for p in query.parameters}
    found = []
    for text in _texts(query, language.name):
        parts: list[Part] = []
        joint = ""
        for number, piece in enumerate(SLOT.split(text)):
            if number % 2:
                parts.append(Part(parameter=parameters[piece], joint=joint if parts else ""))
            else:
                joint = language.joint(piece)
                parts += [Part(word.sense, word.light) for word in language.words(tokens(piece))]
        found.append(tuple(parts))
    return found


def _by_word(language: Language, labels: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The terms whose label is one word for a question, by that word; a word that two share names none."""
    found: dict[str, set[str]] = {}
    for label, iri in labels:
        words = [word.sense for word in language.words(tokens(label)) if not word.light]
        if len(words) == 1:
            found.setdefault(words[0], set()).add(f"<{iri}>")
    return {word: next(iter(iris)) for word, iris in found.items() if len(iris) == 1}


def _statuses(language: Language) -> dict[str, str]:
    """The statuses by the words for them; a text that is several words for a question names none."""
    found: dict[str, str] = {}
    for status in Status:
        for text in language.status.get(status.value, ()):
            words = [word for word in language.words(tokens(text)) if word.last > word.first]
            if len(words) == 1 and not words[0].light:
                found.setdefault(words[0].sense, status.value)
    return found
