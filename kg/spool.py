"""Lines in order, however many there are: sorted in pieces that fit into memory, merged from files without names."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import IO

PIECE = 500_000
"""Lines of a piece; as many IRIs take some 100 MB."""


def ordered(lines: Iterable[str], piece: int = PIECE) -> Iterator[str]:
    """The lines, which have no line feed in them, in the order of their characters, each once.

    What does not fit into one piece waits in the system's folder for such files. Raises OSError when that is full.

    >>> list(ordered("b a c a b".split(), piece=2))
    ['a', 'b', 'c']
    """
    with ExitStack() as files:
        kept: list[IO[str]] = []
        waiting = set[str]()
        for line in lines:
            waiting.add(line)
            if len(waiting) >= piece:
                kept.append(files.enter_context(_sorted(waiting)))
                waiting = set()
        last = None
        for line in heapq.merge(*map(_lines, kept), sorted(waiting)):
            if line != last:
                yield line
            last = line


def _sorted(lines: Iterable[str]) -> IO[str]:
    file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass", newline="\n")  # noqa: SIM115
    file.writelines(f"{line}\n" for line in sorted(lines))
    file.seek(0)
    return file


def _lines(file: IO[str]) -> Iterator[str]:
    return (line[:-1] for line in file)
