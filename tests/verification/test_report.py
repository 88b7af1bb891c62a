"""Reports: the JSON contract, and the table for people."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import Any

import pytest

from xlbp.verification.compare import Mismatch, Report
from xlbp.verification.report import LISTED, SHOWN, print_reports, remarks, share, to_data, to_json
from xlbp.xlsx.areas import CellError

CONTRACT = {
    "book", "engine", "checked", "unchecked", "max_abs", "max_rel", "worst_cell", "diverged_at",
    "formulas_changed", "mismatches", "ok",
}  # fmt: skip
EXTENSIONS = {
    "differs",
    "first",
    "composed",
    "identical",
    "max_ulp",
    "unchecked_reasons",
    "formulas_changed_count",
    "mismatch_count",
}
VALUE = Mismatch("Training!F12", "z1[1]", 3, 0.25, 0.5, "=A1+B1", "z_h1")
FORMULA = Mismatch("Training!G7", "z1[2]", 0, "=A1+B1", "=A1-B1", "=A1+B1")


def report(**fields: Any) -> Report:
    """A report with the given fields."""
    return Report("book.xlsx", "ironcalc", **({"checked": 10} | fields))


def printed(*reports: Report) -> str:
    """The table as text."""
    stream = io.StringIO()
    print_reports(reports, stream)
    return stream.getvalue()


def test_the_keys_are_those_of_the_contract() -> None:
    """A report has the keys that programs rely on, and no others but the known extensions."""
    expected = CONTRACT | EXTENSIONS
    assert expected == set(to_data(report()))


def test_the_keys_of_a_mismatch() -> None:
    """A mismatch has the keys of the contract, and what the book calls the quantity."""
    [found] = to_data(report(mismatches=[VALUE]))["mismatches"]
    expected = {"cell": "Training!F12", "name": "z1[1]", "iteration": 3, "expected": 0.25, "found": 0.5}
    assert expected | {"formula": "=A1+B1", "symbol": "z_h1"} == found


def test_the_keys_of_a_changed_formula() -> None:
    """A changed formula gives both texts, and its formula not a third time."""
    [found] = to_data(report(formulas_changed=[FORMULA]))["formulas_changed"]
    expected = {"cell": "Training!G7", "name": "z1[2]", "iteration": 0, "expected": "=A1+B1", "found": "=A1-B1"}
    assert expected | {"symbol": ""} == found


def test_there_is_one_object_per_engine() -> None:
    """The JSON is a list, in the order of the engines."""
    reports = [report(), Report("book.xlsx", "gnumeric")]
    expected = [("ironcalc", True), ("gnumeric", False)]
    assert expected == [(r["engine"], r["ok"]) for r in json.loads(to_json(reports))]


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (float("-inf"), "-inf"),
        (CellError("#NUM!"), "#NUM!"),
        (datetime(2024, 1, 2), "2024-01-02 00:00:00"),
        (True, True),
        (None, None),
        ("训练", "训练"),
        (1e-300, 1e-300),
    ],
)
def test_json_knows_every_value(found: Any, shown: Any) -> None:
    """Whatever was found in a cell, the JSON is valid, without NaN and infinity."""
    text = to_json([report(mismatches=[Mismatch("A1", "x", 0, 1.0, found)])])
    data = json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert shown == data[0]["mismatches"][0]["found"]


def test_a_long_list_is_cut_and_counted() -> None:
    """At most a thousand mismatches are listed, and their number is told."""
    data = to_data(report(mismatches=[VALUE] * (LISTED + 5), formulas_changed=[FORMULA] * (LISTED + 7)))
    expected = (LISTED, LISTED + 5, LISTED, LISTED + 7)
    assert expected == (
        len(data["mismatches"]),
        data["mismatch_count"],
        len(data["formulas_changed"]),
        data["formulas_changed_count"],
    )


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({}, "agrees"),
        ({"mismatches": [VALUE]}, "DISAGREES"),
        ({"formulas_changed": [FORMULA]}, "DISAGREES"),
        ({"checked": 0}, "checked"),
    ],
)
def test_the_verdict_is_a_word(fields: dict[str, Any], verdict: str) -> None:
    """The table says in words whether an engine agrees."""
    row = next(line for line in printed(report(**fields)).splitlines() if line.strip().startswith("ironcalc"))
    assert verdict == row.split()[-1]


def test_the_table_has_a_row_per_engine() -> None:
    """Every engine has its row."""
    lines = printed(report(), Report("book.xlsx", "gnumeric", checked=1)).splitlines()
    expected = ["ironcalc", "gnumeric"]
    assert expected == [w[0] for w in map(str.split, lines) if w and w[-1] in ("agrees", "DISAGREES")]


def test_a_mismatch_names_the_cell_and_both_values() -> None:
    """A person reads the cell, the quantity, the iteration, and what was expected and found."""
    assert "Training!F12 (z1[1] = z_h1 at iteration 3): expected 0.25, found 0.5" in printed(report(mismatches=[VALUE]))


def test_brackets_are_no_markup() -> None:
    """Names and paths with brackets come out as they are."""
    odd = Report("[bold]book[/].xlsx", "ironcalc", checked=1, worst_cell="[red]!A1")
    text = printed(odd)
    assert ("[bold]book[/].xlsx" in text, "[red]!A1" in text) == (True, True)


@pytest.mark.parametrize(("count", "more"), [(SHOWN, False), (SHOWN + 1, True)])
def test_a_long_list_is_cut_for_people(count: int, more: bool) -> None:
    """At most ten mismatches are shown, and the rest is counted."""
    remark, _ = remarks(report(mismatches=[VALUE] * count))
    lines = remark.split("\n")
    assert (f"ironcalc: cells that disagree: {count}", more) == (lines[0], "  ... and 1 more" in lines)


def test_each_engine_lists_its_own_cells() -> None:
    """A cell that is wrong in two engines is listed for both; changed formulas, the same for both, once."""
    out = printed(*(report(mismatches=[VALUE], formulas_changed=[FORMULA]) for _ in range(2)))
    other = printed(report(mismatches=[VALUE]), Report("book.xlsx", "gnumeric", checked=10, mismatches=[VALUE]))
    assert (out.count("Training!G7"), other.count("  Training!F12 (")) == (1, 2)


def test_remarks_on_what_was_not_checked() -> None:
    """What was left out is told with its number and reason, and a divergence with its iteration."""
    odd = report(diverged_at=7)
    odd.leave_unchecked("a reason", 1234)
    expected = [
        "ironcalc: 1,234 cells unchecked: a reason",
        "ironcalc: the training diverges at iteration 7; from there errors are compared",
    ]
    assert expected == remarks(odd)


def test_no_remarks_on_a_book_in_order() -> None:
    """A book that agrees needs no words besides the table."""
    assert remarks(report()) == []


@pytest.mark.parametrize(
    ("checked", "identical", "shown"),
    [(0, 0, "-"), (10, 10, "100 %"), (1_000_000, 999_999, "99.99 %"), (8, 1, "12.5 %")],
)
def test_a_share_is_everything_only_if_it_is(checked: int, identical: int, shown: str) -> None:
    """One cell of a million that is not identical keeps the share below 100 %."""
    assert share(report(checked=checked, identical=identical)) == shown


def test_the_first_wrong_cell_is_told_with_the_books_symbol() -> None:
    """Of several cells of the rows the earliest in the order of computation, though another one differs more."""
    later = Mismatch("Training!K12", "E", 3, 1.0, 9.0, "=J12")
    sheet = Mismatch("Network!C4", "C4", None, 1.0, 2.0, "=Training!K12")
    text = printed(report(mismatches=[VALUE, later, sheet], worst_cell="Training!K12"))
    assert "Training!F12 (z1[1] = z_h1 at iteration 3): expected 0.25, found 0.5" in text
    assert "Training!K12 (E at iteration 3): expected 1.0" in text
    assert "look first at Training!F12 (z1[1] = z_h1 at iteration 3); what is computed after it may follow" in text
    assert "look first" not in printed(report(mismatches=[VALUE]))
    assert ("first wrong" in text, "worst cell" in text) == (True, False)
    first = to_data(report(mismatches=[VALUE, later]))["first"]
    assert (first["cell"], first["name"], first["symbol"], first["iteration"]) == ("Training!F12", "z1[1]", "z_h1", 3)
    assert to_data(report(mismatches=[sheet]))["first"] is None
