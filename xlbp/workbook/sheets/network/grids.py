"""Tensors as grids of live numbers, for both sheets of matrices: how one is laid out, and how it is put on a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from xlbp.template.blocks.block import Parameter, Role, Tensor
from xlbp.template.layer import Layer
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page

Grid: TypeAlias = Sequence[Sequence[Quantity | None]]  # row by row; None stays empty
FORWARD, BACKWARD = "node value", "node delta"  # looks
MOST_COLUMNS = 40  # of a grid; what stands further right is left out
MATRIX = 2  # the rank of one


@dataclass(frozen=True)
class Band:
    """A tensor's grids, one under the other, each with a title of its own."""

    title: str
    grids: tuple[tuple[str, Grid], ...]

    @property
    def width(self) -> int:
        """How many columns it takes, two at least for its title."""
        return max(2, *(len(row) for _, grid in self.grids for row in grid))

    @property
    def gradients(self) -> Band:
        """The same of the derivatives of the loss."""
        return Band(self.title, tuple((title, gradients(grid)) for title, grid in self.grids))


@dataclass(frozen=True)
class Grids:
    """Puts grids on a page; ``formula`` fetches a quantity.  What the book does not have stays empty."""

    page: Page
    lens: Lens
    formula: Callable[[str], str]
    widest: int = 18  # columns of tensors side by side; more go below

    def have(self, grid: Grid) -> bool:
        """Whether the book has any number of a grid."""
        return any(name is not None and self.lens.contents.has(name) for row in grid for name in row)

    def put(self, row: int, column: int, grid: Grid, look: str) -> None:
        """The numbers of a grid, from its corner on."""
        for down, names in enumerate(grid):
            for across, name in enumerate(names):
                if name is not None and self.lens.contents.has(name):
                    self.put_number(row + down, column + across, name, look)

    def put_number(self, row: int, column: int, name: str, look: str) -> None:
        """A live quantity."""
        self.page.live(row, column, self.formula(name), self.lens.value(name), look, self.lens.size(name))

    def put_bands(self, row: int, column: int, bands: Sequence[Band]) -> tuple[int, int]:
        """Tensors side by side and their derivatives under them; returns the row and the column after them."""
        last = column
        for line in self.lines_of(bands):
            after = row
            for look, shown in ((FORWARD, line), (BACKWARD, [band.gradients for band in line])):
                top, left = after, column
                for band in shown:
                    after = max(after, self.put_band(top, left, band, look))
                    left += band.width + 1
                last = max(last, left)
            row = after
        return row + 1, last

    def lines_of(self, bands: Sequence[Band]) -> list[list[Band]]:
        """The tensors that stand side by side, line by line."""
        lines: list[list[Band]] = [[]]
        for band in bands:
            width = sum(other.width + 1 for other in lines[-1])
            if lines[-1] and width + band.width > self.widest:
                lines.append([])
            lines[-1].append(band)
        return lines

    def put_band(self, row: int, column: int, band: Band, look: str) -> int:
        """A tensor's title, and its grids that the book has numbers of; returns the row after it."""
        present = [(title, grid) for title, grid in band.grids if self.have(grid)]
        if not present:
            return row
        objective = self.lens.contents.symbol(self.lens.contents.objective)
        for title, grid in present:
            shown = f"{band.title}{title}"
            self.page.text(row, column, f"∂{objective}/∂{shown}" if look == BACKWARD else shown, "symbol")
            self.put(row + 1, column, grid, look)
            row += len(grid) + 2
        return row


def gradients(grid: Grid) -> Grid:
    """The derivatives of the loss by the numbers of a grid."""
    return [[name.gradient if name is not None else None for name in row] for row in grid]


def planes(elements: Sequence[Quantity]) -> list[tuple[str, Grid]]:
    """A tensor for one sample: a number, a column, a matrix, or a matrix for each of its first indices."""
    rank = len(elements[0].indices)
    if rank < MATRIX:
        return [("", [[name] for name in elements])]
    return [
        (f"[{','.join(map(str, first))},·,·]" if first else "", _matrix(list(plane)))
        for first, plane in groupby(elements, key=lambda name: name.indices[:-MATRIX])
    ]


def _matrix(elements: Sequence[Quantity]) -> Grid:
    rows = (list(row) for _, row in groupby(elements, key=lambda name: name.indices[-MATRIX]))
    return [row[:MOST_COLUMNS] for row in rows]


def bands_of(contents: Contents, layer: Layer, marks: Sequence[str]) -> list[Band]:
    """Every tensor of a layer that is not dense, node after node, for one sample or for several."""
    network = layer.network
    tensors = [tensor for node in layer.nodes for tensor in (*network.parameters_of(node), *network.tensors_of(node))]
    return [Band(title_of(contents, layer, each), tuple(_grids_of(each, layer.number, marks))) for each in tensors]


def title_of(contents: Contents, layer: Layer, tensor: Tensor) -> str:
    """What a tensor is called: a parameter by its letter, with the gates to which its rows belong; else by its family.

    Shared parameters go by the layer whose own they are.
    """
    elements = tensor.elements(layer.number)
    if not isinstance(tensor, Parameter):
        return family_of(contents, layer, tensor, tensor.title(layer.number))
    if tensor.role is Role.START and (word := f"network.{tensor.letter}") in contents.texts.words:
        return contents.texts(word)
    title = contents.whole_symbol(elements, elements[0].tensor if tensor.home else tensor.title(layer.number))
    tensors = {each.letter: each for node in layer.nodes for each in layer.network.tensors_of(node)}
    gates = [family_of(contents, layer, tensors[gate], gate) if gate in tensors else gate for gate in tensor.gates]
    return f"{title} ({', '.join(gates)})" if len(gates) > 1 else title


def family_of(contents: Contents, layer: Layer, tensor: Tensor, ours: str) -> str:
    """What the elements of a tensor are called together in the source's symbols, or else ``ours``."""
    mark = "" if isinstance(tensor, Parameter) else contents.network.marks[0]
    return contents.family_symbol(tensor.elements(layer.number, mark), ours)


def _grids_of(tensor: Tensor, number: int, marks: Sequence[str]) -> list[tuple[str, Grid]]:
    """The grids of a tensor: a row for each of several samples, or of a matrix grids for each of them."""
    if isinstance(tensor, Parameter) or len(marks) == 1:
        return planes(tensor.elements(number, marks[0]))
    samples = [tensor.elements(number, mark) for mark in marks]
    if len(tensor.shape) < MATRIX:
        return [("", [elements[:MOST_COLUMNS] for elements in samples])]
    return [
        (f"{title} ({place})", grid)
        for place, elements in enumerate(samples, start=1)
        for title, grid in planes(elements)
    ]
