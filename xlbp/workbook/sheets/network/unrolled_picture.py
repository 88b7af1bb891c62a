"""A recurrent layer drawn step by step: inputs at the bottom, the layer in the middle, what it passes on at the top.

Two lanes run through the steps of an LSTM: its memory above, what it passes on below.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.template.blocks.block import Axis
from xlbp.template.blocks.recurrent import Recurrent
from xlbp.template.layer import Layer, Node
from xlbp.template.quantity import Quantity, quantity
from xlbp.workbook.sheets.network.unrolled import STRIDE, Unrolled

MOST_STEPS = 8
UP, ON = "↑", "→"


@dataclass(frozen=True)
class UnrolledPicture:
    """Puts the drawing of one layer on a page, over the columns of its steps."""

    unrolled: Unrolled
    layer: Layer
    node: Node
    block: Recurrent

    @property
    def steps(self) -> int:
        """How many steps are drawn."""
        return min(self.block.steps(self.layer.network.inputs_of(self.node)[0]), MOST_STEPS)

    @property
    def lanes(self) -> tuple[str, ...]:
        """The letters of what goes on from step to step."""
        return tuple(self.block.states)

    def put(self, row: int) -> int:
        """The steps side by side; returns the row after them."""
        for step in range(1, self.steps + 1):
            self.put_step(row, step)
        top = row + 2
        start = self.layer.network.parameters_of(self.node)
        for offset, lane in enumerate(self.lanes):
            place = top + (offset if len(self.lanes) == 1 else 2 * offset)
            letter = self.block.states[lane]
            names = [each.elements(self.layer.number)[0] for each in start if each.letter == letter]
            if names:
                label = f"{self.unrolled.grids.lens.symbol(names[0])} {ON}"
                self.unrolled.grids.page.text(place, self.unrolled.column - 1, label, "label")
        return row + self.height + 1

    @property
    def height(self) -> int:
        """How many rows a step takes."""
        return 2 + (3 if len(self.lanes) > 1 else 2) + 2

    def put_step(self, row: int, step: int) -> None:
        """What is passed on, the layer with its lanes and gates, and the input."""
        grids, left = self.unrolled.grids, self.unrolled.column + STRIDE * (step - 1)
        page = grids.page
        self.put_box(row, left, self.symbol("a", step), "node")
        page.text(row + 1, left, UP, "arrow")
        rows = [self.symbol(lane, step) for lane in self.lanes]
        gates = ", ".join(self.symbol(gate, step) for gate in self.block.gates if gate)
        body = [rows[0], gates, *rows[1:]] if len(rows) > 1 else [rows[0], gates or self.kind]
        for offset, text in enumerate(body):
            is_lane = text in rows
            self.put_box(row + 2 + offset, left, text, "box" if is_lane else "gates")
            if is_lane and step < self.steps:
                page.text(row + 2 + offset, left + 2, ON, "arrow")
        bottom = row + 2 + len(body)
        page.text(bottom, left, UP, "arrow")
        self.put_box(bottom + 1, left, self.inputs(step), "target")

    def put_box(self, row: int, left: int, text: str, look: str) -> None:
        """A box over the two columns of a step."""
        page = self.unrolled.grids.page
        for column in (left, left + 1):
            page.text(row, column, text if column == left else "", look)
        page.merge(row, left, 2)

    @property
    def kind(self) -> str:
        """What the layer is called."""
        return self.unrolled.grids.lens.contents.called_kind(self.block.kind)

    def symbol(self, letter: str, step: int) -> str:
        """What the first unit of a letter is called at a step; of several units so many dots."""
        lens = self.unrolled.grids.lens
        name = quantity(letter, self.layer.number, (step, 1), lens.mark)
        return lens.symbol(name) + (" …" if self.block.units > 1 else "")

    def inputs(self, step: int) -> str:
        """What comes in at a step."""
        network, lens = self.layer.network, self.unrolled.grids.lens
        shape = network.inputs_of(self.node)[0]
        width = shape.extent(Axis.UNIT)
        elements: tuple[Quantity, ...] = network.passed(self.node.inputs[0], lens.mark, in_row=network.stored)
        names = [lens.symbol(name) for name in elements[(step - 1) * width : step * width]]
        return ", ".join(names[:2]) + (" …" if len(names) > 2 else "")
