"""The page's numbers beside NumPy's, on Node: templates of all kinds, edited inputs, a training that diverges."""

from __future__ import annotations

import numpy as np
import pytest

from tests.livepage.node import rows
from tests.livepage.test_code import machine_of
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import train_run
from xlbp.livepage.checked import compared, edited
from xlbp.livepage.machine import Machine

pytestmark = pytest.mark.office  # which brings Node

SHORT = "training.iterations=3"
OF_ALL_KINDS = (  # scalars and arrays, tables and batches, every kind of layer that computes in a way of its own
    *("mazur", "softmax-delta", "ravine-momentum", "fastai-line-adam", "overfitting", "iris"),
    *("lstm", "cnn", "batch-norm", "layer-norm", "self-attention-causal", "attention-formula"),
)


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_ALL_KINDS)
def test_every_quantity_agrees(name: str) -> None:
    """As the template has it, and with other numbers typed in: to 1e-11 of NumPy's, cell by cell."""
    machine = machine_of(name, SHORT)
    contents = lay_out(machine.template, "en")
    own = machine.template.inputs()
    trials = [own, {**own, **edited(machine.template)}]
    assert trials[0] != trials[1]
    for trial, found in zip(trials, rows(machine, trials), strict=True):
        report = compared(name, "node", train_run(contents, trial), found)
        assert report.ok, report.first
        assert report.checked == found.size - _given(machine)


def _given(machine: Machine) -> int:
    """How many numbers of the first row are typed, and no formulas."""
    return sum(column.given for column in machine.program.columns)


def test_errors_are_where_errors_are() -> None:
    """A training that diverges has its first error, and every one after it, where NumPy's has."""
    machine = machine_of("rate-too-large", "training.iterations=600", "training.learning_rate=2")
    contents = lay_out(machine.template, "en")
    own = machine.template.inputs()
    trained = train_run(contents, own)
    (found,) = rows(machine, [own])
    assert trained.diverged_at is not None
    assert np.isnan(found).any()
    assert compared("", "node", trained, found).ok


def test_a_wrong_sign_is_found() -> None:
    """A script with one sign turned round disagrees, from the first quantity on that follows from it."""
    machine = machine_of("mazur", SHORT)
    right = "R[o+17]=F(R[o+15]-P[2]);"
    assert right in machine.script
    wrong = machine.calculation.replace(right, right.replace("-", "+"))
    own = machine.template.inputs()
    report = compared("mazur", "node", train_run(lay_out(machine.template, "en"), own), rows(machine, [own], wrong)[0])
    assert not report.ok
    assert report.first is not None
    assert (report.first.name, report.first.iteration) == ("e[1]", 0)


def test_a_number_in_the_place_of_an_error_is_found() -> None:
    """NaN where NumPy has a number, and a number where it has none, both disagree."""
    machine = machine_of("mazur", SHORT)
    own = machine.template.inputs()
    trained = train_run(lay_out(machine.template, "en"), own)
    (found,) = rows(machine, [own])
    spoilt = found.copy()
    spoilt[1, 20] = np.nan
    assert not compared("", "node", trained, spoilt).ok
