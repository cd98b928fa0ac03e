"""Articles in PDF: the text of all pages, a form feed where one ends."""

from __future__ import annotations

import io
import logging

from kg.errors import InputError, Place
from kg.model import Document

MAX_PAGES = 2_000
"""The longest file that is read: about five pages take a second."""
_PAGE_END = "\n\f"


def parse(data: bytes, shown: str) -> Document:
    """The document in a PDF; InputError for what is broken, encrypted, scanned without text or too long.

    It has no date: when the file was made is not when its text was published. Its title counts where the first page
    has it too, since many programs write the name of a file there.
    """
    place = Place(shown)
    try:
        title, pages = _read(data, place)
    except InputError:
        raise
    except Exception as error:  # the library raises what it stumbles over, of any kind
        what = " ".join(str(error).split())[:100] or type(error).__name__
        raise InputError(f"a PDF that cannot be read: {what}", place, "open and print it to a new file") from None
    text = _PAGE_END.join(_sound(page).rstrip("\n") for page in pages)
    if not text.strip():
        hint = "run a text recognition over it, such as ocrmypdf"
        raise InputError("a PDF without text, as of scanned pages", place, hint)
    head = " ".join(pages[0].split()).casefold()
    return Document(text, shown, title if len(title.split()) > 1 and title.casefold() in head else "")


def _read(data: bytes, place: Place) -> tuple[str, list[str]]:
    """The title that the file gives itself, in one line, and the texts of its pages."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of each small fault that it mends
    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise InputError("an encrypted PDF", place, "save it without a password")
    if len(reader.pages) > MAX_PAGES:
        raise InputError(f"a PDF of more than {MAX_PAGES:,} pages", place, "split it into articles")
    title = reader.metadata.title if reader.metadata else None
    return " ".join((title or "").split()), [page.extract_text() for page in reader.pages]


def _sound(page: str) -> str:
    """The text of a page without what no text holds: NUL, halves of characters, and signs that end a page."""
    return page.encode("utf-8", "ignore").decode("utf-8").replace("\0", "").replace("\f", "\n")
