"""Where a graph is kept: in a folder, or on a SPARQL 1.1 server under a name."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urldefrag, urlsplit

from kg.errors import Place, StoreError
from kg.names import kg

_UNNAMED = "graph"
_ADDRESS = re.compile(r"https?:", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Address:
    """A graph on a server: the address for queries, and the name that tells it from others there.

    >>> str(Address.of("http://localhost:8890/sparql#news"))
    'http://localhost:8890/sparql#news'
    """

    url: str
    name: str = _UNNAMED

    @classmethod
    def of(cls, text: str) -> Address:
        """The address as it is written, the name behind a ``#``.

        Raises StoreError for what is no address, for a name that is none, and for a password in the address: addresses
        are shown, and stand in the history of shells.
        """
        url, name = urldefrag(text)
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise StoreError("no address of a server", Place(text), "write http://HOST:PORT/PATH") from None
        shown = Place(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
        if "@" in parts.netloc:
            raise StoreError("a user stands in the address", shown, "set KG_STORE_USER and KG_STORE_PASSWORD instead")
        if not parts.hostname or port == 0 or re.search(r"[\s\x00-\x1f]", url):
            raise StoreError("no address of a server", shown, "write http://HOST:PORT/PATH")
        if name and not _NAME.fullmatch(name):
            raise StoreError(f"'{name}' is no name of a graph", shown, "write letters, digits, '-', '_' and '.'")
        return cls(url, name or _UNNAMED)

    def __str__(self) -> str:
        return self.url if self.name == _UNNAMED else f"{self.url}#{self.name}"

    @property
    def root(self) -> str:
        """The IRI of the graph on its server, and the beginning of those of its parts."""
        return kg(f"store/{self.name}")


Location: TypeAlias = Path | Address


def located(where: Location | str) -> Location:
    """The place that a text names: an address if it begins as one, else a path."""
    if not isinstance(where, str):
        return where
    return Address.of(where) if _ADDRESS.match(where) else Path(where)


def beside(where: Location) -> Path:
    """The folder for what is kept beside a store: its own, for one on a server a folder in the user's cache."""
    if isinstance(where, Path):
        return where
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "autotech-kg" / hashlib.sha256(str(where).encode()).hexdigest()[:16]
