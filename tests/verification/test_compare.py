"""The comparison on plain data: what passes for a number, and what for the same formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xlbp.verification.check import (
    NO_INPUT,
    NO_OVERFLOW,
    NOT_OURS,
    Findings,
    check,
    check_without_inputs,
    compare_names,
    read_numbers,
)
from xlbp.verification.compare import (
    NOISE,
    RTOL,
    Block,
    Cell,
    Mismatch,
    Report,
    compare_cells,
    compare_formulas,
    compare_values,
)
from xlbp.xlsx.areas import CellError

NAN, INF = float("nan"), float("inf")


def block(*expected: float, size: float = 0.0) -> Block:
    """One column of formulas in B5, B6, ..., worth these numbers."""
    values = np.array(expected, dtype=float).reshape(-1, 1)
    return Block("Sheet", ["B"], ["y"], 5, values, np.full(values.shape, size), ["x*2"], ["B{p}+eta*B{r}"])


def compared(expected: float, found: Any, size: float = 0.0, rtol: float = RTOL) -> Report:
    """The report on one cell."""
    report = Report("book.xlsx", "engine")
    compare_values(report, block(expected, size=size), [[found]], rtol, trusted_rows=1)
    return report


NUMBER_AND_FOUND = [
    (1.0, 1.0, True),
    (0.0, 0.0, True),
    (0.0, -0.0, True),
    (-1.5, -1.5, True),
    (1.0, -1.0, False),
    (1.0, 0.0, False),
    (0.0, 1e-300, False),
    # what is no number never passes for one
    (0.0, None, False),
    (1.0, None, False),
    (0.0, "", False),
    (1.0, "1", False),
    (1.0, "1.0", False),
    (1.0, True, False),
    (0.0, False, False),
    (1.0, CellError("#NUM!"), False),
    (0.0, CellError("#N/A"), False),
    (1.0, NAN, False),
    (1.0, INF, False),
    (1.0, -INF, False),
    (1e308, INF, False),
    # an error agrees with an error, whatever its code, and with nothing else
    (NAN, CellError("#NUM!"), True),
    (NAN, CellError("#VALUE!"), True),
    (NAN, CellError("#DIV/0!"), True),
    (NAN, "#NUM!", False),
    (NAN, 0.0, False),
    (NAN, 1.0, False),
    (NAN, NAN, False),
    (NAN, INF, False),
    (NAN, None, False),
    (NAN, "", False),
    (NAN, True, False),
]


@pytest.mark.parametrize(("expected", "found", "agrees"), NUMBER_AND_FOUND)
def test_what_agrees_with_what(expected: float, found: Any, agrees: bool) -> None:
    """Only a near number agrees with a number, and only an error with an error."""
    assert agrees == compared(expected, found).ok


@pytest.mark.parametrize(("expected", "found", "agrees"), NUMBER_AND_FOUND)
def test_a_large_size_excuses_no_kind(expected: float, found: Any, agrees: bool) -> None:
    """However wide the noise allowance, what is no number does not pass for one, nor a number for an error."""
    excused = agrees or (type(found) is float and np.isfinite(found) and not np.isnan(expected))
    assert excused == compared(expected, found, size=INF).ok


@pytest.mark.parametrize("rtol", [1e-9, 1e-6, 1e-12])
@pytest.mark.parametrize("expected", [1.0, -3.5, 1e-200, 1e200])
@pytest.mark.parametrize(("factor", "agrees"), [(0.99, True), (-0.99, True), (1.01, False), (-1.01, False)])
def test_the_tolerance_is_relative(expected: float, rtol: float, factor: float, agrees: bool) -> None:
    """A number may differ by rtol times the expected one, and by no more."""
    assert agrees == compared(expected, expected * (1 + factor * rtol), rtol=rtol).ok


def test_no_tolerance_means_the_last_bit() -> None:
    """With rtol 0 the next double disagrees."""
    expected = (True, False)
    assert expected == (compared(1.0, 1.0, rtol=0).ok, compared(1.0, float(np.nextafter(1, 2)), rtol=0).ok)


@pytest.mark.parametrize("size", [1.0, 1e-100, 1e100])
@pytest.mark.parametrize(("factor", "agrees"), [(0.99, True), (1.01, False)])
def test_terms_that_cancel_leave_their_noise(size: float, factor: float, agrees: bool) -> None:
    """Where terms cancel to 0, a rest below 2^-44 of the terms agrees, a larger one does not."""
    assert agrees == compared(0.0, factor * NOISE * size, size=size).ok


@pytest.mark.parametrize(("found", "agrees"), [(5e-324, True), (2.2e-308, True), (2.4e-308, False)])
def test_subnormals_agree_with_zero(found: float, agrees: bool) -> None:
    """Excel knows no subnormal numbers: 0 stands for them, and for nothing larger."""
    assert agrees == compared(0.0, found).ok


@pytest.mark.parametrize("size", [INF, 1e308, NAN])
def test_a_size_beyond_measure_does_not_fail_an_equal_number(size: float) -> None:
    """Where the size of the terms is not known, an exactly equal number still agrees."""
    assert compared(7.0, 7.0, size=size).ok


def test_a_mismatch_tells_everything() -> None:
    """A mismatch has the cell, the name, the iteration, both values and the formula that should be there."""
    report = Report("book.xlsx", "engine")
    compare_values(report, block(1.0, 2.0), [[1.0], [2.5]], RTOL, trusted_rows=2)
    assert [Mismatch("Sheet!B6", "y", 1, 2.0, 2.5, "=B5+eta*B6")] == report.mismatches


@pytest.mark.parametrize(("found", "shown"), [(None, "nothing"), (CellError("#N/A"), "#N/A"), ("x", "x"), (True, True)])
def test_a_mismatch_shows_what_was_found(found: Any, shown: Any) -> None:
    """What is found is shown as it is, a blank as the word nothing."""
    assert shown == compared(1.0, found).mismatches[0].found


def test_an_expected_error_is_said_in_words() -> None:
    """Where an error is expected the mismatch says so instead of giving NaN."""
    assert "an error" == compared(NAN, 1.0).mismatches[0].expected  # noqa: SIM300


def test_figures_of_the_report() -> None:
    """The largest differences are found, and the cell with the largest relative one is the worst."""
    report = Report("book.xlsx", "engine")
    compare_values(report, block(1.0, 100.0, 2.0), [[1.0], [100.5], [2.1]], RTOL, trusted_rows=3)
    assert (3, 0.5, pytest.approx(0.05), "Sheet!B7") == (
        report.checked,
        report.max_abs,
        report.max_rel,
        report.worst_cell,
    )


def test_what_is_identical_is_counted() -> None:
    """Equal numbers and expected errors are identical; the rest is measured in doubles, where it is no noise."""
    report = Report("book.xlsx", "engine")
    wanted = block(1.0, 2.0, NAN, 4e-16, size=1.0)
    compare_values(report, wanted, [[1.0], [2.0 + 2**-50], [CellError("#NUM!")], [0.0]], RTOL, trusted_rows=4)
    assert (report.ok, report.checked, report.identical, report.max_ulp) == (True, 4, 2, 2)


def test_what_is_identical_is_counted_on_teaching_sheets() -> None:
    """Numbers, texts and errors; a text that differs in its last digit agrees, and is not identical."""
    contents = [
        (1.0, 1.0),
        (1.0, 1.0 + 2**-51),
        ("z = 0.2500", "z = 0.2500"),
        ("z = 0.2500", "z = 0.2501"),
        (None, CellError("#N/A")),
    ]
    cells = [Cell(row, 1, f"A{row}", "=1", expected, 0.0) for row, (expected, _) in enumerate(contents, 1)]
    report = Report("book.xlsx", "engine")
    compare_cells(report, "Sheet", cells, [[found] for _, found in contents], RTOL)
    assert (report.ok, report.checked, report.identical, report.max_ulp) == (True, 5, 3, 2)


def test_no_difference_has_no_worst_cell() -> None:
    """A book that agrees to the last bit names no worst cell."""
    report = compared(1.0, 1.0)
    expected = (0.0, 0.0, None)
    assert expected == (report.max_abs, report.max_rel, report.worst_cell)


def test_rows_that_are_not_trusted_are_not_compared() -> None:
    """From ``trusted_rows`` on nothing is compared, and nothing is counted as checked."""
    report = Report("book.xlsx", "engine")
    compare_values(report, block(1.0, NAN), [[1.0], [3.0]], RTOL, trusted_rows=1)
    expected = (True, 1)
    assert expected == (report.ok, report.checked)


def test_input_cells_are_not_compared() -> None:
    """A cell that holds an input by design is no formula cell."""
    inputs = Block("Sheet", ["B"], ["w"], 5, np.array([[1.0], [2.0]]), np.zeros((2, 1)), [None], ["B{p}"])
    report = Report("book.xlsx", "engine")
    compare_values(report, inputs, [[99.0], [2.0]], RTOL, trusted_rows=2)
    expected = (True, 1)
    assert expected == (report.ok, report.checked)


def test_nothing_checked_is_not_ok() -> None:
    """A report that has checked no cell is no success."""
    assert not Report("book.xlsx", "engine").ok


# cells of the teaching sheets


def cell_compared(expected: float | str | None, found: Any, size: float = 0.0) -> Report:
    """The report on one cell of a teaching sheet; None stands for an expected error."""
    report = Report("book.xlsx", "engine")
    compare_cells(report, "Steps", [Cell(1, 1, "A1", "=x", expected, size)], [[found]], RTOL)
    return report


@pytest.mark.parametrize(("expected", "found", "agrees"), NUMBER_AND_FOUND)
def test_what_agrees_with_what_on_a_teaching_sheet(expected: float, found: Any, agrees: bool) -> None:
    """On a teaching sheet too, only a near number agrees with a number, and only an error with an error."""
    assert agrees == cell_compared(None if np.isnan(expected) else expected, found).ok


TEXT_AND_FOUND = [
    ("a = 0.15", "a = 0.15", True),
    ("a = 0.1500", "a = 0.1501", True),  # rounding may turn the last digit over
    ("a = 0.1500", "a = 0.1502", False),
    ("a = 0.15", "a = 0.16", False),  # but not of a number that no formula rounds
    ("a = 0.15", "a = -0.15", False),
    ("a = 1.50E+10", "a = 1.51E+10", True),
    ("a = 1.50E+10", "a = 1.50E+11", False),
    ("a = 0.15", "b = 0.15", False),
    ("w1 = 0.15", "w2 = 0.15", False),
    ("a = 0.15", "a = 0.15 + 0.20", False),
    ("a = 0.15", "", False),
    ("a = 0.15", None, False),
    ("a = 0.15", 0.15, False),
    ("0.15", 0.15, False),
    ("#NUM!", CellError("#NUM!"), False),
    ("", None, False),
]


@pytest.mark.parametrize(("expected", "found", "agrees"), TEXT_AND_FOUND)
def test_what_agrees_with_a_text(expected: str, found: Any, agrees: bool) -> None:
    """A composed text agrees with the same text, but for the last digit of its numbers."""
    assert agrees == cell_compared(expected, found).ok


# formulas


def test_changed_formulas_are_found() -> None:
    """A changed, a replaced and a missing formula are found, each with its cell and both texts."""
    found = compare_formulas(block(1, 2, 3, 4), [["=x*2"], ["=B5-eta*B6"], [3.0], [None]])
    assert [
        Mismatch("Sheet!B6", "y", 1, "=B5+eta*B6", "=B5-eta*B6", "=B5+eta*B6"),
        Mismatch("Sheet!B7", "y", 2, "=B6+eta*B7", 3.0, "=B6+eta*B7"),
        Mismatch("Sheet!B8", "y", 3, "=B7+eta*B8", "nothing", "=B7+eta*B8"),
    ] == found


def test_unchanged_formulas_are_not_found() -> None:
    """Formulas as they should be, or harmlessly rewritten, are no finding."""
    assert compare_formulas(block(1, 2), [["=x*2.0"], ["=b5 + ETA*b6"]]) == []


def test_an_input_may_hold_anything() -> None:
    """What stands in an input cell is no matter of formulas."""
    inputs = Block("Sheet", ["B"], ["w"], 5, np.ones((2, 1)), np.zeros((2, 1)), [None], ["B{p}"])
    assert compare_formulas(inputs, [[123.0], ["=B5"]]) == []


# inputs and defined names


@pytest.mark.parametrize("content", ["0,5", "0.5", "", None, True, False, "=A1"])
def test_an_input_that_is_no_number(content: Any) -> None:
    """A text, a blank, a truth value or a formula in an input cell is at fault, and named."""
    numbers, unusable = read_numbers({"x[1]": ("Sheet", "B3", content)})
    expected = ({}, [("Sheet!B3", "x[1]", "a number")])
    assert expected == (numbers, [(m.cell, m.name, m.expected) for m in unusable])


@pytest.mark.parametrize("content", [1, 0, -2.5, 1e-300])
def test_an_input_that_is_a_number(content: float) -> None:
    """Whole and broken numbers are inputs."""
    assert ({"x[1]": float(content)}, []) == read_numbers({"x[1]": ("Sheet", "B3", content)})


@pytest.mark.parametrize("target", ["Sheet!$B$3", "'Sheet'!$B$3", "=Sheet!$B$3", "sheet!B3"])
def test_a_name_in_its_place(target: str) -> None:
    """A defined name that stands for its cell, however written, is in order."""
    assert compare_names({"x_1": "Sheet!$B$3"}, {"X_1": target}) == []


@pytest.mark.parametrize("found", [{}, {"x_1": "Sheet!$C$3"}, {"x_1": "Other!$B$3"}, {"x_2": "Sheet!$B$3"}])
def test_a_name_that_moved_or_is_missing(found: dict[str, str]) -> None:
    """A defined name that is gone or stands for another cell is found."""
    [mismatch] = compare_names({"x_1": "Sheet!$B$3"}, found)
    assert ("x_1", "Sheet!$B$3", found.get("x_1", "nothing")) == (mismatch.cell, mismatch.expected, mismatch.found)


# the report of one engine

CHANGED = Mismatch("Sheet!B5", "y", 0, "=x*2", "=x*3", "=x*2")


def test_a_changed_formula_alone_is_not_ok() -> None:
    """A changed formula fails the book even if every value agrees."""
    report = check("book.xlsx", "engine", [block(1.0)], {}, Findings([CHANGED], [], 0), [[[1.0]]], RTOL, [None])
    expected = (False, [CHANGED], [])
    assert expected == (report.ok, report.formulas_changed, report.mismatches)


def test_what_was_not_checked_is_counted_with_its_reason() -> None:
    """Foreign formulas and rows beyond an engine's range are counted as unchecked."""
    report = check(
        "book.xlsx", "engine", [block(1.0, NAN, NAN)], {}, Findings([], [], 4), [[[1.0], [2.0], [3.0]]], RTOL, [1]
    )
    expected = (True, 1, 6, {NOT_OURS: 4, NO_OVERFLOW: 2})
    assert expected == (
        report.ok,
        report.checked,
        report.unchecked,
        report.unchecked_reasons,
    )


def test_without_inputs_nothing_is_checked() -> None:
    """An input that is no number fails the book, and every formula cell counts as unchecked."""
    fault = Mismatch("Sheet!B3", "x[1]", None, "a number", "'0,5'")
    report = check_without_inputs("book.xlsx", "engine", [block(1.0, 2.0)], {}, Findings([], [fault], 0))
    assert (False, [fault], 0, {NO_INPUT: 2}) == (
        report.ok,
        report.mismatches,
        report.checked,
        report.unchecked_reasons,
    )


# several blocks


def report_of(blocks: list[Block], grids: list[list[list[float]]], trusted: list[int | None], cell: Cell) -> Report:
    """The report on some blocks, and on a page of one cell that holds 1."""
    findings = Findings([], [], 0)
    return check("book.xlsx", "engine", blocks, {"Page": [cell]}, findings, [*grids, [[1.0]]], RTOL, trusted)


def test_every_block_is_compared() -> None:
    """A wrong number in the second block is found, and named as the worst cell though the third has a small error."""
    grids = [[[1.0], [2.0]], [[1.0], [2.5]], [[1.0 + 1e-12], [2.0]]]
    report = report_of([block(1.0, 2.0)] * 3, grids, [None] * 3, Cell(1, 1, "A1", "=1", 1.0, 0.0))
    wrong = [(m.iteration, m.expected, m.found) for m in report.mismatches]
    assert (wrong, report.checked, report.worst_cell, report.max_rel) == ([(1, 2.0, 2.5)], 7, "Sheet!B6", 0.25)


@pytest.mark.parametrize(("of", "checked"), [(0, 4), (1, 3), (None, 3)])
def test_what_depends_on_a_diverged_block_alone_is_left_out(of: int | None, checked: int) -> None:
    """Where an engine can't confirm one block's overflow, the cells of the others are still compared."""
    cell = Cell(1, 1, "A1", "=1", 1.0, 0.0, of)
    report = report_of([block(1.0, 2.0), block(1.0, NAN)], [[[1.0], [2.0]], [[1.0], [7.0]]], [None, 1], cell)
    assert (True, checked, 5 - checked) == (report.ok, report.checked, report.unchecked)
