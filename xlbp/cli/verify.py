"""``xlbp verify``: the command alone; the work is the pipeline's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbp.cli.common import (
    FILE,
    SETTINGS,
    echo_json,
    iterations_option,
    jobs_option,
    print_all,
    set_option,
    with_iterations,
)
from xlbp.errors import DISAGREES, UsageError, XlbpError, at_the_command_line
from xlbp.progress import of_books
from xlbp.recalc.engines import ALL, ENGINES, NAMES

if TYPE_CHECKING:
    from xlbp.recalc.base import Values
    from xlbp.system.outcome import Outcome
    from xlbp.verification.compare import Report

MOST_AT_ONCE = 16


@dataclass(frozen=True)
class Request:
    """Some books, and how they are to be verified, as plain data for another process."""

    books: tuple[Path, ...]
    engines: tuple[str, ...]
    rtol: float
    large: bool
    template: str
    overrides: tuple[str, ...]

    def reports(self) -> list[Outcome[list[Report]]]:
        """The reports of each book, or why there are none."""
        from xlbp.system.outcome import attempt

        with ExitStack() as running:
            computed: list[dict[str, Values]] = [{} for _ in self.books]
            several = len(self.books) > 1
            sound = [n for n, book in enumerate(self.books) if several and _is_sound(book, self.large)]
            if sound:
                values = running.enter_context(
                    ENGINES["libreoffice"].make().computing_all([self.books[n] for n in sound])
                )
                for number, given in zip(sound, values, strict=True):
                    computed[number]["libreoffice"] = given
            return [attempt(lambda n: self.verified(n, computed[n]), n, n) for n in range(len(self.books))]

    def verified(self, number: int, computed: dict[str, Values]) -> list[Report]:
        """The reports of one of the books; ``computed`` are values that an engine has begun to compute."""
        from xlbp.pipeline import verify

        book, wanted = self.books[number], self.engines or None
        return verify(book, wanted, self.rtol, "", self.large, self.template, self.overrides, computed)


def _is_sound(book: Path, large: bool) -> bool:
    """Whether an engine may be shown the book; what is wrong with it is told when its turn comes."""
    from xlbp.xlsx.preflight import preflight

    try:
        preflight(book, large)
    except XlbpError:
        return False
    return True


@click.command(context_settings=SETTINGS)
@click.argument("books", metavar="BOOK...", type=FILE, nargs=-1, required=True)
@click.option("--engine", "engines", multiple=True, type=click.Choice(NAMES), help="May be repeated; default ironcalc.")
@click.option("--rtol", type=float, metavar="X", help="Relative tolerance; default 1e-9.")
@click.option("--large", is_flag=True, help="Take a book of any size; by default 20 MB, unpacked 200 MB.")
@click.option("--template", metavar="TEMPLATE", help="Require that the book is of this template.")
@iterations_option
@set_option
@jobs_option
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
    rest = (engines, 1e-9 if rtol is None else rtol, large, template or "", given)
    if len(books) == 1:
        _one(Request(books, *rest), as_json)
    else:
        _several([Request(part, *rest) for part in _parts(books, engines, jobs)], as_json, jobs, len(books))


def _one(request: Request, as_json: bool) -> None:
    reports = request.verified(0, {})
    print_all(reports, as_json)
    if "all" in request.engines and all(report.engine != "saved" for report in reports) and not as_json:
        click.echo("saved: left out, for the book has no saved values; a spreadsheet program that saves it adds them")
    if not all(report.ok for report in reports):
        click.get_current_context().exit(DISAGREES)


def _parts(books: Sequence[Path], engines: Sequence[str], jobs: int | None) -> list[tuple[Path, ...]]:
    """The books one by one; for an engine that takes several, as many as each process gets."""
    from xlbp.system.pool import cores

    size = 1
    if any(name == ALL or ENGINES[name].takes_several for name in engines):
        size = min(MOST_AT_ONCE, math.ceil(len(books) / (jobs or cores())))
    return [tuple(books[start : start + size]) for start in range(0, len(books), size)]


def _several(requests: Sequence[Request], as_json: bool, jobs: int | None, count: int) -> None:
    from xlbp.system.pool import cores, run_all
    from xlbp.verification.report import in_a_line, to_data

    found: dict[Path, Outcome[list[Report]]] = {}
    with of_books(count, not as_json) as one_more:
        for done in run_all(Request.reports, requests, jobs or cores()):
            books = requests[done.number].books
            for outcome in done.result or ():
                found[books[outcome.number]] = outcome
                one_more()
            if done.result is None:
                found |= dict.fromkeys(books, done)  # type: ignore[arg-type]  # an error of the whole part
    data = []
    codes = []
    for request in requests:
        for book in request.books:
            outcome = found[book]
            if outcome.error or outcome.result is None:
                said = at_the_command_line(outcome.error)
                click.echo(f"xlbp: error: {said}", err=True)
                data.append({"book": str(book), "error": said, "ok": False})
                codes.append(outcome.exit_code)
                continue
            data += [to_data(report) for report in outcome.result]
            codes += [0 if report.ok else DISAGREES for report in outcome.result]
            if not as_json:
                click.echo("\n".join(line for report in outcome.result for line in in_a_line(report)))
    if as_json:
        echo_json(data)
    else:
        agreeing = sum(not o.error and all(r.ok for r in o.result or ()) for o in found.values())
        click.echo(f"{agreeing:,} of {count:,} workbooks agree")
    if any(codes):
        click.get_current_context().exit(max(codes))
