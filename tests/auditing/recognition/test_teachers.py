"""Books drawn by lot, in any layout and with any words: right ones have no finding, a planted slip is one cause."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter

from tests.auditing.teachers.layouts import LAYOUTS, Sheets, write
from tests.auditing.teachers.models import MODELS, Model, Slip
from tests.auditing.teachers.words import WORDS
from xlbp.auditing.result import Audit
from xlbp.auditing.run import audit

STEPS, SLIPPED = 4, 2
DRAWS = range(6)


def drawn(seed: int, path: Path, slips: bool) -> tuple[Model, Sheets, Slip | None, Audit]:
    """A book drawn by lot, with a slip if wanted, and its audit."""
    lot = random.Random(seed)
    model, layout, words = lot.choice(MODELS), lot.choice(list(LAYOUTS)), lot.choice(list(WORDS))
    steps = 1 if layout == "one step" else STEPS
    of_all_steps = [slip for slip in model.slips if steps > SLIPPED or not slip.one_step]
    slip = lot.choice(of_all_steps) if slips else None
    sheets = LAYOUTS[layout](model, steps, WORDS[words])
    write(path, sheets, steps, slip, SLIPPED)
    return model, sheets, slip, audit(path)


def places_of(sheets: Sheets, slip: Slip) -> set[tuple[str, str]]:
    """The cells, with their sheets, in which a slip may be told."""
    names = slip.where or (slip.quantity,)
    cells = (place for (_, name, _), place in sheets.places.items() if name in names)
    return {(sheet, f"{get_column_letter(column)}{row}") for sheet, row, column in cells}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_right_book_without_words_is_recognised(layout: str, tmp_path: Path) -> None:
    """Every parameter of every step is judged, and nothing is told, by mathematics alone."""
    steps = 1 if layout == "one step" else STEPS
    model = MODELS[0]
    write(tmp_path / "book.xlsx", LAYOUTS[layout](model, steps, WORDS["nothing"]), steps, None, 0)
    done = audit(tmp_path / "book.xlsx").to_dict()
    assert (done["ok"], done["findings"], done["rows"], len(done["parameters"])) == (True, [], steps, 2)
    assert all(each["gradient"]["ok"] for each in done["parameters"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", DRAWS)
def test_a_right_book_has_no_finding(seed: int, tmp_path: Path) -> None:
    """Whatever trains, wherever it stands, whatever the headings say."""
    model, _, _, done = drawn(seed, tmp_path / "book.xlsx", slips=False)
    assert (done.ok, done.findings) == (True, [])
    assert sum(len(sheet.layout.parameters) for sheet in done.sheets) == len(model.parameters)


@pytest.mark.slow
@pytest.mark.parametrize("seed", DRAWS)
def test_a_planted_slip_is_one_cause(seed: int, tmp_path: Path) -> None:
    """One finding, of the slip's kind, in one of its cells."""
    _, sheets, slip, done = drawn(100 + seed, tmp_path / "book.xlsx", slips=True)
    assert slip is not None
    assert [finding.kind in slip.kinds for finding in done.findings] == [True], done.findings
    sheet, _, cell = done.findings[0].place.rpartition("!")
    assert (sheet.strip("'"), cell) in places_of(sheets, slip)
