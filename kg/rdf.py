"""Values to quads and back, and Turtle read with its line numbers: the only door to RDF syntax.

Layers are named graphs (:data:`LAYERS`). What one fact, claim, document or entity looks like in RDF is written here
once; the store, the exports and the API all go through it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.errors import Place, ProjectError, reason_of, way_out
from kg.model import Claim, Conflict, Curation, Document, Entity, Fact, Label, Literal, Term, verdict_of
from kg.names import DCT, KG, PROV, RDF, SKOS, XSD, kg

LAYERS = ("ontology", "curated", "facts", "claims", "documents")
"""The local names of the named graphs, in the order they are written."""

A = ox.NamedNode(RDF + "type")
REIFIES = ox.NamedNode(RDF + "reifies")
_LABELS = {
    "preferred": SKOS + "prefLabel",
    "alternative": SKOS + "altLabel",
    "ambiguous": KG + "ambiguousLabel",
    "demonym": KG + "demonym",
}
LABEL_KINDS: Mapping[str, str] = {iri: kind for kind, iri in _LABELS.items()}
"""The kind of label that a naming property gives."""


def layer(name: str) -> ox.NamedNode:
    """The graph name of a layer."""
    return ox.NamedNode(kg(name))


def to_ox(term: Term) -> ox.NamedNode | ox.Literal:
    """A term of the model as the RDF library has it."""
    if isinstance(term, str):
        return ox.NamedNode(term)
    if term.language:
        return ox.Literal(term.lexical, language=term.language)
    return ox.Literal(term.lexical, datatype=ox.NamedNode(term.datatype))


def from_ox(term: object) -> Term:
    """A term of the RDF library as the model has it; a blank node becomes its label."""
    if isinstance(term, ox.Literal):
        return Literal(term.value, term.datatype.value, term.language or "")
    if isinstance(term, (ox.NamedNode, ox.BlankNode)):
        return term.value
    raise TypeError(f"no term of the model: {term!r}")


@dataclass(frozen=True, slots=True)
class Records:
    """Makes the IRIs of facts, claims, documents, curations and conflicts, and their quads.

    ``namespace`` is where records live, from the ontology's ``kg:recordNamespace``.

    >>> Records("https://example.org/").iri("fact", "ab12").value
    'https://example.org/fact/ab12'
    """

    namespace: str

    def iri(self, kind: str, name: str) -> ox.NamedNode:
        """The IRI of a record."""
        return ox.NamedNode(f"{self.namespace}{kind}/{name}")

    def id_of(self, iri: str) -> str:
        """The record's name in its IRI."""
        return iri.rpartition("/")[2]

    def fact(self, fact: Fact) -> Iterator[ox.Quad]:
        """The quads of a fact: its direct triple where its status asserts it, its node, its qualifiers."""
        graph, node = layer("facts"), self.iri("fact", fact.id)
        subject, predicate = ox.NamedNode(fact.subject), ox.NamedNode(fact.predicate)
        triple = ox.Triple(subject, predicate, to_ox(fact.object))
        if fact.status.asserts:
            yield ox.Quad(subject, predicate, triple.object, graph)
        properties: list[tuple[str, object]] = [
            (RDF + "type", ox.NamedNode(kg("Fact"))),
            (RDF + "subject", subject),
            (RDF + "predicate", predicate),
            (RDF + "object", triple.object),
            (RDF + "reifies", triple),
            (kg("status"), ox.NamedNode(fact.status.iri)),
            (kg("origin"), ox.NamedNode(kg(fact.origin))),
            (kg("support"), to_ox(Literal.integer(fact.support))),
            (kg("publisherSupport"), to_ox(Literal.integer(fact.publishers))),
            *((kg("contrarySupport"), to_ox(Literal.integer(n))) for n in [fact.contrary] if n),
            *((name, to_ox(value)) for name, value in fact.qualifiers),
            *_dates({"validFrom": fact.valid_from, "validUntil": fact.valid_until}),
            *_dates({"firstStated": fact.first_stated, "lastStated": fact.last_stated}),
            *((kg("claim"), self.iri("claim", c.id)) for c in fact.claims),
            *((kg("curation"), self.iri("curation", c.id)) for c in fact.curations),
        ]
        yield from _node(node, properties, graph)
        for curation in fact.curations:
            yield from self.curation(curation)

    def curation(self, curation: Curation) -> Iterator[ox.Quad]:
        """The quads of a curator's entry, in the curated layer."""
        properties: list[tuple[str, object]] = [
            (RDF + "type", ox.NamedNode(kg("Curation"))),
            (kg("file"), ox.Literal(curation.file)),
            (kg("line"), to_ox(Literal.integer(curation.line))),
            (kg("status"), ox.NamedNode(curation.status.iri)),
            (DCT + "source", _source(curation.source)),
        ]
        if curation.verdict:
            properties.append((kg("decision"), ox.NamedNode(curation.verdict.iri)))
        texts = {kg("key"): curation.key, DCT + "creator": curation.by, SKOS + "note": curation.note}
        properties += [(name, ox.Literal(text)) for name, text in texts.items() if text]
        if curation.on:
            properties.append((DCT + "date", to_ox(Literal.date(curation.on))))
        yield from _node(self.iri("curation", curation.id), properties, layer("curated"))

    def claim(self, claim: Claim) -> Iterator[ox.Quad]:
        """The quads of a claim."""
        texts = {
            kg("timeText"): claim.time_text,
            kg("valueText"): claim.value_text,
            kg("pattern"): claim.pattern,
            kg("key"): claim.key,
        }
        properties: list[tuple[str, object]] = [
            (RDF + "type", ox.NamedNode(kg("Claim"))),
            (PROV + "wasDerivedFrom", self.iri("document", claim.document)),
            (kg("start"), to_ox(Literal.integer(claim.start))),
            (kg("end"), to_ox(Literal.integer(claim.end))),
            (kg("quote"), ox.Literal(claim.quote)),
            (kg("status"), ox.NamedNode(claim.status.iri)),
            (kg("confidence"), to_ox(Literal.decimal(claim.confidence))),
            *((name, ox.Literal(text)) for name, text in texts.items() if text),
            *((name, to_ox(value)) for name, value in claim.qualifiers),
            *_dates({"validFrom": claim.valid_from, "validUntil": claim.valid_until}),
        ]
        if claim.stated_by:
            properties.append((kg("statedBy"), ox.NamedNode(claim.stated_by)))
        if claim.corrects:
            properties.append((kg("corrects"), self.iri("claim", claim.corrects)))
        if claim.decided_in:
            properties.append((kg("decidedIn"), self.iri("document", claim.decided_in)))
        node = self.iri("claim", claim.id)
        yield from _node(node, properties, layer("claims"))
        yield from self.decided(node, claim.curations, layer("claims"))

    def decided(self, node: ox.NamedNode, curations: tuple[Curation, ...], graph: ox.NamedNode) -> Iterator[ox.Quad]:
        """The quads of the decisions on a record or an entity: what they come to, and where each is written."""
        verdict = verdict_of(curations)
        if verdict:
            yield ox.Quad(node, ox.NamedNode(kg("decision")), ox.NamedNode(verdict.iri), graph)
        for curation in curations:
            yield ox.Quad(node, ox.NamedNode(kg("curation")), self.iri("curation", curation.id), graph)
            yield from self.curation(curation)

    def entity(self, entity: Entity) -> Iterator[ox.Quad]:
        """The quads of an entity, of those merged into it, and of the decisions on it."""
        node, graph = ox.NamedNode(entity.iri), layer("curated")
        yield from entity_quads(entity)
        for other in entity.merged:
            yield ox.Quad(ox.NamedNode(other), ox.NamedNode(kg("mergedInto")), node, graph)
        yield from self.decided(node, entity.curations, graph)

    def document(self, document: Document) -> Iterator[ox.Quad]:
        """The quads of a document, its text among them."""
        properties: list[tuple[str, object]] = [
            (RDF + "type", ox.NamedNode(kg("Document"))),
            (kg("sha256"), ox.Literal(document.sha256)),
            (kg("text"), ox.Literal(document.text)),
            (DCT + "source", ox.Literal(document.source)),
        ]
        texts = {"title": document.title, "language": document.language, "publisher": document.publisher}
        properties += [(DCT + name, ox.Literal(text)) for name, text in texts.items() if text]
        if document.issued:
            properties.append((DCT + "issued", to_ox(Literal.date(document.issued))))
        if document.copy_of:
            names = ["copyOf", *["translationOf"] * document.translated]
            properties += [(kg(name), self.iri("document", document.copy_of)) for name in names]
        yield from _node(self.iri("document", document.id), properties, layer("documents"))

    def conflict(self, conflict: Conflict) -> Iterator[ox.Quad]:
        """The quads of a conflict, in the facts layer."""
        properties: list[tuple[str, object]] = [
            (RDF + "type", ox.NamedNode(kg("Conflict"))),
            (kg("between"), self.iri("fact", conflict.first)),
            (kg("between"), self.iri("fact", conflict.second)),
            (kg("rule"), ox.Literal(conflict.rule)),
        ]
        node = self.iri("conflict", conflict.id)
        yield from _node(node, properties, layer("facts"))
        yield from self.decided(node, conflict.curations, layer("facts"))


def entity_quads(entity: Entity) -> Iterator[ox.Quad]:
    """The quads of an entity: in the curated layer, or in that of the facts if a text gave it."""
    graph = layer("curated" if entity.origin == "Curated" else "facts")
    properties: list[tuple[str, object]] = [
        *((RDF + "type", ox.NamedNode(t)) for t in entity.types),
        *((_LABELS[x.kind], _label(x)) for x in entity.labels),
        *((kg("belongsTo"), ox.NamedNode(o)) for o in entity.belongs_to),
        *((kg("context"), ox.Literal(w)) for w in entity.context),
        *((kg("home"), ox.NamedNode(o)) for o in entity.home),
        *((SKOS + "exactMatch", ox.NamedNode(o)) for o in entity.same_as),
    ]
    if entity.origin != "Curated":
        properties.append((kg("origin"), ox.NamedNode(kg(entity.origin))))
    yield from _node(ox.NamedNode(entity.iri), properties, graph)


def _source(text: str) -> ox.NamedNode | ox.Literal:
    """An address as IRI; what only mentions one, or is none that RDF allows, as text."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://|urn:", text):
        try:
            return ox.NamedNode(text)
        except ValueError:
            pass
    return ox.Literal(text)


def _label(label: Label) -> ox.Literal:
    return ox.Literal(label.text, language=label.language) if label.language else ox.Literal(label.text)


def _dates(dates: Mapping[str, str]) -> list[tuple[str, object]]:
    return [(kg(name), to_ox(Literal.date(iso))) for name, iso in dates.items() if iso]


def _node(node: ox.NamedNode, properties: Iterable[tuple[str, object]], graph: ox.NamedNode) -> Iterator[ox.Quad]:
    for name, value in properties:
        yield ox.Quad(node, ox.NamedNode(name), value, graph)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a Turtle file: its one-based first line and its triples."""

    line: int
    triples: tuple[ox.Triple, ...]


# What can hold a "." that ends no statement: comments, IRIs, strings of the four kinds, numbers, names with dots.
_TURTLE = re.compile(
    r"""(?P<space>\s+|\#[^\n\r]*)
      | (?P<token><(?:[^<>"{}|^`\\\s]|\\[uU][0-9A-Fa-f]+)*>
        | \"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
        | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'
        | [+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+ | [+-]?[0-9]*\.?[0-9]+
        | (?:[^\s\#<>"'.;,()\[\]{}|\\]|\\.)(?:[^\s\#<>"'.;,()\[\]{}|\\]|\\.|\.++(?=[^\s\#<>"';,()\[\]{}|.]))* )
      | (?P<end>\.) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_HEADER = re.compile(r"@(?:prefix|base)|(?:prefix|base)(?![\w:.-])", re.IGNORECASE)
"""A directive; a statement about what a prefix of that name stands for is none."""


def read_turtle(path: Path, shown: str) -> tuple[list[Statement], dict[str, str]]:
    """The statements of a Turtle 1.2 file, each with its line, and the file's prefixes.

    Raises ProjectError with file (``shown``), line and column at a fault of syntax, and for a file that
    cannot be read or is not UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8")  # line ends as they are: in a string they count
    except OSError as error:
        hint = way_out(error, "mend or remove the file")
        raise ProjectError(f"cannot be read: {reason_of(error)}", Place(shown), hint) from None
    except UnicodeDecodeError as error:
        raise ProjectError(f"not UTF-8 at byte {error.start}", Place(shown), "save the file as UTF-8") from None
    return parse_turtle(text, shown)


def parse_turtle(text: str, shown: str) -> tuple[list[Statement], dict[str, str]]:
    """As :func:`read_turtle`, for a text."""
    parser = ox.parse(input=text, format=ox.RdfFormat.TURTLE)
    try:
        whole = sum(1 for _ in parser)
        prefixes = dict(parser.prefixes)
        statements = list(_statements(text))
    except SyntaxError as error:
        raise ProjectError(_reason(error), Place(shown, error.lineno, error.offset), "mend the Turtle") from None
    if sum(len(s.triples) for s in statements) != whole:
        hint = "end each with ' .' and begin the next on a line of its own"
        raise ProjectError("it cannot be told where its statements end", Place(shown), hint)
    return statements, prefixes


def _statements(text: str) -> Iterator[Statement]:
    header = ""
    for line, chunk in _chunks(text):
        if _HEADER.match(chunk):
            header += chunk + "\n"
            continue
        quads = ox.parse(input=header + chunk, format=ox.RdfFormat.TURTLE)
        yield Statement(line, tuple(q.triple for q in quads))


def _reason(error: SyntaxError) -> str:
    return re.sub(r"^Parser error( at line \d+ [^:]*)?: ", "", str(error.msg))


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """The statements of a text that is known to parse, each with its line."""
    start: int | None = None
    sparql_style, tokens = False, 0
    line, counted = 1, 0
    for match in _TURTLE.finditer(text):
        if match.lastgroup == "space":
            continue
        if start is None:
            start, tokens = match.start(), 0
            sparql_style = match.group().lower() in ("prefix", "base")
            line, counted = line + text.count("\n", counted, start), start
        tokens += 1
        prefix_done = sparql_style and match.group().startswith("<")
        if match.lastgroup == "end" or prefix_done:
            yield line, text[start : match.end()]
            start = None


def entities_of(statements: Iterable[Statement]) -> list[Entity]:
    """The entities that statements name, sorted by IRI."""
    found: dict[str, dict[str, list[object]]] = {}
    for statement in statements:
        for triple in statement.triples:
            values = found.setdefault(triple.subject.value, {})  # type: ignore[union-attr]
            values.setdefault(triple.predicate.value, []).append(triple.object)
    return [_entity(iri, values) for iri, values in sorted(found.items())]


def _entity(iri: str, values: Mapping[str, list[object]]) -> Entity:
    def all_of(name: str) -> tuple[str, ...]:
        return tuple(sorted(v.value for v in values.get(name, ()) if isinstance(v, (ox.NamedNode, ox.Literal))))

    labels = [
        Label(v.value, v.language or "", kind)
        for name, kind in LABEL_KINDS.items()
        for v in values.get(name, ())
        if isinstance(v, ox.Literal)
    ]
    return Entity(
        iri,
        all_of(A.value),
        tuple(sorted(labels)),
        all_of(kg("belongsTo")),
        all_of(kg("context")),
        all_of(SKOS + "exactMatch"),
        all_of(kg("home")),
    )


_DIGITS = 18
"""The digits of the longest number: of longer ones the store keeps the text and forgets that it is a number."""


def check_literal(literal: Literal) -> str:
    """What is wrong with a literal for its datatype, or nothing: the store itself would keep nonsense in silence."""
    local = literal.datatype.removeprefix(XSD)
    shapes = {
        "integer": r"[+-]?\d+",
        "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)",
        "boolean": "true|false|0|1",
        "gYear": r"\d{4}",
        "gYearMonth": r"\d{4}-(0[1-9]|1[0-2])",
        "date": r"\d{4}-\d\d-\d\d",
    }
    if local in shapes and not re.fullmatch(shapes[local], literal.lexical, re.ASCII):
        return f'"{literal.lexical}" is no xsd:{local}'
    if local in ("integer", "decimal") and sum(map(str.isdigit, literal.lexical)) > _DIGITS:
        return f'"{literal.lexical[:40]}" has more than {_DIGITS} digits'
    if local == "date" and not _is_day(literal.lexical):
        return f'"{literal.lexical}" is no day of the calendar'
    return ""


def _is_day(iso: str) -> bool:
    from datetime import date

    try:
        date.fromisoformat(iso)
    except ValueError:
        return False
    return True
