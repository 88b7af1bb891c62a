"""A layer of maps: each channel as a grid of numbers and colours, with the derivatives under it."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.template.blocks.block import Shape
from xlbp.template.blocks.windows import IMAGE
from xlbp.template.quantity import Quantity
from xlbp.workbook.drawing import style
from xlbp.workbook.sheets.network.grids import Grids

MOST_COLUMNS = 30  # of grids side by side; more go below


def is_map(shape: Shape) -> bool:
    """Whether something is a picture, of one channel or of several."""
    return shape.axes in (IMAGE, IMAGE[1:])


class Maps:
    """Puts maps on a page, from a column on."""

    def __init__(self, grids: Grids, column: int) -> None:
        self.grids, self.column = grids, column
        # where the first element of each channel stands, and the derivative by it
        self.corners: dict[Quantity, tuple[int, int]] = {}
        self.slopes: dict[Quantity, tuple[int, int]] = {}

    def put(self, row: int, called: str, elements: Sequence[Quantity], shape: Shape) -> int:
        """Every channel, with the derivatives under it; returns the row after them."""
        channels, height, width = shape if shape.axes == IMAGE else (1, *shape)
        left, has_gradients = self.column, self.grids.have([[elements[0].gradient]])
        rows = 2 * (height + 2) if has_gradients else height + 2
        for channel in range(channels):
            if left > self.column and left + width > self.column + MOST_COLUMNS:
                row, left = row + rows, self.column
            title = f"{called}[{channel + 1}]" if shape.axes == IMAGE else called
            first = channel * height * width
            self.put_channel(row, left, title, elements[first : first + height * width], width)
            left += width + 1
        return row + rows

    def put_channel(self, row: int, column: int, title: str, elements: Sequence[Quantity], width: int) -> None:
        """The numbers of a channel with their colours, and the derivatives under them."""
        page, symbol = self.grids.page, self.grids.lens.contents.symbol(self.grids.lens.contents.objective)
        lines = [elements[start : start + width] for start in range(0, len(elements), width)]
        page.text(row, column, title, "symbol")
        self.grids.put(row + 1, column, lines, "map value")
        self.corners[elements[0]] = (row + 1, column)
        colour_map(self.grids, [(row + 1, column, len(lines), width)])
        gradients = [[name.gradient for name in line] for line in lines]
        if self.grids.have(gradients):
            page.text(row + len(lines) + 2, column, f"∂{symbol}/∂{title}", "symbol")
            self.grids.put(row + len(lines) + 3, column, gradients, "map value")
            self.slopes[elements[0]] = (row + len(lines) + 3, column)
            colour_map(self.grids, [(row + len(lines) + 3, column, len(lines), width)])


def colour_map(grids: Grids, areas: Sequence[tuple[int, int, int, int]]) -> None:
    """Sign and size of a map's numbers: vermilion below 0, blue above, white at 0.

    Each of its areas has a row, a column, a height and a width.
    """
    row, column, *_ = areas[0]
    fixed = ",".join(area_of(*area, fixed=True) for area in areas)
    rules = style.shades(f"{get_column_letter(column)}{row}", fixed)

    def finish(sheet: Worksheet) -> None:
        for rule in rules:
            sheet.conditional_formatting.add(" ".join(area_of(*area) for area in areas), rule)

    grids.page.finishing.append(finish)


def area_of(row: int, column: int, height: int, width: int, fixed: bool = False) -> str:
    """``C5:F8``, or ``$C$5:$F$8``."""
    dollar = "$" if fixed else ""
    corners = ((row, column), (row + height - 1, column + width - 1))
    return ":".join(f"{dollar}{get_column_letter(across)}{dollar}{down}" for down, across in corners)
