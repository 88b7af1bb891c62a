"""``xlbp export``: a training as code."""

from __future__ import annotations

from pathlib import Path

import click

from xlbp.cli.common import FILE, SETTINGS, iterations_option, set_option, with_iterations


@click.command(context_settings=SETTINGS)
@click.argument("source", metavar="TEMPLATE|BOOK")
@click.option(
    "--to", required=True, type=click.Choice(("numpy", "pytorch", "keras", "onnx")), help="What it is written for."
)
@click.option("-o", "--output", type=FILE, help="The file; default output/NAME-TO.py or .onnx.")
@click.option("--iteration", type=int, metavar="T", help="Whose parameters an ONNX model has; default the last.")
@iterations_option
@set_option
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def export(
    source: str,
    to: str,
    output: Path | None,
    iteration: int | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    force: bool,
) -> None:
    """Write the training of TEMPLATE, or of a BOOK with the numbers in its cells, as a script that stands alone.

    \b
    Examples:
      xlbp export mazur --to numpy
      xlbp export output/mazur.xlsx --to pytorch -o mine.py
      xlbp export cnn --to onnx --iteration 50
    """
    from xlbp.pipeline import export as write

    exported = write(source, to, output, iteration, with_iterations(overrides, iterations), force)
    click.echo(str(exported.path))
    if to != "onnx":
        click.echo(f"  run it: python {exported.path}")
