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
def audit(
    book: Path | str,
    *,
    sheet: str = "",
    loss: str = "",
    loss_expr: str = "",
    parameters: str | Sequence[str] = (),
    gradients: str | Sequence[str] = (),
    transposed: bool = False,
    rows: str = "",
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
    annotate: None = None,
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
    annotate: Path | str | None = None,
    force: bool = False,
    large: bool = False,
    jobs: int | None = None,
    scheduler: str | None = None,
    progress: bool | Progress = False,
) -> Audit | list[Audited]:
    """Find the mistakes in any workbook that trains: differentiate its own loss and compare.

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
    annotate
        A copy to write with the wrong cells marked.
    force
        Whether the copy takes the place of a file that exists.
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
        There is no workbook, or no gradients or no loss were found in it.
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
    options = AuditOptions(sheet, loss, loss_expr, texts(parameters), texts(gradients), rows, transposed)
    processes = whole("--jobs", jobs, least=1)
    with watched(progress) as shown:
        if isinstance(book, str | PathLike):
            if processes is not None or scheduler is not None:
                raise UsageError(f"{option('--jobs')} and {option('--scheduler')} go with a list of books")
            return pipeline.audit(book, options, path_of(annotate), force, large, shown)
        if annotate is not None:
            raise UsageError(f"{option('--annotate', annotate)}: annotate one book at a time")
        requests = [Request(Path(each), options, large, needs_copy=False) for each in book]
        where = Machines(processes or cores(), scheduler or "")
        audited: dict[int, Audited] = {}
        for outcome in audit_all(requests, [None] * len(requests), force, where):
            data = {"book": str(requests[outcome.number].book), "error": in_python(outcome.error), "ok": False}
            audited[outcome.number] = outcome.result or Audited(data)
            shown(f"{len(audited)} of {len(requests)} books", len(audited) / len(requests))
        return [audited[number] for number in sorted(audited)]
