"""How a result becomes a file: whole or the old one, whoever else writes at the same time."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

_BESIDE = ".kg-"


def write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write the pieces to a file in one step: readers see the old file or the whole new one.

    A link is followed, and what it leads to is replaced. What exists and is no regular file (a device, a pipe) is
    written into as it is. A file that was there keeps its permissions. Raises OSError when it cannot be written, and
    whatever the pieces raise; then the old file stays and nothing is left beside it.
    """
    mode = _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        with path.open("wb") as out:
            out.writelines(pieces)
        return
    _replace(path.resolve(), pieces)


def _mode(path: Path) -> int | None:
    """The kind of what is there behind all links, or nothing; a ring of links raises OSError."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    # A folder of its own: its name is nobody else's, and the file in it gets the permissions that any new file gets.
    with tempfile.TemporaryDirectory(prefix=_BESIDE, dir=target.parent) as folder:
        beside = Path(folder) / target.name
        with beside.open("xb") as out:
            out.writelines(pieces)
            out.flush()
            os.fsync(out.fileno())
        if target.exists():
            shutil.copymode(target, beside)
        beside.replace(target)
