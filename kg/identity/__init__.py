"""Who is who: which of a graph's entities may be one under two names, and what speaks for and against it.

Pure, and below the wall: what writes and what reads may both ask. Nothing is ever merged here; a curator decides.
"""

from kg.identity.evidence import Evidence
from kg.identity.proposal import Proposal, proposals
from kg.identity.wording import Wording, load

__all__ = ["Evidence", "Proposal", "Wording", "load", "proposals"]
