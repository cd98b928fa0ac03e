"""The gate: whatever an extractor says becomes a claim only if the text and the ontology bear it out.

The gate believes nothing: the quotation is looked for, names must be known and stand beside it, values must be read
from it, classes must fit. What it cannot see is whether words that stand there are understood rightly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from kg.extractors.directory import Directory
from kg.extractors.evidence import Evidence, Page
from kg.extractors.proposal import Proposal, Reason, Refusal
from kg.extractors.values import RefusedError, checked_code, read_date, read_value
from kg.model import SAID, Claim, Entity, Label, Literal, Origin, Qualifier, Status, Term, qualifier_key
from kg.names import KG, slug
from kg.ontology import Ontology, Property
from kg.text import Value

LONGEST_QUOTE = 600
"""The longest quotation, in characters: more is no evidence for one statement but a passage that holds it."""
LONGEST_NAME = 80
"""The longest name that nobody listed, in characters."""
PATTERN = "extractor:"
_CODES = ("unit", "currency")


@dataclass(frozen=True, slots=True)
class Judged:
    """A proposal that passed: its claim, and the entities that its quotation names for the first time."""

    claim: Claim
    entities: tuple[Entity, ...]


class Gate:
    """Judges proposals for one project."""

    def __init__(self, ontology: Ontology, entities: Mapping[str, Entity]) -> None:
        self.ontology = ontology
        self.directory = Directory(ontology, entities)

    def judge(self, page: Page, extractor: str, item: object) -> Judged | Refusal:
        """What an extractor gave, as a claim or as a refusal; a refusal of its own stays one."""
        if isinstance(item, Refusal):
            return Refusal(str(item.reason)[:200], str(item.detail)[:200])
        try:
            if not isinstance(item, Proposal):
                raise RefusedError(Reason.MALFORMED, f"a {type(item).__name__}, no proposal")
            _check_form(item)
            return _Case(self, page, item).judged(extractor)
        except RefusedError as refused:
            return Refusal(refused.reason, refused.detail)

    def learn(self, entities: Iterable[Entity]) -> None:
        """Know entities that texts gave, from here on."""
        self.directory.learn(entities)


class _Case:
    """One proposal, judged."""

    def __init__(self, gate: Gate, page: Page, proposal: Proposal) -> None:
        self.ontology, self.directory, self.page = gate.ontology, gate.directory, page
        self.proposal = proposal
        self.evidence = _located(page, proposal)
        self.new: dict[str, Entity] = {}

    def judged(self, extractor: str) -> Judged:
        p, at = self.proposal, self.evidence
        prop = self._property(p.predicate)
        subject = self._named(p.subject, prop.domain, "subject")
        target, value = self._object(prop, p.object)
        self._check_ends(subject, target)
        qualifiers = self._qualifiers(prop, value)
        start, until = self._dates()
        claim = Claim(
            self.page.document.id,
            at.start,
            at.end,
            at.quote,
            subject.iri,
            prop.iri,
            target.iri if isinstance(target, Entity) else target,
            qualifiers,
            self._status(p.status),
            start,
            until,
            self._quoted(p.time_text),
            self._quoted(p.value_text) or (self.page.document.text[value.start : value.end] if value else ""),
            self._speaker(p.speaker, subject),
            PATTERN + extractor,
            f"{p.confidence:.2f}",
        )
        return Judged(claim, tuple(self.new[i] for i in sorted(self.new)))

    # -- what the ontology says --------------------------------------------------------------------------------------

    def _term(self, name: str) -> str:
        try:
            return self.ontology.term(name)
        except KeyError:
            return name

    def _property(self, name: str) -> Property:
        found = self.ontology.properties.get(self._term(name))
        if found is None or found.is_qualifier:
            raise RefusedError(Reason.PROPERTY, name[:80])
        return found

    def _status(self, name: str) -> Status:
        local = name.removeprefix(KG).removeprefix("kg:")
        if local not in {s.value for s in SAID}:
            raise RefusedError(Reason.STATUS, name[:80])
        return Status(local)

    def _fits(self, entity: Entity, classes: tuple[str, ...], end: str) -> None:
        if classes and not self.ontology.closure(entity.types).intersection(classes):
            wanted = " or ".join(self.ontology.short(c) for c in classes)
            raise RefusedError(Reason.CLASS, f"{self.ontology.short(entity.iri)} as {end}, which wants {wanted}")

    # -- names -------------------------------------------------------------------------------------------------------

    def _named(self, name: str, classes: tuple[str, ...], end: str) -> Entity:
        """The entity of a name, of a class that fits, named in the quotation or near it."""
        iri = self.directory.iri(name) or self._called(name)
        entity = self.new.get(iri) or self.directory.entities.get(iri) or self._first_named(name)
        self._fits(entity, classes, end)
        if not self.evidence.names(entity, near=True):
            raise RefusedError(Reason.NOT_NAMED, f"{name[:80]} as {end}")
        return entity

    def _called(self, name: str) -> str:
        """The entity of a label; of several the one that the project's linker finds in this place."""
        found, sure = self.directory.called(name)
        if sure or not found:
            return next(iter(found), "")
        here = found & self.evidence.meant(name)
        if len(here) != 1:
            raise RefusedError(Reason.AMBIGUOUS, f"{name[:80]}: {len(found)} entities, none of them sure")
        return here.pop()

    def _first_named(self, name: str) -> Entity:
        """An entity that nobody listed: its name stands in the quotation and its class is given."""
        plain = " ".join(name.split())
        cls = next((c for n, c in self.proposal.types if " ".join(n.split()) == plain), "")
        fit = self.directory.may_be_new(plain) and "://" not in plain and len(plain) <= LONGEST_NAME
        if not cls or not fit or not self.evidence.says(plain, self.evidence.start):
            raise RefusedError(Reason.NAME, name[:80])
        if self._term(cls) not in self.ontology.classes:
            raise RefusedError(Reason.CLASS, f"{cls[:80]} is no class")
        iri = self.ontology.entity_namespace + slug(plain)
        if iri in self.directory.entities:  # another spelling of a name that is known
            return self.directory.entities[iri]
        label = Label(plain, "en")  # as the reader of patterns does: a proper name is the same in every language
        return self.new.setdefault(iri, Entity(iri, (self._term(cls),), (label,), origin=Origin.EXTRACTED))

    def _check_ends(self, subject: Entity, target: Entity | Literal) -> None:
        if not isinstance(target, Entity):
            return
        if target.iri == subject.iri:
            raise RefusedError(Reason.SELF, self.ontology.short(subject.iri))
        if not self.evidence.names(subject) and not self.evidence.names(target):
            raise RefusedError(Reason.NOT_NAMED, "neither subject nor object stands in the quotation")

    def _speaker(self, name: str, subject: Entity) -> str:
        found = self._named(name, (), "speaker").iri if name else ""
        return found if found != subject.iri else ""

    # -- values ------------------------------------------------------------------------------------------------------

    def _object(self, prop: Property, text: str) -> tuple[Entity | Literal, Value | None]:
        if prop.kind == "entity":
            return self._named(text, prop.range, "object"), None
        return read_value(prop, text, self.evidence)

    def _qualifiers(self, prop: Property, value: Value | None) -> tuple[Qualifier, ...]:
        found: set[Qualifier] = set()
        values = [value]
        for name, text in self.proposal.qualifiers:
            term, read = self._qualifier(prop, name, text)
            found.add((self._term(name), term))
            values.append(read)
        for read in values:
            found = self._completed(prop, found, read)
        return tuple(sorted(found, key=qualifier_key))

    def _qualifier(self, prop: Property, name: str, text: str) -> tuple[Term, Value | None]:
        iri = self._term(name)
        if iri not in prop.qualifiers:
            raise RefusedError(Reason.QUALIFIER, f"{self.ontology.short(prop.iri)} takes no {name[:80]}")
        qualifier = self.ontology.properties[iri]
        if qualifier.kind == "entity":
            return self._named(text, qualifier.range, name[:80]).iri, None
        if qualifier.filled_by in _CODES:
            return checked_code(text), None
        return read_value(qualifier, text, self.evidence)

    def _completed(self, prop: Property, found: set[Qualifier], value: Value | None) -> set[Qualifier]:
        """The qualifiers with what a value of the text brings along; one that says otherwise is refused."""
        if value is None:
            return found
        money = value.kind == "money"
        parts = {"currency": value.unit if money else "", "unit": "" if money else value.unit}
        more = set(found)
        for iri in prop.qualifiers:
            filled = self.ontology.properties[iri].filled_by
            given = {v.lexical for n, v in found if n == iri and isinstance(v, Literal)}
            if parts.get(filled):
                if given - {parts[filled]}:
                    raise RefusedError(Reason.QUALIFIER, f"{', '.join(given)}: the text says {parts[filled]}")
                more.add((iri, Literal(parts[filled])))
            elif filled == "approximate" and value.approximate and not given:
                more.add((iri, Literal.boolean(True)))
        return more

    def _dates(self) -> tuple[str, str]:
        start, until = (
            read_date(iso, self.evidence).lexical if iso else ""
            for iso in (self.proposal.valid_from, self.proposal.valid_until)
        )
        shared = min(len(start), len(until))
        if shared and until[:shared] < start[:shared]:
            raise RefusedError(Reason.DATE, f"{until} is before {start}")
        return start, until

    def _quoted(self, words: str) -> str:
        if words not in self.evidence.quote:
            raise RefusedError(Reason.VALUE_NOT_QUOTED, words[:80])
        return words


def _check_form(proposal: Proposal) -> None:
    """Every field of its kind, whatever an extractor put there. Raises RefusedError."""
    given: dict[str, object] = {f.name: getattr(proposal, f.name) for f in fields(proposal)}
    start, confidence = given.pop("start"), given.pop("confidence")
    pairs = [x for name in ("qualifiers", "types") for x in _members(given.pop(name))]
    for text in (*given.values(), *pairs):
        if not isinstance(text, str) or "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise RefusedError(Reason.MALFORMED, f"{text!r:.80} is no text")
    for name in ("subject", "predicate", "object", "quote"):
        if not str(given[name]).strip():
            raise RefusedError(Reason.MALFORMED, f"without {name}")
    if start is not None and type(start) is not int:
        raise RefusedError(Reason.MALFORMED, f"{start!r:.80} is no offset")
    if not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        raise RefusedError(Reason.MALFORMED, f"{confidence!r:.80} is no confidence between 0 and 1")


def _members(pairs: object) -> Iterator[object]:
    """The members of pairs. Raises RefusedError for what is no tuple of pairs."""
    if not isinstance(pairs, tuple) or any(not isinstance(x, tuple) or len(x) != 2 for x in pairs):
        raise RefusedError(Reason.MALFORMED, f"{pairs!r:.80} are no pairs")
    for pair in pairs:
        yield from pair


def _located(page: Page, proposal: Proposal) -> Evidence:
    """The quotation at its place in the text. Raises RefusedError."""
    quote, start = proposal.quote, proposal.start
    if len(quote) > LONGEST_QUOTE:
        raise RefusedError(Reason.LENGTH, f"{len(quote)} characters, at most {LONGEST_QUOTE}")
    if start is None:
        start = page.find(quote)
        if start < 0:
            raise RefusedError(Reason.QUOTE, quote[:80])
    end = start + len(quote)
    if start < 0 or page.document.text[start:end] != quote or not page.whole(start, end):
        raise RefusedError(Reason.PLACE, f"at {start}: {quote[:80]}")
    return Evidence(page, start, end)
