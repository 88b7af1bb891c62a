"""``xlbp verify``: the command alone; the work is the pipeline's."""

from __future__ import annotations

from pathlib import Path

import click

from xlbp.cli_common import FILE, SETTINGS, iterations_option, print_all, set_option, with_iterations
from xlbp.errors import DISAGREES, UsageError

ENGINES = ("saved", "ironcalc", "libreoffice", "gnumeric", "all")


@click.command(context_settings=SETTINGS)
@click.argument("book", type=FILE)
@click.option(
    "--engine", "engines", multiple=True, type=click.Choice(ENGINES), help="May be repeated; default ironcalc."
)
@click.option("--rtol", type=float, metavar="X", help="Relative tolerance; default 1e-9.")
@click.option("--large", is_flag=True, help="Take a book of any size; by default 20 MB, unpacked 200 MB.")
@click.option("--template", metavar="TEMPLATE", help="Require that the book is of this template.")
@iterations_option
@set_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def verify(
    book: Path,
    engines: tuple[str, ...],
    rtol: float | None,
    large: bool,
    template: str | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Recalculate BOOK with spreadsheet engines and compare every formula cell with NumPy.

    The default is IronCalc, and the values that are saved in the book, if it has any. A book is compared with the
    template that it carries; --template, with the -n and --set it was made with, says which that must be.

    \b
    Examples:
      xlbp verify output/mazur.xlsx
      xlbp verify output/mazur.xlsx --engine libreoffice --engine gnumeric
      xlbp verify from-excel.xlsx --engine saved
      xlbp verify handed-in.xlsx --template mazur -n 200
    """
    from xlbp.pipeline import verify as check
    from xlbp.verification.compare import RTOL

    if rtol is not None and not 0 <= rtol < 1:
        raise UsageError(f"--rtol {rtol:g}: give a number from 0 to 1, as 1e-9")
    given = with_iterations(overrides, iterations)
    if given and not template:
        raise UsageError("-n and --set say how the template of --template was changed; give that too")
    chosen, tolerance = engines or None, RTOL if rtol is None else rtol
    reports = check(book, chosen, tolerance, large=large, template=template or "", overrides=given)
    print_all(reports, as_json)
    if not all(report.ok for report in reports):
        click.get_current_context().exit(DISAGREES)
