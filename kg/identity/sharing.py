"""What facts say of two entities: what both stand in, what joins them, what only one of them can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import product

from kg.identity.evidence import Evidence
from kg.identity.traits import Traits
from kg.model import Fact, Literal, Status, Term, term_key

_Key = tuple[str, str, str]
"""At which end of a fact an entity stands, its property, and what stands at the other end."""
_HELD = frozenset({Status.IN_EFFECT, Status.PLANNED, Status.REPORTED, Status.ENDED})
# What a shared fact weighs by how many entities share it: that two have their seat in one country says nothing.
_RARE = ((2, 0.35), (4, 0.25), (10, 0.1))
_QUALIFIED = 0.45
"""A rare fact that is shared down to a qualifier, such as the office held."""
_MOST_SHARED = 3
"""Of the facts that two entities share so many count: one article gives both of a pair of rivals a dozen."""
_JOINED, _DIFFERENT = 0.8, 0.4
_ROUNDING = Decimal("0.01")
"""How far apart two figures may be, as a share of the larger, and still be one."""


class Sharing:
    """The facts of a graph by the entities that stand in them. What a fact says of a denied statement counts not."""

    def __init__(self, facts: Iterable[Fact], traits: Traits) -> None:
        self.traits, self.ontology = traits, traits.ontology
        self.of: dict[str, dict[_Key, Fact]] = {}
        self.spread: dict[_Key, int] = {}
        for fact in sorted((f for f in facts if f.status in _HELD), key=lambda f: f.id):
            for iri, key in self.ends(fact):
                mine = self.of.setdefault(iri, {})
                if key not in mine:
                    self.spread[key] = self.spread.get(key, 0) + 1
                    mine[key] = fact

    def ends(self, fact: Fact) -> Iterator[tuple[str, _Key]]:
        """The entities of a fact, each with what is said of it."""
        both = self.ontology.properties[fact.predicate].symmetric
        yield fact.subject, ("either" if both else "subject", fact.predicate, term_key(fact.object))
        if isinstance(fact.object, str):
            yield fact.object, ("either" if both else "object", fact.predicate, term_key(fact.subject))

    def judge(self, one: str, other: str) -> Iterator[tuple[bool, Evidence]]:
        """What speaks for (True) and against (False) two entities being one, by what is said of them."""
        mine, theirs = self.of.get(one, {}), self.of.get(other, {})
        shared = [self._shared(mine[key], theirs[key], key) for key in sorted(mine.keys() & theirs.keys())]
        shared.sort(key=lambda e: (-e.weight if e else 0, str(e)))
        yield from ((True, e) for e in shared[:_MOST_SHARED] if e)
        # One fact is enough: that two things deal with each other is said no louder by a second.
        joins = {f.id: f for f in mine.values() if other in (f.subject, f.object)}
        for fact in [joins[i] for i in sorted(joins)][:1]:
            yield False, Evidence(f"a fact joins the two: {self._told(fact)}", _JOINED, (f"fact:{fact.id}",))
        yield from self._different(mine.values(), theirs.values(), one, other)

    def _shared(self, mine: Fact, theirs: Fact, key: _Key) -> Evidence | None:
        weight = next((weight for most, weight in _RARE if self.spread[key] <= most), 0.0)
        if not weight:
            return None
        qualified = sorted(set(mine.qualifiers) & set(theirs.qualifiers), key=str)
        words = [self._shown(v) for _, v in qualified]
        if qualified and self.spread[key] <= _RARE[0][0]:
            weight = _QUALIFIED
        where = f" ({', '.join(words)})" if words else ""
        label, other = self._label(mine.predicate), mine.object if key[0] == "subject" else self._other(mine, key)
        said = f"{self._shown(other)} {label} both" if key[0] == "object" else f"both: {label} {self._shown(other)}"
        return Evidence(said + where, weight, tuple(sorted({f"fact:{mine.id}", f"fact:{theirs.id}"})))

    def _other(self, fact: Fact, key: _Key) -> Term:
        return fact.subject if term_key(fact.subject) == key[2] else fact.object

    def _different(
        self, mine: Iterable[Fact], theirs: Iterable[Fact], one: str, other: str
    ) -> Iterator[tuple[bool, Evidence]]:
        """The first pair of facts that one thing cannot both have: its scope leaves room for one value."""
        first, second = ([f for f in facts if f.subject == iri] for facts, iri in ((mine, one), (theirs, other)))
        by_name = {fact.predicate: [g for g in second if g.predicate == fact.predicate] for fact in first}
        for a in sorted(first, key=lambda f: f.id):
            for b in sorted(by_name[a.predicate], key=lambda f: f.id):
                if self._excluded(a, b):
                    words = f"{self._label(a.predicate)} {self._shown(a.object)}, but {self._shown(b.object)}"
                    yield False, Evidence(words, _DIFFERENT, tuple(sorted((f"fact:{a.id}", f"fact:{b.id}"))))
                    return

    def _excluded(self, one: Fact, other: Fact) -> bool:
        scope = self.ontology.properties[one.predicate].functional_within
        if scope is None or not (one.status.asserts and other.status.asserts):
            return False
        values = [sorted(term_key(v) for q, v in fact.qualifiers if q in scope) for fact in (one, other)]
        later = one.valid_from and other.valid_from and one.valid_from != other.valid_from
        return values[0] == values[1] and not later and not _agree(one.object, other.object)

    def _label(self, predicate: str) -> str:
        return self.ontology.properties[predicate].label()

    def _shown(self, term: Term) -> str:
        return term.lexical if isinstance(term, Literal) else self.traits.name(term)

    def _told(self, fact: Fact) -> str:
        return f"{self._shown(fact.subject)} {self._label(fact.predicate)} {self._shown(fact.object)}"


def copied(facts: Iterable[Fact], sharing: Sharing, copy_of: dict[str, str]) -> dict[tuple[str, str], Evidence]:
    """The pairs of which copies of one text say the same: where one names the first, another names the second.

    An entity that both texts name is itself in both, and so the other of none.
    """
    said: dict[tuple[str, _Key], dict[str, set[str]]] = {}
    named: dict[str, set[str]] = {}
    rests: dict[tuple[str, _Key, str], set[str]] = {}
    for fact in facts:
        ends = list(sharing.ends(fact))
        for claim in fact.claims:
            text = copy_of.get(claim.document, "")
            for iri, key in ends:
                named.setdefault(iri, set()).add(claim.document)
                if text:
                    said.setdefault((text, key), {}).setdefault(iri, set()).add(claim.document)
                    rests.setdefault((text, key, iri), set()).add(f"fact:{fact.id}")
    found: dict[tuple[str, str], Evidence] = {}
    for (text, key), by_entity in sorted(said.items()):
        for one, other in product(sorted(by_entity), repeat=2):
            if one < other and named[one].isdisjoint(named[other]) and (one, other) not in found:
                documents = {f"document:{d}" for d in by_entity[one] | by_entity[other]}
                ids = rests[text, key, one] | rests[text, key, other] | documents
                found[one, other] = Evidence("copies of one text say the same of each", _QUALIFIED, tuple(sorted(ids)))
    return found


def _agree(one: Term, other: Term) -> bool:
    if not (isinstance(one, Literal) and isinstance(other, Literal)):
        return one == other
    try:
        a, b = Decimal(one.lexical), Decimal(other.lexical)
    except ArithmeticError:  # dates: the shorter is the longer, less precisely
        return one.lexical.startswith(other.lexical) or other.lexical.startswith(one.lexical)
    return abs(a - b) <= _ROUNDING * max(abs(a), abs(b))
