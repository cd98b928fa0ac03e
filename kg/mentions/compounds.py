"""Names put together in the text: with their legal form ("PT Acme Tbk"), or as units named by their whole.

A unit is the whole and a place ("Acme Group Region Norland"), or the whole and words of business ("Acme Financial
Services"), as ``kg:composedOf`` in the ontology and ``unit_words`` of the language say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kg.belonging import around
from kg.mentions.titles import single_titles, titles
from kg.model import Entity
from kg.names import slug
from kg.ontology import Class, Ontology
from kg.patterns import Language
from kg.patterns.notation import Keys
from kg.patterns.versions import Versions
from kg.text import Mention, Tokens

_BETWEEN = 3
"""How many words of business may stand between the whole and the place."""
_LONGEST = 6
"""The longest name behind a legal form, in tokens."""
_NAMESAKE = 4
"""How many tokens before the name of a person that of his firm may stand: "Berg executive vice chair | Ada Berg"."""
_FORMS = (5, 4, 3, 2, 1)
"""How many tokens a legal form has, the longest first: "Co., Ltd."."""
_TITLED = 8
"""How many tokens before a name a title makes that of a person behind it possible: "chief of Acme | Ilse Berg"."""


class Compounds:
    """Joins names with what belongs to them."""

    def __init__(self, language: Language, ontology: Ontology, entities: Mapping[str, Entity]) -> None:
        self.ontology, self.entities, self.code = ontology, entities, language.code
        self.rules = [c for c in ontology.classes.values() if len(c.composed_of) == 2]
        self.wholes = frozenset(c.composed_of[0] for c in self.rules)
        self.places = frozenset(c.composed_of[1] for c in self.rules)
        self.unit_words = language.single("grammar", "unit_words")
        self.before = language.words("grammar", "legal_before")
        self.after = language.words("grammar", "legal_after")
        self.first_before = {keys[0] for keys in self.before}
        self.last_before = {keys[-1] for keys in self.before}
        self.words_before = self.first_before | self.last_before
        self.first_after = {keys[0] for keys in self.after}
        self.forms = frozenset(keys for keys in self.after if not self.unit_words.issuperset(keys))
        """The legal forms behind a name that are no words of it."""
        self.endings = language.last_words
        not_names = language.single("grammar", "not_names")
        heads, leading = titles(language, ontology)
        self.titles = single_titles(language, ontology)
        self.apart = not_names | heads | leading
        """What ends a name though it is capitalised."""
        self.saying = language.single("speech", "verbs")
        self.articles = language.single("grammar", "articles") | language.single("grammar", "possessive")
        self.words = language.vocabulary.union(self.unit_words, self.endings) - self.apart
        self.named_after = {c.named_after: c.iri for c in ontology.classes.values() if c.named_after}
        self.determiners = language.single("grammar", "filler")
        self.origins = language.single("grammar", "origins") - language.single("grammar", "genitive")
        self.versions = Versions(language)
        self.makers = frozenset(k for keys in language.words("grammar", "describes") for k in keys)
        """What says of a name behind it that it is one of a maker."""

    def join(self, tokens: Tokens, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """The mentions, each with its legal form, and each whole with its part as one unit."""
        found: list[Mention] = []
        mentions = self._behind_legal_forms(tokens, mentions)
        i = 0
        while i < len(mentions):
            following = mentions[i + 1] if i + 1 < len(mentions) else None
            unit = self._unit(tokens, mentions[i], following)
            joined = unit is not None and following is not None and unit.last == following.last
            made = self._with_legal_form(tokens, unit or mentions[i])
            if made.first < mentions[i].first and unit is None:
                made = self._beyond(tokens, made, mentions[i].first, following)
            if not found or made.first >= found[-1].last:
                found.append(made)
            i += 2 if joined else 1
        return tuple(found)

    def _behind_legal_forms(self, tokens: Tokens, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """The mentions with all capitals behind a legal form as one name ("PT Acme Karya Prima"), where no listed name,
        and no unit of one, fills them."""
        made = []
        forms = [i for i in tokens.capitals if tokens.keys[i] in self.first_before]
        said = self._speakers(tokens) if forms else frozenset()
        for i in forms:
            form = next((n for n in (2, 1) if tokens.keys[i : i + n] in self.before), 0)
            if form:
                first = i + form
                last = self._past_firm(tokens, i, first, said)
                within = [m for m in mentions if i <= m.first < last]
                if last > first + 1 and not self._filled(tokens, within, first, last):
                    start, end = tokens.starts[first], tokens.ends[last - 1]
                    made.append(Mention(start, end, first, last, "", frozenset(), "unlisted"))
        kept = (m for m in mentions if not any(n.first < m.last and m.first < n.last for n in made))
        return tuple(sorted((*kept, *made), key=lambda m: m.first)) if made else mentions

    def _speakers(self, tokens: Tokens) -> frozenset[str]:
        """The names right behind words of saying, in one word."""
        keys = tokens.keys
        return frozenset(keys[i] for i in tokens.capitals if i and keys[i - 1] in self.saying)

    def _past_firm(self, tokens: Tokens, form: int, first: int, said: frozenset[str]) -> int:
        """Past the name behind a legal form, without the one that ends it; where it may go on with that of a person,
        as behind a title, only to the name of one who is ``said`` to speak."""
        last = first
        while last < min(first + _LONGEST, len(tokens.keys)) and capitalised(tokens, last):
            if last > first and (not glued(tokens, last - 1, last) or tokens.keys[last] in self.titles):
                break
            last += 1
        titled = not self.titles.isdisjoint(tokens.keys[max(0, form - _TITLED) : form])
        if titled and not self._is_parted(tokens, last):
            person = next((i for i in range(first + 1, last) if tokens.keys[i] in said), first)
            return max(first + 1, person - 1) if first < person == last - 1 else person  # "… Ilse Berg": "says Berg"
        dated = tokens.keys[last : last + 1] == ("(",)  # "PT Acme Karya Senin (3/2)"
        while last > first and (
            (tokens.keys[last - 1],) in self.forms or (dated and tokens.keys[last - 1] in self.apart)
        ):
            last -= 1
        return last

    def _is_parted(self, tokens: Tokens, i: int) -> bool:
        """Whether a bracket or a comma parts what stands before a token from another name, or from nothing; a day
        behind the comma ("…, Senin") is no name."""
        if tokens.keys[i : i + 1] != (",",) or i + 1 >= len(tokens):
            return tokens.keys[i : i + 1] == ("(",)
        return capitalised(tokens, i + 1) and tokens.keys[i + 1] not in self.apart

    def _filled(self, tokens: Tokens, within: list[Mention], first: int, last: int) -> bool:
        """Whether a listed name or a unit of one goes from the first to the last of these tokens."""
        if not within or within[0].first > first:
            return False
        unit = self._unit(tokens, within[0], within[1] if len(within) > 1 else None)
        return (unit or within[0]).last >= last

    def _with_legal_form(self, tokens: Tokens, mention: Mention) -> Mention:
        if mention.classes.isdisjoint(self.wholes) or mention.kind == "demonym":
            return mention
        first, last = mention.first, mention.last
        head = tail = 0
        if first and tokens.keys[first - 1] in self.last_before:
            head = next((k for k in (2, 1) if _stands(tokens, first - k, k, self.before)), 0)
        while last > first + 1 and (tokens.keys[last - 1] == "." or (tokens.keys[last - 1],) in self.forms):
            last -= 1  # "Acme Motor Co." is listed, and goes on with ", Ltd."
        if last < len(tokens.keys) and tokens.keys[last] in self.first_after:
            tail = next((k for k in _FORMS if _stands(tokens, last, k, self.after)), 0)
        if last + tail <= mention.last:
            last, tail = mention.last, 0
        if not (head or tail):
            return mention
        if tail and tokens.keys[last + tail : last + tail + 1] == ("-",):
            tail = 0  # "Acme co-founder"
        first, last = first - head, last + tail
        start = tokens.starts[first] if head else mention.start
        end = tokens.ends[last - 1] if tail else mention.end
        return replace(mention, first=first, last=last, start=start, end=end)

    def _beyond(self, tokens: Tokens, formal: Mention, name: int, following: Mention | None) -> Mention:
        """The longer name, of a firm of its own, that begins with a listed one behind a legal form: it goes on with
        words of the language, or to a place ("PT Acme Karya Norland"); a person may stand behind it as well."""
        last = end = formal.last
        while end < len(tokens.keys) and end - formal.last <= _BETWEEN and glued(tokens, end - 1, end):
            place = following is not None and following.first == end and self._is_place(following)
            if not (place or capitalised(tokens, end)) or tokens.keys[end] in self.apart:
                break
            end = following.last if place and following is not None else end + 1
            if place or tokens.keys[end - 1] in self.words:
                last = end
        if last == formal.last:
            return formal
        return Mention(tokens.starts[name], tokens.ends[last - 1], name, last, "", frozenset(), "unlisted")

    def _is_place(self, mention: Mention) -> bool:
        return mention.kind == "name" and any(rule.composed_of[1] in mention.classes for rule in self.rules)

    def _is_home(self, whole: Mention, place: Mention) -> bool:
        """Whether a place behind a firm's name says whence it is, not of which unit ("Acme Norland" of a firm at home
        there): so in a language that has no adjective for the place."""
        entity = self.entities.get(whole.entity)
        if entity is None or place.kind != "name" or not entity.home or self.places.isdisjoint(place.classes):
            return False
        homes = set().union(*(around(home, self.entities) for home in entity.home))
        labels = self.entities[place.entity].labels if place.entity in self.entities else ()
        return place.entity in homes and not any(x.kind == "demonym" and x.language == self.code for x in labels)

    def _unit(self, tokens: Tokens, whole: Mention, following: Mention | None) -> Mention | None:
        if following is not None and self._is_home(whole, following):
            return None
        for cls in self.rules if not self.wholes.isdisjoint(whole.classes) else ():
            if cls.composed_of[0] in whole.classes and cls.iri not in whole.classes and whole.kind == "name":
                last = self._last_of_unit(tokens, whole, following, cls)
                if last:
                    return self._made(tokens, whole, last, cls)
        return None

    def with_unlisted(self, tokens: Tokens, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """The mentions with those joined that are one name nobody listed: "Acme | Seating Systems", "Acme | Y3K"."""
        found: list[Mention] = []
        for mention in mentions:
            one = found[-1] if found else None
            beside = one is not None and one.last == mention.first and glued(tokens, one.last - 1, mention.first)
            made = self._together(tokens, one, mention) if one is not None and beside else None
            if made is not None:
                found[-1:] = [made]
                if (venture := self._venture(tokens, found)) is not None:
                    found[-2:] = [venture]
            else:
                found.append(mention)
        return tuple(self._formal(tokens, m) if m.unknown else m for m in found)

    def _venture(self, tokens: Tokens, found: list[Mention]) -> Mention | None:
        """The name that a listed firm makes with one behind it that begins with another: "Acme | Norland Timber",
        "Acme-Norland Timber"."""
        if len(found) < 2 or not found[-1].parts or found[-1].kind != "unlisted":
            return None
        one, other = found[-2], found[-1]
        hyphen = int(tokens.keys[one.last] == "-")
        firms = not self.wholes.isdisjoint(one.classes) and not self.wholes.isdisjoint(other.parts[0].classes)
        named = firms and one.kind == other.parts[0].kind == "name" and one.last + hyphen == other.first
        apart = tokens.starts[other.first] - tokens.ends[one.last - 1]
        if not named or apart != 1 or one.last - one.first > 1:
            return None
        return Mention(one.start, other.end, one.first, other.last, "", frozenset(), "unlisted")

    def _formal(self, tokens: Tokens, mention: Mention) -> Mention:
        """A name that nobody listed with the legal form behind it as tokens of its own, though not of its words."""
        i = mention.last
        if i >= len(tokens.keys) or tokens.keys[i] not in self.first_after or not tokens.is_large(i):
            return mention
        count = next((k for k in (4, 3, 2, 1) if _stands(tokens, i, k, self.forms)), 0)
        return replace(mention, last=i + count) if glued(tokens, i - 1, i) else mention

    def _together(self, tokens: Tokens, one: Mention, other: Mention) -> Mention | None:
        """The name that two side by side make: an unlisted one and a place; a listed one and capitals, or an unlisted
        one that ends as names of firms do or that is called after it (``kg:namedAfter``)."""
        first = one.first
        while first < one.last - 1 and tokens.keys[first] in self.words_before:
            first += 1
        unlisted = Mention(tokens.starts[first], other.end, first, other.last, "", frozenset(), "unlisted")
        if one.kind == "unlisted":
            placed = other.kind == "name" and not self.places.isdisjoint(other.classes)
            parts = (*one.parts, other) if one.parts else ()
            if self._is_namesake(tokens, one, other):
                return unlisted
            return replace(unlisted, parts=parts, whole=other.entity) if placed else None
        if one.kind not in ("name", "unit") or not other.unknown or not capitalised(tokens, one.first):
            return None
        return self._named_beside(tokens, one, other, unlisted)

    def _is_namesake(self, tokens: Tokens, one: Mention, other: Mention) -> bool:
        """Whether a new name and that of a firm behind it are those of a person called as the firm is: "Berg chief Ada
        | Berg", "said Ada | Berg"."""
        if other.classes.isdisjoint(self.wholes) or other.last - other.first > 1 or other.kind != "name":
            return False
        before = tokens.keys[max(0, one.first - _NAMESAKE) : one.first]
        titled = not self.titles.isdisjoint(before[-1:]) and tokens.keys[other.first] in before
        return titled or not self.saying.isdisjoint(before[-1:])

    def _named_beside(self, tokens: Tokens, one: Mention, other: Mention, unlisted: Mention) -> Mention | None:
        """What a listed name and capitals behind it make: one name, a thing called after what the listed one is, or
        what the text around has to tell (``parts``)."""
        written = tokens.text[other.start : other.end]
        if not self.places.isdisjoint(one.classes):
            before = tokens.keys[max(0, one.first - 2) : one.first]  # "a maker from Norland | Acme Energy"
            home = len(before) == 2 and before[1] in self.origins and before[0] in self.makers
            home = home or (not self.makers.isdisjoint(before[-1:]))  # "pabrikan Norlandia | Acme Energy"
            if home or any(c.isdigit() for c in written):
                return None if home else unlisted
        trimmed = not one.classes.isdisjoint(self.named_after.values())  # "Acme Breeze GT" is a Breeze
        short = other.last - other.first == 1 and written.isupper() and written.isalpha() and not trimmed  # "Acme VDQ"
        if short and tokens.keys[one.last - 1] in self.first_after:
            return None  # "Acme Group ACMG" is Acme and the letters of its shares
        formal = any(_stands(tokens, other.last, k, self.forms) for k in (4, 3, 2, 1))
        ends = formal or tokens.keys[other.last - 1] in self.endings
        if short or (ends and not one.classes.isdisjoint(self.wholes | self.places)):
            return unlisted
        cls = next((self.named_after[c] for c in sorted(one.classes) if c in self.named_after), "")
        if not cls or not self._called_after(tokens, one, other):
            return replace(unlisted, parts=(one, other)) if self._may_be_one(tokens, one, other) else None
        named = self.versions.base(tokens.text[unlisted.start : other.end])
        iri = self.ontology.entity_namespace + slug(" ".join(named.split()))
        return replace(unlisted, entity=iri, classes=self.ontology.closure([cls]), kind="unit", whole=one.entity)

    def _may_be_one(self, tokens: Tokens, one: Mention, other: Mention) -> bool:
        """Whether a firm's name and capitals behind it may be the name of another firm: not behind an article ("the
        Acme Breeze") nor where a title lets a person be named ("chief of Acme | Ilse Berg")."""
        if one.classes.isdisjoint(self.wholes) or any(c.isdigit() for c in tokens.text[other.start : other.end]):
            return False
        before = tokens.keys[max(0, one.first - _TITLED) : one.first]
        return self.articles.isdisjoint(before[-1:]) and self.titles.isdisjoint(before)

    def _called_after(self, tokens: Tokens, one: Mention, other: Mention) -> bool:
        """Whether a name is that of a thing called after another: with a figure in it ("Y3K"), or a single word where
        an article stands in front ("the Acme Breeze")."""
        if any(c.isdigit() for c in tokens.text[other.start : other.end]):
            return True
        led = one.first > 0 and tokens.keys[one.first - 1] in self.determiners
        return led and other.last - other.first == 1

    def _last_of_unit(self, tokens: Tokens, whole: Mention, part: Mention | None, cls: Class) -> int:
        """Past the last token of the unit's name, or 0."""
        if part is not None and part.kind == "name" and cls.composed_of[1] in part.classes:
            between = range(whole.last, part.first)
            if len(between) <= _BETWEEN and all(self._is_unit_word(tokens, k) for k in between):
                return part.last if glued(tokens, whole.last - 1, part.first) else 0
        last = whole.last
        while last < len(tokens.keys) and last - whole.last < _BETWEEN and self._is_unit_word(tokens, last):
            last += 1
        words = tokens.keys[whole.last : last]
        return last if any((k,) not in self.after for k in words) else 0  # "Acme Group" is Acme

    def _is_unit_word(self, tokens: Tokens, i: int) -> bool:
        return tokens.keys[i] in self.unit_words and capitalised(tokens, i) and glued(tokens, i - 1, i)

    def _made(self, tokens: Tokens, whole: Mention, last: int, cls: Class) -> Mention:
        end = tokens.ends[last - 1]
        name = " ".join(tokens.text[whole.start : end].split())
        iri = self.ontology.entity_namespace + slug(name)
        closure = self.ontology.closure([cls.iri])
        return Mention(whole.start, end, whole.first, last, iri, closure, "unit", whole.entity)


def _stands(tokens: Tokens, first: int, count: int, wordings: frozenset[Keys]) -> bool:
    return 0 <= first <= len(tokens.keys) - count and tokens.keys[first : first + count] in wordings


def capitalised(tokens: Tokens, i: int) -> bool:
    """Whether a token begins with a capital."""
    return tokens.text[tokens.starts[i]].isupper()


def glued(tokens: Tokens, first: int, last: int) -> bool:
    """Whether only single spaces stand between the tokens."""
    return all(tokens.starts[k + 1] - tokens.ends[k] == 1 for k in range(first, last))
