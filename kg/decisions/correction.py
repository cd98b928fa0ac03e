"""What a curator puts in the place of a claim, checked against the ontology before it is believed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kg.decisions.limits import Limits
from kg.model import SAID, Entity, Literal, Qualifier, Status, Term, qualifier_key
from kg.names import RDF
from kg.ontology import Ontology, Property
from kg.rdf import check_literal

FIELDS = ("subject", "property", "object", "status", "from", "until", "qualifiers")
"""The fields of a correction, in the order they are written."""
_TAGGED = re.compile(r'"(?P<text>.*)"@(?P<language>[A-Za-z]+(?:-[A-Za-z0-9]+)*)', re.DOTALL)
Fault = tuple[str, str]
"""What is wrong, and the way out."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A whole statement with its status, times and qualifiers."""

    subject: str
    predicate: str
    object: Term
    status: Status = Status.IN_EFFECT
    valid_from: str = ""
    valid_until: str = ""
    qualifiers: tuple[Qualifier, ...] = ()

    def fields(self, short: Callable[[str], str]) -> dict[str, str | list[str]]:
        """It as a file has it."""
        qualifiers = [f"{short(name)} {written(value, short)}" for name, value in self.qualifiers]
        texts = (short(self.subject), short(self.predicate), written(self.object, short), self.status.value,
                 self.valid_from, self.valid_until)  # fmt: skip
        return {**dict(zip(FIELDS, texts, strict=False)), "qualifiers": qualifiers}

    def entities(self) -> Iterator[str]:
        """The entities that it is about."""
        ends = (self.subject, self.object, *(value for _, value in self.qualifiers))
        yield from (end for end in ends if isinstance(end, str))


def written(term: Term, short: Callable[[str], str]) -> str:
    """A term as the files of decisions have it: a CURIE, the words of a literal, ``"words"@language``."""
    if isinstance(term, str):
        return short(term)
    return f'"{term.lexical}"@{term.language}' if term.language else term.lexical


def correction(
    fields: Mapping[str, object], ontology: Ontology, entities: Mapping[str, Entity], limits: Limits
) -> tuple[Correction | None, list[Fault]]:
    """The correction that fields of a file make, or None, and all that is wrong with them.

    Entities that are not among ``entities`` pass: a text may have given them, which only the build can tell. A figure
    without a unit has that of its property.
    """
    reader = _Reader(ontology, entities, limits)
    found = reader.read(fields)
    return (None if reader.faults else found), reader.faults


def misfit(found: Correction, ontology: Ontology, entities: Mapping[str, Entity]) -> str:
    """Why a correction cannot stand beside these entities; nothing where it can."""
    unknown = [iri for iri in found.entities() if iri not in entities]
    if unknown:
        return f"nothing is known of {ontology.short(unknown[0])} now"
    prop = ontology.properties[found.predicate]
    ends = [(found.subject, prop.domain, prop), (found.object, prop.range, prop)]
    ends += [(value, ontology.properties[name].range, ontology.properties[name]) for name, value in found.qualifiers]
    for end, classes, whose in ends:
        if isinstance(end, str) and not _fits(entities[end], classes, ontology):
            return f"{ontology.short(end)} does not fit {ontology.short(whose.iri)} now"
    return ""


def _fits(entity: Entity, classes: tuple[str, ...], ontology: Ontology) -> bool:
    return not classes or bool(ontology.closure(entity.types).intersection(classes))


class _Reader:
    def __init__(self, ontology: Ontology, entities: Mapping[str, Entity], limits: Limits) -> None:
        self.ontology, self.entities, self.limits = ontology, entities, limits
        self.faults: list[Fault] = []

    def read(self, fields: Mapping[str, object]) -> Correction | None:
        if unknown := sorted(set(fields) - set(FIELDS)):
            self.fault(f"a correction has no '{unknown[0]}'", f"known: {', '.join(FIELDS)}")
        texts = {name: str(fields.get(name, "")) for name in FIELDS[:-1]}
        prop = self.property(texts["property"])
        if prop is None:
            return None
        subject = self.entity(texts["subject"], prop.domain, prop)
        value = self.value(texts["object"], prop)
        status = self.status(texts["status"])
        given = list(self.qualifiers(fields.get("qualifiers", []), prop))
        qualifiers = tuple(sorted([*given, *self.measured(prop, given)], key=qualifier_key))
        if subject == value and prop.kind == "entity":
            self.fault(f"{texts['subject']} is related to itself", "name two different entities")
        start, end = self.day("from", texts["from"]), self.day("until", texts["until"])
        shared = min(len(start), len(end))
        if end[:shared] < start[:shared]:
            self.fault(f"until {end} is before from {start}", "mend one of the two")
        return None if value is None else Correction(subject, prop.iri, value, status, start, end, qualifiers)

    def fault(self, message: str, hint: str) -> None:
        self.faults.append((message, hint))

    def property(self, name: str) -> Property | None:
        try:
            prop = self.ontology.properties.get(self.ontology.term(name))
        except KeyError:
            prop = None
        if prop is None or prop.is_qualifier:
            self.fault(f"unknown property {name or 'without a name'}", "see docs/ontology.md for the properties")
            return None
        return prop

    def status(self, name: str) -> Status:
        known = {s.value: s for s in SAID}
        if name and name not in known:
            self.fault(f"unknown status {name}", f"known: {', '.join(known)}")
        return known.get(name, Status.IN_EFFECT)

    def day(self, name: str, iso: str) -> str:
        literal = Literal.date(iso)
        if iso and (literal.datatype.endswith("string") or check_literal(literal)):
            self.fault(f"{name}: {iso} is no date", "write 2026, 2026-03 or 2026-03-17")
            return ""
        return iso

    def qualifiers(self, given: object, prop: Property) -> Iterator[Qualifier]:
        for line in given if isinstance(given, list) else [given]:
            name, _, text = str(line).partition(" ")
            found = next((q for q in prop.qualifiers if name in (self.ontology.short(q), q)), None)
            if found is None:
                taken = ", ".join(self.ontology.short(q) for q in prop.qualifiers) or "none"
                self.fault(f"{self.ontology.short(prop.iri)} takes no qualifier {name}", f"it takes: {taken}")
                continue
            value = self.value(text.strip(), self.ontology.properties[found])
            if value is not None:
                yield found, value

    def measured(self, prop: Property, given: list[Qualifier]) -> Iterator[Qualifier]:
        """The unit of the property where none is given; the fault of another, and of money without a currency."""
        shown = self.ontology.short(prop.iri)
        filled = {name: self.ontology.properties[name].filled_by for name in prop.qualifiers}
        units = [value.lexical for name, value in given if filled[name] == "unit" and isinstance(value, Literal)]
        own = prop.unit_label or prop.unit
        wrong = sorted(set(units) - {own, prop.unit})
        if own and wrong:
            self.fault(f"{shown} is measured in {own}, not {wrong[0]}", f"convert the figure to {own}")
        elif own and not units:
            yield from ((name, Literal(own)) for name, part in filled.items() if part == "unit")
        elif units and prop.dimension == "money":
            self.fault(f"{shown} is a sum of money, not of {units[0]}", "give its currency instead of a unit")
        sums = [p for p in (prop, *(self.ontology.properties[name] for name, _ in given)) if p.dimension == "money"]
        codes = [self.ontology.short(name) for name, part in filled.items() if part == "currency"]
        if sums and codes and not any(filled[name] == "currency" for name, _ in given):
            self.fault(
                f"{self.ontology.short(sums[0].iri)}: a sum without a currency", f"give {codes[0]}, three letters"
            )

    def value(self, text: str, prop: Property) -> Term | None:
        if prop.kind == "entity":
            return self.entity(text, prop.range, prop)
        literal = _literal(text, prop.kind)
        wrong = check_literal(literal) if text else "a value is missing"
        if prop.kind == "date" and literal.datatype.endswith("string"):
            wrong = f"{text} is no date"
        if wrong:
            self.fault(f"{self.ontology.short(prop.iri)}: {wrong}", f"it wants a {prop.kind}")
            return None
        if beyond := self.limits.broken(prop.iri, literal):
            self.fault(*beyond)
            return None
        return literal

    def entity(self, name: str, classes: tuple[str, ...], prop: Property) -> str:
        """The IRI of an entity that may stand there; its fault is noted if it may not."""
        try:
            iri = self.ontology.prefixes.expand(name)
        except KeyError:
            self.fault(f"{name or 'nothing'} is no entity", "write its CURIE")
            return name
        known = self.entities.get(iri)
        if known and not _fits(known, classes, self.ontology):
            wanted = " or ".join(self.ontology.short(c) for c in classes)
            self.fault(f"{name} does not fit {self.ontology.short(prop.iri)}", f"that wants {wanted}")
        return iri


def _literal(text: str, kind: str) -> Literal:
    tagged = _TAGGED.fullmatch(text)
    if kind == "text" and tagged:
        return Literal(tagged["text"], RDF + "langString", tagged["language"])
    if kind == "quantity":
        return Literal.decimal(text)
    if kind == "date":
        return Literal.date(text)
    return Literal(text, Literal.boolean(True).datatype) if kind == "boolean" else Literal(text)
