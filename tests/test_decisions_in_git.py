"""Two curators in two branches: git merges what they decide on different things, and stops at the same thing."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline import ID
from test_decisions import BUYS, CLAIMS, FIXED, PARTNERS, RUNS, bytes_of, graph, merge, name, on, short, started

from kg import decisions
from kg.build import Knowledge
from kg.decisions import Decision, put, taken_back
from kg.decisions.files import text_of
from kg.errors import Faults
from kg.project import Project

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
Work = Callable[["Repository"], object]


class Repository:
    """A project under git, with curators who work in branches of their own."""

    def __init__(self, project: Project, world: Knowledge) -> None:
        self.project, self.world = project, world

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        who = {
            f"GIT_{role}_{what}": "ana@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        return subprocess.run(
            ["git", *arguments], cwd=self.project.root, env=os.environ | own | who, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    def load(self) -> list[Decision]:
        return decisions.load(self.project, self.world.ontology, self.world.names.entities)

    def decide(self, *taken: Decision) -> None:
        """Decide as a curator does: one thing after the other, each written at once."""
        for decision in taken:
            put(self.project, [decision], self.load(), short)

    def undo(self, *taken: Decision) -> None:
        taken_back(self.project, taken, self.load(), short)

    def commit(self, words: str) -> None:
        self.git("add", "--all")
        assert self.git("commit", "--allow-empty", "--message", words).returncode == 0

    def merged(self, before: Work, one: Work, other: Work) -> bool:
        """Whether git merges what two branches make of the same beginning."""
        shutil.rmtree(self.project.root / ".git", ignore_errors=True)
        shutil.rmtree(self.project.seeds / "decisions", ignore_errors=True)
        self.git("init", "--initial-branch", "main")
        before(self)
        self.commit("begin")
        self.git("switch", "--create", "other")
        other(self)
        self.commit("other")
        self.git("switch", "main")
        one(self)
        self.commit("one")
        done = self.git("merge", "--no-edit", "other")
        assert done.returncode == 0 or "CONFLICT" in done.stdout, done.stdout + done.stderr
        return done.returncode == 0


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    project = started(tmp_path_factory.mktemp("git") / "project")
    return Repository(project, Knowledge.of(project))


def deciding(*taken: Decision) -> Work:
    return lambda repository: repository.decide(*taken)


NOTHING: Work = deciding()
LONG = replace(on(BUYS, "reject"), by="ana", on="2031-08-01", note="a rumour that nobody printed twice")


# -- different things ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([on(PARTNERS, "reject")], [on(BUYS, "accept")]),
        ([on(PARTNERS, "correct", correction=FIXED)], [on(RUNS, "reject", note="a joke")]),
        ([merge("Sudmark", "Sudmark_AG")], [merge("Norland", "Ostvik", decision="distinct")]),
        ([name("reject")], [on(PARTNERS, "reject"), merge("Sudmark", "Sudmark_AG")]),
        ([on(PARTNERS, "reject", by="ana")], [on(PARTNERS, "reject", by="ana"), on(BUYS, "accept")]),
    ],
)
def test_decisions_on_different_things_merge_and_all_apply(
    repository: Repository, one: list[Decision], other: list[Decision]
) -> None:
    assert repository.merged(NOTHING, deciding(*one), deciding(*other))
    both = {(d.kind, d.key): d for d in (*one, *other)}
    found = repository.load()
    assert {replace(d, file="", line=0) for d in found} == set(both.values())
    assert bytes_of(graph(repository.world, *found)) != bytes_of(graph(repository.world))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(["", "a", "b"]), min_size=len(CLAIMS), max_size=len(CLAIMS)))
def test_however_the_claims_are_shared_out_the_branches_merge(repository: Repository, words: list[str]) -> None:
    shares = {w: [on(c, "reject", by="ana") for c, x in zip(CLAIMS, words, strict=True) if x == w] for w in "ab"}
    assert repository.merged(NOTHING, deciding(*shares["a"]), deciding(*shares["b"]))
    assert {d.key for d in repository.load()} == {d.key for share in shares.values() for d in share}


def test_taking_back_one_thing_and_deciding_another_merge(repository: Repository) -> None:
    undone = on(PARTNERS, "reject", by="ana")
    assert repository.merged(deciding(undone, LONG), lambda r: r.undo(undone), deciding(on(RUNS, "accept", by="ana")))
    assert [d.key for d in repository.load()] == sorted([LONG.key, on(RUNS, "accept").key])


# -- the same thing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "one", "other"),
    [
        ([], on(PARTNERS, "reject"), on(PARTNERS, "accept")),
        ([], on(PARTNERS, "reject", by="ana"), on(PARTNERS, "reject", by="budi")),
        ([], merge("Sudmark", "Sudmark_AG"), merge("Sudmark", "Sudmark_AG", decision="distinct")),
        ([], merge("Sudmark", "Sudmark_AG"), merge("Sudmark_AG", "Sudmark")),
        ([], name("reject"), name("accept")),
        # On lines that are far apart in the file, so that git alone would put both into one:
        ([LONG], replace(LONG, decision="accept"), replace(LONG, note="it was printed twice")),
        ([LONG], replace(LONG, decision="accept"), replace(LONG, decision="correct", correction=FIXED)),
    ],
)  # fmt: skip
def test_the_same_thing_decided_differently_is_a_conflict(
    repository: Repository, before: list[Decision], one: Decision, other: Decision
) -> None:
    assert not repository.merged(deciding(*before), deciding(one), deciding(other))
    with pytest.raises(Faults, match=r"no TOML: .*settle the merge that left it so"):
        repository.load()


def test_a_decision_taken_back_here_and_changed_there_is_a_conflict(repository: Repository) -> None:
    other = replace(LONG, note="it was printed twice")
    assert not repository.merged(deciding(LONG), lambda r: r.undo(LONG), deciding(other))
    similar = [on(PARTNERS, "reject", by="ana", on="2031-08-01", note=LONG.note)]  # git may take it for the old one

    def instead(repository: Repository) -> None:
        repository.undo(LONG)
        repository.decide(*similar)

    assert not repository.merged(deciding(LONG), instead, deciding(other))


def test_merges_that_only_contradict_together_are_told_when_they_are_read(repository: Repository) -> None:
    one, other = merge("Norland", "Brise"), merge("Ostvik", "Brise")
    assert repository.merged(NOTHING, deciding(one), deciding(other))
    with pytest.raises(Faults, match=rf"{short(ID + 'Brise')} is put into"):
        repository.load()


def test_a_merge_settled_by_mixing_two_decisions_is_told(repository: Repository) -> None:
    other = replace(LONG, note="it was printed twice")
    assert not repository.merged(NOTHING, deciding(LONG), deciding(other))
    [path] = (repository.project.seeds / "decisions" / "claims").glob("*.toml")
    ours, theirs = (next(x for x in text_of([d], short).splitlines() if x.startswith("seal")) for d in (LONG, other))
    path.write_text(text_of([LONG], short).replace(ours, theirs), "utf-8")
    with pytest.raises(Faults, match="its words are not those that were sealed"):
        repository.load()


def test_many_decisions_are_read_in_little_time(tmp_path: Path) -> None:
    """Ten thousand took 1.0 s; a cost that grew with their square would be far beyond the bound."""
    project = started(tmp_path / "project")
    world = Knowledge.of(project)
    folder = project.seeds / "decisions" / "claims"
    folder.mkdir(parents=True)
    for number in range(10_000):
        decision = on(replace(BUYS, quote=f"Norland bought Sudmark {number} times"), "reject")
        (folder / f"{decision.key}.toml").write_text(text_of([decision], short), "utf-8")
    began = time.process_time()
    assert len(decisions.load(project, world.ontology, world.names.entities)) == 10_000
    assert time.process_time() - began < 15
