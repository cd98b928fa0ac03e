"""The words, names and values of a stretch of a text in a row, without those that say nothing where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat

from kg.patterns.grammar import Grammar, Node, node_of
from kg.patterns.notation import Keys
from kg.text import LinkedText

_NONE = repeat(None)
"""What a word has in the place of a name and of a value."""


def row(linked: LinkedText, first: int, last: int, grammar: Grammar) -> tuple[list[Node], list[int]]:
    """The nodes of these tokens, and which of them are names and values."""
    tokens = linked.tokens
    keys, begins, ends = tokens.keys, tokens.starts, tokens.ends
    starts = {m.first: m for m in linked.between(first, last)}
    values = {v.first: v for v in linked.values_between(first, last)}
    owners = linked.owners_between(first, last) if linked.owners else ()
    nodes, blank = list[Node](), list[int]()
    i = first
    for at in sorted({*starts, *values, *(m.first for m in owners)}):
        if at < i:
            continue  # within what stands before it
        if at > i:
            nodes += _words(keys[i:at], begins[i:at], ends[i:at], grammar)
        mention, value = starts.get(at), values.get(at)
        if mention is not None and mention.last <= last:
            _drop_honorific(nodes, grammar)
            blank.append(len(nodes))
            nodes.append(node_of(("", mention.start, mention.end, mention, None)))
            if mention.also:
                blank.append(len(nodes))
                nodes.append(Node("", mention.start, mention.end, replace(mention, entity=mention.also)))
            i = mention.last
        elif value is not None and value.last <= last:
            blank.append(len(nodes))
            nodes.append(node_of(("", value.start, value.end, None, value)))
            i = value.last
        else:
            nodes.append(Node(grammar.plain(keys[at]), begins[at], ends[at]))
            found = [Node("", m.start, m.end, m) for m in owners if m.first == at]
            blank += range(len(nodes), len(nodes) + len(found))
            nodes += found
            i = at + 1
    nodes += _words(keys[i:last], begins[i:last], ends[i:last], grammar)
    return nodes, blank


def _drop_honorific(nodes: list[Node], grammar: Grammar) -> None:
    """Leaves out what stands before the name of a person and says nothing of him: "its chief, Prof. (Em.) Dr. | Ilse
    Berg"."""
    while nodes:
        at = len(nodes) - 1
        closed = nodes[at][0] == ")"
        at -= closed
        at -= at > 0 and nodes[at][0] == "."
        if nodes[at][0] not in grammar.honorifics or (closed and nodes[at - 1][0] != "("):
            return
        del nodes[at - closed :]


def _words(keys: Keys, begins: tuple[int, ...], ends: tuple[int, ...], grammar: Grammar) -> Iterator[Node]:
    """The nodes of words, without their affixes where only so they are words of the language."""
    vocabulary, suffixes, plain = grammar.vocabulary, grammar.suffixes, grammar.plain
    if suffixes:
        keys = tuple([plain(key) if key.endswith(suffixes) and key not in vocabulary else key for key in keys])
    return map(node_of, zip(keys, begins, ends, _NONE, _NONE, strict=False))


def noise(nodes: list[Node], words: Keys, blank: list[int], grammar: Grammar) -> set[int]:
    """The nodes of words that mean nothing where they stand ("yang digunakan" before another verb), but for the first
    word. Before a name or a preposition the same words do mean something. What says that a figure is not exact is read
    with the figure.
    """
    noise, dropped = grammar.noise, _before_figures(nodes, blank, grammar)
    for i in [i for i, word in enumerate(words) if word in noise] if noise else ():
        for keys in noise[words[i]] if i not in dropped else ():
            if words[i : i + len(keys)] == keys:
                following = nodes[i + len(keys)] if i + len(keys) < len(nodes) else None
                if following is not None and following.key and following.key not in grammar.prepositions:
                    dropped.update(range(i + 1, i + len(keys)))
                break
    return dropped


def _before_figures(nodes: list[Node], blank: list[int], grammar: Grammar) -> set[int]:
    """The nodes that say of a figure that it is not exact: "sales of | about | $6 billion", "has | more than | 12"."""
    found = set[int]()
    for i in [i for i in blank if (value := nodes[i][4]) is not None and value.kind != "date" and i]:
        for keys in grammar.rough.get(nodes[i - 1].key, ()):
            first = i - len(keys)
            if (
                first > 0
                and tuple(x.key for x in nodes[first:i]) == keys
                and (nodes[first - 1].key in grammar.prepositions or _is_sure(keys, grammar))
            ):
                found.update(range(first, i))
                break
    return found


def _is_sure(keys: Keys, grammar: Grammar) -> bool:
    """Whether a wording says so whatever stands before it: "more than", not "handed | over", nor "goes | up to"."""
    return len(keys) > 1 and keys[-1] not in grammar.ranges
