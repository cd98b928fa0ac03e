"""What the short forms of names stand for: "Berg" of "Ilse Berg", "AMW" of "Acme Motor Works"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")


def with_short(short: Mapping[str, str], classes: dict[str, str], named: Mapping[str, T]) -> dict[str, T]:
    """The names whose short form is ``named``, by what that stands for. Of the others a name and its short form get one
    class in ``classes``: "Acme Motor Works (AMW)", both are what one of them is."""
    known: dict[str, T] = {}
    for form, name in short.items():
        cls = classes.pop(form, "")
        if form in named:
            classes.pop(name, "")
            known[name] = named[form]
        elif name in classes or cls:
            classes.setdefault(name, cls)
    return known


def parts_meant(names: Iterable[tuple[str, T]]) -> dict[str, T]:
    """What is meant by the first or the last word of each name of several words, where only one name has it there, or
    by a word between them that no other name has ("Rea Budi Stark", later Budi)."""
    found: dict[str, list[T]] = {}
    inner: dict[str, list[T]] = {}
    for name, meant in names:
        words = name.split()
        for word in {words[0], words[-1]}:
            found.setdefault(word, []).append(meant)
        for word in {*words[1:-1]} - {words[0], words[-1]}:
            inner.setdefault(word, []).append(meant)
    only = {**{w: m for w, m in inner.items() if w.isalpha() and len(w) > 1}, **found}
    return {word: meant[0] for word, meant in only.items() if len(meant) == 1}
