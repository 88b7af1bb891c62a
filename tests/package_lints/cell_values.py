"""What the cells of a sheet hold, read from its XML."""

from __future__ import annotations

from functools import cache
from xml.etree.ElementTree import Element

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from tests.package_lints.package import MAIN, Package

SPREADSHEET_TEXTS = "xl/sharedStrings.xml"
Value = float | str | None  # None is an error


def values_of(package: Package, part: str) -> dict[tuple[int, int], Value]:
    """The value of each cell that is not empty, by row and column."""
    return _values(package.parts[part], package.parts.get(SPREADSHEET_TEXTS, b""))


@cache
def _values(sheet: bytes, texts: bytes) -> dict[tuple[int, int], Value]:
    parts = {"sheet": sheet, SPREADSHEET_TEXTS: texts} if texts else {"sheet": sheet}
    package = Package("", parts)
    shared = ["".join(item.itertext()) for item in package.root(SPREADSHEET_TEXTS)] if texts else []
    found: dict[tuple[int, int], Value] = {}
    for cell in package.root("sheet").iter(f"{MAIN}c"):
        shown = cell.find(f"{MAIN}v")
        if shown is not None and shown.text is not None:
            found[coordinate_to_tuple(cell.attrib["r"])] = _typed(cell, shown.text, shared)
    return found


def _typed(cell: Element, text: str, shared: list[str]) -> Value:
    kind = cell.get("t", "n")
    if kind == "s":
        return shared[int(text)]
    return float(text) if kind == "n" else None if kind == "e" else text


def area_of(package: Package, reference: str) -> tuple[str, list[tuple[int, int]]]:
    """The part of the sheet and the cells, row by row, that a reference such as ``'Step by step'!$B$3:$B$9`` means."""
    title, cells = reference.rsplit("!", 1)
    if title.startswith("'"):
        title = title[1:-1].replace("''", "'")
    left, top, right, bottom = range_boundaries(cells)
    places = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    return package.sheets[title], places
