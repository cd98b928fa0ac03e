"""Copies repeat sentences: what a curator finds of one, is found of it wherever a copy has it word for word."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping

from kg.decisions.decision import Decision
from kg.model import Claim, Document
from kg.sentences import around


def echoes(claims: Iterable[Claim], documents: Mapping[str, Document]) -> Iterator[tuple[Claim, ...]]:
    """The claims that say the same in the same sentence of an original and its copies, those of the original first.

    ``documents`` by id hold at least the copies among those of the claims, and their originals. A copy that has the
    sentence in other words is not among them: what is found of one sentence need not be so of another.
    """
    originals = {d.copy_of for d in documents.values() if d.copy_of}
    alike: dict[Hashable, list[Claim]] = {}
    for claim in claims:
        document = documents.get(claim.document)
        if document and not claim.corrects and (document.copy_of or document.id in originals):
            alike.setdefault((document.copy_of or document.id, *_words(claim)), []).append(claim)
    for group in alike.values():
        if len({c.document for c in group}) > 1:
            yield from _in_one_sentence(group, documents)


def _words(claim: Claim) -> tuple[Hashable, ...]:
    """What a claim says, without its dates: they follow from the words, and from the day on which a copy came out."""
    return (claim.quote, claim.subject, claim.predicate, claim.object, claim.qualifiers, claim.status, claim.time_text,
            claim.value_text, claim.stated_by)  # fmt: skip


def _in_one_sentence(claims: Iterable[Claim], documents: Mapping[str, Document]) -> Iterator[tuple[Claim, ...]]:
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        before, after = around(documents[claim.document].text, claim.start, claim.end)
        found.setdefault(" ".join((before + claim.quote + after).split()), []).append(claim)
    for group in found.values():
        if len({c.document for c in group}) > 1:
            yield tuple(sorted(group, key=lambda c: (documents[c.document].copy_of, c.document, c.start, c.id)))


def followed(
    group: Iterable[Claim], decided: Mapping[str, Decision], documents: Mapping[str, Document]
) -> tuple[Claim, Decision] | None:
    """Of a group of echoes the claim whose decision holds for those that have none of their own, and that decision.

    That of the original; without one that of the copies, unless curators found them to differ. ``decided`` is by key.
    """
    taken = [(claim, decided[claim.key]) for claim in group if claim.key in decided]
    differ = len({(d.decision, d.correction) for _, d in taken}) > 1
    return None if not taken or (differ and documents[taken[0][0].document].copy_of) else taken[0]
