"""Pairs of texts of which it is known whether one copies the other, made from the articles that ship.

Each kind of copy is made of every article, in the same way every time; tests/suites/copies.toml gives the words to put
in place of others, and what is alike without being a copy.
"""

from __future__ import annotations

import random
import re
import tomllib
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Any

from pipeline import ROOT, SUITES

from kg.documents import read
from kg.model import Document
from kg.text import Tokens

REPRINT = "2024-06-27-volkswagen-rivian-reprint.md"
"""The one copy among the articles."""
Edit = Callable[[Document], str]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents, the earlier first; ``kind`` says how the later one was made."""

    kind: str
    earlier: Document
    later: Document
    copy: bool


@cache
def suite() -> Mapping[str, Any]:
    """The words and texts from which pairs are made."""
    return tomllib.loads((SUITES / "copies.toml").read_text(encoding="utf-8"))


@cache
def articles() -> Mapping[str, Document]:
    """The articles that ship, by file name, the reprint left out."""
    names = sorted(p.name for p in (ROOT / "seeds" / "articles").iterdir() if p.name != REPRINT)
    found = {n: next(iter(read([ROOT / "seeds" / "articles" / n]))) for n in names}
    return {n: d for n, d in found.items() if isinstance(d, Document)}


def by_chance(document: Document, salt: str) -> random.Random:
    """Chance that falls the same way every time."""
    return random.Random(zlib.crc32((salt + document.text).encode()))


def paragraphs(text: str) -> list[str]:
    return [p for p in text.split("\n\n") if p.strip()]


def sentences(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.?”\"]) |\n\n", text) if s.strip()]


# -- how copies are made -------------------------------------------------------------------------------------------


def cut(part: float) -> Edit:
    """That part of the sentences left out, here and there."""

    def edit(document: Document) -> str:
        every = sentences(document.text)
        gone = set(by_chance(document, "cut").sample(range(len(every)), round(len(every) * part)))
        return " ".join(s for i, s in enumerate(every) if i not in gone)

    return edit


def beginning(document: Document) -> str:
    """The first half, as a page that shows the rest to subscribers."""
    every = sentences(document.text)
    return " ".join(every[: (len(every) + 1) // 2])


def reordered(document: Document) -> str:
    return "\n\n".join(reversed(paragraphs(document.text)))


def shuffled(document: Document) -> str:
    every = sentences(document.text)
    by_chance(document, "shuffled").shuffle(every)
    return " ".join(every)


def framed(document: Document) -> str:
    """Between a headline and what stands below every article of a house."""
    return f"EXCLUSIVE | {document.title}\n\n{document.text}\n\n{about(document.language)}"


def retyped(document: Document) -> str:
    """Other quotation marks, dashes, spaces, signs at the ends of sentences, and a paragraph in capitals."""
    first, *rest = paragraphs(document.text)
    text = "\n".join([first.upper(), *rest])
    for old, new in (('"', "”"), ("'", "’"), (", ", " — "), (": ", " – "), (". ", "!\u00a0 "), ("-", "\u2011")):
        text = text.replace(old, new)
    return text


def added(document: Document) -> str:
    """One more fact in the middle."""
    fact = {
        "en": "In May the two sides told investors that 4,200 more people would be hired in Stuttgart by 2031.",
        "id": "Pada Mei kedua pihak menyampaikan bahwa 4.200 orang lagi akan direkrut di Surabaya sampai 2031.",
    }[document.language]
    every = paragraphs(document.text)
    return "\n\n".join([*every[:2], fact, *every[2:]])


def spun(rate: float) -> Edit:
    """Synonyms in place of that share of the words for which there is one."""

    def edit(document: Document) -> str:
        chance, words = by_chance(document, "spun"), suite()["synonyms"][document.language]

        def other(match: re.Match[str]) -> str:
            new = words.get(match[0].lower())
            if new is None or chance.random() >= rate:
                return match[0]
            return str(new).capitalize() if match[0][0].isupper() else str(new)

        return re.sub(r"[^\W\d_]+", other, document.text)

    return edit


def reworded(every: int) -> Edit:
    """A made word in place of one in so many of the words that are neither names nor figures."""

    def edit(document: Document) -> str:
        chance = by_chance(document, "reworded")
        return re.sub(r"\b[a-z]{2,}\b", lambda m: f"qu{m[0]}" if chance.random() < 1 / every else m[0], document.text)

    return edit


def then(*edits: Edit) -> Edit:
    """One edit after the other."""

    def edit(document: Document) -> str:
        for each in edits:
            document = replace(document, text=each(document))
        return document.text

    return edit


COPIES: Mapping[str, Edit] = {
    "reprint": lambda d: d.text,
    "framed": framed,
    "retyped": retyped,
    "a third cut": cut(1 / 3),
    "half cut": cut(1 / 2),
    "beginning": beginning,
    "paragraphs reordered": reordered,
    "sentences reordered": shuffled,
    "fact added": added,
    "some synonyms": spun(0.5),
    "all synonyms": spun(1.0),
    "1 in 5 reworded": reworded(5),
    "1 in 4 reworded": reworded(4),
    "1 in 3 reworded": reworded(3),
    "cut, reordered, synonyms": then(cut(1 / 3), shuffled, spun(0.6)),
    "reordered, all synonyms": then(reordered, spun(1.0)),
}


def about(language: str) -> str:
    """A paragraph that stands below every article of a house."""
    return next(str(b["text"]) for b in suite()["boilerplate"] if b["language"] == language)


def copies() -> Iterator[Pair]:
    """Each kind of copy of each article, those that ship and those of other authors."""
    others = [Document(c["text"], c["of"], "A headline", "2025-01-01", c["language"]) for c in suite()["other"]]
    for kind, edit in COPIES.items():
        for article in (*articles().values(), *others):
            yield Pair(kind, article, _later(edit(article), article.language), True)


def _later(text: str, language: str) -> Document:
    return Document(text, "https://mirror.example/", issued="2030-01-01", language=language)


# -- what is alike and no copy -------------------------------------------------------------------------------------


def others() -> Iterator[Pair]:
    """Texts that are no copies: of other authors on the same event, below the same boilerplate, of the same form."""
    for case in suite()["other"]:
        yield Pair("same event", articles()[case["of"]], _later(case["text"], case["language"]), False)
    for one, other in combinations(articles().values(), 2):
        yield Pair("other articles", one, replace(other, issued="2030-01-01"), False)
        if one.language == other.language:
            yield Pair("same boilerplate", *(_with_boilerplate(d) for d in (one, replace(other, issued="2030"))), False)
    for form in suite()["form"]:
        for one, other in combinations(_filled(form["text"], form["language"]), 2):
            yield Pair("same form", one, replace(other, issued="2030-01-01"), False)


def _with_boilerplate(document: Document) -> Document:
    return replace(document, text=f"{document.text}\n\n{about(document.language)}")


def _filled(form: str, language: str) -> Iterator[Document]:
    """A form filled in for some makers and months."""
    months = {"en": ("January", "March", "May"), "id": ("Januari", "Maret", "Mei")}[language]
    for n, (maker, month) in enumerate((m, x) for m in ("Acme", "Norland") for x in months):
        figures = {letter: f"{(n + 3) * (i + 7) * 131 % 977 + 10}" for i, letter in enumerate("abcdefgh")}
        text = form.format(maker=maker, month=month, **figures)
        yield Document(text, f"report/{n}", issued="2025-01-01", language=language)


def share_changed(one: str, other: str) -> float:
    """How many of the words of the first text the second has no longer, as a share."""
    kept = set(Tokens.of(other).keys)
    words = [k for k in Tokens.of(one).keys if k[0].isalnum()]
    return sum(w not in kept for w in words) / len(words)
