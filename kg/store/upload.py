"""A graph brought to a server: in batches, resumed where it was broken off, and seen only when it is whole.

The quads first become a generation on this machine, as for a folder: so they are counted, each once, and in the form in
which the engine gives them back, and the digest that names the generation is the one that a folder would have.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from kg.errors import Place, StoreError
from kg.names import local_name
from kg.rdf import LAYERS
from kg.store import content, folder, plain
from kg.store.address import Address
from kg.store.endpoint import Endpoint, Features
from kg.store.generations import Generation, Register
from kg.store.graph import Manifest, Store

BATCH = 2_000
"""Quads of one request. Virtuoso 7.2 refuses updates of more than about 10,000; each is one transaction."""
BATCH_LENGTH = 1 << 20
"""Characters of one request, about: texts of documents are long."""
_NOTED = 5
"""Batches after which the server is told how far it is: so many are sent twice at most."""

Batch = tuple[str, list[str]]
"""A layer, and lines of N-Triples for it."""


def write(
    address: Address, quads: Iterable[ox.Quad], manifest: Manifest, instead_of: Manifest | None = None
) -> Manifest:
    """Make the graph at an address these quads and nothing else; as :func:`kg.store.folder.write` does for a folder.

    What was broken off goes on where it was, if the same graph is brought again. Raises StoreError too when the server
    cannot be asked, or has not kept what it was sent; then its graph stays as it was.
    """
    return _brought(address, instead_of, lambda scratch: folder.write(scratch, quads, manifest))


def load(
    address: Address,
    quads: Iterable[ox.Quad],
    pieces: Iterable[content.Piece],
    manifest: Callable[[], Manifest],
    instead_of: Manifest | None = None,
) -> Manifest:
    """As :func:`write`, with more quads in pieces; as :func:`kg.store.folder.load` does for a folder."""
    return _brought(address, instead_of, lambda scratch: folder.load(scratch, quads, pieces, manifest))


def _brought(address: Address, instead_of: Manifest | None, make: Callable[[Path], Manifest]) -> Manifest:
    with tempfile.TemporaryDirectory(prefix="kg-upload-") as scratch:
        make(Path(scratch))
        with folder.open(Path(scratch)) as store:
            return _Upload(address, instead_of).bring(store)


def revise(base: Store, gone: Collection[ox.Quad], come: Collection[ox.Quad], manifest: Manifest) -> Manifest:
    """Make the graph that ``base`` reads hold other quads in place of some; as :func:`kg.store.folder.revise` does.

    The server copies its own quads; only those that go and come are sent.
    """
    assert isinstance(base.path, Address)
    changed = Counter(local_name(str(q.graph_name.value)) for q in come)  # type: ignore[union-attr]
    changed.subtract(local_name(str(q.graph_name.value)) for q in gone)  # type: ignore[union-attr]
    sizes = {name: base.manifest.quads.get(name, 0) + changed[name] for name in LAYERS}
    summed = content.digest(come, base.manifest.digest, gone)
    revised = replace(manifest, quads=sizes, digest=summed)
    return _Upload(base.path, base.manifest).amend(gone, come, revised)


class _Upload:
    """One writer and the server; ``instead_of`` is the manifest of the graph that the new one was made from."""

    def __init__(self, address: Address, instead_of: Manifest | None) -> None:
        self.address, self.root = address, address.root
        self.endpoint = Endpoint(address)
        self.register = Register(address, self.endpoint)
        self.before = self._current()
        self.features: Features = self.endpoint.probed()
        if instead_of is not None and (self.before is None or self.before.manifest != instead_of):
            raise self._overtaken()
        self.replaced = self.before.name if self.before else self.register.current_name()

    def _current(self) -> Generation | None:
        """The generation that is to be replaced; one that cannot be read is replaced like any other."""
        try:
            return self.register.current()
        except StoreError:
            if self.register.current_name():
                return None
            raise

    def bring(self, store: Store) -> Manifest:
        """Put all quads of a store on the server."""
        is_plain = not self.features.triple_terms
        implied = sum(plain.is_newer(q) for q in store.quads("facts")) if is_plain else 0
        made = Generation.of(store.manifest, not is_plain, implied)
        if made.name == self.replaced:
            return self._same(made)
        done = self._begun(made)
        self._send(made, _batches(self._sayable(store.quads(name)) for name in LAYERS), done)
        return self._finished(made)

    def amend(self, gone: Collection[ox.Quad], come: Collection[ox.Quad], manifest: Manifest) -> Manifest:
        """Make the next generation of what the server has and of what goes and comes."""
        assert self.before is not None
        has_terms = self.before.triple_terms
        more = sum(map(plain.is_newer, come)) - sum(map(plain.is_newer, gone))
        made = Generation.of(manifest, has_terms, 0 if has_terms else self.before.implied + more)
        if made.name == self.replaced:
            return self._same(made)
        self.register.begin(made, self.replaced)
        for name in LAYERS:
            old, new = (each.graph(self.root, name) for each in (self.before, made))
            self.endpoint.update(f"INSERT {{ GRAPH <{new}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{old}> {{ ?s ?p ?o }} }}")
        for name, lines in _batches([self._sayable(gone)]):
            self.endpoint.take(made.graph(self.root, name), "".join(lines))
        self._send(made, _batches([self._sayable(come)]), 0)
        return self._finished(made)

    def _same(self, made: Generation) -> Manifest:
        """The graph that is there is the one to be written: it may be told otherwise what it was made from."""
        if self.before != made:
            self.register.describe(made)
        return made.manifest

    def _begun(self, made: Generation) -> int:
        """How many batches of a generation are on the server already."""
        entry = self.register.entries().get(made.name)
        if entry is not None and entry.replaces == self.replaced and not entry.retired:
            return entry.written
        self.register.begin(made, self.replaced)
        return 0

    def _sayable(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        return (quad for quad in quads if self.features.triple_terms or not plain.is_newer(quad))

    def _send(self, made: Generation, batches: Iterator[Batch], done: int) -> None:
        noted = done
        number = 0
        for number, (name, lines) in enumerate(batches, 1):
            if number > done:
                self.endpoint.put(made.graph(self.root, name), "".join(lines), self.features.graphs)
                if number - noted >= _NOTED:
                    self._note(made, noted, number)
                    noted = number
        self._note(made, noted, number)

    def _note(self, made: Generation, before: int, written: int) -> None:
        if not self.register.reached(made.name, before, written):
            self.register.forget(made.name)
            raise self._overtaken()

    def _finished(self, made: Generation) -> Manifest:
        """Count what is there, and let readers see it."""
        self._check_sizes(made)
        if not self.register.switch(made.name, self.replaced):
            self.register.forget(made.name)
            raise self._overtaken()
        self.register.sweep()
        return made.manifest

    def _check_sizes(self, made: Generation) -> None:
        for name, size in made.manifest.quads.items():
            wanted = size - (made.implied if name == "facts" else 0)
            graph = made.graph(self.root, name)
            [(count,)] = self.endpoint.rows(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
            if int(count.value) != wanted:
                self.register.forget(made.name)
                told = f"the server keeps {int(count.value):,} of {wanted:,} quads of the layer {name}"
                raise StoreError(told, Place(str(self.address)), "look at its log, then run the command again")

    def _overtaken(self) -> StoreError:
        return StoreError("another build wrote here in the meantime", Place(str(self.address)), "run the command again")


def _batches(parts: Iterable[Iterable[ox.Quad]]) -> Iterator[Batch]:
    """The quads as lines to be sent, cut where a request is long enough.

    The cuts are the same in every run, so that a count of batches says which quads they were.
    """
    for part in parts:
        name, lines, length = "", list[str](), 0
        for quad in part:
            its_own = local_name(quad.graph_name.value)  # type: ignore[union-attr]
            if lines and (its_own != name or len(lines) == BATCH or length > BATCH_LENGTH):
                yield name, lines
                lines, length = [], 0
            name = its_own
            lines.append(plain.line(quad))
            length += len(lines[-1])
        if lines:
            yield name, lines
