"""In which row each part of the step sheet of a single unit stands."""

from __future__ import annotations

from collections.abc import Sequence

from xlbp.workbook.sheets.steps.layer_table import LayerTable
from xlbp.workbook.sheets.steps.unit_lines import PRE, SUM, TARGET, Line


class Places:
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

    def forward_rows(self, lines: Sequence[Line]) -> dict[str, int]:
        """The row of each quantity by its letters, for one kind of layer."""
        return {PRE: self.pre} | {line.letters: self.pre + n for n, line in enumerate(lines, start=1)}

    def backward_rows(self, lines: Sequence[Line]) -> dict[str, int]:
        """The same below; the first line holds what comes back, or the target."""
        own = {line.letters: self.back + n for n, line in enumerate(lines, start=1)}
        return {SUM: self.back, TARGET: self.back} | own
