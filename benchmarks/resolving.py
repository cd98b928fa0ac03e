"""The time and memory in which claims become facts and copies are found: each size beside the first of its kind.

Each measurement is a process of its own, so that its peak of memory is its own:

    python benchmarks/resolving.py claims 100000
"""

from __future__ import annotations

import gc
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

from made import word
from measure import Row, growing

from kg import ontology
from kg.model import Claim, Document, Literal, Status
from kg.project import Project
from kg.resolution import conflicts, mark_copies, resolve

ROOT = Path(__file__).parent.parent
AT, ID = "https://w3id.org/autotech#", "https://w3id.org/autotech/id/"
CLAIMS, DOCUMENTS = (10_000, 100_000, 1_000_000), (1_250, 5_000, 20_000)
EACH = 5
"""Claims of a fact, each of a document of its own; every fourth document is a copy of the one before it."""
OFTEN = 1_000
"""Facts of each subject of which much is said; the others have ten."""
VOCABULARY, LENGTH = 30_000, 200
STATUSES = (Status.PLANNED, Status.IN_EFFECT, Status.IN_EFFECT, Status.REPORTED, Status.DENIED)


def resolving(scale: int) -> list[Row]:
    """The growth with claims and with documents."""
    rows = []
    for work, what, sizes in (
        ("resolve claims, 5 a fact, with conflicts", "claims", CLAIMS),
        ("find copies, every tenth one", "documents", DOCUMENTS),
    ):
        rows += growing(work, what, [_measured(what, size // scale) for size in sizes])
    return rows


def _measured(what: str, size: int) -> tuple[int, float, int]:
    """Size, seconds and megabytes at the peak."""
    command = [sys.executable, __file__, what, str(size)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return size, told["seconds"], told["megabytes"]


# -- the work of one process ---------------------------------------------------------------------------------------


def claims(count: int) -> Callable[[], object]:
    """The resolution of that many claims and its conflicts."""
    rules = ontology.load(Project(ROOT))
    documents = _sources(count // 10)
    ids = list(documents)
    found = [claim for n in range(count // EACH) for claim in _claims(n, ids)]

    def work() -> None:
        facts = resolve(found, [], documents, rules)
        against = conflicts(facts, documents, rules)
        if len(facts) != count // EACH or not count // 200 < len(against) < count:
            raise SystemExit(f"{len(facts)} facts and {len(against)} conflicts of {count} claims")

    return work


def _sources(count: int) -> dict[str, Document]:
    found: dict[str, Document] = {}
    last = ""
    for n in range(count):
        copied = last if n % 4 == 3 else ""
        day = f"20{20 + n % 6}-{1 + n % 12:02}-{1 + n % 28:02}"
        document = Document(f"text {n}", f"https://{word(n % 500)}.example/{n}", issued=day, copy_of=copied)
        last = document.id
        found[last] = document
    return {name: d for name, d in found.items() if not d.copy_of or not found[d.copy_of].copy_of}


def _claims(number: int, documents: list[str]) -> Iterator[Claim]:
    """The claims of one fact: a thousand facts of some subjects, ten of the others, a tenth of them at odds."""
    subject = f"{ID}often{number // OFTEN}" if number // OFTEN % 10 == 0 else f"{ID}rare{number // 10}"
    if number % 10:
        ends = (subject, AT + "usesSoftware", f"{ID}system{number}")
    else:
        ends = (subject, AT + "drivingRange", Literal.decimal(str(300 + number)))
    market = ((AT + "market", f"{ID}place{number // 20}"),)
    for n in range(EACH):
        document = documents[(number * 7 + n * 13) % len(documents)]
        status = STATUSES[n] if number % 10 == 5 else Status.IN_EFFECT
        yield Claim(document, number, number + 8, f"quote {number}", *ends, market, status, confidence="0.9")


def documents(count: int) -> Callable[[], object]:
    """The search for copies among that many articles of made words, common and rare ones as in a language."""
    chance, found = random.Random(1), list[Document]()
    words = [word(n) for n in range(VOCABULARY)]
    shares = list(accumulate(1 / (n + 3) for n in range(VOCABULARY)))
    for n in range(count):
        text = " ".join(chance.choices(words, cum_weights=shares, k=LENGTH))
        if n % 10 == 9:
            text = " ".join(chance.choice(found).text.split()[: LENGTH * 2 // 3])
        found.append(Document(text, f"made/{n}", issued="2025-01-02" if n % 10 == 9 else "2025-01-01"))

    def work() -> None:
        copies = sum(bool(d.copy_of) for d in mark_copies(found))
        if not 0.95 <= copies / (count // 10) <= 1:
            raise SystemExit(f"{copies} copies of {count // 10} found")

    return work


def main() -> None:
    """Do one piece of work and tell what it took."""
    what, size = sys.argv[1], int(sys.argv[2])
    work = {"claims": claims, "documents": documents}[what](size)
    gc.collect()
    start = time.process_time()
    work()
    taken = time.process_time() - start  # of the processor: what else runs on the machine does not count
    print(json.dumps({"seconds": taken, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


if __name__ == "__main__":
    main()
