"""Answers kept by the content of their question, so that a build can be made again without asking."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kg import files


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder with one file for each answer."""

    folder: Path

    def get(self, key: str) -> str | None:
        """The answer to a question, or None; a file that is damaged counts as none."""
        try:
            found = json.loads(self._path(key).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        answer = found.get("answer") if isinstance(found, dict) and found.get("key") == key else None
        return answer if isinstance(answer, str) else None

    def put(self, key: str, model: str, answer: str) -> None:
        """Keep an answer, in one step; where that is not possible it is only not kept."""
        text = json.dumps({"key": key, "model": model, "answer": answer}, ensure_ascii=False, indent=1) + "\n"
        try:
            files.make_folder(self._path(key).parent)
            files.write(self._path(key), [text.encode("utf-8")])
        except (OSError, UnicodeEncodeError):
            return

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"
