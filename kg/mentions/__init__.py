"""Names in a text: listed ones linked, parts of named wholes, names that nobody listed, and words that stand for names."""

from kg.mentions.linking import Linker

__all__ = ["Linker"]
