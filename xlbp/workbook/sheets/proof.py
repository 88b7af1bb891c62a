"""The proof: NumPy's totals of every column beside the book's own, so that a damaged formula shows at once.

NumPy's numbers are for the template's own inputs; while an input is changed, they say nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.datafile.numbers import snap
from xlbp.lang import Texts
from xlbp.template import names
from xlbp.template.quantity import Quantity
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import Place
from xlbp.workbook.layout.watch import report_of
from xlbp.workbook.page.facts import Facts, in_order
from xlbp.workbook.page.live_text import how_many
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.header import put_title

CHANGED_CELL, FAILED_CELL, OUT_OF_PLACE_CELL, WHERE_CELL = "C4", "C5", "C7", "D7"
FIRST = 9
SAME, CHANGED = "=", "≠"
GOOD, BAD, NOISY = "agrees", "fail", "noise"  # verdicts, by the keys of their words
DRIVEN = 11  # the column that says how many numbers of a total follow from rounding noise
RTOL = 1e-9
NOISE = 2e4  # in units of 2^-44, as sizes are: a little more than RTOL, by which programs may differ


def proof_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number it must show."""
    page = Page(contents.texts("sheet.proof"))
    put_title(page, contents, "proof")
    page.text(3, 2, contents.texts("proof.apart"), "muted")
    inputs, changed = _put_inputs(page, contents, facts)
    failed, worst = _put_columns(page, contents, facts)
    columns, words = len(contents.program.columns), verdict_words(contents.texts)
    for row, key in ((4, "changed"), (5, "failed"), (6, "worst")):
        page.text(row, 2, contents.texts(f"proof.{key}"), "label")
    page.live(4, 3, how_many(f"J{FIRST}:J{FIRST + inputs - 1}", CHANGED), float(changed), "integer")
    page.live(5, 3, f'COUNTIF(F{FIRST}:F{FIRST + columns - 1},"{words[BAD]}")', float(failed), "integer")
    page.live(6, 3, f"MAX(E{FIRST}:E{FIRST + columns - 1})", worst, "difference", 1e6)
    if (report := report_of(contents)) is not None:
        page.text(7, 2, contents.texts("proof.in_place"), "label")
        page.live(7, 3, report.out_of_place, 0.0, "in place")
        page.live(7, 4, report.where(OUT_OF_PLACE_CELL), "", "muted")
    page.width([2, 8], 26)
    page.width([3, 4, 5, 9], 18)
    page.width([6, 10], 10)
    page.width([7], 4)
    page.finishing.append(lambda sheet: _finish(sheet, inputs, columns, words[BAD]))
    return page


def verdict_words(texts: Texts) -> dict[str, str]:
    """What the sheet says for each verdict, in the reader's language."""
    return {verdict: texts(f"verdict.{verdict}") for verdict in (GOOD, BAD, NOISY)}


def _put_columns(page: Page, contents: Contents, facts: Facts) -> tuple[int, float | None]:
    """A line per column of the training sheet; returns how many disagree, and the largest difference."""
    headings = ("column", "numpy", "live", "difference", "verdict")
    for column, key in enumerate(headings, start=2):
        page.text(FIRST - 1, column, contents.texts(f"proof.{key}"), "column")
    verdicts: list[str] = []
    differences: list[float | None] = []
    for row, name in enumerate(contents.program.names, start=FIRST):
        page.text(row, 2, contents.symbol(name), "symbol")
        verdict, difference = _put_column(page, contents, facts, row, name)
        verdicts.append(verdict)
        differences.append(difference)
    finite = [d for d in differences if d is not None]
    return verdicts.count(BAD), None if len(finite) < len(differences) else max(finite)


def _put_column(page: Page, contents: Contents, facts: Facts, row: int, name: str) -> tuple[str, float | None]:
    layout, letter = contents.layout, get_column_letter(contents.layout.columns[name])
    words = verdict_words(contents.texts)
    live = f"SUM({contents.training}!${letter}${layout.first_row}:${letter}${layout.last_row})"
    values = facts.history[name]
    total_now = in_order(values) if np.isfinite(values).all() else None
    size = float(facts.sizes[name].sum()) if total_now is not None else math.nan
    page.live(row, 4, live, total_now, "number", size)
    total, scale, driven = facts.totals[name]
    page.number(row, DRIVEN, float(driven))
    if not math.isfinite(total):  # the template's own training diverges: an error must stand here
        page.text(row, 3, "#NUM!", "number")
        page.live(row, 5, "0", 0.0, "difference")
        verdict = GOOD if total_now is None else BAD
        page.live(row, 6, f'IF(ISNUMBER(D{row}),"{words[BAD]}","{words[GOOD]}")', words[verdict], "result")
        return verdict, 0.0
    page.number(row, 3, total)
    page.looks[row, 3] = "number"
    scale = max(scale, 1e-300)
    difference = None if total_now is None else abs(total_now - total) / scale
    page.number(row, 7, scale)  # in a cell, for a program that saves the book cuts a formula's constants to 15 digits
    page.live(row, 5, f"ABS(C{row}-D{row})/G{row}", difference, "difference", NOISE * max(size / scale, 1))
    other = f'IF({get_column_letter(DRIVEN)}{row}>0,"{words[NOISY]}","{words[BAD]}")'
    formula = f'IFERROR(IF(E{row}<={RTOL:g},"{words[GOOD]}",{other}),"{words[BAD]}")'
    verdict = _verdict(difference, driven)
    page.live(row, 6, formula, words[verdict], "result")
    return verdict, difference


def _verdict(difference: float | None, driven: int) -> str:
    """What is said of a column's total; where numbers follow from noise, another program's may be another one."""
    if difference is None:
        return BAD
    if difference <= RTOL:
        return GOOD
    return NOISY if driven else BAD


@dataclass(frozen=True)
class _Entry:
    """An input, or a column of them, as one number: symbol, formula, the template's value, the value now, its size."""

    symbol: str
    formula: str
    value: float
    now: float | None
    size: float = 0.0


def _entries(contents: Contents, facts: Facts) -> list[_Entry]:
    """Each input by itself; each column of the data sheet by the sum of its numbers times their rows."""
    own, tables = contents.template.inputs(), _tables(contents)
    inputs = [
        _Entry(contents.symbol(name), contents.address_of(name), value, facts.inputs[name])
        for name, value in own.items()
        if not contents.quantity(name).is_in_table
    ]
    for column, places in tables.items():
        names_of_column = [column.sampled(row) for row in names.rows(len(places))]
        first, cells = places[0].row, f"{contents.sheet_of(places[0])}!{places[0].address}:{places[-1].address}"
        before, now = ([of[name] for name in names_of_column] for of in (facts.own, facts.inputs))
        value, size = snap(_weighed(before, first)), _weighed([abs(v) for v in before], first)
        formula = f"SUMPRODUCT({cells},ROW({cells}))"
        inputs.append(_Entry(contents.column_symbol(column), formula, value, _weighed(now, first), size))
    return inputs


def _weighed(values: Sequence[float], first: int) -> float:
    return sum(value * row for row, value in enumerate(values, start=first))


def _tables(contents: Contents) -> dict[Quantity, list[Place]]:
    """The cells of each column of the table that a person fills in, and for classes of the targets they make."""
    columns: dict[Quantity, list[Place]] = {}
    own, with_classes = contents.template.inputs(), bool(contents.template.model.data.classes)
    for name, place in contents.layout.panel.items():
        quantity = contents.quantity(name)
        of_class = quantity.letter == "t" and with_classes
        if quantity.is_in_table and (name in own or of_class) and quantity.letter != names.CLASS:
            columns.setdefault(quantity.sampled(""), []).append(place)
    return columns


def _put_inputs(page: Page, contents: Contents, facts: Facts) -> tuple[int, int]:
    """A line per input: the template's value, and whether it still stands; returns how many, and how many do not."""
    for column, key in ((8, "input"), (9, "template"), (10, "same")):
        page.text(FIRST - 1, column, contents.texts(f"proof.{key}"), "column")
    changed = 0
    entries = _entries(contents, facts)
    for row, entry in enumerate(entries, start=FIRST):
        page.text(row, 8, entry.symbol, "symbol")
        page.number(row, 9, entry.value)
        page.looks[row, 9] = "number"
        allowed = snap(RTOL * entry.size)
        same = entry.now is not None and abs(entry.now - entry.value) <= allowed
        test = f"ABS({entry.formula}-I{row})<={allowed!r}" if entry.size else f"SIGN({entry.formula}-I{row})=0"
        page.live(row, 10, f'IF({test},"{SAME}","{CHANGED}")', SAME if same else CHANGED, "result")
        changed += not same
    return len(entries), changed


def _finish(sheet: Worksheet, inputs: int, columns: int, bad: str) -> None:
    """Vermilion where something disagrees."""
    band = style.PHASES["loss"]
    for area, word in ((f"F{FIRST}:F{FIRST + columns - 1}", bad), (f"J{FIRST}:J{FIRST + inputs - 1}", CHANGED)):
        rule = style.when_cell("equal", f'"{word}"', style.change(band.fill, band.ink, bold=True))
        sheet.conditional_formatting.add(area, rule)
    for hidden in ("G", get_column_letter(DRIVEN)):
        sheet.column_dimensions[hidden].hidden = True
    sheet.freeze_panes = f"C{FIRST}"
