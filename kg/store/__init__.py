"""The graph as it is kept, in a folder or on a server: written whole by a build, opened read-only by everything else.

>>> with Store.from_quads([], Manifest({}, "https://example.org/")) as store:
...     len(store)
0
"""

from kg.layout import FORMAT
from kg.store.address import Address, Location, beside, located
from kg.store.content import Piece
from kg.store.files import read
from kg.store.folder import change, copy
from kg.store.graph import Engine, Manifest, Results, Store
from kg.store.places import claim, current, load, open, revise, unclaim, write

__all__ = [
    "FORMAT",
    "Address",
    "Engine",
    "Location",
    "Manifest",
    "Piece",
    "Results",
    "Store",
    "beside",
    "change",
    "claim",
    "copy",
    "current",
    "load",
    "located",
    "open",
    "read",
    "revise",
    "unclaim",
    "write",
]
