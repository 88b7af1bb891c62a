"""Books of several trainings: every engine agrees, one input moves all runs, and planted faults are found."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName

import xlbp
from tests.books import edit, put
from xlbp import cli
from xlbp.errors import UsageError
from xlbp.pipeline import compare, explain, verify
from xlbp.recalc.ironcalc import IronCalc
from xlbp.recalc.libreoffice import recalculated_copy
from xlbp.reference.train import train
from xlbp.system.process import find_program
from xlbp.template.load import load_template
from xlbp.workbook.layout.runs import TABLE
from xlbp.workbook.reader import count_formulas
from xlbp.xlsx.areas import Area

pytestmark = pytest.mark.slow  # many whole books

RATES = "training.learning_rate=0.1,0.5,2"
OPTIMIZERS = "training.optimizer=sgd,momentum,adam"
REQUESTS = {
    "rates": ("mazur", 12, RATES),
    "optimizers": ("xor", 6, OPTIMIZERS),
    "data sheet": ("iris", 2, OPTIMIZERS),
    "grid": ("xor", 5, "training.optimizer=sgd,adam", "training.learning_rate=0.1,0.5,1"),
    "diverging": ("into-backprop", 12, "training.learning_rate=0.01,1e100,0.1"),
    "inits": ("xor", 5, "network.layers.*.weights.init=zeros,normal,xavier_uniform"),
    "batches": ("xor", 6, "training.batch_size=all,2,1"),
    "shuffled": ("xor", 6, "training.shuffle={seed=1},{seed=2},false", "training.batch_size=1,2"),
    "schedules": ("mazur", 6, 'training.schedule=constant,"cosine",{name="step",every=2,factor=0.5}'),
    "activations": ("xor", 5, 'network.layers.1.activation=tanh,relu,{name="elu",alpha=0.5}'),
    "units": ("iris", 1, "network.layers.1.units=2,3"),
    "scales": ("iris", 1, "data.scale=none,standard,minmax"),
}  # fmt: skip
Make = Callable[..., Path]


@pytest.fixture(params=sorted(REQUESTS))
def book(request: pytest.FixtureRequest, make_comparison: Make) -> Path:
    """Each comparison in turn."""
    return make_comparison(*REQUESTS[request.param])


@pytest.fixture
def rates(make_comparison: Make) -> Path:
    """Three learning rates of the 2-2-2 network."""
    return make_comparison(*REQUESTS["rates"])


@pytest.fixture
def grid(make_comparison: Make) -> Path:
    """Two optimizers with three learning rates each."""
    return make_comparison(*REQUESTS["grid"])


def values_of(book: Path, sheet: str, rows: int, columns: int, first: int = 1) -> list[list[Any]]:
    """What IronCalc computes for a block of cells."""
    return IronCalc().values(book, [Area(sheet, first, rows, columns)])[0]


def cell_of_name(book: Path, name: str) -> tuple[str, str]:
    """Sheet and cell of a defined name."""
    sheet, _, cell = str(load_workbook(book).defined_names[name].attr_text).rpartition("!")
    return sheet.strip("'"), cell.replace("$", "")


def table_of(book: Path, runs: int = 3) -> list[list[Any]]:
    """The front sheet's table, recalculated."""
    return values_of(book, "Comparison", TABLE + runs, 12, TABLE + 1)


# verification


def test_every_formula_cell_agrees(book: Path) -> None:
    """IronCalc and the cached values agree with NumPy in every formula cell of every sheet, unchanged."""
    reports = verify(book, ("ironcalc", "saved"))
    assert [(True, 0, count_formulas(book))] * 2 == [(r.ok, r.unchecked, r.checked) for r in reports]


@pytest.mark.office
@pytest.mark.parametrize("request_", ["rates", "data sheet", "grid", "batches"])
def test_office_programs_agree(request_: str, make_comparison: Make) -> None:
    """LibreOffice and Gnumeric agree in every formula cell."""
    book = make_comparison(*REQUESTS[request_])
    reports = verify(book, ("libreoffice", "gnumeric"))
    assert [(True, 0, count_formulas(book))] * 2 == [(r.ok, r.unchecked, r.checked) for r in reports]


@pytest.mark.office
def test_a_run_that_gnumeric_cannot_confirm_leaves_the_others_checked(make_comparison: Make) -> None:
    """Gnumeric checks the runs that stay finite; of the one that overflows only the rows before."""
    book = make_comparison(*REQUESTS["diverging"])
    libre, gnumeric = verify(book, ("libreoffice", "gnumeric"))
    assert (libre.ok, libre.unchecked, gnumeric.ok) == (True, 0, True)
    one = 2 / 3 * libre.checked
    assert gnumeric.checked > one / 2 + 100
    assert gnumeric.checked + gnumeric.unchecked == libre.checked


@pytest.mark.office
@pytest.mark.parametrize("request_", ["rates", "data sheet"])
def test_a_book_saved_by_libreoffice_still_agrees(request_: str, make_comparison: Make, tmp_path: Path) -> None:
    """After LibreOffice has saved it, formulas, names and values are still the template's."""
    source = make_comparison(*REQUESTS[request_])
    program = find_program(("soffice", "libreoffice"), "")
    book = shutil.copy(recalculated_copy(program, source, tmp_path), tmp_path / "saved.xlsx")
    reports = verify(book, ("saved", "ironcalc"))
    assert [(r.ok, r.unchecked) for r in reports] == [(True, 0)] * 2


# what is shared


def test_one_input_moves_all_runs(rates: Path, tmp_path: Path) -> None:
    """Another value of a shared input changes the last loss of every run, and the book still agrees."""
    sheet, cell = cell_of_name(rates, "x_1")
    book = put(rates, tmp_path / "moved.xlsx", cell, 0.9, sheet)
    [report] = verify(book)
    before, after = ([row[6] for row in table_of(one)] for one in (rates, book))
    assert (sheet, report.ok, report.unchecked) == ("Comparison", True, 0)
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_one_initial_weight_moves_all_runs(rates: Path, tmp_path: Path) -> None:
    """A shared initial weight stands once; changing it moves the first loss of every run."""
    sheet, cell = cell_of_name(rates, "W_1_1_1")
    book = put(rates, tmp_path / "moved.xlsx", cell, 1.5, sheet)
    [report] = verify(book)
    before, after = ([row[3] for row in table_of(one)] for one in (rates, book))
    assert (report.ok, report.unchecked) == (True, 0)
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_a_sample_of_the_table_moves_all_runs(make_comparison: Make, tmp_path: Path) -> None:
    """One number of the data sheet is every run's."""
    source = make_comparison(*REQUESTS["data sheet"])
    book = put(source, tmp_path / "moved.xlsx", "B8", 7.7, "Data")
    [report] = verify(book)
    before, after = ([row[3] for row in table_of(one)] for one in (source, book))
    assert (report.ok, report.unchecked) == (True, 0)
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_what_differs_moves_one_run(rates: Path, tmp_path: Path) -> None:
    """A run's own learning rate changes that run alone; its name and number in the table follow."""
    sheet, cell = cell_of_name(rates, "eta_2")
    book = put(rates, tmp_path / "moved.xlsx", cell, 1, sheet)
    [report] = verify(book)
    before, after = table_of(rates), table_of(book)
    assert (sheet, report.ok) == ("2 η=0.5", True)
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]
    assert (before[1][1], after[1][1], after[1][2]) == ("η=0.5", "η=1.0000", 1.0)


def test_a_run_that_diverges_leaves_the_others_alone(make_comparison: Make) -> None:
    """Its cells are errors, its row says from when; the other rows are what they are without it."""
    book = make_comparison(*REQUESTS["diverging"])
    rows = table_of(book)
    column = load_workbook(book)["Comparison"]
    place = [column.cell(TABLE, k).value for k in range(1, 13)].index("diverges (t)")
    assert [row[place] for row in rows] == ["–", 2.0, "–"]
    for row, rate in ((rows[0], 0.01), (rows[2], 0.1)):
        alone = train(load_template("into-backprop", ("training.iterations=12", f"training.learning_rate={rate}")))
        assert row[6] == pytest.approx(alone["f"][-1], rel=1e-12)


def test_a_loss_that_grows_counts_as_diverging(tmp_path: Path) -> None:
    """A run that ends far above its start is marked though every number is finite, and the verdict counts it."""
    template = tmp_path / "line.toml"
    template.write_text(
        "[network]\n[[network.layers]]\nunits = 1\nweights = [[0.5]]\nbias = 0.1\n[data]\ninputs = [[1], [2]]\n"
        "targets = [[2], [4.1]]\n[training]\nlearning_rate = 0.1\n"
    )
    made = compare(str(template), ["training.learning_rate=0.1,3"], tmp_path / "line.xlsx", ["training.iterations=9"])
    rows = values_of(made.path, "Comparison", TABLE + 2, 12, 1)
    assert (made.reports[0].ok, rows[TABLE][9], rows[TABLE + 1][9]) == (True, "–", "↑")
    assert rows[4][0].startswith("1 of 2 runs diverge")


# planted faults


FAULTS = {
    "a cell of a run": ("5 adam η=0.5", "C11", r"^=(\w+)", r"=2*\1"),
    "a run reads another's setting": ("2 sgd η=0.5", "-eta_2", "eta_2", "eta_1"),
    "the first row of a run": ("3 sgd η=1", "=W_1_1_1", "W_1_1_1", "W_1_1_2"),
    "the table": ("Comparison", "G11", r"\d+$", "14"),
    "the best run": ("Comparison", "AU12", "1E\\+300", "1E+299"),
    "the losses": ("Losses", "C11", "MIN", "MAX"),
}


def find(book: Path, sheet: str, wanted: str) -> str:
    """The address itself, or that of the first cell whose formula holds this."""
    if re.fullmatch(r"[A-Z]+\d+", wanted):
        return wanted
    cells = (cell for row in load_workbook(book)[sheet].iter_rows() for cell in row)
    return next(c.coordinate for c in cells if isinstance(c.value, str) and c.value[:1] == "=" and wanted in c.value)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str, grid: Path, tmp_path: Path) -> None:
    """A formula changed on any sheet fails the book, and that cell alone is named as changed."""
    sheet, wanted, pattern, replacement = FAULTS[fault]
    cell = find(grid, sheet, wanted)
    formula = load_workbook(grid)[sheet][cell].value
    changed = re.sub(pattern, replacement, formula, count=1)
    assert formula != changed
    [report] = verify(put(grid, tmp_path / "fault.xlsx", cell, changed, sheet))
    assert (False, [f"{sheet}!{cell}"]) == (report.ok, [m.cell for m in report.formulas_changed])


def test_a_number_in_place_of_a_formula_of_the_table_is_found(grid: Path, tmp_path: Path) -> None:
    """The right number is no formula."""
    value = load_workbook(grid, data_only=True)["Comparison"]["G11"].value
    [report] = verify(put(grid, tmp_path / "fault.xlsx", "G11", value, "Comparison"))
    assert (report.ok, [m.cell for m in report.formulas_changed], report.mismatches) == (False, ["Comparison!G11"], [])


@pytest.mark.parametrize(("name", "target"), [("x_1_1", "Comparison!$C$43"), ("eta_2", "'1 sgd η=0.1'!$B$3"),
                                              ("ceiling", "Comparison!$C$43")])  # fmt: skip
def test_a_defined_name_that_moved_is_found(name: str, target: str, grid: Path, tmp_path: Path) -> None:
    """A name that stands for another cell is named, be it shared, a run's own, or the ceiling."""

    def move(workbook: Workbook) -> None:
        workbook.defined_names[name] = DefinedName(name, attr_text=target)

    [report] = verify(edit(grid, tmp_path / "fault.xlsx", move))
    assert (False, [name]) == (report.ok, [m.cell for m in report.formulas_changed])


def test_an_input_that_is_no_number_is_told_once(grid: Path, tmp_path: Path) -> None:
    """A text in a shared input is one fault, though six runs depend on it; nothing is compared then."""
    sheet, cell = cell_of_name(grid, "x_1_1")
    [report] = verify(put(grid, tmp_path / "fault.xlsx", cell, "0,5", sheet))
    assert (False, 0, [f"{sheet}!{cell}"]) == (report.ok, report.checked, [m.cell for m in report.mismatches])


# the commands


def run(*arguments: object, monkeypatch: pytest.MonkeyPatch) -> int | str | None:
    """Run the command in this process; its exit code."""
    monkeypatch.setattr(sys, "argv", ["xlbp", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


def test_the_homework_in_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Six learning rates: eight sheets, and in the JSON the losses that the reference gives for each alone."""
    path = tmp_path / "six.xlsx"
    vary = "training.learning_rate=0.1,0.2,0.5,0.8,1,2"
    assert run("compare", "mazur", "--vary", vary, "-n", 100, "-o", path, "--json", monkeypatch=monkeypatch) == 0
    data = json.loads(capsys.readouterr().out)
    sheets = ["Comparison", "1 η=0.1", "2 η=0.2", "3 η=0.5", "4 η=0.8", "5 η=1", "6 η=2", "Losses"]
    assert (sheets, True, 38_388) == (data["sheets"], data["verified"], data["formula_cells"])
    alone = [
        train(load_template("mazur", ("training.iterations=100", f"training.learning_rate={eta}")))["E"][-1]
        for eta in (0.1, 0.2, 0.5, 0.8, 1, 2)
    ]
    assert alone == [one["final_loss"] for one in data["runs"]]


def test_what_a_person_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line per run, and for one that diverges from when."""
    arguments = ("compare", "into-backprop", "--vary", "training.learning_rate=0.01,1e100", "-n", 5, "--lang", "en")
    assert run(*arguments, "-o", tmp_path / "b.xlsx", monkeypatch=monkeypatch) == 0
    out = capsys.readouterr().out
    alone = train(load_template("into-backprop", ("training.iterations=5", "training.learning_rate=0.01")))
    assert f"    1. h=0.01: {alone['f'][-1]:.10g}\n" in out
    assert "    2. h=1e100: #NUM! from t = 2" in out


def test_explain_refuses_a_comparison(rates: Path) -> None:
    """One clear line says that one training is needed."""
    with pytest.raises(UsageError, match="compares 3 trainings, but one is needed"):
        explain(str(rates), "B12")


def test_too_large_a_comparison_is_refused_with_the_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cells of all runs count together, before any work."""
    monkeypatch.setattr("xlbp.system.memory._memory", lambda: 100_000_000)
    with pytest.raises(UsageError, match=r"780,156 cells would need about 0\.1 GB of memory"):
        compare("mazur", [RATES], tmp_path / "b.xlsx", ["training.iterations=5000"])
    with pytest.raises(UsageError, match=r"1,100,0\d\d rows, but has 1,048,576"):
        compare("mazur", [RATES], tmp_path / "b.xlsx", ["training.iterations=1100000"])
    assert list(tmp_path.iterdir()) == []


def test_the_public_name_takes_a_mapping(tmp_path: Path) -> None:
    """``xlbp.compare`` with Python values makes the book that --vary makes."""
    optimizers = {"training.optimizer": ["sgd", {"name": "adam", "beta1": 0.8}]}
    made = xlbp.compare("mazur", optimizers, tmp_path / "b.xlsx", iterations=2)
    assert ([one.label for one in made.runs], made.reports[0].ok) == (["sgd", "adam beta1=0.8"], True)


def test_the_terminal_and_the_sheet_name_the_same_iteration(tmp_path: Path) -> None:
    """A gradient may overflow an iteration before the loss does; both count from the first loss that is no number."""
    rates = {"training.learning_rate": [0.01, 1e100]}
    made = compare("into-backprop", rates, tmp_path / "rates.xlsx", ["training.iterations=12"], check_it=False)
    comparison = load_workbook(made.path, data_only=True)["Comparison"]
    cells = [cell for row in comparison.iter_rows(values_only=True) for cell in row]
    for result in made.runs:
        losses = np.isfinite(result.losses)
        expected = None if losses.all() else int(losses.argmin())
        assert result.diverged_at == expected
        assert expected is None or expected in cells
    assert any(result.diverged_at for result in made.runs)


# who is ahead

RELU_LINE = """[network]
loss = "mse"
[[network.layers]]
units = 1
activation = "relu"
weights = [[0.5]]
bias = 0.1
[[network.layers]]
units = 1
weights = [[0.7]]
bias = 0.2
[data]
inputs = [[14], [86], [28], [51], [28], [29], [72], [62], [84], [15]]
targets = [[58], [202], [86], [132], [86], [88], [174], [154], [198], [60]]
{data}
[training]
iterations = 40
learning_rate = 0.0001
batch_size = {batch}
"""
LINE_RATES = {"training.learning_rate": [0.001, 0.01, 0.1, 0.0001]}


def ranked(folder: Path, data: str = "", batch: str = "1") -> xlbp.results.MadeComparison:
    """A comparison of four rates in a verified book."""
    template = folder / "line.toml"
    template.write_text(RELU_LINE.format(data=data, batch=batch), "utf-8")
    return compare(str(template), LINE_RATES, folder / "line.xlsx", language="en")


def test_on_mini_batches_the_mean_of_the_last_epoch_decides(tmp_path: Path) -> None:
    """The sample of the last row went best with the rate 0.1; over the last ten rows, an epoch, 0.001 is ahead.

    The terminal and the sheet name the same run, by the same number.
    """
    made = ranked(tmp_path)
    means = [float(run.losses[-10:].mean()) for run in made.runs]
    assert int(np.argmin([run.losses[-1] for run in made.runs])) == 2
    assert [run.is_best for run in made.runs] == [True, False, False, False]
    assert [run.score for run in made.runs] == pytest.approx(means, rel=1e-14)
    rows = values_of(made.path, "Comparison", TABLE + 4, 12, 1)
    column = rows[TABLE - 1].index("mean E of the last epoch")
    assert [row[column] for row in rows[TABLE:]] == pytest.approx(means, rel=1e-14)
    assert [row[-1] or row[column + 2] for row in rows[TABLE:]] == ["★", "·", "·", "·"]
    assert rows[3][0] == "Smallest mean E of the last epoch: η=0.001: 16339.5734"
    assert (made.ranked_by, made.reports[0].ok) == ("epoch", True)


def test_where_there_is_a_test_set_its_loss_decides(tmp_path: Path) -> None:
    """Neither the batch nor the samples that were learned by heart, but those that no run has seen."""
    made = ranked(tmp_path, "test = 3")
    tested = [train(load_template(str(tmp_path / "line.toml"), (f"training.learning_rate={rate}",)))["E@T"][-1]
              for rate in LINE_RATES["training.learning_rate"]]  # fmt: skip
    assert [run.score for run in made.runs] == tested
    assert [run.is_best for run in made.runs] == [score == min(tested) for score in tested]
    leader = made.runs[int(np.argmin(tested))].label
    assert values_of(made.path, "Comparison", 4, 1, 4)[0][0].startswith(f"Smallest E_test at t = 40: {leader}: ")
    assert (made.ranked_by, made.reports[0].ok) == ("test", True)


def test_with_all_samples_in_a_row_the_last_loss_decides(tmp_path: Path) -> None:
    """Then it is the loss of all of them."""
    made = ranked(tmp_path, batch='"all"')
    assert made.ranked_by == "last"
    assert [run.score for run in made.runs] == [run.losses[-1] for run in made.runs]


def test_a_person_reads_who_is_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By what and with which number; a run that ends far above its start has the sheet's arrow."""
    (tmp_path / "line.toml").write_text(RELU_LINE.format(data="", batch=1), "utf-8")
    arguments = ("compare", tmp_path / "line.toml", "--vary", "training.learning_rate=0.001,0.1", "--lang", "en")
    assert run(*arguments, "-n", 12, "-o", tmp_path / "b.xlsx", monkeypatch=monkeypatch) == 0
    out = capsys.readouterr().out
    assert "    1. η=0.001: 7077.60255 ↑ (above 2 times its start)\n" in out
    assert "  best by the mean loss of the last epoch: 1. η=0.001 (" in out
