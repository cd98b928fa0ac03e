"""Lines in order, however many there are: sorted in pieces that fit into memory, merged from files without names."""

from __future__ import annotations

import heapq
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import IO

PIECE = 64 << 20
"""What the lines of a piece take in memory, in bytes."""
_FILES = 100
"""So many wait at once; then they become one."""
_SLOT = 64  # what a line takes in a set and in a list


def ordered(lines: Iterable[str], piece: int = PIECE) -> Iterator[str]:
    """The lines, which have no line feed in them, in the order of their characters, each once.

    What does not fit into one piece waits in the system's folder for such files. Raises OSError when that is full.

    >>> list(ordered("b a c a b".split(), piece=200))
    ['a', 'b', 'c']
    """
    with ExitStack() as files:
        kept: list[IO[str]] = []
        waiting, size = set[str](), 0
        for line in lines:
            if line in waiting:
                continue
            waiting.add(line)
            size += sys.getsizeof(line) + _SLOT
            if size >= piece:
                kept.append(files.enter_context(_written(sorted(waiting))))
                waiting, size = set(), 0
            if len(kept) >= _FILES:
                kept = [files.enter_context(_written(_merged(kept)))]
        yield from _merged(kept, sorted(waiting))


def _merged(files: list[IO[str]], more: Iterable[str] = ()) -> Iterator[str]:
    """The lines of files and some more, all of them sorted, each once; the files are closed when they are read."""
    last = None
    for line in heapq.merge(*map(_lines, files), more):
        if line != last:
            yield line
        last = line


def _written(lines: Iterable[str]) -> IO[str]:
    file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass", newline="\n")  # noqa: SIM115
    file.writelines(f"{line}\n" for line in lines)
    file.seek(0)
    return file


def _lines(file: IO[str]) -> Iterator[str]:
    with file:
        for line in file:
            yield line[:-1]
