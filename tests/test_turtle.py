"""Curated Turtle is read statement by statement: nothing may be lost where one ends."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import rdf

HEAD = "@prefix x: <https://example.org/> .\n"
TEXTS = {
    "a hash in a name": r"x:a\#b x:p x:c . x:d x:p x:e .",
    "a quotation mark in a name": r"x:a\'b x:p x:c . x:d x:p 'e' .",
    "a point in a name": "x:a.b x:p.q x:c.d . x:e x:p x:f .",
    "points in a row": "x:a..b x:p...q x:c..d . x:e x:p x:f .",
    "a point right behind": "x:a x:p x:c. x:d x:p 1. x:e x:p 1.5 . x:f x:p 1e3.",
    "a point in an escape": r"x:a\.b x:p x:c\. . x:d x:p x:e .",
    "strings over lines": 'x:a x:p """one . two\n. three""" . x:b x:p \'\'\'"." # no comment\'\'\' .',
    "comments": "x:a x:p x:b . # x:c x:d x:e .\nx:f x:p x:g .",
    "points within brackets": "x:a x:p [ x:q 1.5 ; x:r (1 2.0 x:b.c) ] . x:d x:p x:e .",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_statements_are_all_of_the_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "facts.ttl"
    path.write_text(HEAD + text, encoding="utf-8")
    statements, prefixes = rdf.read_turtle(path, "facts.ttl")
    read = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for s in statements for t in s.triples)
    whole = ox.Dataset(ox.parse(path=path, format=ox.RdfFormat.TURTLE))
    for dataset in (read, whole):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert read == whole
    assert prefixes == {"x": "https://example.org/"}
    assert len(statements) > 1


def test_line_ends_in_a_string_stay(tmp_path: Path) -> None:
    path = tmp_path / "facts.ttl"
    path.write_bytes(f'{HEAD}x:a x:p """one\r\ntwo\rthree\nfour""" .\r\nx:b x:p 2 .'.encode())
    statements, _ = rdf.read_turtle(path, "facts.ttl")
    assert statements[0].triples[0].object == ox.Literal("one\r\ntwo\rthree\nfour")
    assert [s.line for s in statements] == [2, 5]
