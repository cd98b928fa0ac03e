"""No query can harm the server: what is nested, endless, hungry, malformed, slow or gone costs its sender alone."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import serving
import support
from serving import EX, Served, served

import kg.store

LIMIT = 2.0
"""Seconds that a question of these tests may work."""
THINGS = 2000
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?i ?d"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
"""Its answer comes at once and does not end."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return serving.write(tmp_path_factory.mktemp("harm") / "store", serving.numbers(THINGS))


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[Served]:
    with served(
        store, "serve_routes", timeout=LIMIT, memory=128 << 20, head=1, body=1, stall=1, query=100_000
    ) as found:
        yield found


@pytest.fixture(autouse=True)
def _lives_on(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test the server answers, and no question of the test runs on."""
    yield
    if "server" not in request.fixturenames:
        return
    server = request.getfixturevalue("server")
    assert well(server)
    assert settles(lambda: len(server.children()) == 1), "only the process that holds the store"


def well(server: Served) -> bool:
    return server.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [{"n": str(THINGS)}]


def settles(check: object, seconds: float = 5) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


# ---- queries ---------------------------------------------------------------------------------------------------


def test_an_endless_query_is_cut_at_its_limit_while_others_are_answered(server: Served) -> None:
    with ThreadPoolExecutor(4) as pool:
        began = time.monotonic()
        endless = [pool.submit(server.ask, ENDLESS) for _ in range(3)]
        answered = 0
        while not all(each.done() for each in endless):
            assert well(server)
            answered += 1
        took = time.monotonic() - began
    for each in endless:
        assert each.result().status_code == 503
        assert each.result().text.startswith(f"no answer within {LIMIT:g} s")
    assert LIMIT <= took < LIMIT + 1
    assert answered > 3


def test_a_hungry_query_is_ended_and_says_so(server: Served) -> None:
    answer = server.ask(HUNGRY)
    assert answer.status_code == 503
    assert "more memory than it may have" in answer.text


NESTED = {
    "groups": "SELECT * " + "{" * 5000 + "}" * 5000,
    "lists": "ASK { ?s ?p " + "(" * 400 + ")" * 400 + " }",
    "sums": "SELECT (" + "1+" * 9000 + "1 AS ?n) {}",
    "negations": "ASK { FILTER(" + "!" * 20000 + "true) }",
    "paths": "ASK { ?s " + "/".join([f"<{EX}p>"] * 5000) + " ?o }",
    "patterns": "ASK { " + "?s ?p ?o . " * 3000 + "}",
    "filters": "ASK { " + "FILTER(true) " * 5000 + "}",
    "long list": "ASK { ?s ?p (" + "1 " * 9000 + ") }",
    "strings": "ASK { ?s ?p '" + "'''" * 9000 + "' }",
    "escapes": "ASK { ?s ?p " + "\\u0028" * 5000 + " }",
    "nul": "ASK { ?s ?p '\0' }",
    "surrogates": "ASK { ?s ?p '\\ud800' }",
    "regex": "ASK { ?s ?p ?o FILTER(REGEX('" + "a" * 5000 + "', '" + "(a*)*" * 50 + "b')) }",
    "replace": "SELECT (REPLACE('" + "a" * 2000 + "', '', '" + "b" * 2000 + "') AS ?x) {}",
    "repeat": "SELECT ?x { BIND(CONCAT('" + "a" * 50000 + "', '') AS ?x) }",
}


@pytest.mark.parametrize("name", NESTED)
def test_a_monstrous_query_is_answered_or_refused(server: Served, name: str) -> None:
    answer = server.ask(NESTED[name])
    assert answer.status_code in (200, 400, 413, 503), answer.text
    assert answer.content.strip()


def test_a_query_that_is_too_long_is_refused(server: Served) -> None:
    assert server.ask("ASK {} #" + "x" * 100_000).status_code == 413
    pieces = (b"ASK {} #" for _ in range(20_000))
    told = {"Content-Type": "application/sparql-query"}
    assert httpx.post(server.endpoint, content=pieces, headers=told).status_code == 413, "in pieces of no known length"
    assert httpx.get(server.endpoint, params={"query": "ASK {} #" + "x" * 40_000}).status_code == 414


def test_an_answer_that_breaks_off_does_not_look_whole(server: Served) -> None:
    body = {"content": LONG, "headers": {"Content-Type": "application/sparql-query"}}
    with server.client() as client, client.stream("POST", "/sparql", **body) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
            answer.read()


def test_an_answer_beyond_its_length_is_broken_off(store: Path) -> None:
    with served(store, answer=200_000) as small:
        assert len(small.ask("SELECT * { ?s ?p ?o } LIMIT 500").content) < 200_000
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
            small.ask("SELECT * { ?s ?p ?o }")


def test_a_client_of_http_1_0_sees_that_an_answer_breaks_off(server: Served) -> None:
    host, port = server.place
    with socket.create_connection(server.place) as line:
        head = f"POST /sparql HTTP/1.0\r\nHost: {host}:{port}\r\nContent-Type: application/sparql-query\r\n"
        line.sendall(f"{head}Content-Length: {len(LONG)}\r\n\r\n{LONG}".encode())
        with pytest.raises(ConnectionResetError):
            all(iter(lambda: line.recv(1 << 16), b""))


# ---- clients ---------------------------------------------------------------------------------------------------


def request(server: Served, query: str = "ASK {}", more: str = "") -> bytes:
    """A request as it goes over the line."""
    host, port = server.place
    return (
        f"POST /sparql HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/sparql-query\r\n{more}"
        f"Content-Length: {len(query)}\r\n\r\n{query}"
    ).encode()


def test_two_hundred_clients_at_once(store: Path) -> None:
    query = "SELECT ?s { ?s ?p ?o } LIMIT 5"

    async def all_at_once(server: Served) -> list[httpx.Response]:
        told = {"Content-Type": "application/sparql-query"}
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        async with httpx.AsyncClient(timeout=30, limits=limits, headers=told) as client:
            return await asyncio.gather(*(client.post(server.endpoint, content=query) for _ in range(200)))

    with served(store) as server:
        answers = asyncio.run(all_at_once(server))
    assert {answer.status_code for answer in answers} == {200}
    assert all(len(answer.json()["results"]["bindings"]) == 5 for answer in answers)


def test_too_many_questions_are_told_to_come_again(store: Path) -> None:
    with served(store, timeout=LIMIT, running=1, waiting=1) as narrow, ThreadPoolExecutor(4) as pool:
        found = [each.result() for each in [pool.submit(narrow.ask, ENDLESS) for _ in range(4)]]
        refused = [answer for answer in found if "retry-after" in answer.headers]
        assert {answer.status_code for answer in found} == {503}
        assert len(refused) >= 2
        assert "too many questions" in refused[0].text
        assert well(narrow)


def test_a_client_that_leaves_ends_its_query(store: Path) -> None:
    with served(store, timeout=60) as patient:
        with socket.create_connection(patient.place) as line:
            line.sendall(request(patient, ENDLESS))
            assert settles(lambda: len(patient.children()) == 2), "the question works"
        assert settles(lambda: len(patient.children()) == 1, 1), "and ends with its client"


def test_a_client_that_leaves_in_the_middle_of_its_answer_ends_it(store: Path) -> None:
    with served(store, timeout=60) as patient:
        with socket.create_connection(patient.place) as line:
            line.sendall(request(patient, LONG))
            assert line.recv(100).startswith(b"HTTP/1.1 200")
            assert len(patient.children()) == 2
        assert settles(lambda: len(patient.children()) == 1, 1)


def test_slow_readers_keep_nobody_waiting_and_fill_no_memory(store: Path) -> None:
    with served(store, timeout=20, running=4, stall=6) as narrow, ExitStack() as opened:
        before = memory(narrow)
        lines = [opened.enter_context(socket.create_connection(narrow.place)) for _ in range(20)]
        for line in lines:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.sendall(request(narrow, LONG))
        for _ in range(20):
            began = time.monotonic()
            assert well(narrow)
            assert time.monotonic() - began < 12, "less than five turns of four that are waited for"
        assert memory(narrow) - before < 60 << 20
        assert settles(lambda: len(narrow.children()) == 1, 20), "who does not read is cut"


def memory(server: Served) -> int:
    """The bytes of the process that speaks HTTP."""
    return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_long_answer_comes_whole_in_little_memory(tmp_path: Path) -> None:
    store = serving.write(tmp_path / "store", serving.numbers(60_000))
    with served(store) as big:
        before = memory(big)
        lines = 0
        body = {"content": "SELECT * { ?s ?p ?o }", "headers": {"Accept": "text/csv"}}
        body["headers"]["Content-Type"] = "application/sparql-query"
        with httpx.stream("POST", big.endpoint, timeout=60, **body) as answer:
            for part in answer.iter_bytes():
                lines += part.count(b"\n")
        assert lines == 60_001
        assert memory(big) - before < 20 << 20


def test_what_is_no_http_is_refused_and_cut(server: Served) -> None:
    for data in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
        b"hello\r\n\r\n",
        b"GET / HTTP/x\r\n\r\n",
        b"\0" * 500,
    ):
        answer = server.talk(data)
        assert answer.startswith(b"HTTP/1.1 400"), answer
        assert b"this is no HTTP request" in answer


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /sparql HTTP/1.1\r\n\r\n", 400),
        (b"GET /sparql HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", 431),
        (b"GET /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", 431),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 414),
        (b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\n", 400),
        (b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: x\r\n\r\n", 400),
    ],
)
def test_a_malformed_request_has_a_status(server: Served, data: bytes, status: int) -> None:
    answer = server.talk(data)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()) or (status == 400 and answer.startswith(b"HTTP/1.1 4")), (
        answer
    )


def test_garbage_behind_a_request_costs_only_its_own_connection(server: Served) -> None:
    answer = server.talk(request(server) + b"garbage\r\n\r\n" * 50)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"boolean" in answer


def test_requests_behind_each_other_are_answered_in_order(server: Served) -> None:
    answer = server.talk(request(server, "ASK {}") + request(server, "ASK { FILTER(false) }", "Connection: close\r\n"))
    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.index(b"true") < answer.index(b"false")


HALVES = {
    "nothing": b"",
    "half a head": b"GET /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "half a body": b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/sparql-query\r\n"
    b"Content-Length: 50\r\n\r\nASK",
    "half a body for nobody": b"POST /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\n",
}


@pytest.mark.parametrize("beginning", HALVES.values(), ids=HALVES)
def test_what_does_not_come_in_time_is_cut(server: Served, beginning: bytes) -> None:
    began = time.monotonic()
    server.talk(beginning)
    assert time.monotonic() - began < 3


def drip(line: socket.socket, end: float) -> None:
    """Send byte by byte."""
    while time.monotonic() < end:
        line.sendall(b"x")
        time.sleep(0.1)


def test_what_comes_drop_by_drop_is_cut_too(server: Served) -> None:
    for head in (b"GET /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\n", request(server, "x" * 1000)[:-1000]):
        began = time.monotonic()
        with socket.create_connection(server.place, timeout=10) as line:
            line.sendall(head)
            with pytest.raises(ConnectionError):
                drip(line, began + 6)
        assert time.monotonic() - began < 5


def test_hundreds_of_slow_connections_leave_room_for_others(store: Path) -> None:
    with served(store, connections=50, head=30) as narrow:
        lines = [socket.create_connection(narrow.place) for _ in range(200)]
        for line in lines:
            try:
                line.sendall(b"GET /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            except OSError:
                continue  # cut already
        for _ in range(5):
            assert well(narrow)
        for line in lines:
            line.close()


# ---- the store -------------------------------------------------------------------------------------------------


def test_a_build_is_followed(tmp_path: Path) -> None:
    store = serving.write(tmp_path / "store", serving.numbers(10))
    with served(store, "serve_routes") as server:
        count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        tag = server.ask(count).headers["etag"]
        assert server.rows(count) == [{"n": "10"}]
        with socket.create_connection(server.place) as line:
            line.sendall(request(server, LONG))
            assert line.recv(100).startswith(b"HTTP/1.1 200")
            serving.write(store, serving.numbers(20))
            assert server.rows(count) == [{"n": "20"}]
            assert server.ask(count).headers["etag"] != tag
            assert httpx.get(server.url + "size?name=n").json() == {"n": 20}, "made ready anew"
            assert b"https://example.org/n/" in line.recv(1 << 16), "what began before goes on"
        serving.write(store, serving.numbers(30))
        assert len([path for path in store.iterdir() if path.name.startswith("g0")]) == 2, "the first is swept away"


def test_a_store_that_breaks_is_served_as_it_was(tmp_path: Path) -> None:
    store = serving.write(tmp_path / "store", serving.numbers(10))
    with served(store) as server:
        assert len(server.rows("SELECT * { ?s ?p ?o }")) == 10
        (store / "CURRENT").write_text("g000099\n")
        assert len(server.rows("SELECT * { ?s ?p ?o }")) == 10
        (store / "CURRENT").unlink()
        assert len(server.rows("SELECT * { ?s ?p ?o }")) == 10


def test_the_process_that_holds_the_store_is_started_again(store: Path) -> None:
    with served(store) as server:
        (keeper,) = server.children()
        os.kill(keeper, signal.SIGKILL)
        assert settles(lambda: server.ask("ASK {}").status_code == 200, 5)
        assert well(server)
        assert server.children() != {keeper}


# ---- questions of the server's own pages -----------------------------------------------------------------------


def test_a_page_asks_what_was_made_ready(server: Served) -> None:
    answer = httpx.get(server.url + "size", params={"name": "<b>\"'"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"<b>\"'": THINGS}


def test_a_page_that_fails_says_so(server: Served) -> None:
    answer = httpx.get(server.url + "wrong", params={"name": "x"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["detail"], answer.json()["hint"]) == (
        400,
        "no such name: x",
        "try another",
    )
    failed = httpx.get(server.url + "failing")
    assert failed.status_code == 500
    assert "by zero" in failed.text


def test_pages_have_the_same_limits_and_places_of_their_own(server: Served) -> None:
    with ThreadPoolExecutor(40) as pool:
        endless = [pool.submit(server.ask, ENDLESS) for _ in range(30)]
        time.sleep(0.3)
        assert httpx.get(server.url + "size?name=n", timeout=30).status_code == 200
        assert not all(each.done() for each in endless), "before the queries are through"
        assert httpx.get(server.url + "never", timeout=30).status_code == 503
        assert {each.result().status_code for each in endless} == {503}


def test_a_world_of_facts_is_served(tmp_path: Path) -> None:
    store = serving.write(tmp_path / "store", support.quads())
    with served(store) as server, kg.store.open(store) as known:
        expected = {row["f"].value for row in known.query("SELECT ?f { ?f a kg:Fact }")}
        assert {row["f"] for row in server.rows("SELECT ?f { ?f a kg:Fact }")} == expected
