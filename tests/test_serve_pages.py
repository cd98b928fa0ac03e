"""The pages of the explorer over HTTP: each with its JSON twin, in the one shape, and what is not there."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import explored
import httpx
import pyoxigraph as ox
import pytest
import serving
import support
from explored import PAPERS, QUOTE, SPOKES
from serving import Served, running, served

from kg.serve.app import ASSETS
from kg.views.data import VERSION

HTML, JSON = {"Accept": "text/html,*/*;q=0.8"}, {"Accept": "application/json"}
VENDOR = ASSETS / "vendor"
COMMAND = [sys.executable, "-c", "from kg.cli import main; main()"]
MADE, USED = explored.pair()
BLOCKS = (
    "start",
    "search?q=spoke",
    "entity/id:Hub",
    "expand/id:Hub",
    f"fact/{MADE.id}",
    f"document/{MADE.claims[0].document}",
    "between?x=id:Hub%20id:Qilin_Battery",
)
PAGES = (*BLOCKS[:5], BLOCKS[5])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(explored.write(tmp_path_factory.mktemp("explored") / "store"), "explored") as found:
        yield found


@pytest.fixture(scope="module")
def client(server: Served) -> Iterator[httpx.Client]:
    with server.client(headers=JSON) as found:
        yield found


def block(client: httpx.Client, path: str) -> dict:
    return client.get("/" + path).raise_for_status().json()


def ids(told: dict) -> list[str]:
    return [entity["id"] for entity in told["entities"]]


@pytest.mark.parametrize("path", BLOCKS)
def test_each_twin_is_a_block(client: httpx.Client, path: str) -> None:
    told = block(client, path)
    assert told["v"] == VERSION
    for fact in told["facts"]:
        assert {"id", "s", "p", "status"} <= fact.keys()
        assert fact["s"] < len(told["entities"])
        assert fact.get("o", 0) < len(told["entities"])
        assert fact["p"] < len(told["predicates"])
        assert all(item["document"] < len(told["documents"]) for item in fact.get("evidence", ()))
    assert all(entity["class"] < len(told["classes"]) for entity in told["entities"])


@pytest.mark.parametrize("path", PAGES)
def test_the_same_address_is_a_page_or_a_block(client: httpx.Client, path: str) -> None:
    page = client.get("/" + path, headers=HTML)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Accept" in page.headers["Vary"]
    assert "<h1>" in page.text
    name, mark, query = path.partition("?")
    suffixed = client.get(f"/{name}.json{mark}{query}", headers=HTML)
    assert suffixed.headers["Content-Type"] == "application/json"
    assert suffixed.json() == block(client, path)


def test_a_class_has_the_same_number_in_all_blocks(client: httpx.Client) -> None:
    numbers: dict[str, set[int]] = {}
    for path in BLOCKS:
        for term in block(client, path)["classes"]:
            numbers.setdefault(term["id"], set()).add(term["number"])
    assert {len(found) for found in numbers.values()} == {1}
    assert len({next(iter(found)) for found in numbers.values()}) == len(numbers)


def test_the_start_is_placed_and_by_the_newest_document(client: httpx.Client) -> None:
    told = block(client, "start")
    assert told["built"] == max(issued for _, issued in PAPERS)
    assert {"id:Hub", "id:Qilin_Battery"} < set(ids(told)), "and what older documents speak of"
    assert all({"x", "y"} <= entity.keys() for entity in told["entities"])
    assert told == block(client, "start")


def test_expanding_goes_on_where_it_ended(client: httpx.Client) -> None:
    seen: list[str] = []
    for after in range(0, SPOKES + 25, 25):
        told = block(client, f"expand/id:Hub?after={after}")
        ends = list(dict.fromkeys(told["entities"][fact["o"]]["id"] for fact in told["facts"]))
        assert len(ends) <= 25
        assert not set(ends) & set(seen)
        seen += ends
    assert len(seen) == SPOKES + 1
    assert seen[:2] == ["id:Spoke_000", "id:Spoke_003"], "most sources, then the newest"
    assert block(client, f"expand/id:Hub?after={SPOKES + 1}")["facts"] == []


def test_what_is_between_is_found_both_ways(client: httpx.Client) -> None:
    told = client.post("/between", data={"x": "id:Spoke_001 id:Nobody", "y": "id:Hub id:Spoke_002"}).json()
    assert [f["id"] for f in told["facts"]] == [explored.spokes()[1].id]
    assert ids(told) == ["id:Hub", "id:Spoke_001"]
    iri = support.iri("Spoke 004")
    record = support.RECORDS.iri("fact", USED.id).value
    told = client.post("/between", data={"x": f"<{iri}> {record} <{record}> value:{USED.id}"}).json()
    assert [f["id"] for f in told["facts"]] == [USED.id]
    assert ids(told) == ["id:Hub", "id:Qilin_Battery", "id:Spoke_004"]


def test_a_fact_brings_every_sentence_and_what_contradicts_it(client: httpx.Client) -> None:
    told = block(client, f"fact/{MADE.id}")["facts"][0]
    assert [item["quote"] for item in told["evidence"]] == [QUOTE] * 3
    contradicted = support.fact("HarmonyOS NEXT", "basedOn")
    facts = block(client, f"fact/{contradicted.id}")["facts"]
    assert [fact["id"] for fact in facts] == [contradicted.id, support.fact("HarmonyOS NEXT", "independentOf").id]
    assert facts[0]["conflicts"][0]["fact"] == facts[1]["id"]


def test_a_document_has_the_facts_it_states(client: httpx.Client) -> None:
    told = block(client, f"document/{MADE.claims[1].document}")
    assert told["title"] == "On the hub 1"
    assert [fact["id"] for fact in told["facts"]] == [MADE.id]


def test_search_gives_the_best_first(client: httpx.Client) -> None:
    assert ids(block(client, "search?q=SPOKE%20%2012"))[:3] == ["id:Spoke_120", "id:Spoke_121", "id:Spoke_122"]
    assert ids(block(client, "search?q=skoda")) == ["id:Hub"]
    assert ids(block(client, "search?q=")) == []


def test_terms_and_saved_queries_with_their_values(client: httpx.Client, server: Served) -> None:
    told = block(client, "terms")
    assert {"id": "at:partnersWith", "label": "partners with"} in told["terms"]
    assert told["prefixes"]["id"] == support.ID
    query = next(each for each in told["queries"] if each["name"] == "facts-about")
    assert query["parameters"][0]["name"] == "about"
    text = block(client, "query/facts-about?about=Hub")["text"]
    assert "# param" not in text
    assert len(server.rows(text)) == SPOKES + 2
    refused = client.get("/query/facts-about?about=Nobody")
    assert (refused.status_code, refused.json()["detail"]) == (404, "no entity is called 'Nobody'")


@pytest.mark.parametrize(
    "path",
    [
        "entity/id:Nobody",
        "entity/at:Automaker",
        "entity/nothing",
        "fact/ffff",
        "document/ffff",
        "expand/id:Nobody",
        "query/nope",
        "entity/<javascript:alert(1)>",
    ],
)
def test_what_is_not_there(client: httpx.Client, path: str) -> None:
    told = client.get("/" + path)
    assert told.status_code == 404
    assert told.json()["status"] == 404
    page = client.get("/" + path, headers=HTML)
    assert page.status_code == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert "<script>" not in page.text.replace('<script src="/assets/theme.js">', "")


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, "1.5", "²"])
def test_no_number_is_told(client: httpx.Client, after: str) -> None:
    assert client.get("/entity/id:Hub", params={"after": after}).status_code == 400


def test_exports_are_whole(client: httpx.Client) -> None:
    def exported(form: str, things: str = f"{MADE.id} {USED.id}") -> httpx.Response:
        return client.post("/export", data={"x": things, "format": form})

    rows = list(csv.DictReader(io.StringIO(exported("csv").text)))
    assert [row["fact"] for row in rows] == [MADE.id, USED.id]
    turtle = exported("ttl")
    assert turtle.headers["Content-Disposition"].startswith('attachment; filename="graph-2026-05-02-')
    triples = list(ox.parse(turtle.content, format=ox.RdfFormat.TURTLE))
    subjects = {t.subject.value for t in triples}
    assert {support.RECORDS.iri("fact", f.id).value for f in (MADE, USED)} <= subjects
    assert {support.RECORDS.iri("document", c.document).value for c in MADE.claims} <= subjects
    assert support.iri("Hub") in subjects
    assert support.iri("Spoke 001") not in subjects
    assert '<template id="data">' in exported("html").text
    assert exported("exe").status_code == 404
    assert exported("csv", "nothing").status_code == 404


def test_pages_of_other_servers_get_nothing(client: httpx.Client) -> None:
    away = {"Origin": "https://evil.example"}
    assert client.post("/export", data={"x": MADE.id, "format": "csv"}, headers=away).status_code == 403
    assert client.post("/between", data={"x": "id:Hub"}, headers=away).status_code == 403
    assert client.get("/", headers={**HTML, "Host": "evil.example"}).status_code == 421


def test_the_explorer_runs_only_what_this_server_sends(client: httpx.Client) -> None:
    page = client.get("/", headers=HTML)
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "<style" not in page.text
    assert page.text.count("<script") == page.text.count('<script src="/assets/')
    sources = [part.split('"')[0] for part in page.text.split('src="')[1:]]
    assert all(client.get(source).status_code == 200 for source in sources)
    assert client.get("/explorer.css").headers["Content-Type"].startswith("text/css")
    assert "<noscript>" in page.text
    assert QUOTE in page.text


def test_a_search_at_the_endpoint_sends_a_browser_to_the_explorer(client: httpx.Client) -> None:
    away = client.get("/sparql", headers=HTML)
    assert (away.status_code, away.headers["Location"]) == (303, "/")


def test_a_request_leaves_no_process_behind(server: Served) -> None:
    before = server.children()
    for _ in range(5):
        httpx.get(server.url + "start.json")
    assert len(server.children()) <= len(before) + 1


def test_files_of_others_are_as_they_were_published() -> None:
    told = tomllib.loads((VENDOR / "manifest.toml").read_text(encoding="utf-8"))
    wanted = {name: each["sha256"] for package in told.values() for name, each in package["files"].items()}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir()}
    assert found.pop("manifest.toml")
    assert found == wanted
    assert all(package["licence"] for package in told.values())


def test_the_command_opens_the_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = serving.write(tmp_path / "store", [])
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    with running([*COMMAND, "--store", str(store), "serve", "--port", "0", "--open"], "stderr") as found:
        deadline = time.monotonic() + 20
        while not (opened.exists() and opened.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert opened.read_text().strip() == found.url
        assert httpx.get(found.url).status_code == 200


def test_faulty_saved_queries_are_told_and_left_out(tmp_path: Path) -> None:
    for part in ("ontology", "seeds", "queries"):
        (tmp_path / "project" / part).mkdir(parents=True)
    (tmp_path / "project" / "queries" / "wrong.rq").write_text("SELECT * {}\n")
    store = serving.write(tmp_path / "store", [])
    command = [*COMMAND, "--project", str(tmp_path / "project"), "--store", str(store), "serve", "--port", "0"]
    with running(command, "stderr", prefix="kg: serving") as found:
        assert httpx.get(found.url + "terms.json").json()["queries"] == []
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        assert "the explorer offers no saved queries" in process.stderr.readline()
    finally:
        process.terminate()
        process.communicate(timeout=10)
