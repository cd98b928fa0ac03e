"""A block as a page to be read: a fact, a thing or a document under its own address, with every sentence, no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from kg.model import Status
from kg.views import palette
from kg.views.data import Curation, Data, Entity, Evidence, Fact
from kg.views.markup import link, text


def page(data: Data, heading: str, lead: str = "", more: str = "") -> str:
    """The page of a block; ``lead`` is the part of an address in which the explorer shows the same.

    ``more`` is the address of what did not fit.
    """
    about = f"{_count(len(data.facts), 'fact')}{f' of {data.total:,} in the graph' if data.total else ''}"
    parts = [
        f'<nav><a href="/">Explorer</a> · {link(f"/{lead}", "Show it there") if lead else ""}</nav>',
        f"<h1><bdi>{text(heading)}</bdi></h1>",
        *(_entity(entity, data) for entity in data.entities if entity.label == heading),
        f'<p class="muted">{about}{f", newest source {text(data.built)}" if data.built else ""}</p>',
        *(_fact(fact, data) for fact in data.facts),
        f'<p><a href="{text(more)}">The next facts</a></p>' if more else "",
    ]
    return frame(heading, "\n".join(part for part in parts if part))


def frame(title: str, body: str) -> str:
    """An HTML page around a body that is markup."""
    return (
        f'<!doctype html>\n<html lang="en" class="reading"><head><meta charset="utf-8"><title>{text(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="stylesheet" href="/explorer.css"><link rel="icon" href="data:,">'
        f'<script src="/assets/theme.js"></script></head>\n<body><main>\n{body}\n</main></body></html>\n'
    )


def things(data: Data, heading: str) -> str:
    """The page of a list of things."""
    items = [f'<li>{_thing(e)} <span class="muted">{text(data.classes[e.class_].label)}</span>' for e in data.entities]
    body = f"<ul>{''.join(items)}</ul>" if items else "<p>Nothing has that name.</p>"
    return frame(heading, f'<nav><a href="/">Explorer</a></nav><h1>{text(heading)}</h1>\n{body}')


def address(kind: str, id: str) -> str:
    """The address under which something can be read.

    >>> address("entity", "ex:Ada")
    '/entity/ex:Ada'
    """
    return f"/{kind}/{quote(id, safe=':')}"


def _thing(entity: Entity) -> str:
    return link(address("entity", entity.id), entity.label)


def _entity(entity: Entity, data: Data) -> str:
    names = ", ".join(f"<bdi>{text(alias.label)}</bdi>" for alias in entity.aliases)
    links = "".join(f"<li>{link(each, each)}" for each in entity.links)
    rows = [
        f"<p>{text(data.classes[entity.class_].label)} · <code>{text(entity.id)}</code></p>",
        f'<p class="muted">also {names}</p>' if names else "",
        f"<ul>{links}</ul>" if links else "",
    ]
    return "\n".join(row for row in rows if row)


def _fact(fact: Fact, data: Data) -> str:
    status = palette.STROKES[Status(fact.status)].words
    when = " – ".join(x for x in (fact.from_, fact.until) if x)
    told = [status, *(f"{name}: {value}" for name, value in (*fact.scope, *fact.details)), when]
    told.append(_count(fact.support, "source") if fact.support else "")
    body = [
        f"<h2>{_statement(fact, data)}</h2>",
        f'<p class="muted">{" · ".join(text(x) for x in told if x)} · {link(address("fact", fact.id), fact.id)}</p>',
        *(f'<p class="warning">contradicted ({text(c.rule)}): {_against(c.fact, c.text)}</p>' for c in fact.conflicts),
        *(f"<p>{_curation(each)}</p>" for each in fact.curations),
        *_evidence(fact.evidence, data),
    ]
    if not fact.evidence and not fact.curations:
        body.append('<p class="warning">no evidence is stored: not confirmed</p>')
    return f"<article>{''.join(body)}</article>"


def _statement(fact: Fact, data: Data) -> str:
    other = f"<bdi>{text(fact.value)}</bdi>" if fact.o is None else _thing(data.entities[fact.o])
    return f"{_thing(data.entities[fact.s])} <i>{text(data.predicates[fact.p].label)}</i> {other}"


def _against(fact: str, words: str) -> str:
    return link(address("fact", fact), words or fact)


def _curation(curation: Curation) -> str:
    source = f" {link(curation.source, curation.source)}" if curation.source else ""
    decided = f" {curation.verdict.lower()} {curation.by} {curation.on}".rstrip() if curation.verdict else ""
    return f"<code>{text(f'{curation.file}:{curation.line}')}</code>{text(decided)}{source}"


def _evidence(evidence: Iterable[Evidence], data: Data) -> Iterator[str]:
    for item in evidence:
        document = data.documents[item.document]
        named = document.title or document.url or document.source or document.id
        told = (document.publisher, document.date, palette.STROKES[Status(item.status)].words if item.status else "")
        language = f' lang="{text(document.language)}"' if document.language else ""
        yield (
            f'<figure class="evidence"><blockquote dir="auto"{language}>'
            f'<span class="muted">{text(item.previous)}</span> {text(item.before)}<mark>{text(item.quote)}</mark>'
            f'{text(item.after)} <span class="muted">{text(item.next)}</span></blockquote>'
            f"<figcaption>{link(document.url, named)} · {' · '.join(text(x) for x in told if x)} · "
            f"{link(address('document', document.id), 'all of this document')}</figcaption></figure>"
        )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
