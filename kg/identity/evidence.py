"""What speaks for two entities being one, and what against: a sentence in words, its weight, what it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for or against, in words; ``rests_on`` names facts and documents, as ``fact:ID`` and ``document:ID``.

    ``weight`` is between 0 and 1: what a reason alone would make of it.
    """

    words: str
    weight: float
    rests_on: tuple[str, ...] = ()


def score(evidence: Iterable[Evidence], against: Iterable[Evidence]) -> float:
    """How sure it is that two are one: what is left of the doubt after each reason for, and of the trust after each
    against. More for never lowers it, more against never raises it.

    >>> score([Evidence("a", 0.5), Evidence("b", 0.5)], [])
    0.75
    >>> score([Evidence("a", 0.5), Evidence("b", 0.5)], [Evidence("c", 0.4)])
    0.45
    """
    trust = 1 - prod(1 - e.weight for e in evidence)
    return round(trust * prod(1 - e.weight for e in against), 3)
