"""The words of a language for what somebody is: they stand before names and are none."""

from __future__ import annotations

from kg.names import local_name
from kg.ontology import Ontology
from kg.patterns import Language


def _free_words(ontology: Ontology) -> list[str]:
    """The names of the lists by which free words are found, those of the qualifiers."""
    return [local_name(p.iri) for p in ontology.properties.values() if p.is_qualifier]


def titles(language: Language, ontology: Ontology) -> tuple[frozenset[str], frozenset[str]]:
    """The words by which free words are found ("chief"), and the others that lead them ("vice"): both stand before
    names."""
    heads, leading = (
        frozenset(key for name in _free_words(ontology) for keys in language.lists.get(name + end, ()) for key in keys)
        for end in ("", "_with")
    )
    return heads, leading - heads


def single_titles(language: Language, ontology: Ontology) -> frozenset[str]:
    """The words that by themselves say what somebody is ("chief"), not those of longer wordings ("head of state")."""
    return frozenset(k[0] for name in _free_words(ontology) for k in language.lists.get(name, ()) if len(k) == 1)
