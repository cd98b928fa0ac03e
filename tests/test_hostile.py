"""Hostile text: what nobody means to write is read to its end, with true evidence, in time that grows with its length.

The longer texts: a hundred thousand brackets in each other, 200,000 commas and opening quotation marks, one word of
1 MB, sentences without end of 40 to 80 kB (a hundredth of the worst that can be sent, so that no case takes more than
about two seconds: the time grows with the length, and that is what is checked). Nothing is measured against the clock
but that a text four times as long takes less than eight times as long, and that no case comes near a minute.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator

import pytest
from pipeline import claims, entities, knowledge, linked

from kg.model import Claim, Document

PATIENCE = 60.0
"""Seconds that no case may take, on any machine: a guard against work without end, not a measure."""
MEASURABLE = 0.2
"""Seconds from which on the time of a text says anything."""
SLACK = 8.0
"""How many times as long four times the text may take: four, and as much again for what else the machine does."""
GOOD = "BMW has partnered with Huawei. "
OPEN_ENDED = "BMW has partnered with Huawei to bring HarmonyOS to the iX3 in China from 2026 and "
FACT = ("BMW", "partnersWith", "Huawei")

CASES: dict[str, tuple[Callable[[int], str], int]] = {
    "one-sentence": (lambda n: repeated(OPEN_ENDED, n), 10_000),
    "nested-brackets": (lambda n: "BMW " + "(" * (n // 2) + "Huawei" + ")" * (n // 2), 50_000),
    "names-in-brackets": (lambda n: repeated("(BMW ", n // 2) + repeated(") ", n // 2), 20_000),
    "commas": (lambda n: "BMW " + "," * n + " Huawei", 50_000),
    "names-and-commas": (lambda n: repeated("BMW, Huawei, Toyota, ", n), 5_000),
    "coordinated-names": (lambda n: repeated("BMW, Huawei and Toyota partner ", n), 5_000),
    "opening-quotation-marks": (lambda n: "“" * n, 50_000),
    "quotations-that-never-close": (lambda n: repeated("“BMW works with Huawei now\n\n", n), 10_000),
    "many-quotations": (lambda n: repeated('"BMW works with Huawei now", BMW said, ', n), 10_000),
    "one-word": (lambda n: "BMW " + "A" * n + " " + GOOD, 250_000),
    "one-number": (lambda n: "BMW costs " + "9" * n + " euros. " + GOOD, 250_000),
    "digits-and-stops": (lambda n: "BMW costs " + repeated("1.", n) + "0x. " + GOOD, 50_000),
    "numbers": (lambda n: repeated("12 ", n), 20_000),
    "figures-in-a-list": (lambda n: "The BMW iX3 has a range of " + repeated("400, ", n) + " and 500 km", 20_000),
    "long-figures-in-dates": (lambda n: f"BMW (1/{'9' * n}) on 1-1-{'9' * n} or {'9' * n}/1/1. {GOOD}", 50_000),
    "zero-width": (lambda n: repeated("B\u200bM\u200bW has partnered with Hua\u200dwei. ", n), 20_000),
    "right-to-left": (lambda n: repeated("\u202eBMW\u202c has \u200fpartnered with \u2067Huawei\u2069. ", n), 20_000),
    "scripts": (lambda n: repeated("ВМW hires. شركة BMW في الصين 宝马与华为合作 " + GOOD, n), 10_000),
    "chinese": (lambda n: repeated("宝马与华为合作开发新汽车", n), 10_000),
    "combining-marks": (lambda n: repeated("B\u0301M\u0301W\u0301 has partnered with Huawei\u0301. ", n), 20_000),
    "a-tower-of-marks": (lambda n: "BMW" + "\u0301" * n + " has partnered with Huawei", 50_000),
    "emoji": (lambda n: repeated("🚗BMW🤝Huawei🚀 👨‍👩‍👧 " + GOOD + "🇮🇩 ", n), 10_000),
    "astral": (lambda n: repeated("𝔹𝕄𝕎 partners with 𝓗uawei 𠀀𠀁. ", n), 20_000),
    "html": (lambda n: repeated("<b>BMW</b> has partnered with <a href='x'>Huawei</a>. <script>", n), 20_000),
    "turtle": (lambda n: repeated('id:BMW at:partnersWith id:Huawei {| kg:status "x"@en |} . ', n), 20_000),
    "lines": (lambda n: "\n" * n + GOOD, 50_000),
    "spaces": (lambda n: "BMW" + " " * n + GOOD, 250_000),
    "spaces-at-the-end": (lambda n: GOOD + " " * n, 250_000),
    "stops": (lambda n: "." * n + GOOD, 50_000),
    "stops-and-marks": (lambda n: repeated('. " (', n), 20_000),
    "what-words-stand-for": (lambda n: repeated("BMW grew. The company partnered with Huawei. ", n), 10_000),
    "doubtful-names": (lambda n: repeated("Smart is a Polo in Seat city. BMW is here. ", n), 10_000),
    "doubtful-names-in-one-sentence": (lambda n: repeated("Volkswagen Polo and Seal with Smart and Golf ", n), 10_000),
    "new-names": (lambda n: "".join(f"Startup Zorbo{i}x works with BMW. " for i in range(n // 34)), 10_000),
    "control-characters": (lambda n: repeated("BMW\x00 works with\x1b Huawei.\ufffd\ufeff ", n), 20_000),
}
"""For each case a text of about that many characters, and the number for the shorter of the two that are compared."""


def repeated(words: str, length: int) -> str:
    """Words over and over, cut at a length: also in the middle of a word or a pair of marks."""
    return (words * (length // len(words) + 1))[:length]


def read(text: str, language: str = "en") -> tuple[tuple[Claim, ...], float]:
    """What a text states, and the seconds of the processor that this took."""
    document = Document(text, "hostile.txt", issued="2025-03-17", language=language)
    gc.collect()
    start = time.process_time()
    found = knowledge().extract(document).claims
    return found, time.process_time() - start


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    """Names and patterns are compiled before anything is measured."""
    for code in knowledge().languages:
        read(GOOD, code)


def false_evidence(text: str, found: tuple[Claim, ...]) -> Iterator[Claim]:
    """The claims whose place in the text is not that of their words."""
    for claim in found:
        inside = 0 <= claim.start < claim.end <= len(text)
        if not inside or text[claim.start : claim.end] != claim.quote:
            yield claim


@pytest.mark.parametrize("case", CASES)
def test_the_time_grows_with_the_length_and_all_evidence_is_true(case: str) -> None:
    made, length = CASES[case]
    once, (found, long) = read(made(length))[1], read(made(4 * length))
    assert not list(false_evidence(made(4 * length), found))
    assert long < PATIENCE
    if long > MEASURABLE and long >= SLACK * once:  # once more: what else runs on the machine disturbs short times
        once, long = (min(read(made(n))[1] for _ in range(3)) for n in (length, 4 * length))
    assert long < MEASURABLE or long < SLACK * once, f"{long:.2f} s for four times the text of {once:.2f} s"


@pytest.mark.parametrize("language", ["de", "en", "id"])
@pytest.mark.parametrize("case", CASES)
def test_every_part_lies_in_the_text(case: str, language: str) -> None:
    made, _ = CASES[case]
    text = made(2_000)
    found = linked(text, language, "2025-03-17")
    parts = [*found.mentions, *found.values, *found.sentences]
    assert all(0 <= p.start < p.end <= len(text) for p in parts)
    assert all(0 <= p.first < p.last <= len(found.tokens) for p in parts)
    assert all(0 <= q.outer_start < q.start <= q.end <= q.outer_end <= len(text) for q in found.quotations)
    assert [m.first for m in found.mentions] == sorted(m.first for m in found.mentions)
    assert not list(false_evidence(text, read(text, language)[0]))


# -- what hostile text must not do: say something else than it shows ------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "B\u200bM\u200bW has partnered with Hua\u200dwei.",
        "Toyo\u200bta has partnered with Hon\u2060da.",
        "B\u00adMW has partnered with Hua\u00adwei.",
        "ВМW has partnered with Ниаwei.",
        "𝔹𝕄𝕎 has partnered with 𝓗uawei.",
        "B\u0301MW has partnered with Huawei\u0301.",
        "\uff22\uff2d\uff37 has partnered with \uff28uawei.",
        "WMB has partnered with iewauH.",
    ],
    ids=["zero-width", "joiners", "soft-hyphens", "cyrillic", "astral", "marks", "full-width", "reversed"],
)
def test_a_broken_name_is_no_other_name(text: str) -> None:
    meant = {"BMW", "Huawei", "Toyota", "Honda"}
    assert {name for _, name in entities(text)} <= meant
    told = {c.subject.rpartition("/")[2] for c in claims(text)} | {
        str(c.object).rpartition("/")[2] for c in claims(text)
    }
    assert told <= meant


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "{} \u200b",
        "🚗 {}🚗",
        "𠀀 {}𠀀",
        "\u202e {}\u202c",
        "<b> {}</b>",
        "((( {}",
        "“ {}",
        "\x00 {}",
        ",,, {}",
        "e\u0301 {}",
    ],
    ids=[
        "bare",
        "zero-width",
        "emoji",
        "astral",
        "right-to-left",
        "html",
        "brackets",
        "quotation",
        "nul",
        "commas",
        "marks",
    ],
)
def test_what_is_well_said_is_read_beside_it(around: str) -> None:
    text = around.format(GOOD)
    told = [c for c in claims(text) if not c.predicate.endswith("stated")]
    assert [
        tuple(str(t).replace("#", "/").rpartition("/")[2] for t in (c.subject, c.predicate, c.object)) for c in told
    ] == [FACT]
    assert [c.quote for c in told] == [text[told[0].start : told[0].end]]
    assert "BMW" in told[0].quote


def test_the_same_hostile_text_gives_the_same_claims() -> None:
    texts = [made(3_000) for made, _ in CASES.values()]
    assert [claims(t) for t in texts] == [claims(t) for t in texts]


@pytest.mark.parametrize("digits", [18, 19, 400, 4_300, 4_301, 100_000])
def test_a_number_of_any_length_is_read_or_left(digits: int) -> None:
    figure = "9" * digits
    found = linked(f"BMW sold {figure} cars on 1/1/{figure} ({figure}/{figure}) in Q{figure} of {figure}. {GOOD}")
    assert all(len(v.literal.lexical) <= 18 for v in found.values if v.literal is not None)
    assert claims(found.text)[-1].quote == GOOD.strip(" .")
