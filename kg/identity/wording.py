"""What names of one thing may differ in, read from ``ontology/identity.toml`` and checked when loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kg import tables
from kg.errors import KgError, Place, ProjectError, raise_faults, reason_of, way_out
from kg.identity.letters import is_latin, plain_words
from kg.project import Project

FILE = "identity.toml"
_ANY_LAW = "any"
_LISTS = {"silent", "loose", "between"}


@dataclass(frozen=True)
class Wording:
    """The words that names of one thing may differ in; without any (``Wording()``) names differ in letters alone.

    ``legal`` gives the law of each legal form (as its plain words; nothing for one of any law), ``same`` the word that
    stands for each of several that say the same, ``silent`` the words of no weight, ``loose`` those a name may be said
    without, ``between`` what a text puts between two names of one thing.
    """

    legal: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    between: frozenset[str] = frozenset()
    unspaced: Mapping[str, str] = field(default_factory=dict)
    """Words in other scripts, the longest first, each with what it is read as: they are found anywhere in a name."""

    @cached_property
    def longest_legal(self) -> int:
        """How many words the longest legal form has."""
        return max(map(len, self.legal), default=0)


def load(project: Project) -> Wording:
    """The wording of a project; one without the file has an empty one.

    Raises Faults with all that is wrong in the file: what is no TOML, an unknown section or list, what is no list of
    texts, a word that is to say two things, a loose word that no section names.
    """
    path = project.ontology / FILE
    if not path.exists():
        return Wording()
    place = Place(path.relative_to(project.root).as_posix())
    try:
        found = tables.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProjectError(f"cannot be read: {reason_of(error)}", place, way_out(error, "mend or remove it")) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"no TOML: {error}", place, "mend it") from None
    faults = [ProjectError(message, place, hint) for message, hint in _shape_faults(found)]
    raise_faults(faults)
    wording, doubled = _read(found)
    raise_faults(list(_word_faults(wording, doubled, place)))
    return wording


def _shape_faults(tables: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for section, table in tables.items():
        if section not in ("legal", "same", "words"):
            yield f"unknown section [{section}]", "the sections are [legal], [same] and [words]"
        elif not isinstance(table, dict):
            yield f"'{section}' is no section", f"write [{section}]"
        else:
            for name, words in table.items():
                if section == "words" and name not in _LISTS:
                    yield f"unknown list '{name}' in [words]", f"the lists are {', '.join(sorted(_LISTS))}"
                elif not isinstance(words, list) or not all(isinstance(w, str) and w.strip() for w in words):
                    yield f"'{name}' in [{section}] is no list of texts", 'write ["…", "…"]'


def _read(tables: Mapping[str, Mapping[str, list[str]]]) -> tuple[Wording, list[str]]:
    """The wording of checked tables, and the words that say two things."""
    legal: dict[tuple[str, ...], str] = {}
    same: dict[str, str] = {}
    unspaced: dict[str, str] = {}
    doubled = []
    for law, forms in tables.get("legal", {}).items():
        for form in forms:
            if not is_latin(form):
                unspaced[form] = " ".join(plain_words(form))
            legal[plain_words(form)] = "" if law == _ANY_LAW else law
    for name, words in tables.get("same", {}).items():
        for word in words:
            key = "".join(plain_words(word))
            if same.setdefault(key, name) != name:
                doubled.append(word)
            if not is_latin(word):
                unspaced[word] = key
    lists = {name: frozenset(words) for name, words in tables.get("words", {}).items()}
    longest_first = {word: unspaced[word] for word in sorted(unspaced, key=lambda w: (-len(w), w))}
    between = frozenset(" ".join(plain_words(words)) for words in lists.get("between", ()))
    silent, loose = lists.get("silent", frozenset()), lists.get("loose", frozenset())
    return Wording(legal, same, silent, loose, between, longest_first), doubled


def _word_faults(wording: Wording, doubled: list[str], place: Place) -> Iterator[KgError]:
    for word in doubled:
        yield ProjectError(f"'{word}' is to say two things in [same]", place, "keep it in one of the lists")
    for word in sorted(wording.loose - set(wording.same.values())):
        yield ProjectError(f"'{word}' in 'loose' has no list in [same]", place, "give it one, or take it out")
