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
    taken = {i for m in linked.mentions for i in (m.first, m.last - 1) if m.kind not in ("unlisted", "demonym")}
    found: list[Mention] = []
    for number, sentence in enumerate(linked.sentences):
        earlier = linked.sentences[max(0, number - REACH) : number]
        for first, last, anaphor in _phrases(linked, sentence, language, longest):
            if taken.isdisjoint((first, last - 1)):
                found += _antecedents(linked, first, last, anaphor, sentence, earlier)
    covered = {i for m in found for i in range(m.first, m.last)}
    kept = [m for m in linked.mentions if covered.isdisjoint(range(m.first, m.last))]
    return tuple(sorted((*kept, *found), key=lambda m: m.first))


def _phrases(
    linked: LinkedText, sentence: Sentence, language: Language, longest: int
) -> Iterator[tuple[int, int, Anaphor]]:
    keys, i = linked.tokens.keys, sentence.first
    inner = {m.first: m.last for m in linked.between(sentence.first, sentence.last) if m.last - m.first < 3}
    while i < sentence.last:
        found: tuple[int, Anaphor] | None = None
        at, phrase = i, list[str]()
        while at < sentence.last and len(phrase) < longest:
            if phrase and at in inner:  # "the German carmaker", "produsen mobil China itu": what it is, not another
                at = inner[at]
                continue
            phrase.append(keys[at])
            at += 1
            anaphor = language.anaphora.get(tuple(phrase))
            found = (at, anaphor) if anaphor is not None else found
        if found is not None:
            yield i, found[0], found[1]
            i = found[0]
        else:
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
