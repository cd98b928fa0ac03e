"""The command line: one module for each group of commands, one writer for all rows.

=============  =====================================
``build``      ``build`` ``init``
``engine``     ``load``
``change``     ``add`` ``remove``
``ask``        ``query`` ``queries``
``questions``  ``ask``
``facts``      ``facts`` ``why``
``conflicts``  ``conflicts``
``check``      ``stats`` ``verify`` ``validate``
``share``      ``export`` ``view``
``compare``    ``diff``
``learn``      ``learn``
``review``     ``review``
``serve``      ``serve``
=============  =====================================
"""

from kg.cli import ask, build, change, check, compare, conflicts, engine, facts, learn, questions, review, serve, share
from kg.cli.app import main

__all__ = [
    "ask", "build", "change", "check", "compare", "conflicts", "engine", "facts", "learn", "main", "questions",
    "review", "serve", "share",
]  # fmt: skip
