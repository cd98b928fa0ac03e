"""Documents that repeat another: reprints and lightly edited copies, found by the shingles of words they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kg.model import Document
from kg.text import Tokens

SHINGLE = 4
"""How many words in a row make a shingle."""
ALIKE = 0.35
"""The share of all shingles of two texts (Jaccard) from which one is a copy: two briefs on one event share under 0.05,
a reprint with changed words and a cut sentence 0.4 and more (tests/test_resolution.py makes such pairs)."""
_PERMUTATIONS = 128
_SEED = 1


def mark_copies(documents: Sequence[Document]) -> list[Document]:
    """The documents, each copy linked to the earliest of those it repeats; in the order of their ids.

    The earliest is the one issued first, then the one with the smaller id.
    """
    ordered = sorted(documents, key=lambda d: d.id)
    if len(ordered) < 2:
        return ordered
    shingles = {d.id: _shingles(d.text) for d in ordered}
    near = _candidates(shingles)
    originals: dict[str, str] = {}
    for document in sorted(ordered, key=lambda d: (not d.issued, d.issued, d.id)):
        earlier = [o for o in near[document.id] if originals.get(o) == o]
        alike = [o for o in earlier if _jaccard(shingles[document.id], shingles[o]) >= ALIKE]
        originals[document.id] = max(alike, key=lambda o: (_jaccard(shingles[document.id], shingles[o]), o), default="")
        originals[document.id] = originals[document.id] or document.id
    return [replace(d, copy_of=originals[d.id]) if originals[d.id] != d.id else d for d in ordered]


def _candidates(shingles: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """For each document those that may be like it, by MinHash and locality-sensitive hashing (Broder 1997)."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=ALIKE * 0.7, num_perm=_PERMUTATIONS)
    hashes = {}
    for name, words in sorted(shingles.items()):
        hashes[name] = MinHash(num_perm=_PERMUTATIONS, seed=_SEED)
        hashes[name].update_batch([w.encode("utf-8") for w in sorted(words)])
        index.insert(name, hashes[name])
    return {name: sorted(str(o) for o in index.query(h) if o != name) for name, h in hashes.items()}


def _shingles(text: str) -> frozenset[str]:
    words = [k for k in Tokens.of(text).keys if k[0].isalnum()]
    return frozenset(" ".join(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1)))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))
