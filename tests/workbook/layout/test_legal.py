"""What no cell takes is split, left out, or refused before any work, at the very limit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import Workbook

from xlbp.errors import TemplateError, UsageError
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import train_run
from xlbp.pipeline import generate
from xlbp.recalc.ironcalc import IronCalc
from xlbp.symbols.expr import function, ref
from xlbp.template.load import parse_template
from xlbp.workbook.layout.formula import extreme
from xlbp.workbook.layout.layout import Layout
from xlbp.workbook.layout.legal import must_be_legal, must_be_legal_rows
from xlbp.workbook.layout.patterns import patterns_of
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.render import formula_cells, render
from xlbp.workbook.sheets.steps.steps import LINK, VALUE, steps_page
from xlbp.xlsx.areas import Area

pytestmark = pytest.mark.slow  # whole books, or many processes


def nested(levels: int) -> str:
    """Functions within each other, and a bracket that is none."""
    return f"({'ABS(' * levels}A1{')' * levels})"


CASES = {  # what must pass, what must not, and the figures that are told
    "characters": ("+".join(["A1"] * 2730) + "+1", "+".join(["A1"] * 2730) + "+10", "8,193 characters.*holds 8,192"),
    "arguments": (f"MAX({','.join(['A1'] * 255)})", f"MAX({','.join(['A1'] * 256)})", "256 arguments.*takes 255"),
    "levels": (nested(64), nested(65), "65 functions.*takes 64"),
    "text": (f'"{"x" * 253}"""&"a,b("', f'"{"x" * 254}"""""&"a,b("', "256 characters in one of its texts.*takes 255"),
    "many, in several": (f"MAX({'A1,' * 200}1)+MAX({'A1,' * 200}1)", f"MAX({'A1,' * 255}1)", "256 arguments"),
    "of the outer one": (f"MAX({'MIN(A1,2),' * 254}1)", f"MAX({'MIN(A1,2),' * 255}1)", "256 arguments"),
    "commas in a text": (f'MAX("{"," * 255}",1)', f'MAX("{"," * 256}",1)', "256 characters in one"),
    "commas in a sheet": (f"MAX('{',' * 31}'!A1{',1' * 254})", f"MAX('{',' * 31}'!A1{',1' * 255})", "256 arguments"),
}


@pytest.mark.parametrize("case", CASES)
def test_at_the_limit_it_passes_and_one_more_is_refused(case: str) -> None:
    """A formula may have 8,192 characters with its '=', 255 arguments, 64 levels, texts of 255; not one more."""
    good, bad, words = CASES[case]
    must_be_legal("w₁", good, "make it smaller")
    with pytest.raises(UsageError, match=f"the formula of w₁ would have {words}.*; make it smaller"):
        must_be_legal("w₁", bad, "make it smaller")


@pytest.mark.parametrize("count", [1, 255, 256, 510, 511, 255 * 255 + 1])
def test_the_largest_of_many_keeps_every_argument_in_its_place(count: int) -> None:
    """Beyond what a function takes its arguments are grouped: none is lost, and no group is too large."""
    texts = [str(n) for n in range(count)]
    text = extreme("largest", texts)
    assert re.findall(r"\d+", text) == texts
    assert max(len(group.split(",")) for group in re.findall(r"[^()]+", text)) <= 255
    assert text.count("MAX(") == 1 or count > 255


@pytest.mark.parametrize("at", [0, 254, 255, 299])
def test_the_largest_of_300_scattered_cells(at: int, tmp_path: Path) -> None:
    """Wherever the largest stands, a spreadsheet finds it."""
    cells = [ref(f"v{n}") for n in range(300)]
    layout = Layout({f"v{n}": 2 * n + 2 for n in range(300)}, {}, 1, 1)  # every other column: no range holds them
    formula = layout.writer()(function("largest")(*cells)).replace("{r}", "1")
    must_be_legal("m", formula, "")
    book = Workbook()
    for n in range(300):
        book.active.cell(1, 2 * n + 2, 5.0 if n == at else -1.0)
    book.active["A1"] = f"={formula}"
    book.save(tmp_path / "book.xlsx")
    assert IronCalc().values(tmp_path / "book.xlsx", [Area("Sheet", 1, 1, 1)]) == [[[5.0]]]


def network(hidden: int, units: int, samples: int, activation: str = "identity", loss: str = "mse") -> str:
    """A network of two layers, without weights that anybody would read."""
    targets = [[int(u == s % units) for u in range(units)] for s in range(samples)]
    zeros = 'weights = { init = "zeros" }\nbias = false'
    return (
        f'[network]\nloss = "{loss}"\n[[network.layers]]\nunits = {hidden}\nactivation = "tanh"\n{zeros}\n'
        f'[[network.layers]]\nunits = {units}\nactivation = "{activation}"\n{zeros}\n'
        f"[data]\ninputs = {[[s] for s in range(samples)]}\ntargets = {targets}\n"
        "[training]\niterations = 1\nlearning_rate = 0.1\n"
    )


@pytest.mark.parametrize("units", [255, 256])
def test_a_softmax_of_more_classes_than_arguments(units: int) -> None:
    """The maximum over the classes of one of two samples, whose cells are apart, is split where it must be."""
    contents = lay_out(parse_template(network(1, units, 2, "softmax", "cross_entropy"), "t", "t"), "en")
    must_be_legal_rows(contents)
    maximum = patterns_of(contents)[1][contents.program.names.index("m2@1")]
    assert (maximum or "").count("MAX(") == (1 if units == 255 else 3)


@pytest.mark.slow
def test_a_wide_layer_is_refused_before_it_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sum that no cell takes is told with its figure and its limit, before training, and nothing is written."""
    monkeypatch.setattr("xlbp.pipeline.expect", lambda *_, **__: pytest.fail("it was trained"))
    (tmp_path / "wide.toml").write_text(network(800, 1, 2), "utf-8")
    with pytest.raises(UsageError, match=r"the formula of z2.* would have [\d,]+ characters, but a cell holds 8,192"):
        generate(str(tmp_path / "wide.toml"), tmp_path / "wide.xlsx", language="en")
    assert [path.name for path in tmp_path.iterdir()] == ["wide.toml"]


def piecewise(pieces: int) -> str:
    """A tiny network with a schedule of so many pieces, whose panel is wider than its rows."""
    schedule = f'schedule = {{ name = "piecewise", until = {list(range(1, pieces))}, rates = {[0.1] * pieces} }}\n'
    return network(1, 1, 1) + schedule


def test_a_panel_may_be_wider_than_the_rows(tmp_path: Path) -> None:
    """A schedule of 64 pieces, as many as functions go into each other, makes a book that verifies."""
    (tmp_path / "pieces.toml").write_text(piecewise(64), "utf-8")
    made = generate(str(tmp_path / "pieces.toml"), tmp_path / "pieces.xlsx", language="en")
    assert [report.ok for report in made.reports] == [True]


def test_a_piece_more_than_a_formula_takes_is_refused() -> None:
    """The template's own line is told, with the figure and the remedy."""
    with pytest.raises(TemplateError, match="rates has 65 numbers, but a formula takes 64; use fewer pieces"):
        parse_template(piecewise(65), "t", "t")


def expression(step: str) -> str:
    """A formula of x."""
    return f"[expression]\nvariables = {{ x = 1 }}\nsteps = ['f = {step}']\n[training]\nlearning_rate = 0.01\n"


def steps_of(text: str) -> Page:
    """The sheet Step by step of a template."""
    contents = lay_out(parse_template(text, "t", "t"), "en")
    return steps_page(contents, train_run(contents).facts)


@pytest.mark.slow
def test_a_path_of_many_factors_is_told_in_symbols() -> None:
    """One path of 160 factors, whose numbers no formula joins: the symbols and the value stay."""
    page = steps_of(expression("tanh(" * 160 + "x" + ")" * 160))
    for formula in page.formulas:
        must_be_legal(formula.address, formula.text, "")
    row = next(cell.row for cell in page.fixed if str(cell.content).count(" · ") == 159)
    assert VALUE in {formula.column for formula in page.formulas if formula.row == row}


def test_paths_that_the_sheet_has_no_cells_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the sheet shows too few quantities for the paths, the gradient stands alone, as their sum."""
    monkeypatch.setattr("xlbp.workbook.sheets.steps.steps.MOST_QUANTITIES", 5)
    page = steps_of(expression(f"max({', '.join(f'x * {n}' for n in range(2, 6))})"))
    row = next(cell.row for cell in page.fixed if cell.content == "df/dx")
    assert "= sum of the paths" in {cell.content for cell in page.fixed if cell.row == row}
    assert {VALUE, LINK} <= {formula.column for formula in page.formulas if formula.row == row}


def test_a_sheet_with_an_illegal_formula_is_refused() -> None:
    """Whatever teaching sheet needs a formula that no cell takes, its cell is named and the book is not written."""
    page, book = Page("Charts"), Workbook()
    page.live(3, 2, "+".join(["A1"] * 2731), 0.0)
    with pytest.raises(UsageError, match=r"the formula of Charts!B3 would have 8,193 characters"):
        formula_cells(page, render(page, book, "en"))
