"""A training as code: export."""

from __future__ import annotations

from pathlib import Path

from xlbp import pipeline
from xlbp.interchange.targets import Exported
from xlbp.template.sources import Overrides, Source, overrides_of
from xlbp.verbs.called import verb, whole


@verb()
def export(
    source: Source,
    to: str,
    output: Path | str | None = None,
    *,
    iteration: int | None = None,
    iterations: int | None = None,
    overrides: Overrides = (),
    force: bool = False,
) -> Exported:
    """Write a training as a script that stands alone, or the network as an ONNX model.

    Parameters
    ----------
    source
        A template, as for :func:`generate`, or a workbook (``*.xlsx``), with the numbers that stand in it.
    to
        ``"numpy"``, ``"pytorch"``, ``"keras"`` or ``"onnx"``.
    output
        The file; by default ``output/NAME-TO.py`` or ``.onnx``.
    iteration
        Whose parameters an ONNX model has; by default the last.
    iterations, overrides, force
        As for :func:`generate`.

    Returns
    -------
    Exported
        Where it was written (``path``).

    Raises
    ------
    UsageError
        There is no such target, or the network has what can't be written so.
    WriteError
        It can't be written there.

    Examples
    --------
    >>> import xlbp
    >>> xlbp.export("mazur", "numpy", "mazur.py")
    Exported(mazur.py: mazur for numpy)

    """
    return pipeline.export(
        source, to, output, whole("--iteration", iteration), overrides_of(overrides, iterations), force
    )
