"""The sentence around a span of a text, and those beside it."""

from __future__ import annotations

import re

_CONTEXT = 400
"""At most so many characters of a sentence are shown on each side of a span."""
_SENTENCE_END = re.compile(r"(?<=\w\w\w)[.!?…]+[\"”’»)\]]*\s+|\n+")


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a span in its sentence."""
    before = text[max(0, start - _CONTEXT) : start]
    after = text[end : end + _CONTEXT]
    ends = [m.end() for m in _SENTENCE_END.finditer(before)]
    # The look-behind of the pattern needs the last letters of the span itself.
    tail = text[max(start, end - 3) : end]
    stop = _SENTENCE_END.search(tail + after, len(tail))
    closed = not after or text[max(start, end - 1) : end] in ("\n", ".", "!", "?")
    return before[ends[-1] if ends else 0 :], "" if closed else after[
        : stop.end() - len(tail) if stop else None
    ].rstrip()


def beside(text: str, start: int, end: int) -> tuple[str, str]:
    """The sentence before that of a span and the one after it, of the same paragraph; either may be empty.

    >>> beside("One is here. Two was there. Three will be.", 13, 16)
    ('One is here.', 'Three will be.')
    """
    before, after = around(text, start, end)
    head = text[max(0, start - len(before) - _CONTEXT) : start - len(before)].rstrip(" ").rpartition("\n")[2]
    rest = text[end + len(after) : end + len(after) + _CONTEXT].lstrip(" ").partition("\n")[0]
    if head:
        ends = [m.end() for m in _SENTENCE_END.finditer(head)]
        head = head[ends[-1] if ends else 0 :]
    stop = _SENTENCE_END.search(rest)
    return head.strip(), (rest[: stop.end()] if stop else rest).strip()
