"""``stats``, ``verify``, ``validate``: what is in the graph, and whether it holds what it promises."""

from __future__ import annotations

import click

from kg.cli import rows
from kg.cli.app import Setting, at_a_moment, epilog, main, pass_setting


@main.command(epilog=epilog("kg stats", "kg stats --format json"))
@rows.rows_format()
@at_a_moment
@pass_setting
def stats(where: Setting, form: str) -> None:
    """Count what is in the graph.

    Facts by status, origin and property, documents by language, statements by layer.
    """
    from kg.queries import checks

    with where.store() as store:
        found = checks.stats(store)
    groups = {
        "total": found.counts,
        "status": found.by_status,
        "origin": found.by_origin,
        "property": found.by_property,
        "language": found.by_language,
        "layer": found.by_layer,
    }
    counted = [(group, name, count) for group, counts in groups.items() for name, count in counts.items()]
    rows.write(rows.table(counted, "group", "name", "count"), form)


@main.command(epilog=epilog("kg verify"))
@rows.rows_format()
@pass_setting
def verify(where: Setting, form: str) -> int:
    """Check every quotation against the stored text.

    And every text against its SHA-256. Exit status 1 if one differs or cannot be checked.
    """
    from kg.queries import checks

    with where.store() as store:
        found = checks.verify(store)
        failures = [(store.prefixes.shrink(f.record), f.source, f.reason) for f in found.failures]
    if failures or form != "table":
        rows.write(rows.table(failures, "record", "source", "reason"), form)
    click.echo(f"{found.checked:,} records checked, {len(failures):,} failed", err=True)
    return 0 if found.ok else 1


@main.command(epilog=epilog("kg validate", "kg validate --format ttl > report.ttl"))
@rows.rows_format("ttl")
@pass_setting
def validate(where: Setting, form: str) -> int:
    """Check the graph against shapes and hygiene queries.

    They stand in ontology/shapes and queries/hygiene of the project. Exit status 1 if there is an error; warnings do
    not count.
    """
    from kg import validation

    project = where.project()
    with where.store() as store:
        report = validation.validate(store, shapes=project.ontology / "shapes", hygiene=project.queries / "hygiene")
        shrink = store.prefixes.shrink
    if form == "ttl":
        click.echo(report.to_turtle(), nl=False)
    elif report.findings or form != "table":
        found = [(f.severity, f.check, shrink(f.node) if "://" in f.node else f.node, f.message, f.fix)
                 for f in report.findings]  # fmt: skip
        rows.write(rows.table(found, "severity", "check", "node", "message", "fix"), form)
    if report.beyond:
        click.echo(f"kg: left to pySHACL, over a copy of the graph in memory: {', '.join(report.beyond)}", err=True)
    counts = ", ".join(rows.counted(number, severity) for severity, number in report.counts.items())
    click.echo(f"{rows.counted(len(report.checks_run), 'check')}: {counts}", err=True)
    return 0 if report.conforms else 1
