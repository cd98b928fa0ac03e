"""A server in a process of its own, over a store made for it; stopped at the end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pyoxigraph as ox
import support

import kg.store
from kg.rdf import layer

EX = "https://example.org/"
FACTS = layer("facts")
_RUN = """
import asyncio, json, sys
from pathlib import Path
from kg.serve import Access, Limits, server
from kg.serve.app import application
from kg.serve.asking import Asking
import {routes} as extra
told = json.loads(sys.argv[1])
line = server.listen("127.0.0.1", 0)
limits = Limits(**told["limits"])
asking = Asking(Path(told["store"]), limits, getattr(extra, "prepare", None))
app = application(asking, Access(**told["access"]), getattr(extra, "ROUTES", ()))
asyncio.run(server.serve(app, line, limits, lambda: print(server.url(line), flush=True)))
"""


@dataclass(frozen=True)
class Served:
    """A server that runs: its address and its process."""

    url: str
    process: subprocess.Popen[str]

    @property
    def endpoint(self) -> str:
        return self.url + "sparql"

    @property
    def place(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **options)

    def ask(self, query: str, **headers: str) -> httpx.Response:
        """The answer to a query sent by POST."""
        told = {"Content-Type": "application/sparql-query"} | {n.replace("_", "-"): v for n, v in headers.items()}
        return httpx.post(self.endpoint, content=query, headers=told, timeout=30)

    def rows(self, query: str) -> list[dict[str, str]]:
        """The rows of a SELECT, values as text."""
        found = self.ask(query).raise_for_status().json()["results"]["bindings"]
        return [{name: value["value"] for name, value in row.items()} for row in found]

    def talk(self, data: bytes, seconds: float = 10) -> bytes:
        """What comes back for these bytes, until the server closes."""
        with socket.create_connection(self.place, timeout=seconds) as line:
            line.sendall(data)
            return receive(line)

    def children(self) -> set[int]:
        """The processes under the server's: that which holds the store, and those of questions."""
        return _under(self.process.pid)


def receive(line: socket.socket) -> bytes:
    """What comes until the end, or until the other side breaks off."""
    parts = []
    with suppress(ConnectionError):
        while part := line.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def _under(process: int) -> set[int]:
    found: set[int] = set()
    with suppress(OSError):
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            own = {int(child) for child in children.read_text().split()}
            found |= own.union(*(_under(child) for child in own))
    return found


@contextmanager
def served(store: Path, routes: str = "serving", access: dict | None = None, **limits: object) -> Iterator[Served]:
    """A server over a store, under these limits; ``routes`` is a module of tests with more of them."""
    told = json.dumps({"store": str(store), "limits": limits, "access": access or {}})
    command = [sys.executable, "-c", _RUN.format(routes=routes), told]
    with running(command) as server:
        yield server


@contextmanager
def running(command: list[str], stream: str = "stdout", prefix: str = "http") -> Iterator[Served]:
    """The server that a command starts, when it has said its address; it is ended with all its children."""
    paths = os.pathsep.join([str(support.ROOT), str(support.ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE if stream == "stderr" else None}
    process = subprocess.Popen(command, text=True, env={**os.environ, "PYTHONPATH": paths}, **pipes)
    try:
        for text in getattr(process, stream):
            if prefix in text:
                yield Served(next(word for word in text.split() if word.startswith("http")), process)
                break
        else:
            raise AssertionError(f"no server: exit status {process.wait(10)}")
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.communicate()


def write(path: Path, quads: Iterable[ox.Quad]) -> Path:
    """A store that holds these quads."""
    kg.store.write(path, quads, support.manifest())
    return path


def numbers(count: int) -> Iterator[ox.Quad]:
    """Things with a number each, in the layer of facts."""
    for number in range(count):
        yield ox.Quad(ox.NamedNode(f"{EX}n/{number}"), ox.NamedNode(EX + "is"), ox.Literal(number), FACTS)
