"""The chosen unit of the chosen layer: fetches its quantities by column numbers in helper cells.

A quantity takes two cells: a helper with its column on the training sheet, 0 where the chosen layer
has no such quantity, and a formula that fetches by it and is blank for 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import LABEL_ROW, VALUE_ROW, quoted
from xlbp.workbook.page.facts import Facts, readable, readable_formula
from xlbp.workbook.page.lens import ITERATION, LAYER, SAMPLE, UNIT, Lens
from xlbp.workbook.page.live_text import Piece, number
from xlbp.workbook.page.page import Content, Page
from xlbp.workbook.sheets.steps.unit import places
from xlbp.workbook.sheets.steps.unit.layer_table import LayerTable, column_of
from xlbp.workbook.sheets.steps.unit.places import Rows
from xlbp.workbook.sheets.steps.unit.units import network_of, quantity

CHOSEN_UNIT = f"({UNIT}-1)"
SCALAR_ORDER = ("layer", "exists", "row", "sample", "input row", "input label", "bias row", "bias label")


@dataclass(frozen=True)
class Source:
    """How a kind of quantity is fetched: the helper column, the cells that hold its row and its symbol's row.

    One that each sample has is ``sampled``; ``key`` is its own in the table of the layers.
    """

    at: int = places.AT
    row: str = "row"
    label: str = ""
    sampled: bool = False
    key: str = ""


class UnitView:
    """Writes cells about the chosen unit; a cell about nothing is blank.  The sections begin at row ``first``."""

    def __init__(self, page: Page, contents: Contents, facts: Facts, first: int) -> None:
        self.page, self.contents, self.lens = page, contents, Lens(contents, facts)
        choices = facts.choices
        self.layer, self.unit, self.mark = choices.layer, choices.unit, self.lens.mark
        self.network = network_of(contents)
        self.own_layer = self.network.layers[self.layer - 1]
        self.batch = self.lens.samples > 1
        self.link_column = places.MEAN + 1 if self.batch else places.MEAN
        self.table = LayerTable(contents, places.TABLE, self.layer)
        self.rows = Rows(self.table, first)
        self.exists = self.unit <= self.table["units"]
        self.plain, self.sample = Source(), Source(sampled=self.batch)
        layout = contents.layout
        last = max([*layout.columns.values(), *(p.column for p in layout.panel.values() if p.sheet == "training")])
        self.block = f"{contents.training}!$A$1:${get_column_letter(last)}${layout.last_row}"
        self.heading = layout.first_row - 2

    def scalar(self, key: str) -> str:
        """The cell of a helper number: ``row`` is the chosen iteration's on the training sheet."""
        return f"${get_column_letter(places.SCALARS)}${places.SCALAR_ROW + SCALAR_ORDER.index(key)}"

    def put_scalars(self) -> None:
        """The helper numbers and the table of the layers."""
        table, layout, batch = self.table, self.contents.layout, self.batch
        layers = table.all_cells("layer")
        right = f"MATCH({LAYER},{layers},0)>0,{UNIT}>=1,{UNIT}<={table.cell('units')},MOD({UNIT},1)=0"
        now = layout.first_row + self.lens.facts.choices.iteration
        panel, frozen = bool(table["panel"]), bool(table["frozen"])
        scalars: dict[str, tuple[str, float]] = {
            "layer": (f"IF(ISNUMBER(MATCH({LAYER},{layers},0)),{LAYER},1)", self.layer),
            "exists": (f"IFERROR(IF(AND({right}),1,0),0)", self.exists),
            "row": (f"{layout.first_row}+{ITERATION}", now),
            "sample": (f"{SAMPLE}-1" if batch else "0", self.lens.facts.choices.sample - 1 if batch else 0),
        }
        for key, flag, chosen in (("input", "panel", panel), ("bias", "frozen", frozen)):
            row = f"IF({table.cell(flag)}=1,{VALUE_ROW},{self.scalar('row')})"
            label = f"IF({table.cell(flag)}=1,{LABEL_ROW},{self.heading})"
            scalars[f"{key} row"] = (row, VALUE_ROW if chosen else now)
            scalars[f"{key} label"] = (label, LABEL_ROW if chosen else self.heading)
        for offset, key in enumerate(SCALAR_ORDER):
            formula, value = scalars[key]
            self.page.live(places.SCALAR_ROW + offset, places.SCALARS, formula, float(value), "small")
        table.put(self.page, self.scalar("layer"))

    # what it is called

    def named(self, letters: str) -> str:
        """A quantity of the unit, or one that its layer has once; '' where there is no such unit."""
        return quantity(self.contents, letters, self.layer, self.unit, self.mark) if self.exists and letters else ""

    @property
    def bias(self) -> str:
        """The unit's bias, or the one it shares; '' where there is none."""
        return (self.own_layer.bias_of(self.unit) or "") if self.exists else ""

    @property
    def trained_bias(self) -> str:
        """The same of a bias that training moves."""
        return self.bias if self.own_layer.trains_bias else ""

    # where a quantity stands

    def column(
        self, row: int, at: int, key: str, name: str, used: str = "", unit: str = CHOSEN_UNIT, source: str = ""
    ) -> None:
        """The helper with a quantity's column; ``unit`` and ``source`` are how many steps to take, as formulas."""
        first = self.table.cell(key)
        steps = ((f"{key}/unit", unit), (f"{key}/source", source))
        moves = "".join(f"+{step}*{self.table.cell(k)}" for k, step in steps if step and self.table.varies(k))
        there = f"{first}*{self.scalar('exists')}>0"
        formula = f"IF({used or there},{first}{moves},0)"
        self.page.live(row, at, formula, float(column_of(self.contents, name)), "small")

    def column_now(self, row: int, source: Source) -> str:
        """The column of a line's quantity, of the chosen sample, as a formula."""
        at = f"${get_column_letter(source.at)}{row}"
        if not source.sampled:
            return at
        sample, further = self.scalar("sample"), f"{source.key}/sample"
        more = f"+{sample}*{self.table.cell(further)}" if source.key and self.table.varies(further) else ""
        return f"{at}+{sample}{more}"

    def listed(self, place: int, key: str) -> str:
        """The condition that a list, counted from 1, has such a line."""
        return f"{place}<={self.table.cell(key)}*{self.scalar('exists')}"

    # what stands there

    def cell(
        self, row: int, column: int, used: tuple[str, bool], formula: str, value: Content, look: str, size: float = 0.0
    ) -> None:
        """A formula that is blank while its condition (a formula, and whether it holds) does not hold."""
        condition, holds = used
        self.page.live(row, column, f'IF({condition},{formula},"")', value if holds else "", look, size)

    def at(self, row: int, source: Source, name: str) -> tuple[str, bool]:
        """The condition that a line's quantity is there."""
        return f"${get_column_letter(source.at)}{row}>0", bool(name)

    def symbol(self, row: int, column: int, source: Source, name: str, look: str = "symbol") -> None:
        """The heading of the quantity, without the mark of its sample."""
        at = f"${get_column_letter(source.at)}{row}"
        label = self.scalar(source.label) if source.label else str(self.heading)
        formula = f"INDEX({self.block},{label},{at})"
        formula = f'SUBSTITUTE({formula},"⁽¹⁾","")' if source.sampled else formula
        self.cell(row, column, self.at(row, source, name), formula, self.lens.symbol(name) if name else "", look)

    def value(self, row: int, column: int, source: Source, name: str) -> None:
        """The number, from the training sheet."""
        at = self.column_now(row, source)
        formula = f"INDEX({self.block},{self.scalar(source.row)},{at})"
        value, size = (self.lens.value(name), self.lens.size(name)) if name else (None, 0.0)
        self.cell(row, column, self.at(row, source, name), formula, value, "number", size)

    def link(self, row: int, source: Source, name: str) -> None:
        """An arrow that leads to the quantity; a formula, for the place depends on what is chosen."""
        at = self.column_now(row, source)
        target = f'"#{quoted(self.contents.texts("sheet.training"))}!"&ADDRESS({self.scalar(source.row)},{at},4)'
        formula = f'HYPERLINK({target},"→")'
        self.cell(row, self.link_column, self.at(row, source, name), formula, "→", "link")

    def text_of(self, row: int, column: int, number_column: int, used: tuple[str, bool], name: str) -> None:
        """The readable text of a number, in a helper cell."""
        value, size = (self.lens.value(name), self.lens.size(name)) if name else (None, 0.0)
        self.readable(row, column, number_column, used, value, size)

    def readable(
        self, row: int, column: int, number_column: int, used: tuple[str, bool], value: float | None, size: float
    ) -> None:
        """The same for a number that is no quantity of the training."""
        formula = readable_formula(f"{get_column_letter(number_column)}{row}")
        self.cell(row, column, used, formula, readable(value), "small", size)

    def symbol_piece(self, row: int, column: int, name: str) -> Piece:
        """A symbol that stands on the page, for a text."""
        return f"${get_column_letter(column)}${row}", self.lens.symbol(name) if name else ""

    def number_piece(
        self, row: int, text_column: int, number_column: int, value: float | None, in_brackets: bool
    ) -> Piece:
        """A number that stands on the page, for a text."""
        text, plain = (f"${get_column_letter(c)}${row}" for c in (text_column, number_column))
        return number(text, plain, value, in_brackets)

    def chosen(self, pieces: list[Piece]) -> Piece:
        """One text of several, by the kind of the layer."""
        own = pieces[self.table["kind"] - 1][1]
        formulas = [formula for formula, _ in pieces]
        if len(set(formulas)) == 1:
            return formulas[0], own
        return f"CHOOSE({self.table.cell('kind')},{','.join(formulas)})", own

    def of(self, name: str) -> float | None:
        """What a quantity is worth; no number where there is none."""
        return self.lens.value(name) if name else None

    def count(self, key: str) -> int:
        """How many lines of a list are used."""
        return self.table[key] if self.exists else 0


def product(values: list[float | None]) -> float | None:
    """What a cell that multiplies shows; None for an error."""
    return _finite(None if None in values else math.prod(value for value in values if value is not None))


def total(values: list[float | None]) -> float | None:
    """What a cell that adds shows; None for an error."""
    return _finite(None if None in values else math.fsum(value for value in values if value is not None))


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
