"""How far the gradient reaches back in time: at each step the length of the derivative by a recurrent layer's states.

An LSTM has two kinds of states, its memory and what it passes on, and a line for each.

The chosen iteration and sample are shown, as on the other sheets.
"""

from __future__ import annotations

import math
from itertools import chain
from typing import NamedTuple

from xlbp.template.blocks.recurrent import Recurrent
from xlbp.template.layer import Layer, Node
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page

FLOOR = 1e-16  # what a logarithmic axis shows of 0
MOST_UNITS = 100  # whose squares one formula adds


class Profile(NamedTuple):
    """The cells of a layer's lines: their first and last row, and the column of the steps; lengths stand beside.

    ``states`` is what the source calls the states, those of a line each.
    """

    layer: int
    states: tuple[str, ...]
    first: int
    last: int
    column: int


def put_profiles(page: Page, contents: Contents, facts: Facts, row: int, column: int) -> list[Profile]:
    """The numbers of each recurrent layer's lines, from a cell on: a column of the steps, and one for each line."""
    profiles = []
    lens = Lens(contents, facts)
    for layer in contents.template.model.layers:
        for node in layer.nodes:
            lines = _lines(layer, node, lens)
            if lines:
                for number, state in enumerate(lines[0]):
                    page.number(row + number, column, float(state[0].indices[0]))
                for offset, line in enumerate(lines, start=1):
                    _put(page, lens, line, row, column + offset)
                symbols = tuple(contents.family_symbol([*chain(*line)], f"h{layer.number}") for line in lines)
                profiles.append(Profile(layer.number, symbols, row, row + len(lines[0]) - 1, column))
                column += 1 + len(lines)
    return profiles


def _lines(layer: Layer, node: Node, lens: Lens) -> list[list[list[Quantity]]]:
    """For each kind of state of a recurrent block, what it passes on first, the states of each step with a gradient."""
    if not isinstance(node.block, Recurrent):
        return []
    tensors = {tensor.letter: tensor for tensor in layer.network.tensors_of(node)}
    lines = []
    for letter in reversed(tuple(node.block.states)):
        steps: dict[int, list[Quantity]] = {}
        for state in tensors[letter].elements(layer.number, lens.mark):
            if lens.contents.has(state.gradient):
                steps.setdefault(state.indices[0], []).append(state)
        lines.append(list(steps.values()))
    return [line for line in lines if 1 < len(line) == len(lines[0]) and len(line[0]) <= MOST_UNITS]


def _put(page: Page, lens: Lens, line: list[list[Quantity]], row: int, column: int) -> None:
    """The length of the derivative by the states of each step."""
    for offset, states in enumerate(line):
        gradients = [state.gradient for state in states]
        values = [lens.value(name) for name in gradients]
        length = math.nan if None in values else math.sqrt(sum(value * value for value in values if value is not None))
        squares = ",".join(map(lens.formula, gradients))
        size = max(map(lens.size, gradients))
        page.live(row + offset, column, f"MAX(SQRT(SUMSQ({squares})),{FLOOR})", max(length, FLOOR), "small", size)
