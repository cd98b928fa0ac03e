"""Names in a text: listed ones linked, units of wholes, names that nobody listed, words that stand for names."""

from kg.mentions.anaphora import Resolver
from kg.mentions.linking import Linker

__all__ = ["Linker", "Resolver"]
