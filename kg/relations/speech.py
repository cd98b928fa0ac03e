"""Who says what: direct speech and its speaker, and the speaker of a reported statement."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from kg.ontology import Ontology
from kg.patterns import Language
from kg.patterns.grammar import NAMELESS, Node
from kg.patterns.notation import Words
from kg.patterns.segment import Segment
from kg.relations.passages import Passage
from kg.text import Mention

NEAR = 3
"""How many nodes before a verb of saying a relative clause that holds it may begin."""
NAMED = 5
"""How many nodes behind a verb of saying the name of a speaker stands that nobody knows."""
REACH = 20
"""How many nodes from a verb of saying its speaker may stand."""
PRONOUN = 2
"""How many sentences more may stand between speech and who spoke before where a pronoun stands for him ("ujarnya")."""


class Speech:
    """The verbs of saying of a language, and who may speak: the subjects of the property that holds speech."""

    def __init__(self, language: Language, ontology: Ontology) -> None:
        name = language.text("speech", "property")
        self.property = ontology.properties.get(ontology.domain + name)
        self.verbs = language.words("speech", "verbs")
        self.according = language.words("speech", "according")
        self.hearers = language.single("speech", "hearers")
        self.passive = language.words("speech", "passive")
        self.pronominal = language.words("speech", "pronominal")
        """The verbs that hold a pronoun for who speaks ("ujarnya"): nobody named behind them does."""
        self.former = language.words("status", "former")
        """The words before what somebody was."""
        self.unnamed = language.single("speech", "unnamed")
        self.media = language.single("names", "media")
        self.order = self.property.domain if self.property else ()
        self.speakers = frozenset(self.property.domain if self.property else ())
        self.by_first = Words(self.verbs | self.according | self.passive | self.pronominal).by_first

    def _hits(self, segment: Segment) -> Iterator[tuple[int, int, bool]]:
        by_first = self.by_first
        for i in [i for i, word in enumerate(segment.words) if word in by_first]:
            for keys in by_first[segment.words[i]]:
                if segment.word_at(i, keys):
                    yield i, i + len(keys), keys in self.according
                    break

    def speaker(self, segment: Segment) -> str:
        """The speaker named beside the first verb of saying.

        Behind the verb where it opens the passage ("…," said X), else before it; behind some stands who hears it
        ("…," X told Y). Of several the one of
        the class that the ontology names first as subject of speech, then the nearest.
        """
        for first, last, according in self._hits(segment):
            if not according and self._relative(segment, first):
                continue
            opens = first == 0 or segment.nodes[first - 1].key in (",", '"', "”", "–", "—")
            passive = any(segment.word_at(first, keys) for keys in self.passive)
            opens = passive or (opens and not self._closes(segment, first))
            behind = self._best(segment, range(last, self._until(segment, last, according)))
            before = "" if according else self._best(segment, range(first - 1, max(-1, first - REACH), -1))
            if self._holds_speaker(segment, first) or self._is_somebody(segment, last, behind):
                behind, opens = "", False
            elif not according and self._is_stranger(segment, last):
                behind = ""
            opens = opens and segment.nodes[first].key not in self.hearers
            found = behind or before if according or opens else before
            if found and not self._is_nobody(segment, first, last):
                return found
        return ""

    def _is_stranger(self, segment: Segment, last: int) -> bool:
        """Whether right behind a verb of saying stands a name that nobody knows, and no comma that would tell more of
        him: "kata Rea di acara Acme" is not said by Acme."""
        named = last < len(segment) and (m := segment.nodes[last].mention) is not None and m.unknown
        return named and segment.words[last + 1 : last + 2] != (",",)

    def _holds_speaker(self, segment: Segment, first: int) -> bool:
        return any(segment.word_at(first, keys) for keys in self.pronominal)

    def _is_somebody(self, segment: Segment, last: int, speaker: str = "") -> bool:
        """Whether words right behind a verb of saying stand for a person named before, by what he was and of whom:
        "said the former Acme chief"."""
        at = next((i for i in range(last, len(segment)) if segment.words[i] not in segment.grammar.articles), last)
        if not any(segment.word_at(at, keys) for keys in self.former):
            return False
        named = next((m for i in segment.names if i >= at and (m := segment.nodes[i].mention) is not None), None)
        persons = self.order[:1]
        if named is None or not named.classes.isdisjoint(persons) or (speaker and named.entity != speaker):
            return False
        return all(
            m is None or m.classes.isdisjoint(persons) for m in (segment.nodes[i].mention for i in segment.names)
        )

    def is_pronominal(self, segment: Segment) -> bool:
        """Whether a verb of saying holds a pronoun for who speaks ("…," ujarnya), or words behind it stand for him."""
        hits = list(self._hits(segment))
        return any(self._holds_speaker(segment, first) or self._is_somebody(segment, last) for first, last, _ in hits)

    def led(self, segment: Segment) -> str:
        """Who a sentence opens with and speaks of, of the class that speaks first: "Budi Santoso denied the report",
        behind the name of a firm only where it says whose he is ("Acme chief Ilse Berg")."""
        for i in segment.names:
            mention = segment.nodes[i].mention
            if mention is None or segment.oblique(i):
                return ""
            if not mention.classes.isdisjoint(self.order[:1]) and mention.kind not in NAMELESS:
                return mention.entity
            if not (segment.is_tied(i) or segment.words[i + 1 : i + 2] == (",",)):
                return ""
        return ""

    def _is_nobody(self, segment: Segment, first: int, last: int) -> bool:
        """Whether one who is not named says it: "…, two people close to Acme said", "said one of the sources"."""
        nodes = segment.nodes
        comma = next((k for k in range(first - 2, -1, -1) if nodes[k].key in (",", ";")), -1)
        named = any(n.mention is not None and n.mention.kind != "demonym" for n in nodes[comma + 1 : comma + 2])
        before = () if named else segment.words[comma + 1 : first]
        return not self.unnamed.isdisjoint(before) or not self.unnamed.isdisjoint(segment.words[last : last + NEAR + 1])

    def is_of_another(self, segment: Segment) -> bool:
        """Whether right behind a verb of saying stands a name that nobody knows, or a paper, or before it words for one
        who is no person and is named nowhere ("the firm said"): who spoke before is silent now."""
        for first, last, _ in self._hits(segment):
            if self._holds_speaker(segment, first):
                continue
            if self._is_nobody(segment, first, last) or self._is_nameless(segment, first):
                return True
            named = [n for n in segment.nodes[last : last + NAMED] if n.mention is not None]
            speaking = [i for i, n in enumerate(segment.nodes[last : last + NAMED], last) if self._speaks(n)]
            if speaking:
                mention = segment.nodes[speaking[0]].mention
                return mention is not None and self._leads_unknown(segment, speaking[0], mention)
            unknown = any(n.mention is not None and n.mention.unknown for n in named)
            if unknown or not self.media.isdisjoint(segment.words[last : last + NAMED]):
                return True
        return False

    def _is_nameless(self, segment: Segment, first: int) -> bool:
        """Whether right before a verb of saying stand words for one who is no person, and is named nowhere."""
        before = (segment.grammar.nameless.get(segment.words[k:first]) for k in range(max(0, first - NEAR), first))
        return any(classes is not None and classes.isdisjoint(self.order[:1]) for classes in before)

    def _relative(self, segment: Segment, first: int) -> bool:
        """Whether a verb of saying stands in a relative clause ("Acme, which announced …"): it says nothing here."""
        for node in reversed(segment.nodes[max(0, first - NEAR) : first]):
            if node.key in segment.grammar.relative:
                return True
            if not node.key[:1].isalpha():
                return False
        return False

    def _closes(self, segment: Segment, first: int) -> bool:
        """Whether the comma before a verb closes an apposition to a name ("Acme, the maker, said …")."""
        before = range(max(0, first - REACH), first - 2) if first and segment.nodes[first - 1].key == "," else ()
        return any(self._speaks(segment.nodes[i]) and segment.nodes[i + 1].key == "," for i in before)

    def _until(self, segment: Segment, last: int, according: bool) -> int:
        """How far behind a verb its speaker may stand; "according to X" ends at a comma, but for that before a person
        whom another one closes ("according to the chief of Acme, Ada Berg, …")."""
        stop = min(len(segment), last + REACH)
        comma = next((i for i in range(last, stop) if according and segment.nodes[i].key == ","), -1)
        if comma < 0:
            return stop
        person = segment.nodes[comma + 1].mention if segment.words[comma + 2 : comma + 3] == (",",) else None
        return comma + 2 if person is not None and not person.classes.isdisjoint(self.order[:1]) else comma

    def _best(self, segment: Segment, places: range) -> str:
        found: list[tuple[int, bool, int, str]] = []
        for distance, i in enumerate(places):
            if i in segment.breaks:
                break
            mention = segment.nodes[i].mention
            if mention is not None and self._speaks(segment.nodes[i]):
                if places.step > 0 and not found and self._leads_unknown(segment, i, mention):
                    return ""
                rank = next(n for n, cls in enumerate(self.order) if cls in mention.classes)
                aside = places.step < 0 and segment.oblique(i)  # "Acme, hired by Vest, said"
                found.append((rank, aside, distance, mention.entity))
        return min(found)[3] if found else ""

    def _leads_unknown(self, segment: Segment, i: int, mention: Mention) -> bool:
        """Whether a name that nobody knows stands behind that of a firm, with or without a comma: "ujar direktur Acme,
        | Wibowo" are the words of him."""
        if not mention.classes.isdisjoint(self.order[:1]):
            return False
        at = i + 1 + (segment.words[i + 1 : i + 2] == (",",))
        other = segment.nodes[at].mention if at < len(segment) else None
        return other is not None and other.unknown

    def _speaks(self, node: Node) -> bool:
        mention = node.mention
        named = mention is not None and bool(mention.entity) and mention.kind not in ("demonym", "possessor", "owner")
        return named and mention is not None and not mention.classes.isdisjoint(self.speakers)


def attribute(
    passages: list[tuple[Passage, Segment]], speech: Speech, unclosed: AbstractSet[int] = frozenset()
) -> dict[int, str]:
    """The speaker of each quotation by its index; one of the ``unclosed`` is said by who says the next."""
    found, sure = _attributed(passages, speech)
    for index in sorted(unclosed - sure, reverse=True):
        if index + 1 in found:
            found[index] = found[index + 1]
    return found


def _attributed(passages: list[tuple[Passage, Segment]], speech: Speech) -> tuple[dict[int, str], set[int]]:
    """The speakers that the words around quotations tell, and of which quotations they name them.

    Named in the same sentence; else, of a verb that holds a pronoun, the person that the sentence before opens with;
    else a verb of saying at the end of the sentence before; else the speaker of the quotation before, when this one
    follows it with no other speaker between.
    """
    found: dict[int, str] = {}
    sure: set[int] = set()
    last, led, reach = "", "", 0
    by_sentence: dict[int, list[tuple[Passage, Segment]]] = {}
    for passage, segment in passages:
        by_sentence.setdefault(passage.sentence.start, []).append((passage, segment))
    for members in by_sentence.values():
        outside = [s for p, s in members if p.quotation < 0]
        named = next((who for s in outside if (who := speech.speaker(s))), "")
        quoted = sorted({p.quotation for p, _ in members if p.quotation >= 0})
        if not named and any(map(speech.is_of_another, outside)):
            last = ""
        if quoted and not named and led and _goes_on(outside, speech):
            named = led
        # a sentence that is all speech changes nothing of who was spoken of before
        led = led if not outside else "" if quoted or named else next(map(speech.led, outside), "")
        if named:
            last, reach = named, 2
        elif not quoted:
            reach -= 1
        meant = reach + PRONOUN * _goes_on(outside, speech) if quoted else 0
        for index in quoted:
            if index not in sure and (named or (index not in found and last and meant > 0)):
                found[index] = named or last
                sure.update([index] if named else [])
        if quoted and not named:
            reach = max(reach, 1) if last else 0
    return found, sure


def _goes_on(outside: list[Segment], speech: Speech) -> bool:
    """Whether speech has nothing named beside it ("…," katanya), or a verb that holds a pronoun for who speaks."""
    return bool(outside) and (not any(map(len, outside)) or any(map(speech.is_pronominal, outside)))
