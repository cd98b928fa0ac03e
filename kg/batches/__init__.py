"""A build in batches: documents read, copies found and facts settled in any number of processes, what is read on disk.

What has to be seen whole is small: the keys by which copies find each other, and what curators decided. All else goes
through in batches, each a pure function of itself and of what lies in the spill, so that neither the number of
processes nor the order changes what comes out.
"""

from kg.batches.copies import mark
from kg.batches.gathering import Gathered, gather, propose
from kg.batches.hand import Hand, Source, touched
from kg.batches.settling import Records, settled
from kg.batches.spill import Spill

__all__ = ["Gathered", "Hand", "Records", "Source", "Spill", "gather", "mark", "propose", "settled", "touched"]
