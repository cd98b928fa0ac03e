"""From claims to facts: merged, counted by independent sources, given a status, set against each other."""

from kg.resolution.conflicts import conflicts
from kg.resolution.copies import mark_copies
from kg.resolution.merging import resolve

__all__ = ["conflicts", "mark_copies", "resolve"]
