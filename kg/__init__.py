"""A knowledge graph of news, in which every fact shows the sentence it stands on.

    import kg
    graph = kg.open()                       # what 'kg build' has made
    graph.facts(about="China", status="planned")
    graph.view("china.html", about="China")

Importing the package loads nothing: each name below is fetched when it is first used.
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False  # typing takes longer to load than all that a short answer needs of this package

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kg.errors import CheckError, Faults, InputError, KgError, Place, ProjectError, QueryError, StoreError
    from kg.graph import Graph, diff, open
    from kg.model import Claim, Conflict, Curation, Document, Entity, Fact, Literal, Origin, Status
    from kg.project import Project

_HOMES = {
    "kg.errors": "CheckError Faults InputError KgError Place ProjectError QueryError StoreError",
    "kg.graph": "Graph diff open",
    "kg.model": "Claim Conflict Curation Document Entity Fact Literal Origin Status",
    "kg.project": "Project",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "CheckError", "Claim", "Conflict", "Curation", "Document", "Entity", "Fact", "Faults",
    "Graph", "InputError", "KgError", "Literal", "Origin", "Place", "Project", "ProjectError",
    "QueryError", "Status", "StoreError", "build", "diff", "open",
]  # fmt: skip


def __getattr__(name: str) -> object:
    import importlib

    if name == "build":
        return importlib.import_module("kg.build")
    if name == "__version__":
        from importlib.metadata import version

        return version("autotech-kg")
    if name not in _HOME:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})


class _Build(ModuleType):
    """The module ``kg.build``, which is also the verb: ``kg.build(...)`` builds a project and opens its graph.

    ``project`` is a folder (default: the one here), ``sources`` replace its articles, ``store`` is where the graph
    goes; more options as of the function ``kg.build.build``. The graph has the build's ``report``.
    """

    def __call__(
        self,
        project: Project | str | Path | None = None,
        sources: Iterable[str | Path] | None = None,
        store: str | Path | None = None,
        **options: object,
    ) -> Graph:
        from kg.graph import built

        return built(self.build, project, sources, store, **options)


class _Package(ModuleType):
    """The package, in which the module ``build`` becomes callable whoever imports it first."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "build" and isinstance(value, ModuleType):
            value.__class__ = _Build
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
