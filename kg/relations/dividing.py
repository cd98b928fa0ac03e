"""Names that begin with a listed one: whether "Acme Breeze" is a firm of its own, or something of Acme's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.ontology import Ontology
from kg.patterns import Language
from kg.patterns.deeds import Deeds
from kg.patterns.match import Match, Matcher
from kg.patterns.notation import Slot
from kg.patterns.segment import Segment
from kg.relations.passages import Passage
from kg.text import LinkedText, Mention


class Dividing:
    """Decides by what a text says around such names: one that only firms can be, or only things that are called after
    firms, is one name, all others are two."""

    def __init__(self, language: Language, ontology: Ontology, typing: Matcher, matcher: Matcher) -> None:
        self.typing, self.matcher = typing, matcher
        self.deeds = Deeds.of(language)
        self.lands = frozenset(c.composed_of[1] for c in ontology.classes.values() if c.composed_of)
        wholes = {c.composed_of[0] for c in ontology.classes.values() if c.composed_of}
        named = {iri for iri, c in ontology.classes.items() if c.named_after}
        self.firms = frozenset(c for c in ontology.classes if not wholes.isdisjoint(ontology.closure([c])))
        self.things = frozenset(c for c in ontology.classes if not named.isdisjoint(ontology.closure([c])))
        """What is called after a firm ("the SUV | Acme Breeze")."""
        self.kinds = ontology.closure(self.things)

    def divided(self, linked: LinkedText, parts: list[tuple[Passage, Segment]]) -> LinkedText:
        """The text with each such name as one mention that may be typed, or as those that it is put together from."""
        if not any(m.parts for m in linked.mentions):
            return linked
        own = self._own(linked, [seg for _, seg in parts])
        mentions = (m for whole in linked.mentions for m in _settled(linked, whole, own))
        return replace(linked, mentions=tuple(mentions))

    def _own(self, linked: LinkedText, segments: list[Segment]) -> set[str]:
        """The names, as they are written, that are those of firms, or of things called after one."""
        found: dict[str, set[str]] = {}
        for mention in linked.mentions:
            cls = self.deeds.behind(linked.tokens, mention.last) if mention.parts else ""
            if cls:
                found.setdefault(linked.text[mention.start : mention.end], set()).add(cls)
        for seg in segments:
            if any(_is_doubtful(seg, i) for i in range(len(seg))):
                typed = list(self._filled(seg, self.typing.matches(seg), frozenset("x")))
                for name, cls in typed or self._filled(seg, self.matcher.matches(seg), frozenset()):
                    found.setdefault(linked.text[name.start : name.end], set()).add(cls)
        return {name for name, classes in found.items() if classes <= self.firms or self._is_thing(classes)}

    def _is_thing(self, classes: set[str]) -> bool:
        """Whether what a text says of a name makes it a thing called after a firm, and else no more than its kind."""
        return not self.things.isdisjoint(classes) and classes <= self.things | self.kinds

    def _filled(self, seg: Segment, matches: Iterable[Match], free: frozenset[str]) -> Iterator[tuple[Mention, str]]:
        """The doubtful names in the slots of matches, each with the class that the slot gives it."""
        for match in matches:
            for slot in (e for e in match.pattern.elements if isinstance(e, Slot)):
                cls = match.pattern.property if slot.name in free else slot.open
                for i in match.slots.get(slot.name, ()) if cls else ():
                    mention = seg.nodes[i].mention
                    if mention is not None and _is_doubtful(seg, i):
                        yield mention, cls


def _is_doubtful(seg: Segment, i: int) -> bool:
    mention = seg.nodes[i].mention
    return mention is not None and bool(mention.parts)


def _settled(linked: LinkedText, mention: Mention, own: set[str]) -> tuple[Mention, ...]:
    """A mention, or its parts where it is none of the names that are."""
    if not mention.parts:
        return (mention,)
    return (replace(mention, parts=()),) if linked.text[mention.start : mention.end] in own else mention.parts
