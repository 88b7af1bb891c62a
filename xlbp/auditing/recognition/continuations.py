"""Steps that do not go on from the step before, laid behind those that they should continue.

A parameter that was typed anew, or that takes an older value, begins a thread of its own.  Where it stands in its
step's place, as far from the first step as the step's other parameters, it is the next step of the same parameter.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import is_numeric
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.recognition.graph import Graph
from xlbp.auditing.recognition.moves import Move
from xlbp.auditing.recognition.threads import Thread
from xlbp.auditing.recognition.training import Shift, Training


def continued(cells: Cells, graph: Graph, found: Iterable[Training]) -> list[Training]:
    """The trainings, each with the threads that go on where its own ones break off."""
    waiting = sorted(found, key=lambda training: (-training.steps, training.threads[0].start))
    whole = _with_later_steps(cells, graph, waiting)
    free = {thread.start: thread for training in whole for thread in training.threads}
    taken: set[Cell] = set()
    mended = [_mended(cells, graph, training, free, taken) for training in whole]
    left = [[t for t in training.threads if t.start not in taken] for training in mended]
    return [
        training if len(threads) == len(training.threads) else Training(cells, graph, threads)
        for training, threads in zip(mended, left, strict=True)
        if threads
    ]


def _mended(cells: Cells, graph: Graph, training: Training, free: dict[Cell, Thread], taken: set[Cell]) -> Training:
    """A training whose shorter threads go on in the threads that stand in their places."""
    threads = []
    for thread in training.threads:
        longer = thread
        while len(longer.moves) < training.steps and thread.start not in taken:
            following = _following(cells, training, longer, free)
            if following is None:
                break
            taken.update(move.old for move in following if move.old in free)
            longer = Thread((*longer.moves, *following))
        threads.append(longer)
    is_same = all(a is b for a, b in zip(threads, training.threads, strict=True))
    return training if is_same else Training(cells, graph, threads)


def _following(cells: Cells, training: Training, thread: Thread, free: dict[Cell, Thread]) -> tuple[Move, ...] | None:
    """The moves that stand where a thread should go on.

    The first may be a number that was typed for a new value, or one that is made from an older value.
    """
    step = len(thread.moves)
    old = training.shift(step).of(thread.start)
    if old in free and len(free[old].moves) <= training.steps - step:
        return free[old].moves
    new = training.shift(step).of(thread.moves[0].new)
    is_typed = is_numeric(cells, new) and not cells.is_formula(new)
    if is_typed and is_numeric(cells, old):
        return (Move(old, new, (), proved=False),)
    later = training.shift(step + 1).of(thread.start) if step + 1 < training.steps else None
    is_left = is_numeric(cells, old) and later in free and len(free[later].moves) < training.steps - step
    return (Move(old, later, (), proved=False), *free[later].moves) if later is not None and is_left else None


def _with_later_steps(cells: Cells, graph: Graph, trainings: list[Training]) -> list[Training]:
    """The trainings; one whose every parameter goes on from an older step of another is laid behind that."""
    whole: list[Training] = []
    waiting = sorted(trainings, key=lambda training: training.threads[0].start)
    while waiting:
        training = waiting.pop(0)
        longer: Training | None = training
        while longer is not None:
            training, longer = longer, None
            for other in waiting:
                longer = _with_next(cells, graph, training, other)
                if longer is not None:
                    waiting.remove(other)
                    break
        whole.append(training)
    return whole


def _with_next(cells: Cells, graph: Graph, training: Training, other: Training) -> Training | None:
    """A training with another one laid behind it; None where that does not go on from it."""
    if _goes_on(cells, graph, training, other):
        pairs = zip(training.threads, other.threads, strict=True)
        return Training(cells, graph, [Thread((*a.moves, *b.moves)) for a, b in pairs])
    if _is_typed_next(cells, training, other):
        (before,), (after,) = training.threads, other.threads
        typed = Move(before.moves[-1].new, after.start, (), proved=False)
        return Training(cells, graph, [Thread((*before.moves, typed, *after.moves))])
    return None


def _is_typed_next(cells: Cells, training: Training, other: Training) -> bool:
    """Whether the only parameter of another training is a number typed where this one's next value should stand.

    What else stands beside it goes on from the step before, as a counter does: that number begins nothing anew.
    """
    if len(training.threads) != 1 or len(other.threads) != 1 or cells.is_formula(other.threads[0].start):
        return False
    last, start = training.threads[0].moves[-1], other.threads[0].start
    apart = Shift.between(last.old, last.new)
    is_alike = cells.compiled(last.new) == cells.compiled(other.threads[0].moves[0].new)
    if not is_alike or apart.sheet or apart.of(last.new) != start or (apart.down == 0) == (apart.right == 0):
        return False
    line: Literal[1, 2] = 1 if apart.down else 2
    beside = (cell for cell in cells.contents.formulas if (cell[0], cell[line]) == (start[0], start[line]))
    back = Shift("", -apart.down, -apart.right)
    return any(back.of(cell) in cells.arguments(cell) for cell in beside)


def _goes_on(cells: Cells, graph: Graph, training: Training, other: Training) -> bool:
    """Whether another training stands where this one's next step should, and takes values of its older steps."""
    alike = len(training.threads) == len(other.threads) and len({len(t.moves) for t in training.threads}) == 1
    if not alike or training.steps < 2:
        return False
    before = training.shift(training.steps - 1)
    apart = Shift.between(training.threads[0].olds[-2], training.threads[0].olds[-1])
    known = {in_step for thread in training.threads for move in thread.moves for in_step in (move.old, move.new)}
    for thread, later in zip(training.threads, other.threads, strict=True):
        there = Shift.between(thread.olds[-1], later.start)
        is_next = _sheet_after(cells, thread.olds[-1]) == later.start[0] if apart.sheet else there == apart
        is_next = is_next and (there.down, there.right) == (apart.down, apart.right)
        if not is_next or graph.source(later.start) not in known or before == Shift("", 0, 0):
            return False
    return True


def _sheet_after(cells: Cells, cell: Cell) -> str:
    """The sheet that follows a cell's own in the book; '' after the last."""
    sheets = list(cells.contents.sheets)
    at = sheets.index(cell[0]) + 1 if cell[0] in sheets else len(sheets)
    return sheets[at] if at < len(sheets) else ""
