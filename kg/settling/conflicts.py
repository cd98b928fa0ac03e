"""Facts that cannot both hold, by what the ontology says of their properties. Both sides stay in the graph."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations

from kg.model import Conflict, Document, Fact, Literal, Qualifier, Status, term_key
from kg.ontology import Ontology

ROUNDING = Decimal("0.01")
"""How far apart two quantities may be, as a share of the larger, and still be one figure rounded differently."""
ABOUT = Decimal("0.05")
"""The same where one of the two is only approximate: who says "about 300" has rounded 310 or 290 to it, but not 350."""


def conflicts(facts: Iterable[Fact], documents: Mapping[str, Document], ontology: Ontology) -> list[Conflict]:
    """The conflicts among facts, sorted.

    Rules: ``functional`` (two objects where the scope allows one), ``excludes`` (two properties that cannot both
    hold), ``exclusive`` (another object beside one that is the only one), ``status`` (in effect or planned for one
    source, denied by another: a conflict of a fact with itself, or with one that denies it in a wider scope). Facts of
    different times do not conflict.
    """
    every = list(facts)
    found = {Conflict(f.id, f.id, "status") for f in every if _disputed(f)}
    holding = [f for f in every if f.status.asserts]
    found.update(_functional(holding, ontology))
    found.update(_excluding(holding, ontology))
    found.update(_exclusive(holding, ontology))
    found.update(_denying(every))
    return sorted(found)


def rivals(predicate: str, ontology: Ontology) -> frozenset[str]:
    """The properties whose facts can conflict with a fact of this one: itself, and those that exclude it or it them."""
    properties = ontology.properties
    excluding = (p.iri for p in properties.values() if predicate in p.excludes)
    return frozenset({predicate, *properties[predicate].excludes, *excluding})


def _denying(facts: list[Fact]) -> Iterator[Conflict]:
    """What is denied without a scope, or within a wider one, beside what is said to hold in a part of it."""
    for members in _grouped(((f.subject, f.predicate, f.object), f) for f in facts):
        for denied in (f for f in members if f.status is Status.DENIED):
            for other in (f for f in members if f.status.asserts and {*denied.identity} < {*f.identity}):
                if _same_time(denied, other):
                    yield _conflict(denied, other, "status")


def _disputed(fact: Fact) -> bool:
    said = {c.status for c in fact.claims if c.counts} | {c.status for c in fact.curations}
    return Status.DENIED in said and any(s.asserts for s in said)


def _conflict(one: Fact, other: Fact, rule: str) -> Conflict:
    first, second = sorted((one.id, other.id))
    return Conflict(first, second, rule)


def _grouped(facts: Iterable[tuple[Hashable, Fact]]) -> list[list[Fact]]:
    """The facts that have a key in common, where there are two of them at least."""
    groups: dict[Hashable, list[Fact]] = {}
    for key, fact in facts:
        groups.setdefault(key, []).append(fact)
    return [members for members in groups.values() if len(members) > 1]


def _functional(facts: list[Fact], ontology: Ontology) -> Iterator[Conflict]:
    vague = frozenset(p.iri for p in ontology.properties.values() if p.filled_by == "approximate")
    for members in _grouped(_in_scope(facts, ontology)):
        for one, other in _at_one_time(members, members):
            if not _agree(one, other, ABOUT if _is_vague(one, vague) or _is_vague(other, vague) else ROUNDING):
                yield _conflict(one, other, "functional")


def _in_scope(facts: Iterable[Fact], ontology: Ontology) -> Iterator[tuple[Hashable, Fact]]:
    """The facts of functional properties, each with all in which two of them must agree to be rivals."""
    for fact in facts:
        scope = ontology.properties[fact.predicate].functional_within
        if scope is not None:
            values = tuple(sorted(term_key(v) for q, v in fact.qualifiers if q in scope))
            yield (fact.subject, fact.predicate, values), fact


def _excluding(facts: list[Fact], ontology: Ontology) -> Iterator[Conflict]:
    excludes = {(p.iri, other) for p in ontology.properties.values() for other in p.excludes}
    rivals = {iri for pair in excludes for iri in pair}
    for members in _grouped(((f.subject, f.object, f.identity), f) for f in facts if f.predicate in rivals):
        for one, other in combinations(members, 2):  # one fact of each property at most
            pair = one.predicate, other.predicate
            if (pair in excludes or pair[::-1] in excludes) and _same_time(one, other):
                yield _conflict(one, other, "excludes")


def _exclusive(facts: list[Fact], ontology: Ontology) -> Iterator[Conflict]:
    flags = frozenset(p.iri for p in ontology.properties.values() if p.excludes_others)
    for members in _grouped(((f.subject, f.predicate, f.identity), f) for f in facts):
        sole = [f for f in members if _has(f.qualifiers, flags)]
        for one, other in _at_one_time(sole, members):
            if one.object != other.object:
                yield _conflict(one, other, "exclusive")


def _has(qualifiers: Iterable[Qualifier], flags: frozenset[str]) -> bool:
    return any(name in flags and isinstance(v, Literal) and v.lexical == "true" for name, v in qualifiers)


def _is_vague(fact: Fact, flags: frozenset[str]) -> bool:
    """Whether nobody gives the figure exactly."""
    said = [c.qualifiers for c in fact.claims if c.status.asserts and c.counts] or [fact.qualifiers]
    return all(_has(qualifiers, flags) for qualifiers in said)


def _at_one_time(ones: Iterable[Fact], others: Sequence[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Each of the first with each of the others beside which it can hold, at a cost that follows what is found."""
    since: dict[str, list[Fact]] = {}
    for other in others:
        since.setdefault(other.valid_from, []).append(other)
    for one in ones:
        near = [*since.get(one.valid_from, ()), *since.get("", ())] if one.valid_from else others
        yield from ((one, other) for other in near if other is not one and _same_time(one, other))


def _same_time(one: Fact, other: Fact) -> bool:
    """Whether two facts can hold at one time: where both say since when, they must say the same, or one be open."""
    if one.valid_until and other.valid_from and one.valid_until <= other.valid_from:
        return False
    if other.valid_until and one.valid_from and other.valid_until <= one.valid_from:
        return False
    return not (one.valid_from and other.valid_from and one.valid_from != other.valid_from)


def _agree(one: Fact, other: Fact, rounding: Decimal) -> bool:
    a, b = one.object, other.object
    if a == b or not (isinstance(a, Literal) and isinstance(b, Literal)):
        return a == b
    if a.datatype.endswith(("decimal", "integer")):
        x, y = Decimal(a.lexical), Decimal(b.lexical)
        return abs(x - y) <= rounding * max(abs(x), abs(y))
    return a.lexical.startswith(b.lexical) or b.lexical.startswith(a.lexical)
