"""Sheets as homework has them, with formulas as long as a person writes them: right ones pass, slips are named."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from tests.auditing.sheets import D1, D2, FIRST, FORMULAS, course_sheet, letter
from xlbp.auditing import findings as kinds
from xlbp.auditing.report.data import to_data
from xlbp.auditing.run import audit

pytestmark = pytest.mark.slow  # whole books, or many processes

A = "a_h1*(1-a_h1)"
W1, W5 = FORMULAS["∂E/∂w1"], FORMULAS["∂E/∂w5"]
SLIPS = [
    ("another unit", "∂E/∂w3", FORMULAS["∂E/∂w3"].replace("a_h2", "a_h1"), {kinds.UNIT}),
    ("transposed", "∂E/∂w1", f"({D1}*w5+{D2}*w6)*{A}*i1", {kinds.TRANSPOSED}),
    ("mask of the hidden unit", "∂E/∂w1", f"({D1}*w5+{D2}*w7)*i1", {kinds.MASK}),
    ("mask of the output", "∂E/∂w5", "(a_o1-t1)*a_h1", {kinds.MASK}),
    ("mask inside a sum", "∂E/∂w2", f"((a_o1-t1)*w5+{D2}*w7)*{A}*i2", {kinds.MASK}),
    ("sign", "∂E/∂w5", W5.replace("a_o1-t1", "t1-a_o1"), {kinds.SIGN}),
    ("sign inside a sum", "∂E/∂w1", f"({D1}*w5-{D2}*w7)*{A}*i1", {kinds.SIGN}),
    ("target", "∂E/∂w7", FORMULAS["∂E/∂w7"].replace("t2", "t1"), {kinds.DATA}),
    ("target inside a sum", "∂E/∂w1", W1.replace("t2", "t1"), {kinds.DATA}),
    ("input", "∂E/∂w1", W1.replace("i1", "i2"), {kinds.DATA}),
    ("activation as input", "∂E/∂w6", f"{D1}*a_h1", {kinds.DATA}),
    ("row", "∂E/∂w5", f"{D1}*a_h1@-1", {kinds.ROW}),
    ("path", "∂E/∂w1", f"({D1}*w5)*{A}*i1", {kinds.PATH}),
    ("updated weights", "∂E/∂w1", f"({D1}*w5@+1+{D2}*w7@+1)*{A}*i1", {kinds.UPDATED}),
    ("half", "∂E/∂w5", f"2*{W5}", {kinds.HALF}),
    ("operator", "∂E/∂w1", W1.replace("a_o1-t1", "a_o1*t1"), {kinds.OPERATOR}),
    ("operator in the slope", "∂E/∂w5", W5.replace("1-a_o1", "1+a_o1"), {kinds.OPERATOR, kinds.SIGN}),
    ("operator at the end", "∂E/∂w5", f"{D1}+a_h1", {kinds.OPERATOR}),
    ("weight twice", "∂E/∂w3", f"({D1}*w6+{D2}*w7)*a_h2*(1-a_h2)*i1", {kinds.WEIGHT, kinds.TRANSPOSED}),
    ("delta of another output", "∂E/∂w5", f"{D2}*a_h1", {kinds.UNIT}),
]


def test_a_right_sheet_passes(tmp_path):
    """No finding, all gradients and updates right, the learning rate by its cell."""
    found = to_data(audit(course_sheet(tmp_path / "sheet.xlsx")))
    assert (found["ok"], found["findings"]) == (True, [])
    assert {p["update"]["learning_rate"] for p in found["parameters"]} == {"G9"}
    assert found["parameters"][0] == {
        "name": "w1",
        "cells": f"E{FIRST}:E{FIRST + 19}",
        "gradient": {"ok": True, "max_rel": 0.0, "worst_cell": None},
        "update": {"ok": True, "learning_rate": "G9"},
    }


@pytest.mark.parametrize(("heading", "formula", "named"), [s[1:] for s in SLIPS], ids=[s[0] for s in SLIPS])
def test_a_slip_is_named_in_its_cell(tmp_path, heading, formula, named):
    """One finding, of the right kind, in the first row of its column; the formula it proposes makes the sheet pass."""
    path = course_sheet(tmp_path / "sheet.xlsx", {heading: formula})
    found = to_data(audit(path))
    assert [(f["kind"] in named, f["cell"]) for f in found["findings"]] == [(True, _first(heading, formula))]
    wrong = [p["name"] for p in found["parameters"] if not p["gradient"]["ok"]]
    assert wrong == [heading[4:]]
    book = load_workbook(path)
    sheet = book.active
    for row in range(FIRST, FIRST + 20):
        from openpyxl.formula.translate import Translator

        cell = found["findings"][0]["cell"]
        expected = Translator(found["findings"][0]["expected"], cell)
        sheet[f"{letter(heading)}{row}"] = expected.translate_formula(f"{letter(heading)}{row}")
    book.save(path)
    assert audit(path).ok


def _first(heading: str, formula: str) -> str:
    return f"{letter(heading)}{FIRST}"


def test_two_slips_in_one_formula_are_two_findings(tmp_path):
    """An operator and a target in one cell are told apart, with the formula that mends both."""
    change = {"∂E/∂w1": W1.replace("a_o1-t1", "a_o1*t1").replace("t2", "t1")}
    found = to_data(audit(course_sheet(tmp_path / "sheet.xlsx", change)))["findings"]
    assert {f["kind"] for f in found} == {kinds.OPERATOR, kinds.DATA}
    assert len({f["expected"] for f in found}) == 1


@pytest.mark.parametrize(
    ("update", "kind"),
    [("P-$G$9*∂E/∂w2", kinds.WRONG_GRADIENT), ("P+$G$9*G", kinds.SIGN), ("P@-1-$G$9*G", kinds.ROW)],
)
def test_an_update_that_is_not_the_others_is_named(tmp_path, update, kind):
    """One weight moved by another's gradient, uphill, or from an older value."""
    found = to_data(audit(course_sheet(tmp_path / "sheet.xlsx", update=update)))
    assert kind in {f["kind"] for f in found["findings"]}
    assert [p["update"]["ok"] for p in found["parameters"]] == [False] + [True] * 7


def test_a_rate_that_slides_down_in_all_columns_is_one_finding(tmp_path):
    """An unanchored learning rate: the first row in which it points elsewhere, and the anchored formula."""
    path = course_sheet(tmp_path / "sheet.xlsx")
    book = load_workbook(path)
    for row in range(FIRST + 1, FIRST + 20):
        for k in range(1, 9):
            cell = book.active[f"{letter(f'w{k}')}{row}"]
            cell.value = cell.value.replace("$G$9", f"G{8 + row - FIRST}")
    book.save(path)
    found = to_data(audit(path))["findings"]
    assert [(f["kind"], f["cell"]) for f in found] == [(kinds.UNANCHORED, f"E{FIRST + 2}")]
    assert found[0]["expected"] == f"=E{FIRST + 1}-$G$9*X{FIRST + 1}"


def test_a_pasted_table_is_no_live_one(tmp_path):
    """Numbers pasted over some rows of a formula column are named, even where they are right."""
    path = course_sheet(tmp_path / "sheet.xlsx")
    book = load_workbook(path)
    book.active[f"J{FIRST + 5}"] = 0.506
    book.save(path)
    found = to_data(audit(path))["findings"]
    assert [(f["kind"], f["cell"], f["found"]) for f in found] == [(kinds.PASTED, f"J{FIRST + 5}", "0.506")]
    assert found[0]["expected"] == f"=1/(1+EXP(-I{FIRST + 5}))"


def test_all_weights_uphill_is_a_sign_where_the_heading_says_loss(tmp_path):
    """If every update climbs, none stands out; the name of the loss says that it should fall."""
    path = course_sheet(tmp_path / "sheet.xlsx")
    book = load_workbook(path)
    for row in range(FIRST + 1, FIRST + 20):
        for k in range(1, 9):
            cell = book.active[f"{letter(f'w{k}')}{row}"]
            cell.value = cell.value.replace("-$G$9", "+$G$9")
    book.save(path)
    found = to_data(audit(path))["findings"]
    assert [(f["kind"], f["cell"]) for f in found] == [(kinds.SIGN, f"E{FIRST + 1}")]
