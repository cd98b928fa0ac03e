"""Texts as HTML: nothing of a source is ever markup, no address runs a script, only our own script and style run."""

from __future__ import annotations

import base64
import hashlib
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


def policy(script: str, style: str) -> str:
    """The content security policy under which exactly this script and this style run."""

    def hashed(source: str) -> str:
        return base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")

    return (
        f"default-src 'none'; script-src 'sha256-{hashed(script)}'; style-src 'sha256-{hashed(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
