"""A layer over the steps of a sequence: a column for each step, with arrows where one step goes on into the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from os.path import commonprefix

from xlbp.symbols.expr import names_in
from xlbp.template.blocks.block import Axis, Shape
from xlbp.template.layer import Layer, Node
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.sheets.network.grids import BACKWARD, FORWARD, Grids, family_of

MOST_STEPS = 16  # that are shown; the training sheet has all of them
STRIDE = 3  # columns of a step: a value, its derivative, an arrow


@dataclass(frozen=True)
class Track:
    """What one unit has at each step."""

    label: str
    cells: tuple[Quantity, ...]
    is_carried: bool = True  # whether a step may hand it on to the next one
    look: str = FORWARD


def is_sequence(shape: Shape) -> bool:
    """Whether something goes over steps, with the features of each."""
    return shape.axes == (Axis.STEP, Axis.UNIT)


def tracks_of(contents: Contents, layer: Layer, mark: str) -> list[Track]:
    """Every unit of what a layer passes on, block by block; of a recurrent one also its gates and its memory."""
    return [track for node in layer.nodes for track in _tracks_of_node(contents, layer, node, mark)]


def _tracks_of_node(contents: Contents, layer: Layer, node: Node, mark: str) -> Iterator[Track]:
    for tensor in layer.network.tensors_of(node):
        shape = Shape(tensor.shape)
        if tensor.letter in node.block.pictured(*layer.network.inputs_of(node)) and is_sequence(shape):
            called = family_of(contents, layer, tensor, tensor.symbol.replace("{unit}", "") or tensor.letter)
            elements = tensor.elements(layer.number, mark)
            yield from tracks(elements, shape, called, not node.block.couples, is_numbered=False)


def tracks(
    elements: Sequence[Quantity], shape: Shape, called: str, is_carried: bool = True, is_numbered: bool = True
) -> Iterator[Track]:
    """The units of a tensor, each over the steps: ``h[2]``; a single one need not be numbered."""
    steps, units = shape
    for unit in range(units):
        cells = tuple(elements[step * units + unit] for step in range(min(steps, MOST_STEPS)))
        yield Track(f"{called}[{unit + 1}]" if units > 1 or is_numbered else called, cells, is_carried)


def named_by_steps(contents: Contents, shown: list[Track]) -> list[Track]:
    """The tracks with the source's symbols: ``x1`` of x1_1 and x1_2, where these tell them apart."""
    names = [commonprefix([contents.bare_symbol(name) for name in track.cells]).rstrip("_[,(") for track in shown]  # noqa: RUF071 - no paths
    if len({*names}) < len(names) or not all(names):
        return shown
    return [replace(track, label=name) for track, name in zip(shown, names, strict=True)]


def users_of(contents: Contents) -> dict[str, set[str]]:
    """By each quantity, the columns whose formulas refer to it."""
    users: dict[str, set[str]] = {}
    for column in contents.program.columns:
        for name in names_in(column.expr):
            users.setdefault(name, set()).add(column.name)
    return users


class Unrolled:
    """Puts tracks on a page, from a column on, under the steps' headings."""

    def __init__(self, grids: Grids, column: int) -> None:
        self.grids, self.column = grids, column
        self.users = grids.lens.contents.worked_out(users_of)
        self.cells: dict[Quantity, tuple[int, int]] = {}  # where each value stands

    def width(self, steps: int) -> int:
        """How many columns so many steps take."""
        return STRIDE * min(steps, MOST_STEPS)

    def put_headings(self, row: int, tracks: Sequence[Track]) -> None:
        """``step 1`` over each step, and over the derivatives, if there are any, what they are."""
        texts, objective = self.grids.lens.contents.texts, self.grids.lens.contents.objective
        symbol = self.grids.lens.contents.symbol(objective)
        has_gradients = self.grids.have([[name.gradient for name in track.cells] for track in tracks])
        for step in range(len(tracks[0].cells)):
            left = self.column + STRIDE * step
            self.grids.page.text(row, left, texts("network.step", number=step + 1), "column")
            if has_gradients:
                self.grids.page.text(row, left + 1, f"∂{symbol}/∂", "column")

    def put(self, row: int, tracks: Sequence[Track]) -> int:
        """The headings, and a row for each track; returns the row after them."""
        self.put_headings(row, tracks)
        row += 1
        for track in tracks:
            self.grids.page.text(row, self.column - 1, track.label, "label")
            for step, name in enumerate(track.cells):
                self.put_step(row, step, name, track)
            row += 1
        return row

    def put_step(self, row: int, step: int, name: Quantity, track: Track) -> None:
        """A value, the derivative by it, and an arrow if the next step of its layer uses it."""
        left = self.column + STRIDE * step
        self.cells[name] = (row, left)
        self.grids.put(row, left, [[name]], track.look)
        self.grids.put(row, left + 1, [[name.gradient]], BACKWARD)
        later = track.cells[step + 1 :]
        if track.is_carried and later and self.goes_on(name, later[0]):
            self.grids.page.text(row, left + 2, "→", "arrow")

    def goes_on(self, name: Quantity, following: Quantity) -> bool:
        """Whether what belongs to the step of the following element, in the same layer, refers to this one."""
        quantity = self.grids.lens.model.quantity
        users = map(quantity, self.users.get(name, ()))
        return any(
            user.block == name.block and user.of is None and user.indices[:1] == following.indices[:1] for user in users
        )
