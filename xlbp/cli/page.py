"""``xlbp page``: a training as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbp.cli.common import (
    FILE,
    SETTINGS,
    echo_json,
    iterations_option,
    language_option,
    print_all,
    set_option,
    with_iterations,
)
from xlbp.errors import DISAGREES

if TYPE_CHECKING:
    from xlbp.livepage.make import MadePage


@click.command(context_settings=SETTINGS)
@click.argument("source", metavar="TEMPLATE|BOOK")
@click.option("-o", "--output", type=FILE, help="The page; default output/NAME.html.")
@iterations_option
@set_option
@language_option
@click.option("--verify", "check_it", is_flag=True, help="Open it in Chromium, and compare every number with NumPy.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def page(
    source: str,
    output: Path | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    language: str | None,
    check_it: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write TEMPLATE, or a BOOK with the numbers in its cells, as one HTML page that trains as one types.

    The page needs no network and nothing installed: it opens from a disk, a mail or a server, on a phone as well.
    --verify takes Playwright and Chromium; it compares every quantity of every row, with edited inputs too.

    \b
    Examples:
      xlbp page mazur
      xlbp page iris --lang de -o iris.html
      xlbp page output/mazur.xlsx --verify
    """
    from xlbp.pipeline import page as write

    made = write(source, output, with_iterations(overrides, iterations), language, force, check_it)
    if as_json:
        echo_json(made.to_dict())
    else:
        _tell(made)
    if made.reports and not made.ok:
        click.get_current_context().exit(DISAGREES)


def _tell(made: MadePage) -> None:
    """Where it is, what it computes, and the verdict."""
    if not made.reports:  # whose verdict begins with it
        click.echo(str(made.path))
    click.echo(f"  {made.size / 1000:,.0f} kB, {made.quantities:,} quantities in each of {made.iterations + 1:,} rows")
    if made.reports:
        print_all(made.reports, False)
    else:
        click.echo("  open it in a browser; xlbp page --verify compares its numbers with NumPy")
