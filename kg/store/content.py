"""What a graph holds as one number that follows every change: quads may come and go, and it is not made anew."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

_MODULUS = 1 << 256
_END = len(b" .\n")  # what a line has behind its quad, which ends with the name of its graph


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
    return written(total)


def written(total: int) -> str:
    """A sum as a digest."""
    return f"{total % _MODULUS:064x}"


@dataclass(frozen=True, slots=True)
class Piece:
    """Quads as N-Quads, each once, as the engine gives them back; their sum, how many each graph has, and the first.

    >>> quads = [ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.Literal(n), ox.NamedNode("x:g")) for n in (1, 2)]
    >>> piece = Piece.of([*quads, quads[0]])
    >>> piece.counts["x:g"], written(piece.total) == digest(quads)
    (2, True)
    """

    lines: bytes
    total: int
    counts: Mapping[str, int]
    first: bytes

    @classmethod
    def of(cls, quads: Iterable[ox.Quad]) -> Piece:
        """The piece of some quads."""
        engine = ox.Store()
        engine.bulk_extend(quads)
        lines = engine.dump(format=ox.RdfFormat.N_QUADS) or b""
        split = lines.splitlines(keepends=True)
        total = sum(int.from_bytes(hashlib.sha256(line[:-_END]).digest(), "big") for line in split)
        counts = Counter(line[line.rindex(b"<") + 1 : -_END - 1] for line in split)
        return cls(lines, total, {graph.decode(): n for graph, n in counts.items()}, b"".join(split[:1]))


def _number(quad: ox.Quad) -> int:
    return int.from_bytes(hashlib.sha256(str(quad).encode("utf-8")).digest(), "big")
