"""Pictures: what is drawn, and a page that asks nothing of anyone and runs nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pictures import HOSTILE, THING, fact, hostile, small, small_facts, small_words

from kg.errors import KgError
from kg.model import Status
from kg.views import network, palette
from kg.views.graph import VALUE, neighbourhood, picture
from kg.views.layout import places


class Page(HTMLParser):
    """A page as a parser sees it: elements with their attributes, and the text inside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": [], "title": [], "h1": []}
        self._open = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag
        if tag in self.inside:
            self.inside[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in self.inside:
            self.inside[self._open][-1] += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def text() -> str:
    return network.page(small(), "Ada", "store 1a2b")


@pytest.fixture(scope="module")
def hostile_text() -> str:
    return network.page(hostile(), HOSTILE[0], HOSTILE[1])


# What is drawn


def test_each_fact_is_one_line_between_two_nodes() -> None:
    drawn = small()
    assert len(drawn.lines) == len(drawn.entries) == 7
    between = {
        (drawn.nodes[x.source].label, drawn.entries[x.entry].predicate, drawn.nodes[x.target].label)
        for x in drawn.lines
    }
    assert ("Ada", "makes", "Boat") in between
    assert ("Ada", "sells", "Boat") in between, "parallel facts stay two"
    assert ("Cat", "knows", "Cat") in between, "a loop is drawn"


def test_lines_between_the_same_two_bend_apart_whatever_their_direction() -> None:
    drawn = small()
    ends = [(x, {drawn.nodes[x.source].label, drawn.nodes[x.target].label}) for x in drawn.lines]
    bends = [-x.bend if x.source > x.target else x.bend for x, names in ends if names == {"Ada", "Boat"}]
    assert sorted(bends) == [-1, 0, 1]


def test_a_value_is_a_node_of_its_own() -> None:
    twice = [fact("Ada", "age", small_facts()[6].object), fact("Cat", "age", small_facts()[6].object)]
    drawn = picture(twice, small_words(small_facts()))
    assert [n.kind for n in drawn.nodes].count(VALUE) == 2


def test_classes_are_numbered_by_frequency() -> None:
    assert [(k.label, k.count) for k in small().kinds] == [("Thing", 2), ("Maker", 1)]


def test_things_without_class_are_other() -> None:
    drawn = picture([fact("x", "p", "y")], small_words(small_facts()))
    assert [k.label for k in drawn.kinds] == ["other"]


def test_the_order_of_the_facts_does_not_matter() -> None:
    facts = small_facts()
    words = small_words(facts)
    assert picture(facts, words) == picture(facts[::-1], words)


def test_too_many_facts_are_refused_and_the_option_named() -> None:
    facts = [fact("a", "p", f"b{i}") for i in range(11)]
    with pytest.raises(KgError, match=r"11 facts.*--max-facts"):
        picture(facts, small_words(small_facts()), max_facts=10)
    assert len(picture(facts, small_words(small_facts()), max_facts=11).lines) == 11


def test_neighbourhood_grows_by_hops() -> None:
    chain = [fact("a", "p", "b"), fact("b", "p", "c"), fact("c", "p", "d"), fact("x", "p", "y")]
    assert [len(neighbourhood(chain, THING + "a", hops)) for hops in (0, 1, 2, 3, 9)] == [0, 1, 2, 3, 3]
    assert neighbourhood(chain, THING + "b", 1) == chain[:2], "as subject and as object"


def test_layout_is_the_same_each_time_and_keeps_nodes_apart() -> None:
    pairs = [(i, i * 7 % 40) for i in range(40)] + [(40, 41)]
    spots = places(43, pairs)
    assert spots == places(43, pairs)
    assert len(set(spots)) == 43, "no node lies on another"
    assert all(isinstance(n, int) for spot in spots for n in spot)


def test_layout_of_nothing_and_of_one() -> None:
    assert places(0, []) == []
    assert places(1, []) == [(0, 0)]


# The palette


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("colours", "classes"), [(palette.LIGHT, palette.CLASSES_LIGHT), (palette.DARK, palette.CLASSES_DARK)]
)
def test_contrast_is_enough_in_both_themes(colours: dict[str, str], classes: tuple[str, ...]) -> None:
    """WCAG 2.2: 4.5 for text, 3 for marks and lines."""
    paper = colours["paper"]
    texts = {name: contrast(colours[name], paper) for name in ("ink", "muted", "accent", "danger")}
    texts["marked"] = contrast(colours["ink"], colours["mark"])
    marks = {name: contrast(colours[name], paper) for name in ("line", "edge")}
    marks |= {colour: contrast(colour, paper) for colour in classes}
    assert not {k: round(v, 2) for k, v in texts.items() if v < 4.5}
    assert not {k: round(v, 2) for k, v in marks.items() if v < 3}
    assert contrast("#777777", "#808080") < 3, "the measure knows too little contrast"


def test_many_classes_have_different_marks() -> None:
    marks = {
        (palette.SHAPES[i % len(palette.SHAPES)], palette.CLASSES_LIGHT[i % len(palette.CLASSES_LIGHT)])
        for i in range(56)
    }
    assert len(marks) == 56


def test_each_status_has_its_own_line() -> None:
    assert len({(s.dashes, s.head) for s in palette.STROKES.values()}) == len(Status) == len(palette.STROKES)


# The page


def test_page_is_whole_and_asks_for_nothing(text: str) -> None:
    assert text.startswith('<!doctype html>\n<html lang="en">')
    page = Page(text)
    assert page.inside["title"] == ["Ada – knowledge graph"]
    assert any(m.get("name") == "viewport" for m in page.of("meta"))
    assert not page.of("link"), "no style sheet of another host"
    assert not page.of("img")
    assert not [s for s in page.of("script") if "src" in s]
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.findall(r"cdn|bootstrap|jsdelivr", markup)
    assert not re.findall(r"url\(|@import", page.inside["style"][0])


def test_policy_names_exactly_the_one_script_and_the_one_style(text: str) -> None:
    page = Page(text)
    policy = next(m["content"] for m in page.of("meta") if m.get("http-equiv") == "Content-Security-Policy") or ""
    runs = [
        s for a, s in zip(page.of("script"), page.inside["script"], strict=True) if a.get("type") != "application/json"
    ]
    assert (len(runs), len(page.inside["style"])) == (1, 1)
    hashed = [
        base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in (runs[0], page.inside["style"][0])
    ]
    assert re.findall(r"'sha256-([^']*)'", policy) == hashed
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_element_carries_script_or_style_of_its_own(hostile_text: str) -> None:
    page = Page(hostile_text)
    own = [
        (tag, name)
        for tag, attributes in page.elements
        for name in attributes
        if name.startswith("on") or name == "style"
    ]
    assert own == []
    assert {s.get("type") for s in page.of("script")} == {"application/json", None}
    assert len(page.of("script")) == 2


def test_hostile_texts_add_no_element(text: str, hostile_text: str) -> None:
    assert {tag for tag, _ in Page(hostile_text).elements} <= {tag for tag, _ in Page(text).elements} | {
        "p",
        "blockquote",
    }


def test_only_addresses_of_the_web_become_links(text: str, hostile_text: str) -> None:
    links = [a["href"] or "" for a in Page(hostile_text).of("a")]
    assert all(re.match(r"https?://|#fact-[0-9a-f]+$", link) for link in links)
    assert {link for a in Page(text).of("a") if (link := a["href"] or "").startswith("http")} == {
        f"https://example.org/{n}" for n in range(7)
    }


def test_data_cannot_close_its_script_and_reads_back(hostile_text: str) -> None:
    raw = re.search(r'<script id="picture" type="application/json">(.*?)</script>', hostile_text, re.DOTALL)
    assert raw is not None
    assert not re.search(r"[<>&\u2028\u2029\x00]", raw[1])
    assert HOSTILE[0] in {line["label"] for line in json.loads(raw[1])["lines"]}


def test_nodes_are_numbered_placed_and_have_no_titles(text: str) -> None:
    nodes = json.loads(re.search(r"nodes = new vis\.DataSet\((\[.*?\])\);", text)[1])  # type: ignore[index]
    edges = json.loads(re.search(r"edges = new vis\.DataSet\((\[.*?\])\);", text)[1])  # type: ignore[index]
    assert [n["id"] for n in nodes] == list(range(4))
    assert all(isinstance(n["x"], int) and isinstance(n["y"], int) and "title" not in n for n in nodes)
    assert len(edges) == 7
    assert all(e["arrows"]["to"]["enabled"] for e in edges)
    assert '"physics": {"enabled": false}' in text


def test_every_fact_stands_in_the_table_with_its_evidence(text: str) -> None:
    for number in range(7):
        assert f"<mark>the span {number}</mark> after.</blockquote>" in text
        assert f">Title {number}</a>" in text
    for words in (
        "2025-03-17",
        "The Paper",
        "said by Ada",
        "rule en/rule#1",
        "where: South",
        "<span>2020</span> <span>–</span> <span>2024</span>",
        "<span>from</span> <span>2026</span>",
    ):
        assert words in text
    assert text.count("⚠ contradicted</span>") == 2
    assert ">curator<" in text


def test_page_without_script_still_has_all() -> None:
    rows = re.findall(r"<tr class=\"proof\"[^>]*>", network.page(small()))
    assert len(rows) == 7
    assert not [row for row in rows if "hidden" in row]
    assert "<noscript>" in network.page(small())


def test_a_fact_without_evidence_says_so() -> None:
    drawn = picture([fact("a", "p", "b")], small_words(small_facts()))
    assert "No evidence is stored" in network.page(drawn)


def test_an_empty_picture_says_so() -> None:
    assert "No facts." in network.page(picture([], small_words(small_facts())))


def test_same_bytes_in_every_process(tmp_path: Path, text: str) -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); from pathlib import Path; from pictures import small;"
        "from kg.views import network; network.write(Path(sys.argv[1]), small(), 'Ada', 'store 1a2b')"
    )
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.html"
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
        subprocess.run(
            [sys.executable, "-c", code, str(out)], check=True, cwd=Path(__file__).parent.parent, env=environment
        )
        assert out.read_bytes() == text.encode()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.html", "2.html"], "nothing is left beside"


def test_a_page_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"nowhere/x\.html: cannot be written"):
        network.write(tmp_path / "nowhere" / "x.html", small())


def test_a_page_replaces_neither_link_nor_device(tmp_path: Path, text: str) -> None:
    real, link, null = tmp_path / "real.html", tmp_path / "link.html", tmp_path / "null.html"
    real.write_text("old")
    link.symlink_to(real)
    null.symlink_to("/dev/null")
    for path in (link, null):
        network.write(path, small(), "Ada", "store 1a2b")
    assert link.is_symlink()
    assert real.read_bytes() == text.encode()
    assert null.is_symlink()
    assert null.is_char_device()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.html", "null.html", "real.html"]


def test_another_make_of_pyvis_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pyvis = pytest.importorskip("pyvis.network")
    monkeypatch.setattr(pyvis.Network, "generate_html", lambda _: "<script>alert(1)</script>")
    with pytest.raises(KgError, match="of another make"):
        network.page(small())
