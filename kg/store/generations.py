"""Which graphs on a server are the current state of a store, which come, and which go.

A server promises no transaction over several requests, so nothing that can be read is ever changed. Each state is a
generation: a set of graphs of its own, one for each layer, written while nobody reads them. A small graph beside them
(the register) says which generation is the current one, and one single update replaces that word::

    ROOT              the register: ROOT kg:current GENERATION; for each GENERATION what it holds, and how far it is
    ROOT/g3f9c…/facts the layers of a generation, which is named by its digest

A generation that is replaced stays for :data:`GRACE` seconds by the server's clock, for those who still read it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyoxigraph as ox

from kg.errors import Place, StoreError
from kg.names import kg
from kg.rdf import LAYERS
from kg.store.address import Address
from kg.store.endpoint import Endpoint
from kg.store.graph import Manifest
from kg.store.plain import in_update

GRACE = 600.0
"""Seconds for which a generation can still be read after another took its place."""
_CURRENT, _HOLDS, _REPLACES, _WRITTEN, _RETIRED = (
    f"<{kg(name)}>" for name in ("current", "holds", "replaces", "written", "retired")
)
_NONE = "none"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of a graph: its name, what it says about itself, and the form in which the server has it."""

    name: str
    manifest: Manifest
    triple_terms: bool
    """Whether the server keeps what facts reify; else the reader makes it again."""
    implied: int = 0
    """How many quads are not on the server, because the others say them."""

    @classmethod
    def of(cls, manifest: Manifest, triple_terms: bool, implied: int) -> Generation:
        """The generation of what a manifest tells of, under the name that its digest gives."""
        return cls(f"g{manifest.digest[:24]}", manifest, triple_terms, implied)

    def graph(self, root: str, layer: str) -> str:
        """The IRI of the graph that holds a layer."""
        return f"{root}/{self.name}/{layer}"

    def graphs(self, root: str) -> dict[str, str]:
        """For each layer the IRI of its graph."""
        return {layer: self.graph(root, layer) for layer in LAYERS}

    def json(self) -> str:
        """What the register says of it."""
        own = {"format": _FORMAT, "triple_terms": self.triple_terms, "implied": self.implied}
        return json.dumps(own | {"manifest": json.loads(self.manifest.json())}, ensure_ascii=False, sort_keys=True)

    @classmethod
    def read(cls, name: str, text: str, place: Place) -> Generation:
        """The generation of its JSON; StoreError for damage or another format version."""
        try:
            values = json.loads(text)
            version, manifest = values["format"], json.dumps(values["manifest"])
            triple_terms, implied = bool(values["triple_terms"]), int(values["implied"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise StoreError("the register of the store is damaged", place, "run 'kg build' again") from None
        if version != _FORMAT:
            raise StoreError(f"laid out by format {version}, this is format {_FORMAT}", place, "run 'kg build' again")
        return cls(name, Manifest.read(manifest, place), triple_terms, implied)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the register says of a generation that is not the current one."""

    replaces: str = ""
    """The generation that it is to replace, while it is written; nothing where there was none."""
    written: int = 0
    """How many batches of it are on the server."""
    retired: str = ""
    """When another took its place."""


class Register:
    """The graph on a server that says which generation is the current one."""

    def __init__(self, address: Address, endpoint: Endpoint) -> None:
        self.address, self.endpoint, self.root = address, endpoint, address.root

    def current(self) -> Generation | None:
        """The generation that readers see, if there is one; StoreError for one that cannot be read."""
        register = f"GRAPH <{self.root}> {{ <{self.root}> {_CURRENT} ?g . ?g {_HOLDS} ?holds }}"
        found = list(self.endpoint.rows(f"SELECT ?g ?holds {{ {register} }}"))
        if not found:
            return None
        iri, holds = found[0]
        return Generation.read(self._name(iri), holds.value, Place(str(self.address)))

    def current_name(self) -> str:
        """The name of the generation that readers see, or nothing."""
        rows = self.endpoint.rows(f"SELECT ?g {{ GRAPH <{self.root}> {{ <{self.root}> {_CURRENT} ?g }} }}")
        return next((self._name(g) for (g,) in rows), "")

    def holds(self, name: str) -> bool:
        """Whether a generation is still there."""
        rows = self.endpoint.rows(f"SELECT * {{ GRAPH <{self.root}> {{ {self._iri(name)} {_HOLDS} ?holds }} }}")
        return any(True for _ in rows)

    def entries(self) -> dict[str, Entry]:
        """The generations that are written or retired, by name."""
        said: dict[str, dict[str, str]] = {}
        rows = self.endpoint.rows(f"SELECT ?g ?p ?o {{ GRAPH <{self.root}> {{ ?g ?p ?o FILTER(?p != {_HOLDS}) }} }}")
        for g, p, o in rows:
            said.setdefault(g.value, {})[str(p)] = o.value
        said.pop(self.root, None)
        return {
            self._name(ox.NamedNode(iri)): Entry(
                values.get(_REPLACES, "").removeprefix(_NONE), int(values.get(_WRITTEN, "0")), values.get(_RETIRED, "")
            )
            for iri, values in said.items()
        }

    def begin(self, made: Generation, replaces: str) -> None:
        """Say that a generation is being written; what was left of it before is gone."""
        self.forget(made.name)
        node = self._iri(made.name)
        said = [(_HOLDS, ox.Literal(made.json())), (_REPLACES, ox.Literal(replaces or _NONE))]
        self._insert("".join(f"{node} {name} {value} .\n" for name, value in said))

    def reached(self, name: str, before: int, written: int) -> bool:
        """Say how many batches are there; false when the generation was given up by another writer."""
        node = self._iri(name)
        old = f"{node} {_WRITTEN} {ox.Literal(before)}"
        self.endpoint.update(
            f"DELETE {{ GRAPH <{self.root}> {{ {old} }} }}"
            f" INSERT {{ GRAPH <{self.root}> {{ {node} {_WRITTEN} {ox.Literal(written)} }} }}"
            f" WHERE {{ GRAPH <{self.root}> {{ {node} {_REPLACES} ?other }} }}"
        )
        return self.holds(name)

    def switch(self, name: str, replaces: str) -> bool:
        """Make a generation the current one, if the one that it replaces still is; whether it is now."""
        node, root = self._iri(name), f"<{self.root}>"
        own = f"{node} {_REPLACES} {ox.Literal(replaces or _NONE)}"
        if replaces:
            gone = f"{root} {_CURRENT} {self._iri(replaces)} . {own}"
            come = f"{root} {_CURRENT} {node} . {self._iri(replaces)} {_RETIRED} ?now"
            where = gone
        else:
            gone, come = own, f"{root} {_CURRENT} {node}"
            where = f"{own} FILTER NOT EXISTS {{ {root} {_CURRENT} ?any }}"
        now = "{ SELECT (NOW() AS ?now) WHERE {} }"
        self.endpoint.update(
            f"DELETE {{ GRAPH {root} {{ {gone} }} }} INSERT {{ GRAPH {root} {{ {come} }} }}"
            f" WHERE {{ GRAPH {root} {{ {where} }} {now} }}"
        )
        return self.current_name() == name

    def describe(self, made: Generation) -> None:
        """Let the current generation say something else about itself; its quads are the same."""
        node = self._iri(made.name)
        self.endpoint.update(
            f"DELETE {{ GRAPH <{self.root}> {{ {node} {_HOLDS} ?holds }} }}"
            f" INSERT {{ GRAPH <{self.root}> {{ {node} {_HOLDS} {_quoted(made.json())} }} }}"
            f" WHERE {{ GRAPH <{self.root}> {{ <{self.root}> {_CURRENT} {node} . {node} {_HOLDS} ?holds }} }}"
        )

    def forget(self, name: str) -> None:
        """Remove a generation: first the word on it, so that who reads it can tell, then its graphs."""
        node = self._iri(name)
        self.endpoint.update(f"DELETE WHERE {{ GRAPH <{self.root}> {{ {node} ?p ?o }} }}")
        self.endpoint.drop(f"{self.root}/{name}/{layer}" for layer in LAYERS)

    def sweep(self) -> None:
        """Remove the generations that nobody can want: replaced long ago, or written in the place of one that is no
        longer current, so that they could not become current any more."""
        current, now = self.current_name(), self._now()
        for name, entry in self.entries().items():
            is_late = not entry.retired and entry.replaces != current
            is_old = bool(entry.retired) and _age(entry.retired, now) > timedelta(seconds=GRACE)
            if name != current and (is_late or is_old):
                self.forget(name)

    def _insert(self, lines: str) -> None:
        self.endpoint.put(self.root, lines)

    def _now(self) -> str:
        [(now,)] = self.endpoint.rows("SELECT (NOW() AS ?now) WHERE {}")
        return str(now.value)

    def _iri(self, name: str) -> str:
        return f"<{self.root}/{name}>"

    def _name(self, iri: ox.NamedNode) -> str:
        return iri.value.removeprefix(f"{self.root}/")


def _quoted(text: str) -> str:
    return in_update(str(ox.Literal(text)))


def _age(then: str, now: str) -> timedelta:
    """How long ago it was, by two readings of one clock; nothing for a time that is none."""
    try:
        moments = [datetime.fromisoformat(text) for text in (then, now)]
    except ValueError:
        return timedelta(0)
    first, last = (m if m.tzinfo else m.replace(tzinfo=UTC) for m in moments)
    return last - first


def names(graphs: Mapping[str, str]) -> dict[str, str]:
    """For the IRI of each layer that of the graph which holds it."""
    return {kg(layer): graph for layer, graph in graphs.items()}
