"""The lints of what a person may type find what they are for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation

from tests.package_lints.lint_entries import (
    a_dialog_fits,
    no_entry_is_refused,
)
from tests.package_lints.package import Package
from xlbp.workbook.drawing.style import INPUT

SOUND = {"type": "list", "formula1": "$D$1:$D$9", "showErrorMessage": False, "promptTitle": "A class"}


def book(path: Path, protected: bool = True, **rule: object) -> Package:
    """A book with an unlocked cell B2, a yellow one C3 and a locked one D4, all under one validation."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for address in ("B2", "C3", "D4"):
        sheet[address] = 1
    sheet["B2"].protection = Protection(locked=False)
    sheet["C3"].fill = PatternFill("solid", fgColor=INPUT.tint)
    sheet.protection.sheet = protected
    validation = DataValidation(**{**SOUND, **rule})
    validation.add("B2:D4")
    sheet.add_data_validation(validation)
    workbook.save(path / "book.xlsx")
    return Package.read(path / "book.xlsx")


@pytest.mark.parametrize(("protected", "cell"), [(True, "B2"), (False, "C3")])
def test_an_entry_that_is_refused_is_found(protected: bool, cell: str, tmp_path: Path) -> None:
    """An alert over an unlocked cell of a protected sheet, or over a yellow one of another; a list is no excuse."""
    package = book(tmp_path, protected, showErrorMessage=True)
    assert list(no_entry_is_refused(package)) == [f"Sheet!{cell} refuses what is typed"]


@pytest.mark.parametrize(
    ("lint", "rule"),
    [
        (a_dialog_fits, {"errorTitle": "t" * 33, "error": "words"}),
        (a_dialog_fits, {"promptTitle": "t" * 33}),
        (a_dialog_fits, {"error": "e" * 256}),
        (a_dialog_fits, {"prompt": "p" * 256}),
        (a_dialog_fits, {"errorTitle": "This is a formula"}),
    ],
)
def test_a_dialog_that_does_not_fit_is_found(
    lint: Callable[[Package], Iterable[str]], rule: dict[str, str], tmp_path: Path
) -> None:
    """A title or a text that is too long, a title without a text."""
    assert len(list(lint(book(tmp_path, **rule)))) == 1


def test_a_list_that_offers_and_refuses_nothing_is_sound(tmp_path: Path) -> None:
    """No lint finds a fault in it, and none in a cell that is locked."""
    package = book(tmp_path)
    lints = (no_entry_is_refused, a_dialog_fits)
    assert [fault for lint in lints for fault in lint(package)] == []
