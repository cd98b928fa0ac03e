"""How well documents are read: the claims of a gold suite's texts against the facts that a careful reader finds.

By hand: ``python tests/gold/score.py en open`` prints the figures of one half, ``python tests/gold/score.py floors``
raises the floors to what is measured now. The conventions, and what counts as a match, stand in README.md.
"""

from __future__ import annotations

import math
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from kg.build import Knowledge  # noqa: E402
from kg.model import Claim, Document, Entity, Literal, Status, Term  # noqa: E402
from kg.names import local_name  # noqa: E402
from kg.project import Project  # noqa: E402

Gold = Mapping[str, Any]
"""A fact as a suite has it: ``s``, ``p``, ``o`` and qualifiers."""

HALVES = ("open", "blind")
FLOORS = FOLDER / "floors.toml"
NOT_ASSERTED = frozenset({"Denied", "Reported", "Ended"})
TOLERANCE = 0.01
TEXT_LENGTH = 25
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}(?:-(?:\d\d|Q[1-4]))?(?:-\d\d)?")


@dataclass(frozen=True)
class Case:
    """A text, what it states, and what may be read out of it besides."""

    number: int
    text: str
    published: str
    tags: tuple[str, ...]
    facts: tuple[Gold, ...]
    optional: tuple[Gold, ...]


def load(language: str, half: str) -> list[Case]:
    """The cases of one half of a language's suite, in their order."""
    with (FOLDER / f"{language}-{half}.toml").open("rb") as file:
        found = tomllib.load(file).get("case", [])
    return [_case(number, item) for number, item in enumerate(found, 1)]


def _case(number: int, item: Gold) -> Case:
    unknown = set(item) - {"text", "published", "tags", "facts", "optional"}
    if unknown or "text" not in item or "facts" not in item:
        raise ValueError(f"case {number}: 'text' and 'facts' are needed, unknown: {sorted(unknown)}")
    facts, optional = (tuple(item.get(name, ())) for name in ("facts", "optional"))
    lists = (item.get("published", ""), tuple(item.get("tags", ())))
    return Case(number, item["text"], *lists, facts, optional)


def languages() -> list[str]:
    """The languages that have both halves of a suite."""
    names = {path.stem for path in FOLDER.glob("*.toml")}
    found = {name.rpartition("-")[0] for name in names if name.endswith("-open")}
    return sorted(x for x in found if f"{x}-blind" in names)


# -- a claim beside a fact -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Names:
    """The names by which the things of one document are known: the curated ones, and those new in it."""

    listed: Mapping[str, Entity]
    new: Mapping[str, Entity]
    by_label: Mapping[str, frozenset[str]]
    symmetric: frozenset[str]

    def labels(self, iri: str) -> set[str]:
        """All names of a thing, as :func:`plain` writes them."""
        entity = self.new.get(iri) or self.listed.get(iri)
        own = {plain(x.text) for x in entity.labels if x.kind != "demonym"} if entity else set()
        return own | {plain(local_name(iri).replace("_", " "))}

    def same(self, wanted: str, iri: str) -> bool:
        """Whether a name is one of a thing's; a listed thing answers to its own names only."""
        if plain(wanted) in self.labels(iri):
            return True
        known = self.by_label.get(plain(wanted), frozenset())
        return any(plain(x) in self.labels(iri) for x in known)

    def named(self, term: Term) -> str:
        """A name to show."""
        if isinstance(term, Literal):
            return term.lexical
        entity = self.new.get(term) or self.listed.get(term)
        return entity.label() if entity else local_name(term)


def plain(text: str) -> str:
    """A text without differences of case, quotation marks and white space."""
    straight = text.translate(str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}))
    return " ".join(straight.casefold().split())


def same_text(wanted: str, found: str) -> bool:
    """Whether two texts begin alike."""
    return _beginning(wanted) == _beginning(found)


def _beginning(text: str) -> str:
    return plain(text).strip("\"' ")[:TEXT_LENGTH]


def same_date(wanted: str, found: str) -> bool:
    """Whether two dates are equal, or one is the less precise form of the other."""
    return bool(wanted and found) and (wanted.startswith(found) or found.startswith(wanted))


def same_number(wanted: str, found: str) -> bool:
    """Whether two numbers differ by one percent at most; what is no number equals none."""
    if not (_NUMBER.fullmatch(wanted) and _NUMBER.fullmatch(found)):
        return False
    first, second = float(wanted), float(found)
    return abs(first - second) <= TOLERANCE * max(abs(first), abs(second))


def same_value(wanted: str, found: Literal) -> bool:
    """Whether a value is the one that a suite writes so: the way of comparing is that of its datatype."""
    kind = local_name(found.datatype)
    if kind in ("decimal", "integer"):
        return same_number(wanted, found.lexical)
    if kind in ("date", "gYearMonth", "gYear") or _DATE.fullmatch(found.lexical):
        return same_date(wanted, found.lexical)
    return same_text(wanted, found.lexical)


def matches(gold: Gold, claim: Claim, names: Names) -> bool:
    """Whether a claim says what a fact says: property, both ends, and a status that is no assertion."""
    if local_name(claim.predicate) != gold["p"]:
        return False
    wanted = str(gold.get("status", ""))
    if (wanted in NOT_ASSERTED or claim.status.value in NOT_ASSERTED) and wanted != claim.status.value:
        return False
    ends = [(str(gold["s"]), str(gold["o"]))]
    if gold["p"] in names.symmetric:
        ends.append((str(gold["o"]), str(gold["s"])))
    return any(names.same(s, claim.subject) and _same_object(o, claim.object, names) for s, o in ends)


def _same_object(wanted: str, found: Term, names: Names) -> bool:
    return same_value(wanted, found) if isinstance(found, Literal) else names.same(wanted, found)


def agrees(name: str, wanted: str, claim: Claim, names: Names) -> bool:
    """Whether a matching claim has one detail of a fact: its status, its time, or a qualifier."""
    if name == "status":
        return claim.status is Status(wanted)
    if name == "time":
        return _same_time(wanted, claim)
    if name == "until":
        return same_date(wanted, claim.valid_until)
    values = [value for key, value in claim.qualifiers if local_name(key) == name]
    return any(_same_object(wanted, value, names) for value in values)


def _same_time(wanted: str, claim: Claim) -> bool:
    start, _, end = wanted.partition("/")
    if end:
        return same_date(start, claim.valid_from) and same_date(end, claim.valid_until)
    return any(same_date(wanted, x) for x in (claim.valid_from, claim.valid_until)) or wanted == claim.time_text


# -- a suite's figures ---------------------------------------------------------------------------------------------


@dataclass
class Score:
    """What was found, missed and wrongly claimed, by property, and how often the details agree."""

    cases: int = 0
    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    details: Counter[tuple[str, bool]] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The part of the claims that are right; optional ones are left out."""
        return _part(self.right.total(), self.wrong.total())

    @property
    def recall(self) -> float:
        """The part of the facts that were found."""
        return _part(self.found.total(), self.missed.total())

    def report(self) -> Iterator[str]:
        """The figures line by line: in all, by property, by detail."""
        yield f"{self.cases} cases, precision {self.precision:.3f}, recall {self.recall:.3f}"
        for name in sorted(set(chain(self.found, self.missed, self.right, self.wrong))):
            shown = f"precision {_shown(self.right[name], self.wrong[name])}"
            yield f"  {name:20} {shown}  recall {_shown(self.found[name], self.missed[name])}"
        for name in sorted({name for name, _ in self.details}):
            yield f"  detail {name:13} {_shown(self.details[name, True], self.details[name, False])}"


def _part(good: int, bad: int) -> float:
    return good / (good + bad) if good + bad else 0.0


def _shown(good: int, bad: int) -> str:
    return f"{_part(good, bad):5.2f} ({good:3}/{good + bad:3})" if good + bad else "    -          "


@dataclass(frozen=True)
class Judge:
    """Reads the texts of a suite with a project's knowledge and compares."""

    knowledge: Knowledge

    @cached_property
    def by_label(self) -> dict[str, frozenset[str]]:
        """For each name the preferred names of the listed things that bear it."""
        found: dict[str, set[str]] = {}
        for entity in self.knowledge.names.entities.values():
            for label in entity.labels:
                if label.kind in ("preferred", "alternative"):
                    found.setdefault(plain(label.text), set()).add(entity.label())
        return {name: frozenset(labels) for name, labels in found.items()}

    @cached_property
    def symmetric(self) -> frozenset[str]:
        """The local names of the properties that hold either way round."""
        properties = self.knowledge.ontology.properties.values()
        return frozenset(local_name(p.iri) for p in properties if p.symmetric)

    def read(self, language: str, case: Case) -> tuple[tuple[Claim, ...], Names]:
        """The claims of a case's text, each statement once, and the names they use."""
        document = Document(case.text, f"gold/{language}/{case.number}", issued=case.published, language=language)
        extraction = self.knowledge.extract(self.knowledge.in_language(document))
        new = {entity.iri: entity for entity in extraction.entities}
        names = Names(self.knowledge.names.entities, new, self.by_label, self.symmetric)
        return tuple(_once(extraction.claims)), names

    def score(self, language: str, half: str) -> Score:
        """The figures of one half of a language's suite."""
        score = Score()
        for case in load(language, half):
            claims, names = self.read(language, case)
            score.cases += 1
            _count_facts(score, case, claims, names)
            _count_claims(score, case, claims, names)
        return score


def _once(claims: Iterable[Claim]) -> Iterator[Claim]:
    """Claims that differ in what they state, not only in where or in what scope."""
    seen = set()
    for claim in claims:
        key = (claim.subject, claim.predicate, claim.object, claim.status)
        if key not in seen:
            seen.add(key)
            yield claim


def _count_facts(score: Score, case: Case, claims: tuple[Claim, ...], names: Names) -> None:
    for gold in case.facts:
        same = [claim for claim in claims if matches(gold, claim, names)]
        (score.found if same else score.missed)[gold["p"]] += 1
        if not same:
            score.lines.append(f"missed {case.number}: {_gold_shown(gold)} <- {case.text}")
            continue
        for name in (key for key in gold if key not in ("s", "p", "o")):
            # A status that is no assertion has been compared already: it is no detail.
            if gold[name] not in NOT_ASSERTED:
                wanted = str(gold[name]).lower() if gold[name] is True else str(gold[name])
                score.details[name, any(agrees(name, wanted, claim, names) for claim in same)] += 1


def _count_claims(score: Score, case: Case, claims: tuple[Claim, ...], names: Names) -> None:
    for claim in claims:
        name = local_name(claim.predicate)
        if any(matches(gold, claim, names) for gold in case.facts):
            score.right[name] += 1
        elif not any(matches(gold, claim, names) for gold in case.optional):
            score.wrong[name] += 1
            score.lines.append(f"wrong  {case.number}: {_claim_shown(claim, names)} <- {case.text}")


def _gold_shown(gold: Gold) -> str:
    more = "".join(f" {key}={gold[key]}" for key in gold if key not in ("s", "p", "o"))
    return f"{gold['s']} {gold['p']} {gold['o']}{more}"


def _claim_shown(claim: Claim, names: Names) -> str:
    ends = f"{names.named(claim.subject)} {local_name(claim.predicate)} {names.named(claim.object)}"
    return f"{ends} {claim.status.value} [{claim.pattern}]"


@cache
def judge() -> Judge:
    """The judge of the project that this suite belongs to."""
    return Judge(Knowledge.of(Project.find(ROOT)))


def floors() -> dict[str, dict[str, float]]:
    """For each suite (``en-open``) the precision and recall that it may not fall below."""
    if not FLOORS.exists():
        return {}
    with FLOORS.open("rb") as file:
        return tomllib.load(file)


def raised(old: Mapping[str, float], score: Score) -> dict[str, float]:
    """The figures of a suite rounded down to a hundredth, never below the old floors."""
    measured = {"precision": score.precision, "recall": score.recall}
    return {name: max(old.get(name, 0.0), math.floor(value * 100) / 100) for name, value in measured.items()}


def write_floors() -> None:
    """Raise the floors of all suites to what is measured now."""
    old, parts = floors(), ["# Measured, rounded down to 0.01. A floor only rises: python tests/gold/score.py floors\n"]
    for language in languages():
        for half in HALVES:
            name = f"{language}-{half}"
            new = raised(old.get(name, {}), judge().score(language, half))
            parts.append(f"\n[{name}]\n" + "".join(f"{key} = {value:.2f}\n" for key, value in new.items()))
    FLOORS.write_text("".join(parts), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Print the figures, misses and wrong claims of one half; the exit code tells whether the call was understood."""
    if arguments == ["floors"]:
        write_floors()
        return 0
    if len(arguments) != 2 or arguments[0] not in languages() or arguments[1] not in HALVES:
        print("usage: score.py LANGUAGE HALF, or score.py floors")
        print(f"LANGUAGE: {', '.join(languages())}; HALF: {', '.join(HALVES)}")
        return 2
    score = judge().score(*arguments)
    for line in chain(score.report(), score.lines):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
