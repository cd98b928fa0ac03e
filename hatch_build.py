"""Compiles the modules that read texts, when the package is built for installing.

mypyc makes C of the annotated Python that lies in ``kg/``, and the machine's compiler an extension of that; where
there is no compiler, the one of PyPI's ``ziglang``. The modules stay in the package as they are written: what cannot
be compiled here runs as plain Python, which reads the same and takes longer, and the build says so. An editable
install is never compiled, since its modules are going to change; ``HATCH_BUILD_NO_HOOKS=true`` leaves any other
uncompiled.

What is compiled stands in ``pyproject.toml``: globs of ``modules``, and of those that stay ``plain``.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TOOLS = ["mypy[mypyc]>=2.4,<2.5", "setuptools>=77"]
SPARE_COMPILER = "ziglang>=0.13"
_COMPILE = """
import sys
from mypyc.build import mypycify
from setuptools import setup
options = ["--ignore-missing-imports", "--follow-imports=silent", "--config-file="]
extensions = mypycify([*options, *sys.argv[2:]], group_name="kg", opt_level="2", debug_level="0")
for extension in extensions:
    # another compiler warns of other things
    extension.extra_compile_args = [x for x in extension.extra_compile_args if x != "-Werror"]
setup(name="kg", ext_modules=extensions, packages=[], script_args=["-q", "build_ext", "--build-lib", sys.argv[1]])
"""
"""What compiles: a process of its own, so that whatever goes wrong in it ends nothing but itself."""


class CompilingHook(BuildHookInterface[Any]):
    """The step of the build that adds the compiled modules to a wheel."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What a build needs for this step; a build without compiled modules takes no harm from it."""
        return TOOLS if compiler() else [*TOOLS, SPARE_COMPILER]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and have the wheel hold what came of it."""
        if version == "editable":
            return
        root = Path(self.root)
        modules = chosen(root, self.config)
        made = self._made = tempfile.TemporaryDirectory(prefix="kg-compiled-")
        target = Path(made.name)
        try:
            compiled = compile_in(root, modules, target)
        except CompilingError as error:
            made.cleanup()
            self.app.display_warning(f"nothing is compiled, kg will run as plain Python and read more slowly: {error}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"] |= {str(path): path.relative_to(target).as_posix() for path in compiled}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take away what was only made to go into the wheel."""
        made = getattr(self, "_made", None)
        if made is not None:
            made.cleanup()


class CompilingError(Exception):
    """The modules could not be compiled on this machine."""


def chosen(root: Path, config: Mapping[str, Any]) -> list[str]:
    """The modules to compile, as paths below the root; raises ValueError for a glob that matches nothing."""
    found = _matching(root, config["modules"]) - _matching(root, config.get("plain", ()))
    return sorted(found)


def _matching(root: Path, globs: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for pattern in globs:
        paths = {path.relative_to(root).as_posix() for path in root.glob(pattern)}
        if not paths:
            raise ValueError(f"pyproject.toml: no module is called {pattern}")
        found |= paths
    return found


def compiler() -> list[str]:
    """The command of a C compiler of this machine, nothing where it has none."""
    named = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
    for command in (shlex.split(named), ["cc"], ["gcc"], ["clang"]):
        if command and shutil.which(command[0]):
            return command
    return []


def compile_in(root: Path, modules: list[str], target: Path) -> list[Path]:
    """Compile modules of a tree into a folder; raises CompilingError with the last words of what failed."""
    environment = dict(os.environ)
    if not compiler():
        spare = f"{shlex.quote(sys.executable)} -m ziglang cc -mcpu=baseline"
        environment |= {"CC": spare, "LDSHARED": f"{spare} -shared"}
    with tempfile.TemporaryDirectory(prefix="kg-source-") as work:
        shutil.copytree(root / "kg", Path(work, "kg"), ignore=shutil.ignore_patterns("__pycache__", "*.so"))
        command = [sys.executable, "-c", _COMPILE, str(target), *modules]
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
    compiled = sorted(path for path in target.rglob("*") if path.is_file())
    if done.returncode or not compiled:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise CompilingError("; ".join(said[-3:]) or f"exit status {done.returncode}")
    return compiled
