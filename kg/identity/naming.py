"""The names of a graph's entities, and what they say for and against two of them being one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kg.identity.blocks import Pair, alike
from kg.identity.evidence import Evidence
from kg.identity.likeness import Form, Likeness, form_of, likeness, longer_by
from kg.identity.traits import Traits
from kg.identity.wording import Wording
from kg.model import Entity, Origin

_DOUBTFUL = 0.6
"""What is left of a name's weight where others have it too."""
_OTHER_LAWS, _LONGER, _OTHER_FIGURES = 0.35, 0.6, 0.7


@dataclass(frozen=True, slots=True)
class Alike:
    """The names in which two entities are most alike."""

    likeness: Likeness
    one: Form
    other: Form

    @property
    def weight(self) -> float:
        """What their likeness weighs."""
        doubtful = self.one.doubtful or self.other.doubtful
        return self.likeness.weight * (_DOUBTFUL if doubtful else 1)

    @property
    def rank(self) -> tuple[float, str, str]:
        """The order of likenesses, the same whatever order they are found in."""
        return self.weight, self.one.text, self.other.text


class Names:
    """All names, and the pairs of entities that have names ``alike``."""

    def __init__(self, traits: Traits, wording: Wording) -> None:
        self.traits, self.wording = traits, wording
        self.forms = {iri: _forms(entity, wording) for iri, entity in traits.entities.items()}
        self.alike: dict[Pair, Alike] = {}
        for one, other, pair in alike(self.forms, wording):
            if one.doubtful and other.doubtful and self._listed(pair):
                continue  # their curators know that the two share a name
            like = likeness(one, other, wording, full=traits.full.issuperset(pair))
            found = Alike(like, one, other) if like else None
            if found and (pair not in self.alike or found.rank > self.alike[pair].rank):
                self.alike[pair] = found

    def judge(self, pair: Pair) -> Iterator[tuple[bool, Evidence]]:
        """What speaks for (True) and against (False) two entities being one, by their names."""
        found = self.alike.get(pair)
        if found is None:
            yield from self._unlike(pair)
            return
        also = ", which others have too" if found.one.doubtful or found.other.doubtful else ""
        words = f"{found.likeness.words}{also}: {found.one.text} and {found.other.text}"
        yield True, Evidence(words, round(found.weight, 3))
        if found.one.laws and found.other.laws and found.one.laws.isdisjoint(found.other.laws):
            yield False, Evidence("legal forms of different laws", _OTHER_LAWS)

    def _unlike(self, pair: Pair) -> Iterator[tuple[bool, Evidence]]:
        """What names that are not alike say: that one is a part or a version of the other, or another version."""
        one, other = (form_of(self.traits.name(iri), self.wording) for iri in pair)
        more = [w for w in longer_by(one, other) if self.wording.same.get(w, w) not in self.wording.loose]
        if more:
            yield False, Evidence(f"only one is called {' '.join(more)}", _LONGER)
        elif one.figures != other.figures and one.figures and other.figures:
            figures = [" ".join(f.figures) for f in (one, other)]
            yield False, Evidence(f"different figures: {figures[0]} and {figures[1]}", _OTHER_FIGURES)

    def _listed(self, pair: Pair) -> bool:
        return all(self.traits.entities[iri].origin is Origin.CURATED for iri in pair)


def _forms(entity: Entity, wording: Wording) -> list[Form]:
    """The names of an entity, each once; what a people or a thing of a place is called (demonyms) is none."""
    doubtful = {x.text for x in entity.labels if x.kind == "ambiguous"}
    texts = {x.text for x in entity.labels if x.kind != "demonym"}
    return [form_of(text, wording, doubtful=text in doubtful) for text in sorted(texts)]
