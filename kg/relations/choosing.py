"""Which of the matches and claims of a passage hold, by what the others say and by the clause each part stands in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from kg.model import Claim, Entity, Literal, Status, term_key
from kg.ontology import Ontology
from kg.patterns.grammar import NAMELESS
from kg.patterns.match import Match
from kg.patterns.segment import Segment
from kg.patterns.sought import named_by
from kg.relations.asides import of_akin
from kg.relations.subjects import (
    of_before,
    of_beside,
    of_last,
    of_listed,
    of_next,
    of_one,
    of_whoever,
    of_wholes,
    without_examples,
    without_nameless,
    without_turned,
)

_TOLD = 5
"""How many words may stand between a name and the comma behind which a relative clause tells of it."""
_OWNING = 8
"""How many words may stand between an owner and the word before his name for what he owns."""
_DASHES = frozenset("-–—")


def holding(seg: Segment, matches: list[Match], ontology: Ontology) -> list[Match]:
    """The matches that hold beside the others and by where their parts stand."""
    found = of_wholes(seg, without_examples(seg, without_nameless(seg, matches), ontology), ontology)
    found = of_last(seg, of_whoever(seg, found))
    found = of_beside(seg, of_listed(seg, without_turned(found)))
    found = of_before(seg, of_next(of_one(seg, found)))
    found = without_passing(seg, found)
    found = within_clauses(seg, found)
    found = with_named(with_owners(seg, found, ontology), ontology)
    return with_own(seg, with_partners(with_endings(seg, found)))


def with_named(matches: list[Match], ontology: Ontology) -> list[Match]:
    """The matches without those that say a value of what the text is about so far, where the sentence itself names
    whose it is: "Acme's Y2K came in May, sales fell 8 per cent" tells it of the Y2K alone."""
    left_out = [
        m for m in matches if m.slots.get("s") == () and ontology.properties[m.pattern.property].kind != "entity"
    ]
    if not left_out or len(left_out) == len(matches):
        return matches
    told = {(m.pattern.property, i) for m in matches if m.slots.get("s") for i in m.slots.get("o", ())}
    return [m for m in matches if m not in left_out or not any((m.pattern.property, i) in told for i in m.slots["o"])]


def with_endings(seg: Segment, matches: list[Match]) -> list[Match]:
    """The matches without those that pass over the end of what they read: "gave up its share" says no share is held."""

    def said(m: Match) -> tuple[object, ...]:
        subjects = (seg.nodes[i].mention for i in m.slots.get("s", ()))
        return m.pattern.property, {x.entity or x for x in subjects if x is not None}, m.slots.get("o")

    ends = [said(m) for m in matches if m.pattern.status is Status.ENDED]
    if not ends:
        return matches
    return [m for m in matches if m.pattern.status is Status.ENDED or said(m) not in ends]


def without_passing(seg: Segment, matches: list[Match]) -> list[Match]:
    """The matches without those that pass over the name between their words and what is told, where another match tells
    it of that name: "Acme speaks of the mill of Norland in Vest" tells of Norland's. Who comes and who goes, by the
    same words, are two."""
    inner: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for m in matches:
        names, told = m.slots.get("s", ()), m.slots.get("o", ())
        if names and told and min(names) >= m.anchor[1] and max(names) < min(told):
            inner.setdefault(_told(m), []).append((m.anchor[0], min(names)))
    if not inner:
        return matches

    def passes(m: Match) -> bool:
        names = m.slots.get("s", ())
        between = [i for first, i in inner.get(_told(m), ()) if names and max(names) < first]
        own = {n.mention.entity for n in (seg.nodes[i] for i in names if between) if n.mention is not None}
        passed = [seg.nodes[i].mention for i in between]
        return any(x is not None and not x.unknown and x.entity not in own for x in passed)

    return [m for m in matches if not passes(m)]


def _told(m: Match) -> tuple[object, ...]:
    return m.pattern.property, m.slots.get("o"), m.pattern.status is Status.ENDED


def with_partners(matches: list[Match]) -> list[Match]:
    """The matches without those that set names beside each other which all have the same other: "Acme and Norland are
    in talks with Vest" says nothing of the two."""
    sides = {(m.pattern.property, m.slots["s"]) for m in matches if len(m.slots.get("s", ())) > 1}
    if not sides:
        return matches
    return [m for m in matches if (m.pattern.property, m.slots.get("both")) not in sides]


def with_own(seg: Segment, matches: list[Match]) -> list[Match]:
    """The matches that tell the same of several names, without the names of which another one tells its own:
    "Norland's Acme and Vest, a Westland firm" leaves Vest to Westland."""

    def named(m: Match, i: int) -> tuple[str, object]:
        mention = seg.nodes[i].mention
        return m.pattern.property, mention and mention.entity

    naming = [m for m in matches if m.pattern.status is Status.IN_EFFECT and m.slots.keys() >= {"s", "o"}]
    alone = [m for m in naming if len(m.slots["s"]) == 1]
    if len(alone) == len(naming) or not alone:
        return matches
    own = {named(m, *m.slots["s"]): m.slots["o"] for m in alone}
    found = []
    for m in matches:
        names = m.slots["s"] if m in naming else ()
        left = tuple(i for i in names if own.get(named(m, i), m.slots["o"]) == m.slots["o"])
        found.append(m if left == names or not left else replace(m, slots={**m.slots, "s": left}))
    return found


def with_owners(seg: Segment, matches: list[Match], ontology: Ontology) -> list[Match]:
    """The matches without what another one owns: "Acme, helped by the Y2K, saw its sales rise 8 per cent" tells nothing
    of the Y2K, "Acme, which serves Vest from its mill in Norland" nothing of Vest's."""

    def owned_by_another(m: Match) -> bool:
        names, figures = m.slots.get("s", ()), m.slots.get("o", ())
        if not names or not figures:
            return False
        who = {n.mention.entity for n in (seg.nodes[i] for i in names) if n.mention is not None}
        if ontology.properties[m.pattern.property].kind != "quantity":
            told = max((i for i in figures if i < m.anchor[0]), default=0)
            if not seg.grammar.possessive.isdisjoint(m.pattern.text.split()):
                return False  # what the line itself says somebody owns
            return _owned_before(seg, max(*names, told, m.anchor[0] - _OWNING), m.anchor[0], who)
        if min(names) > m.first and _owned_before(seg, max(-1, m.first - _OWNING), m.first, who):
            return True  # "Acme's | oak sales in Norland rose 5 percent"
        comma = max((i for i in range(min(figures)) if seg.nodes[i].key == ","), default=-1)
        if any(w in seg.grammar.possessive for w in seg.words[max(*names, comma) + 2 : min(figures)]):
            return True
        if comma > max(names) and _begins_anew(seg, comma + 1, who):
            return True
        own = (seg.nodes[i].mention for i in range(max(*names, comma) + 1, min(figures)))
        return any(x is not None and x.kind == "possessor" and x.entity not in who for x in own)

    return [m for m in matches if not owned_by_another(m) and not of_akin(seg, m)]


def _owned_before(seg: Segment, first: int, last: int, who: AbstractSet[str]) -> bool:
    """Whether another than these owns what words name: he stands before them, nothing but what describes between."""
    for i in range(last - 1, first, -1):
        named = seg.nodes[i].mention
        if named is not None and named.kind != "demonym":
            owns = named.kind == "possessor" or seg.words[i + 1] in seg.grammar.possessive
            return owns and named.entity not in who
        if seg.words[i] in seg.grammar.stop:
            return False
    return False


def within_clauses(seg: Segment, matches: list[Match]) -> list[Match]:
    """The matches without those whose words reach into the relative clause of another name: "Acme builds cars with
    Norland, which makes screens for Vest" does not say that Acme builds anything for Vest."""
    if "," not in seg.words and _DASHES.isdisjoint(seg.words):
        return matches
    shut = _shut(seg)
    return [m for m in matches if not (_strays(seg, m) or (shut and _shut_in(m, shut)))]


def _shut(seg: Segment) -> list[range]:
    """The relative clauses between commas: "the box, | which shares its lid with the Acme |, is made"."""
    opened = [k for k in range(1, len(seg)) if seg.words[k - 1] == "," and seg.words[k] in seg.grammar.relative]
    ends = ((k, next((i for i in range(k + 1, len(seg)) if seg.words[i] == ","), 0)) for k in opened)
    return [range(k, end) for k, end in ends if end]


def _shut_in(match: Match, shut: list[range]) -> bool:
    """Whether a part of a match stands in a relative clause that is over before its words begin: they go on with what
    stands before the clause."""
    parts = [i for nodes in match.slots.values() for i in nodes if i < match.anchor[0]]
    return any(i in clause and clause.stop <= match.anchor[0] for i in parts for clause in shut)


def _strays(seg: Segment, match: Match) -> bool:
    """Whether the last part of a match stands in the relative clause of another part, or of a name that is none."""
    parts = set[int]().union(*match.slots.values())
    last = max(parts, default=-1)
    words, first = seg.words, match.anchor[1]
    if first > last:  # the words stand behind what they are said of: "a 3 kg | box"
        first = max((i + 1 for i in parts if i < last), default=first)
    for k in range(last - 1, first - 1, -1):
        if _is_dash(seg, k) or (words[k] == "," and not _goes_on(seg, k)):
            if words[k + 1] not in seg.grammar.relative:
                return False
            told = max((i for i in parts if i < k), default=k)
            own = last in match.slots.get("o", ()) and match.anchor[1] <= k
            own = own and told >= k - _TOLD and all(map(seg.describes, range(told + 1, k)))
            own = own and not any(word in match.pattern.text for word in seg.grammar.relative)
            behind = k - 1
            while words[behind] == ")" and behind in seg.partner:
                behind = seg.partner[behind] - 1  # "Norland (NOR), which makes"
            return own or _is_foreign(seg, named_by(seg, behind), parts)
    return False


def _is_dash(seg: Segment, k: int) -> bool:
    """Whether a sign is a dash between words, not within one ("Norland - which makes")."""
    if seg.words[k] not in _DASHES or not k:
        return False
    return seg.nodes[k].start > seg.nodes[k - 1].end or seg.words[k - 1] in _DASHES


def _goes_on(seg: Segment, k: int) -> bool:
    """Whether a comma parts the figures of a list: "with a weight of 3 kg | , a width of 5 cm"."""
    k += 1 + (seg.nodes[k + 1].key in seg.grammar.filler)
    value = seg.nodes[k].value if k < len(seg.nodes) else None
    return value is not None and value.kind != "date"


def _is_foreign(seg: Segment, i: int, parts: set[int]) -> bool:
    """Whether a node is a name, and no part of a match nor beside one of its parts in a list."""
    group = seg.groups.get(i)
    members = {i} if group is None else set(group.members)
    return seg.nodes[i].mention is not None and parts.isdisjoint(members)


def without_wider(
    claims: list[Claim], entities: Mapping[str, Entity], firms: AbstractSet[str], within: AbstractSet[tuple[str, str]]
) -> list[Claim]:
    """The claims without those that say of a whole what others say of its part in the same words: who heads a part of
    Acme does not head Acme, and what is in a town is not told again of its country. Of ``firms`` both may stand in a
    list: who pays Acme and its Norland pays two. ``within`` are the parts and wholes that only the text tells."""

    def listed(one: Claim, other: Claim) -> bool:
        alike = (one.start, one.end, one.pattern) == (other.start, other.end, other.pattern)
        whole = entities.get(str(other.object))
        return alike and whole is not None and not firms.isdisjoint(whole.types)

    if len(claims) < 2:
        return claims

    def told_of_a_part(claim: Claim) -> bool:
        alike = (c for c in claims if (c.subject, c.predicate) == (claim.subject, claim.predicate))
        near = (c for c in alike if c.start < claim.end and claim.start < c.end and not listed(c, claim))
        pairs = ((str(c.object), str(claim.object)) for c in near)
        return any(pair in within or _is_part(*pair, entities) for pair in pairs)

    return [claim for claim in claims if not told_of_a_part(claim)]


def _is_part(part: str, whole: str, entities: Mapping[str, Entity]) -> bool:
    entity = entities.get(part)
    return part != whole and entity is not None and whole in entity.belongs_to


def told_within(seg: Segment, homes: AbstractSet[str]) -> frozenset[tuple[str, str]]:
    """The places that nobody listed, each with the listed one that a comma adds to it: "Tolvik, Norland"."""
    found = set[tuple[str, str]]()
    for i, node in enumerate(seg.nodes[:-2]):
        part, whole = node.mention, seg.nodes[i + 2].mention
        if part is None or whole is None or part.kind != "new" or whole.kind != "name" or seg.nodes[i + 1].key != ",":
            continue
        if not homes.isdisjoint(part.classes) and not homes.isdisjoint(whole.classes):
            found.add((part.entity, whole.entity))
    return frozenset(found)


def without_yielding(claims: list[Claim], ontology: Ontology) -> list[Claim]:
    """The claims without those that say less of what another says too (``kg:yieldsTo``)."""

    def said_better(claim: Claim) -> bool:
        ahead = ontology.properties[claim.predicate].yields_to
        if not ahead:
            return False
        ends = {claim.subject, claim.object} if isinstance(claim.object, str) else {claim.subject}
        return any(c.predicate in ahead and ends <= {c.subject, c.object} for c in claims)

    return [claim for claim in claims if not said_better(claim)]


def _begins_anew(seg: Segment, i: int, who: AbstractSet[str]) -> bool:
    """Whether a clause of another begins at a node: "while Acme lost 5 per cent, | Norland sold 300"."""
    while i in seg.light:
        i += 1
    mention = seg.nodes[i].mention if i < len(seg) else None
    if mention is None or mention.entity in who or mention.kind in NAMELESS or seg.possessive(i + 1):
        return False
    behind = seg.words[i + 1] if i + 1 < len(seg) else "."
    return behind[:1].isalpha() and i not in seg.groups and behind not in seg.grammar.prepositions


def different(matches: list[Match]) -> Iterator[Match]:
    """The matches without those that say the same by the same words as another pattern: :func:`best` would keep that
    of the last pattern. What the text is about so far fills the places of each pattern by its own classes."""
    if len(matches) == 1:
        yield matches[0]
        return
    last: dict[tuple[object, ...], Match] = {}
    for m in matches:
        topic = m.pattern.id if () in m.slots.values() else ""
        said = (m.pattern.property, m.pattern.status, m.anchor, m.first, m.last, m.gaps, m.model, topic)
        key = (*said, *sorted(m.slots.items()))
        if key not in last or m.pattern.id > last[key].pattern.id:
            last[key] = m
    yield from last.values()


def best(claims: Iterable[tuple[Claim, bool, bool]]) -> Iterator[Claim]:
    """Of several readings of one statement in one passage the most telling: one whose wording fixes the status (as a
    plan only where its words name both ends), then one with more qualifiers, then one whose words name both ends, then
    one that plans, then the surest, then the one with the shortest evidence, then the one whose qualifiers say most
    ("president and chief", not "chief")."""
    found: dict[tuple[str, str, str], tuple[tuple[object, ...], list[Claim]]] = {}
    for claim, fixed, named in claims:
        key = (claim.subject, claim.predicate, term_key(claim.object))
        planned = claim.status is Status.PLANNED
        telling = fixed and claim.status is not Status.IN_EFFECT and (named or not planned)
        words = sum(len(value.lexical) for _, value in claim.qualifiers if isinstance(value, Literal))
        sure = (claim.confidence, -len(claim.quote), words, claim.pattern)
        rank = (telling, fixed and named, len(claim.qualifiers), named, planned, *sure)
        if key not in found or rank > found[key][0]:
            found[key] = (rank, [claim])
        elif rank == found[key][0] and claim not in found[key][1]:  # the same wording for another market
            found[key][1].append(claim)
    yield from (claim for _, group in found.values() for claim in group)
