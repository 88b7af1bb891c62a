"""A table of forward passes: a row each, from its own parameters to the loss, by the training's own formulas.

The gradient check and the loss landscape are made of such rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from xlbp.symbols.expr import names_in
from xlbp.symbols.program import Column
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import HERE, Layout, Place
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page

Setting = Mapping[str, tuple[str, float]]  # parameter -> (formula, value)


@dataclass(frozen=True)
class Passes:
    """The losses of a table, row by row: where they stand, what they are worth, how large their terms are."""

    loss: list[str]
    values: list[float | None]
    sizes: list[float]


def forward_columns(contents: Contents) -> list[Column]:
    """The columns a loss needs, in the order of the sheet; the inputs of a batch are read from the panel."""
    by_name = {column.name: column for column in contents.program.columns}
    needed: set[str] = set()
    waiting = [contents.objective]
    while waiting:
        name = waiting.pop()
        column = by_name.get(name)
        if name in needed or column is None or column.phase not in ("forward", "loss"):
            continue
        needed.add(name)
        waiting += names_in(column.expr)
    return [column for column in contents.program.columns if column.name in needed]


def shared_columns(contents: Contents) -> list[Column]:
    """What each pass needs of the chosen row besides its parameters: the samples it picked, dropout's masks."""
    needed = {name for column in forward_columns(contents) for name in names_in(column.expr)}
    columns = (c for c in contents.program.columns if c.name in needed and c.phase in ("batch", "dropout"))
    return [column for column in columns if _panel_name(contents, column) is None]


def _panel_name(contents: Contents, column: Column) -> str | None:
    """The input that a column only repeats."""
    repeated = column.expr.op == "ref" and column.expr.payload in contents.layout.panel
    return str(column.expr.payload) if repeated else None


def width(contents: Contents) -> int:
    """How many cells one forward pass takes."""
    return len(contents.template.parameter_order) + len(forward_columns(contents))


def total_width(contents: Contents) -> int:
    """How many columns the table takes, with what its rows share."""
    return width(contents) + len(shared_columns(contents))


def put_passes(
    page: Page, contents: Contents, facts: Facts, row: int, column: int, settings: Sequence[Setting]
) -> Passes:
    """Write one row per setting, the headings above, from the cell (row, column) on."""
    parameters, forward = contents.template.parameter_order, forward_columns(contents)
    names = [*parameters, *(c.name for c in forward)]
    places = {name: column + offset for offset, name in enumerate(names)}
    write = _local_layout(contents, places, _put_shared(page, contents, facts, row, column)).writer()
    moved = [{name: value for name, (_, value) in setting.items()} for setting in settings]
    computed = facts.reference.forward_passes(moved)
    for name, number in places.items():
        page.text(row, number, contents.symbol(name), "column")
    values_of = {name: _numbers(computed[name]) for name in names if name in computed}
    columns = [(places[c.name], write(c.expr), values_of[c.name], _size(facts, c.name)) for c in forward]
    largest = {name: max(abs(values[name]) for values in moved) for name in parameters}  # of a difference that may be 0
    for offset, setting in enumerate(settings):
        at = row + 1 + offset
        for name in parameters:
            formula, value = setting[name]
            page.live(at, places[name], formula, float(value), "small", largest[name])
        for number, pattern, values, size in columns:
            page.live(at, number, pattern.replace("{r}", str(at)), values[offset], "small", size)
    letter = get_column_letter(places[contents.objective])
    rows = range(row + 1, row + 1 + len(settings))
    losses = values_of[contents.objective]
    return Passes([f"{letter}{at}" for at in rows], losses, [_size(facts, contents.objective)] * len(rows))


def _put_shared(page: Page, contents: Contents, facts: Facts, row: int, column: int) -> dict[str, Place]:
    """Right of the table, once: what all its rows share with the chosen row."""
    lens = Lens(contents, facts)
    places: dict[str, Place] = {}
    for at, shared in enumerate(shared_columns(contents), start=column + width(contents)):
        page.text(row, at, contents.symbol(shared.name), "column")
        formula, value = lens.in_row(shared.name), facts.value(shared.name)
        page.live(row + 1, at, formula, value, "small", facts.size(shared.name))
        places[shared.name] = Place(HERE, row + 1, at)
    return places


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    """The numbers as a cell has them: an error where one is not finite."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _size(facts: Facts, name: str) -> float:
    """How large the terms of a quantity get in the training itself: those of a pass are about as large."""
    sizes = facts.sizes[name]
    return float(np.nanmax(np.where(np.isfinite(sizes), sizes, np.nan), initial=1.0))


def _local_layout(contents: Contents, places: dict[str, int], shared: dict[str, Place]) -> Layout:
    """The training's layout with the table's own columns; a batch's inputs stand on the panel, or beside the table."""
    training = contents.layout
    panel = {**training.panel, **shared}
    for column in contents.program.columns:
        if column.phase == "batch" and (name := _panel_name(contents, column)) is not None:
            panel[column.name] = training.panel[name]
    return replace(training, columns=places, panel=panel, home=contents.title)
