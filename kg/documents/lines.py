"""JSON Lines: an object a line, with the fields of front matter and the text in ``text``, or a page in ``html``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

from kg.documents.articles import FRONT_MATTER, MAX_BYTES, check_fields, page, with_fields
from kg.documents.cutting import Piece
from kg.errors import InputError, Place
from kg.model import Document

FIELDS = (*FRONT_MATTER, "text", "html")
"""The fields that a line may have: of the last two exactly one."""
_CHUNK = 256 * 1024  # bytes: so many lines go together as make a tenth of a second's work


def pieces(file: BinaryIO, shown: str) -> Iterator[Piece | InputError]:
    """The lines of a file, some together; a line that is too long is refused, and the others go on."""
    first, gathered, is_long = 1, bytearray(), False
    empty = True
    for block in _blocks(file):
        if isinstance(block, InputError):  # the file is damaged: what stands before that is read
            yield Piece(shown, ".jsonl", bytes(gathered), first=first)
            yield block
            return
        gathered += block
        empty = False
        cut = gathered.rfind(b"\n", len(gathered) - len(block)) + 1
        if cut:
            part = bytes(gathered[gathered.index(b"\n") if is_long else 0 : cut])
            yield Piece(shown, ".jsonl", part, first=first)
            del gathered[:cut]
            first, is_long = first + part.count(b"\n"), False
        elif len(gathered) > MAX_BYTES:
            if not is_long:
                hint = "split the text"
                yield InputError(f"a line of more than {MAX_BYTES // 1024**2} MiB", Place(shown, first), hint)
            gathered.clear()
            is_long = True
    if empty:
        yield InputError("an empty file", Place(shown), "nothing to read")
    elif gathered and not is_long:
        yield Piece(shown, ".jsonl", bytes(gathered), first=first)


def _blocks(file: BinaryIO) -> Iterator[bytes | InputError]:
    """What a file holds, in parts; the error that ends a damaged one."""
    try:
        while block := file.read(_CHUNK):
            yield block
    except InputError as error:
        yield error


def documents(piece: Piece) -> Iterator[Document | InputError]:
    """The documents of some lines; blank lines count and are no documents."""
    for number, line in enumerate(piece.data.split(b"\n"), piece.first):
        if line.strip():
            try:
                yield _document(line, piece.shown, number)
            except InputError as error:
                yield error


def _document(line: bytes, shown: str, number: int) -> Document:
    place = Place(shown, number)
    fields = _fields(line, place)
    given = [name for name in ("text", "html") if name in fields]
    if len(given) != 1:
        raise InputError("a line with both text and html" if given else "a line without a text", place,
                         "give the field text, or html")  # fmt: skip
    body = fields.pop(given[0])
    if not body.strip():
        raise InputError("a line with an empty text", place, "nothing to read")
    if "\0" in body or any("\ud800" <= sign <= "\udfff" for sign in body):
        raise InputError("a text with NUL or half a character", place, "write it as UTF-8")
    check_fields(fields, "the line", place, FIELDS)
    address = f"{shown}#{number}"
    return with_fields(_paged(body, address, place) if given == ["html"] else Document(body, address), fields, place)


def _paged(body: str, address: str, place: Place) -> Document:
    try:
        return page(body, address)
    except InputError as error:
        raise InputError(error.message, place, error.hint) from None


def _fields(line: bytes, place: Place) -> dict[str, str]:
    """The fields of a line that say something; InputError for what is no object of texts."""
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start} of the line", place, "save the file as UTF-8") from None
    except RecursionError:
        raise InputError("a line nested too deep", place, "write an object of texts") from None
    except ValueError as error:
        reason = str(error).partition(":")[0].lower()
        raise InputError(f"a line that is no JSON: {reason}", place, "write an object a line") from None
    if not isinstance(found, dict):
        raise InputError("a line that is no object", place, f"known: {', '.join(FIELDS)}")
    fields = {name: value for name, value in found.items() if value is not None}
    odd = next((name for name, value in fields.items() if name in FIELDS and not isinstance(value, str)), None)
    if odd is not None:
        raise InputError(f"{odd}: no text", place, "write it in quotes")
    return {name: str(value) for name, value in fields.items()}
