"""A graph on disk: written whole in one atomic step, opened read-only.

A store is a folder that holds generations::

    PATH/kg-store.lock         held by the one writer
    PATH/CURRENT               the name of the generation that readers open
    PATH/g000002/manifest.json what is in it; every reader holds a shared lock on it
    PATH/g000002/data/         the triples

A build writes the next generation beside the old one, checks it, and only then replaces ``CURRENT``: whoever reads
sees the old graph or the new one, and a build that dies leaves the old one as it was, also when the power goes: a
generation is on the disk before ``CURRENT`` names it. A change of some quads starts the
next generation from the files of the old one, which the two then share.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

import pyoxigraph as ox

from kg import files
from kg.errors import Place, StoreError, way_out
from kg.layout import CURRENT, DATA, LOCK, MANIFEST
from kg.names import local_name
from kg.rdf import LAYERS, layer
from kg.store import content, damage
from kg.store.content import Piece
from kg.store.graph import Hold, Manifest, Store, sizes

_GENERATION = re.compile(r"g(\d{6,})")
_AT_ONCE = 1 << 23
"""Bytes of N-Quads that are loaded at once."""
_GATHERED = 1_000_000
"""Quads that the engine gathers by itself before it writes a part."""
_PARTS = 40
"""Parts from which on a store is merged. Of 5 million quads in 109 parts texts are then read three times as fast, for a
twentieth of the time of loading; in 5 parts, which is what gathering makes of them, nothing is gained."""
_LOOKED_UP = 1_000
"""Quads of a new generation that are looked up at most, one of each piece, besides counting them all."""
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


def write(
    path: Path | str, quads: Iterable[ox.Quad], manifest: Manifest, instead_of: Manifest | None = None
) -> Manifest:
    """Make the store at a path hold these quads and nothing else, in one atomic step; the manifest with its sizes.

    ``instead_of`` is the manifest of the store that the quads were made from, if they were. Raises StoreError when the
    path is something else than a store, another process is writing there or wrote since, or what was written does not
    come back. In each case what was there stays as it was.
    """
    root = Path(path)
    return _next(root, lambda home: _fill(home, quads, manifest), instead_of)


def load(
    path: Path | str,
    quads: Iterable[ox.Quad],
    pieces: Iterable[Piece],
    manifest: Callable[[], Manifest],
    instead_of: Manifest | None = None,
) -> Manifest:
    """As :func:`write`, with more quads in pieces that were summed where they were made; none has a blank node.

    The manifest is asked for when all of them have come.
    """
    return _next(Path(path), lambda home: _load(home, quads, pieces, manifest), instead_of)


def _load(home: Path, quads: Iterable[ox.Quad], pieces: Iterable[Piece], manifest: Callable[[], Manifest]) -> Manifest:
    home.mkdir()
    own = list(quads)
    summed = Piece.of(own)
    counts, total, seen = Counter(summed.counts), summed.total, [summed.first]

    def passing() -> Iterator[bytes]:
        nonlocal total
        for piece in pieces:
            counts.update(piece.counts)
            total += piece.total
            if len(seen) < _LOOKED_UP:
                seen.append(piece.first)
            yield piece.lines

    engine = ox.Store(str(home / DATA))
    engine.bulk_extend(own)
    coming, parts = passing(), 1
    while (first := next(coming, None)) is not None:
        engine.bulk_load(cast(BinaryIO, _Stream(_some(first, coming))), ox.RdfFormat.N_QUADS)
        parts += 1
    wrote = _settled(engine, parts)
    del engine  # gives up the engine's own lock
    again = _read_back(home, wrote, [quad for line in seen for quad in ox.parse(line, ox.RdfFormat.N_QUADS)])
    # Where the same quad came in two pieces, the sum is another: then it is made of what the engine gives back.
    is_whole = all(counts[layer(name).value] == wrote[name] for name in LAYERS)
    return replace(manifest(), quads=wrote, digest=content.written(total) if is_whole else content.digest(again))


def _settled(engine: ox.Store, parts: int) -> dict[str, int]:
    """Bring what was written in so many parts to the disk, many of them merged; how many quads there are."""
    if parts >= _PARTS:
        engine.optimize()
    engine.flush()
    return sizes(engine)


def _some(first: bytes, coming: Iterator[bytes]) -> Iterator[bytes]:
    """So many pieces as are loaded at once: the engine holds all of them in memory until they are sorted."""
    length, piece = 0, first
    while True:
        yield piece
        length += len(piece)
        following = next(coming, None) if length < _AT_ONCE else None
        if following is None:
            return
        piece = following


class _Stream:
    """Pieces of bytes as a file that is read once."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._rest = iter(pieces), memoryview(b"")

    def read(self, size: int) -> bytes:
        """So many bytes at most, and none at the end only."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = memoryview(piece)
        found, self._rest = self._rest[:size], self._rest[size:]
        return bytes(found)


def revise(base: Store, gone: Collection[ox.Quad], come: Collection[ox.Quad], manifest: Manifest) -> Manifest:
    """Make the store that ``base`` reads hold other quads in place of some, in one atomic step, at the cost of these.

    ``gone`` are quads that it holds, ``come`` such as it does not; ``base`` is closed. Raises StoreError as
    :func:`write` does.
    """
    assert isinstance(base.path, Path), "a store in memory has no generations"
    changed = Counter(_layer(q) for q in come)
    changed.subtract(_layer(q) for q in gone)
    sizes_now = {name: base.manifest.quads.get(name, 0) + changed[name] for name in LAYERS}
    summed = content.digest(come, base.manifest.digest, gone)
    revised = replace(manifest, quads=sizes_now, digest=summed)
    return _next(base.path, lambda home: _amend(home, base, gone, come, revised), base.manifest)


def copy(base: Store, path: Path | str) -> None:
    """Make a store of its own with the same quads, to try something out in; StoreError as :func:`write` does."""

    def fill(home: Path) -> Manifest:
        if isinstance(base.engine, ox.Store):
            _copy(base, home)
            return base.manifest
        return _fill(home, base.quads(), base.manifest)

    _next(Path(path), fill, None)


def _copy(base: Store, home: Path) -> None:
    """Begin a generation with the files of another one."""
    home.mkdir()
    assert isinstance(base.engine, ox.Store)
    base.engine.backup(str(home / DATA))


def change(base: Store, act: Callable[[ox.Store], None]) -> Manifest:
    """Make the store that ``base`` reads what ``act`` makes of it, in one atomic step; whatever that is.

    No model of ours holds any more, so the manifest has no digest, and counts quads by the names of their graphs.
    Raises StoreError as :func:`write` does, and what ``act`` raises; then the store stays as it was.
    """
    assert isinstance(base.path, Path), "a store in memory has no generations"

    def fill(home: Path) -> Manifest:
        _copy(base, home)
        engine = ox.Store(str(home / DATA))
        act(engine)
        engine.flush()
        return replace(base.manifest, digest="", quads=_counted(engine))

    return _next(base.path, fill, None)


def _counted(engine: ox.Store) -> dict[str, int]:
    graphs = Counter(_layer_or_name(q.graph_name) for q in engine)
    return dict(sorted(graphs.items()))


def _layer_or_name(graph: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> str:
    if isinstance(graph, ox.DefaultGraph):
        return ""
    name = local_name(graph.value)
    return name if name in LAYERS and layer(name) == graph else graph.value


def claim(path: Path | str) -> Path:
    """Make the folder of a store, or make sure that it is one; StoreError when it holds something else."""
    root = Path(path)
    place = Place(str(root))
    try:
        files.make_folder(root)
        strange = any(root.iterdir()) and not (root / LOCK).exists()
        if not strange:
            (root / LOCK).touch()
    except OSError as error:
        hint = way_out(error, "choose another --store")
        raise StoreError(f"cannot be a store: {error.strerror}", place, hint) from None
    if strange:
        raise StoreError("the folder holds other files and is no store", place, "choose another --store or empty it")
    return root


def unclaim(path: Path | str, aside: Collection[str]) -> None:
    """Remove the folder of a store in which nothing is but what is named ``aside``: a build came to nothing."""
    root = Path(path)
    if {entry.name for entry in root.iterdir()} <= {LOCK, *aside}:
        shutil.rmtree(root)


def _next(root: Path, fill: Callable[[Path], Manifest], instead_of: Manifest | None) -> Manifest:
    """Fill the next generation and make it the current one."""
    claim(root)
    with _writing(root):
        old = current(root)
        if instead_of is not None and _manifest(root / old) != instead_of:
            raise StoreError("another build wrote here in the meantime", Place(str(root)), "run the command again")
        _sweep(root, keep=old)
        home = root / f"g{_last(root, old) + 1:06d}"
        shutil.rmtree(home, ignore_errors=True)
        try:
            written = fill(home)
            files.write(home / MANIFEST, [written.json().encode("utf-8")])
            files.settle_all(home)
            files.settle(root)
            files.write(root / CURRENT, [f"{home.name}\n".encode()])
        except BaseException as error:
            shutil.rmtree(home, ignore_errors=True)
            if damage.is_damage(error):
                raise damage.unwritten(error, root) from None
            raise
        _sweep(root, keep=home.name)
    return written


@contextmanager
def _writing(root: Path) -> Iterator[None]:
    try:
        lock = (root / LOCK).open("a", encoding="utf-8")
    except OSError as error:
        raise damage.unwritten(error, root) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError("another build is writing here", Place(str(root)), "wait until it is done") from None
        yield


def _fill(home: Path, quads: Iterable[ox.Quad], manifest: Manifest) -> Manifest:
    """Write one generation and check that it reads as written; the manifest with what it holds."""
    home.mkdir()
    engine = ox.Store(str(home / DATA))
    tally = content.Tally()
    engine.bulk_extend(tally.passing(quads))
    wrote = _settled(engine, tally.counts.total() // _GATHERED)
    del engine  # gives up the engine's own lock
    again = _read_back(home, wrote, tally.seen)
    # Summed on their way in, unless some came twice far apart: to read all back takes as long as to load them.
    is_whole = all(tally.counts[layer(name).value] == wrote[name] for name in LAYERS)
    return replace(manifest, quads=wrote, digest=tally.digest if is_whole else content.digest(again))


def _read_back(home: Path, wrote: Mapping[str, int], some: Collection[ox.Quad]) -> ox.Store:
    """A generation opened again; StoreError when it has another number of quads than was written, or lacks some."""
    again = ox.Store.read_only(str(home / DATA))
    found = sizes(again)
    if found != wrote:
        raise _unlike(home, f"wrote {wrote}, read back {found}")
    lost = sum(next(again.quads_for_pattern(*quad), None) != quad for quad in some)
    if lost:
        raise _unlike(home, f"{lost:,} of {len(some):,} quads looked up are not so when read back")
    return again


def _amend(
    home: Path, base: Store, gone: Collection[ox.Quad], come: Collection[ox.Quad], manifest: Manifest
) -> Manifest:
    """Write one generation from the files of another, and check that it holds the change."""
    _copy(base, home)
    engine = ox.Store(str(home / DATA))
    for quad in gone:
        engine.remove(quad)
    engine.extend(come)
    engine.flush()
    del engine
    again = ox.Store.read_only(str(home / DATA))
    if not all(q in again for q in come) or any(q in again for q in gone):
        raise _unlike(home, f"{len(come):,} quads to come and {len(gone):,} to go are not so when read back")
    base.close()  # so that the generation it reads is swept away
    return manifest


def _unlike(home: Path, message: str) -> StoreError:
    return StoreError(message, Place(str(home)), "check the disk and run 'kg build' again")


def _layer(quad: ox.Quad) -> str:
    return local_name(quad.graph_name.value)  # type: ignore[union-attr]


def _manifest(home: Path) -> Manifest | None:
    try:
        return Manifest.read((home / MANIFEST).read_text(encoding="utf-8"), Place(str(home)))
    except (OSError, UnicodeDecodeError, StoreError):
        return None


def current(root: Path) -> str:
    """The name of the generation that readers open, or nothing where there is none that can be told."""
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
