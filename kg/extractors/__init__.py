"""Other readers beside the patterns: what they propose passes a gate, and becomes claims like any others.

An extractor is an entry point of the group ``kg.extractors``; ``docs/extractors.md`` says how to write one.
"""

from kg.extractors.gate import Gate
from kg.extractors.installed import GROUP, installed, start
from kg.extractors.panel import Findings, Panel, Refused
from kg.extractors.proposal import Extractor, Factory, Given, Proposal, Reason, Refusal

__all__ = [
    "GROUP",
    "Extractor",
    "Factory",
    "Findings",
    "Gate",
    "Given",
    "Panel",
    "Proposal",
    "Reason",
    "Refusal",
    "Refused",
    "installed",
    "start",
]
