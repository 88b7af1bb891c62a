"""Looks that are put together once: as openpyxl would put them together for each cell."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.cell import Cell

from xlbp.workbook.drawing import style
from xlbp.workbook.page.dress import dress

PARTS = (style.font("en", bold=True), style.fill("FFEE00"), style.THIN, style.RIGHT, style.NUMBER)


def cell(workbook: Workbook, row: int) -> Cell:
    """A cell of the first sheet."""
    made = workbook.worksheets[0].cell(row, 1)
    assert isinstance(made, Cell)
    return made


def test_a_look_is_taken_over_with_all_its_parts() -> None:
    """The first cell and the later ones have each part."""
    workbook = Workbook()
    for row in (1, 2):
        dressed = cell(workbook, row)
        dress(dressed, *PARTS)
        assert (dressed.font.b, dressed.fill.fgColor.rgb, dressed.border.left.style) == (True, "00FFEE00", "thin")
        assert (dressed.alignment.horizontal, dressed.number_format) == ("right", style.NUMBER)


def test_a_cell_may_be_changed_after_it_was_dressed() -> None:
    """What is changed in one cell changes in no other that has the look."""
    workbook = Workbook()
    first, second = cell(workbook, 1), cell(workbook, 2)
    dress(first, *PARTS)
    first.border = style.LEFT_EDGE
    dress(second, *PARTS)
    assert (first.border.left.style, second.border.left.style) == ("medium", "thin")


def test_workbooks_do_not_share_looks() -> None:
    """Each counts its own fonts: a look of one means nothing in another."""
    one, other = Workbook(), Workbook()
    dress(cell(other, 1), style.font("en", 20), style.LEFT)
    for workbook in (one, other):
        dressed = cell(workbook, 2)
        dress(dressed, *PARTS)
        assert dressed.font.b
