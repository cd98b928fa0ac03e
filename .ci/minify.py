"""Makes the script of the page small, with terser by exact version from npm; "kg view" writes it into each page.

Run this after a change of the scripts. Until then pages hold the scripts as they stand, and a test fails.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # the checkout's own package, whatever is installed

from kg.views import page

SMALL = Path(page.__file__).parent / "assets" / page.SMALL

TERSER = "terser@5.51.2"


def main() -> None:
    source = page.joined()
    command = ["npx", "--yes", TERSER, "--compress", "--mangle"]
    small = subprocess.run(command, input=source.encode(), stdout=subprocess.PIPE, check=True).stdout.decode()
    text = f"{page.seal(source)}\n{small.strip()}\n"
    SMALL.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
