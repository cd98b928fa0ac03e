"""Where the nodes of a picture stand: computed here with a fixed seed, so that the same picture has the same bytes.

In the page it would take a browser some 40 seconds to find places for 1,000 lines; igraph needs a hundredth of one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence

from kg.errors import KgError

Point = tuple[int, int]

_SEED = 7
_ROUNDS = 600
_LEAST_ROUNDS, _WORK = 100, 400_000
_EACH_WITH_EACH = 2_500
"""Nodes up to which every pair repels, in the fewer rounds the more there are; above, only those near each other."""
_ROOM = 1.3
"""Units of area for each node of a large part, so that marks of a full page do not cover each other."""
_SPRINGS = 80
"""Nodes up to which springs are used: they draw small graphs better, at a cost that grows with the cube."""
_SPRING_LENGTH = 2.1
_GATHER = 0.75
"""Exponent on the distance from the middle, of which 1 changes nothing."""
# Pixels per unit of the layout. Labels are wider than high, so the picture is stretched sideways to keep them apart.
_ACROSS, _DOWN = 105, 72
_GAP = 170
_SHAPE = 1.25
"""Width to height of the whole, near that of the canvas."""


def places(count: int, pairs: Sequence[tuple[int, int]]) -> list[Point]:
    """A whole-pixel place for each of ``count`` nodes joined by ``pairs`` of indexes.

    Each connected part is laid out by itself, then the parts are set in rows, the largest first.
    Raises KgError when igraph is not installed.
    """
    parts = sorted(_components(count, pairs), key=lambda part: (-len(part), part[0]))
    member = {node: number for number, part in enumerate(parts) for node in part}
    inside: list[list[tuple[int, int]]] = [[] for _ in parts]
    for pair in pairs:
        inside[member[pair[0]]].append(pair)
    drawn = [_part(part, own) for part, own in zip(parts, inside, strict=True)]
    spots: dict[int, Point] = {}
    for part, points, (left, top) in zip(parts, drawn, _rows([_size(p) for p in drawn]), strict=True):
        spots.update({node: (left + x, top + y) for node, (x, y) in zip(part, points, strict=True)})
    return [spots[node] for node in range(count)]


def _components(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    parent = list(range(count))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in pairs:
        parent[max(root(a), root(b))] = min(root(a), root(b))
    members: dict[int, list[int]] = {}
    for node in range(count):
        members.setdefault(root(node), []).append(node)
    return list(members.values())


def _part(part: Sequence[int], pairs: Iterable[tuple[int, int]]) -> list[Point]:
    """The places of one connected part, its left upper corner at (0, 0)."""
    index = {node: place for place, node in enumerate(part)}
    edges = sorted({(index[min(p)], index[max(p)]) for p in pairs if p[0] != p[1]})
    points = _force(len(part), edges)
    left, top = min(x for x, _ in points), min(y for _, y in points)
    return [(round((x - left) * _ACROSS), round((y - top) * _DOWN)) for x, y in points]


def _force(count: int, edges: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """Places by springs (Kamada and Kawai 1989) for small parts, by charges (Fruchterman and Reingold 1991) above."""
    if count == 1:
        return [(0.0, 0.0)]
    try:
        import igraph
    except ImportError:
        raise KgError("a picture needs the package igraph", hint="pip install igraph") from None
    chance = random.Random(_SEED)
    igraph.set_random_number_generator(chance)
    try:
        graph = igraph.Graph(count, edges)
        circle = [[math.cos(i * 2 * math.pi / count), math.sin(i * 2 * math.pi / count)] for i in range(count)]
        if count <= _SPRINGS:
            return _gathered(graph.layout_kamada_kawai(seed=circle).coords, _SPRING_LENGTH)
        rounds = min(_ROUNDS, max(_LEAST_ROUNDS, _WORK // count))
        if count > _EACH_WITH_EACH:
            points = graph.layout_fruchterman_reingold(niter=_ROUNDS, grid=True).coords
        else:
            points = graph.layout_fruchterman_reingold(seed=circle, niter=rounds, grid=False).coords
        return _spread(_gathered(points, 1.0))
    finally:
        igraph.set_random_number_generator(random)


def _gathered(points: Iterable[Sequence[float]], unit: float) -> list[tuple[float, float]]:
    """Points with the far ones drawn in: else a few strays leave the crowd in the middle too small to read."""
    given = [(x * unit, y * unit) for x, y in points]
    middle = sum(x for x, _ in given) / len(given), sum(y for _, y in given) / len(given)
    far = max(math.dist(middle, p) for p in given) or 1.0

    def drawn_in(x: float, y: float) -> tuple[float, float]:
        shrink = (math.dist(middle, (x, y)) / far) ** (_GATHER - 1) if (x, y) != middle else 1.0
        return middle[0] + (x - middle[0]) * shrink, middle[1] + (y - middle[1]) * shrink

    return [drawn_in(x, y) for x, y in given]


def _spread(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points with as much room for each as any other page gives: the methods themselves scale as they like."""
    across, down = (max(side) - min(side) for side in zip(*points, strict=True))
    scale = math.sqrt(_ROOM * len(points) / (across * down or 1.0))
    return [(x * scale, y * scale) for x, y in points]


def _size(points: Iterable[Point]) -> Point:
    across, down = zip(*points, strict=True)
    return max(across), max(down)


def _rows(sizes: Sequence[Point]) -> list[Point]:
    """The left upper corners of boxes set in rows that are as wide as the whole should be."""
    area = sum((w + _GAP) * (h + _GAP) for w, h in sizes)
    width = max([math.sqrt(area * _SHAPE), *(w for w, _ in sizes)])
    corners, x, y, height = [], 0, 0, 0
    for across, down in sizes:
        if x and x + across > width:
            x, y, height = 0, y + height + _GAP, 0
        corners.append((x, y))
        x, height = x + across + _GAP, max(height, down)
    return corners
