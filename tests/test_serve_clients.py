"""Clients that others wrote ask the server, and get what the store itself answers."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
import serving
import support
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from serving import Served, served
from SPARQLWrapper import CSV, JSON, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

import kg.store
from kg.names import SKOS

CLIENTS = Path(os.environ.get("KG_CLIENTS", support.ROOT / ".venv" / "clients"))
COMUNICA = CLIENTS / "node_modules" / "@comunica" / "query-sparql" / "bin" / "query.js"
NAMED = f"PREFIX skos: <{SKOS}> SELECT ?s ?name {{ ?s skos:prefLabel ?name FILTER(LANG(?name) = 'en') }}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return serving.write(tmp_path_factory.mktemp("clients") / "store", support.quads())


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[Served]:
    with served(store) as found:
        yield found


@pytest.fixture(scope="module")
def expected(store: Path) -> set[tuple[str, ...]]:
    """The names of things as the store itself tells them."""
    with kg.store.open(store) as known:
        rows = {(row["s"].value, row["name"].value) for row in known.query(NAMED)}
    assert len(rows) > 20
    return rows


# ---- SPARQLWrapper ---------------------------------------------------------------------------------------------


def wrapper(server: Served, query: str, **options: str) -> SPARQLWrapper:
    client = SPARQLWrapper(server.endpoint)
    client.setQuery(query)
    client.setReturnFormat(options.get("form", JSON))
    client.setMethod(options.get("method", "GET"))
    client.setRequestMethod(options.get("request", "urlencoded"))
    return client


WAYS = [("GET", "urlencoded"), (POST, "urlencoded"), (POST, POSTDIRECTLY)]


@pytest.mark.parametrize(("method", "request_method"), WAYS)
def test_sparqlwrapper_asks_in_every_way(
    server: Served, expected: set[tuple[str, ...]], method: str, request_method: str
) -> None:
    found = wrapper(server, NAMED, method=method, request=request_method).queryAndConvert()["results"]["bindings"]
    assert {(row["s"]["value"], row["name"]["value"]) for row in found} == expected


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_sparqlwrapper_reads_every_format(server: Served, expected: set[tuple[str, ...]]) -> None:
    as_xml = wrapper(server, NAMED, form=XML).queryAndConvert().toxml()
    assert as_xml.count("<result>") == len(expected)
    for form in (CSV, TSV):
        lines = wrapper(server, NAMED, form=form).queryAndConvert().decode().strip().splitlines()
        assert len(lines) == len(expected) + 1
    query = f"CONSTRUCT WHERE {{ ?s <{SKOS}prefLabel> ?name }}"
    sizes = set()
    for form in (TURTLE, N3, RDFXML):
        answer = wrapper(server, query, form=form).queryAndConvert()
        graph = answer if isinstance(answer, rdflib.Graph) else rdflib.Graph().parse(data=answer, format="turtle")
        sizes.add(len(graph))
    assert len(sizes) == 1
    assert wrapper(server, "ASK { ?s ?p ?o }").queryAndConvert()["boolean"] is True


def test_sparqlwrapper_hears_what_is_wrong(server: Served) -> None:
    with pytest.raises(QueryBadFormed, match=r'"line": 1, "column": 10'):
        wrapper(server, "SELECT * { ?s ?p").queryAndConvert()


# ---- rdflib ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("returned", ["xml", "json", "csv"])
def test_rdflib_asks_as_of_a_store_of_its_own(
    server: Served, expected: set[tuple[str, ...]], method: str, returned: str
) -> None:
    graph = rdflib.Graph(SPARQLStore(server.endpoint, method=method, returnFormat=returned))
    assert {(str(row.s), str(row.name)) for row in graph.query(NAMED)} == expected
    one = next(iter(expected))
    labels = graph.objects(rdflib.URIRef(one[0]), rdflib.URIRef(SKOS + "prefLabel"))
    assert one[1] in {str(label) for label in labels}
    assert (rdflib.URIRef(one[0]), None, None) in graph


def test_rdflib_asks_one_layer(server: Served, store: Path) -> None:
    with kg.store.open(store) as known:
        size = len(list(known.quads("documents")))
    layer = rdflib.Graph(SPARQLStore(server.endpoint), identifier=rdflib.URIRef(kg.names.kg("documents")))
    assert len(layer) == size


def test_rdflib_updates_a_copy(store: Path, tmp_path: Path) -> None:
    with kg.store.open(store) as base:
        kg.store.copy(base, tmp_path / "copy")
    with served(tmp_path / "copy", access={"update": True}) as copy:
        graph = rdflib.Graph(
            SPARQLUpdateStore(copy.endpoint, copy.endpoint), identifier=rdflib.URIRef(kg.names.kg("facts"))
        )
        triple = tuple(rdflib.URIRef(f"https://example.org/{name}") for name in "spo")
        graph.add(triple)
        assert triple in graph
        graph.remove(triple)
        assert triple not in graph


# ---- programs --------------------------------------------------------------------------------------------------


def program(*arguments: str) -> str:
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(
    not (COMUNICA.exists() and shutil.which("node")),
    reason="no Comunica: npm install --prefix .venv/clients @comunica/query-sparql@4.5.0",
)
def test_comunica_asks(server: Served, expected: set[tuple[str, ...]]) -> None:
    node = str(shutil.which("node"))
    for source in (f"sparql@{server.endpoint}", server.endpoint):  # told what it is, and finding out by its description
        found = program(node, str(COMUNICA), source, "-q", NAMED, "-t", "application/sparql-results+json")
        rows = json.loads(found)["results"]["bindings"]
        assert {(row["s"]["value"], row["name"]["value"]) for row in rows} == expected


@pytest.mark.skipif(not shutil.which("roqet"), reason="no roqet: apt-get install rasqal-utils")
def test_roqet_asks(server: Served, expected: set[tuple[str, ...]]) -> None:
    found = program("roqet", "-q", "-p", server.endpoint, "-r", "csv", "-e", NAMED)
    assert {tuple(row) for row in csv.reader(found.splitlines()[1:])} == expected
