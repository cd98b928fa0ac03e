"""Who is who: the pairs of entities that may be one, what speaks for and against each, and the twins that are two."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline import AT, ID, ROOT, SUITES, knowledge

from kg import identity
from kg.build import Graph, assemble
from kg.errors import Faults, ProjectError
from kg.identity import Evidence, Proposal, Wording, proposals
from kg.identity.blocks import keys
from kg.identity.evidence import score
from kg.identity.letters import is_latin, plain_words, skeleton
from kg.identity.likeness import form_of, likeness
from kg.model import Claim, Document, Entity, Fact, Label, Literal, Origin, Qualifier, Status, Term
from kg.names import slug
from kg.ontology import Ontology
from kg.project import Project
from kg.queries.identity import entities as stored_entities
from kg.queries.identity import merges
from kg.store import Manifest, Store

ONE, OTHER = ID + "One", ID + "Other"
PARTS = ("texts", "facts", "home", "part_of", "listed", "class", "outer")
SUITE: Mapping[str, list[dict[str, Any]]] = tomllib.loads((SUITES / "identity.toml").read_text(encoding="utf-8"))
FEWEST = 40


@dataclass(frozen=True)
class World:
    entities: tuple[Entity, ...]
    facts: tuple[Fact, ...] = ()
    documents: tuple[Document, ...] = ()

    def proposals(self, decided: Iterable[tuple[str, ...]] = ()) -> list[Proposal]:
        return proposals(self.entities, self.facts, self.documents, ontology(), wording(), list(decided))


@cache
def wording() -> Wording:
    return identity.load(knowledge().project)


def ontology() -> Ontology:
    return knowledge().ontology


def entity(iri: str, *names: str, cls: str = "Organization", listed: bool = False, doubtful: bool = False) -> Entity:
    kinds = ["ambiguous" if doubtful else "preferred", *["alternative"] * len(names)]
    labels = tuple(sorted(Label(name, "", kind) for name, kind in zip(names, kinds, strict=False)))
    origin = Origin.CURATED if listed else Origin.EXTRACTED
    return Entity(iri, (AT + cls,), labels, origin=origin)


def world(case: Mapping[str, Any]) -> World:
    """The two entities of a case, its facts and its texts."""
    documents = [Document(text, f"{i}.txt", language="en") for i, text in enumerate(case.get("texts", ()))]
    if case.get("copies"):
        documents[1] = replace(documents[1], copy_of=documents[0].id)
    facts = [fact(line, documents) for line in case.get("facts", ())]
    crowd = [replace(f, subject=ID + f"Crowd{i}") for f in facts[:1] for i in range(case.get("crowd", 0))]
    return World(tuple(given_entity(case, i) for i in (0, 1)), (*facts, *crowd), tuple(documents))


def given_entity(case: Mapping[str, Any], i: int) -> Entity:
    classes = case.get("class", "Organization")
    flags = {name: bool(case.get(name, (False, False))[i]) for name in ("listed", "doubtful")}
    cls = classes if isinstance(classes, str) else classes[i]
    made = entity((ONE, OTHER)[i], *case["pair"][i].split(" | "), cls=cls, **flags)
    part_of = {"": (), "1": (ONE,)}
    whole, outer, home = (case.get(key, ("", ""))[i] for key in ("part_of", "outer", "home"))
    return replace(
        made,
        belongs_to=part_of.get(whole, (ID + whole,)),
        same_as=(outer,) if outer else (),
        home=(ID + home,) if home else (),
    )


def fact(line: str, documents: list[Document]) -> Fact:
    """A fact of a case: ``1 property object name=value @0``."""
    line, _, told = line.partition(" @")
    subject, predicate, rest = line.split(" ", 2)
    obj, _, qualified = rest.partition(" ")
    name, _, value = qualified.partition("=")
    qualifiers: tuple[Qualifier, ...] = ((AT + name, Literal(value)),) if name else ()
    ends = (end(subject), AT + predicate, end(obj))
    claims = ()
    if told:
        source = documents[int(told)]
        claims = (Claim(source.id, 0, len(source.text), source.text, *ends, qualifiers),)
    return Fact(*ends, (), qualifiers, Status.IN_EFFECT, claims=claims)  # type: ignore[arg-type]


def end(name: str) -> Term:
    if name in ("1", "2"):
        return (ONE, OTHER)[int(name) - 1]
    return Literal.decimal(name) if name.isdigit() else ID + name


def shown(case: Mapping[str, Any]) -> str:
    return " & ".join(case["pair"])


# -- the suite -----------------------------------------------------------------------------------------------------


def test_the_suite_is_large_enough() -> None:
    assert min(len(SUITE["same"]), len(SUITE["twin"])) >= FEWEST
    assert {c["unless"] for c in SUITE["twin"] if "unless" in c} == set(PARTS)


@pytest.mark.parametrize("case", SUITE["same"], ids=shown)
def test_one_thing_under_two_names_is_proposed(case: dict[str, Any]) -> None:
    [found] = world(case).proposals()
    assert found.entities == (ONE, OTHER)
    assert any(case["because"] in e.words for e in found.evidence), found.evidence


@pytest.mark.parametrize("case", SUITE["twin"], ids=shown)
def test_twins_are_not_proposed(case: dict[str, Any]) -> None:
    assert world(case).proposals() == []


@pytest.mark.parametrize("case", [c for c in SUITE["twin"] if "unless" in c], ids=shown)
def test_a_twin_is_proposed_without_what_speaks_against_it(case: dict[str, Any]) -> None:
    less = {k: v for k, v in case.items() if k != case["unless"]}
    if case["unless"] == "texts":  # then no fact has a text to stand on
        less["facts"] = [line.partition(" @")[0] for line in case["facts"]]
    assert world(less).proposals()


@pytest.mark.parametrize("case", [c for c in SUITE["twin"] if "but" in c], ids=shown)
def test_what_speaks_against_a_twin_is_said(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.identity.proposal.LEAST", 0.0)
    [found] = world(case).proposals()
    assert any(case["but"] in e.words for e in found.against), found.against


# -- what a proposal is --------------------------------------------------------------------------------------------


def two(one: str = "PT Bukit Baja Tbk", other: str = "Bukit Baja", **more: Any) -> World:
    return world({"pair": [one, other], **more})


def test_a_proposal_names_what_it_rests_on() -> None:
    given_world = two("Kraftwell Cells", "Kraftwel Cells", facts=["1 supplies Acme", "2 supplies Acme"])
    [found] = given_world.proposals()
    [shared] = [e for e in found.evidence if e.rests_on]
    assert shared.rests_on == tuple(sorted(f"fact:{f.id}" for f in given_world.facts))
    assert shared.words == "both: supplies Acme"


def test_a_text_that_names_both_is_named() -> None:
    given_world = two(
        "NCW", "Norland Cell Works", facts=["1 partnersWith Acme @0"], texts=["Norland Cell Works (NCW)."]
    )
    [found] = given_world.proposals()
    assert [e.rests_on for e in found.evidence if "in brackets" in e.words] == [
        (f"document:{given_world.documents[0].id}",)
    ]


def test_the_weightiest_reason_stands_first() -> None:
    [found] = two(home=["China", "China"], facts=["1 supplies Acme", "2 supplies Acme"]).proposals()
    weights = [e.weight for e in found.evidence]
    assert weights == sorted(weights, reverse=True)
    assert len(weights) == 4
    assert found.score == score(found.evidence, found.against)


def test_an_id_follows_the_entities_alone() -> None:
    [bare], [more] = two().proposals(), two(home=["China", "China"]).proposals()
    assert bare.id == more.id
    assert bare.score < more.score
    [else_] = World((entity(ID + "One", "Sandya Tbk"), entity(ID + "Third", "Sandya"))).proposals()
    assert else_.id != bare.id


def test_what_was_decided_is_never_proposed_again() -> None:
    assert two().proposals()
    assert two().proposals([(OTHER, ONE)]) == []
    assert two().proposals([(ID + "Third", ONE, OTHER)]) == []
    assert two().proposals([(ONE, ID + "Third"), (OTHER,), ()]) != []


def test_three_names_of_one_thing_make_three_pairs() -> None:
    names = {"A": "PT Bukit Baja", "B": "Bukit Baja Tbk", "C": "BUKIT BAJA"}
    found = World(tuple(entity(ID + key, name) for key, name in names.items())).proposals()
    assert {p.entities for p in found} == set(combinations([ID + key for key in names], 2))


def test_the_surest_stands_first() -> None:
    sure = replace(entity(ID + "Z1", "Sandya Cells"), home=(ID + "China",))
    found = World((*two().entities, sure, replace(sure, iri=ID + "Z2"))).proposals()
    assert [p.entities[0] for p in found] == [ID + "Z1", ONE]


def test_nothing_is_proposed_of_an_empty_graph_or_an_entity_alone() -> None:
    assert World(()).proposals() == []
    assert World(two().entities[:1]).proposals() == []


def test_one_entity_under_two_names_is_no_pair() -> None:
    assert World((entity(ONE, "Bukit Baja", "PT Bukit Baja", "BUKIT BAJA"),)).proposals() == []


def test_a_denied_fact_speaks_for_nothing() -> None:
    given_world = two("Kraftwell Cells", "Kraftwel Cells", facts=["1 supplies Acme", "2 supplies Acme"])
    assert given_world.proposals()
    denied = tuple(replace(f, status=Status.DENIED) for f in given_world.facts)
    assert replace(given_world, facts=denied).proposals() == []


def test_figures_of_different_scopes_or_years_do_not_keep_two_apart() -> None:
    pair = {"one": "Meridian 300", "other": "Meridian-300", "class": "VehicleModel"}
    apart = two(**pair, facts=["1 topSpeed 180", "2 topSpeed 240"])
    assert apart.proposals() == []
    first, second = apart.facts
    scoped = replace(first, qualifiers=((AT + "market", ID + "China"),))
    years = (replace(first, valid_from="2020"), replace(second, valid_from="2024"))
    rounded = replace(second, object=Literal.decimal("180.5"))
    for facts in ((scoped, second), years, (first, rounded)):
        assert replace(apart, facts=facts).proposals(), facts


def test_without_a_wording_names_differ_in_letters_alone() -> None:
    assert proposals(two().entities, (), (), ontology(), Wording()) == []
    same = two("VoltHaven", "Volt-Haven").entities
    assert [p.entities for p in proposals(same, (), (), ontology(), Wording())] == [(ONE, OTHER)]


def test_a_hostile_name_is_but_a_name() -> None:
    names = ["(((", "a" * 5000, "[bold]x[/bold]", "\\", "​", "ﷺ", "…", "+++", "𝕬cme", "İstanbul ß"]
    texts = ["((( (aka \\) formerly known as ((( [bold]x[/bold] (…)."]
    found = World(
        tuple(entity(f"{ID}N{i}", name) for i, name in enumerate(names)),
        documents=tuple(Document(text, "x", language="en") for text in texts),
    ).proposals()
    assert found == []


# -- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Škoda", "Skoda"),
        ("Müller", "Muller"),
        ("Ямал", "Yamal"),
        ("S.p.A.", "SpA"),
        ("O’Neil", "ONeil"),
        ("Ａｃｍｅ", "acme"),
    ],
)
def test_names_of_the_same_letters_have_the_same_words(one: str, other: str) -> None:
    assert plain_words(one) == plain_words(other)


@pytest.mark.parametrize(("one", "other"), [("P7", "P7+"), ("X 1", "X1"), ("Acme", "Acne")])
def test_other_names_have_other_words(one: str, other: str) -> None:
    assert plain_words(one) != plain_words(other)


def test_scripts() -> None:
    assert [is_latin(x) for x in ("Đà Nẵng", "Ça 4×4", "北京", "Газ", "Acme 北")] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("one", "other"), [("Muhammad", "Mohamed"), ("Soeharto", "Suharto"), ("Djakarta", "Jakarta"), ("Filip", "Philipp")]
)
def test_spellings_of_one_word_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one.lower()) == skeleton(other.lower())


def test_figures_have_skeletons_of_their_own() -> None:
    assert len({skeleton(x) for x in ("x1", "x11", "x111", "x2")}) == 4


@pytest.mark.parametrize("case", SUITE["same"], ids=shown)
def test_names_that_are_alike_share_a_key(case: dict[str, Any]) -> None:
    """What the blocks would lose no likeness could find."""
    for one in case["pair"][0].split(" | "):
        for other in case["pair"][1].split(" | "):
            a, b = (form_of(name, wording()) for name in (one, other))
            full = case.get("class") == "Person"
            if likeness(a, b, wording(), full=full):
                assert set(keys(a, wording())) & set(keys(b, wording()))


_WORDS = st.lists(
    st.sampled_from(["PT", "Tbk", "Acme", "Akme", "Motor", "Grup", "X1", "S.", "银行", "宝", "Éner", "of"]), max_size=4
)


@given(_WORDS, _WORDS, st.booleans())
def test_likeness_holds_both_ways_and_within_blocks(one: list[str], other: list[str], full: bool) -> None:
    a, b = (form_of(" ".join(words), wording()) for words in (one, other))
    found = likeness(a, b, wording(), full=full)
    assert found == likeness(b, a, wording(), full=full)
    if found:
        assert set(keys(a, wording())) & set(keys(b, wording()))


# -- the same input, the same proposals ----------------------------------------------------------------------------

_CASES = SUITE["same"] + SUITE["twin"]


@cache
def all_worlds() -> World:
    """The worlds of all cases in one, each with IRIs of its own."""
    parts = [_renamed(world(case), f"C{i}") for i, case in enumerate(_CASES[:30])]
    chained = [tuple(x for part in parts for x in getattr(part, name)) for name in ("entities", "facts", "documents")]
    return World(*chained)


def _renamed(part: World, prefix: str) -> World:
    def name(term: Term) -> Term:
        return term if isinstance(term, Literal) else term.replace(ID, ID + prefix)

    entities = [replace(e, iri=str(name(e.iri))) for e in part.entities]
    facts = [replace(f, subject=str(name(f.subject)), object=name(f.object)) for f in part.facts]
    return World(tuple(entities), tuple(facts), part.documents)


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_does_not_matter(random: Any) -> None:
    straight = all_worlds()
    shuffled = World(
        *(tuple(random.sample(x, len(x))) for x in (straight.entities, straight.facts, straight.documents))
    )
    assert shuffled.proposals() == straight.proposals() != []


_WEIGHTS = st.lists(st.floats(0, 1).map(lambda w: Evidence("x", round(w, 2))), max_size=5)


@given(_WEIGHTS, _WEIGHTS, st.floats(0, 1))
def test_a_score_stays_in_bounds_and_follows_its_evidence(
    pro: list[Evidence], contra: list[Evidence], w: float
) -> None:
    plain, more = score(pro, contra), Evidence("y", w)
    assert 0 <= plain <= 1
    assert score([*pro, more], contra) >= plain >= score(pro, [*contra, more])
    assert score([], contra) == 0


# -- the shipped names ---------------------------------------------------------------------------------------------


@cache
def shipped() -> tuple[list[Proposal], float]:
    start = process_time()
    found = proposals(knowledge().names.entities.values(), (), (), ontology(), wording())
    return found, process_time() - start


def test_the_shipped_names_are_each_of_one_thing() -> None:
    assert len(knowledge().names.entities) > 5000
    assert [p.entities for p in shipped()[0]] == []


def test_a_second_entry_of_a_listed_name_is_found_among_thousands() -> None:
    listed = sorted(knowledge().names.entities.values(), key=lambda e: e.iri)
    doubtful = {x.text for e in listed for x in e.labels if x.kind == "ambiguous"}  # what others are called too
    firms = [e for e in listed if _is_a_firm(e) and " " in e.label() and e.label() not in doubtful][::30]
    known = {x.text.casefold() for e in listed for x in e.labels}
    new = [entity(ID + slug(f"New {e.iri}"), e.label().replace(" ", "-") + " Ltd") for e in firms]
    assert len(new) > 20
    assert not {x.text.casefold() for e in new for x in e.labels} & known
    found = proposals([*listed, *new], (), (), ontology(), wording())
    pairs = {tuple(sorted((e.iri, n.iri))) for e, n in zip(firms, new, strict=True)}
    assert pairs <= {p.entities for p in found}


def _is_a_firm(entity: Entity) -> bool:
    classes = ontology().closure(entity.types)
    return AT + "Organization" in classes and AT + "OrganizationUnit" not in classes


def test_twice_the_names_take_about_twice_the_time() -> None:
    """Names made of syllables, so that many are near each other; pairs of all would take four times the time."""
    syllables = ["ka", "ro", "mi", "ten", "lo", "sa", "vu", "dri", "ne", "pol"]

    def named(count: int) -> World:
        texts = (f"{a}{b}{c} {d}{e}".title() for a in syllables for b in syllables for c in syllables
                 for d in syllables for e in syllables)  # fmt: skip
        chosen = [text for i, text in enumerate(texts) if i % 11 == 0][:count]
        return World(tuple(entity(f"{ID}E{i}", text) for i, text in enumerate(chosen)))

    def time(count: int) -> float:
        given_world, start = named(count), process_time()
        given_world.proposals()
        return process_time() - start

    assert min(time(4000) / time(2000) for _ in range(3)) < 3


# -- from texts ----------------------------------------------------------------------------------------------------

ARTICLES = {
    "a.md": ("en", "Lofthaven Technologies, a Munich-based software house, will supply Stellantis."),
    "b.md": ("id", "CEO LoftHaven-Technologies Budi Santoso berbicara. LoftHaven-Technologies bermitra dengan Huawei."),
}
TWINS = {
    "c.md": ("en", "LoftHaven-Technologies has partnered with Lofthaven Technologies, a Munich-based software house."),
}


@pytest.mark.parametrize(
    ("articles", "pairs"), [(ARTICLES, ["LoftHaven-Technologies Lofthaven_Technologies"]), (ARTICLES | TWINS, [])]
)
def test_new_names_of_articles_are_set_beside_each_other(
    articles: dict[str, tuple[str, str]], pairs: list[str]
) -> None:
    documents = [Document(text, source, language=code) for source, (code, text) in articles.items()]
    graph = assemble(knowledge(), documents, [knowledge().extract(d) for d in documents], [])
    found = proposals(graph.entities, graph.facts, graph.documents, ontology(), wording())
    assert sorted(" ".join(iri.removeprefix(ID) for iri in p.entities) for p in found) == pairs


# -- from a store --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", SUITE["same"], ids=shown)
def test_a_store_gives_the_same_proposals_as_what_was_put_into_it(case: dict[str, Any]) -> None:
    given_world = world(case)
    with _store(given_world) as store:
        assert merges(store, ontology(), wording()) == given_world.proposals()
        assert merges(store, ontology(), wording(), [(ONE, OTHER)]) == []


def test_entities_read_back_are_those_that_were_written() -> None:
    new = replace(entity(ONE, "Bukit Baja", "BB"), same_as=(ID + "X",), home=(ID + "China",), belongs_to=(OTHER,))
    listed = knowledge().names.entities
    with _store(World((new,)), listed.values()) as store:
        found = stored_entities(store)
    assert found == sorted([*listed.values(), new], key=lambda e: e.iri)


def _store(given_world: World, listed: Iterable[Entity] = ()) -> Store:
    claims = [c for f in given_world.facts for c in f.claims]
    entities = [*listed, *given_world.entities]
    graph = Graph(ontology(), entities, given_world.documents, claims, given_world.facts, ())
    return Store.from_quads(graph.quads(), Manifest(dict(ontology().prefixes.table), ontology().record_namespace))


# -- the file of words ---------------------------------------------------------------------------------------------


def loaded(folder: Path, text: str) -> Wording:
    (folder / "ontology").mkdir(exist_ok=True)
    (folder / "ontology" / "identity.toml").write_text(text, encoding="utf-8")
    return identity.load(Project(folder))


def test_a_project_without_the_file_has_no_wording(tmp_path: Path) -> None:
    assert identity.load(Project(tmp_path)) == Wording()


WORDS = """
[legal]
any = ["Ltd"]
here = ["S.p.A.", "公司"]
[same]
bank = ["bank", "银行"]
[words]
between = ["a.k.a."]
"""


def test_the_words_are_read(tmp_path: Path) -> None:
    found = loaded(tmp_path, WORDS)
    assert (found.legal[("ltd",)], found.legal[("spa",)], found.same["bank"]) == ("", "here", "bank")
    assert found.between == {"aka"}
    assert list(found.unspaced) == ["公司", "银行"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[legal", "no TOML: Expected ']' at the end of a table declaration"),
        ("[laws]\n", "unknown section [laws] (the sections are [legal], [same] and [words])"),
        ("legal = 1\n", "'legal' is no section (write [legal])"),
        ("[legal]\nhere = 'PT'\n", '\'here\' in [legal] is no list of texts (write ["…", "…"])'),
        ("[same]\nx = [' ']\n", '\'x\' in [same] is no list of texts (write ["…", "…"])'),
        ("[words]\nx = ['a']\n", "unknown list 'x' in [words] (the lists are between, loose, silent)"),
        ("[same]\na = ['x']\nb = ['X']\n", "'X' is to say two things in [same] (keep it in one of the lists)"),
        ("[words]\nloose = ['x']\n", "'x' in 'loose' has no list in [same] (give it one, or take it out)"),
    ],
)
def test_a_fault_of_the_file_names_its_place_and_the_way_out(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ProjectError) as caught:
        loaded(tmp_path, text)
    assert str(caught.value).startswith(f"ontology/identity.toml: {message}")


def test_the_example_of_the_guide_is_read(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "writing-names-and-facts.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```toml\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    found = loaded(tmp_path, example)
    assert all((found.legal, found.same, found.silent, found.loose, found.between, found.unspaced))


def test_all_faults_of_the_file_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(Faults) as caught:
        loaded(tmp_path, "[laws]\n[words]\nx = ['a']\n")
    assert len(caught.value.errors) == 2


def test_a_file_that_is_not_utf8_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "ontology").mkdir()
    (tmp_path / "ontology" / "identity.toml").write_bytes(b"[same]\nx = ['\xff']\n")
    with pytest.raises(ProjectError, match=r"identity\.toml: no TOML"):
        identity.load(Project(tmp_path))
