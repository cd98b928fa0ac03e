"""The SPARQL 1.1 protocol: the cases of the W3C's suite, formats of answers, and what is refused in which words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pyoxigraph as ox
import pytest
import serving
import support
from serving import EX, Served, served

import kg.store
from kg.names import RDF

SUITE = tomllib.loads((Path(__file__).parent / "suites" / "protocol.toml").read_text(encoding="utf-8"))["case"]
DOCUMENT = ox.NamedNode("http://xmlns.com/foaf/0.1/Document")
QUADS = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"


def documents(engine: ox.Store) -> None:
    """The three graphs of the suite."""
    for number in (1, 2, 3):
        own = ox.NamedNode(f"{EX}data/{number}")
        engine.add(ox.Quad(own, ox.NamedNode(RDF + "type"), DOCUMENT, own))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = serving.write(tmp_path_factory.mktemp("protocol") / "store", support.quads())
    with kg.store.open(path) as base:
        kg.store.copy(base, path.with_name("suite"))
    with kg.store.open(path.with_name("suite")) as copied:
        kg.store.change(copied, documents)
    return path


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[Served]:
    with served(store) as found:
        yield found


@pytest.fixture(scope="module")
def changeable(store: Path) -> Iterator[Served]:
    with served(store.with_name("suite"), access={"update": True}) as found:
        yield found


# ---- the suite -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", SUITE, ids=lambda case: case["name"])
def test_the_suite(case: dict, changeable: Served) -> None:
    for request in case["request"]:
        answer = send(changeable, request)
        status = request.get("status", 2)
        assert status in (answer.status_code, answer.status_code // 100), answer.text
        if "answer" in request:
            assert kind(answer) == request["answer"]
        if answer.status_code >= 400:
            assert answer.text.strip(), "a refusal has words"


def send(server: Served, request: dict) -> httpx.Response:
    """Send a request of the suite."""
    body: bytes | None = None
    headers = {"Content-Type": request["type"]} if request.get("type") else {}
    if "form" in request:
        body = encoded(request["form"]).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif "body" in request:
        body = request["body"].encode(request.get("encoding", "utf-8"))
    method = request.get("method", "GET" if body is None else "POST")
    return httpx.request(
        method, f"{server.endpoint}?{encoded(request.get('params', []))}", content=body, headers=headers
    )


def encoded(fields: list[list[str]]) -> str:
    """Fields as they stand in an address or a form."""
    return urlencode([tuple(each) for each in fields])


def kind(answer: httpx.Response) -> bool | str:
    """What kind of answer it is, of ASK which."""
    media_type = answer.headers["content-type"].partition(";")[0]
    if media_type == "application/sparql-results+json":
        told = answer.json()
        return told.get("boolean", "table")
    form = ox.RdfFormat.from_media_type(media_type)
    assert form is not None, media_type
    list(ox.parse(answer.content, format=form))
    return "graph"


def test_the_suite_is_whole() -> None:
    names = [case["name"] for case in SUITE]
    assert len(set(names)) == len(names) == 34
    assert sum("update" in name for name in names) == 14


def test_the_suite_can_fail(changeable: Served) -> None:
    wrong = {"params": [["query", "ASK {}"]]}
    assert kind(send(changeable, wrong)) is not False
    assert send(changeable, {"params": [["query", "ASK {"]]}).status_code == 400


# ---- formats ---------------------------------------------------------------------------------------------------

FORMATS = [
    ("SELECT", "application/sparql-results+json", "application/sparql-results+json"),
    ("SELECT", "application/json", "application/sparql-results+json"),
    ("SELECT", "application/sparql-results+xml", "application/sparql-results+xml"),
    ("SELECT", "application/xml", "application/sparql-results+xml"),
    ("SELECT", "text/csv", "text/csv"),
    ("SELECT", "text/tab-separated-values", "text/tab-separated-values"),
    ("SELECT", "*/*", "application/sparql-results+json"),
    ("SELECT", "", "application/sparql-results+json"),
    ("SELECT", "text/*", "text/csv"),
    ("SELECT", "application/*;q=0.1, text/csv;q=0.2", "text/csv"),
    ("SELECT", "text/csv;q=0.5, text/tab-separated-values", "text/tab-separated-values"),
    ("SELECT", "application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
    ("SELECT", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/sparql-results+xml"),
    ("SELECT", "text/turtle, application/sparql-results+xml;q=0.1", "application/sparql-results+xml"),
    ("ASK", "application/sparql-results+xml", "application/sparql-results+xml"),
    ("ASK", "text/csv", "text/csv"),
    ("CONSTRUCT", "text/turtle", "text/turtle"),
    ("CONSTRUCT", "application/n-triples", "application/n-triples"),
    ("CONSTRUCT", "application/rdf+xml", "application/rdf+xml"),
    ("CONSTRUCT", "application/ld+json", "application/ld+json"),
    ("CONSTRUCT", "application/json", "application/ld+json"),
    ("CONSTRUCT", "*/*", "text/turtle"),
    ("DESCRIBE", "application/rdf+xml;q=0.9, text/turtle;q=0.8", "application/rdf+xml"),
    ("SELECT", "text/turtle", None),
    ("SELECT", "text/csv;q=0", None),
    ("SELECT", "nonsense", None),
    ("CONSTRUCT", "text/csv", None),
]
QUERIES = {
    "SELECT": "SELECT ?s { ?s a kg:Fact } ORDER BY ?s LIMIT 3",
    "ASK": "ASK { ?s a kg:Fact }",
    "CONSTRUCT": "CONSTRUCT { ?s a kg:Fact } WHERE { ?s a kg:Fact }",
    "DESCRIBE": "DESCRIBE id:BMW",
}


@pytest.mark.parametrize(("form", "accept", "expected"), FORMATS)
def test_the_format_is_the_one_wanted_most(server: Served, form: str, accept: str, expected: str | None) -> None:
    answer = server.ask(QUERIES[form], Accept=accept)
    if expected is None:
        assert answer.status_code == 406
        assert "Accept" in answer.text
    else:
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].partition(";")[0] == expected
        assert "accept" in answer.headers["vary"].lower()


def test_all_formats_of_a_table_say_the_same(server: Served) -> None:
    with support.store() as known:
        expected = [row["s"] for row in known.query(QUERIES["SELECT"])]
    for name in ("sparql-results+json", "sparql-results+xml"):
        answer = server.ask(QUERIES["SELECT"], Accept=f"application/{name}")
        form = ox.QueryResultsFormat.from_media_type(f"application/{name}")
        found = ox.parse_query_results(answer.content, format=form)
        assert [row["s"] for row in found] == expected
    for name in ("csv", "tab-separated-values"):
        lines = server.ask(QUERIES["SELECT"], Accept=f"text/{name}").text.splitlines()
        assert [line.strip("<>") for line in lines[1:]] == [term.value for term in expected]


def test_all_formats_of_a_graph_hold_the_same(server: Served) -> None:
    with support.store() as known:
        expected = {str(t) for t in known.query(QUERIES["CONSTRUCT"])}
    for name in ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"):
        content = server.ask(QUERIES["CONSTRUCT"], Accept=name).content
        found = ox.parse(content, format=ox.RdfFormat.from_media_type(name))
        assert {str(q.triple) for q in found} == expected


def test_triple_terms_are_for_those_who_ask_for_them(server: Served) -> None:
    query = "CONSTRUCT { ?f rdf:reifies ?t ; a kg:Fact } WHERE { ?f rdf:reifies ?t ; a kg:Fact }"
    plain = server.ask(query, Accept="text/turtle").text
    newer = server.ask(query, Accept='text/turtle;version="1.2"').text
    assert "a kg:Fact" in plain
    assert "<<(" not in plain
    assert "<<(" in newer


# ---- graphs ----------------------------------------------------------------------------------------------------


def test_without_a_dataset_all_layers_are_asked(server: Served) -> None:
    with support.store() as known:
        size = len({q.triple for q in known.quads()})
    assert server.rows("SELECT (COUNT(*) AS ?n) { SELECT DISTINCT * { ?s ?p ?o } }") == [{"n": str(size)}]


@pytest.mark.parametrize("name", ["facts", "documents"])
def test_a_layer_may_be_asked_alone(server: Served, name: str) -> None:
    with support.store() as known:
        size = str(len(list(known.quads(name))))
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    graph = kg.names.kg(name)
    assert server.rows(count.replace("{", f"FROM <{graph}> {{", 1)) == [{"n": size}], "in the query"
    answer = httpx.get(server.endpoint, params={"query": count, "default-graph-uri": graph})
    assert answer.json()["results"]["bindings"][0]["n"]["value"] == size, "beside it"


def test_a_graph_that_is_no_iri_is_refused(server: Served) -> None:
    answer = httpx.get(server.endpoint, params={"query": "ASK {}", "default-graph-uri": "a b> } INSERT"})
    assert answer.status_code == 400
    assert "names no graph" in answer.text


# ---- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "line", "column", "words"),
    [
        ("SELECT *\n{ ?s ?p", 2, 1, "'{' is not closed"),
        ("SELECT *\n{ ?s nope:a ?o }", 2, 6, "unknown prefix 'nope:'"),
        ("SELECT * { ?s ?p 'a }", 1, 18, "the string that begins here is not closed"),
        ("CHOOSE * { }", 1, 1, "begins with SELECT, ASK, CONSTRUCT, DESCRIBE"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 1, 12, "SERVICE would ask another server"),
        ("SELECT * { \\u0053ERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 1, 12, "SERVICE would ask another server"),
        ("DELETE WHERE { ?s ?p ?o }", None, None, "read-only"),
        ("", 1, 1, "empty"),
    ],
)
def test_a_bad_query_is_told_with_its_place(
    server: Served, query: str, line: int | None, column: int | None, words: str
) -> None:
    as_text = server.ask(query)
    assert as_text.status_code == 400
    assert as_text.headers["content-type"].startswith("text/plain")
    assert words in as_text.text
    told = server.ask(query, Accept="application/sparql-results+json")
    assert told.headers["content-type"] == "application/problem+json"
    problem = told.json()
    assert (problem["status"], problem.get("line"), problem.get("column")) == (400, line, column)
    assert words in problem["detail"]


def test_updates_are_refused_unless_allowed(server: Served) -> None:
    for request in ({"form": [["update", "CLEAR ALL"]]}, {"type": "application/sparql-update", "body": "CLEAR ALL"}):
        answer = send(server, request)
        assert answer.status_code == 403
        assert "kg build" in answer.text
    assert int(server.rows(QUADS)[0]["n"]) > 100


def test_an_update_may_not_load_from_anywhere(changeable: Served) -> None:
    for text in (
        "LOAD <http://127.0.0.1:1/x>",
        "INSERT { ?s ?p 1 } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p 2 } }",
    ):
        answer = send(changeable, {"form": [["update", text]]})
        assert answer.status_code == 400
        assert "would ask another server" in answer.text


def test_a_fault_of_an_update_is_told_with_its_place(changeable: Served) -> None:
    answer = send(changeable, {"form": [["update", "INSERT DATA {\n <x:s> <x:p> }"]]})
    assert answer.status_code == 400
    assert answer.text.startswith("query:2:")
    short = {"params": [["using-graph-uri", EX]], "form": [["update", "DELETE WHERE { ?s ?p 9 }"]]}
    assert "DELETE WHERE takes no graphs" in send(changeable, short).text


def test_an_update_changes_the_copy_alone(store: Path) -> None:
    with kg.store.open(store) as base:
        before = base.manifest
        kg.store.copy(base, store.with_name("copy"))
    with served(store.with_name("copy"), access={"update": True}) as copy:
        assert copy.ask("ASK {}").headers["etag"]
        many = " ".join(f"<{EX}{n}> <{EX}p> {n} ." for n in range(500))
        assert send(copy, {"form": [["update", f"DROP ALL; INSERT DATA {{ {many} }}"]]}).status_code == 204
        assert copy.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [{"n": "500"}]
        assert "etag" not in copy.ask("ASK {}").headers, "no digest tells it any more"
        assert "SPARQL11Update" in httpx.get(copy.endpoint).text
    with kg.store.open(store) as base:
        assert base.manifest == before
        assert len(list(base.quads())) == len(base)


# ---- HTTP ------------------------------------------------------------------------------------------------------


def test_head_says_what_get_says_without_a_body(server: Served) -> None:
    params = {"query": QUERIES["SELECT"]}
    got, head = httpx.get(server.endpoint, params=params), httpx.head(server.endpoint, params=params)
    assert head.content == b""
    assert got.content
    for name in ("content-type", "content-length", "etag", "vary"):
        assert head.headers[name] == got.headers[name]


def test_an_answer_that_is_known_is_not_sent_again(server: Served, store: Path) -> None:
    params = {"query": QUERIES["SELECT"]}
    tag = httpx.get(server.endpoint, params=params).headers["etag"]
    again = httpx.get(server.endpoint, params=params, headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = httpx.get(server.endpoint, params=params, headers={"If-None-Match": tag, "Accept": "text/csv"})
    assert other.status_code == 200
    for fleeting in ("SELECT (NOW() AS ?n) {}", "SELECT (rand() AS ?n) {}"):
        answer = httpx.get(server.endpoint, params={"query": fleeting})
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused(server: Served, method: str) -> None:
    answer = httpx.request(method, server.endpoint)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_options_are_told(server: Served) -> None:
    answer = httpx.options(server.endpoint)
    assert answer.status_code == 204
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
    ],
)
def test_the_service_describes_itself(server: Served, accept: str, media_type: str) -> None:
    answer = httpx.get(server.endpoint, headers={"Accept": accept} if accept else {})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    triples = {q.triple for q in ox.parse(answer.content, format=ox.RdfFormat.from_media_type(media_type))}
    said = {
        (t.predicate.value.rpartition("#")[2], t.object.value)
        for t in triples
        if not isinstance(t.object, ox.BlankNode)
    }
    sd = "http://www.w3.org/ns/sparql-service-description#"
    assert ("endpoint", server.endpoint) in said
    assert ("supportedLanguage", sd + "SPARQL11Query") in said
    assert ("supportedLanguage", sd + "SPARQL11Update") not in said
    assert ("feature", sd + "UnionDefaultGraph") in said
    assert sum(name == "resultFormat" for name, _ in said) == 8
    assert {value for name, value in said if name == "name"} == {kg.names.kg(name) for name in kg.rdf.LAYERS}
    assert httpx.get(server.endpoint, headers={"Accept": "image/png"}).status_code == 406
