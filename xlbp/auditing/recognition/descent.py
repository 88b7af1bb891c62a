"""Whether a training goes down a loss, though it follows none of its derivatives exactly: a slip is in all of them."""

from __future__ import annotations

import math

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.recognition.carriers import change
from xlbp.auditing.recognition.training import Training

LEAST = 4  # moves by which a direction is told: of fewer, some go the same way by chance
ALONG = 0.8  # the cosine of the angle to the way straight down


def goes_downhill(cells: Cells, training: Training, loss: Cell | None) -> bool:
    """Whether the first moves of all parameters together go nearly straight down the loss."""
    adjoints = cells.adjoints(loss, training.stops) if loss is not None else {}
    pairs = [(change(cells, move), adjoints[move.old].value) for _, move in training.moves(0) if move.old in adjoints]
    if len(pairs) < max(LEAST, len(training.threads)):
        return False
    lengths = math.hypot(*(moved for moved, _ in pairs)) * math.hypot(*(slope for _, slope in pairs))
    return bool(lengths) and -sum(moved * slope for moved, slope in pairs) > ALONG * lengths
