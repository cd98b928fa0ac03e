"""A build gives the same bytes whatever the order, the processes and the hash seed, and never leaves half a store."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from pipeline import AT, ID, ROOT

import kg.export
import kg.store
from kg.build import BuildReport, build
from kg.cache import Step
from kg.errors import Faults, InputError
from kg.graph import Graph
from kg.names import KG, PROV, RDF
from kg.project import Project
from kg.queries.checks import verify
from kg.queries.facts import conflicts, find
from kg.queries.saved import find as find_query
from kg.store import Store
from kg.validation import validate

ARTICLES = sorted((ROOT / "seeds" / "articles").glob("*.md"))
_BUILD_AND_EXPORT = """
import sys
from pathlib import Path
import kg.export, kg.store
from kg.build import build
from kg.project import Project
if __name__ == "__main__":
    root, target, jobs, *sources = sys.argv[1:]
    report = build(Project(Path(root)), sources, Path(target) / "store", jobs=int(jobs))
    with kg.store.open(Path(target) / "store") as store:
        kg.export.write(store, Path(target) / "graph.ttl", texts=True)
        kg.export.write(store, Path(target) / "graph.trig", texts=True, rdf12=True)
    print(report.digest)
"""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BuildReport, Store]]:
    """The shipped project, built once."""
    target = tmp_path_factory.mktemp("shipped") / "store"
    report = build(Project(ROOT), None, target)
    with kg.store.open(target) as store:
        yield report, store


@pytest.fixture
def small(tmp_path: Path) -> Project:
    """A project of the shipped ontology with two names and no article."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "ontology", root / "ontology")
    for part in ("queries", "seeds/entities", "seeds/facts", "seeds/articles"):
        (root / part).mkdir(parents=True)
    (root / "seeds" / "entities" / "names.ttl").write_text(
        "@prefix at: <https://w3id.org/autotech#> .\n@prefix id: <https://w3id.org/autotech/id/> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        'id:BMW a at:Automaker ; skos:prefLabel "BMW"@en .\n'
        'id:Huawei a at:TechnologyCompany ; skos:prefLabel "Huawei"@en .\n',
        encoding="utf-8",
    )
    return Project(root)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def exported(target: Path, sources: list[Path], jobs: int, seed: str) -> tuple[bytes, bytes]:
    """Turtle and TriG of a build in a process of its own."""
    target.mkdir()
    command = [sys.executable, "-c", _BUILD_AND_EXPORT, str(ROOT), str(target), str(jobs), *map(str, sources)]
    if jobs > 1:  # the workers import the script that started them: it has to be a file
        script = written(target, "run.py", _BUILD_AND_EXPORT)
        command[1:3] = [str(script)]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    return (target / "graph.ttl").read_bytes(), (target / "graph.trig").read_bytes()


def test_order_hash_seed_and_number_of_processes_change_no_byte(tmp_path: Path) -> None:
    sources = ARTICLES[:8]
    one = exported(tmp_path / "one", sources, 1, "0")
    other = exported(tmp_path / "other", sources[::-1], 2, "4711")
    assert one[0] == other[0], "Turtle differs"
    assert one[1] == other[1], "TriG differs"
    assert len(one[0]) > 10_000


def test_documents_given_twice_count_once(small: Project, tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "BMW has partnered with Huawei.\n")
    report = build(small, [path, path])
    assert (report.documents, report.claims, report.facts) == (1, 1, 1)


def test_a_quotation_is_what_stands_at_its_place(shipped: tuple[BuildReport, Store]) -> None:
    report, store = shipped
    checked = 0
    for row in store.query(
        f"SELECT ?text ?start ?end ?quote {{ ?claim <{PROV}wasDerivedFrom> ?document ; <{KG}start> ?start ; "
        f"<{KG}end> ?end ; <{KG}quote> ?quote . ?document <{KG}text> ?text }}"
    ):
        text, start, end, quote = (term.value for term in row)
        assert text[int(start) : int(end)] == quote
        checked += 1
    assert checked == report.claims > 50
    assert verify(store).ok


def test_the_report_counts_what_the_store_holds(shipped: tuple[BuildReport, Store]) -> None:
    report, store = shipped
    assert report.documents == len(ARTICLES)
    assert (report.refused, report.unread) == ((), ())
    assert store.manifest.digest == report.digest
    assert store.manifest.counts["facts"] == report.facts == len(find(store))


def test_every_article_states_something(shipped: tuple[BuildReport, Store]) -> None:
    """Except the note that names none but ambiguous things: there nothing is to be read."""
    _, store = shipped
    read = {f.split("/")[-1] for f in _sources_with_claims(store)}
    silent = {p.name for p in ARTICLES} - read
    assert silent <= {"2025-08-11-catatan-layar-di-dasbor.md"}


def _sources_with_claims(store: Store) -> set[str]:
    wanted = f"SELECT DISTINCT ?t {{ ?c <{PROV}wasDerivedFrom> ?d . ?d <{KG}text> ?t }}"
    texts = {row[0].value for row in store.query(wanted)}
    return {p.name for p in ARTICLES if any(p.read_text(encoding="utf-8").rstrip().endswith(t.rstrip()) for t in texts)}


def test_a_reprint_is_linked_and_supports_nothing_twice(shipped: tuple[BuildReport, Store]) -> None:
    _, store = shipped
    pairs = [tuple(t.value for t in row) for row in store.query(f"SELECT ?a ?b {{ ?a <{KG}copyOf> ?b }}")]
    assert len(pairs) == 1
    copy, original = pairs[0]
    for fact in find(store):
        documents = {c.document for c in fact.claims}
        if {copy.rpartition("/")[2], original.rpartition("/")[2]} <= documents:
            assert fact.support == len(documents) - 1
            return
    pytest.fail("no fact that both state")


# -- what a failed build leaves ----------------------------------------------------------------------------------


def test_a_failed_build_leaves_the_old_store(small: Project, tmp_path: Path) -> None:
    target = tmp_path / "store"
    build(small, [written(tmp_path, "a.txt", "BMW has partnered with Huawei.\n")], target)
    before = sorted(p.relative_to(target) for p in target.rglob("*"))
    written(small.seeds / "facts", "wrong.ttl", "<a> <b> .\n")
    with pytest.raises(Faults):
        build(small, [], target)
    assert sorted(p.relative_to(target) for p in target.rglob("*")) == before
    with kg.store.open(target) as store:
        assert len(find(store)) == 1


def test_strict_makes_a_refused_source_an_error(small: Project, tmp_path: Path) -> None:
    target = tmp_path / "store"
    good = written(tmp_path, "good.txt", "BMW has partnered with Huawei.\n")
    sources = [tmp_path / "none.txt", good]
    with pytest.raises(InputError, match=r"none\.txt: no such file \(check the path\)"):
        build(small, sources, target, strict=True)
    assert not target.exists()
    report = build(small, sources, target)
    assert [str(e) for e in report.refused] == [f"{tmp_path.as_posix()}/none.txt: no such file (check the path)"]
    assert (report.documents, report.facts) == (1, 1)


def test_a_document_in_a_language_without_patterns_is_kept_and_named(small: Project, tmp_path: Path) -> None:
    portuguese = "A BMW vai trabalhar com a Huawei na China, informaram as duas empresas na segunda-feira.\n"
    report = build(small, [written(tmp_path, "noticia.txt", portuguese)], tmp_path / "store")
    assert report.unread == (f"{tmp_path.as_posix()}/noticia.txt",)
    assert (report.documents, report.claims) == (1, 0)
    with kg.store.open(tmp_path / "store") as store:
        texts = [row[0].value for row in store.query(f"SELECT ?t {{ ?d <{KG}text> ?t }}")]
        languages = [row[0].value for row in store.query("SELECT ?l { ?d dct:language ?l . ?d a kg:Document }")]
    assert (texts, languages) == ([portuguese], ["pt"])


def test_with_no_source_that_can_be_read_nothing_is_built(small: Project, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.txt: no such file"):
        build(small, [tmp_path / "none.txt"], tmp_path / "store")
    with pytest.raises(Faults, match="2 faults:"):
        build(small, [tmp_path / "none.txt", tmp_path / "neither.txt"], tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_without_articles_the_names_alone_are_built(small: Project, tmp_path: Path) -> None:
    (small.seeds / "articles").rmdir()
    report = build(small, None, tmp_path / "store")
    assert (report.documents, report.claims, report.facts, report.entities) == (0, 0, 0, 2)


def test_without_curated_facts_only_texts_speak(small: Project, tmp_path: Path) -> None:
    written(
        small.seeds / "facts",
        "facts.ttl",
        "PREFIX at: <https://w3id.org/autotech#>\nPREFIX id: <https://w3id.org/autotech/id/>\n"
        "PREFIX kg: <https://w3id.org/autotech/kg#>\nPREFIX dct: <http://purl.org/dc/terms/>\n"
        "id:BMW at:competesWith id:Huawei {| kg:status kg:InEffect ; dct:source <https://press.example/1> |} .\n",
    )
    assert build(small, [], tmp_path / "with").facts == 1
    assert build(small, [], tmp_path / "without", facts=False).facts == 0


def test_progress_is_told_for_each_batch(small: Project, tmp_path: Path) -> None:
    steps: list[Step] = []
    paths = [written(tmp_path, f"{n:02}.txt", f"BMW has partnered with Huawei {n:02}.\n") for n in range(40)]
    build(small, paths, tmp_path / "store", progress=steps.append)
    size = paths[0].stat().st_size
    assert [s for s in steps if s.name == "Reading"] == [Step("Reading", n, n * size, 40 * size) for n in (16, 32, 40)]
    assert [s.name for s in steps[3:]] == ["Settling", "Writing"]
    assert all((s.documents, s.done) == (40, s.whole) for s in steps[3:])


def test_what_a_text_names_anew_becomes_an_entity(small: Project, tmp_path: Path) -> None:
    text = "“We will work with BMW,” said Anna Example, chief executive of Huawei.\n"
    build(small, [written(tmp_path, "new.txt", text)], tmp_path / "store")
    with kg.store.open(tmp_path / "store") as store:
        person = ox.NamedNode(ID + "Anna_Example")
        stated = {(q.predicate.value, q.object.value) for q in store.quads("facts") if q.subject == person}
    assert {(RDF + "type", AT + "Person"), (KG + "origin", KG + "Extracted")} <= stated


# -- a fact that its own sources dispute ------------------------------------------------------------------------------


@pytest.fixture
def disputed(tmp_path: Path) -> Iterator[Store]:
    """One text says that two firms are partners, another denies it."""
    written(tmp_path, "yes.txt", "Renault partners with Toyota.")
    written(tmp_path, "no.txt", "Renault denied that it partners with Toyota.")
    build(Project(ROOT), [tmp_path / "yes.txt", tmp_path / "no.txt"], tmp_path / "store", facts=False)
    with kg.store.open(tmp_path / "store") as store:
        yield store


def test_a_disputed_fact_is_a_conflict_with_itself_and_both_sides_are_shown(disputed: Store) -> None:
    [(conflict, first, second)] = conflicts(disputed)
    assert (conflict.rule, first.id) == ("status", second.id)
    rows = list(find_query(Project(ROOT), "contradictions").rows(disputed))
    assert [(row["status"], row["other_status"]) for row in rows] == [("kg:InEffect", "kg:Denied")]


def test_a_disputed_fact_is_sound_and_says_so_on_the_page(disputed: Store, tmp_path: Path) -> None:
    report = validate(disputed, shapes=ROOT / "ontology" / "shapes", hygiene=ROOT / "queries" / "hygiene")
    assert report.conforms
    page = tmp_path / "page.html"
    Graph(disputed).view(page)
    assert page.read_text(encoding="utf-8").count("its sources disagree") == 1
