"""Where a curator sits: what waits, the decisions on file, and a new one written at once, in one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from kg import decisions, ontology, seeds
from kg.decisions import Decision, Limits, correction, merge_key, written
from kg.decisions.decision import WORDS
from kg.errors import QueryError
from kg.identity import Proposal
from kg.model import Entity, verdict_of
from kg.names import local_name
from kg.ontology import Ontology
from kg.project import Project
from kg.queries import lookup
from kg.review.items import Item, Merge, items, new_entities, repeated, sentence
from kg.store import Store

PREFIX = 4
"""The fewest characters of an id that name it."""
_ACCEPT = {"merges": "same"}
_REJECT = {"merges": "distinct"}
_ENDS = ("subject", "object")
_MEASURES = ("unit", "currency")
"""The parts of a figure that go with it when another is put in its place."""
_NAMES = ("class", "label", "same_as")


class Desk:
    """What waits in a store for a curator of a project.

    ``merges`` are proposals that entities are one; without any given they are looked for when they are asked for, which
    takes seconds.
    """

    def __init__(self, project: Project, store: Store, merges: Sequence[Merge] | None = None) -> None:
        self.project, self.store, self.given = project, store, merges

    @cached_property
    def ontology(self) -> Ontology:
        """What may be said."""
        return ontology.load(self.project)

    @cached_property
    def names(self) -> dict[str, Entity]:
        """The listed entities by IRI."""
        return dict(seeds.load_names(self.project, self.ontology).entities)

    @cached_property
    def limits(self) -> Limits:
        """The bounds of what may be said."""
        return Limits.of(self.project)

    @cached_property
    def merges(self) -> tuple[Merge, ...]:
        """The proposals that entities are one, decided or not."""
        if self.given is not None:
            return tuple(self.given)
        from kg import identity
        from kg.queries.identity import merges

        found = merges(self.store, self.ontology, identity.load(self.project))
        return tuple(Merge(p.entities, p.score, _reasons(p)) for p in found)

    def known(self) -> list[Decision]:
        """The decisions on file. Raises Faults with all that is wrong there."""
        return decisions.load(self.project, self.ontology, self.names)

    def items(self, kind: str = "", about: str = "", document: str = "", decided: bool = False) -> list[Item]:
        """What waits, the most doubtful first; with ``decided`` what does not.

        ``about`` is an entity's name, ``document`` an id or source. Raises QueryError for one that is not there.
        """
        known = self.known()
        merges = self._open(known) if kind in ("", "merges") and not decided else ()
        found = self._filed(known) if decided else self._waiting(known, merges)
        entity = lookup.entity(self.store, about) if about else ""
        source = self._source(document) if document else ""
        return [
            i
            for i in found
            if kind in ("", i.kind) and (not entity or entity in i.about) and (not source or i.source == source)
        ]

    def _waiting(self, known: list[Decision], merges: Sequence[Merge]) -> list[Item]:
        return [i for i in items(self.store, known, merges) if not i.decided and not _settled(i)]

    def _filed(self, known: list[Decision]) -> list[Item]:
        also = repeated(self.store)
        return [_filed(d, self.store.prefixes.shrink, also.get(d.key, ())) for d in known]

    def _open(self, known: list[Decision]) -> list[Merge]:
        """The proposals on which nobody has decided, of these or of more entities."""
        decided = [{*d.entities} for d in known if d.kind == "merges"]
        return [m for m in self.merges if not any(group.issuperset(m.entities) for group in decided)]

    def _source(self, name: str) -> str:
        from kg.queries.facts import document

        found = document(self.store, lookup.document(self.store, name))
        return found.source if found else name

    def sentence(self, item: Item) -> tuple[str, str, str]:
        """The words before an item's span, the span, the words behind it."""
        return sentence(self.store, item)

    def find(self, name: str) -> Item:
        """The item with this id or unmistakable beginning of one, decided or not; QueryError without one."""
        known = self.known()
        found = _called(name, items(self.store, known)) or _called(name, items(self.store, known, self.merges))
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(i.id for i in found[:5])
            raise QueryError(f"{len(found)} items begin with '{name}': {ids}", None, "give more of the id")
        raise QueryError(f"nothing to decide on has the id '{name}'", None, "see 'kg review --list' for the ids")

    def accept(self, item: Item, keep: str = "", **who: str) -> Path:
        """It is right as it was read; of a merge: they are one, ``keep`` stays (a listed one if none is named)."""
        if item.kind == "merges":
            return self._put(replace(item.draft, keep=self._kept(item, keep)), "same", who)
        return self._put(item.draft, "accept", who)

    def reject(self, item: Item, **who: str) -> Path:
        """It is not so; of a merge: they are distinct, of a conflict: both may hold."""
        return self._put(item.draft, _REJECT.get(item.kind, "reject"), who)

    def keep(self, item: Item, fact: str, **who: str) -> Path:
        """Of a conflict: this fact (an id or the beginning of one) holds, the other does not."""
        if item.kind != "conflicts":
            raise QueryError(f"{item.id} is no conflict", None, "only of a conflict one fact is kept")
        ids = [name.removeprefix("fact ") for name, _ in item.details]
        sides = [f for f in ids if f.startswith(fact[: len(f)]) and len(fact) >= PREFIX]
        if len(ids) < 2:
            raise QueryError("a fact that its own sources dispute has one side", None, "decide on its claims instead")
        if len(sides) != 1:
            raise QueryError(f"{fact} is none of its facts", None, f"one of {', '.join(ids)}")
        from kg.queries.facts import fact as stored

        return self._put(replace(item.draft, keep=stored(self.store, sides[0]).id), "keep", who)

    def correct(self, item: Item, changes: Iterable[tuple[str, str]], **who: str) -> Path:
        """Something else is so, on the same evidence: ``changes`` are names and values.

        Of a claim: subject, property, object, status, from, until and qualifiers; of a new name: class, label, same_as.
        Raises QueryError for a name or value that the ontology does not allow.
        """
        pairs = list(changes)
        if item.kind not in ("claims", "entities"):
            raise QueryError(f"{item.id} is one of the {item.kind}", None, "claims and entities can be corrected")
        if not pairs:
            raise QueryError("nothing to correct it to", None, "say --set NAME=VALUE")
        draft = self._corrected(item, pairs) if item.kind == "claims" else self._renamed(item, dict(pairs))
        return self._put(draft, "correct", who)

    def merge(self, names: Sequence[str], same: bool, keep: str = "", **who: str) -> Path:
        """Entities, by name, are one, or are distinct, though nobody proposed it.

        Of those that are one ``keep`` stays; without it the first of them that is listed, else the first.
        """
        given = [lookup.entity(self.store, name) for name in names]
        iris = tuple(sorted({*given}))
        if len(iris) < 2:
            raise QueryError("these names are of one entity", None, "name two")
        labels = lookup.labels(self.store)
        shown = tuple(labels.get(iri, local_name(iri)) for iri in iris)
        draft = Decision("merges", merge_key(iris), "", entities=iris, evidence=shown)
        item = Item("merges", draft.key, " = ".join(shown), 0, (), draft)
        if not same:
            return self.reject(item, **who)
        stays = self._kept(item, keep) if keep else min(given, key=lambda iri: iri not in self.names)
        return self._put(replace(draft, keep=stays), "same", who)

    def undo(self, name: str) -> tuple[Decision, Path]:
        """Take a decision (by id or unmistakable beginning of one) out of its file; QueryError without one."""
        with decisions.deciding(self.project):
            return self._undone(name)

    def _undone(self, name: str) -> tuple[Decision, Path]:
        known = self.known()
        ids = {d: _filed(d, self.store.prefixes.shrink).id for d in known}
        near = [d for d in known if len(name) >= PREFIX and ids[d].startswith(name)]
        found = [d for d in known if ids[d] == name] or near
        if len(found) != 1:
            fits = f"{len(found)} decisions have" if len(found) > 1 else "no decision has"
            raise QueryError(f"{fits} the id '{name}'", None, "see 'kg review --list --decided' for the ids")
        [path] = decisions.taken_back(self.project, found, known, self.ontology.short)
        return found[0], path

    def _put(self, draft: Decision, word: str, who: dict[str, str]) -> Path:
        assert word in WORDS[draft.kind]
        decision = replace(draft, decision=word, file="", line=0, **who)  # type: ignore[arg-type]
        makes_one = word == "same" or decision.same_as
        if makes_one and (wrong := decisions.unlike(decision, self._entities(), self.ontology)):
            raise QueryError(wrong, None, decisions.UNLIKE)
        with decisions.deciding(self.project):
            return self._filed_with(decision)

    def _filed_with(self, decision: Decision) -> Path:
        """Put a decision into its file, unless what is decided already speaks against it."""
        known, short = self.known(), self.ontology.short
        others = [d for d in known if (d.kind, d.key) != (decision.kind, decision.key)]
        for fault in decisions.contradictions([*others, decision], short):  # on file it would stop every other command
            raise QueryError(fault.message, None, "take the other back first: see 'kg review --decided'")
        return decisions.put(self.project, [decision], known, short)[-1]

    def _entities(self) -> dict[str, Entity]:
        """The entities by IRI: those of the store that texts gave, and the listed ones."""
        return {e.iri: e for e in new_entities(self.store)} | self.names

    def _kept(self, item: Item, keep: str) -> str:
        if keep:
            iri = lookup.entity(self.store, keep)
            if iri not in item.draft.entities:
                raise QueryError(f"{keep} is none of those to merge", None, f"one of {item.title}")
            return iri
        return min(item.draft.entities, key=lambda iri: (iri not in self.names, iri))

    def _corrected(self, item: Item, changes: list[tuple[str, str]]) -> Decision:
        claim, short = item.claim, self.ontology.short
        assert claim is not None
        fields: dict[str, str | list[str]] = {
            "subject": short(claim.subject), "property": short(claim.predicate), "object": written(claim.object, short),
            "status": claim.status.value, "from": claim.valid_from, "until": claim.valid_until,
        }  # fmt: skip
        given = {self._field(name) for name, _ in changes}
        stays = [(q, v) for q, v in claim.qualifiers if short(q) not in given]
        stale = {q for q, _ in stays if self._is_stale(q, given, claim.predicate)}
        qualifiers = [f"{short(q)} {written(v, short)}" for q, v in stays if q not in stale]
        for name, value in sorted(changes, key=lambda c: c[0] != "property"):  # what an object is depends on it
            field = self._field(name)
            if field in fields:
                fields[field] = self._written(field, value, fields)
            elif value:
                qualifiers.append(f"{field} {self._written(field, value, fields)}")
        made = {**fields, "qualifiers": qualifiers}
        found, faults = correction(made, self.ontology, self._entities(), self.limits)
        if faults:
            raise QueryError(faults[0][0], None, faults[0][1])
        left = sorted(local_name(q) for q in stale)
        if left and found and not any(self.ontology.properties[q].filled_by in _MEASURES for q, _ in found.qualifiers):
            raise QueryError(
                "the value is another now, of which unit is not said", None, f"say --set {left[0]}=… (or {left[0]}=)"
            )
        return replace(item.draft, correction=found)

    def _is_stale(self, qualifier: str, given: set[str], predicate: str) -> bool:
        """Whether a qualifier of a claim measures a value that is given anew."""
        properties, short = self.ontology.properties, self.ontology.short
        part = properties[qualifier].filled_by
        sums = {short(q) for q, p in properties.items() if p.is_qualifier and p.dimension == "money"}
        figure = {"object", "property"} if properties[predicate].kind == "quantity" else set()
        return part in _MEASURES and bool(given & (figure | (sums if part == "currency" else set())))

    def _field(self, name: str) -> str:
        """A field of a correction, or the CURIE of a qualifier by its name or label."""
        if name in ("subject", "property", "object", "status", "from", "until"):
            return name
        for iri, prop in self.ontology.properties.items():
            known = {self.ontology.short(iri), local_name(iri), *prop.labels.values()}
            if prop.is_qualifier and name.lower() in {k.lower() for k in known}:
                return self.ontology.short(iri)
        raise QueryError(
            f"a claim has no '{name}'", None, "subject, property, object, status, from, until, a qualifier"
        )

    def _written(self, field: str, value: str, fields: Mapping[str, object]) -> str:
        """A value as a file has it: names of things become CURIEs, those of statuses and properties too."""
        if field == "status":
            return lookup.status(self.store, value).value
        if field == "property":
            return self.ontology.short(lookup.property_(self.store, value))
        name = str(fields["property"]) if field == "object" else field
        prop = self.ontology.properties.get(self.ontology.prefixes.expand(name)) if ":" in name else None
        if field == "subject" or (prop is not None and prop.kind == "entity"):
            return self.ontology.short(lookup.entity(self.store, value))
        return value

    def _renamed(self, item: Item, changes: dict[str, str]) -> Decision:
        if unknown := sorted(set(changes) - set(_NAMES)):
            raise QueryError(f"a name has no '{unknown[0]}'", None, f"one of {', '.join(_NAMES)}")
        cls = changes.get("class", "")
        found = [iri for iri, c in self.ontology.classes.items()
                 if cls.lower() in {self.ontology.short(iri).lower(), local_name(iri).lower(),
                                    *(x.lower() for x in c.labels.values())}]  # fmt: skip
        if cls and not found:
            raise QueryError(f"no class is called '{cls}'", None, "see docs/ontology.md for the classes")
        same = changes.get("same_as", "")
        iri = lookup.entity(self.store, same) if same else ""
        if iri == item.draft.key:
            raise QueryError(f"{same} is this name itself", None, "name another entity")
        return replace(item.draft, cls=found[0] if cls else "", label=changes.get("label", ""), same_as=iri)


def _called(name: str, known: Iterable[Item]) -> list[Item]:
    """The items with this id, else those whose id begins so."""
    every = [i for i in known if i.kind != "reopened"]
    return [i for i in every if i.id == name] or [i for i in every if len(name) >= PREFIX and i.id.startswith(name)]


def _reasons(proposal: Proposal) -> tuple[str, ...]:
    """What speaks for and against it, in words."""
    return (*(e.words for e in proposal.evidence), *(f"against: {e.words}" for e in proposal.against))


def _settled(item: Item) -> bool:
    """Whether the graph carries a decision on it already."""
    return item.claim is not None and item.kind == "claims" and verdict_of(item.claim.curations) is not None


def _filed(decision: Decision, short: Callable[[str], str], also: Iterable[str] = ()) -> Item:
    """A decision on file as an item, with the sources ``also`` in whose sentences it holds."""
    name = short(decision.key) if decision.kind == "entities" else decision.key
    title = decision.statement or " / ".join(decision.evidence)
    who = " ".join(x for x in (decision.by, decision.on) if x)
    details = (("written", f"{decision.file}:{decision.line}"), ("by", who), ("note", decision.note),
               *(("also in", source) for source in also))  # fmt: skip
    about = decision.entities or ((decision.key,) if decision.kind == "entities" else ())
    return Item(decision.kind, name, title, 0, (), decision, tuple((n, v) for n, v in details if v), about,
                decision.source, decided=decision.decision)  # fmt: skip
