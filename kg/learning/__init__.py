"""New patterns learned from facts that are already accepted: proposals with their evidence, for a person to accept.

Distant supervision (Mintz et al., ACL 2009), without a model: a sentence that names both ends of a known fact, and that
no pattern reads, is taken as a wording of its property; each wording is tried out on all sentences before it is shown.
"""

from kg.learning.editing import accept, accepted_already
from kg.learning.learner import learn
from kg.learning.proposal import Evidence, Learned, Proposal, identity

__all__ = ["Evidence", "Learned", "Proposal", "accept", "accepted_already", "identity", "learn"]
