"""A training as a script for NumPy, as a textbook would print it: loops and matrices, backward by hand.

``network`` and ``scalars``, ``arrays`` write the three kinds of models.  What a block, a loss, an optimizer or an
operation writes stands in a table: ``blocks``, ``losses``, ``optimizers``, ``operations``.  ``script`` puts the parts
together.
"""

from __future__ import annotations

from xlbp.interchange.source import Source


def write(source: Source, iteration: int) -> bytes:  # noqa: ARG001 - a script trains from the start
    """The script of a training, UTF-8."""
    from xlbp.interchange.numpy_script.kinds import KINDS  # noqa: PLC0415 - which takes NumPy

    template = source.template
    return KINDS[template.model.computed_as](source).text(template).encode()
