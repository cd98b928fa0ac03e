"""Blocks of any size for a page, the same every time: things of twelve classes, facts of every status, sentences.

A few things have many facts and most have few, as in a real graph; each document tells eight facts in eight sentences.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from kg.model import Status
from kg.names import digest
from kg.views.data import Alias, Data, Document, Entity, Evidence, Fact, Term, parts

CLASSES = (
    "maker",
    "model",
    "town",
    "person",
    "system",
    "supplier",
    "feature",
    "land",
    "plant",
    "chip",
    "venture",
    "fair",
)
AREAS = ("making", "trade", "people", "place")
STATUSES = (
    *[Status.IN_EFFECT] * 12,
    *[Status.PLANNED] * 3,
    Status.REPORTED,
    Status.REPORTED,
    Status.DENIED,
    Status.ENDED,
)
PER_DOCUMENT = 8
ADDED = 3
"""Steps between a thing and the hub it is drawn to: more steps, more equal things."""
SECOND = ("Works", "Motors", "Labs", "Nine", "Holding", "City", "Drive", "Group", "One", "Power", "Systems", "Park")
ARTICLES = sorted((Path(__file__).parent.parent / "seeds" / "articles").glob("*.md"))
WORDS = re.findall(r"[^\W\d_]+", " ".join(path.read_text(encoding="utf-8") for path in ARTICLES))
"""Each word as often as the articles have it: what is drawn from here is as varied as prose, and no sentence twice."""


def crowd(facts: int, seed: int = 7) -> Data:
    """A block of that many facts; things are 0.4 of them."""
    chance = random.Random(seed)
    count = max(2, int(facts * 0.4))
    names = [f"{_name(chance)} {chance.choice(SECOND)}" if n % 3 else _name(chance) for n in range(count)]
    entities = tuple(
        Entity(
            f"ex:n{n}",
            name,
            chance.randrange(1 + chance.randrange(len(CLASSES))),
            (Alias(f"{name} {chance.choice(SECOND)}"),) if n % 4 == 0 else (),
            degree=3,
        )
        for n, name in enumerate(names)
    )
    predicates = tuple(Term(f"ex:p{n}", _name(chance).lower(), AREAS[n % len(AREAS)]) for n in range(18))
    documents = tuple(_document(n, chance) for n in range(-(-facts // PER_DOCUMENT)))
    told = [_ends(n, facts, count, chance) for n in range(facts)]
    sentences = [
        f"{_turn(chance).capitalize()} {names[s]} {predicates[p].label} "
        f"{o if isinstance(o, str) else names[o]} {_turn(chance)}."
        for s, p, o in told
    ]
    made = tuple(_fact(n, told[n], names, sentences, documents, chance) for n in range(facts))
    classes = tuple(Term(f"ex:{name}", name) for name in CLASSES)
    return Data(classes, predicates, entities, made, documents, title=f"{facts} facts", built="2026-06-30", total=facts)


def _name(chance: random.Random) -> str:
    return "".join(
        chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(chance.randint(2, 4))
    ).title()


def _document(number: int, chance: random.Random) -> Document:
    date = f"{2023 + number % 4}-{1 + chance.randrange(6):02}-{1 + chance.randrange(28):02}"
    title = f"{_name(chance)} {chance.choice(WORDS)} {chance.choice(WORDS)} {_name(chance)}"
    return Document(
        digest("document", str(number)), title, f"Paper {number % 20}", date, f"https://example.org/{number}", "", "en"
    )


def _ends(number: int, facts: int, count: int, chance: random.Random) -> tuple[int, int, int | str]:
    """Subject, predicate, and object or value: each thing is tied to one before it, the first ones most often."""
    subject = number if number < count else chance.randrange(count)
    hub = min(chance.randrange(max(1, subject)) for _ in range(ADDED)) if subject else 1
    other = hub if chance.random() < 0.7 else chance.randrange(count)
    return subject, chance.randrange(18), f"{chance.randrange(900)} km" if number % 12 == 5 else other


def _turn(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(3, 8)))


def _fact(
    number: int,
    told: tuple[int, int, int | str],
    names: list[str],
    sentences: list[str],
    documents: tuple[Document, ...],
    chance: random.Random,
) -> Fact:
    subject, predicate, other = told
    sentence = sentences[number]
    first = number - number % PER_DOCUMENT
    place = number // PER_DOCUMENT
    quote = sentence[:-1]
    value = other if isinstance(other, str) else names[other]
    evidence = Evidence(
        document=place,
        quote=quote,
        after=".",
        previous=sentences[number - 1] if number > first else "",
        next=sentences[number + 1] if number + 1 < min(first + PER_DOCUMENT, len(sentences)) else "",
        parts=parts(quote, [("subject", [names[subject]]), ("object", [value])]),
        status="InEffect",
        rule=f"en/p{predicate}#{number % 5}",
        confidence=round(0.5 + number % 50 / 100, 2),
    )
    return Fact(
        id=digest("fact", str(number)),
        s=subject,
        p=predicate,
        status=chance.choice(STATUSES).value,
        o=None if isinstance(other, str) else other,
        value=other if isinstance(other, str) else "",
        from_=str(2020 + number % 8) if number % 9 == 0 else "",
        scope=(("market", names[number % 5]),) if number % 3 == 0 else (),
        support=1 + number % 3,
        publishers=1,
        confidence=evidence.confidence,
        published=(documents[place].date, documents[place].date),
        evidence=(evidence,),
    )
