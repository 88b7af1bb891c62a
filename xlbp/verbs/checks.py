"""A person's own numbers: check."""

from __future__ import annotations

from pathlib import Path

from xlbp import pipeline
from xlbp.checking.result import Checked
from xlbp.progress import watched
from xlbp.results import Progress
from xlbp.template.sources import Overrides, Source, overrides_of
from xlbp.verbs.called import path_of, verb


@verb()
def check(
    template: Source,
    numbers: object,
    *,
    iterations: int | None = None,
    overrides: Overrides = (),
    rtol: float | None = None,
    into: Path | str | None = None,
    language: str | None = None,
    force: bool = False,
    progress: bool | Progress = False,
) -> Checked:
    """Lay your own training's numbers beside the truth: the first that departs, which factor is off, and the mistake.

    Parameters
    ----------
    template, iterations, overrides
        As for :func:`generate`.
    numbers
        Your numbers, a row for each iteration, under the names of :func:`trace` (``"dW1"``, ``"W1[2,1]"``), the
        book's symbols (``"w5"``), or those of PyTorch and Keras (``"0.weight.grad"``): a dict of arrays, lists or
        tensors, a list of dicts, a DataFrame, a log of Keras, or a file (.csv, .json, .npz).  Parameters alone are
        enough with plain gradient descent.
    rtol
        The relative difference up to which two numbers agree; by default 1e-9, of 32-bit numbers 1e-5.
    into
        A workbook to write that shows your numbers beside the truth.
    language, force, progress
        Of that workbook, as for :func:`generate`.

    Returns
    -------
    Checked
        Whether all agrees (``ok``), the ``first`` number that departs, and the ``mistakes`` that explain it; ``str``
        of it is the text that ``xlbp check`` prints.

    Raises
    ------
    UsageError
        None of the numbers is known, or they are no numbers.
    UnreadableError
        The file is damaged.

    Examples
    --------
    >>> import xlbp
    >>> mine = {"dW2": [[0.08216704, 0.08266763], [-0.02260254, -0.02274024]]}
    >>> xlbp.check("mazur", mine).ok
    True
    >>> wrong = xlbp.check("mazur", {"dW2": [[0.08216704, -0.02260254], [0.08266763, -0.02274024]]})
    >>> wrong.ok, wrong.first.name, wrong.first.symbol
    (False, 'dW2[1,2]', '∂E_total/∂w6')

    """
    changes = overrides_of(overrides, iterations)
    with watched(progress) as shown:
        return pipeline.check(template, numbers, changes, rtol, path_of(into), language, force, shown)
