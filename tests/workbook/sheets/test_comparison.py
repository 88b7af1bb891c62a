"""The front sheet of a comparison, and the sheet of losses: their numbers, their words, their charts."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook

from xlbp.expectation.book import Book, expect
from xlbp.expectation.contents import lay_out_several
from xlbp.template.vary import load_runs, parse_vary
from xlbp.workbook.drawing.plot import COLOURS
from xlbp.workbook.layout.runs import TABLE
from xlbp.workbook.sheets.comparison.comparison import VERDICTS, ceiling_of
from xlbp.workbook.sheets.comparison.losses import add_losses
from xlbp.workbook.sheets.comparison.standings import milestones

pytestmark = pytest.mark.slow  # whole books, or many processes

RATES = "training.learning_rate=0.1,0.5,2"
GRID = ("training.optimizer=sgd,adam", "training.learning_rate=0.1,0.5,1")


@cache
def shown(name: str, *vary: str, iterations: int = 8, language: str = "en") -> Book:
    """What the comparison of a shipped template must show."""
    runs = load_runs(name, [parse_vary(text) for text in vary], (f"training.iterations={iterations}",))
    return expect(lay_out_several(runs, language))


def values(expected: Book) -> dict[str, Any]:
    """The front sheet's live cells, and its texts, by address."""
    page = expected.pages[0]
    fixed = {f"{chr(64 + f.column)}{f.row}": f.content for f in page.fixed if f.column < 27}
    return {**fixed, **page.values()}


def headings(expected: Book) -> list[Any]:
    """The headings of the table, from left to right."""
    return [f.content for f in expected.pages[0].fixed if f.row == TABLE]


@pytest.mark.parametrize(("last", "expected"), [(100, [0, 25, 50, 100]), (2, [0, 1, 2]), (1, [0, 1])])
def test_the_table_tells_the_way(last: int, expected: list[int]) -> None:
    """Start, a quarter, a half, the end; each once."""
    assert expected == milestones(last)


def test_the_headings() -> None:
    """What varies, the loss on the way, the smallest, where it diverges, who is best."""
    assert headings(shown("mazur", RATES)) == [
        "run", "what varies", "learning_rate", "E_total at t = 0", "E_total at t = 2", "E_total at t = 4",
        "E_total at t = 8", "smallest E_total", "at t =", "diverges (t)", "best",
    ]  # fmt: skip


def test_a_row_tells_its_run() -> None:
    """The numbers of each row are those of its run's training."""
    expected = shown("mazur", RATES)
    cells = values(expected)
    for row, run in enumerate(expected.runs, start=TABLE + 1):
        loss = run.losses
        assert [cells[f"{column}{row}"] for column in "DEFGHI"] == [
            *loss[[0, 2, 4, 8]], loss.min(), float(loss.argmin())
        ]  # fmt: skip


def test_test_samples_have_columns() -> None:
    """The test loss and accuracy of the last row."""
    expected = shown("iris", "training.optimizer=sgd,adam", iterations=3)
    cells, at = values(expected), headings(expected).index("E_test at t = 3")
    for row, run in enumerate(expected.runs, start=TABLE + 1):
        found = [cells[f"{chr(65 + at + k)}{row}"] for k in (0, 1)]
        assert [run.history["E@T"][-1], run.history["hits@T"][-1]] == found


def test_the_best_run_is_named() -> None:
    """The verdict names the run whose last loss is the smallest, with the loss; its row is marked."""
    cells = values(shown("mazur", RATES))
    last = shown("mazur", RATES).runs[2].losses[-1]
    assert cells[f"A{VERDICTS}"] == f"Smallest E_total at t = 8: η=2: {last:.5f}"  # four digits that count
    assert [cells[f"K{row}"] for row in (9, 10, 11)] == ["·", "·", "★"]


def test_an_objective_that_is_to_grow_is_ranked_the_other_way() -> None:
    """The largest wins, and a run that diverges never does."""
    cells = values(shown("into-backprop", "training.learning_rate=0.01,0.1,1e100"))
    assert str(cells[f"A{VERDICTS}"]).startswith("Largest f at t = 8: h=0.1: ")
    assert cells[f"A{VERDICTS + 1}"].startswith("1 of 3 runs diverge")


def test_runs_that_are_as_good_are_counted() -> None:
    """Momentum of 0 is plain gradient descent: both are best, and the verdict says so."""
    vary = 'training.optimizer=sgd,{name="momentum",momentum=0}'
    assert " (+ 1 as good): " in str(values(shown("mazur", vary))[f"A{VERDICTS}"])


def test_if_all_diverge_nobody_wins() -> None:
    """Without a last number there is no best run."""
    cells = values(shown("into-backprop", "training.learning_rate=1e100,1e101"))
    assert cells[f"A{VERDICTS}"] == "No run ends with a number: all diverge."
    assert {cells[f"K{row}"] for row in (9, 10)} == {"·"}


def test_losses_are_cut_off_at_the_ceiling() -> None:
    """A loss above twice the largest first one is drawn there; an error stays one; what is below stays as it is."""
    assert ceiling_of("network", [1.0, 3.0]) == 6.0
    assert ceiling_of("network", [0.0]) == 1.0
    expected = shown("into-backprop", "training.learning_rate=0.01,10,1e100")
    assert expected.losses is not None
    drawn, ceiling = expected.losses.expected, 7000.0
    assert np.abs(drawn[:, 1:3]).max() == ceiling
    assert np.array_equal(np.isnan(drawn[:, 3]), np.isnan(expected.runs[2].losses))
    assert np.array_equal(drawn[:, 1], expected.runs[0].losses)


def test_a_loss_of_zero_is_drawn_at_a_floor() -> None:
    """A logarithmic axis has no 0: what is below 10⁻¹² of the ceiling is drawn there."""
    zero = shown("mazur", "data.targets=[[0.01,0.99]],[[0.751365069552316,0.772928465321463]]", iterations=1)
    assert zero.losses is not None
    ceiling = 2 * zero.runs[0].losses[0]
    assert zero.runs[1].losses[0] < 1e-25
    assert zero.losses.expected[0, 2] == 1e-12 * ceiling


def charts(expected: Book) -> list[Any]:
    """The charts of the front sheet."""
    workbook = Workbook()
    comparison = expected.layout.comparison
    assert comparison is not None
    add_losses(workbook, comparison)
    sheet = workbook.create_sheet(comparison.front)
    for finish in expected.pages[0].finishing:
        finish(sheet)
    return list(sheet._charts)


def test_both_charts_have_a_line_per_run_named_by_its_cell() -> None:
    """Each line reads its run's losses, and the legend the run's name in the table."""
    for chart in charts(shown("mazur", RATES)):
        lines = [(s.tx.strRef.f, s.yVal.numRef.f) for s in chart.series]
        assert lines == [(f"Comparison!$B${9 + n}", f"'Losses'!${'BCD'[n]}$9:${'BCD'[n]}$17") for n in range(3)]
    plain, log = charts(shown("mazur", RATES))
    assert (plain.y_axis.scaling.logBase, log.y_axis.scaling.logBase) == (None, 10)


def test_a_grid_has_a_colour_per_value_of_one_setting_and_a_dash_per_value_of_the_other() -> None:
    """Six runs: three colours for the learning rates, solid for one optimizer, dashed for the other."""
    lines = [s.graphicalProperties.line for s in charts(shown("xor", *GRID))[0].series]
    assert [line.solidFill.srgbClr for line in lines] == list(COLOURS[:3]) * 2
    assert [line.prstDash for line in lines] == ["solid"] * 3 + ["dash"] * 3


def test_no_two_lines_look_alike() -> None:
    """Twenty-four runs differ in colour or dash."""
    vary = f"training.learning_rate={','.join(str(n) for n in range(1, 25))}"
    lines = [s.graphicalProperties.line for s in charts(shown("mazur", vary, iterations=1))[0].series]
    assert len({(line.solidFill.srgbClr, line.prstDash) for line in lines}) == 24


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_words_are_translated_and_numbers_are_not(language: str) -> None:
    """A Chinese front sheet has the English one's numbers."""
    english, other = (shown("mazur", RATES, language=each).pages[0] for each in ("en", language))
    numbers = [[f.value for f in page.formulas if isinstance(f.value, float)] for page in (english, other)]
    assert numbers[0] == numbers[1]
    assert english.title != other.title
