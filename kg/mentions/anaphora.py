"""Words that stand for names said before: "the German carmaker", "perusahaan itu", "both companies", "its"."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from kg.mentions.homes import around, shared
from kg.mentions.introduced import apposed, introduced
from kg.mentions.known import Known
from kg.mentions.phrases import Phrase, Phrases
from kg.mentions.titles import single_titles
from kg.model import Entity
from kg.ontology import THING, Ontology
from kg.patterns import Anaphor, Language
from kg.text import UNKNOWN, LinkedText, Mention, Sentence

REACH = 3
"""How many sentences back an antecedent is looked for."""
ADJECTIVES = 2
"""How many plain words may stand between a preposition and the name that it governs."""
FAR = 200
"""How many names back the only one of its kind is looked for."""
OPENING = 10
"""How many tokens from its beginning on a sentence names what it speaks of."""
LEADING = 4
"""How many tokens may stand before the name that a sentence opens with ("The local timber firm Acme")."""
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
        self.prepositions = language.single("grammar", "prepositions")
        self.possessive = language.single("grammar", "possessive")
        self.breaks = language.single("grammar", "breaks")
        self.describes = frozenset(k for keys in language.words("grammar", "describes") for k in keys)
        self.binding = self.prepositions | language.single("grammar", "stop")
        self.heads = heads = single_titles(language, ontology)
        """The words for what somebody is ("chief")."""
        self.persons = frozenset(c.iri for c in ontology.classes.values() if c.open and c.name_words > 1)
        self.tied = self.possessive | heads
        """What makes the name before it no more than a part of its phrase: "Acme's house", "Acme chief Ilse"."""
        self.openers = language.single("grammar", "openers")
        self.relative = language.single("grammar", "relative")
        self.conjunctions = language.single("grammar", "and")
        self.joints = {(",",), *((key,) for key in self.conjunctions)}
        self.parting = self.relative | self.conjunctions | _SIGNS
        self.describing = self.prepositions | self.parting | language.single("grammar", "appositions")
        """What stands behind the noun of an apposition; behind that of a clause of its own stands a verb."""
        self.articles = language.single("grammar", "articles")
        self.qualified = language.single("grammar", "compounds")
        self.firms = frozenset(c.composed_of[0] for c in ontology.classes.values() if c.composed_of)
        self.saying = language.single("speech", "verbs")
        self.determiners = language.single("grammar", "filler")

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
                if self._fits(mention, phrase) and not self._is_governed(linked, mention):
                    return mention
        return None

    def _is_governed(self, linked: LinkedText, mention: Mention, left: int = REACH) -> bool:
        """Whether a preposition governs a name, or the list that it stands in ("such as Acme, | Beta and | Vest")."""
        i, keys = mention.first, linked.tokens.keys
        while i > max(0, mention.first - ADJECTIVES) and (keys[i - 1] == "," or keys[i - 1] in self.conjunctions):
            i -= 1
        before = [m for m in linked.between(max(0, i - _INNER), i) if m.last == i] if left and i < mention.first else []
        return self._oblique(linked, mention) or any(self._is_governed(linked, m, left - 1) for m in before)

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
        found = self._antecedents(linked, known, phrase, sentence, earlier, strict=True) if phrase.place else []
        found = found or self._antecedents(linked, known, phrase, sentence, earlier)
        if len(found) < (2 if phrase.anaphor.plural else 1):
            return None
        tokens, (first, last) = linked.tokens, phrase.head
        kind = "possessor" if phrase.anaphor.possessive else "anaphor"
        also = found[1].entity if phrase.anaphor.plural else ""
        at = (tokens.starts[first], tokens.ends[last - 1], first, last)
        return Mention(*at, found[0].entity, found[0].classes, kind, also=also)

    def _antecedents(
        self,
        linked: LinkedText,
        known: Known,
        phrase: Phrase,
        sentence: Sentence,
        earlier: tuple[Sentence, ...],
        *,
        strict: bool = False,
    ) -> list[Mention]:
        """The first fitting names of the same sentence, else of the nearest before that has one (or two).

        A name late in an earlier sentence is seldom what it speaks of: one that opens a sentence further back is
        preferred to it. ``strict``: only what is known to be at home in the place that the words name.
        """
        beside = self._beside(linked, known, phrase) or self._introduced(linked, known, phrase)
        if beside is not None:
            return [beside]
        places = self._places(linked, phrase, sentence, earlier)
        wanted = 2 if phrase.anaphor.plural else 1
        found: dict[str, Mention] = {}
        late: dict[str, Mention] = {}
        passed: dict[str, Mention] = {}
        others = self._acting(linked, known, phrase, sentence) if phrase.place else set()
        for start, end in places:
            fitting = [m for m in known.between(start, end) if self._fits(m, phrase, strict=strict)]
            others.update(m.entity for m in fitting if self._apart(linked, m, phrase))
            fitting = [m for m in fitting if m.entity not in others and not _is_in_speech(linked, m, phrase)]
            if self._is_doubtful(linked, fitting, phrase, start, end):
                return []
            for mention in sorted(self._likeliest(fitting, phrase), key=lambda m: self._is_titled(linked, m)):
                aside = not phrase.anaphor.plural and self._is_aside(linked, mention, start)
                opens = wanted > 1 or start == sentence.first or self._opens(linked, mention, start)
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
        if phrase.anaphor.plural or len(passed) > 1:
            return []
        only = list(passed.values()) or self._only(linked, known, phrase, strict=strict)
        return [m for m in only if m.entity not in others]

    def _places(
        self, linked: LinkedText, phrase: Phrase, sentence: Sentence, earlier: tuple[Sentence, ...]
    ) -> list[tuple[int, int]]:
        """The stretches of tokens to look through: for an owner its clause first ("…, whereas Acme saw its sales")."""
        keys, places = linked.tokens.keys, [(sentence.first, phrase.first)]
        if phrase.anaphor.possessive:
            breaks = (i for i in range(phrase.first - 1, sentence.first, -1) if keys[i] in self.breaks)
            places[:0] = [(i, phrase.first) for i in (next(breaks, 0),) if i]
        return places if phrase.anaphor.near else [*places, *((s.first, s.last) for s in reversed(earlier))]

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
        if not phrase.place and end <= phrase.first and any(map(partial(self._are_listed, linked), likely, likely[1:])):
            return not self._leads(linked, likely, start)
        known = any(not m.classes.isdisjoint(phrase.anaphor.classes) for m in fitting)
        return not known and len({m.entity for m in fitting if not self._oblique(linked, m)}) != 1

    def _leads(self, linked: LinkedText, likely: list[Mention], start: int) -> bool:
        """Whether the first of several names opens a sentence and stands in no list: "Acme works with Norland and Vest"
        speaks of Acme."""
        one, other = likely[:2]
        beside = linked.tokens.keys[one.last : other.first]
        listed = beside == (",",) or self._are_listed(linked, one, other)
        return one.first - start <= LEADING and not listed and not self._oblique(linked, one)

    def _are_listed(self, linked: LinkedText, one: Mention, other: Mention) -> bool:
        """Whether nothing but a conjunction stands between two names."""
        between = linked.tokens.keys[one.last : other.first]
        return one.entity != other.entity and len(between) == 1 and between[0] in self.conjunctions

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

    def _introduced(self, linked: LinkedText, known: Known, phrase: Phrase) -> Mention | None:
        """The name that the noun of words for the only one of its kind brought in ("Acme, a joint venture")."""
        asked = phrase.anaphor.sole and not phrase.place
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

    def _opens(self, linked: LinkedText, mention: Mention, start: int) -> bool:
        """Whether a sentence that starts at a token speaks of a name: it opens it or a clause, or says something."""
        keys = linked.tokens.keys[max(start, mention.first - 2) : mention.first]
        clause = keys[:1] == (",",) and not self.conjunctions.isdisjoint(keys[1:])
        return mention.first - start <= OPENING or clause or self._speaks(linked, mention)

    def _speaks(self, linked: LinkedText, mention: Mention) -> bool:
        """Whether a word of saying stands beside a name: who speaks is what the next sentence goes on about."""
        keys = linked.tokens.keys
        beside = keys[max(0, mention.first - 1) : mention.first] + keys[mention.last : mention.last + 1]
        return not self.saying.isdisjoint(beside)

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

    def _is_titled(self, linked: LinkedText, mention: Mention) -> bool:
        """Whether a name stands behind what somebody is of it ("juru bicara Acme"): another that stands in the sentence
        comes before it."""
        before = linked.tokens.keys[mention.first - 1] if mention.first else ""
        return before in self.heads and mention.classes.isdisjoint(self.persons)

    def _oblique(self, linked: LinkedText, mention: Mention) -> bool:
        """Whether a preposition stands before a name (small words between), or a sign behind it that it only owns
        something: it is then not what the text speaks of."""
        keys = linked.tokens.keys
        tied = mention.last < len(keys) and keys[mention.last] in self.tied
        if mention.kind == "possessor" or (tied and mention.kind != "anaphor"):
            return True
        i = mention.first - 1
        for _ in range(ADJECTIVES):
            plain = i >= 0 and keys[i].isalpha() and keys[i] not in self.binding
            if plain and linked.text[linked.tokens.starts[i]].islower():
                i -= 1
        plain = i < mention.first - 1 and keys[mention.first - 1] not in self.describes
        while i >= 0 and keys[i] in self.determiners:
            i -= 1
        opens = plain and i >= 0 and linked.text[linked.tokens.starts[i]].isupper()  # "Under the new accord Acme will"
        return i >= 0 and keys[i] in self.prepositions and not opens

    def _is_aside(self, linked: LinkedText, mention: Mention, start: int) -> bool:
        """Whether a sentence does not speak of a name: not of Acme in "Acme backer Norland" or "Acme-owned Norland", or
        of one amid a list, but of the owner that opens it ("Acme's mills run")."""
        tokens, behind = linked.tokens, mention.last + 1
        backs = behind < len(tokens) and tokens.keys[mention.last] in self.describes and tokens.is_large(behind)
        backs = backs or tokens.keys[mention.last : behind] == ("-",) or self._is_amid(linked, mention)
        backs = backs or self._qualifies(linked, mention)
        if backs or mention.first == start or not self._oblique(linked, mention):
            return backs
        before = tokens.keys[start : mention.first]  # "With its new mill, Acme's output grows" speaks of Acme
        return before.index(",") + 1 < len(before) if "," in before and before[0] in self.prepositions else True

    def _qualifies(self, linked: LinkedText, mention: Mention) -> bool:
        """Whether a name with an article only says which one the next word is: "the Acme deal collapsed"."""
        first, last, tokens = mention.first, mention.last, linked.tokens
        led = first > 0 and tokens.keys[first - 1] in self.articles and mention.kind != "anaphor"
        if not led or last >= len(tokens) or mention.classes.isdisjoint(self.firms):
            return False
        return tokens.keys[last] in self.qualified

    def _is_amid(self, linked: LinkedText, mention: Mention) -> bool:
        """Whether a comma parts a name from what stands before it, and a comma or conjunction from what stands behind,
        in a list with another one that may be of its kind."""
        first, last, keys = mention.first, mention.last, linked.tokens.keys
        if not first or keys[first - 1] != "," or keys[last : last + 1] not in self.joints:
            return False
        before = [m for m in linked.between(first - 1 - _INNER, first - 1) if m.last == first - 1]
        beside = linked.between(last + 1, last + 2) if keys[last] == "," else before
        return any(m.unknown or not m.classes.isdisjoint(mention.classes - {THING}) for m in beside)

    def _fits(self, mention: Mention, phrase: Phrase, *, strict: bool = False) -> bool:
        if mention.kind not in _NAMING or not self._is_of(mention, phrase.anaphor):
            return False
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
