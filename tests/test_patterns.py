"""The notation of patterns, the faults of a language file in words, and that reading costs no more than it must."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from pipeline import ROOT, Told, claims, knowledge

from kg import text as text_module
from kg.errors import Faults
from kg.mentions import Linker
from kg.model import Document
from kg.patterns import Language, load
from kg.patterns.grammar import Grammar
from kg.patterns.index import Index
from kg.patterns.notation import GAP, Words
from kg.patterns.segment import segment
from kg.project import Project
from kg.relations import Reader

SHIPPED = sorted((ROOT / "ontology" / "patterns").glob("*.toml"))
ENGLISH = (ROOT / "ontology" / "patterns" / "en.toml").read_text(encoding="utf-8")
HEAD = ENGLISH[: ENGLISH.index("\n[patterns]\n")]
"""All of the English file but its patterns."""


def language(folder: Path, text: str, name: str = "xx.toml") -> Language:
    """A language file of its own, read with the shipped ontology and units."""
    patterns = folder / "ontology" / "patterns"
    patterns.mkdir(parents=True, exist_ok=True)
    (patterns / name).write_text(text, encoding="utf-8")
    (folder / "ontology" / "units.toml").write_bytes((ROOT / "ontology" / "units.toml").read_bytes())
    [found] = load(Project(folder), knowledge().ontology).values()
    return found


def reading(found: Language) -> Callable[[str], list[Told]]:
    """Reads texts with a language's patterns and the shipped names."""
    known = knowledge()
    linker = Linker(known.readers["en"][0].gazetteer, found, known.ontology)
    reader = Reader(found, known.ontology, linker.resolver)

    def read(text: str) -> list[Told]:
        return [Told.of(c) for c in reader.extract(Document(text, "a.txt"), linker.link(text)).claims]

    return read


# -- the notation ---------------------------------------------------------------------------------------------

HUG = "BMW partnersWith Huawei"
FAR = "grows trees " * (GAP // 2 + 1)


@pytest.mark.parametrize(
    ("line", "matching", "others"),
    [
        ("{s} hugs {o}", ["BMW hugs Huawei."], ["BMW kicks Huawei.", "BMW hugs. Huawei waits."]),
        ("{s} (hugs|meets with) {o}", ["BMW hugs Huawei.", "BMW meets with Huawei."], ["BMW meets Huawei."]),
        ("{s} <partner_verb> {o}", ["BMW teams up with Huawei."], ["BMW plays with Huawei."]),
        ("{s} (first|<be>)? hugs {o}", ["BMW hugs Huawei.", "BMW first hugs Huawei."], ["BMW kicks Huawei."]),
        ("{s} hugs {o} today?", ["BMW hugs Huawei.", "BMW hugs Huawei today."], ["BMW kicks Huawei."]),
        ("{s} .. hugs {o}", ["BMW in great wisdom hugs Huawei."], [f"BMW {FAR} hugs Huawei."]),
        ("{s} + hugs + {o}", ["BMW hugs Huawei."], ["BMW also hugs Huawei.", "BMW hugs the Huawei."]),
        ("{s} hugs {o}", ["BMW also hugs the Huawei.", "BMW (Munich) hugs Huawei."], ["BMW hugs and sells Huawei."]),
        ("{both} embrace", ["BMW and Huawei embrace."], ["BMW may embrace. Huawei waits."]),
        ("{s:Automaker} hugs {o:TechnologyCompany|Chip}", ["BMW hugs Huawei."], ["Huawei hugs BMW."]),
    ],
)  # fmt: skip
def test_a_construct_matches_and_does_not(line: str, matching: list[str], others: list[str], tmp_path: Path) -> None:
    read = reading(language(tmp_path, f'{HEAD}\n[patterns]\npartnersWith = ["{line}"]\n'))
    assert {text: [t.fact for t in read(text)] for text in matching} == {text: [HUG] for text in matching}
    assert {text: [t.fact for t in read(text)] for text in others} == {text: [] for text in others}


@pytest.mark.parametrize(
    ("name", "line", "text", "facts"),
    [
        ("partnersWith", "{both} embrace", "BMW, Kia and Huawei embrace.", ["BMW Huawei", "BMW Kia", "Kia Huawei"]),
        ("availableIn", "{s} delights {o}", "The Avanza delights Japan.", ["Toyota_Avanza Japan"]),
        ("headquarteredIn", "hail {o:demonym} {s}", "Hail German BMW.", ["BMW Germany"]),
        ("headquarteredIn", "hail {o:demonym} {s}", "Hail Germany BMW.", []),
        ("partnersWith", "{s} hugs {o}", "BMW hugs Indonesia.", []),
        ("drivingRange", "{s} rolls {o}", "The Polestar 3 rolls 500 km.", ["Polestar_3 500"]),
        ("drivingRange", "{s} rolls {o}", "The Polestar 3 rolls 500 kWh.", []),
        ("releaseDate", "{s} is born {o}", "The Polestar 3 is born May 2026.", ["Polestar_3 2026-05"]),
    ],
)  # fmt: skip
def test_slots_take_what_fits(name: str, line: str, text: str, facts: list[str], tmp_path: Path) -> None:
    read = reading(language(tmp_path, f'{HEAD}\n[patterns]\n{name} = ["{line}"]\n'))
    found = sorted(t.fact.replace(f" {name} ", " ") for t in read(text))
    assert found == facts


def test_a_line_can_fix_the_status_and_take_qualifiers(tmp_path: Path) -> None:
    lines = 'partnersWith = ["{s} hugs {o} => Ended"]\nsupplies = ["{s} feeds {product} to {o}"]\n'
    read = reading(language(tmp_path, f"{HEAD}\n[patterns]\n{lines}"))
    assert [(t.fact, t.status) for t in read("BMW will hugs Huawei.")] == [(HUG, "Ended")]
    [told] = read("CATL feeds the Qilin Battery to BMW.")
    assert (told.fact, told.qualifiers) == ("CATL supplies BMW", {"product": "Qilin_Battery"})


def test_a_claim_names_the_line_that_read_it() -> None:
    [found] = [c for c in claims("BMW has partnered with Huawei.") if c.predicate.endswith("partnersWith")]
    code, _, number = found.pattern.partition("/partners-with#")
    assert (code, int(number) > 0) == ("en", True)


# -- faults ---------------------------------------------------------------------------------------------------

FAULTY = """\
language = "xx"
label = "Faulty"

[grammar]
filler = "a"
colour = "red"

[words]
hug = "hugs"

[patterns]
partnersWith = [
  "{s} <hug> {o}",
  "{s} <kiss> {o}",
  "{s} {o}",
]
owns = ["{s} <hug> {o}"]
drivingRange = [
  "{s} rolls {o} => Perhaps",
  "{s} rolls far",
]
"""


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(Faults) as caught:
        language(folder, text)
    return [str(e) for e in caught.value.errors]


def test_all_faults_of_a_file_are_named_with_their_lines(tmp_path: Path) -> None:
    found = faults(tmp_path, FAULTY)
    start = "ontology/patterns/xx.toml"
    assert found[0].startswith(f"{start}:6: unknown key 'colour' in [grammar] (known: ")
    assert found[1:] == [
        f"{start}:14: unknown list <kiss> (in: {{s}} <kiss> {{o}})",
        f"{start}:15: no word to look for: a pattern needs at least one (in: {{s}} {{o}})",
        f"{start}:17: unknown property 'owns' (see the ontology's terms)",
        (
            f"{start}:19: unknown status 'Perhaps' (known: InEffect, Planned, Reported, Denied, Ended) "
            "(in: {s} rolls {o} => Perhaps)"
        ),
        f"{start}:20: a line needs {{s}} and {{o}}, or {{both}} (in: {{s}} rolls far)",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[patterns]\npartnersWith = ["{s} hugs ( {o}"]', "2: not in the notation: '( {o}' (in: {s} hugs ( {o})"),
        ('[patterns]\npartnersWith = ["{s} (a|) {o}"]', "2: an empty alternative in (a|) (in: {s} (a|) {o})"),
        ('[patterns]\npartnersWith = ["{s} a {o} {colour}"]', "2: unknown slot {colour} (in: {s} a {o} {colour})"),
        (
            '[patterns]\ncompetesWith = ["a {both} {of}"]',
            "2: at:competesWith takes no qualifier {of} (in: a {both} {of})",
        ),
        ('[patterns]\npartnersWith = ["{s:Cheese} hugs {o}"]', "2: unknown class 'Cheese' (in: {s:Cheese} hugs {o})"),
        ('[unlisted]\nCheese = ["cheese {x}"]', "2: unknown class 'Cheese' (see the ontology's terms)"),
        (
            '[unlisted]\nPerson = ["mr {s}"]',
            "2: a line that types a name needs {x} and no other slot but {o:Class} (in: mr {s})",
        ),
        ('[unlisted]\nPerson = ["{x} of {o:Cheese}"]', "2: unknown class 'Cheese' (in: {x} of {o:Cheese})"),
        ('[words]\na = "b"\nc = ["<d>"]', "3: unknown list <d> (lists are read from the top)"),
    ],
)  # fmt: skip
def test_a_fault_word_for_word(text: str, message: str, tmp_path: Path) -> None:
    assert faults(tmp_path, text) == [f"ontology/patterns/xx.toml:{message}"]


def test_what_is_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    [message] = faults(tmp_path, 'language = "xx"\nlabel = \n')
    assert message.startswith("ontology/patterns/xx.toml:2: no TOML: ")
    [message] = faults(tmp_path, "[sounds]\nmoo = 1\n")
    assert message.startswith("ontology/patterns/xx.toml:1: unknown section [sounds] (known: ")


def test_a_file_that_is_not_utf_8_is_named_with_the_byte(tmp_path: Path) -> None:
    language(tmp_path, 'language = "xx"\n')
    (tmp_path / "ontology" / "patterns" / "xx.toml").write_bytes(b'label = "fran\xe7ais"')
    with pytest.raises(Faults) as caught:
        load(Project(tmp_path), knowledge().ontology)
    message = "ontology/patterns/xx.toml: not UTF-8 at byte 13 (save the file as UTF-8)"
    assert [str(e) for e in caught.value.errors] == [message]


# -- what ships -----------------------------------------------------------------------------------------------


def test_every_property_is_worded_in_every_language() -> None:
    known = knowledge()
    for code, found in known.languages.items():
        speech = known.ontology.domain + found.text("speech", "property")
        worded = {p.property for p in found.patterns} | {speech}
        missing = {i for i, p in known.ontology.properties.items() if not p.is_qualifier} - worded
        assert not missing, (code, sorted(missing))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_every_line_that_ships_compiles_with_its_place(path: Path) -> None:
    found = knowledge().languages[path.stem]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(found.patterns) > 100
    for pattern in (*found.patterns, *found.unlisted):
        assert pattern.text.replace('"', '\\"') in lines[pattern.line - 1], pattern.id
    assert len({p.id for p in found.patterns}) == len(found.patterns)


def test_no_line_stands_twice_for_one_property() -> None:
    for found in knowledge().languages.values():
        told = [(p.property, p.text) for p in found.patterns]
        assert len(told) == len(set(told)), sorted({t for t in told if told.count(t) > 1})


def test_every_line_has_a_word_to_look_for() -> None:
    for found in knowledge().languages.values():
        for pattern in found.patterns:
            anchor = pattern.elements[pattern.anchor]
            assert not isinstance(anchor, Words) or all(anchor.alternatives), pattern.id


# -- cost: counted in calls of functions of the package, not by the clock -------------------------------------

counted = pytest.mark.skipif(
    not str(text_module.__file__).endswith(".py"), reason="functions of compiled modules call each other unseen"
)


def work(action: Callable[[], object]) -> int:
    """How many functions of the package are called: the same on every machine."""
    calls = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and "/kg/" in frame.f_code.co_filename

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(before)
    return calls


ARTICLE = (ROOT / "seeds" / "articles" / "2025-03-17-bmw-huawei-hicar.md").read_text(encoding="utf-8").split("---\n")[2]


@counted
def test_the_cost_does_not_grow_with_the_patterns(tmp_path: Path) -> None:
    more = "".join(f'  "{{s}} .. (word{n}a|word{n}b) {{o}}",\n' for n in range(2_000))
    few = f"{HEAD}\n[patterns]\n" + 'partnersWith = [\n  "{s} .. <partner_verb> {o}",\n'
    small = reading(language(tmp_path / "few", few + "]\n"))
    large = reading(language(tmp_path / "many", few + more + "]\n"))
    small(ARTICLE), large(ARTICLE)
    assert work(lambda: large(ARTICLE)) == work(lambda: small(ARTICLE)) > 100


@counted
def test_the_cost_grows_with_the_text_and_no_faster() -> None:
    claims(ARTICLE)
    once, thrice = work(lambda: claims(ARTICLE)), work(lambda: claims(ARTICLE * 3))
    assert 2 * once < thrice < 4 * once


SENTENCE = "BMW has partnered with Huawei to bring HarmonyOS to the iX3 in China from 2026 and "


@pytest.mark.parametrize(
    "text",
    [
        "BMW " + ", " * 100_000 + "Huawei",
        "BMW " + "(" * 100_000 + " Huawei",
        "(" * 50_000 + "BMW" + ")" * 50_000,
        "“" * 100_000,
        "\n" * 100_000 + "BMW",
        "." * 100_000,
        "12 " * 30_000,
        SENTENCE * (200_000 // len(SENTENCE)),
    ],
    ids=["commas", "brackets", "nested", "quotation-marks", "lines", "stops", "figures", "one-sentence-of-200-kB"],
)
def test_hostile_text_is_read_to_its_end(text: str) -> None:
    found = claims(text)
    assert all(text[c.start : c.end] == c.quote for c in found)


@counted
def test_a_sentence_without_end_is_read_in_pieces() -> None:
    """The work for a sentence grows faster than its length: what is longer than any real one is cut."""
    claims(SENTENCE)
    once, twice = work(lambda: claims(SENTENCE * 30)), work(lambda: claims(SENTENCE * 60))
    assert twice < 2.5 * once


# -- which patterns are tried ---------------------------------------------------------------------------------


def test_what_several_patterns_word_alike_is_read_once_by_the_last(tmp_path: Path) -> None:
    lines = ["{s} hugs {o}", "{s} (hugs|greets) {o}", "{s} .. hugs {o}"]
    found = language(tmp_path, f"{HEAD}\n[patterns]\npartnersWith = {lines}\n")
    known = knowledge()
    linker = Linker(known.readers["en"][0].gazetteer, found, known.ontology)
    reader = Reader(found, known.ontology, linker.resolver)
    [claim] = reader.extract(Document("BMW hugs Huawei.", "a.txt"), linker.link("BMW hugs Huawei.")).claims
    assert (claim.pattern, claim.confidence) == ("en/partners-with#2", "0.95")


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("BMW hugs Huawei.", ["{s} hugs {o}", "{both} hugs"]),
        ("BMW and Huawei hugs.", ["{both} hugs"]),
        ("hugs BMW and Huawei.", []),
        ("BMW hugs.", []),
        ("BMW hugs tightly Huawei.", ["{s} hugs {o}", "{both} hugs", "{s} hugs tightly {o}"]),
    ],
)
def test_a_pattern_is_tried_only_where_each_part_has_something_on_its_side(
    tmp_path: Path, text: str, tried: list[str]
) -> None:
    lines = ["{s} hugs {o}", "{both} hugs", "{s} hugs tightly {o}"]
    assert patterns_tried(tmp_path, f"partnersWith = {lines}", text) == tried


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("BMW hugs Huawei.", ["{s} .. hugs + {o}", "{s} + hugs .. {o}"]),
        ("BMW now hugs dear Huawei.", ["{s} .. hugs + dear {o}"]),
        ("BMW now hugs the dear Huawei.", []),
        ("BMW hugs dear Huawei.", ["{s} + hugs .. {o}", "{s} .. hugs + dear {o}"]),
        ("BMW now hugs Huawei.", ["{s} .. hugs + {o}"]),
    ],
)
def test_what_plus_joins_must_stand_right_beside_the_words_looked_up(
    tmp_path: Path, text: str, tried: list[str]
) -> None:
    lines = ["{s} .. hugs + {o}", "{s} + hugs .. {o}", "{s} .. hugs + dear {o}"]
    assert patterns_tried(tmp_path, f"partnersWith = {lines}", text) == tried


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("Ada Lovelace, vice head, BMW.", ["{s} , {role} , {o}"]),
        ("Ada Lovelace, vice head - BMW.", []),
        ("Ada Lovelace, vice head - one, BMW.", ["{s} , {role} , {o}"]),
    ],
)
def test_parts_beside_free_words_are_looked_for_beyond_all_of_them(tmp_path: Path, text: str, tried: list[str]) -> None:
    words = 'role = "head"\nrole_with = "vice"'
    lines = ["{s} , {role} , {o}", "{s} , {role} - {o}"]
    assert patterns_tried(tmp_path, f"worksFor = {lines}", text, words) == tried


def patterns_tried(tmp_path: Path, patterns: str, text: str, words: str = "") -> list[str]:
    """The patterns of a language of their own that are tried in a text, in order."""
    source = f'language = "xx"\n[grammar]\nand = "and"\n[words]\n{words}\n[patterns]\n{patterns}\n'
    found = language(tmp_path, source)
    known = knowledge()
    linked = Linker(known.readers["en"][0].gazetteer, found, known.ontology).link(text)
    hits = Index(found.patterns, dict(found.lists)).hits(segment(linked, 0, len(linked.tokens), Grammar.of(found)))
    return [e.pattern.text for hit in hits for e in hit.entries]
