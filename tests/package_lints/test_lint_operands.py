"""The lint of operands finds each kind of its fault, and nothing in a book as it is."""

from __future__ import annotations

import re

import pytest

from tests.package_lints.lint_operands import numbers_are_read_from_numbers
from tests.package_lints.package import Package
from xlbp.pipeline import generate

pytestmark = pytest.mark.slow  # whole books, or many processes

CHECK = "Gradient check"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A book of a network that stands on a corner of ReLU, where the gradient check looks at the loss itself."""
    path = tmp_path_factory.mktemp("operands") / "relu.xlsx"
    generate("dead-relu", path, ["training.iterations=2"], check_it=False)
    return Package.read(path)


def faults(package: Package) -> list[str]:
    """What the lint finds."""
    return list(numbers_are_read_from_numbers(package))


def test_a_book_as_it_is_has_no_fault(book: Package) -> None:
    """Labels in composed texts, lists of symbols and empty cells beside tables are no faults."""
    assert faults(book) == []


def test_a_formula_that_points_at_a_label_is_found(book: Package) -> None:
    """The fault of 0.1.0: the corner of a loss was sought beside its label, inside of IFERROR."""
    found = faults(book.replaced(book.sheets[CHECK], "$G$4", "$F$4"))
    assert found
    assert all(fault.endswith(f"reads {CHECK}!F4 as a number, which holds a text") for fault in found)


def test_a_formula_that_points_at_nothing_is_found(book: Package) -> None:
    """An empty cell counts as 0 in arithmetic, which nobody sees."""
    found = faults(book.replaced(book.sheets[CHECK], "$G$4", "$J$4"))
    assert f"{CHECK}!H11 reads {CHECK}!J4 as a number, which holds nothing" in found


def test_a_total_that_takes_its_heading_in_is_found(book: Package) -> None:
    """A sum leaves texts out in silence: its range must not reach into them."""
    proof = book.sheets["Proof"]
    assert any("SUM" not in fault and "holds a text" in fault for fault in faults(_widened(book, proof)))


def _widened(book: Package, part: str) -> Package:
    return book.replaced(part, "MAX(E9:", "MAX(E8:")


def test_a_name_that_stands_for_a_label_is_found(book: Package) -> None:
    """A defined name is followed to its cell."""
    found = faults(book.replaced("xl/workbook.xml", f"'{CHECK}'!$C$4", f"'{CHECK}'!$B$4"))
    assert f"{CHECK}!F11 reads {CHECK}!B4 as a number, which holds a text" in found


def test_a_rule_that_measures_a_label_is_found(book: Package) -> None:
    """A conditional format that compares a text by size never applies."""
    part = book.sheets["Start"]
    rule = '<conditionalFormatting sqref="B4"><cfRule type="expression" priority="99"><formula>B2*2</formula>'
    added = f"{rule}</cfRule></conditionalFormatting><conditionalFormatting"
    assert any("Start!B4 reads Start!B2" in f for f in faults(book.replaced(part, "<conditionalFormatting", added)))


def test_a_chart_that_draws_labels_is_found(book: Package) -> None:
    """A line of numbers must not begin at its heading."""
    part = book.matching(r"xl/charts/chart\d+\.xml")[-1]
    area = re.search(r"<(?:c:)?numRef><(?:c:)?f>([^<]+)<", book.text(part))
    assert area
    found = faults(book.replaced(part, area[1], f"'{CHECK}'!$F$4:$G$4"))
    assert f"{part} draws {CHECK}!F4, which holds a text" in found
