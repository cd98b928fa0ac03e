"""Texts as HTML: nothing of a source is ever markup, and no address runs a script."""

from __future__ import annotations

import re
from html import escape

_CONTROL = {c: "\ufffd" for c in (*range(0x20), 0x7F) if c not in (0x09, 0x0A, 0x0D)}
_WEB = re.compile(r"https?://", re.IGNORECASE)


def text(words: str) -> str:
    """A text as it stands in markup; what would be drawn as nothing at all becomes a sign that something is there.

    >>> text("<b> & \\x00")
    '&lt;b&gt; &amp; \ufffd'
    """
    return escape(words.translate(_CONTROL), quote=True)


def link(address: str, words: str) -> str:
    """Words that lead to an address, where that is one of the web or of this server.

    >>> link("javascript:alert(1)", "here")
    'here'
    """
    own = address.startswith("/") and not address.startswith("//")
    if not own and not _WEB.match(address):
        return text(words)
    return f'<a href="{text(address)}"{"" if own else " rel=noopener"}><bdi>{text(words)}</bdi></a>'
