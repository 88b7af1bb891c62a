"""``xlbp templates``: what comes with xlbp."""

from __future__ import annotations

import json

import click

from xlbp.cli.common import SETTINGS


@click.command(context_settings=SETTINGS)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def templates(as_json: bool) -> None:
    """List the templates that come with xlbp.

    \b
    Example:
      xlbp templates
    """
    from xlbp.spec.load import load_template, shipped

    found = [load_template(name) for name in shipped()]
    rows = [{"name": t.name, "kind": t.kind, "title": t.title["en"]} for t in found]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        click.echo(f"{row['name']:<{width}}  {row['kind']:<10}  {row['title']}")
