"""A graph on disk: written whole in one atomic step, opened read-only.

A store is a folder that holds generations::

    PATH/kg-store.lock         held by the one writer
    PATH/CURRENT               the name of the generation that readers open
    PATH/g000002/manifest.json what is in it; every reader holds a shared lock on it
    PATH/g000002/data/         the triples

A build writes the next generation beside the old one, checks it, and only then replaces ``CURRENT``: whoever reads
sees the old graph or the new one, and a build that dies leaves the old one as it was.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from kg.errors import Place, StoreError
from kg.store import damage
from kg.store.graph import Hold, Manifest, Store, sizes

LOCK, CURRENT, MANIFEST, DATA = "kg-store.lock", "CURRENT", "manifest.json", "data"
_GENERATION = re.compile(r"g(\d{6,})")
_OPENINGS = 5  # beside a writer 7 of 60 openings missed a file that the next try found


def open(path: Path | str) -> Store:
    """The store at a path, read-only; several may be open at once, also while a build writes.

    Raises StoreError when there is none, when another format version made it, or when it is damaged.
    """
    root = Path(path)
    place = Place(str(root))
    problem: Exception = FileNotFoundError()
    for attempt in range(_OPENINGS):
        try:
            return _open_current(root, place)
        except (OSError, RuntimeError, ValueError) as error:  # damage, or a writer replaced what we were to open
            problem = error
            if not (root / CURRENT).is_file():
                raise StoreError("no store here", place, "run 'kg build'") from None
            time.sleep(0.02 * attempt)
    raise damage.unopened(problem, root)


def _open_current(root: Path, place: Place) -> Store:
    home = root / (root / CURRENT).read_text(encoding="utf-8").strip()
    held = Hold(home / MANIFEST)
    manifest = Manifest.read((home / MANIFEST).read_text(encoding="utf-8"), place)
    return Store(ox.Store.read_only(str(home / DATA)), manifest, root, held)


def write(path: Path | str, quads: Iterable[ox.Quad], manifest: Manifest) -> Manifest:
    """Make the store at a path hold these quads and nothing else, in one atomic step; the manifest with its sizes.

    Raises StoreError when the path is something else than a store, another process is writing there, or what was
    written does not come back. In each case what was there stays as it was.
    """
    root = Path(path)
    _claim(root)
    with _writing(root):
        old = _current(root)
        _sweep(root, keep=old)
        home = root / f"g{_last(root, old) + 1:06d}"
        shutil.rmtree(home, ignore_errors=True)
        try:
            written = _fill(home, quads, manifest)
            _replace(root / CURRENT, home.name + "\n")
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise
        _sweep(root, keep=home.name)
    return written


def _claim(root: Path) -> None:
    """Make the folder, or make sure that it is ours."""
    place = Place(str(root))
    try:
        root.mkdir(parents=True, exist_ok=True)
        strange = any(root.iterdir()) and not (root / LOCK).exists()
    except OSError as error:
        raise StoreError(f"cannot be a store: {error.strerror}", place, "choose another --store") from None
    if strange:
        raise StoreError("the folder holds other files and is no store", place, "choose another --store or empty it")


@contextmanager
def _writing(root: Path) -> Iterator[None]:
    with (root / LOCK).open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError("another build is writing here", Place(str(root)), "wait until it is done") from None
        yield


def _fill(home: Path, quads: Iterable[ox.Quad], manifest: Manifest) -> Manifest:
    """Write one generation and check that it reads as written."""
    home.mkdir()
    engine = ox.Store(str(home / DATA))
    engine.bulk_extend(quads)
    engine.flush()
    wrote = sizes(engine)
    del engine  # gives up the engine's own lock
    found = sizes(ox.Store.read_only(str(home / DATA)))
    if found != wrote:
        hint = "check the disk and run 'kg build' again"
        raise StoreError(f"wrote {wrote}, read back {found}", Place(str(home)), hint)
    written = replace(manifest, quads=wrote)
    _replace(home / MANIFEST, written.json())
    return written


def _current(root: Path) -> str:
    try:
        return (root / CURRENT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, UnicodeDecodeError):  # none, or damaged: the next build is to mend it
        return ""


def _last(root: Path, old: str) -> int:
    """The number that the next generation follows: of a damaged store the highest, which readers may still hold."""
    return _number(old) or max((_number(home.name) for home in root.iterdir()), default=0)


def _number(generation: str) -> int:
    match = _GENERATION.fullmatch(generation)
    return int(match[1]) if match else 0


def _replace(path: Path, text: str) -> None:
    """Put a file in place whole: written beside, on the disk, then renamed, and the rename on the disk too."""
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sweep(root: Path, keep: str) -> None:
    """Remove the generations that are neither current nor read by anyone, those of dead builds among them."""
    for home in sorted(root.iterdir()):
        if _GENERATION.fullmatch(home.name) and home.name != keep and not _is_read(home):
            shutil.rmtree(home, ignore_errors=True)


def _is_read(home: Path) -> bool:
    try:
        with (home / MANIFEST).open(encoding="utf-8") as manifest:
            fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
