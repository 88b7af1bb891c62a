"""Handmade books: right ones are accused of nothing, and each slip is one finding in its own cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.auditing.handmade.base import Handmade, rows
from tests.auditing.handmade.blocks import BLOCKS
from tests.auditing.handmade.passes import PASSES as LISTED
from tests.auditing.handmade.several_steps import STEPS
from tests.auditing.handmade.trainings import LONE_STEP, ONE_SAMPLE, TRAININGS
from tests.auditing.handmade.unusual import NEWTON, UNUSUAL
from xlbp.auditing.result import Audit, NothingJudgedError
from xlbp.auditing.run import audit
from xlbp.pipeline import generate

PASSES = (*LISTED, *BLOCKS)
SLIPS = [(book, slip) for book in (*TRAININGS, *STEPS, *UNUSUAL, *PASSES) for slip in book.slips]


def audited(path: Path) -> Audit:
    """The audit of a book, of a right forward pass, too."""
    try:
        return audit(path)
    except NothingJudgedError as nothing:
        return nothing.audited


def told(done: Audit) -> list[str]:
    """The first cell of each finding, without its sheet."""
    return [finding.place.rpartition("!")[2] for finding in done.findings]


@pytest.mark.parametrize("book", [*TRAININGS, *STEPS, *UNUSUAL], ids=lambda book: book.name)
def test_a_right_training_is_judged_right(book: Handmade, tmp_path: Path) -> None:
    """Every gradient and update is judged, and none is wrong."""
    done = audited(book.save(tmp_path / "book.xlsx"))
    assert (told(done), done.unjudged, done.ok) == ([], [], True)


@pytest.mark.parametrize("book", PASSES, ids=lambda book: book.name)
def test_of_a_right_pass_nothing_is_told(book: Handmade, tmp_path: Path) -> None:
    """It is looked at though nothing trains."""
    done = audited(book.save(tmp_path / "book.xlsx"))
    assert done.forward is not None
    assert told(done) == []


@pytest.mark.parametrize(("book", "slip"), SLIPS, ids=[f"{book.name}: {slip}" for book, slip in SLIPS])
def test_a_slip_is_one_finding_in_its_cell(book: Handmade, slip: str, tmp_path: Path) -> None:
    """Nothing else is accused."""
    assert told(audited(book.save(tmp_path / "book.xlsx", slip))) == [book.slips[slip][1]]


def test_newtons_method_is_said_not_to_be_judged(tmp_path: Path) -> None:
    """Its gradients are right, and what is made of them by second derivatives is not accused."""
    done = audited(NEWTON.save(tmp_path / "book.xlsx"))
    assert (told(done), done.ok) == ([], False)
    assert "not updated alike" in done.unjudged[0].reason


def test_a_typed_share_is_not_judged_in_silence(tmp_path: Path) -> None:
    """The parameter that it moves follows no gradient: that is said, and the book is not called right."""
    book = Handmade("typed", ONE_SAMPLE.cells | {"H5": -0.1})
    done = audited(book.save(tmp_path / "book.xlsx"))
    assert (told(done), done.ok) == ([], False)
    assert done.unjudged[0].cell.endswith("H5")


def test_a_typed_loss_is_said(tmp_path: Path) -> None:
    """What the moves follow was taken in its place; no right cell is accused."""
    done = audited(Handmade("typed", LONE_STEP.cells | {"B20": 0.07}).save(tmp_path / "book.xlsx"))
    assert (told(done), done.ok) == ([], False)
    assert "B20 is a number" in done.unjudged[0].reason


def test_a_perceptrons_threshold_is_no_target(tmp_path: Path) -> None:
    """The sum that is compared with a threshold has a slope, but what the target is compared with has none."""
    cells = rows("A1", ("rate", 0.1, None, "threshold", 0.5))
    cells |= rows("A4", ("x1", "x2", "target", "w1", "w2", "sum", "output", "error", "Δw1", "Δw2"))
    for r in range(5, 17):
        a, b = divmod(r % 4, 2)
        w = (0.3, -0.1) if r == 5 else (f"=D{r - 1}+I{r - 1}", f"=E{r - 1}+J{r - 1}")
        made = (f"=A{r}*D{r}+B{r}*E{r}", f"=IF(F{r}>=$E$1,1,0)", f"=C{r}-G{r}", f"=$B$1*H{r}*A{r}", f"=$B$1*H{r}*B{r}")
        cells |= rows(f"A{r}", (a, b, a * b, *w, *made))
    done = audited(Handmade("AND", cells).save(tmp_path / "book.xlsx"))
    assert (told(done), done.ok) == ([], False)
    assert "perceptron" in done.unjudged[0].reason


def test_a_share_that_is_to_grow_is_not_taken_for_a_loss(tmp_path: Path) -> None:
    """A sigmoid is positive and bends upwards where it is small, but it has no floor on the other side."""
    book = Workbook()
    for cell, content in rows("A1", ("h", 0.1), (), ("a", "f", "df/da")).items():
        book.active[cell] = content
    for r in range(4, 9):
        start = -2 if r == 4 else f"=A{r - 1}+$B$1*C{r - 1}"
        for cell, content in rows(f"A{r}", (start, f"=1/(1+EXP(-A{r}))", f"=B{r}*(1-B{r})")).items():
            book.active[cell] = content
    book.save(tmp_path / "book.xlsx")
    assert told(audited(tmp_path / "book.xlsx")) == []


FAMILIES = (  # columns of the shipped layer norm: formulas of each, and where the slip is told
    ({"AV": "=AR{r}", "AW": "=AS{r}", "AX": "=AT{r}"}, "AV"),
    ({"AM": "=AJ{r}", "AN": "=AK{r}", "AO": "=AL{r}"}, "AM"),
    ({"AR": "=AM{r}*(1/V{r})", "AS": "=AN{r}*(1/V{r})", "AT": "=AO{r}*(1/V{r})"}, "AR"),
    ({"BE": "=AJ{r}*Z{r}", "BF": "=AK{r}*AA{r}", "BG": "=AL{r}*AB{r}"}, "BE"),
)


@pytest.fixture(scope="module")
def layer_norm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of ours with a normalisation, whose training alone is kept."""
    from tests.auditing.planting import training_alone

    folder = tmp_path_factory.mktemp("norm")
    generate("layer-norm", folder / "whole.xlsx", ("training.iterations=3",), "en", check_it=False)
    return training_alone(folder / "whole.xlsx", folder / "book.xlsx")


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "cause"), FAMILIES, ids=("mean path", "gamma", "variance path", "by y"))
def test_a_family_of_columns_wrong_alike_is_one_finding(
    columns: dict[str, str], cause: str, layer_norm: Path, tmp_path: Path
) -> None:
    """At the first of them, with what a person would write there, in the cells that hold the derivatives."""
    from openpyxl import load_workbook

    book = load_workbook(layer_norm)
    for column, formula in columns.items():
        for r in range(9, 13):
            book["Training"][f"{column}{r}"] = formula.format(r=r)
    book.save(tmp_path / "book.xlsx")
    (finding,) = audited(tmp_path / "book.xlsx").findings
    assert finding.place.rpartition("!")[2].rstrip("0123456789") == cause
    assert {cell[2] for cell in finding.cells} == {
        cell.column for column in columns for cell in [book["Training"][f"{column}9"]]
    }
    assert 0 < len(finding.expected) < 40
