"""Parameters that take over, in the next row, what another column has made: of the wrong parameter, by a slip."""

from __future__ import annotations

from xlbp.auditing import findings as kinds
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.truth.gradients import relative
from xlbp.auditing.updates.reader import Update, UpdateReader


def copy_of_another(reader: UpdateReader, update: Update, usual: Update) -> Finding | None:
    """The copy is at fault, not the update that it copies, where another column holds this parameter's own update."""
    cells, parameter = reader.cells, update.parameter
    if not reader.takes_over(parameter) or update.step + 1 >= len(parameter.places):
        return None
    right = _own_update(reader, update, usual)
    if right is None:
        return None
    copy = parameter.places[update.step + 1].cell
    home = copy[0]
    words = f"{parameter.name} takes over {address(update.cell, home)}, which another parameter is to become"
    error = relative(cells.value(copy), cells.value(right))
    expected = f"={address(right, home)}"
    return Finding(kinds.WEIGHT, copy, cells.shown(copy), expected, words, error, [copy], ("copy", parameter.name))


def _own_update(reader: UpdateReader, update: Update, usual: Update) -> Cell | None:
    """The other cell of the row that has the usual update of this parameter."""
    table = reader.table
    for column in sorted(table.computing):
        cell = table.cell(column, update.step)
        if cell == update.cell or reader.cells.compiled(cell) is None:
            continue
        if reader.read(update.parameter, update.step, cell).exprs == usual.exprs:
            return cell
    return None
