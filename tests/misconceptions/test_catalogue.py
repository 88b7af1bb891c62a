"""What is tried on networks of every block: each can be computed, and none is the right training under a name."""

from __future__ import annotations

import pytest

from tests.shaped_networks import CASES, made
from xlbp.misconceptions.catalogue import misconceptions
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.row import Row
from xlbp.misconceptions.trainings import Trainings
from xlbp.model.compile import compile_template
from xlbp.reference.train import prepared

DIVERSE = (
    *("rnn, one number", "lstm, last", "gru, before", "gru, every", "penalties and a long step", "positions, shared"),
    *("attention, tests and batches", "embedding, tests and batches", "classes of places", "tests of maps"),
)


@pytest.mark.slow
@pytest.mark.parametrize("case", DIVERSE)
def test_every_misconception_can_be_computed(case: str) -> None:
    """Or is in a circle, which nobody can compute; and each changes a cell, a derivative or what is told."""
    template = made(CASES[case])
    problem = Problem(template, Row(template.model, compile_template(template)))
    trainings = Trainings(problem, prepared(template, template.inputs()))
    tried = list(misconceptions(problem))
    assert len({each.mistake for each in tried}) > 15
    for each in tried:
        computed = trainings.compute((each,), [template.model.objective], 2, {})
        assert computed is None or len(computed[template.model.objective]) >= 1, each.mistake
    for edge in {edge for each in tried for edge in each.slopes}:
        assert edge[0] in problem.row.slopes, edge
    assert {name for each in tried for name in (*each.cells, *each.columns)} <= set(problem.columns) | {":rate"}
