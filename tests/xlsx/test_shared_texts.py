"""Cells as XML, their texts in one table."""

from __future__ import annotations

import datetime
import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font

from xlbp.workbook.page.cells import link
from xlbp.xlsx.in_memory import saved
from xlbp.xlsx.shared_texts import SharedTexts


def read_back(workbook: Workbook) -> Workbook:
    """The workbook as another reader finds it."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as package:
        for name, part in saved(workbook).items():
            package.writestr(name, part)
    return load_workbook(memory)


def test_a_text_is_stored_once() -> None:
    """Equal texts have one number; the table counts its uses; white space that a reader would drop is marked."""
    texts = SharedTexts()
    assert [texts.place(text) for text in ("a<b", " x", "a<b", "two\nlines")] == [0, 1, 0, 2]
    assert (
        texts.xml()
        .decode()
        .endswith(
            'count="4" uniqueCount="3"><si><t>a&lt;b</t></si><si><t xml:space="preserve"> x</t></si>'
            '<si><t xml:space="preserve">two\nlines</t></si></sst>'
        )
    )


@pytest.mark.parametrize("content", ["x", "  x ", "two\nlines", "&<>'\"", "中文", 1.5, 3, True, "=A1+1", "#N/A"])
def test_every_content_comes_back(content: object) -> None:
    """What a cell holds is what a reader of the package finds: texts, numbers, formulas, errors."""
    workbook = Workbook()
    workbook.active["B2"] = content
    assert read_back(workbook).active["B2"].value == content


def test_a_copy_of_another_book_loses_nothing() -> None:
    """Dates, which no book of ours has, comments, styles of empty cells, heights and links are written too."""
    workbook = Workbook()
    sheet = workbook.active
    sheet["A1"], sheet["A2"].font = datetime.datetime(2026, 1, 2), Font(bold=True)
    sheet["A3"].comment = Comment("said", "one who says it")
    sheet.row_dimensions[9].height = 33
    sheet["A4"].hyperlink = "https://example.org/"
    link(sheet, 5, 1, "'Sheet'!B7")
    found = read_back(workbook).active
    assert (datetime.datetime(2026, 1, 2), True) == (found["A1"].value, found["A2"].font.bold)
    assert (found["A3"].comment.text, found.row_dimensions[9].height) == ("said", 33)
    assert (found["A4"].hyperlink.target, found["A5"].hyperlink.location) == ("https://example.org/", "'Sheet'!B7")
