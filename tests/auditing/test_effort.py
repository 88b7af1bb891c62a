"""What an audit costs: twice the rows, twice the work; and cells of an array formula share one reading."""

from __future__ import annotations

import cProfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from tests.auditing.planting import training_alone
from tests.auditing.small import FIRST, small
from tests.auditing.teachers.layouts import LAYOUTS, write
from tests.auditing.teachers.models import NET
from tests.auditing.teachers.words import WORDS
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.algebra import Algebra
from xlbp.auditing.reading.contents import read
from xlbp.auditing.result import Audit
from xlbp.auditing.run import audit
from xlbp.errors import UnreadableError
from xlbp.pipeline import generate

MOST_CALLS = 30_000_000  # of functions: half as many more than it takes


def calls(work: Callable[[], object]) -> int:
    """How many functions are called: the same on every machine."""
    profile = cProfile.Profile()
    profile.enable()
    try:
        work()
    except UnreadableError:
        profile.disable()
    profile.disable()
    return sum(entry.callcount for entry in profile.getstats())


def history(path: Path, rows: int) -> Path:
    """A perceptron's history, which claims no gradient."""
    book = Workbook()
    sheet = book.active
    sheet.append(["taxa", 0.1])
    sheet.append(["x1", "w1", "b", "soma", "saida", "alvo", "novo w1", "novo b"])
    for r in range(3, 3 + rows):
        weights = [0.1, 0.3] if r == 3 else [f"=G{r - 1}", f"=H{r - 1}"]
        error = f"$B$1*(F{r}-E{r})"
        sheet.append(
            [r % 2, *weights, f"=A{r}*B{r}+C{r}", f"=IF(D{r}>0,1,0)", r % 2, f"=B{r}+{error}*A{r}", f"=C{r}+{error}"]
        )
    book.save(path)
    return path


def table(path: Path, rows: int) -> Path:
    """The smallest sheet that trains, with its headings."""
    small(path, rows)
    return path


def unheaded(path: Path, rows: int) -> Path:
    """The same sheet without a word: what trains is told by what its cells do."""
    small(path, rows, dict.fromkeys(("A1", "C1", "E1", *(f"{column}3" for column in "ABCDEF"))))
    return path


def counted(path: Path, rows: int) -> Path:
    """The same sheet with its rows numbered in four columns, and a cell that adds to what the step makes."""
    columns = {"G": "=C{r}+C{r}^2", **dict.fromkeys("HIJK", "={column}{above}+1")}
    changes = {
        f"{column}{r}": text.format(column=column, r=r, above=r - 1)
        for column, text in columns.items()
        for r in range(FIRST, FIRST + rows)
    }
    small(path, rows, changes | {f"{column}{FIRST - 1}": 0 for column in "HIJK"})
    return path


def own_rates(path: Path, rows: int) -> Path:
    """The same sheet where the bias has a rate of its own, and no word calls either a rate."""
    moved = {f"B{r}": f"=B{r - 1}-$G$1*F{r - 1}" for r in range(FIRST + 1, FIRST + rows)}
    small(path, rows, {"A1": "speeds", "G1": 0.05, **moved})
    return path


def blocks(direction: str) -> Callable[[Path, int], Path]:
    """Writes two tanh units with a block for each step, as many as a quarter of the rows."""

    def of_steps(path: Path, rows: int) -> Path:
        steps = rows // 4
        sheets = LAYOUTS[direction](NET, steps, WORDS["symbols"])
        write(path, sheets, steps, None, 0)
        return path

    of_steps.__name__ = f"blocks {direction}"
    return of_steps


@pytest.mark.slow
@pytest.mark.parametrize("make", [table, unheaded, history, counted, own_rates, blocks("below"), blocks("sheets")])
def test_twice_the_rows_take_twice_the_work(make: Callable[[Path, int], Path], tmp_path: Path) -> None:
    """Nothing goes through all rows for each row."""
    books = [make(tmp_path / f"{rows}.xlsx", rows) for rows in (40, 80, 160)]
    audit(books[0])  # what is imported and kept once
    fewest, fewer, more = (calls(lambda book=book: audit(book)) for book in books)
    assert more - fewer < 2.4 * (fewer - fewest)


def test_an_array_formula_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The forty cells that a product fills take one reading of it."""
    book = Workbook()
    sheet = book.active
    for row in range(1, 41):
        sheet.cell(row, 1, row / 10)
    sheet["C1"] = ArrayFormula("C1:C40", "=MMULT(A1:A40,A1:A1)")
    book.save(tmp_path / "book.xlsx")
    read_products: list[object] = []
    reading = Algebra.matrix
    monkeypatch.setattr(
        Algebra,
        "matrix",
        lambda self, node: (read_products.append(node) if node.value == "MMULT" else None) or reading(self, node),
    )
    cells = Cells(read(tmp_path / "book.xlsx"))
    assert [cells.value(("Sheet", row, 3)) for row in (1, 40)] == pytest.approx([0.01, 0.4])
    assert sum(cells.value(("Sheet", row, 3)) for row in range(1, 41)) == pytest.approx(8.2)
    assert len(read_products) == 1


@pytest.mark.slow
def test_a_slip_that_no_change_of_the_gradients_mends_takes_a_bounded_search(tmp_path: Path) -> None:
    """A loss of attention is wrong in a whole column: its cell is told, after work that is counted and not timed."""
    generate("self-attention", tmp_path / "whole.xlsx", ("training.iterations=3",), "en", check_it=False)
    training_alone(tmp_path / "whole.xlsx", tmp_path / "book.xlsx")
    book = load_workbook(tmp_path / "book.xlsx")
    for row in range(11, 15):
        book["Training"][f"CC{row}"] = f"=BX{row}*BW{row}/2"
    book.save(tmp_path / "book.xlsx")
    audits: list[Audit] = []
    assert calls(lambda: audits.append(audit(tmp_path / "book.xlsx"))) < MOST_CALLS
    assert [finding.place.rpartition("!")[2] for finding in audits[0].findings] == ["CC11"]
