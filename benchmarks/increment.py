"""One document more in graphs that grow: what adding and removing it costs beside building all of it."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import made
from measure import Row, group, milliseconds, seconds

from kg.build import build
from kg.increment import add, remove
from kg.project import Project

SIZES = (20, 200, 2_000, 20_000)
"""Documents in the graph."""
SAYINGS = (
    "{0} partners with {1}.",
    "{0} supplies {1}.",
    "{0} denied that it partners with {1}.",
    "{0} acquired {1} in {2}.",
    "The battery maker {3} Power supplies {0}.",
)
FILLER, REPRINTED = 60, 50
"""Made words in a document, and one in how many documents is a copy of the one before it."""


def article(number: int, firms: list[str]) -> str:
    """A made article: three statements on listed firms, or on a new one, among words that no other article has in
    this order; its day and its publisher go with its number."""
    original = number - 1 if number % REPRINTED == REPRINTED - 1 else number
    dice = random.Random(original)
    said = []
    for _ in range(3):
        one, other = dice.sample(firms, 2)
        new = made.word(dice.randrange(1_000)).capitalize()
        said.append(dice.choice(SAYINGS).format(one, other, 2015 + original % 10, new))
    words = " ".join(made.word(dice.randrange(made.DISTINCT)) for _ in range(FILLER))
    day = f"{2015 + number % 10}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
    head = f"---\npublished: {day}\npublisher: Press {number % 97}\nlanguage: en\n---\n"
    return f"{head}{words.capitalize()}.\n\n{' '.join(said)}\n"


def written(folder: Path, number: int, firms: list[str]) -> Path:
    """A made article as a file."""
    path = folder / f"{number:06d}.md"
    path.write_text(article(number, firms), encoding="utf-8")
    return path


def firms_of(project: Project) -> list[str]:
    """The names of the firms that the project lists, as far as one word tells them."""
    from kg.build import Knowledge

    known = Knowledge.of(project)
    firm = known.ontology.properties[known.ontology.domain + "partnersWith"].domain
    entities = known.names.entities.values()
    names = (e.label() for e in entities if known.ontology.closure(e.types) & set(firm))
    return sorted(name for name in names if name.isalpha() and name.isascii() and name[0].isupper())[:400]


def increment(root: Path, sizes: tuple[int, ...] = SIZES) -> list[Row]:
    """For each size of a graph the time to build it, to build it again, and to add and remove one document."""
    project = Project.find(root)
    firms = firms_of(project)
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            rows += _measured(project, Path(place), size, firms)
    return rows


def _measured(project: Project, place: Path, size: int, firms: list[str]) -> list[Row]:
    news, target = place / "news", place / "store"
    news.mkdir()
    for number in range(size):
        written(news, number, firms)
    more = written(place, size, firms)
    times: dict[str, float] = {}

    def once() -> None:
        times["add"] = min(seconds(lambda: add(project, [more], target), runs=1), times.get("add", 1e9))
        times["remove"] = min(seconds(lambda: remove(project, [str(more)], target), runs=1), times.get("remove", 1e9))

    built = seconds(lambda: build(project, [news], target), runs=1)
    again = seconds(lambda: build(project, [news], target), runs=1)
    for _ in range(3):
        once()
    parts = [("kg build", built), ("kg build, all of it read before", again)]
    parts += [("kg add, one document", times["add"]), ("kg remove, one document", times["remove"])]
    return group(f"a graph of {size:,} documents", parts, milliseconds)


def main() -> None:
    """Measure it alone."""
    import sys

    from measure import markdown

    sizes = tuple(map(int, sys.argv[1:])) or SIZES
    print(markdown(increment(Path(__file__).parent.parent, sizes)))


if __name__ == "__main__":
    main()
