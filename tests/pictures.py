"""Pictures to draw in tests: a small one of every status, and one in which every text is hostile."""

from __future__ import annotations

from kg.model import Curation, Fact, Literal, Status
from kg.views.graph import Evidence, Picture, Words, picture

THING, TERM = "https://example.org/id/", "https://example.org/v#"

HOSTILE = (
    "</script><script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 2'>",
    "\"onmouseover=window.ran=3 x='",
    "javascript:window.ran=4",
    "{{ 7*7 }} ${window.ran = 5} $data `${window.ran = 6}`",
    "line\u2028separator\u2029paragraph\x00nul <!-- <script>",
    'href="x" <a href=javascript:window.ran=7>click</a>',
    "]]></style><script>window.ran = 8</script>",
)


def fact(subject: str, predicate: str, object: str | Literal, **more: object) -> Fact:
    """A fact between things named by their local names."""
    value = object if isinstance(object, Literal) else THING + object
    return Fact(THING + subject, TERM + predicate, value, **more)  # type: ignore[arg-type]


def small_facts() -> list[Fact]:
    """Seven facts of four things: each status, two lines between the same two, a loop, a value."""
    scope = ((TERM + "where", THING + "South"),)
    return [
        fact("Ada", "makes", "Boat", support=2),
        fact("Ada", "sells", "Boat", status=Status.PLANNED, valid_from="2026", identity=scope, qualifiers=scope),
        fact("Boat", "likes", "Ada", status=Status.REPORTED, support=1),
        fact("Ada", "owns", "Cat", status=Status.DENIED, support=1),
        fact("Cat", "owns", "Ada", status=Status.ENDED, valid_from="2020", valid_until="2024", support=1),
        fact("Cat", "knows", "Cat", support=1),
        fact(
            "Boat",
            "length",
            Literal.decimal("12.5"),
            curations=(Curation("seeds/facts/x.ttl", 3, "https://example.org/"),),
        ),
    ]


def small_words(facts: list[Fact]) -> Words:
    """Names, classes, one sentence as evidence for each fact, and the conflict of the second with the fourth."""
    labels = {TERM + "where": "where", **{THING + n: n for n in ("Ada", "Boat", "Cat", "South")}}
    evidence = {
        f.id: [
            Evidence(f.status, f"https://example.org/{n}", "🚗 Before, ", f"the span {n}", " after.", f"Title {n}",
                     "The Paper", "2025-03-17", "en", "Ada", "en/rule#1")
        ]
        for n, f in enumerate(facts)
    }  # fmt: skip
    against = {facts[1].id: [(facts[3].id, "only one")], facts[3].id: [(facts[1].id, "only one")]}
    kinds = {THING + "Ada": TERM + "Maker", THING + "Boat": TERM + "Thing", THING + "Cat": TERM + "Thing"}
    return Words(labels, kinds, evidence, against)


def small() -> Picture:
    """The small picture."""
    facts = small_facts()
    return picture(facts, small_words(facts))


def hostile() -> Picture:
    """A picture in which labels, classes, values, sentences, titles, sources and ids are hostile."""
    count = len(HOSTILE)
    facts = [
        fact(f"n{i}", f"p{i}", Literal(text) if i % 2 else f"n{(i + 1) % count}", status=Status.REPORTED,
             qualifiers=((f"{TERM}q{i}", Literal(text)),), valid_from=text)
        for i, text in enumerate(HOSTILE)
    ]  # fmt: skip
    names = {f"{base}{letter}{i}": text for i, text in enumerate(HOSTILE) for base, letter in
             ((THING, "n"), (TERM, "p"), (TERM, "q"), (TERM, "K"))}  # fmt: skip
    kinds = {f"{THING}n{i}": f"{TERM}K{i}" for i in range(count)}
    evidence = {
        f.id: [Evidence(f.status, t, t, t, t, t, t, t, t, t, t, t)] for f, t in zip(facts, HOSTILE, strict=True)
    }
    against = {f.id: [(facts[0].id, t)] for f, t in zip(facts, HOSTILE, strict=True)}
    return picture(facts, Words(names, kinds, evidence, against))
