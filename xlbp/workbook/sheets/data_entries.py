"""Beside every row of the data sheet, what is wrong with its entries."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.lang import Texts
from xlbp.template import names
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.entries import Cell, colour_all_wrong, colour_wrong, is_whole, told
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.page.page import Page

WIDTH = 22  # of a column of such texts


def put_wrong_entries(page: Page, contents: Contents) -> None:
    """A live text right of each row, '' while every entry is of use, and colours of those that are not."""
    yellow = contents.template.inputs()
    cells: dict[str, list[Cell]] = {"numbers": [], names.CLASS: [], names.ORDER: []}
    members: list[int] = []
    for name, place in contents.layout.panel.items():
        quantity = contents.quantity(name)
        if place.sheet == "data" and name in yellow:
            cells[quantity.letter if quantity.letter in cells else "numbers"].append((place.row, place.column))
        if quantity.letter == "t" and quantity.sample == names.rows(1)[0]:
            members.append(place.column)
    _put_samples(page, contents.texts, sorted(cells["numbers"]), sorted(cells[names.CLASS]), members)
    _put_order(page, contents.texts, sorted(cells[names.ORDER]), contents.template.model.samples)


def _put_samples(
    page: Page, texts: Texts, numbers: Sequence[Cell], classes: Sequence[Cell], members: Sequence[int]
) -> None:
    """Beside each sample whether a number is missing, or its class is none of those that head the columns ``members``.

    A sample of a known class has a 1 in one of these columns.
    """
    first, last = numbers[0][1], numbers[-1][1]
    beside = (classes[0][1] if classes else last) + 1
    missing, unknown = (literal(texts(f"entry.{key}"))[0] for key in ("number", "class"))
    for row in sorted({row for row, _ in numbers}):
        is_known = f'IF({_is_known(row, members)},"",{unknown})' if classes else '""'
        area = f"{get_column_letter(first)}{row}:{get_column_letter(last)}{row}"
        formula = f"IF(COUNT({area})={last - first + 1},{is_known},{missing})"
        page.live(row, beside, formula, "", "wrong")
    page.width([beside], WIDTH)

    def colour(sheet: Worksheet) -> None:
        colour_all_wrong(sheet, numbers)
        if classes:
            colour_wrong(sheet, _area(classes), f"NOT({_is_known(classes[0][0], members)})")

    page.finishing.append(colour)


def _is_known(row: int, members: Sequence[int]) -> str:
    first, last = (f"${get_column_letter(column)}{row}" for column in (min(members), max(members)))
    return f"IFERROR(SUM({first}:{last})=1,FALSE)"


def _put_order(page: Page, texts: Texts, order: Sequence[Cell], samples: int) -> None:
    """Beside each draw whether it is the number of a sample that is trained on."""
    if not order:
        return
    wrong = texts("entry.whole", first=1, last=samples)
    for row, column in order:
        cell = f"{get_column_letter(column)}{row}"
        page.live(row, column + 1, told(cell, is_whole(cell, 1, samples), "", wrong), "", "wrong")
    first = f"{get_column_letter(order[0][1])}{order[0][0]}"
    is_wrong = f"NOT(IF(ISNUMBER({first}),{is_whole(first, 1, samples)},FALSE))"
    page.finishing.append(lambda sheet: colour_wrong(sheet, _area(order), is_wrong))


def _area(cells: Sequence[Cell]) -> str:
    """The cells of one column, from the first to the last."""
    letter = get_column_letter(cells[0][1])
    return f"{letter}{cells[0][0]}:{letter}{cells[-1][0]}"
