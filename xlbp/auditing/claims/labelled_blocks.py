"""One step of training, laid out as blocks: a word, and the matrix or number that stands below it or to its right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import TOTAL, claim, is_gain, is_loss, names_quantity, plain, same, updated
from xlbp.auditing.claims.layout import Layout, Parameter, Place, is_numeric, reaches
from xlbp.auditing.reading.syntax import Cell

LARGEST = 200


@dataclass(frozen=True)
class Block:
    """A labelled rectangle of numbers, row by row."""

    label: str
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.rows[0])


def labelled_blocks(cells: Cells, sheet: str) -> Layout | None:
    """Pairs of labelled blocks, one said to be the gradient of the other; None if there are none."""
    texts = {c: plain(v) for c, v in cells.contents.cells.items() if c[0] == sheet and plain(v)}
    claims = {cell: found for cell, text in texts.items() if (found := claim(text))}
    parameters: list[Parameter] = []
    of = ""
    for cell, said in sorted(claims.items()):
        gradient = _block(cells, texts, cell)
        named = [c for c, text in sorted(texts.items()) if same(text, said.to) and c not in claims]
        blocks = [b for c in named if (b := _block(cells, texts, c)) is not None and _is_given(cells, b)]
        pair = next((p for b in blocks if gradient and (p := _paired(b, gradient))), None)
        if pair and said.to not in {p.name for p in parameters}:
            parameters.append(Parameter(said.to, tuple(Place(0, a, b) for a, b in pair)))
            of = of or said.of
    if not parameters:
        return None
    layout = Layout("labels", sheet, [], parameters, loss_name=of)
    layout.new_values = dict(_new_values(cells, texts, parameters))
    loss = loss_among(cells, texts, layout, of)
    if loss is not None:
        layout.losses, layout.loss_name = [loss[1]], texts[loss[0]]
    return layout


def _new_values(cells: Cells, texts: dict[Cell, str], parameters: list[Parameter]) -> Iterator[tuple[str, list[Cell]]]:
    """The blocks said to be what parameters become, of the same number of cells."""
    for cell, text in sorted(texts.items()):
        for parameter in parameters:
            if updated(text) and same(updated(text), parameter.name):
                block = _block(cells, texts, cell)
                flat = [c for row in block.rows for c in row] if block else []
                if len(flat) == len(parameter.places):
                    yield parameter.name, flat


def _block(cells: Cells, texts: dict[Cell, str], label: Cell) -> Block | None:
    """The numbers below a label, or else to its right, up to a blank or another label."""
    sheet, row, column = label
    for top, left in ((row + 1, column), (row, column + 1)):
        if not is_numeric(cells, (sheet, top, left)):
            continue
        right = left
        while (
            right - left < LARGEST
            and is_numeric(cells, (sheet, top, right + 1))
            and (top == row or (sheet, row, right + 1) not in texts)
        ):
            right += 1
        bottom = top
        while (
            bottom - top < LARGEST
            and all(is_numeric(cells, (sheet, bottom + 1, c)) for c in range(left, right + 1))
            and (top != row or (sheet, bottom + 1, column) not in texts)
        ):
            bottom += 1
        if LARGEST in (right - left, bottom - top):
            cells.contents.cut[label] = f"of the block that belongs to this heading {LARGEST} rows and columns are read"
        rows = tuple(tuple((sheet, r, c) for c in range(left, right + 1)) for r in range(top, bottom + 1))
        return Block(texts[label], rows)
    return None


def _is_given(cells: Cells, block: Block) -> bool:
    """Whether a block holds plain numbers, as parameters do."""
    return not any(cells.arguments(cell) for row in block.rows for cell in row)


def _paired(block: Block, gradient: Block) -> list[tuple[Cell, Cell]] | None:
    rows = gradient.rows
    if block.shape != gradient.shape:
        rows = tuple(zip(*rows, strict=True))
        if block.shape != (len(rows), len(rows[0])):
            return None
    return [(a, b) for row, line in zip(block.rows, rows, strict=True) for a, b in zip(row, line, strict=True)]


def loss_among(cells: Cells, texts: dict[Cell, str], layout: Layout, of: str) -> tuple[Cell, Cell] | None:
    """The label and the cell of the labelled number that depends on most parameters."""
    stops = layout.stops()
    ranked: list[tuple[int, int, Cell, Cell]] = []
    for label, text in texts.items():
        if not (is_loss(text) or is_gain(text) or (of and names_quantity(text, of))):
            continue
        for cell in ((label[0], label[1], label[2] + 1), (label[0], label[1] + 1, label[2])):
            if is_numeric(cells, cell) and cells.is_formula(cell):
                ranked.append((len(reaches(cells, cell, stops)), bool(TOTAL.fullmatch(text)), label, cell))
                break
    ranked = [entry for entry in ranked if entry[0]]
    return max(ranked)[2:] if ranked else None
