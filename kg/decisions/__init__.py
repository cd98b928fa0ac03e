"""What curators decided on claims, new names, merges and conflicts: read, written, and applied at every build."""

from kg.decisions.applying import Decided, Everywhere, apply, keyed, seen_of
from kg.decisions.conflicts import Settled, about, abouts, settle, sides_of, sources_of
from kg.decisions.correction import Correction, correction, written
from kg.decisions.decision import Decision, claim_key, merge_key, scope_of, side_of, statement_of
from kg.decisions.echoes import echoes, followed
from kg.decisions.files import UNLIKE, deciding, load, put, taken_back
from kg.decisions.limits import Limits
from kg.decisions.merging import contradictions, unlike

__all__ = [
    "UNLIKE", "Correction", "Decided", "Decision", "Everywhere", "Limits", "Settled", "about", "abouts", "apply",
    "claim_key", "contradictions", "correction", "deciding", "echoes", "followed", "keyed", "load", "merge_key",
    "put", "scope_of", "seen_of", "settle", "side_of", "sides_of", "sources_of", "statement_of", "taken_back",
    "unlike", "written",
]  # fmt: skip
