"""Where a sentence turns aside: the relative clauses that speak of something else than a match does."""

from __future__ import annotations

from kg.patterns.grammar import Node
from kg.patterns.match import Match
from kg.patterns.segment import Segment

NOUN = 6
"""How many nodes a noun has at most, with its owner and what it is of."""
_SMALL = 3
"""How many small words may stand between a relative and its verb."""
_OWNED = 5
"""How many nodes from its owner on a word for another firm may stand ("its | big new Norland partner")."""
_DESCRIPTION = 6
"""How many words may say what a name is."""


def aside(segment: Segment, match: Match, i: int) -> bool:
    """Whether a node stands in a relative clause: one that begins between a match and a node behind it, or one between
    commas before its words ("Acme, which was founded in 2018, builds"). That speaks of something else."""
    nodes, relative = segment.nodes, segment.grammar.relative
    if pointed(segment, match, i):
        return True
    if i >= match.last:
        return any(n.key in relative for n in nodes[match.last : i]) or _is_over(segment, match, i)
    opening = next((k for k in range(i - 1, -1, -1) if nodes[k].key == ","), -1)
    if opening > match.first:  # "a mill run by Acme, the firm that was formed in May, is built in"
        own = any(opening < k < i for found in (match.anchor, *match.slots.values()) for k in found)
        led = not own and (_is_apposed(segment, opening) or any(n.key in relative for n in nodes[opening + 1 : i]))
        return led and any(n.key == "," for n in nodes[i + 1 : match.last])
    led = opening >= 0 and nodes[opening + 1].key in relative
    led = led or _is_apposed(segment, opening)
    return led and any(n.key == "," for n in nodes[i + 1 : match.anchor[0]])


def _is_apposed(segment: Segment, comma: int) -> bool:
    """Whether behind a comma begins what is said of the name before it: "Acme, | founded in 2015, sold"."""
    named = comma > 0 and segment.nodes[comma - 1].mention is not None
    return named and segment.words[comma + 1] in segment.grammar.appositions


def _is_over(segment: Segment, match: Match, i: int) -> bool:
    """Whether the relative clause in which the words of a match stand is over before a node: "Acme, which closed a
    mill, will open one | in May"."""
    words, k = segment.words, match.anchor[0] - 1
    while k > 0 and words[k] != ",":
        k -= 1
    if k < 1 or words[k + 1] not in segment.grammar.relative or segment.nodes[k - 1].mention is None:
        return False
    end = next((n for n in range(match.last, i) if words[n] == ","), i)
    return end < i and segment.grammar.joins.isdisjoint(words[end + 1 : i])


def passed(segment: Segment, match: Match, i: int) -> bool:
    """Whether a node stands in a relative clause between commas, behind the first name of a match and before its words:
    "Acme, which | plans a mill in Norland, builds"."""
    words, k = segment.words, i - 1
    while k > match.first and words[k] != ",":
        k -= 1
    if k <= match.first or words[k + 1] not in segment.grammar.relative:
        return False
    ends = (n for n in range(i + 1, match.anchor[0]) if words[n] == "," and n + 1 not in segment.groups)
    end = next(ends, 0)
    return bool(end) and not any(end > n > k for nodes in match.slots.values() for n in nodes)


def pointed(segment: Segment, match: Match, i: int) -> bool:
    """Whether a node stands in a relative clause behind the first name of a match that a word which points back closes
    before its words: "the firm (firma | yang beroperasi di Norland itu) builds"."""
    behind = match.first + 1
    if not behind < i < match.anchor[0] or segment.words[behind] not in segment.grammar.relative:
        return False
    return not segment.grammar.pointing.isdisjoint(segment.words[i + 1 : match.anchor[0]])


def told_from(segment: Segment, start: int, first: int) -> int:
    """Where the relative clause begins in which words stand right behind the relative and small words, if it speaks of
    a name that is not the first: "Acme will buy from Vest | yang juga didanai"; else the start."""
    nodes = segment.nodes
    for k in range(first - 1, max(start, first - 2 - _SMALL), -1):
        if nodes[k].key in segment.grammar.relative:
            named = k > start + 1 and nodes[k - 1].mention is not None
            return k if named and any(n.mention is not None for n in nodes[start : k - 1]) else start
        if nodes[k].key not in segment.grammar.filler:
            break
    return start


def aside_from(segment: Segment, start: int, first: int) -> int:
    """Where the relative clause behind a comma begins in which words and their subject stand ("…, which it bought"),
    else the start."""
    nodes, named = segment.nodes, False
    opening = [n.key for n in nodes[max(0, first - 2) : first + 2]]
    if "," in opening[:2] and not segment.grammar.relative.isdisjoint(opening):
        return first
    if first - 1 > start and nodes[first - 1].key in segment.grammar.relative and _in_apposition(segment, first - 2):
        return first
    for k in range(first - 1, start, -1):
        led = nodes[k - 1 - (nodes[k - 1].key in segment.grammar.prepositions)].key == ","  # ", in which"
        if nodes[k].key in segment.grammar.relative and led:
            return k if named else start
        named = named or nodes[k].mention is not None
    return start


def _in_apposition(segment: Segment, last: int) -> bool:
    """Whether a node is the last of the words that say behind a comma what a name is: "Acme, a maker that builds"."""
    nodes, k, articles = segment.nodes, last, segment.grammar.articles
    while k > 1 and last - k < _DESCRIPTION and _is_plain(nodes[k]) and nodes[k].key not in articles:
        k -= 1
    told = nodes[k].mention
    opens = nodes[k].key in articles or (told is not None and told.kind == "anaphor")  # "Acme, the firm that builds"
    return k > 1 and opens and nodes[k - 1].key == "," and nodes[k - 2].mention is not None


def _is_plain(node: Node) -> bool:
    return node.key.isalnum() or (node.mention is not None and node.mention.kind == "demonym")


def leads_away(segment: Segment, match: Match, until: int) -> bool:
    """Whether a relative clause that speaks of the name before it, or a clause of another, begins between a match and a
    node behind it: "joined Acme, which may build a mill"."""
    nodes, relative = segment.nodes, segment.grammar.relative
    if any(_begins_another(segment, k) for k in range(max(match.last, match.anchor[1]), until - 2)):
        return True
    spots = [k for k in range(max(match.last, 1), until) if nodes[k].key in relative]
    comma = (nodes[k - 1].key == "," and not nodes[k - 2].key for k in spots)
    return any(comma) or (match.last in spots and nodes[match.last - 1].mention is not None)


def _begins_another(segment: Segment, k: int) -> bool:
    """Whether a clause with a subject of its own begins with a comma and a conjunction: "…, | and Acme may close"."""
    if segment.words[k] != "," or (segment.words[k + 1],) not in segment.grammar.conjunctions:
        return False
    at, listed = k + 2, segment.groups.get(k - 1)
    at += segment.nodes[at].key in segment.grammar.filler
    named = at < len(segment) and (segment.nodes[at].mention is not None or segment.nodes[at].value is not None)
    return named and (listed is None or at not in listed.members)


def attributes(segment: Segment, i: int, last: int) -> bool:
    """Whether words behind the only comma say who tells the whole sentence: "…, two sources close to the firm said"."""
    if i < last or segment.nodes[i].key not in segment.grammar.unnamed:
        return False
    return segment.words[last:i].count(",") == 1 and "," in segment.words[max(0, i - 3) : i]


def of_noun(segment: Segment, match: Match, cue: int) -> bool:
    """Whether a cue behind a match says something of a noun behind it alone: "… in May, of a size that is rumoured"."""
    i = cue - 1
    return i > match.last and segment.words[i] in segment.grammar.relative and segment.nodes[i - 1].mention is None


def granted(segment: Segment, match: Match, last: int) -> bool:
    """Whether a match is no more than a noun with its owner, some words behind a cue that ends before ``last``: who
    denies, or is said, to sell "its Norland mill" has one."""
    owner = segment.nodes[match.first].mention
    return (
        owner is not None and owner.kind == "possessor" and match.last - match.first <= NOUN and last < match.first - 2
    )


def of_akin(segment: Segment, match: Match) -> bool:
    """Whether the words of a match are said of another firm that stands to the one it names as a word says: "Acme
    builds mills, and its partner sold 300"; not "with its partner, Acme sold 300"."""
    akin, words = segment.grammar.akin, segment.words
    names = match.slots.get("s", ())
    start, _ = segment.clause(match.anchor[0])
    if akin.isdisjoint(words[start : match.anchor[0]]) or (names and max(names) >= match.anchor[0]):
        return False
    own = max(max(names, default=start), start)
    for i in range(own + 1, match.anchor[0]):
        named = segment.nodes[i + 1].mention
        if words[i] in akin and named is None:
            ended = "," in words[i + 1 : match.anchor[0]] or (words[i + 1],) in segment.grammar.conjunctions
            return not ended and _is_subject(segment, i, own)
    return False


def _is_subject(segment: Segment, last: int, start: int) -> bool:
    """Whether words that begin with an owner and end at a node open a clause: no preposition governs them."""
    for k in range(last - 1, max(start, last - _OWNED) - 1, -1):
        mention = segment.nodes[k].mention
        if segment.possessive(k) or (mention is not None and mention.kind == "possessor"):
            first = k - 1 if mention is None else k
            return first <= start or segment.words[first - 1] not in segment.grammar.prepositions
    return False


def distance(i: int, match: Match) -> int:
    """How far a node stands from the words of a match; those before it are farther."""
    return i - match.anchor[1] if i >= match.anchor[1] else match.anchor[0] - i + 4


def owns(match: Match, i: int, rivals: list[Match]) -> bool:
    """Whether a node belongs to a match: it lies within, or no rival's words are nearer."""
    if match.first <= i < match.last:
        return True
    own = distance(i, match)
    return all(distance(i, r) >= own for r in rivals if _apart(match, r))


def _apart(one: Match, other: Match) -> bool:
    """Whether two matches share no name: then they are two statements, not two sides of one."""
    return one.last <= other.first or other.last <= one.first
