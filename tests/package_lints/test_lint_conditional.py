"""The lint of references to other sheets can fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from tests.package_lints.lint_conditional import conditional_formats_on_their_own_sheet, validations_on_their_own_sheet
from tests.package_lints.package import Package


def package_with(tmp_path: Path, formula: str) -> Package:
    """A package whose first sheet has a conditional format and a validation with this formula."""
    workbook = Workbook()
    workbook.active.title = "Start"
    workbook.create_sheet("The proof")
    workbook.defined_names["there"] = DefinedName("there", attr_text="'The proof'!$A$1")
    workbook.defined_names["here"] = DefinedName("here", attr_text="Start!$A$1")
    workbook["Start"].conditional_formatting.add("B2", FormulaRule(formula=[formula]))
    validation = DataValidation(type="custom", formula1=formula)
    validation.add("B3")
    workbook["Start"].add_data_validation(validation)
    workbook.save(tmp_path / "book.xlsx")
    return Package.read(tmp_path / "book.xlsx")


@pytest.mark.parametrize("formula", ["'The proof'!C4>0", "AND(A1>0,Proof!$C$4>0)", "there=0"])
def test_a_formula_that_looks_at_another_sheet_is_found(formula: str, tmp_path: Path) -> None:
    """By address or by a defined name, in a conditional format and in a validation."""
    package = package_with(tmp_path, formula)
    assert len(list(conditional_formats_on_their_own_sheet(package))) == 1
    assert len(list(validations_on_their_own_sheet(package))) == 1


@pytest.mark.parametrize("formula", ["$C$4>0", 'A1="Proof!C4"', "Start!$A$1>0", "here>0", "SUM(A1:A3)<>0"])
def test_a_formula_that_stays_at_home_is_none(formula: str, tmp_path: Path) -> None:
    """Its own sheet's cells, also by name, and a text with an exclamation mark are no fault."""
    package = package_with(tmp_path, formula)
    assert list(conditional_formats_on_their_own_sheet(package)) == []
    assert list(validations_on_their_own_sheet(package)) == []
