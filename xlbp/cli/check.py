"""``xlbp check``: a person's own numbers beside the truth."""

from __future__ import annotations

from pathlib import Path

import click

from xlbp.cli.common import FILE, SETTINGS, echo_json, iterations_option, language_option, set_option, with_iterations
from xlbp.errors import DISAGREES


@click.command(context_settings=SETTINGS)
@click.argument("template")
@click.argument("numbers", metavar="FILE", type=FILE)
@click.option("--rtol", type=float, metavar="X", help="Relative tolerance; default 1e-9, of 32-bit numbers 1e-5.")
@click.option("--into", type=FILE, metavar="BOOK.xlsx", help="A book with your numbers beside the truth.")
@iterations_option
@set_option
@language_option
@click.option("--force", is_flag=True, help="Replace the book if it exists.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(
    template: str,
    numbers: Path,
    rtol: float | None,
    into: Path | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    language: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Lay the numbers of your own program beside the right ones: the first that departs, and why.

    FILE is .csv, .json or .npz, with a row for each iteration of the training of TEMPLATE. Names are those of
    `xlbp trace` (W1[2,1], dW1, E), the book's symbols (w5), or PyTorch's and Keras's (0.weight, 0.weight.grad, loss).
    The first number that departs is told, which factor of its formula is off, and the mistake that explains the most.

    \b
    Examples:
      xlbp check mazur my-log.csv
      xlbp check xor run.npz --set training.learning_rate=0.1
      xlbp check mazur my-log.csv --into output/mine.xlsx
    """
    from xlbp.pipeline import check as run

    checked = run(template, numbers, with_iterations(overrides, iterations), rtol, into, language, force)
    echo_json(checked.to_dict()) if as_json else click.echo(checked.at_the_command_line)
    if not checked.ok:
        click.get_current_context().exit(DISAGREES)
