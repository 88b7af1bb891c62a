"""``xlbp export``: a training as code."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbp.cli.common import FILE, SETTINGS, iterations_option, set_option, with_iterations

if TYPE_CHECKING:
    from xlbp.interchange.targets import Exported

NEEDS = {"numpy": "numpy", "pytorch": "torch", "keras": "keras", "onnx": "an ONNX runtime"}  # to run what is written
TERMINAL = Path("-")


@click.command(context_settings=SETTINGS)
@click.argument("source", metavar="TEMPLATE|BOOK")
@click.option("--to", required=True, type=click.Choice(tuple(NEEDS)), help="What it is written for.")
@click.option("-o", "--output", type=FILE, help="The file, or - for the terminal; default output/NAME-TO.py or .onnx.")
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
      xlbp export iris --to numpy -o -
      xlbp export output/mazur.xlsx --to pytorch -o mine.py
      xlbp export cnn --to onnx --iteration 50
    """
    from xlbp.interchange.targets import exported
    from xlbp.pipeline import export as write

    settings = with_iterations(overrides, iterations)
    if output == TERMINAL:
        written = exported(source, to, iteration, settings)
        click.echo(written if to == "onnx" else written.decode(), nl=False)
        return
    _tell(write(source, to, output, iteration, settings, force))


def _tell(exported: Exported) -> None:
    """Where it is, how to run it, and what it then does."""
    click.echo(str(exported.path))
    if exported.iteration is not None:
        click.echo(f"  the network at iteration {exported.iteration}; to run it takes {NEEDS[exported.to]}")
        return
    click.echo(f"  run it: python {shlex.quote(str(exported.path))}  (needs {NEEDS[exported.to]})")
    click.echo(f"  prints {exported.iterations + 1} lines, each an iteration and its loss")
