"""A language file: its grammar words, its names for time and quantity, and its patterns for each property."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from kg import tables
from kg.errors import KgError, Place, ProjectError, raise_faults, reason_of, way_out
from kg.ontology import Ontology, Property
from kg.patterns import units
from kg.patterns.notation import (
    Element,
    Keys,
    NotationError,
    Pattern,
    Slot,
    Words,
    anchor_of,
    expand,
    narrowed,
    parse,
    split_status,
)
from kg.project import Project


def _keys(words: str) -> frozenset[str]:
    return frozenset(words.split())


# The closed vocabulary of a language file: section -> keys. ``*`` stands for any key.
VOCABULARY: Mapping[str, frozenset[str]] = {
    "sentences": _keys("abbreviations"),
    "grammar": _keys(
        "adverbs akin and appositions articles belonging between breaks compounds contracted described "
        "described_before describes ends examples filler genitive honorifics introducing legal_after legal_before "
        "members noise not_names openers origins outside owned particles personal plural pointing possessive "
        "prepositions relative residing several singular stop suffixes transparent unit_words"
    ),
    "status": _keys(
        "absent attributed denied denied_after ended ended_after former in_effect negation open planned planned_before "
        "ranks reported"
    ),
    "scope": frozenset("*"),
    "speech": frozenset(
        {"verbs", "property", "according", "complement", "hearers", "passive", "pronominal", "unnamed"}
    ),
    "time": _keys("ago at compared joins months moved pairs parts past quarters relative since spans until"),
    "quantity": frozenset(
        {"decimal", "magnitudes", "numbers", "ranges", "changes", "changes_after", "labels"}
        | {"changing", "comparisons", "new", "old", "ranks", "respectively", "rest"}
    ),
    "versions": frozenset({"words", "before", "after"}),
    "words": frozenset("*"),
    "anaphora": frozenset("*"),
    "names": frozenset("*"),
    "unlisted": frozenset("*"),
    "patterns": frozenset("*"),
}

_NAMING = ("common", "common_ends", "joints", "media", "opening")
"""The keys of names that are no class and a part of one."""
_PLAIN = ("language", "label")
"""The keys that stand before the first section."""


@dataclass(frozen=True, slots=True)
class Anaphor:
    """Words that stand for a name said before: the classes it may have.

    ``near``: it stands in the same sentence; ``plural``: the words stand for two; ``possessive``: they only say whose
    something is; ``opening``: they open a sentence, or a clause in which who does something is meant; ``sole``: no
    other name of these classes stands beside it; ``main``: they stand for the one that the text opens with; ``before``:
    for what the sentence right before, or the same, speaks of.
    """

    classes: tuple[str, ...]
    near: bool = False
    plural: bool = False
    possessive: bool = False
    opening: bool = False
    sole: bool = False
    main: bool = False
    before: bool = False


@dataclass(frozen=True, eq=False)
class Language:
    """All that the engine knows of one language; every word is a tuple of token keys."""

    code: str
    label: str
    lists: Mapping[str, frozenset[Keys]]
    sections: Mapping[str, Mapping[str, Any]] = field(repr=False)
    anaphora: Mapping[Keys, Anaphor]
    owners: tuple[tuple[str, Anaphor], ...]
    """The endings that say whose something is ("ketua**nya**"), each with what it may stand for."""
    first_words: Mapping[str, str]
    """Words that begin names of a class ("University Acme"): word to class."""
    last_words: Mapping[str, str]
    """Words that end names of a class ("Acme Technologies"): word to class."""
    deeds: Mapping[Keys, str]
    """What those with names of a class do, said right behind the name ("Acme **has acquired**"): words to class."""
    unlisted: tuple[Pattern, ...]
    patterns: tuple[Pattern, ...]
    units: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    """Dimension -> UCUM or ISO 4217 code -> how it is written, and its factor."""

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of the patterns, the lists and the cues."""
        sections = [self.words(s, k) for s in ("status", "grammar", "speech") for k in self.sections.get(s, {})]
        sections += [self.cue(name, k) for name, t in self.sections.get("scope", {}).items() for k in t]
        patterns = [
            e.alternatives for p in (*self.patterns, *self.unlisted) for e in p.elements if isinstance(e, Words)
        ]
        return frozenset(t for group in (*self.lists.values(), *sections, *patterns) for keys in group for t in keys)

    def words(self, section: str, key: str) -> frozenset[Keys]:
        """A word list of a section; empty where the file has none."""
        return _wordings(self.sections.get(section, {}).get(key, ""), self.lists)

    def cue(self, qualifier: str, key: str = "words") -> frozenset[Keys]:
        """The words that make a qualifier: those of the table ``[scope.<qualifier>]``."""
        return _wordings(self.table("scope", qualifier).get(key, ""), self.lists)

    def single(self, section: str, key: str) -> frozenset[str]:
        """The one-token words of a list."""
        return frozenset(k[0] for k in self.words(section, key) if len(k) == 1)

    def table(self, section: str, key: str) -> Mapping[str, Any]:
        """A table of a section; empty where the file has none."""
        found = self.sections.get(section, {}).get(key, {})
        return found if isinstance(found, Mapping) else {}

    def text(self, section: str, key: str, default: str = "") -> str:
        """A plain text of a section."""
        return str(self.sections.get(section, {}).get(key, default))


def load(project: Project, ontology: Ontology) -> dict[str, Language]:
    """The languages of a project by code.

    Raises Faults with every fault of every file, each with its line: what is no TOML, an unknown section, key, list,
    class, property, qualifier or status, a line that is not in the notation or has no word to look for.
    """
    faults: list[KgError] = []
    found: dict[str, Language] = {}
    measures = units.load(project, faults)
    for path in sorted((project.ontology / "patterns").glob("*.toml")):
        shown = path.relative_to(project.root).as_posix()
        language = _Reader(path, shown, ontology, faults).read()
        if language is not None:
            found[language.code] = replace(language, units=measures)
    raise_faults(faults)
    return found


def _wordings(value: object, lists: Mapping[str, frozenset[Keys]]) -> frozenset[Keys]:
    entries = value.split() if isinstance(value, str) else list(value) if isinstance(value, Sequence) else []
    found: set[Keys] = set()
    for entry in entries:
        found |= expand(str(entry), lists)
    return frozenset(found)


class _Reader:
    """Reads one file and gathers its faults."""

    def __init__(self, path: Path, shown: str, ontology: Ontology, faults: list[KgError]) -> None:
        self.path, self.shown, self.ontology, self.faults = path, shown, ontology, faults
        self.source: list[str] = []
        self.next_line = 0

    def read(self) -> Language | None:
        try:
            text = self.path.read_bytes().decode("utf-8")
            data = tables.loads(text)
        except UnicodeDecodeError as error:
            self.fault(f"not UTF-8 at byte {error.start}", None, "save the file as UTF-8")
            return None
        except OSError as error:
            self.fault(f"cannot be read: {reason_of(error)}", None, way_out(error, "mend or remove it"))
            return None
        except tomllib.TOMLDecodeError as error:
            where = re.search(r"line (\d+)", str(error))
            reason = re.sub(r" \(at .*\)$", "", str(error))
            self.fault(f"no TOML: {reason}", int(where[1]) if where else None, "mend the TOML")
            return None
        self.source = text.splitlines()
        self._check_vocabulary(data)
        data = {name: table for name, table in data.items() if isinstance(table, dict) or name in _PLAIN}
        lists = self._lists(data.get("words", {}))
        sections = {k: v for k, v in data.items() if isinstance(v, dict)}
        code = str(data.get("language", self.path.stem))
        anaphora, endings = self._anaphora(data, lists)
        names = self._names(data.get("names", {}), lists)
        label = str(data.get("label", code))
        language = Language(code, label, lists, sections, anaphora, endings, *names, (), ())
        unlisted = tuple(self._patterns(data.get("unlisted", {}), language, typing=True))
        return replace(language, unlisted=unlisted, patterns=tuple(self._patterns(data.get("patterns", {}), language)))

    def fault(self, message: str, line: int | None, hint: str = "") -> None:
        self.faults.append(ProjectError(message, Place(self.shown, line), hint))

    def line_of(self, wanted: str, after: int = 0) -> int | None:
        """The one-based line in which a text stands, at or after a line."""
        lines = enumerate(self.source[after:], after + 1)
        return next((n for n, line in lines if wanted in line), None)

    def _check_vocabulary(self, data: Mapping[str, Any]) -> None:
        for section, table in data.items():
            if section in _PLAIN:
                continue
            if section not in VOCABULARY:
                known = ", ".join(sorted(VOCABULARY))
                self.fault(f"unknown section [{section}]", self.line_of(f"[{section}"), f"known: {known}")
                continue
            if not isinstance(table, dict):
                self.fault(f"'{section}' is no section", self.line_of(section), f"write [{section}]")
                continue
            allowed = VOCABULARY[section]
            for key in table if "*" not in allowed else ():
                if key not in allowed:
                    at = self.line_of(key, (self.line_of(f"[{section}]") or 1) - 1)
                    self.fault(f"unknown key '{key}' in [{section}]", at, f"known: {', '.join(sorted(allowed))}")

    def _lists(self, words: Mapping[str, Any]) -> dict[str, frozenset[Keys]]:
        lists: dict[str, frozenset[Keys]] = {}
        for name, value in words.items():
            try:
                lists[name] = _wordings(value, lists)
            except NotationError as error:
                self.fault(str(error), self.line_of(f"{name} "), "lists are read from the top")
        return lists

    def _anaphora(
        self, data: Mapping[str, Any], lists: Mapping[str, frozenset[Keys]]
    ) -> tuple[dict[Keys, Anaphor], tuple[tuple[str, Anaphor], ...]]:
        """The words that stand for names, and the endings that do."""
        found: dict[Keys, Anaphor] = {}
        endings: list[tuple[str, Anaphor]] = []
        for name, value in data.get("anaphora", {}).items():
            bare, *flags = re.split(r"_(?=near$|both$|own$|opening$|sole$|main$|before$|ending$)", name)
            classes = [c for part in bare.split("_or_") if (c := self._class(part, self.line_of(name)))]
            if "ending" in flags:
                endings += [(k[0], Anaphor(tuple(classes), possessive=True)) for k in sorted(_wordings(value, lists))]
                continue
            for keys in _wordings(value, lists):
                kinds = (flag in flags for flag in ("near", "both", "own", "opening", "sole", "main", "before"))
                found[keys] = Anaphor(tuple(classes), *kinds)
        return found, tuple(endings)

    def _names(
        self, table: Mapping[str, Any], lists: Mapping[str, frozenset[Keys]]
    ) -> tuple[dict[str, str], dict[str, str], dict[Keys, str]]:
        """The words that begin and that end names of a class, and those for what who has such a name does."""
        firsts: dict[str, str] = {}
        lasts: dict[str, str] = {}
        deeds: dict[Keys, str] = {}
        for name, value in table.items():
            if name in _NAMING:
                continue
            cls, _, place = name.rpartition("_")
            at = self.line_of(f"{name} ", self.line_of("[names]") or 0)
            if place not in ("first", "last", "does"):
                hint = f"{', '.join(_NAMING)}, or a class and _first, _last or _does: Organization_last"
                self.fault(f"unknown key '{name}' in [names]", at, hint)
                continue
            iri = self._class(cls, at)
            if place == "does":
                deeds.update(dict.fromkeys(_wordings(value, lists), iri))
                continue
            words = {keys[0] for keys in _wordings(value, lists) if len(keys) == 1}
            (firsts if place == "first" else lasts).update(dict.fromkeys(words, iri))
        return firsts, lasts, deeds

    def _class(self, name: str, line: int | None) -> str:
        iri = self.ontology.domain + name
        if iri in self.ontology.classes:
            return iri
        known = ", ".join(sorted(c.rpartition("#")[2] for c in self.ontology.classes))
        self.fault(f"unknown class '{name}'", line, f"known: {known}")
        return ""

    def _patterns(self, table: Mapping[str, Any], language: Language, typing: bool = False) -> Iterator[Pattern]:
        for name, lines in table.items():
            header = self.line_of(f"{name} ", self.line_of("[unlisted]" if typing else "[patterns]") or 0)
            iri = self.ontology.domain + name
            if iri not in (self.ontology.classes if typing else self.ontology.properties):
                kind = "class" if typing else "property"
                self.fault(f"unknown {kind} '{name}'", header, "see the ontology's terms")
                continue
            self.next_line = (header or 1) - 1
            for number, line in enumerate(lines, 1):
                pattern = self._pattern(str(line), iri, number, language, typing)
                if pattern is not None:
                    yield pattern

    def _pattern(self, line: str, iri: str, number: int, language: Language, typing: bool) -> Pattern | None:
        at = self.line_of(line.replace('"', '\\"'), self.next_line) or self.line_of(line)
        self.next_line = at or self.next_line
        try:
            body, status = split_status(line)
            parts = tuple(parse(body, language.lists))
            elements = tuple(self._typed(p, iri, typing) if isinstance(p, Slot) else p for p in parts)
            self._check_ends(elements, typing)
            anchor = anchor_of(elements, frozenset(language.lists))
        except NotationError as error:
            self.fault(str(error), at, f"in: {line.strip()}")
            return None
        kebab = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", iri.rpartition("#")[2]).lower()
        return Pattern(f"{language.code}/{kebab}#{number}", iri, elements, anchor, status, at or 0, line)

    def _check_ends(self, elements: Sequence[Element], typing: bool) -> None:
        slots = {e.name for e in elements if isinstance(e, Slot)}
        if typing:
            if "x" not in slots or not slots <= {"x", "o"}:
                raise NotationError("a line that types a name needs {x} and no other slot but {o:Class}")
        elif "both" not in slots and not {"s", "o"} <= slots:
            raise NotationError("a line needs {s} and {o}, or {both}")

    def _typed(self, slot: Slot, iri: str, typing: bool) -> Slot:
        """A slot with its classes: those it is held to, else those of the property's end or of the qualifier."""
        if typing and slot.name == "x":
            return replace(slot, classes=(iri,), kinds=frozenset({"unlisted"}))
        if typing:
            unknown = [n for n in slot.classes if not self._has_class(n)]
            if unknown:
                raise NotationError(f"unknown class '{unknown[0]}'")
            return replace(slot, classes=tuple([self.ontology.domain + n for n in slot.classes]), kinds=frozenset())
        prop = self.ontology.properties[iri]
        if slot.name not in ("s", "o", "both"):
            return self._qualifier(slot, iri)
        if slot.name == "o" and prop.kind != "entity":
            return replace(slot, classes=(), value=narrowed(_value_of(prop), slot))
        kinds = frozenset(n for n in slot.classes if n[0].islower())
        narrow = [n for n in slot.classes if n[0].isupper()]
        unknown = [
            *(kinds - {"anaphor", "demonym", "topic", "unlisted"}),
            *(n for n in narrow if not self._has_class(n)),
        ]
        if unknown:
            raise NotationError(f"unknown class '{unknown[0]}'")
        end = prop.range if slot.name == "o" else prop.domain
        classes = tuple(self.ontology.domain + n for n in narrow) or end
        is_open = [c for c in classes if c in self.ontology.classes and self.ontology.classes[c].open]
        given = is_open[0] if len(is_open) == 1 and kinds <= {"unlisted"} else ""
        firm = bool(given) and any(c.composed_of[:1] == (given,) for c in self.ontology.classes.values())
        made = [c.iri for c in self.ontology.classes.values() if c.named_after]
        coded = bool(given) and given in self.ontology.closure(made)
        return replace(slot, classes=classes, kinds=kinds, open=given, firm=firm, coded=coded)

    def _has_class(self, name: str) -> bool:
        return self.ontology.domain + name in self.ontology.classes

    def _qualifier(self, slot: Slot, iri: str) -> Slot:
        if slot.name == "time":
            return replace(slot, classes=(), value="date")
        name = self.ontology.domain + slot.name
        prop = self.ontology.properties.get(name)
        if prop is None or not prop.is_qualifier:
            raise NotationError(f"unknown slot {{{slot.name}}}")
        if name not in self.ontology.properties[iri].qualifiers:
            raise NotationError(f"{self.ontology.short(iri)} takes no qualifier {{{slot.name}}}")
        classes = prop.range if prop.kind == "entity" else ()
        return replace(slot, classes=classes, value="" if classes else _value_of(prop))


def _value_of(prop: Property) -> str:
    return prop.dimension or "any" if prop.kind == "quantity" else prop.kind
