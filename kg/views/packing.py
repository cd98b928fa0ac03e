"""A block made small for a page that carries it: what repeats is written once, then gzip, then base64.

Three things repeat that gzip does not see, because they lie too far apart. The names of fields: lists of records become
columns. Sentences, of which each is the context of the next one: they stand in a table, and evidence points into it;
where neighbours in the table are neighbours in a document, the pointers are all alike and cost nothing. The names of
the things in a sentence: a sign stands for the subject, another for the object, which also says where they are.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from kg.views.data import Data, Evidence, Fact, Part, plain, utf16

_TABLES = ("classes", "predicates", "entities", "facts", "documents")
_DRAWN = {"entities": ("class", "x", "y"), "facts": ("s", "o", "status", "x", "y", "conflicts")}
"""The columns of the picture: they stand in front of a page, which draws them before it reads on."""
_SIGNS = {"subject": "\x01", "object": "\x02", "value": "\x02"}


def pack(data: Data) -> tuple[str, str]:
    """A block in two parts, what its picture is drawn from and all the rest; the same block gives the same texts.

    Each is base64 of gzip of JSON in the packed form, and no column is in both.
    """
    rest = columns(data)
    picture = {table: {n: rest[table].pop(n) for n in names if n in rest[table]} for table, names in _DRAWN.items()}
    return _squeezed(picture), _squeezed(rest)


def _squeezed(value: object) -> str:
    packed = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(packed.encode(), 9, mtime=0)).decode("ascii")


def columns(data: Data) -> dict[str, Any]:
    """The packed form: each list of records as columns, all evidence as columns of its own in the order of the facts.

    Evidence has ``sentence``, an index into ``sentences`` less that of the item before, and ``cut``, how much of the
    sentence stands before and after the quotation, in UTF-16 units; ``previous`` and ``next`` are relative to
    ``sentence``. In a sentence, signs 1 and 2 are the names of subject and object of the first item that points to it;
    a sentence in a list of its own has no signs. The column ``evidence`` of the facts counts their items.
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
    return {**packed, "evidence": _columns(told), "sentences": sentences}


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


def _columns(records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Records as columns; what a record does not have is null."""
    names = sorted({name for record in records for name in record})
    return {name: [record.get(name) for record in records] for name in names}
