"""Names that nobody listed: what their context says they are, and the identity that later texts share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from operator import is_

from kg.model import Entity, Label, Origin
from kg.names import local_name, slug
from kg.ontology import Ontology
from kg.patterns import Language
from kg.patterns.deeds import Deeds
from kg.patterns.match import Match, Matcher
from kg.patterns.notation import Slot
from kg.patterns.segment import Segment
from kg.patterns.versions import Versions
from kg.relations.formal import Formal
from kg.relations.passages import Passage
from kg.relations.shortened import parts_meant, with_short
from kg.text import UNKNOWN, LinkedText, Mention, Tokens

_LONGEST = 3
"""The longest name of a person that is known by nothing but its last word, said later."""

Parts = list[tuple[Passage, Segment]]


class Namer:
    """Types the names that nobody listed in texts of one language."""

    def __init__(self, language: Language, ontology: Ontology) -> None:
        self.ontology = ontology
        self.language = language
        self.in_full = Formal(language).completed
        self.typing = Matcher(language.unlisted, dict(language.lists))
        self.wholes = frozenset(c.composed_of[0] for c in ontology.classes.values() if c.composed_of)
        self.firm = min(self.wholes, default="")
        several = [c.iri for c in ontology.classes.values() if c.open and c.name_words > 1]
        self.said_short = several[0] if len(several) == 1 else ""
        """The class of names of several words that are later said by the last one: of persons."""
        self.versions = Versions(language)
        self.versioned = frozenset(c.iri for c in ontology.classes.values() if c.named_after)
        """The classes of things that are named after others, whose versions have names of their own."""
        self.version_words = frozenset(keys[-1] for keys in language.words("versions", "before"))
        self.deeds = Deeds.of(language)
        self.common = language.single("names", "common")
        self.articles = language.single("grammar", "articles")
        self.least: dict[frozenset[str], int] = {}
        """What :meth:`_has_short` found out before."""
        free = [local_name(p.iri) for p in ontology.properties.values() if p.is_qualifier]
        titles = (keys for name in free for end in ("", "_with") for keys in language.lists.get(name + end, ()))
        self.titles = frozenset(key for keys in titles for key in keys)
        """The words for what somebody is."""
        self.forms = frozenset(keys[-1] for keys in language.words("grammar", "legal_before")) - {"."}
        """The last tokens of legal forms before names: what follows one is a firm."""

    def typed(self, linked: LinkedText, parts: Parts) -> tuple[LinkedText, list[Entity]]:
        """The text with its unlisted names typed by their context, and the entities they are; the text itself where
        there is nothing to type."""
        unknown = not UNKNOWN.isdisjoint([m.kind for m in linked.mentions])
        return self._typed(linked, parts) if unknown else (linked, [])

    def _typed(self, linked: LinkedText, parts: Parts) -> tuple[LinkedText, list[Entity]]:
        by_words = self._by_words(linked)
        classes = dict(by_words)
        self._by_context(linked, parts, classes)
        classes.update(self._by_last_word(linked, by_words, self._things(classes)))
        classes.update(self._by_deeds(linked, classes, by_words))
        classes.update(self._by_list(linked, classes, parts))
        listed = (m for m in linked.mentions if m.kind == "name" and m.last - m.first > 1)
        full = {m.entity: m for m in listed if self._has_short(m.classes, m.last - m.first)}
        known = parts_meant((linked.text[m.start : m.end], m) for m in full.values())
        known = {**self._shortened(linked), **known}
        named = {linked.text[m.start : m.end]: m for m in linked.mentions if m.kind == "name"} if linked.short else {}
        known |= with_short(linked.short, classes, named)
        based = self._based(classes)
        classes = {based.get(n, n): c for n, c in classes.items() if not self.versions.names(n)}
        unmade = self._without_maker(classes)
        classes = {n: c for n, c in classes.items() if n not in unmade}
        whole = parts_meant((n, n) for n, c in classes.items() if self._has_short([c], len(n.split())))
        begun = {**self._by_first_word(classes), **self._by_beginning(linked, classes)}
        classes = {n: c for n, c in classes.items() if n not in begun}
        whole |= {**linked.short, **begun, **unmade, **{n: unmade.get(b, b) for n, b in based.items()}}
        classes = {n: c for n, c in classes.items() if len(n.split()) >= self.ontology.classes[c].name_words}
        if not classes and not known:
            return linked, []
        entities = {name: self._entity(name, cls) for name, cls in classes.items()}
        mentions = tuple(self._named(linked, m, classes, whole, known) for m in linked.mentions)
        same = all(map(is_, mentions, linked.mentions))
        return linked if same else replace(linked, mentions=mentions), list(entities.values())

    def _by_context(self, linked: LinkedText, parts: Parts, classes: dict[str, str]) -> None:
        """Adds the classes that the words around unlisted names give them."""
        placed = {linked.text[m.start : m.end] for m in linked.mentions if m.unknown and m.whole}
        spelt, beside = {*linked.short, *linked.short.values()}, set[str]()
        for _, seg in parts:
            for match in self.typing.matches(seg) if seg.has_unlisted else ():
                for i in match.slots["x"]:
                    node = seg.nodes[i]
                    name, cls = linked.text[node.start : node.end], match.pattern.property
                    none = name in spelt and (cls == self.said_short or not self._is_open(cls))  # what has a short form
                    if none or self._cannot_be(cls, name, article=self._has_article(seg, i) or name in placed):
                        continue
                    if "o" in match.slots:
                        beside.add(name)  # "Tolvik, Norland" is a town, whatever is bought there
                        classes[name] = cls
                    elif name not in beside and (name not in classes or self._is_better(cls, classes[name])):
                        classes[name] = cls

    def _is_better(self, cls: str, other: str) -> bool:
        """Whether of two classes of a name the first one holds: the narrower, or a firm's before a closed one."""
        return other in self.ontology.closure([cls]) or (self._is_whole(cls) and not self._is_open(other))

    def _is_open(self, cls: str) -> bool:
        """Whether new names may join a class or one above it."""
        known = self.ontology.classes
        return any(c in known and known[c].open for c in self.ontology.closure([cls]))

    def _based(self, classes: Mapping[str, str]) -> dict[str, str]:
        """For names that end in that of a version the name of the thing itself ("Acme Y2K Max": "Acme Y2K")."""
        things = self._things(classes)
        return {n: base for n in sorted(things) if (base := self.versions.base(n)) != n}

    def _things(self, classes: Mapping[str, str]) -> set[str]:
        """The names of things that are called after others."""
        return {n for n, c in classes.items() if not self.versioned.isdisjoint(self.ontology.closure([c]))}

    def _without_maker(self, classes: Mapping[str, str]) -> dict[str, str]:
        """For names of such things the part behind the first word, where a figure ends it ("Y2K" of "Acme Y2K") or the
        text tells of such a thing by it alone."""
        things = self._things(classes)
        parts = [(n.partition(" ")[2], n) for n in sorted(things)]
        parts = [(s, n) for s, n in parts if s in things or any(c.isdigit() for c in s.rpartition(" ")[2])]
        count = Counter(short for short, _ in parts)
        return {short: n for short, n in parts if short and count[short] == 1}

    def _cannot_be(self, cls: str, name: str, *, article: bool) -> bool:
        """Whether a name is none of a class: two persons with "&" make a firm, nobody is "the Ada Byron", has a figure
        in the name or is called after a place behind it ("Acme Norland"), and no firm of which nothing more is known
        "the Acme"."""
        if self.versions.names(name):
            return True  # "the GT Line"
        if cls == self.said_short:
            return article or "&" in name or any(c.isdigit() for c in name)
        return article and cls in self.wholes and " " not in name

    def _has_article(self, seg: Segment, i: int) -> bool:
        return i > 0 and (seg.nodes[i - 1].key in self.articles or seg.nodes[i - 1].key == "&")

    def _by_words(self, linked: LinkedText) -> dict[str, str]:
        """The unlisted names whose first or last word says what they are ("Acme Technologies"), or a legal form beside
        them ("PT Acme", "Acme Inc.")."""
        found: dict[str, str] = {}
        for mention in linked.mentions:
            cls = self._class_of_words(linked.tokens, mention) if mention.unknown else ""
            if cls:
                found.setdefault(linked.text[mention.start : mention.end], cls)
        return found

    def _class_of_words(self, tokens: Tokens, mention: Mention) -> str:
        first, last = mention.first, mention.last
        if tokens.ends[last - 1] > mention.end:
            return self.firm
        if last - first > 1:
            lasts, firsts = self.language.last_words, self.language.first_words
            cls = lasts.get(tokens.keys[last - 1]) or firsts.get(tokens.keys[first])
            if cls:
                return cls
        if first and tokens.keys[first - 1] in self.forms:
            return self.firm
        behind = (
            last - first > 1 and first > 1 and tokens.keys[first - 2] in self.titles
        )  # "chief of | AMW | Ilse Berg"
        before = tokens.text[tokens.starts[first - 1] : mention.start - 1] if behind else ""
        letters = before.isupper() and tokens.ends[first - 1] + 1 == mention.start
        return self.said_short if letters and tokens.keys[first - 1] not in self.titles else ""

    def _by_deeds(self, linked: LinkedText, classes: Mapping[str, str], by_words: Container[str]) -> dict[str, str]:
        """The unlisted names that nothing else has typed, by what is said right behind them ("Acme has acquired"); not
        what an article stands before ("the Y2K"), nor a person's last name. One word alone makes no person, and what
        only other things do is no firm, though it may be supplied or bought."""
        found: dict[str, str] = {}
        least = self._least(self.said_short) if self.said_short else 1
        typed = {n for n, c in classes.items() if c != self.said_short or len(n.split()) >= least}
        short = {n.split()[-1] for n in typed if classes[n] == self.said_short}
        keys = linked.tokens.keys
        for m in linked.mentions if self.deeds.said else ():
            name = linked.text[m.start : m.end] if m.unknown else ""
            if not name or name in by_words or name in short or keys[m.first] in self.common:
                continue
            cls = self.deeds.behind(linked.tokens, m.last)
            if name in typed and not (cls and self._may_be(classes[name], cls)):
                continue
            if cls and not self._is_version(linked, m, cls) and not (m.first and keys[m.first - 1] in self.articles):
                found.setdefault(name, cls)
        return found

    def _may_be(self, known: str, cls: str) -> bool:
        """Whether what the text around makes of a kind, or of a firm, may be a thing of a class."""
        return (
            known != cls
            and (known == self.firm or known in self.ontology.closure([cls]))
            and bool(self._things({"": cls}))
        )

    def _by_list(self, linked: LinkedText, classes: Mapping[str, str], parts: Parts) -> dict[str, str]:
        """The unlisted names that nothing else has typed, beside a firm in a list ("Acme and | Norwind" are two), or
        beside things that are called after others ("the Acme One, | Tivor | and Norla")."""
        found: dict[str, str] = {}
        thing = min(self.versioned, default="")
        persons = {w for n, c in classes.items() if c == self.said_short for w in (n, n.split()[-1])}
        for _, seg in parts:
            if not seg.has_unlisted:
                continue
            for group in {g.first: g for g in seg.groups.values() if len(g.members) > 1}.values():
                members = [(i, m) for i in group.members if (m := seg.nodes[i].mention) is not None]
                cls, beside = thing, [m for _, m in members]
                if all(self.versioned.isdisjoint(m.classes) for m in beside):  # no thing, which may have an article
                    cls, beside = self.firm, [m for i, m in members if not seg.is_owned(i)]
                named = {linked.text[m.start : m.end]: m for m in beside}
                if cls == thing or any(self._is_firm(m, classes.get(n, "")) for n, m in named.items()):
                    new = (n for n, m in named.items() if m.kind in ("unlisted", "coded") and n not in classes)
                    found.update((n, cls) for n in new if n not in persons)
        return found

    def _is_firm(self, mention: Mention, cls: str) -> bool:
        """Whether a name is that of a firm, by its classes or by the one that the text gives it."""
        return not self.wholes.isdisjoint(mention.classes) or bool(cls and self._is_whole(cls))

    def _is_version(self, linked: LinkedText, mention: Mention, cls: str) -> bool:
        """Whether a name is that of a version of what stands before it, where things have versions: "Acme Y3K Pro"."""
        i, tokens = mention.first, linked.tokens
        if self.versioned.isdisjoint(self.ontology.closure([cls])):
            return False
        while (
            i and (tokens.is_large(i - 1) or tokens.keys[i - 1] == "-") and tokens.starts[i] - tokens.ends[i - 1] <= 1
        ):
            i -= 1
        before = tokens.keys[i - 1] if i else ""
        return i < mention.first or before in self.version_words or before.isdecimal()

    def _by_last_word(self, linked: LinkedText, classes: Iterable[str], things: Set[str]) -> dict[str, str]:
        """The names of two or three words that nothing has typed and that the text goes on to say by their last word,
        never by their first one, as it does with persons, and with ``things`` that are called after their maker."""
        texts = {linked.text[m.start : m.end] for m in linked.mentions if m.unknown}
        names = (t.split() for t in texts.difference(classes)) if self.said_short else ()
        short = (n for n in names if n[-1] in texts and n[0] not in texts and things.isdisjoint((n[-1], " ".join(n))))
        return {" ".join(n): self.said_short for n in short if self._least(self.said_short) <= len(n) <= _LONGEST}

    def _by_first_word(self, classes: dict[str, str]) -> dict[str, str]:
        """For names of several words that are not said by their last one the first word, where it is no common one."""
        names = [n for n, c in classes.items() if self._least(c) == 1 and len(n.split()) > 1]
        firms = {n.split()[0] for n in names if self._is_whole(classes[n])}
        names = [n for n in names if self._is_whole(classes[n]) or n.split()[0] not in firms]
        by_word: dict[str, list[str]] = {}
        for name in sorted(names, key=len):
            by_word.setdefault(name.split()[0], []).append(name)
        # "Acme" is Acme Works, beside a part of it that is called Acme Works Norland
        alone = {w: found[0] for w, found in by_word.items() if all(f"{n} ".startswith(f"{found[0]} ") for n in found)}
        common = self.language.vocabulary
        return {w: n for w, n in alone.items() if w.casefold() not in common and self._agree(classes, w, n)}

    def _agree(self, classes: dict[str, str], short: str, name: str) -> bool:
        """Whether a short name may be a longer one: nothing has typed it, or as what that may be, or no word is."""
        one, other = classes.get(short), classes[name]
        return (
            one is None
            or self._least(one) > 1
            or one in self.ontology.closure([other])
            or other in self.ontology.closure([one])
        )

    def _by_beginning(self, linked: LinkedText, classes: dict[str, str]) -> dict[str, str]:
        """For names of several words the one firm's name that goes on behind them, where the text says that first:
        "Acme Motor" of "Acme Motor Works"; that is all that is known of either."""
        firms = [n for n, c in classes.items() if self._is_whole(c) and n.count(" ") > 1]
        texts = {linked.text[m.start : m.end] for m in linked.mentions if m.unknown} if firms else set()
        longer = {t: [n for n in firms if n.startswith(f"{t} ")] for t in texts if " " in t}
        text = linked.text
        begun = {t: n[0] for t, n in longer.items() if len(n) == 1 and text.find(t) == text.find(n[0])}
        for short, name in begun.items():
            if short in classes and self._is_better(classes[short], classes[name]):
                classes[name] = classes[short]
        return begun

    def _shortened(self, linked: LinkedText) -> dict[str, Mention]:
        """What is meant by the first word alone of a firm's name of several words ("Acme" of "Acme Works"), and by the
        name of a thing without that of what it is called after ("Y3K" of "Acme Y3K")."""
        found: dict[str, list[Mention]] = {}
        for mention in linked.mentions:
            whole = not self.wholes.isdisjoint(mention.classes)
            if mention.last - mention.first < 2 or mention.kind != ("name" if whole else "unit"):
                continue
            words = self.versions.base(linked.text[mention.start : mention.end]).split()
            if len(words) < 2:
                continue
            short = words[0] if whole else " ".join(words[1:])
            if short.casefold() not in self.language.vocabulary:
                found.setdefault(short, []).append(mention)
        return {w: m[0] for w, m in found.items() if len({x.entity for x in m}) == 1}

    def _is_whole(self, cls: str) -> bool:
        """Whether a class is one of firms: its members have parts that bear their name."""
        return not self.wholes.isdisjoint(self.ontology.closure([cls]))

    def _least(self, cls: str) -> int:
        return self.ontology.classes[cls].name_words

    def _has_short(self, classes: Iterable[str], words: int) -> bool:
        """Whether a name of these classes and of so many words is later said by its first or last word alone."""
        known = frozenset(classes)
        least = self.least.get(known)
        if least is None:
            counts = (self.ontology.classes[c].name_words for c in known if c in self.ontology.classes)
            self.least[known] = least = max(counts, default=1)
        return words >= least > 1

    def _named(
        self,
        linked: LinkedText,
        mention: Mention,
        classes: dict[str, str],
        whole: dict[str, str],
        known: dict[str, Mention],
    ) -> Mention:
        if not mention.unknown:
            return mention
        text = linked.text[mention.start : mention.end]
        base = self.versions.base(text)
        text = base if base in known and text not in known else text
        if text in known:
            return replace(mention, entity=known[text].entity, classes=known[text].classes, kind="name")
        name = text if text in classes else whole.get(text, "") or whole.get(base, "")
        if name not in classes:
            return mention
        iri, closure = self._iri(name), self.ontology.closure([classes[name]])
        return replace(mention, entity=iri, classes=closure, kind="new")

    def _iri(self, name: str) -> str:
        return self.ontology.entity_namespace + slug(" ".join(name.split()))

    def _entity(self, name: str, cls: str) -> Entity:
        label = Label(" ".join(name.split()), "en")
        return Entity(self._iri(name), (cls,), (label,), origin=Origin.EXTRACTED)

    def units(self, linked: LinkedText) -> Iterator[Entity]:
        """The units of wholes that a text names, as entities; each by the longest of its names there."""
        for mention in sorted((m for m in linked.mentions if m.kind == "unit"), key=lambda m: m.end - m.start):
            written = linked.text[mention.start : mention.end]
            based = self.versions.base(written) if not self.versioned.isdisjoint(mention.classes) else written
            types = self.ontology.narrowest(mention.classes)
            labels = self._labels(based.split(), mention.entity)
            yield Entity(mention.entity, types, labels, (mention.whole,), origin=Origin.EXTRACTED)

    def _labels(self, words: list[str], iri: str) -> tuple[Label, ...]:
        """The labels of a unit: the words without their legal form, of which the identifier is made, before all."""
        full, sizes = " ".join(words), range(len(words) - 1, 0, -1)
        parts = (" ".join(part) for k in sizes for part in (words[:k], words[-k:]))
        name = next((part for part in parts if self._iri(part) == iri), full)
        return (Label(name, "en"),) if name == full else (Label(name, "en"), Label(full, "en", "alternative"))

    def fits(self, seg: Segment, match: Match) -> bool:
        """Whether the names in a match may be what its slots ask for, now that another match may have typed them."""
        slots = (e for e in match.pattern.elements if isinstance(e, Slot) and e.open)
        filled = ((slot, seg.nodes[i].mention) for slot in slots for i in match.slots.get(slot.name, ()))
        return all(
            m is None or not m.classes.isdisjoint(slot.classes) or m.classes <= self.ontology.closure([slot.open])
            for slot, m in filled
        )

    def by_place(self, linked: LinkedText, seg: Segment, matches: list[Match]) -> tuple[Segment, list[Entity]]:
        """The segment with the names that nobody listed typed by the slots they fill, and the entities they are."""
        if not matches or not seg.has_unlisted:
            return seg, []
        nodes, entities = list(seg.nodes), []
        for match in matches:
            slots = {e.name: e for e in match.pattern.elements if isinstance(e, Slot) and e.open}
            for name, slot in slots.items():
                for i in match.slots.get(name, ()):
                    mention = nodes[i].mention
                    name = linked.text[nodes[i].start : nodes[i].end]
                    may = not self._cannot_be(slot.open, name, article=self._has_article(seg, i))
                    if mention is not None and mention.unknown and may and not _goes_on(seg, match, i):
                        versioned = not self.versioned.isdisjoint(self.ontology.closure([slot.open]))
                        entity = self._entity(self.versions.base(name) if versioned else name, slot.open)
                        entities.append(entity)
                        typed = replace(
                            mention, entity=entity.iri, kind="new", classes=self.ontology.closure(entity.types)
                        )
                        nodes[i] = nodes[i]._replace(mention=typed)
        return seg.with_names(tuple(nodes)) if entities else seg, entities


def _goes_on(seg: Segment, match: Match, i: int) -> bool:
    """Whether the words of a match are joined to others before a name: "opens a mill | and hired Ada Berg"."""
    first = match.anchor[1]
    joints = (k for k in range(first + 1, i) if seg.words[k] in seg.grammar.joins and seg.words[k].isalpha())
    return any(seg.words[k - 1] or seg.oblique(k - 1) for k in joints)
