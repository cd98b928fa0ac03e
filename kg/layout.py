"""What readers know of a store before they open it: names in its folder, its manifest's keys, prefixes for its queries.

It stands apart from :mod:`kg.store` so that the short way to an answer (:mod:`kg.front`) loads nothing else of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from kg.names import STANDARD, Prefixes

FORMAT = 2
"""The version of the folder's layout and of the model's shape in it."""

LOCK, CURRENT, MANIFEST, DATA = "kg-store.lock", "CURRENT", "manifest.json", "data"
"""The writer's lock, the name of the current generation, and what stands in a generation."""

TEXTS = ("digest", "domain", "entity_namespace", "record_namespace")
TABLES: Mapping[str, type] = {"counts": int, "inputs": str, "prefixes": str, "quads": int}
"""What a manifest has beside its format: texts, and tables by names with what they hold."""

RECORD_KINDS = ("claim", "conflict", "curation", "document", "fact")


def prefixes(record_namespace: str, own: Mapping[str, str]) -> Prefixes:
    """The prefixes known to every query: one for each kind of record, the standard ones, a graph's own.

    >>> prefixes("https://example.org/", {}).expand("fact:1")
    'https://example.org/fact/1'
    """
    kinds = {kind: f"{record_namespace}{kind}/" for kind in RECORD_KINDS}
    return Prefixes({**kinds, **STANDARD, **own})
