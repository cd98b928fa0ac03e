"""A line put into a language file: at the end of its property's table, with every comment and the order kept."""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kg import ontology as ontologies
from kg import patterns, tables
from kg.errors import Place, ProjectError
from kg.files import write as write_file
from kg.learning.proposal import Proposal, identity
from kg.names import local_name
from kg.ontology import Ontology
from kg.patterns import Language
from kg.project import Project

_PACKAGE = Path(__file__).resolve().parents[1]
_TABLE = re.compile(r"^[ \t]*\[patterns\][ \t]*(?:#.*)?$", re.MULTILINE)
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
# What may stand in an array of texts: a comment, a text in one of the four ways of TOML, or one sign.
_TOKEN = re.compile(
    r'(?P<comment>#[^\n]*)|(?P<text>"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<sign>[^\s])",
    re.DOTALL,
)


def accept(project: Project, accepted: Sequence[Proposal]) -> dict[str, Path]:
    """Append lines to the pattern files of a project; each file is replaced in one step, after all were checked.

    Gives for each language the file written. Raises ProjectError, and writes nothing, when the project is the packaged
    one, a line is there already, or a file is laid out so that it cannot be changed safely; Faults when a line would
    not load.
    """
    if project.packaged or project.root.resolve().is_relative_to(_PACKAGE):
        raise ProjectError(
            "belongs to the package", Place(str(project.root)), "run 'kg init DIR' and use --project DIR"
        )
    known = ontologies.load(project)
    lines: dict[str, dict[str, list[str]]] = {}
    for each in accepted:
        lines.setdefault(each.language, {}).setdefault(local_name(each.predicate), []).append(each.line)
    files = {code: file_of(project, code) for code in sorted(lines)}
    changed = {}
    for code, path in files.items():
        changed[path] = extended(_text(path), lines[code], path.relative_to(project.root).as_posix())
        compiled(changed[path], path.name, known)
    for path, text in changed.items():
        write_file(path, [text.encode("utf-8")])
    return files


def accepted_already(project: Project, name: str) -> str:
    """The line of a pattern file whose id begins so, as it would be if it were proposed; empty when there is none."""
    for code, language in patterns.load(project, ontologies.load(project)).items():
        for pattern in language.patterns:
            if identity(code, pattern.property, " ".join(pattern.text.split())).startswith(name):
                return pattern.text
    return ""


def file_of(project: Project, code: str) -> Path:
    """The pattern file of a language. ProjectError when there is none."""
    folder = project.ontology / "patterns"
    for path in sorted(folder.glob("*.toml")):
        if str(tables.loads(_text(path)).get("language", path.stem)) == code:
            return path
    raise ProjectError(f"no patterns of the language '{code}'", Place(str(folder)), "see the files there")


def compiled(text: str, name: str, ontology: Ontology) -> Language:
    """The language that a file of this text would give. Raises Faults with all that is wrong in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ontology" / "patterns" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(text.encode("utf-8"))
        [language] = patterns.load(Project(Path(folder)), ontology).values()
    return language


def extended(text: str, lines: Mapping[str, Iterable[str]], shown: str) -> str:
    """The text of a pattern file with lines (by the property's local name) behind those that it has.

    Raises ProjectError when a line is there already, or when the file read again is not the old one and these lines.
    """
    before = tables.loads(text)
    wanted: dict[str, Any] = {**before, "patterns": dict(before.get("patterns", {}))}
    for name, new in lines.items():
        added = list(new)
        old = wanted["patterns"].get(name, [])
        if doubled := [x for n, x in enumerate(added) if x in old or x in added[:n]]:
            raise ProjectError(f"{name} has this line already: {doubled[0]}", Place(shown), "nothing was changed")
        wanted["patterns"][name] = [*old, *added]
        text = _inserted(text, name, added)
    if _parsed(text) != wanted:
        hint = "put it there by hand, or write [patterns] as 'property = [' with a line each"
        raise ProjectError("laid out so that a line cannot be added safely", Place(shown), hint)
    return text


def _parsed(text: str) -> object:
    try:
        return tables.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _inserted(text: str, name: str, lines: Sequence[str]) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    table = _TABLE.search(text)
    if table is None:
        return f"{text.rstrip()}{end}{end}[patterns]{end}{_array(name, lines, end)}"
    following = next(
        (m.start() for m in _HEADER.finditer(text, table.end()) if _starts_table(text, m.end())), len(text)
    )
    key = re.compile(rf"^[ \t]*{re.escape(name)}[ \t]*=[ \t]*\[", re.MULTILINE).search(text, table.end(), following)
    if key is None:
        at = len(text[:following].rstrip())
        return f"{text[:at]}{end}{_array(name, lines, end)}{text[at:].removeprefix(end)}"
    return _into_array(text, key.end(), lines, end)


def _starts_table(text: str, at: int) -> bool:
    """Whether a bracket at the start of a line opens a table: arrays of arrays do not occur in these files."""
    return re.match(r"\[?[A-Za-z_][\w.-]*\]", text[at:]) is not None


def _array(name: str, lines: Sequence[str], end: str) -> str:
    return f"{name} = [{end}{''.join(f'  {_quoted(x)},{end}' for x in lines)}]{end}"


def _into_array(text: str, start: int, lines: Sequence[str], end: str) -> str:
    """The text with lines before the bracket that closes the array whose inside begins at ``start``."""
    last, comma = start, True
    for token in _TOKEN.finditer(text, start):
        if token["sign"] == "]":
            break
        if not token["comment"]:
            last, comma = token.end(), token["sign"] == ","
    close = token.start()
    head = text[:last] + ("" if comma else ",")
    shown = "".join(f"  {_quoted(x)},{end}" for x in lines)
    line_start = text.rfind("\n", 0, close) + 1
    if text[line_start:close].strip():  # the bracket closes the line of the last text
        return f"{head}{text[last:close].rstrip()}{end}{shown}{text[close:]}"
    return f"{head}{text[last:line_start]}{shown}{text[line_start:]}"


def _quoted(line: str) -> str:
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
