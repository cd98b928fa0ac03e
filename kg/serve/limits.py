"""What one client may cost, and who may ask at all."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one question may take, and how many may be asked at once.

    >>> Limits(timeout=5).longest
    50
    """

    timeout: float = 30
    """Seconds that a question may work; the time that its reader takes for the answer is not counted."""
    memory: int = 512 * MIB
    """Bytes that a question may take beside what the store's own process holds."""
    answer: int = 256 * MIB
    """Bytes of one answer; a longer one is broken off."""
    query: int = MIB
    """Bytes of one request's body."""
    running: int = field(default_factory=lambda: max(4, 2 * (os.cpu_count() or 1)))
    """Questions that work at the same time."""
    waiting: int = 512
    """Questions that wait for their turn; the next one is told to come again."""
    stall: float = 20
    """Seconds that a reader may let 64 KiB lie."""
    head: float = 10
    """Seconds for the head of a request."""
    body: float = 20
    """Seconds for its body."""
    connections: int = 800
    """Open connections; beyond it, the one that has been without a request for the longest is closed."""

    @property
    def open(self) -> int:
        """Answers that may lie half read; beyond it, the one that has lain longest is broken off."""
        return 4 * self.running

    @property
    def longest(self) -> float:
        """Seconds from the question to the last byte of its answer, however slow the reader."""
        return 10 * self.timeout

    @property
    def target(self) -> int:
        """Bytes of the address of a request: a long query belongs into a body."""
        return min(self.query, 32 << 10)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask, and for what: names of this server, foreign pages, and what is off unless asked for."""

    hosts: tuple[str, ...] = ()
    """Names in the Host header besides ``localhost`` and the address that is listened to."""
    origins: tuple[str, ...] = ()
    """Origins of pages of other servers that may read answers; ``*`` is all of them."""
    update: bool = False
    service: bool = False
