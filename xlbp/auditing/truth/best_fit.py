"""Sheets that can be read in two ways: the reading in which most claims are true.

Where no cell holds a loss, it may be the squared error or half of it.  Columns headed dw or Δw may hold the step,
-eta dE/dw, where others keep the gradient itself.
"""

from __future__ import annotations

from dataclasses import replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import PREDICTION, TARGET, is_rate, step_of
from xlbp.auditing.claims.layout import Layout, Parameter, Table
from xlbp.auditing.claims.options import put_loss
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.truth.gradients import differentiate

ASSUMED = ("squared_error", "half_squared_error")


def assume_loss(cells: Cells, layout: Layout) -> bool:
    """Where a table has a prediction and a target but no loss, take the squared error that fits the claims best."""
    if layout.table is None or (pair := _prediction_and_target(layout.table)) is None:
        return False
    y, t = map(address, pair)

    def wrong(text: str) -> int:
        layout.losses = _put(cells, layout, text)
        return _count_wrong(cells, layout)

    layout.assumed = min((f"{name}({y},{t})" for name in ASSUMED), key=wrong)
    layout.losses = _put(cells, layout, layout.assumed)
    return True


def _prediction_and_target(table: Table) -> tuple[Cell, Cell] | None:
    """The first row's prediction and target, where there is one column of each."""
    predictions = [c for c, text in table.headings.items() if PREDICTION.fullmatch(text) and c in table.computing]
    targets = [c for c, text in table.headings.items() if TARGET.fullmatch(text) and c not in predictions]
    if len(predictions) != 1 or len(targets) != 1:
        return None
    return table.cell(predictions[0], 0), table.cell(targets[0], 0)


def _put(cells: Cells, layout: Layout, text: str) -> list[Cell]:
    assert layout.table is not None
    first = layout.table.first
    cells.forget((layout.sheet, first + step, 0) for step in range(layout.table.steps))
    return [put_loss(cells, layout.sheet, text, first, first + step) for step in range(layout.table.steps)]


def take_steps(cells: Cells, layout: Layout, rates: set[Cell]) -> Layout:
    """The layout with its claims read as steps, if their formulas take the learning rate and that fits better."""
    table = layout.table
    if table is None or not layout.losses:
        return layout
    columns = {p.places[0].gradient[2] for p in layout.parameters}
    if not all(step_of(table.headings.get(column, "")) for column in columns):
        return layout
    used = [_rate_in(cells, table, p.places[-1].gradient, rates) for p in layout.parameters]
    rate = next((cell for cell in used if cell is not None), None)
    if rate is None or sum(cell is not None for cell in used) < 0.5 * len(used):
        return layout
    tried = [layout, _as_steps(cells, layout, rate, -1.0), _as_steps(cells, layout, rate, 1.0)]
    return min(tried, key=lambda one: _count_wrong(cells, _start_of(one)))


def _rate_in(cells: Cells, table: Table, gradient: Cell, rates: set[Cell]) -> Cell | None:
    """The learning rate that a claim is multiplied with: of the panel, or of a column headed as one."""
    for cell in cells.arguments(gradient):
        if cell in rates if table.step(cell) is None else is_rate(table.headings.get(cell[2], "")):
            return cell
    return None


def _as_steps(cells: Cells, layout: Layout, rate: Cell, sign: float) -> Layout:
    """Every claim taken as the gradient times the learning rate and a sign."""
    table = layout.table
    assert table is not None
    moves = table.step(rate) is not None

    def factor(step: int) -> float:
        return sign * cells.value(table.cell(rate[2], step) if moves else rate)

    parameters = [
        Parameter(p.name, tuple(replace(place, factor=factor(place.step)) for place in p.places))
        for p in layout.parameters
    ]
    return replace(layout, parameters=parameters, rate=rate, downhill=sign < 0)


def _start_of(layout: Layout) -> Layout:
    """The first rows of a table."""
    parameters = [Parameter(p.name, p.places[:3]) for p in layout.parameters]
    return replace(layout, losses=layout.losses[:3], parameters=parameters)


def _count_wrong(cells: Cells, layout: Layout) -> int:
    truth = differentiate(cells, layout)
    return sum(len(truth.wrong(parameter)) for parameter in layout.parameters)
