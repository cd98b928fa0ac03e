"""What a graph holds as one number that follows every change: quads may come and go, and it is not made anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pyoxigraph as ox

_MODULUS = 1 << 256


def digest(quads: Iterable[ox.Quad], before: str = "", gone: Iterable[ox.Quad] = ()) -> str:
    """The digest of a set of quads: the sum of the SHA-256 of each in N-Quads, modulo 2^256, as 64 hexadecimal digits.

    With ``before``, the digest of a graph, that of the same graph with ``quads`` added and ``gone`` taken out. No order
    changes it. It tells two graphs apart that were made in good faith, and is no seal against a forger.

    >>> one, two = (ox.Quad(ox.NamedNode(f"x:{n}"), ox.NamedNode("x:p"), ox.Literal("o")) for n in (1, 2))
    >>> digest([one, two]) == digest([two, one]) == digest([two], digest([one]))
    True
    >>> digest([], digest([one, two]), gone=[two]) == digest([one])
    True
    """
    total = int(before or "0", 16) + sum(map(_number, quads)) - sum(map(_number, gone))
    return f"{total % _MODULUS:064x}"


def total(digests: Iterable[str]) -> str:
    """The digest of a set of quads from those of its parts.

    >>> one, two = (ox.Quad(ox.NamedNode(f"x:{n}"), ox.NamedNode("x:p"), ox.Literal("o")) for n in (1, 2))
    >>> total([digest([one]), digest([two])]) == digest([one, two])
    True
    """
    return f"{sum(int(each, 16) for each in digests) % _MODULUS:064x}"


def _number(quad: ox.Quad) -> int:
    return int.from_bytes(hashlib.sha256(str(quad).encode("utf-8")).digest(), "big")
