"""The lint of digits finds numbers that no spreadsheet keeps."""

from __future__ import annotations

import pytest

from tests.package_lints.lint_digits import numbers_keep_within_15_digits
from tests.package_lints.package import Package
from xlbp.pipeline import generate


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A small book."""
    path = tmp_path_factory.mktemp("digits") / "mazur.xlsx"
    generate("mazur", path, ["training.iterations=1"], check_it=False)
    return Package.read(path)


@pytest.mark.slow
def test_a_given_number_with_17_digits_is_found(book: Package) -> None:
    """An initial weight that saving would change."""
    faulty = book.replaced(book.sheets["Training"], "<v>0.15</v>", "<v>0.15000000000000002</v>")
    assert any("0.15000000000000002" in fault for fault in numbers_keep_within_15_digits(faulty))


def test_a_constant_of_a_formula_with_17_digits_is_found(book: Package) -> None:
    """A third that was folded into a formula."""
    faulty = book.replaced(book.sheets["Gradient check"], "2*check_h", "0.33333333333333331*check_h")
    assert any("0.33333333333333331" in fault for fault in numbers_keep_within_15_digits(faulty))


def test_values_of_formulas_may_have_all_digits(book: Package) -> None:
    """What a formula gives is computed anew; only what is given counts."""
    assert list(numbers_keep_within_15_digits(book)) == []
