"""Coordinated names: which stand in one list, whatever describes its members."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

from kg.patterns.grammar import NAMELESS, Grammar, Node

DESCRIBED = 4
"""How many nodes may stand before a member of a list."""
DESCRIPTION = 9
"""How many nodes may describe the last member of a list, itself among them."""


class Group(NamedTuple):
    """Coordinated names ("A, B and C"), or one name alone: node indexes of the members, first node, past the last."""

    members: tuple[int, ...]
    first: int
    last: int


def groups(
    nodes: tuple[Node, ...], grammar: Grammar, partner: Mapping[int, int], announced: Set[int] = frozenset()
) -> dict[int, Group]:
    """Names in a list, by their nodes: parted by commas and closed by a conjunction, or only by a conjunction.

    Three or more behind words that announce examples (``announced``: the nodes past them) need no conjunction.
    """
    found: dict[int, Group] = {}
    names = [i for i, node in enumerate(nodes) if not node[0] and _is_name(node)]
    past = 0
    for i in names[:-1]:
        if i < past:
            continue
        members, closed, at = [i], 0, i
        while (step := _next_member(nodes, at, grammar, partner, announced)) is not None:
            at, by_word = step
            members.append(at)
            closed = len(members) if by_word else closed
            if by_word and (not _goes_on(nodes, at) or nodes[i - 1].key in grammar.describes):
                break  # "the brands Acme and Vest, Beta and Gamma" are two lists
        if 0 < closed < len(members) and _is_apposed(nodes, members[closed]):
            members, at = members[:closed], members[closed - 1]  # "a venture of Acme and Beta, Vest, has"
        if len(members) == 2 and (_begins_clause(nodes, i, at, grammar) or _in_apposition(nodes, i, at, grammar)):
            continue
        listed = closed > 0 or (len(members) > 2 and not announced.isdisjoint(range(i - 1, i + 1)))
        if len(members) > 1 and (listed or _closed(nodes, at, grammar)):
            found.update(dict.fromkeys(members, Group(tuple(members), i, at + 1)))
            past = at + 1
    return found


def _begins_clause(nodes: tuple[Node, ...], first: int, at: int, grammar: Grammar) -> bool:
    """Whether a name behind a comma and a conjunction begins a clause of its own: "… of the maker Acme, and Beta
    reported". A list of two has no comma, and what stands behind a verb or preposition does nothing: "… buys Acme, and
    Beta will keep"."""
    i = at - 1
    while i > 0 and nodes[i].key not in grammar.joins and nodes[i].mention is None:
        i -= 1
    if nodes[i].key not in grammar.joins or nodes[i - 1].key != ",":
        return False
    following = nodes[at + 1].key if at + 1 < len(nodes) else ""
    bound = following in grammar.prepositions or following in grammar.relative or following in grammar.joins
    if not following[:1].isalpha() or bound:
        return False
    return following not in grammar.stop or following in grammar.singular or _is_governed(nodes, first, grammar)


def _is_governed(nodes: tuple[Node, ...], first: int, grammar: Grammar) -> bool:
    """Whether a word that binds stands before a name: a verb, a noun or a preposition."""
    i = first - 1
    while i > 0 and nodes[i].key in grammar.filler:
        i -= 1
    word = nodes[i].key if i >= 0 else ""
    return word[:1].isalpha() and (word not in grammar.stop or word in grammar.prepositions)


def _in_apposition(nodes: tuple[Node, ...], i: int, at: int, grammar: Grammar) -> bool:
    """Whether the first of two names behind which a comma stands belongs to what one before it is or does: "Acme, an
    arm of Beta, and Vest" lists Acme and Vest."""
    if nodes[i + 1].key != ",":
        return False
    for k in range(i - 1, max(0, i - DESCRIPTION), -1):
        if nodes[k].key == ",":
            head = nodes[k + 1].key
            led = head in grammar.articles or head in grammar.appositions
            return led and _is_name(nodes[k - 1]) and _alike(nodes[k - 1], nodes[at])
        if not nodes[k].key[:1].isalnum() and nodes[k].key != "-":
            return False
    return False


def _is_apposed(nodes: tuple[Node, ...], i: int) -> bool:
    """Whether nothing but commas stand around a name."""
    return nodes[i - 1].key == "," and _goes_on(nodes, i)


def _closed(nodes: tuple[Node, ...], at: int, grammar: Grammar) -> bool:
    """Whether a list goes on with things that are not named ("A, B and others")."""
    i = at + 1 + _goes_on(nodes, at)
    if i < len(nodes) and nodes[i].start == nodes[at].end:
        return False  # "Acme-owned"
    count = _conjunction(nodes, i, grammar)
    return tuple([x.key for x in nodes[i : i + count]]) in grammar.closing  # not "in Acme, Beta then builds"


def _conjunction(nodes: tuple[Node, ...], i: int, grammar: Grammar) -> int:
    """How many nodes the conjunction has that begins at a place; 0 where none does."""
    if i >= len(nodes) or nodes[i].key not in grammar.joins:
        return 0
    return next((n for n in (3, 2, 1) if tuple([x.key for x in nodes[i : i + n]]) in grammar.conjunctions), 0)


def _is_name(node: Node) -> bool:
    return node.mention is not None and node.mention.kind not in NAMELESS


def _goes_on(nodes: tuple[Node, ...], at: int) -> bool:
    return at + 1 < len(nodes) and nodes[at + 1].key in (",", "、")


def _next_member(
    nodes: tuple[Node, ...], at: int, grammar: Grammar, partner: Mapping[int, int], announced: Set[int]
) -> tuple[int, bool] | None:
    """The next member of a list behind ``at`` and its bracket, and whether a conjunction stands before it."""
    if at + 1 < len(nodes) and nodes[at + 1].mention is not None and nodes[at + 1].start == nodes[at].start:
        return at + 1, True
    i, comma = _behind(nodes, at, grammar, partner), False
    if i < len(nodes) and nodes[i].key in (",", "、"):
        i, comma = i + 1, True
    conjunction = _conjunction(nodes, i, grammar)
    glued = conjunction > 0 and nodes[i].start == nodes[at].end  # "Norport-based Acme" is no list, "Acme-Vest" is
    if conjunction and not glued and _is_dateline(nodes, at, i):
        return None
    i, by_word = i + conjunction, conjunction > 0
    if not (comma or by_word) or (not by_word and _stands_for(nodes[at])):
        return None  # "as with the firm, Acme builds …" is no list
    told = by_word or (comma and i < len(nodes) and nodes[i].key in grammar.articles)  # "Acme, the maker Beta and …"
    described = _described(nodes, i, at, grammar, partner) if told and not glued else -1
    if described >= 0:
        return described, by_word
    if by_word and not glued and announced and (example := _example(nodes, i, at, announced, grammar)) >= 0:
        last = not _goes_on(nodes, example) and _conjunction(nodes, example + 1, grammar) == 0
        return example, last
    skipped = 0
    while i < len(nodes) and not glued and skipped < DESCRIBED and _light(nodes, i, grammar, after_word=by_word):
        i, skipped = i + 1, skipped + 1
    if i < len(nodes) and _is_name(nodes[i]) and _alike(nodes[at], nodes[i]) and not _stands_for(nodes[i]):
        return i, by_word
    return None


def _is_dateline(nodes: tuple[Node, ...], at: int, i: int) -> bool:
    """Whether a dash behind a name closes the place and the paper that open a report: "Norport, Acme News - Beta …"."""
    led = at > 1 and nodes[at - 1].key == "," and _is_name(nodes[at - 2]) and not _alike(nodes[at - 2], nodes[at])
    return led and not nodes[i].key.isalnum()


def _behind(nodes: tuple[Node, ...], at: int, grammar: Grammar, partner: Mapping[int, int]) -> int:
    """The node behind a name and what belongs to it: a bracket, a word for what it is, where it comes from."""
    i = max(partner.get(at + 1, at), at) + 1
    if i == at + 1 and i + 1 < len(nodes) and nodes[i].key in grammar.describes and nodes[i + 1].key == ",":
        i += 1  # "the Acme brand, Beta and …"
    if i + 1 < len(nodes) and nodes[i].key in grammar.origins and _is_origin(nodes, at, i + 1):
        i += 2  # "Acme of Norland and Beta"
    elif i + 1 < len(nodes) and nodes[i].key in grammar.prepositions and _is_within(nodes, at, i, grammar):
        i += 2  # "in Vestby in Norland and Tolvik"
    return i


def _is_within(nodes: tuple[Node, ...], at: int, i: int, grammar: Grammar) -> bool:
    """Whether a preposition adds to a member of a list what it lies in: that before the list, and names alike."""
    if not _is_name(nodes[i + 1]) or not _alike(nodes[at], nodes[i + 1]) or nodes[i + 1].mention == nodes[at].mention:
        return False
    for node in reversed(nodes[:at]):
        if node.key and node.key != "," and node.key not in grammar.filler and node.key not in grammar.joins:
            return node.key == nodes[i].key
    return False


def _stands_for(node: Node) -> bool:
    """Whether a node stands for a name said before: behind "and" it begins a clause ("Acme, and it …")."""
    return node.mention is not None and node.mention.kind == "anaphor"


def _is_origin(nodes: tuple[Node, ...], at: int, i: int) -> bool:
    """Whether a node names where something comes from: a name of another kind than the one it stands behind."""
    return _is_name(nodes[i]) and not _alike(nodes[at], nodes[i])


def _described(nodes: tuple[Node, ...], first: int, at: int, grammar: Grammar, partner: Mapping[int, int]) -> int:
    """The node of a name like that at ``at`` which words from ``first`` on describe ("the local robot start-up
    Acme"), the last of them as a maker or a nationality; -1 where none is."""
    if first < len(nodes) and nodes[first].key in grammar.prepositions:
        first += 1  # "with the maker Acme and with the start-up Beta"
    past = described = first
    for i in range(first, min(first + DESCRIPTION, len(nodes))):
        node, before = nodes[i], nodes[described]
        if i < past:
            continue
        if i > first and partner.get(i, 0) > i:
            past = partner[i] + 1  # "and the maker of electric cars (EV) Beta"
            continue
        described = i
        if i > first and _is_name(node) and _alike(nodes[at], node):
            national = before.mention is not None and before.mention.kind == "demonym"
            if before.key in grammar.describes or (national and i - 1 > first):
                return i
        if (
            i > first
            and _is_name(nodes[first])
            and _alike(nodes[at], nodes[first])
            and node.key not in grammar.describes
        ):
            return -1  # "and Beta | founded the firm Vest"
        if node.key == "," and i > first and _is_called(nodes, first, i, at, grammar):
            return i + 1
        plain = node.key[:1].isalnum() or node.key == "-" or node.mention is not None
        if not plain or node.key in grammar.stop or node.key in grammar.prepositions:
            return -1
    return -1


def _example(nodes: tuple[Node, ...], first: int, at: int, announced: Set[int], grammar: Grammar) -> int:
    """The node of the first of those that words from ``first`` on announce, like that at ``at``: "Acme and some other
    makers, including | Beta"; -1 where there is none."""
    if first < len(nodes) and nodes[first].key in grammar.prepositions:
        first += 1  # "to Acme and to several makers, including Beta"
    if first >= len(nodes) or nodes[first].key not in grammar.filler - grammar.stop:
        return -1  # "… and counts partners including"
    for i in range(first + 1, min(first + DESCRIPTION, len(nodes))):
        if i in announced:
            while i < len(nodes) - 1 and nodes[i].key in grammar.filler:
                i += 1
            return i if _is_name(nodes[i]) and _alike(nodes[at], nodes[i]) else -1
        word = nodes[i].key
        if word != "," and (not word[:1].isalnum() or (word in grammar.stop and announced.isdisjoint((i + 1, i + 2)))):
            return -1
    return -1


def _is_called(nodes: tuple[Node, ...], first: int, comma: int, at: int, grammar: Grammar) -> bool:
    """Whether a comma stands before the name of what words from ``first`` on describe, and another behind it: "Acme and
    the start-up from Norland, Beta, have signed"."""
    i = comma + 1
    closed = i + 1 < len(nodes) and nodes[i + 1].key == "," and _is_name(nodes[i]) and _alike(nodes[at], nodes[i])
    head = next((n.key for n in nodes[first:comma] if n.key not in grammar.filler), "")
    return closed and head in grammar.describes


def _light(nodes: tuple[Node, ...], i: int, grammar: Grammar, *, after_word: bool) -> bool:
    """Whether a node may stand before a member of a list: an article, a repeated "to", "China's", "German", and behind
    a conjunction words that say what it is ("and the partner")."""
    node = nodes[i]
    if node.key:
        return (
            node.key in grammar.filler
            or node.key in grammar.possessive
            or (after_word and node.key in grammar.prepositions)
            or (after_word and node.key in grammar.describes)
        )
    owner = i + 1 < len(nodes) and nodes[i + 1].key in grammar.possessive
    return node.mention is not None and (node.mention.kind in NAMELESS or owner)


def _alike(one: Node, other: Node) -> bool:
    """Whether two names can stand in one list: of classes that share more than ``owl:Thing``, or unlisted."""
    a, b = one.mention, other.mention
    if a is None or b is None:
        return False
    return not a.classes or not b.classes or len(a.classes & b.classes) > 1
