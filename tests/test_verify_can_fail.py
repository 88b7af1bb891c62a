"""Planted faults: verification finds each, and names the cell."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from tests.books import TRAINING, contents_of, edit, put, rewrite
from xlbp.expectation.training import train_run
from xlbp.pipeline import verify
from xlbp.recalc.ironcalc import IronCalc
from xlbp.template.names import WATCH
from xlbp.verification.compare import Block, compare_formulas
from xlbp.workbook.layout.patterns import whole_row
from xlbp.xlsx.areas import Area

pytestmark = pytest.mark.slow  # many whole books

BOOKS = {"mazur": ("mazur", 15), "xor": ("xor", 5), "graph": ("into-backprop", 20)}
REFERENCE = re.compile(r"(?<![A-Za-z0-9_$])([A-Z]{1,3})(\d+)(?![A-Za-z0-9_(])")


def cell_of(fixture: str, name: str, iteration: int) -> str:
    """The address of a quantity at an iteration."""
    return contents_of(*BOOKS[fixture]).layout.cell(name, iteration)


@cache
def formulas_of(book: Path) -> Worksheet:
    """The training sheet of a sound book, which is read once."""
    return load_workbook(book)["Training"]


def formula_of(book: Path, address: str) -> str:
    """The formula that stands in a cell."""
    return formulas_of(book)[address].value


# (book, quantity, iteration, what is replaced in its formula, by what)
FORMULA_FAULTS = {
    "neighbouring cell": ("mazur", "z1[1]", 7, r"^=B(\d+)", r"=C\1"),
    "slipped row": ("mazur", "z1[1]", 7, "=B16", "=B15"),
    "sign": ("mazur", "W1+[1,1]", 7, "-eta", "+eta"),
    "operator": ("mazur", "dz2[1]", 7, r"\*", "+"),
    "constant": ("mazur", "E[1]", 7, "/2", "/3"),
    "small change of a constant": ("mazur", "E[1]", 7, "/2", "/2.0000001"),
    "equal value": ("mazur", "dz2[1]", 7, r"=W(\d+)", r"=R\1"),
    "other name": ("mazur", "e[1]", 7, "t_1", "t_2"),
    "harmless term": ("mazur", "E", 7, "$", "+0"),
    "swapped terms": ("mazur", "E", 7, r"=(\w+)\+(\w+)", r"=\2+\1"),
    "in the first row": ("mazur", "a1[1]", 0, "1/", "2/"),
    "in the last row": ("mazur", "W2+[2,2]", 15, "-eta", "+eta"),
    "iteration number": ("mazur", "iteration", 4, r"\+1", "+2"),
    "batch: neighbouring cell": ("xor", "z1[1]@2", 3, r"L(\d+)", r"M\1"),
    "batch: slipped row": ("xor", "z1[1]@2", 3, "C15", "C14"),
    "batch: sign": ("xor", "db1[1]", 3, r"\+", "-"),
    "batch: operator": ("xor", "dz1[1]@1", 3, r"\*", "/"),
    "batch: divisor": ("xor", "E", 3, "/4", "/5"),
    "batch: function": ("xor", "a1[1]@1", 3, "TANH", "SIN"),
    "batch: equal value": ("xor", "a0[1]@1", 3, "x_1_1", "x_1_2"),
    "graph: neighbouring cell": ("graph", "f", 11, r"=E", "=F"),
    "graph: slipped row": ("graph", "d", 11, "B20", "B19"),
    "graph: sign": ("graph", "d", 11, r"\+", "-"),
    "graph: operator": ("graph", "f", 11, r"\*", "+"),
    "graph: constant": ("graph", "∂d/∂a", 11, "1", "2"),
    "graph: equal value": ("graph", "df/da", 11, r"H(\d+)", r"I\1"),
}


SAME_VALUE = {"equal value", "harmless term", "swapped terms", "batch: equal value", "graph: equal value"}


@pytest.mark.parametrize("fault", FORMULA_FAULTS)
def test_a_changed_formula_is_found(fault: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A formula changed in one cell fails the book: that cell is named with both texts, and first of all values."""
    fixture, name, iteration, pattern, replacement = FORMULA_FAULTS[fault]
    book, address = request.getfixturevalue(fixture), cell_of(fixture, name, iteration)
    formula = formula_of(book, address)
    changed = re.sub(pattern, replacement, formula, count=1)
    assert formula != changed
    [report] = verify(put(book, tmp_path / "fault.xlsx", address, changed))
    found = [(m.cell, m.name, m.iteration, m.expected, m.found) for m in report.formulas_changed]
    assert (False, [(f"Training!{address}", name, iteration, formula, changed)]) == (report.ok, found)
    wrong = [m.cell for m in report.mismatches[:1]]
    assert ([] if fault in SAME_VALUE else [f"Training!{address}"]) == wrong


TARGETS = [
    ("mazur", "z1[1]", 7),
    ("mazur", "W1+[1,1]", 15),
    ("xor", "z1[1]@2", 3),
    ("graph", "f", 11),
    ("graph", "∂d/∂a", 0),
]


@pytest.mark.parametrize(("fixture", "name", "iteration"), TARGETS)
def test_a_formula_replaced_by_its_value_is_found(fixture, name, iteration, tmp_path: Path, request) -> None:
    """A number in place of a formula fails the book even if it is the right number; what watches it disagrees alone."""
    book, address = request.getfixturevalue(fixture), cell_of(fixture, name, iteration)
    value = load_workbook(book, data_only=True)["Training"][address].value
    formula = re.compile(rf'(<c r="{address}"[^>]*>)<f>[^<]*</f>')
    changes = {TRAINING: lambda xml: formula.sub(r"\g<1>", xml)}
    [report] = verify(rewrite(book, tmp_path / "fault.xlsx", changes))
    found = [(m.cell, m.found) for m in report.formulas_changed]
    wrong = [m.cell for m in report.mismatches if not m.name.startswith(WATCH)]
    assert (False, [(f"Training!{address}", value)]) == (report.ok, found)
    assert {cell.split("!")[0] for cell in wrong} == {"Start", "Proof"}


@pytest.mark.parametrize(("fixture", "name", "iteration"), TARGETS)
def test_a_deleted_formula_is_found(fixture, name, iteration, tmp_path: Path, request) -> None:
    """A blank in place of a formula fails the book; the cell is missed as a formula and as a number."""
    book, address = request.getfixturevalue(fixture), cell_of(fixture, name, iteration)
    [report] = verify(put(book, tmp_path / "fault.xlsx", address, None))
    assert (False, [f"Training!{address}"]) == (report.ok, [m.cell for m in report.formulas_changed])
    assert f"Training!{address}" == report.mismatches[0].cell


@pytest.mark.parametrize(("fixture", "name", "iteration"), TARGETS)
def test_a_formula_turned_into_text_is_found(fixture, name, iteration, tmp_path: Path, request) -> None:
    """A text that shows the formula, or the right number, is neither."""
    book, address = request.getfixturevalue(fixture), cell_of(fixture, name, iteration)
    value = load_workbook(book, data_only=True)["Training"][address].value
    [report] = verify(put(book, tmp_path / "fault.xlsx", address, f"{value!r} "))
    assert (False, f"Training!{address}") == (report.ok, report.formulas_changed[0].cell)


@pytest.mark.parametrize(
    ("fixture", "name", "target"),
    [("mazur", "x_1", "Training!$C$3"), ("xor", "x_1_2", "Training!$B$3"), ("graph", "eta", "Training!$C$3")],
)
def test_a_defined_name_that_moved_is_found(fixture, name, target, tmp_path: Path, request) -> None:
    """A defined name that stands for another cell fails the book and is named, though no formula changed."""

    def move(workbook: Workbook) -> None:
        workbook.defined_names[name] = DefinedName(name, attr_text=target)

    [report] = verify(edit(request.getfixturevalue(fixture), tmp_path / "fault.xlsx", move))
    assert (False, [(name, target)]) == (report.ok, [(m.cell, m.found) for m in report.formulas_changed])


def test_a_defined_name_that_is_gone_is_found(mazur: Path, tmp_path: Path) -> None:
    """A defined name that was deleted is missed."""
    book = edit(mazur, tmp_path / "fault.xlsx", lambda workbook: workbook.defined_names.pop("eta"))
    [report] = verify(book)
    expected = (False, [("eta", "nothing")])
    assert expected == (report.ok, [(m.cell, m.found) for m in report.formulas_changed])


# cached values


def with_values_of_engine(book: Path, target: Path, fixture: str) -> Path:
    """A copy whose cached values are those of a recalculation: consistent with its formulas."""
    contents = contents_of(*BOOKS[fixture])
    [grid] = IronCalc().values(book, [Area("Training", 1, contents.layout.last_row, len(whole_row(contents)[0]))])

    def value(found: re.Match[str]) -> str:
        number = grid[int(found["row"]) - 1][column_index_from_string(found["letters"]) - 1]
        return f"{found['head']}<v>{number!r}</v>"

    cached = re.compile(r'(?P<head><c r="(?P<letters>[A-Z]+)(?P<row>\d+)"[^>]*><f>[^<]*</f>)<v>[^<]*</v>')
    return rewrite(book, target, {TRAINING: lambda xml: cached.sub(value, xml)})


@pytest.mark.parametrize("engine", ["saved", "ironcalc"])
@pytest.mark.parametrize(
    ("fixture", "name", "iteration", "old", "new"),
    [("mazur", "dz2[1]", 7, "*", "+"), ("xor", "dz1[1]@1", 3, "*", "+"), ("graph", "f", 11, "*", "+")],
)
def test_a_consistent_forgery_is_found(engine, fixture, name, iteration, old, new, tmp_path: Path, request) -> None:
    """A changed formula with all cached values recomputed to match it fails, by formula and by value."""
    address = cell_of(fixture, name, iteration)
    tag = re.compile(rf'(<c r="{address}"[^>]*><f>[^<]*?){re.escape(old)}')
    book = request.getfixturevalue(fixture)
    changed = rewrite(book, tmp_path / "changed.xlsx", {TRAINING: lambda xml: tag.sub(rf"\g<1>{new}", xml)})
    forged = with_values_of_engine(changed, tmp_path / "forged.xlsx", fixture)
    [report] = verify(forged, (engine,))
    assert (False, [f"Training!{address}"]) == (report.ok, [m.cell for m in report.formulas_changed])
    assert f"Training!{address}" == report.mismatches[0].cell


@pytest.mark.parametrize(("fixture", "name", "iteration"), TARGETS)
def test_one_forged_cached_value_is_found_by_saved(fixture, name, iteration, tmp_path: Path, request) -> None:
    """A single cached value that lies is named by ``saved``, and is no matter to an engine."""
    address = cell_of(fixture, name, iteration)
    cached = re.compile(rf'(<c r="{address}"[^>]*><f>[^<]*</f>)<v>[^<]*</v>')
    changes = {TRAINING: lambda xml: cached.sub(r"\g<1><v>0.123</v>", xml)}
    book = rewrite(request.getfixturevalue(fixture), tmp_path / "forged.xlsx", changes)
    saved, engine = verify(book, ("saved", "ironcalc"))
    assert ([(f"Training!{address}", 0.123)], True) == ([(m.cell, m.found) for m in saved.mismatches], engine.ok)


# inputs

INPUTS = [
    ("mazur", "B3"),
    ("mazur", "H3"),
    ("mazur", "B9"),
    ("xor", "C5"),
    ("xor", "F12"),
    ("graph", "B3"),
    ("graph", "C9"),
]


@pytest.mark.parametrize(
    ("fixture", "address", "content"),
    [(*cell, "0,5") for cell in INPUTS] + [("mazur", "B3", content) for content in ("0.5", None, True, "=1/2")],
)
def test_an_input_that_is_no_number_is_found(content, fixture, address, tmp_path: Path, request) -> None:
    """A text, a blank, a truth value or a formula in an input cell fails the book, and that cell is named."""
    book = put(request.getfixturevalue(fixture), tmp_path / "input.xlsx", address, content)
    [report] = verify(book)
    found = [(m.cell, m.expected) for m in report.mismatches]
    assert (False, 0, [(f"Training!{address}", "a number")]) == (report.ok, report.checked, found)


@pytest.mark.parametrize(("fixture", "address", "content"), [(*cell, 0.25) for cell in INPUTS] + [("mazur", "B3", -3)])
def test_an_input_may_be_changed(content, fixture, address, tmp_path: Path, request) -> None:
    """Another number in an input cell changes the book's figures, and it agrees."""
    original = request.getfixturevalue(fixture)
    book = put(original, tmp_path / "input.xlsx", address, content)
    layout = contents_of(*BOOKS[fixture]).layout
    area = Area("Training", layout.first_row, layout.last_row, len(layout.columns))
    before, after = (IronCalc().values(path, [area]) for path in (original, book))
    [report] = verify(book)
    expected = (True, 0, True)
    assert expected == (report.ok, report.unchecked, before != after)


# every column


def blocks() -> dict[str, Block]:
    """The training sheets of the books as plain data."""
    return {fixture: train_run(contents_of(*request)).block for fixture, request in BOOKS.items()}


def neighbour(formula: str) -> str:
    """The formula with its first reference moved one column to the right."""
    return REFERENCE.sub(
        lambda found: f"{get_column_letter(column_index_from_string(found[1]) + 1)}{found[2]}", formula, count=1
    )


def row_above(formula: str) -> str:
    """The formula with its first reference moved one row up."""
    return REFERENCE.sub(lambda found: f"{found[1]}{int(found[2]) - 1}", formula, count=1)


def caught(block: Block, change: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """Change each formula of row 3 in turn: the cells that were changed, and the cells that were named."""
    rows = [block.formulas(row) for row in range(len(block.expected))]
    planted, named = [], []
    for column, formula in enumerate(rows[3]):
        changed = change(formula or "")
        if changed != formula:
            faulty = [*rows[:3], [*rows[3][:column], changed, *rows[3][column + 1 :]], *rows[4:]]
            planted.append(block.address(3, column))
            named += [mismatch.cell for mismatch in compare_formulas(block, faulty)]
    return planted, named


@pytest.mark.parametrize("change", [neighbour, row_above])
@pytest.mark.parametrize("fixture", BOOKS)
def test_a_slip_in_any_column_is_found(fixture: str, change: Callable[[str], str]) -> None:
    """Whichever column's formula takes a neighbouring cell, that cell and no other is named."""
    planted, named = caught(blocks()[fixture], change)
    assert planted == named


def test_every_column_of_mazur_was_tried() -> None:
    """Each of the 52 columns, and each of the three that watch them, has a reference that can slip."""
    block = blocks()["mazur"]
    planted, _ = caught(block, neighbour)
    assert len(contents_of("mazur", 15).layout.columns) == 52
    assert len(planted) == len(block.formulas(3)) == 52 + 3


def with_formula(book: Path, target: Path, typed: dict[str, tuple[str, str]]) -> Path:
    """A copy in which inputs hold formulas as a spreadsheet saves them: cell -> formula and saved value."""

    def change(xml: str) -> str:
        for cell, (formula, value) in typed.items():
            pattern = rf'(<c r="{cell}"[^>]*?)(?: t="n")?><v>[^<]*</v>'
            assert re.search(pattern, xml), cell
            kind = ' t="e"' if value.startswith("#") else ""
            xml = re.sub(pattern, rf"\g<1>{kind}><f>{formula}</f><v>{value}</v>", xml)
        return xml

    return rewrite(book, target, {TRAINING: change})


def test_a_formula_in_a_yellow_cell_is_an_input(mazur: Path, tmp_path: Path) -> None:
    """Its saved value is what the reference trains on; the book agrees, and says that two formulas are not its own."""
    book = with_formula(mazur, tmp_path / "typed.xlsx", {"H3": ("1/4", "0.25"), "B9": ("H3/2", "0.125")})
    [report] = [r for r in verify(book) if r.engine == "ironcalc"]
    assert (report.ok, report.unchecked, report.checked > 100) == (True, 2, True)


def test_a_forged_value_of_a_formula_in_a_yellow_cell_is_found(mazur: Path, tmp_path: Path) -> None:
    """The engine computes with the formula: whoever saves another value beside it does not get the book verified."""
    book = with_formula(mazur, tmp_path / "typed.xlsx", {"H3": ("1/4", "0.5")})
    assert not any(report.ok for report in verify(book, ("ironcalc",)))


@pytest.mark.parametrize(("formula", "value", "found"), [("1/0", "#DIV/0!", "'#DIV/0!'"), ("1/4", "", "'=1/4'")])
def test_a_formula_without_a_number_is_no_input(
    formula: str, value: str, found: str, mazur: Path, tmp_path: Path
) -> None:
    """An error, or a formula that nobody has computed, is told as any other entry of no use."""
    book = with_formula(mazur, tmp_path / "typed.xlsx", {"H3": (formula, value)})
    [report] = verify(book, ("ironcalc",))
    assert [(m.cell, m.expected, m.found) for m in report.mismatches] == [("Training!H3", "a number", found)]
