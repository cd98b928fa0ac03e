"""From tokens to linked mentions: the longest name that fits its case, its language and its context."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter

from kg.languages import quotations, sentences
from kg.mentions.abbreviations import led_by_firms, of_unlisted, parted, with_abbreviations, without_other
from kg.mentions.anaphora import Resolver
from kg.mentions.capitals import Capitals
from kg.mentions.compounds import Compounds, capitalised, glued
from kg.mentions.gazetteer import Entry, Gazetteer
from kg.mentions.titles import titles
from kg.mentions.unlisted import unlisted
from kg.model import Entity
from kg.ontology import Ontology
from kg.patterns import Language
from kg.patterns.deeds import Deeds
from kg.text import LinkedText, Mention, Sentence, Tokens, key_of
from kg.values import values

_AFFIX_STEM = 3
"""The shortest stem from which an affix is taken: shorter ones are words of their own ("anya", "kah")."""


@dataclass(frozen=True, slots=True)
class _Named:
    """What is named beyond doubt in a sentence, or in the whole text: entities, and their kinds."""

    entities: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


class Linker:
    """Links the names of a project's entities in texts of one language."""

    def __init__(self, gazetteer: Gazetteer, language: Language, ontology: Ontology) -> None:
        self.gazetteer, self.language, self.ontology = gazetteer, language, ontology
        self.abbreviations = language.single("sentences", "abbreviations")
        self.suffixes = tuple(sorted(language.single("grammar", "suffixes"), key=len, reverse=True))
        self.kinds: dict[tuple[str, bool], frozenset[str]] = {}
        """What :meth:`_kind` said before."""
        units = (w for table in language.units.values() for unit in table.values() for w in unit.get("words", ()))
        self.units = frozenset(key_of(w) for w in units)
        """What makes a number before it a figure, whatever else bears that number."""
        self.persons = frozenset(c.iri for c in ontology.classes.values() if c.open and c.name_words > 1)
        self.compounds = Compounds(language, ontology, gazetteer.entities)
        self.resolver = Resolver(language, gazetteer.entities, ontology)
        legal = (language.words("grammar", k) for k in ("legal_before", "legal_after"))
        forms = self.legal = frozenset(keys[0] for group in legal for keys in group)
        heads, leading = titles(language, ontology)
        self.heads, self.leading = heads, leading
        self.contracted = language.single("grammar", "contracted")
        self.genitive, self.joins = language.single("grammar", "genitive"), language.single("grammar", "and")
        forms -= language.single("grammar", "unit_words")  # "Acme Group" is a name
        never = language.single("grammar", "not_names") | heads | leading | forms
        self.not_names = never | (language.vocabulary - _business(language))
        small = frozenset().union(*(language.single("grammar", part) for part in ("filler", "stop", "prepositions")))
        business = language.single("grammar", "unit_words")
        self.forms = frozenset(k[0] for k in language.words("grammar", "legal_after") if len(k) == 1) - business
        """The legal forms behind names, which a sentence may end with."""
        self.openers = (language.vocabulary | language.single("names", "common")) - business
        self.media = language.single("names", "media")
        self.capitals = Capitals(
            never,
            self.not_names,
            language.single("grammar", "particles"),
            heads,
            self.legal,
            frozenset(keys[0] for keys in language.words("grammar", "legal_before")),
            language.single("names", "opening"),
            language.single("quantity", "labels"),
            small,
            frozenset(language.first_words),
            leading,
            Deeds.of(language),
            never | language.vocabulary | language.single("names", "common"),
            frozenset(k for k in language.words("versions", "words") if len(k) > 1),
            tuple(sorted(language.single("names", "common_ends"))),
            language.single("names", "joints"),
        )

    def link(self, text: str, issued: str = "") -> LinkedText:
        """Everything found in a text: sentences, quotations, values (relative dates by ``issued``), mentions."""
        tokens = self._told(Tokens.of(text))
        split = sentences(tokens, self.abbreviations, self.forms, self.openers)
        named = tuple(self._listed(tokens, split))
        found = values(tokens, self.language, issued, named)
        kept = _without(named, {i for v in found for i in range(v.first, v.last)})
        joined = with_abbreviations(tokens, without_other(tokens, self.compounds.join(tokens, kept)))
        new = tuple(m for m in unlisted(tokens, split, joined, found, self.capitals) if not self._is_medium(tokens, m))
        mentions = self.compounds.with_unlisted(tokens, tuple(sorted((*joined, *new), key=attrgetter("first"))))
        short = of_unlisted(tokens, mentions, self.legal)
        leading = short.keys() | led_by_firms(tokens, mentions, self.compounds.titles, self.language.last_words)
        mentions = parted(tokens, mentions, leading) if leading else mentions
        linked = LinkedText(tokens, self.language.code, split, quotations(text), mentions, found, short=short)
        return self.resolver.resolve(linked)

    def _told(self, tokens: Tokens) -> Tokens:
        """The tokens without the sign of an owner where it is a verb: "it's built" speaks of nothing that it owns."""
        keys = tokens.keys
        if self.contracted.isdisjoint(keys):
            return tokens
        spots = {i for i, key in enumerate(keys) if key == "'s" and i and keys[i - 1] in self.contracted}
        return replace(tokens, keys=tuple(["-" if i in spots else k for i, k in enumerate(keys)])) if spots else tokens

    def _is_medium(self, tokens: Tokens, mention: Mention) -> bool:
        """Whether a name that nobody listed is that of a paper or an agency: it tells, and nothing is told of it."""
        first = mention.first - (mention.first > 0 and tokens.is_large(mention.first - 1))  # "Media | Acme"
        return not self.media.isdisjoint(tokens.keys[first : mention.last])

    # -- listed names ------------------------------------------------------------------------------------------------

    def _listed(self, tokens: Tokens, split: tuple[Sentence, ...]) -> Iterator[Mention]:
        stems = self._stems(tokens)
        openings = self.gazetteer.openings(tokens, stems)
        sure: list[tuple[Sentence, Mention]] = []
        doubtful: list[tuple[Sentence, Mention, list[Entry]]] = []
        firsts, past, others = [s.first for s in split], 0, set[str]()
        for i in openings:
            if i < past:
                continue
            sentence = split[bisect_right(firsts, i) - 1]
            found = self._at(tokens, i, sentence.last, stems)
            if found is not None and self._belongs(tokens, found, i == sentence.first or i == past):
                others.update([tokens.keys[i]] if self._is_short(found[0]) else ())
                continue
            if found is not None and not self._outrun(tokens, found[0], sentence.last, stems):
                mention, entries, plain = found
                past = mention.last
                if plain:
                    sure.append((sentence, mention))
                else:
                    doubtful.append((sentence, mention, entries))
        accepted = [m for _, m in sure]
        around = self._around(sure) if doubtful else {}
        for _ in range(2 if doubtful else 0):  # what was settled once is known where the same name stands again
            named, waiting = self._named(m.entity for m in accepted), doubtful
            doubtful = []
            for sentence, mention, entries in waiting:
                beside = around.get(sentence.first, _Named())
                settled = self._in_context(tokens, sentence, mention, entries, beside, named)
                if settled is not None:
                    accepted.append(settled)
                else:
                    doubtful.append((sentence, mention, entries))
        yield from sorted(self._without_namesakes(tokens, accepted, others), key=attrgetter("first"))

    def _without_namesakes(self, tokens: Tokens, mentions: list[Mention], others: set[str]) -> list[Mention]:
        """The mentions without the last names (``others``) that the text gives to persons nobody listed: "Ada Berg",
        later "Berg", is no other Berg, unless the text names that one in full."""
        if not others:
            return mentions
        full = {m.entity for m in mentions if not self._is_short(m)}
        return [m for m in mentions if m.entity in full or not self._is_short(m) or tokens.keys[m.first] not in others]

    def _is_short(self, mention: Mention) -> bool:
        """Whether a name is one word for what has names of several: the last name of a person."""
        return mention.last - mention.first == 1 and not mention.classes.isdisjoint(self.persons)

    def _around(self, sure: list[tuple[Sentence, Mention]]) -> dict[int, _Named]:
        """What is named in each sentence, by its first token: gathered once, whatever the number of doubtful names."""
        entities: dict[int, set[str]] = {}
        for sentence, mention in sure:
            entities.setdefault(sentence.first, set()).add(mention.entity)
        return {first: self._named(found, wide=True) for first, found in entities.items()}

    def _named(self, entities: Iterable[str], *, wide: bool = False) -> _Named:
        found = frozenset(entities)
        return _Named(found, frozenset(c for e in found for c in self._kind(e, wide=wide)))

    def _belongs(self, tokens: Tokens, found: tuple[Mention, list[Entry], bool], opens: bool) -> bool:
        """Whether a common noun, a doubtful name or a last name is written large behind a word that no name holds: then
        it is part of an unknown name ("Sandya Robotics"). One that opens a sentence or follows a listed name
        (``opens``) stands for itself."""
        mention, entries, plain = found
        before = mention.first - 1
        if opens or before < 0 or tokens.text[mention.start].islower():
            return False
        cut = mention.end < tokens.ends[mention.last - 1] and tokens.text[mention.end].isalpha()  # "Luca Acmes"
        if plain and not cut and any(e.cased for e in entries) and not self._is_short(mention):
            return False
        joined = glued(tokens, before, mention.first) and capitalised(tokens, before)
        return joined and tokens.keys[before] not in self.not_names

    def _outrun(self, tokens: Tokens, mention: Mention, last: int, stems: Mapping[int, tuple[str, int]]) -> bool:
        """Whether a longer name begins within a name that opens with a common noun ("system Acme" | "Acme Car OS")."""
        if mention.last - mention.first < 2 or tokens.text[mention.start].isupper():
            return False
        inner = (self._at(tokens, i, last, stems) for i in range(mention.first + 1, mention.last))
        return any(other is not None and other[0].last > mention.last for other in inner)

    def _stems(self, tokens: Tokens) -> dict[int, tuple[str, int]]:
        found: dict[int, tuple[str, int]] = {}
        suffixes = self.suffixes
        vocabulary = self.gazetteer.vocabulary
        for i in [i for i, key in enumerate(tokens.keys) if key.endswith(suffixes)]:
            key = tokens.keys[i]
            for suffix in suffixes:
                if key.endswith(suffix):
                    stem = key[: -len(suffix)]
                    if len(stem) >= _AFFIX_STEM and stem in vocabulary:
                        found[i] = (stem, tokens.ends[i] - len(suffix))
                    break
        return found

    def _at(
        self, tokens: Tokens, first: int, last: int, stems: Mapping[int, tuple[str, int]]
    ) -> tuple[Mention, list[Entry], bool] | None:
        """The longest name at a token, the entries it may be, and whether it needs no context."""
        for end, offset, entries in self.gazetteer.longest(tokens, first, last, stems):
            start = tokens.starts[first]
            written = tokens.text[start:offset]
            fitting = [e for e in entries if e.reads(written, self.language.code)]
            if not fitting or (written.isdecimal() and tokens.keys[end : end + 1] in self.units):
                continue
            plain = [e for e in fitting if e.label.kind != "ambiguous"]
            chosen, *others = plain or fitting
            if others:
                chosen = min(plain or fitting, key=lambda e: (e.label.text != written, *self._rank(e)))
            return _mention(chosen, start, offset, first, end), fitting, bool(plain)
        return None

    def _rank(self, entry: Entry) -> tuple[bool, bool, str]:
        """Which of several names comes first: in the language of the text, and of a thing itself. "Swiss" is a place in
        Indonesian, and in English what comes from it."""
        foreign = entry.label.language not in ("", self.language.code)
        return foreign, entry.label.kind == "demonym", entry.entity.iri

    def _kind(self, iri: str, *, wide: bool = False) -> frozenset[str]:
        """The narrowest classes of an entity that new names may join (``wide``: with those above them that are open):
        beside one of its kind a name is understood."""
        known = self.kinds.get((iri, wide))
        if known is not None:
            return known
        types = self.gazetteer.entities[iri].types
        opens = {t: {c for c in self._above(t) if self.ontology.classes[c].open} for t in types}
        narrow = {t for t, above in opens.items() if above}
        self.kinds[iri, wide] = found = frozenset(narrow.union(*opens.values()) if wide else narrow)
        return found

    def _above(self, cls: str) -> frozenset[str]:
        return self.ontology.closure([cls]).intersection(self.ontology.classes)

    def _stands_alone(self, tokens: Tokens, mention: Mention) -> bool:
        """Whether no capitalised word is glued to a name: with one it may be part of a longer, unknown name."""
        before, after = mention.first - 1, mention.last
        if tokens.keys[after : after + 1] == ("-",) and tokens.starts[after] == mention.end:
            return False  # "GT-Line"
        glued_before = before >= 0 and tokens.starts[mention.first] - tokens.ends[before] == 1
        glued_after = after < len(tokens.keys) and tokens.starts[after] - tokens.ends[after - 1] == 1
        capital = [i for i, glued in ((before, glued_before), (after, glued_after)) if glued]
        return not any(
            tokens.text[tokens.starts[i]].isupper() and tokens.keys[i] not in self.not_names for i in capital
        )

    def _is_title(self, tokens: Tokens, mention: Mention) -> bool:
        """Whether an ambiguous name says what somebody is: a word that leads such words follows ("GM Sales"), or one
        that says of what, behind a comma or another title ("Ilse Berg, GM of Sales")."""
        i, before = mention.last, tokens.keys[max(0, mention.first - 1)]
        if mention.last - mention.first > 1 or tokens.keys[mention.first] not in self.heads or i >= len(tokens):
            return False
        told = tokens.keys[i] in self.genitive and (before == "," or before in self.heads or before in self.joins)
        return told or (tokens.keys[i] in self.leading and capitalised(tokens, i))

    def _in_context(
        self,
        tokens: Tokens,
        sentence: Sentence,
        mention: Mention,
        entries: list[Entry],
        beside: _Named,
        known: _Named,
    ) -> Mention | None:
        """An ambiguous name, if its context stands in the sentence, or what it belongs to in the text."""
        if self._is_title(tokens, mention):
            return None
        kinds = beside.kinds | known.kinds
        alone = self._stands_alone(tokens, mention)
        words = set(tokens.keys[sentence.first : sentence.last]) - set(tokens.keys[mention.first : mention.last])
        opens = mention.first == sentence.first
        reasons: list[tuple[int, str, Entry]] = []
        for entry in entries:
            entity = entry.entity
            far = not opens and entity.label()[:1].isupper() and not known.entities.isdisjoint(entity.belongs_to)
            kind = self._kind(entity.iri, wide=True) if alone and entry.cased and not opens else frozenset()
            why = (
                not beside.entities.isdisjoint(entity.belongs_to),
                _context(entity, tokens, sentence, words),
                entity.iri in known.entities,
                far,
                not kind.isdisjoint(kinds),
            )
            if any(why):
                reasons.append((why.index(True), entity.iri, entry))
        if not reasons:
            return None
        best = min(reasons, key=lambda r: r[:2])[2]
        return _mention(best, mention.start, mention.end, mention.first, mention.last)


def _business(language: Language) -> frozenset[str]:
    """The words that stand in names of firms, as they do elsewhere."""
    parts = ("unit_words", "legal_before", "legal_after")
    grammar = frozenset(key for part in parts for keys in language.words("grammar", part) for key in keys)
    return grammar.union(language.first_words, language.last_words)


def _mention(entry: Entry, start: int, end: int, first: int, last: int) -> Mention:
    kind = "demonym" if entry.label.kind == "demonym" else "name"
    return Mention(start, end, first, last, entry.entity.iri, entry.classes, kind)


def _context(entity: Entity, tokens: Tokens, sentence: Sentence, words: set[str]) -> bool:
    for wanted in entity.context:
        keys = key_of(wanted)
        if len(keys) == 1 and keys[0] in words:
            return True
        if len(keys) > 1 and words.issuperset(keys):
            text = tokens.text[sentence.start : sentence.end].casefold()
            if wanted.casefold() in text:
                return True
    return False


def _without(mentions: tuple[Mention, ...], taken: set[int]) -> tuple[Mention, ...]:
    """The mentions that do not lie in a value."""
    return tuple([m for m in mentions if taken.isdisjoint(range(m.first, m.last))]) if taken else mentions
