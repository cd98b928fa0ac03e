"""The notation of patterns: one line is one way of saying something.

===================  ==================================================================================
``word``             that word; ``(a|b c)`` one of several; ``<list>`` one of a list of ``[words]``
``{s}`` ``{o}``      the subject and the object, typed by the property's domain and range
``{both}``           two or more coordinated names, each pair of them subject and object
``{market}`` …       a qualifier, typed by its range
``{o:Class|Class}``  a slot held to narrower classes; ``{o:demonym}`` "German"; ``{o:unlisted}`` any new name too
``{o:topic}``        named by no words here: what the text is about so far; ``{s:anaphor}`` only "the carmaker"
``'('``              a sign that the notation itself uses, between single quotes
``..``               anything within the clause (at most :data:`GAP` words), names of the slot's own kind excepted
``~``                a few words that describe: no small word that binds, no comma
``+``                nothing at all between the parts on its two sides
``?`` behind a part  the part may be missing
``=> Ended``         the status that this wording gives, whatever stands around it
===================  ==================================================================================

Between any two parts small words (articles, adverbs), brackets and appositions may stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from kg.model import SAID, Status
from kg.text import key_of

GAP = 16
"""How many words ``..`` passes over: at 24 wrong subjects begin to outnumber the right ones found."""

FEW = 3
"""The width of ``~``, narrower than what may stand between two parts with nothing said: its steps are counted apart."""

_SHOWN = 4
"""How many wordings of a part are shown to a person."""

Keys: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """One of several wordings, each a sequence of token keys."""

    alternatives: frozenset[Keys]
    optional: bool = False
    by_first: Mapping[str, tuple[Keys, ...]] = field(init=False, repr=False, compare=False)
    by_last: Mapping[str, tuple[Keys, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = sorted(self.alternatives, key=lambda keys: (-len(keys), keys))
        for name, place in (("by_first", 0), ("by_last", -1)):
            found: dict[str, list[Keys]] = {}
            for keys in ordered:
                found.setdefault(keys[place], []).append(keys)
            object.__setattr__(self, name, {key: tuple(group) for key, group in found.items()})

    @property
    def longest(self) -> int:
        """The length of the longest wording, in tokens."""
        return max(map(len, self.alternatives))


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a name (``classes``, and ``kinds`` of mention beside listed names), a value or free words.

    ``value`` is empty for a name, else a dimension (``length`` … ``any``), ``figure`` for what measures nothing,
    ``count`` for what is no sum of money either, ``date`` or ``text``.
    """

    name: str
    classes: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    value: str = ""
    open: str = ""
    """The class that a name which nobody listed gets here, if the place lets such names in."""
    optional: bool = False
    firm: bool = False
    """Whether that class is the one whose members have units that bear their name: a single word may be such a name."""
    coded: bool = False
    """Whether it is one of things that are called after others: a word of letters and figures may be such a name."""


@dataclass(frozen=True, slots=True)
class Gap:
    """``..``: anything within the clause; ``+``, of no width: nothing; ``~``, of width :data:`FEW`: few words."""

    width: int = GAP


Element: TypeAlias = Words | Slot | Gap


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled line: which property it reads, its parts, and the status that it gives (if it gives one)."""

    id: str
    property: str
    elements: tuple[Element, ...]
    anchor: int
    status: Status | None
    line: int
    text: str


class NotationError(ValueError):
    """A line that is not in the notation; the message says what is wrong with it."""


_PART = re.compile(
    r"\s*(?:(?P<gap>\.\.|\+|~(?=\s|$))|\{(?P<slot>[a-z_]+)(?::(?P<narrow>[A-Za-z|]+))?\}(?P<so>\?)?"
    r"|<(?P<list>[a-z_]+)>(?P<lo>\?)?|\((?P<group>[^()]*)\)(?P<go>\?)?"
    r"|'(?P<sign>[^'\s]+)'|(?P<word>[^\s(){}<>?|]+)(?P<wo>\?)?)"
)


def split_status(line: str) -> tuple[str, Status | None]:
    """A line without its ``=> Status``, and that status. NotationError for one that does not exist."""
    body, arrow, name = line.partition("=>")
    if not arrow:
        return line, None
    try:
        return body, next(s for s in SAID if s.value == name.strip())
    except StopIteration:
        known = ", ".join(s.value for s in SAID)
        raise NotationError(f"unknown status '{name.strip()}' (known: {known})") from None


def parse(body: str, lists: Mapping[str, frozenset[Keys]]) -> Iterator[Slot | Words | Gap]:
    """The parts of a line. Slots carry their narrowing words in ``classes``, to be resolved by the caller.

    Raises NotationError at what is not in the notation, and at a list that does not exist.
    """
    position = 0
    body = body.rstrip()
    while position < len(body):
        match = _PART.match(body, position)
        if match is None:
            raise NotationError(f"not in the notation: '{body[position:].strip()[:20]}'")
        yield _part(match, lists)
        position = match.end()


def _part(match: re.Match[str], lists: Mapping[str, frozenset[Keys]]) -> Element:
    if match["gap"]:
        return Gap({"..": GAP, "~": FEW, "+": 0}[match["gap"]])
    if match["slot"]:
        narrow = tuple(match["narrow"].split("|")) if match["narrow"] else ()
        return Slot(match["slot"], narrow, optional=bool(match["so"]))
    if match["list"]:
        if match["list"] not in lists:
            raise NotationError(f"unknown list <{match['list']}>")
        return Words(lists[match["list"]], bool(match["lo"]))
    if match["group"] is not None:
        return Words(_group(match["group"], lists), bool(match["go"]))
    return Words(frozenset({key_of(match["sign"] or match["word"])}), bool(match["wo"]))


def _group(inner: str, lists: Mapping[str, frozenset[Keys]]) -> frozenset[Keys]:
    found: set[Keys] = set()
    for alternative in inner.split("|"):
        wording = alternative.strip()
        if not wording:
            raise NotationError(f"an empty alternative in ({inner})")
        found |= expand(wording, lists)
    return frozenset(found)


def expand(wording: str, lists: Mapping[str, frozenset[Keys]]) -> set[Keys]:
    """The key sequences of words in which lists may stand: ``the_<maker>`` gives one for each word of the list.

    Within a word ``_`` stands for a space.
    """
    sequences: set[Keys] = {()}
    for piece in re.findall(r"<[a-z_]+>|[^<>\s]+", wording):
        name = piece[1:-1] if piece.startswith("<") else ""
        if name and name not in lists:
            raise NotationError(f"unknown list <{name}>")
        tails = lists[name] if name else {key_of(piece.replace("_", " "))}
        sequences = {head + tail for head in sequences for tail in tails}
    return sequences


_NARROWED = {(): "figure", ("count",): "count", ("number",): "number", ("measure",): "any"}


def narrowed(value: str, slot: Slot) -> str:
    """What a figure of any kind is held to: what measures nothing, unless a line asks for ``measure``, ``count`` or
    ``number``."""
    if slot.classes and (value != "any" or slot.classes not in _NARROWED):
        raise NotationError(f"unknown class '{slot.classes[0]}'")
    return value if value != "any" else _NARROWED[slot.classes]


def anchor_of(elements: tuple[Element, ...], with_lists: frozenset[str]) -> int:
    """Which part a match is looked for by: the words that are rarest by their length, else free words with a list.

    Raises NotationError when a line has no word of its own.
    """
    ranked = [(_weight(e), -i) for i, e in enumerate(elements) if isinstance(e, Words) and not e.optional]
    best = max(ranked, default=(0, 0))
    if best[0]:
        return -best[1]
    for i, element in enumerate(elements):
        if isinstance(element, Slot) and element.name in with_lists:
            return i
    raise NotationError("no word to look for: a pattern needs at least one")


def _weight(words: Words) -> int:
    return min(sum(len(key) if key[0].isalnum() else key == "'s" for key in keys) for keys in words.alternatives)


def shown(element: Element, name: Callable[[str], str]) -> str:
    """A part of a pattern in words for a person; ``name`` shortens the IRI of a class."""
    if isinstance(element, Gap):
        return {GAP: "anything within the clause", FEW: "a few words that describe"}.get(
            element.width, "nothing between"
        )
    if isinstance(element, Words):
        some = sorted(" ".join(keys) for keys in element.alternatives)
        return " | ".join(some[:_SHOWN]) + (" | …" if len(some) > _SHOWN else "")
    wanted = element.value or " or ".join(name(c) for c in element.classes) or "anything"
    return f"{{{element.name}}}: {', '.join(sorted(element.kinds))} {wanted}".replace(":  ", ": ")
