"""Numbers far from zero: means, scaled features and everything that follows agree in every program."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pytest

from xlbp.model.compile import compile_template
from xlbp.pipeline import generate, verify
from xlbp.reference.data import statistics
from xlbp.template.load import load_template
from xlbp.template.network import Network
from xlbp.template.scaling import INPUTS
from xlbp.workbook.reader import open_book
from xlbp.workbook.restore import restore_book

pytestmark = pytest.mark.slow  # whole books, or many processes

EARLIER = Path(__file__).parent / "earlier" / "books" / "mazur.xlsx"
FAR = {
    "a million": lambda random: round(1e6 + random.random(), 6),
    "a billion": lambda random: round(1e9 + random.uniform(0, 9), 1),
    "below zero": lambda random: -1e9 - round(random.random(), 3),
    "years": lambda random: 1980 + random.randrange(45),
    "seconds": lambda random: 1_700_000_000 + random.randrange(100_000),
    "milliseconds": lambda random: 1_700_000_000_000 + random.randrange(1_000_000),
}


def _template(folder: Path, samples: int = 16) -> Path:
    """A regression on a feature of each kind, standardised."""
    random = Random("far")
    lines = []
    for _ in range(samples):
        far = [draw(random) for draw in FAR.values()]
        lines.append(",".join(map(repr, [*far, round(random.uniform(10, 90), 1)])))
    (folder / "data.csv").write_text("\n".join([",".join([*FAR, "y"]), *lines]) + "\n", "utf-8")
    path = folder / "far.toml"
    path.write_text(
        '[network]\nloss = "mse"\n[[network.layers]]\nunits = 3\nactivation = "tanh"\n'
        "[[network.layers]]\nunits = 1\nbias = 40\n"
        '[data]\nfile = "data.csv"\ninputs = INPUTS\ntargets = ["y"]\nscale = "standard"\n'
        '[training]\niterations = 20\nlearning_rate = 0.05\noptimizer = "adam"\n',
        "utf-8",
    )
    path.write_text(path.read_text("utf-8").replace("INPUTS", json.dumps(list(FAR))), "utf-8")
    return path


def test_a_mean_far_from_zero_loses_no_digits(tmp_path: Path) -> None:
    """The mean is the one of exact arithmetic to the last bit or two of the numbers themselves."""
    template = load_template(str(_template(tmp_path, 60)), ())
    assert isinstance(template.model, Network)
    shift, _ = statistics(template.model, template.inputs(), INPUTS)
    for mean, column in zip(shift.tolist(), zip(*template.model.inputs, strict=True), strict=True):
        exact = sum(map(Fraction, column)) / len(column)
        assert abs(Fraction(mean) - exact) <= 1.5 * math.ulp(column[0])


@pytest.mark.usefixtures("no_learned_function")
def test_ironcalc_computes_it_bit_for_bit(tmp_path: Path) -> None:
    """The sheet takes the mean in the same order as the reference; coordinates of drawings may round otherwise."""
    made = generate(str(_template(tmp_path)), tmp_path / "far.xlsx")
    (report,) = made.reports
    assert report.checked - report.identical <= 12 < report.checked / 1000


@pytest.mark.office
def test_all_programs_agree_far_from_zero(tmp_path: Path) -> None:
    """LibreOffice, which adds with compensation, and Gnumeric, which computes with more digits, agree in every cell."""
    book = tmp_path / "far.xlsx"
    generate(str(_template(tmp_path)), book, check_it=False)
    for report in verify(book, ("libreoffice", "gnumeric")):
        assert report.ok, report.mismatches[:3]


def test_a_book_of_0_1_0_keeps_its_plain_mean(tmp_path: Path) -> None:
    """Its own sheet computes AVERAGE, and its training is compared with that mean, however far from zero."""
    with open_book(EARLIER, large=False, is_sound=False) as opened:
        earlier = restore_book(opened, compile_template).first.template
    assert isinstance(earlier.model, Network)
    assert earlier.model.data.plain_mean
    template = load_template(str(_template(tmp_path)), ())
    assert isinstance(template.model, Network)
    plain = replace(template.model, data=replace(template.model.data, plain_mean=True))
    (now, _), (before, _) = (statistics(model, template.inputs(), INPUTS) for model in (template.model, plain))
    assert np.any(now != before)
