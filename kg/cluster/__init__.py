"""A build spread over many machines by Apache Spark, which gives the graph of a build in one process, byte for byte.

Needs the extra ``autotech-kg[spark]`` and Java. Nothing of Spark is imported before :func:`build` is called.
"""

from kg.cluster.engine import build

__all__ = ["build"]
