"""A graph in parts, as an engine of many machines leaves it: lines of N-Quads in files, and a manifest beside them.

::

    DIR/manifest.json          what the graph says about itself, as in a store
    DIR/part-00000.nq.gz       lines of N-Quads, in no order, each quad in one part
    DIR/_SUCCESS               written last
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from kg.errors import Place, StoreError
from kg.layout import MANIFEST
from kg.store import content
from kg.store.address import Location
from kg.store.graph import Manifest
from kg.store.places import write

DONE = "_SUCCESS"
"""The file that says that all parts are there."""
ENDING = ".nq.gz"
"""The end of a part's name."""


def load(folder: Path | str, where: Location | str) -> Manifest:
    """Make the store at ``where`` hold the graph that a folder has in parts, in one atomic step; its manifest.

    Raises StoreError for a folder without a whole graph, and for parts that are not what their manifest says; then what
    was there stays as it was.
    """
    home = Path(folder)
    manifest = _manifest(home)
    return write(where, _quads(home, manifest), manifest)


def _manifest(home: Path) -> Manifest:
    place = Place(str(home))
    hint = "write them with 'kg build --engine spark --parts'"
    if not (home / MANIFEST).is_file():
        raise StoreError("no graph in parts here", place, hint)
    if not (home / DONE).is_file():
        raise StoreError(f"not all parts are here: {DONE} is missing", place, "run the build again")
    try:
        return Manifest.read((home / MANIFEST).read_text(encoding="utf-8"), Place(str(home / MANIFEST)))
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"the manifest cannot be read: {error}", place, "run the build again") from None


def _quads(home: Path, manifest: Manifest) -> Iterator[ox.Quad]:
    """The quads of all parts; StoreError at the end when they are not those of the manifest."""
    digests = []
    for part in sorted(home.glob(f"part-*{ENDING}")):
        quads: list[ox.Quad] = []
        for quad in _read(part):
            quads.append(quad)
            yield quad
            if len(quads) == _BATCH:
                digests.append(content.digest(quads))
                quads = []
        digests.append(content.digest(quads))
    if content.total(digests) != manifest.digest:
        raise StoreError("the parts are not those of the manifest", Place(str(home)), "fetch all of them again")


_BATCH = 10_000  # quads


def _read(part: Path) -> Iterator[ox.Quad]:
    try:
        with gzip.open(part, "rb") as file:
            yield from ox.parse(input=cast(IO[bytes], file), format=ox.RdfFormat.N_QUADS)
    except (OSError, EOFError, zlib.error) as error:
        raise StoreError(f"cannot be read: {error}", Place(str(part)), "fetch it again") from None
    except SyntaxError as error:
        place = Place(str(part), error.lineno, error.offset)
        raise StoreError("does not parse", place, "fetch it again") from None
