"""Proposals that two entities are one, each with its evidence for and against: for a curator to decide on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from kg.identity.blocks import Pair, pairs_within
from kg.identity.evidence import Evidence, score
from kg.identity.naming import Names
from kg.identity.sharing import Sharing, copied
from kg.identity.texts import Texts
from kg.identity.traits import Traits
from kg.identity.wording import Wording
from kg.model import Document, Entity, Fact
from kg.names import digest
from kg.ontology import Ontology

LEAST = 0.5
"""From which score on a pair is proposed: below it the two are more likely two."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """That the entities (IRIs, sorted) are one: ``score`` from 0 to 1, what speaks for it and what against, the
    weightiest first."""

    entities: tuple[str, ...]
    score: float
    evidence: tuple[Evidence, ...]
    against: tuple[Evidence, ...] = ()

    @property
    def id(self) -> str:
        """The proposal's name: a hash of the entities, whatever the evidence."""
        return digest(*self.entities)


def proposals(
    entities: Iterable[Entity],
    facts: Iterable[Fact],
    documents: Iterable[Document],
    ontology: Ontology,
    wording: Wording,
    decided: Collection[Collection[str]] = (),
) -> list[Proposal]:
    """The pairs of entities that may be one, the surest first.

    Pairs come from names that are alike (see :func:`kg.identity.likeness.likeness`), a shared outer name, a text that
    says so, or copies of one text that differ in the name. A pair of which all that is known scores below ``LEAST`` is
    not proposed; nor is one within any group of ``decided`` IRIs. ``facts`` come with their claims. The order of
    nothing given matters. The cost follows the names, facts and texts, not their pairs.
    """
    known = {e.iri: e for e in sorted(entities, key=lambda e: e.iri)}
    held = sorted(facts, key=lambda f: f.id)
    texts_given = sorted(documents, key=lambda d: d.id)
    traits = Traits(known, ontology)
    sharing, texts = Sharing(held, traits), Texts(texts_given, known, held, wording)
    names = Names(traits, wording)
    said, copies = texts.introduced(), copied(held, sharing, _texts(texts_given))
    outer = set(pairs_within(traits.outer_names()))
    never = {p for group in decided for p in combinations(sorted(set(group)), 2)}
    found = []
    for names_of in sorted({*names.alike, *said, *copies, *outer} - never):
        if not known.keys() >= set(names_of):
            continue
        one, other = (known[iri] for iri in names_of)
        told = [(True, table[names_of]) for table in (said, copies) if names_of in table]
        told += [*names.judge(names_of), *traits.judge(one, other)]
        told += sharing.judge(*names_of)
        if names_of in names.alike or _proposal(names_of, told).score >= LEAST:
            told += texts.judge(*names_of, alike=names_of in names.alike)
        found.append(_proposal(names_of, told))
    return sorted((p for p in found if p.score >= LEAST), key=lambda p: (-p.score, p.entities))


def _proposal(names: Pair, told: Iterable[tuple[bool, Evidence]]) -> Proposal:
    ordered = sorted(told, key=lambda x: (-x[1].weight, x[1].words, x[1].rests_on))
    pro, contra = (tuple(e for holds, e in ordered if holds is side) for side in (True, False))
    return Proposal(names, score(pro, contra), pro, contra)


def _texts(documents: Sequence[Document]) -> dict[str, str]:
    """For each document that is a copy or has one the text it is of."""
    originals = {d.copy_of for d in documents if d.copy_of}
    return {d.id: d.copy_of or d.id for d in documents if d.copy_of or d.id in originals}
