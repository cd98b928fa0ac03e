"""What a shell is offered while a command line is typed. A fault here is silence: completion never complains."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from kg.cli.app import Setting, setting
from kg.errors import KgError, StoreError
from kg.names import OWL, local_name

if TYPE_CHECKING:
    from kg.store import Store

_MOST = 200
Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completer(offers: Callable[[Setting], Iterable[tuple[str, str]]]) -> Completer:
    """A completer of the values (each with a word of help) that begin with what is typed, in any capitals."""

    def complete(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
        try:
            fitting = {v: text for v, text in offers(setting(context)) if v.lower().startswith(typed.lower())}
        except (KgError, OSError):
            return []
        return [CompletionItem(value, help=fitting[value]) for value in sorted(fitting)[:_MOST]]

    return complete


def _near(where: Setting) -> Store:
    """The store, unless a server has it: a key that is pressed in a shell waits for no network."""
    if not isinstance(where.location(), Path):
        raise StoreError("a server is not asked for completions")
    return where.store()


def _queries(where: Setting) -> Iterable[tuple[str, str]]:
    from kg.queries import saved

    return [(query.name, query.title()) for query in saved.load(where.project())]


def _entities(where: Setting) -> Iterable[tuple[str, str]]:
    import pyoxigraph as ox

    from kg.queries.lookup import PREFERRED

    with _near(where) as store:
        found = store.match(predicate=ox.NamedNode(PREFERRED))
        return [(q.object.value, "") for q in found if isinstance(q.object, ox.Literal)]


def _properties(where: Setting) -> Iterable[tuple[str, str]]:
    import pyoxigraph as ox

    from kg.queries.facts import labels
    from kg.rdf import A

    kinds = [ox.NamedNode(OWL + name) for name in ("ObjectProperty", "DatatypeProperty")]
    with _near(where) as store:
        words = labels(store)
        iris = {q.subject.value for kind in kinds for q in store.match(None, A, kind, "ontology")}  # type: ignore[union-attr]
        return [(local_name(i), words.get(i, "")) for i in iris if i.startswith(store.manifest.domain)]


def _statuses(_: Setting) -> Iterable[tuple[str, str]]:
    from kg.model import Status

    return [(status.value, "") for status in Status]


queries = _completer(_queries)
entities = _completer(_entities)
properties = _completer(_properties)
statuses = _completer(_statuses)
