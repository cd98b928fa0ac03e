"""Source texts: plain text, Markdown with front matter, web pages. A bad one is a value in the stream, not its end."""

from __future__ import annotations

import re
import stat
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from kg.errors import InputError, Place, reason_of, way_out
from kg.model import Document

SUFFIXES = (".htm", ".html", ".md", ".txt")
"""The kinds of file that are read."""
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


def read(sources: Sequence[str | Path]) -> Iterator[Document | InputError]:
    """The documents of files and folders (searched through, in the order of their names); ``-`` is standard input.

    What cannot be read comes as an InputError in its place.
    """
    for source in sources:
        if str(source) == "-":
            yield _guarded(sys.stdin.buffer.read(), "-", ".md")
            continue
        path = Path(source)
        if path.is_dir():
            files = [p for p in sorted(path.rglob("*")) if p.is_file() and p.suffix.lower() in SUFFIXES]
            if not files:
                yield InputError("no document in this folder", Place(str(source)), f"read are: {', '.join(SUFFIXES)}")
            for file in files:
                yield _from_file(file) if _is_inside(file, path) else _leading_out(file)
        else:
            yield _from_file(path)


def _is_inside(file: Path, folder: Path) -> bool:
    """Whether a file is in a folder when all links are followed: whoever filled it does not say what else is read."""
    return file.resolve().is_relative_to(folder.resolve())


def _leading_out(file: Path) -> InputError:
    return InputError("leads out of the folder that is read", Place(_shown(file)), "name it outright, or copy it")


def _shown(path: Path) -> str:
    return "".join(c if c.isprintable() else "?" for c in path.as_posix())


def _from_file(path: Path) -> Document | InputError:
    shown = _shown(path)
    try:
        if path.suffix.lower() not in SUFFIXES:
            path.stat()  # a file that is not there says so first
            return _unknown_kind(path.suffix.lower(), Place(shown))
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe may never end, and a device has no end
            return InputError("no regular file", Place(shown), "give a file or a folder, or - for standard input")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            return InputError(f"larger than {MAX_BYTES // 1024**2} MiB", Place(shown), "split it into articles")
        return _guarded(data, shown, path.suffix.lower())
    except FileNotFoundError:
        return InputError("no such file", Place(shown), "check the path")
    except OSError as error:
        return InputError(f"cannot be read: {reason_of(error)}", Place(shown), way_out(error, "check the path"))


def _guarded(data: bytes, shown: str, suffix: str) -> Document | InputError:
    try:
        return parse(data, shown, suffix)
    except InputError as error:
        return error


def parse(data: bytes, shown: str, suffix: str = ".txt") -> Document:
    """A document from the bytes of a file; ``shown`` is its address, if the front matter gives no other.

    Raises InputError: empty, binary, not UTF-8 (or UTF-16 with its mark), broken front matter, a page without text.
    """
    place = Place(shown)
    if not data.strip():
        raise InputError("an empty file", place, "nothing to read")
    if suffix not in SUFFIXES:
        raise _unknown_kind(suffix, place)
    if suffix in (".html", ".htm"):
        return _from_html(data, shown)
    text = _decoded(data, place)
    if not text.strip():
        raise InputError("an empty file", place, "nothing to read")
    if suffix == ".md" and text.startswith("---"):
        return _with_front_matter(text, shown)
    return Document(text, shown)


def _unknown_kind(suffix: str, place: Place) -> InputError:
    return InputError(f"no kind of document that is read: '{suffix}'", place, f"read are: {', '.join(SUFFIXES)}")


def _decoded(data: bytes, place: Place) -> str:
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
    document = Document(body, fields.get("source", shown), fields.get("title", ""))
    return replace(
        document,
        issued=_checked_date(fields.get("published", ""), shown),
        language=fields.get("language", ""),
        publisher=fields.get("publisher", ""),
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
    odd = next((k for k, v in found.items() if any(unicodedata.category(c) in ("Cc", "Cs") for c in v)), None)
    if odd is not None:
        raise InputError(
            f"{odd}: control signs in the front matter", Place(shown), "write it on one line, without them"
        )
    unknown = [k for k in found if k not in FRONT_MATTER]
    if unknown:
        raise InputError(
            f"unknown field '{unknown[0]}' in the front matter", Place(shown), f"known: {', '.join(FRONT_MATTER)}"
        )
    if (language := found.get("language", "")) and not _LANGUAGE.fullmatch(language):
        raise InputError(f"language: '{language[:40]}' is no language", Place(shown), "write its code, as en or pt-BR")
    return found


def _checked_date(text: str, shown: str) -> str:
    if not text:
        return ""
    day = text[:10]
    try:
        if not _DATE.fullmatch(day):
            raise ValueError(day)
        date.fromisoformat(f"{day}-01-01"[:10])
    except ValueError:
        raise InputError(f"published: '{text}' is no date", Place(shown), "write YYYY-MM-DD, YYYY-MM or YYYY") from None
    return day


def _from_html(data: bytes, shown: str) -> Document:
    import trafilatura
    from trafilatura.settings import Extractor

    options = Extractor(
        output_format="python", fast=True, with_metadata=True, comments=False, tables=False, date_params=_PAGE_DATE
    )
    found = trafilatura.bare_extraction(data, options=options, url=None)
    text = str(getattr(found, "text", "") or "")
    if not text.strip():
        raise InputError("a page without an article", Place(shown), "save the text as .txt or .md")
    address = str(getattr(found, "url", "") or shown)
    issued = str(getattr(found, "date", "") or "")
    title, publisher = str(getattr(found, "title", "") or ""), str(getattr(found, "sitename", "") or "")
    return Document(text, address, title, _checked_date(issued, shown), "", publisher)
