"""The command ``xlbp exercise``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbp.cli.common import (
    FILE,
    SETTINGS,
    credit_options,
    echo_json,
    language_option,
    scheduler_option,
    set_option,
    with_iterations,
)
from xlbp.errors import UsageError, counted
from xlbp.progress import of_steps

if TYPE_CHECKING:
    from xlbp.classroom.make import MadeClass
    from xlbp.classroom.order import Order

ITERATIONS = "1; of find 2, of predict 5, of rate 10"


@click.command(context_settings=SETTINGS)
@click.argument("template")
@click.option(
    "--kind",
    type=click.Choice(("blanks", "predict", "find", "complete", "rate")),
    default="blanks",
    show_default=True,
    help="Cells to fill in, numbers to predict, a mistake to find, formulas to complete, a learning rate to choose.",
)
@click.option(
    "--blank",
    multiple=True,
    metavar="WHAT",
    help="Of blanks and complete: gradients, backward, forward, update, or cells: dE/dw5,AL12,T9:V11; repeatable.",
)
@click.option("-n", "--iterations", type=int, metavar="N", help=f"Rows after the first; default {ITERATIONS}.")
@click.option("-o", "--output", type=FILE, help="The book, or with --roster the folder; default in output/.")
@click.option("--roster", type=FILE, metavar="CSV", help="One book per student, with own numbers.")
@click.option(
    "--seed", type=int, default=1, show_default=True, metavar="S", help="Of the students' numbers, and of the mistakes."
)
@click.option("--solution", is_flag=True, help="Write the key, too: NAME-solution.xlsx, or the folder NAME-solutions.")
@click.option("--no-marks", is_flag=True, help="Without live marks, for an examination.")
@click.option("--tolerance", type=float, metavar="X", help="Of predict: a share of the change; default 0.25.")
@click.option("--no-holes", is_flag=True, help="Of complete: without formulas that have holes.")
@credit_options
@set_option
@language_option
@click.option("--jobs", type=int, metavar="N", help="Processes for a class; default one per processor, at most 4.")
@scheduler_option
@click.option("--force", is_flag=True, help="Replace books that exist.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def exercise(
    template: str,
    kind: str,
    blank: tuple[str, ...],
    iterations: int | None,
    output: Path | None,
    roster: Path | None,
    seed: int,
    solution: bool,
    no_marks: bool,
    tolerance: float | None,
    no_holes: bool,
    partial: str | None,
    credit: tuple[str, ...],
    weight: tuple[str, ...],
    overrides: tuple[str, ...],
    language: str | None,
    jobs: int | None,
    scheduler: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Make a student book of TEMPLATE: something to be done in it, and live marks that need no answer.

    A class gets a book for each line of the roster, a CSV file with a column name (and id, if you like), and a
    record beside the folder, NAME.exercise.json, by which xlbp mark marks what comes back. Keep it to yourself.
    One book of predict, find or rate has a record beside it, too.

    \b
    Examples:
      xlbp exercise mazur --blank gradients
      xlbp exercise mazur --blank backward -n 1 --solution
      xlbp exercise xor --blank update --roster class.csv --seed 7 -o monday
      xlbp exercise mazur --kind complete --blank backward
      xlbp exercise lstm --kind predict --tolerance 0.1 --solution
      xlbp exercise mazur --kind find --roster class.csv -o friday
      xlbp exercise xor --kind rate -n 20
    """
    from xlbp.classroom.exercise.credit import said_of_credit
    from xlbp.classroom.exercise.kinds.kind import BLANK, NO_HOLES, TOLERANCE, must_take

    said, settings = said_of_credit(partial, credit, weight), with_iterations(overrides, iterations)
    if roster is None and said.is_any:
        raise UsageError("--partial, --credit and --weight go with --roster: they stand in the record of a class")
    if roster is None and (jobs is not None or scheduler is not None):
        name = "--jobs" if scheduler is None else "--scheduler"
        raise UsageError(f"{name} goes with --roster; one book needs one process")
    must_take(kind, {BLANK: any(blank), TOLERANCE: tolerance is not None, NO_HOLES: no_holes})
    from xlbp.classroom.make import make_class  # what computes, now that all options fit
    from xlbp.classroom.order import Order

    own = (kind, tolerance, not no_holes, said)
    order = Order(template, ",".join(blank), settings, language, solution, not no_marks, force, *own)
    if roster is not None:
        with of_steps(not as_json) as progress:
            made = make_class(order, roster, seed, output, jobs, progress, scheduler)
        _tell_class(made, roster, as_json)
    else:
        _one(order, seed, output, as_json)


def _one(order: Order, seed: int, output: Path | None, as_json: bool) -> None:
    """One book, with the template's own numbers."""
    from xlbp.classroom.make import make_exercise

    made = make_exercise(order, output, seed)
    if as_json:
        echo_json(made.to_dict())
        return
    for path in (made.path, made.solution) if made.solution else (made.path,):
        click.echo(str(path))
    tried = "; every mark was tried with the key" if order.marked else ""
    click.echo(f"  {counted(made.blanks, made.noun)} to fill in{tried}")
    if made.record:
        click.echo(f"{made.record}: keep this; then  xlbp mark FOLDER --roster CLASS.csv --exercise {made.record}")


def _tell_class(made: MadeClass, roster: Path, as_json: bool) -> None:
    """A book for each student."""
    if as_json:
        echo_json(made.to_dict())
        return
    click.echo(f"{made.folder}: {counted(len(made.books), 'book')}, {counted(made.blanks, made.noun)} to fill in")
    if made.solutions:
        click.echo(f"{made.solutions}: their keys")
    click.echo(f"{made.record}: keep this; then  xlbp mark FOLDER --roster {roster} --exercise {made.record}")
