"""A graph of tens of millions of triples, made, opened, asked, checked, exported and compared within 8 GiB.

    python benchmarks/bulk.py [FACTS]       (2,040,000 of them, some 25 triples each, are 50 million)

Each step is a process of its own that may not have more than 8 GiB of address space. The table says how much was in
memory at the peak, how long the step took, and how much of the processor, which is what to compare on a machine with
other work. The graph is sound: no shape and no hygiene query finds an error in it, only terms that nothing uses.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg import ontology, store
from kg.build import manifest
from kg.model import Claim, Document, Entity, Fact, Label, Literal, Origin, Status
from kg.names import kg as term
from kg.ontology import Ontology
from kg.project import Project

ROOT = Path(__file__).parent.parent
FACTS, LIMIT = 2_040_000, 8 << 30
CARS, SYSTEMS, MARKETS, CLAIMS_PER_DOCUMENT = 7, 1_100, 13, 10
STATUSES = (Status.IN_EFFECT, Status.PLANNED, Status.REPORTED)
KG = [sys.executable, "-c", "from kg.cli import main; main()", "--project", str(ROOT)]
ASKED = (
    ("who-uses-software", "-p", "software=System 7"),
    ("single-source", "--limit", "5"),
    ("SELECT (COUNT(*) AS ?n) { ?f kg:status kg:Planned ; rdf:subject ?s }",),
)


@dataclass(frozen=True)
class Made:
    """A sound graph: vehicles that use software in a market, each fact with a claim in one of the documents."""

    ontology: Ontology
    facts: int

    def term(self, name: str) -> str:
        """A term of the domain."""
        return self.ontology.domain + name

    def thing(self, kind: str, number: int) -> str:
        """A made entity."""
        return f"{self.ontology.entity_namespace}{kind}_{number}"

    def entities(self) -> Iterator[Entity]:
        """The vehicles, systems and countries that the facts are about."""
        kinds = (("Car", "VehicleModel", -(-self.facts // CARS)), ("System", "OperatingSystem", SYSTEMS),
                 ("Land", "Country", MARKETS))  # fmt: skip
        for kind, class_, count in kinds:
            for number in range(count):
                yield Entity(self.thing(kind, number), (self.term(class_),), (Label(f"{kind} {number}", "en"),))

    def document(self, start: int) -> Document:
        """The document that tells the facts from a number on."""
        told = " ".join(f"Car {n // CARS} runs System {n % SYSTEMS} in Land {n % MARKETS}." for n in self._told(start))
        return Document(told, f"made/{start}.txt", f"Made {start}", "2025-01-01", "en", f"Paper {start % 97}")

    def fact(self, number: int, document: Document) -> Fact:
        """A fact with the claim that it stands on."""
        quote = f"Car {number // CARS} runs System {number % SYSTEMS} in Land {number % MARKETS}."
        start = document.text.index(quote)
        subject, value = self.thing("Car", number // CARS), self.thing("System", number % SYSTEMS)
        scope = ((self.term("market"), self.thing("Land", number % MARKETS)),)
        qualifiers = (*((self.term("exclusive"), Literal.boolean(True)) for _ in range(number % 2)), *scope)
        status, property_ = STATUSES[number % len(STATUSES)], self.term("usesSoftware")
        claim = Claim(
            document.id, start, start + len(quote), quote, subject, property_, value, qualifiers, status,
            pattern="en/made#1", confidence="0.9",
        )  # fmt: skip
        return Fact(
            subject, property_, value, scope, qualifiers, status, support=1, claims=(claim,), publishers=1,
            first_stated="2025-01-01", last_stated="2025-01-01", origin=Origin.EXTRACTED,
        )  # fmt: skip

    def quads(self) -> Iterator[ox.Quad]:
        """All of it."""
        records = self.ontology.records
        yield from self.ontology.quads()
        for entity in self.entities():
            yield from records.entity(entity)
        for start in range(0, self.facts, CLAIMS_PER_DOCUMENT):
            document = self.document(start)
            yield from records.document(document)
            for number in self._told(start):
                fact = self.fact(number, document)
                yield from records.fact(fact)
                yield from records.claim(fact.claims[0])

    def write(self, path: Path) -> int:
        """The graph as a store; how many quads it has."""
        counts = {"documents": -(-self.facts // CLAIMS_PER_DOCUMENT), "claims": self.facts, "facts": self.facts}
        described = manifest(self.ontology, {**counts, "entities": 0, "conflicts": 0}, {})
        return sum(store.write(path, self.quads(), described).quads.values())

    def _told(self, start: int) -> range:
        return range(start, min(start + CLAIMS_PER_DOCUMENT, self.facts))


@dataclass(frozen=True)
class Step:
    """What one process took: seconds in all and of the processor, and its largest size in MB."""

    name: str
    wall: float
    cpu: float
    peak: int


def run(name: str, command: Sequence[str], status: int = 0) -> Step:
    """Run a command within the limit, its output thrown away; SystemExit when it ends otherwise than it should."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=_limited)
    _, ended, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(ended)
    if child.returncode != status:
        raise SystemExit(f"{name}: exit status {child.returncode}")
    return Step(name, time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss >> 10)


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))


def changed(path: Path, copied: Path) -> Path:
    """A copy of a store in which one fact is of another status; the two share their other files."""
    with store.open(path) as base:
        store.copy(base, copied)
    with store.open(copied) as base:
        planned = base.match(None, ox.NamedNode(term("status")), ox.NamedNode(Status.PLANNED.iri), "facts")
        quad = next(planned)
        other = ox.Quad(quad.subject, quad.predicate, ox.NamedNode(Status.DENIED.iri), quad.graph_name)
        store.revise(base, [quad], [other], base.manifest)
    return copied


def steps(folder: Path, facts: int) -> Iterator[Step]:
    """All steps over one graph."""
    path = folder / "store"
    yield run("write", [sys.executable, __file__, "--write", str(path), str(facts)])
    kg = [*KG, "--store", str(path)]
    for question in ASKED:
        yield run(f"query: {question[0][:40]}", [*kg, "query", *question])
    yield run("stats", [*kg, "stats"])
    yield run("verify", [*kg, "verify"])
    yield run("validate", [*kg, "validate"])
    for form in ("nq", "ttl", "jsonl", "csv"):
        out = folder / f"graph.{form}"
        step = run(f"export .{form}", [*kg, "export", str(out)])
        yield Step(f"{step.name}, {out.stat().st_size >> 20:,} MB", step.wall, step.cpu, step.peak)
        out.unlink()
    yield run("diff", [*kg, "diff", str(changed(path, folder / "changed")), str(path)])


def main() -> None:
    """Run all steps and print them as Markdown; or, with --write, be the step that writes."""
    if sys.argv[1:2] == ["--write"]:
        made = Made(ontology.load(Project(ROOT)), int(sys.argv[3]))
        print(f"{made.write(Path(sys.argv[2])):,} triples", file=sys.stderr)
        return
    facts = int(sys.argv[1]) if sys.argv[1:] else FACTS
    print("| step | seconds | of the processor | MB at the peak |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for step in steps(Path(folder), facts):
            print(f"| {step.name} | {step.wall:,.1f} | {step.cpu:,.1f} | {step.peak:,} |", flush=True)


if __name__ == "__main__":
    main()
