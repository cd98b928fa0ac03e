"""New firms are known by the full names that a text gives them too, legal forms and all."""

from __future__ import annotations

import pytest
from pipeline import knowledge

from kg.model import Document

FULL = (
    ("en", "Vantora Inc. works with Norport Systems Co., Ltd in Japan.", {"Vantora": "Vantora Inc."}),
    (
        "en",
        "Norport Mobility Private Ltd plans a plant in Kolkata.",
        {"Norport Mobility": "Norport Mobility Private Ltd"},
    ),
    ("id", "PT Vantora Karya Tbk membangun pabrik di Subang.", {"Vantora Karya": "PT Vantora Karya Tbk"}),
    ("id", "Kini PT. Vantora Karya membangun pabrik di Subang.", {"Vantora Karya": "PT. Vantora Karya"}),
    ("en", "Vantora builds a plant in Kolkata.", {"Vantora": ""}),
)


@pytest.mark.parametrize(("language", "text", "wanted"), FULL)
def test_full_names_are_alternatives(language: str, text: str, wanted: dict[str, str]) -> None:
    extraction = knowledge().extract(Document(text, "a.txt", issued="2025-03-17", language=language))
    found = {e.label(): {x.text for x in e.labels if x.kind == "alternative"} for e in extraction.entities}
    for name, full in wanted.items():
        assert found[name] == ({full} if full else set())
