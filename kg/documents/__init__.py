"""Source texts: plain text, Markdown, web pages, PDF, and files of many: JSON Lines, web archives, feeds.

A bad document is a value in the stream, not its end. Sources are cut into pieces, and each is read by itself.
"""

from kg.documents.articles import ARTICLES, FRONT_MATTER, MAX_BYTES, parse
from kg.documents.cutting import Piece
from kg.documents.sources import SUFFIXES, documents, pieces, read, split, weight

__all__ = [
    "ARTICLES", "FRONT_MATTER", "MAX_BYTES", "SUFFIXES", "Piece", "documents", "parse", "pieces", "read", "split",
    "weight",
]  # fmt: skip
