"""Parts of named wholes: a unit named by its whole and a place ("Acme Group Region Norland")."""

from __future__ import annotations

from kg.names import slug
from kg.ontology import Class, Ontology
from kg.text import Mention, Tokens

_BETWEEN = 3
"""How many further capitalised words may stand between the whole and the place."""


def compounds(tokens: Tokens, mentions: tuple[Mention, ...], ontology: Ontology) -> tuple[Mention, ...]:
    """The mentions with each whole and the place right behind it joined into one unit.

    Which class names its members so is said by ``kg:composedOf`` in the ontology.
    """
    rules = [c for c in ontology.classes.values() if len(c.composed_of) == 2]
    if not rules:
        return mentions
    found: list[Mention] = []
    i = 0
    while i < len(mentions):
        unit = None
        if i + 1 < len(mentions):
            unit = next((u for c in rules if (u := _unit(tokens, mentions[i], mentions[i + 1], c, ontology))), None)
        found.append(unit or mentions[i])
        i += 2 if unit else 1
    return tuple(found)


def _unit(tokens: Tokens, whole: Mention, part: Mention, cls: Class, ontology: Ontology) -> Mention | None:
    fits = cls.composed_of[0] in whole.classes and cls.composed_of[1] in part.classes
    if not fits or cls.iri in whole.classes or whole.kind != "name" or part.kind != "name":
        return None
    between = range(whole.last, part.first)
    if len(between) > _BETWEEN or not all(_capitalised(tokens, k) for k in between):
        return None
    if tokens.text[whole.end : part.start].count("\n") or not _glued(tokens, whole.last - 1, part.first):
        return None
    name = tokens.text[whole.start : part.end]
    iri = ontology.entity_namespace + slug(" ".join(name.split()))
    return Mention(
        whole.start, part.end, whole.first, part.last, iri, ontology.closure([cls.iri]), "unit", whole.entity
    )


def _capitalised(tokens: Tokens, i: int) -> bool:
    return tokens.text[tokens.starts[i]].isupper()


def _glued(tokens: Tokens, first: int, last: int) -> bool:
    """Whether only single spaces stand between the tokens."""
    return all(tokens.starts[k + 1] - tokens.ends[k] == 1 for k in range(first, last))
