"""What claims come to: facts with their status and support, and the facts that cannot both hold.

A pure function of claims, documents and the ontology. A build settles all claims; a question about a day settles those
that count on it: so both sides of the wall stand on this.
"""

from kg.settling.conflicts import conflicts, rivals
from kg.settling.merging import fact_of, resolve

__all__ = ["conflicts", "fact_of", "resolve", "rivals"]
