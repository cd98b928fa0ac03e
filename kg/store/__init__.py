"""The graph as it is kept: written whole by a build, opened read-only by everything else.

>>> with Store.from_quads([], Manifest({}, "https://example.org/")) as store:
...     len(store)
0
"""

from kg.layout import FORMAT
from kg.store.content import Piece
from kg.store.files import read
from kg.store.folder import change, claim, copy, current, load, open, revise, unclaim, write
from kg.store.graph import Manifest, Results, Store

__all__ = [
    "FORMAT",
    "Manifest",
    "Piece",
    "Results",
    "Store",
    "change",
    "claim",
    "copy",
    "current",
    "load",
    "open",
    "read",
    "revise",
    "unclaim",
    "write",
]
