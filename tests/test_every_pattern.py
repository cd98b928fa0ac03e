"""Every line of the shipped languages reads the sentence that it describes, and nothing where its words are missing.

The sentence is the line itself with names in its slots: a line that cannot be met, because another part of the notation
stands in its way, is found here, whatever sentences the suites hold.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pipeline import AT, knowledge, linked

from kg.ontology import THING
from kg.patterns.match import Match
from kg.patterns.notation import Element, Gap, Pattern, Slot, Words
from kg.patterns.segment import segment
from kg.relations.passages import speeches

NAMES = {
    "Automaker": ("BMW", "Toyota"),
    "Supplier": ("Bosch", "Continental"),
    "Organization": ("Huawei", "Toyota", "Honda"),
    "Person": ("Oliver Zipse", "Mary Barra"),
    "VehiclePlatform": ("Neue Klasse", "Ultium"),
    "Vehicle": ("BMW iX3", "Xiaomi SU7"),
    "OperatingSystem": ("HarmonyOS", "Android Automotive OS"),
    "InfotainmentSystem": ("iDrive X", "Volvo Sensus"),
    "Software": ("HarmonyOS", "Android Automotive OS"),
    "Component": ("Blade Battery", "EyeQ5"),
    "Product": ("BMW iX3", "Xiaomi SU7"),
    "Feature": ("digital key", "digital key"),
    "Technology": ("autonomous driving", "autonomous driving"),
    "City": ("Shanghai", "Munich"),
    "Region": ("Europe", "Asia"),
    "Country": ("Japan", "Germany"),
    "Place": ("Japan", "Germany", "India"),
}
"""Two names of each class, the first for a subject; the narrowest class first."""
DEMONYMS = {"en": "German", "id": "Jerman", "de": "deutsche"}
ANAPHORS = {"en": "the company", "id": "perusahaan itu", "de": "das Unternehmen"}
ROLES = {"en": "chief executive", "id": "direktur", "de": "Geschäftsführer"}
VALUES = {
    "length": "500 km",
    "energy": "80 kWh",
    "power": "150 kW",
    "speed": "180 km/h",
    "percent": "20%",
    "money": "€ 500",
    "date": "2026",
    "any": "20%",
    "figure": "20%",
    "count": "20",
}
UNLISTED = "Ilse Nordvale"

LINES = [p for language in knowledge().languages.values() for p in (*language.patterns, *language.unlisted)]


def phrase(element: Element, used: set[str], language: str) -> str:
    """One part of a line in words."""
    if isinstance(element, Gap):
        return ""
    if isinstance(element, Words):
        return " ".join(min(element.alternatives, key=lambda keys: (len(keys), keys)))
    if "topic" in element.kinds:
        return ""
    if element.value == "text":
        return ROLES[language]
    if element.value:
        return VALUES.get(element.value, "20")
    if element.name == "x":
        return UNLISTED
    if "demonym" in element.kinds:
        return DEMONYMS[language]
    if "anaphor" in element.kinds:
        return ANAPHORS[language]
    if element.name == "both":
        return {"en": "BMW and Huawei", "id": "BMW dan Huawei", "de": "BMW und Huawei"}[language]
    wanted = set(element.classes)
    return next(n for c in NAMES for n in NAMES[c] if wanted & {AT + c, THING} and n not in used)


def sentence(pattern: Pattern, *, without: int = -1) -> str:
    """The line in words, with names in its slots; ``without`` is a part to leave out.

    Where the line itself has the word that makes others stand for a name ("perusahaan Jepang itu"), it is said once.
    """
    language, used, parts = pattern.id[:2], set[str](), list[str]()
    for i, element in enumerate(pattern.elements):
        if i != without:
            words = phrase(element, used, language)
            used.add(words)
            parts.append(words)
    text = " ".join(filter(None, parts))
    text = text.replace("perusahaan itu", "perusahaan") if text.endswith((" itu", " ini")) else text
    return text.replace(" 's", "'s").replace(" ,", ",").replace("( ", "(").replace(" )", ")")


def matches(text: str, pattern: Pattern) -> Iterator[Match]:
    """The matches of a line in a text."""
    language = pattern.id[:2]
    _, reader = knowledge().readers[language]
    found = linked(text, language, "2025-03-17")
    if pattern.property in knowledge().ontology.classes:  # a line that types a name: before any name is typed
        segments = [segment(found, s.first, s.last, reader.grammar) for s in found.sentences]
        matcher = reader.namer.typing
    else:
        segments = [s for _, s in reader.prepared(found, speeches(found))[1]]
        matcher = reader.matcher
    for s in segments:
        yield from (m for m in matcher.matches(s) if m.pattern is pattern)


def before(pattern: Pattern) -> str:
    """What must have been said before: a company for the words that stand for one."""
    anaphors = any(isinstance(e, Slot) and "anaphor" in e.kinds for e in pattern.elements)
    typing = pattern.property in knowledge().ontology.classes  # a capital that opens a sentence tells nothing
    return "Toyota. " if anaphors else "then " if typing else ""


@pytest.mark.parametrize("pattern", LINES, ids=lambda p: p.id)
def test_a_line_reads_what_it_says(pattern: Pattern) -> None:
    text = before(pattern) + sentence(pattern) + "."
    assert list(matches(text, pattern)), f"{pattern.text}: not read in '{text}'"


WORDED = [
    (p, i)
    for p in LINES
    for i, e in enumerate(p.elements)
    if isinstance(e, Words) and not e.optional and sum(isinstance(x, Words) for x in p.elements) > 1
    if (".",) not in e.alternatives  # every sentence has that one
]


@pytest.mark.parametrize(("pattern", "part"), WORDED, ids=lambda x: x.id if isinstance(x, Pattern) else str(x))
def test_a_line_reads_nothing_where_its_words_are_missing(pattern: Pattern, part: int) -> None:
    text = before(pattern) + sentence(pattern, without=part) + "."
    assert not list(matches(text, pattern)), f"{pattern.text}: read in '{text}'"
