"""A sheet of a package as a reader sees it: cells with contents and styles, sizes, charts, the area that prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from xml.etree.ElementTree import Element

from openpyxl.utils import get_column_letter, range_boundaries

from tests.package_lints.package import MAIN, RELATION, Package
from tests.package_lints.styles import Style, Styles
from xlbp.xlsx.metrics import DEFAULT_WIDTH

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
Area = tuple[int, int, int, int]  # first column and row, last column and row


@dataclass(frozen=True)
class Cell:
    """A cell that is not empty: a text or a number, as it was when the book was made."""

    row: int
    column: int
    content: str | float
    style: int

    @property
    def address(self) -> str:
        """The cell as ``F12``."""
        return f"{get_column_letter(self.column)}{self.row}"


@dataclass(frozen=True)
class PlacedChart:
    """The cells that a chart lies over, the last column and row not among them, and whether it shows what is below."""

    part: str
    area: Area
    see_through: bool


class SheetView:
    """One sheet."""

    def __init__(self, package: Package, title: str, part: str, styles: Styles) -> None:
        self.package, self.title, self.part, self.styles = package, title, part, styles
        self.root = package.root(part)

    @cached_property
    def cells(self) -> dict[tuple[int, int], Cell]:
        """Every cell with a content, by row and column, in the order of the sheet."""
        found = {}
        for element in self.root.iter(f"{MAIN}c"):
            column, row, _, _ = range_boundaries(element.attrib["r"])
            content = self._content(element)
            if content not in (None, ""):
                found[row, column] = Cell(row, column, content, int(element.attrib.get("s", 0)))
        return found

    @cached_property
    def occupied(self) -> set[tuple[int, int]]:
        """The cells into which no text of another runs: those that hold anything, be it an empty text."""
        found = set()
        for element in self.root.iter(f"{MAIN}c"):
            if len(element):
                column, row, _, _ = range_boundaries(element.attrib["r"])
                found.add((row, column))
        return found

    def _content(self, element: Element) -> str | float | None:
        kind, value = element.attrib.get("t", "n"), element.find(f"{MAIN}v")
        if kind == "inlineStr":
            return "".join(text.text or "" for text in element.iter(f"{MAIN}t"))
        if value is None or value.text is None:
            return None
        if kind == "s":
            return self.package.shared_strings[int(value.text)]
        return float(value.text) if kind == "n" else value.text

    def style_of(self, cell: Cell) -> Style:
        """How a cell is set."""
        return self.styles.cells[cell.style]

    @cached_property
    def widths(self) -> dict[int, float]:
        """The widths of the columns that have one of their own; 0 of hidden ones."""
        found = {}
        for element in self.root.iter(f"{MAIN}col"):
            hidden = element.attrib.get("hidden") in ("1", "true")
            for column in range(int(element.attrib["min"]), int(element.attrib["max"]) + 1):
                found[column] = 0.0 if hidden else float(element.attrib["width"])
        return found

    def width(self, column: int) -> float:
        """The width of a column in digits of the Normal style; 0 if it is hidden."""
        return self.widths.get(column, self._default("defaultColWidth", DEFAULT_WIDTH))

    @cached_property
    def heights(self) -> dict[int, float]:
        """The heights of the rows that have one of their own, in points."""
        rows = (row for row in self.root.iter(f"{MAIN}row") if "ht" in row.attrib)
        return {int(row.attrib["r"]): float(row.attrib["ht"]) for row in rows}

    def height(self, row: int) -> float:
        """The height of a row in points."""
        return self.heights.get(row, self._default("defaultRowHeight", 12.75))

    def _default(self, attribute: str, otherwise: float) -> float:
        element = self.root.find(f"{MAIN}sheetFormatPr")
        return float(element.attrib.get(attribute, otherwise)) if element is not None else otherwise

    @cached_property
    def merged(self) -> dict[tuple[int, int], Area]:
        """The areas of merged cells, by the row and column of the first."""
        areas = (range_boundaries(element.attrib["ref"]) for element in self.root.iter(f"{MAIN}mergeCell"))
        return {(area[1], area[0]): area for area in areas}

    @cached_property
    def print_area(self) -> Area | None:
        """What prints; None where all does."""
        number = list(self.package.sheets).index(self.title)
        for name in self.package.root("xl/workbook.xml").iter(f"{MAIN}definedName"):
            if name.attrib["name"] == "_xlnm.Print_Area" and int(name.attrib["localSheetId"]) == number:
                first_column, first_row, last_column, last_row = range_boundaries(
                    (name.text or "").rpartition("!")[2].replace("$", "")
                )
                return first_column, first_row, last_column, last_row
        return None

    @cached_property
    def charts(self) -> list[PlacedChart]:
        """Its charts.  Raises ValueError for one whose size does not follow the cells."""
        found = []
        for drawing in (part for part in self.package.relations(self.part).values() if "/drawings/drawing" in part):
            targets = self.package.relations(drawing)
            for anchor in self.package.root(drawing):
                graphics = next(anchor.iter(f"{CHART}chart"), None)
                if graphics is not None:
                    part = targets[graphics.attrib[f"{RELATION}id"]]
                    found.append(PlacedChart(part, _area_of(anchor, part), _is_see_through(self.package.root(part))))
        return found

    @cached_property
    def conditions(self) -> list[tuple[Area, Element]]:
        """Each rule of the conditional formats, with each area that it is for."""
        return [
            (range_boundaries(area), rule)
            for formatting in self.root.iter(f"{MAIN}conditionalFormatting")
            for area in formatting.attrib["sqref"].split()
            for rule in formatting.iter(f"{MAIN}cfRule")
        ]

    def within(self, area: Area) -> Iterator[Cell]:
        """The cells of an area that are not empty."""
        left, top, right, bottom = area
        for (row, column), cell in self.cells.items():
            if top <= row <= bottom and left <= column <= right:
                yield cell


def _area_of(anchor: Element, part: str) -> Area:
    corners = [anchor.find(f"{DRAWING}{corner}") for corner in ("from", "to")]
    numbers: list[int] = []
    for corner in corners:
        if corner is None:
            raise ValueError(f"{part} is not held at both corners")
        numbers += [int(corner.findtext(f"{DRAWING}{side}") or 0) + 1 for side in ("col", "row")]
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _is_see_through(chart: Element) -> bool:
    """Whether a chart has no ground of its own: it is meant to lie over cells."""
    properties = chart.find(f"{CHART}spPr")
    return properties is not None and properties.find(f"{DRAWN}noFill") is not None


@lru_cache(maxsize=2)  # each lint asks for them anew
def visible_sheets(package: Package) -> list[SheetView]:
    """The sheets that a reader sees."""
    styles = Styles(package.root("xl/styles.xml"))
    hidden = {
        sheet.attrib["name"]
        for sheet in package.root("xl/workbook.xml").iter(f"{MAIN}sheet")
        if sheet.attrib.get("state", "visible") != "visible"
    }
    return [SheetView(package, title, part, styles) for title, part in package.sheets.items() if title not in hidden]


def looks_like_error(text: str) -> bool:
    """Whether a text is the value of an error, which programs show as it fits."""
    return bool(re.fullmatch(r"#[A-Z/0!?]+", text))
