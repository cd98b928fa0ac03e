"""What waits for a curator, read from the store: each with its reasons for doubt, the most doubtful first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import pyoxigraph as ox

from kg.decisions import Decision, echoes, followed, merge_key, seen_of, sides_of, sources_of
from kg.model import Claim, Conflict, Curation, Document, Entity, Fact, Label, Literal, Origin, Status, Term, Verdict
from kg.names import PROV, SKOS, kg, local_name
from kg.queries import facts as stored
from kg.rdf import LABEL_KINDS, A
from kg.review.reading import as_read, merged
from kg.store import Store

KINDS = ("claims", "entities", "merges", "conflicts", "reopened")
"""The kinds of what may wait."""
# What each reason for doubt weighs, beside what a claim's confidence lacks of one, in hundredths.
CONFLICT, UNLISTED, ELSEWHERE, HEARSAY, SINGLE = 25, 15, 15, 10, 5
_NEW, _FEW, _SEVERAL, _AGAIN = 30, 10, 20, 100
_CURATION, _DERIVED = ox.NamedNode(kg("curation")), ox.NamedNode(PROV + "wasDerivedFrom")
_REOPENED = ox.NamedNode(Verdict.REOPENED.iri)


@dataclass(frozen=True, slots=True)
class Merge:
    """A proposal that some entities are one: how sure, from 0 to 1, and why, in words."""

    entities: tuple[str, ...]
    score: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to decide on: what it says in words, why it is doubtful, and the decision that waits for its word.

    ``details`` are names and values, in the order to show them; ``about`` the entities that it touches.
    """

    kind: str
    id: str
    title: str
    doubt: int
    reasons: tuple[str, ...]
    draft: Decision
    details: tuple[tuple[str, str], ...] = ()
    about: tuple[str, ...] = ()
    source: str = ""
    fact: Fact | None = None
    claim: Claim | None = None
    echoes: tuple[Claim, ...] = ()
    """Of a claim: it and those that say the same in the same sentence of an original and its copies; else none."""
    decided: str = ""
    """The word of the decision on it, if it has one; empty while it waits."""


class Words:
    """The labels, names and documents of a store, as items show them."""

    def __init__(self, store: Store) -> None:
        self.store, self.short = store, store.prefixes.shrink
        self.labels = stored.labels(store)
        self.merged = merged(store)
        self.documents: dict[str, Document] = {}
        """Those looked up so far, by id."""

    def of(self, term: Term) -> str:
        """A term as people call it."""
        return term.lexical if isinstance(term, Literal) else self.labels.get(term, local_name(term))

    def statement(self, fact: Fact) -> str:
        """A statement as people say it."""
        return " · ".join(map(self.of, (fact.subject, fact.predicate, fact.object)))

    def source(self, document: str) -> str:
        """The address of a document of this id."""
        return self.document(document).source

    def document(self, name: str) -> Document:
        """The document of this id; one without text where it is not there."""
        if name not in self.documents:
            found = stored.document(self.store, self.store.records.iri("document", name).value)
            self.documents[name] = found or Document("", name)
        return self.documents[name]


def items(store: Store, known: Iterable[Decision], merges: Iterable[Merge] = ()) -> list[Item]:
    """Everything that there is to decide on or was decided, most doubtful first; ``known`` are the decisions so far."""
    words = Words(store)
    taken = {(d.kind, d.key): d for d in known}
    facts = stored.find(store)
    conflicts = stored.conflicts(store)
    new = {e.iri: e for e in new_entities(store)}
    found = [
        *_claims(facts, conflicts, new, words),
        *_entities(new.values(), facts, words),
        *_merges(merges, words),
        *_conflicts(conflicts, words),
        *_reopened(store, taken),
    ]
    ruled = {d.key: d for d in taken.values() if d.kind == "claims"}

    def decision(item: Item) -> Decision | None:
        return taken.get((item.kind, item.draft.key)) or _followed(item, ruled, words)

    told = (i if i.kind == "reopened" else _with_decision(i, decision(i)) for i in found)
    return sorted(told, key=lambda i: (-i.doubt, KINDS.index(i.kind), i.source, i.claim.start if i.claim else 0, i.id))


def sentence(store: Store, item: Item) -> tuple[str, str, str]:
    """The sentence that an item rests on: what stands before its span, the span, what stands behind it."""
    if item.fact is None or item.claim is None:
        return "", item.draft.quote, ""
    [evidence] = stored.explain(store, replace(item.fact, claims=(item.claim,))).evidence
    return evidence.before, item.claim.quote, evidence.after


def _followed(item: Item, ruled: Mapping[str, Decision], words: Words) -> Decision | None:
    """The decision on the same sentence in an original or a copy that holds for an item too, once it is applied."""
    found = followed(item.echoes, ruled, words.documents)
    return found[1] if found else None


def _with_decision(item: Item, decision: Decision | None) -> Item:
    """An item with the decision that is on file; that rests on what was seen then."""
    if decision is None:
        return item
    return replace(item, decided=decision.decision, draft=replace(item.draft, evidence=decision.evidence))


# -- claims --------------------------------------------------------------------------------------------------------


def _claims(
    facts: list[Fact], conflicts: list[tuple[Conflict, Fact, Fact]], new: Mapping[str, Entity], words: Words
) -> Iterator[Item]:
    disputed = {fact.id for _, *sides in conflicts for fact in sides}
    names = _names(words.store)
    seen: set[str] = set()
    for fact in facts:
        echoing = _echoing(fact, words)
        for claim in fact.claims:
            if claim.key and claim.key not in seen and not claim.corrects:
                seen.add(claim.key)
                doubts = list(_doubts(fact, claim, fact.id in disputed, new, names))
                yield _claim(fact, claim, doubts, echoing.get(claim.id, ()), words)


def _echoing(fact: Fact, words: Words) -> dict[str, tuple[Claim, ...]]:
    """The claims of a fact that stand in one sentence with others, each with all of them."""
    by_quote: dict[str, list[Claim]] = {}
    for claim in fact.claims:
        by_quote.setdefault(claim.quote, []).append(claim)
    shared = [c for each in by_quote.values() if len({c.document for c in each}) > 1 for c in each]
    documents = {c.document: words.document(c.document) for c in shared}  # the texts are long: no others are read
    return {claim.id: group for group in echoes(shared, documents) for claim in group}


def _doubts(
    fact: Fact, claim: Claim, disputed: bool, new: Mapping[str, Entity], names: Mapping[str, list[str]]
) -> Iterator[tuple[int, str]]:
    lacking = int((1 - Decimal(claim.confidence)) * 100)
    if lacking:
        yield lacking, f"confidence {claim.confidence}"
    if disputed:
        yield CONFLICT, "contradicted"
    unlisted = [e for e in (claim.subject, claim.object) if isinstance(e, str) and e in new]
    if unlisted:
        yield UNLISTED, "a name that nobody listed: " + ", ".join(new[e].label() for e in unlisted)
    quote = claim.quote.casefold()
    if claim.subject in names and not any(name in quote for name in names[claim.subject]):
        yield ELSEWHERE, "its subject is not named in these words"
    if claim.status is Status.REPORTED:
        yield HEARSAY, "hearsay"
    if fact.support < 2 and not fact.curations:
        yield SINGLE, "a single source"


def _claim(fact: Fact, claim: Claim, doubts: list[tuple[int, str]], echoing: tuple[Claim, ...], words: Words) -> Item:
    source = words.source(claim.document)
    statement, scope = as_read(claim, source, words.merged, words.short)
    draft = Decision("claims", claim.key, "", statement, scope, source, claim.quote)
    details = [
        ("subject", words.of(claim.subject)),
        ("property", words.of(claim.predicate)),
        ("object", words.of(claim.object)),
        ("status", claim.status.value),
        *((words.of(name), words.of(value)) for name, value in claim.qualifiers),
        ("from", claim.valid_from),
        ("until", claim.valid_until),
        ("when", claim.time_text),
        ("figure", claim.value_text),
        ("speaker", words.of(claim.stated_by) if claim.stated_by else ""),
        ("source", source),
        *sorted({("also in", words.source(c.document)) for c in echoing} - {("also in", source)}),
        ("rule", claim.pattern),
        ("confidence", claim.confidence),
    ]
    ends = (claim.subject, claim.object, *(v for _, v in claim.qualifiers))
    return Item(
        kind="claims",
        id=claim.key,
        title=words.statement(fact),
        doubt=sum(weight for weight, _ in doubts),
        reasons=tuple(reason for _, reason in sorted(doubts, key=lambda d: (-d[0], d[1]))),
        draft=draft,
        details=tuple((name, value) for name, value in details if value),
        about=tuple(e for e in ends if isinstance(e, str)),
        source=source,
        fact=fact,
        claim=claim,
        echoes=echoing,
    )


def _names(store: Store) -> dict[str, list[str]]:
    """All that each entity is called, in small letters."""
    found: dict[str, list[str]] = {}
    for predicate in LABEL_KINDS:
        for quad in store.match(predicate=ox.NamedNode(predicate)):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                found.setdefault(quad.subject.value, []).append(quad.object.value.casefold())
    return found


def repeated(store: Store) -> dict[str, list[str]]:
    """For each key of a decision the sources in whose sentences it holds too, as the graph has it."""
    found: dict[str, set[str]] = {}
    words = Words(store)
    for quad in store.match(predicate=ox.NamedNode(kg("decidedIn")), layer="claims"):
        documents = [q.object for q in store.match(quad.subject, _DERIVED, layer="claims")]  # type: ignore[arg-type]
        for written in store.match(quad.subject, _CURATION, layer="claims"):  # type: ignore[arg-type]
            key = stored.curation(store, written.object.value).key  # type: ignore[union-attr]
            found.setdefault(key, set()).update(words.source(store.records.id_of(d.value)) for d in documents)  # type: ignore[union-attr]
    return {key: sorted(sources) for key, sources in found.items()}


# -- names that nobody listed --------------------------------------------------------------------------------------


def new_entities(store: Store) -> Iterator[Entity]:
    """The entities that texts gave: their names stand in the layer of facts."""
    quads = store.match(predicate=ox.NamedNode(SKOS + "prefLabel"), layer="facts")
    for iri in sorted({q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode)}):
        types: list[str] = []
        labels: list[Label] = []
        for quad in store.match(ox.NamedNode(iri), layer="facts"):
            if quad.predicate == A and isinstance(quad.object, ox.NamedNode):
                types.append(quad.object.value)
            elif quad.predicate.value in LABEL_KINDS and isinstance(quad.object, ox.Literal):
                kind = LABEL_KINDS[quad.predicate.value]
                labels.append(Label(quad.object.value, quad.object.language or "", kind))
        yield Entity(iri, tuple(sorted(types)), tuple(sorted(labels)), origin=Origin.EXTRACTED)


def _entities(new: Iterable[Entity], facts: list[Fact], words: Words) -> Iterator[Item]:
    by_end: dict[str, list[tuple[Fact, Claim]]] = {}
    for fact in facts:
        for end in {e for e in (fact.subject, fact.object) if isinstance(e, str)}:
            by_end.setdefault(end, []).extend((fact, claim) for claim in fact.claims)
    for entity in new:
        told = sorted(by_end.get(entity.iri, ()), key=lambda x: (words.source(x[1].document), x[1].start, x[1].id))
        yield _entity(entity, told, words)


def _entity(entity: Entity, told: list[tuple[Fact, Claim]], words: Words) -> Item:
    fact, claim = told[0] if told else (None, None)
    source = words.source(claim.document) if claim else ""
    seen = seen_of(entity, words.short)
    reasons = [(_NEW, "a name that nobody listed")]
    if len(told) < 2:
        reasons.append((_FEW, "named once"))
    if len(entity.types) > 1:
        reasons.append((_SEVERAL, "taken for several things"))
    return Item(
        kind="entities",
        id=words.short(entity.iri),
        title=entity.label(),
        doubt=sum(weight for weight, _ in reasons),
        reasons=tuple(reason for _, reason in reasons),
        draft=Decision("entities", entity.iri, "", source=source, quote=claim.quote if claim else "", evidence=seen),
        details=(("class", ", ".join(map(words.of, entity.types))), ("claims", str(len(told))), ("source", source)),
        about=(entity.iri,),
        source=source,
        fact=fact,
        claim=claim,
    )


# -- merges, conflicts, what has to be decided again ---------------------------------------------------------------


def _merges(merges: Iterable[Merge], words: Words) -> Iterator[Item]:
    for merge in merges:
        iris = tuple(sorted(merge.entities))
        names = tuple(map(words.of, iris))
        key = merge_key(iris)
        yield Item(
            kind="merges",
            id=key,
            title=" = ".join(names),
            doubt=int(merge.score * 100),
            reasons=merge.evidence,
            draft=Decision("merges", key, "", entities=iris, evidence=names),
            details=tuple((words.short(iri), name) for iri, name in zip(iris, names, strict=True)),
            about=iris,
        )


def _conflicts(conflicts: list[tuple[Conflict, Fact, Fact]], words: Words) -> Iterator[Item]:
    for conflict, first, second in conflicts:
        sides = sides_of(first, second, words.short)
        both = sorted({first.id: first, second.id: second}.items())
        claim = next((c for _, f in both for c in f.claims), None)
        told = {c.document: words.source(c.document) for _, f in both for c in f.claims}
        sources = sources_of((f for _, f in both), told)
        yield Item(
            kind="conflicts",
            id=conflict.id,
            title=" / ".join(dict.fromkeys(words.statement(f) for _, f in both)),
            doubt=2 * CONFLICT,
            reasons=(f"rule {conflict.rule}",),
            draft=Decision("conflicts", conflict.id, "", rule=conflict.rule, evidence=sides, sources=sources),
            details=tuple((f"fact {fact_id[:8]}", side) for (fact_id, _), side in zip(both, sides, strict=True)),
            about=tuple(e for _, f in both for e in (f.subject, f.object) if isinstance(e, str)),
            source=words.source(claim.document) if claim else "",
            fact=first,
            claim=next(iter(first.claims), None),
        )


def _reopened(store: Store, taken: Mapping[tuple[str, str], Decision]) -> Iterator[Item]:
    by_place = {(d.file, d.key): d for d in taken.values()}
    quads = store.match(None, ox.NamedNode(kg("decision")), _REOPENED, "curated")
    for iri in sorted(q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode)):
        record = stored.curation(store, iri)
        decision = by_place.get((record.file, record.key))
        if decision is not None:
            yield _again(decision, record, store)


def _again(decision: Decision, record: Curation, store: Store) -> Item:
    reason = record.note.partition("; then: ")[0]
    details = [
        ("decided", decision.decision),
        ("then", decision.scope),
        ("rule", decision.rule),
        ("source", decision.source),
        ("written", f"{record.file}:{record.line}"),
        ("by", decision.by),
    ]
    return Item(
        kind="reopened",
        id=store.prefixes.shrink(decision.key) if decision.kind == "entities" else decision.key,
        title=decision.statement or " / ".join(decision.evidence),
        doubt=_AGAIN,
        reasons=(reason,),
        draft=decision,
        details=tuple((name, value) for name, value in details if value),
        about=decision.entities or ((decision.key,) if decision.kind == "entities" else ()),
        source=decision.source,
    )
