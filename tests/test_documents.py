"""Source texts: kept whole and unchanged, refused in words, and a bad one is a value in the stream."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.documents import MAX_BYTES, SUFFIXES, parse, read
from kg.errors import InputError
from kg.model import Document

FRONT = """\
---
source: https://news.example/1
title: "A title: with a colon"
publisher: Autoblick
published: 2025-03-17
language: en
---

The text.
"""
PAGE = """\
<!DOCTYPE html>
<html lang="en"><head>
<title>Acme opens a plant in Norland</title>
<meta property="og:title" content="Acme opens a plant in Norland">
<meta property="og:site_name" content="Autoblick">
<meta property="article:published_time" content="2025-03-17T08:30:00+07:00">
<link rel="canonical" href="https://news.example/acme-plant">
</head><body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/cars">Cars</a></li>
<li><a href="/login">Log in</a></li></ul></nav></header>
<main><article><h1>Acme opens a plant in Norland</h1>
<p>Acme has opened a plant in Norland, its first one north of the river. The plant is to build sixty thousand
cars a year once both shifts are at work, the company said on Monday in a statement sent to the press.</p>
<p>About nine hundred people work there now. “We have looked for such a place for years,” said the head of production,
who will move to Norland with her family in the summer.</p>
<p>The first cars leave the line in autumn. They are sold in Norland alone at first &amp; then, from next
year, elsewhere.</p>
</article></main>
<aside><h2>Most read</h2>
<ul><li><a href="/a">Ten cars to dream of</a></li><li><a href="/b">Win a car</a></li></ul></aside>
<footer><p>© Autoblick. All rights reserved. <a href="/imprint">Imprint</a> <a href="/privacy">Privacy</a></p></footer>
<script>var tracking = "do not read me";</script>
</body></html>
"""


def document(data: bytes, suffix: str = ".txt") -> Document:
    return parse(data, "a" + suffix, suffix)


def refusal(data: bytes, suffix: str = ".txt") -> str:
    with pytest.raises(InputError) as caught:
        document(data, suffix)
    return str(caught.value)


# -- plain text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "One line.",
        "Two\r\nlines\rand a half\n",
        "  spaces before and after \t\n\n",
        "🚗 Mobil 🇮🇩 baru: 👩‍💻 e\u0301 and \u200bzero width",
        "شركة Acme تعلن",
        "新世代\u3000车型",
    ],
)
def test_a_text_is_kept_to_the_last_character(text: str) -> None:
    assert document(text.encode()).text == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_text_is_kept(text: str) -> None:
    data = text.encode()
    if text.strip() and not text.startswith("\ufeff"):
        assert document(data).text == text


def test_offsets_count_characters_not_bytes() -> None:
    text = document("🚗🚗 Acme 🚗".encode()).text
    assert (len(text), text.index("Acme")) == (9, 3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-mark", "utf-16-be-mark"])
def test_encodings_with_their_mark(encoding: str) -> None:
    text = "Škoda – listrik 🚗\n"
    marks = {
        "utf-16-le-mark": b"\xff\xfe" + text.encode("utf-16-le"),
        "utf-16-be-mark": b"\xfe\xff" + text.encode("utf-16-be"),
    }
    data = marks.get(encoding) or text.encode(encoding)
    assert document(data).text == text


def test_the_same_content_is_the_same_document() -> None:
    assert document(FRONT.encode(), ".md").id == parse(FRONT.encode(), "elsewhere.md", ".md").id
    assert document(b"One.").id != document(b"Two.").id


# -- Markdown ------------------------------------------------------------------------------------------------------


def test_front_matter_gives_the_fields_and_leaves_the_text() -> None:
    found = document(FRONT.encode(), ".md")
    assert found == Document(
        "The text.\n", "https://news.example/1", "A title: with a colon", "2025-03-17", "en", "Autoblick"
    )


def test_front_matter_with_windows_line_ends() -> None:
    found = document(FRONT.replace("\n", "\r\n").encode(), ".md")
    assert (found.text, found.issued, found.publisher) == ("The text.\r\n", "2025-03-17", "Autoblick")


def test_markdown_without_front_matter_is_a_text() -> None:
    assert document(b"# A title\n\nThe text.\n", ".md") == Document("# A title\n\nThe text.\n", "a.md")


def test_a_line_of_dashes_further_down_is_text() -> None:
    text = "A.\n\n---\n\nB.\n"
    assert document(text.encode(), ".md").text == text


@pytest.mark.parametrize("value", ["2025-03-17", "2025-03", "2025"])
def test_a_date_is_as_precise_as_it_is_given(value: str) -> None:
    assert document(f"---\npublished: {value}\n---\nText.\n".encode(), ".md").issued == value


def test_a_time_of_day_is_left_out() -> None:
    assert document(b"---\npublished: 2025-03-17T10:00:00Z\n---\nText.\n", ".md").issued == "2025-03-17"


# -- web pages -----------------------------------------------------------------------------------------------------


def test_a_page_gives_its_article_and_what_its_head_says() -> None:
    found = document(PAGE.encode(), ".html")
    for kept in ("first one north of the river", "“We have looked for such a place", "alone at first & then"):
        assert kept in found.text
    for dropped in ("Log in", "Ten cars to dream of", "Imprint", "do not read me", "<p>", "&amp;"):
        assert dropped not in found.text
    assert found.title == "Acme opens a plant in Norland"
    assert (found.source, found.publisher, found.issued) == (
        "https://news.example/acme-plant",
        "Autoblick",
        "2025-03-17",
    )


def test_a_page_without_an_address_is_known_by_its_file() -> None:
    page = PAGE.replace('<link rel="canonical" href="https://news.example/acme-plant">', "")
    assert parse(page.encode(), "pages/acme.htm", ".htm").source == "pages/acme.htm"


def test_a_page_without_a_date_of_its_own_has_none() -> None:
    """The year of a copyright notice is none, nor is a day that the article speaks of."""
    undated = re.sub(r'<meta property="article:published_time".*\n', "", PAGE).replace("© Auto", "© 2019 Auto")
    assert document(undated.replace("on Monday", "on 12 May 2021").encode(), ".html").issued == ""
    dated = undated.replace("<h1>", '<time datetime="2025-03-18">Tuesday</time><h1>')
    assert document(dated.encode(), ".html").issued == "2025-03-18"


# -- refusals, word for word ---------------------------------------------------------------------------------------

UTF8_HINT = "(save it as UTF-8, for instance with: iconv -f WINDOWS-1252 -t UTF-8)"
KNOWN = "known: source, title, publisher, published, language"


@pytest.mark.parametrize(
    ("data", "suffix", "message"),
    [
        (b"", ".txt", "a.txt: an empty file (nothing to read)"),
        (b" \n\t\r\n", ".md", "a.md: an empty file (nothing to read)"),
        (b"1,2", ".csv", "a.csv: no kind of document that is read: '.csv' (read are: .htm, .html, .md, .pdf, .txt)"),
        (b"PK\x03\x04\0\0", ".txt", "a.txt: a binary file, no text (give a text, Markdown or HTML file)"),
        ("Citroën".encode("latin-1"), ".txt", f"a.txt: not UTF-8 at byte 5 {UTF8_HINT}"),
        ("Škoda".encode("windows-1250"), ".md", f"a.md: not UTF-8 at byte 0 {UTF8_HINT}"),
        (b"\xff\xfeA", ".txt", f"a.txt: not UTF-16 at byte 2 {UTF8_HINT}"),
        (b"---\ntitle: A\n\nText.\n", ".md", "a.md:1: front matter without its closing --- (close it with a line ---)"),
        (b"---\ntitle: A\n---\n\n", ".md", "a.md: front matter, but no text behind it (nothing to read)"),
        (
            b"---\ntitle: A\npublished: [2025\n---\nText.\n",
            ".md",
            "a.md:4: front matter that does not parse: expected ',' or ']', but got '<stream end>' (mend the YAML)",
        ),
        (
            b"---\ntitle: A: B\n---\nText.\n",
            ".md",
            "a.md:2: front matter that does not parse: mapping values are not allowed here (mend the YAML)",
        ),
        (
            b"---\n- title\n---\nText.\n",
            ".md",
            f"a.md:2: front matter that is no list of 'name: value' lines ({KNOWN})",
        ),
        (
            b"---\ntitle: [A, B]\n---\nText.\n",
            ".md",
            f"a.md:2: front matter that is no list of 'name: value' lines ({KNOWN})",
        ),
        (b"---\ndate: 2025\n---\nText.\n", ".md", f"a.md: unknown field 'date' in the front matter ({KNOWN})"),
        (
            b'---\ntitle: "a\\ud800b"\n---\nText.\n',
            ".md",
            "a.md: title: control signs in the front matter (write it on one line, without them)",
        ),
        (
            b'---\nsource: "a\\nkg: 99 documents\\e[2J"\n---\nText.\n',
            ".md",
            "a.md: source: control signs in the front matter (write it on one line, without them)",
        ),
        (
            b"---\ntitle: " + b"[" * 5000 + b"\n---\nText.\n",
            ".md",
            "a.md:1: front matter nested too deep (write 'name: value' lines)",
        ),
        (
            b"---\npublished: 17 March 2025\n---\nText.\n",
            ".md",
            "a.md: published: '17 March 2025' is no date (write YYYY-MM-DD, YYYY-MM or YYYY)",
        ),
        (
            b"---\npublished: 2025-02-30\n---\nText.\n",
            ".md",
            "a.md: published: '2025-02-30' is no date (write YYYY-MM-DD, YYYY-MM or YYYY)",
        ),
        (
            b"<html><head><title>A</title></head><body><script>run()</script></body></html>",
            ".html",
            "a.html: a page without an article (save the text as .txt or .md)",
        ),
    ],
)
def test_what_is_refused_word_for_word(data: bytes, suffix: str, message: str) -> None:
    assert refusal(data, suffix) == message


# -- the stream ----------------------------------------------------------------------------------------------------


def test_a_bad_document_is_a_value_in_the_stream(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"Good.")
    (tmp_path / "b.txt").write_bytes(b"Citro\xebn")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "c.MD").write_bytes(b"Also good.")
    (tmp_path / "table.csv").write_bytes(b"1,2")
    found = list(read([tmp_path, tmp_path / "none.txt"]))
    assert [type(x).__name__ for x in found] == ["Document", "InputError", "Document", "InputError"]
    assert str(found[1]).startswith(f"{(tmp_path / 'b.txt').as_posix()}: not UTF-8 at byte 5")
    assert str(found[3]) == f"{(tmp_path / 'none.txt').as_posix()}: no such file (check the path)"


def test_a_folder_without_documents_says_so(tmp_path: Path) -> None:
    [found] = read([tmp_path])
    assert str(found) == f"{tmp_path}: no document in this folder (read are: {', '.join(SUFFIXES)})"


def test_a_file_named_outright_is_read_for_what_its_ending_says(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"1,2")
    [found] = read([path])
    assert "no kind of document that is read: '.csv'" in str(found)


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    [found] = read([path])
    assert str(found) == f"{path.as_posix()}: larger than 64 MiB (split it into articles)"


def test_a_folder_given_as_a_file_ending_is_searched(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").mkdir()
    (tmp_path / "notes.txt" / "a.txt").write_bytes(b"Good.")
    assert [d.text for d in read([tmp_path]) if isinstance(d, Document)] == ["Good."]


def test_standard_input_may_have_front_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FRONT.encode())))
    [found] = read(["-"])
    assert isinstance(found, Document)
    assert (found.text, found.source) == ("The text.\n", "https://news.example/1")


def test_a_device_and_a_name_that_cannot_be_printed_are_refused_or_shown_plain(tmp_path: Path) -> None:
    [device] = read(["/dev/zero"])
    assert str(device).startswith("/dev/zero: no kind of document that is read")
    odd = os.fsencode(tmp_path) + b"/b\xff.txt"
    Path(os.fsdecode(odd)).write_text("Acme sells cars.", encoding="utf-8")
    [document] = read([tmp_path])
    assert isinstance(document, Document)
    assert document.source.isprintable()
