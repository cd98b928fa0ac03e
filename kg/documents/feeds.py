"""News feeds, RSS and Atom: what an entry itself says, be it the article or the lines that announce it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from kg.documents.articles import check_fields, checked_date, fragment
from kg.errors import InputError, Place
from kg.model import Document

_ENTITY = re.compile(rb"<!\s*(ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_DEPTH = 64
"""Elements within one another: feeds have up to ten, without the markup of articles in XHTML."""
_ISO_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_WEB = ("http://", "https://")


def documents(data: bytes, shown: str) -> Iterator[Document | InputError]:
    """The entries of a feed; one without an address of its own is named by its number: ``news.rss#3``.

    An entry's date is the day on which it was published, as the publisher's clock had it, else that of its last
    change, since when its text stands so. A feed that does not parse, or declares entities, is refused whole.
    """
    place = Place(shown)
    try:
        feed = _parsed(data, place)
    except InputError as error:
        yield error
        return
    if not feed["entries"]:
        yield InputError("a feed without entries", place, "nothing to read")
    for number, entry in enumerate(feed["entries"], 1):
        name = f"{shown}#{number}"
        try:
            yield _document(entry, feed["feed"], name)
        except InputError as error:
            yield error


def _parsed(data: bytes, place: Place) -> Mapping[str, Any]:
    import feedparser

    if not data.strip():
        raise InputError("an empty file", place, "nothing to read")
    if _ENTITY.search(data.replace(b"\0", b"")):  # in UTF-16 each letter has a NUL
        raise InputError("a feed that declares entities of its own", place, "write the characters themselves")
    _check(data, place)
    # As a stream: a text or bytes that look like an address would be fetched.
    feed: Mapping[str, Any] = feedparser.parse(io.BytesIO(data), resolve_relative_uris=False, sanitize_html=False)
    problem: Any = feed.get("bozo_exception")
    if hasattr(problem, "getMessage"):  # in letters that only the library knows
        raise _broken(problem.getMessage(), place)
    if not feed.get("version"):
        raise InputError("no RSS or Atom feed", place, "give a feed, or a page as .html")
    return feed


def _broken(reason: str, place: Place) -> InputError:
    return InputError(f"a feed that does not parse: {reason}", place, "mend the XML")


def _check(data: bytes, place: Place) -> None:
    """Raise InputError for what is no XML, which the library would guess at, and for elements nested without end."""
    from xml.parsers import expat

    depth = 0
    parser = expat.ParserCreate()

    def begin(name: str, attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise InputError("elements nested too deep", Place(place.source, parser.CurrentLineNumber), "mend the XML")

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _broken(expat.ErrorString(error.code), Place(place.source, error.lineno)) from None
    except ValueError:  # letters of many bytes
        return


def _document(entry: Mapping[str, Any], feed: Mapping[str, Any], name: str) -> Document:
    place = Place(name)
    body = next((c for c in (*entry.get("content", ()), entry.get("summary_detail")) if c and c.get("value")), None)
    text = _text(body) if body else ""
    if not text.strip():
        raise InputError("an entry without a text", place, "nothing to read")
    source = entry.get("source") or {}
    fields = {
        "source": next((x for x in (entry.get("link"), entry.get("id")) if x and x.startswith(_WEB)), name),
        "title": _line(entry.get("title_detail")),
        "publisher": _line(source.get("title_detail") or feed.get("title_detail")),
    }
    check_fields(fields, "the entry", place, tuple(fields))
    issued = checked_date(_day(str(entry.get("published") or entry.get("updated") or "")), place)
    return Document(text, fields["source"], fields["title"], issued, "", fields["publisher"])


def _text(detail: Mapping[str, Any]) -> str:
    return str(detail["value"]) if detail.get("type") == "text/plain" else fragment(detail["value"])


def _line(detail: Mapping[str, Any] | None) -> str:
    return " ".join(_text(detail).split()) if detail and detail.get("value") else ""


def _day(written: str) -> str:
    """The day that a date of RFC 3339 or RFC 5322 has where it was written; nothing for another."""
    iso = _ISO_DAY.match(written.strip())
    if iso:
        return iso[0]
    try:
        return parsedate_to_datetime(written).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""
