"""Questions in people's own words: the suites with their floors, how a question is taken apart, what is refused."""

from __future__ import annotations

import json
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
import support
from click.testing import CliRunner, Result

import kg
from kg.build import build
from kg.cli import main
from kg.errors import Faults, QueryError
from kg.names import OWL, Prefixes
from kg.names import kg as kg_name
from kg.project import Project
from kg.queries import asking, lookup, saved
from kg.queries.asking import Asker, Language
from kg.queries.asking.fitting import Wordings
from kg.queries.asking.language import Token, fold, tokens
from kg.queries.asking.naming import Names, likeness
from kg.queries.asking.question import items
from kg.rdf import A
from kg.store import Store

CLASS = ox.NamedNode(OWL + "Class")
PROJECT = Project(support.ROOT)
QUERIES = {query.name: query for query in saved.load(PROJECT)}
LANGUAGES = asking.load(PROJECT)
SUITES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((support.ROOT / "tests" / "suites" / "questions").glob("*.toml"))
}
ASKED = [(suite, language) for suite in SUITES for language in ("en", "id")]
REFUSED = [
    (language, text)
    for suite in SUITES.values()
    for language, texts in suite["refused"].items()
    for text in texts
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped project as a store."""
    path = tmp_path_factory.mktemp("shipped") / "store"
    build(PROJECT, None, path)
    return path


@pytest.fixture(scope="module")
def asker(shipped: Path) -> Iterator[Asker]:
    with kg.open(shipped) as graph:
        yield Asker(graph.store, PROJECT)


@pytest.fixture(scope="module")
def small() -> Asker:
    """The small world, asked with the shipped questions."""
    return Asker(support.store(), PROJECT)


def run(shipped: Path, *args: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, ["--project", str(support.ROOT), "--store", str(shipped), *args])
    assert result.exit_code == status, result.output
    return result


# ---- the suites ------------------------------------------------------------------------------------------------


LOOKUPS = {"entity": lookup.entity, "property": lookup.property_, "class": lookup.class_}


def wanted(store: Store, expected: str) -> list[tuple[str, dict[str, str]]]:
    """The saved questions that a suite accepts, each with the values of its parameters as they are bound."""
    found = []
    for one in expected.split(" | "):
        name, *pairs = shlex.split(one)
        kinds = {p.name: p.kind for p in QUERIES[name].parameters}
        values = dict(pair.split("=", 1) for pair in pairs)
        for key, value in values.items():
            if kinds[key] in LOOKUPS:
                values[key] = f"<{LOOKUPS[kinds[key]](store, value)}>"
        found.append((name, values))
    return found


def test_the_suites_are_large_enough() -> None:
    for language in ("en", "id"):
        assert sum(len(suite[language]) for suite in SUITES.values()) >= 200
        assert len(SUITES["blind"][language]) >= 100
    assert len(REFUSED) >= 150
    texts = [text for suite in SUITES.values() for language in ("en", "id") for text in suite[language]]
    assert len(texts) == len(set(texts))
    answered = {
        name for suite in SUITES.values() for lang in ("en", "id") for name, *_ in map(str.split, suite[lang].values())
    }
    assert answered == set(QUERIES), "each saved question is asked in words"


@pytest.mark.parametrize(("suite", "language"), ASKED)
def test_questions_are_read_rightly(asker: Asker, suite: str, language: str) -> None:
    wrong = []
    for text, expected in SUITES[suite][language].items():
        reply = asker.read(text)
        got = (reply.fit.query.name, dict(reply.fit.values)) if reply.fit else None
        if got not in wanted(asker.store, expected):
            wrong.append(f"{text!r}: {got}, wanted {expected}")
    share = 1 - len(wrong) / len(SUITES[suite][language])
    floor = SUITES[suite]["floor"][language]
    assert share >= floor, f"{share:.3f}\n" + "\n".join(wrong)


@pytest.mark.parametrize(("language", "text"), REFUSED)
def test_what_no_saved_question_asks_is_refused(asker: Asker, language: str, text: str) -> None:
    reply = asker.read(text)
    assert reply.fit is None
    assert reply.language == language
    assert reply.nearest
    assert reply.misread or reply.lacking or reply.why_not == "no saved question fits"


@pytest.mark.parametrize("name", QUERIES)
def test_each_question_has_wordings_in_both_languages(name: str) -> None:
    for language in LANGUAGES:
        assert len([w for w in QUERIES[name].wordings if w.language == language]) >= 3


@pytest.mark.parametrize("name", QUERIES)
def test_each_title_finds_its_own_question(asker: Asker, name: str) -> None:
    query = QUERIES[name]
    needed = [p for p in query.parameters if not p.optional]
    for language, title in query.titles.items():
        reply = asker.read(title)
        if needed:
            assert reply.fit is None or reply.fit.query.name != name, "it lacks a value"
        else:
            assert reply.fit is not None, (language, title)
            assert name in {fit.query.name for fit in (reply.fit, *reply.also)}


RUN_IN_CHINA = {"software": "HarmonyOS NEXT", "market": "China"}
RUN_SINCE = {"software": "HarmonyOS NEXT", "since": "2026-03"}


@pytest.mark.parametrize("name", QUERIES)
def test_parameters_are_held_to_classes_that_there_are(small: Asker, name: str) -> None:
    known = {quad.subject.value for quad in small.store.match(predicate=A, object=CLASS, layer="ontology")}
    named = {small.store.prefixes.expand(c) for p in QUERIES[name].parameters for c in p.classes}
    assert named <= known


def test_a_class_of_an_unknown_prefix_is_an_error(small: Asker) -> None:
    query, _ = saved.parse("who", GOOD.replace("at:Organization", "zz:Firm"), "who.rq")
    wordings = Wordings([query], LANGUAGES["en"], Names(small.store), small.store.prefixes)
    with pytest.raises(QueryError, match="parameter 'company': no prefix 'zz' in the graph"):
        wordings.fits(items("What does BMW make?", wordings.language, wordings.names, wordings.plain))


# ---- how a question is read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "query", "values"),
    [
        ("WHO WORKS WITH HUAWEI", "partners", {"company": "Huawei"}),
        ("  Who works with   Huawei ?!", "partners", {"company": "Huawei"}),
        ("Who are Huawei's partners?", "partners", {"company": "Huawei"}),
        ("Who are Huawei’s partners?", "partners", {"company": "Huawei"}),
        ("Who works with 宝马?", "partners", {"company": "BMW"}),
        ("Siapa mitra Huaweinya?", "partners", {"company": "Huawei"}),
        ("Siapakah mitra BMW-nya?", "partners", {"company": "BMW"}),
        ('Who works with "Huawei"?', "partners", {"company": "Huawei"}),
        ("Which cars run HarmonyOS NEXT in China?", "who-uses-software", RUN_IN_CHINA),
        ("In China, which cars run HarmonyOS NEXT?", "who-uses-software", RUN_IN_CHINA),
        ("Mobil apa yang memakai HarmonyOS NEXT di RRC?", "who-uses-software", RUN_IN_CHINA),
        ("Which cars run HarmonyOS NEXT since March 2026?", "who-uses-software", RUN_SINCE),
        ("Who supplies BMW?", "suppliers", {"customer": "BMW"}),
        ("Whom does BMW supply?", "suppliers", {"supplier": "BMW"}),
        ("Siapa yang memasok BMW?", "suppliers", {"customer": "BMW"}),
        ("Siapa yang dipasok BMW?", "suppliers", {"supplier": "BMW"}),
        ("What is new since 2025-09-03?", "news-since", {"since": "2025-09-03"}),
        ("Which facts do at least 1,000 sources state?", "well-supported", {"at_least": "1000"}),
    ],
)  # fmt: skip
def test_names_dates_and_roles(small: Asker, text: str, query: str, values: dict[str, str]) -> None:
    reply = small.read(text)
    assert reply.fit is not None, reply.why_not
    assert (reply.fit.query.name, small.values(reply.fit)) == (query, values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Who works with Huawei in 1890?", ["1890"]),
        ("Why does Huawei work with BMW?", ["Why"]),
        ("Who partners with Zorblatt Industries?", ["Zorblatt Industries"]),
        ("Which cars run HarmonyOS NEXT and Android?", ["Android"]),
        ("Siapa mitra BMW selain Huawei?", ["selain"]),
        ("What is new since yesterday?", ["yesterday"]),
    ],
)
def test_nothing_is_passed_over(small: Asker, text: str, words: list[str]) -> None:
    reply = small.read(text)
    assert reply.fit is None
    assert [m.text for m in reply.misread] == words


def test_a_misspelt_name_is_suggested(small: Asker) -> None:
    (misread,) = small.read("Who works with Hwawei?").misread
    assert misread.near == ("Huawei",)


MISSPELT = {
    "Hwawei": "Huawei", "BWM": "BMW", "Volov": "Volvo", "Toyta": "Toyota", "Nisan": "Nissan", "Hundai": "Hyundai",
    "Rivain": "Rivian", "Xiomi": "Xiaomi", "Stelantis": "Stellantis", "Volkswagon": "Volkswagen", "Luminer": "Luminar",
    "Polstar": "Polestar", "Leapmoter": "Leapmotor", "Mercedez-Benz": "Mercedes-Benz", "Vinfest": "VinFast",
}  # fmt: skip
ORDINARY = """
weather rain football bread capital seats colour heavy safe worth next best long patents restaurant translate egg fry
cuaca hujan piala restoran kencang warna lama aman baik depan paten sepeda penduduk telur kursi bola cara mengisi
"""


@pytest.mark.parametrize("text", MISSPELT)
def test_a_name_with_a_wrong_letter_is_found(asker: Asker, text: str) -> None:
    assert MISSPELT[text] in Names(asker.store).near(text)


@pytest.mark.parametrize("text", ORDINARY.split())
def test_an_ordinary_word_is_near_to_no_name(asker: Asker, text: str) -> None:
    """Twins of the misspelt names: part of a name, or its neighbour, is not the name."""
    assert Names(asker.store).near(text) == []


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("same", "same", 1.0),
        ("nisan", "nissan", 5 / 6),
        ("bwm", "bmw", 5 / 6),
        ("bym", "bmw", 0.33),
        ("ather", "weather", 0.0),
    ],
)
def test_likeness_is_the_share_that_is_spelt_alike(one: str, other: str, share: float) -> None:
    assert likeness(one, other) == pytest.approx(share, abs=0.01)
    assert likeness(other, one) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("wich companies work wiht Huawei", "partners"),
        ("waht does BMW make", "who-makes"),
        ("who are the supliers of BMW", "suppliers"),
        ("Wich cars are bulit in Shenyang?", "produced-in"),
        ("siapa mitra Huwei", None),
        ("siapaa mitra Huawei", "partners"),
        ("apa yagn dibuat BMW", "who-makes"),
        ("which bike does BMW make", None),
        ("which cars does BMW trade", None),
        ("mengapa ada konflik soal BMW", None),
        ("which names appear in at least three documents", "most-mentioned"),
    ],
)
def test_slips_of_the_pen_are_put_right_and_other_words_stay(asker: Asker, text: str, query: str | None) -> None:
    reply = asker.read(text)
    assert (reply.fit.query.name if reply.fit else None) == query


@pytest.mark.parametrize(
    ("text", "kind", "suppliers"),
    [
        ("Who supplies batteries to Nissan?", "at:Battery", {"id:SK_On"}),
        ("Siapa pemasok baterai Nissan?", "at:Battery", {"id:SK_On"}),
        ("Who supplies chips to Toyota?", "at:Chip", {"id:Nvidia"}),
        ("Who supplies sensors to Toyota?", "at:Sensor", set()),
    ],
)
def test_a_kind_of_thing_is_a_value(asker: Asker, text: str, kind: str, suppliers: set[str]) -> None:
    reply = asker.read(text)
    assert reply.fit is not None
    assert asker.values(reply.fit)["kind"] == kind
    assert set(asker.rows(reply.fit).column("supplier")) == suppliers


def test_a_kind_that_the_parameter_is_not_held_to_is_none(asker: Asker) -> None:
    reply = asker.read("Who supplies countries to Toyota?")
    assert reply.fit is None
    assert [m.text for m in reply.misread] == ["countries"]


def test_a_kind_is_given_by_label_too(asker: Asker) -> None:
    rows = [
        QUERIES["suppliers"].rows(asker.store, {"kind": kind}).rows for kind in ("at:Battery", "Battery", "baterai")
    ]
    assert rows[0] == rows[1] == rows[2]
    assert rows[0]
    with pytest.raises(QueryError, match="no class is called 'batery'"):
        QUERIES["suppliers"].rows(asker.store, {"kind": "batery"})


def test_a_value_that_is_needed_is_asked_for(small: Asker) -> None:
    reply = small.read("What is planned for the year?")
    assert reply.fit is None
    assert reply.why_not == "the nearest question needs 'year' as well"
    assert reply.nearest[0].name == "planned-for"


def test_a_name_alone_asks_what_is_known_of_it(small: Asker) -> None:
    reply = small.read("BMW")
    assert reply.fit is not None
    assert (reply.language, reply.fit.query.name) == ("en", "facts-about")


def test_a_name_that_several_have_is_no_guess(small: Asker) -> None:
    reply = small.read("Who works with the Group?")
    assert reply.fit is None
    assert reply.why_not == "several entities are called 'Group': id:Renault, id:Volkswagen"


def test_a_name_of_another_class_does_not_fit(small: Asker) -> None:
    reply = small.read("Which cars run Sean Green?")
    assert reply.fit is None
    assert [m.text for m in reply.misread] == ["Sean Green"]


def test_a_question_that_fits_two_says_so(asker: Asker) -> None:
    reply = asker.read("What does HarmonyOS NEXT work with?")
    assert reply.fit is not None
    assert all(reply.fit.score - other.score < 0.1 for other in reply.also)
    assert not asker.read("Which cars run HarmonyOS NEXT?").also


@pytest.mark.parametrize("text", ["", "?", " . "])
def test_a_question_needs_a_word(small: Asker, text: str) -> None:
    with pytest.raises(QueryError, match="there is no question"):
        small.read(text)


@pytest.mark.parametrize(
    "text",
    ['BMW" } DELETE WHERE #', "{about}", "$speaker", "%s %d", "\x00\x1b[31m", "who " * 60, "宝马" * 50, "1" * 500],
)
def test_odd_questions_are_refused_in_peace(small: Asker, text: str) -> None:
    assert small.read(text).fit is None


def test_the_same_question_reads_the_same_whatever_the_order_of_the_quads() -> None:
    quads = list(support.quads())
    replies = [
        Asker(Store.from_quads(each, support.manifest()), PROJECT).read("Which cars run HarmonyOS NEXT in China?")
        for each in (quads, quads[::-1])
    ]
    assert replies[0] == replies[1]


def test_the_command_shown_gives_the_same_rows(asker: Asker) -> None:
    for text in ("Who works with Huawei?", "Which cars have a range of at least 500 km?", "Siapa pesaing BMW?"):
        reply = asker.read(text)
        assert reply.fit is not None
        words = shlex.split(asker.command(reply.fit))
        values = dict(word.split("=", 1) for word in words[4::2])
        assert words[:3] == ["kg", "query", reply.fit.query.name]
        assert reply.fit.query.rows(asker.store, values) == asker.rows(reply.fit)


# ---- the words of a language -----------------------------------------------------------------------------------


def test_tokens_and_folding() -> None:
    assert [t.key for t in tokens("BMW-nya, Élan's 2.5 km")] == ["bmw", "nya", "elan's", "2.5", "km"]
    assert tokens("a Bé")[1] == Token("Bé", "be", 2, 4)
    assert fold("Škoda") == "skoda"


def test_words_are_phrases_before_words_and_stop_words_are_left_out() -> None:
    language = Language(
        "en", "english", frozenset({"the"}), frozenset({"by"}), senses={"ally": ("work with", "partner")}
    )
    found = language.words(tokens("the partners work with readers by reading"))
    assert [(w.sense, w.light) for w in found] == [
        ("=ally", False), ("=ally", False), ("reader", False), ("by", True), ("read", False),
    ]  # fmt: skip


def test_a_passive_keeps_its_mark() -> None:
    words = [w.sense for w in LANGUAGES["id"].words(tokens("memasok dipasok"))]
    assert words == ["=supply", "di-", "=supply"]


def test_a_language_without_a_file_has_its_wordings(small: Asker) -> None:
    text = "# title: Who makes what?\n# title@nl: Wie maakt wat?\n# param: firm (entity, optional) = BMW\n"
    text += "# example: kg query who -p firm=BMW\n# ask@nl: Wat maakt {firm}?\nSELECT ?x { $firm at:manufactures ?x }\n"
    query, errors = saved.parse("who", text, "who.rq")
    assert errors == []
    prefixes = Prefixes.standard().extended(support.PREFIXES)
    wordings = Wordings([query], Language("nl"), Names(small.store), prefixes)
    found = items("Wat maakt BMW?", wordings.language, wordings.names, wordings.plain)
    (fit,) = wordings.fits(found)
    assert fit.whole
    assert fit.values == {"firm": f"<{support.iri('BMW')}>"}
    assert fit.score == pytest.approx(1.0)


def test_scores_are_shares(small: Asker) -> None:
    """1 for a wording itself, less for one with other words in it, 0 for nothing in common."""
    wordings = Wordings(list(QUERIES.values()), LANGUAGES["en"], Names(small.store), small.store.prefixes)

    def score(text: str, name: str) -> float:
        found = items(text, wordings.language, wordings.names, wordings.plain)
        return next(fit.score for fit in wordings.fits(found) if fit.query.name == name)

    assert score("Who works with Huawei?", "partners") == pytest.approx(1.0)
    assert 0.5 < score("Who works with Huawei gladly?", "partners") < 1.0
    assert score("Bread?", "partners") == 0.0


WORDS = 'language = "en"\nstemmer = "english"\nmonths = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"]\n'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"en"', '"fr"', "queries/words/en.toml:1: the language is not 'en'"),
        ('"english"', '"klingon"', "queries/words/en.toml:2: no stemmer 'klingon' (one of "),
        (', "l"]', "]", "queries/words/en.toml:3: a year has twelve months"),
        ("stemmer", "stemer", "queries/words/en.toml:2: unknown key 'stemer' (the keys: language, stemmer"),
        ("months =", "months = 3 #", "queries/words/en.toml:3: 'months' is no list of texts"),
        ("months =", 'light = ["x"]\nmonths =', "queries/words/en.toml:3: 'light' is no text"),
        ('"l"]\n', '"l"]\n[status]\nMaybe = ["perhaps"]\n', "queries/words/en.toml:5: no status 'Maybe'"),
        ('"l"]\n', '"l"]\n[senses]\nally = "partner"\n', "queries/words/en.toml:5: 'ally' is no list of texts"),
        ("language", "language language", "queries/words/en.toml: cannot be read"),
    ],
)
def test_a_fault_in_the_words_of_a_language_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = tmp_path / "queries" / "words"
    folder.mkdir(parents=True)
    (folder / "en.toml").write_text(WORDS, encoding="utf-8")
    assert asking.load(Project(tmp_path))["en"].stemmer == "english"
    assert old in WORDS
    (folder / "en.toml").write_text(WORDS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Faults) as caught:
        asking.load(Project(tmp_path))
    assert message in str(caught.value)


# ---- wordings in the files of the questions --------------------------------------------------------------------

GOOD = """# title: Who makes what?
# param: company (entity at:Organization, optional) = BMW
# example: kg query who -p company=BMW
# ask@en: What does {company} make?
SELECT ?product { $company at:manufactures ?product }
"""


def test_a_wording_is_read_with_its_language_and_line() -> None:
    query, errors = saved.parse("who", GOOD, "who.rq")
    assert errors == []
    (wording,) = query.wordings
    assert (wording.language, wording.text, str(wording.place)) == ("en", "What does {company} make?", "who.rq:4")
    assert query.parameters[0].classes == ("at:Organization",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{company} make", "{firm} make", "who.rq:4: no parameter 'firm' (the parameters: company)"),
        ("{company} make", "{company} or {company} make", "who.rq:4: '{company}' stands twice in a wording"),
        ("What does {company} make?", "{company}?", "who.rq:4: no wording"),
        ("What does {company}", "What does {company", "who.rq:4: no wording"),
        ("(entity at:", "(date at:", "who.rq:2: only entity, class, text have classes, and company is a date"),
    ],
)
def test_a_fault_of_a_wording_is_named_with_its_line(old: str, new: str, message: str) -> None:
    assert old in GOOD
    _, errors = saved.parse("who", GOOD.replace(old, new), "who.rq")
    assert message in "\n".join(map(str, errors))


def test_a_wording_belongs_to_one_question(tmp_path: Path) -> None:
    for part in ("ontology", "seeds", "queries"):
        (tmp_path / part).mkdir()
    for name in ("first", "second"):
        text = GOOD.replace("query who", f"query {name}")
        (tmp_path / "queries" / f"{name}.rq").write_text(text, encoding="utf-8")
    with pytest.raises(Faults, match=r"second\.rq:4: the wording stands already in queries/first\.rq:4"):
        saved.load(Project(tmp_path))


# ---- evidence --------------------------------------------------------------------------------------------------


def test_rows_that_name_facts_rest_on_them(small: Asker) -> None:
    reply = small.read("Who works with Huawei?")
    assert reply.fit is not None
    rows = small.rows(reply.fit)
    behind = asking.evidence(small.store, rows, reply.fit.values.values())
    assert [f"fact:{e.fact.id}" for e in behind] == list(dict.fromkeys(rows.column("fact")))
    assert asking.evidence(small.store, rows, (), 0) == []


def test_rows_without_facts_rest_on_those_that_join_what_stands_in_them(small: Asker) -> None:
    reply = small.read("Which features does MBUX have?")
    assert reply.fit is not None
    (explained,) = asking.evidence(small.store, small.rows(reply.fit), reply.fit.values.values())
    assert explained.fact.id == support.fact("MBUX", "hasFeature").id


def test_rows_of_names_alone_rest_on_nothing(small: Asker) -> None:
    reply = small.read("What kind of company is Huawei?")
    assert reply.fit is not None
    assert len(small.rows(reply.fit)) == 1
    assert asking.evidence(small.store, small.rows(reply.fit), reply.fit.values.values()) == []


# ---- the command and the API -----------------------------------------------------------------------------------


def test_the_command_shows_question_rows_and_evidence(shipped: Path) -> None:
    result = run(shipped, "ask", "Which cars run HarmonyOS NEXT in China?", "--evidence", "1")
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "Which vehicles run which software, in which market, and from when? (software: HarmonyOS NEXT, market: China)"
    )
    assert lines[1] == "  kg query who-uses-software -p software='HarmonyOS NEXT' -p market=China"
    assert "[[" in result.stdout
    assert "SELECT" not in result.stdout
    bare = run(shipped, "ask", "Which cars run HarmonyOS NEXT in China?", "--evidence", "0", "--show-sparql").stdout
    assert "SELECT ?vehicle" in bare
    assert "[[" not in bare


def test_an_indonesian_question_gets_an_indonesian_title(shipped: Path) -> None:
    assert run(shipped, "ask", "Siapa saja mitra BMW di Tiongkok?").stdout.startswith("Siapa bermitra dengan siapa")


def test_json_has_all_of_the_answer(shipped: Path) -> None:
    answer = json.loads(run(shipped, "ask", "Who works with Huawei?", "--format", "json", "--evidence", "2").stdout)
    assert list(answer) == ["question", "language", "query", "also", "columns", "rows", "evidence"]
    assert answer["query"]["name"] == "partners"
    assert answer["query"]["parameters"] == {"company": "Huawei"}
    assert answer["query"]["command"] == "kg query partners -p company=Huawei"
    assert list(answer["rows"][0]) == answer["columns"]
    assert {e["fact"] for e in answer["evidence"]} == {r["fact"].removeprefix("fact:") for r in answer["rows"][:2]}


def test_other_formats_have_the_rows_alone(shipped: Path) -> None:
    result = run(shipped, "ask", "Who works with Huawei?", "--format", "csv")
    assert result.stdout.startswith("one,other,topic,from,until,status,support,fact\n")
    assert result.stderr.splitlines()[0] == "kg query partners -p company=Huawei"


def test_a_refusal_says_what_was_not_understood_and_what_is_near(shipped: Path) -> None:
    result = run(shipped, "ask", "Who works with Hwawei?", status=1)
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[:3] == [
        "kg: no saved question takes up 'Hwawei'",
        "did you mean Huawei instead of 'Hwawei'?",
        "nearest questions:",
    ]
    assert lines[4].strip().startswith("kg query ")
    refusal = json.loads(run(shipped, "ask", "Who works with Hwawei?", "--format", "json", status=1).stdout)
    assert refusal["query"] is None
    assert refusal["not_understood"] == [{"words": "Hwawei", "near": ["Huawei"]}]
    assert len(refusal["nearest"]) == 3


def test_the_words_need_no_quotation_marks(shipped: Path) -> None:
    assert "kg query partners -p company=Huawei" in run(shipped, "ask", "Who", "works", "with", "Huawei").stdout
    assert run(shipped, "ask", status=2).stderr.startswith("Usage")


def test_the_api_answers_too(shipped: Path) -> None:
    with kg.open(shipped) as graph:
        graph = type(graph)(graph.store, PROJECT)
        answer = graph.ask("Who works with Huawei?")
        assert (answer.query, answer.values) == ("partners", {"company": "Huawei"})
        assert len(answer) == len(answer.evidence)
        assert "<table>" in answer._repr_html_()
        with pytest.raises(QueryError, match=r"no saved question takes up 'Why' \(nearest: "):
            graph.ask("Why does BMW work with Huawei?")


def test_a_project_without_words_or_wordings_is_asked_by_its_titles(shipped: Path, tmp_path: Path) -> None:
    for part in ("ontology", "seeds", "queries"):
        (tmp_path / part).mkdir()
    text = GOOD.replace("query who", "query good").replace("# ask@en: What does {company} make?\n", "")
    (tmp_path / "queries" / "good.rq").write_text(text, encoding="utf-8")
    with kg.open(shipped) as graph:
        reply = Asker(graph.store, Project(tmp_path)).read("Who makes what?")
    assert reply.fit is not None
    assert replace(reply.fit, score=1.0).values == {}


# ---- names that are joined -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Who supplies BMW and Huawei?", "'BMW' and 'Huawei'"),
        ("Who supplies BMW or Huawei?", "'BMW' and 'Huawei'"),
        ("Who supplies BMW, Huawei?", "'BMW' and 'Huawei'"),
        ("Siapa yang memasok BMW dan Huawei?", "'BMW' and 'Huawei'"),
        ("Siapa yang memasok BMW atau Huawei?", "'BMW' and 'Huawei'"),
        ("Who works with BMW and Huawei?", "'BMW' and 'Huawei'"),
        ("Do BMW or Huawei have a partnership?", "'BMW' and 'Huawei'"),
    ],
)
def test_two_names_of_a_kind_fill_no_two_places(small: Asker, text: str, pair: str) -> None:
    reply = small.read(text)
    assert reply.fit is None
    assert reply.why_not == f"no saved question asks for {pair} at once: ask for one at a time"


@pytest.mark.parametrize("text", ["Do BMW and Huawei work together?", "Apakah BMW & Huawei bekerja sama?"])
def test_two_names_fill_the_places_that_a_wording_joins(small: Asker, text: str) -> None:
    reply = small.read(text)
    assert reply.fit is not None
    assert small.values(reply.fit) == {"company": "BMW", "with": "Huawei"}


# ---- now and once ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "query", "values"),
    [
        ("Who works with Huawei now?", "partners", {"company": "Huawei", "status": "InEffect"}),
        ("Who currently works with Huawei?", "partners", {"company": "Huawei", "status": "InEffect"}),
        ("Who still works with Huawei today?", "partners", {"company": "Huawei", "status": "InEffect"}),
        ("Who is the boss of BMW now?", "who-works-where", {"company": "BMW", "status": "InEffect"}),
        ("Who used to work with Huawei?", "partners", {"company": "Huawei", "status": "Ended"}),
        ("Siapa bos BMW sekarang?", "who-works-where", {"company": "BMW", "status": "InEffect"}),
        ("Siapa mitra BMW saat ini?", "partners", {"company": "BMW", "status": "InEffect"}),
        ("Siapa kini memasok BMW?", "suppliers", {"customer": "BMW", "status": "InEffect"}),
        ("Siapa yang masih memasok BMW?", "suppliers", {"customer": "BMW", "status": "InEffect"}),
        ("Siapa yang pernah bermitra dengan Huawei?", "partners", {"company": "Huawei", "status": "Ended"}),
        ("Which documents were read today?", None, {}),
        ("Dokumen mana yang dibaca sekarang?", None, {}),
    ],
)  # fmt: skip
def test_now_and_once_are_a_status_or_refused(
    small: Asker, text: str, query: str | None, values: dict[str, str]
) -> None:
    reply = small.read(text)
    got = (reply.fit.query.name, small.values(reply.fit)) if reply.fit else (None, {})
    assert got == (query, values)


@pytest.mark.parametrize("name", QUERIES)
def test_facts_of_any_status_are_shown_with_it(asker: Asker, name: str) -> None:
    """A denial must not be read as an assertion."""
    needed = {p.name: p.example for p in QUERIES[name].parameters if not p.optional}
    columns = set(QUERIES[name].rows(asker.store, needed).variables)
    of_one_status = "kg:status kg:" in QUERIES[name].text
    assert "fact" not in columns or of_one_status or columns & {"status", "before", "verdict"}


def test_a_speaker_s_denial_is_shown_as_one() -> None:
    spoken = {q.subject for q in support.quads() if q.predicate.value == kg_name("statedBy")}
    assert spoken
    denied = ox.NamedNode(kg_name("Denied"))
    quads = [
        ox.Quad(q.subject, q.predicate, denied, q.graph_name)
        if q.subject in spoken and q.predicate.value == kg_name("status")
        else q
        for q in support.quads()
    ]
    rows = QUERIES["said-by"].rows(Store.from_quads(quads, support.manifest()), {"speaker": "Sean Green"})
    assert "kg:Denied" in rows.column("status")


# ---- long questions, and suggestions ---------------------------------------------------------------------------


def test_a_text_is_no_question(shipped: Path) -> None:
    for text in ("who " * 61, "x" * 1001):
        result = run(shipped, "ask", text, status=1)
        assert result.stderr.startswith("kg: a question has at most 60 words and 1000 characters")


def test_of_many_unknown_words_a_handful_is_named(small: Asker) -> None:
    reply = small.read(" ".join(f"zorb{n}x" for n in range(30)))
    assert reply.why_not.endswith("'zorb4x' and 25 more")


@pytest.mark.parametrize("text", ["Which cars are not used?", "Mobil apa yang tidak dijual?"])
def test_a_common_word_is_no_misspelt_name(asker: Asker, text: str) -> None:
    assert [m.near for m in asker.read(text).misread if m.near] == []
