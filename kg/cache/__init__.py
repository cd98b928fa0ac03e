"""What was worked out for a document once, kept beside the store: it saves time and never changes what comes out.

Whatever is missing, damaged or made by another state of the project is worked out anew.
"""

from kg.cache.neighbours import Neighbours
from kg.cache.reading import FOLDER, Progress, Reading, Step
from kg.cache.readings import Readings

__all__ = ["FOLDER", "Neighbours", "Progress", "Reading", "Readings", "Step"]
