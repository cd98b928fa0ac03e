"""Entities that a curator found to be one: everything said of them is put on the one that is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from kg.decisions.decision import Decision, Short
from kg.errors import Place, ProjectError
from kg.model import Claim, Curation, Entity, Fact, Label, Origin, Status, Term, Verdict, qualifier_key
from kg.ontology import THING, Ontology


@dataclass(frozen=True, slots=True)
class Merges:
    """For each entity that went the one that is kept, and for each that is kept the decisions that made it so."""

    kept: Mapping[str, str]
    curations: Mapping[str, tuple[Curation, ...]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str, Curation]]) -> Merges:
        """The merges of (one that goes, one that is kept, decision); what was kept may go on into another."""
        listed = list(pairs)
        onward = {goes: keeps for goes, keeps, _ in listed}
        kept = {goes: _last(goes, onward) for goes in sorted(onward)}
        found: dict[str, set[Curation]] = {}
        for goes, _, curation in listed:
            found.setdefault(kept[goes], set()).add(curation)
        return cls(kept, {iri: tuple(sorted(each, key=lambda c: c.id)) for iri, each in found.items()})

    def term(self, term: Term) -> Term:
        """A term, or the entity that it is now."""
        return self.kept.get(term, term) if isinstance(term, str) else term

    def iri(self, iri: str) -> str:
        """An entity, or the one that it is now."""
        return self.kept.get(iri, iri)

    def claim(self, claim: Claim) -> Claim:
        """A claim about what is kept. One that would relate a thing to itself counts no more."""
        subject, value = self.iri(claim.subject), self.term(claim.object)
        qualifiers = tuple(sorted(((q, self.term(v)) for q, v in claim.qualifiers), key=qualifier_key))
        moved = replace(
            claim, subject=subject, object=value, qualifiers=qualifiers, stated_by=self.iri(claim.stated_by)
        )
        if subject != value or claim.subject == claim.object:
            return moved
        reasons = [replace(c, status=Status.REJECTED, verdict=Verdict.REJECTED) for c in self.curations[subject]]
        return replace(moved, curations=(*moved.curations, *reasons))

    def fact(self, fact: Fact) -> Fact:
        """A curated fact about what is kept."""
        return replace(
            fact,
            subject=self.iri(fact.subject),
            object=self.term(fact.object),
            identity=tuple(sorted(((q, self.term(v)) for q, v in fact.identity), key=qualifier_key)),
            qualifiers=tuple(sorted(((q, self.term(v)) for q, v in fact.qualifiers), key=qualifier_key)),
        )

    def entities(self, entities: Mapping[str, Entity], ontology: Ontology) -> dict[str, Entity]:
        """The entities without those that went; those kept have their names too."""
        groups: dict[str, list[Entity]] = {}
        for iri in sorted(self.kept):
            groups.setdefault(self.kept[iri], []).append(entities[iri])
        found = {}
        for iri, entity in entities.items():
            if iri not in self.kept:
                whole = self._joined(entity, groups[iri], ontology) if iri in groups else entity
                found[iri] = self.related(whole)
        return found

    def _joined(self, kept: Entity, others: list[Entity], ontology: Ontology) -> Entity:
        every = [kept, *others]
        listed = [e for e in every if e.origin is Origin.CURATED] or every
        return replace(
            kept,
            types=ontology.narrowest({t for e in listed for t in e.types}),
            labels=tuple(sorted(_labels(kept, others))),
            belongs_to=_union(e.belongs_to for e in every),
            context=_union(e.context for e in every),
            same_as=_union(e.same_as for e in every),
            home=_union(e.home for e in every),
            origin=listed[0].origin,
            merged=tuple(e.iri for e in others),
            curations=(*kept.curations, *self.curations[kept.iri]),
        )

    def related(self, entity: Entity) -> Entity:
        """An entity that belongs to what is kept, and never to itself."""
        if not any(o in self.kept for o in (*entity.belongs_to, *entity.home)) and not entity.merged:
            return entity
        belongs, home = ({self.iri(o) for o in each} - {entity.iri} for each in (entity.belongs_to, entity.home))
        return replace(entity, belongs_to=tuple(sorted(belongs)), home=tuple(sorted(home)))


def _last(iri: str, onward: Mapping[str, str]) -> str:
    seen = set()
    while iri in onward and iri not in seen:
        seen.add(iri)
        iri = onward[iri]
    return iri


def _labels(kept: Entity, others: Iterable[Entity]) -> Iterator[Label]:
    """All names; of those that went the preferred ones become alternatives."""
    seen = {(x.text, x.language) for x in kept.labels}
    yield from kept.labels
    for label in (x for other in others for x in other.labels):
        if (label.text, label.language) not in seen:
            seen.add((label.text, label.language))
            yield replace(label, kind="alternative") if label.kind == "preferred" else label


def _union(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({x for part in parts for x in part}))


def contradictions(decisions: Iterable[Decision], short: Short) -> Iterator[ProjectError]:
    """Merges that cannot all be: one entity put into two others, a ring, or two that are said to be distinct."""
    listed = list(decisions)
    onward: dict[str, tuple[str, Decision]] = {}
    for iri, keep, decision in (edge for each in listed for edge in _edges(each)):
        other, first = onward.setdefault(iri, (keep, decision))
        if other != keep:
            message = f"{short(iri)} is put into {short(keep)} here, into {short(other)} in {_at(first)}"
            yield ProjectError(message, Place(decision.file, decision.line), "keep the same one in both")
    targets = {iri: keep for iri, (keep, _) in onward.items()}
    for iri, (_, decision) in onward.items():
        if _last(iri, targets) == iri:
            message = f"{short(iri)} is put into others, and they into it"
            yield ProjectError(message, Place(decision.file, decision.line), "keep the same one in all")
    for decision in (d for d in listed if d.decision == "distinct"):
        ends = [_last(iri, targets) for iri in decision.entities]
        if len(set(ends)) < len(ends):
            message = f"{' and '.join(map(short, decision.entities))} are merged elsewhere"
            yield ProjectError(message, Place(decision.file, decision.line), "take one of the two decisions back")


def unlike(decision: Decision, entities: Mapping[str, Entity], ontology: Ontology) -> str:
    """Why what a decision calls one cannot be, by its classes; nothing where it can, or where a class is not known."""
    types = {iri: entities[iri].types for iri in (*decision.entities, decision.same_as) if iri in entities}
    if decision.same_as:
        named = {ontology.short(c): c for c in ontology.classes}
        seen = (decision.cls,) if decision.cls else [named[c] for c in decision.evidence[1:] if c in named]
        types[decision.key] = tuple(seen)
    elif decision.decision != "same":
        return ""
    for (one, first), (other, second) in combinations([(i, t) for i, t in types.items() if t], 2):
        above, beside = ontology.closure(first), ontology.closure(second)
        if ontology.disjoint(above, beside) or not (above & beside) - {THING}:
            words = [
                f"{ontology.short(i)} ({', '.join(map(ontology.short, t))})" for i, t in ((one, first), (other, second))
            ]
            return f"{' and '.join(words)} cannot be one thing"
    return ""


def _edges(decision: Decision) -> Iterator[tuple[str, str, Decision]]:
    """Each entity that a decision takes away, and the one that it is put into."""
    if decision.decision == "same":
        yield from ((iri, decision.keep, decision) for iri in decision.entities if iri != decision.keep)
    if decision.same_as:
        yield decision.key, decision.same_as, decision


def _at(decision: Decision) -> str:
    return f"{decision.file}:{decision.line}"
