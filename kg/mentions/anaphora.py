"""Words that stand for names said before: "the German carmaker", "perusahaan itu", "both companies", "its"."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from functools import partial

from kg.belonging import around, shared
from kg.mentions.foreground import Foreground
from kg.mentions.introduced import apposed, introduced, nameless
from kg.mentions.known import Known
from kg.mentions.phrases import Phrase, Phrases
from kg.model import Entity
from kg.ontology import THING, Ontology
from kg.patterns import Anaphor, Language
from kg.text import UNKNOWN, LinkedText, Mention, Sentence

REACH = 3
"""How many sentences back an antecedent is looked for."""
FAR = 200
"""How many names back the only one of its kind is looked for."""
UNLISTED = "?"
"""What stands for a town that nobody listed, as a home."""
_INNER = 4
"""The longest name, in tokens, that may stand inside such words ("the South Korean firm")."""
_SIGNS = frozenset(".?!,;:()[]–—\"“”'’") | {"'s"}
"""The signs that part what stands before them from what stands behind; those of money and figures do not."""
_SPOKEN = 4
"""The fewest tokens of a quotation that are speech: others are names and single words."""
_NAMING = frozenset({"name", "new", "unit", "anaphor", "possessor"})
"""The kinds of mention that words may stand for."""


class Resolver:
    """Finds what such words stand for, by class, nearness, and the home of what was named (``kg:home``)."""

    def __init__(self, language: Language, entities: Mapping[str, Entity], ontology: Ontology) -> None:
        self.language, self.entities, self.ontology = language, entities, ontology
        homes = {h for e in entities.values() for h in e.home if h in entities}
        self.homes = shared(ontology.closure(entities[h].types) for h in sorted(homes))
        self.phrases = Phrases(language)
        self.foreground = Foreground(language, ontology)
        self.prepositions = language.single("grammar", "prepositions")
        self.possessive = language.single("grammar", "possessive")
        self.breaks = language.single("grammar", "breaks")
        self.openers = language.single("grammar", "openers")
        self.relative = language.single("grammar", "relative")
        self.conjunctions = language.single("grammar", "and")
        self.parting = self.relative | self.conjunctions | _SIGNS
        self.describing = self.prepositions | self.parting | language.single("grammar", "appositions")
        """What stands behind the noun of an apposition; behind that of a clause of its own stands a verb."""
        self.saying = language.single("speech", "verbs")
        self.determiners = language.single("grammar", "filler")
        self.complement = language.single("speech", "complement")
        """The words with which begins what is said ("that")."""
        self.introducing = language.single("grammar", "introducing")
        versioned = [c.iri for c in ontology.classes.values() if c.named_after]
        said = [(k, a) for k, a in language.anaphora.items() if len(k) > 1 and not a.plural and not a.possessive]
        self.kinds = frozenset(
            k[-1 if k[0] in self.determiners else 0] for k, a in said if not set(versioned).isdisjoint(a.classes)
        )
        """The nouns of things that are named after others."""
        self.versioned = frozenset(versioned)

    def resolve(self, linked: LinkedText) -> LinkedText:
        """The text with the words that stand for names, and with the owners that endings name; what has no antecedent
        stays as it is."""
        found = replace(linked, mentions=self._mentions(linked))
        owners = tuple(self._owners(found))
        return found if owners == found.owners else replace(found, owners=owners)

    def _owners(self, linked: LinkedText) -> Iterator[Mention]:
        """For each word with such an ending, and each kind of thing it may belong to, the nearest name before it."""
        tokens, vocabulary = linked.tokens, self.language.vocabulary
        endings = tuple(ending for ending, _ in self.language.owners)
        for i, key in enumerate(tokens.keys) if endings else ():
            if not key.endswith(endings) or (key in vocabulary and key not in endings):
                continue
            for ending, anaphor in self.language.owners:
                stem = key.removesuffix(ending)
                if stem != key and (not stem or stem in vocabulary):
                    owner = self._nearest(linked, i, anaphor)
                    if owner is not None:
                        start = tokens.ends[i] - len(ending)
                        yield Mention(start, tokens.ends[i], i, i + 1, owner.entity, owner.classes, "owner")

    def _nearest(self, linked: LinkedText, i: int, anaphor: Anaphor) -> Mention | None:
        """The nearest fitting name before a token in its sentence, else the first of the nearest sentence before."""
        number = bisect_right(linked.sentences, i, key=lambda s: s.first) - 1
        phrase = Phrase(i, i + 1, (i, i + 1), anaphor)
        for n in range(number, max(-1, number - 1 - REACH), -1):
            sentence = linked.sentences[n]
            named = linked.between(sentence.first, min(sentence.last, i))
            for mention in reversed(named) if n == number else named:
                if self._fits(mention, phrase) and not self.foreground.governed(linked, mention):
                    return mention
        return None

    def _mentions(self, linked: LinkedText) -> tuple[Mention, ...]:
        opens = [i for i, key in enumerate(linked.tokens.keys) if key in self.phrases.words]
        mentions = [m for m in linked.mentions if m.kind not in UNKNOWN] if opens else []
        if not mentions:
            return linked.mentions
        ends = {i for m in mentions if m.kind != "demonym" for i in (m.first, m.last - 1)}
        begins = {m.first for m in linked.mentions if m.kind != "demonym"}
        known = Known(list(mentions))
        homes = (m for m in linked.mentions if m.last - m.first <= _INNER and not m.classes.isdisjoint(self.homes))
        inner = {m.first: m for m in homes}
        new = (m for m in linked.mentions if m.last + 1 in inner and m.entity not in self.entities)
        towns = [m for m in new if linked.tokens.keys[m.last] == ","]  # "the Oldport, Norland-based maker"
        for m in towns:
            lies = inner[m.last + 1]
            inner[m.first] = replace(m, last=lies.last, entity=m.entity or UNLISTED, also=lies.entity)
        stop = 0
        for number, sentence in enumerate(linked.sentences):
            start, stop = stop, bisect_left(opens, sentence.last, stop)
            if start == stop:
                continue
            earlier = linked.sentences[max(0, number - REACH) : number]
            for phrase in self.phrases.of(linked, sentence, opens[start:stop], inner):
                titles = phrase.last in begins and not phrase.anaphor.possessive  # "the carmaker Acme" is Acme
                if ends.isdisjoint((phrase.first, phrase.last - 1)) and not titles:
                    made = self._made(linked, known, phrase, sentence, earlier)
                    if made is not None:
                        known.add(made)
        covered = {i for m in known.made for i in range(m.first, m.last)}
        kept = [m for m in linked.mentions if covered.isdisjoint(range(m.first, m.last))]
        return tuple(sorted((*kept, *known.made), key=lambda m: m.first))

    def again(self, linked: LinkedText) -> LinkedText:
        """What :meth:`resolve` gives now that more names are known than when it was asked first."""
        names = tuple(m for m in linked.mentions if m.kind not in ("anaphor", "possessor"))
        return self.resolve(replace(linked, mentions=names))

    def _made(
        self, linked: LinkedText, known: Known, phrase: Phrase, sentence: Sentence, earlier: tuple[Sentence, ...]
    ) -> Mention | None:
        """The mention that a phrase makes, if it has an antecedent. Words for the only one of its kind beside a name
        say what it is, and whose ("Acme, the offspring of Norland and Vest"): they stay words."""
        if phrase.anaphor.sole and self._beside(linked, known, phrase) is not None:
            return None
        found = self._meant(linked, known, phrase, sentence, earlier)
        if not found and phrase.wider:
            found = self._meant(linked, known, phrase._replace(place=phrase.wider), sentence, earlier)
        if len(found) < (2 if phrase.anaphor.plural else 1):
            return None
        tokens, (first, last) = linked.tokens, phrase.head
        kind = "possessor" if phrase.anaphor.possessive else "anaphor"
        also = found[1].entity if phrase.anaphor.plural else ""
        at = (tokens.starts[first], tokens.ends[last - 1], first, last)
        return Mention(*at, found[0].entity, found[0].classes, kind, also=also)

    def _meant(
        self, linked: LinkedText, known: Known, phrase: Phrase, sentence: Sentence, earlier: tuple[Sentence, ...]
    ) -> list[Mention]:
        """The antecedents of a phrase: what is known to be at home in the place that it names before what may be."""
        found = self._antecedents(linked, known, phrase, sentence, earlier, strict=True) if phrase.place else []
        if phrase.anaphor.main:
            found = self._main(linked, known, phrase)
        if not found and (later := self._later(linked, phrase, sentence)):
            found = self._antecedents(linked, known, phrase, sentence, earlier, others=later)
        return found or self._antecedents(linked, known, phrase, sentence, earlier)

    def _main(self, linked: LinkedText, known: Known, phrase: Phrase) -> list[Mention]:
        """The first name of a text that one of its first sentences speaks of."""
        for sentence in linked.sentences[:REACH]:
            for mention in known.between(sentence.first, min(sentence.last, phrase.first)):
                if self._fits(mention, phrase) and not self.foreground.aside(linked, mention, sentence.first):
                    return [mention]
        return []

    def _later(self, linked: LinkedText, phrase: Phrase, sentence: Sentence) -> set[str]:
        """Whom the clause that words open goes on to name: them they seldom stand for ("The firm thanks Acme")."""
        keys, last = linked.tokens.keys, phrase.last
        pronoun = len(phrase.anaphor.classes) > 1  # "it takes three hours for Acme to"
        if phrase.anaphor.plural or phrase.anaphor.possessive or phrase.anaphor.near or pronoun:
            return set()
        while last < sentence.last and keys[last] not in self.breaks and keys[last] != ",":
            last += 1
        return {m.entity for m in linked.between(phrase.last, last) if m.kind in ("name", "new")}

    def _antecedents(
        self,
        linked: LinkedText,
        known: Known,
        phrase: Phrase,
        sentence: Sentence,
        earlier: tuple[Sentence, ...],
        *,
        strict: bool = False,
        others: Set[str] = frozenset(),
    ) -> list[Mention]:
        """The first fitting names of the same sentence, else of the nearest before that has one (or two).

        A name late in an earlier sentence is seldom what it speaks of: one that opens a sentence further back is
        preferred to it. ``strict``: only what is known to be at home in the place that the words name; ``others``: what
        they do not stand for.
        """
        beside = self._beside(linked, known, phrase) or self._introduced(linked, known, phrase)
        beside = beside or self._telling(linked, known, phrase)
        if beside is not None:
            return [beside]
        places = self._places(linked, phrase, sentence, earlier)
        wanted = 2 if phrase.anaphor.plural else 1
        found: dict[str, Mention] = {}
        late: dict[str, Mention] = {}
        passed: dict[str, Mention] = {}
        others = {*others, *(self._acting(linked, known, phrase, sentence) if phrase.place else ())}
        for start, end in places:
            fitting = [m for m in known.between(start, end) if self._fits(m, phrase, strict=strict)]
            if self._is_nameless(linked, known, phrase, fitting, (start, end)):
                return []
            others.update(m.entity for m in fitting if self._apart(linked, m, phrase))
            fitting = [m for m in fitting if m.entity not in others and not _is_in_speech(linked, m, phrase)]
            if self._is_doubtful(linked, fitting, phrase, start, end):
                return []
            for mention in sorted(self._likeliest(fitting, phrase), key=lambda m: self.foreground.titled(linked, m)):
                aside = not phrase.anaphor.plural and self.foreground.aside(linked, mention, start)
                opens = wanted > 1 or start == sentence.first or self.foreground.opens(linked, mention, start)
                (passed if aside else found if opens else late).setdefault(mention.entity, mention)
            if len(found) >= wanted:
                # of several at home nobody knows where, none is meant beyond doubt, and of three before no two
                unsure = (phrase.anaphor.plural and start != sentence.first) or (bool(phrase.place) and not strict)
                return [] if unsure and len({**found, **passed}) > wanted else list(found.values())[:wanted]
            if phrase.anaphor.possessive and passed and start == sentence.first:
                return list(passed.values())[:1]  # "by Acme, its partner"
        if late:
            doubt = bool(phrase.place) and not strict and len(late) > wanted
            return [] if doubt else list(late.values())[:1]
        if phrase.anaphor.plural or phrase.anaphor.before or len(passed) > 1:
            return []
        only = list(passed.values()) or self._only(linked, known, phrase, strict=strict)
        return [m for m in only if m.entity not in others]

    def _is_nameless(
        self, linked: LinkedText, known: Known, phrase: Phrase, fitting: list[Mention], span: tuple[int, int]
    ) -> bool:
        """Whether tokens bring in a thing without a name before any other: "it plans a van to beat the Acme One" has
        later words mean that van."""
        if phrase.anaphor.plural or self.versioned.isdisjoint(phrase.anaphor.classes):
            return False
        noun = nameless(linked.tokens.keys, known, span, self.introducing, self.kinds)
        return noun >= 0 and all(m.first > noun for m in fitting)

    def _places(
        self, linked: LinkedText, phrase: Phrase, sentence: Sentence, earlier: tuple[Sentence, ...]
    ) -> list[tuple[int, int]]:
        """The stretches of tokens to look through: for an owner its clause first ("…, whereas Acme saw its sales")."""
        keys, places = linked.tokens.keys, [(sentence.first, phrase.first)]
        if phrase.anaphor.possessive:
            breaks = (i for i in range(phrase.first - 1, sentence.first, -1) if keys[i] in self.breaks)
            places[:0] = [(i, phrase.first) for i in (next(breaks, 0),) if i]
        if phrase.anaphor.near:
            return places
        reach = 1 if phrase.anaphor.before else REACH
        return [*places, *((s.first, s.last) for s in earlier[: -reach - 1 : -1])]

    def _likeliest(self, fitting: list[Mention], phrase: Phrase) -> list[Mention]:
        """Those of the names that are known to be what words speak of, before those that only may be."""
        return [m for m in fitting if not m.classes.isdisjoint(phrase.anaphor.classes)] or fitting

    def _is_doubtful(self, linked: LinkedText, fitting: list[Mention], phrase: Phrase, start: int, end: int) -> bool:
        """Whether several names of a stretch of tokens may be meant, none more than the others: two in a list, or where
        the words ask for the only one, or for a kind of which none is known to be."""
        if phrase.anaphor.plural or phrase.anaphor.possessive or not fitting:
            return False
        several = len(fitting) > 1 and len({m.entity for m in fitting}) > 1
        if phrase.anaphor.sole:
            return several or any(m.unknown for m in linked.between(start, end))
        if not several:
            return False
        likely = self._likeliest(fitting, phrase)
        if (
            not phrase.place
            and end <= phrase.first
            and any(map(partial(self.foreground.listed, linked), likely, likely[1:]))
        ):
            return not self.foreground.leads(linked, likely, start)
        known = any(not m.classes.isdisjoint(phrase.anaphor.classes) for m in fitting)
        return not known and len({m.entity for m in fitting if not self.foreground.oblique(linked, m)}) != 1

    def _beside(self, linked: LinkedText, known: Known, phrase: Phrase) -> Mention | None:
        """The name that words are an apposition to: "Acme, the carmaker owned by …", not "…, the carmaker says"."""
        first, keys = phrase.first, linked.tokens.keys
        behind = keys[phrase.last] if phrase.last < len(keys) else "."
        if behind.isalnum() and behind not in self.describing:
            return None
        named = known.between(max(0, first - 1 - _INNER), first - 1) if not phrase.anaphor.possessive else []
        if not named or named[-1].last != first - 1 or keys[first - 1] != "," or phrase.anaphor.plural:
            return None
        kinds = self.ontology.closure(phrase.anaphor.classes) - {THING}
        part = named[-1].kind == "unit" and not kinds.isdisjoint(named[-1].classes)  # no more is known of what it is
        return named[-1] if part or self._fits(named[-1], phrase) else None

    def _telling(self, linked: LinkedText, known: Known, phrase: Phrase) -> Mention | None:
        """The name that says right before words what they do: "… after Acme said | it would"."""
        keys, verb = linked.tokens.keys, phrase.first - 1
        if verb > 0 and keys[verb] in self.complement:
            verb -= 1
        if verb < 1 or keys[verb] not in self.saying or phrase.anaphor.plural or phrase.place:
            return None
        named = [m for m in known.between(max(0, verb - _INNER), verb) if m.last == verb and self._fits(m, phrase)]
        return named[0] if named else None

    def _introduced(self, linked: LinkedText, known: Known, phrase: Phrase) -> Mention | None:
        """The name that the noun of words for the only one of its kind, or of one by its home, brought in: "Acme, a
        joint venture", "chipmaker Acme … the Norport-based chipmaker"."""
        asked = phrase.anaphor.sole != bool(phrase.place) and not phrase.anaphor.plural
        found = introduced(linked, known, phrase.last - 1, self.determiners) if asked else []
        fitting = {m.entity: m for m in found if self._fits(m, phrase)}
        return next(iter(fitting.values())) if len(fitting) == 1 else None

    def _only(self, linked: LinkedText, known: Known, phrase: Phrase, *, strict: bool) -> list[Mention]:
        """The one thing of its kind that the text has named so far, however far back; not for what must stand near."""
        if phrase.anaphor.near or phrase.anaphor.possessive:
            return []
        end = bisect_left(known.firsts, phrase.first)
        fitting: dict[str, Mention] = {}
        for mention in known.mentions[max(0, end - FAR) : end]:
            if self._fits(mention, phrase, strict=strict) and not apposed(linked, mention, phrase, self.prepositions):
                fitting.setdefault(mention.entity, mention)
        return list(fitting.values()) if len(fitting) == 1 else []

    def _apart(self, linked: LinkedText, mention: Mention, phrase: Phrase) -> bool:
        """Whether words cannot stand for a name in the same clause: in what a comma adds to it, or behind a preposition
        where it is who acts ("Acme owns a part of the firm")."""
        keys = linked.tokens.keys
        between = keys[mention.last : phrase.first]
        if not between or phrase.anaphor.possessive:
            return False
        behind = between[-1] in self.prepositions and between[-1] not in self.openers
        long = phrase.last - phrase.first > 1 and not phrase.anaphor.plural  # "a deal between the two" is theirs
        one = behind and long and self.parting.isdisjoint(between)
        return one or apposed(linked, mention, phrase, self.prepositions)

    def _acting(self, linked: LinkedText, known: Known, phrase: Phrase, sentence: Sentence) -> set[str]:
        """Who acts on whom words name by a place: "Acme buys the Norport-based maker" speaks of two, "Acme says the
        Norport-based maker grows" of one."""
        keys = linked.tokens.keys
        behind = keys[phrase.last] if phrase.last < len(keys) else "."
        if behind not in self.prepositions and (behind.isalnum() or behind in self.possessive):
            return set()
        first = phrase.first
        while first > sentence.first and keys[first - 1].isalnum() and keys[first - 1] not in self.parting:
            first -= 1
        silent = self.saying.isdisjoint(keys[first : phrase.first])
        return {m.entity for m in known.between(first, phrase.first)} if silent else set()

    def _fits(self, mention: Mention, phrase: Phrase, *, strict: bool = False) -> bool:
        if mention.kind not in _NAMING or not self._is_of(mention, phrase.anaphor):
            return False
        if phrase.anaphor.sole and mention.entity in self.entities and not self.entities[mention.entity].belongs_to:
            return False  # "the venture" is no listed firm that is nobody's
        if not (strict or phrase.place):
            return True
        entity = self.entities.get(mention.entity)
        homes = set(entity.home) if entity else set()
        if strict and not homes:
            return False
        return not (phrase.place and homes and homes.isdisjoint(around(phrase.place, self.entities)))

    def _is_of(self, mention: Mention, anaphor: Anaphor) -> bool:
        """Whether a name may be what words speak of: by its classes, or, of a name that is new, by a narrower one than
        its context gave it ("the bank" of what is only known as a firm)."""
        if not mention.classes.isdisjoint(anaphor.classes):
            return True
        return mention.kind == "new" and any(mention.classes <= self.ontology.closure([c]) for c in anaphor.classes)


def _is_in_speech(linked: LinkedText, mention: Mention, phrase: Phrase) -> bool:
    """Whether a name stands in speech of which words are no part: who speaks them is named outside of it."""
    at = bisect_right(linked.quotations, mention.start, key=lambda q: q.outer_start) - 1
    if at < 0 or mention.start >= linked.quotations[at].outer_end:
        return False
    speech, tokens = linked.quotations[at], linked.tokens
    within = speech.outer_start <= tokens.starts[phrase.first] < speech.outer_end
    return not within and tokens.at(speech.end) - tokens.at(speech.start) >= _SPOKEN
