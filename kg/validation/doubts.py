"""Questions by which a shape is known to be kept, in a fraction of the time that it takes to find what breaks it.

A query that finds what breaks a shape looks at each node by itself, at a place of its own in the index: in a store of
millions of nodes nearly each look is one at the disk. A doubt reads an index from one end to the other, once, and holds
what it has to compare in a table: that is ten times as fast. It may be raised for nothing, and then the query answers;
what it must never do is to keep silent where the query would find something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import pyoxigraph as ox

from kg.store import Store

_THIS = re.compile(r"\?this\b")
_ENDLESS = re.compile(r"\)[*+?]")
"""A path of any length, which the engine does not walk from all nodes at once."""
_HELD = 8_000_000
"""Rows of a table at most: some 250 bytes each, two gigabytes in all."""
_FEW = 16
"""So many times fewer nodes than rows are looked at one by one: the table would take longer."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question to which the answer is no where a shape is kept.

    ``held`` is the pattern whose matches the engine holds for it, ``nodes`` that of the nodes which are asked about.
    """

    ask: str
    held: str
    nodes: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is asked about the number of values: at least one, at most one, at most one in each language."""

    some: bool
    one: bool
    one_each: bool


class Doubts:
    """The doubts about one store: several shapes have the same one about a property."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._count = cache(self._counted)
        self._ask = cache(lambda ask: bool(store.query(ask)))

    def raised(self, doubt: Doubt) -> bool:
        """Whether a shape may be broken: the engine says so, or it is not worth asking."""
        nodes, rows = self._count(doubt.nodes or doubt.held), self._count(doubt.held)
        return nodes > 0 and (rows > _HELD or nodes * _FEW < rows or self._ask(doubt.ask))

    def _counted(self, pattern: str) -> int:
        rows = self._store.query(f"SELECT (COUNT(*) AS ?rows) {{ {pattern} }}")
        assert isinstance(rows, ox.QuerySolutions)
        [[found]] = rows
        return int(found.value)


def of_nodes(target: str, conditions: Sequence[str], kinds: Sequence[str]) -> Iterator[Doubt]:
    """Whether a target may break conditions on itself, or lack a class that it has to have.

    ``kinds`` are, for each of these, the pattern of what has it.
    """
    if conditions:
        yield Doubt(f"ASK {{ {_once('?this', target)} FILTER(!({_all(conditions)})) }}", target)
    for kind in kinds:
        yield Doubt(f"ASK {{ {target} MINUS {{ {kind} }} }}", kind, target)


def of_values(
    path: str, conditions: Sequence[str], kinds: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> Iterator[Doubt]:
    """Whether a value of a path may break conditions, be it at a target or not.

    What is said of the value alone is tried once for each one that there is. ``kinds`` are as in :func:`of_nodes`;
    ``pairs`` are properties, with the sign that has to hold between a value of the path and each of theirs.
    """
    if _ENDLESS.search(path):
        return
    triple = f"?this {path} ?value"
    alone = [each for each in conditions if not _THIS.search(each)]
    beside = [each for each in conditions if _THIS.search(each)]
    if alone:
        yield Doubt(f"ASK {{ {_once('?value', triple)} FILTER(!({_all(alone)})) }}", triple)
    if beside:
        yield Doubt(f"ASK {{ {triple} FILTER(!({_all(beside)})) }}", triple)
    for kind in kinds:
        yield Doubt(f"ASK {{ {triple} MINUS {{ {kind} }} }}", kind, triple)
    for other, sign in pairs:
        both = f"{{ SELECT ?this ?value {{ {triple} }} }} {{ SELECT ?this ?other {{ ?this {other} ?other }} }}"
        yield Doubt(f"ASK {{ {both} FILTER(!COALESCE(?value {sign} ?other, false)) }}", f"?this {other} ?other", triple)


def of_counts(target: str, path: str, bounds: Bounds) -> Iterator[Doubt]:
    """Whether a target may lack a value of a path, or a node have two, or two in one language, where that is asked."""
    if _ENDLESS.search(path):
        return
    triple = f"?this {path} ?value"
    if bounds.some:
        yield Doubt(f"ASK {{ {target} MINUS {{ {triple} }} }}", triple, target)
    if bounds.one:
        yield _doubled(triple, "?this")
    if bounds.one_each:
        yield _doubled(triple, "?this ?language", "BIND(LCASE(LANG(?value)) AS ?language)")


def _doubled(triple: str, names: str, bound: str = "") -> Doubt:
    """Whether there are more values than ways to fill in some names."""
    values = f"{{ SELECT (COUNT(*) AS ?values) {{ {triple} }} }}"
    ways = f"{{ SELECT (COUNT(*) AS ?ways) {{ {{ SELECT DISTINCT {names} {{ {triple} {bound} }} }} }} }}"
    return Doubt(f"ASK {{ {values} {ways} FILTER(?values != ?ways) }}", triple)


def _all(conditions: Sequence[str]) -> str:
    return " && ".join(f"({each})" for each in conditions)


def _once(variable: str, pattern: str) -> str:
    """Each value of a variable once. With DISTINCT the engine would filter all rows first."""
    return f"{{ SELECT {variable} {{ {pattern} }} GROUP BY {variable} }}"
