"""Facts that cannot both hold, by what the ontology says of their properties. Both sides stay in the graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import combinations

from kg.model import Conflict, Document, Fact, Literal, Status, term_key
from kg.ontology import Ontology, Property

ROUNDING = Decimal("0.01")
"""How far apart two quantities may be, as a share of the larger, and still be one figure rounded differently."""


def conflicts(facts: Iterable[Fact], documents: Mapping[str, Document], ontology: Ontology) -> list[Conflict]:
    """The conflicts among facts, sorted.

    Rules: ``functional`` (two objects where the scope allows one), ``excludes`` (two properties that cannot both
    hold), ``exclusive`` (another object beside one that is the only one), ``status`` (in effect or planned for one
    source, denied by another: a conflict of a fact with itself). Facts of different times do not conflict.
    """
    by_subject: dict[str, list[Fact]] = {}
    found: set[Conflict] = set()
    for fact in facts:
        by_subject.setdefault(fact.subject, []).append(fact)
        if _disputed(fact):
            found.add(Conflict(fact.id, fact.id, "status"))
    for members in by_subject.values():
        holding = [f for f in members if f.status.asserts]
        found.update(_functional(holding, ontology))
        found.update(_excluding(holding, ontology))
        found.update(_exclusive(holding, ontology))
    return sorted(found)


def _disputed(fact: Fact) -> bool:
    said = {c.status for c in fact.claims} | {c.status for c in fact.curations}
    return Status.DENIED in said and any(s.asserts for s in said)


def _conflict(one: Fact, other: Fact, rule: str) -> Conflict:
    first, second = sorted((one.id, other.id))
    return Conflict(first, second, rule)


def _functional(facts: list[Fact], ontology: Ontology) -> Iterator[Conflict]:
    groups: dict[tuple[object, ...], list[Fact]] = {}
    for fact in facts:
        scope = ontology.properties[fact.predicate].functional_within
        if scope is not None:
            values = tuple(sorted(term_key(v) for q, v in fact.qualifiers if q in scope))
            groups.setdefault((fact.predicate, values), []).append(fact)
    for members in groups.values():
        for one, other in combinations(members, 2):
            if _same_time(one, other) and not _agree(one, other):
                yield _conflict(one, other, "functional")


def _excluding(facts: list[Fact], ontology: Ontology) -> Iterator[Conflict]:
    for one, other in combinations(facts, 2):
        prop, rival = ontology.properties[one.predicate], ontology.properties[other.predicate]
        excludes = rival.iri in prop.excludes or prop.iri in rival.excludes
        if excludes and one.object == other.object and _same_scope(one, other) and _same_time(one, other):
            yield _conflict(one, other, "excludes")


def _exclusive(facts: list[Fact], ontology: Ontology) -> Iterator[Conflict]:
    for one, other in combinations(facts, 2):
        if one.predicate != other.predicate or one.object == other.object:
            continue
        sole = any(_is_sole(q, v, ontology.properties) for f in (one, other) for q, v in f.qualifiers)
        if sole and _same_scope(one, other) and _same_time(one, other):
            yield _conflict(one, other, "exclusive")


def _is_sole(name: str, value: object, properties: Mapping[str, Property]) -> bool:
    return properties[name].excludes_others and isinstance(value, Literal) and value.lexical == "true"


def _same_scope(one: Fact, other: Fact) -> bool:
    return one.identity == other.identity


def _same_time(one: Fact, other: Fact) -> bool:
    """Whether two facts can hold at one time: where both say since when, they must say the same, or one be open."""
    if one.valid_until and other.valid_from and one.valid_until <= other.valid_from:
        return False
    if other.valid_until and one.valid_from and other.valid_until <= one.valid_from:
        return False
    return not (one.valid_from and other.valid_from and one.valid_from != other.valid_from)


def _agree(one: Fact, other: Fact) -> bool:
    a, b = one.object, other.object
    if not (isinstance(a, Literal) and isinstance(b, Literal)):
        return False
    if a.datatype.endswith(("decimal", "integer")):
        x, y = Decimal(a.lexical), Decimal(b.lexical)
        return abs(x - y) <= ROUNDING * max(abs(x), abs(y))
    return a.lexical.startswith(b.lexical) or b.lexical.startswith(a.lexical)
