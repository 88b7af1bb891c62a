"""One step of training as a list: a parameter in each row, beside it its value, its gradient and its new value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import GRADIENT_BAND, UPDATE_BAND, claim, plain, shown
from xlbp.auditing.claims.labelled_blocks import labels_of, loss_among
from xlbp.auditing.claims.layout import Layout, LayoutKind, Parameter, Place, is_numeric, named_apart
from xlbp.auditing.reading.syntax import Cell, address

VALUE = re.compile(
    r"(?:the_?)?(?:old|current|initial|start(?:ing)?|present|given|this)?_?(?:values?|weights?|parameters?|w|θ|theta|start|now|before|old)"
    r"(?:_?\(?(?:old|t|now|before)\)?)?|(?:当前|初始|旧|原)?(?:参数)?(?:值|权重|数值)|初值|参数",
    re.I,
)
AFTER = re.compile(r"after|w\+|θ\+|(?:w|θ)_?(?:new|next|\(?t\+1\)?)|w'|→.*", re.I)


@dataclass(frozen=True)
class Columns:
    """The columns of a list; 0 for none."""

    name: int
    value: int
    gradient: int
    new: int


@dataclass(frozen=True)
class Entry:
    """One row of a list: a parameter, and the cell of its new value, where there is one."""

    parameter: Parameter
    new_value: Cell | None


def parameter_lists(cells: Cells, sheet: str) -> Layout | None:
    """The lists of a sheet taken together; None if there is none."""
    labels = labels_of(cells, sheet)
    entries: list[Entry] = []
    by_row: dict[int, dict[int, str]] = {}
    for (_, row, column), text in labels.items():
        by_row.setdefault(row, {})[column] = text
    for row, headings in sorted(by_row.items()):
        columns = _columns(cells, sheet, row, headings)
        if columns is not None:
            entries += _entries(cells, sheet, row, columns)
    if not entries or _are_steps(cells, entries):
        return None
    parameters = named_apart((entry.parameter for entry in entries), sheet)
    new_values: dict[str, tuple[Cell, ...]] = {}
    for parameter, entry in zip(parameters, entries, strict=True):
        if entry.new_value is not None:
            new_values[parameter.name] = (entry.new_value,)
    layout = Layout(LayoutKind.LABELS, sheet, parameters, new_values=new_values)
    loss = loss_among(cells, labels, layout, "")
    return replace(layout, losses=(loss.cell,), loss_name=labels[loss.label]) if loss else layout


def _are_steps(cells: Cells, entries: list[Entry]) -> bool:
    """Whether a value is made from the gradient of another row: the rows are the steps of one parameter."""
    places = [place for entry in entries for place in entry.parameter.places]
    gradients = {place.gradient for place in places}
    computed = [place.cell for place in places if cells.is_formula(place.cell)]
    return not gradients.isdisjoint(cells.below(computed, gradients.__contains__))


def _columns(cells: Cells, sheet: str, row: int, headings: dict[int, str]) -> Columns | None:
    """Which columns the list has, told by their headings and by what stands below them."""

    def is_number(column: int) -> bool:
        return is_numeric(cells, (sheet, row + 1, column))

    def is_typed(column: int) -> bool:
        return is_number(column) and not cells.is_formula((sheet, row + 1, column))

    gradients = [c for c, text in headings.items() if (GRADIENT_BAND.fullmatch(text) or claim(text)) and is_number(c)]
    if len(gradients) != 1:
        return None
    new: list[int] = []
    for column, text in headings.items():
        if (UPDATE_BAND.fullmatch(text) or AFTER.fullmatch(text)) and column not in gradients and is_number(column):
            new.append(column)
    values: list[int] = []
    for column, text in headings.items():
        if VALUE.fullmatch(text) and column not in (*new, *gradients) and is_typed(column):
            values.append(column)
    if len(values) != 1 or len(new) > 1:
        return None
    names = [column for column in range(1, values[0]) if plain(cells.contents.cells.get((sheet, row + 1, column)))]
    return Columns(max(names, default=0), values[0], gradients[0], new[0] if new else 0)


def _entries(cells: Cells, sheet: str, heading_row: int, columns: Columns) -> Iterator[Entry]:
    """The rows below the headings, up to the first without a value or a gradient."""
    row = heading_row
    while True:
        row += 1
        value, gradient, new = ((sheet, row, column) for column in (columns.value, columns.gradient, columns.new))
        if not (is_numeric(cells, value) and is_numeric(cells, gradient)):
            return
        name = shown(cells.contents.cells.get((sheet, row, columns.name))) or address(value, sheet)
        has_new = columns.new and is_numeric(cells, new)
        yield Entry(Parameter(name, (Place(0, value, gradient),)), new if has_new else None)
