"""Iteration rows as XML."""

from __future__ import annotations

import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from xlbp.pipeline import generate
from xlbp.xlsx.row_xml import StreamedCell, may_be_shared, shared, xml_rows

pytestmark = pytest.mark.slow  # whole books, or many processes

START = [StreamedCell("A", "", None), StreamedCell("B", ' s="3"', "$C$2<1")]
LATER = [StreamedCell("A", "", "A{p}+1"), StreamedCell("B", ' s="3"', "INDEX(Data!$A$1:$A$9,A{r})")]


def text(values: list[list[float]]) -> str:
    """The rows from row 5 on."""
    return b"\n".join(xml_rows(START, shared(LATER), 5, np.array(values))).decode()


def test_a_row_by_hand() -> None:
    """Numbers, formulas and values as the format wants them; a formula of the sheet itself is written once."""
    assert text([[0, 0.5], [1, 1e-7], [2, -3]]) == (
        '<row r="5"><c r="A5"><v>0.0</v></c><c r="B5" s="3"><f>$C$2&lt;1</f><v>0.5</v></c></row>\n'
        '<row r="6"><c r="A6"><f t="shared" ref="A6:A7" si="0">A5+1</f><v>1.0</v></c>'
        '<c r="B6" s="3"><f>INDEX(Data!$A$1:$A$9,A6)</f><v>1e-7</v></c></row>\n'
        '<row r="7"><c r="A7"><f t="shared" si="0"/><v>2.0</v></c>'
        '<c r="B7" s="3"><f>INDEX(Data!$A$1:$A$9,A7)</f><v>-3.0</v></c></row>'
    )


def test_an_error_is_typed() -> None:
    """NaN is #NUM!, in the first of the shared cells as in others."""
    found = text([[0, 0.5], [np.nan, 1], [2, np.nan]])
    assert '<c r="A6" t="e"><f t="shared" ref="A6:A7" si="0">A5+1</f><v>#NUM!</v></c>' in found
    assert '<c r="B7" s="3" t="e"><f>INDEX(Data!$A$1:$A$9,A7)</f><v>#NUM!</v></c>' in found


ADDRESSES = [
    ("A{p}-$C$4*Z{r}", True),
    ("SUMPRODUCT(A{r}:B{r},$C$4:$D$4)", True),
    ("IF(A{r}>=0,1/(1+EXP(-A{r})),2E-5)", True),
    ("LOG10($A{r})", True),
    ("1.5E-07", True),
    ("INDEX(Data!$A$1:$A$3,C{r})", False),
    ("'A b'!A{r}", False),
    ("eta*A{r}", False),
    ("x_1+A{r}", False),
    ("A5+1", False),
    ("$A5+A$5", False),
]


@pytest.mark.parametrize(("formula", "expected"), ADDRESSES)
def test_what_may_be_shared(formula: str, expected: bool) -> None:
    """Cells of the same sheet, relative ones of this row or the one above; no names, no other sheets."""
    assert may_be_shared(formula) is expected


def test_programs_fill_the_formulas_down(tmp_path: Path) -> None:
    """openpyxl, which shifts shared formulas itself, finds in every cell the formula of its own row."""
    book = generate("mazur", tmp_path / "m.xlsx", ("training.iterations=6",), check_it=False).path
    sheet = load_workbook(book)["Training"]
    for column in range(1, sheet.max_column + 1):
        first, last = sheet.cell(sheet.max_row - 1, column).value, sheet.cell(sheet.max_row, column).value
        moved = str(first)
        for number in (sheet.max_row - 1, sheet.max_row - 2):  # the larger first
            moved = moved.replace(str(number), str(number + 1))
        assert moved == last


@pytest.mark.parametrize("missing", ["orjson", "isal"])
def test_the_sheet_is_the_same_without_them(missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part of the package holds the same bytes, however numbers are written and bytes are packed."""
    settings = ("training.iterations=40",)
    fast = generate("excel-two-layer", tmp_path / "fast.xlsx", settings, check_it=False).path
    monkeypatch.setitem(sys.modules, missing, None)
    slow = generate("excel-two-layer", tmp_path / "slow.xlsx", settings, check_it=False).path
    with ZipFile(fast) as one, ZipFile(slow) as other:
        names = [name for name in one.namelist() if "sheet" in name]
        assert names == [name for name in other.namelist() if "sheet" in name]
        assert all(one.read(name) == other.read(name) for name in names)


def test_isal_packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The faster compressor is really used: its stream differs from zlib's."""
    pytest.importorskip("isal")
    settings = ("training.iterations=40",)
    fast = generate("mazur", tmp_path / "fast.xlsx", settings, check_it=False).path
    monkeypatch.setitem(sys.modules, "isal", None)
    slow = generate("mazur", tmp_path / "slow.xlsx", settings, check_it=False).path
    sizes = []
    for book in (fast, slow):
        with ZipFile(book) as package:
            sizes.append(package.getinfo("xl/worksheets/sheet2.xml").compress_size)
    assert sizes[0] != sizes[1]


@given(st.lists(st.lists(st.floats(), min_size=2, max_size=2), min_size=1, max_size=9))
def test_every_row_is_there_once(values: list[list[float]]) -> None:
    """As many rows as iterations, numbered in order, whatever the numbers."""
    finite = [[v if np.isfinite(v) else np.nan for v in row] for row in values]
    found = [row.split('"')[1] for row in text(finite).split("\n")]
    assert found == [str(5 + t) for t in range(len(values))]
