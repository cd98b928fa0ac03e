"""Names of versions: "Model Y2K **Performance**", "the **Long Range** version of the Y2K", "varian **Premium**".

A version is no thing of its own: what is said of it is said of the thing, and its name is a qualifier of that.
"""

from __future__ import annotations

from collections.abc import Iterable

from kg.patterns.language import Language
from kg.patterns.notation import Keys
from kg.patterns.segment import Segment
from kg.text import key_of

_LONGEST = 4
"""The longest name of a version, in nodes."""

_LISTS = frozenset(",:;.()")
"""The signs that part versions and are within no name of one."""


class Versions:
    """The words that name versions in a language, ready for look-up."""

    def __init__(self, language: Language) -> None:
        self.words = _by_first(language.words("versions", "words"))
        self.endings = language.words("versions", "words")
        self.within = frozenset(keys[i] for keys in self.endings for i in range(len(keys)))
        """Every word of such a name: what ends in none of them, or stands on none, needs no closer look."""
        self.ends = tuple(sorted({keys[-1] for keys in self.endings}))
        self.marks = tuple(sorted({keys[0] for k in ("before", "after") for keys in language.words("versions", k)}))
        self.opening, self.closing = language.words("versions", "before"), language.words("versions", "after")
        self.before = _by_first(language.words("versions", "before"))
        self.after = _by_first(language.words("versions", "after"))

    def base(self, name: str) -> str:
        """A name without the words at its end that name a version; the name itself where nothing would be left that
        tells one thing from others: a single word without a figure ("Acme Max")."""
        if not name.casefold().endswith(self.ends):
            return name
        words = name.split()
        kept = len(words)
        while kept and (count := self._ending(words[:kept])):
            kept -= count
        if kept == len(words) or not kept or (kept == 1 and not any(c.isdigit() for c in words[0])):
            return name
        return " ".join(words[:kept])

    def names(self, name: str) -> bool:
        """Whether a whole name is a wording for a version ("GT Line"), and of no thing."""
        return key_of(name) in self.endings

    def said(self, words: str) -> str:
        """What tells a version from others in words that stand for it: "the **long-range** version"; nothing where they
        stand for no version."""
        parts = words.split()
        if (parts[-1].casefold(),) in self.closing:
            return " ".join(parts[1:-1])
        return " ".join(parts[1:]) if (parts[0].casefold(),) in self.opening else ""

    def _ending(self, words: list[str]) -> int:
        """How many words at the end of a name are one wording of a version."""
        keys = [key_of(word) for word in words]
        for count in range(min(len(words), 3), 0, -1):
            last = tuple(key for group in keys[-count:] for key in group)
            if last in self.endings and all(_is_large(word) for word in words[-count:]):
                return count
        return 0

    def behind(self, text: str, seg: Segment, i: int, *, listed: bool = False) -> tuple[int, ...]:
        """The nodes right behind node ``i`` that name a version of it: words for versions, and names that nobody listed
        (``listed``: only beside such words)."""
        nodes, at, sure = seg.nodes, i + 1, False
        while at < len(nodes) and nodes[at].start - nodes[at - 1].end == 1:
            mention, count = nodes[at].mention, self.at(text, seg, at)
            if not count and not (mention is not None and mention.unknown and not mention.entity):
                break
            sure, at = sure or count > 0, at + max(count, 1)
        return tuple(range(i + 1, at)) if sure or not listed else ()

    def at(self, text: str, seg: Segment, i: int) -> int:
        """How many nodes from a position on are one wording for a version, written large."""
        return self._count(self.words, text, seg, i, large=True)

    def covers(self, text: str, seg: Segment, first: int, last: int) -> bool:
        """Whether nodes lie within the name of a version of several words: "Long Range" speaks of no range."""
        if text[seg.nodes[first].start : seg.nodes[first].end].casefold() not in self.within:
            return False
        return any(first < i + self.at(text, seg, i) >= last for i in range(max(0, last - _LONGEST), first))

    def opens(self, text: str, seg: Segment, i: int) -> int:
        """How many nodes from a position on say that a version follows ("varian")."""
        return self._count(self.before, text, seg, i) if i < len(seg) else 0

    def closes(self, text: str, seg: Segment, i: int) -> int:
        """How many nodes from a position on say that what stands before them is a version."""
        return self._count(self.after, text, seg, i) if i < len(seg) else 0

    def marked(self, text: str, seg: Segment, first: int, last: int) -> list[tuple[int, ...]]:
        """The versions among these nodes that other words make one: "the Premium version", "varian Premium"."""
        said = text[seg.nodes[first].start : seg.nodes[last - 1].end].casefold()
        if not any(mark in said for mark in self.marks):
            return []
        found = []
        for i in range(first, last):
            count = self.opens(text, seg, i)
            found.append(self.named(text, seg, self._listed(seg, i + count)) if count else ())
            found.append(self._before(text, seg, first, i) if self.closes(text, seg, i) else ())
        return [nodes for nodes in found if nodes]

    def _listed(self, seg: Segment, i: int) -> int:
        """Past the signs and small words before the first of several versions ("in two versions, namely | Lite")."""
        if i < len(seg) and seg.nodes[i].key in _LISTS:
            i = next((k for k in range(i + 1, len(seg)) if seg.nodes[k].key not in seg.grammar.filler), i)
        return i

    def named(self, text: str, seg: Segment, i: int) -> tuple[int, ...]:
        """The nodes from a position on that are written large and may name a version."""
        at = i
        while at < len(seg) and at - i < _LONGEST and self._may_name(text, seg, at):
            at += max(self.at(text, seg, at), 1)
        return tuple(range(i, at))

    def _before(self, text: str, seg: Segment, first: int, i: int) -> tuple[int, ...]:
        at = i
        small = seg.grammar.filler
        while (
            at > first
            and i - at < _LONGEST
            and (seg.nodes[at - 1].key not in small or seg.attributive(at - 1))
            and self._may_name(text, seg, at - 1)
        ):
            at -= 1
        known = any(self.at(text, seg, k) for k in range(at, i)) or any(seg.nodes[k].mention for k in range(at, i))
        return tuple(range(at, i)) if known else ()

    def _may_name(self, text: str, seg: Segment, i: int) -> bool:
        node = seg.nodes[i]
        unknown = node.mention is not None and node.mention.unknown and not node.mention.entity
        plain = (unknown or node.mention is None) and node.value is None and node.key not in _LISTS
        return plain and _is_large(text[node.start : node.end])

    def _count(self, words: dict[str, list[Keys]], text: str, seg: Segment, i: int, *, large: bool = False) -> int:
        nodes = seg.nodes
        first = text[nodes[i].start : nodes[i].end]
        if " " in first and large and (parts := tuple(first.casefold().split())) in words.get(parts[0], ()):
            return 1  # taken together as one name that nobody listed
        for keys in words.get(first.casefold(), ()):
            said = [text[n.start : n.end] for n in nodes[i : i + len(keys)]]
            if tuple(s.casefold() for s in said) == keys and (not large or all(map(_is_large, said))):
                return len(keys)
        return 0


def _is_large(word: str) -> bool:
    """Whether a word is written as names are: it begins with a capital or a figure, or is a sign within one."""
    return not word[:1].islower()


def _by_first(wordings: Iterable[Keys]) -> dict[str, list[Keys]]:
    """Wordings by their first word, the longest first."""
    found: dict[str, list[Keys]] = {}
    for keys in sorted(wordings, key=lambda k: (-len(k), k)):
        found.setdefault(keys[0], []).append(keys)
    return found
