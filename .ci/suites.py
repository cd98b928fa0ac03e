"""Brings the W3C's test suites: two packages carry copies of them in their source archives.

    python .ci/suites.py FOLDER

rdflib's holds those of SPARQL 1.0 and 1.1, Turtle, TriG, N-Quads, N-Triples and RDF/XML, pySHACL's that of SHACL. They
are put into FOLDER/rdf and FOLDER/shacl, where ``KG_W3C=FOLDER pytest tests/test_w3c.py`` finds them; nothing of them
belongs to the project.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

SUITES = {
    "rdf": ("rdflib==7.6.0", "test/data/suites/w3c"),
    "shacl": ("pyshacl==0.40.1", "test/resources/sht_tests"),
}


def bring(folder: Path) -> None:
    """Fetch the archives from the package index and unpack the suites that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (package, within) in SUITES.items():
        if not (folder / name).is_dir():
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                _fetch(package, Path(scratch))
                shutil.move(_unpacked(Path(scratch), within), folder / name)


def _fetch(package: str, scratch: Path) -> None:
    order = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*order, "--dest", str(scratch), package], check=True)


def _unpacked(scratch: Path, within: str) -> Path:
    with tarfile.open(next(scratch.glob("*.tar.gz"))) as archive:
        archive.extractall(scratch, filter="data")
    return next(scratch.glob(f"*/{within}"))


if __name__ == "__main__":
    bring(Path(sys.argv[1]))
