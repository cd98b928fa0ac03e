"""Which format an ``Accept`` header asks for (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg.serve.refusal import Refused


@dataclass(frozen=True, slots=True)
class Format:
    """A format of answers: the name it is sent under, other names that ask for it, and the engine's word for it."""

    media_type: str
    engine: ox.QueryResultsFormat | ox.RdfFormat
    others: tuple[str, ...] = ()
    uri: str = ""
    """Its name in a service description."""

    @property
    def names(self) -> tuple[str, ...]:
        """All names, without their parameters."""
        return (self.media_type.partition(";")[0], *self.others)


_FORMATS = "http://www.w3.org/ns/formats/"
SOLUTIONS = (
    Format(
        "application/sparql-results+json",
        ox.QueryResultsFormat.JSON,
        ("application/json",),
        _FORMATS + "SPARQL_Results_JSON",
    ),
    Format(
        "application/sparql-results+xml",
        ox.QueryResultsFormat.XML,
        ("application/xml", "text/xml"),
        _FORMATS + "SPARQL_Results_XML",
    ),
    Format("text/csv; charset=utf-8", ox.QueryResultsFormat.CSV, (), _FORMATS + "SPARQL_Results_CSV"),
    Format("text/tab-separated-values; charset=utf-8", ox.QueryResultsFormat.TSV, (), _FORMATS + "SPARQL_Results_TSV"),
)
"""For SELECT and ASK; the first is sent to whoever takes anything."""
TRIPLES = (
    Format("text/turtle; charset=utf-8", ox.RdfFormat.TURTLE, ("application/x-turtle",), _FORMATS + "Turtle"),
    Format("application/n-triples", ox.RdfFormat.N_TRIPLES, ("text/plain",), _FORMATS + "N-Triples"),
    Format("application/rdf+xml", ox.RdfFormat.RDF_XML, ("application/xml", "text/xml"), _FORMATS + "RDF_XML"),
    Format("application/ld+json", ox.RdfFormat.JSON_LD, ("application/json",), _FORMATS + "JSON-LD"),
)
"""For CONSTRUCT and DESCRIBE, and for the description of the service."""


@dataclass(frozen=True, slots=True)
class Range:
    """One entry of an ``Accept`` header."""

    name: str
    parameters: tuple[str, ...]
    quality: float

    def weight(self, name: str) -> tuple[float, float] | None:
        """How exactly it names a media type, and how much it is wanted; nothing when it does not name it."""
        kind = name.partition("/")[0]
        for rank, pattern in enumerate(("*/*", f"{kind}/*", name)):
            if self.name == pattern:
                return rank, self.quality
        return None


def ranges(accept: str) -> list[Range]:
    """The entries of a header, those that make no sense left out; without a header, everything.

    >>> ranges("text/csv;q=0.5, */*")
    [Range(name='text/csv', parameters=(), quality=0.5), Range(name='*/*', parameters=(), quality=1.0)]
    """
    found = []
    for entry in accept.lower().split(",")[:100]:
        name, *parameters = (part.strip() for part in entry.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            value = float(quality)
        except ValueError:
            continue
        if name.count("/") == 1 and 0 <= value <= 1:
            found.append(Range(name, tuple(p for p in parameters if not p.startswith("q=")), value))
    return found or ([] if accept.strip() else [Range("*/*", (), 1.0)])


def quality(wanted: Sequence[Range], names: Sequence[str]) -> float:
    """How much a format of these names is wanted: by the most exact entry; names but the first count as they are."""
    weights = [weight for r in wanted if (weight := r.weight(names[0]))]
    weights += [(1.5, r.quality) for r in wanted if r.name in names[1:]]
    return max(weights, default=(0, 0.0))[1]


def choose(accept: str, formats: Sequence[Format]) -> tuple[Format, bool]:
    """The format that is wanted most, and whether its version 1.2 of RDF is asked for; Refused (406) when none is.

    >>> choose("text/html, application/sparql-results+xml;q=0.9, */*;q=0.1", SOLUTIONS)[0].media_type
    'application/sparql-results+xml'
    """
    wanted = ranges(accept)
    best = max(formats, key=lambda each: quality(wanted, each.names))  # the first of those wanted alike
    if quality(wanted, best.names) <= 0:
        offered = ", ".join(each.names[0] for each in formats)
        raise Refused(406, f"no format of this answer is asked for by 'Accept: {accept[:200]}'", None, offered)
    newer = any(r.name in best.names and {'version="1.2"', "version=1.2"} & set(r.parameters) for r in wanted)
    return best, newer


def wants_json(accept: str) -> bool:
    """Whether a problem is told in JSON: where some JSON is asked for by name."""
    return any(r.name.endswith(("json", "+json")) and r.quality > 0 for r in ranges(accept))
