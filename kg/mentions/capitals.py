"""The words of a language that tell names from what is capitalised for other reasons."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from kg.patterns.deeds import Deeds
from kg.patterns.notation import Keys


@dataclass(frozen=True, slots=True)
class Capitals:
    """The words of a language that tell names from what is capitalised for other reasons."""

    never: AbstractSet[str] = frozenset()
    """Titles, days, months: they end a name."""
    seldom: AbstractSet[str] = frozenset()
    """Those and the words of the patterns: within a sentence part of a name ("Acme Motor Works"), though not all."""
    particles: AbstractSet[str] = frozenset()
    """The small words within names of persons ("van den")."""
    titles: AbstractSet[str] = frozenset()
    """The words for what somebody is ("chief")."""
    legal: AbstractSet[str] = frozenset()
    """Legal forms: what one follows is a name from its first word on."""
    heads: AbstractSet[str] = frozenset()
    """Those of them that stand before names ("PT"): a name begins behind one."""
    opening: AbstractSet[str] = frozenset()
    """Words that open names of firms as well as sentences ("General", "First")."""
    labels: AbstractSet[str] = frozenset()
    """Words that a letter behind them counts, as a number does ("series A")."""
    small: AbstractSet[str] = frozenset()
    """The words that are written small in a headline as well."""
    firsts: AbstractSet[str] = frozenset()
    """Words that names of firms begin with ("Universitas Acme")."""
    leading: AbstractSet[str] = frozenset()
    """Those that may lead them ("vice"): within a name they are words of it ("Acme Technology")."""
    deeds: Deeds = field(default_factory=Deeds)
    """What is said of those with names ("has acquired")."""
    common: AbstractSet[str] = frozenset()
    """Words of which the same is said, and which are no names: all that the language's file holds."""
    versions: AbstractSet[Keys] = frozenset()
    """Wordings for versions: a thing of which one is said bears another name ("the GT Line")."""
    common_ends: tuple[str, ...] = ()
    """Endings of others ("investors")."""
    joints: AbstractSet[str] = frozenset()
    """Words that join two words of one firm's name ("Acme Steel and Timber Co.")."""
