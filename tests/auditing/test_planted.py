"""Mistakes of every kind, planted in our own books: each is found, named, and its cell given."""

from __future__ import annotations

from dataclasses import replace

import pytest
from openpyxl import load_workbook

from tests.auditing.conftest import BOOKS
from tests.auditing.planting import PLANTS, Plant, headings_of, plant, without_correction
from xlbp.auditing.report.data import to_data
from xlbp.pipeline import audit

pytestmark = pytest.mark.slow  # whole books, many of them


@pytest.mark.parametrize("what", PLANTS, ids=lambda p: f"{p.book}: {p.name}")
def test_a_planted_mistake_is_found_and_named(trainings, tmp_path, what: Plant):
    """One of the findings is of the right kind, in the right column; at most a slip for each changed column is told."""
    if not what.columns:
        _, headings = headings_of(load_workbook(trainings[what.book])["Training"])
        what = replace(what, columns=without_correction(headings))
    headings = plant(trainings[what.book], tmp_path / "planted.xlsx", what)
    found = to_data(audit(tmp_path / "planted.xlsx"))
    assert any(what.accepts(finding, headings) for finding in found["findings"]), found["findings"]
    assert len(found["findings"]) <= len(what.columns)
    assert not found["ok"]


@pytest.mark.parametrize("name", BOOKS)
def test_our_own_books_pass(sound, name):
    """A book of ours has no finding, everything in it is read, and every gradient and update is right."""
    found = to_data(audit(sound[name]))
    assert (found["ok"], found["findings"], found["unreadable"]) == (True, [], [])
    assert all(p["gradient"]["ok"] and p["update"]["ok"] for p in found["parameters"])
    assert (found["sheet"], found["layout"], found["rows"]) == ("Training", "table", 13)


@pytest.mark.slow
@pytest.mark.parametrize(
    "override",
    [
        f'training.optimizer="{name}"'
        for name in ["momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adamw", "nadam", "lion"]
    ]
    + ["training.batch_size=1", 'training.schedule="cosine"', "training.clip_norm=0.1", "training.l2=0.01"],
)
def test_every_way_of_training_passes(tmp_path, override):
    """No optimizer, schedule, batch, penalty or clipping of ours is taken for a mistake."""
    from xlbp.pipeline import generate

    generate("xor", tmp_path / "book.xlsx", ("training.iterations=8", override), "zh-CN", check_it=False)
    found = audit(tmp_path / "book.xlsx")
    assert (found.findings, found.unreadable) == ([], [])
