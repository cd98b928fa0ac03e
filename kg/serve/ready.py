"""What the explorer needs of a store, made when it is opened: every question finds it ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from kg.model import Fact
from kg.project import Project
from kg.queries import facts as stored
from kg.queries import saved
from kg.queries.saved import SavedQuery
from kg.store import Store
from kg.views import data, page
from kg.views.collect import Collector
from kg.views.walk import Walk


@dataclass(slots=True)
class Explorer:
    """A store that is ready to be explored."""

    store: Store
    collector: Collector
    walk: Walk
    queries: tuple[SavedQuery, ...] = ()
    first: data.Data = field(init=False)
    """The block of the start."""

    def __post_init__(self) -> None:
        things = self.walk.start()
        self.first = page.placed(self.block(self.walk.between(things), alone=things))

    def facts(self, iris: Sequence[str]) -> list[Fact]:
        """The facts of these IRIs, in their order."""
        return stored.read_all(self.store, iris)

    def block(self, iris: Sequence[str], title: str = "", alone: Sequence[str] = ()) -> data.Data:
        """The block of the facts of these IRIs, in their order, and of more things without them."""
        return self.collector.block(self.facts(iris), title, alone=alone)

    def named(self, iris: Sequence[str], title: str) -> data.Data:
        """The block of some things without facts, in their order."""
        block = self.collector.block([], title, alone=iris)
        order = {self.store.prefixes.shrink(iri): number for number, iri in enumerate(iris)}
        return replace(block, entities=tuple(sorted(block.entities, key=lambda e: order[e.id])))


def preparation(project: Project | None) -> partial[Explorer]:
    """What makes a store ready, as the process that holds it is told; without a project there are no saved queries."""
    return partial(prepare, str(project.root) if project else "")


def prepare(project: str, store: Store) -> Explorer:
    """A store made ready, with the saved queries of a project (its folder)."""
    queries = saved.load(Project(Path(project))) if project else ()
    collector = Collector(store, numbered=True)
    for shared in ("labels", "built", "total", "against", "units", "numbers"):
        getattr(collector, shared)  # read once here, not in each process that asks
    return Explorer(store, collector, Walk(store), queries)
