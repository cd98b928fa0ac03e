"""A project's data, loaded once, and what it makes of a single document."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from kg import decisions, patterns, seeds
from kg import ontology as ontologies
from kg.decisions import Decision
from kg.languages import detect
from kg.mentions import Linker
from kg.mentions.gazetteer import Gazetteer
from kg.model import Document
from kg.ontology import Ontology
from kg.patterns import Language
from kg.project import Project
from kg.relations import Explanation, Extraction, Reader, explain
from kg.seeds import Names
from kg.text import LinkedText


@dataclass(frozen=True)
class Knowledge:
    """A project's data, loaded and checked once."""

    project: Project
    ontology: Ontology
    languages: Mapping[str, Language]
    names: Names
    decisions: Sequence[Decision] = ()

    @classmethod
    def of(cls, project: Project) -> Knowledge:
        """Load a project; raises Faults with all that is wrong in one kind of file."""
        ontology = ontologies.load(project)
        languages = patterns.load(project, ontology)
        names = seeds.load_names(project, ontology)
        decided = decisions.load(project, ontology, names.entities)
        return cls(project, ontology, languages, names, decided)

    @cached_property
    def readers(self) -> dict[str, tuple[Linker, Reader]]:
        """For each language its linker and its reader."""
        gazetteer = Gazetteer(self.names.entities.values(), self.ontology)
        linkers = {code: Linker(gazetteer, language, self.ontology) for code, language in self.languages.items()}
        made = {
            code: (linker, Reader(self.languages[code], self.ontology, linker.resolver))
            for code, linker in linkers.items()
        }
        gc.freeze()  # what is loaded stays: a tenth of the reading time went into looking at it again and again
        return made

    def in_language(self, document: Document) -> Document:
        """The document with its language: as it says itself, else as its text tells."""
        return (
            document if document.language else replace(document, language=detect(document.text, list(self.languages)))
        )

    def link(self, document: Document) -> LinkedText | None:
        """What is named in a document and where; None in a language without patterns."""
        found = self.readers.get(document.language[:2])
        return found[0].link(document.text, document.issued) if found else None

    def extract(self, document: Document) -> Extraction:
        """The claims of one document: a pure function of the document and the project."""
        found = self.readers.get(document.language[:2])
        if found is None:
            return Extraction((), ())
        linker, reader = found
        return reader.extract(document, linker.link(document.text, document.issued))

    def explain(self, document: Document) -> list[Explanation]:
        """For each passage of a document what was linked, which patterns matched, which nearly did and why not."""
        found = self.readers.get(document.language[:2])
        if found is None:
            return []
        linker, reader = found
        return list(explain(reader, document, linker.link(document.text, document.issued)))
