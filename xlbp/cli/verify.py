"""``xlbp verify``: the command alone; the work is the pipeline's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbp.cli.common import (
    FILE,
    SETTINGS,
    iterations_option,
    jobs_option,
    journal_option,
    print_all,
    scheduler_option,
    set_option,
    with_iterations,
)
from xlbp.cli.several import Told, each_of, kept_in, where
from xlbp.errors import DISAGREES, UsageError
from xlbp.recalc.engines import NAMES

if TYPE_CHECKING:
    from xlbp.system.outcome import Outcome
    from xlbp.verification.compare import Report


@click.command(context_settings=SETTINGS)
@click.argument("books", metavar="BOOK...", type=FILE, nargs=-1, required=True)
@click.option("--engine", "engines", multiple=True, type=click.Choice(NAMES), help="May be repeated; default ironcalc.")
@click.option("--rtol", type=float, metavar="X", help="Relative tolerance; default 1e-9.")
@click.option("--large", is_flag=True, help="Take a book of any size; by default 20 MB, unpacked 200 MB.")
@click.option("--template", metavar="TEMPLATE", help="Require that the book is of this template.")
@iterations_option
@set_option
@jobs_option
@scheduler_option
@journal_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def verify(
    books: tuple[Path, ...],
    engines: tuple[str, ...],
    rtol: float | None,
    large: bool,
    template: str | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    jobs: int | None,
    scheduler: str | None,
    journal: Path | None,
    as_json: bool,
) -> None:
    """Recalculate BOOK with spreadsheet engines and compare every formula cell with NumPy; several at a time.

    The default is IronCalc, and the values that are saved in the book, if it has any. A book is compared with the
    template that it carries; --template, with the -n and --set it was made with, says which that must be.
    LibreOffice saves 15 digits of a number; libreoffice-exact finds out the others, in three times the time.

    \b
    Examples:
      xlbp verify output/mazur.xlsx
      xlbp verify output/mazur.xlsx --engine libreoffice --engine gnumeric
      xlbp verify from-excel.xlsx --engine saved
      xlbp verify handed-in.xlsx --template mazur -n 200
      xlbp verify books/*.xlsx --jobs 4
    """
    if rtol is not None and not 0 <= rtol < 1:
        raise UsageError(f"--rtol {rtol:g}: give a number from 0 to 1, as 1e-9")
    given = with_iterations(overrides, iterations)
    if given and not template:
        raise UsageError("-n and --set say how the template of --template was changed; give that too")
    from xlbp.several.verifying import Request, verify_all

    request = Request(books, engines, 1e-9 if rtol is None else rtol, large, template or "", given)
    with kept_in(journal, len(books), replace(request, books=())) as kept:
        outcomes = verify_all(request, where(jobs, scheduler), kept)
        if len(books) == 1:
            [outcome] = outcomes
            _one(outcome.value(), "all" in engines, as_json)
        else:
            _several(books, outcomes, as_json)


def _one(reports: list[Report], all_engines: bool, as_json: bool) -> None:
    print_all(reports, as_json)
    if all_engines and all(report.engine != "saved" for report in reports) and not as_json:
        click.echo("saved: left out, for the book has no saved values; a spreadsheet program that saves it adds them")
    if not all(report.ok for report in reports):
        click.get_current_context().exit(DISAGREES)


def _several(books: Sequence[Path], outcomes: Iterator[Outcome[list[Report]]], as_json: bool) -> None:
    from xlbp.verification.report import in_a_line, to_data

    told, agreeing = Told(as_json), 0

    def tell(outcome: Outcome[list[Report]]) -> None:
        nonlocal agreeing
        if outcome.result is None:
            told.error(outcome, {"book": str(books[outcome.number]), "ok": False})
            return
        told.data += [to_data(report) for report in outcome.result]
        agreeing += all(report.ok for report in outcome.result)
        told.codes += [0 if report.ok else DISAGREES for report in outcome.result]
        if not as_json:
            click.echo("\n".join(line for report in outcome.result for line in in_a_line(report)))

    each_of(outcomes, len(books), as_json, tell)
    told.end(f"{agreeing:,} of {len(books):,} workbooks agree", always=True)
