"""What is kept of documents comes back exactly or not at all, whatever happened to the files."""

from __future__ import annotations

import multiprocessing
import sqlite3
import string
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline import ROOT, knowledge

import kg
from kg import inputs as made_from
from kg.cache import Neighbours, Readings
from kg.cache.packing import packed, unpacked
from kg.documents import read
from kg.inputs import READING, inputs, reading_key
from kg.model import Claim, Document, Entity, Label, Literal, Origin, Status
from kg.names import XSD
from kg.project import Project
from kg.relations import Extraction

# -- exactly ----------------------------------------------------------------------------------------------------------

texts = st.text(st.characters(codec=None), max_size=12)
literals = st.one_of(
    st.builds(Literal, texts, st.sampled_from([XSD + "string", XSD + "decimal", XSD + "date"]), st.just("")),
    st.builds(Literal, texts, st.just(XSD + "langString"), st.sampled_from(["en", "ID", "zh-Hant"])),
)
qualifiers = st.lists(st.tuples(texts, texts | literals), max_size=3).map(tuple)
numbers = st.integers(0, 10**9)
claims = st.builds(
    Claim,
    document=texts,
    start=numbers,
    end=numbers,
    quote=texts,
    subject=texts,
    predicate=texts,
    object=texts | literals,
    qualifiers=qualifiers,
    status=st.sampled_from(Status),
    valid_from=texts,
    valid_until=texts,
    time_text=texts,
    value_text=texts,
    stated_by=texts,
    pattern=texts,
    confidence=texts,
)
several = st.lists(texts, max_size=3).map(tuple)
labels = st.lists(st.builds(Label, texts, texts, texts), max_size=3).map(tuple)
entities = st.builds(Entity, texts, several, labels, several, several, several, several, st.sampled_from(Origin))
extractions = st.builds(Extraction, st.lists(claims, max_size=3).map(tuple), st.lists(entities, max_size=3).map(tuple))


@given(extractions)
def test_an_extraction_comes_back_exactly(extraction: Extraction) -> None:
    found = unpacked(packed(extraction))
    assert found == extraction
    assert [type(c.status) for c in found.claims] == [Status] * len(found.claims)
    assert [type(e.origin) for e in found.entities] == [Origin] * len(found.entities)


def test_what_the_articles_give_comes_back_exactly(tmp_path: Path) -> None:
    said = {d.id: knowledge().extract(d) for d in articles()}
    assert sum(len(x.claims) for x in said.values()) > 50
    kept = Readings(tmp_path, "key")
    kept.put(said)
    assert kept.get(said) == said


def articles() -> list[Document]:
    found = [d for d in read([ROOT / "seeds" / "articles"]) if isinstance(d, Document)]
    return [knowledge().in_language(d) for d in found]


# -- or not at all ----------------------------------------------------------------------------------------------------

ONE = Extraction((Claim("d", 0, 3, "abc", "s", "p", "o", (("q", Literal.decimal("1.5")),)),), ())
OTHER = Extraction((), (Entity("e", ("t",), (Label("name", "en"),), origin=Origin.EXTRACTED),))


def changed(column: str, value: str) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        with closing(sqlite3.connect(folder / "readings.sqlite")) as database, database:
            database.execute(f"UPDATE readings SET {column} = {value} WHERE document = 'one'")

    return run


DAMAGED = {
    "another body": changed("body", """replace(body, 'abc', 'abd')"""),
    "half a body": changed("body", "substr(body, 1, length(body) / 2)"),
    "a body that is no text": changed("body", "x'00ff'"),
    "a body of another kind": changed("body", "'[]'"),
    "another checksum": changed("checksum", "x'00'"),
    "no checksum": changed("checksum", "NULL"),
}


@pytest.mark.parametrize("how", DAMAGED)
def test_a_damaged_reading_is_none_and_is_mended(tmp_path: Path, how: str) -> None:
    kept = Readings(tmp_path, "key")
    kept.put({"one": ONE, "other": OTHER})
    DAMAGED[how](tmp_path)
    assert kept.get(["one", "other", "none"]) == {"other": OTHER}
    kept.put({"one": ONE})
    assert kept.get(["one", "other"]) == {"one": ONE, "other": OTHER}


@pytest.mark.parametrize(
    "content", [b"", b"no database at all, whatever its name says", b"SQLite format 3\0" + b"\xff" * 99]
)
def test_a_file_that_is_no_database_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "readings.sqlite").write_bytes(content)
    kept = Readings(tmp_path, "key")
    assert kept.get(["one"]) == {}
    kept.put({"one": ONE})
    assert kept.get(["one"]) == {"one": ONE}


def test_a_database_that_was_cut_gives_nothing_wrong(tmp_path: Path) -> None:
    kept = Readings(tmp_path, "key")
    kept.put({str(n): ONE for n in range(500)})
    path = tmp_path / "readings.sqlite"
    whole = path.read_bytes()
    for share in (0.2, 0.5, 0.9):
        path.write_bytes(whole[: int(len(whole) * share)])
        found = kept.get(map(str, range(500)))
        assert set(found.values()) <= {ONE}
        kept.put({"1": OTHER})
        assert kept.get(["1"]) == {"1": OTHER}


def test_a_reading_of_another_document_or_project_is_not_taken(tmp_path: Path) -> None:
    Readings(tmp_path, "key").put({"one": ONE})
    assert Readings(tmp_path, "other").get(["one"]) == {}
    changed("document", "'two'")(tmp_path)
    assert Readings(tmp_path, "key").get(["two"]) == {}


def test_what_is_stale_is_swept_away(tmp_path: Path) -> None:
    Readings(tmp_path, "old").put({"one": ONE, "other": OTHER})
    kept = Readings(tmp_path, "key")
    kept.put({"one": ONE, "other": OTHER, "third": ONE})
    kept.forget(["third"])
    kept.keep(["one"])
    with closing(sqlite3.connect(tmp_path / "readings.sqlite")) as database:
        assert list(database.execute("SELECT document, project FROM readings")) == [("one", "key")]


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "no" / "folder"):
        kept = Readings(folder, "key")
        kept.put({"one": ONE})
        assert kept.get(["one"]) == {}
        table = Neighbours.of({"0" * 16: [b"a" * 8]})
        table.save(folder, "name")
        assert Neighbours.load(folder, "name") is None


def _keeping(folder: Path, worker: int) -> None:
    kept = Readings(folder, "key")
    for number in range(40):
        kept.put({f"{worker}-{number}": ONE})
        assert kept.get([f"{worker}-{number}"])


def test_two_processes_keep_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_keeping, args=(tmp_path, n)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [w.exitcode for w in workers] == [0, 0]
    assert len(Readings(tmp_path, "key").get(f"{w}-{n}" for w in range(2) for n in range(40))) == 80


# -- neighbours -------------------------------------------------------------------------------------------------------

names = st.text("0123456789abcdef", min_size=16, max_size=16)
keys = st.lists(st.sampled_from([c.encode() * 8 for c in string.ascii_lowercase[:4]]), min_size=3, max_size=3)
tables = st.dictionaries(names, keys, max_size=6)


@given(tables, tables, st.sets(names), keys)
def test_a_table_that_changes_is_the_table_of_what_is_left(
    before: dict[str, list[bytes]], come: dict[str, list[bytes]], others: set[str], wanted: list[bytes]
) -> None:
    gone = {*list(before)[::2], *others, *come}
    after = {n: k for n, k in before.items() if n not in gone} | come
    table = Neighbours.of(before).changed(gone, come)
    assert sorted(table.names) == sorted(after)
    assert {n: list(table.keys(n)) for n in after} == after
    near = sorted(n for n, found in after.items() if any(a == b for a, b in zip(found, wanted, strict=True)))
    assert table.near(wanted) == near


def test_a_key_counts_at_its_own_place_only() -> None:
    table = Neighbours.of({"0" * 16: [b"aaaaaaaa", b"bbbbbbbb"]})
    assert table.near([b"aaaaaaaa", b"cccccccc"]) == ["0" * 16]
    assert table.near([b"bbbbbbbb", b"aaaaaaaa"]) == []
    with pytest.raises(KeyError):
        table.keys("1" * 16)


def test_a_table_comes_back_whole_or_not_at_all(tmp_path: Path) -> None:
    table = Neighbours.of({"0" * 16: [b"a" * 8, b"b" * 8], "1" * 16: [b"a" * 8, b"c" * 8]})
    table.save(tmp_path, "old")
    table.save(tmp_path, "new")
    [path] = tmp_path.iterdir()
    assert (Neighbours.load(tmp_path, "new"), Neighbours.load(tmp_path, "old")) == (table, None)
    assert Neighbours.latest(tmp_path, "ne") == table
    assert Neighbours.latest(tmp_path, "old").names == []
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole + b"x", whole[:40] + b"\x01" + whole[41:], whole[:20], b""):
        path.write_bytes(damaged)
        assert Neighbours.load(tmp_path, "new") is None


# -- what they depend on ----------------------------------------------------------------------------------------------


def test_each_input_follows_its_files(tmp_path: Path) -> None:
    project = Project(tmp_path)
    places = {
        "ontology": ["ontology/a.ttl", "ontology/units.toml"],
        "patterns": ["ontology/patterns/en.toml"],
        "names": ["seeds/entities/a.ttl", "seeds/entities/more/b.ttl"],
        "facts": ["seeds/facts/a.ttl", "seeds/decisions/claims/a.toml"],
        "": ["seeds/articles/a.md", "ontology/shapes/a.ttl", "queries/a.rq", "seeds/facts/.a.ttl.swp"],
    }
    for name, files in places.items():
        for file in files:
            before = inputs(project)
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text(file, encoding="utf-8")
            after = inputs(project)
            assert {n for n in after if after[n] != before[n]} == ({name} if name else set()), file
            assert (reading_key(after) == reading_key(before)) == (name not in READING), file
    assert inputs(project, facts=False)["facts"] == ""
    assert inputs(project, extractors=["b", "a", "b"])["extractors"] == "a b"


def test_the_code_that_reads_documents_is_among_the_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """No module that extraction or resolution imports is left aside."""
    package = Path(kg.__file__).parent
    aside = made_from._ASIDE
    for room in ("relations", "mentions", "patterns", "languages", "values", "resolution", "cache"):
        for path in (package / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert not [name for name in aside if f"from kg.{name}" in text or f"import kg.{name}" in text], path
    everything = made_from._code.__wrapped__()
    monkeypatch.setattr(made_from, "_ASIDE", aside | {"relations"})
    assert made_from._code.__wrapped__() != everything
