"""Answers as typed rows: Python values under names, whatever form the query had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

import pyoxigraph as ox

from kg.names import XSD, Prefixes
from kg.store import Results, damage

Value: TypeAlias = str | int | Decimal | bool | date | None
"""An IRI as CURIE, a text, a number, a truth value, a whole date; a month or year alone stays text; None is unbound."""

_INTEGERS = frozenset({XSD + "integer", XSD + "int", XSD + "long"})
_DECIMALS = frozenset({XSD + "decimal", XSD + "double", XSD + "float"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``row["name"]``, ``row.name`` or ``row[0]``.

    >>> row = Row(("car", "range"), ("id:X", 500))
    >>> row["range"], row.car, row[0]
    (500, 'id:X', 'id:X')
    """

    variables: tuple[str, ...]
    values: tuple[Value, ...]

    def __getitem__(self, key: str | int) -> Value:
        if isinstance(key, int):
            return self.values[key]
        try:
            return self.values[self.variables.index(key)]
        except ValueError:
            raise KeyError(key) from None

    def __getattr__(self, name: str) -> Value:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __iter__(self) -> Iterator[Value]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)

    def mapping(self) -> Mapping[str, Value]:
        """The row as name and value, without what is unbound."""
        return {name: value for name, value in zip(self.variables, self.values, strict=True) if value is not None}


@dataclass(frozen=True, slots=True)
class Rows:
    """A whole answer: the names of its columns and its rows.

    A yes or no is one row with the column ``answer``; a graph has the columns ``subject``, ``predicate``, ``object``.
    """

    variables: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    @classmethod
    def of(cls, results: Results, prefixes: Prefixes) -> Rows:
        """Read an answer of the store to its end.

        Raises QueryError if the engine fails on the way, StoreError if it meets files that are damaged.
        """
        with damage.asking(None):
            return cls._of(results, prefixes)

    @classmethod
    def _of(cls, results: Results, prefixes: Prefixes) -> Rows:
        if isinstance(results, ox.QueryBoolean):
            return cls(("answer",), ((bool(results),),))
        if isinstance(results, ox.QueryTriples):
            triples = (tuple(value(term, prefixes) for term in triple) for triple in results)
            return cls(("subject", "predicate", "object"), tuple(sorted(set(triples), key=str)))
        names = tuple(variable.value for variable in results.variables)
        return cls(names, tuple(tuple(value(term, prefixes) for term in row) for row in results))

    def __iter__(self) -> Iterator[Row]:
        return (Row(self.variables, row) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Row:
        return Row(self.variables, self.rows[index])

    def column(self, name: str) -> list[Value]:
        """All values of one column; KeyError for a name that is none."""
        return [row[name] for row in self]

    def mappings(self) -> list[Mapping[str, Value]]:
        """Every row as name and value, without what is unbound."""
        return [row.mapping() for row in self]


def value(term: object, prefixes: Prefixes) -> Value:
    """An RDF term as a Python value. A literal that is nonsense for its datatype stays text.

    >>> value(ox.Literal("2.50", datatype=ox.NamedNode(XSD + "decimal")), Prefixes.standard())
    Decimal('2.50')
    """
    if isinstance(term, ox.NamedNode):
        return prefixes.shrink(term.value)
    if isinstance(term, ox.Literal):
        return _literal(term)
    if isinstance(term, ox.Triple):
        parts = (value(part, prefixes) if not isinstance(part, ox.Literal) else str(part) for part in term)
        return f"<<( {' '.join(map(str, parts))} )>>"
    return None if term is None else str(term)


def _literal(term: ox.Literal) -> Value:
    datatype, text = term.datatype.value, term.value
    try:
        if datatype in _INTEGERS:
            return int(text)
        if datatype in _DECIMALS:
            return Decimal(text)
        if datatype == XSD + "date":
            return date.fromisoformat(text)
    except (ValueError, InvalidOperation):
        return text
    if datatype == XSD + "boolean" and text in ("true", "false", "1", "0"):
        return text in ("true", "1")
    return text
