"""Which name a noun brought in: "Acme, a joint venture" says whom "the venture" means later."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from kg.text import LinkedText, Mention

APPOSITION = 8
"""How many tokens an apposition may have up to its noun ("Acme, the Oslo-based paper | firm")."""
FAR = 1000
"""How many tokens back the noun is looked for."""


def introduced(linked: LinkedText, names: Sequence[Mention], noun: int, articles: frozenset[str]) -> Mention | None:
    """The one of some names before a noun (a token) that stood beside that noun: right behind it, or before a comma, an
    article and what describes; None where it is none or several."""
    keys, firsts = linked.tokens.keys, [m.first for m in names]
    found: dict[str, Mention] = {}
    for i in [i for i in range(max(0, noun - FAR), noun) if keys[i] == keys[noun]]:
        at = bisect_left(firsts, i + 1)
        opening = _opening(keys, i, articles)
        beside = [m for m in names[max(0, at - 2) : at + 1] if m.first == i + 1 or m.last == opening]
        found.update((m.entity, m) for m in beside)
    return next(iter(found.values())) if len(found) == 1 else None


def _opening(keys: Sequence[str], i: int, articles: frozenset[str]) -> int | None:
    """The comma before an article that opens the apposition in which a token stands, nothing but words between."""
    for k in range(i - 1, max(-1, i - APPOSITION), -1):
        if keys[k] == ",":
            return k if keys[k + 1] in articles else None
        if not keys[k][0].isalnum() and keys[k] != "-":
            return None
    return None
