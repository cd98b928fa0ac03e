"""Words that stand for a name said before: "the company", "perusahaan itu", "mobil ini"."""

from __future__ import annotations

from collections.abc import Iterator

from kg.patterns import Anaphor, Language
from kg.text import LinkedText, Mention, Sentence

REACH = 3
"""How many sentences back an antecedent is looked for."""


def resolve(linked: LinkedText, language: Language) -> tuple[Mention, ...]:
    """The mentions together with those for which such words stand; words without an antecedent stay words."""
    if not language.anaphora:
        return linked.mentions
    longest = max(map(len, language.anaphora))
    taken = {i for m in linked.mentions for i in range(m.first, m.last) if m.kind != "unlisted"}
    found: list[Mention] = []
    for number, sentence in enumerate(linked.sentences):
        earlier = linked.sentences[max(0, number - REACH) : number]
        for first, last, anaphor in _phrases(linked, sentence, language, longest):
            if taken.isdisjoint(range(first, last)):
                found += _antecedents(linked, first, last, anaphor, sentence, earlier)
    covered = {i for m in found for i in range(m.first, m.last)}
    kept = [m for m in linked.mentions if m.kind != "unlisted" or covered.isdisjoint(range(m.first, m.last))]
    return tuple(sorted((*kept, *found), key=lambda m: m.first))


def _phrases(
    linked: LinkedText, sentence: Sentence, language: Language, longest: int
) -> Iterator[tuple[int, int, Anaphor]]:
    keys, i = linked.tokens.keys, sentence.first
    while i < sentence.last:
        for n in range(min(longest, sentence.last - i), 0, -1):
            anaphor = language.anaphora.get(keys[i : i + n])
            if anaphor is not None:
                yield i, i + n, anaphor
                i += n - 1
                break
        i += 1


def _antecedents(
    linked: LinkedText, first: int, last: int, anaphor: Anaphor, sentence: Sentence, earlier: tuple[Sentence, ...]
) -> list[Mention]:
    """The mention that the words at ``first`` stand for: the first fitting one of the same sentence, else of one before."""
    places = [(sentence.first, first)]
    if not anaphor.near:
        places += [(s.first, s.last) for s in reversed(earlier)]
    for start, end in places:
        for mention in linked.between(start, end):
            if mention.kind in ("name", "unit", "anaphor") and mention.classes.intersection(anaphor.classes):
                tokens = linked.tokens
                at = (tokens.starts[first], tokens.ends[last - 1], first, last)
                return [Mention(*at, mention.entity, mention.classes, "anaphor")]
    return []
