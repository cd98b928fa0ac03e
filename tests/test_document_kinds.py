"""JSON Lines, web archives, feeds and PDF: each entry a document of its own, and a bad one no end of the others."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from archives import answer, page, pdf, rss
from hypothesis import given
from hypothesis import strategies as st
from pipeline import knowledge

from kg.documents import ARTICLES, SUFFIXES, documents, pieces, read, split
from kg.errors import InputError
from kg.model import Document

KINDS = ", ".join(SUFFIXES)
SAID = "BMW has partnered with Huawei."
LONG = f"{SAID} Škoda has not, and “says so” in a sentence that is as long as those of a page are."
MEBIBYTE, BOMB = 1024**2, 30 * 1024**2
KNOWN = "known: source, title, publisher, published, language, text, html"
TRUST = "unpack it yourself if you trust it"
ANSWERS = "read are answers with status 200 that are HTML or plain text"


def split_into(data: bytes, suffix: str) -> tuple[list[Document], list[str]]:
    """The documents, and the words of the errors, in the bytes of a file."""
    found = list(split(data, "a" + suffix, suffix))
    return [d for d in found if isinstance(d, Document)], [str(e) for e in found if isinstance(e, InputError)]


# -- the good ones -------------------------------------------------------------------------------------------------

PACKED = "Content-Encoding: gzip\r\n"
DATED = '<meta property="article:published_time" content="2025-03-17">'
ATOM = b"""<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Blick</title>
<entry><title type="html">A &amp;amp; B</title><link href="https://a.example/2"/><id>urn:x</id>
<updated>2025-03-18T01:00:00+07:00</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One <i>two</i>.</p><p>Three.</p></div></content>
</entry>
<entry><title>C</title><published>2024</published><summary type="text">1 &lt; 2</summary></entry></feed>"""
RSS_1 = b"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Blick</title></channel>
<item><title>T</title><link>https://a.example/1</link><description>One.</description><dc:date>2024-05-06T10:00:00Z</dc:date>
</item></rdf:RDF>"""
GOOD = {
    "a line": (b'{"text": "One.\\nTwo."}', ".jsonl", [Document("One.\nTwo.", "a.jsonl#1")]),
    "a line with all fields": (
        (b'\xef\xbb\xbf{"text": "One.", "source": "urn:1", "title": "T", "publisher": "P", "language": "en"'
        b', "published": "2025-03-17T10:00:00Z", "html": null}\r\n'),
        ".ndjson",
        [Document("One.", "urn:1", "T", "2025-03-17", "en", "P")],
    ),
    "lines count, blank ones too": (
        b'\n{"text": "One."}\n\n \n{"text": "Two."}\n',
        ".jsonl",
        [Document("One.", "a.jsonl#2"), Document("Two.", "a.jsonl#5")],
    ),
    "a line with a page, of which the line knows better": (
        b'{"html": "%s", "title": "T"}' % page(LONG, DATED.replace('"', "'")).encode(),
        ".jsonl",
        [Document(LONG, "a.jsonl#1", "T", "2025-03-17")],
    ),
    "a packed file in two members": (
        gzip.compress(b'{"text": "On') + gzip.compress(b'e."}\n{"text": "Two."}'),
        ".jsonl.gz",
        [Document("One.", "a.jsonl.gz#1"), Document("Two.", "a.jsonl.gz#2")],
    ),
    "answers that are pages and texts": (
        answer("https://a.example/0", b"", record="request")
        + answer("https://a.example/1", page(LONG, DATED).encode())
        + answer("https://a.example/2", page(LONG).encode(), status="404 Not Found")
        + answer("https://a.example/3", b"\x89PNG", kind="image/png")
        + answer("https://a.example/4", SAID.encode(), kind="text/plain"),
        ".warc",
        [Document(LONG, "https://a.example/1", "", "2025-03-17"), Document(SAID, "https://a.example/4")],
    ),
    "the address that was asked for, not one the page gives": (
        answer("https://a.example/1", page(LONG, '<link rel="canonical" href="https://b.example/x">').encode()),
        ".warc",
        [Document(LONG, "https://a.example/1", publisher="b.example")],
    ),
    "an answer in the letters that the server named": (
        answer("https://a.example/1", "Škoda".encode("iso-8859-2"), kind="text/plain; charset=iso-8859-2"),
        ".warc",
        [Document("Škoda", "https://a.example/1")],
    ),
    "an answer that was sent packed, in an archive packed by records": (
        gzip.compress(answer("https://a.example/1", gzip.compress(page(LONG).encode()), extra=PACKED))
        + gzip.compress(answer("https://a.example/2", SAID.encode(), kind="text/plain")),
        ".warc.gz",
        [Document(LONG, "https://a.example/1"), Document(SAID, "https://a.example/2")],
    ),
    "an answer without an address that can be written": (
        answer("https://a.example/\x07", SAID.encode(), kind="text/plain"), ".warc", [Document(SAID, "a.warc#1")],
    ),
    "an entry with its article, on the day of the publisher": (
        rss("<title>A &lt;b&gt;new&lt;/b&gt; one</title><link>https://a.example/1</link>"
            "<pubDate>Mon, 17 Mar 2025 23:30:00 -0500</pubDate>"
            "<description>&lt;p&gt;One &lt;i&gt;two&lt;/i&gt;.&lt;/p&gt;&lt;script&gt;&lt;/script&gt;</description>"),
        ".rss",
        [Document("One two.", "https://a.example/1", "A new one", "2025-03-17", "", "Autoblick")],
    ),
    "an entry without an address": (
        rss("<description>One.</description>"), ".xml", [Document("One.", "a.xml#1", publisher="Autoblick")],
    ),
    "Atom, with the day of the last change where it has no other": (
        ATOM, ".atom", [Document("One two.\nThree.", "https://a.example/2", "A & B", "2025-03-18", "", "Blick"),
                        Document("1 < 2", "a.atom#2", "C", "2024", "", "Blick")],
    ),
    "RSS 1.0": (RSS_1, ".rss", [Document("One.", "https://a.example/1", "T", "2024-05-06", "", "Blick")]),
    "a PDF with a title that it shows": (
        pdf([["A new plant", SAID]], "A new plant"), ".pdf", [Document(f"A new plant\n{SAID}", "a.pdf", "A new plant")],
    ),
    "a PDF of two pages, named after a file": (
        pdf([["It has"], ["some."]], "Microsoft Word - draft 2.doc"), ".pdf", [Document("It has\n\fsome.", "a.pdf")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GOOD)
def test_what_is_read(case: str) -> None:
    data, suffix, expected = GOOD[case]
    assert split_into(data, suffix) == (expected, [])


def test_no_kind_of_file_is_without_a_case() -> None:
    tried = {suffix for _, suffix, _ in GOOD.values()}
    assert set(SUFFIXES) - tried == {*ARTICLES, ".ndjson.gz"} - {".pdf"}


# -- the bad ones --------------------------------------------------------------------------------------------------

BAD = {
    b"": {
        ".jsonl": "a.jsonl: an empty file (nothing to read)",
        ".warc": f"a.warc: no web archive ({ANSWERS})",
        ".rss": "a.rss: an empty file (nothing to read)",
        ".pdf": "a.pdf: an empty file (nothing to read)",
        ".jsonl.gz": "a.jsonl.gz: an empty file (nothing to read)",
    },
    b"plain words": {
        ".jsonl": "a.jsonl:1: a line that is no JSON: expecting value (write an object a line)",
        ".jsonl.gz": "a.jsonl.gz: a damaged gzip file (fetch it again)",
        ".warc": "a.warc: a damaged archive behind record 0: Invalid WARC header (fetch it again)",
        ".warc.gz": "a.warc.gz: a damaged gzip file (fetch it again)",
        ".xml": "a.xml:1: a feed that does not parse: syntax error (mend the XML)",
        ".pdf": "a.pdf: a PDF that cannot be read: Stream has ended unexpectedly (open and print it to a new file)",
    },
    b"[1, 2]": {".jsonl": f"a.jsonl:1: a line that is no object ({KNOWN})"},
    b'{"text": 5}': {".jsonl": "a.jsonl:1: text: no text (write it in quotes)"},
    b'{"text": " "}': {".jsonl": "a.jsonl:1: a line with an empty text (nothing to read)"},
    b'{"title": "T"}': {".jsonl": "a.jsonl:1: a line without a text (give the field text, or html)"},
    b'{"text": "a", "html": "b"}': {
        ".jsonl": "a.jsonl:1: a line with both text and html (give the field text, or html)"
    },
    b'{"text": "a\\ud800"}': {".jsonl": "a.jsonl:1: a text with NUL or half a character (write it as UTF-8)"},
    b'{"text": "a\\u0000"}': {".jsonl": "a.jsonl:1: a text with NUL or half a character (write it as UTF-8)"},
    b'{"text": "a", "date": "2025"}': {".jsonl": f"a.jsonl:1: unknown field 'date' in the line ({KNOWN})"},
    b'{"text": "a", "published": "soon"}': {
        ".jsonl": "a.jsonl:1: published: 'soon' is no date (write YYYY-MM-DD, YYYY-MM or YYYY)"
    },
    b'{"text": "a", "title": "x\\ny"}': {
        ".jsonl": "a.jsonl:1: title: control signs in the line (write it on one line, without them)"
    },
    b'{"text": "a\xff"}': {".jsonl": "a.jsonl:1: not UTF-8 at byte 11 of the line (save the file as UTF-8)"},
    b"[" * 100_000: {".jsonl": "a.jsonl:1: a line nested too deep (write an object of texts)"},
    b'{"html": "<p></p>"}': {".jsonl": "a.jsonl:1: a page without an article (save the text as .txt or .md)"},
    answer("https://a.example/1", b"", status="301 Moved"): {".warc": f"a.warc: an archive without a page ({ANSWERS})"},
    answer("https://a.example/1", b""): {".warc": "a.warc#1: an empty file (nothing to read)"},
    answer("https://a.example/1", page(LONG).encode())[:-50]: {
        ".warc": "a.warc#1: a record cut short (fetch the archive again)"
    },
    b"<html><body>A page</body></html>": {".xml": "a.xml: no RSS or Atom feed (give a feed, or a page as .html)"},
    rss(): {".rss": "a.rss: a feed without entries (nothing to read)"},
    rss("<title>T</title>"): {".rss": "a.rss#1: an entry without a text (nothing to read)"},
    rss("<description>One.")[:-20]: {".rss": "a.rss:2: a feed that does not parse: unclosed token (mend the XML)"},
    rss("<description>&b;</description>").replace(b"<rss", b'<!DOCTYPE r [<!ENTITY b "x">]><rss'): {
        ".rss": "a.rss: a feed that declares entities of its own (write the characters themselves)"
    },
    b"<rss>" + b"<a>" * 100_000: {".rss": "a.rss:1: elements nested too deep (mend the XML)"},
    pdf([[]]): {
        ".pdf": "a.pdf: a PDF without text, as of scanned pages (run a text recognition over it, such as ocrmypdf)"
    },
    pdf([["One."]], password="secret"): {".pdf": "a.pdf: an encrypted PDF (save it without a password)"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("data", "suffix"),
    [pytest.param(data, suffix, id=f"{data[:40]!r}{suffix}") for data, kinds in BAD.items() for suffix in kinds],
)
def test_what_is_refused_word_for_word(data: bytes, suffix: str) -> None:
    assert split_into(data, suffix) == ([], [BAD[data][suffix]])


def test_a_bad_line_is_no_end_of_the_others() -> None:
    found, refused = split_into(b'{"text": "One."}\n{"text": }\n{"text": "Three."}\n', ".jsonl")
    assert [d.source for d in found] == ["a.jsonl#1", "a.jsonl#3"]
    assert [e.partition(" ")[0] for e in refused] == ["a.jsonl:2:"]


def test_what_stands_before_damage_is_read() -> None:
    packed = gzip.compress(b'{"text": "One."}\n' + bytes(range(256)) * 100)
    found, refused = split_into(gzip.compress(b'{"text": "One."}\n') + packed[:-40], ".jsonl.gz")
    assert [d.text for d in found] == ["One.", "One."]
    assert refused[-1] == "a.jsonl.gz: a damaged gzip file (fetch it again)"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every bound at a mebibyte."""
    for module in ("cutting", "lines", "warc"):
        monkeypatch.setattr(f"kg.documents.{module}.MAX_BYTES", MEBIBYTE)


def test_records_behind_one_that_is_too_large_are_read(small: None) -> None:
    large = answer("https://a.example/1", gzip.compress(b"0" * (BOMB // 3)), extra=PACKED)
    found, refused = split_into(large + answer("https://a.example/2", page(LONG).encode()), ".warc")
    assert [d.source for d in found] == ["https://a.example/2"]
    assert refused == ["a.warc#1: larger than 1 MiB (split it into articles)"]


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".warc.gz"])
def test_a_file_that_grows_beyond_reason_is_left(suffix: str, small: None) -> None:
    data = {".jsonl.gz": b"\n" * BOMB, ".warc.gz": answer("https://a.example/1", b"0" * BOMB, kind="image/png")}[suffix]
    found, refused = split_into(gzip.compress(data), suffix)
    assert (found, refused) == ([], [f"a{suffix}: grows more than 200 times when unpacked ({TRUST})"])


def test_a_line_that_is_too_long_is_passed_over(small: None) -> None:
    found, refused = split_into(b'{"text": "' + b"x" * 2 * MEBIBYTE + b'"}\n{"text": "Two."}', ".jsonl")
    assert [d.source for d in found] == ["a.jsonl#2"]
    assert refused == ["a.jsonl:1: a line of more than 1 MiB (split the text)"]


def test_nothing_is_fetched_for_a_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", refuse)
    doctype = b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/feed.dtd"><rss'
    assert [d.text for d in split_into(rss("<description>One.</description>").replace(b"<rss", doctype), ".rss")[0]]
    for address in (b"http://127.0.0.1:9/feed.rss", b"/etc/passwd"):
        assert split_into(address, ".rss")[0] == []


@given(st.binary(max_size=300), st.sampled_from(SUFFIXES))
def test_any_bytes_are_documents_or_refused(data: bytes, suffix: str) -> None:
    assert all(isinstance(found, Document | InputError) for found in split(data, "a" + suffix, suffix))


# -- files ---------------------------------------------------------------------------------------------------------


def test_many_lines_are_cut_into_pieces_that_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text("".join(f'{{"text": "{n} {"x" * 900}"}}\n' for n in range(1_000)), encoding="utf-8")
    cut = list(pieces([path]))
    assert len(cut) == 4
    assert [d.text for d in documents(cut[-1])][-1] == f"999 {'x' * 900}"
    assert [d.source.rpartition("#")[2] for d in read([path])] == [str(n) for n in range(1, 1_001)]


def test_archives_in_folders_and_a_file_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "B.JSONL.GZ").write_bytes(gzip.compress(b'{"text": "One."}'))
    (tmp_path / "a.pdf").write_bytes(pdf([["Two."]]))
    (tmp_path / "table.csv.gz").write_bytes(b"1,2")
    cut = list(pieces([tmp_path, tmp_path / "none.warc.gz", tmp_path / "table.csv.gz"]))
    assert [str(e) for e in cut if isinstance(e, InputError)] == [
        f"{tmp_path.as_posix()}/none.warc.gz: no such file (check the path)",
        f"{tmp_path.as_posix()}/table.csv.gz: no kind of document that is read: '.csv.gz' (read are: {KINDS})",
    ]
    (tmp_path / "a.pdf").unlink()
    found = [x for p in cut if not isinstance(p, InputError) for x in documents(p)]
    assert [x.text if isinstance(x, Document) else str(x) for x in found] == [
        "One.",
        f"{tmp_path.as_posix()}/a.pdf: no such file (check the path)",
    ]


@pytest.mark.parametrize("case", GOOD)
def test_a_claim_leads_to_the_exact_characters(case: str) -> None:
    data, suffix, _ = GOOD[case]
    for document in split_into(data, suffix)[0]:
        told = knowledge().extract(knowledge().in_language(document))
        assert (SAID in document.text) <= bool(told.claims)
        assert all(document.text[c.start : c.end] == c.quote for c in told.claims)


def test_a_sentence_goes_on_over_the_end_of_a_page() -> None:
    one = "After long talks in the capital, which both sides called hard, BMW has partnered"
    other = "with Huawei in China, and it had no more to say of that for the time being."
    [document], _ = split_into(pdf([[one], [other]]), ".pdf")
    [claim] = knowledge().extract(knowledge().in_language(document)).claims
    assert claim.quote == document.text[claim.start : claim.end]
    assert "partnered\n\fwith Huawei" in claim.quote
