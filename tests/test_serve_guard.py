"""Who may ask: Host, Origin, headers, files; and the command that serves: its words, its address, its end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import serving
import support
from serving import Served, running, served
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from kg.serve import Access, Limits, app
from kg.serve.app import application
from kg.serve.asking import Asking
from kg.serve.guard import POLICY

OTHER = "https://app.example"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return serving.write(tmp_path_factory.mktemp("guard") / "store", serving.numbers(5))


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[Served]:
    with served(store, "serve_routes") as found:
        yield found


@pytest.fixture(scope="module")
def known(store: Path) -> Iterator[Served]:
    """A server that knows a name of its own and lets a page of another one ask."""
    with served(store, access={"hosts": ["kg.example.org"], "origins": [OTHER]}) as found:
        yield found


ASK = {"query": "ASK {}"}

# ---- Host ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:80", "localhost", "LOCALHOST:8000", "[::1]", "[::1]:8000"])
def test_its_own_names_are_answered(server: Served, host: str) -> None:
    assert httpx.get(server.endpoint, params=ASK, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]", "a b",
     "localhost@evil.example", "localhost:x", "", "kg.example.org", "0.0.0.0"],
)  # fmt: skip
def test_any_other_name_is_refused(server: Served, host: str) -> None:
    for path in ("sparql", "size?name=n", "nothing"):
        answer = httpx.get(server.url + path, headers={"Host": host})
        assert answer.status_code in ((400, 421) if not host else (421,)), host
        assert "boolean" not in answer.text


def test_a_name_may_be_allowed(known: Served) -> None:
    assert httpx.get(known.endpoint, params=ASK, headers={"Host": "kg.example.org"}).status_code == 200
    assert httpx.get(known.endpoint, params=ASK, headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        ("0.0.0.0", "10.1.2.3", 200),
        ("0.0.0.0", "evil.example", 421),
        ("::", "[fe80::1]", 200),
        ("10.0.0.9", "10.0.0.9", 200),
        ("10.0.0.9", "10.0.0.8", 421),
        ("10.0.0.9", "127.0.0.1", 421),
    ],
)
def test_an_address_is_no_name_that_can_be_turned(store: Path, address: str, host: str, status: int) -> None:
    route = Route("/", lambda _: PlainTextResponse("here"))
    opened = application(Asking(store, Limits()), routes=[route], address=address)
    assert get(opened, "/", Host=host).status_code == status


def get(opened: Starlette, path: str, **headers: str) -> httpx.Response:
    """What an application answers, in this process."""

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=opened), base_url="http://localhost") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


# ---- Origin ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("origin", [OTHER, "null", "http://127.0.0.1:1", "http://localhost", "x"])
def test_pages_of_other_servers_may_not_ask(server: Served, method: str, origin: str) -> None:
    answer = httpx.request(method, server.endpoint, params=ASK, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_its_own_pages_may_ask(server: Served) -> None:
    headers = {"Origin": server.url.rstrip("/"), "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    assert httpx.post(server.endpoint, data=ASK, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("site", "mode", "method", "status"),
    [
        ("cross-site", "no-cors", "GET", 403),
        ("same-site", "no-cors", "GET", 403),
        ("cross-site", "navigate", "GET", 200),
        ("cross-site", "navigate", "POST", 403),
        ("none", "navigate", "GET", 200),
    ],
)
def test_what_a_page_embeds_is_refused_and_a_link_is_followed(
    server: Served, site: str, mode: str, method: str, status: int
) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
    body = {"data": ASK} if method == "POST" else {"params": ASK}
    assert httpx.request(method, server.endpoint, headers=headers, **body).status_code == status


def test_a_page_that_is_allowed_may_ask_and_read(known: Served) -> None:
    headers = {"Origin": OTHER, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    answer = httpx.post(known.endpoint, data=ASK, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == OTHER
    assert "access-control-allow-credentials" not in answer.headers
    assert "origin" in answer.headers["vary"].lower()
    before = httpx.options(known.endpoint, headers={**headers, "Access-Control-Request-Method": "POST"})
    assert before.status_code == 204
    assert "POST" in before.headers["access-control-allow-methods"]
    assert "content-type" in before.headers["access-control-allow-headers"].lower()
    assert httpx.post(known.endpoint, data=ASK, headers={"Origin": "https://evil.example"}).status_code == 403
    faulty = httpx.post(known.endpoint, data={"query": "ASK {"}, headers=headers)
    assert faulty.headers["access-control-allow-origin"] == OTHER, "a fault is to be read as well"


# ---- headers and files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["sparql?query=ASK%20%7B%7D", "sparql?query=", "sparql", "nothing", "size?name=n", "wrong?name=n"]
)
def test_every_answer_is_closed_in(server: Served, path: str) -> None:
    headers = httpx.get(server.url + path).headers
    assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


def test_files_are_served_from_their_folder_alone(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assets" / "deep").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "assets" / "a.js").write_text("1;")
    (tmp_path / "assets" / "link.txt").symlink_to(tmp_path / "secret.txt")
    monkeypatch.setattr(app, "ASSETS", tmp_path / "assets")
    opened = application(Asking(store, Limits()))
    answer = get(opened, "/assets/a.js")
    assert answer.text == "1;"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-security-policy"] == POLICY
    away = [
        *("../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "..%5csecret.txt", "deep/../../secret.txt"),
        *("link.txt", "%2fetc%2fpasswd", "//etc/passwd", "a.js%00.txt", "", "deep"),
    ]
    for path in away:
        found = get(opened, f"/assets/{path}")
        assert found.status_code in (400, 404, 405), path
        assert "secret" not in found.text


def test_raw_paths_lead_nowhere_either(server: Served) -> None:
    for path in (b"/assets/../../../../etc/passwd", b"/assets//etc/passwd", b"/assets/%2e%2e/%2e%2e/pyproject.toml"):
        answer = server.talk(b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert answer.split(b" ")[1] in (b"404", b"400"), answer
        assert b"root:" not in answer


# ---- the command -----------------------------------------------------------------------------------------------

KG = [sys.executable, "-c", "from kg.cli import main; main()"]


def command(store: Path, *options: str) -> list[str]:
    return [*KG, "--store", str(store), "serve", "--port", "0", *options]


def test_the_command_says_where_it_is_and_listens_there_alone(store: Path) -> None:
    with running(command(store), "stderr") as found:
        host, port = found.place
        assert host == "127.0.0.1"
        assert len(found.rows("SELECT * { ?s ?p ?o }")) == 5
        with socket.socket() as line:
            line.settimeout(2)
            assert line.connect_ex(("127.0.0.2", port)) != 0, "no other address of this machine"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_all_its_children(store: Path, sign: signal.Signals) -> None:
    endless = "query=SELECT%20*%20%7B" + "".join(f"?s{n}%20?p{n}%20?o{n}." for n in range(40)) + "%7D"
    with running(command(store), "stderr") as found:
        host, port = found.place
        with socket.create_connection(found.place) as line:
            line.sendall(f"GET /sparql?{endless} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            line.recv(10)
            children = found.children()
            assert children
            found.process.send_signal(sign)
            said = found.process.communicate(timeout=10)[1]
    assert found.process.returncode == 0
    assert "Traceback" not in said
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_when_the_server_is_killed_nothing_is_left(store: Path) -> None:
    from test_serve_harm import settles

    with running(command(store), "stderr") as found:
        children = found.children()
        found.process.kill()
        assert settles(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "256.0.0.1"], "cannot listen to 256.0.0.1"),
        (["--host", "192.0.2.1"], "cannot listen to 192.0.2.1"),
    ],
)
def test_an_address_that_is_not_its_own_is_told(store: Path, options: list[str], words: str) -> None:
    done = run(command(store, *options))
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert "--host" in done.stderr


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(support.ROOT)}
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_port_in_use_is_told(store: Path, server: Served) -> None:
    done = run([*KG, "--store", str(store), "serve", "--port", str(server.place[1])])
    assert (done.returncode, done.stdout) == (1, "")
    assert "the port is in use (choose another --port, or 0 for a free one)" in done.stderr


def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run([*KG, "--store", str(tmp_path / "none"), "serve", "--port", "0"])
    assert done.returncode == 1
    assert "no store here (run 'kg build')" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_says_what_it_means_to_be_open(store: Path) -> None:
    with running(command(store, "--host", "0.0.0.0"), "stderr") as found:
        assert "there are no passwords" in found.process.stderr.readline()


def test_its_updates_are_thrown_away(store: Path) -> None:
    with running(command(store, "--allow-update"), "stderr", prefix="http://") as found:
        here = f"http://127.0.0.1:{found.place[1]}/sparql"
        assert httpx.post(here, data={"update": "CLEAR ALL"}).status_code == 204
        assert found.rows("SELECT * { ?s ?p ?o }") == []
    with running(command(store), "stderr") as found:
        assert len(found.rows("SELECT * { ?s ?p ?o }")) == 5


def test_its_limits_are_those_of_the_command_line(store: Path) -> None:
    with running(command(store, "--timeout", "0.5", "--max-bytes", "100"), "stderr") as found:
        query = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(20)) + " }"
        assert "no answer within 0.5 s" in found.ask(query).text
        assert "longer than 100 bytes" in found.ask("SELECT * { ?s ?p ?o }").text


def test_access_is_closed_unless_opened() -> None:
    assert Access() == Access(hosts=(), origins=(), update=False, service=False)
