"""Somebody else's workbook: audit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlbp import pipeline
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.result import Audit
from xlbp.progress import watched
from xlbp.results import Progress
from xlbp.verbs.called import path_of, texts, verb


@verb()
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
    forward: bool = False,
    html: Path | str | None = None,
    language: str = "en",
    annotate: Path | str | None = None,
    force: bool = False,
    large: bool = False,
    progress: bool | Progress = False,
) -> Audit:
    """Find the mistakes in any workbook: differentiate its own loss and compare; of a forward pass, its own patterns.

    Parameters, gradients and the loss are found by their headings (w1, dE/dw1, E_total); where that fails, name them.

    Parameters
    ----------
    book
        Anybody's workbook.  Nothing in it runs.
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
    progress
        As for :func:`generate`.

    Returns
    -------
    Audit
        Its ``findings``, and whether all is right (``ok``).

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
    with watched(progress) as shown:
        return pipeline.audit(book, options, path_of(annotate), force, large, shown, path_of(html), language)
