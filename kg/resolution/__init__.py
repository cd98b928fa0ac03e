"""From claims to facts: merged, counted by independent sources, given a status, set against each other."""

from kg.resolution.copies import Signature, mark_copies, signature
from kg.settling import conflicts, resolve

__all__ = ["Signature", "conflicts", "mark_copies", "resolve", "signature"]
