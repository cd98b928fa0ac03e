"""How a result becomes a file: whole or the old one, whoever else writes, whenever the process or the power fails.

What is written has no name until it is whole and on the disk. So a writer that is killed leaves nothing behind, but in
the moment between naming it and putting it in its place; that rest is swept away by whoever writes there next.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_BESIDE = re.compile(r"\.kg-[0-9a-f]{16}\.part")
_NAMELESS = getattr(os, "O_TMPFILE", 0)
_REFUSED = (errno.EINVAL, errno.EISDIR, errno.ENOENT, errno.EOPNOTSUPP)
"""What a system answers that knows no files without a name, or cannot name one later."""


def write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write the pieces to a file in one step: readers see the old file or the whole new one, also after a power cut.

    A link is followed, and what it leads to is replaced. What exists and is no regular file (a device, a pipe) is
    written into as it is. A file that was there keeps its permissions. Raises OSError when it cannot be written, and
    whatever the pieces raise; then the old file stays and nothing is left beside it.
    """
    mode = _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        with path.open("wb") as out:
            out.writelines(pieces)
        return
    _replace(path.resolve(), pieces, mode)


def remove(path: Path) -> None:
    """Remove a file, for good also after a power cut; one that is not there is removed already."""
    path.unlink(missing_ok=True)
    settle(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder, and those around it, that a power cut does not take back; one that is there is left as it is."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    settle(path.parent)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder against all who ask for it too, in this process or another: they wait until it is given up.

    Where the system cannot hold folders, nobody waits.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def is_empty(folder: Path) -> bool:
    """Whether nothing is in a folder but what writers left there that were killed."""
    return folder.is_dir() and all(_BESIDE.fullmatch(entry.name) for entry in folder.iterdir())


def copy_into(folder: Path, parts: Iterable[Path]) -> None:
    """Copy folders with all that is in them into one that is not there, or empty, whole or not at all.

    A folder that is not there appears in one step; one that is there stays itself, and each part appears in one step.
    Raises OSError when it cannot be done; then nothing is left of it.
    """
    target = folder.resolve()
    is_there = target.is_dir()
    around = target if is_there else target.parent
    make_folder(around)
    _sweep(around)
    with _drafted(_folder(around)) as draft:
        assert draft.name is not None, "it has one from the beginning"
        copies = [Path(shutil.copytree(part, draft.name / part.name)) for part in parts]
        settle_all(draft.name)
        if is_there:
            for copy in copies:
                copy.replace(target / copy.name)
            draft.name.rmdir()
        else:
            draft.give(target)
    settle(around)


def settle(path: Path) -> None:
    """Wait until a file, or what a folder says of the names in it, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems have nothing to wait for in a folder
            raise
    finally:
        os.close(descriptor)


def settle_all(folder: Path) -> None:
    """Wait until a folder is on the disk with all that is in it, the innermost first."""
    for root, _, names in os.walk(folder, topdown=False):
        for name in names:
            settle(Path(root, name))
        settle(Path(root))


def _mode(path: Path) -> int | None:
    """The kind and permissions of what is there behind all links, or nothing; a ring of links raises OSError."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


@dataclass(slots=True)
class _Draft:
    """An open file or folder that is not yet in its place; a lock on it tells those who sweep that its writer lives."""

    descriptor: int
    folder: Path
    name: Path | None = None

    def give(self, name: Path) -> None:
        """Give it a name, or another one in the place of what has it."""
        if self.name is not None:
            self.name.replace(name)
        else:
            # With a descriptor beside it the link is followed, which names what it leads to.
            os.link(f"/proc/self/fd/{self.descriptor}", name, src_dir_fd=self.descriptor, follow_symlinks=True)
        self.name = name


def _replace(target: Path, pieces: Iterable[bytes], mode: int | None) -> None:
    _sweep(target.parent)
    with _drafted(_nameless(target.parent) or _named(target.parent)) as draft:
        with os.fdopen(draft.descriptor, "wb", closefd=False) as out:
            out.writelines(pieces)
        if mode is not None:
            os.fchmod(draft.descriptor, stat.S_IMODE(mode))
        os.fsync(draft.descriptor)
        if mode is None and draft.name is None:
            with suppress(FileExistsError):  # it came in the meantime: it is replaced, as if it had been there before
                draft.give(target)
        if draft.name is None:
            draft.give(_beside(target.parent))
        if draft.name != target:
            draft.give(target)
    settle(target.parent)


@contextmanager
def _drafted(draft: _Draft) -> Iterator[_Draft]:
    placed = False
    try:
        yield draft
        placed = True
    finally:
        if not placed and draft.name is not None:
            _remove(draft.name)
        os.close(draft.descriptor)


def _nameless(folder: Path) -> _Draft | None:
    """A file without a name, where the system has such files."""
    if not _NAMELESS or not Path("/proc/self/fd").is_dir():
        return None
    try:
        descriptor = os.open(folder, _NAMELESS | os.O_WRONLY, 0o666)
    except OSError as error:
        if error.errno in _REFUSED and folder.is_dir():
            return None
        raise
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return _Draft(descriptor, folder)


def _named(folder: Path) -> _Draft:
    """A file under a name of its own, where there are none without."""
    while True:
        name = _beside(folder)
        descriptor = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return _Draft(descriptor, folder, name)
        os.close(descriptor)  # swept away before it was locked


def _folder(folder: Path) -> _Draft:
    """A folder under a name of its own."""
    while True:
        name = _beside(folder)
        name.mkdir()
        with suppress(FileNotFoundError):  # swept away before it was locked
            descriptor = os.open(name, os.O_RDONLY)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if name.is_dir():
                return _Draft(descriptor, folder, name)
            os.close(descriptor)


def _remove(name: Path) -> None:
    if name.is_dir():
        shutil.rmtree(name, ignore_errors=True)
    else:
        name.unlink(missing_ok=True)


def _beside(folder: Path) -> Path:
    return folder / f".kg-{secrets.token_hex(8)}.part"


def _sweep(folder: Path) -> None:
    """Remove what writers left beside their files that were killed; what lives is locked, and what is not ours stays.

    Best effort: whoever may not remove it may still write.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for name in [e.path for e in entries if _BESIDE.fullmatch(e.name) and not e.is_symlink()]:
            with suppress(OSError):
                _swept(name)


def _swept(name: str) -> None:
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(Path(name))
    finally:
        os.close(descriptor)
