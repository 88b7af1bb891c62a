"""What a landscape is drawn over: the two parameters that are chosen, the radius, and the list of all parameters."""

from __future__ import annotations

import math
from itertools import product

from openpyxl.utils import get_column_letter

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.entries import colour_told, colour_wrong, put_told
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.listed import listed
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.passes import Setting

ACROSS, DOWN, RADIUS = "land_x", "land_y", "land_r"
RADIUS_ROW = 6
GRID_ROW, GRID_COLUMN = 9, 3  # the corner of the grid of losses


def parameter_labels(contents: Contents) -> list[str]:
    """What the parameters are chosen by: their symbols."""
    return listed([contents.symbol(name) for name in contents.template.parameter_order])


class Axes:
    """The two parameters and the radius, and beside the grid the list of all parameters with values and gradients."""

    def __init__(self, contents: Contents, facts: Facts, n: int) -> None:
        self.contents, self.facts, self.n = contents, facts, n
        self.half = (n - 1) // 2
        self.order, self.labels = contents.template.parameter_order, parameter_labels(contents)
        self.table = GRID_COLUMN + n + 2  # symbols, then values, then gradients
        self.passes = self.table + 4
        self.chosen = {ACROSS: facts.choices.across - 1, DOWN: facts.choices.down - 1}

    @property
    def radius(self) -> float:
        """How far the grid goes from its middle."""
        return self.facts.choices.radius

    def name(self, key: str) -> str:
        """The parameter that is chosen for an axis."""
        return self.order[self.chosen[key]]

    def label(self, key: str) -> str:
        """What it is called in the list."""
        return self.labels[self.chosen[key]]

    def value(self, index: int) -> float:
        """A parameter at the chosen iteration; where that is an error the whole sheet shows errors."""
        number = self.facts.value(self.order[index])
        return math.nan if number is None else number

    def put(self, page: Page) -> None:
        """The three input cells, and the list."""
        texts = self.contents.texts
        rows: list[tuple[str, str, str | float]]
        rows = [
            ("across", ACROSS, self.label(ACROSS)),
            ("down", DOWN, self.label(DOWN)),
            ("radius", RADIUS, self.radius),
        ]
        for row, (key, name, content) in enumerate(rows, start=4):
            page.text(row, 2, texts(f"landscape.{key}"), "label")
            page.input(row, 3, content, name)
            self._put_told(page, row)
        for offset, key in enumerate(("parameters", "value", "gradient")):
            page.text(GRID_ROW - 1, self.table + offset, texts(f"landscape.{key}"), "column")
        lens = Lens(self.contents, self.facts)
        for row, (name, label) in enumerate(zip(self.order, self.labels, strict=True), start=GRID_ROW):
            page.text(row, self.table, label, "small")
            for offset, quantity in ((1, name), (2, self.contents.gradient(name))):
                value, size = lens.value(quantity), lens.size(quantity)
                page.live(row, self.table + offset, lens.formula(quantity), value, "small", size)

    def _put_told(self, page: Page, row: int) -> None:
        """Beside an input cell, what is wrong with its entry."""
        texts, cell = self.contents.texts, f"$C${row}"
        if row == RADIUS_ROW:
            put_told(page, row, 4, f"{cell}>0", ("", texts("entry.positive")))
            return
        is_listed = f"ISNUMBER(MATCH({cell},{self.range_of(0)},0))"
        page.live(row, 4, f'IF({is_listed},"",{literal(texts("entry.parameter"))[0]})', "", "muted")
        page.finishing.append(lambda sheet: colour_wrong(sheet, f"C{row}", f"NOT({is_listed})"))
        page.finishing.append(lambda sheet: colour_told(sheet, row, 4, f"NOT({is_listed})"))

    def range_of(self, offset: int) -> str:
        """The list's symbols (0), values (1) or gradients (2)."""
        letter = get_column_letter(self.table + offset)
        return f"${letter}${GRID_ROW}:${letter}${GRID_ROW + len(self.order) - 1}"

    def fetched(self, offset: int, key: str) -> str:
        """The formula of the value (1), or the gradient (2), of the parameter that is chosen for an axis."""
        return f"INDEX({self.range_of(offset)},MATCH({key},{self.range_of(0)},0))"

    def put_axes(self, page: Page) -> dict[str, list[tuple[str, float]]]:
        """The values along both sides of the grid, rightward and upward from the smallest, as (address, value)."""
        axes: dict[str, list[tuple[str, float]]] = {ACROSS: [], DOWN: []}
        for key, k in product(axes, range(self.n)):
            row, column = (GRID_ROW, GRID_COLUMN + k) if key == ACROSS else (GRID_ROW + self.n - k, 2)
            centre = self.value(self.chosen[key])
            value = centre + (k - self.half) * self.radius / self.half
            formula = f"{self.fetched(1, key)}+({k - self.half})*{RADIUS}/{self.half}"
            page.live(row, column, formula, None if math.isnan(value) else value, "axis", abs(centre) + self.radius)
            axes[key].append((f"${get_column_letter(column)}${row}", value))
        return axes

    def setting(self, across: tuple[str, float], down: tuple[str, float]) -> Setting:
        """Every parameter as it is, but the two chosen ones as the grid says."""
        setting: dict[str, tuple[str, float]] = {}
        for index, name in enumerate(self.order):
            symbol, now = (f"${get_column_letter(self.table + k)}${GRID_ROW + index}" for k in (0, 1))
            formula = f"IF({symbol}={ACROSS},{across[0]},IF({symbol}={DOWN},{down[0]},{now}))"
            moved = {self.chosen[DOWN]: down[1], self.chosen[ACROSS]: across[1]}
            setting[name] = (formula, moved.get(index, self.value(index)))
        return setting
