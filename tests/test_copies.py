"""Which documents are copies: measured on pairs of every kind, and what must hold of copies whatever their order."""

from __future__ import annotations

import pickle
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pairs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairs import COPIES, Pair, articles
from pipeline import ROOT

from kg.documents import read
from kg.model import Document
from kg.resolution import copies, mark_copies, signature

PAIRS: Sequence[Pair] = (*pairs.copies(), *pairs.others())
KINDS = list(dict.fromkeys(p.kind for p in PAIRS))


def taken_for_copy(pair: Pair) -> bool:
    """Whether the later one is linked to the earlier; never the other way round."""
    marked = {d.id: d.copy_of for d in mark_copies([pair.later, pair.earlier])}
    assert not marked[pair.earlier.id]
    return marked[pair.later.id] == pair.earlier.id


# -- the figures ---------------------------------------------------------------------------------------------------


def test_there_are_pairs_of_every_kind_in_both_languages() -> None:
    assert set(KINDS) == {*COPIES, "same event", "other articles", "same boilerplate", "same form"}
    for kind in KINDS:
        assert {p.earlier.language for p in PAIRS if p.kind == kind} == {"en", "id"}, kind
        assert sum(p.kind == kind for p in PAIRS) >= 10, kind


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_pair_is_told_for_what_it_is(kind: str) -> None:
    """At least 19 of 20 of each kind: recall for the copies, precision for all that is alike without being one."""
    judged = [taken_for_copy(p) == p.copy for p in PAIRS if p.kind == kind]
    assert sum(judged) >= 0.95 * len(judged)


def test_precision_and_recall_over_all_pairs() -> None:
    found = [(taken_for_copy(p), p.copy) for p in PAIRS]
    right = sum(marked and copy for marked, copy in found)
    assert right >= 0.95 * sum(copy for _, copy in found), "recall"
    assert right >= 0.95 * sum(marked for marked, _ in found), "precision"


def test_the_pairs_are_as_far_apart_as_they_say() -> None:
    """Synonyms that change next to nothing would make copies too easy to find."""
    changed = {
        kind: [pairs.share_changed(p.earlier.text, p.later.text) for p in PAIRS if p.kind == kind]
        for kind in ("all synonyms", "reordered, all synonyms", "1 in 4 reworded", "same event")
    }
    mean = {kind: sum(shares) / len(shares) for kind, shares in changed.items()}
    assert mean["all synonyms"] > 0.2
    assert mean["1 in 4 reworded"] > 0.1
    assert mean["same event"] < 0.5, "who writes on the same event uses the same names and figures"


def test_a_text_in_words_of_its_own_is_no_copy() -> None:
    """Where the copy ends: half of all words but names and figures are others."""
    for article in articles().values():
        own = Document(pairs.reworded(1)(article), "https://other.example/", issued="2030-01-01")
        assert not taken_for_copy(Pair("", article, own, False))


def test_one_reprint_ships() -> None:
    everything = [d for d in read([ROOT / "seeds" / "articles"]) if isinstance(d, Document)]
    marked = {d.id: d for d in mark_copies(everything)}
    assert [marked[d.copy_of].publisher for d in marked.values() if d.copy_of] == ["Telematics News"]


# -- a part and the whole ------------------------------------------------------------------------------------------

WHOLE = articles()["2025-03-14-mercedes-cla.md"]
OTHERS = [d for d in articles().values() if d.language == "en" and d.id != WHOLE.id]


def test_an_excerpt_is_a_copy_of_the_article() -> None:
    excerpt = Document("\n\n".join(pairs.paragraphs(WHOLE.text)[1:3]), "excerpt", issued="2030-01-01")
    assert taken_for_copy(Pair("", WHOLE, excerpt, True))


def test_a_few_sentences_are_a_copy_of_the_article_in_which_they_stand() -> None:
    """Down to :data:`copies.TINY` words; the words of an article in sentences of one's own are none."""
    for article in articles().values():
        teaser = " ".join(pairs.sentences(article.text)[1:4])
        assert len(teaser.split()) >= copies.TINY
        assert taken_for_copy(Pair("", article, Document(teaser, "teaser", issued="2030-01-01"), True)), teaser
        mixed = teaser.split()
        pairs.by_chance(article, "mixed").shuffle(mixed)
        assert not taken_for_copy(Pair("", article, Document(" ".join(mixed), "mixed", issued="2030-01-01"), False))


def test_an_article_is_a_copy_of_a_text_that_was_most_of_it() -> None:
    first = replace(WHOLE, text="\n\n".join(pairs.paragraphs(WHOLE.text)[:3]), issued="2025-01-01")
    assert taken_for_copy(Pair("", first, replace(WHOLE, issued="2025-02-01"), True))


def test_a_text_that_quotes_another_whole_among_much_of_its_own_is_none() -> None:
    quoting = "\n\n".join([OTHERS[0].text, WHOLE.text, OTHERS[1].text, OTHERS[2].text])
    assert not taken_for_copy(Pair("", WHOLE, Document(quoting, "survey", issued="2030-01-01"), False))


SHORT = "Norland opened a plant in Acmeville on Monday. It employs 300 people."


@pytest.mark.parametrize(
    ("one", "other", "copy"),
    [
        (SHORT, SHORT, True),
        (SHORT, SHORT.upper(), True),
        ("Norland grows.", "Norland grows!", True),
        ("Norland", "Norland", True),
        ("Norland", "Acme", False),
        (SHORT, SHORT.replace("300", "450"), False),
        (SHORT, SHORT.replace(" 300", ""), True),
        ("Norland 3 sells 210 cars in a week.", "Norland 3 sells 230 cars in a week.", False),
        (SHORT, "Norland opened a plant in Acmeville in November. It employs 450 people.", False),
        (SHORT, "Norland will open a plant in Acmeville next year, and employ 300 people.", False),
        (SHORT, "Norland closed its plant in Acmeville on Monday. It employed 300 people.", False),
        (SHORT, "Norland membuka pabrik di Acmeville pada Senin. Pabrik itu mempekerjakan 300 orang.", False),
        ("A 1 2 3. " * 30, "A 1 2 3! " * 30, True),
        ("A 1 2 3. " * 30, "B 4 5 6. " * 30, False),
        ("宝马与华为合作。" * 20, "宝马与华为合作。" * 20, True),
        ("宝马与华为合作。" * 20, "大众在成都建新工厂。" * 20, False),
        ("", "Norland", False),
        ("?!", "Norland", False),
    ],
)
def test_short_texts_are_copies_only_when_nearly_the_same(one: str, other: str, copy: bool) -> None:
    earlier, later = Document(one, "1", issued="2025-01-01"), Document(other, "2", issued="2025-02-01")
    assert taken_for_copy(Pair("", earlier, later, copy)) is copy


# -- the original --------------------------------------------------------------------------------------------------


def test_the_original_is_the_one_issued_first_whatever_the_order() -> None:
    early, late = Document(WHOLE.text, "early", issued="2025-01-01"), Document(WHOLE.text, "late", issued="2025-02-01")
    undated = Document(WHOLE.text, "undated")
    for order in permutations([early, late, undated]):
        marked = {d.source: d.copy_of for d in mark_copies(order)}
        assert marked == {"early": "", "late": early.id, "undated": early.id}


def test_a_copy_of_a_copy_is_one_of_the_original() -> None:
    texts = [WHOLE.text, pairs.spun(0.6)(WHOLE)]
    texts.append(pairs.cut(1 / 3)(replace(WHOLE, text=texts[1])))
    texts.append(pairs.shuffled(replace(WHOLE, text=texts[2])))
    chain = [Document(text, str(n), issued=f"2025-01-0{n + 1}") for n, text in enumerate(texts)]
    assert {d.copy_of for d in mark_copies(chain) if d.source != "0"} == {chain[0].id}


def test_an_old_mark_is_made_anew() -> None:
    alone = replace(WHOLE, copy_of="gone")
    assert [d.copy_of for d in mark_copies([alone])] == [""]
    assert mark_copies([]) == []


TEXTS = [pairs.spun(0.5)(WHOLE), pairs.cut(0.5)(WHOLE), WHOLE.text, OTHERS[0].text, pairs.added(OTHERS[0]), SHORT]


@given(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(["", "2024", "2025-01-01"])), max_size=8), st.randoms()
)
def test_no_chains_and_no_order(drawn: list[tuple[str, str]], chance: random.Random) -> None:
    documents = [Document(text, str(n), issued=day) for n, (text, day) in enumerate(drawn)]
    marked = mark_copies(documents)
    originals = {d.id for d in marked if not d.copy_of}
    assert {d.copy_of for d in marked if d.copy_of} <= originals
    assert [d.id for d in marked] == sorted(d.id for d in documents)
    chance.shuffle(documents)
    assert mark_copies(documents) == marked


# -- signatures, and the cost --------------------------------------------------------------------------------------


def test_signatures_are_small_lasting_and_of_text_and_language_alone() -> None:
    one = signature(WHOLE)
    assert one == signature(Document(WHOLE.text, "elsewhere", title="Other", issued="2031", language="en"))
    assert pickle.loads(pickle.dumps(one)) == one
    assert len(pickle.dumps(one)) < 4 * len(WHOLE.text)


def test_signatures_at_hand_are_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = list(articles().values())
    marked, known = mark_copies(documents), {d.id: signature(d) for d in documents[1:]}
    made: list[str] = []

    def counted(document: Document) -> copies.Signature:
        made.append(document.id)
        return signature(document)

    monkeypatch.setattr(copies, "signature", counted)
    assert mark_copies(documents, known) == marked
    assert made == [documents[0].id]


def test_the_number_of_comparisons_grows_with_the_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def counted(one: copies.Signature, other: copies.Signature) -> bool:
        nonlocal compared
        compared += 1
        return compare(one, other)

    compare = copies.repeats
    monkeypatch.setattr(copies, "repeats", counted)
    figures = []
    for count in (200, 1_600):
        compared, documents = 0, _made(count)
        assert sum(bool(d.copy_of) for d in mark_copies(documents)) >= 0.95 * count // 10
        figures.append(compared)
    assert figures[1] < 1.5 * 8 * figures[0]


def _made(count: int) -> list[Document]:
    """Texts of made words, common and rare ones as in a language; every tenth is the first two thirds of another."""
    chance, found = random.Random(1), list[Document]()
    shares = [1 / (n + 3) for n in range(5_000)]
    words = [f"qu{n:x}" for n in range(5_000)]
    for n in range(count):
        text = " ".join(chance.choices(words, shares, k=150))
        if n % 10 == 9:
            text = " ".join(chance.choice(found).text.split()[:100])
        found.append(Document(text, f"made/{n}", issued=f"2025-01-0{1 + (n % 10 == 9)}"))
    return found
