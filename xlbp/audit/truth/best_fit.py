"""Columns headed dw or Δw that hold the step, -eta dE/dw, where others keep the gradient itself."""

from __future__ import annotations

from dataclasses import replace

from xlbp.audit.calculation.cells import Cells
from xlbp.audit.claims.headings import is_rate, step_of
from xlbp.audit.claims.layout import Layout, Parameter
from xlbp.audit.claims.tables import rate_cells
from xlbp.audit.reading.syntax import Cell
from xlbp.audit.truth.gradients import differentiate


def take_steps(cells: Cells, layout: Layout) -> Layout:
    """The layout with its claims read as steps, if their formulas take the learning rate and that fits better."""
    table = layout.table
    if table is None or not layout.losses:
        return layout
    rates = rate_cells(cells, [layout.sheet])
    columns = {p.places[0].gradient[2] for p in layout.parameters}
    if not all(step_of(table.headings.get(column, "")) for column in columns):
        return layout
    found = [
        next((c for c in cells.arguments(p.places[-1].gradient) if _is_rate(layout, c, rates)), None)
        for p in layout.parameters
    ]
    rate = next((cell for cell in found if cell is not None), None)
    if rate is None or sum(cell is not None for cell in found) < 0.5 * len(found):
        return layout
    tried = [_scaled(cells, layout, rate, sign) for sign in (0.0, -1.0, 1.0)]
    return min(tried, key=lambda one: _wrong(cells, one))


def _is_rate(layout: Layout, cell: Cell, rates: set[Cell]) -> bool:
    table = layout.table
    assert table is not None
    if table.step(cell) is None:
        return cell in rates
    return is_rate(table.headings.get(cell[2], ""))


def _scaled(cells: Cells, layout: Layout, rate: Cell, sign: float) -> Layout:
    """Every claim taken as the gradient times the learning rate and a sign; sign 0 leaves them gradients."""
    if not sign:
        return layout
    table = layout.table
    assert table is not None
    moves = table.step(rate) is not None

    def factor(step: int) -> float:
        return sign * cells.value((rate[0], table.first + step, rate[2]) if moves else rate)

    parameters = [
        Parameter(p.name, tuple(replace(place, factor=factor(place.step)) for place in p.places))
        for p in layout.parameters
    ]
    return replace(layout, parameters=parameters, rate=rate, downhill=sign < 0)


def _wrong(cells: Cells, layout: Layout) -> int:
    """How many claims are wrong in the first rows."""
    short = replace(
        layout,
        losses=layout.losses[:3],
        parameters=[Parameter(p.name, p.places[:3]) for p in layout.parameters],
    )
    truth = differentiate(cells, short)
    return sum(len(truth.wrong(parameter)) for parameter in short.parameters)
