"""The same verbs for every place where a graph is kept: a folder, or a server.

What only a server needs is imported where one is named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import pyoxigraph as ox

from kg.store import folder
from kg.store.address import Address, Location, located
from kg.store.content import Piece
from kg.store.graph import Manifest, Store


def open(where: Location | str) -> Store:
    """The store at a path or an address, read-only; see :func:`kg.store.folder.open` and :func:`kg.store.remote.open`.

    Raises StoreError when there is none, when another format version made it, or when it cannot be read.
    """
    place = located(where)
    if isinstance(place, Path):
        return folder.open(place)
    from kg.store import remote

    return remote.open(place)


def write(
    where: Location | str, quads: Iterable[ox.Quad], manifest: Manifest, instead_of: Manifest | None = None
) -> Manifest:
    """Make a store hold these quads and nothing else; the manifest with its sizes.

    Readers see the old graph or the whole new one: see :func:`kg.store.folder.write` and
    :func:`kg.store.upload.write`, which raise StoreError.
    """
    place = located(where)
    if isinstance(place, Path):
        return folder.write(place, quads, manifest, instead_of)
    from kg.store import upload

    return upload.write(place, quads, manifest, instead_of)


def load(
    where: Location | str,
    quads: Iterable[ox.Quad],
    pieces: Iterable[Piece],
    manifest: Callable[[], Manifest],
    instead_of: Manifest | None = None,
) -> Manifest:
    """As :func:`write`, with more quads in pieces that were summed where they were made; see :func:`folder.load`."""
    place = located(where)
    if isinstance(place, Path):
        return folder.load(place, quads, pieces, manifest, instead_of)
    from kg.store import upload

    return upload.load(place, quads, pieces, manifest, instead_of)


def revise(base: Store, gone: Collection[ox.Quad], come: Collection[ox.Quad], manifest: Manifest) -> Manifest:
    """Make the store that ``base`` reads hold other quads in place of some, as :func:`write` does, and close it."""
    if not isinstance(base.path, Address):
        return folder.revise(base, gone, come, manifest)
    from kg.store import upload

    return upload.revise(base, gone, come, manifest)


def claim(where: Location | str) -> Location:
    """Make sure that a store can be written: that a folder is one, or that there is a server and who asks may read it.

    Raises StoreError where it is not so.
    """
    place = located(where)
    if isinstance(place, Path):
        return folder.claim(place)
    from kg.store.endpoint import Endpoint

    Endpoint(place).find_updates()
    return place


def unclaim(where: Location, aside: Collection[str]) -> None:
    """Leave nothing behind where a store was claimed and never written; a server is only asked when one is."""
    if isinstance(where, Path):
        folder.unclaim(where, aside)


def current(where: Location) -> str:
    """The name of the generation that readers open, or nothing where there is none that can be told."""
    if isinstance(where, Path):
        return folder.current(where)
    from kg.store import remote

    return remote.current(where)
