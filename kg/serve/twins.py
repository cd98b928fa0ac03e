"""The pages of the explorer, each with its JSON twin: functions that run in the process of a question.

All answer with blocks of the one shape (:mod:`kg.views.data`) or as a page to be read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg.errors import QueryError
from kg.queries import facts as stored
from kg.queries import lookup
from kg.queries.saved import SavedQuery
from kg.rdf import A
from kg.serve.child import Held, Whole
from kg.serve.ready import Explorer
from kg.store import sparql
from kg.views import data, markup, page, reading
from kg.views.page import SCRIPTS
from kg.views.walk import STEP

MATCHES = 12
"""Things that a search finds."""
PAGE = 200
"""Facts on a page of one thing or one document."""
_SERVED = ("api.js", "explorer.js", "share.js", "results.js", "drawer.js")
"""Scripts that only the served pages run."""
_BANNER = re.compile(r"#\s*(?:title@|param|example|ask)")
_FIRST = "<p>What most of the newest documents speak of. Each thing, fact and document has a page of its own.</p>"
_HEADERS = (("Cache-Control", "no-cache"), ("Vary", "Accept"))
_VENDOR = ("codemirror.css", "show-hint.css")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request names, and whether it wants a page to be read or the block as JSON."""

    id: str = ""
    text: str = ""
    after: int = 0
    things: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    form: str = ""
    page: bool = False


def answered(held: Held, make: Callable[[Explorer, Asked], Whole], asked: Asked) -> Whole:
    """The answer of a function of this module; what is not in the graph is told with status 404."""
    try:
        return make(held.ready, asked)
    except QueryError as error:
        return _missing(error, asked)


def index(explorer: Explorer, asked: Asked) -> Whole:
    """The page of the explorer; without scripts it shows what it would start with."""
    scripts = "".join(f'<script src="/assets/{name}" defer></script>\n' for name in (*SCRIPTS[1:], *_SERVED))
    sheets = "".join(f'<link rel="stylesheet" href="/assets/vendor/{name}">\n' for name in _VENDOR)
    head = f'{sheets}<link rel="stylesheet" href="/explorer.css">\n<link rel="icon" href="data:,">\n'
    head += f'<script src="/assets/{SCRIPTS[0]}"></script>\n{scripts}'
    body = f"<noscript>\n{_FIRST}\n{''.join(page.table(explorer.first))}</noscript>"
    tools, more = page.asset("tools.html"), page.asset("drawer.html")
    text = page.shell(head, "Knowledge graph explorer", "Knowledge graph", body, tools, more, ' data-served="true"')
    return _html(text)


def start(explorer: Explorer, asked: Asked) -> Whole:
    """What most of the newest documents speak of, with the facts between; placed."""
    return _whole(explorer.first, asked, lambda block: reading.page(block, "Most talked about"))


def entity(explorer: Explorer, asked: Asked) -> Whole:
    """A thing with its facts, the best backed first."""
    iri = _entity(explorer, asked.id)
    found = [fact for _, facts in explorer.walk.beside(iri) for fact in facts]
    after = asked.after
    name = explorer.collector.name(iri)
    block = explorer.block(found[after : after + PAGE], name, [iri])
    id = explorer.store.prefixes.shrink(iri)
    more = f"{reading.address('entity', id)}?after={after + PAGE}" if len(found) > after + PAGE else ""
    return _whole(block, asked, lambda b: reading.page(b, name, f"#v=1&n={id}", more))


def fact(explorer: Explorer, asked: Asked) -> Whole:
    """A fact, then those that contradict it."""
    found = stored.fact(explorer.store, asked.id)
    others = [stored.fact(explorer.store, other) for other, _ in stored.opponents(explorer.store, found.id)]
    told = [found, *(other for other in others if other.id != found.id)]
    block = explorer.collector.block(told)
    words = " ".join(map(explorer.collector.name, (found.subject, found.predicate, found.object)))
    return _whole(block, asked, lambda b: reading.page(b, words, f"#v=1&f={found.id}"))


def document(explorer: Explorer, asked: Asked) -> Whole:
    """The facts that a document states."""
    found = stored.find(explorer.store, document=asked.id)
    iri = lookup.document(explorer.store, asked.id)
    told = stored.document(explorer.store, iri)
    after = asked.after
    title = (told.title or told.source) if told else asked.id
    block = explorer.collector.block(found[after : after + PAGE], title)
    address = reading.address("document", explorer.store.records.id_of(iri))
    more = f"{address}?after={after + PAGE}" if len(found) > after + PAGE else ""
    return _whole(block, asked, lambda b: reading.page(b, title, "", more))


def search(explorer: Explorer, asked: Asked) -> Whole:
    """The things that have a name with this text in it, the best first."""
    text = asked.text
    block = explorer.named(explorer.walk.names.find(text, MATCHES), f"Search: {text}")
    return _whole(block, asked, lambda b: reading.things(b, f"Search: {text}"))


def expand(explorer: Explorer, asked: Asked) -> Whole:
    """The next things beside a thing, the best backed first, with the facts that join them to it."""
    iri, after = _entity(explorer, asked.id), asked.after
    beside = explorer.walk.beside(iri)[after : after + STEP]
    block = explorer.block([fact for _, facts in beside for fact in facts], alone=[iri])
    name = explorer.collector.name(iri)
    return _whole(block, asked, lambda b: reading.page(b, name, f"#v=1&n={asked.id}"))


def between(explorer: Explorer, asked: Asked) -> Whole:
    """Some things with the facts between them and to the others; of an id of a fact, its value or both its ends.

    What is not in the graph is left out: who asks sees what is lacking.
    """
    facts: list[str] = []
    things: list[str] = []
    for id in asked.things:
        named = _fact_iri(explorer, id)
        if named:
            facts.append(named)
        elif (iri := _known(explorer, id)) is not None:
            things.append(iri)
    others = [iri for id in asked.others if (iri := _known(explorer, id)) is not None]
    found = dict.fromkeys([*facts, *explorer.walk.between(things, others)])
    return _whole(explorer.block(list(found), alone=things), asked, lambda b: reading.page(b, "Between"))


def terms(explorer: Explorer, asked: Asked) -> Whole:
    """The words of queries: prefixes, classes and properties with their labels, and the saved queries."""
    prefixes = explorer.store.prefixes
    told = {
        "v": data.VERSION,
        "prefixes": dict(sorted(prefixes.table.items())),
        "terms": [{"id": prefixes.shrink(iri), "label": explorer.collector.name(iri)} for iri in _terms(explorer)],
        "queries": [_saved(query) for query in explorer.queries],
    }
    return _json(told)


def query(explorer: Explorer, asked: Asked) -> Whole:
    """A saved query with values for its parameters, as SPARQL."""
    found = next((each for each in explorer.queries if each.name == asked.id), None)
    if found is None:
        raise QueryError(f"no saved query '{asked.id}'", None, "/terms.json lists them")
    values = found.bindings(explorer.store, asked.values)
    return _json({"v": data.VERSION, "name": found.name, "text": sparql.bind(sparql.check(_bare(found.text)), values)})


def _saved(query: SavedQuery) -> dict[str, object]:
    values = query.example_values
    parameters = [
        {"name": p.name, "kind": p.kind, "optional": p.optional, "value": values.get(p.name, "")}
        for p in query.parameters
    ]
    return {"name": query.name, "title": query.title(), "text": _bare(query.text), "parameters": parameters}


def _bare(text: str) -> str:
    """A saved query without what its banner says of its parameters and of other wordings."""
    return "".join(line for line in text.splitlines(keepends=True) if not _BANNER.match(line)).lstrip()


def _terms(explorer: Explorer) -> list[str]:
    subjects = {q.subject for q in explorer.store.match(None, A, layer="ontology")}
    return sorted(s.value for s in subjects if isinstance(s, ox.NamedNode))


def _entity(explorer: Explorer, id: str) -> str:
    iri = _known(explorer, id)
    if iri is None:
        raise QueryError(f"no entity '{id}'", None, "search for a name")
    return iri


def _known(explorer: Explorer, id: str) -> str | None:
    """The IRI of a thing by its CURIE or IRI, of one that was merged that of the other."""
    try:
        iri = lookup.entity(explorer.store, f"<{explorer.store.prefixes.expand(id)}>")
    except (KeyError, ValueError, QueryError):
        return None
    is_named = any(True for _ in explorer.store.match(ox.NamedNode(iri), ox.NamedNode(lookup.PREFERRED)))
    return iri if is_named or iri in explorer.walk.of else None


def _fact_iri(explorer: Explorer, id: str) -> str:
    """The IRI of a fact by ``fact:ID``, ``value:ID`` or IRI, else nothing."""
    prefix = explorer.store.records.iri("fact", "").value
    name = id.strip("<>").removeprefix("value:").removeprefix("fact:").removeprefix(prefix)
    if name == id or not name.isalnum():
        return ""
    return prefix + name if prefix + name in explorer.walk.facts else ""


def _whole(block: data.Data, asked: Asked, write: Callable[[data.Data], str]) -> Whole:
    if asked.page:
        return _html(write(block))
    return Whole(data.text(block).encode(), "application/json", 200, _HEADERS)


def _html(text: str, status: int = 200) -> Whole:
    return Whole(text.encode(), "text/html; charset=utf-8", status, _HEADERS)


def _json(told: object, status: int = 200) -> Whole:
    return Whole(json.dumps(told, ensure_ascii=False).encode(), "application/json", status, _HEADERS)


def _missing(error: QueryError, asked: Asked) -> Whole:
    if asked.page:
        words = f'<nav><a href="/">Explorer</a></nav><h1>Not here</h1><p>{markup.text(str(error))}</p>'
        return _html(reading.frame("Not here", words), 404)
    return _json({"title": str(error), "status": 404, "detail": error.message, "hint": error.hint}, 404)
