"""What a pattern has bound so far."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple


class Bound(NamedTuple):
    """What is bound so far; the extent; how many wide gaps."""

    slots: dict[str, tuple[int, ...]]
    low: int
    high: int
    gaps: int = 0

    def holds(self, at: int) -> bool:
        """Whether a node fills a slot already."""
        for nodes in self.slots.values():  # noqa: SIM110 - a generator costs more than the look-up, for each name met
            if at in nodes:
                return True
        return False

    def with_slot(self, name: str, nodes: tuple[int, ...], low: int, high: int) -> Bound:
        """This with a slot filled, and the extent that takes."""
        before, first, last, gaps = self
        # each step of a walk comes here, and a call of min or max costs as much as all the rest
        first = low if low < first else first  # noqa: FURB136
        last = high if high > last else last  # noqa: FURB136
        return bound_of(({**before, name: nodes}, first, last, gaps))

    def extended(self, low: int, high: int) -> Bound:
        """This with a wider extent."""
        slots, first, last, gaps = self
        first = low if low < first else first  # noqa: FURB136
        last = high if high > last else last  # noqa: FURB136
        return bound_of((slots, first, last, gaps))


bound_of = partial(tuple.__new__, Bound)
"""``Bound`` from all of its parts: in half the time, and each step of a walk makes one."""
