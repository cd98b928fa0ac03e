"""Any bytes at all are read or refused on purpose: the kept seeds of each target, and what is made of them by chance.

The long search is ``python tests/fuzz/run.py NAME`` (see docs/robustness.md); what it finds is kept as a seed here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent / "fuzz"))

from targets import TARGETS, seeds_of

CHANCE = 40
"""Inputs made by chance for each target in the usual run."""


@pytest.mark.parametrize(
    ("name", "seed"), [(n, s) for n in TARGETS for s in seeds_of(n)], ids=lambda x: getattr(x, "name", x)
)
def test_what_was_found_once_is_mended(name: str, seed: Path) -> None:
    TARGETS[name](seed.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_bytes_made_by_chance_break_nothing(name: str) -> None:
    seeds = [seed.read_bytes() for seed in seeds_of(name)]

    @settings(max_examples=CHANCE, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(_changed(seeds))
    def run(data: bytes) -> None:
        TARGETS[name](data)

    run()


def _changed(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """Bytes, texts, and seeds in which a part is another, or stands twice, or is not there."""

    def change(seed: bytes, start: int, length: int, part: bytes, times: int) -> bytes:
        start = start % (len(seed) + 1)
        return seed[:start] + part + seed[start : start + length] * times + seed[start + length :]

    places = st.integers(0, 4096)
    parts = st.one_of(st.binary(max_size=8), st.text(max_size=8).map(lambda t: t.encode("utf-8", "replace")))
    changed = st.builds(change, st.sampled_from(seeds), places, st.integers(0, 60), parts, st.integers(0, 30))
    return st.one_of(
        changed, st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))
    )
