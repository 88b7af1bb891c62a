"""The command `xlbp audit`: click only, as all of the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlbp.cli.common import FILE, SETTINGS, echo_json_text
from xlbp.errors import DISAGREES
from xlbp.progress import of_steps

KINDS = """\b
Kinds of findings:
  sign; 1/2 missing; sum for mean; operator typo; a factor of the chain rule
  wrong; a path of the chain rule missing; mask of an activation missing;
  another unit's derivative; another target or input; another weight;
  transposed weights; bias left out; already-updated weights used;
  wrong gradient in the update; optimizer departs from its paper;
  slipped row; unanchored constant; pasted value in a formula column;
  inconsistent formula; circular reference; slope taken at the
  activation, not at the sum; slope taken at the sum, not at the activation;
  softmax's Jacobian by its diagonal; epsilon inside the root; first wrong
  cell of the chain (no single change mends it).

\b
Exit codes: 0 all that is claimed was judged and is right; 1 a finding, or
something could not be judged; 2 options that do not fit; 3 no workbook, or
no gradients or loss found in it; 4 the annotated copy can't be written.
"""


@click.command(context_settings=SETTINGS, epilog=KINDS)
@click.argument("book", type=FILE)
@click.option("--sheet", default="", metavar="NAME", help="Only this sheet; default all that claim gradients.")
@click.option("--loss", default="", metavar="CELL", help="The cell of the loss, in the first step.")
@click.option("--loss-expr", default="", metavar="EXPR", help="A loss that no cell holds, as 'mse(A1:A3, B1:B3)'.")
@click.option("--parameters", multiple=True, metavar="RANGE", help="Parameters, as B5:I5 or Sheet2!B5; repeatable.")
@click.option("--gradients", multiple=True, metavar="RANGE", help="Their gradients, in the same order; as many ranges, or as many cells.")
@click.option("--transposed", is_flag=True, help="The gradients are laid out as the transposed parameters.")
@click.option(
    "--rows",
    default="",
    metavar="FIRST:LAST",
    help="Each of these rows is a step, and the ranges are those of the first;"
    " columns, as C:Z, of a table on its side; '5:90 every 8', where steps stand so far apart. "
    "Without it, the ranges are one single step.",
)
@click.option("--annotate", type=FILE, metavar="OUT.xlsx", help="Write a copy with the wrong cells marked.")
@click.option("--force", is_flag=True, help="Replace the annotated copy if it exists.")
@click.option("--large", is_flag=True, help="Take a book of any size; by default 20 MB, unpacked 200 MB.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def audit(
    book: Path,
    sheet: str,
    loss: str,
    loss_expr: str,
    parameters: tuple[str, ...],
    gradients: tuple[str, ...],
    transposed: bool,
    rows: str,
    annotate: Path | None,
    force: bool,
    large: bool,
    as_json: bool,
) -> None:
    """Find the mistakes in BOOK, any workbook that trains: differentiate its own loss and compare.

    \b
    The parameters, their gradients and the loss are found by headings (w1, dE/dw1, E_total, eta).
    A loss given as an expression may use cross_entropy, mse, half_squared_error and all sheet functions.
    Nothing in the book runs; macros are ignored.

    \b
    Examples:
      xlbp audit homework.xlsx
      xlbp audit homework.xlsx --annotate marked.xlsx
      xlbp audit table.xlsx --loss H5 --parameters B5:D5 --gradients J5:L5 --rows 5:90
      xlbp audit matrices.xlsx --loss-expr "cross_entropy(S34:T36, V34:W36)" \\
          --parameters D15:H17 --gradients M5:O9 --transposed
    """
    from xlbp.auditing.claims.options import AuditOptions
    from xlbp.pipeline import audit as run

    wanted = AuditOptions(sheet, loss, loss_expr, parameters, gradients, rows, transposed)
    with of_steps(not as_json) as progress:
        found = run(book, wanted, annotate, force, large, progress)
    if as_json:
        from xlbp.auditing.report.data import to_json

        echo_json_text(to_json(found))
    else:
        from xlbp.auditing.report.text import print_report  # rich is slow to import; JSON needs none of it

        print_report(found, sys.stdout)
        if annotate is not None:
            click.echo(f"the copy with the wrong cells marked: {annotate}")
    if not found.ok:
        click.get_current_context().exit(DISAGREES)
