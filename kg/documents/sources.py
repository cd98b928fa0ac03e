"""Files, folders and standard input: cut into pieces, and each piece into its documents."""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import BinaryIO

from kg.documents import feeds, lines, warc
from kg.documents.articles import ARTICLES, MAX_BYTES, parse, unknown_kind
from kg.documents.cutting import Piece, unpacked
from kg.errors import InputError, Place, reason_of, way_out
from kg.model import Document

_FEEDS = (".atom", ".rss", ".xml")
_ARCHIVES: Mapping[str, Callable[[BinaryIO, str], Iterator[Piece | InputError]]] = {
    ".jsonl": lines.pieces,
    ".ndjson": lines.pieces,
    ".warc": warc.pieces,
}
_PACKED = ".gz"
_OUTSIDE = "name it outright, or copy it"
SUFFIXES = tuple(sorted([*ARTICLES, *_FEEDS, *_ARCHIVES, *(kind + _PACKED for kind in _ARCHIVES)]))
"""The kinds of file that are read."""


def read(sources: Sequence[str | Path]) -> Iterator[Document | InputError]:
    """The documents of files and folders (searched through, in the order of their names); ``-`` is standard input.

    What cannot be read comes as an InputError in its place.
    """
    for piece in pieces(sources):
        if isinstance(piece, InputError):
            yield piece
        else:
            yield from documents(piece)


def split(data: bytes, shown: str, suffix: str) -> Iterator[Document | InputError]:
    """The documents in the bytes of a file of any kind; ``shown`` is its address.

    >>> [d.source for d in split(b'{"text": "One."}\\n{"text": "Two."}', "news.jsonl", ".jsonl")]
    ['news.jsonl#1', 'news.jsonl#2']
    """
    if len(data) > MAX_BYTES and _archive(suffix) is None:
        yield _too_large(Place(shown))
        return
    for piece in _cut(io.BytesIO(data), shown, suffix) if _archive(suffix) else [Piece(shown, suffix, data)]:
        if isinstance(piece, InputError):
            yield piece
        else:
            yield from documents(piece)


def pieces(sources: Sequence[str | Path]) -> Iterator[Piece | InputError]:
    """The pieces of sources, to be read in any order and process; see :func:`read`. Articles stay in their files."""
    for source in sources:
        if str(source) == "-":
            yield Piece("-", ".md", sys.stdin.buffer.read(MAX_BYTES + 1))
            continue
        for path in files(source):
            yield from [path] if isinstance(path, InputError) else _of_file(path)


def files(source: str | Path) -> Iterator[Path | InputError]:
    """The files of a source, unread: itself, or those of a folder that are of a kind that is read, by their names."""
    path = Path(source)
    if not path.is_dir():
        yield path
        return
    found = [p for p in sorted(path.rglob("*")) if p.is_file() and kind_of(p) in SUFFIXES]
    if not found:
        yield InputError("no document in this folder", Place(str(source)), f"read are: {', '.join(SUFFIXES)}")
    for file in found:
        is_inside = _is_inside(file, path)
        yield file if is_inside else InputError("leads out of the folder that is read", Place(_shown(file)), _OUTSIDE)


def weight(sources: Sequence[str | Path]) -> int:
    """How many bytes there are to read, as far as that can be told beforehand."""
    found = (file for source in sources if str(source) != "-" for file in files(source))
    return sum(_size(file) for file in found if isinstance(file, Path))


def _is_inside(file: Path, folder: Path) -> bool:
    """Whether a file is in a folder when all links are followed: whoever filled it does not say what else is read."""
    return file.resolve().is_relative_to(folder.resolve())


def _shown(path: Path) -> str:
    return "".join(c if c.isprintable() else "?" for c in path.as_posix())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def documents(piece: Piece) -> Iterator[Document | InputError]:
    """The documents of a piece, and what of it cannot be read."""
    try:
        whole = _whole(piece)
        if piece.suffix in _FEEDS:
            yield from feeds.documents(whole, piece.shown)
        elif piece.suffix == ".jsonl":
            yield from lines.documents(piece)
        elif piece.address:
            yield warc.document(piece)
        else:
            yield parse(whole, piece.shown, piece.suffix)
    except InputError as error:
        yield error
    except OSError as error:
        yield _unreadable(error, piece.place)


def kind_of(path: PurePath) -> str:
    """What the ending of a name says, in small letters; of a packed file both of its endings."""
    kind = path.suffix.lower()
    return PurePath(path.stem).suffix.lower() + kind if kind == _PACKED else kind


def _archive(suffix: str) -> Callable[[BinaryIO, str], Iterator[Piece | InputError]] | None:
    return _ARCHIVES.get(suffix.removesuffix(_PACKED))


def _of_file(path: Path) -> Iterator[Piece | InputError]:
    shown = _shown(path)
    kind = kind_of(path)
    try:
        mode = path.stat().st_mode  # one that is not there says so first
        if kind not in SUFFIXES:
            yield unknown_kind(kind, Place(shown), SUFFIXES)
        elif not stat.S_ISREG(mode):  # a pipe may never end, and a device has no end
            yield InputError("no regular file", Place(shown), "give a file or a folder, or - for standard input")
        elif _archive(kind) is None:
            yield Piece(shown, kind, path=str(path), weight=path.stat().st_size)
        else:
            with path.open("rb") as file:
                yield from _cut(file, shown, kind)
    except OSError as error:
        yield _unreadable(error, Place(shown))


def _cut(file: BinaryIO, shown: str, suffix: str) -> Iterator[Piece | InputError]:
    """The pieces of an archive, as it is read."""
    cut = _archive(suffix)
    assert cut is not None
    start = 0
    try:
        for piece in cut(unpacked(file, shown) if suffix.endswith(_PACKED) else file, shown):
            if isinstance(piece, Piece):
                start, before = file.tell(), start
                piece = replace(piece, weight=start - before)
            yield piece
    except InputError as error:
        yield error


def _whole(piece: Piece) -> bytes:
    """The bytes of a piece; InputError for more than a document can have."""
    data = piece.data
    if piece.path:
        with Path(piece.path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _too_large(piece.place)
    return data


def _too_large(place: Place) -> InputError:
    return InputError(f"larger than {MAX_BYTES // 1024**2} MiB", place, "split it into articles")


def _unreadable(error: OSError, place: Place) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError("no such file", place, "check the path")
    return InputError(f"cannot be read: {reason_of(error)}", place, way_out(error, "check the path"))
