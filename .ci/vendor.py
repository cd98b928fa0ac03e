"""Fetches the files of others that the pages use, by exact version from npm, and writes their digests.

To take a new version: write it into kg/views/assets/vendor/manifest.toml, run this, look at the difference.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tarfile
import tempfile
import tomllib
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "kg" / "views" / "assets" / "vendor"
MANIFEST = VENDOR / "manifest.toml"


def fetch(package: str, version: str, files: dict[str, str]) -> dict[str, str]:
    """The digest of each file, after it was written."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, f"{package}@{version}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            for name, source in files.items():
                member = archive.extractfile(f"package/{source}")
                assert member is not None, source
                (VENDOR / name).write_bytes(member.read())
    return {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in files}


def main() -> None:
    text = MANIFEST.read_text(encoding="utf-8")
    for package, told in tomllib.loads(text).items():
        sources = {name: each["source"] for name, each in told["files"].items()}
        for name, digest in fetch(package, told["version"], sources).items():
            line = rf'(?m)^("{re.escape(name)}" = \{{ source = "[^"]*", sha256 = )"[^"]*"'
            text = re.sub(line, rf'\g<1>"{digest}"', text)
    MANIFEST.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
