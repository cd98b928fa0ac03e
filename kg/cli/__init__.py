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

A module is loaded when one of its commands is first asked for (see :data:`kg.cli.app.HOMES`).
"""

from kg.cli.app import main

__all__ = ["main"]
