"""What helps a reader of the training sheet: words, groups, colours by value, and a guard."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from tests.books import contents_of
from tests.teaching import laid_out
from tests.templates import REPRESENTATIVES
from xlbp.lang import LANGUAGES
from xlbp.workbook.sheets.guides import FOLDED, explanation

BOOKS = {"mazur": ("mazur", 15), "xor": ("xor", 5), "graph": ("into-backprop", 20)}
books = pytest.mark.parametrize("fixture", BOOKS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_every_column_is_explained(name: str, language: str) -> None:
    """Each quantity has a sentence, with nothing left to fill in."""
    contents = laid_out(name, 3, (), language)
    words = [explanation(contents, column) for column in contents.program.columns]
    assert [text for text in words if not text or "{" in text] == []


@pytest.mark.parametrize(
    ("name", "column", "beginning"),
    [
        ("mazur", "W1[1,1]", "A weight or bias."),
        ("mazur", "z1[1]", "Pre-activation"),
        ("mazur", "a2[2]", "Activation"),
        ("mazur", "e[1]", "Error"),
        ("mazur", "E", "Loss"),
        ("mazur", "da1[1]", "How fast E_total changes with this activation"),
        ("mazur", "f'1[1]", "Local derivative of the activation"),
        ("mazur", "dz1[2]", "Delta"),
        ("mazur", "dW1[1,2]", "Gradient"),
        ("mazur", "|dW2|", "Length of the layer's gradient"),
        ("mazur", "W2+[1,1]", "The value after this row's step"),
        ("mazur", "iteration", "The number of the iteration"),
        ("xor", "a0[1]@2", "An input of this sample"),
        ("xor", "db1[1]", "Gradient"),
        ("into-backprop", "a", "A variable"),
        ("into-backprop", "d", "A node"),
        ("into-backprop", "∂d/∂a", "Local derivative of one operation"),
        ("into-backprop", "df/dd", "Whole derivative of f"),
        ("softmax-three-classes", "lse2@1", "Log-sum-exp"),
    ],
)
def test_words_of_a_quantity(name: str, column: str, beginning: str) -> None:
    """Each kind of quantity gets its own words."""
    contents = laid_out(name)
    [found] = [explanation(contents, c) for c in contents.program.columns if c.name == column]
    assert found.startswith(beginning), found


@pytest.mark.slow
@books
def test_words_stand_on_the_headings(fixture: str, request: pytest.FixtureRequest) -> None:
    """The cell with a quantity's symbol has a comment that begins with it."""
    contents = contents_of(*BOOKS[fixture])
    sheet = load_workbook(request.getfixturevalue(fixture))["Training"]
    for number, column in enumerate(contents.program.columns, start=1):
        comment = sheet.cell(contents.layout.first_row - 2, number).comment
        assert [contents.symbol(column.name), explanation(contents, column)] == comment.text.split("\n")


@pytest.mark.slow
@books
def test_phases_fold(fixture: str, request: pytest.FixtureRequest) -> None:
    """The columns of a phase fold into its first; parameters and iterations stay, and so do the loss and the hits."""
    contents = contents_of(*BOOKS[fixture])
    sheet = load_workbook(request.getfixturevalue(fixture))["Training"]
    phases = [column.phase for column in contents.program.columns]
    wanted = {number for number, phase in enumerate(phases, start=1) if phase in FOLDED and phase == phases[number - 2]}
    in_sight = {contents.objective, "hits", "E@T", "hits@T"}
    wanted -= {contents.layout.columns[name] for name in in_sight & set(contents.layout.columns)}
    found = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.outlineLevel:
            found |= set(range(dimension.min, dimension.max + 1))
    assert (wanted, False) == (found, sheet.sheet_properties.outlinePr.summaryRight)


@books
def test_formulas_are_guarded_and_inputs_take_everything(fixture: str, request: pytest.FixtureRequest) -> None:
    """Each cell of an iteration is a guarded formula, or an input: that has no validation, and so takes a formula."""
    contents = contents_of(*BOOKS[fixture])
    layout = contents.layout
    sheet = load_workbook(request.getfixturevalue(fixture))["Training"]
    [guard] = sheet.data_validations.dataValidation
    assert (guard.type, guard.formula1, guard.showErrorMessage) == ("custom", "FALSE", True)
    for row in (layout.first_row, layout.first_row + 1, layout.last_row):
        for column in range(1, len(layout.columns) + 1):
            cell = f"{get_column_letter(column)}{row}"
            assert (cell in guard.sqref) == (sheet[cell].data_type == "f" or column == 1), cell
    panel = [place.address.replace("$", "") for place in contents.layout.panel.values() if place.sheet == "training"]
    assert panel
    assert [cell for cell in panel if cell in guard.sqref] == []


def test_gradients_are_coloured_by_sign_and_size(mazur: Path) -> None:
    """Each column of a gradient has a scale over all its iterations, from minus its largest over 0 to its largest."""
    contents = contents_of("mazur", 15)
    sheet = load_workbook(mazur)["Training"]
    areas = {str(area.sqref) for area in sheet.conditional_formatting if any(r.colorScale for r in area.rules)}
    names = [column.name for column in contents.program.columns if column.phase == "gradients"]
    assert {f"{contents.layout.cell(name, 0)}:{contents.layout.cell(name, 15)}" for name in names} == areas
    area = next(area for area in sheet.conditional_formatting if any(r.colorScale for r in area.rules))
    [scale] = [r.colorScale for r in area.rules if r.colorScale]
    low, middle, high = (value.val for value in scale.cfvo)
    assert (low, middle) == (f"-{high}", 0)


def test_one_range_holds_a_columns_rules(mazur: Path) -> None:
    """No two ranges of rules for numbers lie over a cell; tiny ones are scientific in every column but the first.

    The rule for what is no number stands apart: it never holds where one of these does.  So does the mark of a row.
    """
    contents = contents_of("mazur", 15)
    everything = load_workbook(mazur)["Training"].conditional_formatting
    apart = ("NOT(ISNUMBER(", "=$A$1")
    areas = [area for area in everything if not any(mark in str(r.formula) for r in area.rules for mark in apart)]
    assert len(areas) < len(list(everything))
    assert all(any(r.type == "expression" for r in area.rules) for area in areas)
    columns = sorted(c for area in areas for [r] in [area.sqref.ranges] for c in range(r.min_col, r.max_col + 1))
    assert columns == list(range(2, len(contents.program.columns) + 1))
