"""What a power cut may leave: by the order of its calls of the system, a thing is on the disk before it is named."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_CALL = re.compile(r"(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)\) += (?:0|\d+.*)$")
_PATH = re.compile(r'<(/[^>]*)>|"(/[^"]*)"')
SCRIPT = """
import sys
from pathlib import Path
from kg import files, store
sys.path.insert(0, {tests!r})
import support
root = Path({root!r})
(root / "old").write_text("old")
print("begin", flush=True)
store.write(root / "store", support.quads(ontology=False), support.manifest())
files.write(root / "old", [b"new"])
files.make_folder(root / "a" / "b")
files.write(root / "a" / "b" / "new", [b"new"])
files.remove(root / "a" / "b" / "new")
"""


@dataclass(frozen=True)
class Call:
    """A call of the system that went well, with the paths it was about."""

    name: str
    paths: tuple[str, ...]


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Call]]:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    root = tmp_path_factory.mktemp("power")
    script = SCRIPT.format(tests=str(ROOT / "tests"), root=str(root))
    told = root / "calls"
    calls = "write,pwrite64,fsync,fdatasync,rename,linkat,link,unlink,mkdir"
    run = subprocess.run(
        ["strace", "-f", "-y", "-s", "4096", "-e", f"trace={calls}", "-o", told, sys.executable, "-c", script],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    if "PTRACE" in run.stderr or "ptrace" in run.stderr:
        pytest.skip("no process may be traced here")
    assert run.returncode == 0, run.stderr
    matches = [m for m in map(_CALL.match, told.read_text("utf-8", "replace").splitlines()) if m]
    found = [Call(m[1], tuple(a or b for a, b in _PATH.findall(m[2]) if str(root) in (a or b))) for m in matches]
    return root, [call for call in found if call.paths]


def _last(calls: list[Call], names: str, path: str) -> int:
    return max((n for n, c in enumerate(calls) if c.name in names.split() and path in c.paths), default=-1)


def _placed(calls: list[Call], path: str) -> int:
    """When a file got its name: by a link from none, or in the place of another."""
    return _last(calls, "linkat rename", path)


def test_a_generation_is_on_the_disk_before_it_is_named(traced: tuple[Path, list[Call]]) -> None:
    root, calls = traced
    store = root / "store"
    named = _placed(calls, str(store / "CURRENT"))
    assert named > 0
    home = store / "g000001"
    for path in [home, *home.rglob("*"), store]:
        settled = [n for n, c in enumerate(calls[:named]) if c.name in ("fsync", "fdatasync") and str(path) in c.paths]
        assert settled, f"{path} may be lost"
        assert settled[-1] > _last(calls[:named], "write pwrite64", str(path)), path
    assert _last(calls, "fsync", str(store)) > named, "the name itself may be lost"
    assert _last(calls, "mkdir", str(store)) < _last(calls[:named], "fsync", str(root))


@pytest.mark.parametrize("name", ["old", "a/b/new"])
def test_a_file_is_on_the_disk_before_it_is_in_its_place(traced: tuple[Path, list[Call]], name: str) -> None:
    root, calls = traced
    path = root / name
    placed = _placed(calls, str(path))
    source = calls[placed].paths[0]
    begun = placed if source == str(path) else _placed(calls, source)
    before = [c for c in calls[:begun] if c.name in ("fsync", "write")]
    assert [c.name for c in before[-2:]] == ["write", "fsync"], "written, then waited for"
    assert before[-1].paths == before[-2].paths
    after = next(c for c in calls[placed + 1 :] if c.name == "fsync")
    assert after.paths == (str(path.parent),), "then its name"


def test_a_folder_and_what_is_removed_are_waited_for(traced: tuple[Path, list[Call]]) -> None:
    root, calls = traced
    for made, around in (("a", "."), ("a/b", "a")):
        at = _last(calls, "mkdir", str(root / made))
        assert calls[at + 1] == Call("fsync", (str(root / around),))
    gone = _last(calls, "unlink", str(root / "a/b/new"))
    assert calls[gone + 1] == Call("fsync", (str(root / "a/b"),))
