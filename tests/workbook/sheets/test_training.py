"""The training sheet's looks: which columns hold whole numbers."""

from __future__ import annotations

import pytest

from tests.teaching import laid_out, laid_out_of
from tests.templates import ALL
from tests.training_templates import text
from xlbp.workbook.drawing.style import INTEGER
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.sheets.training import add_training
from xlbp.xlsx.new_workbook import new_workbook


def whole_columns(contents: Contents) -> list[str]:
    """The quantities that are shown without decimals."""
    sheet, layout = add_training(new_workbook(), contents, guided=False), contents.layout
    columns = layout.columns.items()
    return [name for name, column in columns if sheet.cell(layout.first_row + 1, column).number_format == INTEGER]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("mazur", ["iteration"]),
        ("chain-rule-2", ["iteration"]),
        (text("batch_size = 1"), ["iteration", ":epoch", "s[0]"]),
        (text("batch_size = 1", "dropout = 0.4"), ["iteration", ":epoch", "s[0]", "r1[1]", "r1[2]", "r1[3]"]),
    ],
    ids=["one sample", "a graph with a variable s", "mini-batches", "dropout"],
)
def test_whole_numbers_have_no_decimals(source: str, expected: list[str]) -> None:
    """Iterations, epochs, the numbers of samples and random numbers; a mask, or a graph's variable, has decimals."""
    contents = laid_out(source) if source in ALL else laid_out_of(source)
    assert whole_columns(contents) == expected
