"""Decisions as files under ``seeds/decisions``: a small file for each, named by what it decides on.

So two curators who decide on different things never touch the same file, and two who decide on the same thing always
do: git merges the first and stops at the second. A file made by hand may have any name in the folder of its kind and
hold several decisions.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from kg import files, tables
from kg.decisions.correction import Correction, correction
from kg.decisions.decision import WORDS, Decision, Short, evidence_key, merge_key
from kg.decisions.limits import Limits
from kg.decisions.merging import contradictions, unlike
from kg.errors import KgError, Place, ProjectError, raise_faults
from kg.model import Entity
from kg.names import digest, slug
from kg.ontology import Ontology
from kg.project import Project

_PACKAGE = Path(__file__).resolve().parents[1]
_HEADER = re.compile(r"^[ \t]*\[[ \t]*(?:(\"(?:[^\"\\\n]|\\.)*\")|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*\]", re.MULTILINE)
_AT = re.compile(r" \(at line (\d+), column (\d+)\)$")
_END = " (at end of document)"
_SCHEME = re.compile(r"^\w+://(?:www\.)?")
_SLUG = 48
"""The longest part of a name in the name of a file, before the key that tells it from all others."""
UNLIKE = "take the decision back, or mend the class of one"
"""What to do about things that cannot be one."""
_COMMON = {"decision": str, "by": str, "on": date, "note": str, "seal": str}
# The fields of each kind, beside the common ones, in the order they are written.
_FIELDS: Mapping[str, Mapping[str, type]] = {
    "claims": {"statement": str, "scope": str, "source": str, "quote": str, "correction": dict},
    "entities": {"name": str, "classes": list, "source": str, "quote": str, "class": str, "label": str, "same_as": str},
    "merges": {"entities": list, "names": list, "keep": str},
    "conflicts": {"rule": str, "sides": list, "keep": str, "sources": list},
}
_NEEDED = {
    "claims": ("decision", "statement", "source", "quote"),
    "entities": ("decision", "name", "classes"),
    "merges": ("decision", "entities", "names"),
    "conflicts": ("decision", "rule", "sides"),
}


@dataclass(frozen=True)
class _Known:
    """What decisions are checked against."""

    project: Project
    ontology: Ontology
    entities: Mapping[str, Entity]

    @cached_property
    def limits(self) -> Limits:
        return Limits.of(self.project)


def load(project: Project, ontology: Ontology, entities: Mapping[str, Entity]) -> list[Decision]:
    """The decisions of a project, sorted by kind and key.

    Raises Faults with each fault and its line: a file that nobody would read, what is no TOML, a field that is unknown,
    missing or of the wrong kind, an unknown decision, a key decided twice, a correction that the ontology does not
    allow, a key that is not that of its evidence, a seal that is not that of its block, merges that contradict.
    """
    paths, against = list(_paths(project)), _Known(project, ontology, entities)
    faults: list[KgError] = list(_strange(project, {path for _, path in paths}))
    found: dict[tuple[str, str], Decision] = {}
    for kind, path in paths:
        shown = path.relative_to(project.root).as_posix()
        for decision in _read(kind, path, shown, against, faults):
            twin = found.setdefault((kind, decision.key), decision)
            if twin is not decision:
                place = Place(shown, decision.line)
                faults.append(
                    ProjectError(f"{decision.key} is decided in {twin.file}:{twin.line} too", place, "keep one")
                )
    faults += contradictions(found.values(), ontology.short)
    for decision in found.values():
        if wrong := unlike(decision, entities, ontology):
            faults.append(ProjectError(wrong, Place(decision.file, decision.line), UNLIKE))
    raise_faults(faults)
    return [found[name] for name in sorted(found)]


def _strange(project: Project, known: Set[Path]) -> Iterator[ProjectError]:
    """What is meant for decisions and would be passed over unseen: a file with a misspelt name, or in place of the
    folder."""
    folder = project.seeds / "decisions"
    names = ", ".join(f"{kind}/*.toml" for kind in WORDS)
    there = {*folder.rglob("*.toml")} if folder.is_dir() else {folder} if folder.exists() else set()
    for path in sorted(there - known):
        shown = path.relative_to(project.root).as_posix()
        yield ProjectError("holds no decisions that are read", Place(shown), f"decisions are in {names}")


def _paths(project: Project) -> Iterator[tuple[str, Path]]:
    """The files of decisions with their kind: those of its folder, and one that holds many, beside it."""
    folder = project.seeds / "decisions"
    for kind in WORDS:
        many = folder / f"{kind}.toml"
        yield from (
            (kind, path) for path in [*[many] * many.is_file(), *sorted((folder / kind).glob("*.toml"), key=str)]
        )


def _read(kind: str, path: Path, shown: str, against: _Known, faults: list[KgError]) -> Iterator[Decision]:
    try:
        text = path.read_text(encoding="utf-8")
        blocks = tables.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        faults.append(_unreadable(error, shown))
        return
    lines = _lines(text)
    for key, block in blocks.items():
        reader = _Block(kind, key, block, Place(shown, lines.get(key, 1)), against)
        decision = reader.decision()
        faults += reader.faults
        if decision:
            yield decision


def _unreadable(error: Exception, shown: str) -> ProjectError:
    if isinstance(error, OSError):
        return ProjectError(f"cannot be read: {error.strerror}", Place(shown), "mend or remove the file")
    if isinstance(error, UnicodeDecodeError):
        return ProjectError(f"not UTF-8 at byte {error.start}", Place(shown), "save the file as UTF-8")
    at = _AT.search(str(error))
    place = Place(shown, int(at[1]), int(at[2])) if at else Place(shown)
    message = _AT.sub("", str(error)).removesuffix(_END)
    return ProjectError(f"no TOML: {message}", place, "mend it, or settle the merge that left it so")


def _lines(text: str) -> dict[str, int]:
    """The line of each block's head; a head within a text of many lines comes after its own."""
    found: dict[str, int] = {}
    for match in _HEADER.finditer(text):
        key = json.loads(match[1]) if match[1] and "\\" not in match[1] else match[1] or match[2] or match[3]
        found.setdefault(key.strip('"'), text.count("\n", 0, match.start()) + 1)
    return found


class _Block:
    """Reads one block of a file."""

    def __init__(self, kind: str, key: str, block: object, place: Place, against: _Known) -> None:
        self.kind, self.key, self.place, self.against, self.ontology = kind, key, place, against, against.ontology
        self.block: Mapping[str, Any] = block if isinstance(block, dict) else {}
        self.faults: list[KgError] = []
        if not isinstance(block, dict):
            self.fault(f"'{key}' stands outside of any block", "begin a block with the key of its decision in brackets")

    def fault(self, message: str, hint: str) -> None:
        self.faults.append(ProjectError(message, self.place, hint))

    def decision(self) -> Decision | None:
        """The decision, or nothing when there are faults."""
        if not self.faults:
            self._check_fields()
        if self.faults:
            return None
        entities = [self._iri(name) for name in self.block.get("entities", [])]
        keep = self._text("keep")
        keep = self._iri(keep) if self.kind == "merges" and keep else keep
        same_as = self._text("same_as")
        seen = [self._text("name")] * (self.kind == "entities")
        seen += [text for name in ("classes", "names", "sides") for text in self.block.get(name, ())]
        self._check_ends(entities, keep)
        found = Decision(
            kind=self.kind,
            key=self._key(entities),
            decision=self._text("decision"),
            statement=self._text("statement"),
            scope=self._text("scope"),
            source=self._text("source"),
            quote=self._text("quote"),
            rule=self._text("rule"),
            entities=tuple(entities),
            evidence=tuple(seen),
            keep=keep,
            sources=tuple(self.block.get("sources", ())),
            correction=self._correction(),
            same_as=self._iri(same_as) if same_as else "",
            label=self._text("label"),
            cls=self._class(self._text("class")),
            by=self._text("by"),
            on=self._text("on"),
            note=self._text("note"),
            file=self.place.source,
            line=self.place.line or 0,
        )
        return None if self.faults else found

    def _text(self, name: str) -> str:
        return str(self.block.get(name, ""))

    def _check_fields(self) -> None:
        known = {**_COMMON, **_FIELDS[self.kind]}
        for name, value in self.block.items():
            if name not in known:
                self.fault(f"a decision on {self.kind} has no '{name}'", f"known: {', '.join(known)}")
            elif not isinstance(value, known[name]) or isinstance(value, datetime):
                self.fault(f"'{name}' is no {_SORTS[known[name]]}", f"write it as {_SORTS[known[name]]}")
            elif isinstance(value, list) and not all(isinstance(x, str) for x in value):
                self.fault(f"'{name}' is no {_SORTS[list]}", "write each in quotes")
        for name in _NEEDED[self.kind]:
            if not self.block.get(name):
                self.fault(f"a decision on {self.kind} wants '{name}'", "see docs/decisions.md for an example")
        if (word := self.block.get("decision")) and word not in WORDS[self.kind]:
            self.fault(f"unknown decision '{word}'", f"on {self.kind}: {', '.join(WORDS[self.kind])}")
        if self.block.get("seal", sealed := _seal(self.block)) != sealed:
            self.fault("its words are not those that were sealed", f'write seal = "{sealed}" if they are meant so')

    def _key(self, entities: list[str]) -> str:
        if self.kind == "merges" and self.key != merge_key(entities):
            self.fault(f"the key of this merge is {merge_key(entities)}", "its entities were changed: mend the key")
        if self.kind == "claims":
            key = evidence_key(*map(self._text, ("statement", "scope", "source", "quote")))
            if self.key != key:
                self.fault(f"the key of this claim is {key}", "its evidence was changed: put it back, or mend the key")
        return self._iri(self.key) if self.kind == "entities" else self.key

    def _iri(self, name: str) -> str:
        try:
            return self.ontology.prefixes.expand(name)
        except KeyError:
            self.fault(f"{name} is no entity", "write its CURIE")
            return name

    def _class(self, name: str) -> str:
        iri = self._iri(name) if name else ""
        if iri and iri not in self.ontology.classes:
            self.fault(f"unknown class {name}", "see docs/ontology.md for the classes")
        return iri

    def _correction(self) -> Correction | None:
        if self.kind != "claims" or self.block["decision"] != "correct":
            if "correction" in self.block:
                self.fault("a correction beside another decision", 'write decision = "correct", or take it out')
            return None
        against = self.against
        found, wrong = correction(self.block.get("correction", {}), against.ontology, against.entities, against.limits)
        for message, hint in wrong:
            self.fault(message, hint)
        return found

    def _check_ends(self, entities: list[str], keep: str) -> None:
        word = self.block["decision"]
        if self.kind == "merges" and len(set(entities)) < 2:
            self.fault("a merge wants two entities or more", "name them in 'entities'")
        if self.kind == "merges" and word == "same" and keep not in entities:
            self.fault("'keep' is none of the entities", "name the one that stays")
        if self.kind == "conflicts" and (word == "keep") != bool(keep):
            self.fault("'keep' goes with the decision keep", "name the fact that holds, or take it out")
        if word == "keep" and len(self.block["sides"]) < 2:
            self.fault("a fact that its own sources dispute has one side", "decide on its claims instead")
        if self.kind == "entities" and word == "correct" and not {"class", "label", "same_as"} & set(self.block):
            self.fault("nothing is corrected", "give a class, a label or same_as")


_SORTS = {str: "text", list: "list of texts", dict: "table", date: "date"}


# -- writing -------------------------------------------------------------------------------------------------------


def deciding(project: Project) -> AbstractContextManager[None]:
    """Hold the decisions of a project while they are read and written: who decides elsewhere waits until it is done."""
    return files.alone(project.seeds)


def put(project: Project, decisions: Iterable[Decision], known: Iterable[Decision], short: Short) -> list[Path]:
    """Write decisions beside those that are ``known``, each in the place of an older one with its key.

    Gives the files changed; each is replaced in one step. ProjectError for the project inside the package.
    """
    new = {(d.kind, d.key): d for d in decisions}
    return _rewrite(project, list(known), new, short)


def taken_back(project: Project, decisions: Iterable[Decision], known: Iterable[Decision], short: Short) -> list[Path]:
    """Take decisions out of their files; a file without any is removed. As :func:`put` else."""
    return _rewrite(project, list(known), {(d.kind, d.key): None for d in decisions}, short)


def _rewrite(
    project: Project, known: list[Decision], changes: Mapping[tuple[str, str], Decision | None], short: Short
) -> list[Path]:
    if project.packaged or project.root.resolve().is_relative_to(_PACKAGE):
        hint = "run 'kg init DIR' and use --project DIR"
        raise ProjectError("belongs to the package", Place(str(project.root)), hint)
    # Each stays in the file where it stands: to move it would take two steps, and a failure between them loses it.
    places = {(d.kind, d.key): d.file for d in known if (d.kind, d.key) in changes}
    places |= {key: _file(d, short) for key, d in changes.items() if d and key not in places}
    touched = set(places.values())
    contents: dict[str, list[Decision]] = {name: [] for name in touched}
    for decision in known:
        if decision.file in touched and (decision.kind, decision.key) not in changes:
            contents[decision.file].append(decision)
    for key, each in changes.items():
        if each:
            contents[places[key]].append(each)
    paths = []
    for name, inside in sorted(contents.items()):
        path = project.root / name
        paths.append(path)
        if inside:
            files.make_folder(path.parent)
            files.write(path, [text_of(inside, short).encode("utf-8")])
        else:
            files.remove(path)
    return paths


def _file(decision: Decision, short: Short) -> str:
    """The file that a decision is written into, within the project: named by what it is about and nothing else."""
    about, key = {
        "claims": (_SCHEME.sub("", decision.source), decision.key),
        "entities": (_local(decision.key, short), digest(decision.key, length=8)),
        "merges": ("-".join(_local(iri, short) for iri in decision.entities), decision.key),
        "conflicts": (decision.rule, decision.key),
    }[decision.kind]
    return f"seeds/decisions/{decision.kind}/{slug(about)[:_SLUG].strip('_-')}-{key}.toml"


def _local(iri: str, short: Short) -> str:
    return short(iri).rpartition(":")[2]


def text_of(decisions: Iterable[Decision], short: Short) -> str:
    """The text of a file: its blocks sorted by key."""
    return "\n".join(_block(d, short) for d in sorted(decisions, key=lambda d: d.key))


def _block(decision: Decision, short: Short) -> str:
    name = _text(short(decision.key)) if decision.kind == "entities" else decision.key
    lines = [f"[{name}]\n", *_lines_of(_fields(decision, short)), *[f"on = {decision.on}\n"] * bool(decision.on)]
    fixed = decision.correction
    more = [f"[{name}.correction]\n", *_lines_of(fixed.fields(short))] if fixed else []
    [block] = tables.loads("".join([*lines, *more])).values()
    return "".join([*lines, f"seal = {_text(_seal(block))}\n", *more])


def _seal(block: Mapping[str, Any]) -> str:
    """A name for all that a block says.

    Without it git would put two changes of one decision, on lines apart, together to a third that nobody took.
    """
    return digest(json.dumps({**block, "seal": ""}, sort_keys=True, default=str), length=8)


def _fields(decision: Decision, short: Short) -> dict[str, str | list[str]]:
    def named(iri: str) -> str:
        return short(iri) if iri else ""

    seen = list(decision.evidence)
    fields: dict[str, str | list[str]] = {"decision": decision.decision}
    if decision.kind == "entities":
        fields |= {"name": seen[0], "classes": seen[1:], "class": named(decision.cls), "label": decision.label}
        fields |= {"same_as": named(decision.same_as)}
    elif decision.kind == "merges":
        fields |= {"entities": [short(e) for e in decision.entities], "names": seen, "keep": named(decision.keep)}
    elif decision.kind == "conflicts":
        fields |= {"rule": decision.rule, "sides": seen, "keep": decision.keep, "sources": [*decision.sources]}
    fields |= {"statement": decision.statement, "scope": decision.scope, "source": decision.source}
    return fields | {"quote": decision.quote, "by": decision.by, "note": decision.note}


def _lines_of(fields: Mapping[str, str | list[str]]) -> Iterator[str]:
    for name, value in fields.items():
        if value:
            shown = _text(value) if isinstance(value, str) else f"[{', '.join(map(_text, value))}]"
            yield f"{name} = {shown}\n"


def _text(text: str) -> str:
    """A text in quotes: JSON's way is TOML's, but for one sign."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
