"""Moves of numbers that hang on themselves only by what other moves have made: data, not parameters.

The residuals of a second epoch, ``=D4-B20``, are a target and something more, which is made from the target: but only
because the weights have been moved by it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.recognition.moves import Move
from xlbp.symbols.expr import Expr


def without_roundabout(cells: Cells, moves: Sequence[Move]) -> list[Move]:
    """The moves without those of numbers that no move makes, and none reaches but through cells that others make.

    What is written as those of parameters are that reach, and as far from its number, moves one by a slip: by another's
    gradient, or a typed one.
    """
    news = {move.new for move in moves if move.proved}
    begun: dict[Cell, list[Move]] = {}
    for move in moves:
        if move.proved and move.old not in news:
            begun.setdefault(move.old, []).append(move)
    doubted = {old: own for old, own in begun.items() if not _reaches_any(cells, own, news)}
    if not doubted:
        return list(moves)
    moved = {move.new for move in moves if move.proved and move.old not in doubted}
    sure = {_form(cells, move) for move in moves if move.proved and move.old in begun and move.old not in doubted}
    dropped = {
        old
        for old, own in doubted.items()
        if not sure.issuperset(_form(cells, move) for move in own) and not _reaches_any(cells, own, moved)
    }
    return [move for move in moves if move.old not in dropped]


def _form(cells: Cells, move: Move) -> tuple[Expr | None, tuple[bool, int, int]]:
    """What a move's formula is, wherever the cells stand that it takes, and how far it stands from its old value."""
    compiled = cells.compiled(move.new)
    return (None if compiled is None else compiled.shape), move.way


def _reaches_any(cells: Cells, moves: Iterable[Move], ends: Container[Cell]) -> bool:
    return any(_reaches(cells, move, ends) for move in moves)


def _reaches(cells: Cells, move: Move, ends: Container[Cell]) -> bool:
    """Whether what a move adds is made from the old value, not looking behind the ends."""

    def is_end(cell: Cell) -> bool:
        return cell == move.old or cell in ends

    starts = [cell for cell in move.others if cell not in ends]
    return move.old in cells.below(starts, is_end)
