"""What starts fast stays fast: `import kg` and `kg --help` load no library that they do not need."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {
    "anyascii",
    "datasketch",
    "h11",
    "igraph",
    "networkx",
    "numpy",
    "oxrdflib",
    "py3langid",
    "pyshacl",
    "pyvis",
    "rapidfuzz",
    "rdflib",
    "starlette",
    "textual",
    "trafilatura",
    "uvicorn",
    "zopfli",
}
REPORT = "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after the code."""
    command = [sys.executable, "-c", f"{code}\n{REPORT}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import kg",
        "import kg.errors, kg.model, kg.names",
        "import kg.store",
        "from kg.cli import main\nmain(['--help'], standalone_mode=False)",
        "from kg.cli import main\nmain(['query', '--help'], standalone_mode=False)",
        "from kg.cli import main\nmain(['--version'], standalone_mode=False)",
    ],
)
def test_nothing_heavy_is_loaded(code: str) -> None:
    assert not loaded(code) & HEAVY


def test_import_kg_loads_not_even_the_store() -> None:
    assert "pyoxigraph" not in loaded("import kg")


def test_the_check_sees_what_is_loaded() -> None:
    assert "networkx" in loaded("import networkx")


def test_every_command_has_its_home() -> None:
    code = (
        "import importlib, pkgutil\nimport kg.cli\nfrom kg.cli.app import HOMES\n"
        "for found in pkgutil.iter_modules(kg.cli.__path__):\n    importlib.import_module(f'kg.cli.{found.name}')\n"
        "where = {name: c.callback.__module__.split('.')[-1] for name, c in kg.cli.main.commands.items()}\n"
        "assert where == HOMES, where"
    )
    loaded(code)


def test_a_command_loads_no_other() -> None:
    code = "from kg.cli import main\nmain(['stats', '--help'], standalone_mode=False)\nimport sys\n"
    loaded(code + "assert 'kg.cli.check' in sys.modules and 'kg.views' not in sys.modules")
