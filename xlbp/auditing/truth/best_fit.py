"""Sheets that can be read in two ways: the reading in which most claims are true.

Where no cell holds a loss, it may be the squared error or half of it.  Columns headed dw or Δw may hold the step,
-eta dE/dw, where others keep the gradient itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import PREDICTION, TARGET, is_rate, step_of
from xlbp.auditing.claims.layout import Layout, Parameter, Table
from xlbp.auditing.claims.options import put_loss
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.truth.gradients import differentiate
from xlbp.auditing.truth.latest_steps import LatestSteps
from xlbp.symbols.expr import names_in, topological

ASSUMED_LOSSES = ("squared_error", "half_squared_error")
FLAT_STEPS = 20  # in which a step function's slope is 0
FIRST_STEPS = 3  # which decide how a sheet is to be read


def with_assumed_loss(cells: Cells, layout: Layout) -> Layout | None:
    """The layout with the squared error that fits its claims best; None without one prediction and one target."""
    columns = _prediction_and_target(layout.table) if layout.table is not None else None
    if layout.table is None or columns is None:
        return None
    if _is_flat(cells, layout, columns[0]):
        return None  # a step function, as a perceptron's: it follows no loss's gradient
    prediction, target = map(address, columns)
    wrong: dict[str, int] = {}
    for name in ASSUMED_LOSSES:
        text = f"{name}({prediction},{target})"
        wrong[text] = _count_wrong(cells, _with_loss(cells, layout, layout.table, text))
    best = min(wrong, key=lambda text: wrong[text])
    return _with_loss(cells, layout, layout.table, best)


def follows_a_step(cells: Cells, layout: Layout) -> bool:
    """Whether a layout's loss has no slope because a step function stands before it, as in a perceptron."""
    losses = layout.losses[:FLAT_STEPS]
    return _are_flat(cells, layout, losses) and any(_is_step(cells, layout, loss) for loss in losses[:1])


def _is_step(cells: Cells, layout: Layout, loss: Cell) -> bool:
    """Whether a formula between the parameters and the loss chooses between two numbers."""
    stops = layout.stops()
    for cell in cells.below((loss,), stops.__contains__):
        compiled = cells.compiled(cell)
        for node in topological(compiled.expr) if compiled is not None and cell not in stops else ():
            chosen = node.args[1:] if node.op == "if_positive" else ()
            is_jump = bool(chosen) and not any(map(names_in, chosen)) and bool(names_in(node))
            if node.op == "sign" or is_jump:
                return True
    return False


def _is_flat(cells: Cells, layout: Layout, prediction: Cell) -> bool:
    """Whether a prediction has no slope in any of the first rows."""
    sheet, row, column = prediction
    steps = min(layout.table.steps if layout.table else 1, FLAT_STEPS)
    return _are_flat(cells, layout, [(sheet, row + step, column) for step in range(steps)])


def _are_flat(cells: Cells, layout: Layout, quantities: Iterable[Cell]) -> bool:
    """Whether quantities do not hang on any parameter, as far as slopes tell."""
    stops, is_apart = layout.stops(), LatestSteps(cells, layout).before(0)
    for quantity in quantities:
        adjoints = cells.adjoints(quantity, stops, None, is_apart)
        if any(adjoint.value for cell, adjoint in adjoints.items() if cell in stops):
            return False
    return True


def _prediction_and_target(table: Table) -> tuple[Cell, Cell] | None:
    """The first row's prediction and target, where there is one column of each."""
    predictions = [c for c, text in table.headings.items() if PREDICTION.fullmatch(text) and c in table.computing]
    targets = [c for c, text in table.headings.items() if TARGET.fullmatch(text) and c not in predictions]
    if len(predictions) != 1 or len(targets) != 1:
        return None
    return table.cell(predictions[0], 0), table.cell(targets[0], 0)


def _with_loss(cells: Cells, layout: Layout, table: Table, text: str) -> Layout:
    """The layout with an expression as the loss of every row, in place of what was put there before."""
    rows = range(table.first, table.last + 1)
    cells.forget((layout.sheet, row, 0) for row in rows)
    losses = tuple(put_loss(cells, layout.sheet, text, table.first, row) for row in rows)
    return replace(layout, losses=losses, assumed=text)


def as_steps_if_better(cells: Cells, layout: Layout, rates: set[Cell]) -> Layout:
    """The layout with its claims read as steps, if their formulas take the learning rate and that fits better."""
    table = layout.table
    if table is None or not layout.losses:
        return layout
    columns = {parameter.places[0].gradient[2] for parameter in layout.parameters}
    if not all(step_of(table.headings.get(column, "")) for column in columns):
        return layout
    last_claims = [parameter.places[-1].gradient for parameter in layout.parameters]
    rates_taken = [rate for claim in last_claims if (rate := _rate_in(cells, table, claim, rates)) is not None]
    if not rates_taken or len(rates_taken) < 0.5 * len(last_claims):
        return layout
    rate = rates_taken[0]
    readings = [layout, _as_steps(cells, layout, table, rate, -1.0), _as_steps(cells, layout, table, rate, 1.0)]
    return min(readings, key=lambda reading: _count_wrong(cells, _start_of(reading)))


def _rate_in(cells: Cells, table: Table, gradient: Cell, rates: set[Cell]) -> Cell | None:
    """The learning rate that a claim is multiplied with: of the panel, or of a column headed as one."""
    for cell in cells.arguments(gradient):
        on_panel = table.step(cell) is None
        if (on_panel and cell in rates) or (not on_panel and is_rate(table.headings.get(cell[2], ""))):
            return cell
    return None


def _as_steps(cells: Cells, layout: Layout, table: Table, rate: Cell, sign: float) -> Layout:
    """Every claim taken as the gradient times the learning rate and a sign."""
    factors: Mapping[int, float] = {
        step: sign * cells.value(rate if table.step(rate) is None else table.cell(rate[2], step))
        for step in {place.step for parameter in layout.parameters for place in parameter.places}
    }
    parameters = tuple(
        Parameter(p.name, tuple(replace(place, factor=factors[place.step]) for place in p.places))
        for p in layout.parameters
    )
    return replace(layout, parameters=parameters, rate=rate, downhill=sign < 0)


def _start_of(layout: Layout) -> Layout:
    """The first rows of a table."""
    parameters = tuple(Parameter(p.name, p.places[:FIRST_STEPS]) for p in layout.parameters)
    return replace(layout, losses=layout.losses[:FIRST_STEPS], parameters=parameters)


def _count_wrong(cells: Cells, layout: Layout) -> int:
    truth = differentiate(cells, layout)
    return sum(len(truth.wrong(parameter)) for parameter in layout.parameters)
