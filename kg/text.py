"""Text with its parts in place: tokens, sentences, quotations, mentions and values, all by code point offsets.

Nothing here changes the text: every part says where it starts and ends in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain
from operator import attrgetter

from kg.frozen import quick
from kg.model import Literal

# Scripts written without spaces: each character is a token of its own, so that the same trie finds names in them.
# Signs of currency that are written straight before the figure ("Rp195 juta"): the figure is a token of its own.
_CURRENCIES = (
    "Rp|US|RM|Rs|NT|RMB|NTD|AED|ARS|AUD|AZN|BDT|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|"
    "JPY|KES|KRW|KZT|MAD|MXN|MYR|NGN|NOK|NZD|PHP|PKR|RON|RSD|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|UZS|VND|ZAR"
)
UNSPACED = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(
    rf"(\s*+)([a-z]\.[A-Z]\w++|[a-z]++(?!\w)|\d+(?:[.,:]\d+)+[^\W\d_{UNSPACED}]*|\b(?:{_CURRENCIES})(?=\d)|[^\W{UNSPACED}]+|['’]s\b|[^\s])"
)
"""The space before a token, and the token; most are words in small letters, and those are told soonest."""
_INNER = re.compile(r"(?:[a-z]{1,2}|\d+)[A-Z][a-z]{2}|[a-z]{1,2}[A-Z]+\d|[a-z]\.[A-Z]")
"""How a name begins that has its capital within: "eAcme", "6Acme", "e.ACME"."""


_SIBILANTS = frozenset("sxzSXZ")
"""The letters behind which no letter more says whose something is."""
_QUOTED = 12
"""How many tokens words in single quotation marks have at most."""


def _with_owners(text: str, keys: tuple[str, ...], starts: tuple[int, ...], ends: tuple[int, ...]) -> tuple[str, ...]:
    """The keys with ``'s`` for the sign that alone stands behind an owner's last letter ("Acme Motors' mill"); not
    for one that closes a quotation."""
    signs = [i for i, key in enumerate(keys) if key == "'"]
    opening = [i for i in signs if (not i or ends[i - 1] < starts[i]) and starts[i + 1 : i + 2] == ends[i : i + 1]]
    found = list(keys)
    for i in signs:
        glued = i > 0 and ends[i - 1] == starts[i] and text[starts[i] - 1] in _SIBILANTS
        followed = starts[i + 1 : i + 2] == (ends[i] + 1,) and keys[i + 1][0].isalnum()
        if glued and followed and not any(i - _QUOTED <= k < i for k in opening):
            found[i] = "'s"
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text as parallel tuples: start, end, and the key (case-folded form) by which they are found."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    keys: tuple[str, ...]
    capitals: tuple[int, ...] = ()
    """The tokens that begin with a capital, or with a small letter or a figure before one ("eAcme")."""

    @classmethod
    def of(cls, text: str) -> Tokens:
        """Split a text: words, numbers with their decimals, ``'s``, and each other sign by itself.

        >>> Tokens.of("Acme's Y2K: 1,5 juta").keys
        ('acme', "'s", 'y2k', ':', '1,5', 'juta')
        """
        found = _TOKEN.findall(text.rstrip())  # in a long space that nothing follows each place would be tried
        words = [word for _, word in found]
        keys = tuple("\n".join(words).casefold().replace("’", "'").split("\n")) if words else ()
        edges = tuple(accumulate(map(len, chain.from_iterable(found))))
        starts, ends = edges[::2], edges[1::2]
        large = [i for i, w in enumerate(words) if w[0].isupper() or (w != keys[i] and _INNER.match(w))]
        if "'" in keys:
            keys = _with_owners(text, keys, starts, ends)
        return cls(text, starts, ends, keys, tuple(large))

    def is_large(self, i: int) -> bool:
        """Whether a token is written as names are."""
        start = self.starts[i]
        if self.text[start].isupper():
            return True
        word = self.text[start : self.ends[i]]
        return word != self.keys[i] and _INNER.match(word) is not None

    def at(self, offset: int) -> int:
        """The index of the first token that starts at or after an offset."""
        return bisect_left(self.starts, offset)

    def __len__(self) -> int:
        return len(self.keys)


@lru_cache(maxsize=4096)  # the words that ambiguous names need beside them are asked for in every text
def key_of(name: str) -> tuple[str, ...]:
    """A name as the keys of its tokens."""
    return Tokens.of(name).keys


@dataclass(frozen=True, slots=True)
class Quotation:
    """Direct speech: the words between the marks, and the stretch with the marks."""

    start: int
    end: int
    outer_start: int
    outer_end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its offsets, its tokens (first, past the last), and the paragraph it stands in."""

    start: int
    end: int
    first: int
    last: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in the text and what it stands for.

    ``entity`` is an IRI, or nothing for a name that nobody listed; ``classes`` holds all classes of the entity, those
    above them included. ``first`` and ``last`` are token indexes. ``kind`` is one of

    - ``name``, ``demonym``, ``unit`` ("Acme Norland"),
    - ``anaphor`` ("the company"), ``possessor`` ("its"), ``owner`` (an ending that says whose something is),
    - ``unlisted`` (typed by nothing yet), ``coded`` (such a name of letters and figures), ``fragment`` (one cut out of
      a longer run of capitals),
    - ``new`` (a name that nobody listed, typed by its context).
    """

    start: int
    end: int
    first: int
    last: int
    entity: str
    classes: frozenset[str]
    kind: str = "name"
    whole: str = ""
    """The entity of which this one is a part, for a unit named by its whole."""
    also: str = ""
    """A second entity, where words stand for two ("both companies")."""
    parts: tuple[Mention, ...] = ()
    """The mentions that one stands for if nothing around tells that they are one name: "Acme | Breeze"."""

    @property
    def unknown(self) -> bool:
        """Whether it is a name that nobody listed and nothing has typed yet."""
        return self.kind in UNKNOWN


_FIGURES = {"number": ("count",), "count": ("count", "percent"), "figure": ("count", "percent", "money")}


@dataclass(frozen=True, slots=True)
class Value:
    """A quantity or a date found in the text.

    ``kind`` is a dimension (``length``, ``energy``, ``power``, ``speed``, ``money``, ``percent``, ``count``) or
    ``date``; ``literal`` the normalised value; ``unit`` the unit or currency; ``period`` the first and the last year,
    month or day of a span of time (ISO; nothing where a date is none, or only its words are known); ``yearless``
    whether a date names a month but no year: its year is then the one nearest to the publication.
    """

    start: int
    end: int
    first: int
    last: int
    kind: str
    literal: Literal | None
    unit: str = ""
    approximate: bool = False
    period: tuple[str, str] = ("", "")
    yearless: bool = False
    written: tuple[Literal, str] | None = None
    """The number and the unit that stand in the text, where those above are converted ones."""

    def of(self, dimension: str) -> tuple[Literal | None, str]:
        """The number and the unit in which something with a dimension is told: ``any`` has no unit of its own, and
        keeps that of the text."""
        return self.written if self.written is not None and dimension == "any" else (self.literal, self.unit)

    def fits(self, wanted: str) -> bool:
        """Whether it is of a kind; ``any`` is a figure of any kind that does not say by how much something changed, and
        ``figure`` one of those that measure nothing: a count, a share or a sum; ``count`` is no sum of money,
        ``number`` no share either."""
        if wanted in _FIGURES:
            return self.kind in _FIGURES[wanted]
        return self.kind == wanted if wanted != "any" else self.kind not in ("date", "change", "")


quick(Tokens)
quick(Quotation)
quick(Sentence)
quick(Mention)
quick(Value)


_first = attrgetter("first")
UNKNOWN = frozenset({"unlisted", "coded", "fragment"})
"""The kinds of mention that nobody listed and nothing has typed yet."""


@dataclass(frozen=True, slots=True)
class LinkedText:
    """A document's text with everything found in it, ready for reading."""

    tokens: Tokens
    language: str
    sentences: tuple[Sentence, ...]
    quotations: tuple[Quotation, ...]
    mentions: tuple[Mention, ...]
    values: tuple[Value, ...] = field(default=())
    owners: tuple[Mention, ...] = field(default=())
    """What the endings of words say whose something is, one for each kind of thing it may be."""
    short: Mapping[str, str] = field(default_factory=dict)
    """Short forms in brackets behind names that nobody listed, each with the name."""
    _firsts: tuple[tuple[int, ...], ...] = field(init=False, repr=False, compare=False)
    """The first tokens of the mentions, values and owners, to look them up by."""

    def __post_init__(self) -> None:
        firsts = [tuple(map(_first, found)) for found in (self.mentions, self.values, self.owners)]
        object.__setattr__(self, "_firsts", tuple(firsts))

    @property
    def text(self) -> str:
        """The text itself."""
        return self.tokens.text

    def between(self, first: int, last: int) -> tuple[Mention, ...]:
        """The mentions that start among the tokens ``first`` to ``last`` (past the last), in order."""
        firsts = self._firsts[0]
        a = bisect_left(firsts, first)
        return self.mentions[a : bisect_left(firsts, last, a)]

    def values_between(self, first: int, last: int) -> tuple[Value, ...]:
        """The values that start among these tokens, in order."""
        firsts = self._firsts[1]
        a = bisect_left(firsts, first)
        return self.values[a : bisect_left(firsts, last, a)]

    def owners_between(self, first: int, last: int) -> tuple[Mention, ...]:
        """The owners that endings of these tokens name, in order."""
        firsts = self._firsts[2]
        a = bisect_left(firsts, first)
        return self.owners[a : bisect_left(firsts, last, a)]
