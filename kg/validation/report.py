"""Findings, and the report that holds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from kg.model import Literal
from kg.names import KG, STANDARD
from kg.rdf import to_ox

SEVERITIES: Mapping[str, str] = {"error": "Violation", "warning": "Warning", "info": "Info"}
"""Severities, gravest first, and their local names in SHACL."""

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of one node: the check that found it, what is wrong, and the way out.

    ``severity`` is ``error``, ``warning`` or ``info``; ``node`` an IRI, a blank node (``_:x``) or a literal. Findings
    sort by severity, gravest first, then by check, node and message.
    """

    check: str
    severity: str
    node: str
    message: str
    fix: str

    def _key(self) -> tuple[int, str, str, str, str]:
        return _RANK[self.severity], self.check, self.node, self.message, self.fix

    def __lt__(self, other: Finding) -> bool:
        return self._key() < other._key()


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of a run, and the names of the checks that ran, whether or not they found anything.

    >>> Report((), ("shared-label",)).conforms
    True
    """

    findings: tuple[Finding, ...]
    checks_run: tuple[str, ...]
    beyond: tuple[str, ...] = ()
    """What shapes say that no query was made of: pySHACL checked these shapes, over a copy of the graph in memory."""

    @property
    def conforms(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return all(finding.severity != "error" for finding in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each severity, gravest first."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

    def to_rows(self) -> list[dict[str, str]]:
        """The findings as rows of ``check``, ``severity``, ``node``, ``message`` and ``fix``."""
        return [asdict(finding) for finding in self.findings]

    def to_turtle(self) -> str:
        """The report as a ``sh:ValidationReport`` in Turtle; the same findings give the same bytes.

        >>> print(Report((), ()).to_turtle())
        @prefix kg: <https://w3id.org/autotech/kg#> .
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        <BLANKLINE>
        [] a sh:ValidationReport ;
            sh:conforms true .
        <BLANKLINE>
        """
        head = f"@prefix kg: <{KG}> .\n@prefix sh: <{STANDARD['sh']}> .\n\n[] a sh:ValidationReport ;\n"
        parts = [f"    sh:conforms {'true' if self.conforms else 'false'}", *map(_result, self.findings)]
        return head + " ;\n".join(parts) + " .\n"


def _result(finding: Finding) -> str:
    lines = [
        "    sh:result [ a sh:ValidationResult",
        f"sh:focusNode {_node(finding.node)}",
        f"sh:resultSeverity sh:{SEVERITIES[finding.severity]}",
        f"sh:resultMessage {_text(finding.message)}",
        "sh:sourceConstraintComponent kg:Check",
        f"kg:check {_text(finding.check)}",
        f"kg:fix {_text(finding.fix)} ]",
    ]
    return " ;\n        ".join(lines)


def _node(node: str) -> str:
    if ":" not in node or any(c in node for c in ' "<>\n'):
        return _text(node)
    return node if node.startswith("_:") else str(to_ox(node))


def _text(text: str) -> str:
    return str(to_ox(Literal(text)))
