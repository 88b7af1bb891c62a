"""One step of training, laid out as blocks: a word, and the matrix or number that stands below it or to its right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import (
    TOTAL,
    Named,
    claim,
    is_elsewhere,
    is_gain,
    is_loss,
    names_quantity,
    plain,
    updated,
)
from xlbp.auditing.claims.layout import Layout, LayoutKind, Parameter, Place, is_numeric, is_signed_error, reaches
from xlbp.auditing.reading.syntax import Cell

LARGEST = 200  # rows or columns of a block
Labels: TypeAlias = Mapping[Cell, str]  # the texts of a sheet, without what differs only in writing


@dataclass(frozen=True)
class Block:
    """A labelled rectangle of numbers, row by row."""

    label: str
    rows: tuple[tuple[Cell, ...], ...]
    is_typed: bool  # whether its numbers are plain ones, as parameters are

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.rows[0])

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells, row by row."""
        return tuple(cell for row in self.rows for cell in row)


@dataclass(frozen=True)
class LabelledLoss:
    """A cell that holds a loss, and the label that says so."""

    label: Cell
    cell: Cell


def labels_of(cells: Cells, sheet: str) -> Labels:
    """The texts of a sheet by their cells."""
    return {cell: plain(value) for cell, value in cells.contents.texts(sheet).items() if plain(value)}


def labelled_blocks(cells: Cells, sheet: str) -> Layout | None:
    """Pairs of labelled blocks, one said to be the gradient of the other; None if there are none."""
    labelled = LabelledSheet(cells, labels_of(cells, sheet))
    parameters: dict[str, Parameter] = {}
    loss_name = ""
    for cell, said in sorted(labelled.claims.items()):
        places = labelled.places(cell)
        if places and said.to not in parameters:
            parameters[said.to] = Parameter(said.to, places)
            loss_name = loss_name or said.of
    if not parameters:
        return None
    layout = Layout(LayoutKind.LABELS, sheet, tuple(parameters.values()), loss_name=loss_name)
    layout = replace(layout, new_values=dict(labelled.new_values(layout.parameters)))
    loss = loss_among(cells, labelled.labels, layout, loss_name)
    return replace(layout, losses=(loss.cell,), loss_name=labelled.labels[loss.label]) if loss else layout


class LabelledSheet:
    """The labels of a sheet, what they claim, and their blocks of numbers, each read when first asked for."""

    def __init__(self, cells: Cells, labels: Labels) -> None:
        self.cells, self.labels = cells, labels
        self.claims = {cell: said for cell, text in labels.items() if (said := claim(text))}
        self._named = Named({cell: labels[cell] for cell in sorted(labels)})
        self._blocks: dict[Cell, Block | None] = {}

    def places(self, cell: Cell) -> tuple[Place, ...]:
        """The elements of the parameter whose gradient the label in this cell claims; none where a block is missing."""
        gradient = self.block(cell)
        if gradient is None:
            return ()
        names = (name for name in self._named.every(self.claims[cell].to) if name not in self.claims)
        blocks = (block for name in names if (block := self.block(name)) is not None and block.is_typed)
        pairs = (_paired(block, gradient) for block in blocks)
        return next((places for places in pairs if places), ())

    def new_values(self, parameters: tuple[Parameter, ...]) -> Iterator[tuple[str, tuple[Cell, ...]]]:
        """The blocks said to be what parameters become, of the same number of cells."""
        named = Named({number: parameter.name for number, parameter in enumerate(parameters)})
        for cell, text in sorted(self.labels.items()):
            for number in named.every(updated(text)) if updated(text) else ():
                block = self.block(cell)
                if block is not None and len(block.cells) == len(parameters[number].places):
                    yield parameters[number].name, block.cells

    def block(self, label: Cell) -> Block | None:
        """The numbers below a label, or else to its right, up to a blank or another label."""
        if label not in self._blocks:
            sheet, row, column = label
            corners = ((sheet, row + 1, column), (sheet, row, column + 1))
            corner = next((corner for corner in corners if is_numeric(self.cells, corner)), None)
            self._blocks[label] = _block_at(self.cells, self.labels, label, corner) if corner is not None else None
        return self._blocks[label]


def _block_at(cells: Cells, labels: Labels, label: Cell, corner: Cell) -> Block:
    """The block of a label whose numbers begin at this corner."""
    sheet, top, left = corner
    is_below = top > label[1]

    def is_in_first_row(column: int) -> bool:
        under_another_label = is_below and (sheet, label[1], column) in labels
        return is_numeric(cells, (sheet, top, column)) and not under_another_label

    right = left
    while right - left < LARGEST and is_in_first_row(right + 1):
        right += 1

    def is_row(row: int) -> bool:
        beside_another_label = not is_below and (sheet, row, label[2]) in labels
        numbers = all(is_numeric(cells, (sheet, row, column)) for column in range(left, right + 1))
        return numbers and not beside_another_label

    bottom = top
    while bottom - top < LARGEST and is_row(bottom + 1):
        bottom += 1
    if LARGEST in (right - left, bottom - top):
        cells.contents.cut[label] = f"of the block that belongs to this heading {LARGEST} rows and columns are read"
    columns = range(left, right + 1)
    rows = tuple(tuple((sheet, r, c) for c in columns) for r in range(top, bottom + 1))
    return Block(labels[label], rows, not any(cells.arguments(cell) for row in rows for cell in row))


def _paired(block: Block, gradient: Block) -> tuple[Place, ...]:
    """The elements of a block, each with its gradient, of a transposed block perhaps; none for another shape."""
    if block.shape == gradient.shape:
        gradients = gradient.cells
    elif block.shape == gradient.shape[::-1]:
        gradients = tuple(cell for column in zip(*gradient.rows, strict=True) for cell in column)
    else:
        return ()
    return tuple(Place(0, cell, slope) for cell, slope in zip(block.cells, gradients, strict=True))


def loss_among(cells: Cells, labels: Labels, layout: Layout, of: str) -> LabelledLoss | None:
    """The labelled number that depends on most parameters; its label names a loss, or best the quantity ``of``."""
    stops = layout.stops()
    ranked: list[tuple[int, bool, bool, bool, Cell, Cell]] = []
    for label, text in labels.items():
        is_named = bool(of and names_quantity(text, of))
        if not (is_named or is_loss(text) or is_gain(text)):
            continue
        cell = _computed_beside(cells, label)
        reached = len(reaches(cells, cell, stops)) if cell else 0
        if cell and reached and not is_signed_error(cells, cell):
            ranked.append((reached, bool(TOTAL.fullmatch(text)), is_named, not is_elsewhere(text), label, cell))
    if not ranked:
        return None
    *_, label, cell = max(ranked)
    return LabelledLoss(label, _of_all_samples(cells, cell))


def _of_all_samples(cells: Cells, loss: Cell) -> Cell:
    """The cell that takes a loss and all those filled below or beside it together; the loss itself if none does."""
    sheet, row, column = loss
    formula = cells.compiled(loss)
    for down, right in ((1, 0), (0, 1)):
        samples = [loss]
        while cells.compiled((sheet, row + down * len(samples), column + right * len(samples))) == formula:
            samples.append((sheet, row + down * len(samples), column + right * len(samples)))
        if len(samples) > 1:
            every = sorted(cell for cell in cells.contents.formulas if cell[0] == sheet and cell not in samples)
            return next((cell for cell in every if {*samples} <= {*cells.arguments(cell)}), loss)
    return loss


def _computed_beside(cells: Cells, label: Cell) -> Cell | None:
    """The cell to the right of a label, or below it, that computes a number."""
    sheet, row, column = label
    for cell in ((sheet, row, column + 1), (sheet, row + 1, column)):
        if is_numeric(cells, cell) and cells.is_formula(cell):
            return cell
    return None
