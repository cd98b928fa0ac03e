"""A block made small for a page that carries it: what repeats is written once, then gzip, then as text.

Some things repeat that gzip does not see, because they lie too far apart. The names of fields: lists of records become
columns. Sentences, of which each is the context of the next one: they stand in a table, and evidence points into it;
where neighbours in the table are neighbours in a document, the pointers are all alike and cost nothing. The names of
the things in a sentence: a sign stands for the subject, another for the object, which also says where they are. The
words of all sentences: each is one character, so that gzip looks back over four times as many of them.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import zopfli.gzip

from kg.views.data import Data, Evidence, Fact, Part, plain, utf16

_TABLES = ("classes", "predicates", "entities", "facts", "documents")
_FIRST, _NOTHING = 0x23, "!"
"""The character of the number 0, from which the others count, and that of no number."""
_MOST = 0xD7FF - _FIRST
_BITS, _BASE = 13, 91
_DIGITS = "".join({"&": "!", "<": "~"}.get(chr(_FIRST + n), chr(_FIRST + n)) for n in range(_BASE))
_PAIRS = [_DIGITS[n // _BASE] + _DIGITS[n % _BASE] for n in range(1 << _BITS)]
_SHORT, _MIDDLE = 0x80 - _FIRST, 0x800 - _FIRST
"""So many words have a character of one byte in UTF-8, and so many one of two at most."""
_TOKEN = re.compile(r" ?[^\W\u2e80-\U0010ffff]+| ?.", re.DOTALL)
"""A word with the space before it; of a script without spaces, one character."""
_QUICKLY = 8_000_000
"""Bytes above which zopfli, which saves 8 % over gzip, would take a quarter of a minute."""
_HEX = re.compile(r"(?:[0-9a-f]{2}){4,}")
_DRAWN = {"entities": ("class", "x", "y"), "facts": ("s", "o", "status", "x", "y", "conflicts")}
"""The columns of the picture: they stand in front of a page, which draws them before it reads on."""
_SIGNS = {"subject": "\x01", "object": "\x02", "value": "\x02"}


def pack(data: Data) -> tuple[str, str]:
    """A block in two parts, what its picture is drawn from and all the rest; the same block gives the same texts.

    Each is gzip of JSON in the packed form, as text, and no column is in both.
    """
    rest = columns(data)
    picture = {table: {n: rest[table].pop(n) for n in names if n in rest[table]} for table, names in _DRAWN.items()}
    return _squeezed(picture), _squeezed(rest)


def _squeezed(value: object) -> str:
    packed = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    content = packed.encode()
    if len(content) > _QUICKLY:
        return encoded(gzip.compress(content, 9, mtime=0))
    return encoded(zopfli.gzip.compress(content))


def encoded(content: bytes) -> str:
    """Bytes as text for a page: their number, a space, then two characters for thirteen bits.

    That is 8 % less than base64 needs, and no character of it has a meaning in HTML.

    >>> encoded(b"kg")
    '2 Hhqi'
    """
    text, held, bits = [], 0, 0
    for byte in content + b"\0\0":  # what fills up the last two characters
        held, bits = held << 8 | byte, bits + 8
        if bits >= _BITS:
            bits -= _BITS
            text.append(_PAIRS[held >> bits])
            held &= (1 << bits) - 1
    return f"{len(content)} {''.join(text)}"


def columns(data: Data) -> dict[str, Any]:
    """The packed form: each list of records as columns, all evidence as columns of its own in the order of the facts.

    Evidence has ``sentence``, an index into ``sentences`` less that of the item before, and ``cut``, how much of the
    sentence stands before and after the quotation, in UTF-16 units; ``previous`` and ``next`` are relative to
    ``sentence``. In a sentence, signs 1 and 2 are the names of subject and object of the first item that points to it;
    a sentence in a list of its own has no signs. The column ``evidence`` of the facts counts their items.

    A column is a list, or shorter: ``hex`` is base64 of bytes, of which ``each`` make one value in hexadecimal; ``at``
    has a character for each number, counted from ``least``, and where there is ``of``, the numbers point into it.
    Sentences are spelled in ``words``, with a character for each.
    """
    whole = plain(data)
    assert isinstance(whole, dict)
    order = _in_order([item for fact in data.facts for item in fact.evidence])
    at = {sentence: number for number, sentence in enumerate(order)}
    sentences: list[Any] = [_plainly(sentence) for sentence in order]
    told: list[dict[str, Any]] = []
    seen: set[int] = set()
    last = 0
    for fact, record in zip(data.facts, whole["facts"], strict=True):
        if fact.evidence:
            record["evidence"] = len(fact.evidence)
        for item in fact.evidence:
            here, rest = at[_sentence(item)], list(item.parts)
            if here not in seen and isinstance(sentences[here], str):
                sentences[here], rest = _signed(item, _names(fact, data))
            seen.add(here)
            told.append(_pointing(item, rest, at, last))
            last = here
    packed = {name: _columns(value) if name in _TABLES else value for name, value in whole.items()}
    return {**packed, "evidence": _columns(told), "sentences": _spelled(sentences)}


def _pointing(item: Evidence, rest: Sequence[Part], at: Mapping[str, int], last: int) -> dict[str, Any]:
    record = plain(item)
    assert isinstance(record, dict)
    here = at[_sentence(item)]
    for piece in ("before", "quote", "after", "parts"):
        record.pop(piece, None)
    for side in ("previous", "next"):
        if side in record:
            record[side] = at[record[side]] - here
    if item.before or item.after:
        record["cut"] = [utf16(side, len(side)) for side in (item.before, item.after)]
    if rest:
        record["parts"] = list(map(list, rest))
    return {**record, "sentence": here - last}


def _sentence(item: Evidence) -> str:
    return item.before + item.quote + item.after


def _plainly(sentence: str) -> str | list[str]:
    return [sentence] if any(sign in sentence for sign in _SIGNS.values()) else sentence


def _names(fact: Fact, data: Data) -> dict[str, str]:
    other = {"value": fact.value} if fact.o is None else {"object": data.entities[fact.o].label}
    return {"subject": data.entities[fact.s].label, **other}


def _signed(item: Evidence, names: Mapping[str, str]) -> tuple[str, list[Part]]:
    """The sentence with signs for names as they are written there, and the parts for which none stands."""
    units = item.quote.encode("utf-16-le")
    pieces, rest, last = [item.before], [], 0
    for role, start, end in item.parts:
        written = units[2 * start : 2 * end].decode("utf-16-le")
        if role in _SIGNS and written == names.get(role):
            pieces += [units[2 * last : 2 * start].decode("utf-16-le"), _SIGNS[role]]
            last = end
        else:
            rest.append((role, start, end))
    return "".join([*pieces, units[2 * last :].decode("utf-16-le"), item.after]), rest


def _in_order(items: Sequence[Evidence]) -> list[str]:
    """Each sentence once, before the one that follows it in its document as far as evidence tells."""
    after: dict[str, str] = {}
    for item in items:
        sentence = _sentence(item)
        after[sentence] = item.next or after.get(sentence, "")
        after.setdefault(item.next, "")
        if item.previous:
            after[item.previous] = sentence
    followed = set(after.values())
    heads = [sentence for sentence in after if sentence not in followed]
    found: dict[str, None] = {}
    for start in (*heads, *after):  # those that follow each other in a ring have no head
        sentence = start
        while sentence and sentence not in found:
            found[sentence] = None
            sentence = after.get(sentence, "")
    return list(found) + [""] * ("" in after and any(not _sentence(item) for item in items))


def _columns(records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any] | dict[str, Any]]:
    """Records as columns; what a record does not have is null."""
    names = sorted({name for record in records for name in record})
    return {name: column([record.get(name) for record in records]) for name in names}


def column(values: list[Any]) -> list[Any] | dict[str, Any]:
    """A column in the shortest form there is for what it has.

    >>> column(["said", "said", "denied", "said"])
    {'least': 0, 'at': '##$#', 'of': ['said', 'denied']}
    """
    if all(isinstance(v, str) and len(v) == len(values[0]) and _HEX.fullmatch(v) for v in values):
        raw = base64.b64encode(bytes.fromhex("".join(values))).decode("ascii")
        return {"hex": raw, "each": len(values[0]) // 2}
    if all(v is None or (isinstance(v, int) and not isinstance(v, bool)) for v in values):
        return _numbers(values) or values
    written = [json.dumps(v, ensure_ascii=False) for v in values]
    different = {text: number for number, text in enumerate(dict.fromkeys(written))}
    if len(different) > min(len(values) // 2, _MOST):
        return values
    numbers = _numbers([different[text] for text in written])
    return {**numbers, "of": [json.loads(text) for text in different]} if numbers else values


def _numbers(values: Sequence[int | None]) -> dict[str, Any]:
    """Numbers as one character each, as far as there are characters."""
    known = [v for v in values if v is not None] or [0]
    least = min(known)
    if max(known) - least > _MOST:
        return {}
    return {"least": least, "at": "".join(_NOTHING if v is None else chr(v - least + _FIRST) for v in values)}


def _spelled(sentences: Sequence[str | list[str]]) -> dict[str, Any]:
    """Sentences with a character for each word: a short one for the words that are there most often."""
    tokens = [_TOKEN.findall(each if isinstance(each, str) else each[0]) for each in sentences]
    counts = Counter(token for each in tokens for token in each)
    often = sorted(counts, key=lambda token: (-counts[token], token))
    # Among those of one length the order is free: words that begin alike compress better side by side.
    words = [*sorted(often[:_SHORT]), *sorted(often[_SHORT:_MIDDLE]), *sorted(often[_MIDDLE:])]
    sign = {word: chr(n + _FIRST + (0x800 if n > _MOST else 0)) for n, word in enumerate(words)}
    texts = ["".join(map(sign.__getitem__, each)) for each in tokens]
    return {
        "words": words,
        "texts": [text if isinstance(s, str) else [text] for s, text in zip(sentences, texts, strict=True)],
    }
