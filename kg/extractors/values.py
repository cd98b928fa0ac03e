"""The values of proposals: valid for their property, and read from the quotation, not from elsewhere."""

from __future__ import annotations

import re

from kg.extractors.evidence import Evidence
from kg.extractors.proposal import Reason
from kg.model import Literal
from kg.names import RDF, XSD
from kg.ontology import KINDS, Property
from kg.rdf import check_literal
from kg.text import Value

_LANG_STRING = RDF + "langString"
_CODE = re.compile(r"[^\W\d_][\w./]{0,11}|[%°$€£¥₹₩]|\[[\w_]{1,10}\][/\w]{0,6}")


class RefusedError(Exception):
    """Ends the judging of one proposal."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(reason, detail)


def read_value(prop: Property, text: str, evidence: Evidence) -> tuple[Literal, Value | None]:
    """The literal of a property that wants one, and the value of the text that it was read from, if the project's own
    grammar reads it. Raises RefusedError."""
    if prop.kind == "quantity":
        return _quantity(prop, text, evidence)
    if prop.kind == "date":
        return read_date(text, evidence), None
    if prop.kind == "boolean":
        return _checked(Literal(text, XSD + "boolean"), frozenset({"true", "false"})), None
    return _words(prop, text, evidence), None


def _checked(literal: Literal, only: frozenset[str] = frozenset()) -> Literal:
    wrong = check_literal(literal)
    if wrong or (only and literal.lexical not in only):
        raise RefusedError(Reason.VALUE, wrong or f'"{literal.lexical}" is none of: {", ".join(sorted(only))}')
    return literal


def _quantity(prop: Property, text: str, evidence: Evidence) -> tuple[Literal, Value | None]:
    datatype = next(r for r in prop.range if KINDS.get(r) == "quantity")
    literal = _checked(Literal(text, datatype))
    wanted = prop.dimension or "any"
    for value in evidence.values:
        fits = value.kind != "date" and wanted in ("any", value.kind)
        if fits and value.literal is not None and value.literal.lexical == literal.lexical:
            return literal, value
    # A figure that the grammar does not read counts as it stands, but not in a unit that is not there.
    symbols = {prop.unit, prop.unit.replace(".", "")} - {""}
    in_unit = not symbols or any(evidence.says(s) for s in symbols)
    if in_unit and literal.lexical in {Literal.decimal(n).lexical for n in evidence.numbers}:
        return literal, None
    raise RefusedError(Reason.VALUE_NOT_QUOTED, f"{literal.lexical} {prop.unit}".strip())


def _words(prop: Property, text: str, evidence: Evidence) -> Literal:
    if not text.strip() or text not in evidence.quote:
        raise RefusedError(Reason.VALUE_NOT_QUOTED, text[:80])
    datatype = next(r for r in prop.range if KINDS.get(r) == "text")
    language = evidence.page.document.language
    if datatype == _LANG_STRING and not language:
        return Literal(text)
    return Literal(text, datatype, language if datatype == _LANG_STRING else "")


def read_date(iso: str, evidence: Evidence) -> Literal:
    """A date that stands in the quotation, as precise as there or less. Raises RefusedError."""
    literal = Literal.date(iso)
    if literal.datatype == XSD + "string" or check_literal(literal):
        raise RefusedError(Reason.DATE, f'"{iso[:40]}" is no date: write YYYY-MM-DD, YYYY-MM or YYYY')
    dates = [v for v in evidence.values if v.kind == "date"]
    ends = {e for v in dates for e in (v.literal.lexical if v.literal else "", *v.period)}
    figures = evidence.says(iso[:4]) and (evidence.page.linked is None or len(iso) == 4)
    if not figures and not any(end.startswith(iso) for end in ends):
        raise RefusedError(Reason.DATE, f"{iso} does not stand in the quotation")
    return literal


def checked_code(text: str) -> Literal:
    """The code of a unit or a currency. Raises RefusedError."""
    if not _CODE.fullmatch(text):
        raise RefusedError(Reason.QUALIFIER, f'"{text[:40]}" is no unit')
    return Literal(text)
