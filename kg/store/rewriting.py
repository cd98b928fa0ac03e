"""A query for a server on which the layers have other names, one set of them for each generation of the graph.

What a query says of a layer (``FROM kg:facts``, ``GRAPH kg:claims``) is said of the graph that holds it now; a variable
for a graph (``GRAPH ?layer``) still has the names of the layers as its values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from kg.store.plain import GENID
from kg.store.sparql import Text

HIDDEN = "kg_layer_"
"""What the names of the variables begin with that a query is given beside its own."""
_NAMING = re.compile(r"\b(?:GRAPH|FROM)\b(?:\s+NAMED\b)?", re.IGNORECASE)
_NAME = re.compile(r"\s*(?:<(?P<iri>[^<>\s]*)>|(?P<variable>[?$]\w+)|(?P<prefix>[\w.-]*):(?P<local>[\w.-]*[\w-])?)")
_PREFIX = re.compile(r"\bPREFIX\s+([\w.-]*):\s*<([^<>\s]*)>", re.IGNORECASE)
_BASE = re.compile(r"\bBASE\s*<([^<>\s]*)>", re.IGNORECASE)
_TEST = re.compile(r"\bis(?:IRI|URI|BLANK)\s*\(", re.IGNORECASE)
_NEWER = re.compile(r"<<|\{\||~|\b(?:TRIPLE|SUBJECT|PREDICATE|OBJECT|isTRIPLE|VERSION)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The names in which a query is written: prefixes, a base, and for the IRI of each layer that of its graph."""

    graphs: Mapping[str, str]
    nowhere: str
    """The IRI of a graph that holds nothing, in the place of graphs that are no layers."""
    prefixes: Mapping[str, str]
    base: str = ""

    def rewritten(self, query: str) -> str:
        """The query in the names of the server, on as many lines as before."""
        text = Text.of(query)
        known = {**self.prefixes, **dict(_PREFIX.findall(query))}
        found = _BASE.search(query)
        base = found[1] if found else self.base
        pieces, end = [], 0
        for number, match in enumerate(_NAMING.finditer(text.masked)):
            name = _NAME.match(query, match.end())
            if name is None or query[match.end() : match.end() + 1] == ":":
                continue
            keyword = match.group()
            pieces.append(query[end : match.start()])
            if name["variable"]:
                pieces.append(self._any(name["variable"][1:], f"{HIDDEN}{number}"))
            else:
                iri = urljoin(base, name["iri"]) if name["prefix"] is None else _expanded(name, known)
                pieces.append(f"{keyword} <{self.graph(iri)}>")
            end = name.end()
        return self._head(query) + _told_apart("".join(pieces) + query[end:])

    def graph(self, iri: str) -> str:
        """The graph of a layer, or the one that holds nothing."""
        return self.graphs.get(iri, self.nowhere)

    def _any(self, variable: str, hidden: str) -> str:
        """The clause for any layer, whose name the variable takes."""
        pairs = " ".join(f"(<{name}> <{graph}>)" for name, graph in self.graphs.items())
        return f"VALUES (?{variable} ?{hidden}) {{ {pairs} }} GRAPH ?{hidden}"

    def _head(self, query: str) -> str:
        own = {name for name, _ in _PREFIX.findall(query)}
        used = {name for name in re.findall(r"([\w.-]+):", query) if name in self.prefixes} - own
        lines = [f"BASE <{self.base}> "] if self.base else []
        return "".join([*lines, *(f"PREFIX {name}: <{self.prefixes[name]}> " for name in sorted(used))])


def _told_apart(query: str) -> str:
    """The query with tests for blank nodes and IRIs that know of those IRIs which stand for blank nodes."""
    text = Text.of(query)
    pieces, end = [], 0
    for test in _TEST.finditer(text.masked):
        close = _closing(text.masked, test.end())
        if test.start() < end or close is None:
            continue
        argument = query[test.end() : close]
        stands = f'(isIRI({argument}) && STRSTARTS(STR({argument}), "{GENID}"))'
        is_blank = test.group().upper().startswith("ISBLANK")
        own = f"isBLANK({argument}) || {stands}" if is_blank else f"isIRI({argument}) && !{stands}"
        pieces += [query[end : test.start()], f"({own})"]
        end = close + 1
    return "".join(pieces) + query[end:]


def _closing(masked: str, start: int) -> int | None:
    """Where the bracket closes that is open at a position."""
    depth = 1
    for match in re.finditer(r"[()]", masked[start:]):
        depth += 1 if match.group() == "(" else -1
        if not depth:
            return start + match.start()
    return None


def _expanded(name: re.Match[str], known: Mapping[str, str]) -> str:
    return known.get(name["prefix"], "") + (name["local"] or "")


def is_newer(text: Text) -> bool:
    """Whether a query may use what only SPARQL 1.2 has; a variable of such a name is masked, a function is not.

    >>> is_newer(Text.of("SELECT * { ?s ?p ?o {| ?q ?v |} }")), is_newer(Text.of("SELECT * { ?s ?p '<<' }"))
    (True, False)
    """
    return _NEWER.search(text.masked) is not None
