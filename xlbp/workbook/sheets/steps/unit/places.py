"""Where everything stands on the sheet of a single unit: its columns, and its rows from top to bottom.

In a line a formula stands in symbols, then in numbers; in a list of terms stand what comes along an edge and the
edge's weight, first as symbols, then as numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlbp.workbook.sheets.steps.unit.layer_table import LayerTable
from xlbp.workbook.sheets.steps.unit.units import PRE, SUM, TARGET, Line

SYMBOL, FORMULA, TERM_VALUE, NUMBERS, VALUE, MEAN = range(2, 8)  # MEAN for batches only
# hidden: columns on the training sheet, readable texts of numbers, helper numbers, the table of the layers
AT, WEIGHT_AT, TEXT, WEIGHT_TEXT, SCALARS, TABLE = range(10, 16)
SCALAR_ROW = 3
DELTA_SYMBOL, DELTA_VALUE, DELTA_TEXT = AT, WEIGHT_AT, TEXT  # in the row of the gradients' headings


class Rows:
    """Bands, the lines above the lists, and the first line of each list, counted from top to bottom."""

    def __init__(self, table: LayerTable, first: int) -> None:
        self.sources, self.targets = table.most("sources"), table.most("targets")
        self.forward = max(len(kind.forward) for kind in table.kinds)
        self.backward = max(len(kind.backward) for kind in table.kinds)
        self.sum, self.bias, self.pre = first + 1, first + 2, first + 3
        self.incoming = self.pre + 1 + self.forward + 1  # below its headings
        back = self.incoming + self.sources + 1
        self.back = back + 1  # the line of what comes back, or of the target
        end = self.back + 1 + self.backward
        self.outgoing = end + 1 if self.targets else 0
        gradients = end + 1 + (self.targets + 1 if self.targets else 0)
        self.gradients = gradients + 2  # the line of the bias
        update = self.gradients + 1 + self.sources + 1
        self.rate = update + 1
        self.update = self.rate + 2  # the line of the bias
        self.last = self.update + self.sources
        self.bands = (first, back, gradients, update)

    def of_lines(self, forward: Sequence[Line], backward: Sequence[Line]) -> dict[str, int]:
        """The row of each quantity by its letters, for one kind of layer; what comes back, or the target, has one."""
        lines = [(self.pre, forward), (self.back, backward)]
        own = {line.letters: row + n for row, of_pass in lines for n, line in enumerate(of_pass, start=1)}
        return {PRE: self.pre, SUM: self.back, TARGET: self.back} | own
