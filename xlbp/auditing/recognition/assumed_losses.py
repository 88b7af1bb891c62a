"""Losses that no cell holds: what is compared in a step, a prediction with a target, says what is made small."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.recognition.losses import Explanation, explain
from xlbp.auditing.recognition.training import Training
from xlbp.symbols.expr import Expr

OUT_OF_BOOK = 2_000_000  # the first row in which losses are put that stand in no cell
MOST_PAIRS = 500
AND_MORE = "{} and {} more of each step"
NUDGE, EVEN = 1e-3, 1e-7  # by how much predictions are changed, and what is left of a bend by rounding
FORMS = {  # of a prediction {p} and a target {t}
    "half_squared_error": "({p}-{t})^2/2",
    "binary_cross_entropy": "-{t}*LN({p})-(1-{t})*LN(1-{p})",
}


@dataclass(frozen=True)
class Compared:
    """A prediction, and the target that it is compared with."""

    prediction: Cell
    target: Cell


def compared_in(cells: Cells, training: Training, step: int) -> list[Compared]:
    """The predictions and targets of a step: what is subtracted from each other, one of the two made by the step."""
    made = training.made_in(step)
    pairs: dict[Compared, None] = {}
    for cell in sorted(made):
        compiled = cells.compiled(cell)
        if compiled is None or len(pairs) > MOST_PAIRS:
            continue
        places = {name: reference.at(cell) for name, reference in compiled.slots}
        for node in _beyond_conditions(compiled.expr):
            if node.op == "sub" and all(arg.op == "ref" for arg in node.args):
                left, right = (places[str(arg.payload)] for arg in node.args)
                if (left in made) != (right in made) and not training.stops & {left, right}:
                    pair = Compared(left, right) if left in made else Compared(right, left)
                    pairs[pair] = None
    return list(pairs)


def _beyond_conditions(expr: Expr) -> Iterator[Expr]:
    """The parts of an expression that its value is made of, without those that only choose between others."""
    waiting, seen = [expr], {id(expr)}
    while waiting:
        node = waiting.pop()
        yield node
        for part in node.args[1:] if node.op == "if_positive" else node.args:
            if id(part) not in seen:
                seen.add(id(part))
                waiting.append(part)


def assumed(cells: Cells, training: Training) -> Iterator[Explanation]:
    """How losses of the usual forms explain the moves."""
    pairs = [compared_in(cells, training, step) for step in range(training.steps)]
    if not all(pairs):
        return
    for name, form in FORMS.items():
        losses = tuple(put(cells, each, form) for each in pairs)
        if any(map(math.isnan, map(cells.value, losses))) and not _are_errors(cells, pairs):
            continue  # what is compared is no probability
        first = pairs[0][0]
        sheet = first.prediction[0]
        text = f"{name}({address(first.prediction, sheet)}, {address(first.target, sheet)})"
        text = AND_MORE.format(text, len(pairs[0]) - 1) if len(pairs[0]) > 1 else text
        explained = explain(cells, training, losses, headed=False, text=text)
        if explained is not None:
            yield explained


def _are_errors(cells: Cells, pairs: list[list[Compared]]) -> bool:
    """Whether a prediction or a target is no number itself, as where a training has diverged."""
    compared = (cell for each in pairs for pair in each for cell in (pair.prediction, pair.target))
    return any(map(math.isnan, map(cells.value, compared)))


def put(cells: Cells, pairs: list[Compared], form: str) -> Cell:
    """A cell outside of every sheet that holds the loss of a step."""
    home = (pairs[0].prediction[0], OUT_OF_BOOK + len(cells.contents.formulas), 0)
    terms = (form.format(p=address(pair.prediction), t=address(pair.target)) for pair in pairs)
    cells.contents.formulas[home] = "=" + "+".join(terms)
    return home


def is_flat(cells: Cells, training: Training) -> bool:
    """Whether what is compared with the targets has no slope anywhere: a step function, as a perceptron's."""
    for step in training.sampled_steps:
        for pair in compared_in(cells, training, step):
            adjoints = cells.adjoints(pair.prediction, training.stops)
            if any(adjoints[old].value for old in training.stops & adjoints.keys()):
                return False
    return bool(compared_in(cells, training, 0))


def is_rounded(cells: Cells, training: Training) -> bool:
    """Whether a formula on the way to what is compared with the targets rounds."""
    predictions = [pair.prediction for pair in compared_in(cells, training, 0)]
    compiled = map(cells.compiled, cells.below(predictions, training.stops.__contains__))
    return any(each.rounds for each in compiled if each is not None)


def unread_behind(cells: Cells, training: Training) -> Cell | None:
    """The first formula on the way to what is compared with the targets that can't be read; None where all can."""
    predictions = [pair.prediction for pair in compared_in(cells, training, 0)]
    behind = cells.below(predictions, training.stops.__contains__)
    return next((cell for cell in behind if cell in cells.unreadable), None)


def is_linear(cells: Cells, training: Training, loss: Cell | None) -> bool:
    """Whether a cell goes evenly with the predictions, as a mean error does that is not squared: it is no loss.

    Where nothing is predicted it is the parameters that it may go evenly with, as a balance does.
    """
    if loss is None:
        return False
    predictions = [pair.prediction for pair in compared_in(cells, training, 0)]
    moved = predictions or [move.old for _, move in training.moves(0)]

    def worth(step: float) -> float:
        changes = {cell: cells.value(cell) + step * (cells.value(cell) or 1.0) for cell in moved}
        return cells.changed(loss, changes)

    here, bend = worth(0.0), worth(NUDGE) + worth(-NUDGE) - 2 * worth(0.0)
    slope = abs(worth(NUDGE) - here)
    return abs(bend) <= EVEN * max(slope, 1e-300)
