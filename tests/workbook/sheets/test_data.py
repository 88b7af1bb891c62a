"""The data sheet: samples as given and as the network sees them, live statistics, classes from a list."""

from __future__ import annotations

import math
import statistics
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests import teaching
from tests.teaching import Expected, cells_of, change, expected_of, page_of, recalculate, shown_of
from tests.training_templates import CSV, load, text
from xlbp.expectation.contents import lay_out
from xlbp.pipeline import generate, verify
from xlbp.workbook.layout.layout import DATA_ROW
from xlbp.workbook.sheets.learned.learned import picture_points

pytestmark = pytest.mark.slow  # whole books, or many processes

FLOWERS = [line.split(",") for line in CSV.split()[1:]]
TESTED = "test_inputs = [[1, 2], [100, -100]]\ntest_targets = [[0], [1]]"


@cache
def shown(of: str) -> Expected:
    """What the book of a template must show."""
    return expected_of(lay_out(load(of), "en"))


def data_cells(of: str) -> dict[tuple[int, int], Any]:
    """The data sheet as a reader sees it."""
    return cells_of(page_of(shown(of), "data"))


def column(cells: dict[tuple[int, int], Any], number: int, rows: int, first: int = DATA_ROW) -> list[Any]:
    """A column's cells from its first row on."""
    return [cells.get((first + n, number)) for n in range(rows)]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A book of a template's text."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "flowers.csv").write_text(CSV, "utf-8")

    def book(of: str) -> Path:
        path = folder / f"{abs(hash(of))}.toml"
        path.write_text(of, "utf-8")
        target = path.with_suffix(".xlsx")
        return target if target.exists() else generate(str(path), target, language="en", check_it=False).path

    return book


# what stands there


def test_samples_stand_as_given() -> None:
    """A row per sample under the symbols, numbered; those kept from training say so."""
    cells = data_cells(text(data=TESTED))
    assert [cells[7, n] for n in (2, 3, 4)] == ["x1", "x2", "t1"]
    assert column(cells, 2, 7) == [0.5, 1.5, -0.75, 0.1, -1.2, 1, 100]
    assert column(cells, 4, 7) == [1, 0, 0.5, -1, 0.25, 0, 1]
    labels = column(cells, 1, 7)
    assert labels[:5] == ["1", "2", "3", "4", "5"]
    assert [label[-2:] for label in labels[5:]] == [" 1", " 2"]


def test_classes_stand_as_words_with_their_targets_beside() -> None:
    """The class as the file has it; under each class's name 1 where the sample is of it."""
    cells = data_cells(text(filed=True))
    kinds = [kind for *_, kind in FLOWERS]
    assert column(cells, 4, 6) == kinds
    assert [cells[7, n] for n in (6, 7, 8)] == ["iris", "lily", "rose"]
    for n, kind in ((6, "iris"), (7, "lily"), (8, "rose")):
        assert column(cells, n, 6) == [float(k == kind) for k in kinds]


def test_draws_stand_in_their_order() -> None:
    """The numbers of the samples, one for each draw of the training."""
    of = text("batch_size = 2\nshuffle = true")
    assert tuple(column(data_cells(of), 6, 14)) == load(of).model.data.order


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_statistics_and_scaled_features(scale: str) -> None:
    """Over each feature its two statistics, of the samples that are trained on; to the right it is scaled by them."""
    of = text(data=f"scale = '{scale}'\n{TESTED}")
    cells = data_cells(of)
    for raw, scaled in ((2, 6), (3, 7)):
        values = column(cells, raw, 7)
        known = values[:5]
        pair = (statistics.fmean(known), statistics.pstdev(known))
        if scale == "minmax":
            pair = (min(known), max(known) - min(known))
        assert (cells[4, raw], cells[5, raw]) == pytest.approx(pair, rel=1e-13)
        assert column(cells, scaled, 7) == pytest.approx([(v - pair[0]) / pair[1] for v in values], rel=1e-12)


@pytest.mark.parametrize("scale", ["none", "standard", "minmax"])
@pytest.mark.parametrize("of_targets", ["standard", "minmax"])
def test_targets_are_scaled_beside_the_features(scale: str, of_targets: str) -> None:
    """A target has its own statistics over it, named where they are others than the features', and its scaled cells."""
    cells = data_cells(text(data=f"scale = '{scale}'\nscale_targets = '{of_targets}'\n{TESTED}"))
    scaled = 6 if scale == "none" else 8
    assert (cells[7, 4], cells[7, scaled]) == ("t1\n(unscaled)", "t1")
    values = column(cells, 4, 7)
    known = values[:5]
    by_scale = {
        "standard": ("mean", "deviation", statistics.fmean(known), statistics.pstdev(known)),
        "minmax": ("smallest", "range", min(known), max(known) - min(known)),
    }
    *words, shift, size = by_scale[of_targets]
    assert (cells[4, 4], cells[5, 4]) == pytest.approx((shift, size), rel=1e-13)
    assert column(cells, scaled, 7) == pytest.approx([(v - shift) / size for v in values], rel=1e-12)
    shown, at = (words, 1) if scale in ("none", of_targets) else ([f"← {word}" for word in words], 5)
    assert [cells[4, at], cells[5, at]] == shown


# what is live


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_statistics_are_live(scale: str, make: Any, tmp_path: Path) -> None:
    """A changed number moves mean and deviation, or least and range, and all scaled cells of its feature alone."""
    book = make(text(data=f"scale = '{scale}'"))
    before, after = (recalculate(b)["Data"] for b in (book, change(book, tmp_path / "c.xlsx", {"Data!B9": 7.5})))
    known = [row[1] for row in after[7:12]]
    pair = (statistics.fmean(known), statistics.pstdev(known))
    if scale == "minmax":
        pair = (min(known), max(known) - min(known))
    assert (known[1], after[3][1], after[4][1]) == (7.5, *(pytest.approx(v, rel=1e-13) for v in pair))
    assert [row[5] for row in after[7:12]] == pytest.approx([(v - pair[0]) / pair[1] for v in known], rel=1e-12)
    assert [row[6] for row in after[7:12]] == [row[6] for row in before[7:12]]


def test_a_test_sample_moves_no_statistic(make: Any, tmp_path: Path) -> None:
    """What is kept for testing is scaled, but must not be known."""
    book = make(text(data=f"scale = 'standard'\n{TESTED}"))
    before, after = (recalculate(b)["Data"] for b in (book, change(book, tmp_path / "c.xlsx", {"Data!B13": -50})))
    assert before[3][1:3] + before[4][1:3] == after[3][1:3] + after[4][1:3]
    assert after[12][5] == pytest.approx((-50 - after[3][1]) / after[4][1], rel=1e-12)


def test_a_changed_target_moves_its_own_statistics(make: Any, tmp_path: Path) -> None:
    """Mean, deviation and scaled cells of the targets follow, and nothing of the features."""
    book = make(text(data="scale = 'standard'\nscale_targets = 'standard'"))
    before, after = (recalculate(b)["Data"] for b in (book, change(book, tmp_path / "c.xlsx", {"Data!D9": 7.5})))
    known = [row[3] for row in after[7:12]]
    shift, size = statistics.fmean(known), statistics.pstdev(known)
    assert (known[1], after[3][3], after[4][3]) == (7.5, pytest.approx(shift), pytest.approx(size))
    assert [row[7] for row in after[7:12]] == pytest.approx([(v - shift) / size for v in known], rel=1e-12)
    assert [row[1:3] + row[5:7] for row in before[3:12]] == [row[1:3] + row[5:7] for row in after[3:12]]


@pytest.mark.parametrize("word", ["iris", "IRIS"])
def test_targets_follow_the_class(word: str, make: Any, tmp_path: Path) -> None:
    """Another class in a cell is another target, however it is written."""
    book = change(make(text(filed=True)), tmp_path / "c.xlsx", {"Data!D8": word})
    assert recalculate(book)["Data"][7][5:8] == [1, 0, 0]


# what is of no use


def test_a_class_may_be_chosen_from_a_list(make: Any) -> None:
    """The cells of the classes offer just these, and refuse nothing, so that a formula can be typed there."""
    [rule] = load_workbook(make(text(filed=True)))["Data"].data_validations.dataValidation
    found = (str(rule.sqref), rule.type, rule.formula1, rule.showErrorMessage)
    assert found == ("D8:D13", "list", '"iris,lily,rose"', False)


def test_an_entry_of_no_use_is_told_in_its_row(make: Any, tmp_path: Path) -> None:
    """Beside the sample whose number or class is none, and nowhere else."""
    book = make(text(filed=True))
    typed = {"Data!B9": "0,5", "Data!D11": "daisy", "Data!C12": ""}
    before, after = (recalculate(b)["Data"] for b in (book, change(book, tmp_path / "c.xlsx", typed)))
    assert [row[4] for row in before[7:13]] == [""] * 6
    number, unknown = "← a number is needed", "← one of the classes is needed"
    assert [row[4] for row in after[7:13]] == ["", number, "", unknown, number, ""]


def test_a_draw_is_the_number_of_a_sample(make: Any, tmp_path: Path) -> None:
    """Beside a draw it is told if it is no sample that is trained on: those kept for testing are none."""
    book = make(text("batch_size = 2\nshuffle = true", data=TESTED))
    changed = change(book, tmp_path / "c.xlsx", {"Data!F8": 6, "Data!F9": 2.5, "Data!F10": 5})
    told = [row[6] for row in recalculate(changed)["Data"][7:11]]
    assert told == ["← a whole number from 1 to 5 is needed"] * 2 + ["", ""]


def test_headings_stay_in_sight(make: Any) -> None:
    """The sheet is frozen under its headings and beside the samples' numbers."""
    assert load_workbook(make(text(data=TESTED)))["Data"].freeze_panes == f"B{DATA_ROW}"


# computed inputs

FEATURED = "features = ['x1^2', 'x1*x2', 'sin x2']"


def featured(scale: str = "none", training: str = "") -> str:
    """Five samples of two numbers with three computed ones."""
    of = text(training=training, data=f"scale = '{scale}'\n{FEATURED}")
    return of.replace("[[0.5, -0.4], [0.3, 0.8], [-0.6, 0.2]]", '{ init = "normal", seed = 3 }')


@pytest.mark.parametrize("scale", ["none", "standard"])
def test_features_are_live_formulas_beside_the_data(scale: str, make: Any, tmp_path: Path) -> None:
    """They follow the cells that they are computed from, those of their own sample alone."""
    book = make(featured(scale, 'optimizer = "adam"'))
    raw = "" if scale == "none" else "\n(unscaled)"
    before, after = (recalculate(b)["Data"] for b in (book, change(book, tmp_path / "c.xlsx", {"Data!B9": 7.5})))
    first = before[6].index(f"x1²{raw}")
    assert before[6][first : first + 3] == [f"x1²{raw}", f"x1·x2{raw}", f"sin(x2){raw}"]
    for row in after[7:12]:
        x1, x2 = row[1:3]
        assert row[first : first + 3] == pytest.approx([x1 * x1, x1 * x2, math.sin(x2)], rel=1e-14)
    assert [row[first] for row in after[7:12]] != [row[first] for row in before[7:12]]
    [report] = verify(change(book, tmp_path / "c.xlsx", {"Data!B9": 7.5}))
    assert (report.ok, report.mismatches) == (True, [])


def test_the_map_of_the_learned_function_is_of_the_given_inputs() -> None:
    """Two inputs make a plane, whatever is computed from them; at a sample it is the output of the row."""
    expected = shown_of(featured(), iteration=2)
    assert picture_points(expected.contents) > 0
    assert [str(name) for name in expected.contents.network.given] == ["x[1]", "x[2]"]
    answers, _ = expected.facts.reference.answers([list(expected.contents.network.given_of(0))], 2)
    assert float(answers["z2[1]"][0]) == pytest.approx(float(expected.history["z2[1]@1"][2]), rel=1e-13)


# what is explained


def test_the_sheet_says_how_many_rows_are_an_epoch_and_what_is_kept() -> None:
    """Computed from the samples and the batch; the rows that are kept for testing are grey."""
    page = page_of(teaching.shown("iris"), "data")
    said = [cell.content for cell in page.fixed]
    assert any("12 of the 120 training samples: 10 rows are an epoch" in str(text) for text in said)
    kept = {cell.content for cell in page.fixed if page.looks[cell.row, cell.column] == "kept"}
    assert kept == {f"test {n}" for n in range(1, 31)}


def test_over_scaled_numbers_stands_how_they_are_made() -> None:
    """With the mean and the deviation of the feature."""
    expected = teaching.shown("iris")
    said = [f.value for f in page_of(expected, "data").formulas if str(f.value).startswith("= (given")]
    assert said[0] == "= (given − 5.8125) / 0.8464"
    assert len(said) == 4
