"""``xlbp trace`` and ``xlbp explain``: numbers and derivations without a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from xlbp.cli.common import FILE, SETTINGS, echo_json, echo_json_text, iterations_option, set_option, with_iterations
from xlbp.errors import UsageError


@click.command(context_settings=SETTINGS)
@click.argument("template")
@iterations_option
@set_option
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values; the default.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--symbols", is_flag=True, help="A second line of the CSV: what the book calls each column.")
@click.option("-o", "--output", type=FILE, help="A file; default the terminal.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def trace(
    template: str,
    iterations: int | None,
    overrides: tuple[str, ...],
    as_csv: bool,
    as_json: bool,
    symbols: bool,
    output: Path | None,
    force: bool,
) -> None:
    """Print the NumPy reference's numbers for TEMPLATE: columns by name, a row per iteration.

    \b
    Examples:
      xlbp trace mazur -n 3
      xlbp trace mazur -n 1000 --json -o mazur.json
    """
    from xlbp.cli.trace_text import as_csv_text, as_json_text, refuse_own_input, write_text
    from xlbp.pipeline import trace as run
    from xlbp.system.atomic import check_target

    if as_csv and as_json:
        raise UsageError("choose one of --csv and --json")
    if output is not None:
        check_target(output, force, suffix="")
    traced = run(template, with_iterations(overrides, iterations))
    if output is not None:
        refuse_own_input(output, template, traced.template)
    text = as_json_text(traced) if as_json else as_csv_text(traced, symbols)
    if output is not None:
        write_text(output, text, force)
    elif as_json:
        echo_json_text(text.rstrip("\n"))
    else:
        click.echo(text, nl=False)


@click.command(context_settings=SETTINGS)
@click.argument("source", metavar="BOOK|TEMPLATE")
@click.argument("quantity", metavar="CELL|NAME")
@click.option("--iteration", type=int, metavar="T", help="Default 0, or that of the cell.")
@click.option("--sample", type=int, metavar="K", help="Of a batch; default 1, or that of the cell.")
@iterations_option
@set_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def explain(
    source: str,
    quantity: str,
    iteration: int | None,
    sample: int | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Derive one quantity: symbols, numbers, cells, and for a gradient the chain rule path by path.

    \b
    Examples:
      xlbp explain output/mazur.xlsx AL12
      xlbp explain output/mazur.xlsx dE_total/dw5 --iteration 7
      xlbp explain xor dE/dw5 --sample 3
    """
    from xlbp.pipeline import explain as run

    found = run(source, quantity, iteration, sample, with_iterations(overrides, iterations))
    echo_json(found.to_dict()) if as_json else click.echo(str(found))
