"""What is wrong with an entry, said beside it.

No data validation refuses an entry: in LibreOffice a cell with a validation that refuses anything takes no formula at
all.  What a cell can't use is coloured, and told by a live text: beside the cell, or, for many cells, in one line that
names the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.lang import Texts
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import HEADING_ROWS, range_of
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.page.page import Page

NAMED = (64, 32, 16, 8, 4, 2, 1)  # names in a line: of more cells it names some that stand side by side
LONGEST, MOST_ARGUMENTS = 5_000, 250  # characters of a line's formula, ranges of a function
Cell: TypeAlias = tuple[int, int]  # row and column


def is_whole(cell: str, first: int, last: int | str) -> str:
    """A formula: whether a cell that holds a number holds a whole one from ``first`` to ``last``."""
    return f"AND({cell}>={first},{cell}<={last},{cell}=INT({cell}))"


def told(cell: str, condition: str, right: str, wrong: str) -> str:
    """A formula for beside a cell: the text ``right`` if it holds a number that meets a condition, else ``wrong``."""
    good, bad = literal(right)[0], literal(wrong)[0]
    return f"IF(ISNUMBER({cell}),IF({condition},{good},{bad}),{bad})"


def put_told(page: Page, row: int, column: int, condition: str, texts: tuple[str, str]) -> None:
    """Beside a number that a person may change: a text that is right, and another for an entry that is of no use.

    ``condition`` speaks of the cell as it stands to the left, ``$C$4``.
    """
    cell = f"${get_column_letter(column - 1)}${row}"
    page.live(row, column, told(cell, condition, *texts), texts[0], "muted")
    wrong = f"NOT(IF(ISNUMBER({cell}),{condition},FALSE))"
    page.finishing.append(lambda sheet: colour_wrong(sheet, cell.replace("$", ""), wrong))
    page.finishing.append(lambda sheet: colour_told(sheet, row, column, wrong))


def colour_wrong(sheet: Worksheet, area: str, wrong: str) -> None:
    """Colour the cells of an area for which a formula, written for the first of them, is true."""
    band = style.PHASES["loss"]
    sheet.conditional_formatting.add(area, style.when(wrong, style.change(band.tint, band.fill, bold=True)))


def colour_told(sheet: Worksheet, row: int, column: int, wrong: str) -> None:
    """A text beside an entry is seen when it says that something is wrong."""
    alarm = style.change(ink=style.PHASES["loss"].fill, bold=True)
    sheet.conditional_formatting.add(f"{get_column_letter(column)}{row}", style.when(wrong, alarm))


def training_entries(contents: Contents) -> Page | None:
    """What is said on a training sheet about its yellow cells: one line below the panel; None where it has none."""
    layout = contents.layout
    cells = [(place.row, place.column) for place in layout.panel.values() if place.sheet == "training"]
    for column in contents.program.columns:
        if column.phase == "parameters" and column.name not in layout.panel:
            cells.append((layout.first_row, layout.columns[column.name]))
    if not cells:
        return None
    page = Page(contents.title)
    put_first_wrong(page, layout.first_row - HEADING_ROWS - 1, 2, cells, contents.texts)
    return page


def put_first_wrong(page: Page, row: int, column: int, cells: Sequence[Cell], texts: Texts) -> None:
    """The line of many cells that hold numbers: which is the first that holds none; and their colours."""
    page.finishing.append(lambda sheet: colour_all_wrong(sheet, cells))
    if cells and (formula := first_wrong(cells, texts)):
        page.live(row, column, formula, "", "wrong")


def colour_all_wrong(sheet: Worksheet, cells: Sequence[Cell], may_be_empty: bool = False) -> None:
    """Colour those of many cells that hold no number."""
    if not cells:
        return
    areas = _areas(cells)
    first = areas[0].split(":")[0]
    empty = f"NOT(ISBLANK({first}))," if may_be_empty else ""
    colour_wrong(sheet, " ".join(areas), f"AND({empty}NOT(ISNUMBER({first})))")


def first_wrong(cells: Sequence[Cell], texts: Texts, may_be_empty: bool = False) -> str:
    """A formula: the text that names the first cell without a number, '' if there is none.

    Of very many cells it names those that stand side by side with it; the formula is '' where it would be too long.
    """
    formulas = (_naming(sorted(cells), names, texts, may_be_empty) for names in NAMED)
    return next((formula for formula in formulas if len(formula) <= LONGEST), "")


def _naming(cells: Sequence[Cell], names: int, texts: Texts, may_be_empty: bool) -> str:
    """The formula with at most about so many names."""
    most = -(-len(cells) // names)  # cells that have one name
    named = [run[start : start + most] for run in _runs(cells) for start in range(0, len(run), most)]
    before, after = (literal(text)[0] for text in texts("entry.number_at", cell="\x01").split("\x01"))
    return f'IF({_are_right(named, may_be_empty)},"",{before}&{_search(named, may_be_empty)}&{after})'


def _search(named: Sequence[Sequence[Cell]], may_be_empty: bool) -> str:
    """A formula: the name of the first of some groups of cells that are not all right, halved again and again."""
    if len(named) == 1:
        return f'"{_range(named[0][0], named[0][-1])}"'
    middle = len(named) // 2
    left, right = (_search(half, may_be_empty) for half in (named[:middle], named[middle:]))
    return f"IF({_are_right(named[:middle], may_be_empty)},{right},{left})"


def _are_right(named: Sequence[Sequence[Cell]], may_be_empty: bool) -> str:
    """A formula: whether all cells hold a number, or nothing where they may be empty."""
    cells = [cell for group in named for cell in group]
    areas = _areas(cells)
    parts = [",".join(areas[at : at + MOST_ARGUMENTS]) for at in range(0, len(areas), MOST_ARGUMENTS)]
    numbers, contents = ("+".join(f"{function}({part})" for part in parts) for function in ("COUNT", "COUNTA"))
    return f"{numbers}={contents if may_be_empty else len(cells)}"


def _runs(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Ordered cells, those that stand side by side in a row together."""
    runs = [[cell] for cell in cells[:1]]
    for (row, column), cell in pairwise(cells):
        if cell == (row, column + 1):
            runs[-1].append(cell)
        else:
            runs.append([cell])
    return runs


def _areas(cells: Iterable[Cell]) -> list[str]:
    """The cells as ranges: rows of the same columns that stand one below the other are one."""
    corners: list[tuple[Cell, Cell]] = []
    for run in _runs(sorted(cells)):
        above = corners[-1] if corners else None
        if above and (above[0][1], above[1]) == (run[0][1], (run[-1][0] - 1, run[-1][1])):
            corners[-1] = above[0], run[-1]
        else:
            corners.append((run[0], run[-1]))
    return [_range(*corner) for corner in corners]


def _range(first: Cell, last: Cell) -> str:
    return range_of(*(f"{get_column_letter(column)}{row}" for row, column in (first, last)))
