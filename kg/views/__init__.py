"""Pages of the graph, for people.

``data`` is the shape in which facts travel to a page, ``collect`` reads it from a store, ``page`` makes a single file
of it with the scripts and the style in ``assets/``. ``graph`` and ``network`` are the picture that pyvis draws.
"""

ENGINES = ("page", "pyvis")
"""What draws a page; the first unless told otherwise."""

MAX_FACTS = 5000
"""Facts on a page at most unless told otherwise. More stay usable (20,000 do), but the file grows with them."""

MAX_DRAWN = 1000
"""Facts that pyvis draws at most unless told otherwise: beyond that its page takes seconds to answer a drag."""
