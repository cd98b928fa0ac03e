"""A query over HTTP: kg serve beside rdflib-endpoint, the same data, the same client, one after the other.

python benchmarks/serving.py        (about two minutes)
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import graphs
import httpx
import pyoxigraph as ox
from measure import Row, group, markdown

from kg import store

FACTS = 10_000
"""About 200,000 triples."""
CLIENTS = 4
PREFIXES = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX kg: <https://w3id.org/autotech/kg#>
PREFIX prov: <http://www.w3.org/ns/prov#>"""
IN_MARKET = f"?fact <{graphs.term('property', 0)}> <{graphs.term('market', 3)}> ; rdf:subject ?thing"
JOIN = f"""{PREFIXES}
SELECT ?maker (COUNT(?fact) AS ?n) WHERE {{
  {IN_MARKET} ; rdf:predicate <{graphs.term("property", 1)}> .
  ?other rdf:subject ?thing ; rdf:predicate <{graphs.term("property", 2)}> ; rdf:object ?maker .
}} GROUP BY ?maker ORDER BY DESC(?n) ?maker LIMIT 10"""
CHAIN = f"""{PREFIXES}
SELECT ?document (COUNT(?fact) AS ?n) WHERE {{
  {IN_MARKET} ; kg:claim ?claim .
  ?claim prov:wasDerivedFrom ?document .
}} GROUP BY ?document ORDER BY DESC(?n) ?document LIMIT 10"""
QUERIES = (("join of two facts each", JOIN, 100, 1), ("chain from facts to documents", CHAIN, 100, 20))
"""Each with how often it is asked, and how often of the peer, which may take a minute for one."""
PEER = """
import sys
import rdflib
import uvicorn
from rdflib_endpoint import SparqlEndpoint

graph = rdflib.Graph()
graph.parse(sys.argv[1], format="nt")
uvicorn.run(SparqlEndpoint(graph=graph), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""
OURS = "from kg.cli import main; main()"


def serving(folder: Path, facts: int = FACTS) -> list[Row]:
    """The rows of one comparison: queries a second, with several clients at once."""
    triples = {quad.triple for quad in graphs.quads(facts) if not isinstance(quad.object, ox.Triple)}
    store.write(folder / "served", graphs.quads(facts), store.Manifest(prefixes={}, record_namespace=graphs.NAMESPACE))
    (folder / "served.nt").write_bytes(ox.serialize(sorted(triples, key=str), format=ox.RdfFormat.N_TRIPLES))
    port = str(_free_port())
    ours = [sys.executable, "-c", OURS, "--store", str(folder / "served"), "serve", "--port", port, "--timeout", "600"]
    with _served(ours, f"http://127.0.0.1:{port}/sparql") as address:
        mine = [_asked(address, query, times) for _, query, times, _ in QUERIES]
    port = str(_free_port())
    peer = [sys.executable, "-c", PEER, str(folder / "served.nt"), port]
    with _served(peer, f"http://127.0.0.1:{port}/") as address:
        theirs = [_asked(address, query, times) for _, query, _, times in QUERIES]
    rows = []
    for (name, *_), (answer, taken), (other, taken_by_peer) in zip(QUERIES, mine, theirs, strict=True):
        if not answer or answer != other:
            raise SystemExit(f"{name}: the two do not answer alike")
        work = f"{name}, over HTTP, {len(triples):,} triples, {CLIENTS} clients at once"
        times = [("kg serve, on disk, a process for each query", taken), ("rdflib-endpoint, in memory", taken_by_peer)]
        rows += group(work, times, lambda each: f"{1 / each:,.3g} queries/s")
    return rows


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


@contextlib.contextmanager
def _served(command: list[str], address: str) -> Iterator[str]:
    process = subprocess.Popen(command, env={**os.environ, "PYTHONUNBUFFERED": "1"}, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(address, params={"query": "ASK {}"}, timeout=5)
                break
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _answer(address: str, query: str) -> list[dict[str, str]]:
    told = {"Accept": "application/sparql-results+json"}
    answer = httpx.get(address, params={"query": query}, timeout=900, headers=told)
    rows = answer.raise_for_status().json()["results"]["bindings"]
    return [{name: value["value"] for name, value in row.items()} for row in rows]


def _asked(address: str, query: str, times: int) -> tuple[list[dict[str, str]], float]:
    """The answer, and the time for one of them when several clients ask at once."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        start = time.perf_counter()
        answers = list(clients.map(_answer, [address] * times, [query] * times))
        return answers[0], (time.perf_counter() - start) / times


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        print(markdown(serving(Path(temporary))))
