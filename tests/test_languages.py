"""Which language a text is in, and where its sentences and quotations are: as data, and for any text at all."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pipeline import SUITES, knowledge, linked

from kg.languages import detect, quotations, sentences
from kg.text import Tokens

CASES: list[dict[str, Any]] = tomllib.loads((SUITES / "sentences.toml").read_text(encoding="utf-8"))["case"]
KNOWN = ("en", "id")

# -- which language ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Toyota recalls 1.2 million cars"),
        ("en", "Nissan appoints new chief executive"),
        ("en", "The new car costs less than the old one."),
        ("en", "VW invests in Rivian"),
        ("en", "Indonesia will build batteries in Karawang, the minister said in Jakarta."),
        ("id", "Harga mobil listrik turun"),
        ("id", "Toyota luncurkan mobil baru"),
        ("id", "Nissan tunjuk direktur baru"),
        ("id", "Penjualan mobil naik pada kuartal pertama."),
        ("id", "General Motors dan Ford membuka pabrik baterai di Michigan."),
        ("de", "Die Bahn baut ein neues Werk in Leipzig."),
        ("fr", "Le constructeur annonce une nouvelle usine en France."),
        ("zh", "宝马与华为合作开发新系统"),
        ("ja", "トヨタは新型車を発売すると発表した。"),
    ],
)
def test_the_language_of_short_texts(language: str, text: str) -> None:
    assert detect(text, KNOWN) == language


def test_a_known_language_beyond_the_neighbours_can_be_found() -> None:
    text = "Den nya bilen säljs i Sverige från och med nästa år, säger företaget."
    assert detect(text, KNOWN) != "sv"
    assert detect(text, (*KNOWN, "sv")) == "sv"


def test_a_text_without_words_has_some_language_and_no_error() -> None:
    for text in ("", "   ", "123", "\u200b"):
        assert len(detect(text, KNOWN)) == 2


# -- sentences -----------------------------------------------------------------------------------------------------


def test_the_suite_is_there() -> None:
    assert len(CASES) >= 40
    assert {c["language"] for c in CASES} == set(KNOWN)


def joined(case: dict[str, Any]) -> str:
    """The sentences with what stands between them."""
    parts, between = case["sentences"], case.get("between", " ")
    gaps = between if isinstance(between, list) else [between] * (len(parts) - 1)
    return "".join(part + gap for part, gap in zip(parts, [*gaps, ""], strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['language']}-{c['sentences'][0][:30]}")
def test_sentences_of_the_suite(case: dict[str, Any]) -> None:
    text = joined(case)
    found = [text[s.start : s.end] for s in linked(text, case["language"]).sentences]
    assert found == case["sentences"]


def test_a_wrapped_text_and_an_article_in_lines_are_told_apart() -> None:
    wrapped = (
        "The company has opened a plant in the north of the country and\n"
        "plans to build small cars there, among them one that will be\n"
        "sold abroad.\n"
    )
    lines = "Acme opens plant\nIt is the first one\nCars leave it in autumn\n"
    assert len(linked(wrapped).sentences) == 1
    assert len(linked(lines).sentences) == 3


def test_sentences_know_their_paragraph() -> None:
    found = linked("One. Two.\n\nThree.\n").sentences
    assert [s.paragraph for s in found] == [0, 0, 1]


_ODD = st.sampled_from(
    ["\u200b", "\u202e", "\u0301", "\ufeff", "🚗", "👩‍💻", "\U000e0001", "。", "”", "“", ".", "?", "!", "…"]
)
_PIECES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    _ODD,
    st.sampled_from(
        ["\n", "\r\n", "\n\n", "\r", " ", "\t", "\u2028", "PT.", "No. 5", "e.g.", "U.S.", "Acme", "ﷺ", "שלום"]
    ),
)


@given(st.lists(_PIECES, max_size=25).map("".join), st.sampled_from(KNOWN))
@example("“", "en")
@example("...\n\n...", "en")
@example("a.\r\n\r\n\u2028b", "id")
def test_sentences_cover_any_text_and_never_overlap(text: str, language: str) -> None:
    linker, _ = knowledge().readers[language]
    tokens = Tokens.of(text)
    found = sentences(tokens, linker.abbreviations, linker.forms, linker.openers)
    assert [(s.first, s.last) for s in found] == _abutting([(s.first, s.last) for s in found])
    covered = set()
    end = 0
    for sentence in found:
        assert end <= sentence.start < sentence.end <= len(text)
        assert not text[sentence.start].isspace()
        assert not text[sentence.end - 1].isspace()
        covered.update(range(sentence.start, sentence.end))
        end = sentence.end
    assert all(i in covered for i, c in enumerate(text) if not c.isspace())


def _abutting(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans if each begins where the one before it ends, else nothing."""
    ends = [0, *(b for _, b in spans)]
    return spans if all(a == end for (a, _), end in zip(spans, ends, strict=False)) else []


@given(st.lists(_PIECES, max_size=25).map("".join))
def test_tokens_tell_exactly_where_they_stand(text: str) -> None:
    tokens = Tokens.of(text)
    assert list(tokens.starts) == sorted(set(tokens.starts))
    for start, end, key in zip(tokens.starts, tokens.ends, tokens.keys, strict=True):
        assert text[start:end].casefold() == key or key == "'s"
    assert "".join(text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "large"),
    [
        ("Acme builds the eAcme and the 6Acme", ["Acme", "eAcme", "6Acme"]),
        ("a small word, iX3, 5G and 12V", ["iX3"]),
        ("ÉLAN, Šlapák and 𝐀cme’s", ["ÉLAN", "Šlapák", "𝐀cme"]),
        ("Rp6Acme", ["Rp", "6Acme"]),
    ],
)
def test_names_are_written_large(text: str, large: list[str]) -> None:
    tokens = Tokens.of(text)
    assert [text[tokens.starts[i] : tokens.ends[i]] for i in tokens.capitals] == large


@given(st.lists(st.one_of(_PIECES, st.sampled_from(["eAcme", "6Acme", "Ⓐcme", "Ꭰ", "5G"])), max_size=25).map("".join))
def test_what_is_large_is_the_same_by_itself_and_in_its_text(text: str) -> None:
    tokens = Tokens.of(text)
    assert [i for i in range(len(tokens)) if tokens.is_large(i)] == list(tokens.capitals)


# -- quotations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("“We sell it,” he said.", ["We sell it,"]),
        ('"We sell it," he said. "It works."', ["We sell it,", "It works."]),
        ("„Wir bauen es“, sagte er. „Ja“.", ["Wir bauen es", "Ja"]),
        ("„Vi bygger,” sade han. „Ja”, sade hon.", ["Vi bygger,", "Ja"]),
        ("«Oui», dit-il.", ["Oui"]),
        ("“It goes on\n\nand here “once more,” he said.", ["It goes on", "once more,"]),
        ('“Mixed marks," he said.', ["Mixed marks,"]),
        ('“Mixed marks," he said. "Twice,” he added. “So.”', ["Mixed marks,", "Twice,", "So."]),
        ("No marks at all; it's one's own.", []),
        ("”Kami siap,” ujar Budi. Layar 15” itu baru. ”Benar.”", ["Kami siap,", "Benar."]),
        ("“”", []),
        ('It is “not at all" in talks.\n\n“We are not,” he said.', ["not at all", "We are not,"]),
        ("said ”Yes, we do” and “no”", ["Yes, we do", "no"]),
    ],
)
def test_quotations(text: str, quoted: list[str]) -> None:
    assert [text[q.start : q.end] for q in quotations(text)] == quoted


@given(st.lists(_PIECES, max_size=25).map("".join))
def test_quotations_never_overlap(text: str) -> None:
    end = 0
    for quotation in quotations(text):
        assert end <= quotation.outer_start < quotation.start < quotation.end <= quotation.outer_end <= len(text)
        end = quotation.outer_end
