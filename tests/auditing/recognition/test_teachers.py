"""Books drawn by lot, in any layout and with any words: right ones have no finding, a planted slip is one cause."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter

from tests.auditing.teachers.layouts import DECAYS, LAYOUTS, UPDATES, Sheets, write
from tests.auditing.teachers.models import MODELS, Model, Slip
from tests.auditing.teachers.words import WORDS
from xlbp.auditing.result import Audit
from xlbp.auditing.run import audit

STEPS, SLIPPED = 4, 2
DRAWS = range(12)
MUTE = ("nothing", "letters")
HIDING = frozenset({"delta", "do"})  # slips in these turn or scale all gradients alike


def drawn(seed: int, path: Path, slips: bool) -> tuple[Model, Sheets, Slip | None, Audit]:
    """A book drawn by lot, with a slip if wanted, and its audit."""
    lot = random.Random(seed)
    model, layout, words = lot.choice(MODELS), lot.choice(list(LAYOUTS)), lot.choice(list(WORDS))
    steps = 1 if layout == "one step" else STEPS
    update = lot.choice(list(UPDATES))
    told = [slip for slip in model.slips if steps > SLIPPED or not slip.one_step]
    if update in DECAYS or words in MUTE:  # what follows no loss is not recognised without words, and said so
        told = [slip for slip in told if slip.quantity not in HIDING]
    slip = lot.choice(told) if slips else None
    sheets = LAYOUTS[layout](model, steps, WORDS[words])
    write(path, sheets, steps, slip, SLIPPED, update)
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


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_right_update_passes_however_it_is_written(layout: str, update: str, tmp_path: Path) -> None:
    """Decays, stops and bounds are no slips, wherever the steps stand, and all is judged."""
    steps = 1 if layout == "one step" else STEPS
    write(tmp_path / "book.xlsx", LAYOUTS[layout](MODELS[3], steps, WORDS["symbols"]), steps, update=update)
    done = audit(tmp_path / "book.xlsx")
    assert (done.ok, done.findings, done.unjudged) == (True, [], [])


@pytest.mark.parametrize("layout", ["below", "beside"])
@pytest.mark.parametrize("slip", [slip for slip in MODELS[2].slips if slip.quantity in ("dz1", "dz2")])
def test_a_slip_in_blocks_is_told_in_its_cell(slip: Slip, layout: str, tmp_path: Path) -> None:
    """Each step's block holds its own panel by $: the slip of all steps is one finding, in its first cell."""
    sheets = LAYOUTS[layout](MODELS[2], STEPS, WORDS["symbols"])
    write(tmp_path / "book.xlsx", sheets, STEPS, slip)
    (finding,) = audit(tmp_path / "book.xlsx").findings
    assert (finding.kind in slip.kinds, finding.cell) == (True, sheets.places[0, slip.quantity, 0])
    everywhere = {place for (_, name, _), place in sheets.places.items() if name == slip.quantity}
    assert set(finding.cells) == everywhere


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
