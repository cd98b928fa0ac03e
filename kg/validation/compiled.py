"""SHACL shapes as SPARQL: each says which nodes break it, and the engine finds them where the graph is.

A shape becomes one query for its values and one for what has to be there or must not be there twice. What SHACL (W3C,
2017) can say and this cannot is told by :class:`Beyond`; pySHACL runs such shapes (see :mod:`kg.validation.shapes`).
A condition is written so that it never fails to have a value: in SPARQL an error in a filter passes a node over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.names import RDF, STANDARD, XSD
from kg.validation import doubts
from kg.validation.doubts import Bounds, Doubt

if TYPE_CHECKING:
    from rdflib import Graph, URIRef
    from rdflib.term import Node

SH = STANDARD["sh"]
MOST = 4
"""The largest count that is compiled: each costs a variable in a join of all with all."""

Classes = Callable[[str], tuple[str, ...]]
"""A class and those below it, in the graph that is checked."""

_CAST = frozenset(
    XSD + name
    for name in ("boolean", "date", "dateTime", "decimal", "double", "float", "gYear", "gYearMonth", "integer", "time")
)
_KINDS = {
    "IRI": "isIRI({0})",
    "Literal": "isLiteral({0})",
    "BlankNode": "isBlank({0})",
    "IRIOrLiteral": "!isBlank({0})",
    "BlankNodeOrIRI": "!isLiteral({0})",
    "BlankNodeOrLiteral": "!isIRI({0})",
}
_TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
_SIGNS = {"lessThan": "<", "lessThanOrEquals": "<="}
_JOINED = {"class", *_SIGNS}  # what joins a value with something else: see kg.validation.doubts
# What says nothing about the graph, or belongs to another of these.
_SILENT = {"path", "property", "message", "severity", "name", "description", "order", "group", "defaultValue", "flags"}
_COUNTED = ("minCount", "maxCount", "uniqueLang", "hasValue", "qualifiedMinCount", "qualifiedMaxCount")


class Beyond(Exception):
    """What a shape says and SPARQL is not made of here; its words say what that is."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A query that selects ``?this``, a node that breaks a shape, and maybe ``?value``, with what it does.

    Where none of the doubts is raised it finds nothing; without any, nothing is known beforehand.
    """

    shape: Node
    query: str
    doubts: tuple[Doubt, ...] = ()


Condition = Callable[["Compiler", "_Said"], str]


@dataclass
class Compiler:
    """Makes rules of the shapes of a graph."""

    shapes: Graph
    classes: Classes = lambda iri: (iri,)
    _names: int = field(default=0, init=False)
    _open: list[Node] = field(default_factory=list, init=False)

    def rules(self, shape: Node) -> list[Rule]:
        """What breaks a shape that has targets, and the shapes of its properties; Beyond where that cannot be said."""
        targets = list(self._targets(shape))
        return [rule for target in targets for rule in self._rules(shape, target)]

    def _rules(self, shape: Node, target: str) -> Iterator[Rule]:
        self._check(shape)
        if self._objects(shape, "path"):
            yield from self._of_property(shape, target)
            return
        conditions = self._values(shape, "?this", "?this")
        if conditions:
            rest, kinds = self._values(shape, "?this", "?this", _JOINED), self._kinds(shape, "?this")
            doubted = tuple(doubts.of_nodes(target, rest, kinds))
            yield Rule(shape, f"SELECT DISTINCT ?this {{ {target} FILTER(!({_all(conditions)})) }}", doubted)
        for inner in self._objects(shape, "property"):
            self._check(inner)
            yield from self._of_property(inner, target)

    def _of_property(self, shape: Node, target: str) -> Iterator[Rule]:
        """What breaks a shape with a path: values that are not as they should be, and how many there are.

        All triples of a simple path are looked at, and whether one begins at a target only where a value is wrong: that
        is rare, and to join all targets with all their values takes the engine a table of them in memory.
        """
        if self._objects(shape, "property"):
            raise Beyond("sh:property within a shape with a path")
        path, conditions = self._path(shape), self._values(shape, "?value", "?this")
        if conditions:
            found = f"?this {path} ?value FILTER(!({_all(conditions)}) && EXISTS {{ {target} }})"
            if not path.startswith("<"):
                found = f"{target} ?this {path} ?value FILTER(!({_all(conditions)}))"
            rest, pairs = self._values(shape, "?value", "?this", _JOINED), self._compared(shape)
            doubted = tuple(doubts.of_values(path, rest, self._kinds(shape, "?value"), pairs))
            yield Rule(shape, f"SELECT DISTINCT ?this ?value {{ {found} }}", doubted)
        counted = self._counts(shape, "?this", path)
        if counted:
            doubted = tuple(self._doubts(shape, target, path))
            yield Rule(shape, f"SELECT DISTINCT ?this {{ {target} FILTER(!({_all(counted)})) }}", doubted)

    def _kinds(self, shape: Node, node: str) -> list[str]:
        """For each class that a shape asks for, the nodes that are of it."""
        return [self._typed(node, str(iri)) for iri in self._objects(shape, "class")]

    def _compared(self, shape: Node) -> list[tuple[str, str]]:
        """The properties with which a shape compares a value, each with the sign between the two."""
        return [(other.n3(), sign) for local, sign in _SIGNS.items() for other in self._objects(shape, local)]

    def _doubts(self, shape: Node, target: str, path: str) -> Iterator[Doubt]:
        """The doubts about how many values there are, where a shape says no more of that than usual."""
        said = {name: self._objects(shape, name) for name in _COUNTED if self._objects(shape, name)}
        least, most = (list(map(_number, said.pop(name, ()))) for name in ("minCount", "maxCount"))
        unique = bool(said.pop("uniqueLang", ()))
        if not said and max(least, default=0) <= 1 <= min(most, default=1):
            yield from doubts.of_counts(target, path, Bounds(1 in least, bool(most), unique))

    def _check(self, shape: Node) -> None:
        """Raise Beyond for what a shape that reports says and is not known here, and where it has no message."""
        self._known(shape, (*_TARGETS, *_COUNTED))
        if not self._objects(shape, "message") and not self._is_silent(shape):
            raise Beyond("a shape without sh:message")

    def _known(self, shape: Node, more: Sequence[str]) -> None:
        """Raise Beyond for what a shape says that is neither a condition nor one of ``more``."""
        for predicate in sorted(map(str, self.shapes.predicates(shape, None))):
            local = predicate.removeprefix(SH)
            if local != predicate and local not in {*_SILENT, *_CONDITIONS, *more, "qualifiedValueShape"}:
                raise Beyond(f"sh:{local}")
        if self._is_class(shape):
            raise Beyond("a shape that is a class too")

    def _is_class(self, shape: Node) -> bool:
        from rdflib import OWL, RDFS

        return any(str(kind) in (RDFS.Class, OWL.Class) for kind in self.shapes.objects(shape, _uri(RDF + "type")))

    def _is_silent(self, shape: Node) -> bool:
        """Whether a shape itself constrains nothing: it only has targets and properties."""
        said = {str(p).removeprefix(SH) for p in self.shapes.predicates(shape, None) if str(p).startswith(SH)}
        return said <= {*_SILENT, *_TARGETS}

    def _targets(self, shape: Node) -> Iterator[str]:
        for iri in self._objects(shape, "targetClass"):
            yield self._typed("?this", str(iri))
        for iri in self._objects(shape, "targetSubjectsOf"):
            yield f"?this {iri.n3()} {self._new()} ."
        for iri in self._objects(shape, "targetObjectsOf"):
            yield f"{self._new()} {iri.n3()} ?this ."
        for node in self._objects(shape, "targetNode"):
            yield f"VALUES ?this {{ {_term(node)} }}"

    def _typed(self, node: str, iri: str) -> str:
        """A pattern for the nodes of a class or one below it."""
        kind, below = self._new(), self.classes(iri)
        if len(below) == 1:
            return f"{node} <{RDF}type> <{iri}> ."
        return f"VALUES {kind} {{ {' '.join(f'<{each}>' for each in below)} }} {node} <{RDF}type> {kind} ."

    # -- conditions on one node, each a term of a filter --------------------------------------------------------------

    def _conforms(self, shape: Node, node: str) -> str:
        """The condition that a node conforms to a shape that another shape speaks of."""
        if shape in self._open:
            raise Beyond("a shape that speaks of itself")
        self._open.append(shape)
        try:
            return _all(self._inner(shape, node))
        finally:
            self._open.pop()

    def _inner(self, shape: Node, node: str) -> list[str]:
        self._known(shape, _COUNTED)
        if not self._objects(shape, "path"):
            inner = [self._conforms(each, node) for each in self._objects(shape, "property")]
            return [*self._values(shape, node, node), *inner]
        if self._objects(shape, "property"):
            raise Beyond("sh:property within a shape with a path")
        path, value = self._path(shape), self._new()
        conditions = self._values(shape, value, node)
        every = [f"NOT EXISTS {{ {node} {path} {value} FILTER(!({_all(conditions)})) }}"] if conditions else []
        return [*every, *self._counts(shape, node, path)]

    def _values(self, shape: Node, value: str, node: str, without: Collection[str] = ()) -> list[str]:
        """The conditions on a value of a node."""
        return [
            make(self, _Said(shape, given, value, node))
            for local, make in sorted(_CONDITIONS.items())
            if local not in without
            for given in self._objects(shape, local)
        ]

    def _counts(self, shape: Node, node: str, path: str) -> list[str]:
        """The conditions on all values of a node together."""
        found = [f"EXISTS {{ {node} {path} {_term(v)} }}" for v in self._objects(shape, "hasValue")]
        found += self._bounds(shape, node, path, "minCount", "maxCount", None)
        if any(str(given) == "true" for given in self._objects(shape, "uniqueLang")):
            one, other = self._new(), self._new()
            same = f'LANG({one}) != "" && LCASE(LANG({one})) = LCASE(LANG({other})) && !sameTerm({one}, {other})'
            found.append(f"NOT EXISTS {{ {node} {path} {one} , {other} FILTER({same}) }}")
        for inner in self._objects(shape, "qualifiedValueShape"):
            found += self._bounds(shape, node, path, "qualifiedMinCount", "qualifiedMaxCount", inner)
        return found

    def _bounds(self, shape: Node, node: str, path: str, least: str, most: str, inner: Node | None) -> Iterator[str]:
        """The conditions on how many values there are, or how many that conform to an inner shape."""
        for given in self._objects(shape, least):
            if _number(given):
                yield f"EXISTS {{ {self._several(node, path, _number(given), inner)} }}"
        for given in self._objects(shape, most):
            yield f"NOT EXISTS {{ {self._several(node, path, _number(given) + 1, inner)} }}"

    def _several(self, node: str, path: str, count: int, shape: Node | None = None) -> str:
        """A pattern for so many values that differ, each conforming to a shape where one is given."""
        if count > MOST:
            raise Beyond(f"a count above {MOST - 1}")
        values = [self._new() for _ in range(count)]
        differ = [f"!sameTerm({a}, {b})" for i, a in enumerate(values) for b in values[:i]]
        fitting = [self._conforms(shape, each) for each in values] if shape is not None else []
        conditions = [*differ, *fitting]
        return f"{node} {path} {' , '.join(values)} . " + (f"FILTER({_all(conditions)})" if conditions else "")

    def _path(self, shape: Node) -> str:
        [path] = self._objects(shape, "path")
        return self._step(path)

    def _step(self, path: Node) -> str:
        """A path of SHACL as one of SPARQL."""
        from rdflib import URIRef

        if isinstance(path, URIRef):
            return path.n3()
        if self.shapes.value(path, _uri(RDF + "first")) is not None:
            return f"({'/'.join(map(self._step, self._list(path)))})"
        for local, sign in (("zeroOrMorePath", "*"), ("oneOrMorePath", "+"), ("zeroOrOnePath", "?")):
            for inner in self._objects(path, local):
                return f"({self._step(inner)}){sign}"
        for inner in self._objects(path, "inversePath"):
            return f"(^{self._step(inner)})"
        for inner in self._objects(path, "alternativePath"):
            return f"({'|'.join(map(self._step, self._list(inner)))})"
        raise Beyond("a path that is none of SHACL")

    def _objects(self, subject: Node, local: str) -> list[Node]:
        return sorted(self.shapes.objects(subject, _uri(SH + local)))  # type: ignore[type-var]

    def _list(self, head: Node) -> list[Node]:
        from rdflib.collection import Collection

        return list(Collection(self.shapes, head))

    def _new(self) -> str:
        self._names += 1
        return f"?v{self._names}"


def _uri(iri: str) -> URIRef:
    from rdflib import URIRef

    return URIRef(iri)


def _all(conditions: list[str]) -> str:
    return " && ".join(f"({each})" for each in conditions) or "true"


def _sure(condition: str) -> str:
    """A condition that is false where it would have no value."""
    return f"COALESCE({condition}, false)"


def _term(node: Node) -> str:
    from rdflib import BNode

    if isinstance(node, BNode):
        raise Beyond("a blank node as a value")
    text: str = node.n3()
    return text


def _number(node: Node) -> int:
    return int(str(node))


def _text(node: Node) -> str:
    from rdflib import Literal

    return Literal(str(node)).n3()


@dataclass(frozen=True, slots=True)
class _Said:
    """A condition of a shape: what is given for it, and the variables of the value and of the node that has it."""

    shape: Node
    given: Node
    value: str
    node: str


def _datatype(of: Compiler, said: _Said) -> str:
    iri = str(said.given)
    if iri.startswith(XSD) and iri not in _CAST and iri != XSD + "string":
        raise Beyond(f"the datatype {iri}")
    has = _sure(f"DATATYPE({said.value}) = <{iri}>")
    # A literal may be nonsense for its datatype; a cast to it then has no value.
    return has if iri not in _CAST else f"{has} && {_sure(f'STRLEN(STR(<{iri}>({said.value}))) > 0')}"


def _class(of: Compiler, said: _Said) -> str:
    kind = of._new()
    among = ", ".join(f"<{each}>" for each in of.classes(str(said.given)))
    return f"EXISTS {{ {said.value} <{RDF}type> {kind} FILTER({kind} IN ({among})) }}"


def _among(of: Compiler, said: _Said) -> str:
    return " || ".join(f"sameTerm({said.value}, {_term(each)})" for each in of._list(said.given)) or "false"


def _in_language(of: Compiler, said: _Said) -> str:
    ranges = (_sure(f"langMatches(LANG({said.value}), {_text(tag)})") for tag in of._list(said.given))
    return " || ".join(ranges) or "false"


def _like(of: Compiler, said: _Said) -> str:
    arguments = ", ".join(map(_text, (said.given, *of._objects(said.shape, "flags"))))
    [row] = ox.Store().query(f'SELECT (REGEX("", {arguments}) AS ?known) {{}}')  # type: ignore[misc]
    if row[0] is None:
        raise Beyond("a sh:pattern in Python's own notation")
    return _sure(f"!isBlank({said.value}) && REGEX(STR({said.value}), {arguments})")


def _long(sign: str) -> Condition:
    return lambda _, said: _sure(f"!isBlank({said.value}) && STRLEN(STR({said.value})) {sign} {_number(said.given)}")


def _ordered(sign: str) -> Condition:
    return lambda _, said: _sure(f"{said.value} {sign} {_term(said.given)}")


def _less(sign: str) -> Condition:
    def make(of: Compiler, said: _Said) -> str:
        other = of._new()
        unlike = f"FILTER(!{_sure(f'{said.value} {sign} {other}')})"
        return f"NOT EXISTS {{ {said.node} {said.given.n3()} {other} {unlike} }}"

    return make


def _each(join: str, nothing: str) -> Condition:
    def make(of: Compiler, said: _Said) -> str:
        return join.join(f"({of._conforms(each, said.value)})" for each in of._list(said.given)) or nothing

    return make


def _one(of: Compiler, said: _Said) -> str:
    conforming = (f"IF({of._conforms(each, said.value)}, 1, 0)" for each in of._list(said.given))
    return f"({' + '.join(conforming) or '0'}) = 1"


_CONDITIONS: Mapping[str, Condition] = {
    "and": _each(" && ", "true"),
    "class": _class,
    "datatype": _datatype,
    "disjoint": lambda _, said: f"NOT EXISTS {{ {said.node} {said.given.n3()} {said.value} }}",
    "in": _among,
    "languageIn": _in_language,
    **{local: _less(sign) for local, sign in _SIGNS.items()},
    "maxExclusive": _ordered("<"),
    "maxInclusive": _ordered("<="),
    "maxLength": _long("<="),
    "minExclusive": _ordered(">"),
    "minInclusive": _ordered(">="),
    "minLength": _long(">="),
    "node": lambda of, said: of._conforms(said.given, said.value),
    "nodeKind": lambda _, said: _KINDS[str(said.given).removeprefix(SH)].format(said.value),
    "not": lambda of, said: f"!({of._conforms(said.given, said.value)})",
    "or": _each(" || ", "false"),
    "pattern": _like,
    "xone": _one,
}
