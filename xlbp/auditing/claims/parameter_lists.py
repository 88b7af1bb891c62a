"""One step of training as a list: a parameter in each row, beside it its value, its gradient and its new value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import GRADIENT_BAND, UPDATE_BAND, claim, plain, shown
from xlbp.auditing.claims.labelled_blocks import loss_among
from xlbp.auditing.claims.layout import Layout, Parameter, Place, is_numeric
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


def parameter_lists(cells: Cells, sheet: str) -> Layout | None:
    """The lists of a sheet taken together; None if there is none."""
    texts = {c: plain(v) for c, v in cells.contents.cells.items() if c[0] == sheet and plain(v)}
    layout = Layout("labels", sheet, [], [])
    for row in sorted({row for _, row, _ in texts}):
        headings = {column: text for (_, r, column), text in texts.items() if r == row}
        columns = _columns(cells, sheet, row, headings)
        if columns is not None:
            for name, place, new in _rows(cells, (sheet, row, 0), columns):
                layout.add(Parameter(name, (place,)))
                if new is not None:
                    layout.new_values[layout.parameters[-1].name] = [new]
    if not layout.parameters:
        return None
    loss = loss_among(cells, texts, layout, "")
    if loss is not None:
        layout.losses, layout.loss_name = [loss[1]], texts[loss[0]]
    return layout


def _columns(cells: Cells, sheet: str, row: int, headings: dict[int, str]) -> Columns | None:
    """Which columns the list has, told by their headings and by what stands below them."""

    def numeric(column: int) -> bool:
        return is_numeric(cells, (sheet, row + 1, column))

    gradients = [c for c, t in headings.items() if (GRADIENT_BAND.fullmatch(t) or claim(t)) and numeric(c)]
    if len(gradients) != 1:
        return None
    new = [c for c, t in headings.items() if (UPDATE_BAND.fullmatch(t) or AFTER.fullmatch(t)) and c not in gradients]
    new = [c for c in new if numeric(c)]
    values = [c for c, t in headings.items() if VALUE.fullmatch(t) and numeric(c) and c not in (*new, *gradients)]
    values = [c for c in values if not cells.is_formula((sheet, row + 1, c))]
    if len(values) != 1 or len(new) > 1:
        return None
    names = [c for c in range(1, values[0]) if plain(cells.contents.cells.get((sheet, row + 1, c)))]
    return Columns(max(names, default=0), values[0], gradients[0], new[0] if new else 0)


def _rows(cells: Cells, head: Cell, columns: Columns) -> Iterator[tuple[str, Place, Cell | None]]:
    """Each row's parameter with its gradient, and the cell of its new value."""
    sheet, row, _ = head
    while True:
        row += 1
        value, gradient, new = ((sheet, row, c) for c in (columns.value, columns.gradient, columns.new))
        if not (is_numeric(cells, value) and is_numeric(cells, gradient)):
            return
        name = shown(cells.contents.cells.get((sheet, row, columns.name))) or address(value, sheet)
        yield name, Place(0, value, gradient), new if columns.new and is_numeric(cells, new) else None
