"""Some facts as a file: a page, Turtle or CSV, as the command line writes them of a whole graph."""

from __future__ import annotations

from kg import export as exports
from kg.errors import QueryError
from kg.serve.child import Whole
from kg.serve.ready import Explorer
from kg.serve.twins import Asked
from kg.views import page
from kg.views.data import Data

_TYPES = {"html": "text/html; charset=utf-8", "ttl": "text/turtle; charset=utf-8", "csv": "text/csv; charset=utf-8"}


def export(explorer: Explorer, asked: Asked) -> Whole:
    """The facts of these ids (``x``) in a format: ``html``, ``ttl`` or ``csv``."""
    if asked.form not in _TYPES:
        raise QueryError(f"no format '{asked.form}'", None, f"one of {', '.join(_TYPES)}")
    prefix = explorer.store.records.iri("fact", "").value
    iris = [prefix + id for id in asked.things]
    unknown = [iri for iri in iris if iri not in explorer.walk.facts]
    if unknown:
        raise QueryError(f"no fact '{unknown[0].removeprefix(prefix)}'", None, "give ids of facts, with spaces between")
    facts = explorer.facts(list(dict.fromkeys(iris)))
    block = explorer.collector.block(facts)
    if asked.form == "html":
        body = page.page(block).encode()
    else:
        body = b"".join(exports.excerpt(explorer.store, facts, asked.form))
    return Whole(body, _TYPES[asked.form], 200, (("Content-Disposition", _attachment(block, asked.form)),))


def _attachment(block: Data, form: str) -> str:
    name = "-".join(part for part in ("graph", block.built, block.store) if part)
    return f'attachment; filename="{name}.{form}"'
