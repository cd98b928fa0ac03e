"""What a pattern has bound so far."""

from __future__ import annotations

from typing import NamedTuple


class Bound(NamedTuple):
    """What is bound so far; the extent; how many wide gaps."""

    slots: dict[str, tuple[int, ...]]
    low: int
    high: int
    gaps: int = 0

    def with_slot(self, name: str, nodes: tuple[int, ...], low: int, high: int) -> Bound:
        """This with a slot filled, and the extent that takes."""
        slots = {**self.slots, name: nodes}
        return Bound(slots, min(self.low, low), max(self.high, high), self.gaps)

    def extended(self, low: int, high: int) -> Bound:
        """This with a wider extent."""
        return Bound(self.slots, min(self.low, low), max(self.high, high), self.gaps)
