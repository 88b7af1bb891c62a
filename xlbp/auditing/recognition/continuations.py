"""Steps that do not go on from the step before, laid behind those that they should continue.

A parameter that was typed anew, or that takes an older value, begins a thread of its own.  Where it stands in its
step's place, as far from the first step as the step's other parameters, it is the next step of the same parameter.
"""

from __future__ import annotations

from collections.abc import Iterable

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
        following = next((other for other in waiting if _goes_on(cells, graph, training, other)), None)
        while following is not None:
            waiting.remove(following)
            pairs = zip(training.threads, following.threads, strict=True)
            training = Training(cells, graph, [Thread((*a.moves, *b.moves)) for a, b in pairs])
            following = next((other for other in waiting if _goes_on(cells, graph, training, other)), None)
        whole.append(training)
    return whole


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
