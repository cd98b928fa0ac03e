"""Web archives (WARC, ISO 28500): the pages and texts that servers answered with.

A page's source is the address that was asked for. The day on which a crawler came is not that on which a page was
published, and no later words can be reckoned from it: so a page that does not say its date has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from kg.documents.articles import MAX_BYTES, page, parse
from kg.documents.cutting import Piece
from kg.errors import InputError, Place
from kg.model import Document

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_KINDS = {"text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt"}
_ENCODED = ("Content-Encoding", "Transfer-Encoding")
_BEYOND = 16  # times the largest document: so much of a larger one is passed over
_HEADER = 64 * 1024  # bytes: the longest header that is read


def pieces(file: BinaryIO, shown: str) -> Iterator[Piece | InputError]:
    """The answers with status 200 that are pages or plain texts; what else is in the archive is passed over.

    An entry is named by its number among all records: ``news.warc.gz#17``.
    """
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    found = records = 0
    try:
        archive = ArchiveIterator(file, auto_decode="all", max_header_len=_HEADER, stream_detect=False)
        for records, record in enumerate(archive, 1):
            if record.record_type != WarcRecordType.response or not record.is_http:
                continue
            suffix = _KINDS.get((record.http_content_type or "").lower())
            if suffix is None or record.http_headers.status_code != 200:
                continue
            found += 1
            yield _piece(record, suffix, f"{shown}#{records}")
    except InputError as error:  # of the file below
        yield error
        return
    except (OSError, ValueError, EOFError) as error:
        what = " ".join(str(error).split())[:100]
        yield InputError(f"a damaged archive behind record {records}: {what}", Place(shown), "fetch it again")
        return
    if not found:
        what = "an archive without a page" if records else "no web archive"
        yield InputError(what, Place(shown), "read are answers with status 200 that are HTML or plain text")


def _piece(record: WarcRecord, suffix: str, name: str) -> Piece | InputError:
    whole = record.content_length
    data = record.reader.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        for _ in range(_BEYOND):  # to the end of it, if that is near: behind it others begin
            if not record.reader.read(MAX_BYTES):
                break
        return InputError(f"larger than {MAX_BYTES // 1024**2} MiB", Place(name), "split it into articles")
    if len(data) < whole and not any(record.http_headers.get(header) for header in _ENCODED):
        return InputError("a record cut short", Place(name), "fetch the archive again")
    address = (record.headers.get("WARC-Target-URI") or "").strip("<>")
    return Piece(name, suffix, data, address=address if address.isprintable() and address else name,
                 charset=record.http_charset or "")  # fmt: skip


def document(piece: Piece) -> Document:
    """The document of an answer; InputError as for a page or a text that is a file of its own."""
    text = _declared(piece)
    if piece.suffix == ".html" and piece.data.strip():
        found = page(piece.data if text is None else text, piece.shown)
    else:
        found = parse(piece.data if text is None else text.encode(), piece.shown, piece.suffix)
    return replace(found, source=piece.address)


def _declared(piece: Piece) -> str | None:
    """The text as the server said it is written, where that is so; pages then say it themselves."""
    try:
        return piece.data.decode(piece.charset) if piece.charset else None
    except (LookupError, UnicodeDecodeError, ValueError):
        return None
