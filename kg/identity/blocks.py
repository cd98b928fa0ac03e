"""Which entities are worth a look beside each other: those that share a key, so that the cost follows the names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

from kg.identity.letters import skeleton
from kg.identity.likeness import Form
from kg.identity.wording import Wording

T = TypeVar("T", int, str)
Pair = tuple[str, str]
"""Two IRIs, sorted."""
_CROWD = 40
"""A key that so many names share says nothing, and their pairs would grow with the square of the names."""
_SLIPS = range(5, 33)
"""How long a name is whose slips of the pen are looked for: in shorter ones each letter counts."""


def alike(forms: Mapping[str, Sequence[Form]], wording: Wording) -> Iterator[tuple[Form, Form, Pair]]:
    """The names of two entities that share a key, each two of them once, with the entities; in no order.

    ``forms`` are in the order of their IRIs.
    """
    named = [(iri, form) for iri, names in forms.items() for form in names]
    blocks: dict[tuple[str, str], list[int]] = {}
    for number, (_, form) in enumerate(named):
        for key in set(keys(form, wording)):
            blocks.setdefault(key, []).append(number)
    found = {(i, j) for i, j in pairs_within(blocks.values()) if named[i][0] != named[j][0]}
    for i, j in found:
        (one, form), (other, other_form) = named[i], named[j]
        yield form, other_form, (one, other)


def pairs_within(blocks: Iterable[Collection[T]]) -> Iterator[tuple[T, T]]:
    """The sorted pairs of each block that is no crowd."""
    for block in blocks:
        if 1 < len(block) < _CROWD:
            yield from combinations(sorted(block), 2)


def keys(form: Form, wording: Wording) -> Iterator[tuple[str, str]]:
    """The keys of a name: names that are alike share one of them, but for two with slips in two words each."""
    words, joined = form.words, form.joined
    yield "letters", joined
    yield "words", " ".join(sorted(words))
    yield "sound", " ".join(skeleton(w) for w in words)
    tight = [w for w in words if w not in wording.loose]
    yield "tight", " ".join(tight)
    for head in form.heads:
        yield "heads", head
    if form.is_short:
        yield "heads", form.text.lower()
    if len(words) > 1:
        yield "ends", f"{words[0][0]} {words[-1]}"
    # Two names that differ by one letter, left out, put in or taken for another, become one when each lacks it.
    if len(joined) in _SLIPS:
        yield "slip", joined
        for i in range(len(joined)):
            yield "slip", joined[:i] + joined[i + 1 :]
