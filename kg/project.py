"""Where a project's files are: a folder with ``ontology/``, ``seeds/`` and ``queries/``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg.errors import Place, ProjectError

PARTS = ("ontology", "seeds", "queries")
_PACKAGE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Project:
    """A project's folder; ``packaged`` tells that it is the one inside the installed package."""

    root: Path
    packaged: bool = False

    @classmethod
    def find(cls, root: Path | str | None = None) -> Project:
        """The project at ``root``; without one the current folder's, else the one that ships with the package.

        Raises ProjectError when ``root`` is given and is no project.
        """
        if root is not None:
            return cls(_checked(Path(root)))
        here = Path.cwd()
        if all((here / part).is_dir() for part in PARTS):
            return cls(here)
        shipped = [_PACKAGE / "data", _PACKAGE.parent]
        found = next((p for p in shipped if all((p / part).is_dir() for part in PARTS)), None)
        if found is None:
            raise ProjectError("no project here and none in the package", Place(str(here)), "run 'kg init DIR'")
        return cls(found, packaged=True)

    @property
    def ontology(self) -> Path:
        """The folder of the ontology, its shapes and patterns."""
        return self.root / "ontology"

    @property
    def seeds(self) -> Path:
        """The folder of names, curated facts, articles and decisions."""
        return self.root / "seeds"

    @property
    def articles(self) -> tuple[Path, ...]:
        """The sources that are read where none are named: the folder of articles, where there is one."""
        folder = self.seeds / "articles"
        return (folder,) if folder.is_dir() else ()

    @property
    def queries(self) -> Path:
        """The folder of the saved queries."""
        return self.root / "queries"

    @property
    def store(self) -> Path:
        """Where the store is by default; a project inside the package keeps it in the current folder."""
        return (Path.cwd() if self.packaged else self.root) / ".kg" / "store"


def _checked(root: Path) -> Path:
    missing = [part for part in PARTS if not (root / part).is_dir()]
    if missing:
        lacking = ", ".join(f"{part}/" for part in missing)
        raise ProjectError(f"no project: {lacking} missing", Place(str(root)), "run 'kg init DIR' to start one")
    return root
