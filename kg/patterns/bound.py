"""What a pattern has bound so far."""

from __future__ import annotations


class Bound:
    """What is bound so far; the extent; how many wide gaps. Never changed: each step of a walk makes a new one."""

    __slots__ = ("gaps", "high", "low", "slots")

    def __init__(self, slots: dict[str, tuple[int, ...]], low: int, high: int, gaps: int = 0) -> None:
        self.slots = slots
        self.low = low
        self.high = high
        self.gaps = gaps

    def holds(self, at: int) -> bool:
        """Whether a node fills a slot already."""
        for nodes in self.slots.values():  # noqa: SIM110 - a generator costs more than the look-up, for each name met
            if at in nodes:
                return True
        return False

    def with_slot(self, name: str, nodes: tuple[int, ...], low: int, high: int) -> Bound:
        """This with a slot filled, and the extent that takes."""
        first, last = self.low, self.high
        # each step of a walk comes here, and a call of min or max costs as much as all the rest
        first = low if low < first else first  # noqa: FURB136
        last = high if high > last else last  # noqa: FURB136
        return Bound({**self.slots, name: nodes}, first, last, self.gaps)

    def extended(self, low: int, high: int) -> Bound:
        """This with a wider extent."""
        first, last = self.low, self.high
        first = low if low < first else first  # noqa: FURB136
        last = high if high > last else last  # noqa: FURB136
        return Bound(self.slots, first, last, self.gaps)

    def with_gap(self) -> Bound:
        """This with one more wide gap."""
        return Bound(self.slots, self.low, self.high, self.gaps + 1)
