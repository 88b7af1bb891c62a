"""Numbers: trace, explain, and check, which lays one's own beside them."""

from __future__ import annotations

from pathlib import Path

from xlbp import pipeline
from xlbp.checking.reading.values import Numbers
from xlbp.checking.result import Checked
from xlbp.progress import watched
from xlbp.results import Progress
from xlbp.template.sources import Overrides, Source, overrides_of
from xlbp.traced import Trace
from xlbp.verbs.called import verb, whole
from xlbp.workbook.explain import Explanation


@verb()
def trace(template: Source, *, iterations: int | None = None, overrides: Overrides = ()) -> Trace:
    """Every number of a training, by name: parameters, forward, backward, gradients, optimizer.

    Parameters
    ----------
    template
        As for :func:`generate`; or a workbook (``*.xlsx``), with the numbers that stand in it.
    iterations, overrides
        As for :func:`generate`.

    Returns
    -------
    Trace
        A mapping from names to arrays: ``trace["W1"]`` is (iterations + 1, units, inputs).

    Raises
    ------
    TemplateError, UsageError
        As for :func:`generate`.

    Examples
    --------
    >>> import xlbp
    >>> trace = xlbp.trace("mazur", iterations=3)
    >>> trace["W1"].shape, trace["a1"].shape, trace["E"].shape
    ((4, 2, 2), (4, 1, 2), (4,))
    >>> print(trace["dE_total/dw5"][0])  # the book's own symbol
    0.08216704056423078
    >>> trace["W1"][1] - trace["W1"][0] == trace["W1+"][0] - trace["W1"][0]
    array([[ True,  True],
           [ True,  True]])

    """
    return pipeline.trace(template, overrides_of(overrides, iterations))


@verb()
def explain(
    source: Source,
    quantity: str,
    *,
    iteration: int | None = None,
    sample: int | None = None,
    iterations: int | None = None,
    overrides: Overrides = (),
) -> Explanation:
    """Derive one quantity: symbols, numbers, cells, and for a gradient the chain rule path by path.

    Parameters
    ----------
    source
        A template, as for :func:`generate`, or a workbook (``*.xlsx``), with the numbers that stand in it.
    quantity
        A name (``"dW2[1,1]"``), a symbol of the book (``"dE_total/dw5"``), or a cell (``"AL12"``).
    iteration
        By default 0, or that of the cell.
    sample
        Of a batch, counted from 1; by default the first, or that of the cell.
    iterations, overrides
        As for :func:`generate`.

    Returns
    -------
    Explanation
        What was derived; ``str`` of it is the text that ``xlbp explain`` prints.

    Raises
    ------
    UsageError
        There is no such quantity, iteration or sample.

    Examples
    --------
    >>> import xlbp
    >>> xlbp.explain("mazur", "dE_total/dw5")
    Explanation(∂E_total/∂w5 at iteration 0 = 0.08216704056423078, 1 path)

    """
    of, by = whole("--iteration", iteration), whole("--sample", sample, least=1)
    return pipeline.explain(source, quantity, of, by, overrides_of(overrides, iterations))


@verb()
def check(
    template: Source,
    numbers: Numbers,
    *,
    rtol: float | None = None,
    into: Path | str | None = None,
    iterations: int | None = None,
    overrides: Overrides = (),
    language: str | None = None,
    force: bool = False,
    progress: bool | Progress = False,
) -> Checked:
    """Lay the numbers of your own program beside the right ones: the first that departs, and why.

    Parameters
    ----------
    template
        As for :func:`generate`.
    numbers
        A mapping of names to arrays, tensors or lists, a list of dicts (one for each iteration), a DataFrame, Keras's
        ``History``, or a file (``.csv``, ``.json``, ``.npz``).  Names are those of :func:`trace`, the book's symbols,
        or a framework's.
    rtol
        The relative tolerance; by default 1e-9, of 32-bit numbers 1e-5, of rounded ones half a unit of the last place.
    into
        A workbook to be made, with your numbers beside the right ones.
    iterations, overrides, language, force, progress
        As for :func:`generate`; by default the training is as long as your numbers are.

    Returns
    -------
    Checked
        ``ok``, the ``first`` departure, the ``mistakes`` that explain the most; ``str`` of it is the diagnosis.

    Raises
    ------
    TemplateError, UsageError
        As for :func:`generate`; or nothing in ``numbers`` is known by its name.
    UnreadableError
        The file can't be read.
    WriteError
        The workbook can't be written there.

    Examples
    --------
    >>> import xlbp
    >>> xlbp.check("mazur", {"w5": [0.4, 0.35891647971788465], "loss": 0.2983711087600027})
    Checked(mazur: 3 numbers, all agree)
    >>> xlbp.check("mazur", {"dE/dw5": 0.4398296489618467}).mistakes[0].text
    "the derivative of the activation is missing (f'2)"

    """
    changes = overrides_of(overrides, iterations)
    with watched(progress) as shown:
        return pipeline.check(template, numbers, changes, rtol, into, language, force, shown)
