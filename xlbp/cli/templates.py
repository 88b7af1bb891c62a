"""``xlbp templates``: what comes with xlbp."""

from __future__ import annotations

import click

from xlbp.cli.common import SETTINGS, echo_json


@click.command(context_settings=SETTINGS)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def templates(as_json: bool) -> None:
    """List the templates that come with xlbp.

    \b
    Example:
      xlbp templates
    """
    from xlbp.template.load import load_template, shipped

    found = [load_template(name) for name in shipped()]
    rows = [template.to_dict() for template in found]
    if as_json:
        echo_json(rows)
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        click.echo(f"{row['name']:<{width}}  {row['kind']:<10}  {row['title']}")
