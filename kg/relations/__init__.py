"""From linked text to claims: which pattern stands where, and what the source makes of it."""

from kg.relations.explain import Explanation, explain
from kg.relations.reader import Extraction, Reader

__all__ = ["Explanation", "Extraction", "Reader", "explain"]
