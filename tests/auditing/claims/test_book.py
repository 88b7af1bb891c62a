"""Which sheets of a book are looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from xlbp.auditing.run import audit
from xlbp.pipeline import compare

pytestmark = pytest.mark.slow  # a whole book


def test_every_training_of_a_comparison_is_judged(tmp_path: Path) -> None:
    """A slip in the last of three trainings is found, on its sheet; as made, all three are right."""
    book = compare(
        "mazur",
        ["training.learning_rate=0.1,0.5,2"],
        tmp_path / "book.xlsx",
        ("training.iterations=8",),
        check_it=False,
    ).path
    sound = audit(book)
    assert (len(sound.sheets), sound.ok) == (3, True)
    workbook = load_workbook(book)
    sheet = workbook["3 η=2"]
    heading = next(cell for row in sheet.iter_rows(1, 12) for cell in row if cell.value == "∂E_total/∂w5")
    cell = next(c for c in sheet[heading.column_letter][heading.row :] if str(c.value).startswith("="))
    slipped = sheet.cell(cell.row + 3, cell.column)
    slipped.value = slipped.value.replace("*", "+")
    workbook.save(tmp_path / "slipped.xlsx")
    found = audit(tmp_path / "slipped.xlsx")
    assert [finding.cell for finding in found.findings] == [("3 η=2", slipped.row, slipped.column)]
