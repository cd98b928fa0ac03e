"""Which of the names in a sentence it speaks of, and which it only mentions beside them."""

from __future__ import annotations

from kg.mentions.titles import single_titles
from kg.ontology import THING, Ontology
from kg.patterns import Language
from kg.text import LinkedText, Mention

REACH = 3
"""How many names of a list are looked through for the preposition that governs it."""
ADJECTIVES = 2
"""How many plain words may stand between a preposition and the name that it governs."""
OPENING = 10
"""How many tokens from its beginning on a sentence names what it speaks of."""
LEADING = 4
"""How many tokens may stand before the name that a sentence opens with ("The local timber firm Acme")."""
INNER = 4
"""The longest name, in tokens, that is looked for right before a place."""
_TOLD = 16
"""How many tokens from either end of it on a name stands in what is told of a person."""
_OWNED = 5
"""How many words may say what it is that a name owns ("Acme's | sawing oak unit")."""


class Foreground:
    """Tells by word order and small words what the sentences of a language speak of."""

    def __init__(self, language: Language, ontology: Ontology) -> None:
        self.prepositions = language.single("grammar", "prepositions")
        self.possessive = language.single("grammar", "possessive")
        self.pointing = language.single("grammar", "pointing")
        self.describes = frozenset(k for keys in language.words("grammar", "describes") for k in keys)
        self.binding = self.prepositions | language.single("grammar", "stop")
        self.heads = heads = single_titles(language, ontology)
        """The words for what somebody is ("chief")."""
        self.persons = frozenset(c.iri for c in ontology.classes.values() if c.open and c.name_words > 1)
        self.tied = self.possessive | heads
        """What makes the name before it no more than a part of its phrase: "Acme's house", "Acme chief Ilse"."""
        self.conjunctions = language.single("grammar", "and")
        self.joints = {(",",), *((key,) for key in self.conjunctions)}
        self.articles = language.single("grammar", "articles")
        self.qualified = language.single("grammar", "compounds")
        self.firms = frozenset(c.composed_of[0] for c in ontology.classes.values() if c.composed_of)
        self.saying = language.single("speech", "verbs")
        self.personal = language.single("grammar", "personal")
        self.determiners = language.single("grammar", "filler")

    def opens(self, linked: LinkedText, mention: Mention, start: int) -> bool:
        """Whether a sentence that starts at a token speaks of a name: it opens it or a clause, or says something."""
        keys = linked.tokens.keys[max(start, mention.first - 2) : mention.first]
        clause = keys[:1] == (",",) and not self.conjunctions.isdisjoint(keys[1:])
        return mention.first - start <= OPENING or clause or self._speaks(linked, mention)

    def leads(self, linked: LinkedText, likely: list[Mention], start: int) -> bool:
        """Whether the first of several names opens a sentence and stands in no list: "Acme works with Norland and Vest"
        speaks of Acme."""
        one, other = likely[:2]
        beside = linked.tokens.keys[one.last : other.first]
        listed = beside == (",",) or self.listed(linked, one, other)
        return one.first - start <= LEADING and not listed and not self.oblique(linked, one)

    def listed(self, linked: LinkedText, one: Mention, other: Mention) -> bool:
        """Whether nothing but a conjunction stands between two names, or that behind a comma."""
        between = linked.tokens.keys[one.last : other.first]
        between = between[1:] if between[:1] == (",",) else between
        return one.entity != other.entity and len(between) == 1 and between[0] in self.conjunctions

    def oblique(self, linked: LinkedText, mention: Mention) -> bool:
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
        if i < mention.first - 1 and not self.pointing.isdisjoint(keys[i + 1 : mention.first]):
            return False  # "dengan rencana itu Acme membangun"
        plain = i < mention.first - 1 and keys[mention.first - 1] not in self.describes
        while i >= 0 and keys[i] in self.determiners:
            i -= 1
        opens = plain and i >= 0 and linked.text[linked.tokens.starts[i]].isupper()  # "Under the new accord Acme will"
        return i >= 0 and keys[i] in self.prepositions and not opens

    def governed(self, linked: LinkedText, mention: Mention, left: int = REACH) -> bool:
        """Whether a preposition governs a name, or the list that it stands in ("such as Acme, | Beta and | Vest")."""
        i, keys = mention.first, linked.tokens.keys
        while i > max(0, mention.first - ADJECTIVES) and (keys[i - 1] == "," or keys[i - 1] in self.conjunctions):
            i -= 1
        before = [m for m in linked.between(max(0, i - INNER), i) if m.last == i] if left and i < mention.first else []
        return self.oblique(linked, mention) or any(self.governed(linked, m, left - 1) for m in before)

    def aside(self, linked: LinkedText, mention: Mention, start: int) -> bool:
        """Whether a sentence does not speak of a name: not of Acme in "Acme backer Norland" or "Acme-owned Norland", or
        of one amid a list, but of the owner that opens it ("Acme's mills run", not "Acme's unit, Norland, runs")."""
        tokens, behind = linked.tokens, mention.last
        while behind < len(tokens) and tokens.keys[behind] in self.describes and not tokens.is_large(behind):
            behind += 1  # "Acme lorry brand Norland"
        backs = mention.last < behind < len(tokens) and tokens.is_large(behind)
        backs = backs or tokens.keys[mention.last : mention.last + 1] == ("-",) or self._is_amid(linked, mention)
        backs = backs or self._qualifies(linked, mention) or self._owns_named(linked, mention)
        backs = backs or self._told_of_another(linked, mention, start)
        if backs or mention.first == start or not self.oblique(linked, mention):
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

    def _told_of_another(self, linked: LinkedText, mention: Mention, start: int) -> bool:
        """Whether a name stands between commas in what is told of a person named before: "Ilse Berg, who left | Acme in
        May, leads"."""
        keys = linked.tokens.keys
        for i in range(mention.first - 1, max(start, mention.first - _TOLD), -1):
            if keys[i] == ",":
                return False
            if keys[i] in self.personal and keys[i - 1] == ",":
                return "," in keys[mention.last : mention.last + _TOLD]
        return False

    def _owns_named(self, linked: LinkedText, mention: Mention) -> bool:
        """Whether a name only says whose something is that is named behind: "Acme's sawing unit, | Norland, says",
        "anak usaha Acme, | Norland, mengatakan"."""
        last, keys = mention.last, linked.tokens.keys
        if keys[last : last + 1] and keys[last] in self.possessive:
            behind = range(last + 1, min(last + 1 + _OWNED, len(keys)))
            return any(keys[i] in self.describes and self._is_named(linked, i + 1) for i in behind)
        head_first = not self.describes.isdisjoint(self._plain(linked, mention.first))
        return head_first and self._is_named(linked, last)

    def _is_named(self, linked: LinkedText, i: int) -> bool:
        """Whether a firm's name follows on a token, right behind it or between commas."""
        keys, comma = linked.tokens.keys, linked.tokens.keys[i : i + 1] == (",",)
        named = [m for m in linked.between(i + comma, i + comma + 1) if not m.classes.isdisjoint(self.firms)]
        if not named or not comma:
            return bool(named)
        past = named[0].last
        return keys[past : past + 1] == (",",) and keys[past + 1 : past + 2] not in self.joints

    def _plain(self, linked: LinkedText, last: int) -> tuple[str, ...]:
        """The plain words right before a token, no more than say what a thing is."""
        keys, first = linked.tokens.keys, last
        while first > max(0, last - _OWNED) and keys[first - 1].isalpha() and keys[first - 1] not in self.binding:
            first -= 1
        return keys[first:last]

    def _is_amid(self, linked: LinkedText, mention: Mention) -> bool:
        """Whether a comma parts a name from what stands before it, and a comma or conjunction from what stands behind,
        in a list with another one that may be of its kind."""
        first, last, keys = mention.first, mention.last, linked.tokens.keys
        if not first or keys[first - 1] != "," or keys[last : last + 1] not in self.joints:
            return False
        before = [m for m in linked.between(first - 1 - INNER, first - 1) if m.last == first - 1]
        beside = linked.between(last + 1, last + 2) if keys[last] == "," else before
        return any(m.unknown or not m.classes.isdisjoint(mention.classes - {THING}) for m in beside)

    def titled(self, linked: LinkedText, mention: Mention) -> bool:
        """Whether a name stands behind what somebody is of it ("juru bicara Acme"): another that stands in the sentence
        comes before it."""
        before = linked.tokens.keys[mention.first - 1] if mention.first else ""
        return before in self.heads and mention.classes.isdisjoint(self.persons)

    def _speaks(self, linked: LinkedText, mention: Mention) -> bool:
        """Whether a word of saying stands beside a name: who speaks is what the next sentence goes on about."""
        keys = linked.tokens.keys
        beside = keys[max(0, mention.first - 1) : mention.first] + keys[mention.last : mention.last + 1]
        return not self.saying.isdisjoint(beside)
