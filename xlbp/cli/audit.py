"""The command `xlbp audit`: click only, as all of the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbp.cli.common import (
    FILE,
    SETTINGS,
    echo_json,
    echo_json_text,
    jobs_option,
    journal_option,
    language_option,
    scheduler_option,
)
from xlbp.cli.several import Told, each_of, kept_in, where
from xlbp.errors import DISAGREES, UsageError
from xlbp.progress import of_steps

if TYPE_CHECKING:
    from xlbp.auditing.claims.options import AuditOptions
    from xlbp.several.auditing import Audited, Request
    from xlbp.system.outcome import Outcome

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
Kinds of a forward pass besides:
  slipped column; slipped range; ranges that do not match; term left out;
  factor left out; another unit's bias; another number than in its
  neighbours; another function; another activation; activation left out;
  activation with the wrong sign; sine and cosine exchanged; another step
  of the recurrence; mask left out; logarithm to base 10; variance by
  n - 1; softmax does not sum to 1; scores not scaled, divided by d, by
  another root, or scaled twice; gradient made of the inputs alone;
  reference to what is gone.

\b
Exit codes: 0 all that is claimed was judged and is right; 1 a finding, or
something could not be judged; 2 options that do not fit; 3 no workbook, or
nothing in it could be judged; 4 the copy or the page can't be written.
"""


@click.command(context_settings=SETTINGS, epilog=KINDS)
@click.argument("books", metavar="BOOK...", type=FILE, nargs=-1, required=True)
@click.option("--sheet", default="", metavar="NAME", help="Only this sheet; default all that claim gradients.")
@click.option("--loss", default="", metavar="CELL", help="The cell of the loss, in the first step.")
@click.option("--loss-expr", default="", metavar="EXPR", help="A loss that no cell holds, as 'mse(A1:A3, B1:B3)'.")
@click.option("--parameters", multiple=True, metavar="RANGE", help="Parameters, as B5:I5 or Sheet2!B5; repeatable.")
@click.option(
    "--gradients",
    multiple=True,
    metavar="RANGE",
    help="Their gradients, in the same order; as many ranges, or as many cells.",
)
@click.option("--transposed", is_flag=True, help="The gradients are laid out as the transposed parameters.")
@click.option(
    "--rows",
    default="",
    metavar="FIRST:LAST",
    help="Each of these rows is a step, and the ranges are those of the first;"
    " columns, as C:Z, of a table on its side; '5:90 every 8', where steps stand so far apart. "
    "Without it, the ranges are one single step.",
)
@click.option("--forward", is_flag=True, help="Hold the formulas against their neighbours and headings, too.")
@click.option(
    "--annotate",
    type=FILE,
    metavar="OUT.xlsx",
    help="Write a copy with the wrong cells marked; of several books, to a folder.",
)
@click.option(
    "--html",
    type=FILE,
    metavar="OUT.html",
    help="Write a page with every finding in place, to be sent; of several books, to a folder.",
)
@language_option
@click.option("--force", is_flag=True, help="Replace copies and pages that exist.")
@click.option("--large", is_flag=True, help="Take a book of any size; by default 20 MB, unpacked 200 MB.")
@jobs_option
@scheduler_option
@journal_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def audit(
    books: tuple[Path, ...],
    sheet: str,
    loss: str,
    loss_expr: str,
    parameters: tuple[str, ...],
    gradients: tuple[str, ...],
    transposed: bool,
    rows: str,
    forward: bool,
    annotate: Path | None,
    html: Path | None,
    language: str | None,
    force: bool,
    large: bool,
    jobs: int | None,
    scheduler: str | None,
    journal: Path | None,
    as_json: bool,
) -> None:
    """Find the mistakes in BOOK, any workbook that trains: differentiate its own loss and compare; several at a time.

    \b
    Of a forward pass (--forward; by itself where nothing trains) only what is sure is told: a formula that
    departs from its neighbours' pattern, a softmax that does not sum to 1, LOG for LN, a norm by n - 1.
    The parameters, their gradients and the loss are found by headings (w1, dE/dw1, E_total, eta).
    A loss given as an expression may use cross_entropy, mse, half_squared_error and all sheet functions.
    Nothing in the book runs; macros are ignored.

    \b
    Examples:
      xlbp audit homework.xlsx
      xlbp audit homework.xlsx --annotate marked.xlsx
      xlbp audit attention.xlsx --forward
      xlbp audit homework.xlsx --html report.html --lang de
      xlbp audit handed-in/*.xlsx --annotate marked
      xlbp audit table.xlsx --loss H5 --parameters B5:D5 --gradients J5:L5 --rows 5:90
      xlbp audit matrices.xlsx --loss-expr "cross_entropy(S34:T36, V34:W36)" \\
          --parameters D15:H17 --gradients M5:O9 --transposed
    """
    from xlbp.auditing.claims.options import AuditOptions
    from xlbp.lang import default_language
    from xlbp.several.auditing import Request, audit_all

    options = AuditOptions(sheet, loss, loss_expr, parameters, gradients, rows, transposed, forward)
    words = language or default_language()
    with kept_in(journal, len(books), [options, large, annotate, html, words]) as kept:
        if len(books) == 1 and scheduler is None:
            _one(books[0], options, annotate, html, language, force, large, as_json)
        else:
            copies, pages = _targets(books, "--annotate", annotate, ".xlsx"), _targets(books, "--html", html, ".html")
            requests = [Request(book, options, large, words, bool(annotate), bool(html)) for book in books]
            outcomes = audit_all(requests, copies, pages, force, where(jobs, scheduler), kept)
            if len(books) == 1:
                [outcome] = outcomes
                _one_there(outcome.value(), as_json)
            else:
                _several(requests, outcomes, as_json)


def _one(
    book: Path,
    options: AuditOptions,
    annotate: Path | None,
    html: Path | None,
    language: str | None,
    force: bool,
    large: bool,
    as_json: bool,
) -> None:
    """One book: copy and page are in the locale's language, what is printed in English, unless one was asked for."""
    from xlbp.auditing.report.data import to_json
    from xlbp.auditing.result import NothingJudgedError
    from xlbp.lang import default_language, load_texts
    from xlbp.lang.languages import DEFAULT
    from xlbp.pipeline import audit as run

    try:
        with of_steps(not as_json) as progress:
            found = run(book, options, annotate, force, large, progress, html, language or default_language())
    except NothingJudgedError as nothing:
        if as_json:
            echo_json_text(to_json(nothing.audited))
        raise
    if as_json:
        echo_json_text(to_json(found))
    else:
        from xlbp.auditing.report.text import print_report  # rich is slow to import; JSON needs none of it

        print_report(found, sys.stdout, language or DEFAULT)
        texts = load_texts(language or DEFAULT)
        if annotate is not None:
            click.echo(texts("audit.copy_made", path=annotate))
        if html is not None:
            click.echo(texts("audit.page_at", path=html))
    if not found.ok:
        click.get_current_context().exit(DISAGREES)


def _one_there(audited: Audited, as_json: bool) -> None:
    """A single book that was audited on a cluster."""
    if as_json:
        echo_json(audited.data)
    else:
        click.echo("\n".join(audited.lines))
    if not audited.ok:
        click.get_current_context().exit(DISAGREES)


def _targets(books: Sequence[Path], flag: str, target: Path | None, suffix: str) -> list[Path | None]:
    """Where what is made of each book goes.  Raises UsageError if two would be one."""
    from xlbp.system.atomic import make_folder

    if target is None or len(books) == 1:
        return [target] * len(books)
    if target.suffix.lower() == suffix and not target.is_dir():
        raise UsageError(f"{flag} {target}: of {len(books):,} books this must be a folder")
    taken: dict[str, Path] = {}
    for book in books:
        if other := taken.get(book.stem.casefold()):
            raise UsageError(f"what is made of {other} and of {book} would have one name in {target}; audit them apart")
        taken[book.stem.casefold()] = book
    make_folder(target)
    return [target / f"{book.stem}{suffix}" for book in books]


def _several(requests: Sequence[Request], outcomes: Iterator[Outcome[Audited]], as_json: bool) -> None:
    told, right = Told(as_json), 0

    def tell(outcome: Outcome[Audited]) -> None:
        nonlocal right
        audited = outcome.result
        if audited is None:
            told.error(outcome, {"book": str(requests[outcome.number].book), "ok": False})
            return
        told.data.append(audited.data)
        told.codes.append(0 if audited.ok else DISAGREES)
        right += audited.ok
        if not as_json:
            click.echo("\n".join(audited.lines))

    each_of(outcomes, len(requests), as_json, tell)
    told.end(f"{right:,} of {len(requests):,} workbooks are right in all that they claim", always=True)
