"""What a graph holds as one number that follows every change: quads may come and go, and it is not made anew."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox

from kg.names import RDF, XSD

_MODULUS = 1 << 256
_END = len(b" .\n")  # what a line has behind its quad, which ends with the name of its graph
_RECENT = 1 << 16
_SEEN = 1_000
_AS_WRITTEN = (XSD + "string", RDF + "langString")


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


def total(digests: Iterable[str]) -> str:
    """The digest of a set of quads from those of its parts.

    >>> one, two = (ox.Quad(ox.NamedNode(f"x:{n}"), ox.NamedNode("x:p"), ox.Literal("o")) for n in (1, 2))
    >>> total([digest([one]), digest([two])]) == digest([one, two])
    True
    """
    return f"{sum(int(each, 16) for each in digests) % _MODULUS:064x}"


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


class Tally:
    """Counts and sums quads on their way into a store, so that they need not all be read back.

    A quad that comes twice within some 65,000 counts once. Of others that do so nothing is known here: then the counts
    are not those of the store, and its digest has to be made of what it gives back.

    >>> quads = [ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.Literal(n), ox.NamedNode("x:g")) for n in (1, 2)]
    >>> tally = Tally()
    >>> list(tally.passing([*quads, quads[0]])) == [*quads, quads[0]]
    True
    >>> tally.counts["x:g"], tally.digest == digest(quads)
    (2, True)
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        """How many quads there are in each graph, by its name."""
        self.seen: list[ox.Quad] = []
        """Some of the quads, spread over all of them, as the engine gives them back."""
        self._total = 0
        self._recent, self._before = set[int](), set[int]()
        self._passed, self._step = 0, 1

    @property
    def digest(self) -> str:
        """The digest of what has passed, as of :func:`digest`."""
        return f"{self._total % _MODULUS:064x}"

    def passing(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """The same quads."""
        for quad in quads:
            self._add(quad if _is_kept(quad.object) else _kept(quad))
            yield quad

    def _add(self, quad: ox.Quad) -> None:
        number = _number(quad)
        if number in self._recent or number in self._before:
            return
        self._recent.add(number)
        if len(self._recent) >= _RECENT:
            self._recent, self._before = set(), self._recent
        self._total += number
        self.counts[quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""] += 1
        if self._passed % self._step == 0:
            self.seen.append(quad)
            if len(self.seen) > _SEEN:
                self.seen, self._step = self.seen[::2], self._step * 2
        self._passed += 1


def _is_kept(term: object) -> bool:
    """Whether the engine gives a term back with the characters it came with."""
    if isinstance(term, ox.Literal):
        return term.datatype.value in _AS_WRITTEN and (term.language or "").islower() == bool(term.language)
    return not isinstance(term, ox.Triple) or _is_kept(term.object)


def _kept(quad: ox.Quad) -> ox.Quad:
    """The quad as the engine gives it back: it keeps values, not the characters they were written with."""
    value = quad.object
    if isinstance(value, ox.Triple):
        assert isinstance(value.object, ox.Literal | ox.Triple)
        kept = _kept(ox.Quad(value.subject, value.predicate, value.object)).object
        return ox.Quad(quad.subject, quad.predicate, ox.Triple(value.subject, value.predicate, kept), quad.graph_name)
    assert isinstance(value, ox.Literal)
    return ox.Quad(quad.subject, quad.predicate, _given_back(value), quad.graph_name)


@lru_cache(1 << 16)
def _given_back(literal: ox.Literal) -> ox.Literal:
    engine, node = ox.Store(), ox.NamedNode(RDF + "value")
    engine.add(ox.Quad(node, node, literal))
    [quad] = engine
    assert isinstance(quad.object, ox.Literal)
    return quad.object


def _number(quad: ox.Quad) -> int:
    return int.from_bytes(hashlib.sha256(str(quad).encode("utf-8")).digest(), "big")
