"""docs/writing-patterns.md: every line compiles and reads what it says, every block loads, every fault is so worded."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from pipeline import ROOT, Told, knowledge

from kg.errors import Faults
from kg.mentions import Linker
from kg.mentions.gazetteer import Gazetteer
from kg.model import SAID, Document
from kg.patterns import Language, load
from kg.patterns.language import VOCABULARY
from kg.patterns.notation import GAP
from kg.patterns.parts import SOFT
from kg.project import Project
from kg.relations import Reader
from kg.relations.cues import NEGATION, REPORT

GUIDE = (ROOT / "docs" / "writing-patterns.md").read_text(encoding="utf-8")
ENGLISH = (ROOT / "ontology" / "patterns" / "en.toml").read_text(encoding="utf-8")
HEAD = ENGLISH[: ENGLISH.index("\n[patterns]\n")]
BLOCKS = re.findall(r"^```toml\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
_CELL = re.compile(r"(?<!\\)\|")


def rows(head: str) -> list[list[str]]:
    """The cells of the rows of the table whose first row starts so."""
    lines = GUIDE[GUIDE.index(f"\n| {head} ") :].split("\n")[3:]
    table = lines[: next(i for i, line in enumerate(lines) if not line.startswith("|"))]
    return [[c.strip().replace("\\|", "|") for c in _CELL.split(line)[1:-1]] for line in table]


NOTATION, FAULTS, DUTCH = rows("part"), rows("written"), rows("sentence")


def loaded(folder: Path, text: str) -> Language:
    patterns = folder / "ontology" / "patterns"
    patterns.mkdir(parents=True, exist_ok=True)
    (patterns / "xx.toml").write_text(text, encoding="utf-8")
    (folder / "ontology" / "units.toml").write_bytes((ROOT / "ontology" / "units.toml").read_bytes())
    [found] = load(Project(folder), knowledge().ontology).values()
    return found


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer(knowledge().names.entities.values(), knowledge().ontology)


def told(language: Language, text: str) -> list[Told]:
    known = knowledge()
    linker = Linker(gazetteer(), language, known.ontology)
    extraction = Reader(language, known.ontology, linker.resolver).extract(Document(text, "a.txt"), linker.link(text))
    return [Told.of(c) for c in extraction.claims]


def test_the_tables_are_there() -> None:
    assert (len(NOTATION), len(FAULTS), len(DUTCH)) == (22, 18, 6)
    assert len(BLOCKS) == 9


@pytest.mark.parametrize("row", NOTATION, ids=lambda row: row[2])
def test_a_line_of_the_notation_reads_what_it_says(row: list[str], tmp_path: Path) -> None:
    name, line = row[2].strip("`").split(": ", 1)
    quoted = line.replace("\\", "\\\\").replace('"', '\\"')
    language = loaded(tmp_path, f'{HEAD}\n[patterns]\n{name} = ["{quoted}"]\n')
    wanted = f" {name} "
    assert any(wanted in t.fact for t in told(language, row[3])), row[3]
    assert not any(wanted in t.fact for t in told(language, row[4])), row[4]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0])
def test_a_block_is_a_language_file_or_a_suite(block: str, tmp_path: Path) -> None:
    data = tomllib.loads(block)
    if set(data) <= {*VOCABULARY, "language", "label"}:
        language = loaded(tmp_path, block)
        lines = sum(map(len, data.get("patterns", {}).values()))
        assert len(language.patterns) == lines
    else:
        assert all(set(case) <= {"text", "facts"} for cases in data.values() for case in cases)


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: row[0])
def test_a_fault_is_worded_so(row: list[str], tmp_path: Path) -> None:
    written, said = (cell.split("`")[1] for cell in row)
    with pytest.raises(Faults) as caught:
        loaded(tmp_path, 'language = "xx"\n' + written.replace("] ", "]\n", 1) + "\n")
    assert f": {said}" in str(caught.value)
    assert re.search(r"xx\.toml:[123]: ", str(caught.value)), "each with file and line"


@pytest.mark.parametrize("row", DUTCH, ids=lambda row: row[0])
def test_the_new_language_reads_its_sentences(row: list[str], tmp_path: Path) -> None:
    [block] = [b for b in BLOCKS if b.startswith('language = "nl"')]
    found = [f"{t.fact} ({t.status})" for t in told(loaded(tmp_path, block), row[0])]
    assert found == ([] if row[1] == "–" else [row[1]])


def test_the_line_that_the_new_language_lacks_reads_its_sentence(tmp_path: Path) -> None:
    [block] = [b for b in BLOCKS if b.startswith('language = "nl"')]
    [line] = re.findall(r'^sentence\. That is another line: `("[^`]+")`', GUIDE, re.MULTILINE)
    language = loaded(tmp_path, block.replace("acquires = [", f"acquires = [\n  {line},"))
    found = [f"{t.fact} ({t.status})" for t in told(language, DUTCH[3][0])]
    assert found == ["Honda acquires Nissan (Reported)"]


def test_the_new_line_reads_its_sentences(tmp_path: Path) -> None:
    [suite] = [tomllib.loads(b) for b in BLOCKS if "text = " in b]
    [block] = [b for b in BLOCKS if "gobbles" in b]
    language = loaded(tmp_path, f"{HEAD}\n{block}")
    for case in suite["acquires"]:
        assert [t.fact for t in told(language, case["text"])] == case.get("facts", [])


def test_the_guide_names_every_section_key_and_status() -> None:
    missing = [s for s in VOCABULARY if f"[{s}]" not in GUIDE and f"[{s}." not in GUIDE]
    missing += [k for keys in VOCABULARY.values() for k in keys - {"*"} if f"`{k}`" not in GUIDE]
    missing += [s.value for s in SAID if f"`{s.value}`" not in GUIDE]
    assert not missing


def test_the_guide_s_figures_are_those_of_the_engine() -> None:
    assert f"up to {GAP} words, names and commas too" in GUIDE
    assert f"also up to {SOFT} other words" in GUIDE
    assert f"or up to {REPORT} words behind" in GUIDE
    assert f"up to {NEGATION} words before them" in GUIDE
