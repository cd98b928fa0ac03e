"""One article from the bytes of a file: plain text, Markdown with front matter, a web page, a PDF."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from kg.documents import pdf
from kg.errors import InputError, Place
from kg.model import Document

ARTICLES = (".htm", ".html", ".md", ".pdf", ".txt")
"""The kinds of file that hold one document."""
FRONT_MATTER = ("source", "title", "publisher", "published", "language")
_FENCE = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Only what a page marks as its date: a search through all of it takes the year of a copyright notice for one, and a
# latest date that moves with the clock would make two builds differ.
_PAGE_DATE: dict[str, Any] = {"original_date": True, "extensive_search": False, "max_date": "2199-12-31"}
MAX_BYTES = 64 * 1024 * 1024
"""The largest file that is read, in bytes: no article is near it."""


def parse(data: bytes, shown: str, suffix: str = ".txt") -> Document:
    """A document from the bytes of a file; ``shown`` is its address, if the front matter gives no other.

    Raises InputError: empty, binary, not UTF-8 (or UTF-16 with its mark), broken front matter, a page without text, a
    PDF that is encrypted or has none; of another kind than :data:`ARTICLES`.
    """
    place = Place(shown)
    if not data.strip():
        raise InputError("an empty file", place, "nothing to read")
    if suffix not in ARTICLES:
        raise unknown_kind(suffix, place, ARTICLES)
    if suffix in (".html", ".htm"):
        return page(data, shown)
    if suffix == ".pdf":
        return pdf.parse(data, shown)
    text = decoded(data, place)
    if not text.strip():  # a mark alone
        raise InputError("an empty file", place, "nothing to read")
    if suffix == ".md" and text.startswith("---"):
        return _with_front_matter(text, shown)
    return Document(text, shown)


def unknown_kind(suffix: str, place: Place, known: tuple[str, ...]) -> InputError:
    """The refusal of a file whose ending says that it is none of the known kinds."""
    return InputError(f"no kind of document that is read: '{suffix}'", place, f"read are: {', '.join(known)}")


def decoded(data: bytes, place: Place) -> str:
    """The text that bytes hold, in UTF-8, or in UTF-16 with its mark; InputError for any other."""
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "utf-8")
    if encoding != "utf-16" and b"\0" in data:
        raise InputError("a binary file, no text", place, "give a text, Markdown or HTML file")
    try:
        text = data.decode(encoding)
        if "\0" in text:  # UTF-32, whose mark begins like that of UTF-16
            raise InputError("a binary file, no text", place, "give a text, Markdown or HTML file")
        return text
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8, for instance with: iconv -f WINDOWS-1252 -t UTF-8"
        raise InputError(f"not {encoding.upper()} at byte {error.start}", place, hint) from None


def _with_front_matter(text: str, shown: str) -> Document:
    match = _FENCE.match(text)
    if match is None:
        raise InputError("front matter without its closing ---", Place(shown, 1), "close it with a line ---")
    fields = _fields(match[1], shown)
    body = text[match.end() :].lstrip("\r\n")
    if not body.strip():
        raise InputError("front matter, but no text behind it", Place(shown), "nothing to read")
    return with_fields(Document(body, shown), fields, Place(shown))


def with_fields(document: Document, fields: Mapping[str, str], place: Place) -> Document:
    """A document with what :data:`FRONT_MATTER` says of it; InputError for what is no date."""
    return replace(
        document,
        source=fields.get("source", document.source),
        title=fields.get("title", document.title),
        issued=checked_date(fields["published"], place) if "published" in fields else document.issued,
        language=fields.get("language", document.language),
        publisher=fields.get("publisher", document.publisher),
    )


def _fields(front: str, shown: str) -> dict[str, str]:
    import yaml

    try:
        # BaseLoader keeps every value the text it is: no dates made up, no objects made.
        found = yaml.load(front, Loader=yaml.BaseLoader)
    except RecursionError:
        raise InputError("front matter nested too deep", Place(shown, 1), "write 'name: value' lines") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        reason = getattr(error, "problem", None) or "no YAML"
        raise InputError(f"front matter that does not parse: {reason}", Place(shown, line), "mend the YAML") from None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        hint = f"known: {', '.join(FRONT_MATTER)}"
        raise InputError("front matter that is no list of 'name: value' lines", Place(shown, 2), hint)
    check_fields(found, "the front matter", Place(shown), FRONT_MATTER)
    return found


def check_fields(fields: Mapping[str, str], where: str, place: Place, known: tuple[str, ...]) -> None:
    """Raise InputError for a field with control signs and for one that is not known; ``where`` they stand."""
    odd = next((k for k, v in fields.items() if any(unicodedata.category(c) in ("Cc", "Cs") for c in v)), None)
    if odd is not None:
        raise InputError(f"{odd}: control signs in {where}", place, "write it on one line, without them")
    unknown = [k for k in fields if k not in known]
    if unknown:
        raise InputError(f"unknown field '{unknown[0]}' in {where}", place, f"known: {', '.join(known)}")
    if (language := fields.get("language", "")) and not _LANGUAGE.fullmatch(language):
        raise InputError(f"language: '{language[:40]}' is no language", place, "write its code, as en or pt-BR")


def checked_date(text: str, place: Place) -> str:
    """A date as YYYY-MM-DD, YYYY-MM or YYYY, without a time of day; nothing for nothing, InputError for no date."""
    if not text:
        return ""
    day = text[:10]
    try:
        if not _DATE.fullmatch(day):
            raise ValueError(day)
        date.fromisoformat(f"{day}-01-01"[:10])
    except ValueError:
        raise InputError(f"published: '{text}' is no date", place, "write YYYY-MM-DD, YYYY-MM or YYYY") from None
    return day


def page(data: bytes | str, shown: str) -> Document:
    """The article of a web page, with what its head says; InputError for a page without one."""
    found = _cleaned(data)
    text = str(getattr(found, "text", "") or "")
    if not text.strip():
        raise InputError("a page without an article", Place(shown), "save the text as .txt or .md")
    address = str(getattr(found, "url", "") or shown)
    issued = str(getattr(found, "date", "") or "")
    title, publisher = str(getattr(found, "title", "") or ""), str(getattr(found, "sitename", "") or "")
    return Document(text, address, title, checked_date(issued, Place(shown)), "", publisher)


def fragment(markup: str) -> str:
    """The text of some HTML that is all of one article, as a feed has it; nothing where there is none."""
    for article in (markup, f"<p>{markup}</p>"):  # what stands in no paragraph is not looked at
        found = _cleaned(f"<html><body><article>{article}</article></body></html>", least=0)
        if text := str(getattr(found, "text", "") or "").strip():
            return text
    return ""


def _cleaned(data: bytes | str, least: int | None = None) -> object:
    """What the library finds in a page; below so many characters (its own bound without one) it looks less closely."""
    import trafilatura
    from trafilatura.settings import Extractor

    options = Extractor(
        output_format="python", fast=True, with_metadata=True, comments=False, tables=False, date_params=_PAGE_DATE
    )
    if least is not None:
        options.min_extracted_size = least
    return trafilatura.bare_extraction(data, options=options, url=None)
