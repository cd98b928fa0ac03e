"""What a graph is made from besides its documents, as digests: so that it is noticed when any of it has changed."""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kg.names import digest
from kg.project import Project

READING = ("code", "ontology", "patterns", "names")
"""The inputs on which the claims of one document depend; the others change only what is made of the claims."""

# What never changes a quad: the rooms that read the store or speak to people, the engine that only spreads the work,
# and extractors, which keep their answers.
_ASIDE = frozenset(
    {"cli", "cluster", "export", "extractors", "graph", "learning", "queries", "store", "validation", "views"}
)
_LIBRARIES = ("datasketch", "numpy")
"""The libraries on whose figures it depends which documents are copies."""


def inputs(project: Project, *, facts: bool = True, extractors: Iterable[str] = ()) -> dict[str, str]:
    """The digests of code, ontology, patterns, names and of all else a curator wrote, and the names of the extractors.

    ``facts`` is empty when what curators wrote is left out.
    """
    ontology, seeds = project.ontology, project.seeds
    aside = (seeds / "entities", seeds / "articles")
    written = [p for p in _files(seeds) if not any(p.is_relative_to(folder) for folder in aside)]
    return {
        "code": _code(),
        "ontology": _digest(ontology, [*ontology.glob("*.ttl"), *ontology.glob("*.toml")]),
        "patterns": _digest(ontology, _files(ontology / "patterns")),
        "names": _digest(seeds, _files(seeds / "entities")),
        "facts": _digest(seeds, written) if facts else "",
        "extractors": " ".join(sorted(set(extractors))),
    }


def reading_key(made_from: Mapping[str, str]) -> str:
    """One key over all that the claims of a document depend on, besides the document.

    >>> reading_key({name: "" for name in READING}) == reading_key({name: "" for name in READING} | {"facts": "ab"})
    True
    """
    return digest(*(made_from[name] for name in READING), length=64)


def _files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")]


def _digest(root: Path, files: Iterable[Path]) -> str:
    parts = [x for p in sorted(files) for x in (p.relative_to(root).as_posix(), _sha256(p))]
    return digest(*parts, length=64)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _code() -> str:
    """The digest of the modules that write the graph, and of the versions of what they stand on."""
    package = Path(__file__).parent
    modules = [p for p in package.rglob("*.py") if p.relative_to(package).parts[0].removesuffix(".py") not in _ASIDE]
    return digest(_digest(package, modules), *stands_on(), length=64)


def stands_on() -> tuple[str, ...]:
    """The versions of what the modules stand on: of Python, of its table of characters, of some libraries."""
    return ".".join(map(str, sys.version_info[:2])), unicodedata.unidata_version, *map(_version, _LIBRARIES)


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
