"""What prints is in whole pieces: no chart is cut by the end of a page, and no page holds one lonely column."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tests.package_lints.package import MAIN, Package
from tests.package_lints.sheets import SheetView, visible_sheets

A4 = (297 / 25.4, 210 / 25.4)  # inches: of a page in landscape, width and height; upright the other way round
PIXELS, POINTS = 96, 72  # an inch
DIGITS = (7.0, 7.41)  # pixels, of Arial 10: in Excel, which rounds, and in LibreOffice, which does not
LEAST = 2  # columns of a page, besides those that are on every page


def charts_are_not_cut(package: Package) -> Iterator[str]:
    """Each chart prints on one page."""
    for sheet in visible_sheets(package):
        for digit in DIGITS if sheet.charts else ():
            across, down = _page_ends(sheet, digit)
            for chart in sheet.charts:
                left, top, right, bottom = chart.area  # the last column and row not among them
                for what, first, after, ends in (("column", left, right, across), ("row", top, bottom, down)):
                    for end in ends:
                        if first <= end < after - 1:
                            yield f"{sheet.title}: {chart.part} is cut after {what} {end} at {digit:g} pixels a digit"


def no_column_is_lonely(package: Package) -> Iterator[str]:
    """No page of a sheet that prints on several holds one column beside those that are repeated."""
    for sheet in visible_sheets(package):
        if sheet.print_area or not _breaks(sheet, "colBreaks"):
            continue
        for digit in DIGITS:
            ends, _ = _page_ends(sheet, digit)
            for first, last in pairwise([1, *ends, _last_column(sheet)]):
                shown = [column for column in range(first + 1, last + 1) if sheet.width(column)]
                if len(shown) < LEAST:
                    yield f"{sheet.title}: the page of column {last} holds {len(shown)} at {digit:g} pixels a digit"


def _page_ends(sheet: SheetView, digit: float) -> tuple[list[int], list[int]]:
    """The columns and the rows after which a page ends, but for the last page."""
    width, height = _room(sheet)
    first = sheet.print_area[0] if sheet.print_area else 1
    prints = [n >= first for n in range(1, _last_column(sheet) + 1)]
    columns = [math.trunc(sheet.width(n) * digit) if shown else 0 for n, shown in enumerate(prints, start=1)]
    rows = [sheet.height(n) for n in range(1, _last_row(sheet) + 1)]
    scale = _scale(sheet, width / (sum(columns) or 1), height / (sum(rows) or 1))
    repeated = columns[0] if _breaks(sheet, "colBreaks") else 0
    return (
        _ends(columns, width / scale, _breaks(sheet, "colBreaks"), repeated),
        _ends(rows, height / scale, _breaks(sheet, "rowBreaks"), 0),
    )


def _ends(sizes: Sequence[float], room: float, breaks: Sequence[int], repeated: float) -> list[int]:
    found: list[int] = []
    used = 0.0
    for number, size in enumerate(sizes, start=1):
        if number > 1 and (number - 1 in breaks or used + size > room * (1 + 1e-9)):
            found.append(number - 1)
            used = repeated
        used += size
    return found


def _scale(sheet: SheetView, fits_across: float, fits_down: float) -> float:
    """How large the sheet prints: as it says, or as it fits on so many pages."""
    setup = sheet.root.find(f"{MAIN}pageSetup")
    said = setup.attrib if setup is not None else {}
    if sheet.root.find(f"{MAIN}sheetPr/{MAIN}pageSetUpPr[@fitToPage='1']") is None:
        return int(said.get("scale", "100")) / 100
    across, down = int(said.get("fitToWidth", "1")), int(said.get("fitToHeight", "1"))
    return min(1.0, across * fits_across if across else 1.0, down * fits_down if down else 1.0)


def _room(sheet: SheetView) -> tuple[float, float]:
    """A page's width in pixels, and its height in points."""
    margins, setup = sheet.root.find(f"{MAIN}pageMargins"), sheet.root.find(f"{MAIN}pageSetup")
    is_upright = setup is not None and setup.get("orientation") == "portrait"
    sides = {side: float(length) for side, length in margins.attrib.items()} if margins is not None else {}
    width, height = (
        paper - sum(sides.get(side, 0.7) for side in both)
        for paper, both in zip(A4[::-1] if is_upright else A4, (("left", "right"), ("top", "bottom")), strict=True)
    )
    return width * PIXELS, height * POINTS


def _breaks(sheet: SheetView, kind: str) -> list[int]:
    return [int(each.attrib["id"]) for each in sheet.root.iterfind(f"{MAIN}{kind}/{MAIN}brk")]


def _last_column(sheet: SheetView) -> int:
    if sheet.print_area:
        return sheet.print_area[2]
    return max([1, *(column for _, column in sheet.occupied), *(chart.area[2] - 1 for chart in sheet.charts)])


def _last_row(sheet: SheetView) -> int:
    if sheet.print_area:
        return sheet.print_area[3]
    return max([1, *(row for row, _ in sheet.occupied), *(chart.area[3] - 1 for chart in sheet.charts)])
