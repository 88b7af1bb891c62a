"""Somebody else's workbook: audit."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import overload

from xlbp import pipeline
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.result import Audit
from xlbp.errors import UsageError, in_python, option
from xlbp.progress import watched
from xlbp.results import Progress
from xlbp.several.auditing import Audited, Request, audit_all
from xlbp.system.pool import Machines, cores
from xlbp.verbs.called import path_of, texts, verb, whole


@overload
def audit(  # type: ignore[overload-overlap]  # a text is a sequence of texts as well, but the first that fits counts
    book: Path | str,
    *,
    sheet: str = "",
    loss: str = "",
    loss_expr: str = "",
    parameters: str | Sequence[str] = (),
    gradients: str | Sequence[str] = (),
    transposed: bool = False,
    rows: str = "",
    forward: bool = False,
    html: Path | str | None = None,
    language: str = "en",
    annotate: Path | str | None = None,
    force: bool = False,
    large: bool = False,
    jobs: None = None,
    scheduler: None = None,
    progress: bool | Progress = False,
) -> Audit: ...


@overload
def audit(
    book: Sequence[Path | str],
    *,
    sheet: str = "",
    loss: str = "",
    loss_expr: str = "",
    parameters: str | Sequence[str] = (),
    gradients: str | Sequence[str] = (),
    transposed: bool = False,
    rows: str = "",
    forward: bool = False,
    annotate: None = None,
    html: None = None,
    language: str = "en",
    force: bool = False,
    large: bool = False,
    jobs: int | None = None,
    scheduler: str | None = None,
    progress: bool | Progress = False,
) -> list[Audited]: ...


@verb()
def audit(
    book: Path | str | Sequence[Path | str],
    *,
    sheet: str = "",
    loss: str = "",
    loss_expr: str = "",
    parameters: str | Sequence[str] = (),
    gradients: str | Sequence[str] = (),
    transposed: bool = False,
    rows: str = "",
    forward: bool = False,
    annotate: Path | str | None = None,
    html: Path | str | None = None,
    language: str = "en",
    force: bool = False,
    large: bool = False,
    jobs: int | None = None,
    scheduler: str | None = None,
    progress: bool | Progress = False,
) -> Audit | list[Audited]:
    """Find the mistakes in any workbook: differentiate its own loss and compare; of a forward pass, its own patterns.

    Parameters, gradients and the loss are found by their headings (w1, dE/dw1, E_total); where that fails, name them.

    Parameters
    ----------
    book
        Anybody's workbook.  Nothing in it runs.  Or several, which are audited at a time.
    sheet
        Only this sheet; by default all that claim gradients.
    loss
        The cell of the loss in the first step, as ``"E5"``.
    loss_expr
        A loss that no cell holds, as ``"mse(A1:A3, B1:B3)"``.
    parameters, gradients
        Ranges, as ``"B5:I5"``, in the same order.
    transposed
        Whether the gradients are laid out as the transposed parameters.
    rows
        The steps, as ``"5:90"``, or of a table on its side ``"C:Z"``; the ranges are those of the first.
    forward
        Whether the formulas are held against their neighbours and headings, too; where nothing trains they always are.
    annotate
        A copy to write with the wrong cells marked, and a sheet that lists them.
    html
        A page to write with every finding in its place, to be sent to the book's author.
    language
        Of the copy and the page: ``"en"``, ``"de"``, ``"zh-CN"`` or ``"zh-TW"``.
    force
        Whether copy and page take the place of files that exist.
    large
        Whether a book of any size is taken.
    jobs
        Of several books, how many at a time; by default one per processor.
    scheduler
        Of several books, the address of a Dask scheduler, ``"tcp://HOST:PORT"``, whose workers audit them.
    progress
        As for :func:`generate`.

    Returns
    -------
    Audit or list of Audited
        Its ``findings``, and whether all is right (``ok``); of several, for each, and the ``error`` of one that could
        not be audited.

    Raises
    ------
    UnreadableError
        There is no workbook, or nothing in it could be judged: no gradients or no loss, and no slip of a forward pass.
    UsageError
        The keywords do not fit each other.

    Examples
    --------
    >>> import openpyxl, xlbp
    >>> book = openpyxl.Workbook()
    >>> for row in (["x", "t", "w", "y", "E", "dE/dw", "eta"], [2, 1, 0.3, "=A2*C2", "=(D2-B2)^2/2", "=D2-B2", 0.1]):
    ...     book.active.append(row)
    >>> book.save("homework.xlsx")
    >>> found = xlbp.audit("homework.xlsx")
    >>> found.ok, len(found.findings)
    (False, 1)

    """
    options = AuditOptions(sheet, loss, loss_expr, texts(parameters), texts(gradients), rows, transposed, forward)
    processes = whole("--jobs", jobs, least=1)
    with watched(progress) as shown:
        if isinstance(book, str | PathLike):
            if processes is not None or scheduler is not None:
                raise UsageError(f"{option('--jobs')} and {option('--scheduler')} go with a list of books")
            return pipeline.audit(book, options, path_of(annotate), force, large, shown, path_of(html), language)
        for flag, target in (("--annotate", annotate), ("--html", html)):
            if target is not None:
                raise UsageError(f"{option(flag, target)}: one book at a time")
        requests = [Request(Path(each), options, large, language, needs_copy=False, needs_page=False) for each in book]
        where = Machines(processes or cores(), scheduler or "")
        audited: dict[int, Audited] = {}
        nowhere = [None] * len(requests)
        for outcome in audit_all(requests, nowhere, nowhere, force, where):
            data = {"book": str(requests[outcome.number].book), "error": in_python(outcome.error), "ok": False}
            audited[outcome.number] = outcome.result or Audited(data)
            shown(f"{len(audited)} of {len(requests)} books", len(audited) / len(requests))
        return [audited[number] for number in sorted(audited)]
