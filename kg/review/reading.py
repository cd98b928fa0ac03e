"""What a text says of itself, and what the graph has made of it: a decision is written on the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

import pyoxigraph as ox

from kg.decisions import scope_of, statement_of
from kg.decisions.decision import Short, evidence_key
from kg.model import Claim, Term, qualifier_key
from kg.names import kg
from kg.store import Store


def merged(store: Store) -> dict[str, list[str]]:
    """For each entity those that curators found to be this one, sorted."""
    found: dict[str, list[str]] = {}
    for quad in sorted(store.match(predicate=ox.NamedNode(kg("mergedInto"))), key=str):
        if isinstance(quad.object, ox.NamedNode) and isinstance(quad.subject, ox.NamedNode):
            found.setdefault(quad.object.value, []).append(quad.subject.value)
    return found


def as_read(claim: Claim, source: str, merged: Mapping[str, Sequence[str]], short: Short) -> tuple[str, str]:
    """The statement and scope of a claim of the graph as its text has them: those that its key is made of.

    The graph turns the ends of a symmetric property, and a merge puts others in the place of those that were read.
    """
    for way in _ways(claim, merged):
        for subject, value in ((way.subject, way.object), (way.object, way.subject)):
            if isinstance(subject, str):
                statement, scope = statement_of(subject, way.predicate, value, short), scope_of(way, short)
                if evidence_key(statement, scope, source, way.quote) == claim.key:
                    return statement, scope
    return statement_of(claim.subject, claim.predicate, claim.object, short), scope_of(claim, short)


def _ways(claim: Claim, merged: Mapping[str, Sequence[str]]) -> Iterator[Claim]:
    """A claim with each of the names that may have been read, first as it is."""

    def names(term: Term) -> list[Term]:
        return [term, *merged.get(term, ())] if isinstance(term, str) else [term]

    others = [[(name, way) for way in names(value)] for name, value in claim.qualifiers]
    speakers = [claim.stated_by, *merged.get(claim.stated_by, ())]
    subjects = [claim.subject, *merged.get(claim.subject, ())]
    for subject, value, speaker, read in product(subjects, names(claim.object), speakers, [*product(*others)]):
        qualifiers = tuple(sorted(read, key=qualifier_key))
        yield replace(claim, subject=subject, object=value, stated_by=speaker, qualifiers=qualifiers)
