"""Classes as one-hot targets: which there are, in which order, and that a sheet tells them apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xlbp.datafile.numbers import labels, number
from xlbp.template.model import Matrix
from xlbp.template.table import Table


def read_classes(table: Table, what: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The different classes of ``what``, at least two, and no two that a sheet takes for one."""
    classes = tuple(sorted(set(texts), key=class_order))
    if len(classes) < 2:
        table.fail("targets", f"{what} has one class only, {classes[0]!r}")
    seen: dict[float | str, str] = {}
    for text, label in zip(classes, labels(classes), strict=True):
        same = seen.setdefault(label.lower() if isinstance(label, str) else label, text)
        if same != text:
            pair = f"the classes {same!r} and {text!r} of {what}"
            table.fail("targets", f"a sheet takes {pair} for one; write them alike, or so that more than case differs")
    return classes


def class_order(text: str) -> tuple[float, str]:
    """Numbers by size, then words by letter."""
    value = number(text)
    return math.inf if value is None else value, text


def one_hot(texts: Sequence[str], classes: Sequence[str]) -> Matrix:
    """A row for each text: 1 at the place of its class, 0 at all others."""
    return tuple(tuple(float(text == each) for each in classes) for text in texts)
