"""Formulas at one distance, where three agree and where the middle one does not, and the forms that they have."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.forward.forms import Form, Forms
from xlbp.auditing.forward.parallels import ParallelLines, Triples
from xlbp.auditing.reading.contents import read


def triples_of(lines: dict[int, dict[int, int]], stride: int) -> Triples:
    """The triples at a distance; of each line the formulas by their places."""
    return ParallelLines([(n, place, f) for n, line in lines.items() for place, f in line.items()]).triples(stride)


def test_the_middle_one_of_three_differs_in_one_line_and_agrees_in_the_other() -> None:
    """A number that was typed differs, and a blank does not."""
    lines = {1: {1: 7, 4: 0, 7: 7}, 2: {1: 8, 4: 8, 7: 8}, 3: {1: 9, 7: 9}}
    triples = triples_of(lines, 3)
    assert triples.differing == [(1, 4, 1)]
    assert triples.agreeing_by_place() == {4: 1}
    assert ParallelLines.agreeing_by_line([triples]) == {2: 1}


def test_cells_far_apart_or_in_other_lines_are_no_triple() -> None:
    """However the lines are kept, and wherever on the sheet they begin."""
    far = {1: {1: 7, 900_000: 7, 900_001: 7}, 2: {1: 7, 2: 7}}
    assert all(not triples_of(far, stride).differing for stride in (1, 2, 24))
    assert all(not triples_of(far, stride).agreeing_by_place() for stride in (1, 2, 24))


def test_a_form_names_the_cells_that_its_formula_names(tmp_path: Path) -> None:
    """Filled down a column with and without ``$``, and where a range's ends change places on the way."""
    book = Workbook()
    for row in range(2, 7):
        book.active[f"B{row}"] = f"=SUM(A$4:A{row})*$A{row - 1}+0.5"
    book.save(tmp_path / "book.xlsx")
    forms = Forms(Cells(read(tmp_path / "book.xlsx")))
    found = {row: forms[("Sheet", row, 2)] for row in range(2, 7)}
    for row, form in found.items():
        assert isinstance(form, Form)
        assert form.filling == (min(4, row), 1, max(4, row), 1, row - 1, 1, 0.5)
    assert len({form.shape for form in found.values() if form is not None}) == 1
