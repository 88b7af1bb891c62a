"""Slips of whole columns, of one step among many, and in all gradients alike: one cause is one finding, in its cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.auditing.styles import training as styles
from tests.auditing.styles.base import Rows, Slip
from tests.auditing.teachers.layouts import LAYOUTS, Sheets, write
from tests.auditing.teachers.models import LINE, LOGISTIC, Model
from tests.auditing.teachers.words import WORDS
from xlbp.auditing import findings as kinds
from xlbp.auditing.reading.syntax import in_book
from xlbp.auditing.result import Audit
from xlbp.auditing.run import audit

STEPS = 4
APART = ("below", "beside", "sheets")
Text = Callable[[Sheets, tuple[str, int, int]], str]


def edited(
    path: Path, model: Model, layout: str, words: str, edits: Mapping[tuple[int, str, int], object], steps: int = STEPS
) -> tuple[Audit, Sheets]:
    """The audit of a book with other formulas of names, or numbers, in some cells: by step, name and sample."""
    sheets = LAYOUTS[layout](model, steps, WORDS[words])
    write(path, sheets, steps, None, 0)
    book = load_workbook(path)
    for (step, name, sample), text in edits.items():
        place = sheets.places[step, name, sample]
        new = text(sheets, place) if callable(text) else text
        value = sheets.formula(new, step, sample, place) if isinstance(new, str) and new[0] != "=" else new
        book[place[0]].cell(place[1], place[2]).value = value
    book.save(path)
    return audit(path), sheets


def told(done: Audit) -> list[tuple[str, tuple[str, int, int]]]:
    """The findings by kind and first cell."""
    return [(finding.kind, in_book(finding.cell)) for finding in done.findings]


def of_all(gradients: Mapping[str, str], change: Callable[[str], str], model: Model) -> dict:
    """One change of every gradient, in every step."""
    return {(s, g, -1): change(model.totals[g]) for s in range(STEPS) for g in gradients.values()}


@pytest.mark.parametrize(("change", "kind"), [("{}/2", kinds.HALF), ("{}*2", kinds.HALF)])
def test_a_factor_in_all_gradients_is_one_finding_where_the_rate_is_named(
    change: str, kind: str, tmp_path: Path
) -> None:
    """It is no part of the learning rate, which stands there by its name."""
    edits = of_all(LINE.gradients, change.format, LINE)
    done, sheets = edited(tmp_path / "book.xlsx", LINE, "below", "German", edits)
    assert told(done) == [(kind, sheets.places[0, "dm", -1])]
    assert len(done.findings[0].cells) == 2 * STEPS


def test_a_factor_in_all_gradients_is_unproved_where_nothing_names_the_rate(tmp_path: Path) -> None:
    """No finding, but not right either: the exit code is 1."""
    edits = of_all(LINE.gradients, "{}/2".format, LINE)
    done, _ = edited(tmp_path / "book.xlsx", LINE, "below", "nothing", edits)
    assert (done.findings, done.ok) == ([], False)
    assert "a factor is missing in all gradients alike" in done.unjudged[0].reason


@pytest.mark.parametrize(("words", "layout"), [("nothing", "beside"), ("Chinese", "beside"), ("nothing", "sheets")])
def test_log_for_ln_is_told_at_the_loss(words: str, layout: str, tmp_path: Path) -> None:
    """In every sample and step, with headings or without; the gradients are not accused."""
    loss = "-([t@]*LOG([a@])+(1-[t@])*LOG(1-[a@]))"
    edits = {(s, "ce", k): loss for s in range(STEPS) for k in range(LOGISTIC.samples)}
    done, sheets = edited(tmp_path / "book.xlsx", LOGISTIC, layout, words, edits)
    assert told(done) == [(kinds.LOGARITHM, sheets.places[0, "ce", 0])]


@pytest.mark.parametrize("layout", APART)
def test_a_step_that_takes_an_older_steps_values_is_one_finding(layout: str, tmp_path: Path) -> None:
    """All its parameters go on from the first step's new values instead of the second's."""

    def older(name: str) -> Text:
        return lambda sheets, place: f"={sheets.address(sheets.places[0, f'new {name}', -1], place)}"

    done, sheets = edited(tmp_path / "b.xlsx", LINE, layout, "nothing", {(2, p, -1): older(p) for p in LINE.parameters})
    assert told(done) == [(kinds.STEP, sheets.places[2, "m", -1])]
    assert sum(sheet.layout.steps for sheet in done.sheets) == STEPS


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["new m", "m", "loss", "dk", "gm"])
def test_a_number_typed_in_one_step_is_told_there(name: str, layout: str, tmp_path: Path) -> None:
    """Whatever it stands for, and however the steps are laid out; nothing else is accused."""
    if layout == "one step":
        pytest.skip("no other steps say what belongs there")
    step, sample = (1 if name == "new m" else 2), (1 if name == "gm" else -1)
    done, sheets = edited(tmp_path / "book.xlsx", LINE, layout, "nothing", {(step, name, sample): 0.123})
    assert told(done) == [(kinds.PASTED, sheets.places[step, name, sample])]
    assert not done.ok


@pytest.mark.parametrize("layout", APART)
def test_a_cell_that_is_odd_among_the_steps_is_the_cause(layout: str, tmp_path: Path) -> None:
    """One sample's guess takes the step before's parameter; the gradients of that step are wrong for that alone."""

    def stale(sheets: Sheets, place: tuple[str, int, int]) -> str:
        own, before = (sheets.address(sheets.places[s, "m", -1], place, held=True) for s in (2, 1))
        return sheets.formula(LINE.shares["guess"], 2, 0, place).replace(own, before)

    done, sheets = edited(tmp_path / "book.xlsx", LINE, layout, "nothing", {(2, "guess", 0): stale})
    assert [cell for _, cell in told(done)] == [sheets.places[2, "guess", 0]]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("name", "other"), [("m", "k"), ("k", "m")])
def test_an_update_that_starts_from_another_parameter_is_told_as_such(
    name: str, other: str, layout: str, tmp_path: Path
) -> None:
    """Once for all steps, of two parameters, too."""
    steps = 1 if layout == "one step" else STEPS
    last = steps if layout not in ("rows", "columns") else steps - 1
    edits = {(s, f"new {name}", -1): f"[{other}]-[rate]*[{LINE.gradients[name]}]" for s in range(last)}
    done, sheets = edited(tmp_path / "book.xlsx", LINE, layout, "nothing", edits, steps)
    assert told(done) == [(kinds.WEIGHT, sheets.places[0, f"new {name}", -1])]


def test_all_parameters_moved_uphill_are_told_by_the_form_of_the_loss(tmp_path: Path) -> None:
    """No word names it, but it is a valley that is never negative."""
    edits = {(s, f"new {p}", -1): f"[{p}]+[rate]*[{g}]" for p, g in LINE.gradients.items() for s in range(STEPS)}
    done, _ = edited(tmp_path / "book.xlsx", LINE, "below", "nothing", edits)
    assert [kind for kind, _ in told(done)] == [kinds.SIGN]


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("m_w", "$F$2*N([m_w|-1])+(1-$F$2)*[dE/db]"),
        ("m_u", "$F$2*N([m_c|-1])+(1-$F$2)*[dE/du]"),
        ("v_u", "$F$3*N([v_c|-1])+(1-$F$3)*[dE/du]^2"),
        ("m_c", "$F$2*N([m_c|-1])-(1-$F$2)*[dE/dc]"),
        ("v_c", "$F$3*N([v_c|-1])+(1-$F$3)*[m_c]^2"),
    ],
)
def test_a_wrong_moment_is_told_in_its_own_column(name: str, formula: str, tmp_path: Path) -> None:
    """Not in the update that takes it, nor in the correction between."""
    adam = replace(styles.adam, rows=6)
    finding = of_rows(adam, {name: formula}, tmp_path)
    assert finding[0][2] == column_of(adam, name)


def test_adams_first_average_takes_its_share(tmp_path: Path) -> None:
    """beta in place of 1-beta, in all parameters alike, departs from the paper."""
    adam = replace(styles.adam, rows=6)
    changes = {f"m_{p}": f"$F$2*N([m_{p}|-1])+$F$2*[dE/d{p}]" for p in styles.FOUR}
    assert of_rows(adam, changes, tmp_path)[0][2] == column_of(adam, "m_w")


def of_rows(style: Rows, changes: Mapping[str, str], folder: Path) -> list[tuple[str, int, int]]:
    """The one finding's first cell, of a table with other formulas in some columns."""
    style.write(folder / "book.xlsx", Slip("", (), changes))
    cells = [finding.cell for finding in audit(folder / "book.xlsx").findings]
    assert len(cells) == 1
    return cells


def column_of(style: Rows, name: str) -> int:
    """The column's number of a name in a table."""
    return style.column + style.names.index(name)
