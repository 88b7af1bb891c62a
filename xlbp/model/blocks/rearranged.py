"""What has no mathematics: the cells of the layers before, in another order."""

from __future__ import annotations

import numpy as np

from xlbp.model.cells import Cells, Grid
from xlbp.template.blocks.rearranged import Concat, Flatten


def flatten(cells: Cells, block: Flatten, x: Grid) -> Grid:
    """All cells in a row: channel after channel, row after row, column after column."""
    return {s: x[s].reshape(-1) for s in cells.marks}


def concat(cells: Cells, block: Concat, *inputs: Grid) -> Grid:
    """The features, or the channels, of all inputs side by side."""
    return {s: np.concatenate([x[s] for x in inputs], axis=cells.feature_axis) for s in cells.marks}
