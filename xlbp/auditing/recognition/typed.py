"""Numbers typed where a training computes: a loss, and what moves a parameter as the step's gradients move others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import is_loss, plain
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.recognition.moves import Move
from xlbp.auditing.recognition.training import Training

BESIDE = ((0, 1), (1, 0))  # where a label's number stands: to its right, or below it


def typed_loss(cells: Cells, sheet: str) -> Cell | None:
    """A number that a label calls the loss and that no formula takes or makes; None if there is none."""
    contents = cells.contents
    for label, text in contents.texts(sheet).items():
        for down, right in BESIDE if is_loss(plain(text)) else ():
            cell = (sheet, label[1] + down, label[2] + right)
            value = contents.cells.get(cell)
            if isinstance(value, int | float) and not isinstance(value, bool) and not cells.is_formula(cell):
                return cell
    return None


def moved_by_numbers(cells: Cells, training: Training, moves: Sequence[Move]) -> Iterator[tuple[Move, Cell]]:
    """The moves of a training's form and rate whose other part is made of typed numbers alone, with one of these."""
    own = {move.new for _, move in training.moves(0)}
    forms = {
        (compiled.shape, frozenset(move.others) & _typed(cells, move))
        for _, move in training.moves(0)
        if (compiled := cells.compiled(move.new)) is not None
    }
    for move in moves:
        compiled = cells.compiled(move.new)
        if move.proved or compiled is None or move.new in own or move.old in training.stops:
            continue
        rates = next((rates for shape, rates in forms if shape is compiled.shape and rates & {*move.others}), None)
        if rates is None or cells.is_formula(move.old):
            continue
        behind = list(cells.below(sorted({*move.others} - rates), lambda cell: False))
        typed = [cell for cell in behind if not cells.arguments(cell)]
        if typed and not training.stops & {*behind}:
            yield move, typed[0]


def _typed(cells: Cells, move: Move) -> frozenset[Cell]:
    return frozenset(cell for cell in move.others if not cells.is_formula(cell))
