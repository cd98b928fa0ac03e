"""A graph made in batches of documents of which it is known what they say, to be held against one made in one go."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kg import store
from kg.build import BuildReport, Knowledge, Line, stream
from kg.cache import FOLDER, Reading
from kg.inputs import inputs
from kg.model import Document, Fact
from kg.relations import Extraction


def in_batches(
    knowledge: Knowledge, documents: Sequence[Document], said: Mapping[str, Extraction], curated: Sequence[Fact] = ()
) -> tuple[BuildReport, list[str]]:
    """The report of a build, and its quads, sorted; ``said`` is by the id of the document."""
    with tempfile.TemporaryDirectory() as place:
        target = store.claim(Path(place) / "store")
        reading = Reading(stream(knowledge, 1), inputs(knowledge.project), target / FOLDER)
        assert reading.readings is not None
        reading.readings.put({d.id: said.get(d.id, Extraction((), ())) for d in documents})
        sources = [replace(d, copy_of="", translated=False) for d in documents]
        report = Line(knowledge, reading, target, curated).make(sources)
        with store.open(target) as made:
            return report, sorted(str(quad) for quad in made.quads())
