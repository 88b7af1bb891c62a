"""Parameters that take over, in the next row, what another column has made: of the wrong parameter, by a slip."""

from __future__ import annotations

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import address
from xlbp.auditing.truth.gradients import relative
from xlbp.auditing.updates.moves import Move, Moves


def taken_from_another(cells: Cells, reader: Moves, move: Move, rule: Move) -> Finding | None:
    """The copy is at fault, not the update that it copies, where another column holds this parameter's own update."""
    table, parameter = reader.table, move.parameter
    if not reader.copies(parameter) or move.step + 1 >= len(parameter.places):
        return None
    row = [table.cell(column, move.step) for column in sorted(table.computing)]
    others = (cell for cell in row if cell != move.update and cells.compiled(cell) is not None)
    meant = next((cell for cell in others if reader.read(parameter, move.step, cell).form == rule.form), None)
    if meant is None:
        return None
    cell = parameter.places[move.step + 1].cell
    home = cell[0]
    words = f"{parameter.name} takes over {address(move.update, home)}, which another parameter is to become"
    error = relative(cells.value(cell), cells.value(meant))
    change = ("copy", parameter.name)
    expected = f"={address(meant, home)}"
    return Finding(kinds.WEIGHT, cell, cells.shown(cell), expected, words, error, [cell], change)
