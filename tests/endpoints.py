"""SPARQL servers for the tests: one in this process, Oxigraph's own, Virtuoso; and a gate that spoils what passes."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest

from kg.errors import StoreError
from kg.store import Address
from kg.store.endpoint import Endpoint

_READY = 60.0
_VIRTUOSO = """
[Database]
DatabaseFile = graph.db
ErrorLogFile = graph.log
LockFile = graph.lck
TransactionFile = graph.trx
xa_persistent_file = graph.pxa
[TempDatabase]
DatabaseFile = scratch.db
TransactionFile = scratch.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
DirsAllowed = .
ServerThreads = 10
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 5
ServerRoot = .
[SPARQL]
ResultSetMaxRows = 1000000
"""


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def answer(self, status: int, media_type: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        named = {"Content-Type": media_type, "Content-Length": str(len(body))}
        for name, value in (named | {n.replace("_", "-"): v for n, v in headers.items()}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def _listening(handler: type[_Quiet]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def in_process(spoil: Callable[[str], str] = str) -> Iterator[str]:
    """A server of RDF 1.1 in this process, without the Graph Store Protocol; ``spoil`` changes what it is sent."""
    engine = ox.Store()

    class Handler(_Quiet):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            path = urlsplit(self.path).path
            if path != "/sparql":
                return self.answer(404, "text/plain", b"nothing here")
            try:
                if "update" in form:
                    if "<<(" in form["update"][0]:
                        raise SyntaxError("no triple terms")
                    engine.update(spoil(form["update"][0]))
                    return self.answer(204, "text/plain", b"")
                return self.answer(200, *self._results(form))
            except SyntaxError as error:
                return self.answer(400, "text/plain", str(error).encode())

        def _results(self, form: dict[str, list[str]]) -> tuple[str, bytes]:
            named = {"default_graph": "default-graph-uri", "named_graphs": "named-graph-uri"}
            graphs = {name: [ox.NamedNode(iri) for iri in form[key]] for name, key in named.items() if key in form}
            results = engine.query(form["query"][0], **graphs)
            if isinstance(results, ox.QueryTriples):
                return "application/n-triples", results.serialize(format=ox.RdfFormat.N_TRIPLES)
            return "application/sparql-results+json", results.serialize(format=ox.QueryResultsFormat.JSON)

    with _listening(Handler) as url:
        yield f"{url}/sparql"


@contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    """Oxigraph's own server; the test is skipped where it is not installed."""
    program = shutil.which("oxigraph") or shutil.which("oxigraph", path=Path(sys.executable).parent)
    if program is None:
        pytest.skip("no oxigraph: pip install oxigraph")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with _running([program, "serve", "--location", str(folder / "data"), "--bind", f"127.0.0.1:{port}"], folder, url):
        yield url


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """Virtuoso, whose visitors may write; at ``/sparql-auth`` dba, dba. The test is skipped where it is not there."""
    if shutil.which("virtuoso-t") is None or shutil.which("isql-vt") is None:
        pytest.skip("no virtuoso-t: apt-get install virtuoso-opensource")
    sql, port = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(sql=sql, http=port), encoding="utf-8")
    url = f"http://127.0.0.1:{port}/sparql"
    with _running(["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"], folder, url):
        grant = 'GRANT SPARQL_UPDATE TO "SPARQL";\n'
        subprocess.run(["isql-vt", f"127.0.0.1:{sql}", "dba", "dba"], input=grant.encode(), check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        yield url


@contextmanager
def _running(command: list[str], folder: Path, url: str) -> Iterator[None]:
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _wait(process, url)
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    latest = time.monotonic() + _READY
    while process.poll() is None and time.monotonic() < latest:
        try:
            Endpoint(Address.of(url)).queries  # noqa: B018
        except StoreError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"{process.args} does not answer")


SERVERS = {"in-process": lambda _: in_process(), "oxigraph": oxigraph, "virtuoso": virtuoso}


@dataclass
class Gate:
    """A way to a server that lets pass what it is told to let pass."""

    url: str
    behind: str
    """What is asked through it."""
    act: Callable[[Passing], None] = field(default=lambda passing: passing.go_on())
    passed: list[str] = field(default_factory=list)
    """What went through: the beginning of each body."""

    @property
    def updates(self) -> int:
        return sum("update=INSERT+DATA" in text for text in self.passed)


@dataclass
class Passing:
    """One request on its way."""

    gate: Gate
    handler: _Quiet
    body: bytes

    @property
    def authorization(self) -> str:
        return self.handler.headers.get("Authorization", "")

    def go_on(self) -> None:
        """Ask the server, and hand its answer back."""
        parts = urlsplit(self.gate.behind)
        line = http.client.HTTPConnection(str(parts.netloc), timeout=60)
        headers = {n: self.handler.headers[n] for n in ("Accept", "Content-Type") if n in self.handler.headers}
        line.request("POST", self.handler.path, self.body, headers)
        answer = line.getresponse()
        body = answer.read()
        self.gate.passed.append(self.body[:200].decode("utf-8", "replace"))
        media_type = answer.headers.get("Content-Type", "text/plain")
        line.close()
        self.handler.answer(answer.status, media_type, body)

    def answer(self, status: int, media_type: str, body: str, **headers: str) -> None:
        """Answer in the server's place."""
        self.handler.answer(status, media_type, body.encode(), **headers)

    def wait(self) -> None:
        """Say nothing until the asker has gone."""
        self.handler.close_connection = True
        self.handler.connection.settimeout(10)
        with suppress(OSError):
            self.handler.connection.recv(1)

    def cut(self, status: str = "") -> None:
        """Break the connection off, after some bytes of an answer."""
        if status:
            self.handler.wfile.write(status.encode())
        self.handler.close_connection = True
        self.handler.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def gate(behind: str) -> Iterator[Gate]:
    """A gate before a server, at the same path."""
    made = Gate("", behind)

    class Handler(_Quiet):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.act(Passing(made, self, body))

    with _listening(Handler) as url:
        made.url = url + urlsplit(behind).path
        yield made


def is_update(body: bytes) -> bool:
    return re.match(rb"update=INSERT\+DATA", body) is not None
