"""Sheets as course homework has them: one row per iteration, long formulas, typed by us and not taken from anyone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

HEADINGS = [
    "t1",
    "t2",
    "i1",
    "i2",
    "w1",
    "w2",
    "w3",
    "w4",
    "h1",
    "a_h1",
    "h2",
    "a_h2",
    "w5",
    "w6",
    "w7",
    "w8",
    "o1",
    "a_o1",
    "o2",
    "a_o2",
    "E1",
    "E2",
    "E_total",
    "∂E/∂w1",
    "∂E/∂w2",
    "∂E/∂w3",
    "∂E/∂w4",
    "∂E/∂w5",
    "∂E/∂w6",
    "∂E/∂w7",
    "∂E/∂w8",
]
START = {"t1": 0.01, "t2": 0.99, "i1": 0.05, "i2": 0.1}
START |= {f"w{k}": round(0.15 + 0.05 * (k - 1) + 0.05 * (k > 4), 2) for k in range(1, 9)}
D1, D2 = "(a_o1-t1)*a_o1*(1-a_o1)", "(a_o2-t2)*a_o2*(1-a_o2)"
FORMULAS = {
    "h1": "w1*i1+w2*i2",
    "a_h1": "1/(1+EXP(-h1))",
    "h2": "w3*i1+w4*i2",
    "a_h2": "1/(1+EXP(-h2))",
    "o1": "w5*a_h1+w6*a_h2",
    "a_o1": "1/(1+EXP(-o1))",
    "o2": "w7*a_h1+w8*a_h2",
    "a_o2": "1/(1+EXP(-o2))",
    "E1": "0.5*(t1-a_o1)^2",
    "E2": "0.5*(t2-a_o2)^2",
    "E_total": "E1+E2",
    "∂E/∂w1": f"({D1}*w5+{D2}*w7)*a_h1*(1-a_h1)*i1",
    "∂E/∂w2": f"({D1}*w5+{D2}*w7)*a_h1*(1-a_h1)*i2",
    "∂E/∂w3": f"({D1}*w6+{D2}*w8)*a_h2*(1-a_h2)*i1",
    "∂E/∂w4": f"({D1}*w6+{D2}*w8)*a_h2*(1-a_h2)*i2",
    "∂E/∂w5": f"{D1}*a_h1",
    "∂E/∂w6": f"{D1}*a_h2",
    "∂E/∂w7": f"{D2}*a_h1",
    "∂E/∂w8": f"{D2}*a_h2",
}
FIRST = 12  # the first row of numbers
Change = Callable[[dict[str, str]], None]


def course_sheet(path: Path, change: dict[str, str] | None = None, rows: int = 20, update: str = "") -> Path:
    """A 2-2-2 network by hand; ``change`` exchanges formulas, ``update`` the update of w1."""
    formulas = {**FORMULAS, **(change or {})}
    book = Workbook()
    sheet = book.active
    sheet.title = "Homework"
    sheet["F9"], sheet["G9"] = "eta", 0.5
    for column, heading in enumerate(HEADINGS, 1):
        sheet.cell(FIRST - 1, column, heading)
    for row in range(FIRST, FIRST + rows):
        for column, heading in enumerate(HEADINGS, 1):
            sheet.cell(row, column, _content(heading, row, formulas, update))
    book.save(path)
    return path


def _content(heading: str, row: int, formulas: dict[str, str], update: str) -> object:
    if heading in formulas:
        return "=" + filled(formulas[heading], row)
    if row == FIRST or not heading.startswith("w"):
        return START[heading]
    rule = update if update and heading == "w1" else "P-$G$9*G"
    return "=" + filled(rule.replace("P", heading).replace("*G", f"*∂E/∂{heading}"), row - 1)


def filled(formula: str, row: int) -> str:
    """A formula of headings as one of cells; ``name@-1`` is the row before."""
    import re

    def cell(found: re.Match[str]) -> str:
        name, shift = found[1], int(found[2] or 0)
        return f"{letter(name)}{row + shift}" if name in HEADINGS else found[0]

    return re.sub(r"(?<![A-Za-z_$])(∂E/∂w\d|[A-Za-z]\w*)(?:@([+-]\d+))?", cell, formula)


def letter(heading: str) -> str:
    """The column of a heading."""
    from openpyxl.utils import get_column_letter

    return get_column_letter(HEADINGS.index(heading) + 1)
