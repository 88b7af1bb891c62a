"""The finished file, as other programs see it."""

from __future__ import annotations

import math
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.utils.cell import coordinate_from_string

from tests.books import TRAINING, contents_of, read_part
from xlbp.expectation.training import by_column
from xlbp.reference.train import train
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import DATA_ROW

pytestmark = pytest.mark.slow  # whole books, or many processes

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BOOKS = ("mazur", "xor", "graph", "diverging", "large_batch")


@pytest.fixture(params=BOOKS)
def book(request: pytest.FixtureRequest) -> Path:
    """Each of the session's books."""
    return request.getfixturevalue(request.param)


@cache
def cells(book: Path, part: str = TRAINING) -> list[Element]:
    """The cells of a sheet's XML, in the order in which they stand there."""
    return list(fromstring(read_part(book, part)).iter(f"{MAIN}c"))


def formula_cells(book: Path) -> dict[str, tuple[str | None, str | None]]:
    """Address -> (type, cached text) of the formula cells of the training sheet's rows; on its panel stands a text."""
    found = [c for c in cells(book) if c.find(f"{MAIN}f") is not None and c.get("t") != "str"]
    return {c.attrib["r"]: (c.attrib.get("t"), c.findtext(f"{MAIN}v")) for c in found}


def own(contents: Contents, found: dict[str, Any]) -> dict[str, Any]:
    """The cells of the row itself, without those behind it that watch it."""
    last = max(contents.layout.columns.values())
    return {at: cell for at, cell in found.items() if column_index_from_string(coordinate_from_string(at)[0]) <= last}


def reference(name: str, iterations: int, rate: str | None = None) -> dict[str, float]:
    """Address -> the reference's value of the formula cells of a shipped template's book."""
    contents = contents_of(name, iterations)
    template = contents.template
    inputs = template.inputs() | ({"eta": float(rate)} if rate else {})
    values = by_column(contents, train(template, inputs))
    starts = {column.name for column in contents.program.columns if column.start is not None}
    return {
        contents.layout.cell(column, t): values[t, number]
        for number, column in enumerate(contents.program.names)
        for t in range(iterations + 1)
        if t or column not in starts
    }


@pytest.mark.parametrize(
    ("fixture", "name", "iterations"), [("mazur", "mazur", 15), ("xor", "xor", 5), ("graph", "into-backprop", 20)]
)
def test_every_formula_cell_carries_its_value(
    fixture: str, name: str, iterations: int, request: pytest.FixtureRequest
) -> None:
    """Each formula cell is followed by the reference's number, to the last bit, typed as a number."""
    found = own(contents_of(name, iterations), formula_cells(request.getfixturevalue(fixture)))
    expected = {address: (None, value) for address, value in reference(name, iterations).items()}
    assert expected == {address: (kind, float(text or "nan")) for address, (kind, text) in found.items()}


def test_diverged_cells_are_typed_as_errors(diverging: Path) -> None:
    """Where the training has left the doubles' range the cached value is #NUM! of type e, elsewhere a number."""
    values = reference("into-backprop", 20, "1e100")
    expected = {at: ("e", "#NUM!") if math.isnan(v) else (None, float(v)) for at, v in values.items()}
    assert ("e", "#NUM!") in expected.values()
    found = {
        at: (kind, text if kind else float(text or "nan")) for at, (kind, text) in formula_cells(diverging).items()
    }
    assert expected == own(contents_of("into-backprop", 20), found)


def test_programs_that_do_not_calculate_see_numbers(mazur: Path) -> None:
    """A reader of cached values alone sees every formula cell's number."""
    sheet = load_workbook(mazur, data_only=True)["Training"]
    expected = reference("mazur", 15)
    assert expected == {address: sheet[address].value for address in expected}


def test_programs_that_do_calculate_are_told_to(book: Path) -> None:
    """The book asks for a full recalculation when it is opened."""
    assert load_workbook(book).calculation.fullCalcOnLoad is True


def test_there_is_no_calculation_chain(book: Path) -> None:
    """The book has no calcChain part, which would have to list every cell."""
    assert "calcChain" not in read_part(book, "[Content_Types].xml")


def test_cells_stand_in_order_and_once(book: Path) -> None:
    """Rows ascend, columns ascend within them, and no cell is given twice, as the format demands."""
    parts = [coordinate_from_string(c.attrib["r"]) for c in cells(book)]
    places = [(row, column_index_from_string(letters)) for letters, row in parts]
    assert sorted(set(places)) == places


def test_defined_names_stand_for_input_cells(mazur: Path) -> None:
    """Every defined name is one cell, and those of the panel hold the template's numbers."""
    workbook = load_workbook(mazur)
    names = {name: list(item.destinations) for name, item in workbook.defined_names.items()}
    found = {name: workbook[sheet][address].value for name, [(sheet, address)] in names.items()}
    expected = {"x_1": 0.05, "x_2": 0.1, "t_1": 0.01, "t_2": 0.99, "b_1": 0.35, "b_2": 0.6, "eta": 0.5}
    assert expected == {name: found[name] for name in expected}


def test_panes_are_frozen_below_the_headings(book: Path) -> None:
    """The headings and the iteration's number stay in sight."""
    sheet = load_workbook(book).worksheets[1]
    first = next(row for row in range(1, 40) if sheet.cell(row + 1, 1).value == f"=A{row}+1")
    assert sheet.freeze_panes == f"B{first}"


def test_initial_values_are_input_cells(mazur: Path) -> None:
    """Row 0 holds the initial weights as plain numbers in the colour of inputs."""
    contents = contents_of("mazur", 15)
    sheet = load_workbook(mazur)["Training"]
    initial = contents.template.model.parameters()
    at = {name: sheet[contents.layout.cell(name, 0)] for name in initial}
    tint = f"00{style.INPUT.tint}"
    assert {name: (value, tint) for name, value in initial.items()} == {
        name: (cell.value, cell.fill.fgColor.rgb) for name, cell in at.items()
    }


def test_inputs_of_a_large_batch_stand_on_the_data_sheet(large_batch: Path) -> None:
    """The samples of a large batch are the rows of the data sheet, inputs before targets."""
    sheet = load_workbook(large_batch)["Data"]
    found = [[cell.value for cell in row] for row in sheet.iter_rows(DATA_ROW, DATA_ROW + 7, 2, 5)]
    rows = [[round(0.1 * i, 1), round(0.3 - 0.05 * i, 2)] for i in range(8)]
    assert [[*inputs, *targets] for inputs, targets in zip(rows, rows[::-1], strict=True)] == found


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@x", "#N/A"])
@pytest.mark.parametrize(
    ("sheet", "address", "part"), [("Start", "B1", "xl/worksheets/sheet1.xml"), ("Training", "B1", TRAINING)]
)
def test_a_title_stays_text(make_book, title: str, sheet: str, address: str, part: str) -> None:
    """A title that looks like a formula or an error is stored as text, marked as such."""
    book = make_book("one-product", 2, f"template.title={title!r}")
    cell = load_workbook(book)[sheet][address]
    [raw] = [c for c in cells(book, part) if c.attrib["r"] == address]
    assert (title, True, "s", None) == (
        cell.value,
        bool(cell.quotePrefix),
        raw.attrib["t"],
        raw.find(f"{MAIN}f"),
    )


def test_the_hidden_sheet_is_very_hidden(book: Path) -> None:
    """Only a program can bring the book's own record to light, and it is the last sheet."""
    workbook = load_workbook(book)
    expected = ("_xlbp", "veryHidden")
    assert expected == (workbook.sheetnames[-1], workbook.worksheets[-1].sheet_state)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_hidden_sheet_is_ascii(make_book, language: str) -> None:
    """The record survives programs that are careless with other scripts, and fits its cells."""
    book = make_book("mazur", 2, language=language)
    rows = [row[0] for row in load_workbook(book)["_xlbp"].iter_rows(values_only=True)]
    assert all(text.isascii() and len(text) <= 32_767 for text in rows)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "Start",
                "Training",
                "Step by step",
                "Network",
                "Matrices",
                "Activation",
                "Charts",
                "Try it",
                "Gradient check",
                "Loss landscape",
                "Break it",
                "Words",
                "Handout",
                "Proof",
                "_xlbp",
            ],
        ),
        (
            "zh-CN",
            [
                "开始",
                "训练",
                "逐步计算",
                "网络图",
                "矩阵",
                "激活函数",
                "图表",
                "试一试",
                "梯度检验",
                "损失地形",
                "故意改坏",
                "术语",
                "学习单",
                "核对",
                "_xlbp",
            ],
        ),
        (
            "zh-TW",
            [
                "開始",
                "訓練",
                "逐步計算",
                "網路圖",
                "矩陣",
                "激勵函數",
                "圖表",
                "試試看",
                "梯度檢驗",
                "損失地形",
                "故意改壞",
                "術語",
                "學習單",
                "核對",
                "_xlbp",
            ],
        ),
    ],
)
def test_sheet_names_are_those_of_the_language(make_book, language: str, expected: list[str]) -> None:
    """The sheets are named in the language asked for, and the first is shown first."""
    workbook = load_workbook(make_book("mazur", 2, language=language))
    assert expected == workbook.sheetnames
    assert expected[0] == workbook.active.title


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_formulas_are_never_translated(make_book, language: str) -> None:
    """A book in another language has the same formulas in the same cells, but for the texts that they say."""
    english, other = (make_book("mazur", 2, language=known) for known in ("en", language))
    expected, found = (
        [c.findtext(f"{MAIN}f") for c in cells(book) if c.get("t") != "str"]  # texts of the panel are translated
        for book in (english, other)
    )
    assert any(expected)
    assert expected == found


def test_the_charts_show_every_iteration(mazur: Path) -> None:
    """Each series that reads the training sheet's rows runs from the first row to the last."""
    with zipfile.ZipFile(mazur) as package:
        charts = [package.read(name) for name in package.namelist() if name.startswith("xl/charts/chart")]
    references = {e.text for xml in charts for e in fromstring(xml).iter() if e.tag.endswith("}f")}
    ranges = [text.replace("$", "") for text in references if re.match(r"'?Training'?!.*:", text)]
    bounds = [range_boundaries(text.split("!")[1]) for text in ranges]
    assert {(9, 24)} == {(top, bottom) for _, top, _, bottom in bounds if top != bottom}


def test_the_same_request_gives_the_same_cells(make_book, mazur: Path, tmp_path: Path) -> None:
    """Two books of one template have the same training sheet, byte for byte."""
    from xlbp.pipeline import generate

    again = generate("mazur", tmp_path / "again.xlsx", ("training.iterations=15",), "en").path
    assert read_part(mazur, TRAINING) == read_part(again, TRAINING)
