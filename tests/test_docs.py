"""What docs/ says is checked: examples parse and fit the ontology, links lead somewhere, addresses are written once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg import ontology, rdf
from kg.names import DCT, RDF, SKOS, kg
from kg.project import Project

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")])
GUIDE = ROOT / "docs" / "writing-names-and-facts.md"


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def turtle(path: Path) -> list[str]:
    return re.findall(r"^```turtle\n(.*?)^```$", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def header(project: Project) -> str:
    table = ontology.load(project).prefixes.table
    return "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in sorted(table.items()))


@pytest.fixture(scope="module")
def project() -> Project:
    return Project.find(ROOT)


@pytest.mark.parametrize("path", [p for p in PAGES if turtle(p)], ids=shown)
def test_turtle_examples_parse(path: Path, project: Project) -> None:
    for block in turtle(path):
        text = block if "@prefix" in block else header(project) + block
        assert rdf.parse_turtle(text, shown(path))[0]


def test_the_guide_uses_only_terms_of_the_ontology(project: Project) -> None:
    known = ontology.load(project)
    used = set()
    for block in turtle(GUIDE):
        used |= set(re.findall(r"\bat:(\w+)", block))
    assert len(used) > 8
    unknown = {name for name in used if known.domain + name not in {**known.classes, **known.properties}}
    assert not unknown


def test_the_guide_s_facts_have_what_a_fact_needs(project: Project) -> None:
    """Each annotated example has a status and a source, and its qualifiers are those its property takes."""
    known = ontology.load(project)
    facts = [s for block in turtle(GUIDE) if "{|" in block for s in rdf.parse_turtle(header(project) + block, "x")[0]]
    assert facts
    for statement in facts:
        predicates = [t.predicate.value for t in statement.triples]
        assert {kg("status"), DCT + "source"} <= set(predicates)
        main = next(p for p in predicates if p in known.properties and not known.properties[p].is_qualifier)
        given = {p for p in predicates if p in known.properties and known.properties[p].is_qualifier}
        assert given <= set(known.properties[main].qualifiers)


def test_the_guide_s_entities_have_a_class_and_an_english_name(project: Project) -> None:
    known = ontology.load(project)
    blocks = [b for b in turtle(GUIDE) if "skos:prefLabel" in b]
    assert blocks
    for block in blocks:
        for statement in rdf.parse_turtle(header(project) + block, "x")[0]:
            types = {t.object.value for t in statement.triples if t.predicate.value == RDF + "type"}
            names = [t.object for t in statement.triples if t.predicate.value == SKOS + "prefLabel"]
            assert types
            assert types <= set(known.classes)
            assert "en" in {n.language for n in names}


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = [x for x in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in x and not x.startswith("#")]
    dead = [x for x in links if not (path.parent / x.partition("#")[0]).exists()]
    assert not dead


def test_every_page_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lost = [shown(p) for p in PAGES if p.name != "README.md" and shown(p) not in readme]
    assert not lost
