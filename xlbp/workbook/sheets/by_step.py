"""How far the gradient reaches back in time: at each step the length of the derivative by a recurrent layer's states.

The chosen iteration and sample are shown, as on the other sheets.
"""

from __future__ import annotations

import math
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
    """The cells of a line: its layer, its first and last row, and the column of the steps; lengths stand beside.

    ``states`` is what the source calls the states.
    """

    layer: int
    states: str
    first: int
    last: int
    column: int


def put_profiles(page: Page, contents: Contents, facts: Facts, row: int, column: int) -> list[Profile]:
    """The numbers of each recurrent layer's line, two columns each, from a cell on."""
    profiles = []
    lens = Lens(contents, facts)
    for layer in contents.template.model.layers:
        for node in layer.nodes:
            steps = [step for step in _states(layer, node, lens.mark) if contents.has(step[0].gradient)]
            if len(steps) > 1 and len(steps[0]) <= MOST_UNITS:
                _put(page, lens, steps, row, column)
                states = contents.family_symbol([state for step in steps for state in step], f"h{layer.number}")
                profiles.append(Profile(layer.number, states, row, row + len(steps) - 1, column))
                column += 2
    return profiles


def _states(layer: Layer, node: Node, mark: str) -> list[list[Quantity]]:
    """The states of each step of a recurrent block."""
    if not isinstance(node.block, Recurrent):
        return []
    states = node.block.output(*layer.network.inputs_of(node)).elements(layer.number, mark)
    steps: dict[int, list[Quantity]] = {}
    for state in states:
        steps.setdefault(state.indices[0], []).append(state)
    return list(steps.values())


def _put(page: Page, lens: Lens, steps: list[list[Quantity]], row: int, column: int) -> None:
    """The number of each step, and the length of the derivative by its states."""
    for offset, states in enumerate(steps):
        gradients = [state.gradient for state in states]
        values = [lens.value(name) for name in gradients]
        length = math.nan if None in values else math.sqrt(sum(value * value for value in values if value is not None))
        squares = ",".join(map(lens.formula, gradients))
        size = max(map(lens.size, gradients))
        page.number(row + offset, column, float(states[0].indices[0]))
        page.live(row + offset, column + 1, f"MAX(SQRT(SUMSQ({squares})),{FLOOR})", max(length, FLOOR), "small", size)
