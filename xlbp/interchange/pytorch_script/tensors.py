"""Tensors as a script writes them."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from xlbp.interchange.literals import statement, with_comment

SHORT = 4  # numbers that are written out even where all are 0, or 1


def tensor(before: str, array: NDArray[Any], after: str, comment: str = "", indent: str = "") -> list[str]:
    """``before`` and a tensor: ``torch.tensor([0.1, 0.2])``, or ``torch.zeros(5)`` where all of many are 0."""
    for number, called in ((0, "zeros"), (1, "ones")):
        if array.size >= SHORT and (array == number).all():
            line = f"{indent}{before}torch.{called}({', '.join(map(str, array.shape))}){after}"
            return with_comment(line, comment)
    return statement(f"{before}torch.tensor(", array, f"){after}", comment, indent)
