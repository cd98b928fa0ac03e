"""An update, into a scratch copy of the store: it makes the next generation of it, which is followed like a build.

The engine that writes has threads of its own, which do not come along over a fork. So the process of the question
starts a fresh one, and that inherits its limits.
"""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg import store as stores
from kg.errors import KgError, QueryError
from kg.serve.child import DIE_WITH_PARENT, LIBC, Held
from kg.serve.frames import Reply
from kg.serve.refusal import Refused, too_large
from kg.store import damage, sparql
from kg.store.sparql import Dataset

_SCRIPT = "import sys; sys.path[:] = {path!r}; from kg.serve.updates import main; main()"


@dataclass(frozen=True, slots=True)
class Update:
    """An update as it was asked for."""

    text: str
    base: str = ""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    service: bool = False
    """Whether it may ask other servers."""


def update(held: Held, reply: Reply, asked: Update) -> None:
    """Make the update, and answer that it is made."""
    text = sparql.check_update(asked.text, service=asked.service)
    written = sparql.completed(text, Dataset.of(asked.default_graphs, asked.named_graphs))
    order = pickle.dumps((held.store.path, dict(held.store.prefixes.table), asked.text, written, asked.base or None))
    command = [sys.executable, "-c", _SCRIPT.format(path=sys.path)]
    done = subprocess.run(command, input=order, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise too_large()
    if done.stdout:
        raise Refused.read(json.loads(done.stdout))
    reply.begin(204, {"Cache-Control": "no-store"})


def main() -> None:
    """The process that writes: the order comes on standard input; what went wrong goes to standard output."""
    LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)
    path, prefixes, asked, written, base = pickle.load(sys.stdin.buffer)
    try:
        with damage.asking(path):
            _make(path, prefixes, asked, written, base)
    except Exception as error:
        sys.stdout.write(json.dumps(Refused.of(error).told()))


def _fault(asked: str, prefixes: dict[str, str]) -> KgError:
    """What is wrong with the update as its author wrote it, where columns are still his."""
    try:
        ox.Store().update(asked, prefixes=prefixes)
    except SyntaxError as error:
        return sparql.fault(asked, error, sparql.UPDATES)
    return QueryError("the graphs named beside the update do not fit it", None, "name them in it, with USING")


def _make(path: Path, prefixes: dict[str, str], asked: str, written: str, base: str | None) -> None:
    def act(engine: ox.Store) -> None:
        try:
            engine.update(written, base_iri=base, prefixes=prefixes)
        except SyntaxError:
            raise _fault(asked, prefixes) from None

    with stores.open(path) as store:
        stores.change(store, act)
