"""Questions to the graph: facts found and explained, saved questions, typed rows, checks and figures."""

from kg.queries.checks import Failure, Stats, Verification, stats, verify
from kg.queries.disputes import Dispute
from kg.queries.facts import Evidence, Explanation, conflicts, explain, fact, find, why
from kg.queries.lookup import entity, labels
from kg.queries.rows import Row, Rows, Value
from kg.queries.saved import Parameter, SavedQuery, load

__all__ = [
    "Dispute",
    "Evidence",
    "Explanation",
    "Failure",
    "Parameter",
    "Row",
    "Rows",
    "SavedQuery",
    "Stats",
    "Value",
    "Verification",
    "conflicts",
    "entity",
    "explain",
    "fact",
    "find",
    "labels",
    "load",
    "stats",
    "verify",
    "why",
]
