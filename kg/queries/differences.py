"""What changed from one graph to another, fact by fact, and the cause of each change.

Facts, claims and documents are named by their content, so two graphs are compared by names: a claim that is gone while
its document stayed was read by a rule that changed; one that is gone with its document went with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import pyoxigraph as ox

from kg.model import Claim, Curation, Fact, Term, term_key
from kg.names import DCT, kg
from kg.queries import facts as stored
from kg.queries.streams import differing
from kg.rdf import from_ox
from kg.store import Store

COMPARED = ("status", "valid_from", "valid_until", "qualifiers", "support", "contrary", "origin")
"""The attributes of a fact in which it may differ and still be the same fact."""
_MERGED = ox.NamedNode(kg("mergedInto"))
_RULED = {"status", "valid_from", "valid_until", "qualifiers", "origin"}
"""Those that a curator writes."""


class Kind(StrEnum):
    """What became of a fact."""

    GAINED = "gained"
    LOST = "lost"
    CHANGED = "changed"


class Reason(StrEnum):
    """What kind of thing made a fact change."""

    CAME = "document came"
    WENT = "document went"
    TEXT = "text changed"
    HEAD = "front matter changed"
    RULE = "rule changed"
    WROTE = "curator wrote"
    REVISED = "curator changed"
    REMOVED = "curator removed"
    DECIDED = "curator decided"
    RETRACTED = "decision taken back"
    COPY = "copy found"
    NO_COPY = "no copy any more"
    SETTLED = "settled otherwise"


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """Why a fact changed, and where: the source of a document, or the file and line of a curator.

    ``detail`` is the rule that read the claim, or the source of the document that a copy repeats. A changed rule stands
    for all that reads a document: names, patterns and code. Nothing is known of where, when the same evidence was
    settled otherwise.
    """

    reason: Reason
    where: str = ""
    detail: str = ""

    @property
    def place(self) -> str:
        """Where, in words, with the detail."""
        if not self.detail:
            return self.where
        return f"{self.detail} in {self.where}" if self.reason is Reason.RULE else f"{self.where}, of {self.detail}"

    def __str__(self) -> str:
        return f"{self.reason}: {self.place}" if self.where else self.reason.value


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that was gained, lost or changed: how it was, how it is, in what it differs (of :data:`COMPARED`), why."""

    id: str
    kind: Kind
    before: Fact | None
    after: Fact | None
    differences: tuple[str, ...]
    causes: tuple[Cause, ...]

    @property
    def fact(self) -> Fact:
        """The fact as it is, or as it was when it is no more."""
        fact = self.after or self.before
        assert fact is not None
        return fact


def differences(old: Store, new: Store) -> list[Change]:
    """The facts that the new graph has gained, lost or changed, each with its causes.

    Sorted by subject, property, object and id, whatever the order of the graphs.
    """
    sides = _Side(old), _Side(new)
    found = (_change(sides, name) for name in differing(old, new))
    return sorted((change for change in found if change), key=_order)


def summary(changes: Iterable[Change]) -> dict[tuple[Kind, Reason], int]:
    """How many facts each kind of change and cause concerns; one with several causes counts for each."""
    counted = Counter((c.kind, reason) for c in changes for reason in {cause.reason for cause in c.causes})
    order = list(Kind), list(Reason)
    return dict(sorted(counted.items(), key=lambda x: (order[0].index(x[0][0]), order[1].index(x[0][1]))))


@dataclass(frozen=True, slots=True)
class _Head:
    """What tells one state of a document from another."""

    source: str = ""
    sha256: str = ""
    issued: str = ""
    copy_of: str = ""


@dataclass(frozen=True)
class _Side:
    """One of the two graphs."""

    store: Store

    def fact(self, name: str) -> Fact | None:
        node = self.store.records.iri("fact", name)
        known = any(True for _ in self.store.match(node, layer="facts"))
        return stored.fact(self.store, node.value) if known else None

    @cached_property
    def documents(self) -> Mapping[str, _Head]:
        """The documents by id."""
        names = {
            DCT + "source": "source", kg("sha256"): "sha256", DCT + "issued": "issued", kg("copyOf"): "copy_of"
        }  # fmt: skip
        found: dict[str, dict[str, str]] = {}
        for predicate, name in names.items():
            for quad in self.store.match(predicate=ox.NamedNode(predicate), layer="documents"):
                iri, value = str(from_ox(quad.subject)), from_ox(quad.object)
                text = value if isinstance(value, str) else value.lexical
                found.setdefault(self.store.records.id_of(iri), {})[name] = text
        return {i: _Head(**{**v, "copy_of": self.store.records.id_of(v.get("copy_of", ""))}) for i, v in found.items()}

    @cached_property
    def by_source(self) -> Mapping[str, frozenset[str]]:
        """The ids of the documents of each source."""
        found: dict[str, set[str]] = {}
        for name, head in self.documents.items():
            found.setdefault(head.source, set()).add(name)
        return {source: frozenset(names) for source, names in found.items()}

    def merges(self, end: Term) -> set[Curation]:
        """The decisions that made an entity one with another, be it kept or not."""
        if not isinstance(end, str):
            return set()
        node = ox.NamedNode(end)
        quads = [*self.store.match(node, _MERGED), *self.store.match(None, _MERGED, node)]
        kept = {q.object.value for q in quads if isinstance(q.object, ox.NamedNode)}
        return {c for iri in kept for c in stored.decisions(self.store, iri)}

    def source(self, document: str) -> str:
        """The source of a document, or its id where the graph has lost it."""
        return self.documents.get(document, _Head()).source or document

    def original(self, document: str) -> str:
        """The source of what a document repeats, or nothing."""
        copied = self.documents.get(document, _Head()).copy_of
        return self.source(copied) if copied else ""


_Sides = tuple[_Side, _Side]


def _change(sides: _Sides, name: str) -> Change | None:
    """What became of a fact; None when it is the same, by whatever claims."""
    before, after = (side.fact(name) for side in sides)
    if before and after:
        differing = tuple(field for field in COMPARED if getattr(before, field) != getattr(after, field))
        causes = _of_change(sides, before, after, differing) if differing else ()
        return Change(name, Kind.CHANGED, before, after, differing, _sorted(causes)) if differing else None
    fact = after or before
    if fact is None:
        return None
    own, other = (sides[1], sides[0]) if after else sides
    merged = _of_merges(sides, fact)
    read = _unless_merged([_of_claim(claim, own, other, bool(after)) for claim in fact.claims], merged)
    written = [_written(c, Reason.WROTE if after else Reason.REMOVED) for c in fact.curations]
    kind = Kind.GAINED if after else Kind.LOST
    return Change(name, kind, before, after, (), _sorted([*read, *written, *(merged if not read else ())]))


def _sorted(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    order = list(Reason)
    found = sorted(set(causes), key=lambda c: (order.index(c.reason), c))
    return tuple(found) or (Cause(Reason.SETTLED),)


def _of_change(sides: _Sides, before: Fact, after: Fact, differing: tuple[str, ...]) -> list[Cause]:
    """The causes of a change: of the claims, of the curators, of the copies among the documents."""
    decided = _of_decisions(before, after)
    gone, new = _exchanged(sides, before, after, bool(decided))
    read = [_of_claim(c, sides[0], sides[1], False) for c in gone] + [
        _of_claim(c, sides[1], sides[0], True) for c in new
    ]
    read = _unless_merged(read, _of_merges(sides, after))
    return [*decided, *read, *_of_curators(before, after, bool(read), differing), *_of_copies(sides, before, after)]


def _unless_merged(read: list[Cause], merged: list[Cause]) -> list[Cause]:
    """The causes of claims, where an end of their fact is one with another: no rule reads otherwise, then, and what was
    decided on a claim was so beside that."""
    told = [cause for cause in read if not merged or cause.reason is not Reason.RULE]
    beside = len(told) < len(read) or any(c.reason in (Reason.DECIDED, Reason.RETRACTED) for c in told)
    return [*told, *merged] if beside else told


def _of_decisions(before: Fact, after: Fact) -> list[Cause]:
    """The decisions that claims carry in one graph and not in the other."""
    old, new = ({c for claim in fact.claims for c in claim.curations} for fact in (before, after))
    known = {_entry(c) for c in old}, {_entry(c) for c in new}
    came = [_written(c, Reason.WROTE) for c in new if _entry(c) not in known[0]]
    return came + [_written(c, Reason.REMOVED) for c in old if _entry(c) not in known[1]]


def _of_merges(sides: _Sides, fact: Fact) -> list[Cause]:
    """The decisions by which an end of a fact is one with another entity in one graph and not in the other."""
    old, new = (side.merges(fact.subject) | side.merges(fact.object) for side in sides)
    came = [_written(c, Reason.WROTE) for c in new - old]
    return came + [_written(c, Reason.REMOVED) for c in old - new]


def _exchanged(sides: _Sides, before: Fact, after: Fact, is_decided: bool) -> tuple[list[Claim], list[Claim]]:
    """The claims that went and those that came.

    A text that changed elsewhere moves its claims, which then have other names and say the same: such pairs are no
    cause, unless nothing else is. Nor are claims that only carry a decision in one of the graphs.
    """
    gone, new = set(before.claims) - set(after.claims), set(after.claims) - set(before.claims)
    left = Counter(_substance(sides[0], c) for c in gone)
    came = Counter(_substance(sides[1], c) for c in new)
    really_gone = [c for c in gone if left[_substance(sides[0], c)] != came[_substance(sides[0], c)]]
    really_new = [c for c in new if left[_substance(sides[1], c)] != came[_substance(sides[1], c)]]
    return (really_gone, really_new) if really_gone or really_new or is_decided else (list(gone), list(new))


def _substance(side: _Side, claim: Claim) -> tuple[object, ...]:
    """What a claim adds to its fact, wherever it stands in its text: the day on which it is said is a part of that."""
    day = side.documents.get(claim.document, _Head()).issued
    return side.source(claim.document), day, claim.status, claim.qualifiers, claim.valid_from, claim.valid_until


def _of_claim(claim: Claim, own: _Side, other: _Side, came: bool) -> Cause:
    """Why a claim stands in its own graph and not in the other."""
    source = own.source(claim.document)
    if claim.curations and claim.document in other.documents:
        return _written(claim.curations[0], Reason.WROTE if came else Reason.REMOVED)
    if claim.document in other.documents:
        return Cause(Reason.RULE, source, claim.pattern)
    states = [other.documents[i] for i in other.by_source.get(source, ()) if i not in own.documents]
    if not states:
        return Cause(Reason.CAME if came else Reason.WENT, source)
    same_text = own.documents.get(claim.document, _Head()).sha256 in {state.sha256 for state in states}
    return Cause(Reason.HEAD if same_text else Reason.TEXT, source)


def _of_curators(before: Fact, after: Fact, is_read: bool, differing: tuple[str, ...]) -> list[Cause]:
    """What curators did to a fact. A line that only moved within its file is nothing; what outranks all texts is."""
    old, new = {_entry(c) for c in before.curations}, {_entry(c) for c in after.curations}
    wrote = [c for c in after.curations if _entry(c) not in old]
    removed = [c for c in before.curations if _entry(c) not in new]
    if wrote and removed:
        return [_written(c, Reason.REVISED) for c in wrote]
    causes = [_written(c, Reason.WROTE) for c in wrote] + [_written(c, Reason.REMOVED) for c in removed]
    ruled = before.curations and after.curations and _RULED & set(differing)
    if not causes and ruled and ("status" in differing or not is_read):
        return [_written(c, Reason.REVISED) for c in after.curations]
    return causes


def _entry(curation: Curation) -> tuple[object, ...]:
    return curation.file, curation.source, curation.status, curation.verdict, curation.key


_DECIDED = {Reason.WROTE: Reason.DECIDED, Reason.REVISED: Reason.DECIDED, Reason.REMOVED: Reason.RETRACTED}


def _written(curation: Curation, reason: Reason) -> Cause:
    reason = _DECIDED[reason] if curation.verdict else reason
    return Cause(reason, f"{curation.file}:{curation.line}")


def _of_copies(sides: _Sides, before: Fact, after: Fact) -> Iterator[Cause]:
    """The documents behind both states of a fact that were found to repeat another, or no longer are."""
    for document in {c.document for c in before.claims} & {c.document for c in after.claims}:
        old, new = (side.original(document) for side in sides)
        if old != new:
            reason = Reason.COPY if new else Reason.NO_COPY
            yield Cause(reason, sides[1].source(document), new or old)


def _order(change: Change) -> tuple[str, ...]:
    fact = change.fact
    return fact.subject, fact.predicate, term_key(fact.object), change.id
