"""What a curator has to look at, by doubt, and the decisions taken on it, at a terminal or without one."""

from kg.review.desk import Desk
from kg.review.items import KINDS, Item, Merge

__all__ = ["KINDS", "Desk", "Item", "Merge"]
