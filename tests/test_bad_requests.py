"""Bad requests have one right answer each: those of ``bad/http.toml``, sent byte by byte to a server that runs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import support
from serving import Served, served

REQUESTS = tomllib.loads((Path(__file__).parent / "bad" / "http.toml").read_text("utf-8"))["request"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    import kg.store

    store = tmp_path_factory.mktemp("store")
    kg.store.write(store, support.quads(ontology=False), support.manifest())
    with served(store) as found:
        yield found


@pytest.mark.parametrize("request_", [pytest.param(r, id=r["name"]) for r in REQUESTS])
def test_a_bad_request_has_its_right_answer(request_: Mapping[str, Any], server: Served) -> None:
    part, times = request_.get("then", ("", 0))
    host = "{}:{}".format(*server.place)
    words = request_["send"].replace("{host}", host).encode("latin-1") + part.encode() * times
    answer = server.talk(words.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n", 1)).decode(
        "utf-8", "replace"
    )
    assert int(answer.split(" ", 2)[1]) == request_["status"], answer[:1000]
    for word in request_.get("says", ()):
        assert word in answer, answer[:1000]
    for word in (*request_.get("never", ()), "Traceback"):
        assert word not in answer
    assert server.ask("ASK {}").status_code == 200, "the next one is answered as ever"


def test_there_are_enough_requests() -> None:
    assert len({r["name"] for r in REQUESTS}) == len(REQUESTS) >= 25
