"""What reads texts can be compiled, means the same then, and runs as plain Python where it cannot."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
HOOK = CONFIG["wheel"]["hooks"]["custom"]
ALIKE = """
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    start: int
    end: int

    def covers(self, at: int) -> bool:
        return self.start <= at < self.end
"""


def _hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hook = _hook()
MODULES = hook.chosen(ROOT, HOOK)


class Screen:
    """What the build says."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, text: str) -> None:
        self.warnings.append(text)


def built(root: Path, version: str = "standard") -> tuple[dict[str, Any], list[str], Any]:
    """What the hook makes of a tree that has one module, ``kg/spans.py``: its data, its warnings, and itself."""
    screen, data = Screen(), {"force_include": {}, "pure_python": True}
    made = hook.CompilingHook(
        str(root), {"modules": ["kg/*.py"], "plain": ["kg/__init__.py"]}, None, None, "", "wheel", screen
    )
    made.initialize(version, data)
    return data, screen.warnings, made


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree" / "kg").mkdir(parents=True)
    (tmp_path / "tree" / "kg" / "__init__.py").touch()
    (tmp_path / "tree" / "kg" / "spans.py").write_text(ALIKE, encoding="utf-8")
    return tmp_path / "tree"


def test_the_modules_that_read_are_chosen() -> None:
    assert {"kg/patterns/match.py", "kg/relations/reader.py", "kg/mentions/linking.py"} <= set(MODULES)
    assert not [name for name in MODULES if name.endswith("__init__.py")]


def test_a_glob_without_modules_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"no module is called kg/nowhere/\*\.py"):
        hook.chosen(ROOT, {"modules": ["kg/nowhere/*.py"]})


@pytest.mark.parametrize("name", MODULES)
def test_a_module_keeps_to_what_compiled_classes_have(name: str) -> None:
    for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
        used = getattr(node, "id", "") or getattr(node, "attr", "")
        assert used not in ("cached_property", "__dict__"), f"{name}:{node.lineno}: compiled classes have no {used}"


def test_a_module_is_compiled_and_means_the_same(tree: Path) -> None:
    data, warnings, made = built(tree)
    assert (warnings, data["pure_python"], data["infer_tag"]) == ([], False, True)
    places = {target: Path(path) for path, target in data["force_include"].items()}
    for target, path in places.items():
        shutil.copy(path, tree / target)
    code = "import kg.spans as s; print(s.__file__.endswith('.so'), s.Span(1, 3).covers(2), s.Span(1, 3))"
    run = subprocess.run([sys.executable, "-c", code], cwd=tree, capture_output=True, text=True, check=False)
    assert run.stdout == "True True Span(start=1, end=3)\n", run.stderr
    made.finalize("standard", data, "")
    assert not [path for path in places.values() if path.exists()]


def test_an_editable_install_is_left_as_it_is(tree: Path) -> None:
    assert built(tree, "editable")[:2] == ({"force_include": {}, "pure_python": True}, [])


def test_what_cannot_be_compiled_stays_python_and_the_build_says_so(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "false")
    data, (warning,), _ = built(tree)
    assert data == {"force_include": {}, "pure_python": True}
    assert "kg will run as plain Python and read more slowly" in warning


def test_a_machine_without_a_compiler_is_given_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = hook.CompilingHook(str(tmp_path), {}, None, None, "", "wheel", Screen())
    assert hook.SPARE_COMPILER not in made.dependencies()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    assert hook.SPARE_COMPILER in made.dependencies()


@pytest.mark.skipif("KG_COMPILED" not in os.environ, reason="this is not the compiled package: KG_COMPILED is not set")
@pytest.mark.parametrize("name", MODULES)
def test_the_package_under_test_is_compiled(name: str) -> None:
    spec = importlib.util.find_spec(name.removesuffix(".py").replace("/", "."))
    assert spec is not None
    assert spec.origin is not None
    assert spec.origin.endswith(".so"), spec.origin
