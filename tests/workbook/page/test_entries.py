"""What is wrong with an entry is said beside it, in the reader's language, and any entry that is right says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.teaching import change, recalculate
from xlbp.lang import LANGUAGES, load_texts
from xlbp.recalc.bench import bench
from xlbp.workbook.page.entries import LONGEST, first_wrong

WRONG = {  # in mazur with 15 iterations: what is typed, where it is told, and how
    "Training!C3": ("abc", "Training!B4", "← C3: a number is needed"),
    "Step by step!C3": (16, "Step by step!D3", "← a whole number from 0 to 15 is needed"),
    "Gradient check!C4": (0, "Gradient check!D4", "← a number above 0 is needed"),
    "Loss landscape!C5": ("w9", "Loss landscape!D5", "← choose a parameter from the list"),
    "Loss landscape!C6": (-1, "Loss landscape!D6", "← a number above 0 is needed"),
}


def value(sheets: dict[str, list[list[object]]], address: str) -> object:
    """What a cell of a recalculated book shows, such as ``Training!B4``."""
    sheet, cell = address.split("!")
    return sheets[sheet][int(cell[1:]) - 1][ord(cell[0]) - ord("A")]


@pytest.mark.slow
def test_what_is_wrong_is_told_beside_the_cell(mazur: Path, tmp_path: Path) -> None:
    """Each chooser and each panel says what it needs; a book as it was made says nothing of the kind."""
    typed = {address: content for address, (content, _, _) in WRONG.items()}
    before, after = recalculate(mazur), recalculate(change(mazur, tmp_path / "wrong.xlsx", typed))
    for _, place, text in WRONG.values():
        assert value(after, place) == text
        assert "needed" not in str(value(before, place))


def first_named(path: Path, cells: list[tuple[int, int]], wrong: list[tuple[int, int]], may_be_empty: bool) -> str:
    """The line about some cells, which hold numbers but for those that are wrong and hold a text."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row, column in cells:
        sheet.cell(row, column).value = "0,5" if (row, column) in wrong else 0.5
    sheet["A1"] = f"={first_wrong(cells, load_texts('en'), may_be_empty)}"
    workbook.save(path)
    with bench(path) as opened:
        return str(opened.value("Sheet", 1, 1))


PANEL = [(row, column) for row in (3, 4, 5) for column in (2, 3, 4, 6)] + [(9, 2), (9, 3)]


@pytest.mark.parametrize(
    ("wrong", "cell"),
    [([], ""), (PANEL, "B3"), (PANEL[3:], "F3"), (PANEL[6:7], "D4"), (PANEL[11:], "F5"), (PANEL[13:], "C9")],
)
def test_the_first_wrong_cell_is_named(wrong: list[tuple[int, int]], cell: str, tmp_path: Path) -> None:
    """Row by row, and in a row from left to right."""
    expected = f"← {cell}: a number is needed" if cell else ""
    assert first_named(tmp_path / "panel.xlsx", PANEL, wrong, may_be_empty=False) == expected


def test_an_empty_answer_is_no_wrong_one(tmp_path: Path) -> None:
    """Where cells wait to be filled only what is there and is no number is told; elsewhere an empty one is, too."""
    texts = load_texts("en")
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["B3"], sheet["D3"] = 1, "=1/0"
    cells = [(3, 2), (3, 3), (3, 4)]
    sheet["A1"], sheet["A2"] = (f"={first_wrong(cells, texts, may_be_empty)}" for may_be_empty in (True, False))
    workbook.save(tmp_path / "answers.xlsx")
    with bench(tmp_path / "answers.xlsx") as opened:
        found = [opened.value("Sheet", row, 1) for row in (1, 2)]
    assert found == ["← D3: a number is needed", "← C3: a number is needed"]


@pytest.mark.parametrize("count", [1, 64, 65, 3_000, 16_000])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_too_long_for_a_cell(count: int, language: str) -> None:
    """Of many cells the line names groups; it is short however many they are, and there is one."""
    formula = first_wrong([(9, column) for column in range(2, count + 2)], load_texts(language))
    assert 0 < len(formula) <= LONGEST


def test_one_of_very_many_is_told_by_its_neighbours(tmp_path: Path) -> None:
    """Of 500 cells the one that is wrong stands among those that are named."""
    cells = [(2, column) for column in range(1, 501)]
    assert first_named(tmp_path / "wide.xlsx", cells, [(2, 300)], may_be_empty=False) == "← KK2:KR2: a number is needed"
