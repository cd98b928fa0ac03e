"""IRIs and their short forms.

The namespaces of the model (``kg:``) and of the standard vocabularies stand here; those of a domain and of its
entities are declared by the domain's ontology and added with :meth:`Prefixes.extended`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

KG = "https://w3id.org/autotech/kg#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
PROV = "http://www.w3.org/ns/prov#"
DCT = "http://purl.org/dc/terms/"
VANN = "http://purl.org/vocab/vann/"

STANDARD: Mapping[str, str] = {
    "dct": DCT,
    "kg": KG,
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": SKOS,
    "vann": VANN,
    "void": "http://rdfs.org/ns/void#",
    "wd": "http://www.wikidata.org/entity/",
    "xsd": XSD,
}

# A local name that Turtle takes as it is in every version, in ASCII; anything else is written as <iri>.
_INNER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class Prefixes:
    """A two-way table of prefixes and namespaces; two with the same table are equal.

    >>> p = Prefixes.standard()
    >>> p.expand("kg:Fact")
    'https://w3id.org/autotech/kg#Fact'
    >>> p.shrink("https://w3id.org/autotech/kg#Fact")
    'kg:Fact'
    >>> p.shrink("https://example.org/x")
    '<https://example.org/x>'
    """

    # No dataclass: that library takes longer to load than a query takes to be answered (see kg.front).
    __slots__ = ("_longest_first", "table")

    def __init__(self, table: Mapping[str, str]) -> None:
        self.table = table
        self._longest_first = sorted(((ns, p) for p, ns in table.items()), key=lambda x: (-len(x[0]), x[1]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Prefixes) and self.table == other.table

    __hash__ = None  # type: ignore[assignment]  # as that of the table in it

    def __repr__(self) -> str:
        return f"Prefixes({self.table!r})"

    @classmethod
    def standard(cls) -> Prefixes:
        """The prefixes that every project has."""
        return cls(dict(STANDARD))

    def extended(self, more: Mapping[str, str]) -> Prefixes:
        """A table with more prefixes; the new ones win."""
        return Prefixes({**self.table, **more})

    def expand(self, name: str) -> str:
        """The IRI of a CURIE or of an IRI in angle brackets.

        Raises KeyError when the prefix is unknown: the caller knows the place to name.
        """
        if name.startswith("<") and name.endswith(">"):
            return name[1:-1]
        prefix, colon, local = name.partition(":")
        if not colon:
            raise KeyError(name)
        if local.startswith("//"):
            return name
        return self.table[prefix] + local

    def shrink(self, iri: str) -> str:
        """The CURIE of an IRI, or the IRI in angle brackets where no prefix fits."""
        for namespace, prefix in self._longest_first:
            if iri.startswith(namespace) and _is_plain(iri[len(namespace) :]):
                return f"{prefix}:{iri[len(namespace) :]}"
        return f"<{iri}>"

    def sparql(self) -> str:
        """The PREFIX lines for a query, sorted."""
        return "".join(f"PREFIX {p}: <{ns}>\n" for p, ns in sorted(self.table.items()))


def _is_plain(local: str) -> bool:
    """Whether a local name is letters, digits, ``_`` and, but at its ends, ``-``."""
    return bool(local) and _INNER.issuperset(local) and local[0] != "-" != local[-1]


def kg(local: str) -> str:
    """The IRI of a term of the model.

    >>> kg("Fact")
    'https://w3id.org/autotech/kg#Fact'
    """
    return KG + local


def local_name(iri: str) -> str:
    """The last part of an IRI, after ``#`` or ``/``.

    >>> local_name("https://example.org/id/Norland")
    'Norland'
    """
    return re.split(r"[#/]", iri)[-1]


def slug(name: str) -> str:
    """The local name of an entity's IRI: accents to ASCII, spaces to ``_``, the rest dropped.

    A name with no ASCII letter or digit at all (Chinese, say) gets a hash, so that it still has an identity.

    >>> slug("Café Noir"), slug("No. 5")
    ('Cafe_Noir', 'No_5')
    """
    import unicodedata

    ascii_form = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    joined = re.sub(r"_+", "_", re.sub(r"[^A-Za-z0-9-]+", "_", ascii_form)).strip("_-")
    return joined or "n" + digest(name)


def digest(*parts: str, length: int = 16) -> str:
    """A stable name for content: SHA-256 over the parts, each with its length before it, as hexadecimal.

    >>> digest("ab", "c") == digest("a", "bc")
    False
    """
    import hashlib

    h = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8")
        h.update(str(len(data)).encode() + b":" + data)
    return h.hexdigest()[:length]


def sha256(text: str) -> str:
    """The SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    import hashlib

    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def union(tables: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """One prefix table of many; a later one wins."""
    merged: dict[str, str] = {}
    for table in tables:
        merged.update(table)
    return merged
