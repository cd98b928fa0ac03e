"""Small graphs for stories that stand as data in suites: documents and curated facts in, facts out, both in words.

A fact in words is ``Subject property Object (Status, support=2, contrary=1, from=2026, market=China)``, with local
names; in full ``publishers=1`` and ``stated=2025-03-17..2025-11-02`` stand beside the support.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipeline import AT, ID, SUITES, knowledge, short

from kg.build import Graph, assemble
from kg.model import Curation, Document, Fact, Literal, Origin, Qualifier, Status
from kg.names import local_name
from kg.queries import facts
from kg.queries.differences import Change
from kg.relations import Extraction
from kg.store import Manifest, Store

Told = Mapping[str, Any]
DATES = {"from": "valid_from", "until": "valid_until"}


def suite(name: str) -> dict[str, Any]:
    """The stories of a file by name, each with a twin in which nothing should happen."""
    found: dict[str, Any] = tomllib.loads((SUITES / f"{name}.toml").read_text(encoding="utf-8"))
    return found


def document(source: str, told: Told) -> Document:
    """A document of a story: its text, and what is known of it."""
    head = {name: told[name] for name in ("issued", "language", "publisher", "title") if name in told}
    return Document(told["text"], source, **{"language": "en", **head})


def graph(documents: Mapping[str, Told], curated: Iterable[str] = (), unread: str = "") -> Store:
    """The graph of the documents, by their sources, and of curated facts in words, one a line of their file.

    ``unread`` is the beginning of the names of rules that are left out.
    """
    texts = [document(source, told) for source, told in sorted(documents.items())]
    found = [_without(knowledge().extract(text), unread) for text in texts]
    written = [curated_fact(words, line) for line, words in enumerate(curated, 1) if words]
    return stored(assemble(knowledge(), texts, found, written))


def _without(found: Extraction, unread: str) -> Extraction:
    kept = (c for c in found.claims if not (unread and c.pattern.startswith(unread)))
    return replace(found, claims=tuple(kept))


def stored(made: Graph) -> Store:
    """A graph in memory, without the thousands of listed names, which play no part."""
    ontology = made.ontology
    told = Manifest(
        dict(ontology.prefixes.table), ontology.record_namespace, ontology.domain, ontology.entity_namespace
    )
    listed = knowledge().names.entities
    return Store.from_quads(replace(made, entities=[e for e in made.entities if e.iri not in listed]).quads(), told)


def curated_fact(words: str, line: int = 1) -> Fact:
    """A fact as a curator writes it down."""
    said, conditions = split(words)
    subject, predicate, end = said.split()
    statuses = [c for c in conditions if "=" not in c] or ["InEffect"]
    given = dict(c.split("=", 1) for c in conditions if "=" in c)
    qualifiers = tuple(sorted(_qualifier(n, v) for n, v in given.items() if n not in DATES))
    dates = {DATES[name]: value for name, value in given.items() if name in DATES}
    status = Status(statuses[0])
    identity = tuple(q for q in qualifiers if knowledge().ontology.properties[q[0]].identifying)
    place = Curation("seeds/facts/story.ttl", line, f"https://press.example/{said.replace(' ', '/')}", status)
    return Fact(
        ID + subject, AT + predicate, ID + end, identity, qualifiers, status,
        origin=Origin.CURATED, curations=(place,), **dates,
    )  # fmt: skip


def _qualifier(name: str, value: str) -> Qualifier:
    is_thing = knowledge().ontology.properties[AT + name].kind == "entity"
    return AT + name, ID + value if is_thing else Literal(value)


def split(words: str) -> tuple[str, list[str]]:
    """A fact in words, and what stands in its brackets."""
    match = re.fullmatch(r"(.*?)(?: \(([^()]*)\))?", words)
    assert match is not None
    return match[1], match[2].split(", ") if match[2] else []


def worded(fact: Fact, *, full: bool = False) -> str:
    """A fact in words."""
    days = ".." * bool(fact.first_stated) + fact.last_stated
    more = {"publishers": str(fact.publishers or ""), "stated": fact.first_stated + days} if full else {}
    sides = {"support": str(fact.support or ""), "contrary": str(fact.contrary or "")}
    own = {**sides, **more, "from": fact.valid_from, "until": fact.valid_until}
    scope = {local_name(name): short(value) for name, value in fact.qualifiers}
    told = [fact.status.value, *(f"{name}={value}" for name, value in {**own, **scope}.items() if value)]
    return f"{statement(fact)} ({', '.join(told)})"


def statement(fact: Fact) -> str:
    """What a fact states, in words, without its scope."""
    return f"{short(fact.subject)} {local_name(fact.predicate)} {short(fact.object)}"


def told(store: Store, *, full: bool = False) -> list[str]:
    """The facts of a graph in words, sorted."""
    return sorted(worded(fact, full=full) for fact in facts.find(store))


def change(told: Change) -> str:
    """A change in words; of a rule its number is left out, which changes with every pattern."""
    differing = f" [{', '.join(told.differences)}]" if told.differences else ""
    causes = "; ".join(re.sub(r"#\d+", "", str(cause)) for cause in told.causes)
    return f"{told.kind}: {worded(told.fact)}{differing} <- {causes}"
