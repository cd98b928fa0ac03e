"""From claims to facts: merged, counted by independent sources, given a status, set against each other."""

from kg.resolution.copies import Signature, mark_copies, signature
from kg.settling import conflicts, fact_of, resolve, rivals

__all__ = ["Signature", "conflicts", "fact_of", "mark_copies", "resolve", "rivals", "signature"]
