"""``export`` and ``view``: the graph as a file for other programs, and as a page for people."""

from __future__ import annotations

from pathlib import Path

import click

from kg.cli import complete, rows
from kg.cli.app import Setting, at_a_moment, epilog, main, pass_setting
from kg.rdf import LAYERS
from kg.views import ENGINES, MAX_DRAWN, MAX_FACTS


@main.command(
    epilog=epilog(
        "kg export graph.ttl",
        "kg export facts.csv",
        "kg export claims.nq --layer claims",
        "kg export planned.csv --query 'SELECT ?s { ?s kg:status kg:Planned }'",
    )
)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option(
    "--format", "form", metavar="EXTENSION", help="As if FILE ended so; - (standard output) is ttl without it."
)
@click.option("--rdf12", is_flag=True, help="With triple terms, for tools that read RDF 1.2.")
@click.option("--layer", type=click.Choice(LAYERS), help="One layer only.")
@click.option("--texts", is_flag=True, help="With the full texts of the documents.")
@click.option("--query", metavar="SPARQL", help="Only what this query answers.")
@at_a_moment
@pass_setting
def export(
    where: Setting, file: str, form: str | None, rdf12: bool, layer: str | None, texts: bool, query: str | None
) -> None:
    """Write the graph for other programs.

    The extension of FILE is the format: .ttl .trig .nt .nq .jsonld .rdf are RDF, .csv .jsonl the facts line by line,
    .graphml .gexf a graph for drawing programs. An answer of SELECT goes to .csv .tsv .json .xml.
    """
    from kg import export

    with where.store() as store:
        export.write(store, file, rdf12=rdf12, layer=layer, texts=texts, query=query, form=form)


@main.command(
    epilog=epilog(
        "kg view graph.html",
        "kg view china.html --about China --hops 2",
        "kg view planned.html --query 'SELECT ?fact { ?fact kg:status kg:Planned }'",
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--about", metavar="NAME", shell_complete=complete.entities, help="Only the facts around an entity.")
@click.option(
    "--hops",
    metavar="N",
    type=click.IntRange(1, 9),
    default=1,
    show_default=True,
    help="How many steps from the entity.",
)
@click.option(
    "--query", metavar="SPARQL", help="Only the facts that the answer names, states, or that join what is in a row."
)
@click.option(
    "--max-facts",
    metavar="N",
    type=click.IntRange(1),
    help=f"Refuse to draw more than this.  [default: {MAX_FACTS}; {MAX_DRAWN} by pyvis]",
)
@click.option(
    "--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True, help="What draws the picture."
)
@at_a_moment
@pass_setting
def view(
    where: Setting, file: Path, about: str | None, hops: int, query: str | None, max_facts: int | None, engine: str
) -> None:
    """Write a page with a picture of the facts.

    And with the sentences they stand on, to search, filter and print. The page is whole: it opens from the disk and
    asks nothing of any network. What of the graph it leaves out is told here and on the page. If FILE is a folder, the
    page in it is named by the date of the newest source.
    """
    from kg.graph import Graph
    from kg.views.collect import Collector
    from kg.views.page import file_at

    with Graph(where.store()) as graph:
        total, file = graph.count(), file_at(file, Collector(graph.store).built)
        drawn = graph.view(file, about, hops, max_facts, query=query, engine=engine)
    rest = f" of {total:,}, the others are not on it" if drawn < total else ""
    click.echo(f"{file}: {rows.counted(drawn, 'fact')}{rest}", err=True)
