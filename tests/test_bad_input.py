"""Bad input has one right outcome: each case of ``bad/*.toml`` is run in a world of its own, in a process of its own.

A case says which files lie in the project, which command line is run, its exit status, words that it must say and words
that must not come out. Of every case it holds that nothing asks another host, no traceback shows, nothing outside of
the project is read out or changed, and that it ends within its time and memory. A command that fails leaves the graph
as it was.
"""

from __future__ import annotations

import gzip
import io
import os
import shutil
import sqlite3
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from dying import PATIENCE, Nursery
from test_faults import World, built, folder, memory, nursery  # noqa: F401

BAD = Path(__file__).parent / "bad"
SECRET = "the-words-outside-of-the-project"
MEMORY = 6 << 30
"""Bytes of address space, of which the interpreter with all that is imported and the engine reserve about two GiB."""
SECONDS = 40
KEYS = {"name", "files", "line", "status", "says", "never", "input", "changes", "why"}


def _cases() -> Iterator[Any]:
    for path in sorted(BAD.glob("*.toml")):
        for case in tomllib.loads(path.read_text("utf-8")).get("case", ()):
            assert set(case) <= KEYS, f"{path.name}: {case['name']}: {set(case) - KEYS}"
            yield pytest.param(case, id=f"{path.stem}-{case['name']}")


CASES = list(_cases())


# -- what no text file can hold -------------------------------------------------------------------------------------


def _zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(32 << 20))
    return packed.getvalue()


def _tar_out_of_the_folder() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("../outside/secret.txt")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"evil"))
    return packed.getvalue()


def _billion_laughs(kind: str) -> str:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    return f'<?xml version="1.0"?><!DOCTYPE {kind} [<!ENTITY l0 "ha">{entities}]><{kind}>&l9;</{kind}>'


def _another_database() -> bytes:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE readings (document INT)")
    database.execute("CREATE TRIGGER t AFTER INSERT ON readings BEGIN SELECT load_extension('evil'); END")
    return database.serialize()


BYTES: Mapping[str, Callable[[], bytes]] = {
    "another-database": _another_database,
    "zip-bomb": _zip_bomb,
    "billion-laughs-rss": lambda: _billion_laughs("rss").encode(),
    "gzip-bomb": lambda: gzip.compress(b"[" * (128 << 20), 1),
    "gzip-cut": lambda: gzip.compress(bytes(1 << 20))[:200],
    "gzip": lambda: gzip.compress(bytes(8 << 20)),
    "tar-out-of-the-folder": _tar_out_of_the_folder,
    "billion-laughs-html": lambda: _billion_laughs("html").encode(),
    "billion-laughs-rdf": lambda: _billion_laughs("rdf").encode(),
    "utf-16-without-mark": lambda: "BMW has partnered with Huawei.".encode("utf-16-le"),
    "utf-16-odd": lambda: b"\xff\xfeA",
    "utf-32": lambda: "BMW has partnered".encode("utf-32"),
    "latin-1": lambda: "Citroën bermitra.".encode("latin-1"),
    "lone-surrogate": lambda: b"Zaanhof \xed\xa0\x80 makes Fair Goat.",
    "overlong": lambda: b"Zaanhof \xc0\xaf makes Fair Goat.",
    "nul": lambda: b"Zaanhof\0makes Fair Goat.",
    "noise": lambda: bytes(range(256)) * 40,
    "pdf": lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(64),
    "empty": lambda: b"",
    "mark-alone": lambda: b"\xef\xbb\xbf",
    "spaces": lambda: b" \n\t \r\n",
}
"""What is written in a case as ``{made = "name"}``."""


def _repeated(before: str, part: str, times: int, after: str) -> bytes:
    return (before + part * times + after).encode()


def _put(world: World, name: str, content: str | Mapping[str, Any]) -> None:
    """A file as a case describes it: text, or a table with one of ``made link folder pipe size repeat``."""
    path = world.root / name.replace("\\n", "\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if isinstance(content, str):
        path.write_text(content.replace("{outside}", str(world.root.with_name("outside"))), "utf-8")
        return
    [(kind, value)] = content.items()
    {
        "made": lambda: path.write_bytes(BYTES[value]()),
        "link": lambda: path.symlink_to(value),
        "folder": lambda: path.mkdir(),
        "pipe": lambda: os.mkfifo(path),
        "size": lambda: path.write_bytes(bytes(value)),
        "repeat": lambda: path.write_bytes(_repeated(*value)),
    }[kind]()


def _damage(world: World, pattern: str, content: str | Mapping[str, Any]) -> None:
    """Change a file of the store's current generation, whatever it is called."""
    home = world.store / (world.store / "CURRENT").read_text().strip()
    for path in sorted(home.glob(pattern)):
        match content:
            case {"cut": int(size)}:
                os.truncate(path, size)
            case {"removed": _}:
                path.unlink()
            case str():
                path.write_text(content, "utf-8")
            case _:
                raise AssertionError(f"no such damage: {content}")


def _files(folder: Path) -> dict[str, bytes]:  # noqa: F811
    return {p.name: p.read_bytes() for p in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_has_its_right_outcome(case: Mapping[str, Any], nursery: Nursery, built, folder) -> None:  # noqa: F811
    outside = folder / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text(SECRET, "utf-8")
    world = built[0].copied(folder / "world")
    graph, touched = (
        world.state()["graph"],
        any(".kg/" in name or name.startswith("store:") for name in case.get("files", ())),
    )
    for name, content in case.get("files", {}).items():
        if name.startswith("store:"):
            _damage(world, name.removeprefix("store:"), content)
        else:
            _put(world, name, content)
    before = _files(outside)
    words = [w.replace("{root}", str(world.root)).replace("{outside}", str(outside)) for w in case["line"]]
    ended = nursery.run("--project", str(world.root), *words, after=SECONDS, alone=True, input=case.get("input", ""),
                        RLIMIT_AS=MEMORY)  # fmt: skip
    said = ended.out + ended.words
    assert ended.status == case["status"], (ended.status, said[-2000:])
    for word in case.get("says", ()):
        assert word in said, (word, said[-2000:])
    for word in (*case.get("never", ()), "Traceback", SECRET):
        assert word not in said, (word, said[-2000:])
    assert "\x1b" not in ended.words, "no sign steers the terminal"
    assert ended.seconds < min(SECONDS, PATIENCE)
    assert _files(outside) == before
    if not touched and ended.status:
        assert world.state()["graph"] == graph, "a command that fails leaves the graph as it was"
    if touched and ended.status == 0:
        assert world.state()["graph"] == graph, "what is damaged is made anew as it was"


def test_there_are_enough_cases_and_no_two_are_called_the_same() -> None:
    names = [case.id for case in CASES]
    assert len(names) == len(set(names))
    assert len(names) >= 150
    assert {case.values[0]["status"] for case in CASES} == {0, 1, 2}
