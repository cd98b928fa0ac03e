"""The README cannot lie: its tour is run, command by command, and shows what the README shows."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Step:
    """A command of the tour and what it shows; ``...`` stands for anything."""

    command: str
    shown: str


def blocks(language: str, text: str = README) -> list[str]:
    """The fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def steps(block: str) -> list[Step]:
    """The commands of a console block (lines after ``$``), each with the lines it shows."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [Step(*_split(part)) for part in parts]


def _split(part: str) -> tuple[str, str]:
    command, _, output = part.partition("\n")
    while command.endswith("\\"):
        more, _, output = output.partition("\n")
        command = command[:-1] + more
    return command, output


def same(shown: str, got: str) -> bool:
    """Whether an output is what is shown."""
    return doctest.OutputChecker().check_output(shown + "\n", got + "\n", FLAGS)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's data, for a tour that leaves the checkout as it is."""
    place = tmp_path_factory.mktemp("tour")
    for part in ("ontology", "queries", "seeds"):
        shutil.copytree(ROOT / part, place / part)
    return place


def run(command: str, place: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the tour with this interpreter's ``kg``, in a terminal 100 columns wide."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KG_")}
    environment |= {"PATH": path, "COLUMNS": "100", "LC_ALL": "C.UTF-8"}
    arguments = ["bash", "-c", command]
    return subprocess.run(
        arguments, cwd=place, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_tour_shows_what_it_says(copy: Path) -> None:
    tour = [step for block in blocks("console") for step in steps(block)]
    assert len(tour) >= 6
    faults = []
    for step in tour:
        done = run(step.command, copy)
        if done.returncode:
            faults.append(f"$ {step.command}\nexit status {done.returncode}\n{done.stderr}")
        elif step.shown.strip() and not same(step.shown, done.stdout + done.stderr):
            faults.append(f"$ {step.command}\nshown:\n{step.shown}\ngot:\n{done.stdout}{done.stderr}")
    assert not faults, "\n\n".join(faults)
    _run_python(copy)


def _run_python(place: Path) -> None:
    """The Python blocks, as one session in the folder where the tour has built its graph."""
    session = "\n".join(blocks("python"))
    assert ">>> " in session
    here = Path.cwd()
    os.chdir(place)
    try:
        test = doctest.DocTestParser().get_doctest(session, {}, "README", "README.md", 0)
        runner = doctest.DocTestRunner(optionflags=FLAGS)
        lines: list[str] = []
        runner.run(test, out=lines.append)
    finally:
        os.chdir(here)
    assert runner.failures == 0, "".join(lines)


def test_set_up_commands_are_the_ones_that_are_run() -> None:
    """The two commands of a fresh machine are run, as they stand here, by .ci/run."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for block in blocks("sh") for line in block.splitlines() if line and not line.startswith("#")]
    assert len(commands) == 2
    for command in commands:
        assert command in script


def test_the_comparison_sees_a_difference() -> None:
    assert same("BMW ... China\n", "BMW  uses it in\nChina\n")
    assert not same("BMW ... Japan\n", "BMW uses it in China\n")


def test_steps_join_continued_lines() -> None:
    assert steps("$ kg query a \\\n    -p b=c\nout\n$ kg stats\n") == [
        Step("kg query a     -p b=c", "out\n"),
        Step("kg stats", ""),
    ]
