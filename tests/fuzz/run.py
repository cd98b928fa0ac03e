"""Search for bytes that break a target: python tests/fuzz/run.py NAME [--seconds N], with the extra ``fuzz`` installed.

Without a name the targets are listed. The search begins with ``seeds/NAME`` and keeps what it finds out in a folder of
the system's for temporary files; what breaks the target is written beside it and told. To mend a finding, put its file
into ``seeds/NAME``: the test suite tries it from then on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]
SLOWEST = 25
"""Seconds for one input: what takes longer is a finding."""
MEMORY = 3072
"""MiB: what takes more is a finding."""


def main() -> None:
    """Run one target until the time is up or something breaks."""
    import atheris

    with atheris.instrument_imports(include=["kg", "tomllib", "yaml"]):
        import targets
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=targets.TARGETS, nargs="?", help="What is to be broken.")
    parser.add_argument("--seconds", type=int, default=600, help="How long to search (default: 600).")
    parser.add_argument("--longest", type=int, default=4096, help="Bytes of the longest input (default: 4096).")
    given = parser.parse_args()
    if given.name is None:
        sys.stdout.write("\n".join(f"{name:15} {run.__doc__}" for name, run in targets.TARGETS.items()) + "\n")
        return
    kept = Path(tempfile.gettempdir()) / "kg-fuzz" / given.name
    kept.mkdir(parents=True, exist_ok=True)
    run = targets.TARGETS[given.name]
    run(targets.seeds_of(given.name)[0].read_bytes())  # what is loaded once counts for no input
    limits = {"max_total_time": given.seconds, "timeout": SLOWEST, "rss_limit_mb": MEMORY, "max_len": given.longest}
    options = [f"-{name}={value}" for name, value in limits.items()]
    seeds = Path(__file__).parent / "seeds" / given.name
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={kept.parent}/{given.name}-", str(kept), str(seeds)],
                  run)  # fmt: skip
    atheris.Fuzz()


if __name__ == "__main__":
    main()
