"""The block of facts and the page that carries it, as text: the shape, the packing, the policy, the same bytes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pages
import pytest
import support
from crowd import crowd
from pictures import HOSTILE
from test_views import Page, contrast

from kg.errors import KgError
from kg.graph import Graph
from kg.views import data, packing, page, palette
from kg.views.collect import Collector

ROOT = Path(__file__).parent.parent
ASSETS = sorted((ROOT / "kg" / "views" / "assets").iterdir())


@pytest.fixture(scope="module")
def world() -> data.Data:
    collector = Collector(support.store())
    return collector.block(collector.facts(), "World")


def fact_of(world: data.Data, subject: str, predicate: str, value: str) -> data.Fact:
    def words(fact: data.Fact) -> tuple[str, str, str]:
        other = fact.value if fact.o is None else world.entities[fact.o].label
        return world.entities[fact.s].label, world.predicates[fact.p].label, other

    return next(f for f in world.facts if words(f) == (subject, predicate, value))


# The shape


def test_every_fact_of_the_store_is_in_the_block_once(world: data.Data) -> None:
    assert sorted(f.id for f in world.facts) == sorted(f.id for f in support.facts())
    assert world.total == len(world.facts)


def test_everything_points_to_something(world: data.Data) -> None:
    for fact in world.facts:
        assert 0 <= fact.s < len(world.entities)
        assert 0 <= fact.p < len(world.predicates)
        assert (fact.o is None) == bool(fact.value)
        assert all(0 <= item.document < len(world.documents) for item in fact.evidence)
    assert all(0 <= entity.class_ < len(world.classes) for entity in world.entities)
    assert len({d.id for d in world.documents}) == len(world.documents)


def test_a_fact_has_all_that_the_store_knows_of_it(world: data.Data) -> None:
    fact = fact_of(world, "BMW", "partners with", "Huawei")
    assert (fact.status, fact.from_, fact.support, fact.publishers) == ("InEffect", "2025-03", 2, 2)
    assert fact.published == ("2025-03-17", "2025-09-02")
    assert fact.details == (("topic", "artificial intelligence"),)
    dates = [world.documents[e.document].date for e in fact.evidence]
    assert dates == ["2025-09-02", "2025-03-18", "2025-03-17"], "the newest first"
    assert [e.copy for e in fact.evidence] == [False, True, False]
    assert fact.evidence[1].said == "2025-03-17", "a copy was said on the day of its original"


def test_scope_is_apart_from_details_and_units_stand_with_their_number(world: data.Data) -> None:
    planned = fact_of(world, "Neue Klasse", "uses software", "HarmonyOS NEXT")
    assert (planned.scope, planned.details) == ((("market", "China"),), (("exclusive", "true"),))
    reach = fact_of(world, "BMW iX3", "driving range", "805 km")
    assert ("unit", "km") not in reach.details
    assert reach.evidence[0].parts[-1][0] == "value"


def test_curators_entries_and_decisions_name_their_line(world: data.Data) -> None:
    curated = fact_of(world, "BMW", "headquartered in", "Munich")
    assert curated.curated
    assert re.fullmatch(r"seeds/facts/world\.ttl:\d+", f"{curated.curations[0].file}:{curated.curations[0].line}")
    decided = fact_of(world, "BMW", "launches", "digital key")
    assert {c.verdict for c in decided.curations} == {"Accepted"}


def test_contradictions_stand_on_both_sides_in_words(world: data.Data) -> None:
    based = fact_of(world, "HarmonyOS NEXT", "based on", "Android")
    free = fact_of(world, "HarmonyOS NEXT", "independent of", "Android")
    assert [c.fact for c in based.conflicts] == [free.id]
    assert [c.fact for c in free.conflicts] == [based.id]
    assert based.conflicts[0].text == "HarmonyOS NEXT independent of Android"


def test_entities_have_aliases_and_the_count_of_the_whole_store(world: data.Data) -> None:
    collector = Collector(support.store())
    few = collector.block(collector.facts(about=support.iri("Munich")))
    labels = {e.label: e for e in few.entities}
    everything = {e.label: e for e in world.entities}
    assert set(labels) == {"BMW", "Munich"}
    assert labels["BMW"].degree == everything["BMW"].degree > 5
    assert {a.label for a in labels["BMW"].aliases} == {"BMW Group", "宝马"}
    assert few.total == world.total > len(few.facts)


def test_facts_of_an_answer_by_name_by_ends_and_as_triples() -> None:
    collector = Collector(support.store())
    named = collector.facts(query="SELECT ?fact { ?fact kg:status kg:Ended }")
    assert {f.status.value for f in named} == {"Ended"}
    joined = collector.facts(query="SELECT ?a ?b { ?f rdf:subject ?a ; rdf:predicate at:supplies ; rdf:object ?b }")
    stated = collector.facts(
        query="CONSTRUCT { ?a at:supplies ?b } { ?f rdf:subject ?a ; rdf:predicate at:supplies ; rdf:object ?b }"
    )
    assert [f.id for f in joined] == [f.id for f in stated]
    assert {f.predicate for f in joined} == {support.AT + "supplies"}
    assert collector.facts(query="ASK { ?s ?p ?o }") == []


def test_plain_leaves_out_what_is_empty_and_keeps_every_index(world: data.Data) -> None:
    block = data.plain(world)
    assert block["v"] == data.VERSION
    assert all({"s", "p", "id", "status"} <= fact.keys() for fact in block["facts"])
    assert not [1 for fact in block["facts"] for value in fact.values() if value in ("", [], None) or value is False]
    assert json.loads(data.text(world)) == block


@pytest.mark.parametrize(
    ("quote", "names", "expected"),
    [
        ("Ada sees Ada", [("subject", ["Ada"]), ("object", ["Ada"])], [("subject", "Ada"), ("object", "Ada")]),
        ("the Adas and ADA", [("subject", ["Ada"])], [("subject", "ADA")]),
        ("Ada Boat sails", [("subject", ["Ada", "Ada Boat"]), ("object", ["Boat"])], [("subject", "Ada Boat")]),
        ("🚗🚢 Ada 𝔄 Boat", [("subject", ["Ada"]), ("object", ["Boat"])], [("subject", "Ada"), ("object", "Boat")]),
        ("宝马和华为合作", [("subject", ["宝马"]), ("object", ["华为"])], [("subject", "宝马"), ("object", "华为")]),
        ("İstanbul makes Boat", [("object", ["Boat"])], [("object", "Boat")]),
        ("nothing here", [("subject", ["Ada"]), ("time", [""])], []),
    ],
)  # fmt: skip
def test_parts_are_whole_words_that_do_not_overlap(quote: str, names: list, expected: list) -> None:
    units = quote.encode("utf-16-le")
    found = data.parts(quote, names)
    assert [(role, units[2 * a : 2 * b].decode("utf-16-le")) for role, a, b in found] == expected


# The packing


def decoded(text: str) -> bytes:
    """What ``packing.encoded`` made a text of, by arithmetic on one large number."""
    count, _, digits = text.partition(" ")
    values = [ord({"!": "&", "~": "<"}.get(digit, digit)) - 35 for digit in digits]
    number = 0
    for high, low in zip(values[::2], values[1::2], strict=True):
        number = number << 13 | (high * 91 + low)
    bits = len(values) // 2 * 13
    return (number >> bits % 8).to_bytes(bits // 8, "big")[: int(count)]


@pytest.mark.parametrize(
    "block", [pages.scene(), pages.hostile(), pages.empty(), crowd(60)], ids=["scene", "hostile", "empty", "crowd"]
)
def test_packing_writes_each_sentence_once_and_no_text_can_end_it(block: data.Data) -> None:
    packed = packing.pack(block)
    assert not [sign for part in packed for sign in "<&\n\0" if sign in part]
    picture, read = (json.loads(gzip.decompress(decoded(part))) for part in packed)
    assert not [(table, name) for table, columns in picture.items() for name in columns if name in read[table]]
    for table, columns in picture.items():
        read[table].update(columns)
    assert read == packing.columns(block)
    texts = [text if isinstance(text, str) else text[0] for text in read["sentences"]["texts"]]
    assert len(set(texts)) == len(texts)
    assert len(set(read["sentences"]["words"])) == len(read["sentences"]["words"])


@pytest.mark.parametrize("length", [0, 1, 2, 3, 12, 13, 14, 4096])
def test_bytes_come_back_from_text(length: int) -> None:
    content = bytes((n * 37 + length) % 256 for n in range(length))
    assert decoded(packing.encoded(content)) == content


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["0aff10c2", "00000001"], {"hex": "Cv8QwgAAAAE=", "each": 4}),
        (["0aff10c2", "0001"], ["0aff10c2", "0001"]),
        ([7, None, 9, 8], {"least": 7, "at": "#!%$"}),
        ([0, 60_000], [0, 60_000]),
        (["so", "so", None, "so"], {"least": 0, "at": "##$#", "of": ["so", None]}),
        ([[1], [1.0]], [[1], [1.0]]),
        ([True, True, 1, 1], {"least": 0, "at": "##$$", "of": [True, 1]}),
        (["one", "two", "three"], ["one", "two", "three"]),
    ],
    ids=["hexadecimal", "two lengths", "numbers", "too far apart", "few values", "alike", "true and one", "all differ"],
)
def test_columns_take_the_shortest_form_there_is_for_them(values: list, expected: object) -> None:
    assert json.dumps(packing.column(values)) == json.dumps(expected)


def test_packing_is_worth_it() -> None:
    block = crowd(1000)
    plain = len(gzip.compress(data.text(block).encode(), 9))
    assert sum(len(decoded(part)) for part in packing.pack(block)) < 0.5 * plain


def test_a_block_too_long_for_the_thorough_packer_is_packed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    thorough = packing.pack(crowd(60))
    monkeypatch.setattr(packing, "_QUICKLY", 0)
    for one, other in zip(thorough, packing.pack(crowd(60)), strict=True):
        assert gzip.decompress(decoded(one)) == gzip.decompress(decoded(other))
        assert len(one) < len(other)


# The page


@pytest.fixture(scope="module")
def text() -> str:
    return page.page(pages.scene())


def test_page_has_one_script_and_one_style_and_the_policy_names_both(text: str) -> None:
    seen = Page(text)
    assert (len(seen.of("script")), len(seen.of("style"))) == (1, 1)
    policy = next(m["content"] for m in seen.of("meta") if m.get("http-equiv") == "Content-Security-Policy") or ""
    hashed = [
        base64.b64encode(hashlib.sha256(seen.inside[tag][0].encode()).digest()).decode() for tag in ("script", "style")
    ]
    assert re.findall(r"'sha256-([^']*)'", policy) == hashed
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_page_asks_for_nothing(text: str) -> None:
    seen = Page(text)
    assert not [tag for tag in ("link", "img", "iframe", "object", "embed", "base") if seen.of(tag)]
    assert not re.findall(r"url\(|@import", seen.inside["style"][0])
    assert not [a for a in seen.of("script") if a]


@pytest.mark.parametrize("block", [pages.scene(), pages.hostile()], ids=["scene", "hostile"])
def test_no_element_carries_script_or_style_of_its_own(block: data.Data) -> None:
    own = [
        (tag, name)
        for tag, attributes in Page(page.page(block)).elements
        for name in attributes
        if name.startswith("on") or name == "style"
    ]
    assert own == []


def test_title_carries_name_and_date(text: str) -> None:
    assert Page(text).inside["title"] == ["A scene – knowledge graph – 2026-03-09"]


def test_table_for_browsers_without_scripts_has_the_first_facts_and_says_so() -> None:
    whole = page.page(crowd(page.LISTED + 30))
    assert whole.count("<tr><td>") == page.LISTED
    assert f"The first {page.LISTED} of {page.LISTED + 30} facts" in whole
    assert page.page(pages.scene()).count("<mark>") == sum(len(f.evidence) for f in pages.scene().facts)
    assert "There are no facts here." in page.page(pages.empty())


def test_hostile_texts_stand_in_the_table_as_text() -> None:
    whole = page.page(pages.hostile())
    assert HOSTILE[1] not in whole.partition("<noscript>")[2]
    assert "&lt;img src=x onerror=" in whole.partition("<noscript>")[2]
    assert "\x00" not in whole


def test_same_bytes_in_every_process(tmp_path: Path, text: str) -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); from pathlib import Path; import pages;"
        "from kg.views import page; page.write(Path(sys.argv[1]), pages.scene())"
    )
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.html"
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
        subprocess.run([sys.executable, "-c", code, str(out)], check=True, cwd=ROOT, env=environment)
        assert out.read_bytes() == text.encode()


def test_the_store_gives_the_same_page_twice(tmp_path: Path) -> None:
    graph = Graph(support.store())
    for name in ("a", "b"):
        graph.view(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_in_a_folder_the_page_carries_the_date_of_its_newest_source(tmp_path: Path) -> None:
    graph = Graph(support.store())
    collector = Collector(graph.store)
    newest = max(document.date for document in collector.block(collector.facts()).documents)
    graph.view(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [f"knowledge-graph-{newest}.html"]
    assert page.file_at(tmp_path, "") == tmp_path / "knowledge-graph.html"
    assert page.file_at(tmp_path / "x.html", newest) == tmp_path / "x.html"


def test_a_page_of_five_thousand_facts_is_small_and_quick_to_lay_out() -> None:
    block = crowd(5000)
    assert len({e.before + e.quote + e.after for f in block.facts for e in f.evidence}) == len(block.facts)
    assert len(page.page(block).encode()) < 400_000


def test_too_many_facts_are_refused_and_the_option_named() -> None:
    page.check_size(10, 10)
    with pytest.raises(KgError, match=r"11 facts are more than the 10 .*--query.*--max-facts"):
        page.check_size(11, 10)


def test_a_page_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"nowhere/x\.html: cannot be written"):
        page.write(tmp_path / "nowhere" / "x.html", pages.empty())


# The scripts


@pytest.mark.parametrize("path", [p for p in ASSETS if p.suffix == ".js"], ids=lambda p: p.name)
def test_scripts_make_no_markup_of_texts_and_stay_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    banned = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|"
        r"createContextualFragment|\bimport\s|\bexport\s|setAttribute\(\s*[\"']on|javascript:",
        source,
    )
    assert banned == []
    assert len(source.splitlines()) <= 400
    assert '"use strict";' in source
    assert source.startswith("// "), "it says what it is for"


def test_all_scripts_are_named() -> None:
    assert {p.name for p in ASSETS if p.suffix == ".js"} >= {*page.SCRIPTS, page.BOOT}
    assert len(set(page.SCRIPTS)) == len(page.SCRIPTS)


def test_leaving_out_indents_and_comments_changes_no_string() -> None:
    for name in (*page.SCRIPTS, page.BOOT):
        source = page.asset(name)
        inside = "".join(re.findall(r"`[^`]*`", source))
        assert "\n" not in inside, f"{name}: a template of several lines would lose its indents"


# Colours


@pytest.mark.parametrize(
    ("colours", "classes"),
    [(palette.LIGHT, palette.CLASSES_LIGHT), (palette.DARK, palette.CLASSES_DARK)],
    ids=["light", "dark"],
)
def test_contrast_of_everything_drawn(colours: dict[str, str], classes: tuple[str, ...]) -> None:
    """WCAG 2.2: 4.5 for text, 3 for marks and lines."""
    pairs = {
        **{(name, "paper"): 4.5 for name in ("ink", "muted", "accent", "danger")},
        **{(name, "raised"): 4.5 for name in ("ink", "muted", "accent")},
        ("ink", "mark"): 4.5, ("on-accent", "accent"): 4.5, ("on-accent", "danger"): 4.5,
        ("line", "paper"): 3, ("edge", "paper"): 3,
    }  # fmt: skip
    low = {
        p: round(contrast(colours[p[0]], colours[p[1]]), 2)
        for p, least in pairs.items()
        if contrast(colours[p[0]], colours[p[1]]) < least
    }
    assert not low
    assert not [c for c in classes if contrast(c, colours["paper"]) < 3]


# The small script


def test_the_small_script_is_of_the_scripts_as_they_are() -> None:
    assert page.asset(page.SMALL).startswith(page.seal(page.joined()) + "\n"), "run: python .ci/minify.py"
    assert len(page.script()) < 0.7 * len(page.joined())


def test_scripts_changed_since_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "BOOT", "share.js")
    assert "KG.paint" in page.script()
    assert len(page.script()) > 0.8 * len(page.joined())
