"""Whom the words of a match speak of: what he owns, the last of a list, a name of before, not the one they stand by."""

from __future__ import annotations

from dataclasses import replace

from kg.model import Status
from kg.ontology import Ontology
from kg.patterns.match import Match
from kg.patterns.segment import Segment

_OWNED = 3
"""How many nodes before its words the owner of what they name may stand ("its | big new | mill")."""
_NAMELESS = 4
"""The most words that stand for one whom nobody names ("the German car maker")."""
_CLAUSE = 6
"""How many nodes from its first word on a relative clause says what it tells."""


def of_wholes(seg: Segment, matches: list[Match], ontology: Ontology) -> list[Match]:
    """The matches without those that tell of the owner what the words tell of what he owns (``kg:ofWhole``,
    ``kg:notOfOwner``), of who counts what he counts (``kg:countedBy``), or of a kind what they tell of a thing of it:
    who buys "Acme's mill" or "kebun Acme" does not buy Acme, who "sells oak tables" no oak."""

    def owns(i: int) -> bool:
        mention, behind = seg.nodes[i].mention, seg.words[i + 1 : i + 2]
        signed = bool(behind) and behind[0] in seg.grammar.possessive
        return signed or (mention is not None and mention.kind == "possessor")

    def describes(i: int) -> bool:
        mention, (before, behind) = seg.nodes[i].mention, seg.grammar.described
        if mention is None or not any(c in kinds and kinds[c].of_whole for c in mention.classes):
            return False
        return not (before.isdisjoint(seg.words[max(0, i - 1) : i]) and behind.isdisjoint(seg.words[i + 1 : i + 2]))

    def of_another(m: Match) -> bool:
        told = m.slots.get("o", ())
        prop = ontology.properties[m.pattern.property]
        if prop.counted_by and _counts(seg, m, prop.counted_by):
            return True
        owned = prop.of_whole and any(owns(i) for i in told if i == m.last - 1)
        owned = owned or (prop.not_of_owner and any(_led(seg, i, range(*m.anchor)) for i in told))
        return owned or any(map(describes, told))

    kinds = ontology.classes
    return [m for m in matches if not of_another(m)]


def _led(seg: Segment, i: int, words: range) -> bool:
    """Whether a word for what somebody owns leads a name: behind the words of a match within a few nodes, before them
    where it opens the clause ("aset | Acme dijual")."""
    if 0 < i < words.start:
        opens = i == 1 or seg.words[i - 2] == "," or i - 1 in seg.breaks or i - 2 in seg.breaks
        return opens and seg.words[i - 1] in seg.grammar.owned
    for k in range(i - 1, max(i - 1 - _OWNED, words.stop - 1), -1):
        if seg.words[k] in seg.grammar.owned:
            return True
        if not seg.words[k].isalpha():
            return False
    return False


def _counts(seg: Segment, match: Match, classes: tuple[str, ...]) -> bool:
    """Whether what a match tells of is one of the classes that only count others."""
    mentions = [seg.nodes[i].mention for i in match.slots.get("s", ())]
    return any(m is not None and not m.classes.isdisjoint(classes) for m in mentions)


def without_nameless(seg: Segment, matches: list[Match]) -> list[Match]:
    """The matches without those that give a name what is said of another, whom nobody names: "the Post reports that the
    firm made 65 tables" does not say that the Post did."""
    nameless, reporting, words = seg.grammar.nameless, seg.grammar.reporting, seg.words
    if reporting.isdisjoint(words):
        return matches
    said = [i for i, word in enumerate(words, 1) if word in reporting]
    phrases = ((i, nameless.get(words[i : i + n])) for i in said for n in range(2, _NAMELESS + 1))
    spots = [(i, who) for i, who in phrases if who is not None]
    if not spots:
        return matches

    def told_of_another(m: Match) -> bool:
        names = m.slots.get("s", ())
        mentions = [seg.nodes[i].mention for i in names]
        classes = [x.classes for x in mentions if x is not None and not x.unknown]
        near = (who for i, who in spots if names and max(names) < i < m.anchor[0])
        return any(all(not kinds.isdisjoint(who) for kinds in classes) for who in near)

    return [m for m in matches if not told_of_another(m)]


def without_examples(seg: Segment, matches: list[Match], ontology: Ontology) -> list[Match]:
    """The matches without the figures of a whole that they give to its examples."""
    if not seg.examples:
        return matches
    figures = (m for m in matches if ontology.properties[m.pattern.property].dimension)
    wrong = {id(m) for m in figures if _are_examples(seg, m.slots.get("s", ()))}
    return [m for m in matches if id(m) not in wrong]


def _are_examples(seg: Segment, nodes: tuple[int, ...]) -> bool:
    """Whether several names are but examples of what a figure is told of: "sales of vans, such as Acmes and Vests,
    rose"."""
    if len(nodes) < 2:
        return False
    before = max((past for past in seg.examples.values() if past <= min(nodes)), default=0)
    grammar, between = seg.grammar, seg.words[before : min(nodes)]
    return bool(before) and all(not w or w == "," or w in grammar.joins or w in grammar.filler for w in between)


def of_whoever(seg: Segment, matches: list[Match]) -> list[Match]:
    """The matches without those that tell of another what a relative clause tells of the person before it: "Acme hires
    Ada Berg, who has worked with Norland"."""
    if seg.grammar.personal.isdisjoint(seg.words):
        return matches
    spots = [i for i, word in enumerate(seg.words) if word in seg.grammar.personal]

    def passes(m: Match) -> bool:
        names = m.slots.get("s", ())
        who = next((i for i in reversed(spots) if i < m.anchor[0]), 0)
        if not names or who < m.anchor[0] - _CLAUSE or max(names) >= who - 1 or "," in seg.words[who + 1 : m.anchor[0]]:
            return False
        person = who - 1 - (seg.words[who - 1] == ",")
        return seg.nodes[person].mention is not None and person not in names

    return [m for m in matches if not passes(m)]


def of_next(matches: list[Match]) -> list[Match]:
    """The matches without those that give a name the words between a comma and the next name, where another match gives
    them to that one: "Ada Berg, chief of Acme Ilse Dorn, Rea Stark", "Ada Berg, direktur Acme Ilse Dorn"."""

    def ends(m: Match) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return m.slots.get("s", ()), m.slots.get("o", ())

    told = [(m, *ends(m)) for m in matches if len(m.slots) > 2]
    behind = {(m.pattern.property, o) for m, s, o in told if o and s == (o[-1] + 1,)}
    if not behind:
        return matches
    return [m for m in matches if (m.pattern.property, ends(m)[1]) not in behind or ends(m)[0] > ends(m)[1]]


def of_before(seg: Segment, matches: list[Match]) -> list[Match]:
    """The matches without those that give the name behind a comma what the same words say of the name before them:
    "to Acme, a Norland firm, Vest, a Westland firm"."""
    told = {
        (m.pattern.property, m.anchor, o)
        for m in matches
        for s, o in [(m.slots.get("s", ()), m.slots.get("o", ()))]
        if s and o and max(s) < m.anchor[0] < min(o) and seg.words[max(s) + 1] == ","
    }
    if not told:
        return matches

    def passes(m: Match) -> bool:
        s, o = m.slots.get("s", ()), m.slots.get("o", ())
        behind = bool(s and o) and s == (max(o) + 2,) and seg.words[max(o) + 1] == ","
        return behind and (m.pattern.property, m.anchor, o) in told

    return [m for m in matches if not passes(m)]


def of_listed(seg: Segment, matches: list[Match]) -> list[Match]:
    """The matches without those that read the second of three in a list as what the first one is: "Acme, Norland's
    energy arm and Vest"."""

    def lists(m: Match) -> bool:
        s, o = m.slots.get("s", ()), m.slots.get("o", ())
        if not s or not o or m.last + 1 >= len(seg) or m.anchor[1] < m.last or not max(s) < min(o) < m.last:
            return False
        joined = seg.words[max(s) + 1] == "," and seg.words[m.last] in seg.grammar.joins
        return joined and seg.words[m.last].isalpha() and seg.nodes[m.last + 1].mention is not None

    return [m for m in matches if not lists(m)] if "," in seg.words else matches


def of_beside(seg: Segment, matches: list[Match]) -> list[Match]:
    """The matches without those that pass over another name right before their words of which a match tells the same:
    "it differs from the Acme | sold in Norland"."""
    if len(matches) < 2:
        return matches

    def told(m: Match) -> tuple[object, ...]:
        return m.pattern.property, m.anchor[0], m.slots.get("o")

    def last(m: Match) -> int:
        return max(m.slots.get("s", ()), default=m.anchor[0])

    beside = {told(m): seg.nodes[last(m)].mention for m in matches if last(m) == m.anchor[0] - 1}

    def passes(m: Match) -> bool:
        named = beside.get(told(m)) if last(m) < m.anchor[0] - 1 else None
        own = seg.nodes[last(m)].mention
        return named is not None and own is not None and named.entity != own.entity

    return [m for m in matches if not passes(m)] if beside else matches


def of_one(seg: Segment, matches: list[Match]) -> list[Match]:
    """The matches with the first name of a list alone where right before it stands what one thing is: "the Norland
    maker Acme and Vest" says nothing of Vest."""
    plural = seg.grammar.plural

    def narrowed(m: Match) -> Match:
        names, (_, last) = m.slots.get("s", ()), m.anchor
        if len(names) < 2 or m.pattern.status is not Status.IN_EFFECT or min(names) != last or "o" not in m.slots:
            return m
        word = seg.words[last - 1]
        one = word.isalpha() and not word.endswith(plural) and max(m.slots["o"], default=last) < last
        return replace(m, slots={**m.slots, "s": (last,)}) if one else m

    return list(map(narrowed, matches)) if plural else matches


def without_turned(matches: list[Match]) -> list[Match]:
    """The matches without those that tell of two names the other way round than longer words do, of which theirs are a
    part: "its parent company Acme" is not its company."""
    if len(matches) < 2:
        return matches
    told: dict[tuple[str, tuple[int, ...], tuple[int, ...]], list[tuple[int, int]]] = {}
    for m in matches:
        s, o = m.slots.get("s"), m.slots.get("o")
        if s is not None and o is not None:
            told.setdefault((m.pattern.property, s, o), []).append(m.anchor)

    def turned(m: Match) -> bool:
        s, o = m.slots.get("s"), m.slots.get("o")
        around = told.get((m.pattern.property, o, s), ()) if s is not None and o is not None else ()
        first, last = m.anchor
        return any(by[0] <= first and last <= by[1] and by != m.anchor for by in around)

    return [m for m in matches if not turned(m)]


def of_last(seg: Segment, matches: list[Match]) -> list[Match]:
    """The matches with the last name of a list alone where a relative clause behind it speaks of one thing: "rivals
    such as the Acme and the Vest, which is built in Norland"."""

    def narrowed(m: Match) -> Match:
        names = m.slots.get("s", ())
        last = max(names, default=0)
        behind = seg.words[last + 1 : last + 4]
        one = len(names) > 1 and len(behind) == 3 and behind[0] == "," and behind[1] in seg.grammar.relative
        return replace(m, slots={**m.slots, "s": (last,)}) if one and behind[2] in seg.grammar.singular else m

    return list(map(narrowed, matches)) if seg.grammar.singular else matches
